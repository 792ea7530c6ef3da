/* SPDX-License-Identifier: Apache-2.0 */
/* The REST interface, port 8081: docs/contracts.md has its resources. */
#ifndef BATON_SMF_REST_H
#define BATON_SMF_REST_H

#include <jansson.h>

#include "lib/http_server.h"
#include "smf-lite/smf.h"

struct session;

/* For http_server_new(), with struct smf as user */
extern const struct http_route rest_routes[];

/** rest_session_json - S of docs/contracts.md; returned */
json_t *rest_session_json(const struct session *s);

/** rest_metrics - GET /metrics (metrics.c) */
void rest_metrics(struct http_request *req, void *user);

#endif
