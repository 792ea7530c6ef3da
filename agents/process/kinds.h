/* SPDX-License-Identifier: Apache-2.0 */
/* The steps' work that lies in this folder, declared for the table (kinds.c); docs/processes.md
 * says what each is given and what comes of it. */
#ifndef BATON_AGENTS_PROCESS_KINDS_H
#define BATON_AGENTS_PROCESS_KINDS_H

#include "agents/process/step.h"

int step_survey(struct process_step *s);
int step_predump(struct process_step *s);
int step_dump(struct process_step *s);
int step_restore(struct process_step *s);
int step_drain(struct process_step *s);
int step_thaw(struct process_step *s);
int step_finish(struct process_step *s);
int step_drop(struct process_step *s);
int step_settle(struct process_step *s);

#endif
