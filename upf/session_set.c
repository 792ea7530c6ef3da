// SPDX-License-Identifier: Apache-2.0
/*
 * Session set deletion (TS 29.244 cl. 7.4.6, TS 23.527 cl. 4.6: a part of an SMF has failed, its
 * sessions shall go) and modification (cl. 5.22.4, 7.4.7: their reports shall go elsewhere). An SMF
 * names only sessions of its own and of its set. Sets have no index: both are rare, and walk all
 * sessions.
 */
#include "lib/log.h"
#include "upf/keep.h"
#include "upf/smf_set.h"

static uint8_t association_check(const struct n4_request *req, const struct pfcp_node_id *id)
{
	return req->peer && req->peer->associated && pfcp_node_id_equal(&req->peer->node_id, id)
		       ? PFCP_CAUSE_ACCEPTED
		       : PFCP_CAUSE_NO_ASSOCIATION;
}

static void answer(struct upf *upf, struct n4_request *req, uint8_t cause, uint16_t ie,
		   const char *why)
{
	struct upf_refusal refusal;

	if (cause != PFCP_CAUSE_ACCEPTED) {
		upf_refuse(&refusal, cause, ie, "%s", why);
		upf_refused(upf, req, 0, &refusal);
	}
	n4_respond_cause(req, 0, cause, ie);
}

static bool in_one(const struct upf_session *s, const struct pfcp_fq_csid *fq, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (upf_sets_has_csid(&s->sets, &fq[i]))
			return true;
	return false;
}

void upf_session_set_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_set_deletion_request *r = &msg->session_set_deletion_request;
	struct upf *upf = user;
	struct upf_session *s, *next;
	size_t deleted = 0;

	upf_deletions_finish(upf);
	if (association_check(req, &r->node_id) != PFCP_CAUSE_ACCEPTED) {
		answer(upf, req, PFCP_CAUSE_NO_ASSOCIATION, 0, "not associated");
		return;
	}
	if (!r->n_fq_csid) {
		answer(upf, req, PFCP_CAUSE_CONDITIONAL_IE_MISSING, PFCP_IE_FQ_CSID, "no FQ-CSID");
		return;
	}
	for (s = upf_session_next(&upf->sessions, NULL); s; s = next) {
		next = upf_session_next(&upf->sessions, s);
		if (!upf_may_control(upf, req->peer, s) || !in_one(s, r->fq_csid, r->n_fq_csid))
			continue;
		upf_session_remove(upf, s);
		deleted++;
	}
	upf->counter[UPF_DELETED_IN_SETS] += deleted;
	log_info("n4", "what=session-set-deleted sessions=%zu", deleted);
	answer(upf, req, PFCP_CAUSE_ACCEPTED, 0, NULL);
}

static bool is_meant(const struct upf_session *s, const struct pfcp_session_change_info *c)
{
	if (in_one(s, c->fq_csid, c->n_fq_csid))
		return true;
	for (size_t i = 0; i < c->n_group_id; i++)
		if (upf_sets_has_group(&s->sets, &c->group_id[i]))
			return true;
	for (size_t i = 0; i < c->n_cp_address; i++)
		if (upf_sets_has_cp(&s->sets, &c->cp_address[i]))
			return true;
	return false;
}

/* The first change that means it holds. */
static bool redirect(struct upf_session *s, const struct pfcp_session_set_modification_request *r)
{
	for (size_t i = 0; i < r->n_change; i++) {
		if (!is_meant(s, &r->change[i]))
			continue;
		s->sets.report_to = r->change[i].smf.address.ip4;
		return true;
	}
	return false;
}

void upf_session_set_modify(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_set_modification_request *r =
		&msg->session_set_modification_request;
	struct upf *upf = user;
	size_t changed = 0;

	if (association_check(req, &r->node_id) != PFCP_CAUSE_ACCEPTED) {
		answer(upf, req, PFCP_CAUSE_NO_ASSOCIATION, 0, "not associated");
		return;
	}
	for (size_t i = 0; i < r->n_change; i++) {
		if (r->change[i].smf.address.v4)
			continue;
		answer(upf, req, PFCP_CAUSE_MANDATORY_IE_INCORRECT,
		       PFCP_IE_ALTERNATIVE_SMF_IP_ADDRESS, "N4 is over IPv4 here");
		return;
	}
	for (struct upf_session *s = upf_session_next(&upf->sessions, NULL); s;
	     s = upf_session_next(&upf->sessions, s))
		if (upf_may_control(upf, req->peer, s) && redirect(s, r)) {
			upf_keep_session(upf, s);
			changed++;
		}
	log_info("n4", "what=session-set-modified sessions=%zu", changed);
	answer(upf, req, PFCP_CAUSE_ACCEPTED, 0, NULL);
}
