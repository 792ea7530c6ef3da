// SPDX-License-Identifier: Apache-2.0
/* What a line does to packets, by arithmetic; the queue of packets under way; lateness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "link-shaper/lateness.h"
#include "link-shaper/line.h"
#include "link-shaper/queue.h"

enum { MANY = 100000, MS = 1000000 };

static void line_of(struct line *l, const struct link_shape *shape)
{
	line_init(l, 42);
	assert_int_equal(line_set(l, shape), 0);
}

/* ---- loss and the like ---- */

static void test_random_row(void **state)
{
	struct random a, b;

	random_seed(&a, 7);
	random_seed(&b, 7);
	for (int i = 0; i < 1000; i++)
		assert_true(random_next(&a) == random_next(&b));
	random_seed(&b, 8);
	assert_true(random_next(&a) != random_next(&b));
	for (int i = 0; i < MANY; i++)
		assert_true(random_below(&a, 3) < 3);
	assert_false(random_share(&a, 0));
	assert_true(random_share(&a, 1));
}

/* Five standard deviations of a binomial of MANY */
static bool near(uint64_t count, double share)
{
	const double off = (double)count - share * MANY;

	return off * off < 25 * MANY * share * (1 - share) + 1;
}

static void test_shares(void **state)
{
	static const double shares[] = {0, 0.001, 0.1, 0.5, 1};

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		const struct link_shape shape = {
			.loss = shares[i], .duplicate = shares[4 - i], .corrupt = shares[i]};
		struct line l;
		uint64_t copies = 0, corrupt = 0, passed;
		struct line_verdict v;

		line_of(&l, &shape);
		for (int n = 0; n < MANY; n++) {
			line_admit(&l, (uint64_t)n, 100, &v);
			copies += v.copies;
			for (unsigned c = 0; c < v.copies; c++)
				corrupt += v.copy[c].corrupt;
		}
		passed = MANY - l.counters.dropped_loss;
		assert_true(near(l.counters.dropped_loss, shares[i]));
		assert_int_equal(copies, passed + l.counters.duplicated);
		assert_int_equal(corrupt, l.counters.corrupted);
		assert_int_equal(l.counters.packets, MANY);
		assert_int_equal(l.counters.bytes, MANY * 100);
		if (shares[i] == 0)
			assert_int_equal(l.counters.duplicated, MANY);
		line_done(&l);
	}
}

/* Losses come one by one: what follows a loss is lost no more often than anything else */
static void test_loss_independent(void **state)
{
	const struct link_shape shape = {.loss = 0.5};
	struct line_verdict v;
	uint64_t pairs = 0;
	bool lost = false;
	struct line l;

	line_of(&l, &shape);
	for (int n = 0; n < MANY; n++) {
		line_admit(&l, 0, 1, &v);
		pairs += lost && !v.copies;
		lost = !v.copies;
	}
	assert_true(pairs > MANY / 4 - 1000 && pairs < MANY / 4 + 1000);
	line_done(&l);
}

/* ---- time ---- */

static void test_delay(void **state)
{
	const struct link_shape shape = {.delay_us = 5000};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (uint64_t n = 0; n < 1000; n++) {
		line_admit(&l, n * 777, 1500, &v);
		assert_int_equal(v.copies, 1);
		assert_int_equal(v.copy[0].due_ns, n * 777 + 5 * MS);
		assert_false(v.copy[0].corrupt);
	}
	line_done(&l);
}

static void test_jitter(void **state)
{
	const struct link_shape shape = {.delay_us = 5000, .jitter_us = 2000};
	uint64_t last = 0, low = 0, high = 0;
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (uint64_t n = 0; n < MANY; n++) {
		const uint64_t at = n * 100 * MS;
		uint64_t took;

		line_admit(&l, at, 100, &v);
		took = v.copy[0].due_ns - at;
		assert_true(took >= 3 * MS && took <= 7 * MS);
		low += took < 4 * MS;
		high += took > 6 * MS;
	}
	assert_true(near(low, 0.25) && near(high, 0.25)); /* uniform */
	for (uint64_t n = 0; n < 1000; n++) {
		line_admit(&l, MANY * 100ull * MS + n, 100, &v);
		assert_true(v.copy[0].due_ns >= last); /* in order */
		last = v.copy[0].due_ns;
	}
	line_done(&l);
}

static void test_jitter_above_delay(void **state)
{
	const struct link_shape shape = {.delay_us = 1, .jitter_us = 1000, .reorder = 1e-9};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (int n = 0; n < 1000; n++) {
		line_admit(&l, 5 * MS, 100, &v);
		assert_true(v.copy[0].due_ns >= 5 * MS && v.copy[0].due_ns <= 6 * MS + 1000);
	}
	line_done(&l);
}

static void test_reorder(void **state)
{
	const struct link_shape shape = {.delay_us = 5000, .reorder = 0.25};
	struct line_verdict v;
	uint64_t past = 0;
	struct line l;

	line_of(&l, &shape);
	for (uint64_t n = 0; n < MANY; n++) {
		line_admit(&l, n * 1000, 100, &v);
		if (v.copy[0].due_ns == n * 1000)
			past++;
		else
			assert_int_equal(v.copy[0].due_ns, n * 1000 + 5 * MS);
	}
	assert_int_equal(past, l.counters.reordered);
	assert_true(near(past, 0.25));
	line_done(&l);
}

/* ---- the rate ---- */

static void test_rate(void **state)
{
	/* 125 octets are a millisecond */
	const struct link_shape shape = {.rate_bps = 1000000, .delay_us = 1000};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (uint64_t n = 1; n <= 10; n++) {
		line_admit(&l, 0, 125, &v);
		assert_int_equal(v.copy[0].due_ns, (n + 1) * MS);
	}
	assert_int_equal(line_queued(&l, 0), 10);
	assert_int_equal(line_queued(&l, 1 * MS), 9);
	assert_int_equal(line_queued(&l, 10 * MS), 0);
	line_admit(&l, 100 * MS, 125, &v); /* nothing was saved up */
	assert_int_equal(v.copy[0].due_ns, 102 * MS);
	assert_int_equal(line_send_ns(&l, 1250), 10 * MS);
	line_done(&l);
}

/* What a division leaves isn't lost: 64 octets at 10 Gbit/s take 51.2 ns */
static void test_rate_exact(void **state)
{
	const struct link_shape shape = {.rate_bps = 10000000000, .queue_packets = LINE_QUEUE_MAX};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (int n = 0; n < 10000; n++)
		line_admit(&l, 0, 64, &v);
	assert_int_equal(v.copy[0].due_ns, 512000);
	line_done(&l);
}

static void test_queue_limit(void **state)
{
	const struct link_shape shape = {.rate_bps = 1000000, .queue_packets = 3};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (int n = 0; n < 5; n++) {
		line_admit(&l, 0, 125, &v);
		assert_int_equal(v.copies, n < 3);
	}
	assert_int_equal(l.counters.dropped_queue, 2);
	line_admit(&l, 1 * MS, 125, &v); /* one has gone */
	assert_int_equal(v.copies, 1);
	line_admit(&l, 1 * MS, 125, &v);
	assert_int_equal(v.copies, 0);
	line_done(&l);
}

static void test_queue_resized(void **state)
{
	struct link_shape shape = {.rate_bps = 1000000, .queue_packets = 10};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	for (int n = 0; n < 10; n++)
		line_admit(&l, 0, 125, &v);
	shape.queue_packets = 2;
	assert_int_equal(line_set(&l, &shape), 0);
	line_admit(&l, 5 * MS, 125, &v);
	assert_int_equal(v.copies, 0); /* the last two are those at 9 and 10 ms */
	line_admit(&l, 9 * MS, 125, &v);
	assert_int_equal(v.copies, 1);
	shape.queue_packets = 0;
	assert_int_equal(line_set(&l, &shape), 0);
	assert_int_equal(line_queued(&l, 9 * MS), 2);
	assert_int_equal(l.end_size, LINE_QUEUE_DEFAULT);
	shape.queue_packets = LINE_QUEUE_MAX + 1;
	assert_int_equal(line_set(&l, &shape), -EINVAL);
	line_done(&l);
}

/* A shorter delay doesn't let later packets past earlier ones. */
static void test_change(void **state)
{
	struct link_shape shape = {.delay_us = 10000};
	struct line_verdict v;
	struct line l;

	line_of(&l, &shape);
	line_admit(&l, 0, 100, &v);
	shape.delay_us = 1000;
	assert_int_equal(line_set(&l, &shape), 0);
	line_admit(&l, 1, 100, &v);
	assert_int_equal(v.copy[0].due_ns, 10 * MS);
	line_admit(&l, 20 * MS, 100, &v);
	assert_int_equal(v.copy[0].due_ns, 21 * MS);
	line_done(&l);
}

/* ---- packets under way ---- */

static struct packet *number(uintptr_t n)
{
	return (struct packet *)n; /* never looked into */
}

static void test_queue_order(void **state)
{
	uint64_t last = 0, due;
	struct random random;
	struct queue q;

	random_seed(&random, 1);
	assert_int_equal(queue_init(&q, 1000), 0);
	assert_null(queue_pop(&q));
	assert_true(queue_due(&q) == UINT64_MAX);
	for (uintptr_t n = 1; n <= 1000; n++)
		assert_int_equal(queue_push(&q, random_below(&random, 100), number(n)), 0);
	assert_int_equal(queue_push(&q, 1, number(1)), -ENOBUFS);
	for (uintptr_t before = 0; q.count;) {
		due = queue_due(&q);
		assert_true(due >= last);
		if (due > last)
			before = 0;
		last = due;
		uintptr_t n = (uintptr_t)queue_pop(&q);
		assert_true(n > before); /* of the same time: as they came */
		before = n;
	}
	queue_done(&q);
}

struct drained {
	uintptr_t first;
	unsigned count;
};

static bool is_even(const struct packet *packet, void *user)
{
	return (uintptr_t)packet % 2 == 0;
}

static void drain_one(struct packet *packet, void *user)
{
	struct drained *d = user;

	assert_int_equal((uintptr_t)packet, 100 - 2 * d->count); /* due in reverse */
	d->count++;
}

static void test_queue_drain(void **state)
{
	struct drained d = {0};
	struct queue q;

	assert_int_equal(queue_init(&q, 100), 0);
	for (uintptr_t n = 1; n <= 100; n++)
		assert_int_equal(queue_push(&q, 1000 - n, number(n)), 0);
	queue_drain(&q, is_even, drain_one, &d);
	assert_int_equal(d.count, 50);
	for (uintptr_t n = 99; q.count; n -= 2)
		assert_int_equal((uintptr_t)queue_pop(&q), n);
	queue_done(&q);
}

static void test_lateness(void **state)
{
	struct lateness l = {0};

	assert_int_equal(lateness_percentile(&l, 0.99), 0);
	for (uint64_t us = 0; us < 10000; us++)
		lateness_add(&l, us * 1000);
	assert_int_equal(l.total, 10000);
	assert_int_equal(l.late, 10000 - 1 - LATENESS_LIMIT_US);
	assert_int_equal(l.max_us, 9999);
	for (int p = 1; p < 100; p++) {
		const uint64_t got = lateness_percentile(&l, p / 100.0), want = (uint64_t)p * 100;

		assert_true(got >= want && got <= want + want / 8 + 1);
	}
	assert_int_equal(lateness_percentile(&l, 1), 9999);
	lateness_add(&l, UINT64_MAX);
	assert_int_equal(l.max_us, UINT64_MAX / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_row),	 cmocka_unit_test(test_shares),
		cmocka_unit_test(test_loss_independent), cmocka_unit_test(test_delay),
		cmocka_unit_test(test_jitter),		 cmocka_unit_test(test_jitter_above_delay),
		cmocka_unit_test(test_reorder),		 cmocka_unit_test(test_rate),
		cmocka_unit_test(test_rate_exact),	 cmocka_unit_test(test_queue_limit),
		cmocka_unit_test(test_queue_resized),	 cmocka_unit_test(test_change),
		cmocka_unit_test(test_queue_order),	 cmocka_unit_test(test_queue_drain),
		cmocka_unit_test(test_lateness),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
