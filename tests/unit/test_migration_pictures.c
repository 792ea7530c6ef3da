// SPDX-License-Identifier: Apache-2.0
/* Pictures of several measurements of migrations: what is told apart by name, what is one, and that
 * nothing is left out in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/migration_draw.h"

struct made {
	const char *strategy, *mode, *at; /* at: where the application layer is; NULL: nothing */
	double heap_mb, link_mbps, total_us;
	const char *process;
};

static const struct made usual = {.strategy = "iterative",
				  .mode = "make-before-break",
				  .heap_mb = 64,
				  .link_mbps = 20,
				  .total_us = 1e6,
				  .process = "{}"};

static void add(json_t *documents, struct made m)
{
	json_t *at = m.at ? json_pack("[s]", m.at) : json_array();
	json_t *sample =
		json_pack("{s:s, s:b, s:f, s:f, s:f, s:{s:f}, s:[{s:f}, {s:f}]}", "strategy",
			  m.strategy, "completed", 1, "total_us", m.total_us, "t_comp_us",
			  m.total_us / 2, "t_pre_us", m.total_us / 4, "shares", "interruption", 0.5,
			  "rounds", "to_link", 2.0, "to_link", 1.5);

	if (m.total_us < 0) /* nothing was completed */
		json_object_set_new(sample, "completed", json_false());
	json_array_append_new(documents,
			      json_pack("{s:s, s:[s], s:{s:f, s:o}, s:[{s:f}], s:o, s:[o]}", "mode",
					m.mode, "strategies", m.strategy, "model", "heap",
					m.heap_mb * (1 << 20), "application_at", at, "link",
					"asked_bps", m.link_mbps * 1e6, "process",
					json_loads(m.process, 0, NULL), "samples", sample));
}

static char *draw(int (*form)(const json_t *, FILE *), const json_t *documents)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(form(documents, out), 0);
	fclose(out);
	return text;
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (text = strstr(text, word); text; text = strstr(text + 1, word))
		n++;
	return n;
}

static void assert_label(const json_t *documents, size_t i, enum migration_knob axis,
			 const char *wanted)
{
	char label[MIGRATION_LABEL_SIZE];

	migration_label(documents, json_array_get(documents, i), "iterative", axis, label);
	assert_string_equal(label, wanted);
}

static void test_what_differs_is_told(void **state)
{
	json_t *documents = json_array();
	struct made m = usual;

	add(documents, m);
	assert_label(documents, 0, KNOBS, "iterative");
	m.link_mbps = 40;
	add(documents, m);
	assert_label(documents, 0, KNOBS, "iterative, 20 Mbit/s");
	assert_label(documents, 1, KNOBS, "iterative, 40 Mbit/s");
	assert_label(documents, 1, KNOB_LINK, "iterative");
	m.mode = "break-before-make";
	m.at = "edge-b";
	m.process = "{\"rounds\": 10, \"compress\": \"gzip\"}";
	add(documents, m);
	assert_label(documents, 1, KNOB_LINK, "iterative, make-before-break");
	assert_label(documents, 2, KNOB_LINK,
		     "iterative, layer at edge-b, break-before-make, rounds 10, compress gzip");
	json_decref(documents);
}

static void test_lines_are_not_mixed(void **state)
{
	json_t *documents = json_array();
	struct made m = usual;
	char *text;

	for (unsigned heap = 1; heap <= 2; heap++)
		for (unsigned link = 1; link <= 3; link++) {
			m.heap_mb = heap * 32;
			m.link_mbps = link * 20;
			add(documents, m);
		}
	text = draw(migration_curves_svg, documents);
	assert_true(count(text, "iterative, 32 MB") && count(text, "iterative, 64 MB"));
	free(text);
	/* raw and compressed of one heap are two lines, under names however long */
	json_array_clear(documents);
	m.process = "{\"criterion\": \"rounds\", \"rounds\": 10, \"interval_ms\": 10000, "
		    "\"interval_last_ms\": 1000, \"compress\": \"none\"}";
	add(documents, m);
	m.process = "{\"criterion\": \"rounds\", \"rounds\": 10, \"interval_ms\": 10000, "
		    "\"interval_last_ms\": 1000, \"compress\": \"gzip\"}";
	add(documents, m);
	text = draw(migration_rounds_svg, documents);
	assert_true(count(text, "compress none") && count(text, "compress gzip"));
	free(text);
	json_decref(documents);
}

static void test_no_bar_is_left_out(void **state)
{
	json_t *documents = json_array();
	struct made m = usual;
	char *text, name[32];

	for (unsigned i = 0; i < 40; i++)
		for (unsigned repeat = 0; repeat < 3; repeat++) {
			m.heap_mb = 101 + i;
			add(documents, m);
		}
	text = draw(migration_timeline_svg, documents);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "iterative, %u MB<", 101 + i);
		assert_int_equal(count(text, name), 1); /* repeats are one bar */
	}
	free(text);
	text = draw(migration_shares_svg, documents);
	assert_int_equal(count(text, "iterative, 140 MB<"), 1);
	free(text);
	json_decref(documents);
}

static void test_repeats_are_a_mean(void **state)
{
	double mean = 0, values[] = {10, NAN, 20, 30};
	size_t times = 0;

	for (size_t i = 0; i < 4; i++)
		migration_mean(&mean, &times, values[i]);
	assert_int_equal(times, 3);
	assert_true(mean == 20);
}

/* A repeat in which nothing was completed doesn't take the point away. */
static void test_a_failed_repeat(void **state)
{
	json_t *documents = json_array();
	struct made m = usual;
	char *with, *without;

	add(documents, m);
	m.heap_mb = 32;
	add(documents, m);
	without = draw(migration_curves_svg, documents);
	m.total_us = -1;
	add(documents, m);
	with = draw(migration_curves_svg, documents);
	assert_string_equal(with, without);
	free(with);
	free(without);
	json_decref(documents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_differs_is_told),
		cmocka_unit_test(test_lines_are_not_mixed),
		cmocka_unit_test(test_no_bar_is_left_out),
		cmocka_unit_test(test_repeats_are_a_mean),
		cmocka_unit_test(test_a_failed_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
