// SPDX-License-Identifier: Apache-2.0
/*
 * What the UPF tells an SMF by itself: Error Indication Reports (TS 29.244
 * cl. 5.9, 6.3.5, 7.5.8.4), when a gNB doesn't know the tunnel that a session's downlink goes to.
 * At most one a session in UPF_REPORT_INTERVAL_MS, since a gNB answers every packet. An SMF that
 * doesn't know the session either has it removed.
 */
#include <inttypes.h>
#include <errno.h>
#include <stdlib.h>

#include "lib/log.h"
#include "upf/smf_set.h"

/* By number, not by pointer: the session may be gone when the answer comes. */
struct report {
	struct upf *upf;
	uint64_t seid;
};

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
	session = upf_session_find(&upf->sessions, seid);
	if (!status && session)
		upf_report_answered(upf, session, &response->session_report_response);
	if (cause == PFCP_CAUSE_ACCEPTED)
		return;
	upf->counter[UPF_REPORTS_FAILED]++;
	log_warn("n4", "seid=0x%" PRIx64 " what=report-failed cause=%s status=%d", seid,
		 pfcp_cause_name(cause), status);
	if (session && cause == PFCP_CAUSE_SESSION_NOT_FOUND) {
		upf->counter[UPF_LOST_WITH_PEER]++;
		upf_session_remove(upf, session);
	}
}

static int report_send(struct upf *upf, const struct upf_session *session, struct in_addr peer,
		       uint32_t teid)
{
	struct pfcp_msg *msg = n4_msg(upf->n4, PFCP_SESSION_REPORT_REQUEST, session->cp.seid);
	struct pfcp_session_report_request *r = &msg->session_report_request;
	struct report *report = calloc(1, sizeof(*report));
	int rc;

	if (!report)
		return -ENOMEM;
	*report = (struct report){.upf = upf, .seid = session->seid};
	r->report_type = PFCP_REPORT_ERIR;
	r->has_error_indication = true;
	r->error_indication.n_remote_f_teid = 1;
	r->error_indication.remote_f_teid[0] = (struct pfcp_f_teid){
		.teid = teid,
		.address = {.v4 = true, .ip4 = peer},
	};
	rc = upf_report_send(upf, session, msg, on_report_done, report);
	if (rc)
		free(report);
	return rc;
}

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

void upf_error_indication(const struct dp_addr *from, uint32_t teid, void *user)
{
	struct upf *upf = user;
	const struct in_addr peer = from->ip4;
	struct upf_session *session = upf_session_find_remote(&upf->sessions, peer, teid);
	char addr[INET_ADDRSTRLEN];

	if (!session) {
		upf->counter[UPF_ERROR_INDICATIONS_STRAY]++;
		return;
	}
	upf->counter[UPF_ERROR_INDICATIONS]++;
	if (!due(upf, session))
		return;
	log_info("n4", "seid=0x%" PRIx64 " what=error-indication gnb=%s teid=%u", session->seid,
		 upf_addr_text(peer, addr), teid);
	if (report_send(upf, session, peer, teid))
		upf->counter[UPF_REPORTS_FAILED]++;
	else
		upf->counter[UPF_REPORTS_SENT]++;
}
