// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/schedule.h"

#include <string.h>

enum {
	SECOND_NS = 1000000000,
	FOLLOW_PART = 32,  /* of the error is made good at a frame: jitter evens out */
	FOLLOW_MOST = 500, /* and no more than this part of an interval */
};

/* Slots are taken from 0 on: with their bits reversed two of them are half an interval apart, four
 * a quarter. */
static unsigned place(unsigned slot)
{
	unsigned reversed = 0;

	for (unsigned bit = 1; bit < SCHEDULE_SLOTS; bit <<= 1, slot >>= 1)
		reversed = reversed << 1 | (slot & 1);
	return reversed;
}

void schedule_init(struct schedule *s, unsigned fps, uint64_t epoch_ns)
{
	memset(s, 0, sizeof *s);
	s->fps = fps;
	s->epoch_ns = epoch_ns;
}

static uint64_t start_of(const struct schedule *s, unsigned slot)
{
	return (uint64_t)((int64_t)s->epoch_ns + s->shift_ns[slot]);
}

/* From whole numbers each time: adding up a rounded interval would drift (1 s / 60 is no whole
 * number of ns). */
uint64_t schedule_deadline(const struct schedule *s, unsigned slot, uint64_t n)
{
	uint64_t parts = n * SCHEDULE_SLOTS + place(slot),
		 second = (uint64_t)s->fps * SCHEDULE_SLOTS;

	return start_of(s, slot) + parts / second * SECOND_NS + parts % second * SECOND_NS / second;
}

/* The first frame of a slot that is due after @now_ns */
static uint64_t frame_after(const struct schedule *s, unsigned slot, uint64_t now_ns)
{
	uint64_t start = start_of(s, slot), since = now_ns > start ? now_ns - start : 0;
	uint64_t n = since / SECOND_NS * s->fps + since % SECOND_NS * s->fps / SECOND_NS;

	n -= n > 0; /* the slot's place in the interval may put it either side */
	while (schedule_deadline(s, slot, n) <= now_ns)
		n++;
	return n;
}

void schedule_use(struct schedule *s, unsigned slot, uint64_t now_ns)
{
	s->used[slot] = true;
	s->shift_ns[slot] = 0;
	s->next[slot] = frame_after(s, slot, now_ns);
}

void schedule_leave(struct schedule *s, unsigned slot)
{
	s->used[slot] = false;
}

/* A slot's place between two arrivals, as the time since the first: from a quarter of the interval,
 * which late ones need, to three quarters; the first slot has the lowest, and so the newest world.
 */
void schedule_follow(struct schedule *s, unsigned slot, uint64_t arrival_ns)
{
	int64_t interval = SECOND_NS / s->fps, most = interval / FOLLOW_MOST, error;
	int64_t wanted = interval / 4 + interval / 2 * place(slot) / SCHEDULE_SLOTS;

	error = (int64_t)(schedule_deadline(s, slot, s->next[slot]) - arrival_ns) - wanted;
	error %= interval;
	if (error > interval / 2)
		error -= interval;
	else if (error < -interval / 2)
		error += interval;
	error /= FOLLOW_PART;
	s->shift_ns[slot] -= error > most ? most : error < -most ? -most : error;
}

bool schedule_soonest(const struct schedule *s, unsigned *ret_slot, uint64_t *ret_deadline_ns)
{
	bool found = false;

	for (unsigned slot = 0; slot < SCHEDULE_SLOTS; slot++) {
		uint64_t deadline;

		if (!s->used[slot])
			continue;
		deadline = schedule_deadline(s, slot, s->next[slot]);
		if (found && deadline >= *ret_deadline_ns)
			continue;
		found = true;
		*ret_slot = slot;
		*ret_deadline_ns = deadline;
	}
	return found;
}

void schedule_done(struct schedule *s, unsigned slot, uint64_t now_ns)
{
	uint64_t after = frame_after(s, slot, now_ns), next = s->next[slot] + 1;

	if (after > next) {
		s->missed += after - next;
		next = after;
	}
	s->next[slot] = next;
}
