// SPDX-License-Identifier: Apache-2.0
/*
 * When snake-edge's frames are due: no drift, slots apart, what is late or missed, and no beat with
 * the cloud's ticks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apps/game/edge/schedule.h"

enum { SECOND_NS = 1000000000 };

static void test_no_drift(void **state)
{
	static const unsigned rates[] = {1, 30, 60, 120};

	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		struct schedule s;
		uint64_t hour = 3600ULL * rates[i], last = 0;

		schedule_init(&s, rates[i], 12345);
		assert_int_equal(schedule_deadline(&s, 0, 0), 12345);
		assert_int_equal(schedule_deadline(&s, 0, hour), 12345 + 3600ULL * SECOND_NS);
		for (uint64_t n = 1; n <= 1000; n++) {
			uint64_t gap =
				schedule_deadline(&s, 5, n) - schedule_deadline(&s, 5, n - 1);

			assert_in_range(gap, SECOND_NS / rates[i], SECOND_NS / rates[i] + 1);
			assert_true(schedule_deadline(&s, 5, n) > last);
			last = schedule_deadline(&s, 5, n);
		}
	}
}

static void test_slots_are_spread(void **state)
{
	struct schedule s;
	bool taken[SCHEDULE_SLOTS] = {0};

	schedule_init(&s, 50, 0);
	for (unsigned slot = 0; slot < SCHEDULE_SLOTS; slot++) {
		uint64_t at = schedule_deadline(&s, slot, 0);

		assert_int_equal(at % (20000000 / SCHEDULE_SLOTS), 0);
		assert_in_range(at / (20000000 / SCHEDULE_SLOTS), 0, SCHEDULE_SLOTS - 1);
		assert_false(taken[at / (20000000 / SCHEDULE_SLOTS)]);
		taken[at / (20000000 / SCHEDULE_SLOTS)] = true;
	}
	assert_int_equal(schedule_deadline(&s, 1, 0), 10000000);
}

static void test_soonest(void **state)
{
	struct schedule s;
	uint64_t deadline;
	unsigned slot;

	schedule_init(&s, 50, 0);
	assert_false(schedule_soonest(&s, &slot, &deadline));
	schedule_use(&s, 1, 30000000);
	schedule_use(&s, 0, 30000000);
	assert_true(schedule_soonest(&s, &slot, &deadline));
	assert_int_equal(slot, 0);
	assert_int_equal(deadline, 40000000);
	schedule_done(&s, 0, 41000000);
	assert_true(schedule_soonest(&s, &slot, &deadline));
	assert_int_equal(slot, 1);
	assert_int_equal(deadline, 50000000);
	schedule_leave(&s, 1);
	assert_true(schedule_soonest(&s, &slot, &deadline));
	assert_int_equal(slot, 0);
	assert_int_equal(deadline, 60000000);
	assert_int_equal(s.missed, 0);
}

/* Late within the interval: nothing is missed, and the next one is due when it always was. */
static void test_late_and_missed(void **state)
{
	struct schedule s;

	schedule_init(&s, 50, 0);
	schedule_use(&s, 0, 0);
	assert_int_equal(s.next[0], 1);
	schedule_done(&s, 0, 39999999);
	assert_int_equal(s.next[0], 2);
	assert_int_equal(s.missed, 0);
	schedule_done(&s, 0, 105000000);
	assert_int_equal(s.next[0], 6);
	assert_int_equal(s.missed, 3);
	schedule_done(&s, 0, 119000000);
	assert_int_equal(s.next[0], 7);
	assert_int_equal(s.missed, 3);
}

/* Ticks at a rate a little off, whose deltas come up to @jitter_ns late; how many ticks lie between
 * two frames, once a slot has had the time to follow */
struct beat {
	double tick_ns;
	uint64_t first_ns, jitter_ns;
	unsigned slot;
};

static uint64_t arrival(const struct beat *b, uint64_t tick)
{
	return b->first_ns + (uint64_t)((double)tick * b->tick_ns) +
	       (b->jitter_ns ? tick * 2654435761u % b->jitter_ns : 0);
}

static void test_follows_without_beat(void **state)
{
	static const struct beat beats[] = {
		{1e9 / 60, 0, 0, 0},
		{1e9 / 60, 8333333, 0, 0},
		{1e9 / 60, 300000, 3000000, 0},
		{1e9 / 60.003, 5000000, 3000000, 0},
		{1e9 / 59.997, 16000000, 3000000, 0},
		{1e9 / 60.003, 1000000, 3000000, 1},
		{1e9 / 59.997, 12000000, 3000000, 15},
	};

	for (size_t i = 0; i < sizeof beats / sizeof beats[0]; i++) {
		const struct beat *b = &beats[i];
		struct schedule s;
		uint64_t shown = 0, last = 0, deadline;
		unsigned slot;

		schedule_init(&s, 60, 0);
		schedule_use(&s, b->slot, 100000000);
		for (unsigned frame = 0; frame < 60000; frame++) {
			uint64_t before = shown;

			assert_true(schedule_soonest(&s, &slot, &deadline));
			while (arrival(b, shown + 1) <= deadline)
				shown++;
			if (frame > 1000 && shown != before + 1)
				fail_msg("beat %zu, frame %u: %d ticks on", i, frame,
					 (int)(shown - before));
			/* what is seen of the shift: 0.2 % */
			if (last)
				assert_in_range(deadline - last, 16633333, 16700001);
			last = deadline;
			schedule_follow(&s, slot, arrival(b, shown));
			schedule_done(&s, slot, deadline);
		}
		assert_int_equal(s.missed, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_drift),
		cmocka_unit_test(test_slots_are_spread),
		cmocka_unit_test(test_soonest),
		cmocka_unit_test(test_late_and_missed),
		cmocka_unit_test(test_follows_without_beat),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("snake_schedule", tests, NULL, NULL);
}
