/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON bodies: jansson, plus readers that say what is wrong with which member, in the words that problem
 * details want. A reader collects every invalid parameter, not only the first.
 */
#ifndef BATON_LIB_JSON_H
#define BATON_LIB_JSON_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_INVALID_MAX = 16 };

struct json_invalid {
	char param[64];	  /* JSON pointer: "/hold_ms" */
	char reason[240]; /* "expected an integer from 0 to 600000, found \"x\"" */
};

struct json_reader {
	const json_t *object; /* borrowed */
	size_t invalid_count;
	struct json_invalid invalid[JSON_INVALID_MAX];
	const char *known[48]; /* members asked for so far; json_reader_end names the others */
	size_t known_count;
};

void json_reader_begin(struct json_reader *r, const json_t *object);
/* Each: a missing optional member leaves *ret as it is; what is wrong is noted. @max_len is without the NUL. */
void json_read_string(struct json_reader *r, const char *name, bool required, char *buf, size_t size);
void json_read_u64(struct json_reader *r, const char *name, bool required, uint64_t min, uint64_t max, uint64_t *ret);
void json_read_real(struct json_reader *r, const char *name, bool required, double min, double max, double *ret);
void json_read_bool(struct json_reader *r, const char *name, bool required, bool *ret);
void json_read_ipv4(struct json_reader *r, const char *name, bool required, struct in_addr *ret);
/* @words: allowed values, ended by NULL; *ret_index is the one found */
void json_read_word(struct json_reader *r, const char *name, bool required, const char *const *words, size_t *ret_index);
/** json_read_array - Return: borrowed; NULL when it is missing, or no array (noted) */
const json_t *json_read_array(struct json_reader *r, const char *name, bool required);
/** json_reader_fail - note one's own complaint about a member */
void json_reader_fail(struct json_reader *r, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** json_reader_end - unknown members are invalid too; Return: 0 or -EINVAL */
int json_reader_end(struct json_reader *r);

/** json_text - a member that is a string, borrowed; "" where there is none */
const char *json_text(const json_t *object, const char *name);
/** json_u64 - a member that is an integer above 0; 0 where there is none */
uint64_t json_u64(const json_t *object, const char *name);
/** json_ipv4 - new string "10.0.0.1" from network order */
json_t *json_ipv4(struct in_addr addr);
/** json_endpoint - {"address": "10.0.0.1", "port": 7000}, also beside other members; Return: 0 or -EINVAL, also of NULL */
int json_endpoint(const json_t *json, struct in_addr *ret_address, uint16_t *ret_port);

#endif
