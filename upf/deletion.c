// SPDX-License-Identifier: Apache-2.0
/*
 * Session deletion, with the last Usage Report of each URR: TS 29.244 cl. 6.3.4, 7.5.6, 7.5.7.
 *
 * The last reading is taken when no packet is under way any more, and to know that takes longer
 * than all the rest (dataplane_barrier visits each processor). So the deletions of a burst of
 * requests wait for its end, and share one.
 */
#include <inttypes.h>

#include "lib/log.h"
#include "upf/upf.h"

/* Nothing passes any more, so that what is read after a barrier is all. */
static void stop_forwarding(struct upf *upf, const struct upf_session *session,
			    const struct upf_rules *rules)
{
	struct dp_session *dp = &upf->scratch->dp;

	dp->id = session->seid;
	dp->pdr_count = dp->far_count = dp->qer_count = dp->urr_count = 0;
	dp->filter_count = dp->ue_count = 0;
	for (size_t i = 0; i < rules->n_urr; i++)
		dp->urr[dp->urr_count++] =
			(struct dp_urr){.id = rules->urr[i].id, DP_URR_NO_LIMITS};
	/* Where it can't, what passes after the reading is not reported. */
	if (dataplane_session_apply(upf->dp, dp, NULL))
		log_warn("dataplane", "seid=0x%" PRIx64 " what=last-reading", session->seid);
}

static void usage_answer(struct upf *upf, struct upf_session *session,
			 struct pfcp_session_deletion_response *ret)
{
	const struct upf_now now = upf_now(upf);
	struct upf_rules *rules = upf_session_rules(upf, session);
	size_t n;

	if (!rules->n_urr)
		return;
	upf_metering_count(upf, session, rules);
	upf_usages_end(&session->usages, PFCP_USAGE_TERMR);
	n = upf_usages_take(&session->usages, rules, &now, ret->usage_report, PFCP_MAX_URR);
	ret->n_usage_report = (uint8_t)n;
	upf->counter[UPF_USAGE_REPORTS] += n;
}

static void session_end(struct upf *upf, struct upf_session *session, struct n4_request *req)
{
	struct pfcp_msg *answer = n4_msg(upf->n4, PFCP_SESSION_DELETION_RESPONSE, session->cp.seid);

	log_debug("n4", "seid=0x%" PRIx64 " what=deleted", session->seid);
	answer->session_deletion_response.cause = PFCP_CAUSE_ACCEPTED;
	usage_answer(upf, session, &answer->session_deletion_response);
	upf_session_remove(upf, session);
	upf->counter[UPF_DELETED]++;
	if (n4_respond(req, answer))
		log_error("n4", "what=deletion-response error=encoding");
}

void upf_deletions_finish(void *user)
{
	struct upf *upf = user;

	if (!upf->ending_count)
		return;
	dataplane_barrier(upf->dp);
	for (size_t i = 0; i < upf->ending_count; i++)
		session_end(upf, upf->ending[i].session, upf->ending[i].req);
	upf->ending_count = 0;
}

/* Its alarm must not install rules again. */
static void session_stop(struct upf *upf, struct upf_session *session, struct n4_request *req,
			 const struct upf_rules *rules)
{
	stop_forwarding(upf, session, rules);
	upf_alarm_stop(&upf->alarms, &session->alarm);
	session->ending = true;
	upf->ending[upf->ending_count++] = (struct upf_ending){session, req};
	if (!n4_in_burst(upf->n4) || upf->ending_count == UPF_ENDINGS_MAX)
		upf_deletions_finish(upf);
}

void upf_session_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct upf *upf = user;
	struct upf_session *session = upf_session_of(upf, req);
	const struct upf_rules *rules;

	if (!session)
		return;
	rules = upf_session_rules(upf, session);
	if (rules->n_urr)
		session_stop(upf, session, req, rules);
	else
		session_end(upf, session, req);
}
