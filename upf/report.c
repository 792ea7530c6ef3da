// SPDX-License-Identifier: Apache-2.0
/*
 * What the UPF tells an SMF by itself (Session Report, TS 29.244 cl. 6.3.5, 7.5.8): usage, downlink
 * data, inactivity, and Error Indications of gNBs that don't know the tunnel that a session's
 * downlink goes to (cl. 5.9; at most one a session in UPF_REPORT_INTERVAL_MS, since a gNB answers
 * every packet). An SMF that doesn't know the session either has it removed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "upf/keep.h"
#include "upf/smf_set.h"

/* By number, not by pointer: the session may be gone when the answer comes. */
struct report {
	struct upf *upf;
	uint64_t seid;
};

/* ---- answers ---- */

static void discard(struct upf *upf, const struct upf_session *session)
{
	upf->counter[UPF_DISCARDED] += dataplane_session_discard(upf->dp, session->seid);
}

/* cl. 7.5.9.2: the SMF's wish for what waits */
static void answer_follow(struct upf *upf, struct upf_session *session,
			  const struct pfcp_session_report_response *r)
{
	const struct upf_change change = {.update_bar = &r->update_bar};
	struct upf_refusal refusal;

	if (r->has_srrsp_flags && r->srrsp_flags & PFCP_SRRSP_DROBU)
		discard(upf, session);
	if (r->has_update_bar && upf_session_change(upf, session, &change, false, false, &refusal))
		log_warn("n4", "seid=0x%" PRIx64 " what=report-response reason=\"%s\"",
			 session->seid, refusal.text);
}

static void on_report_done(int status, const struct pfcp_msg *response, void *user)
{
	struct report *report = user;
	struct upf *upf = report->upf;
	uint64_t seid = report->seid;
	struct upf_session *session;
	uint8_t cause = status ? 0 : response->session_report_response.cause;

	free(report);
	if (status == -ECANCELED)
		return;
	upf_deletions_finish(upf);
	session = upf_session_find(&upf->sessions, seid);
	if (!status && session)
		upf_report_answered(upf, session, &response->session_report_response);
	if (cause == PFCP_CAUSE_ACCEPTED) {
		if (session) {
			answer_follow(upf, session, &response->session_report_response);
			upf_keep_session(upf, session);
		}
		return;
	}
	/* where its reports go may have changed all the same */
	if (session)
		upf_keep_session(upf, session);
	upf->counter[UPF_REPORTS_FAILED]++;
	log_warn("n4", "seid=0x%" PRIx64 " what=report-failed cause=%s status=%d", seid,
		 pfcp_cause_name(cause), status);
	if (session && cause == PFCP_CAUSE_SESSION_NOT_FOUND) {
		upf->counter[UPF_LOST_WITH_PEER]++;
		upf_session_remove(upf, session);
	}
}

/* ---- sending ---- */

static struct pfcp_session_report_request *
report_begin(struct upf *upf, const struct upf_session *session, uint8_t type)
{
	struct pfcp_msg *msg = n4_msg(upf->n4, PFCP_SESSION_REPORT_REQUEST, session->cp.seid);

	msg->session_report_request.report_type = type;
	return &msg->session_report_request;
}

/* What report_begin began. Return: 0, -ENOTCONN, -EBUSY, -ENOMEM: counted */
static int report_send(struct upf *upf, const struct upf_session *session,
		       struct pfcp_session_report_request *r)
{
	struct pfcp_msg *msg =
		(struct pfcp_msg *)((char *)r - offsetof(struct pfcp_msg, session_report_request));
	struct report *report = calloc(1, sizeof(*report));
	int rc = -ENOMEM;

	if (report) {
		*report = (struct report){.upf = upf, .seid = session->seid};
		rc = upf_report_send(upf, session, msg, on_report_done, report);
	}
	if (rc)
		free(report);
	upf->counter[rc ? UPF_REPORTS_FAILED : UPF_REPORTS_SENT]++;
	return rc;
}

int upf_report_usage(struct upf *upf, struct upf_session *session, const struct upf_rules *rules)
{
	const struct upf_now now = upf_now(upf);
	size_t n;

	if (!session->usages.n)
		return 0;
	if (upf_usages_next(&session->usages, rules, &now) > 0)
		return 0;
	/* What was taken could not be given back. */
	if (!upf_report_possible(upf, session))
		return -ENOTCONN;
	do {
		struct pfcp_session_report_request *r =
			report_begin(upf, session, PFCP_REPORT_USAR);

		n = upf_usages_take(&session->usages, rules, &now, r->usage_report, PFCP_MAX_URR);
		if (!n)
			break;
		r->n_usage_report = (uint8_t)n;
		upf->counter[UPF_USAGE_REPORTS] += n;
		if (report_send(upf, session, r))
			log_warn("n4", "seid=0x%" PRIx64 " what=usage-reports-lost count=%zu",
				 session->seid, n);
	} while (n == PFCP_MAX_URR);
	return 0;
}

void upf_report_downlink(struct upf *upf, struct upf_session *session,
			 const struct upf_notice *notice)
{
	struct pfcp_session_report_request *r = report_begin(upf, session, PFCP_REPORT_DLDR);

	r->has_downlink_data = true;
	r->downlink_data.n_pdr_id = 1;
	r->downlink_data.pdr_id[0] = notice->pdr_id;
	if (notice->qfi) {
		r->downlink_data.n_service = 1;
		r->downlink_data.service[0] =
			(struct pfcp_service_information){.has_qfi = true, .qfi = notice->qfi};
	}
	log_info("n4", "seid=0x%" PRIx64 " what=downlink-data pdr=%u", session->seid,
		 notice->pdr_id);
	(void)report_send(upf, session, r);
}

void upf_report_inactivity(struct upf *upf, struct upf_session *session)
{
	log_info("n4", "seid=0x%" PRIx64 " what=inactive", session->seid);
	(void)report_send(upf, session, report_begin(upf, session, PFCP_REPORT_UPIR));
}

/* ---- error indications ---- */

static bool due(struct upf *upf, struct upf_session *session)
{
	uint64_t now = uv_now(upf->loop);

	if (session->reported_ms && now - session->reported_ms < UPF_REPORT_INTERVAL_MS) {
		upf->counter[UPF_REPORTS_LIMITED]++;
		return false;
	}
	session->reported_ms = now ? now : 1;
	return true;
}

static void report_error(struct upf *upf, const struct upf_session *session,
			 const struct dp_addr *from, uint32_t teid)
{
	struct pfcp_session_report_request *r = report_begin(upf, session, PFCP_REPORT_ERIR);
	struct pfcp_f_teid *f = &r->error_indication.remote_f_teid[0];

	r->has_error_indication = true;
	r->error_indication.n_remote_f_teid = 1;
	*f = (struct pfcp_f_teid){.teid = teid};
	if (from->family == AF_INET6) {
		f->address.v6 = true;
		f->address.ip6 = from->ip6;
	} else {
		f->address.v4 = true;
		f->address.ip4 = from->ip4;
	}
	(void)report_send(upf, session, r);
}

void upf_error_indication(const struct dp_addr *from, uint32_t teid, void *user)
{
	struct upf *upf = user;
	struct upf_session *session = upf_session_find_remote(&upf->sessions, from, teid);
	char addr[DP_ADDR_TEXT];

	if (!session) {
		upf->counter[UPF_ERROR_INDICATIONS_STRAY]++;
		return;
	}
	upf->counter[UPF_ERROR_INDICATIONS]++;
	if (!upf_report_possible(upf, session) || !due(upf, session))
		return;
	log_info("n4", "seid=0x%" PRIx64 " what=error-indication gnb=%s teid=%u", session->seid,
		 dp_addr_text(from, addr), teid);
	report_error(upf, session, from, teid);
}
