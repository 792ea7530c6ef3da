/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a step that sends is, told once a second while it blocks: {"bytes": octets that the other
 * end has acknowledged on the TCP connections of this process and its children (rsync)}. Who waits
 * knows a slow link from a dead one by it.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_PULSE_H
#define BATON_AGENTS_PROCESS_STEP_PULSE_H

#include <pthread.h>

#include "agents/process-step/step.h"

struct pulse {
	const struct process_step *step;
	pthread_t thread;
	int stop; /* eventfd */
};

/** pulse_begin - @s: its progress is the pulse's until pulse_end; Return: 0 or a negative errno */
int pulse_begin(struct pulse *p, const struct process_step *s);
void pulse_end(struct pulse *p);

#endif
