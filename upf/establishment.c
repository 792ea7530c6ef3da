// SPDX-License-Identifier: Apache-2.0
/* Session establishment: TS 29.244 cl. 6.3.2, 7.5.2, 7.5.3; restoration (RESTI): TS 23.527
 * cl. 4.3.2. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "upf/keep.h"

static int request_check(const struct upf *upf, const struct n4_request *req,
			 const struct pfcp_session_establishment_request *e, struct upf_refusal *r)
{
	if (!pfcp_node_id_equal(&e->node_id, &req->peer->node_id))
		return upf_refuse(r, PFCP_CAUSE_NO_ASSOCIATION, PFCP_IE_NODE_ID,
				  "the Node ID is not the association's");
	if (upf_draining(upf))
		return upf_refuse(r, PFCP_CAUSE_NO_RESOURCES, 0, "about to stop");
	if (!e->cp_f_seid.seid)
		return upf_refuse(r, PFCP_CAUSE_MANDATORY_IE_INCORRECT, PFCP_IE_F_SEID, "SEID 0");
	if (!e->n_create_pdr)
		return upf_refuse(r, PFCP_CAUSE_MANDATORY_IE_MISSING, PFCP_IE_CREATE_PDR,
				  "no Create PDR");
	if (!e->n_create_far)
		return upf_refuse(r, PFCP_CAUSE_MANDATORY_IE_MISSING, PFCP_IE_CREATE_FAR,
				  "no Create FAR");
	if (e->has_pdn_type && (e->pdn_type < PFCP_PDN_IP4 || e->pdn_type > PFCP_PDN_IP4V6))
		return upf_refuse(r, PFCP_CAUSE_SERVICE_NOT_SUPPORTED, PFCP_IE_PDN_TYPE,
				  "PDN type %u is not supported", e->pdn_type);
	return 0;
}

/* The session to fill: a new one, or with RESTI the one that has outlived its SMF's memory of us */
static int session_begin(struct upf *upf, const struct n4_request *req,
			 const struct pfcp_session_establishment_request *e, bool restore,
			 struct upf_session **ret_session, bool *ret_new, struct upf_refusal *r)
{
	struct upf_peer *peer = req->peer->user;
	uint64_t cp_seid = e->cp_f_seid.seid;
	int rc;

	*ret_session = upf_session_find_cp(&upf->sessions, req->peer->addr, cp_seid);
	/* The answer may have gone with the predecessor: then it is asked for again, by the same
	 * request, which nobody knows any more for the same (cl. 6.4) */
	if (*ret_session && (*ret_session)->inherited && !restore) {
		upf_session_remove(upf, *ret_session);
		*ret_session = NULL;
	}
	*ret_new = !*ret_session;
	if (*ret_session && !restore)
		return upf_refuse(r, PFCP_CAUSE_MANDATORY_IE_INCORRECT, PFCP_IE_F_SEID,
				  "the F-SEID is another session's");
	if (*ret_session)
		return 0;
	rc = upf_session_new(&upf->sessions, req->peer->addr, cp_seid, &peer->sessions,
			     ret_session);
	return rc ? upf_refuse(r, PFCP_CAUSE_NO_RESOURCES, 0, "no room for a session") : 0;
}

static void answer_accept(struct upf *upf, struct n4_request *req,
			  const struct upf_session *session)
{
	struct pfcp_msg *m = n4_msg(upf->n4, PFCP_SESSION_ESTABLISHMENT_RESPONSE, session->cp.seid);
	struct pfcp_session_establishment_response *r = &m->session_establishment_response;

	r->node_id = *n4_node_id(upf->n4);
	r->cause = PFCP_CAUSE_ACCEPTED;
	r->has_up_f_seid = true;
	r->up_f_seid = (struct pfcp_f_seid){
		.seid = session->seid,
		.address = {.v4 = true, .ip4 = n4_node_addr(upf->n4)},
	};
	upf_created_fill(upf, r->created_pdr, &r->n_created_pdr, r->created_traffic_endpoint,
			 &r->n_created_traffic_endpoint);
	if (n4_respond(req, m))
		log_error("n4", "seid=0x%" PRIx64 " what=establishment-response error=encoding",
			  session->seid);
}

static void answer_refuse(struct upf *upf, struct n4_request *req, uint64_t cp_seid,
			  const struct upf_refusal *refusal)
{
	struct pfcp_msg *m = n4_msg(upf->n4, PFCP_SESSION_ESTABLISHMENT_RESPONSE, cp_seid);
	struct pfcp_session_establishment_response *r = &m->session_establishment_response;

	upf_refused(upf, req, 0, refusal);
	r->node_id = *n4_node_id(upf->n4);
	r->cause = refusal->cause;
	r->has_offending_ie = refusal->offending_ie != 0;
	r->offending_ie = refusal->offending_ie;
	r->has_failed_rule = refusal->has_rule;
	r->failed_rule = refusal->rule;
	if (n4_respond(req, m))
		log_error("n4", "what=establishment-response error=encoding");
}

static void session_describe(struct upf *upf, struct upf_session *session,
			     const struct pfcp_session_establishment_request *e)
{
	const struct upf_now now = upf_now(upf);

	session->inherited = false;
	session->established_ns = clock_now_ns();
	session->reported_ms = 0;
	session->notice.due_ms = 0;
	free(session->dnn);
	/* Out of memory: nobody is told the DNN. */
	session->dnn = e->has_dnn ? strdup(e->dnn.text) : NULL;
	if (upf_sets_establish(&session->sets, e))
		log_error("n4", "seid=0x%" PRIx64 " what=group-id error=\"out of memory\"",
			  session->seid);
	upf_inactivity_start(&session->inactivity,
			     e->has_inactivity_timer ? e->inactivity_timer_s : 0, &now);
	if (e->has_sereq_flags && e->sereq_flags & PFCP_SEREQ_SUMPC)
		upf_usages_pause(&session->usages, &upf->scratch->after, true, &now);
	upf_metering_go_on(upf, session, &upf->scratch->after);
}

static struct upf_change change_of(const struct pfcp_session_establishment_request *e)
{
	return (struct upf_change){
		.n_create_pdr = e->n_create_pdr,
		.create_pdr = e->create_pdr,
		.n_create_far = e->n_create_far,
		.create_far = e->create_far,
		.n_create_qer = e->n_create_qer,
		.create_qer = e->create_qer,
		.n_create_urr = e->n_create_urr,
		.create_urr = e->create_urr,
		.n_create_endpoint = e->n_create_traffic_endpoint,
		.create_endpoint = e->create_traffic_endpoint,
		.create_bar = e->has_create_bar ? &e->create_bar : NULL,
	};
}

void upf_session_establish(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_establishment_request *e = &msg->session_establishment_request;
	const bool restore = e->has_sereq_flags && (e->sereq_flags & PFCP_SEREQ_RESTI);
	const struct upf_change change = change_of(e);
	struct upf *upf = user;
	struct upf_session *session = NULL;
	struct upf_refusal refusal = {0};
	bool is_new = false;
	int rc;

	/* What those sessions have may be wanted. */
	upf_deletions_finish(upf);
	rc = request_check(upf, req, e, &refusal);
	if (!rc)
		rc = session_begin(upf, req, e, restore, &session, &is_new, &refusal);
	if (!rc) {
		rc = upf_session_change(upf, session, &change, true, restore, &refusal);
		if (rc && is_new)
			upf_session_remove(upf, session);
	}
	if (rc) {
		answer_refuse(upf, req, e->cp_f_seid.seid, &refusal);
		return;
	}
	session_describe(upf, session, e);
	upf->counter[restore ? UPF_RESTORED : UPF_ESTABLISHED]++;
	log_debug("n4", "seid=0x%" PRIx64 " cp_seid=0x%" PRIx64 " what=%s", session->seid,
		  session->cp.seid, restore ? "restored" : "established");
	upf_keep_session(upf, session);
	answer_accept(upf, req, session);
}
