/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a replay migration (docs/processes.md, Replay).
 *
 * At the destination: forward, pause, replay, cut, unforward; at the source: divert, suspend. The
 * forwarder is a process of its own, in a session of its own, so that it outlives the step that
 * started it, and the agent.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_REPLAY_H
#define BATON_AGENTS_PROCESS_STEP_REPLAY_H

#include "agents/process-step/step.h"

/** replay_stop - the forwarder of @s's migration ended, if need be by SIGKILL, and the redirect
 * removed; another migration's is left. Return: 0 or a negative errno */
int replay_stop(const struct process_step *s);
/** replay_undivert - users of the source's edge aren't led to a forwarder any more; Return: 0,
 * also where none were, or process_step_fail's */
int replay_undivert(struct process_step *s);

#endif
