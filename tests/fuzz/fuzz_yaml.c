// SPDX-License-Identifier: Apache-2.0
/*
 * lib/yaml on arbitrary text. Besides not crashing: an error always has a place, a tree keeps its
 * promises (keys in mappings and only there, lines from 1), and every reader takes every node.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_yaml: %s\n", what);
	abort();
}

static void read_scalar(const struct yaml_doc *doc, const struct yaml_node *node)
{
	struct yaml_error err;
	struct in_addr addr;
	char text[16];
	uint64_t number = 0;
	unsigned len = 0;
	bool yes;

	require(node->scalar != NULL, "a scalar without text");
	if (yaml_u64(doc, node, 5, 500, &number, &err) == 0)
		require(number >= 5 && number <= 500, "a number out of range");
	if (yaml_string(doc, node, text, sizeof(text), &err) == 0)
		require(strcmp(text, node->scalar) == 0, "a text has changed");
	if (yaml_ipv4_prefix(doc, node, &addr, &len, &err) == 0)
		require(len <= 32, "a prefix too long");
	if (yaml_bool(doc, node, &yes, &err) != 0)
		require(strncmp(err.text, "fuzz:", 5) == 0, "an error without its place");
	if (yaml_ipv4(doc, node, &addr, &err) != 0)
		require(strncmp(err.text, "fuzz:", 5) == 0, "an error without its place");
}

static void walk(const struct yaml_doc *doc, const struct yaml_node *node)
{
	static const struct yaml_field fields[] = {
		{"a", yaml_read_node, 0, 0, 0, 0, true, NULL},
		{0},
	};
	const struct yaml_node *kept = NULL;
	struct yaml_error err;

	require(node->line >= 1 && node->column >= 1, "a node without its place");
	if (node->kind == YAML_SCALAR)
		read_scalar(doc, node);
	if (yaml_read_fields(doc, node, fields, &kept, &err) == 0)
		require(kept == yaml_get(node, "a"), "two ways to one value");
	for (const struct yaml_node *n = node->child; n; n = n->next) {
		require((n->key != NULL) == (node->kind == YAML_MAPPING), "a key out of place");
		require(!n->key || yaml_get(node, n->key) == n, "a key twice");
		walk(doc, n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_error err;
	struct yaml_doc *doc;

	if (size > 4096) /* yaml_get in walk() is linear */
		return 0;
	if (yaml_load_memory("fuzz", data, size, &doc, &err) != 0) {
		require(strncmp(err.text, "fuzz:", 5) == 0, "an error without its place");
		return 0;
	}
	walk(doc, yaml_root(doc));
	yaml_free(doc);
	return 0;
}
