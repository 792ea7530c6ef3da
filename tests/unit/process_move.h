/* SPDX-License-Identifier: Apache-2.0 */
/* One migration of the application that is a process, from edge-a to edge-b, as tests of several
 * strategies ask for it and look at its end. */
#ifndef BATON_TESTS_PROCESS_MOVE_H
#define BATON_TESTS_PROCESS_MOVE_H

#include "tests/unit/manager_world.h"

/* What the peers were asked, in this order */
#define SURVEYED   "status sessions process(a) process(b) survey(a) survey(b) "
#define PREPARED   SURVEYED "anchor(dnai-b) establish(2) receive(b) "
#define STOPPED	   "probe(2) dump(a) receive(b) send(a) restore(b) "
#define SWITCHED   "switch(2) open(b) "
#define ENDED	   "finish(a) settle(b) anchor(dnai-b) status release(1) session(1) "
#define DROPPED	   "drop(b) thaw(a) "
#define NO_SESSION "status release(2) session(2) anchor(dnai-a) "

extern char move_id[32]; /* of the migration that was asked for last */

/** move_world - the process runs at edge-a; move_setup - the same as a test's state */
struct world *move_world(void);
int move_setup(void **state);
/** move_ask - @options: of "process", given; NULL: none */
void move_ask(struct world *w, const char *strategy, const char *mode, json_t *options);
/** move_post - make before break, and it is taken */
void move_post(struct world *w, const char *strategy, json_t *options);
/** move_run - and it has ended */
void move_run(struct world *w, const char *strategy, json_t *options);
/** move_to - the same for a migration to @destination; @app: NULL none */
void move_to(struct world *w, const char *strategy, const char *app, const char *destination);
/** move_two_rounds - options, returned */
json_t *move_two_rounds(void);
/** move_check_end - @state, and the process runs at the one edge that follows from it */
void move_check_end(struct world *w, const char *state);
/** move_check_failed - state failed, by @cause */
void move_check_failed(struct world *w, const char *cause);
/** move_wait_hastened - until it has ended; from @at in the trace on, @step has no more time, up to
 * @until there */
void move_wait_hastened(struct world *w, const char *step, const char *at, const char *until);
/** move_detail - member @name of the record's "process", borrowed; move_figure - a number */
const json_t *move_detail(struct world *w, const char *name);
json_int_t move_figure(struct world *w, const char *name);

#endif
