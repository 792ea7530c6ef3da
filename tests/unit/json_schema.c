// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/json_schema.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check {
	const json_t *document;
	char *why;
	size_t size;
};

static bool check(struct check *c, const json_t *schema, const json_t *value, const char *at);

static bool __attribute__((format(printf, 3, 4)))
wrong(struct check *c, const char *at, const char *format, ...)
{
	int n = snprintf(c->why, c->size, "%s: ", at[0] ? at : "/");
	va_list ap;

	va_start(ap, format);
	vsnprintf(c->why + n, c->size - (size_t)n, format, ap);
	va_end(ap);
	return false;
}

const json_t *json_schema_ref(const json_t *document, const char *ref)
{
	const json_t *node = document;
	char name[128];

	if (strncmp(ref, "#/", 2) != 0)
		return NULL;
	for (const char *at = ref + 2; node; at++) {
		size_t len = strcspn(at, "/");

		snprintf(name, sizeof name, "%.*s", (int)len, at);
		node = json_object_get(node, name);
		at += len;
		if (*at == '\0')
			break;
	}
	return node;
}

const json_t *json_schema_deref(const json_t *document, const json_t *node)
{
	const char *ref = json_string_value(json_object_get(node, "$ref"));

	return ref ? json_schema_ref(document, ref) : node;
}

static bool is_type(const json_t *value, const char *type)
{
	return (strcmp(type, "object") == 0 && json_is_object(value)) ||
	       (strcmp(type, "array") == 0 && json_is_array(value)) ||
	       (strcmp(type, "string") == 0 && json_is_string(value)) ||
	       (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
	       (strcmp(type, "number") == 0 && json_is_number(value)) ||
	       (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
	       (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool check_type(struct check *c, const json_t *type, const json_t *value, const char *at)
{
	const json_t *each;
	size_t i;

	if (json_is_string(type) && is_type(value, json_string_value(type)))
		return true;
	json_array_foreach(type, i, each)
	{
		if (is_type(value, json_string_value(each)))
			return true;
	}
	return wrong(c, at, "is of another type");
}

static bool check_enum(struct check *c, const json_t *words, const json_t *value, const char *at)
{
	const json_t *each;
	size_t i;

	json_array_foreach(words, i, each)
	{
		if (json_equal(each, value))
			return true;
	}
	return wrong(c, at, "is none of its words");
}

static bool check_pattern(struct check *c, const json_t *pattern, const json_t *value,
			  const char *at)
{
	regex_t regex;
	int r;

	if (regcomp(&regex, json_string_value(pattern), REG_EXTENDED | REG_NOSUB) != 0)
		return wrong(c, at, "pattern '%s' can't be read", json_string_value(pattern));
	r = regexec(&regex, json_string_value(value), 0, NULL, 0);
	regfree(&regex);
	return r == 0 || wrong(c, at, "'%s' is not like '%s'", json_string_value(value),
			       json_string_value(pattern));
}

static bool check_members(struct check *c, const json_t *schema, const json_t *value,
			  const char *at)
{
	const json_t *properties = json_object_get(schema, "properties"), *each;
	bool closed = json_is_false(json_object_get(schema, "additionalProperties"));
	char path[256];
	const char *name;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i, each)
	{
		if (!json_object_get(value, json_string_value(each)))
			return wrong(c, at, "lacks '%s'", json_string_value(each));
	}
	json_object_foreach((json_t *)value, name, each)
	{
		const json_t *property = json_object_get(properties, name);

		snprintf(path, sizeof path, "%s/%s", at, name);
		if (!property && closed)
			return wrong(c, path, "is not foreseen");
		if (property && !check(c, property, each, path))
			return false;
	}
	return true;
}

static bool check_items(struct check *c, const json_t *items, const json_t *value, const char *at)
{
	const json_t *each;
	char path[256];
	size_t i;

	json_array_foreach(value, i, each)
	{
		snprintf(path, sizeof path, "%s/%zu", at, i);
		if (!check(c, items, each, path))
			return false;
	}
	return true;
}

static bool check_keyword(struct check *c, const json_t *schema, const char *keyword,
			  const json_t *is, const json_t *value, const char *at)
{
	if (strcmp(keyword, "type") == 0)
		return check_type(c, is, value, at);
	if (strcmp(keyword, "enum") == 0)
		return check_enum(c, is, value, at);
	if (strcmp(keyword, "pattern") == 0)
		return !json_is_string(value) || check_pattern(c, is, value, at);
	if (strcmp(keyword, "minimum") == 0)
		return !json_is_number(value) ||
		       json_number_value(value) >= json_number_value(is) ||
		       wrong(c, at, "is less than it may be");
	if (strcmp(keyword, "maximum") == 0)
		return !json_is_number(value) ||
		       json_number_value(value) <= json_number_value(is) ||
		       wrong(c, at, "is more than it may be");
	if (strcmp(keyword, "maxLength") == 0)
		return !json_is_string(value) ||
		       (json_int_t)json_string_length(value) <= json_integer_value(is) ||
		       wrong(c, at, "is longer than it may be");
	if (strcmp(keyword, "required") == 0)
		return !json_is_object(value) || check_members(c, schema, value, at);
	if (strcmp(keyword, "properties") == 0) /* with required, or alone */
		return json_object_get(schema, "required") || !json_is_object(value) ||
		       check_members(c, schema, value, at);
	if (strcmp(keyword, "items") == 0)
		return !json_is_array(value) || check_items(c, is, value, at);
	if (strcmp(keyword, "description") == 0 || strcmp(keyword, "default") == 0 ||
	    strcmp(keyword, "additionalProperties") == 0)
		return true;
	return wrong(c, at, "the checker does not know '%s'", keyword);
}

static bool check(struct check *c, const json_t *schema, const json_t *value, const char *at)
{
	const char *keyword;
	json_t *is;

	schema = json_schema_deref(c->document, schema);
	if (!schema)
		return wrong(c, at, "its $ref names nothing");
	json_object_foreach((json_t *)schema, keyword, is)
	{
		if (!check_keyword(c, schema, keyword, is, value, at))
			return false;
	}
	return true;
}

bool json_schema_check(const json_t *document, const json_t *schema, const json_t *value, char *why,
		       size_t size)
{
	struct check c = {.document = document, .why = why, .size = size};

	why[0] = '\0';
	return check(&c, schema, value, "");
}
