/* SPDX-License-Identifier: Apache-2.0 */
/* A forwarder, led from state to state by a step. */
#ifndef BATON_AGENTS_PROCESS_STEP_LEAD_H
#define BATON_AGENTS_PROCESS_STEP_LEAD_H

#include "agents/process-step/step.h"

enum { LEAD_ASK_MS = 10000 }; /* a word is answered at once, by a process that runs */

/** lead_is_ours - it serves the migration of @s */
bool lead_is_ours(const struct process_step *s, const json_t *status);
/** lead_keep - what it measured, in the step's outcome */
void lead_keep(struct process_step *s, const json_t *status);
/** lead_wait - a moment; Return: false when the step was cancelled */
bool lead_wait(void);
/** lead_to - by @word to @state, as long as it gets further; Return: 0, or process_step_fail's */
int lead_to(struct process_step *s, const char *word, const char *state);

#endif
