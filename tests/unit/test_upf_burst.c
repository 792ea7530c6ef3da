// SPDX-License-Identifier: Apache-2.0
/* Requests that come at once: deletions wait for the end of the burst, and share one barrier. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_harness.h"

enum { URR = 31, SESSIONS = UPF_ENDINGS_MAX + 8 };

struct world {
	struct harness h;
	struct example ex[SESSIONS];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	harness_open(&w->h);
	*state = w;
	return harness_associate(&w->h, w->h.ex.smf, 100, NULL) == PFCP_CAUSE_ACCEPTED ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	harness_close(&w->h);
	free(w);
	return 0;
}

/* h->msg: the @i-th session, metered by one URR */
static void session_ask(struct world *w, size_t i)
{
	struct pfcp_session_establishment_request *e = &w->h.msg.session_establishment_request;

	w->ex[i] = w->h.ex;
	w->ex[i].cp_seid += i;
	w->ex[i].ue.s_addr = htonl(ntohl(w->h.ex.ue.s_addr) + (uint32_t)i);
	w->ex[i].gnb_teid += (uint32_t)i;
	example_establishment(&w->h.msg, &w->ex[i]);
	e->n_create_urr = 1;
	pfcp_urr_init(&e->create_urr[0]);
	e->create_urr[0].urr_id = URR;
	e->create_urr[0].has_method = true;
	e->create_urr[0].method = PFCP_MEASURE_VOLUME;
	e->create_urr[0].has_triggers = true;
	e->create_urr[0].triggers = PFCP_TRIGGER_VOLTH;
	e->create_urr[0].has_volume_threshold = true;
	e->create_urr[0].volume_threshold =
		(struct pfcp_volume){.has_total = true, .total_bytes = 1 << 30};
	for (size_t p = 0; p < e->n_create_pdr; p++) {
		e->create_pdr[p].n_urr_id = 1;
		e->create_pdr[p].urr_id[0] = URR;
	}
}

static void sessions_make(struct world *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		session_ask(w, i);
		assert_int_equal(harness_request(&w->h, &w->ex[i]), PFCP_CAUSE_ACCEPTED);
	}
}

/* Return: whether it is answered at once */
static bool deletion_send(struct world *w, size_t i)
{
	pfcp_msg_init(&w->h.msg, PFCP_SESSION_DELETION_REQUEST, w->ex[i].up_seid, w->h.sequence++);
	return harness_send(&w->h, w->h.ex.smf);
}

static void all_gone(struct world *w)
{
	assert_int_equal(w->h.upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&w->h.upf.teids), 0);
	assert_int_equal(null_dp_count(w->h.upf.dp), 0);
}

static void alone(void **state)
{
	struct world *w = *state;

	sessions_make(w, 1);
	assert_true(deletion_send(w, 0));
	assert_int_equal(w->h.reply.session_deletion_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(null_dp_barriers(w->h.upf.dp), 1);
	all_gone(w);
}

/* What was under way when the deletion came is in the report: the reading is after the barrier. */
static void together(void **state)
{
	struct world *w = *state;
	const struct pfcp_session_deletion_response *r = &w->h.reply.session_deletion_response;
	size_t sent;

	sessions_make(w, 3);
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	for (size_t i = 0; i < 3; i++) {
		assert_false(deletion_send(w, i));
		assert_int_equal(harness_dp(&w->h, &w->ex[i])->pdr_count, 0);
	}
	assert_int_equal(null_dp_barriers(w->h.upf.dp), 0);
	*null_dp_urr(w->h.upf.dp, w->ex[2].up_seid, URR) =
		(struct dp_urr_counters){.octets[DP_UPLINK] = 1234, .packets[DP_UPLINK] = 1};
	n4_burst_end(w->h.upf.n4);
	assert_int_equal(null_dp_barriers(w->h.upf.dp), 1);
	assert_int_equal(w->h.sent, sent + 3);
	/* the last of them */
	assert_int_equal(w->h.reply.header.seid, w->ex[2].cp_seid);
	assert_int_equal(r->cause, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(r->n_usage_report, 1);
	assert_int_equal(r->usage_report[0].volume.total_bytes, 1234);
	all_gone(w);
}

static void more_than_wait(void **state)
{
	struct world *w = *state;
	size_t sent;

	sessions_make(w, SESSIONS);
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	for (size_t i = 0; i < SESSIONS; i++)
		(void)deletion_send(w, i);
	assert_int_equal(w->h.sent, sent + UPF_ENDINGS_MAX);
	n4_burst_end(w->h.upf.n4);
	assert_int_equal(w->h.sent, sent + SESSIONS);
	assert_int_equal(null_dp_barriers(w->h.upf.dp), 2);
	all_gone(w);
}

/* A session that is ending is there no more, for whatever comes behind in the burst. */
static void behind_a_deletion(void **state)
{
	struct world *w = *state;

	sessions_make(w, 1);
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	example_handover(&w->h.msg, &w->ex[0], w->h.ex.gnb, 99);
	w->h.msg.header.sequence = w->h.sequence++;
	assert_true(harness_send(&w->h, w->h.ex.smf));
	assert_int_equal(w->h.reply.session_modification_response.cause,
			 PFCP_CAUSE_SESSION_NOT_FOUND);
	assert_true(deletion_send(w, 0));
	assert_int_equal(w->h.reply.session_deletion_response.cause, PFCP_CAUSE_SESSION_NOT_FOUND);
	/* the same F-SEID and UE address: it is free by then */
	session_ask(w, 0);
	assert_int_equal(harness_request(&w->h, &w->ex[0]), PFCP_CAUSE_ACCEPTED);
	n4_burst_end(w->h.upf.n4);
	assert_int_equal(w->h.upf.sessions.count, 1);
	assert_true(deletion_send(w, 0));
	all_gone(w);
}

static void release_behind_a_deletion(void **state)
{
	struct world *w = *state;
	size_t sent;

	sessions_make(w, 2);
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	pfcp_msg_init(&w->h.msg, PFCP_ASSOCIATION_RELEASE_REQUEST, 0, w->h.sequence++);
	w->h.msg.association_release_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = w->h.ex.smf};
	assert_true(harness_send(&w->h, w->h.ex.smf));
	n4_burst_end(w->h.upf.n4);
	assert_int_equal(w->h.sent, sent + 2);
	assert_int_equal(w->h.reply.association_release_response.cause, PFCP_CAUSE_ACCEPTED);
	all_gone(w);
}

/* The same association again, and none of its sessions kept */
static void setup_behind_a_deletion(void **state)
{
	struct world *w = *state;

	sessions_make(w, 2);
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	assert_int_equal(harness_associate(&w->h, w->h.ex.smf, 101, NULL), PFCP_CAUSE_ACCEPTED);
	n4_burst_end(w->h.upf.n4);
	all_gone(w);
}

/* The deletion is done, and answered, as is what @n others asked */
static void answered(const struct world *w, size_t sent, size_t n)
{
	assert_int_equal(w->h.sent, sent + 1 + n);
	assert_int_equal(w->h.upf.ending_count, 0);
	assert_int_equal(w->h.upf.counter[UPF_DELETED], 1);
}

/* The set has both sessions; the one that was deleted before is not deleted with it again. */
static void set_deletion_behind_a_deletion(void **state)
{
	struct world *w = *state;
	struct pfcp_session_set_deletion_request *r = &w->h.msg.session_set_deletion_request;
	const struct pfcp_fq_csid set = {.ip4 = w->h.ex.smf, .n_csid = 1, .csid = {5}};
	size_t sent;

	for (size_t i = 0; i < 2; i++) {
		session_ask(w, i);
		w->h.msg.session_establishment_request.n_fq_csid = 1;
		w->h.msg.session_establishment_request.fq_csid[0] = set;
		assert_int_equal(harness_request(&w->h, &w->ex[i]), PFCP_CAUSE_ACCEPTED);
	}
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	pfcp_msg_init(&w->h.msg, PFCP_SESSION_SET_DELETION_REQUEST, 0, w->h.sequence++);
	r->node_id = (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = w->h.ex.smf};
	r->n_fq_csid = 1;
	r->fq_csid[0] = set;
	assert_true(harness_send(&w->h, w->h.ex.smf));
	assert_int_equal(w->h.reply.session_set_deletion_response.cause, PFCP_CAUSE_ACCEPTED);
	answered(w, sent, 1);
	assert_int_equal(w->h.upf.counter[UPF_DELETED_IN_SETS], 1);
	n4_burst_end(w->h.upf.n4);
	all_gone(w);
}

/* A heartbeat tells of another stamp: the UPF asks by one of its own, and hears @stamp. */
static void heartbeat(struct world *w, uint32_t stamp)
{
	pfcp_msg_init(&w->h.msg, PFCP_HEARTBEAT_REQUEST, 0, w->h.sequence++);
	w->h.msg.heartbeat_request.recovery_time_stamp = 101;
	assert_true(harness_send(&w->h, w->h.ex.smf));
	assert_int_equal(w->h.reply.header.type, PFCP_HEARTBEAT_REQUEST);
	pfcp_msg_init(&w->h.msg, PFCP_HEARTBEAT_RESPONSE, 0, w->h.reply.header.sequence);
	w->h.msg.heartbeat_response.recovery_time_stamp = stamp;
	(void)harness_send(&w->h, w->h.ex.smf);
}

/* The SMF has restarted: its sessions wait for its association, the one that is ending doesn't. */
static void restart_behind_a_deletion(void **state)
{
	struct world *w = *state;
	const struct upf_peer *peer = n4_peer_find(w->h.upf.n4, w->h.ex.smf)->user;
	size_t sent;

	sessions_make(w, 2);
	heartbeat(w, 100); /* it wasn't the SMF */
	assert_false(uv_is_active((const uv_handle_t *)peer->wait));
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	heartbeat(w, 101);
	assert_true(uv_is_active((const uv_handle_t *)peer->wait));
	n4_burst_end(w->h.upf.n4);
	answered(w, sent, 2);
	assert_int_equal(w->h.upf.sessions.count, 1);
	assert_int_equal(harness_associate(&w->h, w->h.ex.smf, 101, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(w->h.upf.counter[UPF_LOST_WITH_PEER], 1);
	all_gone(w);
}

/* A report that its SMF has no session for ends the session; one that is ending, ends as deleted.
 */
static void report_behind_a_deletion(void **state)
{
	struct world *w = *state;
	struct dp_addr gnb;
	size_t sent;

	sessions_make(w, 2);
	gnb = dp_addr_ip4(w->ex[0].gnb);
	upf_error_indication(&gnb, w->ex[0].gnb_teid, &w->h.upf);
	assert_int_equal(w->h.reply.header.type, PFCP_SESSION_REPORT_REQUEST);
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	pfcp_msg_init(&w->h.msg, PFCP_SESSION_REPORT_RESPONSE, w->ex[0].up_seid,
		      w->h.reply.header.sequence);
	w->h.msg.session_report_response.cause = PFCP_CAUSE_SESSION_NOT_FOUND;
	assert_true(harness_send(&w->h, w->h.ex.smf)); /* the deletion's answer */
	assert_int_equal(w->h.reply.header.type, PFCP_SESSION_DELETION_RESPONSE);
	answered(w, sent, 0);
	n4_burst_end(w->h.upf.n4);
	assert_int_equal(w->h.upf.sessions.count, 1);
	assert_int_equal(w->h.upf.counter[UPF_LOST_WITH_PEER], 0);
	assert_int_equal(w->h.sent, sent + 1);
}

/* What an ending session has is another's, once that asks for it: a UE address in a new PDR. */
static void claim_behind_a_deletion(void **state)
{
	struct world *w = *state;
	struct pfcp_session_modification_request *m = &w->h.msg.session_modification_request;
	size_t sent;

	sessions_make(w, 2);
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	example_modification(&w->h.msg, &w->ex[1]);
	m->n_update_pdr = 1;
	pfcp_pdr_init(&m->update_pdr[0]);
	m->update_pdr[0].pdr_id = EX_PDR_DL;
	m->update_pdr[0].has_pdi = true;
	m->update_pdr[0].pdi.source_interface = PFCP_INTERFACE_CORE;
	m->update_pdr[0].pdi.n_ue_ip = 1;
	m->update_pdr[0].pdi.ue_ip[0] = (struct pfcp_ue_ip){
		.destination = true, .address = {.v4 = true, .ip4 = w->ex[0].ue}};
	assert_int_equal(harness_request(&w->h, &w->ex[1]), PFCP_CAUSE_ACCEPTED);
	answered(w, sent, 1);
	n4_burst_end(w->h.upf.n4);
	assert_true(deletion_send(w, 1));
	all_gone(w);
}

static void on_drained(void *user)
{
	*(bool *)user = true;
}

/* An SMF that doesn't understand that the UPF stops is left at once when it has no session, not
 * even one that is ending. */
static void drain_behind_a_deletion(void **state)
{
	struct world *w = *state;
	struct pfcp_association_update_response *r = &w->h.msg.association_update_response;
	bool over = false;
	size_t sent;
	uint32_t sequence;

	sessions_make(w, 1);
	assert_int_equal(upf_drain(&w->h.upf, 60, on_drained, &over), 0);
	assert_int_equal(w->h.reply.header.type, PFCP_ASSOCIATION_UPDATE_REQUEST);
	sequence = w->h.reply.header.sequence;
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	pfcp_msg_init(&w->h.msg, PFCP_ASSOCIATION_UPDATE_RESPONSE, 0, sequence);
	r->node_id = (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = w->h.ex.smf};
	r->cause = PFCP_CAUSE_REJECTED;
	assert_true(harness_send(&w->h, w->h.ex.smf));
	answered(w, sent, 0);
	assert_true(over);
	assert_int_equal(n4_peer_count(w->h.upf.n4), 0);
	n4_burst_end(w->h.upf.n4);
	all_gone(w);
}

/* Who has asked is answered, with the last reading. */
static void stop_behind_a_deletion(void **state)
{
	struct world *w = *state;
	size_t sent;

	sessions_make(w, 2);
	sent = w->h.sent;
	n4_burst_begin(w->h.upf.n4);
	assert_false(deletion_send(w, 0));
	upf_stop(&w->h.upf);
	assert_int_equal(w->h.sent, sent + 1);
	assert_int_equal(w->h.reply.header.type, PFCP_SESSION_DELETION_RESPONSE);
	assert_int_equal(w->h.reply.session_deletion_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(w->h.reply.session_deletion_response.n_usage_report, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(alone),
		T(together),
		T(more_than_wait),
		T(behind_a_deletion),
		T(release_behind_a_deletion),
		T(setup_behind_a_deletion),
		T(set_deletion_behind_a_deletion),
		T(restart_behind_a_deletion),
		T(report_behind_a_deletion),
		T(claim_behind_a_deletion),
		T(drain_behind_a_deletion),
		T(stop_behind_a_deletion),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
