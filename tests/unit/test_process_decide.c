// SPDX-License-Identifier: Apache-2.0
/* Moving a process, what is decided without asking anybody: two surveys, and when rounds end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "migration-manager/step.h"
#include "migration-manager/strategies/process.h"

/* ---- surveys ---- */

static const char usual[] =
	"{\"criu\": {\"version\": \"3.17.1\", \"sound\": true}, \"kernel\": \"6.1.0-44-amd64\","
	" \"cpu\": [\"sse2\", \"avx\"], \"memory_free\": 1000, \"disk_free\": 2000, \"memory\": "
	"1000,"
	" \"layers\": {\"base\": true, \"application\": true},"
	" \"manifests\": {\"base\": {\"digest\": \"b1\", \"bytes\": 300}, \"application\": "
	"{\"digest\": \"a1\", \"bytes\": 70}},"
	" \"pids\": [20100], \"pids_taken\": [], \"image\": \"7\"}";

struct survey_row {
	const char *source, *destination; /* other members than usual */
	const char *cause, *why;	  /* NULL: it goes; what its text has */
};

static const struct survey_row surveys[] = {
	{"{}", "{}", NULL, ""},
	{"{\"criu\": {\"sound\": false, \"why\": \"vdso\"}}", "{}", "CRIU_UNAVAILABLE",
	 "at the source: vdso"},
	{"{}", "{\"criu\": {\"sound\": false, \"why\": \"\"}}", "CRIU_UNAVAILABLE",
	 "at the destination: CRIU was not found sound"},
	{"{}", "{\"criu\": null}", "CRIU_UNAVAILABLE", "at the destination"},
	{"{}", "{\"criu\": {\"version\": \"3.18\", \"sound\": true}}", "CRIU_UNAVAILABLE",
	 "CRIU 3.17.1 at the source, 3.18 at the destination"},
	{"{}", "{\"criu\": {\"version\": \"3.17.2\", \"sound\": true}}", NULL, ""},
	{"{}", "{\"kernel\": \"6.1.0-50-amd64\"}", NULL, ""},
	{"{}", "{\"kernel\": \"6.12.1\"}", "KERNEL_DIFFERS", "Linux 6.1.0-44-amd64"},
	{"{}", "{\"cpu\": [\"sse2\"]}", "CPU_DIFFERS", "'avx'"},
	{"{\"cpu\": [\"sse2\"]}", "{}", NULL, ""},
	{"{}", "{\"memory_free\": 999}", "MEMORY_SHORT",
	 "999 bytes are free, the process has 1000"},
	{"{}", "{\"disk_free\": 999}", "DISK_SHORT",
	 "the destination's disk: 999 bytes are free; images need 1000, layers 0, 0 stay free"},
	{"{\"disk_free\": 999}", "{}", "DISK_SHORT", "the source's disk"},
	{"{\"disk_free\": 1000}", "{\"disk_free\": 1000}", NULL, ""},
	{"{}", "{\"disk_free\": 1100, \"disk_kept\": 101}", "DISK_SHORT", "101 stay free"},
	{"{\"disk_free\": 1000, \"disk_kept\": 101}", "{\"disk_free\": 1101, \"disk_kept\": 101}",
	 NULL, ""},
	{"{}", "{\"pids_taken\": [20100]}", "PID_IN_USE", "20100"},
	{"{}", "{\"image\": null}", "IMAGE_NOT_FOUND", "no image"},
	{"{}", "{\"image\": \"8\"}", "IMAGE_NOT_FOUND", "version '7'"},
};

static json_t *survey_with(const char *members)
{
	json_t *survey = json_loads(usual, 0, NULL), *other = json_loads(members, 0, NULL);

	assert_non_null(survey);
	assert_non_null(other);
	json_object_update(survey, other);
	json_decref(other);
	return survey;
}

static void check_survey(const struct survey_row *row, const struct process_takes *takes,
			 const char *cause, const char *why)
{
	json_t *source = survey_with(row->source), *destination = survey_with(row->destination);
	const char *found = NULL;
	char text[160] = "";
	int r = process_decide(takes, source, destination, &found, text, sizeof text);

	print_message("# %s %s: %s\n", row->source, row->destination, text);
	assert_int_equal(r == 0, cause == NULL);
	if (cause) {
		assert_non_null(found);
		assert_string_equal(found, cause);
		assert_non_null(strstr(text, why));
	}
	json_decref(source);
	json_decref(destination);
}

static void test_surveys(void **state)
{
	const struct process_takes *takes = strategy_stop_and_copy.process;

	for (size_t i = 0; i < sizeof surveys / sizeof surveys[0]; i++)
		check_survey(&surveys[i], takes, surveys[i].cause, surveys[i].why);
}

/* What a strategy has no need of doesn't stop it. */
static void test_surveys_of_strategies(void **state)
{
	const struct survey_row no_disk = {.source = "{\"disk_free\": 1}",
					   .destination = "{\"disk_free\": 1}"},
				no_image = {.source = "{}", .destination = "{\"image\": null}"},
				nowhere = {.source = "{\"image\": null}",
					   .destination = "{\"image\": null}"},
				no_criu = {.source = "{\"criu\": null}",
					   .destination = "{\"pids_taken\": [20100]}"};
	const struct process_takes without_criu = {.criu = false};

	check_survey(&no_disk, strategy_post_copy.process, NULL, "");
	check_survey(&no_disk, strategy_live_process.process, "DISK_SHORT", "source");
	check_survey(&no_image, strategy_layered.process, NULL, "");
	check_survey(&nowhere, strategy_layered.process, "IMAGE_NOT_FOUND", "the source has no");
	check_survey(&no_criu, &without_criu, NULL, "");
}

/* Rounds lie beside each other: the first is all of the memory, the others may be as much. */
static void test_disk_for_rounds(void **state)
{
	static const struct survey_row rows[] = {
		{"{}", "{}", NULL, ""},
		{"{\"disk_free\": 1999}", "{}", "DISK_SHORT", "the source's disk"},
		{"{}", "{\"disk_free\": 1999}", "DISK_SHORT", "images need 2000"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check_survey(&rows[i], strategy_iterative.process, rows[i].cause, rows[i].why);
		check_survey(&rows[i], strategy_live_process.process, rows[i].cause, rows[i].why);
		check_survey(&rows[i], strategy_stop_and_copy.process, NULL, "");
	}
}

/* Layers that are to be sent need room, too. */
static void test_disk_for_layers(void **state)
{
	static const char *const lacks[] = {
		"\"layers\": {\"base\": false, \"application\": true}",
		"\"layers\": {\"base\": true, \"application\": false}, \"image\": null",
		("\"manifests\": {\"base\": {\"digest\": \"b0\"}, "
		 "\"application\": {\"digest\": \"a0\"}}"),
	};
	static const unsigned bytes[] = {300, 70, 370};
	char there[256], why[32];

	for (size_t i = 0; i < 3; i++) {
		struct survey_row row = {.source = "{}", .destination = there};

		snprintf(there, sizeof there, "{\"disk_free\": %u, %s}", 1000 + bytes[i], lacks[i]);
		check_survey(&row, strategy_layered.process, NULL, "");
		snprintf(there, sizeof there, "{\"disk_free\": %u, %s}", 999 + bytes[i], lacks[i]);
		snprintf(why, sizeof why, "layers %u", bytes[i]);
		check_survey(&row, strategy_layered.process, "DISK_SHORT", why);
		if (i == 2)
			check_survey(&row, strategy_stop_and_copy.process, NULL, "");
	}
}

static void test_layer_missing(void **state)
{
	static const struct {
		const char *source, *destination;
		bool missing;
	} rows[] = {
		{"{}", "{}", false},
		{"{}", "{\"layers\": {\"base\": false}}", true},
		{"{\"layers\": {\"base\": false}}", "{\"layers\": {\"base\": false}}", false},
		{"{}", "{\"manifests\": {\"base\": {\"digest\": \"b2\"}}}", true},
		{"{\"layers\": {}}", "{\"manifests\": {\"base\": {\"digest\": \"b2\"}}}", false},
		{"{}", "{\"manifests\": {\"base\": null}}", false}, /* of an older agent */
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *source = survey_with(rows[i].source),
		       *destination = survey_with(rows[i].destination);

		assert_int_equal(process_layer_missing(source, destination, "base"),
				 rows[i].missing);
		json_decref(source);
		json_decref(destination);
	}
}

/* ---- rounds ---- */

struct rounds_row {
	struct process_options options;
	struct round round[12];
	size_t count;
	enum verdict verdict;
	const char *why;
};

#define MBIT UINT64_C(1000000)
#define RATE(...)                                                                                  \
	{                                                                                          \
		.criterion = CRITERION_DIRTY_RATE, __VA_ARGS__                                     \
	}
#define HASH(most)                                                                                 \
	{                                                                                          \
		.criterion = CRITERION_EQUAL_HASH, .rounds = most                                  \
	}

static const struct rounds_row rounds[] = {
	/* the first has no rate, however small it is */
	{RATE(.rounds = 10, .threshold = 50 * MBIT), {{.bytes = 1}}, 1, VERDICT_ANOTHER, NULL},
	{RATE(.rounds = 10, .threshold = 50 * MBIT),
	 {{.bytes = 1}, {.rate_bps = 50 * MBIT - 1}},
	 2,
	 VERDICT_STOP,
	 "dirty-rate"},
	{RATE(.rounds = 10, .threshold = 50 * MBIT),
	 {{.bytes = 1}, {.rate_bps = 50 * MBIT}},
	 2,
	 VERDICT_ANOTHER,
	 NULL},
	/* half of what the largest transfer had: 8 MB in 1 s */
	{RATE(.rounds = 10),
	 {{.sent_bytes = 8000000, .sent_us = 1000000},
	  {.rate_bps = 32 * MBIT - 1, .sent_bytes = 10, .sent_us = 1}},
	 2,
	 VERDICT_STOP,
	 "dirty-rate"},
	{RATE(.rounds = 10),
	 {{.sent_bytes = 8000000, .sent_us = 1000000},
	  {.rate_bps = 32 * MBIT, .sent_bytes = 10, .sent_us = 1}},
	 2,
	 VERDICT_ANOTHER,
	 NULL},
	/* at the last one */
	{RATE(.threshold = 1, .rounds = 2, .not_converged = NOT_CONVERGED_STOP),
	 {{.bytes = 1}, {.rate_bps = 5}},
	 2,
	 VERDICT_STOP,
	 "not-converged"},
	{RATE(.threshold = 1, .rounds = 2, .not_converged = NOT_CONVERGED_FAIL),
	 {{.bytes = 1}, {.rate_bps = 5}},
	 2,
	 VERDICT_NOT_CONVERGED,
	 "not-converged"},
	{HASH(3), {{.hash = "a"}}, 1, VERDICT_ANOTHER, NULL},
	{HASH(3), {{.hash = "a"}, {.hash = "b"}}, 2, VERDICT_ANOTHER, NULL},
	{HASH(3), {{.hash = "a"}, {.hash = "b"}, {.hash = "b"}}, 3, VERDICT_STOP, "equal-hash"},
	{HASH(3), {{.hash = "b"}, {.hash = "a"}, {.hash = "b"}}, 3, VERDICT_NOT_CONVERGED, NULL},
	{HASH(3), {{.hash = ""}, {.hash = ""}}, 2, VERDICT_ANOTHER, NULL},
	{{.criterion = CRITERION_ROUNDS, .rounds = 2}, {{.bytes = 1}}, 1, VERDICT_ANOTHER, NULL},
	{{.criterion = CRITERION_ROUNDS, .rounds = 2},
	 {{.bytes = 1}, {.bytes = 1}},
	 2,
	 VERDICT_STOP,
	 "rounds"},
	{{.criterion = CRITERION_P_HAUL, .rounds = 10},
	 {{.pages = 64}},
	 1,
	 VERDICT_STOP,
	 "p-haul: few pages"},
	{{.criterion = CRITERION_P_HAUL, .rounds = 10}, {{.pages = 65}}, 1, VERDICT_ANOTHER, NULL},
	{{.criterion = CRITERION_P_HAUL, .rounds = 10},
	 {{.pages = 100}, {.pages = 110}},
	 2,
	 VERDICT_ANOTHER,
	 NULL},
	{{.criterion = CRITERION_P_HAUL, .rounds = 10},
	 {{.pages = 100}, {.pages = 111}},
	 2,
	 VERDICT_STOP,
	 "p-haul: growing"},
	{{.criterion = CRITERION_P_HAUL, .rounds = 10},
	 {{.pages = 900},
	  {.pages = 900},
	  {.pages = 900},
	  {.pages = 900},
	  {.pages = 900},
	  {.pages = 900},
	  {.pages = 900},
	  {.pages = 900}},
	 8,
	 VERDICT_STOP,
	 "p-haul: iterations"},
};

static void test_rounds(void **state)
{
	for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
		const struct rounds_row *row = &rounds[i];
		const char *why;
		enum verdict verdict =
			criterion_decide(&row->options, row->round, row->count, &why);

		print_message("# %zu: %s\n", i, why ? why : "another");
		assert_int_equal(verdict, row->verdict);
		assert_int_equal(why == NULL, verdict == VERDICT_ANOTHER);
		if (row->why)
			assert_string_equal(why, row->why);
	}
}

/* 000: from 10 s to 1 s, at most 10 rounds */
static void test_intervals(void **state)
{
	const struct process_options falling = {.rounds = 10,
						.interval_ms = 10000,
						.interval_last_ms = 1000},
				     two = {.rounds = 2, .interval_ms = 7, .interval_last_ms = 3},
				     none = {.rounds = 10};
	uint64_t before = 10001;

	assert_int_equal(criterion_interval_ms(&falling, 1), 10000);
	assert_int_equal(criterion_interval_ms(&falling, 9), 1000);
	for (size_t round = 1; round < 10; round++) {
		uint64_t ms = criterion_interval_ms(&falling, round);

		assert_int_equal(ms, 10000 - (round - 1) * 1125);
		assert_true(ms < before);
		before = ms;
	}
	assert_int_equal(criterion_interval_ms(&two, 1), 7);
	assert_int_equal(criterion_interval_ms(&none, 5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_surveys),
		cmocka_unit_test(test_surveys_of_strategies),
		cmocka_unit_test(test_disk_for_rounds),
		cmocka_unit_test(test_disk_for_layers),
		cmocka_unit_test(test_layer_missing),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
