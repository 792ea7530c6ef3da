/* SPDX-License-Identifier: Apache-2.0 */
/* Transfer's steps (docs/processes.md), rows of agents/process/kinds.c. */
#ifndef BATON_AGENTS_TRANSFER_STEPS_H
#define BATON_AGENTS_TRANSFER_STEPS_H

#include "agents/process/step.h"

int transfer_step_receive(struct process_step *s);
int transfer_step_send(struct process_step *s);
int transfer_step_rate(struct process_step *s);

#endif
