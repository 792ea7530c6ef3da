// SPDX-License-Identifier: Apache-2.0
/* Session deletion, with the last Usage Report of each URR: TS 29.244 cl. 6.3.4, 7.5.6, 7.5.7. */
#include <inttypes.h>

#include "lib/log.h"
#include "upf/upf.h"

/* Nothing passes any more, so that what is read then is all. */
static void stop_forwarding(struct upf *upf, const struct upf_session *session,
			    const struct upf_rules *rules)
{
	struct dp_session *dp = &upf->scratch->dp;

	*dp = (struct dp_session){.id = session->seid};
	for (size_t i = 0; i < rules->n_urr; i++)
		dp->urr[dp->urr_count++] =
			(struct dp_urr){.id = rules->urr[i].id, DP_URR_NO_LIMITS};
	/* Where it can't, what passes after the reading is not reported. */
	if (dataplane_session_apply(upf->dp, dp, NULL))
		log_warn("dataplane", "seid=0x%" PRIx64 " what=last-reading", session->seid);
	else
		dataplane_barrier(upf->dp);
}

static void usage_answer(struct upf *upf, struct upf_session *session,
			 struct pfcp_session_deletion_response *ret)
{
	const struct upf_now now = upf_now(upf);
	struct upf_rules *rules = upf_session_rules(upf, session);
	size_t n;

	if (!rules->n_urr)
		return;
	stop_forwarding(upf, session, rules);
	upf_metering_count(upf, session, rules);
	upf_usages_end(&session->usages, PFCP_USAGE_TERMR);
	n = upf_usages_take(&session->usages, rules, &now, ret->usage_report, PFCP_MAX_URR);
	ret->n_usage_report = (uint8_t)n;
	upf->counter[UPF_USAGE_REPORTS] += n;
}

void upf_session_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct upf *upf = user;
	struct upf_session *session = upf_session_of(upf, req);
	struct pfcp_msg *answer;

	if (!session)
		return;
	log_info("n4", "seid=0x%" PRIx64 " what=deleted", session->seid);
	answer = n4_msg(upf->n4, PFCP_SESSION_DELETION_RESPONSE, session->cp.seid);
	answer->session_deletion_response.cause = PFCP_CAUSE_ACCEPTED;
	usage_answer(upf, session, &answer->session_deletion_response);
	upf_session_remove(upf, session);
	upf->counter[UPF_DELETED]++;
	if (n4_respond(req, answer))
		log_error("n4", "what=deletion-response error=encoding");
}
