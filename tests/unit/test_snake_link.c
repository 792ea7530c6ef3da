// SPDX-License-Identifier: Apache-2.0
/*
 * A player's session against a cloud played by the test: what a cloud may get wrong, each with the
 * cause that is told; worlds that don't fit are asked for anew; what goes on of inputs and signals;
 * logins that are refused, lost, or answered too late. Under ASan nothing may be left.
 */
#include "tests/unit/snake_link_bed.h"

/* ---- what a cloud may get wrong ---- */

static void do_hang_up(struct bed *s)
{
	hang_up(s);
}

static void do_length_zero(struct bed *s)
{
	tell(s, (const uint8_t *)"\0\0\0\0\0", 5);
}

static void do_length_huge(struct bed *s)
{
	tell(s, (const uint8_t *)"\xff\xff\xff\xff\x03", 5);
}

static void do_type(struct bed *s)
{
	tell(s, (const uint8_t *)"\0\0\0\1\x4d", 5);
}

static void do_early_snapshot(struct bed *s)
{
	tell_snapshot(s, 1);
}

static void do_early_delta(struct bed *s)
{
	tell_delta(s, 1, 0, NULL);
}

static void do_early_role(struct bed *s)
{
	tell(s, (const uint8_t *)"\0\0\0\7\6\1\0\0\0\1\0", 11);
}

static void do_early_view(struct bed *s)
{
	tell(s, (const uint8_t *)"\0\0\0\4\7\2{}", 8);
}

static void do_short_welcome(struct bed *s)
{
	tell(s, (const uint8_t *)"\0\0\0\3\2\1\0", 7);
}

static void do_two_welcomes(struct bed *s)
{
	tell_welcome(s, STATE_PRIMARY, 0, 0);
	tell_welcome(s, STATE_PRIMARY, 0, 0);
}

static void do_bad_snapshot(struct bed *s)
{
	tell_welcome(s, STATE_PRIMARY, 0, 0);
	tell(s, (const uint8_t *)"\0\0\0\x09\3\0\0\0\1\xff\xff\xff\xff", 13);
}

static void bye(struct bed *s, enum state_bye reason)
{
	uint8_t frame[STATE_SMALL_MAX];

	tell(s, frame, state_put_bye(frame, reason));
}

static void do_bye_forged(struct bed *s)
{
	bye(s, STATE_BYE_FORGED);
}

static void do_bye_slow(struct bed *s)
{
	bye(s, STATE_BYE_SLOW);
}

static void do_bye_shutdown(struct bed *s)
{
	bye(s, STATE_BYE_SHUTDOWN);
}

static const struct wrong {
	const char *name;
	void (*act)(struct bed *s);
	const char *cause;
} wrongs[] = {
	{"closed", do_hang_up, "CLOUD_LOST"},
	{"a length of 0", do_length_zero, "CLOUD_PROTOCOL"},
	{"a length of 4 GiB", do_length_huge, "CLOUD_PROTOCOL"},
	{"an unknown type", do_type, "CLOUD_PROTOCOL"},
	{"SNAPSHOT before WELCOME", do_early_snapshot, "CLOUD_PROTOCOL"},
	{"DELTA before WELCOME", do_early_delta, "CLOUD_PROTOCOL"},
	{"ROLE before WELCOME", do_early_role, "CLOUD_PROTOCOL"},
	{"VIEW before WELCOME", do_early_view, "CLOUD_PROTOCOL"},
	{"WELCOME cut short", do_short_welcome, "CLOUD_PROTOCOL"},
	{"WELCOME twice", do_two_welcomes, "CLOUD_PROTOCOL"},
	{"a snapshot of nothing", do_bad_snapshot, "CLOUD_PROTOCOL"},
	{"BYE: forged", do_bye_forged, "SESSION_VOID"},
	{"BYE: too slow", do_bye_slow, "TOO_SLOW"},
	{"BYE: shutting down", do_bye_shutdown, "CLOUD_SHUTDOWN"},
};

/* Each time the player logs in anew; what it showed before stays. */
static void test_wrong_clouds(void **state)
{
	struct bed *s = *state;
	struct stream_player *stream;

	synchronise(s, 10);
	stream = s->player->stream;
	hang_up(s);
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		uint64_t lost = s->edge.counters.links_lost;

		connect_player(s);
		s->player->failures = 0; /* or the back-off makes it long */
		wrongs[i].act(s);
		wait_until(s, s->edge.counters.links_lost > lost);
		if (strcmp(s->player->cause, wrongs[i].cause))
			fail_msg("%s: %s, not %s", wrongs[i].name, s->player->cause,
				 wrongs[i].cause);
		assert_int_equal(s->player->state, PLAYER_LOGGING_IN);
		assert_false(s->player->steering.connected);
		assert_int_equal(known(s)->tick, 10);
		assert_int_equal(known(s)->width, SIDE);
		assert_null(s->player->link);
		hang_up(s);
	}
	/* and in the end all is well; the key is the first login's */
	connect_player(s);
	tell_welcome(s, STATE_SECONDARY, 5, 2);
	tell_snapshot(s, 99);
	wait_until(s, s->player->state == PLAYER_SYNCHRONISED);
	assert_string_equal(s->player->cause, "");
	assert_int_equal(s->player->failures, 0);
	assert_int_equal(known(s)->tick, 99);
	assert_int_equal(((const struct scene *)s->player->scene)->number, PLAYER_ID);
	assert_int_equal(s->player->stream_key[0], 0x01);
	assert_int_equal(s->player->stream_key[15], 0xef);
	assert_ptr_equal(s->player->stream, stream);
	assert_int_equal(s->logins, 2 + sizeof wrongs / sizeof wrongs[0]);
}

/* ---- worlds that don't fit ---- */

static size_t asks(const struct bed *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->heard_count && i < HEARD_MAX; i++)
		n += s->heard[i].type == STATE_ASK;
	return n;
}

static const struct world_change food = {.kind = WORLD_FOOD, .cell = {5, 5}};

/* One ASK whatever comes until the snapshot; the world stays as it was. */
static void asked_and_answered(struct bed *s, uint32_t tick, uint32_t stays)
{
	size_t before = asks(s);

	wait_until(s, s->player->state == PLAYER_SYNCHRONISING);
	assert_string_equal(player_state_name(s->player), "synchronising");
	tell_delta(s, tick + 1, 7, NULL);
	tell_delta(s, tick + 2, 7, NULL);
	wait_until(s, asks(s) == before + 1);
	assert_int_equal(known(s)->tick, stays);
	tell_snapshot(s, tick + 2);
	wait_until(s, s->player->state == PLAYER_SYNCHRONISED);
	assert_int_equal(asks(s), before + 1);
	assert_int_equal(known(s)->tick, tick + 2);
}

static void test_asks_for_a_snapshot(void **state)
{
	struct bed *s = *state;

	synchronise(s, 58);
	assert_int_equal(world_change_apply(s->world, &food), 0);
	tell_delta(s, 59, 3, &food);
	wait_until(s, known(s)->tick == 59);
	assert_int_equal(s->player->applied, 3);
	assert_int_equal(known(s)->food_count, 1);
	tell_delta(s, 61, 4, NULL); /* 60 is missing */
	asked_and_answered(s, 61, 59);
	assert_int_equal(s->player->applied, 3);
	tell_delta(s, 64, 5, &food); /* there is food already */
	asked_and_answered(s, 64, 63);
	/* a world that is another: the checksum of tick 128 says so */
	tell_snapshot(s, 127);
	wait_until(s, known(s)->tick == 127);
	assert_int_equal(world_change_apply(s->world, &(struct world_change){.kind = WORLD_FOOD}),
			 0);
	tell_delta(s, 128, 6, NULL);
	asked_and_answered(s, 128, 128);
	assert_int_equal(known(s)->food_count, 2);
	assert_int_equal(s->edge.counters.mismatches, 3);
	assert_int_equal(s->edge.counters.links_lost, 0);
}

/* ---- what goes on to the cloud ---- */

static struct state_input heard_input(struct bed *s, size_t count)
{
	struct state_input m;

	wait_until(s, s->heard_count == count);
	assert_int_equal(last_heard(s)->type, STATE_INPUT);
	assert_int_equal(state_get_input(last_heard(s)->body, last_heard(s)->len, &m), 0);
	return m;
}

static void tell_role(struct bed *s, uint8_t role, uint32_t number, uint8_t outcome)
{
	struct state_role_change m = {role, number, outcome};
	uint8_t frame[STATE_SMALL_MAX];

	tell(s, frame, state_put_role(frame, &m));
	wait_until(s, s->player->steering.role == role && s->player->steering.newest == number);
}

static void test_inputs_and_signals(void **state)
{
	struct bed *s = *state;
	struct control_input in = {.first = 1, .count = 2, .input = {INPUT_UP, INPUT_LEFT}};
	struct state_input m;

	cloud_input(s->player, &in); /* nobody is there to take it */
	assert_int_equal(s->edge.counters.inputs_dropped, 1);
	synchronise(s, 1);
	cloud_input(s->player, &in);
	cloud_input(s->player, &in);
	m = heard_input(s, 2);
	assert_false(m.signal);
	assert_int_equal(m.first, 1);
	assert_int_equal(m.count, 2);
	assert_memory_equal(m.input, in.input, 2);
	assert_int_equal(s->edge.counters.inputs_repeated, 1);
	cloud_signal(s->player, 4);
	cloud_signal(s->player, 4);
	m = heard_input(s, 3);
	assert_true(m.signal);
	assert_int_equal(m.switch_number, 4);
	assert_int_equal(m.count, 0);
	tell_role(s, STATE_PRIMARY, 4, STATE_ACCEPTED);
	cloud_input(s->player, &in); /* in another role: anew */
	assert_int_equal(heard_input(s, 4).first, 1);
	cloud_signal(s->player, 4);
	assert_int_equal(s->edge.counters.signals_sent, 1);
	assert_int_equal(s->edge.counters.signals_repeated, 2);
	cloud_view(s->player, "{\"map\": false}", 14);
	wait_until(s, s->heard_count == 5);
	assert_int_equal(last_heard(s)->type, STATE_VIEW);
	cloud_view(s->player, "{map}", 5);
	assert_int_equal(s->edge.counters.views_dropped, 1);
	assert_int_equal(s->heard_count, 5);
}

/* More between two frames than is allowed, then a cloud that reads nothing: both are bounded. */
static void test_floods_are_bounded(void **state)
{
	struct bed *s = *state;
	struct control_input in = {.first = 1, .count = CONTROL_INPUTS_MAX};
	uint64_t sent;

	synchronise(s, 1);
	s->player->inputs_left = INPUTS_PER_FRAME;
	for (unsigned i = 0; i < 100; i++, in.first += CONTROL_INPUTS_MAX)
		cloud_input(s->player, &in);
	assert_int_equal(s->edge.counters.inputs_sent, INPUTS_PER_FRAME);
	assert_int_equal(s->edge.counters.inputs_dropped, 100 - INPUTS_PER_FRAME);
	uv_read_stop((uv_stream_t *)&s->peer);
	do {
		sent = s->edge.counters.inputs_sent;
		s->player->inputs_left = INPUTS_PER_FRAME;
		cloud_input(s->player, &in);
		in.first += CONTROL_INPUTS_MAX;
	} while (s->edge.counters.inputs_sent > sent);
	assert_true(s->edge.counters.inputs_dropped > 100 - INPUTS_PER_FRAME);
	assert_int_equal(s->edge.counters.links_lost, 0);
	for (uint32_t number = 1; number <= CONTROL_INPUTS_MAX; number++) /* smaller: some fit */
		cloud_signal(s->player, number);
	assert_true(s->edge.counters.signals_dropped > 0);
}

/* A cloud that says nothing: told first, which heals when it speaks again; then given up. */
static void test_silence(void **state)
{
	struct bed *s = *state;

	synchronise(s, 1);
	wait_until(s, s->player->quiet);
	assert_string_equal(s->player->cause, "CLOUD_SILENT");
	assert_string_equal(player_state_name(s->player), "synchronising");
	tell_delta(s, 2, 0, NULL);
	wait_until(s, known(s)->tick == 2);
	assert_string_equal(s->player->cause, "");
	assert_string_equal(player_state_name(s->player), "synchronised");
	assert_int_equal(s->edge.counters.links_lost, 0);
	wait_until(s, s->edge.counters.links_lost == 1);
	assert_string_equal(s->player->cause, "CLOUD_SILENT");
	assert_string_equal(player_state_name(s->player), "logging-in");
}

/* ---- login and logout ---- */

static void test_refused(void **state)
{
	struct bed *s = *state;

	s->login_status = 401;
	wait_until(s, s->player->state == PLAYER_FAILED);
	assert_string_equal(s->player->cause, "TOLD_SO");
	assert_false(uv_is_active((uv_handle_t *)&s->player->retry));
	assert_int_equal(s->logins, 1);
	s->login_status = 200;
	cloud_login(s->player);
	connect_player(s);
	assert_int_equal(s->logins, 2);
}

static void test_backs_off(void **state)
{
	struct bed *s = *state;

	s->login_status = 503;
	wait_until(s, s->player->failures == 3);
	assert_string_equal(s->player->cause, "TOLD_SO");
	assert_int_equal(uv_timer_get_due_in(&s->player->retry) > BACKOFF_MIN_MS, 1);
	s->player->failures = 30;
	wait_until(s, s->player->failures == 31);
	assert_in_range(uv_timer_get_due_in(&s->player->retry), BACKOFF_MAX_MS / 2, BACKOFF_MAX_MS);
	s->login_status = 200;
	cloud_login(s->player);
	synchronise(s, 3);
	assert_int_equal(s->player->failures, 0);
}

static void test_removed_while_logging_in(void **state)
{
	struct bed *s = *state;

	s->login_status = 0;
	wait_until(s, s->held);
	player_remove(s->player);
	assert_null(player_find(&s->edge, "ann"));
	assert_int_equal(player_add(&s->edge, "ann", "of-ann", &s->player), 0);
	s->login_status = 200;
	answer_login(s, s->held); /* of who has gone */
	s->held = NULL;
	synchronise(s, 4);
}

static void test_logout_is_told(void **state)
{
	struct bed *s = *state;
	enum state_bye reason;

	synchronise(s, 1);
	player_remove(s->player);
	wait_until(s, s->heard_count == 2);
	assert_int_equal(last_heard(s)->type, STATE_BYE);
	assert_int_equal(state_get_bye(last_heard(s)->body, last_heard(s)->len, &reason), 0);
	assert_int_equal(reason, STATE_BYE_LOGOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wrong_clouds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_asks_for_a_snapshot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_inputs_and_signals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_floods_are_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_silence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_backs_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_removed_while_logging_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_logout_is_told, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("snake_link", tests, NULL, NULL);
}
