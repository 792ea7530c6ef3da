// SPDX-License-Identifier: Apache-2.0
/*
 * The player's inputs: numbers, what is sent when and again, what acknowledges; where they come
 * from; which stream they go to, and the switching signal.
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

#include "apps/stream-client/keyboard.h"
#include "apps/stream-client/input_source.h"
#include "tests/unit/player_world.h"

/* ---- inputs ---- */

static void test_numbers_begin_with_the_stamp(void **state)
{
	struct inputs *in;
	uint32_t seq;

	assert_int_equal(inputs_new(&in), 0);
	assert_int_equal(inputs_make(in, INPUT_UP, T0, &seq), -EAGAIN);
	/* what the run before has sent is being applied, one a tick */
	for (uint32_t i = 0; i <= 30; i++) {
		inputs_acked(in, 11 + i, T0 + i * 16 * (uint64_t)MS);
		assert_int_equal(inputs_make(in, INPUT_UP, T0, &seq), -EAGAIN);
	}
	inputs_acked(in, 41, T0 + 779 * (uint64_t)MS);
	assert_int_equal(inputs_make(in, INPUT_UP, T0, &seq), -EAGAIN);
	inputs_acked(in, 41, T0 + 780 * (uint64_t)MS);
	inputs_acked(in, 43, T0 + 790 * (uint64_t)MS); /* still from the run before */
	make(in, INPUT_UP, T0, 44);
	inputs_acked(in, 60, T0 + 800 * (uint64_t)MS); /* none of ours has this number */
	make(in, INPUT_UP, T0, 45);
	inputs_free(in);
}

/* The world that was known has been forgotten meanwhile: numbers begin anew */
static void test_numbers_of_a_new_world(void **state)
{
	struct inputs *in;

	assert_int_equal(inputs_new(&in), 0);
	inputs_acked(in, 50, T0);
	inputs_acked(in, 0, T0 + 100 * (uint64_t)MS);
	inputs_acked(in, 0, T0 + 400 * (uint64_t)MS);
	make(in, INPUT_UP, T0, 1);
	inputs_free(in);
}

static void test_sent_again_until_acked(void **state)
{
	struct inputs *in = ready_inputs(0);
	struct control_input c;
	struct inputs_state s;
	uint64_t wait;

	assert_false(inputs_due(in, T0, true, &c, &wait));
	assert_true(wait == UINT64_MAX);
	make(in, INPUT_UP, T0, 1);
	make(in, INPUT_LEFT, T0, 2);
	assert_true(inputs_due(in, T0, false, &c, &wait));
	assert_int_equal(c.first, 1);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.input[0], INPUT_UP);
	assert_int_equal(c.input[1], INPUT_LEFT);
	assert_true(wait == INPUTS_RESEND_MS * (uint64_t)MS);
	assert_false(inputs_due(in, T0 + 19 * MS, false, &c, &wait));
	assert_true(wait == MS);
	assert_true(inputs_due(in, T0 + 20 * MS, false, &c, &wait));
	inputs_acked(in, 1, T0 + 21 * MS);
	make(in, INPUT_DOWN, T0 + 22 * MS, 3); /* a new one goes at once, with the one before */
	assert_true(inputs_due(in, T0 + 22 * MS, false, &c, &wait));
	assert_int_equal(c.first, 2);
	assert_int_equal(c.count, 2);
	assert_true(inputs_due(in, T0 + 23 * MS, true, &c, &wait)); /* a switch */
	inputs_acked(in, 3, T0 + 30 * MS);
	assert_false(inputs_due(in, T0 + 99 * MS, false, &c, &wait));
	inputs_state(in, &s);
	assert_int_equal(s.sends, 4);
	assert_int_equal(s.resends, 2);
	assert_int_equal(s.acked, 3);
	inputs_free(in);
}

/* An older stamp, as the other stream may show it, takes nothing back. */
static void test_older_stamp(void **state)
{
	struct inputs *in = ready_inputs(0);
	struct inputs_state s;

	make(in, INPUT_UP, T0, 1);
	make(in, INPUT_UP, T0, 2);
	inputs_acked(in, 2, T0);
	inputs_acked(in, 1, T0);
	inputs_acked(in, 0, T0);
	inputs_state(in, &s);
	assert_int_equal(s.acked, 2);
	inputs_free(in);
}

static void test_many_unacked(void **state)
{
	struct inputs *in = ready_inputs(0);
	struct control_input c;
	struct inputs_state s;
	uint64_t wait;
	uint32_t seq;

	for (uint32_t i = 1; i <= INPUTS_UNACKED_MAX; i++)
		make(in, INPUT_UP, T0, i);
	assert_int_equal(inputs_make(in, INPUT_UP, T0, &seq), -ENOBUFS);
	assert_true(inputs_due(in, T0, false, &c, &wait));
	assert_int_equal(c.first, 1);
	assert_int_equal(c.count, CONTROL_INPUTS_MAX);
	/* The others don't fit: no storm of datagrams that all say the same */
	assert_false(inputs_due(in, T0 + 1 * MS, false, &c, &wait));
	inputs_acked(in, 64, T0);
	assert_true(inputs_due(in, T0 + 2 * MS, false, &c, &wait));
	assert_int_equal(c.first, 65);
	inputs_state(in, &s);
	assert_int_equal(s.refused, 1);
	inputs_free(in);
}

static void test_rows(void **state)
{
	struct inputs *in = ready_inputs(4);
	struct input_row row[8];
	struct control_input c;
	uint64_t wait;

	make(in, INPUT_UP, T0, 5);
	make(in, INPUT_REST, T0 + MS, 6);
	inputs_due(in, T0 + 2 * MS, false, &c, &wait);
	inputs_due(in, T0 + 30 * MS, false, &c, &wait);
	inputs_acked(in, 5, T0 + 31 * MS);
	inputs_shown(in, 5, T0 + 32 * MS);
	inputs_shown(in, 4, T0 + 40 * MS);
	assert_int_equal(inputs_rows(in, 0, 8, row), 2);
	assert_int_equal(row[0].seq, 5);
	assert_int_equal(row[0].input, INPUT_UP);
	assert_int_equal(row[0].sends, 2);
	assert_true(row[0].made_ns == T0 && row[0].sent_ns == T0 + 2 * MS);
	assert_true(row[0].acked_ns == T0 + 31 * MS && row[0].shown_ns == T0 + 32 * MS);
	assert_true(row[1].made_ns == T0 + MS && row[1].acked_ns == 0 && row[1].shown_ns == 0);
	assert_int_equal(inputs_rows(in, 6, 8, row), 1);
	assert_int_equal(row[0].seq, 6);
	assert_int_equal(inputs_rows(in, 7, 8, row), 0);
	assert_int_equal(inputs_rows(in, 0, 1, row), 1);
	inputs_free(in);
}

/* ---- where they come from ---- */

/* Moves of 2 to 10 s, rests of 0.5 to 2 s, never straight back; the same seed, the same player */
static void test_player(void **state)
{
	struct input_source *a, *b, *other;
	uint64_t at, at_b, last = 0, moved_ms = 0, differ = 0;
	enum input_kind input, input_b, heading = INPUT_RIGHT;
	bool resting = true;
	unsigned rests = 0, turns = 0;

	input_source_player(7, &a);
	input_source_player(7, &b);
	input_source_player(8, &other);
	while (rests < 200) {
		assert_true(input_source_peek(a, &at, &input));
		assert_true(input_source_peek(b, &at_b, &input_b));
		assert_true(at == at_b && input == input_b);
		input_source_peek(other, &at_b, &input_b);
		differ += at != at_b;
		if (input == INPUT_GO) {
			assert_true(resting &&
				    (last == 0 || (at - last >= 500 && at - last <= 2000)));
			resting = false;
			moved_ms = at;
		} else if (input == INPUT_REST) {
			assert_true(!resting && at - moved_ms >= 2000 && at - moved_ms <= 10000);
			resting = true;
			rests++;
		} else {
			assert_true(!resting && (input + heading) % 2 == 1);
			heading = input;
			turns++;
		}
		last = at;
		input_source_take(a);
		input_source_take(b);
		input_source_take(other);
	}
	assert_true(turns > rests);
	assert_true(differ > 0);
	input_source_free(a);
	input_source_free(b);
	input_source_free(other);
}

static void test_script(void **state)
{
	static const struct {
		uint64_t at;
		enum input_kind input;
	} want[] = {{0, INPUT_GO},
		    {1500, INPUT_LEFT},
		    {1500, INPUT_REST},
		    {3000, INPUT_GO},
		    {4500, INPUT_LEFT}};
	struct input_source *s;
	enum input_kind input;
	char error[256];
	uint64_t at;

	assert_int_equal(
		load("# a player\n0 go\n\n 1500 left # now\n1500 rest\n3000 repeat\n", error, &s),
		0);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(input_source_peek(s, &at, &input));
		assert_int_equal(at, want[i].at);
		assert_int_equal(input, want[i].input);
		input_source_take(s);
	}
	input_source_free(s);
	assert_int_equal(load("10 up\n", error, &s), 0);
	input_source_take(s);
	assert_false(input_source_peek(s, &at, &input));
	input_source_free(s);
	assert_int_equal(load("# nothing\n", error, &s), 0);
	assert_false(input_source_peek(s, &at, &input));
	input_source_free(s);
}

static void test_script_errors(void **state)
{
	static const struct {
		const char *text, *error;
	} row[] = {
		{"up 10\n", ":1: expected 'at_ms input'"},
		{"0 go\n10\n", ":2: expected 'at_ms input'"},
		{"0 go\n10 up down\n", ":2: expected 'at_ms input'"},
		{"-5 up\n", ":1: expected 'at_ms input'"},
		{"10 up\n9 up\n", ":2: the time lies before"},
		{"10 jump\n", ":1: unknown input"},
		{"10 up\n20 repeat\n30 up\n", ":3: nothing can follow 'repeat'"},
		{"20 repeat\n", ":1: unknown input"},
		{"0 go\n604800001 up\n", ":2: the time lies more than a week ahead"},
		{"18446744073709551615 up\n", ":1: the time lies more than a week ahead"},
	};
	struct input_source *s;
	char error[256];

	for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
		assert_int_equal(load(row[i].text, error, &s), -EINVAL);
		if (!strstr(error, row[i].error))
			fail_msg("row %u: %s", i, error);
	}
	assert_int_equal(input_source_script("/nonexistent", error, sizeof error, &s), -ENOENT);
}

static void test_keys(void **state)
{
	static const char octets[] = "\x1b[A\x1b[B\x1bOC\x1b[D x\x1b[Z\x1b\x1b[A\n";
	static const enum input_kind want[] = {INPUT_UP,   INPUT_DOWN, INPUT_RIGHT, INPUT_LEFT,
					       INPUT_REST, INPUT_UP,   INPUT_GO};
	struct key_parser parser = {0};
	enum input_kind input;
	unsigned count = 0;

	for (const char *c = octets; *c; c++)
		if (key_parse(&parser, (unsigned char)*c, &input)) {
			assert_true(count < 7);
			assert_int_equal(input, want[count++]);
		}
	assert_int_equal(count, 7);
	for (unsigned i = INPUT_UP; i < INPUT_KINDS; i++) {
		assert_int_equal(input_parse(input_name((enum input_kind)i), &input), 0);
		assert_int_equal(input, i);
	}
	assert_int_equal(input_parse("none", &input), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_begin_with_the_stamp),
		cmocka_unit_test(test_numbers_of_a_new_world),
		cmocka_unit_test(test_sent_again_until_acked),
		cmocka_unit_test(test_older_stamp),
		cmocka_unit_test(test_many_unacked),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_player),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_script_errors),
		cmocka_unit_test(test_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
