// SPDX-License-Identifier: Apache-2.0
/* Numbers of rules in a slot, and numbers of cells: who keeps them, when they are another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/ebpf/cells.h"
#include "dataplane/ebpf/numbers.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* ---- cells ---- */

static void cells_wait(void **state)
{
	struct cells c;
	uint32_t n;

	assert_int_equal(cells_init(&c, 7, 3), 0);
	for (uint32_t i = 7; i < 10; i++)
		assert_true(cells_take(&c, &n) && n == i); /* the lowest first */
	assert_false(cells_take(&c, &n));
	cells_give_back(&c, 8);
	assert_false(cells_take(&c, &n)); /* somebody may be reading it */
	cells_untake(&c, 9);
	assert_true(cells_take(&c, &n) && n == 9); /* nobody has */
	cells_settle(&c);
	assert_true(cells_take(&c, &n) && n == 8);
	assert_false(cells_take(&c, &n));
	cells_done(&c);
}

enum { CELLS = 40, HELD, GIVEN, FREE };

/* Whatever is done in whatever order: none is handed out twice, or before it settled, or lost. */
static void cells_at_random(void **state)
{
	uint8_t is[CELLS];
	struct cells c;
	uint32_t n;

	srandom(5);
	memset(is, FREE, sizeof(is));
	assert_int_equal(cells_init(&c, 0, CELLS), 0);
	for (int turn = 0; turn < 100000; turn++) {
		const uint32_t at = (uint32_t)random() % CELLS;

		if (random() % 50 == 0) {
			cells_settle(&c);
			for (size_t i = 0; i < CELLS; i++)
				is[i] = is[i] == GIVEN ? FREE : is[i];
		} else if (is[at] == HELD && random() % 2) {
			cells_give_back(&c, at);
			is[at] = GIVEN;
		} else if (is[at] == HELD) {
			cells_untake(&c, at);
			is[at] = FREE;
		} else if (cells_take(&c, &n)) {
			assert_true(n < CELLS && is[n] == FREE);
			is[n] = HELD;
		} else {
			assert_null(memchr(is, FREE, sizeof(is)));
		}
	}
	cells_done(&c);
}

/* ---- numbers ---- */

static struct dp_session session_of(uint8_t pdrs)
{
	struct dp_session s = {.id = 1, .pdr_count = pdrs};

	for (uint8_t i = 0; i < pdrs; i++)
		s.pdr[i] = (struct dp_pdr){.id = i + 1u, .direction = i & 1};
	return s;
}

static void add_qer(struct dp_session *s, uint32_t id, uint64_t mbr, uint64_t gbr)
{
	s->qer[s->qer_count] = (struct dp_qer){.id = id, DP_QER_OPEN};
	s->qer[s->qer_count].mbr_kbps[DP_DOWNLINK] = mbr;
	s->qer[s->qer_count++].gbr_kbps[DP_UPLINK] = gbr;
}

static struct dp_urr *add_urr(struct dp_session *s, uint32_t id)
{
	s->urr[s->urr_count] = (struct dp_urr){.id = id, DP_URR_NO_LIMITS};
	return &s->urr[s->urr_count++];
}

static void next(struct numbers *n, const struct dp_session *s)
{
	const struct numbers old = *n;

	assert_int_equal(numbers_next(&old, s, n, NULL), 0);
}

static void buckets_stay(void **state)
{
	struct dp_session s = session_of(2);
	struct numbers n;

	add_qer(&s, 50, 1000, UINT64_MAX);
	add_qer(&s, 51, UINT64_MAX, 500);
	add_qer(&s, 52, UINT64_MAX, UINT64_MAX); /* only a gate */
	assert_int_equal(numbers_next(NULL, &s, &n, NULL), 0);
	assert_int_equal(numbers_bucket(&n, 50, false), 1);
	assert_int_equal(numbers_bucket(&n, 50, true), 0);
	assert_int_equal(numbers_bucket(&n, 51, false), 0);
	assert_int_equal(numbers_bucket(&n, 51, true), 2);
	assert_int_equal(numbers_bucket(&n, 52, false), 0);
	assert_true(numbers_need_more(&n)); /* guarantees are looked at there alone */
	/* the first goes, a third comes, in another order: who stays keeps its own */
	s.qer[0] = s.qer[1];
	s.qer_count = 1;
	add_qer(&s, 53, 0, UINT64_MAX);
	next(&n, &s);
	assert_int_equal(numbers_bucket(&n, 50, false), 0);
	assert_int_equal(numbers_bucket(&n, 51, true), 2);
	assert_int_equal(numbers_bucket(&n, 53, false), 1);
	/* a rate that is taken away from a QER, and given again */
	s.qer[0].gbr_kbps[DP_UPLINK] = UINT64_MAX;
	next(&n, &s);
	assert_int_equal(numbers_bucket(&n, 51, true), 0);
	assert_false(numbers_need_more(&n));
}

/* All that a session may have fit, and all of them can be others in the next rule set. */
static void buckets_suffice(void **state)
{
	struct dp_session s = session_of(2);
	struct numbers n = {0};

	for (uint32_t round = 0; round < 3; round++) {
		s.qer_count = 0;
		while (s.qer_count < DP_QERS_MAX)
			add_qer(&s, round * 100 + s.qer_count, 1000, 500);
		next(&n, &s);
		for (uint32_t i = 0; i < DP_QERS_MAX; i++)
			assert_true(numbers_bucket(&n, round * 100 + i, false) &&
				    numbers_bucket(&n, round * 100 + i, true));
	}
	assert_int_equal(n.bucket_count, 2 * DP_QERS_MAX);
}

/* What each kind of limit is made of */
static const struct kind_row {
	const char *name;
	size_t offset; /* of a word in struct dp_urr_limits */
	uint8_t kind;
	uint64_t sum; /* of four PDRs, up, down, up, down, the last not the URR's */
} kind_rows[] = {
#define LIMIT(member, kind, sum)                                                                   \
	{                                                                                          \
#member, offsetof(struct dp_urr_limits, member), kind, sum                         \
	}
	LIMIT(notify.total, LIMIT_TOTAL, 7),
	LIMIT(quota.total, LIMIT_TOTAL, 7),
	LIMIT(notify.way[DP_UPLINK], LIMIT_UPLINK, 5),
	LIMIT(quota.way[DP_UPLINK], LIMIT_UPLINK, 5),
	LIMIT(notify.way[DP_DOWNLINK], LIMIT_DOWNLINK, 2),
	LIMIT(quota.way[DP_DOWNLINK], LIMIT_DOWNLINK, 2),
	LIMIT(notify_packets.total, LIMIT_PACKETS | LIMIT_TOTAL, 7),
	LIMIT(quota_packets.total, LIMIT_PACKETS | LIMIT_TOTAL, 7),
	LIMIT(notify_packets.way[DP_UPLINK], LIMIT_PACKETS | LIMIT_UPLINK, 5),
	LIMIT(quota_packets.way[DP_UPLINK], LIMIT_PACKETS | LIMIT_UPLINK, 5),
	LIMIT(notify_packets.way[DP_DOWNLINK], LIMIT_PACKETS | LIMIT_DOWNLINK, 2),
	LIMIT(quota_packets.way[DP_DOWNLINK], LIMIT_PACKETS | LIMIT_DOWNLINK, 2),
};

static struct dp_session counting(void)
{
	struct dp_session s = session_of(4);

	add_urr(&s, 60);
	for (size_t i = 0; i < 3; i++)
		s.pdr[i].urr_count = 1;
	return s;
}

static void limits_by_kind(void **state)
{
	const struct dp_urr_limits none = DP_URR_LIMITS_NONE;

	for (size_t i = 0; i < SIZE(kind_rows); i++) {
		const struct kind_row *row = &kind_rows[i];
		struct dp_session s = counting();
		struct dp_urr_limits limits;
		uint8_t number[LIMIT_KINDS];
		struct numbers n;

		memset((uint8_t *)&s.urr[0].limits + row->offset, 0, sizeof(uint64_t));
		limits = s.urr[0].limits;
		assert_int_equal(numbers_next(NULL, &s, &n, NULL), 0);
		if (numbers_limits(&n, 60, number) != 1 || number[0] != 1 ||
		    n.limit[0].kind != row->kind || numbers_sum(&n, &n.limit[0]) != row->sum)
			fail_msg("%s: kind %u, sum %#lx", row->name, n.limit[0].kind,
				 (unsigned long)numbers_sum(&n, &n.limit[0]));
		assert_int_equal(numbers_limits(&n, 61, number), 0);
		assert_true(numbers_covers(&n, 60, &limits) && numbers_covers(&n, 60, &none));
		assert_false(numbers_covers(&n, 61, &limits));
		s.urr[0].limits = none;
		next(&n, &s);
		assert_int_equal(numbers_limits(&n, 60, number), 0);
		assert_false(numbers_covers(&n, 60, &limits));
	}
}

/* They are on all octets */
static void limits_of_flags(void **state)
{
	struct dp_session s = counting();
	uint8_t number[LIMIT_KINDS];
	struct numbers n = {0};

	s.urr[0].limits.start = true;
	next(&n, &s);
	assert_int_equal(numbers_limits(&n, 60, number), 1);
	assert_int_equal(n.limit[0].kind, LIMIT_TOTAL);
	s.urr[0].limits = (struct dp_urr_limits)DP_URR_LIMITS_NONE;
	s.urr[0].limits.closed = true;
	next(&n, &s);
	assert_int_equal(numbers_limits(&n, 60, number), 1);
	assert_int_equal(n.limit[0].kind, LIMIT_TOTAL);
}

static void accounts_retire(void **state)
{
	struct dp_session s = counting();
	struct numbers n = {0};
	uint8_t was;

	next(&n, &s);
	for (uint16_t i = 0; i < 4; i++)
		assert_int_equal(numbers_account(&n, i + 1), i);
	/* filters, FARs and all else that isn't counted by: the same */
	s.pdr[0].far = 1;
	next(&n, &s);
	assert_int_equal(numbers_account(&n, 1), 0);
	/* counted by others: another, and the old one counts until it is folded */
	add_urr(&s, 61);
	s.pdr[0].urr[0] = 1;
	next(&n, &s);
	was = numbers_account(&n, 1);
	assert_int_equal(was, 4);
	assert_true(n.account[0].used && n.account[0].retired);
	assert_true(numbers_counts(&n.account[0], 60) && numbers_counts(&n.account[4], 61));
	/* the other way */
	s.pdr[0].direction = DP_DOWNLINK;
	next(&n, &s);
	assert_int_equal(numbers_account(&n, 1), 5);
	/* URR 60 goes: nobody's packets are its own, whatever comes by that id later */
	s.urr[0] = s.urr[1];
	s.urr_count = 1;
	s.pdr[0].urr_count = s.pdr[1].urr_count = s.pdr[2].urr_count = 0;
	next(&n, &s);
	for (uint8_t i = 0; i < n.account_count; i++)
		assert_false(numbers_counts(&n.account[i], 60));
	assert_true(numbers_counts(&n.account[4], 61));
	/* a number is free once somebody has folded it */
	n.account[0].used = n.account[0].retired = false;
	s.pdr_count = 5;
	s.pdr[4] = (struct dp_pdr){.id = 9};
	next(&n, &s);
	assert_int_equal(numbers_account(&n, 9), 0);
}

/* Each change of all 32 takes 32 more, so there are no more than two sets of them. */
static void accounts_end(void **state)
{
	struct dp_session s = session_of(DP_PDRS_MAX);
	struct numbers n = {0}, other;

	next(&n, &s);
	add_urr(&s, 60);
	for (size_t i = 0; i < DP_PDRS_MAX; i++)
		s.pdr[i].urr_count = 1;
	next(&n, &s);
	assert_int_equal(n.account_count, NUMBERS_ACCOUNTS);
	s.pdr[7].urr_count = 0;
	assert_int_equal(numbers_next(&n, &s, &other, NULL), -ENOSPC);
	n.account[31].used = n.account[31].retired = false;
	assert_int_equal(numbers_next(&n, &s, &other, NULL), 0);
	assert_int_equal(numbers_account(&other, 8), 31);
}

static void packed(void **state)
{
	struct dp_session s = counting();
	struct numbers n = {0}, back;
	void *packed;

	add_qer(&s, 50, 1000, 500);
	s.urr[0].limits.quota.total = 7;
	next(&n, &s);
	packed = numbers_pack(&n);
	assert_non_null(packed);
	memset(&back, 0x55, sizeof(back));
	numbers_unpack(packed, &back);
	assert_memory_equal(&back, &n, sizeof(n));
	n.account[1].used = false;
	n.bucket[0].used = false;
	numbers_repack(&n, packed);
	numbers_unpack(packed, &back);
	assert_memory_equal(&back, &n, sizeof(n));
	free(packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_wait),	   cmocka_unit_test(cells_at_random),
		cmocka_unit_test(buckets_stay),	   cmocka_unit_test(buckets_suffice),
		cmocka_unit_test(limits_by_kind),  cmocka_unit_test(limits_of_flags),
		cmocka_unit_test(accounts_retire), cmocka_unit_test(accounts_end),
		cmocka_unit_test(packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
