/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a node's init: the other end of the control socket (init.h has the protocol). */
#ifndef BATON_TESTBED_CONTROL_H
#define BATON_TESTBED_CONTROL_H

#include <jansson.h>

#include "testbed/run.h"

/** control_ask - one request, one line of answer, returned in @ret_answer (free it); -ETIMEDOUT after 2 s */
int control_ask(const struct run *run, const char *node, const char *request, char **ret_answer);
/** control_status - the daemons of a node, as JSON, an empty list for one without; NULL when its init doesn't answer; new reference */
json_t *control_status(const struct run *run, const char *node);
/** control_print_unready - on standard error: each daemon of the run that isn't ready, with its last log lines */
void control_print_unready(const struct run *run);

#endif
