/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /metrics: Prometheus text (exposition format 0.0.4). What is the same in every daemon is
 * written first, by the names that Prometheus' own clients use: process_cpu_seconds_total,
 * process_resident_memory_bytes, process_start_time_seconds; and baton_build_info.
 */
#ifndef BATON_LIB_METRICS_H
#define BATON_LIB_METRICS_H

#include <stdio.h>

#include "lib/http_server.h"

struct metrics {
	char *text;
	size_t size;
	FILE *out; /* where a daemon writes its own */
};

/** metrics_begin - Return: 0; or -ENOMEM, and @req has been answered */
int metrics_begin(struct metrics *m, struct http_request *req);
/** metrics_reply - answer @req with all that was written, and free it */
void metrics_reply(struct metrics *m, struct http_request *req);

#endif
