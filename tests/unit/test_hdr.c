// SPDX-License-Identifier: Apache-2.0
/*
 * HdrHistogram: where values are counted, and the encoding. The golden texts were read with
 * hdr-histogram-js 2 (npm), which found the same counts, percentiles and maxima; zlib's output for
 * such short input is the same in all its versions since 1.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/measure/hdr.h"

#define GOLDEN	     "HISTFAAAAC54nJNpmSzMwMDAzwABzFCaEcj8DwL2HyACLEwMTO9XMDKd52Sa2MXEBAD/Ewsi"
#define GOLDEN_MANY  "HISTFAAAACV4nJNpmSzMwMDAzgABzFCaEcj8DwL2HyACnA2dVQwNjACvQQmM"
#define GOLDEN_EMPTY "HISTFAAAAB54nJNpmSzMwMDAyAABzFAayGf+DwL2H6AiAHimB3k="

static void test_index(void **state)
{
	static const struct {
		int64_t value;
		size_t index;
	} rows[] = {
		{0, 0},
		{1, 1},
		{2047, 2047},
		{2048, 2048},
		{2049, 2048},
		{2050, 2049},
		{4095, 3071},
		{4096, 3072},
		{4099, 3072},
		{4100, 3073},
		{HDR_MAX - 1, HDR_COUNTS - 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(hdr_index(rows[i].value), rows[i].index);
}

/* Out of range is counted at the nearer end. */
static void test_range(void **state)
{
	struct hdr *h = calloc(1, sizeof *h);

	hdr_add(h, -5);
	hdr_add(h, INT64_MAX);
	assert_int_equal(h->count[0], 1);
	assert_int_equal(h->count[HDR_COUNTS - 1], 1);
	assert_int_equal(h->total, 2);
	assert_true(h->max == HDR_MAX - 1);
	free(h);
}

static char *encode(const int64_t *values, size_t count)
{
	struct hdr *h = calloc(1, sizeof *h);
	char *text = NULL;

	for (size_t i = 0; i < count; i++)
		hdr_add(h, values[i]);
	assert_int_equal(hdr_encode(h, &text), 0);
	free(h);
	return text;
}

static void test_golden(void **state)
{
	static const int64_t values[] = {817663, 1218559, 0, 0, 1, 3, 123456789012};
	char *text = encode(values, sizeof values / sizeof values[0]);

	assert_string_equal(text, GOLDEN);
	free(text);
}

/* A count of more than 63 takes two octets, and one of a million three. */
static void test_many(void **state)
{
	struct hdr *h = calloc(1, sizeof *h);
	char *text;

	for (int i = 0; i < 1000000; i++)
		hdr_add(h, 5);
	for (int i = 0; i < 64; i++)
		hdr_add(h, 7);
	assert_int_equal(hdr_encode(h, &text), 0);
	assert_string_equal(text, GOLDEN_MANY);
	free(text);
	free(h);
}

static void test_empty(void **state)
{
	char *text = encode(NULL, 0);

	assert_string_equal(text, GOLDEN_EMPTY);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),  cmocka_unit_test(test_range),
		cmocka_unit_test(test_golden), cmocka_unit_test(test_many),
		cmocka_unit_test(test_empty),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
