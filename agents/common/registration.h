/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent's registration with the migration manager: PUT once a second, so that a restarted
 * manager knows the agent again within one; every 20 ms while the manager doesn't answer.
 */
#ifndef BATON_AGENTS_REGISTRATION_H
#define BATON_AGENTS_REGISTRATION_H

#include <jansson.h>
#include <uv.h>

#include "lib/http_client.h"

struct registration {
	struct http_client *client; /* borrowed */
	char url[256];
	const char *token; /* borrowed */
	json_t *body;
	uv_timer_t timer;
	unsigned long failures; /* since the last success */
};

/** registration_start - @body: given; Return: 0 or a negative errno */
int registration_start(struct registration *r, uv_loop_t *loop, struct http_client *client,
		       const char *manager_url, const char *path, const char *token, json_t *body);
/** registration_stop - before the client is freed */
void registration_stop(struct registration *r);

#endif
