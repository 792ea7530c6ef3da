// SPDX-License-Identifier: Apache-2.0
/* Requests that come at once: deletions wait for the end of the burst, and share one barrier. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

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
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
