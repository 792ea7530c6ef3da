/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a replay migration (docs/processes.md, Replay), rows of agents/process/kinds.c.
 *
 * At the destination: forward, pause, replay, cut, unforward; at the source: divert, suspend. The
 * forwarder is a process of its own, in a session of its own, so that it outlives the step that
 * started it, and the agent.
 */
#ifndef BATON_FORWARDER_STEPS_H
#define BATON_FORWARDER_STEPS_H

#include "agents/process/step.h"

int forwarder_step_forward(struct process_step *s);
int forwarder_step_pause(struct process_step *s);
int forwarder_step_replay(struct process_step *s);
int forwarder_step_cut(struct process_step *s);
int forwarder_step_unforward(struct process_step *s);
int forwarder_step_divert(struct process_step *s);
int forwarder_step_suspend(struct process_step *s);

/** forwarder_stop - the forwarder of @s's migration ended, if need be by SIGKILL, and the redirect
 * removed; another migration's is left. Return: 0 or a negative errno */
int forwarder_stop(const struct process_step *s);
/** forwarder_undivert - users of the source's edge aren't led to a forwarder any more; Return: 0,
 * also where none were, or process_step_fail's */
int forwarder_undivert(struct process_step *s);

#endif
