// SPDX-License-Identifier: Apache-2.0
/* One PDR from its IE: TS 29.244 cl. 7.5.2.2, 7.5.4.2. */
#include <errno.h>
#include <string.h>

#include "upf/rules/rules.h"

#define REFUSE(ie, reading, ...)                                                                   \
	upf_refuse_rule((reading)->refusal, PFCP_RULE_PDR, (ie)->pdr_id, __VA_ARGS__)

static const struct upf_unserved unserved[] = {
	{offsetof(struct pfcp_pdr, has_mar_id), 0, "a MAR is"},
	{offsetof(struct pfcp_pdr, has_ip_multicast), 0, "IP multicast is"},
	{offsetof(struct pfcp_pdr, has_mptcp), 0, "MPTCP is"},
	{offsetof(struct pfcp_pdr, n_pool), 0, "a pool identity (pools go by network instance) is"},
	{0},
};

static int served_check(const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	const char *what = upf_unserved_find(ie, unserved);

	if (what)
		return REFUSE(ie, reading, "%s not supported", what);
	if (!ie->n_activate_rules && !ie->n_deactivate_rules)
		return 0;
	REFUSE(ie, reading, "there are no predefined rules");
	reading->refusal->cause = PFCP_CAUSE_UNKNOWN_PREDEFINED_RULE;
	return -EINVAL;
}

static void references_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie)
{
	if (ie->has_far_id)
		pdr->far_id = ie->far_id;
	if (ie->n_qer_id) {
		pdr->n_qer = ie->n_qer_id;
		memcpy(pdr->qer_id, ie->qer_id, sizeof(pdr->qer_id));
	}
	if (ie->n_urr_id) {
		pdr->n_urr = ie->n_urr_id;
		memcpy(pdr->urr_id, ie->urr_id, sizeof(pdr->urr_id));
	}
	if (ie->has_activation_time)
		pdr->active_from = ie->activation_time;
	if (ie->has_deactivation_time)
		pdr->active_to = ie->deactivation_time;
}

/* What an update takes away */
static int lost_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	static const uint16_t needed[] = {PFCP_IE_PRECEDENCE, PFCP_IE_PDI, PFCP_IE_FAR_ID};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (upf_rule_loses(&ie->cleared, needed[i]))
			return REFUSE(ie, reading, "a PDR can't do without %s",
				      pfcp_ie_name(needed[i]));
	if (upf_rule_loses(&ie->cleared, PFCP_IE_OUTER_HEADER_REMOVAL))
		pdr->remove_outer = false;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_QER_ID))
		pdr->n_qer = 0;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_URR_ID))
		pdr->n_urr = 0;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_ACTIVATION_TIME))
		pdr->active_from = 0;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_DEACTIVATION_TIME))
		pdr->active_to = 0;
	return 0;
}

/* Whatever the version is said to be: the tunnel's own is taken off, with all extension headers. */
static int removal_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	const uint8_t description = ie->outer_header_removal.description;

	if (!ie->has_outer_header_removal)
		return 0;
	if (description != PFCP_OHR_GTPU_UDP_IP4 && description != PFCP_OHR_GTPU_UDP_IP6 &&
	    description != PFCP_OHR_GTPU_UDP_IP)
		return REFUSE(ie, reading, "outer header removal %u is not supported", description);
	pdr->remove_outer = true;
	return 0;
}

/* An update of a PDR that the same request creates would lose the TEID just taken for it, which the
 * session doesn't own yet. */
static bool is_new(const struct pfcp_pdr *ie, const struct upf_reading *reading)
{
	for (size_t i = 0; i < reading->created->n_pdr; i++)
		if (reading->created->pdr[i].id == ie->pdr_id)
			return true;
	return false;
}

int upf_pdr_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	int rc = served_check(ie, reading);

	if (!rc)
		rc = lost_read(pdr, ie, reading);
	if (rc)
		return rc;
	if (reading->update && is_new(ie, reading))
		return REFUSE(ie, reading, "the same request creates this PDR");
	references_read(pdr, ie);
	if (ie->has_precedence)
		pdr->precedence = ie->precedence;
	rc = removal_read(pdr, ie, reading);
	/* Last: it takes a TEID */
	return !rc && ie->has_pdi ? upf_pdi_read(pdr, ie, reading) : rc;
}
