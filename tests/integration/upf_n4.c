// SPDX-License-Identifier: Apache-2.0
/*
 * N4 of a real upf on the ebpf data plane: scripted SMFs associate, establish, modify, delete,
 * restart, lie and send rubbish; each answer is looked at, and GET /v1/sessions before and after.
 * User packets tell that the rules do what they say. Writes TAP.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/upf_talk.h"

static struct smf smf, thief;

/* ---- cases ---- */

static void case_association(struct bed *bed)
{
	const struct pfcp_association_setup_response *r = &smf.answer.association_setup_response;
	struct example ex = talk_example(bed, &smf, "10.60.1.2", 1);

	tap_ok(talk_establish(bed, &smf, &ex) == PFCP_CAUSE_NO_ASSOCIATION,
	       "session establishment before an association: cause 72");
	tap_ok(talk_associate(bed, &smf, false) == PFCP_CAUSE_ACCEPTED, "association setup");
	tap_ok(r->has_up_features && (r->up_features & (PFCP_UPF_FTUP | PFCP_UPF_PFDM)) ==
					     (PFCP_UPF_FTUP | PFCP_UPF_PFDM),
	       "announces F-TEID allocation and PFD management");
	tap_ok(r->recovery_time_stamp == (uint32_t)talk_status_number("recovery_time_stamp"),
	       "tells its recovery time stamp");
	tap_ok(r->node_id.type == PFCP_NODE_IP4 && r->node_id.ip4.s_addr == bed->n4.s_addr,
	       "its Node ID is its N4 address");
	tap_ok(talk_alive(bed, &smf), "heartbeat is answered");
	tap_ok(smf.answer.heartbeat_response.recovery_time_stamp ==
		       (uint32_t)talk_status_number("recovery_time_stamp"),
	       "with the same recovery time stamp");
}

static void case_upf_sends_heartbeats(struct bed *bed)
{
	uint8_t buf[2048];
	ssize_t n;

	/* Not through next_message(), which would answer and go on */
	while ((n = recv(smf.fd, buf, sizeof(buf), 0)) > 0)
		if (buf[1] == PFCP_HEARTBEAT_REQUEST)
			break;
	tap_ok(n > 0, "the UPF sends heartbeats");
}

static void case_session(struct bed *bed, struct example *ex)
{
	struct pfcp_session_establishment_response first;
	static uint8_t buf[BED_DATAGRAM], reply[BED_DATAGRAM];
	size_t len, reply_len;

	tap_ok(talk_establish(bed, &smf, ex) == PFCP_CAUSE_ACCEPTED, "session establishment");
	first = smf.answer.session_establishment_response;
	tap_ok(smf.answer.header.seid == ex->cp_seid && ex->up_seid && ex->ul_teid,
	       "the answer has our SEID, the UPF's and an F-TEID");
	tap_ok(first.created_pdr[0].f_teid.address.ip4.s_addr == bed->n3.s_addr,
	       "the F-TEID is on N3");
	reply_len = smf.reply_len;
	memcpy(reply, smf.reply, reply_len);
	if (pfcp_encode(&smf.msg, buf, sizeof(buf), &len))
		bail("encode", EINVAL);
	tap_ok(smf_exchange(&smf, bed, buf, len, PFCP_SESSION_ESTABLISHMENT_RESPONSE,
			    smf.sequence) &&
		       smf.reply_len == reply_len && !memcmp(reply, smf.reply, reply_len),
	       "a retransmission gets the same octets");
	tap_ok(talk_status_number("sessions") == 1 && talk_status_number("teids") == 1,
	       "and is not done twice");
	tap_ok(talk_uplink(bed, ex, EX_QFI), "uplink: a packet with this TEID comes out of N6");
	tap_ok(talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, EX_QFI),
	       "downlink: a packet comes to the gNB with its TEID and the QER's QFI");
	tap_ok(talk_session_counter(ex->up_seid, "uplink") == 1 &&
		       talk_session_counter(ex->up_seid, "downlink") == 1,
	       "both are counted in GET /v1/sessions/{seid}");
}

static void case_rest(const struct example *ex)
{
	static const char *const wanted[] = {
		"\nbaton_upf_sessions 1\n",
		"baton_upf_n4_total{what=\"rx_retransmitted\"} 1\n",
		"baton_upf_dropped_packets_total{reason=\"unknown_teid\"} ",
		"baton_upf_gtpu_total{what=\"echo_requests_received\"} ",
		"baton_upf_pfcp_messages_total{direction=\"received\",message=\"session-"
		"establishment-"
		"request\"} ",
		"baton_upf_pfcp_responses_total{direction=\"sent\",message=\"session-establishment-"
		"response\",cause=\"accepted\"} 1\n",
		"baton_upf_pfcp_request_seconds_count{direction=\"received\",message=\"session-"
		"establishment-request\"} 1\n",
		"baton_upf_interface_packets_total{interface=\"n3\"",
		"baton_upf_interface_bytes_total{interface=\"n6\"",
	};
	char path[64], *text = upf_text("/metrics", 200);
	json_t *session;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		tap_ok(text && strstr(text, wanted[i]), "/metrics: %.*s",
		       (int)strcspn(wanted[i] + 1, "\n") + 1, wanted[i] + (*wanted[i] == '\n'));
	free(text);
	snprintf(path, sizeof(path), "/v1/sessions/%llu", (unsigned long long)ex->up_seid);
	session = upf_get(path);
	text = json_dumps(json_object_get(session, "ue_addresses"), 0);
	tap_ok(text && !strcmp(text, "[\"10.60.1.2\"]"),
	       "GET /v1/sessions/{seid} has the UE's address");
	free(text);
	json_decref(session);
	free(text = upf_text("/v1/sessions/1", 404));
	tap_ok(text != NULL, "another SEID is 404");
}

static void case_refusal(struct bed *bed, const struct refusal *row, const struct example *session)
{
	static uint8_t buf[BED_DATAGRAM];
	struct example ex = talk_example(bed, &smf, "10.60.1.9", 0x9999);
	char *before = upf_state(), *after;
	const char *wrong = "no answer";
	size_t len;

	if (row->type == PFCP_SESSION_MODIFICATION_REQUEST)
		ex = *session;
	ex.ul_teid = session->ul_teid;
	ex.sequence = ++smf.sequence;
	len = refusal_encode(row, &ex, &smf.msg, buf, sizeof(buf));
	if (!len)
		bail(row->name, EINVAL);
	if (smf_exchange(&smf, bed, buf, len, (uint8_t)(row->type + 1), ex.sequence))
		wrong = refusal_check(row, &ex, &smf.answer);
	after = upf_state();
	if (!wrong && strcmp(before, after))
		wrong = "something changed";
	tap_ok(!wrong, "refused: %s", row->name);
	if (wrong)
		tap_note("%s", wrong);
	free(before);
	free(after);
}

static void case_refusals(struct bed *bed, struct example *ex)
{
	struct example same_ue = talk_example(bed, &smf, "10.60.1.2", 0x2222);
	char *before = upf_state(), *after;
	const struct refusal *row;

	for (size_t i = 0; (row = refusal_at(i)); i++)
		case_refusal(bed, row, ex);
	tap_ok(talk_establish(bed, &smf, &same_ue) == PFCP_CAUSE_RULE_FAILURE,
	       "refused: a UE address that is in use (open5gs#3899)");
	tap_ok(talk_delete(bed, &smf, UINT64_MAX) == PFCP_CAUSE_SESSION_NOT_FOUND,
	       "refused: deletion of a huge SEID (free5gc#731)");
	after = upf_state();
	tap_ok(!strcmp(before, after), "after all that the session is as it was");
	tap_ok(talk_uplink(bed, ex, EX_QFI) &&
		       talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, EX_QFI),
	       "and forwards both ways");
	free(before);
	free(after);
}

static void case_thief(struct bed *bed, struct example *ex)
{
	const struct example mine = {.smf = smf.addr};

	tap_ok(talk_delete(bed, &thief, ex->up_seid) == PFCP_CAUSE_NO_ASSOCIATION,
	       "deletion from a stranger who knows the SEID: cause 72 (open5gs#3693)");
	example_association(&thief.msg, &mine, 99);
	tap_ok(smf_request(&thief, bed) &&
		       thief.answer.association_setup_response.cause == PFCP_CAUSE_REJECTED,
	       "association with the SMF's Node ID from elsewhere is refused (free5gc#819)");
	tap_ok(talk_associate(bed, &thief, false) == PFCP_CAUSE_ACCEPTED,
	       "another SMF of its own may associate");
	tap_ok(talk_delete(bed, &thief, ex->up_seid) == PFCP_CAUSE_SESSION_NOT_FOUND,
	       "but not delete the first one's session");
	tap_ok(talk_status_number("sessions") == 1 && talk_uplink(bed, ex, EX_QFI),
	       "which forwards");
}

static void case_rubbish(struct bed *bed)
{
	static const struct {
		size_t len;
		uint8_t octets[24];
	} rows[] = {
		{0, {0}},
		{1, {0}},
		{4, {0x20, 0x01, 0x00, 0x00}},
		/* free5gc#483: Recovery Time Stamp of length 0 */
		{16, {0x20, 0x01, 0x00, 0x0c, 0, 0, 2, 0, 0, 0x60, 0, 0, 0xe8, 0x1f, 0xe7, 0xb4}},
		/* free5gc#482: an IE type above 0x7fff */
		{20,
		 {0x20, 0x01, 0x00, 0x10, 0, 0, 3, 0, 0, 0x60, 0, 4, 1, 2, 3, 4, 0xff, 0xff, 0, 9}},
		{8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{12, {0x21, 0x32, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}},
		{16, {0x20, 0xc8, 0, 12, 0, 0, 7, 0}},	    /* a type that nobody has */
		{16, {0x21, 0x05, 0, 12, [14] = 9}},	    /* free5gc#741: S flag in a setup */
		{8, {0x20, 0x06, 0, 4, 0, 0, 8, 0}},	    /* an answer to nothing */
		{12, {0x24, 0x01, 0, 4, 0, 0, 9, 0, 0x24}}, /* another message follows, cut */
	};
	char *before = upf_state(), *after;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		smf_send(&smf, bed, rows[i].octets, rows[i].len);
	tap_ok(talk_alive(bed, &smf), "lives through rubbish");
	after = upf_state();
	tap_ok(!strcmp(before, after), "which changes nothing");
	free(before);
	free(after);
}

static void case_version(struct bed *bed)
{
	const uint8_t request[] = {0x40, 0x01, 0, 4, 0, 0x12, 0x34, 0};

	tap_ok(smf_exchange(&smf, bed, request, sizeof(request),
			    PFCP_VERSION_NOT_SUPPORTED_RESPONSE, 0x1234),
	       "version 2 is answered with Version Not Supported");
}

static void case_handover(struct bed *bed, struct example *ex)
{
	uint32_t teid = 0;
	uint8_t qfi = 0;

	tap_ok(talk_handover(bed, &smf, ex, ip("10.101.1.2"), 55) == PFCP_CAUSE_ACCEPTED,
	       "session modification: another gNB");
	tap_ok(talk_downlink(bed, ex, bed->gnb2_fd, 55, EX_QFI), "downlink goes there");
	tap_ok(!gnb_receive(bed, bed->gnb_fd, &teid, &qfi, NEVER_MS), "and not to the first");
	tap_ok(talk_uplink(bed, ex, EX_QFI), "uplink keeps its F-TEID");
	tap_ok(talk_handover(bed, &smf, ex, ex->gnb, ex->gnb_teid) == PFCP_CAUSE_ACCEPTED &&
		       talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, EX_QFI),
	       "and back");
}

static void case_error_indication(struct bed *bed, struct example *ex)
{
	const struct pfcp_session_report_request *r = &smf.request.session_report_request;
	const struct pfcp_f_teid *f = &r->error_indication.remote_f_teid[0];
	static struct pfcp_msg answer;
	static uint8_t buf[2048];
	size_t len;

	gnb_error(bed, ex->gnb, ex->gnb_teid);
	tap_ok(smf_await(&smf, bed, PFCP_SESSION_REPORT_REQUEST, SOON_MS),
	       "the gNB's Error Indication comes to the SMF as a Session Report");
	tap_ok(smf.request.header.seid == ex->cp_seid && r->report_type == PFCP_REPORT_ERIR &&
		       r->error_indication.n_remote_f_teid == 1 && f->teid == ex->gnb_teid &&
		       f->address.ip4.s_addr == ex->gnb.s_addr,
	       "for this session, with the gNB's F-TEID");
	pfcp_msg_init(&answer, PFCP_SESSION_REPORT_RESPONSE, ex->up_seid,
		      smf.request.header.sequence);
	answer.session_report_response.cause = PFCP_CAUSE_ACCEPTED;
	if (pfcp_encode(&answer, buf, sizeof(buf), &len))
		bail("encode", EINVAL);
	smf_send(&smf, bed, buf, len);
	for (int i = 0; i < 5; i++)
		gnb_error(bed, ex->gnb, ex->gnb_teid);
	tap_ok(!smf_await(&smf, bed, PFCP_SESSION_REPORT_REQUEST, NEVER_MS),
	       "more of them at once are not reported again");
	tap_ok(talk_status_number("sessions") == 1, "the session stands: the SMF decides");
}

static void case_deletion(struct bed *bed, struct example *ex)
{
	tap_ok(talk_delete(bed, &smf, ex->up_seid) == PFCP_CAUSE_ACCEPTED, "session deletion");
	tap_ok(talk_status_number("sessions") == 0 && talk_status_number("teids") == 0,
	       "gives back everything");
	gnb_send(bed, ex->ul_teid, EX_QFI, ex->ue, "late");
	tap_ok(gnb_told(bed, ex->ul_teid, SOON_MS),
	       "a late packet is answered with an Error Indication");
	tap_ok(!edge_receive(bed, ex->ue, "late", NEVER_MS), "and not forwarded");
	tap_ok(talk_delete(bed, &smf, ex->up_seid) == PFCP_CAUSE_SESSION_NOT_FOUND,
	       "a second deletion finds nothing: cause 65");
}

static void case_smf_restart(struct bed *bed, struct example *ex)
{
	uint64_t seid;

	talk_establish(bed, &smf, ex);
	seid = ex->up_seid;
	smf.stamp++;
	tap_ok(talk_associate(bed, &smf, true) == PFCP_CAUSE_ACCEPTED &&
		       talk_status_number("sessions") == 1,
	       "an SMF that restarts and asks for it finds its session retained");
	tap_ok(talk_uplink(bed, ex, EX_QFI), "and forwarding");
	tap_ok(talk_restore(bed, &smf, ex) == PFCP_CAUSE_ACCEPTED && ex->up_seid == seid &&
		       talk_status_number("sessions") == 1,
	       "restoring it gives the same session");
	smf.stamp++;
	tap_ok(talk_associate(bed, &smf, false) == PFCP_CAUSE_ACCEPTED &&
		       talk_status_number("sessions") == 0,
	       "an SMF that restarts and doesn't ask has none");
	tap_ok(talk_status_number("teids") == 0, "nor TEIDs");
}

static void case_upf_restart(struct bed *bed, struct example *ex)
{
	talk_establish(bed, &smf, ex);
	tap_ok(WIFSIGNALED(upf_end(bed, SIGKILL)), "kill -9 of the UPF");
	upf_run(bed);
	tap_ok(talk_status_number("sessions") == 0, "it comes back empty, over its own left-overs");
	tap_ok(talk_delete(bed, &smf, ex->up_seid) == PFCP_CAUSE_NO_ASSOCIATION,
	       "and says that it has no association");
	tap_ok(talk_associate(bed, &smf, false) == PFCP_CAUSE_ACCEPTED, "association again");
	tap_ok(talk_restore(bed, &smf, ex) == PFCP_CAUSE_ACCEPTED,
	       "restoration with the F-TEID it had");
	tap_ok(talk_uplink(bed, ex, EX_QFI), "the gNB needs no change: uplink comes through");
	tap_ok(talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, EX_QFI), "and downlink");
}

/* What tc(8) says of a device's filters, both hooks */
static bool filters_left(const char *dev)
{
	char command[128];
	FILE *f;
	int c;

	snprintf(command, sizeof(command),
		 "tc filter show dev %s ingress; tc filter show dev %s egress", dev, dev);
	f = popen(command, "r");
	if (!f)
		bail("tc", errno);
	c = fgetc(f);
	pclose(f);
	return c != EOF;
}

/* T3-RESPONSE and N3-REQUESTS are the data plane's: 1 s, 3 times */
enum { PATH_MS = 10000 };

/* A gNB that doesn't answer Echo Requests, and then does */
static void case_paths(struct bed *bed, struct example *ex)
{
	const struct pfcp_node_report_request *r = &smf.request.node_report_request;
	bool back = false;

	upf_end(bed, SIGKILL);
	bed_configure(bed, "echo_interval_s: 1\ndrain_s: 4\n");
	upf_run(bed);
	talk_associate(bed, &smf, false);
	ex->gnb = ip("10.101.1.1");
	tap_ok(talk_establish(bed, &smf, ex) == PFCP_CAUSE_ACCEPTED, "a session on a path");
	tap_ok(smf_await(&smf, bed, PFCP_NODE_REPORT_REQUEST, PATH_MS) && r->has_path_failure &&
		       r->path_failure.peer[0].address.ip4.s_addr == ex->gnb.s_addr,
	       "the gNB doesn't answer: a path failure is reported");
	smf_accept(&smf, bed);
	/* those that wait in its socket are too old to count */
	for (int i = 0; i < 20 && !back; i++)
		back = gnb_answer_echo(bed, PATH_MS) &&
		       smf_await(&smf, bed, PFCP_NODE_REPORT_REQUEST, 100);
	tap_ok(back && r->has_path_recovery &&
		       r->path_recovery.peer[0].address.ip4.s_addr == ex->gnb.s_addr,
	       "it answers: the recovery is");
	smf_accept(&smf, bed);
}

/* The SMF is asked to leave first, and the session works until it does. */
static void case_stop(struct bed *bed, const struct example *ex)
{
	const struct pfcp_association_update_request *u = &smf.request.association_update_request;
	int status = 0;

	tap_ok(filters_left("n3"), "while it runs, n3 has its filters");
	kill(bed->pid, SIGTERM);
	tap_ok(smf_await(&smf, bed, PFCP_ASSOCIATION_UPDATE_REQUEST, PATH_MS) &&
		       u->release_request == PFCP_RELEASE_SARR && u->graceful_release_s == 4,
	       "SIGTERM: the SMF is asked to leave within drain_s");
	smf_accept(&smf, bed);
	tap_ok(talk_uplink(bed, ex, EX_QFI), "its session is forwarding meanwhile");
	pfcp_msg_init(&smf.msg, PFCP_ASSOCIATION_RELEASE_REQUEST, 0, 0);
	smf.msg.association_release_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = smf.addr};
	tap_ok(smf_request(&smf, bed) &&
		       smf.answer.association_release_response.cause == PFCP_CAUSE_ACCEPTED,
	       "the SMF releases the association");
	waitpid(bed->pid, &status, 0);
	bed->pid = 0;
	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "that ends it with status 0");
	tap_ok(!filters_left("n3") && !filters_left("n6"), "its filters are gone");
}

int main(void)
{
	static struct bed bed;
	struct example ex;

	bed_make(&bed, "ebpf");
	upf_run(&bed);
	smf_open(&smf, "127.0.4.10", 1000);
	smf_open(&thief, "127.0.4.66", 50);
	ex = talk_example(&bed, &smf, "10.60.1.2", 0x1111);

	case_association(&bed);
	case_upf_sends_heartbeats(&bed);
	case_session(&bed, &ex);
	case_rest(&ex);
	case_refusals(&bed, &ex);
	case_thief(&bed, &ex);
	case_rubbish(&bed);
	case_version(&bed);
	case_handover(&bed, &ex);
	case_error_indication(&bed, &ex);
	case_deletion(&bed, &ex);
	case_smf_restart(&bed, &ex);
	case_upf_restart(&bed, &ex);
	case_paths(&bed, &ex);
	case_stop(&bed, &ex);

	smf_close(&smf);
	smf_close(&thief);
	bed_free(&bed);
	return tap_end();
}
