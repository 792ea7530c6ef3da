// SPDX-License-Identifier: Apache-2.0
/* Session modification: TS 29.244 cl. 6.3.3, 7.5.4, 7.5.5. A refused one changes nothing at all. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "upf/keep.h"
#include "upf/smf_set.h"

#define CHANGE(kind)                                                                               \
	.n_remove_##kind = m->n_remove_##kind, .remove_##kind = m->remove_##kind,                  \
	.n_create_##kind = m->n_create_##kind, .create_##kind = m->create_##kind,                  \
	.n_update_##kind = m->n_update_##kind, .update_##kind = m->update_##kind

static struct upf_change change_of(const struct pfcp_session_modification_request *m)
{
	return (struct upf_change){
		CHANGE(pdr),
		CHANGE(far),
		CHANGE(qer),
		CHANGE(urr),
		.n_remove_endpoint = m->n_remove_traffic_endpoint,
		.remove_endpoint = m->remove_traffic_endpoint,
		.n_create_endpoint = m->n_create_traffic_endpoint,
		.create_endpoint = m->create_traffic_endpoint,
		.n_update_endpoint = m->n_update_traffic_endpoint,
		.update_endpoint = m->update_traffic_endpoint,
		.has_remove_bar = m->has_remove_bar,
		.remove_bar = m->remove_bar,
		.create_bar = m->has_create_bar ? &m->create_bar : NULL,
		.update_bar = m->has_update_bar ? &m->update_bar : NULL,
	};
}

/* ---- usage ---- */

static bool smreq(const struct pfcp_session_modification_request *m, uint8_t flag)
{
	return m->has_smreq_flags && m->smreq_flags & flag;
}

/* What the request queries becomes due, by a reading of now */
static int usage_query(struct upf *upf, struct upf_session *session,
		       const struct pfcp_session_modification_request *m, struct upf_refusal *r)
{
	struct upf_rules *rules = upf_session_rules(upf, session);

	upf_metering_count(upf, session, rules);
	for (size_t i = 0; i < m->n_query_urr; i++)
		if (upf_usages_query(&session->usages, rules, m->query_urr[i]))
			return upf_refuse_rule(r, PFCP_RULE_URR, m->query_urr[i], "no such URR");
	if (smreq(m, PFCP_SMREQ_QAURR))
		upf_usages_query_all(&session->usages);
	return 0;
}

/* The change, with usage as it was should it be refused */
static int change_do(struct upf *upf, struct upf_session *session,
		     const struct pfcp_session_modification_request *m, struct upf_refusal *r)
{
	const struct upf_change change = change_of(m);
	const uint8_t n = session->usages.n;
	struct upf_usage *saved = upf->scratch->usage;
	int rc;

	if (n)
		memcpy(saved, session->usages.usage, n * sizeof(*saved));
	rc = usage_query(upf, session, m, r);
	if (!rc)
		rc = upf_session_change(upf, session, &change, false, false, r);
	if (rc && n)
		memcpy(session->usages.usage, saved, n * sizeof(*saved));
	return rc;
}

static void usage_answer(struct upf *upf, struct upf_session *session,
			 const struct pfcp_session_modification_request *m,
			 struct pfcp_session_modification_response *ret)
{
	const struct upf_now now = upf_now(upf);
	const size_t n = upf_usages_take(&session->usages, &upf->scratch->after, &now,
					 ret->usage_report, PFCP_MAX_URR);

	ret->n_usage_report = (uint8_t)n;
	upf->counter[UPF_USAGE_REPORTS] += n;
	for (size_t i = 0; m->has_query_reference && i < n; i++) {
		ret->usage_report[i].has_query_reference = true;
		ret->usage_report[i].query_reference = m->query_reference;
	}
	/* The others follow in Session Report Requests. */
	ret->has_additional_reports = n == PFCP_MAX_URR;
	ret->additional_reports.more = true;
}

/* ---- the rest of a request ---- */

/* cl. 5.2.3.1: where an update of a FAR has SNDEM and leads to another tunnel, the old one is
 * ended. @old: the rules as they were */
static void end_markers_send(struct upf *upf, struct upf_rules *old, struct upf_rules *rules,
			     const struct pfcp_session_modification_request *m)
{
	for (size_t i = 0; i < m->n_update_far; i++) {
		const struct pfcp_far *ie = &m->update_far[i];
		const struct upf_far *was = upf_rules_far(old, ie->far_id);
		const struct upf_far *is = upf_rules_far(rules, ie->far_id);

		if (!ie->has_forwarding || !ie->forwarding.has_smreq_flags ||
		    !(ie->forwarding.smreq_flags & PFCP_SMREQ_SNDEM) || !was || !is ||
		    !(was->action & PFCP_ACTION_FORW) || !was->to.has_tunnel)
			continue;
		if (dp_addr_equal(&is->to.peer, &was->to.peer) && is->to.teid == was->to.teid)
			continue;
		if (dataplane_end_marker(upf->dp, &was->to.peer, was->to.teid) == 0)
			upf->counter[UPF_END_MARKERS]++;
	}
}

static void flags_follow(struct upf *upf, struct upf_session *session,
			 const struct pfcp_session_modification_request *m)
{
	const struct upf_now now = upf_now(upf);
	const struct upf_rules *rules = &upf->scratch->after;

	if (smreq(m, PFCP_SMREQ_DROBU))
		upf->counter[UPF_DISCARDED] += dataplane_session_discard(upf->dp, session->seid);
	if (smreq(m, PFCP_SMREQ_SUMPC))
		upf_usages_pause(&session->usages, rules, true, &now);
	if (smreq(m, PFCP_SMREQ_RUMUC))
		upf_usages_pause(&session->usages, rules, false, &now);
	if (m->has_inactivity_timer)
		upf_inactivity_start(&session->inactivity, m->inactivity_timer_s, &now);
}

static struct pfcp_msg *answer_begin(struct upf *upf, const struct upf_session *session)
{
	return n4_msg(upf->n4, PFCP_SESSION_MODIFICATION_RESPONSE, session->cp.seid);
}

static void answer_send(struct n4_request *req, const struct upf_session *session,
			struct pfcp_msg *msg)
{
	if (n4_respond(req, msg))
		log_error("n4", "seid=0x%" PRIx64 " what=modification-response error=encoding",
			  session->seid);
}

static void answer_refuse(struct upf *upf, struct n4_request *req,
			  const struct upf_session *session, const struct upf_refusal *refusal)
{
	struct pfcp_msg *msg = answer_begin(upf, session);
	struct pfcp_session_modification_response *r = &msg->session_modification_response;

	upf_refused(upf, req, session->seid, refusal);
	r->cause = refusal->cause;
	r->has_offending_ie = refusal->offending_ie != 0;
	r->offending_ie = refusal->offending_ie;
	r->has_failed_rule = refusal->has_rule;
	r->failed_rule = refusal->rule;
	answer_send(req, session, msg);
}

static void answer_accept(struct upf *upf, struct n4_request *req, struct upf_session *session,
			  const struct pfcp_session_modification_request *m)
{
	struct pfcp_msg *msg = answer_begin(upf, session);
	struct pfcp_session_modification_response *r = &msg->session_modification_response;

	r->cause = PFCP_CAUSE_ACCEPTED;
	upf_created_fill(upf, r->created_pdr, &r->n_created_pdr, r->created_traffic_endpoint,
			 &r->n_created_traffic_endpoint);
	usage_answer(upf, session, m, r);
	/* Who has the answer may rely on the new limits. */
	upf_metering_go_on(upf, session, &upf->scratch->after);
	upf_keep_session(upf, session);
	answer_send(req, session, msg);
}

/* Does it ask for what a session that is just ending still has: an F-SEID, an F-TEID, a UE address?
 */
static bool claims(const struct pfcp_session_modification_request *m)
{
	return m->has_cp_f_seid || m->has_node_id || m->n_create_pdr || m->n_update_pdr ||
	       m->n_create_traffic_endpoint || m->n_update_traffic_endpoint;
}

void upf_session_modify(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_modification_request *m = &msg->session_modification_request;
	struct upf *upf = user;
	struct upf_session *session = upf_session_of(upf, req);
	struct upf_refusal refusal = {0};
	int rc;

	if (!session)
		return;
	if (claims(m))
		upf_deletions_finish(upf);
	rc = upf_take_over_check(upf, req->peer, session, m, &refusal);
	if (!rc)
		rc = change_do(upf, session, m, &refusal);
	if (rc) {
		answer_refuse(upf, req, session, &refusal);
		return;
	}
	if (upf_sets_modify(&session->sets, m))
		log_error("n4", "seid=0x%" PRIx64 " what=group-id error=\"out of memory\"",
			  session->seid);
	upf_take_over(upf, req->peer, session, m);
	session->reported_ms = 0;
	session->inherited = false;
	upf->counter[UPF_MODIFIED]++;
	log_debug("n4", "seid=0x%" PRIx64 " what=modified", session->seid);
	flags_follow(upf, session, m);
	answer_accept(upf, req, session, m);
	end_markers_send(upf, &upf->scratch->before, &upf->scratch->after, m);
}
