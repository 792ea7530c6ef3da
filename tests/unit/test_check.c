// SPDX-License-Identifier: Apache-2.0
/* Verdicts of `baton check links`: frames that a shape is done to are judged to be as asked,
 * whatever keys it has together, and as off where it is another. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "testbed/check_direction.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { FRAMES = 2000 };

static bool draw(double share)
{
	return (double)rand() / ((double)RAND_MAX + 1) < share;
}

/* Copies that go on: link-shaper (link-shaper/line.h) draws for loss, then for copies; netem for
 * both at once (netem_enqueue: count++, count--), and for the copy's loss anew. */
static unsigned copies_of(const struct link_shape *s, bool netem)
{
	bool copied, lost;

	if (!netem)
		return draw(s->loss) ? 0 : 1 + draw(s->duplicate);
	copied = draw(s->duplicate);
	lost = draw(s->loss);
	if (copied && !lost)
		return 1 + !draw(s->loss);
	return !lost || copied;
}

static struct check_seen shape_frames(const struct link_shape *s, bool netem)
{
	const double whole_header =
		(double)(CHECK_PROBE_SIZE - CHECK_PROBE_HEADER) / CHECK_PROBE_SIZE;
	struct check_seen seen = {.sent = FRAMES};

	for (unsigned i = 0; i < FRAMES; i++) {
		unsigned copies = copies_of(s, netem), whole = 0;

		for (unsigned c = 0; c < copies; c++) {
			if (!draw(s->corrupt))
				whole++;
			else
				seen.corrupted += draw(whole_header);
		}
		seen.arrived += whole > 0;
		seen.duplicated += whole > 1;
	}
	seen.lost = seen.sent - seen.arrived > seen.corrupted
			    ? seen.sent - seen.arrived - seen.corrupted
			    : 0;
	return seen;
}

static void judge(struct direction_check *d, const struct link_shape *is,
		  const struct link_shape *asked, bool netem)
{
	*d = (struct direction_check){.asked = *asked, .seen = shape_frames(is, netem)};
	snprintf(d->by, sizeof d->by, "%s", netem ? "netem" : "user");
	check_judge_shares(d);
}

static const struct link_shape shapes[] = {
	{.loss = 0.1},
	{.duplicate = 0.3},
	{.corrupt = 0.2},
	{.duplicate = 0.2, .corrupt = 0.2},
	{.duplicate = 1, .corrupt = 0.5},
	{.loss = 0.1, .duplicate = 0.5},
	{.loss = 0.5, .corrupt = 0.5},
	{.loss = 0.3, .duplicate = 0.3, .corrupt = 0.3},
	{.loss = 0.01, .duplicate = 0.02, .corrupt = 0.01},
};

static void test_as_asked(void **state)
{
	struct direction_check d;

	srand(20261121);
	for (int round = 0; round < 50; round++)
		for (size_t i = 0; i < N(shapes); i++)
			for (int netem = 0; netem < 2; netem++) {
				judge(&d, &shapes[i], &shapes[i], netem);
				if (d.off[0])
					fail_msg("shape %zu by %s: off: %s", i, d.by, d.off);
			}
}

static void test_off(void **state)
{
	static const struct {
		struct link_shape is, asked;
		const char *off;
	} rows[] = {
		{{0}, {.loss = 0.1}, "loss"},
		{{.loss = 0.1}, {.duplicate = 0.2, .corrupt = 0.2}, "loss"},
		{{.corrupt = 0.2}, {.duplicate = 0.2, .corrupt = 0.2}, "duplicate"},
		{{.duplicate = 0.2}, {.duplicate = 0.2, .corrupt = 0.2}, "corrupt"},
		{{.loss = 0.3, .duplicate = 0.3}, {.loss = 0.1, .duplicate = 0.3}, "loss"},
	};
	struct direction_check d;

	srand(20261122);
	for (size_t i = 0; i < N(rows); i++)
		for (int netem = 0; netem < 2; netem++) {
			judge(&d, &rows[i].is, &rows[i].asked, netem);
			if (!strstr(d.off, rows[i].off))
				fail_msg("row %zu by %s: off: '%s'", i, d.by, d.off);
		}
}

/* Nothing arrives whole, as asked: no delay to judge. Harmed frames take their time of the rate. */
static void test_rest(void **state)
{
	struct direction_check d = {.asked = {.corrupt = 1, .delay_us = 5000}, .seen.sent = 1000};
	const struct check_seen seen = {.sent_bps = 14e6, .rate_bps = 8e6};

	check_judge_delay(&d, &d.seen);
	assert_string_equal(d.off, "");
	assert_non_null(strstr(d.note, "delay not judged"));
	d = (struct direction_check){.asked = {.rate_bps = 10000000, .corrupt = 0.2}};
	check_judge_rate(&d, &seen);
	assert_string_equal(d.off, "");
	assert_true(fabs(d.rate_bps - 10e6) < 1);
}

/* A direction takes at most so long, however slow it is. */
static void test_time(void **state)
{
	const struct link_shape slow = {.rate_bps = 1000},
				wide = {.rate_bps = 1000, .jitter_us = 10000000};

	assert_in_range(check_direction_seconds(&slow), 1, 25);
	assert_in_range(check_direction_seconds(&wide), 1, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_asked),
					   cmocka_unit_test(test_off), cmocka_unit_test(test_rest),
					   cmocka_unit_test(test_time)};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
