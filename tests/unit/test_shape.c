// SPDX-License-Identifier: Apache-2.0
/* Which means carries out a shape; its keys as text, as JSON, laid over others, and which make no
 * sense. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "lib/netlink/netlink.h"
#include "lib/shape/patch.h"

static void test_choose(void **state)
{
	static const struct {
		struct link_shape shape;
		enum shape_backend with, without;
	} rows[] = {
		{{0}, SHAPE_NONE, SHAPE_NONE},
		{{.queue_packets = 5}, SHAPE_NONE, SHAPE_NONE},
		{{.rate_bps = 1}, SHAPE_TBF, SHAPE_TBF},
		{{.rate_bps = 1, .queue_packets = 5}, SHAPE_TBF, SHAPE_TBF},
		{{.rate_bps = 1, .delay_us = 1}, SHAPE_NETEM, SHAPE_USER},
		{{.delay_us = 1}, SHAPE_NETEM, SHAPE_USER},
		{{.jitter_us = 1}, SHAPE_NETEM, SHAPE_USER},
		{{.loss = 0.01}, SHAPE_NETEM, SHAPE_USER},
		{{.duplicate = 0.01}, SHAPE_NETEM, SHAPE_USER},
		{{.reorder = 0.01}, SHAPE_NETEM, SHAPE_USER},
		{{.corrupt = 0.01}, SHAPE_NETEM, SHAPE_USER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (shape_choose(&rows[i].shape, true) != rows[i].with ||
		    shape_choose(&rows[i].shape, false) != rows[i].without)
			fail_msg("row %zu", i);
}

static void test_names(void **state)
{
	assert_string_equal(shape_backend_name(SHAPE_NONE), "none");
	assert_string_equal(shape_backend_name(SHAPE_TBF), "tbf");
	assert_string_equal(shape_backend_name(SHAPE_NETEM), "netem");
	assert_string_equal(shape_backend_name(SHAPE_USER), "user");
}

/* One key as people write it, and as it is printed */
static void test_text(void **state)
{
	static const struct {
		const char *name, *text;
		double value; /* below 0: refused */
		const char *printed;
	} rows[] = {
		{"rate", "1kbit", 1e3, "1kbit"},
		{"rate", "2.5Gbit", 2.5e9, "2.5Gbit"},
		{"rate", "1000000bit", 1e6, "1Mbit"},
		{"rate", "1234567bit", 1234567, "1.234567Mbit"},
		{"rate", "1234567891bit", 1234567891, "1234567891bit"},
		{"rate", "1000Gbit", 1e12, "1000Gbit"},
		{"rate", "1001Gbit", -1, NULL},
		{"rate", "999bit", -1, NULL},
		{"rate", "10mbit", -1, NULL},
		{"rate", "none", -1, NULL},
		{"delay", "250us", 250, "250us"},
		{"delay", "1.5ms", 1500, "1.5ms"},
		{"delay", "0ms", 0, "0us"},
		{"delay", "10s", 10e6, "10s"},
		{"delay", "10.1s", -1, NULL},
		{"delay", "1min", -1, NULL},
		{"delay", "5", -1, NULL},
		{"delay", "-5ms", -1, NULL},
		{"delay", "5 ms", -1, NULL},
		{"delay", "5.ms", -1, NULL},
		{"delay", ".5ms", -1, NULL},
		{"delay", "1e3us", -1, NULL},
		{"delay", "5msx", -1, NULL},
		{"delay", "", -1, NULL},
		{"delay", "0.00000000000000001ms", -1, NULL},
		{"jitter", "0.5us", 1, "1us"},
		{"delay", "0.4us", -1, NULL},
		{"delay", "0.0001us", -1, NULL},
		{"jitter", "0.0004ms", -1, NULL},
		{"loss", "0.00005%", 5e-7, "0.00005%"},
		{"loss", "0.0000001%", -1, NULL},
		{"duplicate", "0.000000000000001%", -1, NULL},
		{"loss", "0%", 0, "0%"},
		{"loss", "10%", 0.1, "10%"},
		{"loss", "0.1%", 0.001, "0.1%"},
		{"loss", "100%", 1, "100%"},
		{"loss", "100.1%", -1, NULL},
		{"loss", "1", -1, NULL},
		{"corrupt", "0.000001%", 1e-8, "0.000001%"},
		{"queue", "1", 1, "1"},
		{"queue", "65536", 65536, "65536"},
		{"queue", "65537", -1, NULL},
		{"queue", "1.5", -1, NULL},
		{"queue", "0", -1, NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum shape_key key = shape_key_find(rows[i].name);
		struct link_shape shape = {0};
		const char *expected = NULL;
		char printed[40] = "";
		FILE *out;
		int rc;

		assert_true(key < SHAPE_KEYS);
		rc = shape_key_read(key, rows[i].text, &shape, &expected);
		if (rc != (rows[i].value < 0 ? -EINVAL : 0) || !expected)
			fail_msg("%s %s: %d", rows[i].name, rows[i].text, rc);
		if (rc)
			continue;
		if (shape_get(&shape, key) - rows[i].value > 1e-12 ||
		    rows[i].value - shape_get(&shape, key) > 1e-12)
			fail_msg("%s %s: is %.15g", rows[i].name, rows[i].text,
				 shape_get(&shape, key));
		out = fmemopen(printed, sizeof(printed), "w");
		shape_key_print(key, shape_get(&shape, key), out);
		fclose(out);
		assert_string_equal(printed, rows[i].printed);
	}
	assert_int_equal(shape_key_find("dely"), SHAPE_KEYS);
}

/* Anywhere between the least and the most that a key may be, small values as often as large ones */
static double random_value(enum shape_key key)
{
	const double least = shape_key_type(key) == SHAPE_SHARE ? 1e-8
			     : key == SHAPE_RATE		? 1e3
								: 1;
	const double share = (double)rand() / RAND_MAX;

	return least * pow(shape_key_max(key) / least, share);
}

/* Whatever is written is read as exactly the same, by people's form and by programs' */
static void test_there_and_back(void **state)
{
	srand(20261121);
	for (int i = 0; i < 200000; i++) {
		const enum shape_key key = (enum shape_key)(i % SHAPE_KEYS);
		struct link_shape shape = {0}, again = {0};
		struct patch patch = {0}, same;
		struct patch_error err;
		char text[64] = "";
		const char *expected;
		FILE *out = fmemopen(text, sizeof(text), "w");
		json_t *json;

		shape_set(&shape, key, random_value(key));
		shape_key_print(key, shape_get(&shape, key), out);
		fclose(out);
		if (shape_key_read(key, text, &again, &expected) || !patch_same(&shape, &again))
			fail_msg("%s: %.17g is written %s, which is read as %.17g",
				 shape_key_name(key), shape_get(&shape, key), text,
				 shape_get(&again, key));
		patch.keys = 1u << key;
		patch.shape = shape;
		json = patch_json(&patch);
		assert_int_equal(patch_read_json(json, &same, &err), 0);
		assert_true(patch_same(&same.shape, &shape));
		json_decref(json);
	}
}

/* What is too little to be kept is refused wherever it comes from, never taken as none. */
static void test_too_little(void **state)
{
	json_t *json = json_pack("{s:f}", "loss", 1e-9);
	struct patch_error err;
	struct patch patch = {0};

	assert_int_equal(patch_read_json(json, &patch, &err), -EINVAL);
	assert_non_null(strstr(err.text, "0.00000001"));
	json_decref(json);
	assert_int_equal(patch_read_text("delay", "0.4us", &patch, &err), -EINVAL);
	assert_non_null(strstr(err.text, "at least 1us"));
	assert_int_equal(patch_read_text("loss", "0.0000001%", &patch, &err), -EINVAL);
	assert_non_null(strstr(err.text, "at least 0.000001%"));
}

/* Every key there and back: text, JSON, and alike but for what writing loses */
static void test_json(void **state)
{
	static const char *const texts[SHAPE_KEYS] = {"3Mbit", "5ms", "1ms", "1%",
						      "2%",    "3%",  "4%",  "7"};
	struct link_shape shape = {0}, again;
	struct patch patch = {0}, same;
	struct patch_error err;
	json_t *json;

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		assert_int_equal(patch_read_text(shape_key_name(key), texts[key], &patch, &err), 0);
	assert_int_equal(patch.keys, (1u << SHAPE_KEYS) - 1);
	json = patch_json(&patch);
	assert_int_equal(patch_read_json(json, &same, &err), 0);
	json_decref(json);
	patch_apply(&same, &shape);
	assert_true(patch_same(&shape, &patch.shape));
	json = shape_json(&shape);
	again = shape_of_json(json);
	json_decref(json);
	assert_true(patch_same(&shape, &again));
	again.loss += 1e-10;
	assert_true(shape_same(&shape, &again));
	assert_false(patch_same(&shape, &again));
	again.delay_us++;
	assert_false(shape_same(&shape, &again));
	assert_int_equal(patch_read_text("delay", "none", &patch, &err), 0);
	json = patch_json(&patch);
	assert_true(json_is_null(json_object_get(json, "delay_us")));
	json_decref(json);
	assert_int_equal(patch_read_text("dely", "1ms", &patch, &err), -EINVAL);
	assert_string_equal(err.text,
			    "unknown key 'dely', expected one of: rate, delay, jitter, loss, "
			    "duplicate, reorder, corrupt, queue");
	assert_int_equal(patch_read_text("delay", "1", &patch, &err), -EINVAL);
	assert_string_equal(err.text,
			    "delay: expected a time of up to 10s, such as 5ms or 250us, or "
			    "none, found '1'");
}

static void test_check(void **state)
{
	static const struct {
		struct link_shape shape;
		enum shape_key wrong;
	} rows[] = {
		{{0}, SHAPE_KEYS},
		{{.reorder = 0.1}, SHAPE_REORDER},
		{{.reorder = 0.1, .jitter_us = 5}, SHAPE_REORDER},
		{{.reorder = 0.1, .delay_us = 1}, SHAPE_KEYS},
		{{.queue_packets = 1}, SHAPE_QUEUE},
		{{.queue_packets = 1, .loss = 1}, SHAPE_QUEUE},
		{{.queue_packets = 1, .rate_bps = 1000}, SHAPE_KEYS},
		{{.queue_packets = 1, .jitter_us = 1}, SHAPE_KEYS},
	};
	const struct patch no_delay = {.keys = 1u << SHAPE_DELAY};
	struct patch_error err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why = NULL;

		assert_int_equal(shape_check(&rows[i].shape, &why), rows[i].wrong);
		assert_int_equal(why != NULL, rows[i].wrong != SHAPE_KEYS);
	}
	assert_int_equal(patch_check(&no_delay, &rows[3].shape, &err), -EINVAL);
	assert_int_equal(strncmp(err.text, "reorder: expected a delay beside it", 35), 0);
	assert_int_equal(patch_check(&no_delay, &rows[6].shape, &err), 0);
}

/* What shape_apply_kernel sets is read back as the same, and anything else isn't it. */
static void test_kernel(void **state)
{
	static const struct {
		struct nl_qdisc qdisc;
		struct link_shape shape;
		enum shape_backend backend;
		bool is;
	} rows[] = {
		{{.root = true,
		  .kind = "tbf",
		  .tbf_rate_bps = 8000000,
		  .tbf_limit_bytes = 131072 + 50000},
		 {.rate_bps = 8000000},
		 SHAPE_TBF,
		 true},
		{{.root = true,
		  .kind = "tbf",
		  .tbf_rate_bps = 8000000,
		  .tbf_limit_bytes = 131072 + 50000},
		 {.rate_bps = 8000007},
		 SHAPE_TBF,
		 true},
		{{.root = true,
		  .kind = "tbf",
		  .tbf_rate_bps = 8000000,
		  .tbf_limit_bytes = 131072 + 50000},
		 {.rate_bps = 8000008},
		 SHAPE_TBF,
		 false},
		{{.root = true,
		  .kind = "tbf",
		  .tbf_rate_bps = 8000000,
		  .tbf_limit_bytes = 131072 + 15140},
		 {.rate_bps = 8000000},
		 SHAPE_TBF,
		 false},
		{{.root = true,
		  .kind = "tbf",
		  .tbf_rate_bps = 8000000,
		  .tbf_limit_bytes = 131072 + 15140},
		 {.rate_bps = 8000000, .queue_packets = 10},
		 SHAPE_TBF,
		 true},
		{{.root = true,
		  .kind = "tbf",
		  .tbf_rate_bps = 1000000000000,
		  .tbf_limit_bytes = UINT32_MAX},
		 {.rate_bps = 1000000000000},
		 SHAPE_TBF,
		 true},
		{{.root = true, .kind = "tbf", .tbf_rate_bps = 8000000, .tbf_limit_bytes = 5},
		 {.rate_bps = 8000000},
		 SHAPE_TBF,
		 false},
		{{.kind = "tbf", .tbf_rate_bps = 8000000, .tbf_limit_bytes = 131072 + 50000},
		 {.rate_bps = 8000000},
		 SHAPE_TBF,
		 false},
		{{.root = true, .kind = "noqueue"}, {.rate_bps = 8000000}, SHAPE_TBF, false},
		{{.root = true, .kind = "netem", .netem = {.delay_us = 5, .limit_packets = 1005}},
		 {.delay_us = 5},
		 SHAPE_NETEM,
		 true},
		{{.root = true, .kind = "netem", .netem = {.delay_us = 5, .limit_packets = 77}},
		 {.delay_us = 5},
		 SHAPE_NETEM,
		 false},
		{{.root = true, .kind = "netem", .netem = {.delay_us = 5, .limit_packets = 77}},
		 {.delay_us = 5, .queue_packets = 77},
		 SHAPE_NETEM,
		 true},
		{{.root = true,
		  .kind = "netem",
		  .netem = {.loss = 0.1 + 1e-10, .limit_packets = 1000}},
		 {.loss = 0.1},
		 SHAPE_NETEM,
		 true},
		{{.root = true, .kind = "netem", .netem = {.loss = 0.2, .limit_packets = 1000}},
		 {.loss = 0.1},
		 SHAPE_NETEM,
		 false},
		{{.root = true,
		  .kind = "netem",
		  .netem = {.rate_bps = 8000, .limit_packets = 1000}},
		 {.rate_bps = 8000},
		 SHAPE_TBF,
		 false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (shape_is_kernel(&rows[i].qdisc, &rows[i].shape, rows[i].backend) != rows[i].is)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose), cmocka_unit_test(test_names),
		cmocka_unit_test(test_text),   cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_too_little), cmocka_unit_test(test_json),
		cmocka_unit_test(test_check),  cmocka_unit_test(test_kernel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
