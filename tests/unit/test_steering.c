// SPDX-License-Identifier: Apache-2.0
/*
 * Steering: which stream the player's inputs go to, the switching signal until it is answered, and
 * client-side state; and all at once at a switch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/stream-client/steering.h"
#include "tests/unit/player_world.h"

enum { SENT_MAX = 512 };

struct sent {
	char what[SENT_MAX][16]; /* "input 3+2", "switch 7", "view" */
	unsigned count;
	int result;
};

static int sent_input(void *user, const struct control_input *input)
{
	struct sent *s = user;

	snprintf(s->what[s->count++ % SENT_MAX], 16, "input %u+%u", input->first, input->count);
	return s->result;
}

static int sent_signal(void *user, uint32_t number)
{
	struct sent *s = user;

	snprintf(s->what[s->count++ % SENT_MAX], 16, "switch %u", number);
	return s->result;
}

static int sent_view(void *user, const char *text, size_t len)
{
	struct sent *s = user;

	snprintf(s->what[s->count++ % SENT_MAX], 16, "view %.*s", (int)len, text);
	return s->result;
}

struct steered {
	struct inputs *inputs;
	struct steering *steering;
	struct sent sent;
	struct steering_wire wire;
};

static void steered_open(struct steered *s, struct input_source *source)
{
	memset(s, 0, sizeof *s);
	s->inputs = ready_inputs(0);
	assert_int_equal(steering_new(s->inputs, source, &s->steering), 0);
	s->wire = (struct steering_wire){sent_input, sent_signal, sent_view, &s->sent};
	steering_to(s->steering, 1);
}

static void steered_close(struct steered *s)
{
	steering_free(s->steering);
	inputs_free(s->inputs);
}

static void expect(struct steered *s, unsigned count, const char *const *what)
{
	assert_int_equal(s->sent.count, count);
	for (unsigned i = 0; i < count; i++)
		assert_string_equal(s->sent.what[i], what[i]);
	s->sent.count = 0;
}

/* Signal, then what is unacknowledged, at once and in this order; then only from the new stream */
static void test_switch_sends_at_once(void **state)
{
	static const char *const at_once[] = {"switch 7", "input 1+2"};
	static const char *const again[] = {"switch 7", "input 1+2"};
	struct steered s;

	steered_open(&s, NULL);
	make(s.inputs, INPUT_UP, T0, 1);
	make(s.inputs, INPUT_UP, T0, 2);
	steering_pump(s.steering, 1, T0, &s.wire);
	s.sent.count = 0;
	steering_switch(s.steering, 2, 7, T0 + MS, &s.wire);
	expect(&s, 2, at_once);
	assert_int_equal(steering_where(s.steering), 2);
	steering_pump(s.steering, 1, T0 + 50 * MS, &s.wire);
	expect(&s, 0, NULL);
	steering_pump(s.steering, 2, T0 + 50 * MS, &s.wire);
	expect(&s, 2, again);
	steered_close(&s);
}

static void test_signal_until_answered(void **state)
{
	struct control_role_change accepted = {7, CONTROL_PRIMARY, CONTROL_ACCEPTED},
				   earlier = {6, CONTROL_SECONDARY, CONTROL_ACCEPTED},
				   unknown = {0, CONTROL_SECONDARY, CONTROL_UNKNOWN};
	struct signal_outcome outcome;
	struct steered s;

	steered_open(&s, NULL);
	assert_int_equal(steering_outcome(s.steering, 7, &outcome), -ENOENT);
	steering_switch(s.steering, 2, 7, T0, &s.wire);
	for (unsigned ms = 1; ms <= 100; ms++)
		steering_pump(s.steering, 2, T0 + ms * (uint64_t)MS, &s.wire);
	assert_int_equal(s.sent.count, 11);
	steering_role(s.steering, 2, &earlier, T0 + 101 * MS);	/* of the switch before */
	steering_role(s.steering, 1, &accepted, T0 + 101 * MS); /* on another stream */
	steering_role(s.steering, 2, &unknown, T0 + 101 * MS);
	steering_pump(s.steering, 2, T0 + 110 * MS, &s.wire);
	assert_int_equal(s.sent.count, 12);
	assert_int_equal(steering_outcome(s.steering, 7, &outcome), 0);
	assert_true(outcome.role_ns == 0 && outcome.outcome == CONTROL_UNKNOWN);
	steering_role(s.steering, 2, &accepted, T0 + 111 * MS);
	steering_pump(s.steering, 2, T0 + 500 * MS, &s.wire);
	assert_int_equal(s.sent.count, 12);
	assert_int_equal(steering_outcome(s.steering, 7, &outcome), 0);
	assert_true(outcome.role_ns == T0 + 111 * MS && outcome.sends == 12);
	assert_int_equal(outcome.outcome, CONTROL_ACCEPTED);
	steered_close(&s);
}

static void test_signal_stale(void **state)
{
	struct control_role_change stale = {9, CONTROL_PRIMARY, CONTROL_STALE};
	struct signal_outcome outcome;
	struct steered s;

	steered_open(&s, NULL);
	steering_switch(s.steering, 2, 7, T0, &s.wire);
	steering_role(s.steering, 2, &stale, T0 + MS);
	steering_pump(s.steering, 2, T0 + 500 * MS, &s.wire);
	assert_int_equal(s.sent.count, 1);
	assert_int_equal(steering_outcome(s.steering, 7, &outcome), 0);
	assert_int_equal(outcome.outcome, CONTROL_STALE);
	assert_true(outcome.role_ns == T0 + MS);
	steered_close(&s);
}

static void told(struct steered *s, uint32_t n, uint32_t number, uint8_t role, uint8_t outcome,
		 uint64_t now)
{
	struct control_role_change m = {number, role, outcome};

	steering_role(s->steering, n, &m, now);
}

/* Both sessions were cut, and the other one came first: what is shown is signalled anew. */
static void test_a_role_that_was_lost_is_claimed(void **state)
{
	static const char *const want[] = {"switch 9"};
	struct steering_counters counters;
	struct steered s;

	steered_open(&s, NULL);
	told(&s, 2, 8, CONTROL_SECONDARY, CONTROL_ACCEPTED, T0); /* not the one that is steered */
	told(&s, 1, 8, CONTROL_PRIMARY, CONTROL_ACCEPTED, T0);
	told(&s, 1, 7, CONTROL_SECONDARY, CONTROL_ACCEPTED, T0); /* late news */
	told(&s, 1, 8, CONTROL_SECONDARY, CONTROL_UNKNOWN, T0);	 /* of nobody's knowledge */
	steering_pump(s.steering, 1, T0, &s.wire);
	expect(&s, 0, NULL);
	told(&s, 1, 8, CONTROL_SECONDARY, CONTROL_ACCEPTED, T0 + MS);
	told(&s, 1, 8, CONTROL_SECONDARY, CONTROL_ACCEPTED, T0 + 2 * MS); /* repeated */
	steering_pump(s.steering, 2, T0 + 2 * MS, &s.wire);
	steering_pump(s.steering, 1, T0 + 2 * MS, &s.wire);
	expect(&s, 1, want);
	told(&s, 1, 9, CONTROL_PRIMARY, CONTROL_ACCEPTED, T0 + 5 * MS);
	steering_pump(s.steering, 1, T0 + 500 * MS, &s.wire);
	expect(&s, 0, NULL);
	steering_counters(s.steering, &counters);
	assert_true(counters.signals == 1 && counters.reclaims == 1);
	steered_close(&s);
}

/* Somebody else wants it, too: not more than once a second, and with growing numbers */
static void test_claims_are_bounded(void **state)
{
	struct steering_counters counters;
	struct steered s;
	uint32_t newest = 8;

	steered_open(&s, NULL);
	for (unsigned ms = 0; ms < 10000; ms += 10) {
		uint64_t now = T0 + ms * (uint64_t)MS;

		told(&s, 1, newest, CONTROL_SECONDARY, CONTROL_ACCEPTED, now);
		steering_pump(s.steering, 1, now, &s.wire);
		if (s.sent.count == 0)
			continue;
		s.sent.count = 0;
		told(&s, 1, newest + 1, CONTROL_PRIMARY, CONTROL_ACCEPTED, now);
		newest += 2; /* and again it is the other's */
	}
	steering_counters(s.steering, &counters);
	assert_int_equal(counters.reclaims, 10);
	/* there is no number after the last one */
	told(&s, 1, UINT32_MAX, CONTROL_SECONDARY, CONTROL_ACCEPTED, T0 + 20000ULL * MS);
	steering_counters(s.steering, &counters);
	assert_int_equal(counters.reclaims, 10);
	steered_close(&s);
}

/* The display has switched, so the role follows: with the next number that there is. */
static void a_switch_that_came_to_nothing(uint32_t newest, uint8_t outcome, const char *claim)
{
	const char *const want[] = {claim};
	struct signal_outcome o;
	struct steered s;

	steered_open(&s, NULL);
	steering_switch(s.steering, 2, 7, T0, &s.wire);
	s.sent.count = 0;
	told(&s, 2, newest, CONTROL_SECONDARY, outcome, T0 + MS);
	assert_int_equal(steering_outcome(s.steering, 7, &o), 0);
	assert_true(o.has_outcome && o.outcome == outcome && o.role_ns == T0 + MS);
	steering_pump(s.steering, 2, T0 + 2 * MS, &s.wire);
	expect(&s, 1, want);
	steered_close(&s);
}

static void test_a_stale_switch_is_claimed(void **state)
{
	a_switch_that_came_to_nothing(9, CONTROL_STALE, "switch 10");
	a_switch_that_came_to_nothing(7, CONTROL_STALE, "switch 8");
	a_switch_that_came_to_nothing(3, CONTROL_REFUSED, "switch 4");
}

/* Its number was taken on another session: "accepted" is no answer to a secondary */
static void test_an_acceptance_of_another(void **state)
{
	struct signal_outcome o;
	struct steered s;

	steered_open(&s, NULL);
	steering_switch(s.steering, 2, 7, T0, &s.wire);
	told(&s, 2, 7, CONTROL_SECONDARY, CONTROL_ACCEPTED, T0 + MS);
	assert_int_equal(steering_outcome(s.steering, 7, &o), 0);
	assert_true(!o.has_outcome && o.role_ns == 0);
	steered_close(&s);
}

/* Without an answer: a hundred times in the first second, ten times a second after that */
static void test_signal_unanswered(void **state)
{
	struct steered s;

	steered_open(&s, NULL);
	steering_switch(s.steering, 2, 7, T0, &s.wire);
	for (unsigned ms = 1; ms <= 3000; ms++)
		steering_pump(s.steering, 2, T0 + ms * (uint64_t)MS, &s.wire);
	assert_in_range(s.sent.count, 101 + 19, 101 + 20);
	steered_close(&s);
}

static void test_source_time(void **state)
{
	static const char *const want[] = {"input 1+1"};
	struct input_source *source;
	struct steered s;
	char error[256];

	assert_int_equal(load("30 left\n", error, &source), 0);
	steered_open(&s, source);
	steering_pump(s.steering, 1, T0 + 1000ULL * MS, &s.wire); /* nothing shown yet */
	expect(&s, 0, NULL);
	steering_start(s.steering, T0 + 1000ULL * MS);
	steering_start(s.steering, T0 + 5000ULL * MS); /* once */
	assert_true(steering_pump(s.steering, 1, T0 + 1010ULL * MS, &s.wire) == 20 * MS);
	expect(&s, 0, NULL);
	steering_pump(s.steering, 2, T0 + 1030ULL * MS, &s.wire); /* not steered there */
	expect(&s, 0, NULL);
	steering_pump(s.steering, 1, T0 + 1030ULL * MS, &s.wire);
	expect(&s, 1, want);
	steered_close(&s);
	input_source_free(source);
}

static void test_view(void **state)
{
	static const char *const want[] = {"view {}", "view {}"};
	struct steering_counters counters;
	struct steered s;

	steered_open(&s, NULL);
	steering_pump(s.steering, 1, T0, &s.wire);
	steering_view(s.steering, true, "{}", 2);
	steering_pump(s.steering, 2, T0, &s.wire);
	expect(&s, 0, NULL);
	for (unsigned ms = 0; ms < 2 * STEERING_VIEW_MS; ms++)
		steering_pump(s.steering, 1, T0 + ms * (uint64_t)MS, &s.wire);
	expect(&s, 2, want);
	steering_view(s.steering, false, NULL, 0);
	steering_pump(s.steering, 1, T0 + 9000ULL * MS, &s.wire);
	expect(&s, 0, NULL);
	steering_counters(s.steering, &counters);
	assert_int_equal(counters.views, 2);
	steered_close(&s);
}

/* What can't be sent is sent again, and counted. */
static void test_send_fails(void **state)
{
	struct steering_counters counters;
	struct steered s;

	steered_open(&s, NULL);
	s.sent.result = -ENOTCONN;
	make(s.inputs, INPUT_UP, T0, 1);
	steering_pump(s.steering, 1, T0, &s.wire);
	s.sent.result = 0;
	steering_pump(s.steering, 1, T0 + 20 * MS, &s.wire);
	assert_int_equal(s.sent.count, 2);
	steering_counters(s.steering, &counters);
	assert_int_equal(counters.send_errors, 1);
	steered_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switch_sends_at_once),
		cmocka_unit_test(test_signal_until_answered),
		cmocka_unit_test(test_signal_stale),
		cmocka_unit_test(test_signal_unanswered),
		cmocka_unit_test(test_a_role_that_was_lost_is_claimed),
		cmocka_unit_test(test_claims_are_bounded),
		cmocka_unit_test(test_a_stale_switch_is_claimed),
		cmocka_unit_test(test_an_acceptance_of_another),
		cmocka_unit_test(test_source_time),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_send_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
