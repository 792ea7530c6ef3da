/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When each player's frames are due. Deadlines are absolute: frame n of a slot is due at n / fps
 * after the epoch, whatever came late before, so that the cadence never drifts. The slots of an
 * interval are spread over it, so that between two players' frames the loop gets to inputs and the
 * cloud.
 *
 * The cloud's ticks come at the same rate, by another clock. Where a frame is due just when the
 * tick's delta comes, now none and now two ticks lie between two frames. So a slot follows: it is
 * shifted, by less than is seen, until its frames are due in the quiet part between two deltas.
 * Pure.
 */
#ifndef BATON_APPS_GAME_EDGE_SCHEDULE_H
#define BATON_APPS_GAME_EDGE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCHEDULE_SLOTS = 16 }; /* a power of two */

struct schedule {
	uint64_t epoch_ns;
	unsigned fps;
	bool used[SCHEDULE_SLOTS];
	uint64_t next[SCHEDULE_SLOTS];	  /* number of the slot's next frame */
	int64_t shift_ns[SCHEDULE_SLOTS]; /* what following has come to */
	uint64_t missed;		  /* frames that were due when a later one was, too */
};

void schedule_init(struct schedule *s, unsigned fps, uint64_t epoch_ns);
/** schedule_use - the slot's first frame is the next one that is due after @now_ns */
void schedule_use(struct schedule *s, unsigned slot, uint64_t now_ns);
void schedule_leave(struct schedule *s, unsigned slot);
/** schedule_deadline - of frame @n of a slot, ns of the epoch's clock */
uint64_t schedule_deadline(const struct schedule *s, unsigned slot, uint64_t n);
/** schedule_follow - the slot's next frame shows what came at @arrival_ns: shift it toward its
 * place between two arrivals, which are 1 / fps apart */
void schedule_follow(struct schedule *s, unsigned slot, uint64_t arrival_ns);
/** schedule_soonest - the slot whose frame is due first; Return: false when none is used */
bool schedule_soonest(const struct schedule *s, unsigned *ret_slot, uint64_t *ret_deadline_ns);
/** schedule_done - the slot's frame was rendered at @now_ns: on to the next one that isn't over
 * yet; those between are missed */
void schedule_done(struct schedule *s, unsigned slot, uint64_t now_ns);

#endif
