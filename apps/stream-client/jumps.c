// SPDX-License-Identifier: Apache-2.0
/*
 * Between the two threads is a FIFO of pictures with one writer and one reader. Slots from `first`
 * on for `count` are the reader's, the others the writer's: samples are copied and looked at
 * outside the lock, which is held for counting only.
 */
#include "apps/stream-client/jumps.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "apps/stream-client/jump.h"

enum { SLOTS = 16 }; /* a quarter of a second at 60 fps */

#define NS_PER_S 1000000000ULL

struct slot {
	struct picture *picture;
	uint64_t row, display_ns;
};

struct known {
	uint64_t row; /* 0: none */
	double jump;
};

struct jumps {
	struct jump *jump;
	struct slot slot[SLOTS];
	unsigned first, count;
	uint64_t last_row; /* the reader's: of the picture before */
	struct known *known;
	size_t rows;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool stop;
	struct jumps_state state;
};

/* ---- the writer ---- */

static int fill_slot(struct slot *slot, const struct picture *picture)
{
	const struct picture *old = slot->picture;
	int r = 0;

	if (old && (old->width != picture->width || old->height != picture->height)) {
		picture_free(slot->picture);
		slot->picture = NULL;
	}
	if (!slot->picture)
		r = picture_new(picture->width, picture->height, &slot->picture);
	return r < 0 ? r : picture_copy(slot->picture, picture);
}

void jumps_put(struct jumps *jumps, const struct picture *picture, uint64_t row,
	       uint64_t display_ns)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&jumps->lock);
	if (jumps->count < SLOTS)
		slot = &jumps->slot[(jumps->first + jumps->count) % SLOTS];
	pthread_mutex_unlock(&jumps->lock);
	if (slot && fill_slot(slot, picture) < 0)
		slot = NULL;
	if (slot) {
		slot->row = row;
		slot->display_ns = display_ns;
	}
	pthread_mutex_lock(&jumps->lock);
	jumps->count += slot != NULL;
	jumps->state.left_out += !slot;
	pthread_cond_signal(&jumps->more);
	pthread_mutex_unlock(&jumps->lock);
}

/* ---- the reader ---- */

static void take_slot(struct jumps *j, const struct slot *slot)
{
	double jump;
	int r;

	if (slot->row != j->last_row + 1)
		jump_forget(j->jump);
	j->last_row = slot->row;
	r = jump_next(j->jump, slot->picture, slot->display_ns, &jump);
	pthread_mutex_lock(&j->lock);
	if (r == 0)
		j->known[slot->row % j->rows] = (struct known){slot->row, jump};
	j->state.computed += r == 0;
	j->first = (j->first + 1) % SLOTS;
	j->count--;
	pthread_mutex_unlock(&j->lock);
}

static void *run(void *user)
{
	struct jumps *j = user;
	bool stop = false, some;

	pthread_setname_np(pthread_self(), "jumps");
	while (!stop) {
		pthread_mutex_lock(&j->lock);
		while (!j->stop && j->count == 0)
			pthread_cond_wait(&j->more, &j->lock);
		stop = j->stop;
		some = j->count > 0;
		pthread_mutex_unlock(&j->lock);
		if (some && !stop)
			take_slot(j, &j->slot[j->first]);
	}
	return NULL;
}

/* ---- what others call ---- */

bool jumps_get(struct jumps *jumps, uint64_t row, double *ret)
{
	const struct known *known = &jumps->known[row % jumps->rows];
	bool has;

	pthread_mutex_lock(&jumps->lock);
	has = known->row == row;
	*ret = known->jump;
	pthread_mutex_unlock(&jumps->lock);
	return has;
}

void jumps_state(struct jumps *jumps, struct jumps_state *ret_state)
{
	pthread_mutex_lock(&jumps->lock);
	*ret_state = jumps->state;
	pthread_mutex_unlock(&jumps->lock);
}

/* The selector may be of a higher priority than who holds it. */
static void make_lock(struct jumps *j)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&j->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	pthread_cond_init(&j->more, NULL);
}

static void free_all(struct jumps *j)
{
	for (unsigned i = 0; i < SLOTS; i++)
		picture_free(j->slot[i].picture);
	pthread_cond_destroy(&j->more);
	pthread_mutex_destroy(&j->lock);
	jump_free(j->jump);
	free(j->known);
	free(j);
}

int jumps_new(unsigned fps, size_t rows, struct jumps **ret_jumps)
{
	struct jumps *j = calloc(1, sizeof *j);
	int r;

	if (!j)
		return -ENOMEM;
	make_lock(j);
	j->rows = rows;
	j->known = calloc(rows, sizeof *j->known);
	r = j->known ? jump_new(NS_PER_S / fps, &j->jump) : -ENOMEM;
	if (r == 0)
		r = -pthread_create(&j->thread, NULL, run, j);
	if (r < 0) {
		free_all(j);
		return r;
	}
	*ret_jumps = j;
	return 0;
}

void jumps_free(struct jumps *jumps)
{
	if (!jumps)
		return;
	pthread_mutex_lock(&jumps->lock);
	jumps->stop = true;
	pthread_cond_signal(&jumps->more);
	pthread_mutex_unlock(&jumps->lock);
	pthread_join(jumps->thread, NULL);
	free_all(jumps);
}
