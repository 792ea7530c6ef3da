/* SPDX-License-Identifier: Apache-2.0 */
/* The REST interface, port 8081: docs/contracts.md has its resources. */
#ifndef BATON_SMF_REST_H
#define BATON_SMF_REST_H

#include <jansson.h>

#include "lib/http_server.h"
#include "smf-lite/smf.h"

struct classifier;
struct session;
struct session_tunnel;

/* For http_server_new(), with struct smf as user */
extern const struct http_route rest_routes[];

/** rest_session_json - S of docs/contracts.md; returned */
json_t *rest_session_json(const struct session *s);

/** rest_find_session - that the path names; NULL: answered with 404 */
struct session *rest_find_session(struct http_request *req, struct smf *smf);
json_t *rest_tunnel_json(const struct session_tunnel *t);

/* rest_route.c */
json_t *rest_classifier_json(const struct classifier *c);
json_t *rest_classifiers_json(const struct session *s);
void rest_put_classifier(struct http_request *req, void *user);
void rest_delete_classifier(struct http_request *req, void *user);
void rest_post_route(struct http_request *req, void *user);

/** rest_metrics - GET /metrics (metrics.c) */
void rest_metrics(struct http_request *req, void *user);

#endif
