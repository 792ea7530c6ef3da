/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a player seeing the game, migrations apart: has him logged in and the stream-client join
 * his first stream; gives a stream-client that was restarted the streams that it had; logs the
 * player in anew where his instance was restarted and so knows him no longer.
 *
 * Which streams there are is kept in state_dir/streams.APP (mode 0600, it holds stream keys), so
 * that a killed agent knows, too. While a step of a migration is under way nothing is repaired: the
 * step's own end tells the manager.
 */
#ifndef BATON_UE_AGENT_PLAYER_H
#define BATON_UE_AGENT_PLAYER_H

#include "agents/ue-agent/agent.h"

/** players_start - one keeper for each player that has a player_url; Return: 0 or a negative errno
 */
int players_start(struct agent *a);
/** players_stop - before the HTTP client is freed */
void players_stop(struct agent *a);
/**
 * player_joined, player_left - a step had the stream-client join a stream, or leave it
 * @place: {"device", "address", "port", "key"}; borrowed
 * @player_url: where the instance behind it knows the player; NULL: nobody can ask there
 */
void player_joined(struct agent *a, const char *app, unsigned session, const json_t *place,
		   const char *player_url);
/** player_shown - a step had the stream-client show this stream */
void player_shown(struct agent *a, const char *app, unsigned session);
void player_left(struct agent *a, const char *app, unsigned session);

#endif
