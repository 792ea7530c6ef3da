// SPDX-License-Identifier: Apache-2.0
/* Readers of YAML nodes: single scalars, and mappings by a table of fields. */
#include "lib/suggest.h"
#include "lib/yaml.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 128 };

static const char *const kind_names[] = {
	[YAML_SCALAR] = "a value",
	[YAML_SEQUENCE] = "a list",
	[YAML_MAPPING] = "a mapping",
};

static int fail_expected(const struct yaml_doc *doc, const struct yaml_node *node,
			 struct yaml_error *err, const char *expected)
{
	const char *prefix = node->key ? node->key : "", *colon = node->key ? ": " : "";

	if (node->kind != YAML_SCALAR)
		return yaml_fail(doc, node, err, "%s%sexpected %s, found %s", prefix, colon,
				 expected, kind_names[node->kind]);
	return yaml_fail(doc, node, err, "%s%sexpected %s, found '%.80s'", prefix, colon, expected,
			 node->scalar);
}

int yaml_bool(const struct yaml_doc *doc, const struct yaml_node *node, bool *ret,
	      struct yaml_error *err)
{
	bool yes = node->kind == YAML_SCALAR && strcmp(node->scalar, "true") == 0;
	bool no = node->kind == YAML_SCALAR && strcmp(node->scalar, "false") == 0;

	if (!yes && !no)
		return fail_expected(doc, node, err, "true or false");
	*ret = yes;
	return 0;
}

/* Digits only: no sign, no blanks, no octal. "0x" is allowed for identifiers that are written so.
 */
static bool parse_u64(const char *text, uint64_t *ret)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	char *end;

	if (!isxdigit((unsigned char)digits[0]))
		return false;
	errno = 0;
	*ret = strtoull(text, &end, hex ? 16 : 10);
	return errno == 0 && end > digits && *end == '\0';
}

int yaml_u64(const struct yaml_doc *doc, const struct yaml_node *node, uint64_t min, uint64_t max,
	     uint64_t *ret, struct yaml_error *err)
{
	char expected[96];
	uint64_t value;

	if (node->kind == YAML_SCALAR && parse_u64(node->scalar, &value) && value >= min &&
	    value <= max) {
		*ret = value;
		return 0;
	}
	snprintf(expected, sizeof(expected), "a number from %" PRIu64 " to %" PRIu64, min, max);
	return fail_expected(doc, node, err, expected);
}

int yaml_string(const struct yaml_doc *doc, const struct yaml_node *node, char *buf, size_t size,
		struct yaml_error *err)
{
	char expected[64];

	if (node->kind == YAML_SCALAR && strlen(node->scalar) < size) {
		memcpy(buf, node->scalar, strlen(node->scalar) + 1);
		return 0;
	}
	snprintf(expected, sizeof(expected), "a text of up to %zu bytes", size - 1);
	return fail_expected(doc, node, err, expected);
}

int yaml_ipv4(const struct yaml_doc *doc, const struct yaml_node *node, struct in_addr *ret,
	      struct yaml_error *err)
{
	struct in_addr addr;

	if (node->kind != YAML_SCALAR || inet_pton(AF_INET, node->scalar, &addr) != 1)
		return fail_expected(doc, node, err, "an IPv4 address");
	*ret = addr;
	return 0;
}

static bool parse_prefix(const char *text, struct in_addr *ret_addr, unsigned *ret_len)
{
	const char *slash = strchr(text, '/');
	char addr[INET_ADDRSTRLEN];
	uint64_t len;

	if (!slash || (size_t)(slash - text) >= sizeof(addr))
		return false;
	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	if (strchr(slash, 'x') || !parse_u64(slash + 1, &len) || len > 32)
		return false;
	*ret_len = (unsigned)len;
	return inet_pton(AF_INET, addr, ret_addr) == 1;
}

int yaml_ipv4_prefix(const struct yaml_doc *doc, const struct yaml_node *node,
		     struct in_addr *ret_addr, unsigned *ret_len, struct yaml_error *err)
{
	struct in_addr addr;
	unsigned len;

	if (node->kind != YAML_SCALAR || !parse_prefix(node->scalar, &addr, &len))
		return fail_expected(doc, node, err, "an IPv4 prefix such as 10.60.1.0/24");
	*ret_addr = addr;
	*ret_len = len;
	return 0;
}

int yaml_read_text(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return yaml_string(doc, node, ret, field->size, err);
}

int yaml_read_u64(const struct yaml_doc *doc, const struct yaml_node *node,
		  const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return yaml_u64(doc, node, field->min, field->max ? field->max : UINT64_MAX, ret, err);
}

int yaml_read_u32(const struct yaml_doc *doc, const struct yaml_node *node,
		  const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	uint64_t max = field->max && field->max < UINT32_MAX ? field->max : UINT32_MAX, value;
	int rc = yaml_u64(doc, node, field->min, max, &value, err);

	if (rc == 0)
		*(uint32_t *)ret = (uint32_t)value;
	return rc;
}

int yaml_read_bool(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return yaml_bool(doc, node, ret, err);
}

int yaml_read_ipv4(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return yaml_ipv4(doc, node, ret, err);
}

int yaml_read_prefix(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct yaml_prefix *prefix = ret;

	return yaml_ipv4_prefix(doc, node, &prefix->addr, &prefix->len, err);
}

int yaml_read_node(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	*(const struct yaml_node **)ret = node;
	return 0;
}

static int fail_unknown(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *fields, struct yaml_error *err)
{
	struct yaml_node at = {.line = node->key_line, .column = node->key_column};
	char known[384] = "";
	struct suggest meant;
	size_t len = 0;

	for (const struct yaml_field *f = fields; f->key && len < sizeof(known); f++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s",
					f == fields ? "" : ", ", f->key);
	suggest_begin(&meant, node->key);
	for (const struct yaml_field *f = fields; f->key; f++)
		suggest_offer(&meant, f->key);
	return yaml_fail(doc, &at, err, "unknown key '%.60s', expected one of: %s%s%s%s", node->key,
			 known, meant.best ? "; did you mean '" : "", meant.best ? meant.best : "",
			 meant.best ? "'?" : "");
}

static int read_pair(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *fields, bool *seen, void *target,
		     struct yaml_error *err)
{
	for (size_t i = 0; fields[i].key && i < FIELDS_MAX; i++) {
		if (strcmp(fields[i].key, node->key) != 0)
			continue;
		seen[i] = true;
		if (!fields[i].read)
			return 0;
		return fields[i].read(doc, node, &fields[i], (char *)target + fields[i].offset,
				      err);
	}
	return fail_unknown(doc, node, fields, err);
}

int yaml_read_fields(const struct yaml_doc *doc, const struct yaml_node *mapping,
		     const struct yaml_field *fields, void *target, struct yaml_error *err)
{
	bool seen[FIELDS_MAX] = {false};
	int rc;

	if (mapping->kind != YAML_MAPPING)
		return fail_expected(doc, mapping, err, "a mapping");
	for (const struct yaml_node *n = mapping->child; n; n = n->next) {
		rc = read_pair(doc, n, fields, seen, target, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; fields[i].key && i < FIELDS_MAX; i++)
		if (fields[i].required && !seen[i])
			return yaml_fail(doc, mapping, err, "key '%s' is missing", fields[i].key);
	return 0;
}
