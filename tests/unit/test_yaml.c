// SPDX-License-Identifier: Apache-2.0
/* YAML: trees with places, what is refused and where, tables of fields. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "lib/yaml.h"

static struct yaml_doc *load(const char *text)
{
	struct yaml_error err;
	struct yaml_doc *doc = NULL;
	int rc = yaml_load_memory("t.yaml", text, strlen(text), &doc, &err);

	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	return doc;
}

/* As some editors begin a file */
static void test_byte_order_mark(void **state)
{
	struct yaml_doc *doc = load("\xef\xbb\xbfname: first\n");

	assert_string_equal(yaml_get(yaml_root(doc), "name")->scalar, "first");
	assert_int_equal(yaml_get(yaml_root(doc), "name")->column, 7);
	yaml_free(doc);
}

static void test_tree(void **state)
{
	struct yaml_doc *doc = load("# head\n"
				    "name: first\n"
				    "links:\n"
				    "  - {from: a, to: b}\n"
				    "  - from: 'c'\n"
				    "    to: \"d\"\n"
				    "empty:\n"
				    "text: |\n"
				    "  one\n"
				    "  two\n");
	const struct yaml_node *root = yaml_root(doc), *links = yaml_get(root, "links"), *second;

	assert_string_equal(yaml_name(doc), "t.yaml");
	assert_int_equal(root->kind, YAML_MAPPING);
	assert_null(root->key);
	assert_int_equal(root->line, 2);
	assert_string_equal(yaml_get(root, "name")->scalar, "first");
	assert_int_equal(yaml_get(root, "name")->line, 2);
	assert_int_equal(yaml_get(root, "name")->column, 7);
	assert_int_equal(yaml_get(root, "name")->key_column, 1);
	assert_int_equal(links->kind, YAML_SEQUENCE);
	second = links->child->next;
	assert_null(second->next);
	assert_null(second->key);
	assert_string_equal(yaml_get(second, "to")->scalar, "d");
	assert_int_equal(yaml_get(second, "to")->line, 6);
	assert_int_equal(yaml_get(second, "to")->column, 9);
	assert_string_equal(yaml_get(root, "empty")->scalar, "");
	assert_string_equal(yaml_get(root, "text")->scalar, "one\ntwo\n");
	assert_null(yaml_get(root, "nothing"));
	assert_null(yaml_get(links, "from"));
	assert_null(yaml_get(NULL, "from"));
	yaml_free(doc);
	yaml_free(NULL);
}

static void test_empty(void **state)
{
	struct yaml_doc *doc = load("# nothing but a comment\n");

	assert_int_equal(yaml_root(doc)->kind, YAML_MAPPING);
	assert_null(yaml_root(doc)->child);
	yaml_free(doc);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: key 'a' is there already, in line 1"},
		{"x:\n  b: &anchor 1\n", "t.yaml:2:6: anchors are not supported"},
		{"a: 1\nb: *a\n", "t.yaml:2:4: aliases are not supported"},
		{"*a : 1\n", "t.yaml:1:1: aliases are not supported"},
		{"a: !!int 1\n", "t.yaml:1:4: tags are not supported"},
		{"a: !x [1]\n", "t.yaml:1:4: tags are not supported"},
		{"a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins here"},
		{"? [a, b]\n: 1\n", "t.yaml:1:3: a key must be a text"},
		{"? {a: b}\n: 1\n", "t.yaml:1:3: a key must be a text"},
		{"a: \"x\\0y\"\n", "t.yaml:1:4: a text may not contain NUL"},
		{"a: [1, 2\n", "t.yaml:2:1: "},
		{"a: 'open\n", "t.yaml:2:1: "},
		{"\ta: 1\n", "t.yaml:1:1: "},
		{"a: \xff\xfe\n", "t.yaml:"},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
		 "t.yaml:1:34: nested deeper than 32 levels"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_error err = {"unset"};
		struct yaml_doc *doc;

		assert_int_equal(
			yaml_load_memory("t.yaml", rows[i].text, strlen(rows[i].text), &doc, &err),
			-EINVAL);
		if (strncmp(err.text, rows[i].error, strlen(rows[i].error)) != 0)
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void test_bounds(void **state)
{
	size_t size = (1 << 20) + 1, len = 0;
	char *text = malloc(size + 1);
	struct yaml_error err;
	struct yaml_doc *doc;

	memset(text, '#', size);
	assert_int_equal(yaml_load_memory("t", text, size, &doc, &err), -EINVAL);
	assert_string_equal(err.text, "t: larger than 1048576 bytes");
	assert_int_equal(yaml_load_memory("t", text, size - 1, &doc, &err), 0);
	yaml_free(doc);
	for (unsigned i = 0; i < 70000; i++)
		len += (size_t)sprintf(text + len, "- x\n");
	assert_int_equal(yaml_load_memory("t", text, len, &doc, &err), -EINVAL);
	assert_non_null(strstr(err.text, "more than 65536 nodes"));
	free(text);
}

static void test_file(void **state)
{
	char path[] = "/tmp/baton-test-yaml.XXXXXX";
	int fd = mkstemp(path);
	struct yaml_error err;
	struct yaml_doc *doc;

	assert_int_equal(write(fd, "a: 5\n", 5), 5);
	close(fd);
	assert_int_equal(yaml_load_file(path, &doc, &err), 0);
	assert_string_equal(yaml_get(yaml_root(doc), "a")->scalar, "5");
	assert_string_equal(yaml_name(doc), path);
	yaml_free(doc);
	unlink(path);
	assert_int_equal(yaml_load_file(path, &doc, &err), -ENOENT);
	assert_non_null(strstr(err.text, "No such file"));
	assert_int_equal(yaml_load_file("/tmp", &doc, &err), -EISDIR);
}

static void test_scalars(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t value;
	} numbers[] = {
		{"0", 0, 0},	      {"42", 0, 42},
		{"007", 0, 7},	      {"0x1f", 0, 31},
		{"4096", 0, 4096},    {"4097", -EINVAL, 0},
		{"-1", -EINVAL, 0},   {"+1", -EINVAL, 0},
		{"1.0", -EINVAL, 0},  {"1k", -EINVAL, 0},
		{"\"\"", -EINVAL, 0}, {"0x", -EINVAL, 0},
		{"[1]", -EINVAL, 0},  {"99999999999999999999", -EINVAL, 0},
		{"1e3", -EINVAL, 0},  {"0x0x1", -EINVAL, 0},
	};
	struct yaml_error err;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct yaml_doc *doc = load(numbers[i].text);
		uint64_t value = 99;
		int rc = yaml_u64(doc, yaml_root(doc), 0, 4096, &value, &err);

		if (rc != numbers[i].rc || value != (rc ? 99 : numbers[i].value))
			fail_msg("number %zu: %d %lu", i, rc, (unsigned long)value);
		yaml_free(doc);
	}
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *addr;
		unsigned len;
	} rows[] = {
		{"10.60.1.0/24", 0, "10.60.1.0", 24}, {"10.60.1.7/24", 0, "10.60.1.7", 24},
		{"0.0.0.0/0", 0, "0.0.0.0", 0},	      {"10.0.0.1/33", -EINVAL, "", 0},
		{"10.0.0.1", -EINVAL, "", 0},	      {"10.0.0.1/", -EINVAL, "", 0},
		{"10.0.0/8", -EINVAL, "", 0},	      {"10.0.0.1/0x8", -EINVAL, "", 0},
		{"10.0.0.1/24/24", -EINVAL, "", 0},   {"1000.1000.1000.1000.1/24", -EINVAL, "", 0},
		{"fe80::/10", -EINVAL, "", 0},
	};
	struct yaml_error err;
	struct in_addr addr;
	struct yaml_doc *doc;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned len = 99;
		int rc;

		doc = load(rows[i].text);
		rc = yaml_ipv4_prefix(doc, yaml_root(doc), &addr, &len, &err);
		if (rc != rows[i].rc || len != (rc ? 99 : rows[i].len) ||
		    (!rc && addr.s_addr != inet_addr(rows[i].addr)))
			fail_msg("row %zu: %d", i, rc);
		yaml_free(doc);
	}
	doc = load("addr: 10.0.0.256");
	assert_int_equal(yaml_ipv4(doc, yaml_get(yaml_root(doc), "addr"), &addr, &err), -EINVAL);
	assert_string_equal(err.text,
			    "t.yaml:1:7: addr: expected an IPv4 address, found '10.0.0.256'");
	yaml_free(doc);
}

struct config {
	char name[8];
	uint64_t big;
	uint32_t small;
	bool on;
	struct in_addr addr;
	struct yaml_prefix pool;
	const struct yaml_node *list;
};

static const struct yaml_field fields[] = {
	{"name", yaml_read_text, offsetof(struct config, name), sizeof(((struct config *)0)->name),
	 0, 0, true, "what it is called"},
	{"big", yaml_read_u64, offsetof(struct config, big), 0, 0, 0, false, "any number"},
	{"small", yaml_read_u32, offsetof(struct config, small), 0, 1, 100, false, "1 to 100"},
	{"on", yaml_read_bool, offsetof(struct config, on), 0, 0, 0, false, "a switch"},
	{"addr", yaml_read_ipv4, offsetof(struct config, addr), 0, 0, 0, false, "an address"},
	{"pool", yaml_read_prefix, offsetof(struct config, pool), 0, 0, 0, false, "a prefix"},
	{"list", yaml_read_node, offsetof(struct config, list), 0, 0, 0, false, "a list"},
	{"remark", NULL, 0, 0, 0, 0, false, "ignored"},
	{0},
};

static void test_fields(void **state)
{
	struct yaml_doc *doc =
		load("name: seven77\nbig: 18446744073709551615\nsmall: 100\non: true\n"
		     "addr: 10.0.0.1\npool: 10.60.0.0/16\nlist: [a, b]\nremark: {x: y}\n");
	struct config c = {0};
	struct yaml_error err;

	assert_int_equal(yaml_read_fields(doc, yaml_root(doc), fields, &c, &err), 0);
	assert_string_equal(c.name, "seven77");
	assert_true(c.big == UINT64_MAX);
	assert_int_equal(c.small, 100);
	assert_true(c.on);
	assert_int_equal(c.addr.s_addr, inet_addr("10.0.0.1"));
	assert_int_equal(c.pool.len, 16);
	assert_string_equal(c.list->child->next->scalar, "b");
	yaml_free(doc);
}

static void test_fields_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"nmae: x",
		 "t.yaml:1:1: unknown key 'nmae', expected one of: name, big, small, on, "
		 "addr, pool, list, remark; did you mean 'name'?"},
		{"big: 1", "t.yaml:1:1: key 'name' is missing"},
		{"name: eight888",
		 "t.yaml:1:7: name: expected a text of up to 7 bytes, found 'eight888'"},
		{"name: x\nsmall: 0",
		 "t.yaml:2:8: small: expected a number from 1 to 100, found '0'"},
		{"name: x\non: yes", "t.yaml:2:5: on: expected true or false, found 'yes'"},
		{"name: x\naddr: [1]", "t.yaml:2:7: addr: expected an IPv4 address, found a list"},
		{"name: {a: b}",
		 "t.yaml:1:7: name: expected a text of up to 7 bytes, found a mapping"},
		{"[name]", "t.yaml:1:1: expected a mapping, found a list"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_doc *doc = load(rows[i].text);
		struct config c = {0};
		struct yaml_error err;

		assert_int_equal(yaml_read_fields(doc, yaml_root(doc), fields, &c, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].error);
		yaml_free(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order_mark), cmocka_unit_test(test_tree),	       cmocka_unit_test(test_empty),
		cmocka_unit_test(test_refused),	       cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_file),	       cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_addresses),      cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
