// SPDX-License-Identifier: Apache-2.0
/*
 * Inputs from the UE to the world: the window, and as a property over random sequences, Algorithm 1
 * with it: whatever paths lose, delay and however often the primary changes, every input is applied
 * once and in order, and all are applied in the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/session/session.h"
#include "apps/game/cloud/inputs.h"

static void put(struct inputs *in, uint32_t first, uint8_t count, struct inputs_tally *t)
{
	struct state_input m = {.first = first, .count = count};

	for (unsigned i = 0; i < count; i++)
		m.input[i] = (uint8_t)((first + i) % INPUT_KINDS);
	inputs_put(in, &m, t);
}

static unsigned take_all(struct inputs *in)
{
	enum state_input_kind kind;
	unsigned n = 0;

	while (inputs_next(in, &kind)) {
		assert_int_equal(kind, (in->applied + 1) % INPUT_KINDS);
		inputs_take(in, 1);
		n++;
	}
	return n;
}

static void each_once_and_in_order(void **state)
{
	struct inputs_tally t = {0};
	struct inputs in;

	inputs_init(&in, 0);
	put(&in, 1, 3, &t);
	assert_int_equal(take_all(&in), 3);
	put(&in, 2, 3, &t);
	assert_int_equal(take_all(&in), 1);
	put(&in, 6, 2, &t);
	assert_int_equal(take_all(&in), 0); /* 5 is missing */
	put(&in, 5, 1, &t);
	put(&in, 5, 1, &t);
	assert_int_equal(take_all(&in), 3);
	assert_int_equal(in.applied, 7);
	assert_true(t.accepted == 7 && t.duplicate == 3 && t.ahead == 0);
}

static void the_window_is_bounded(void **state)
{
	struct inputs_tally t = {0};
	struct inputs in;

	inputs_init(&in, 10);
	put(&in, 10, 1, &t); /* it has begun */
	put(&in, 10 + INPUTS_WINDOW, 1, &t);
	assert_true(t.accepted == 1 && t.ahead == 0);
	put(&in, 11 + INPUTS_WINDOW, 64, &t);
	assert_true(t.accepted == 1 && t.ahead == 64);
	put(&in, UINT32_MAX - 64, 64, &t);
	assert_int_equal(t.ahead, 128);
	for (uint32_t first = 11; first < 10 + INPUTS_WINDOW; first += 51)
		put(&in, first, 51, &t);
	assert_int_equal(take_all(&in), INPUTS_WINDOW);
}

static void a_new_game_begins_anywhere(void **state)
{
	struct inputs_tally t = {0};
	struct inputs in;

	inputs_init(&in, 0);
	put(&in, 501, 2, &t);
	assert_int_equal(take_all(&in), 2);
	assert_int_equal(in.applied, 502);
	put(&in, 1, 2, &t);
	assert_int_equal(t.duplicate, 2);
}

/* A file may lack what was acknowledged in the last second of a machine: the UE knows, nothing
 * waits for ever */
static void after_a_restart_the_first_that_comes_tells(void **state)
{
	struct inputs_tally t = {0};
	struct inputs in;

	inputs_init(&in, 490);
	put(&in, 501, 2, &t);
	assert_int_equal(take_all(&in), 2);
	assert_int_equal(in.applied, 502);
	put(&in, 504, 1, &t);
	assert_int_equal(take_all(&in), 0); /* later gaps are gaps */
	inputs_init(&in, 490);
	put(&in, 480, 12, &t); /* what is known to be applied is not applied again */
	assert_int_equal(take_all(&in), 1);
	assert_int_equal(in.applied, 491);
}

/* The last of the old session and the first of the new one are told, whenever they are applied */
static void a_turn_of_the_primary(void **state)
{
	struct inputs_tally t = {0};
	struct inputs in;

	inputs_init(&in, 0);
	put(&in, 1, 2, &t);
	inputs_take(&in, 100);
	assert_true(!in.turn.number && in.applied_ns == 100);
	inputs_turn(&in, 7); /* 2 came in time, and isn't applied yet */
	assert_true(in.turn.number == 7 && in.turn.last == 1 && in.turn.last_ns == 100);
	put(&in, 2, 3, &t);
	inputs_take(&in, 200);
	assert_true(in.turn.last == 2 && in.turn.last_ns == 200 && !in.turn.first);
	inputs_take(&in, 300);
	inputs_take(&in, 400);
	assert_true(in.turn.last == 2 && in.turn.first == 3 && in.turn.first_ns == 300);
	inputs_turn(&in, 8);
	assert_true(in.turn.number == 8 && in.turn.last == 4 && in.turn.last_ns == 400 &&
		    !in.turn.first && !in.turn.first_ns);
	inputs_init(&in, 4);
	inputs_turn(&in, 9); /* nothing was applied that is known of */
	assert_true(in.turn.number == 9 && !in.turn.last && !in.turn.last_ns);
	for (uint32_t first = 5; first < 5 + INPUTS_WINDOW; first += 64)
		put(&in, first, 64, &t);
	inputs_turn(&in, 10);
	assert_int_equal(in.turn.old_last, 4 + INPUTS_WINDOW);
}

/* ---- the property ---- */

enum { STEPS = 300000, PATHS = 3, FLIGHT = 6, UNACKED_MAX = 200 };

struct packet {
	bool signal;
	uint32_t number, first;
	uint8_t count;
};

struct path {
	struct session session;
	struct packet flight[FLIGHT];
	size_t count;
};

/* The UE: what it made, what it knows to be applied, which path it steers by */
struct player {
	uint32_t made, acked, number;
	int steers;
	bool unanswered; /* the signal is repeated until it is accepted */
};

struct run {
	struct session_set set;
	struct inputs inputs;
	struct path path[PATHS];
	struct player ue;
	struct inputs_tally tally;
	uint32_t applied;
	unsigned long lost, switches, restarts, dropped;
};

static uint64_t random_next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void ue_sends(struct run *r)
{
	struct path *path = &r->path[r->ue.steers];
	uint32_t left = r->ue.made - r->ue.acked;
	struct packet p = {.signal = r->ue.unanswered,
			   .number = r->ue.number,
			   .first = r->ue.acked + 1,
			   .count = (uint8_t)(left < STATE_INPUTS_MAX ? left : STATE_INPUTS_MAX)};

	if (path->count == FLIGHT || !(p.count || p.signal))
		return;
	path->flight[path->count++] = p;
}

static void ue_switches(struct run *r, unsigned to)
{
	r->ue.steers = (int)to;
	r->ue.number++;
	r->ue.unanswered = true;
	r->switches++;
}

static void cloud_takes(struct run *r, int i)
{
	struct path *path = &r->path[i];
	struct session_packet sp;
	struct session_result result;
	struct packet p;

	if (!path->session.set)
		session_manage(&r->set, &path->session, &(struct session_packet){0});
	if (path->count == 0)
		return;
	p = path->flight[0];
	memmove(path->flight, path->flight + 1, --path->count * sizeof(p));
	sp = (struct session_packet){.signal = p.signal, .number = p.number};
	result = session_manage(&r->set, &path->session, &sp);
	if (result.verdict == SESSION_TRANSFER)
		put(&r->inputs, p.first, p.count, &r->tally);
	else
		r->dropped += p.count;
	if (result.signal == SESSION_ACCEPTED && p.number == r->ue.number)
		r->ue.unanswered = false;
}

static void cloud_ticks(struct run *r)
{
	enum state_input_kind kind;

	if (!inputs_next(&r->inputs, &kind))
		return;
	/* once, in order, and what the UE made */
	assert_int_equal(r->inputs.applied, r->applied);
	r->applied++;
	assert_true(r->applied <= r->ue.made);
	assert_int_equal(kind, r->applied % INPUT_KINDS);
	inputs_take(&r->inputs, 1);
}

/* A connection is lost with all that is on its way; the UE notices when it is not answered */
static void path_breaks(struct run *r, int i)
{
	r->path[i].count = 0;
	session_leave(&r->path[i].session);
	r->lost++;
	if (r->ue.steers == i)
		ue_switches(r, (unsigned)i);
}

static void cloud_restarts(struct run *r)
{
	uint32_t newest = r->set.newest;

	for (int i = 0; i < PATHS; i++) {
		r->path[i].count = 0;
		r->path[i].session = (struct session){0};
	}
	session_set_init(&r->set, newest);
	inputs_init(&r->inputs, r->applied);
	ue_switches(r, (unsigned)r->ue.steers);
	r->restarts++;
}

static void step(struct run *r, uint64_t dice)
{
	int i = (int)(dice / 1024 % PATHS);

	switch (dice % 1024) {
	case 0:
		path_breaks(r, i);
		break;
	case 1:
		cloud_restarts(r);
		break;
	case 2 ... 20:
		ue_switches(r, (unsigned)i);
		break;
	case 21 ... 120:
		if (r->ue.made - r->ue.acked < UNACKED_MAX)
			r->ue.made++;
		break;
	case 121 ... 400:
		ue_sends(r);
		break;
	case 401 ... 700:
		cloud_takes(r, i);
		break;
	case 701 ... 900:
		cloud_ticks(r);
		break;
	default: /* a delta arrives, sometimes */
		if (dice / 4096 % 3 == 0)
			r->ue.acked = r->applied;
	}
}

static void every_input_is_applied_once_and_in_order(void **state)
{
	const char *text = getenv("BATON_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 20261121, x = seed | 1;
	static struct run r;

	print_message("# seed %llu, %d steps\n", (unsigned long long)seed, STEPS);
	session_set_init(&r.set, 0);
	inputs_init(&r.inputs, 0);
	for (unsigned n = 0; n < STEPS; n++)
		step(&r, random_next(&x) >> 3);
	/* and then the paths are good */
	for (unsigned n = 0; n < 5000; n++) {
		ue_sends(&r);
		for (int i = 0; i < PATHS; i++)
			cloud_takes(&r, i);
		cloud_ticks(&r);
		r.ue.acked = r.applied;
	}
	print_message("# made %u, applied %u, switches %lu, lost paths %lu, restarts %lu, "
		      "dropped %lu, duplicate %llu\n",
		      r.ue.made, r.applied, r.switches, r.lost, r.restarts, r.dropped,
		      (unsigned long long)r.tally.duplicate);
	assert_int_equal(r.applied, r.ue.made);
	assert_true(r.ue.made > 10000 && r.switches > 1000 && r.lost > 100 && r.restarts > 100);
	assert_true(r.dropped > 1000 && r.tally.duplicate > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once_and_in_order),
		cmocka_unit_test(the_window_is_bounded),
		cmocka_unit_test(a_new_game_begins_anywhere),
		cmocka_unit_test(after_a_restart_the_first_that_comes_tells),
		cmocka_unit_test(a_turn_of_the_primary),
		cmocka_unit_test(every_input_is_applied_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
