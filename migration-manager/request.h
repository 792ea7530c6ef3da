/* SPDX-License-Identifier: Apache-2.0 */
/* The body of POST /v1/migrations: apart from the server, so that it can be tested and fuzzed
 * alone. */
#ifndef BATON_MM_REQUEST_H
#define BATON_MM_REQUEST_H

#include "lib/json.h"
#include "migration-manager/migration.h"

enum { HOLD_MS_MAX = 600000, WINDOW_MAX = 256, TIMEOUT_MS_MAX = 600000 };

/**
 * request_read - a body into a request
 * @r: holds every invalid parameter on failure, for problem details
 * Return: 0 or -EINVAL
 */
int request_read(const json_t *body, struct json_reader *r, struct migration_request *ret_request);

/** request_read_name - a text that must be there and must not be empty */
void request_read_name(struct json_reader *r, const char *name, char *buf, size_t size);

/** supi_valid - "imsi-" and 5 to 15 digits (TS 23.003 cl. 2.2A) */
bool supi_valid(const char *supi);

#endif
