/* SPDX-License-Identifier: Apache-2.0 */
/* smf-lite's REST interface in the world of smf_world.h: the real server and client, on loopback.
 */
#ifndef BATON_TESTS_SMF_REST_H
#define BATON_TESTS_SMF_REST_H

#include <jansson.h>

#include "tests/unit/smf_world.h"

/* A request under way or answered */
struct rest_call {
	bool begun, done;
	unsigned status;
	char cause[48];
	json_t *body; /* owned; NULL: none */
};

/** rest_start - serve the world's smf; rest_stop before world_stop and at the end */
void rest_start(struct world *w);
void rest_stop(struct world *w);

/** rest_begin - @body: JSON text or NULL; @call must live until it is done */
void rest_begin(struct world *w, struct rest_call *call, const char *method, const char *path,
		const char *body);
/** rest_end - wait for the answer; Return: its status */
unsigned rest_end(struct world *w, struct rest_call *call);
/** rest_free - what an answer holds */
void rest_free(struct rest_call *call);
/** rest - begin, end and free; Return: the status. @ret_cause: NULL or of a problem */
unsigned rest(struct world *w, const char *method, const char *path, const char *body,
	      char ret_cause[48]);

#endif
