// SPDX-License-Identifier: Apache-2.0
/* lib/lookup.c, compiled in with a memory that is gone when a test says so. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool memory_gone;

static void *maybe_calloc(size_t n, size_t size)
{
	return memory_gone ? NULL : calloc(n, size);
}
#define calloc(n, size) maybe_calloc(n, size)
#include "lib/lookup.c"
#undef calloc

enum { THINGS = 3000, STEPS = 200000 };

struct thing {
	uint64_t key;
	bool in;
};

static struct thing things[THINGS];

static bool is(const void *item, const void *key)
{
	return ((const struct thing *)item)->key == *(const uint64_t *)key;
}

/* Few hashes, so that the searches run into each other, and around the end of the table */
static uint32_t poor_hash(const struct thing *thing)
{
	return 2u - (uint32_t)(thing->key % 40) / 8;
}

static uint32_t good_hash(const struct thing *thing)
{
	return lookup_hash(&thing->key, sizeof(thing->key));
}

static void check_all(const struct lookup *lookup, uint32_t (*hash)(const struct thing *), size_t n)
{
	size_t count = 0, walked = 0, at = 0;

	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(lookup_find(lookup, hash(&things[i]), is, &things[i].key),
				 things[i].in ? &things[i] : NULL);
		count += things[i].in;
	}
	for (const struct thing *thing; (thing = lookup_next(lookup, &at)); walked++)
		assert_true(thing->in);
	assert_int_equal(walked, count);
	assert_int_equal(lookup->count, count);
}

/* In and out at random; what is there is found, nothing else is */
static void churn(uint32_t (*hash)(const struct thing *), size_t n, size_t steps)
{
	struct lookup lookup = {0};

	srand(1);
	for (size_t i = 0; i < n; i++)
		things[i] = (struct thing){.key = i};
	for (size_t step = 0; step < steps; step++) {
		struct thing *thing = &things[(size_t)rand() % n];

		if (thing->in)
			lookup_remove(&lookup, hash(thing), thing);
		else
			assert_int_equal(lookup_add(&lookup, hash(thing), thing), 0);
		thing->in = !thing->in;
		if (step % (steps / 100) == 0)
			check_all(&lookup, hash, n);
	}
	check_all(&lookup, hash, n);
	lookup_done(&lookup);
	assert_int_equal(lookup.count, 0);
}

static void many(void **state)
{
	churn(good_hash, THINGS, STEPS);
}

static void hashes_that_meet(void **state)
{
	churn(poor_hash, 40, STEPS / 10);
}

static void one_key_twice(void **state)
{
	struct lookup lookup = {0};
	const uint64_t key = 7;
	struct thing a = {.key = key}, b = {.key = key};

	assert_null(lookup_find(&lookup, good_hash(&a), is, &key));
	lookup_remove(&lookup, good_hash(&a), &a); /* nothing is there */
	assert_int_equal(lookup_add(&lookup, good_hash(&a), &a), 0);
	assert_int_equal(lookup_add(&lookup, good_hash(&b), &b), 0);
	lookup_remove(&lookup, good_hash(&a), &a);
	assert_ptr_equal(lookup_find(&lookup, good_hash(&a), is, &key), &b);
	lookup_remove(&lookup, good_hash(&a), &a);
	assert_int_equal(lookup.count, 1);
	lookup_done(&lookup);
}

static void without_memory(void **state)
{
	struct lookup lookup = {0};
	size_t n = 0;

	for (size_t i = 0; i < THINGS; i++)
		things[i] = (struct thing){.key = i};
	memory_gone = true;
	assert_int_equal(lookup_add(&lookup, good_hash(&things[0]), &things[0]), -ENOMEM);
	memory_gone = false;
	assert_int_equal(lookup_reserve(&lookup, 100), 0);
	memory_gone = true;
	while (!lookup_add(&lookup, good_hash(&things[n]), &things[n]))
		things[n++].in = true;
	memory_gone = false;
	assert_in_range(n, 100, 200);
	check_all(&lookup, good_hash, THINGS);
	lookup_done(&lookup);
}

/* Keys that count up, and such as differ in one place only, don't meet more than by chance. */
static void hashes_spread(void **state)
{
	enum { PLACES = 1 << 16 };
	static uint8_t seen[PLACES];
	const size_t lens[] = {4, 8, 20, 24};

	for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
		size_t used = 0;

		memset(seen, 0, sizeof(seen));
		for (uint32_t i = 0; i < PLACES; i++) {
			uint8_t key[24] = {0};

			memcpy(key + lens[k] - sizeof(i), &i, sizeof(i));
			used += !seen[lookup_hash(key, lens[k]) % PLACES]++;
		}
		/* 1 - 1/e of them */
		assert_in_range(used, PLACES * 0.62, PLACES * 0.645);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many),		 cmocka_unit_test(hashes_that_meet),
		cmocka_unit_test(one_key_twice), cmocka_unit_test(without_memory),
		cmocka_unit_test(hashes_spread),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
