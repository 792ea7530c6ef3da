/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps do, for their table (kinds.c); docs/processes.md says what each is given and what
 * comes of it. */
#ifndef BATON_AGENTS_PROCESS_STEP_KINDS_H
#define BATON_AGENTS_PROCESS_STEP_KINDS_H

#include "agents/process-step/step.h"

int step_survey(struct process_step *s);
int step_predump(struct process_step *s);
int step_dump(struct process_step *s);
int step_restore(struct process_step *s);
int step_drain(struct process_step *s);
int step_thaw(struct process_step *s);
int step_finish(struct process_step *s);
int step_drop(struct process_step *s);
int step_settle(struct process_step *s);
/* replay*.c: of a replay migration */
int step_forward(struct process_step *s);
int step_pause(struct process_step *s);
int step_replay(struct process_step *s);
int step_cut(struct process_step *s);
int step_unforward(struct process_step *s);
int step_divert(struct process_step *s);
int step_suspend(struct process_step *s);
/* cooperative.c: of an application that is moved without CRIU */
int step_join(struct process_step *s);
int step_push(struct process_step *s);
int step_commit(struct process_step *s);
int step_fence(struct process_step *s);
/* transfer*.c */
int step_receive(struct process_step *s);
int step_send(struct process_step *s);
int step_rate(struct process_step *s);

#endif
