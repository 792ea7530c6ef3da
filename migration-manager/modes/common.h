/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that the modes share. What they read and write in a migration's data:
 *
 *   source_session, source_address, source_dnai, source_edge, source_generation
 *       the primary session when it began; source_dnai: where its traffic is let out
 *   anchor_dnai
 *       where that session is anchored: elsewhere, if an uplink classifier leads its traffic
 *   destination_session, destination_address, destination_dnai, destination_edge
 *       where it goes
 *   reused
 *       the destination's session was there before and is not set up
 *   t0_ns, switched_ns, setup_us
 *       what the UE agent measured
 */
#ifndef BATON_MM_MODES_COMMON_H
#define BATON_MM_MODES_COMMON_H

#include "migration-manager/engine.h"

/* Who holds which session, from the UE agent and from smf-lite; picks a free id for a new one. */
void common_survey(struct migration *m);
/* Tells smf-lite where new sessions of this UE and DNN go. */
void common_anchor_destination(struct migration *m);
void common_anchor_source(struct migration *m);
/* Waits for hold_ms; its step must be called "hold". */
void common_hold(struct migration *m);
/** common_hold_left - how long to hold yet, in ms */
uint64_t common_hold_left(const struct migration *m);
/* Before a session is let go: is the one that the UE keeps still there? When it is not (a UPF gone
 * for good, someone else's release), releasing the other would leave the UE with none: then release
 * does nothing, and gone fails with SESSION_LOST. */
void common_check_destination(struct migration *m);
void common_check_source(struct migration *m); /* nothing when there is none to release */
/* The UE agent lets a session go, the sockets bound to it first. */
void common_release_source(struct migration *m);
void common_release_destination(struct migration *m); /* nothing when reused */
/* Waits until smf-lite knows the session no more, and has the network release it where the UE did
 * not. */
void common_gone_source(struct migration *m);
void common_gone_destination(struct migration *m); /* nothing when reused */

/** common_edge - the destination, or NULL: then @again is called once more when it may have
 * registered (after a restart of the manager it does within a second), or the step has failed */
const struct registered *common_edge(struct migration *m, void (*again)(struct migration *m));

/** common_done_if_ok - for engine_agent_step: merges the outcome, or fails the step with the
 * agent's problem */
void common_done_if_ok(struct migration *m, const struct http_answer *answer);

#endif
