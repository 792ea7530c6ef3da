/* SPDX-License-Identifier: Apache-2.0 */
/* One `baton up` under way (up.c), and its steps (up_steps.c). */
#ifndef BATON_TESTBED_UP_H
#define BATON_TESTBED_UP_H

#include "testbed/plan.h"

struct up {
	const char *file;
	bool no_wait, keep, dry_run, only_new;
	unsigned timeout_ms;
	int64_t began_ms;
	int lock;    /* of the run directory, until the record says what we are about; -1 */
	int signals; /* signalfd: SIGINT, SIGTERM, SIGHUP */
	struct topology *t;
	struct run run;
	struct plan plan;
	int *init;  /* by node: the socket to its init; -1 */
	int *netns; /* by node */
	bool *kept; /* by node: it stands already, and is left alone; NULL: none */
	bool running; /* it is up already: to be reconciled, from @old */
	struct run old;
	size_t active, wanted; /* PDU sessions */
};

/** up_is_kept - a node that stood before */
static inline bool up_is_kept(const struct up *up, unsigned node)
{
	return up->kept && up->kept[node];
}

int64_t up_now_ms(void);

/* Steps, in order: BATON_OK, or the exit status after complaining */
int up_make_files(struct up *up);
int up_spawn(struct up *up);
int up_link(struct up *up);
/** up_bind, up_configure - the parts of up_link before and after the links are made */
int up_bind(struct up *up);
int up_configure(struct up *up);
int up_start(struct up *up);
int up_await_sessions(struct up *up);
/** up_await_apps - what runs from up on does, and who plays sees it */
int up_await_apps(struct up *up);
/** up_commit - record how it ended; the inits live on without us */
int up_commit(struct up *up, enum run_phase phase);

/** up_unlock - once the record says what we are about, others may look at it */
void up_unlock(struct up *up);

/** up_interrupted - a signal came */
bool up_interrupted(struct up *up);

/** up_check_kernel - what the topology asks of the kernel, before anything is made (up_check.c) */
int up_check_kernel(const struct topology *t);
/** up_check_programs - each daemon's program is there */
int up_check_programs(struct plan *plan);
/** up_choose_backends - plan->qos, by what each data plane comes to */
void up_choose_backends(struct plan *plan);

#endif
