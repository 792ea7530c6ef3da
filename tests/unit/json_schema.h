/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema (2020-12), the part that Baton's OpenAPI document uses: type, enum, required,
 * properties, additionalProperties false, items, pattern, minimum, maximum, maxLength, $ref into
 * the same document. Any other keyword that would restrict fails the check, so that none is passed
 * over in silence.
 */
#ifndef BATON_TESTS_JSON_SCHEMA_H
#define BATON_TESTS_JSON_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** json_schema_ref - what "#/a/b" names in @document, or NULL */
const json_t *json_schema_ref(const json_t *document, const char *ref);
/** json_schema_deref - @node, or what its $ref names */
const json_t *json_schema_deref(const json_t *document, const json_t *node);
/** json_schema_check - does @value fit @schema? @why: what is wrong and where */
bool json_schema_check(const json_t *document, const json_t *schema, const json_t *value, char *why,
		       size_t size);

#endif
