// SPDX-License-Identifier: Apache-2.0
/* Rules packed and unpacked: as they were, whatever is in them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "upf/rules/record.h"

/* not the stack's: 22 kB each */
static struct upf_rules rules, again;

/* Words that are none, all, or anything, in turns that @seed says */
static void fill(void *to, size_t size, unsigned seed)
{
	uint8_t *octet = to;

	srand(seed);
	for (size_t i = 0; i < size; i += 4) {
		const int kind = seed ? rand() % 3 : 2;

		for (size_t k = i; k < i + 4 && k < size; k++)
			octet[k] = kind == 2 ? (uint8_t)rand() : (uint8_t)(kind ? 0xff : 0);
	}
}

#define EACH_LIST(row)                                                                             \
	row(pdr) row(far) row(qer) row(urr) row(bar) row(endpoint) row(ue) row(filter)             \
		row(application) row(duplicate) row(link)

static size_t check(void)
{
	struct upf_record *record = upf_record_new(&rules);
	const size_t size = upf_record_size(record);

	memset(&again, 0xa5, sizeof(again));
	upf_record_read(record, &again);
#define SAME(list)                                                                                 \
	assert_int_equal(again.n_##list, rules.n_##list);                                          \
	assert_memory_equal(again.list, rules.list, rules.n_##list * sizeof(rules.list[0]));
	EACH_LIST(SAME)
	free(record);
	return size;
}

static void some_of_each(void **state)
{
	for (unsigned seed = 1; seed <= 500; seed++) {
		fill(&rules, sizeof(rules), seed);
#define SOME(list)                                                                                 \
	rules.n_##list = (uint8_t)(rand() % (sizeof(rules.list) / sizeof(rules.list[0]) + 1));
		EACH_LIST(SOME)
		(void)check();
	}
}

/* Octets that are none: cut, longer, counting more than there can be, or anything */
static void damaged(void **state)
{
	struct upf_record *record;
	uint8_t *octets;
	size_t size, fine = 0;

	fill(&rules, sizeof(rules), 7);
#define FEW(list) rules.n_##list = 1;
	EACH_LIST(FEW)
	record = upf_record_new(&rules);
	size = upf_record_size(record);
	assert_int_equal(upf_record_check(record, size), 0);
	for (size_t n = 0; n < size; n++) {
		octets = malloc(n ? n : 1); /* so that a sanitizer sees what is read behind it */
		memcpy(octets, record, n);
		assert_int_equal(upf_record_check(octets, n), -EBADMSG);
		free(octets);
	}
	octets = malloc(size);
	for (size_t i = 0; i < 8 * size; i++) {
		memcpy(octets, record, size);
		octets[i / 8] ^= (uint8_t)(1 << i % 8);
		if (upf_record_check(octets, size))
			continue;
		upf_record_read((struct upf_record *)octets, &again);
		fine++;
	}
	assert_true(fine > size); /* other words are no worse */
	free(octets);
	free(record);
}

/* All that there can be, and not a word that is shorter packed */
static void all_of_each(void **state)
{
	fill(&rules, sizeof(rules), 0);
#define ALL(list) rules.n_##list = sizeof(rules.list) / sizeof(rules.list[0]);
	EACH_LIST(ALL)
	assert_true(check() > sizeof(rules));
}

static void none(void **state)
{
	memset(&rules, 0, sizeof(rules));
	assert_true(check() < 16);
	memset(&again, 0xa5, sizeof(again));
	upf_record_read(NULL, &again);
	assert_int_equal(again.n_pdr + again.n_filter + again.n_link, 0);
}

static void what_is_not_there_takes_nothing(void **state)
{
	memset(&rules, 0, sizeof(rules));
	rules.n_urr = 1;
	memset(&rules.urr[0].threshold, 0xff, sizeof(rules.urr[0].threshold));
	assert_true(check() < 16 + sizeof(struct upf_urr) / 8);
}

/* What issue 6 allows a session to take, store and indexes included, is 1 KiB: the record is at
 * most half of it, even if nothing can be packed. */
static void the_usual_session(void **state)
{
	fill(&rules, sizeof(rules), 0);
#define NONE(list) rules.n_##list = 0;
	EACH_LIST(NONE)
	rules.n_pdr = rules.n_far = 2;
	rules.n_qer = rules.n_ue = 1;
	assert_true(check() <= 512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_of_each),
		cmocka_unit_test(all_of_each),
		cmocka_unit_test(damaged),
		cmocka_unit_test(none),
		cmocka_unit_test(the_usual_session),
		cmocka_unit_test(what_is_not_there_takes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
