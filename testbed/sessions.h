/* SPDX-License-Identifier: Apache-2.0 */
/* PDU sessions that a topology asks for, and what the UEs say about them (REST of `ue`). */
#ifndef BATON_TESTBED_SESSIONS_H
#define BATON_TESTBED_SESSIONS_H

#include <jansson.h>

#include "testbed/run.h"

struct session_count {
	size_t wanted, active;
	char missing[128]; /* the first that isn't active: "ue: PDU session 2 is establishing" */
};

/** sessions_count - ask every UE once; one that doesn't answer has none */
void sessions_count(const struct topology *t, const struct run *run, struct session_count *ret_count);
/** sessions_list - what a UE says, [] when it doesn't answer; new reference */
json_t *sessions_list(const struct run *run, unsigned ue);

#endif
