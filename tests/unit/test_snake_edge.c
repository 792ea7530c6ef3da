// SPDX-License-Identifier: Apache-2.0
/*
 * What is pure in snake-edge, but the schedule: which inputs and signals go on to the cloud, the
 * log of frames, what a login's answer means.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/game/edge/frames.h"
#include "apps/game/edge/login.h"
#include "apps/game/edge/steering.h"
#include "apps/game/edge/view.h"
#include "apps/snake/edge/scene.h"

/* ---- steering ---- */

static struct steering connected(uint8_t role, uint32_t newest)
{
	struct steering s = {0};
	struct state_welcome m = {.role = role, .switch_number = newest};

	steering_welcome(&s, &m);
	return s;
}

static struct control_input inputs(uint32_t first, uint8_t count)
{
	struct control_input in = {.first = first, .count = count};

	for (uint8_t i = 0; i < count && i < CONTROL_INPUTS_MAX; i++)
		in.input[i] = (uint8_t)((first + i) % INPUT_KINDS);
	return in;
}

/* What a client says, one after the other, and what goes on; a row with count 0 changes the role */
static const struct input_row {
	uint32_t applied, first;
	uint8_t count;
	uint32_t wanted_first;
	uint8_t wanted_count; /* 0: nothing */
} input_rows[] = {
	{0, 1, 1, 1, 1},    {0, 1, 1, 0, 0},	/* a repetition */
	{0, 1, 3, 2, 2},    {1, 2, 2, 0, 0},	/* what is new only */
	{3, 2, 3, 4, 1},    {3, 1, 64, 5, 60},	/* what is applied needs nobody */
	{64, 60, 5, 0, 0},  {64, 70, 2, 70, 2}, /* a hole: sent all the same */
	{64, 65, 5, 65, 5},			/* and what was missing is not taken for sent */
	{64, 0, 0, 0, 0},   {64, 65, 2, 65, 2}, /* another role: sent anew */
	{200, 1, 64, 0, 0},
};

static void test_inputs(void **state)
{
	struct steering s = connected(STATE_PRIMARY, 0);

	for (size_t i = 0; i < sizeof input_rows / sizeof input_rows[0]; i++) {
		const struct input_row *row = &input_rows[i];
		struct control_input in = inputs(row->first, row->count);
		struct state_input out;
		bool sent;

		if (row->count == 0) {
			steering_role(&s, &(struct state_role_change){.role = STATE_SECONDARY});
			continue;
		}
		sent = steering_input(&s, row->applied, &in, &out);
		if (sent != (row->wanted_count > 0))
			fail_msg("row %zu", i);
		if (!sent)
			continue;
		assert_int_equal(out.first, row->wanted_first);
		assert_int_equal(out.count, row->wanted_count);
		assert_false(out.signal);
		assert_memory_equal(out.input, in.input + (out.first - in.first), out.count);
		steering_input_sent(&s, &out);
	}
}

static void test_inputs_at_the_end_of_numbers(void **state)
{
	struct steering s = connected(STATE_PRIMARY, 0);
	struct control_input in = inputs(UINT32_MAX - 1, 4);
	struct state_input out;

	assert_false(steering_input(&s, 0, &in, &out));
	in = inputs(0, 1);
	assert_false(steering_input(&s, 0, &in, &out));
}

static void expect(struct control_role_change got, uint32_t number, uint8_t role, uint8_t outcome)
{
	assert_int_equal(got.number, number);
	assert_int_equal(got.role, role);
	assert_int_equal(got.outcome, outcome);
}

static void test_signal(void **state)
{
	struct steering s = connected(STATE_SECONDARY, 4);
	struct control_role_change answer;
	struct control_input in = inputs(1, 2);
	struct state_input out;

	assert_true(steering_input(&s, 0, &in, &out));
	steering_input_sent(&s, &out);
	assert_int_equal(steering_signal(&s, 4, &answer), STEERING_ANSWER);
	expect(answer, 4, CONTROL_SECONDARY, CONTROL_STALE);
	assert_int_equal(steering_signal(&s, 5, &answer), STEERING_SEND);
	steering_signal_sent(&s, 5);
	assert_int_equal(steering_signal(&s, 5, &answer), STEERING_WAIT);
	/* what a secondary sent was dropped in the cloud */
	assert_true(steering_input(&s, 0, &in, &out));
	expect(steering_role(&s, &(struct state_role_change){STATE_PRIMARY, 5, STATE_ACCEPTED}), 5,
	       CONTROL_PRIMARY, CONTROL_ACCEPTED);
	/* the answer is lost on its way to the client */
	assert_int_equal(steering_signal(&s, 5, &answer), STEERING_ANSWER);
	expect(answer, 5, CONTROL_PRIMARY, CONTROL_ACCEPTED);
	assert_int_equal(steering_signal(&s, 3, &answer), STEERING_ANSWER);
	expect(answer, 5, CONTROL_PRIMARY, CONTROL_STALE);
}

static void test_signals_at_once(void **state)
{
	struct steering s = connected(STATE_SECONDARY, 4);
	struct control_role_change answer;

	steering_signal_sent(&s, 6);
	/* news of an older one leaves ours under way */
	expect(steering_role(&s, &(struct state_role_change){STATE_SECONDARY, 5, STATE_ACCEPTED}),
	       5, CONTROL_SECONDARY, CONTROL_ACCEPTED);
	assert_int_equal(steering_signal(&s, 6, &answer), STEERING_WAIT);
	assert_int_equal(steering_signal(&s, 7, &answer), STEERING_SEND);
	expect(steering_role(&s, &(struct state_role_change){STATE_SECONDARY, 8, STATE_STALE}), 8,
	       CONTROL_SECONDARY, CONTROL_STALE);
	assert_int_equal(steering_signal(&s, 6, &answer), STEERING_ANSWER);
	expect(answer, 8, CONTROL_SECONDARY, CONTROL_STALE);
}

static void test_signal_without_cloud(void **state)
{
	struct steering s = connected(STATE_PRIMARY, 4);
	struct control_role_change answer;

	steering_signal_sent(&s, 5);
	steering_lost(&s);
	assert_int_equal(steering_signal(&s, 5, &answer), STEERING_ANSWER);
	expect(answer, 4, CONTROL_PRIMARY, CONTROL_UNKNOWN);
	steering_welcome(&s, &(struct state_welcome){.role = STATE_SECONDARY, .switch_number = 5});
	assert_int_equal(steering_signal(&s, 6, &answer), STEERING_SEND);
}

/* ---- the log of frames ---- */

static struct frame_row row_of(uint32_t seq)
{
	return (struct frame_row){.seq = seq,
				  .tick = seq + 100,
				  .input = 7,
				  .render_start_ns = 1700000000000000000ULL + seq,
				  .sent_ns = UINT64_MAX,
				  .bytes = 0,
				  .key = seq == 1};
}

static json_t *listed(const struct frames *f, uint32_t from)
{
	char *text = frames_text(f, "ada", from);
	json_t *json;

	assert_non_null(text);
	json = json_loads(text, 0, NULL);
	free(text);
	return json;
}

static void test_frames(void **state)
{
	struct frames *f = calloc(1, sizeof *f);
	json_t *json;
	char *text;

	assert_non_null(f);
	text = frames_text(f, "ada", 0);
	assert_string_equal(text, "{\"account\": \"ada\", \"frames\": []}");
	free(text);
	for (uint32_t seq = 1; seq <= 2; seq++)
		frames_push(f, &(struct frame_row){.seq = seq, .key = seq == 1, .bytes = 9});
	text = frames_text(f, "ada", 0);
	assert_string_equal(
		text, "{\"account\": \"ada\", \"frames\": [[1,0,0,0,0,9,1],[2,0,0,0,0,9,0]]}");
	free(text);
	for (uint32_t seq = 3; seq <= FRAMES_MAX + 10; seq++) {
		struct frame_row row = row_of(seq);

		row.sent_ns = INT64_MAX;
		frames_push(f, &row);
	}
	json = listed(f, 0);
	assert_int_equal(json_array_size(json_object_get(json, "frames")), FRAMES_MAX);
	json_decref(json);
	json = listed(f, FRAMES_MAX + 10);
	assert_int_equal(json_array_size(json_object_get(json, "frames")), 1);
	json_decref(json);
	json = listed(f, FRAMES_MAX + 11);
	assert_int_equal(json_array_size(json_object_get(json, "frames")), 0);
	json_decref(json);
	free(f);
}

/* The widest row there is fits what is kept for it: ASan looks on. */
static void test_frames_widest(void **state)
{
	struct frames *f = calloc(1, sizeof *f);
	char *text;

	assert_non_null(f);
	for (unsigned i = 0; i < 3; i++)
		frames_push(f, &(struct frame_row){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT64_MAX,
						   UINT64_MAX, UINT32_MAX, true});
	text = frames_text(f, "a234567890123456789012345678901", 0);
	assert_non_null(strstr(text, "[4294967295,4294967295,4294967295,18446744073709551615,"
				     "18446744073709551615,4294967295,1]"));
	free(text);
	free(f);
}

/* ---- the login ---- */

#define SESSION "000102030405060708090a0b0c0d0e0f"
#define KEY	"ffeeddccbbaa99887766554433221100"
static const struct login_row {
	int error;
	unsigned status;
	const char *body;
	enum login_outcome outcome;
	const char *cause;
} login_rows[] = {
	{0, 200,
	 "{\"session\": \"" SESSION "\", \"stream_key\": \"" KEY
	 "\", \"account_id\": 3, \"address\": \"10.120.0.1\", \"port\": 8091}",
	 LOGIN_OK, ""},
	{-ECONNREFUSED, 0, NULL, LOGIN_RETRY, "CLOUD_UNREACHABLE"},
	{0, 401, "{\"cause\": \"LOGIN_REFUSED\"}", LOGIN_REFUSED, "LOGIN_REFUSED"},
	{0, 404, NULL, LOGIN_REFUSED, "CLOUD_PROTOCOL"},
	{0, 409, "{\"cause\": \"TOO_MANY_SESSIONS\"}", LOGIN_RETRY, "TOO_MANY_SESSIONS"},
	{0, 429, NULL, LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 503, "{\"cause\": 5}", LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 200, NULL, LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 200, "{\"cause\": \"NOT_A_CAUSE\"}", LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 200,
	 "{\"session\": \"" SESSION "00\", \"stream_key\": \"" KEY
	 "\", \"address\": \"10.120.0.1\", \"port\": 8091}",
	 LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 200,
	 "{\"session\": \"" SESSION "\", \"stream_key\": \"" KEY
	 "\", \"address\": \"cloud\", \"port\": 8091}",
	 LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 200,
	 "{\"session\": \"" SESSION "\", \"stream_key\": \"" KEY
	 "\", \"address\": \"10.120.0.1\", \"port\": 65536}",
	 LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 200,
	 "{\"session\": \"g0010203040506070809aabbccddeeff\", \"stream_key\": \"" KEY
	 "\", \"address\": \"10.120.0.1\", \"port\": 1}",
	 LOGIN_RETRY, "CLOUD_PROTOCOL"},
	{0, 401, "{\"cause\": \"A_CAUSE_THAT_IS_LONGER_THAN_THE_ROOM_FOR_IT\"}", LOGIN_REFUSED,
	 "A_CAUSE_THAT_IS_LONGER_THAN_THE"},
};

static void test_login(void **state)
{
	for (size_t i = 0; i < sizeof login_rows / sizeof login_rows[0]; i++) {
		const struct login_row *row = &login_rows[i];
		struct http_answer answer = {.error = row->error, .status = row->status};
		struct login login;
		char cause[32] = "";

		if (row->body)
			answer.body = json_loads(row->body, 0, NULL);
		if (login_read(&answer, &login, cause) != row->outcome)
			fail_msg("row %zu", i);
		assert_string_equal(cause, row->cause);
		json_decref(answer.body);
		if (row->outcome != LOGIN_OK)
			continue;
		for (uint8_t k = 0; k < LOGIN_KEY_LEN; k++) {
			assert_int_equal(login.session[k], k);
			assert_int_equal(login.stream_key[k], 255 - 17 * k);
		}
		assert_int_equal(ntohs(login.manager.sin_port), 8091);
		assert_int_equal(ntohl(login.manager.sin_addr.s_addr), 0x0a780001);
	}
}

/* ---- client-side state ---- */

static const struct view_row {
	const char *text;
	int result;
	bool map; /* is shown after it */
} view_rows[] = {
	{"{}", 0, true},
	{"{\"map\": false}", 0, false},
	{"{\"map\"", -EINVAL, false},
	{"[]", -EINVAL, false},
	{"", -EINVAL, false},
	{"{\"map\": false, \"map\": true}", -EINVAL, false},
	{"{\"position\": [1, 2], \"map\": false}", 0, false},
	{"{\"map\": 0}", 0, true},
};

static void test_view(void **state)
{
	char longest[STATE_VIEW_MAX + 1];
	struct view_state v = {0};
	struct scene scene = {.options.map = true};
	json_t *json;

	json = view_json(&v);
	assert_true(json_is_null(json));
	for (size_t i = 0; i < sizeof view_rows / sizeof view_rows[0]; i++) {
		const struct view_row *row = &view_rows[i];

		assert_int_equal(view_set(&v, row->text, strlen(row->text)), row->result);
		json = view_json(&v);
		snake_renderer.view(&scene, json);
		json_decref(json);
		assert_int_equal(scene.options.map, row->map);
	}
	memset(longest, ' ', sizeof longest);
	memcpy(longest, "{}", 2);
	assert_int_equal(view_set(&v, longest, STATE_VIEW_MAX), 0);
	assert_int_equal(view_set(&v, longest, STATE_VIEW_MAX + 1), -EINVAL);
	json = view_json(&v);
	assert_true(json_is_object(json));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_inputs_at_the_end_of_numbers),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_signals_at_once),
		cmocka_unit_test(test_signal_without_cloud),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_frames_widest),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_view),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("snake_edge", tests, NULL, NULL);
}
