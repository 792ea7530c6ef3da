/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a step that sends is, told once a second while it blocks: {"bytes": octets that the other
 * end has acknowledged on the TCP connections of this process and its children (rsync), "heard":
 * octets that came, "looks": pieces that were hashed}. Who waits knows by it a slow link, or a
 * large item that is looked at, from a dead one.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_PULSE_H
#define BATON_AGENTS_PROCESS_STEP_PULSE_H

#include <pthread.h>

#include "agents/process-step/step.h"

struct pulse {
	const struct process_step *step;
	const _Atomic uint64_t *looks;
	pthread_t thread;
	int stop; /* eventfd */
};

/** pulse_begin - @s: its progress is the pulse's until pulse_end; Return: 0 or a negative errno */
int pulse_begin(struct pulse *p, const struct process_step *s, const _Atomic uint64_t *looks);
void pulse_end(struct pulse *p);

#endif
