// SPDX-License-Identifier: Apache-2.0
/* Session modification: TS 29.244 cl. 6.3.3, 7.5.4, 7.5.5. A refused one changes nothing at all. */
#include <inttypes.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "upf/smf_set.h"

/* What there is none of in this UPF: URRs, BARs */
static int request_check(struct upf *upf, const struct n4_request *req,
			 const struct upf_session *session,
			 const struct pfcp_session_modification_request *m, struct upf_refusal *r)
{
	if (m->n_create_urr || m->n_update_urr || m->n_remove_urr || m->n_query_urr) {
		uint32_t id = m->n_create_urr	? m->create_urr[0].urr_id
			      : m->n_update_urr ? m->update_urr[0].urr_id
			      : m->n_remove_urr ? m->remove_urr[0]
						: m->query_urr[0];

		return upf_refuse_rule(r, PFCP_RULE_URR, id, "usage reporting is not supported");
	}
	if (m->has_create_bar || m->has_update_bar || m->has_remove_bar) {
		uint32_t id = m->has_create_bar	  ? m->create_bar.bar_id
			      : m->has_update_bar ? m->update_bar.bar_id
						  : m->remove_bar;

		return upf_refuse_rule(r, PFCP_RULE_BAR, id, "buffering is not supported");
	}
	return upf_take_over_check(upf, req->peer, session, m, r);
}

static struct upf_change change_of(const struct pfcp_session_modification_request *m)
{
	return (struct upf_change){
		.n_remove_pdr = m->n_remove_pdr,
		.remove_pdr = m->remove_pdr,
		.n_remove_far = m->n_remove_far,
		.remove_far = m->remove_far,
		.n_remove_qer = m->n_remove_qer,
		.remove_qer = m->remove_qer,
		.n_create_pdr = m->n_create_pdr,
		.create_pdr = m->create_pdr,
		.n_create_far = m->n_create_far,
		.create_far = m->create_far,
		.n_create_qer = m->n_create_qer,
		.create_qer = m->create_qer,
		.n_update_pdr = m->n_update_pdr,
		.update_pdr = m->update_pdr,
		.n_update_far = m->n_update_far,
		.update_far = m->update_far,
		.n_update_qer = m->n_update_qer,
		.update_qer = m->update_qer,
	};
}

static void answer(struct upf *upf, struct n4_request *req, const struct upf_session *session,
		   const struct upf_created *created, const struct upf_refusal *refusal)
{
	struct pfcp_msg *msg =
		n4_msg(upf->n4, PFCP_SESSION_MODIFICATION_RESPONSE, session->cp.seid);
	struct pfcp_session_modification_response *r = &msg->session_modification_response;

	if (refusal->cause) {
		r->cause = refusal->cause;
		r->has_offending_ie = refusal->offending_ie != 0;
		r->offending_ie = refusal->offending_ie;
		r->has_failed_rule = refusal->has_rule;
		r->failed_rule = refusal->rule;
	} else {
		r->cause = PFCP_CAUSE_ACCEPTED;
		r->n_created_pdr = upf_created_fill(upf, created, r->created_pdr);
	}
	if (n4_respond(req, msg))
		log_error("n4", "seid=0x%" PRIx64 " what=modification-response error=encoding",
			  session->seid);
}

/* cl. 5.2.3.1: where an update of a FAR has SNDEM and leads to another tunnel, the old one is
 * ended. @old: the rules as they were */
static void end_markers_send(struct upf *upf, const struct upf_session *session,
			     struct upf_rules *old,
			     const struct pfcp_session_modification_request *m)
{
	struct upf_rules *rules = &upf_session_find(&upf->sessions, session->seid)->rules;
	struct dp_addr peer;

	for (size_t i = 0; i < m->n_update_far; i++) {
		const struct pfcp_far *ie = &m->update_far[i];
		const struct upf_far *was = upf_rules_far(old, ie->far_id);
		const struct upf_far *is = upf_rules_far(rules, ie->far_id);

		if (!ie->has_forwarding || !ie->forwarding.has_smreq_flags ||
		    !(ie->forwarding.smreq_flags & PFCP_SMREQ_SNDEM) || !was || !is ||
		    !was->forward || !was->has_tunnel)
			continue;
		if (is->peer.s_addr == was->peer.s_addr && is->teid == was->teid)
			continue;
		peer = dp_addr_ip4(was->peer);
		if (dataplane_end_marker(upf->dp, &peer, was->teid) == 0)
			upf->counter[UPF_END_MARKERS]++;
	}
}

void upf_session_modify(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_modification_request *m = &msg->session_modification_request;
	const struct upf_change change = change_of(m);
	struct upf *upf = user;
	struct upf_session *session = upf_session_of(upf, req);
	struct upf_created created = {0};
	struct upf_refusal refusal = {0};
	struct upf_rules old;
	int rc;

	if (!session)
		return;
	old = session->rules;
	rc = request_check(upf, req, session, m, &refusal);
	if (!rc)
		rc = upf_session_change(upf, session, &change, false, false, &created, &refusal);
	if (rc) {
		upf_refused(upf, req, session->seid, &refusal);
	} else {
		if (upf_sets_modify(&session->sets, m))
			log_error("n4", "seid=0x%" PRIx64 " what=group-id error=\"out of memory\"",
				  session->seid);
		upf_take_over(upf, req->peer, session, m);
		session->reported_ms = 0;
		upf->counter[UPF_MODIFIED]++;
		log_info("n4", "seid=0x%" PRIx64 " what=modified", session->seid);
	}
	answer(upf, req, session, &created, &refusal);
	if (!rc)
		end_markers_send(upf, session, &old, m);
}
