/* SPDX-License-Identifier: Apache-2.0 */
/* GET /metrics of a game's instance. */
#ifndef BATON_APPS_GAME_EDGE_METRICS_H
#define BATON_APPS_GAME_EDGE_METRICS_H

#include "lib/http_server.h"

/* An http_handler; the user is the struct edge */
void edge_metrics_get(struct http_request *req, void *user);

#endif
