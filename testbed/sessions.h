/* SPDX-License-Identifier: Apache-2.0 */
/* What a topology waits for besides its daemons: PDU sessions, as the UEs see them, and agents, as
 * the migration manager does. */
#ifndef BATON_TESTBED_SESSIONS_H
#define BATON_TESTBED_SESSIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "testbed/run.h"

struct session_count {
	size_t wanted, active;
	size_t agents, registered; /* of edges and UEs */
	char missing[128]; /* the first that isn't there: "ue: PDU session 2 is establishing" */
};

enum session_which { SESSIONS_CONFIGURED /* in the file */, SESSIONS_MEANT /* by the UEs, now */ };

/** sessions_count - ask every UE and the manager once; one that doesn't answer has none */
void sessions_count(const struct topology *t, const struct run *run, enum session_which which,
		    struct session_count *ret_count);
/**
 * sessions_missing_from - ask one UE after the other, then the manager, until something is missing
 * @from: 0, or what an earlier call returned: who was complete then is not asked again
 *
 * Return: where to go on; sessions_all_there tells of it whether nothing is missing
 */
unsigned sessions_missing_from(const struct topology *t, const struct run *run,
			       enum session_which which, unsigned from);
bool sessions_all_there(const struct topology *t, unsigned place);
/** sessions_complete - all of them */
bool sessions_complete(const struct session_count *count);
/** sessions_list - what a UE says, [] when it doesn't answer; new reference */
json_t *sessions_list(const struct run *run, unsigned ue);
/** sessions_ask - what a daemon's REST interface answers to a GET with 200; NULL when it doesn't; new reference */
json_t *sessions_ask(const struct run *run, unsigned node, const char *daemon, const char *path);

#endif
