/* SPDX-License-Identifier: Apache-2.0 */
/* The frame clock: a schedule run by a timerfd in the loop; libuv's own timers are of whole ms. */
#ifndef BATON_APPS_GAME_EDGE_TICKER_H
#define BATON_APPS_GAME_EDGE_TICKER_H

#include <uv.h>

#include "apps/game/edge/schedule.h"

struct ticker;

/** ticker_new - @on_slot: a slot's frame is due; one a turn of the loop. Return: 0 or -errno */
int ticker_new(uv_loop_t *loop, unsigned fps, void (*on_slot)(unsigned slot, void *user),
	       void *user, struct ticker **ret_ticker);
void ticker_free(struct ticker *ticker);
void ticker_use(struct ticker *ticker, unsigned slot);
void ticker_leave(struct ticker *ticker, unsigned slot);
/** ticker_follow - see schedule_follow; in on_slot. @arrival_ns: CLOCK_MONOTONIC */
void ticker_follow(struct ticker *ticker, unsigned slot, uint64_t arrival_ns);
/* frames that were due when a later one was, too */
uint64_t ticker_missed(const struct ticker *ticker);

#endif
