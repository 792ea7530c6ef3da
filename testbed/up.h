/* SPDX-License-Identifier: Apache-2.0 */
/* One `baton up` under way (up.c), and its steps (up_steps.c). */
#ifndef BATON_TESTBED_UP_H
#define BATON_TESTBED_UP_H

#include "testbed/plan.h"

struct up {
	const char *file;
	bool no_wait, keep;
	unsigned timeout_ms;
	int64_t began_ms;
	int signals; /* signalfd: SIGINT, SIGTERM, SIGHUP */
	struct topology *t;
	struct run run;
	struct plan plan;
	int *init;  /* by node: the socket to its init; -1 */
	int *netns; /* by node */
	size_t active, wanted; /* PDU sessions */
};

int64_t up_now_ms(void);

/* Steps, in order: BATON_OK, or the exit status after complaining */
int up_make_files(struct up *up);
int up_spawn(struct up *up);
int up_link(struct up *up);
int up_start(struct up *up);
int up_await_sessions(struct up *up);
/** up_commit - record how it ended; the inits live on without us */
int up_commit(struct up *up, enum run_phase phase);

/** up_interrupted - a signal came */
bool up_interrupted(struct up *up);

/** up_check_kernel - what the topology asks of the kernel, before anything is made (up_check.c) */
int up_check_kernel(const struct topology *t);
/** up_check_programs - each daemon's program is there */
int up_check_programs(struct plan *plan);
/** up_choose_backends - plan->qos, by what each data plane comes to */
void up_choose_backends(struct plan *plan);

#endif
