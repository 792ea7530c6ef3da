// SPDX-License-Identifier: Apache-2.0
/* Readers of JSON objects: values, and every complaint with its pointer and reason. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "lib/json.h"

static const char *const words[] = {"make-before-break", "break-before-make", NULL};

struct target {
	char name[8];
	uint64_t number;
	bool yes;
	struct in_addr addr;
	size_t mode;
};

/* Reads a fixed set of members out of @text. */
static int read_text(const char *text, struct json_reader *r, struct target *t, json_t **ret_root)
{
	json_t *root = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(root);
	json_reader_begin(r, root);
	json_read_string(r, "name", true, t->name, sizeof(t->name));
	json_read_u64(r, "number", false, 1, 600000, &t->number);
	json_read_bool(r, "yes", false, &t->yes);
	json_read_ipv4(r, "addr", false, &t->addr);
	json_read_word(r, "mode", false, words, &t->mode);
	*ret_root = root;
	return json_reader_end(r);
}

static void test_good(void **state)
{
	struct json_reader r;
	struct target t = {0};
	json_t *root;

	assert_int_equal(read_text("{\"name\": \"seven77\", \"number\": 600000, \"yes\": true,"
				   " \"addr\": \"10.0.0.1\", \"mode\": \"break-before-make\"}",
				   &r, &t, &root),
			 0);
	assert_string_equal(t.name, "seven77");
	assert_int_equal(t.number, 600000);
	assert_true(t.yes);
	assert_int_equal(t.addr.s_addr, inet_addr("10.0.0.1"));
	assert_int_equal(t.mode, 1);
	json_decref(root);
}

static void test_optional(void **state)
{
	struct json_reader r;
	struct target t = {.number = 5, .yes = true, .mode = 9};
	json_t *root;

	assert_int_equal(read_text("{\"name\": \"\"}", &r, &t, &root), 0);
	assert_int_equal(t.number, 5);
	assert_true(t.yes);
	assert_int_equal(t.mode, 9);
	json_decref(root);
}

static void test_invalid(void **state)
{
	static const struct {
		const char *text, *param, *reason;
	} rows[] = {
		{"{}", "/name", "is missing"},
		{"[]", "", "expected an object"},
		{"{\"name\": 5}", "/name", "expected a string, found 5"},
		{"{\"name\": \"eight888\"}", "/name", "is longer than 7 bytes"},
		{"{\"name\": null}", "/name", "expected a string, found null"},
		{"{\"name\": \"\", \"number\": 0}", "/number",
		 "expected an integer from 1 to 600000, found 0"},
		{"{\"name\": \"\", \"number\": -1}", "/number",
		 "expected an integer from 1 to 600000, found -1"},
		{"{\"name\": \"\", \"number\": 600001}", "/number",
		 "expected an integer from 1 to 600000, found 600001"},
		{"{\"name\": \"\", \"number\": 1.5}", "/number",
		 "expected an integer from 1 to 600000, found 1.5"},
		{"{\"name\": \"\", \"number\": \"1\"}", "/number",
		 "expected an integer from 1 to 600000, found \"1\""},
		{"{\"name\": \"\", \"yes\": 1}", "/yes", "expected true or false, found 1"},
		{"{\"name\": \"\", \"addr\": \"10.0.0\"}", "/addr",
		 "expected an IPv4 address, found \"10.0.0\""},
		{"{\"name\": \"\", \"mode\": \"later\"}", "/mode",
		 "expected one of make-before-break, break-before-make, found \"later\""},
		{"{\"name\": \"\", \"mode\": {\"a\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, "
		 "14, 15, 16, "
		 "17]}}",
		 "/mode",
		 "expected one of make-before-break, break-before-make, found "
		 "{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16..."},
		{"{\"name\": \"\", \"a/b~c\": 1}", "/a~1b~0c", "is not a known member"},
		{"{\"name\": \"\\u00e9\\u00e9\\u00e9\\u00e9\"}", "/name", "is longer than 7 bytes"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_reader r;
		struct target t = {0};
		json_t *root;
		int rc = read_text(rows[i].text, &r, &t, &root);

		assert_int_equal(rc, -EINVAL);
		assert_string_equal(r.invalid[0].param, rows[i].param);
		assert_string_equal(r.invalid[0].reason, rows[i].reason);
		json_decref(root);
	}
}

static void test_all_complaints(void **state)
{
	struct json_reader r;
	struct target t = {0};
	char text[2048] = "{";
	json_t *root;

	assert_int_equal(read_text("{\"number\": \"x\", \"yes\": 0, \"other\": 1}", &r, &t, &root),
			 -EINVAL);
	assert_int_equal(r.invalid_count, 4);
	json_decref(root);

	for (int i = 0; i < 40; i++)
		sprintf(text + strlen(text), "%s\"m%d\": 1", i ? ", " : "", i);
	strcat(text, "}");
	assert_int_equal(read_text(text, &r, &t, &root), -EINVAL);
	assert_int_equal(r.invalid_count, JSON_INVALID_MAX);
	json_decref(root);
}

static void test_own_complaint(void **state)
{
	struct json_reader r;
	struct target t = {0};
	json_t *root;

	assert_int_equal(read_text("{\"name\": \"x\"}", &r, &t, &root), 0);
	json_reader_fail(&r, "name", "there is no UE %s", t.name);
	assert_int_equal(json_reader_end(&r), -EINVAL);
	assert_string_equal(r.invalid[0].reason, "there is no UE x");
	json_decref(root);
}

static void test_endpoint(void **state)
{
	static const struct {
		const char *text;
		uint16_t port; /* 0: none */
	} rows[] = {
		{"{\"address\": \"192.0.2.7\", \"port\": 65535, \"key\": \"x\"}", 65535},
		{"{\"address\": \"192.0.2.7\", \"port\": 65536}", 0},
		{"{\"address\": \"192.0.2.7\", \"port\": 0}", 0},
		{"{\"address\": \"192.0.2.7\", \"port\": \"7\"}", 0},
		{"{\"address\": \"192.0.2\", \"port\": 7}", 0},
		{"{\"address\": 7, \"port\": 7}", 0},
		{"{\"port\": 7}", 0},
		{"[]", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = json_loads(rows[i].text, 0, NULL);
		struct in_addr address = {0};
		uint16_t port = 0;

		assert_int_equal(json_endpoint(json, &address, &port), rows[i].port ? 0 : -EINVAL);
		assert_int_equal(port, rows[i].port);
		if (port)
			assert_int_equal(address.s_addr, inet_addr("192.0.2.7"));
		json_decref(json);
	}
	assert_int_equal(json_endpoint(NULL, &(struct in_addr){0}, &(uint16_t){0}), -EINVAL);
}

static void test_array(void **state)
{
	json_t *object = json_loads("{\"list\": [1, 2], \"number\": 7}", 0, NULL);
	struct json_reader r;

	json_reader_begin(&r, object);
	assert_int_equal(json_array_size(json_read_array(&r, "list", true)), 2);
	assert_null(json_read_array(&r, "other", false));
	assert_int_equal(r.invalid_count, 0);
	assert_null(json_read_array(&r, "none", true));
	assert_null(json_read_array(&r, "number", false));
	assert_int_equal(json_reader_end(&r), -EINVAL);
	assert_int_equal(r.invalid_count, 2);
	assert_string_equal(r.invalid[0].reason, "is missing");
	assert_string_equal(r.invalid[1].param, "/number");
	assert_string_equal(r.invalid[1].reason, "expected an array, found 7");
	json_decref(object);
}

static void test_ipv4(void **state)
{
	json_t *value = json_ipv4((struct in_addr){inet_addr("192.0.2.7")});

	assert_string_equal(json_string_value(value), "192.0.2.7");
	json_decref(value);
}

static void test_members(void **state)
{
	json_t *object = json_loads("{\"text\": \"here\", \"number\": 7, \"below\": -7}", 0, NULL);

	assert_string_equal(json_text(object, "text"), "here");
	assert_string_equal(json_text(object, "number"), "");
	assert_string_equal(json_text(object, "none"), "");
	assert_string_equal(json_text(NULL, "text"), "");
	assert_int_equal(json_u64(object, "number"), 7);
	assert_int_equal(json_u64(object, "below"), 0);
	assert_int_equal(json_u64(object, "text"), 0);
	assert_int_equal(json_u64(NULL, "number"), 0);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	       cmocka_unit_test(test_members),
		cmocka_unit_test(test_optional),       cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_all_complaints), cmocka_unit_test(test_own_complaint),
		cmocka_unit_test(test_array),	       cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_endpoint),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
