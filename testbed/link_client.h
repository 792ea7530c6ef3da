/* SPDX-License-Identifier: Apache-2.0 */
/* Asking link-shaper (link-shaper/control.h has the protocol): shapes of links that run. */
#ifndef BATON_TESTBED_LINK_CLIENT_H
#define BATON_TESTBED_LINK_CLIENT_H

#include <jansson.h>

#include "testbed/run.h"

struct link_client_error {
	char text[256]; /* what link-shaper says, or why it wasn't asked */
};

/** link_client_socket - where the link-shaper of a topology listens */
void link_client_socket(const struct run *run, char buf[RUN_PATH_MAX]);

/**
 * link_client_ask - one request, one answer
 * @request:    given
 * @ret_answer: new reference; NULL: not wanted
 *
 * Return: 0, -EINVAL when the answer is a refusal, -ENOENT or -ECONNREFUSED when no link-shaper
 * listens there, -ETIMEDOUT after 5 s, -EPROTO for an answer that is none; @err is set for all
 */
int link_client_ask(const char *socket, json_t *request, json_t **ret_answer,
		    struct link_client_error *err);

/**
 * link_client_set - replace the keys of @shape (given; null: remove the key) of a port
 * @ret_backend: "none", "tbf", "netem" or "user"; NULL: not wanted
 */
int link_client_set(const char *socket, const char *node, const char *interface, json_t *shape,
		    char ret_backend[16], struct link_client_error *err);

/** link_client_get - all ports with shape, back end and counters; new reference */
int link_client_get(const char *socket, json_t **ret_answer, struct link_client_error *err);

/** link_client_start, link_client_stop - the timeline of scripted changes */
int link_client_start(const char *socket, struct link_client_error *err);
int link_client_stop(const char *socket, struct link_client_error *err);

/*
 * Whether the shaper kept up. Taken before and after a run: when `behind` has grown, or `since_us`
 * is another one (it was restarted), what was measured in between isn't what was asked for.
 */
struct link_client_keeping {
	uint64_t behind; /* packets released more than 1 ms late, or lost since there was no room */
	uint64_t since_us; /* CLOCK_MONOTONIC: its start */
};
int link_client_keeping(const char *socket, struct link_client_keeping *ret,
			struct link_client_error *err);

#endif
