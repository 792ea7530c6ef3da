// SPDX-License-Identifier: Apache-2.0
/*
 * Readers of JSON objects. Each complaint keeps the JSON pointer (RFC 6901) of its member and a
 * reason in words; all of them are collected, so that a client can put everything right at once.
 */
#include "lib/json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void pointer_write(char *buf, size_t size, const char *name)
{
	size_t len = 0;

	buf[len++] = '/';
	for (const char *c = name; *c && len + 3 < size; c++) {
		if (*c == '~' || *c == '/') { /* RFC 6901 cl. 3 */
			buf[len++] = '~';
			buf[len++] = *c == '~' ? '0' : '1';
		} else {
			buf[len++] = *c;
		}
	}
	buf[len] = '\0';
}

static void note(struct json_reader *r, const char *name, const char *format, va_list args)
{
	struct json_invalid *entry;

	if (r->invalid_count == JSON_INVALID_MAX)
		return;
	entry = &r->invalid[r->invalid_count++];
	if (name)
		pointer_write(entry->param, sizeof(entry->param), name);
	else
		entry->param[0] = '\0'; /* the whole document */
	vsnprintf(entry->reason, sizeof(entry->reason), format, args);
}

void json_reader_fail(struct json_reader *r, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(r, name, format, args);
	va_end(args);
}

void json_reader_begin(struct json_reader *r, const json_t *object)
{
	memset(r, 0, sizeof(*r));
	r->object = object;
	if (!json_is_object(object))
		json_reader_fail(r, NULL, "expected an object");
}

/* What was found, short enough for a reason. */
static const char *found(const json_t *value, char *buf, size_t size)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		snprintf(buf, size, "something else");
	else if (len < size)
		memcpy(buf, text, len + 1);
	else
		snprintf(buf, size, "%.*s...", (int)size - 4, text);
	free(text);
	return buf;
}

static void fail_type(struct json_reader *r, const char *name, const char *expected,
		      const json_t *value)
{
	char text[48];

	json_reader_fail(r, name, "expected %s, found %s", expected,
			 found(value, text, sizeof(text)));
}

static const json_t *member(struct json_reader *r, const char *name, bool required)
{
	const json_t *value = json_object_get(r->object, name);

	if (r->known_count < sizeof(r->known) / sizeof(r->known[0]))
		r->known[r->known_count++] = name;
	if (!value && required)
		json_reader_fail(r, name, "is missing");
	return value;
}

void json_read_string(struct json_reader *r, const char *name, bool required, char *buf,
		      size_t size)
{
	const json_t *value = member(r, name, required);
	size_t len = json_string_length(value);

	if (!value)
		return;
	if (!json_is_string(value))
		fail_type(r, name, "a string", value);
	else if (len >= size)
		json_reader_fail(r, name, "is longer than %zu bytes", size - 1);
	else if (strlen(json_string_value(value)) != len)
		json_reader_fail(r, name, "contains a NUL");
	else
		memcpy(buf, json_string_value(value), len + 1);
}

void json_read_u64(struct json_reader *r, const char *name, bool required, uint64_t min,
		   uint64_t max, uint64_t *ret)
{
	const json_t *value = member(r, name, required);
	json_int_t number = json_integer_value(value);
	char expected[96];

	if (!value)
		return;
	if (json_is_integer(value) && number >= 0 && (uint64_t)number >= min &&
	    (uint64_t)number <= max) {
		*ret = (uint64_t)number;
		return;
	}
	snprintf(expected, sizeof(expected), "an integer from %" PRIu64 " to %" PRIu64, min, max);
	fail_type(r, name, expected, value);
}

void json_read_real(struct json_reader *r, const char *name, bool required, double min, double max,
		    double *ret)
{
	const json_t *value = member(r, name, required);
	double number = json_number_value(value);
	char expected[96];

	if (!value)
		return;
	if (json_is_number(value) && number >= min && number <= max) {
		*ret = number;
		return;
	}
	snprintf(expected, sizeof(expected), "a number from %g to %g", min, max);
	fail_type(r, name, expected, value);
}

void json_read_bool(struct json_reader *r, const char *name, bool required, bool *ret)
{
	const json_t *value = member(r, name, required);

	if (!value)
		return;
	if (json_is_boolean(value))
		*ret = json_is_true(value);
	else
		fail_type(r, name, "true or false", value);
}

void json_read_ipv4(struct json_reader *r, const char *name, bool required, struct in_addr *ret)
{
	const json_t *value = member(r, name, required);
	const char *text = json_string_value(value);
	struct in_addr addr;

	if (!value)
		return;
	if (text && strlen(text) == json_string_length(value) &&
	    inet_pton(AF_INET, text, &addr) == 1)
		*ret = addr;
	else
		fail_type(r, name, "an IPv4 address", value);
}

static void fail_word(struct json_reader *r, const char *name, const char *const *words,
		      const json_t *value)
{
	char expected[160] = "one of ";
	size_t len = strlen(expected);

	for (size_t i = 0; words[i] && len < sizeof(expected); i++)
		len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%s%s",
					i ? ", " : "", words[i]);
	fail_type(r, name, expected, value);
}

void json_read_word(struct json_reader *r, const char *name, bool required,
		    const char *const *words, size_t *ret_index)
{
	const json_t *value = member(r, name, required);
	const char *text = json_string_value(value);

	if (!value)
		return;
	for (size_t i = 0; text && words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret_index = i;
			return;
		}
	}
	fail_word(r, name, words, value);
}

const json_t *json_read_array(struct json_reader *r, const char *name, bool required)
{
	const json_t *value = member(r, name, required);

	if (!value || json_is_array(value))
		return value;
	fail_type(r, name, "an array", value);
	return NULL;
}

static bool is_known(const struct json_reader *r, const char *name)
{
	for (size_t i = 0; i < r->known_count; i++)
		if (strcmp(r->known[i], name) == 0)
			return true;
	return false;
}

int json_reader_end(struct json_reader *r)
{
	const char *name;
	json_t *value;

	/* The macro wants a pointer without const; nothing is changed through it. */
	json_object_foreach((json_t *)(uintptr_t)r->object, name, value)
	{
		if (!is_known(r, name))
			json_reader_fail(r, name, "is not a known member");
	}
	return r->invalid_count ? -EINVAL : 0;
}

const char *json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

uint64_t json_u64(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t)value : 0;
}

json_t *json_ipv4(struct in_addr addr)
{
	char text[INET_ADDRSTRLEN];

	return json_string(inet_ntop(AF_INET, &addr, text, sizeof(text)));
}

int json_endpoint(const json_t *json, struct in_addr *ret_address, uint16_t *ret_port)
{
	const char *address = json_string_value(json_object_get(json, "address"));
	json_int_t port = json_integer_value(json_object_get(json, "port"));

	if (!address || inet_pton(AF_INET, address, ret_address) != 1 || port < 1 ||
	    port > UINT16_MAX)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}
