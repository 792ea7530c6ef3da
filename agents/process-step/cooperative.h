/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps of an application that is moved without CRIU (apps/cooperative): what they say to its
 * instance here, and what the steps that end a migration have to know of it.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_COOPERATIVE_H
#define BATON_AGENTS_PROCESS_STEP_COOPERATIVE_H

#include "agents/process-step/step.h"

/**
 * cooperative_settle - the instance here serves already, or never will by this migration
 * @ret_serves: which of the two
 *
 * An instance that doesn't answer is ended first; a dead one's files say which. Where none came:
 * false.
 * Return: 0, or process_step_fail's: it can't be told
 */
int cooperative_settle(struct process_step *s, bool *ret_serves);
/** cooperative_stay - the instance here goes on, a push is ended. One that waits to be told what
 * became of its COMMIT is told that nothing did: argument "settled" must be true then
 * Return: 0 also when there is none, or process_step_fail's */
int cooperative_stay(struct process_step *s);
/** cooperative_leave - the same one is told that it has moved */
void cooperative_leave(const struct process_step *s);
/** cooperative_survey - {"supported", "why"}, or NULL where the application isn't one; returned */
json_t *cooperative_survey(const struct process_step *s);

#endif
