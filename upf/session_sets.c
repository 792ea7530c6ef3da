// SPDX-License-Identifier: Apache-2.0
/* Which sets a session is in, see session_sets.h */
#include "upf/session_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Old peers leave the node type out; on N4 nobody else has one. */
static bool is_smf(const struct pfcp_fq_csid *fq)
{
	return !fq->has_node_type || fq->node_type == PFCP_CSID_SMF;
}

static struct upf_csid csid_of(const struct pfcp_fq_csid *fq, uint16_t csid)
{
	struct upf_csid c;

	memset(&c, 0, sizeof(c));
	c.present = 1;
	c.id_type = fq->id_type;
	c.csid = csid;
	if (fq->id_type == 0)
		memcpy(c.node, &fq->ip4, sizeof(fq->ip4));
	else if (fq->id_type == 1)
		memcpy(c.node, &fq->ip6, sizeof(fq->ip6));
	else
		memcpy(c.node, &fq->id, sizeof(fq->id));
	return c;
}

/* Of several CSIDs, which an establishment shall not have (cl. 8.2.43), the first; without any the
 * session loses its own. */
static void csid_set(struct upf_session_sets *sets, const struct pfcp_fq_csid *fq)
{
	if (!is_smf(fq))
		return;
	if (fq->n_csid)
		sets->smf = csid_of(fq, fq->csid[0]);
	else
		memset(&sets->smf, 0, sizeof(sets->smf));
}

static int group_set(struct upf_session_sets *sets, const struct pfcp_group_id *group)
{
	uint8_t *copy = malloc(1 + (size_t)group->n);

	if (!copy)
		return -ENOMEM;
	copy[0] = group->n;
	memcpy(copy + 1, group->octet, group->n);
	free(sets->group);
	sets->group = copy;
	return 0;
}

int upf_sets_establish(struct upf_session_sets *sets,
		       const struct pfcp_session_establishment_request *e)
{
	int rc = e->has_group_id ? group_set(sets, &e->group_id) : 0;

	if (rc)
		return rc;
	for (size_t i = 0; i < e->n_fq_csid; i++)
		csid_set(sets, &e->fq_csid[i]);
	sets->cp_ip = e->cp_f_seid.address.ip4;
	return 0;
}

int upf_sets_modify(struct upf_session_sets *sets,
		    const struct pfcp_session_modification_request *m)
{
	int rc = m->has_group_id ? group_set(sets, &m->group_id) : 0;

	if (rc)
		return rc;
	for (size_t i = 0; i < m->cleared.n; i++)
		if (m->cleared.type[i] == PFCP_IE_FQ_CSID)
			memset(&sets->smf, 0, sizeof(sets->smf));
	for (size_t i = 0; i < m->n_fq_csid; i++)
		csid_set(sets, &m->fq_csid[i]);
	if (m->has_cp_f_seid) {
		sets->cp_ip = m->cp_f_seid.address.ip4;
		sets->report_to.s_addr = 0; /* who has it now has said where it is */
	}
	return 0;
}

int upf_sets_answer(struct upf_session_sets *sets, const struct pfcp_session_report_response *r)
{
	int rc = r->has_group_id ? group_set(sets, &r->group_id) : 0;

	if (rc)
		return rc;
	if (r->has_fq_csid)
		csid_set(sets, &r->fq_csid);
	if (r->has_cp_f_seid) {
		sets->cp_ip = r->cp_f_seid.address.ip4;
		sets->report_to.s_addr = 0;
	}
	if (r->cause == PFCP_CAUSE_REDIRECTION_REQUESTED && r->has_alternative_smf &&
	    r->alternative_smf.address.v4)
		sets->report_to = r->alternative_smf.address.ip4;
	return 0;
}

void upf_sets_done(struct upf_session_sets *sets)
{
	free(sets->group);
	memset(sets, 0, sizeof(*sets));
}

bool upf_sets_has_csid(const struct upf_session_sets *sets, const struct pfcp_fq_csid *fq)
{
	if (!sets->smf.present || !is_smf(fq))
		return false;
	for (size_t i = 0; i < fq->n_csid; i++) {
		const struct upf_csid c = csid_of(fq, fq->csid[i]);

		if (!memcmp(&c, &sets->smf, sizeof(c)))
			return true;
	}
	return false;
}

bool upf_sets_has_group(const struct upf_session_sets *sets, const struct pfcp_group_id *group)
{
	return sets->group && sets->group[0] == group->n &&
	       !memcmp(sets->group + 1, group->octet, group->n);
}

bool upf_sets_has_cp(const struct upf_session_sets *sets, const struct pfcp_address *cp)
{
	return cp->v4 && sets->cp_ip.s_addr && cp->ip4.s_addr == sets->cp_ip.s_addr;
}
