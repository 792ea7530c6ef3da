// SPDX-License-Identifier: Apache-2.0
/* What happens as time goes by: downlink data that a FAR keeps back, PDRs that become active and
 * end to be, inactivity; and what the SMF answers to reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/upf_rules_bed.h"

static const struct pfcp_session_report_request *report(struct harness *h)
{
	assert_int_equal(h->reply.header.type, PFCP_SESSION_REPORT_REQUEST);
	assert_int_equal(h->reply.header.seid, h->ex.cp_seid);
	return &h->reply.session_report_request;
}

/* Answers the latest report by what h->msg has; so that it isn't sent again */
static struct pfcp_session_report_response *answer_begin(struct harness *h)
{
	const uint32_t sequence = h->reply.header.sequence;

	pfcp_msg_init(&h->msg, PFCP_SESSION_REPORT_RESPONSE, h->ex.up_seid, sequence);
	h->msg.session_report_response.cause = PFCP_CAUSE_ACCEPTED;
	return &h->msg.session_report_response;
}

static void answer(struct harness *h)
{
	answer_begin(h);
	assert_false(harness_send(h, h->ex.smf));
}

static struct upf_session *session_of(struct harness *h)
{
	return upf_session_find(&h->upf.sessions, h->ex.up_seid);
}

/* Until the UPF has sent something, for a second at most */
static bool wait_for_message(struct harness *h)
{
	const size_t before = h->sent;
	const uint64_t end = uv_now(&h->loop) + 1000;

	while (h->sent == before && uv_now(&h->loop) < end)
		uv_run(&h->loop, UV_RUN_ONCE);
	return h->sent > before;
}

static void on_timer(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void wait_ms(struct harness *h, uint64_t ms)
{
	bool over = false;
	uv_timer_t timer;

	uv_timer_init(&h->loop, &timer);
	timer.data = &over;
	uv_update_time(&h->loop);
	uv_timer_start(&timer, on_timer, ms, 0);
	while (!over)
		uv_run(&h->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&h->loop, UV_RUN_NOWAIT);
}

/* ---- downlink data ---- */

static void buffering_establish(struct harness *h, uint8_t delay)
{
	example_establishment(&h->msg, &h->ex);
	pdr_like(h, 1, 3);
	EST(h)->has_create_bar = true;
	EST(h)->create_bar = (struct pfcp_bar){
		.bar_id = 3,
		.has_notification_delay = delay != 0,
		.notification_delay = delay, /* of 50 ms */
	};
	EST(h)->create_far[1].apply_action = PFCP_ACTION_BUFF | PFCP_ACTION_NOCP;
	EST(h)->create_far[1].has_bar_id = true;
	EST(h)->create_far[1].bar_id = 3;
	accepted(h);
}

static void test_downlink_data(void **state)
{
	struct harness *h = *state;
	size_t sent;

	buffering_establish(h, 0);
	sent = h->sent;
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 9, &h->upf);
	assert_int_equal(h->sent, sent + 1);
	assert_int_equal(report(h)->report_type, PFCP_REPORT_DLDR);
	assert_int_equal(report(h)->downlink_data.pdr_id[0], EX_PDR_DL);
	assert_int_equal(report(h)->downlink_data.service[0].qfi, 9);
	answer(h);
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 0, &h->upf);
	assert_int_equal(report(h)->downlink_data.n_service, 0);
	answer(h);
	sent = h->sent;
	upf_downlink_data(h->ex.up_seid, 77, 0, &h->upf);	     /* no such PDR */
	upf_downlink_data(h->ex.up_seid + 1, EX_PDR_DL, 0, &h->upf); /* no such session */
	upf_downlink_data(h->ex.up_seid, EX_PDR_UL, 0, &h->upf);     /* its FAR forwards */
	assert_int_equal(h->sent, sent);
	assert_int_equal(h->upf.counter[UPF_DOWNLINK_DATA], 2);
}

/* One that comes again while it waits is told of once, another PDR's at once. */
static void test_downlink_data_delayed(void **state)
{
	struct harness *h = *state;
	size_t sent;

	buffering_establish(h, 1);
	sent = h->sent;
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 9, &h->upf);
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 9, &h->upf);
	assert_int_equal(h->sent, sent);
	upf_downlink_data(h->ex.up_seid, 3, 0, &h->upf);
	assert_int_equal(h->sent, sent + 1);
	assert_int_equal(report(h)->downlink_data.pdr_id[0], 3);
	answer(h);
	assert_true(wait_for_message(h));
	assert_int_equal(h->sent, sent + 2);
	assert_int_equal(report(h)->downlink_data.pdr_id[0], EX_PDR_DL);
	answer(h);
	wait_ms(h, 60);
	assert_int_equal(h->sent, sent + 2);
	assert_int_equal(session_of(h)->alarm.place, 0);
}

/* By the time that it would be told of, the UE is there already, or the session gone. */
static void test_downlink_data_delayed_for_nothing(void **state)
{
	struct harness *h = *state;
	size_t sent;

	buffering_establish(h, 1);
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 9, &h->upf);
	example_handover(&h->msg, &h->ex, h->ex.gnb, 5);
	accepted(h);
	sent = h->sent;
	wait_ms(h, 60);
	assert_int_equal(h->sent, sent);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	buffering_establish(h, 1);
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 9, &h->upf);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	sent = h->sent;
	wait_ms(h, 60);
	assert_int_equal(h->sent, sent);
}

/* What the SMF's answer says: drop what waits, and other limits for what comes */
static void test_answer_with_drobu_and_bar(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_report_response *r;

	buffering_establish(h, 0);
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 0, &h->upf);
	r = answer_begin(h);
	r->has_srrsp_flags = true;
	r->srrsp_flags = PFCP_SRRSP_DROBU;
	r->has_update_bar = true;
	r->update_bar = (struct pfcp_bar){
		.bar_id = 3,
		.has_buffering_packets = true,
		.buffering_packets = 300,
		.has_notification_delay = true,
		.notification_delay = 1,
	};
	assert_false(harness_send(h, h->ex.smf));
	assert_int_equal(null_dp_discards(h->upf.dp), 1);
	assert_int_equal(h->upf.counter[UPF_DISCARDED], 1);
	assert_int_equal(dp_far(h, EX_PDR_DL)->buffer_packets, 300);
	upf_downlink_data(h->ex.up_seid, EX_PDR_DL, 0, &h->upf);
	assert_true(session_of(h)->notice.due_ms != 0); /* the new delay holds */
	assert_true(wait_for_message(h));
	r = answer_begin(h); /* of a BAR that isn't there: nothing happens */
	r->has_update_bar = true;
	r->update_bar = (struct pfcp_bar){.bar_id = 9, .has_buffering_packets = true};
	assert_false(harness_send(h, h->ex.smf));
	assert_int_equal(dp_far(h, EX_PDR_DL)->buffer_packets, 300);
}

static void test_drobu_in_a_modification(void **state)
{
	struct harness *h = *state;

	buffering_establish(h, 0);
	example_modification(&h->msg, &h->ex);
	MOD(h)->has_smreq_flags = true;
	MOD(h)->smreq_flags = PFCP_SMREQ_DROBU;
	accepted(h);
	assert_int_equal(null_dp_discards(h->upf.dp), 1);
	example_handover(&h->msg, &h->ex, h->ex.n3, 5); /* refused: then not */
	MOD(h)->has_smreq_flags = true;
	MOD(h)->smreq_flags = PFCP_SMREQ_DROBU;
	assert_int_equal(harness_request(h, &h->ex), PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(null_dp_discards(h->upf.dp), 1);
}

/* ---- PDRs' times ---- */

/* PDR 3 from the next second on, PDR 2 until then */
static void test_pdr_times(void **state)
{
	struct harness *h = *state;
	const uint32_t now = upf_now(&h->upf).ntp;

	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 1)->has_deactivation_time = true;
	pdr_of(h, 1)->deactivation_time = now + 1;
	pdr_like(h, 1, 3)->has_deactivation_time = false;
	EST(h)->create_pdr[2].has_activation_time = true;
	EST(h)->create_pdr[2].activation_time = now + 1;
	accepted(h);
	if (upf_now(&h->upf).ntp == now) {
		assert_non_null(dp_pdr(h, EX_PDR_DL));
		assert_null(dp_pdr(h, 3));
		assert_int_equal(session_of(h)->changes_at, now + 1);
		wait_ms(h, 1050);
	}
	assert_null(dp_pdr(h, EX_PDR_DL));
	assert_non_null(dp_pdr(h, 3));
	assert_int_equal(session_of(h)->changes_at, 0);
	assert_int_equal(session_of(h)->alarm.place, 0);
	pdr_update(h, EX_PDR_DL)->cleared = (struct pfcp_cleared){1, {PFCP_IE_DEACTIVATION_TIME}};
	accepted(h);
	assert_non_null(dp_pdr(h, EX_PDR_DL));
}

/* It is just due when something else sets the alarm anew: it isn't put off. */
static void test_pdr_time_that_has_just_passed(void **state)
{
	struct harness *h = *state;
	const uint32_t now = upf_now(&h->upf).ntp;

	buffering_establish(h, 20);
	pdr_update(h, EX_PDR_DL)->has_deactivation_time = true;
	MOD(h)->update_pdr[0].deactivation_time = now + 1000;
	accepted(h);
	session_of(h)->changes_at = now - 1;
	upf_downlink_data(h->ex.up_seid, 3, 0, &h->upf); /* waits for its delay of a second */
	assert_true(session_of(h)->alarm.at_ms <= upf_now(&h->upf).ms);
	wait_ms(h, 5);
	assert_int_equal(session_of(h)->changes_at, now + 1000);
}

/* All asleep: nothing is in the data plane, but the addresses and TEIDs are held. */
static void test_all_pdrs_asleep(void **state)
{
	struct harness *h = *state;
	const uint32_t then = upf_now(&h->upf).ntp + 1000;
	struct pfcp_pdr *pdr;

	example_establishment(&h->msg, &h->ex);
	for (int i = 0; i < 2; i++) {
		pdr_of(h, i)->has_activation_time = true;
		pdr_of(h, i)->activation_time = then;
	}
	accepted(h);
	assert_null(null_dp_find(h->upf.dp, h->ex.up_seid));
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 1);
	pdr = pdr_update(h, EX_PDR_UL);
	pdr->cleared = (struct pfcp_cleared){1, {PFCP_IE_ACTIVATION_TIME}};
	accepted(h);
	assert_int_equal(harness_dp(h, &h->ex)->pdr_count, 1);
}

/* ---- inactivity ---- */

static void test_inactivity(void **state)
{
	struct harness *h = *state;
	size_t sent;

	example_establishment(&h->msg, &h->ex);
	EST(h)->has_inactivity_timer = true;
	EST(h)->inactivity_timer_s = 1;
	accepted(h);
	sent = h->sent;
	wait_ms(h, 500);
	null_dp_counters(h->upf.dp, h->ex.up_seid)->latest_ns = upf_now(&h->upf).ms * 1000000;
	wait_ms(h, 700);
	assert_int_equal(h->sent, sent); /* a packet has put it off */
	assert_true(wait_for_message(h));
	assert_int_equal(report(h)->report_type, PFCP_REPORT_UPIR);
	answer(h);
	sent = h->sent;
	example_modification(&h->msg, &h->ex);
	MOD(h)->has_inactivity_timer = true; /* 0: no more */
	accepted(h);
	assert_int_equal(session_of(h)->alarm.place, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rules_bed_setup, rules_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_downlink_data),
		T(test_downlink_data_delayed),
		T(test_downlink_data_delayed_for_nothing),
		T(test_answer_with_drobu_and_bar),
		T(test_drobu_in_a_modification),
		T(test_pdr_times),
		T(test_pdr_time_that_has_just_passed),
		T(test_all_pdrs_asleep),
		T(test_inactivity),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
