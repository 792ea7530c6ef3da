// SPDX-License-Identifier: Apache-2.0
/* Frames of the state protocol: golden octets, refusals, and a stream cut anywhere. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/game/wire/wire.h"

/* ---- messages ---- */

static void hello(void **state)
{
	static const uint8_t id[STATE_SESSION_LEN] = {1, 2,  3,	 4,  5,	 6,  7,	 8,
						      9, 10, 11, 12, 13, 14, 15, 16};
	static const uint8_t octets[] = {0, 0, 0, 18, 1,  1,  2,  3,  4,  5,  6,
					 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1};
	uint8_t frame[STATE_SMALL_MAX], got[STATE_SESSION_LEN];

	assert_int_equal(state_put_hello(frame, id), sizeof(octets));
	assert_memory_equal(frame, octets, sizeof(octets));
	assert_int_equal(state_get_hello(frame + 5, 17, got), 0);
	assert_memory_equal(got, id, sizeof(id));
	assert_int_equal(state_get_hello(frame + 5, 16, got), -EBADMSG);
	frame[21] = 2;
	assert_int_equal(state_get_hello(frame + 5, 17, got), -EPROTONOSUPPORT);
}

static void welcome(void **state)
{
	static const struct state_welcome m = {.role = STATE_SECONDARY,
					       .player = 12,
					       .tick_hz = 60,
					       .width = 256,
					       .height = 255,
					       .last_input = 0x01020304,
					       .switch_number = 5};
	static const uint8_t octets[] = {0, 0, 0,   18, 2, 2, 0, 12, 0, 60, 1,
					 0, 0, 255, 1,	2, 3, 4, 0,  0, 0,  5};
	struct state_welcome got;
	uint8_t frame[STATE_SMALL_MAX], again[STATE_SMALL_MAX];

	assert_int_equal(state_put_welcome(frame, &m), sizeof(octets));
	assert_memory_equal(frame, octets, sizeof(octets));
	assert_int_equal(state_get_welcome(frame + 5, 17, &got), 0);
	assert_int_equal(state_put_welcome(again, &got), sizeof(octets));
	assert_memory_equal(again, octets, sizeof(octets));
	frame[5] = 3;
	assert_int_equal(state_get_welcome(frame + 5, 17, &got), -EBADMSG);
	frame[5] = 1;
	frame[8] = frame[9] = 0; /* no ticks */
	assert_int_equal(state_get_welcome(frame + 5, 17, &got), -EBADMSG);
}

static void input(void **state)
{
	struct state_input m = {.signal = true,
				.switch_number = 9,
				.first = 7,
				.count = 2,
				.input = {INPUT_GO, INPUT_LEFT}},
			   got;
	static const uint8_t octets[] = {0, 0, 0, 13, 5, 1, 0, 0, 0, 9, 0, 0, 0, 7, 2, 6, 4};
	uint8_t frame[STATE_SMALL_MAX];

	assert_int_equal(state_put_input(frame, &m), sizeof(octets));
	assert_memory_equal(frame, octets, sizeof(octets));
	assert_int_equal(state_get_input(frame + 5, 12, &got), 0);
	assert_true(got.signal && got.switch_number == 9 && got.first == 7 && got.count == 2);
	assert_int_equal(got.input[1], INPUT_LEFT);
	assert_int_equal(state_get_input(frame + 5, 11, &got), -EBADMSG);
	m.count = STATE_INPUTS_MAX;
	assert_int_equal(state_put_input(frame, &m), 15 + STATE_INPUTS_MAX);
	assert_int_equal(state_get_input(frame + 5, 10 + STATE_INPUTS_MAX, &got), 0);
}

static void inputs_out_of_range_are_refused(void **state)
{
	static const struct {
		uint8_t body[14];
		size_t len;
		int wanted;
	} rows[] = {
		{{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 6}, 11, 0},
		{{1, 0, 0, 0, 3, 0, 0, 0, 0, 0}, 10, 0},	   /* the signal alone */
		{{0, 0, 0, 0, 3, 0, 0, 0, 0, 0}, 10, -EBADMSG},	   /* nothing at all */
		{{2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 6}, 11, -EBADMSG}, /* an unknown flag */
		{{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 6}, 11, -EBADMSG}, /* they begin at 1 */
		{{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 7}, 11, -EBADMSG}, /* no such input */
		{{0, 0, 0, 0, 0, 0, 0, 0, 1, 65, 6}, 11, -EBADMSG},
		{{0, 0, 0, 0, 0, 255, 255, 255, 255, 1, 6}, 11, -EBADMSG}, /* goes round */
		{{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 6, 6}, 12, -EBADMSG},	   /* one more */
	};
	struct state_input got;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(state_get_input(rows[i].body, rows[i].len, &got), rows[i].wanted);
}

static void role_view_ask_bye(void **state)
{
	static const struct state_role_change role = {
		.role = STATE_PRIMARY, .switch_number = 3, .outcome = STATE_STALE};
	static const uint8_t role_octets[] = {0, 0, 0, 7, 6, 1, 0, 0, 0, 3, 1};
	struct state_view view = {.len = 2, .text = "{}"}, view_got;
	struct state_role_change role_got;
	uint8_t frame[STATE_SMALL_MAX];
	enum state_bye bye;

	assert_int_equal(state_put_role(frame, &role), sizeof(role_octets));
	assert_memory_equal(frame, role_octets, sizeof(role_octets));
	assert_int_equal(state_get_role(frame + 5, 6, &role_got), 0);
	assert_int_equal(role_got.outcome, STATE_STALE);
	frame[10] = STATE_REFUSED;
	assert_int_equal(state_get_role(frame + 5, 6, &role_got), 0);
	frame[10] = STATE_REFUSED + 1;
	assert_int_equal(state_get_role(frame + 5, 6, &role_got), -EBADMSG);
	assert_int_equal(state_put_view(frame, &view), 8);
	assert_int_equal(state_get_view(frame + 5, 3, &view_got), 0);
	assert_string_equal(view_got.text, "{}");
	assert_int_equal(state_get_view(frame + 5, 2, &view_got), -EBADMSG);
	memset(view.text, 'x', view.len = STATE_VIEW_MAX);
	assert_int_equal(state_put_view(frame, &view), 6 + STATE_VIEW_MAX);
	assert_int_equal(state_get_view(frame + 5, 1 + STATE_VIEW_MAX, &view_got), 0);
	assert_int_equal(view_got.text[STATE_VIEW_MAX], 0);
	assert_int_equal(state_put_ask(frame), 5);
	assert_int_equal(state_put_bye(frame, STATE_BYE_SLOW), 6);
	assert_int_equal(state_get_bye(frame + 5, 1, &bye), 0);
	assert_int_equal(bye, STATE_BYE_SLOW);
	frame[5] = 0;
	assert_int_equal(state_get_bye(frame + 5, 1, &bye), -EBADMSG);
	frame[5] = 6;
	assert_int_equal(state_get_bye(frame + 5, 1, &bye), -EBADMSG);
}

static void updates_count_the_world_that_follows(void **state)
{
	static const uint8_t snapshot[] = {0, 0, 0x10, 5, 3, 0, 0, 1, 2};
	static const uint8_t delta[] = {0, 0, 0, 12, 4, 0, 0, 1, 2, 0, 0, 0, 9};
	uint8_t frame[STATE_SMALL_MAX];
	struct state_update u;

	assert_int_equal(state_put_snapshot(frame, 258, 4096), sizeof(snapshot));
	assert_memory_equal(frame, snapshot, sizeof(snapshot));
	assert_int_equal(state_get_snapshot(frame + 5, 4, &u), 0);
	assert_int_equal(u.tick, 258);
	assert_int_equal(u.len, 0);
	assert_int_equal(state_put_delta(frame, 258, 9, 3), sizeof(delta));
	assert_memory_equal(frame, delta, sizeof(delta));
	assert_int_equal(state_get_delta(frame + 5, 11, &u), 0);
	assert_true(u.last_input == 9 && u.len == 3 && u.world == frame + STATE_WORLD_AT);
	assert_int_equal(state_get_delta(frame + 5, 7, &u), -EBADMSG);
	assert_int_equal(state_get_snapshot(frame + 5, 3, &u), -EBADMSG);
}

/* ---- the parser ---- */

struct seen {
	unsigned count;
	uint64_t sum; /* of type, length and octets */
	int answer;
};

static int see(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct seen *s = user;

	s->count++;
	s->sum = s->sum * 31 + type;
	s->sum = s->sum * 31 + len;
	for (size_t i = 0; i < len; i++)
		s->sum = s->sum * 31 + body[i];
	return s->answer;
}

/* Frames of 1, 5, 200 and 70000 octets */
static size_t make_stream(uint8_t *bytes)
{
	static const uint32_t lens[] = {1, 5, 200, 70000, 2};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		for (int shift = 24; shift >= 0; shift -= 8)
			bytes[at++] = (uint8_t)(lens[i] >> shift);
		for (uint32_t k = 0; k < lens[i]; k++)
			bytes[at++] = (uint8_t)(k * 7 + i);
	}
	return at;
}

static void a_stream_may_be_cut_anywhere(void **state)
{
	static uint8_t bytes[80000];
	size_t len = make_stream(bytes);
	struct seen whole = {0};
	struct state_parser p;

	state_parser_init(&p, STATE_LEN_MAX);
	assert_int_equal(state_parser_feed(&p, bytes, len, see, &whole), 0);
	assert_int_equal(whole.count, 5);
	assert_int_equal(p.have, 0);
	for (size_t piece = 1; piece < 300; piece += 7) {
		struct seen cut = {0};

		for (size_t at = 0; at < len; at += piece)
			assert_int_equal(state_parser_feed(&p, bytes + at,
							   len - at < piece ? len - at : piece, see,
							   &cut),
					 0);
		assert_int_equal(cut.count, 5);
		assert_true(cut.sum == whole.sum);
	}
	state_parser_done(&p);
}

static void lengths_are_bounded(void **state)
{
	static const uint8_t none[] = {0, 0, 0, 0, 1}, more[] = {0, 0, 4, 1}, most[] = {0, 0, 4, 0};
	struct seen seen = {0};
	struct state_parser p;

	state_parser_init(&p, STATE_EDGE_LEN_MAX);
	assert_int_equal(state_parser_feed(&p, none, sizeof(none), see, &seen), -EMSGSIZE);
	assert_int_equal(state_parser_feed(&p, more, sizeof(more), see, &seen), -EMSGSIZE);
	assert_int_equal(state_parser_feed(&p, more, 3, see, &seen), 0);
	assert_int_equal(state_parser_feed(&p, more + 3, 1, see, &seen), -EMSGSIZE);
	state_parser_done(&p);
	state_parser_init(&p, STATE_EDGE_LEN_MAX);
	assert_int_equal(state_parser_feed(&p, most, sizeof(most), see, &seen), 0);
	assert_int_equal(seen.count, 0);
	state_parser_done(&p);
}

static void a_promise_takes_no_memory(void **state)
{
	static const uint8_t mebibyte[] = {0, 16, 0, 0, 3};
	struct seen seen = {0};
	struct state_parser p;

	state_parser_init(&p, STATE_LEN_MAX);
	assert_int_equal(state_parser_feed(&p, mebibyte, sizeof(mebibyte), see, &seen), 0);
	assert_true(p.room <= 512);
	state_parser_done(&p);
}

static void the_handler_can_end_it(void **state)
{
	static const uint8_t two[] = {0, 0, 0, 1, 8, 0, 0, 0, 1, 8};
	struct seen seen = {.answer = -ECANCELED};
	struct state_parser p;

	state_parser_init(&p, STATE_LEN_MAX);
	assert_int_equal(state_parser_feed(&p, two, sizeof(two), see, &seen), -ECANCELED);
	assert_int_equal(seen.count, 1);
	state_parser_done(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello),
		cmocka_unit_test(welcome),
		cmocka_unit_test(input),
		cmocka_unit_test(inputs_out_of_range_are_refused),
		cmocka_unit_test(role_view_ask_bye),
		cmocka_unit_test(updates_count_the_world_that_follows),
		cmocka_unit_test(a_stream_may_be_cut_anywhere),
		cmocka_unit_test(lengths_are_bounded),
		cmocka_unit_test(a_promise_takes_no_memory),
		cmocka_unit_test(the_handler_can_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
