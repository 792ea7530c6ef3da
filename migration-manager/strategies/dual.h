/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dual: what its files share. What its steps keep in a migration's data, besides the modes':
 *
 *   account          whose player moves; from the UE agent's registration
 *   instance_ours    this migration started the destination's instance: rolling back stops it
 *   player_sent      the destination was asked to log the player in
 *   stream_sent      the UE was asked to join the destination's stream
 *   stream_address, stream_port   of the destination's streaming server
 *   switch_base      the switch of epoch E has number switch_base + E
 *   instance_*, login_us, snapshot_*, join_us, stream   what they measured
 *
 * The stream's key is asked for where it is needed and never kept: records are open to read.
 */
#ifndef BATON_MM_STRATEGIES_DUAL_H
#define BATON_MM_STRATEGIES_DUAL_H

#include "migration-manager/engine.h"
#include "migration-manager/registry.h"

enum { DUAL_POLL_MS = 10 };

extern const struct step dual_holding[], dual_releasing[], dual_rollback[];

/* The steps and hooks of the other files */
void dual_log_in(struct migration *m);
void dual_synchronise(struct migration *m);
void dual_stream(struct migration *m);
void dual_figures(struct migration *m);
void dual_switch_args(struct migration *m, uint64_t session, json_t *args);
uint64_t dual_switch_ms(const struct migration *m);
void dual_cut_switch(struct migration *m);

/** dual_not_primary - the destination isn't the primary: the UE goes to the side that is held, by
 * force, or the step fails when that was tried already */
void dual_not_primary(struct migration *m);
/** dual_is_primary - of an answer about a player */
bool dual_is_primary(const struct http_answer *answer);

/** dual_text - a member, "" where there is none */
const char *dual_text(const json_t *object, const char *name);
/** dual_edge_has - has the agent of @edge (or NULL) told of an application @app? */
bool dual_edge_has(const struct registered *edge, const char *app);
/** dual_instance_path - of the app's instance at an edge agent: /v1/instances/{app} */
void dual_instance_path(const struct migration *m, char *buf, size_t size);
/** dual_player_path - /v1/instances/{app}/players/{account} */
void dual_player_path(const struct migration *m, char *buf, size_t size);

#endif
