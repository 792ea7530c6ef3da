// SPDX-License-Identifier: Apache-2.0
/* Rows of a client: read in pieces, those that are none, and figures of a part of the time */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/requests_world.h"

/* ---- rows ---- */

static void test_rows_in_pieces(void **state)
{
	static const char text[] =
		HEAD "2,20,21,30,1,edge-a,1\n1,10,11,0,7,,0\n3,30,30,40,1,edge-b,"
		     "0\r\n";
	struct requests r = {0};

	(void)state;
	for (size_t i = 0; i < sizeof text - 1; i++)
		assert_int_equal(requests_add(&r, text + i, 1), 0);
	requests_order(&r);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.answered, 2);
	assert_int_equal(r.row[0].number, 2);
	assert_true(r.row[0].ok);
	assert_string_equal(r.edge[r.row[1].edge], "edge-b");
	assert_false(r.row[1].ok);
	assert_int_equal(r.row[2].number, 1);
	assert_int_equal(r.row[2].sends, 7);
	requests_done(&r);
}

static void test_rows_that_are_none(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{"number,made\n", "line 1: expected number,made_ns"},
		{HEAD "1,2,3\n", "line 2: expected five numbers"},
		{HEAD "1,2,3,4,1,edge-a\n", "expected 1 or 0"},
		{HEAD "1,2,3,4,1,edge-a,2\n", "expected 1 or 0"},
		{HEAD "1,2,3,4,1,edge-a,1,1\n", "expected 1 or 0"},
		{HEAD "-1,2,3,4,1,edge-a,1\n", "expected five numbers"},
		{HEAD "99999999999999999999,2,3,4,1,edge-a,1\n", "expected five numbers"},
		{HEAD "1,9,9,4,1,edge-a,1\n", "expected an answer after the request"},
		{HEAD "1,2,3,4,1,an-edge-whose-name-is-longer-than-what-the-wire-has-room-for,1\n",
		 "expected an edge's name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct requests r = {0};

		assert_int_equal(requests_add(&r, bad[i].text, strlen(bad[i].text)), -EINVAL);
		if (!strstr(r.error, bad[i].said))
			fail_msg("'%s' said '%s', not '%s'", bad[i].text, r.error, bad[i].said);
		requests_done(&r);
	}
}

static void test_a_line_without_end(void **state)
{
	struct requests r = {0};
	int status = 0;

	(void)state;
	for (int i = 0; i < 1000 && status == 0; i++)
		status = requests_add(&r, "x", 1);
	assert_int_equal(status, -EINVAL);
	requests_done(&r);
}

/* ---- figures ---- */

static void test_figures_of_a_part(void **state)
{
	struct requests r = {0};
	struct request_figures f;

	(void)state;
	add_world(&r);
	assert_int_equal(requests_figures(&r, 2 * S, 3200 * S / 1000, &f), 0);
	assert_int_equal(f.made, 13);
	assert_int_equal(f.answered, 13);
	assert_int_equal(f.unanswered, 0);
	assert_int_equal(f.resent, 5);
	assert_int_equal(f.sends, 8 + 15);
	assert_int_equal(f.longest_made_ns, 2500000000);
	assert_true(fabs(f.longest_wait_us - 501000) < 1);
	/* from 2.401 to 3.001 s */
	assert_true(fabs(f.longest_gap_us - 600000) < 1);
	assert_true(fabs(f.wait_p50_us - 1000) < 1);
	/* without the migration nothing stands out */
	assert_int_equal(requests_figures(&r, 1 * S, 2 * S, &f), 0);
	assert_int_equal(f.made, 11);
	assert_true(f.longest_wait_us < 1001);
	assert_true(f.longest_gap_us < 100001);
	requests_done(&r);
}

static void test_spells(void **state)
{
	struct request_spell spell[2];
	struct requests r = {0};

	(void)state;
	add_world(&r);
	assert_int_equal(requests_spells(&r, 0, UINT64_MAX, spell, 2), 2);
	assert_string_equal(r.edge[spell[0].edge], "edge-a");
	assert_int_equal(spell[0].answers, 15);
	assert_int_equal(spell[0].from_ns, 1001000000);
	assert_int_equal(spell[1].answers, 25);
	assert_int_equal(requests_spells(&r, 0, UINT64_MAX, spell, 1), 2);
	assert_int_equal(spell[0].answers, 15);
	assert_int_equal(requests_spells(&r, 0, 1, spell, 2), 0);
	requests_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_in_pieces),
		cmocka_unit_test(test_rows_that_are_none),
		cmocka_unit_test(test_a_line_without_end),
		cmocka_unit_test(test_figures_of_a_part),
		cmocka_unit_test(test_spells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
