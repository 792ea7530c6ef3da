// SPDX-License-Identifier: Apache-2.0
/*
 * The buffer's frames are slots in an array. Each slot has a count of readers; the slot that is
 * current (or waits in the FIFO) is kept whatever its count. A put fills a slot that is neither,
 * and makes it current under the lock: so what a reader holds is never written.
 */
#include "apps/stream-client/one_frame_buffer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	NONE = -1,
	SPARE = ONE_FRAME_BUFFER_READERS_MAX + 2, /* held, current, and being written */
	SLOTS_MAX = BUFFER_FIFO_MAX + SPARE,
};

struct slot {
	struct frame frame; /* first: what readers are handed */
	unsigned readers;
	bool kept; /* current, waiting in the FIFO, or being written */
};

struct one_frame_buffer {
	enum one_frame_buffer_kind kind;
	pthread_mutex_t lock;
	bool owned;
	pthread_t owner;
	struct slot slot[SLOTS_MAX];
	unsigned slots; /* of them used by this kind */
	int current;	/* what a read gives, or gave last */
	bool current_read;
	int fifo[BUFFER_FIFO_MAX]; /* what comes after current */
	unsigned fifo_first, fifo_count;
	uint64_t generation;
	struct one_frame_buffer_counters counters;
};

int one_frame_buffer_new(enum one_frame_buffer_kind kind, struct one_frame_buffer **ret_buffer)
{
	struct one_frame_buffer *b = calloc(1, sizeof *b);
	pthread_mutexattr_t attr;

	if (!b)
		return -ENOMEM;
	b->kind = kind;
	b->slots = kind == BUFFER_FIFO ? SLOTS_MAX : SPARE;
	b->current = NONE;
	/* The selector may be of a higher priority than who holds it. */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&b->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	*ret_buffer = b;
	return 0;
}

void one_frame_buffer_free(struct one_frame_buffer *buffer)
{
	if (!buffer)
		return;
	for (unsigned i = 0; i < SLOTS_MAX; i++)
		picture_free(buffer->slot[i].frame.picture);
	pthread_mutex_destroy(&buffer->lock);
	free(buffer);
}

/* ---- the owner ---- */

static bool is_owner(const struct one_frame_buffer *b)
{
	return b->owned && pthread_equal(b->owner, pthread_self());
}

int one_frame_buffer_own(struct one_frame_buffer *buffer)
{
	int r = 0;

	pthread_mutex_lock(&buffer->lock);
	if (!buffer->owned) {
		buffer->owner = pthread_self();
		buffer->owned = true;
	} else if (!is_owner(buffer)) {
		r = -EPERM;
	}
	pthread_mutex_unlock(&buffer->lock);
	return r;
}

int one_frame_buffer_disown(struct one_frame_buffer *buffer)
{
	int r = -EPERM;

	pthread_mutex_lock(&buffer->lock);
	if (is_owner(buffer)) {
		buffer->owned = false;
		r = 0;
	}
	pthread_mutex_unlock(&buffer->lock);
	return r;
}

/* A slot to write in; it is kept, so that nobody else gets it */
static int take_slot(struct one_frame_buffer *b, int *ret_slot)
{
	if (!is_owner(b)) {
		b->counters.foreign++;
		return -EPERM;
	}
	if (b->kind == BUFFER_FIFO && b->fifo_count == BUFFER_FIFO_MAX) {
		b->counters.full++;
		return -EBUSY;
	}
	for (unsigned i = 0; i < b->slots; i++) {
		if (b->slot[i].readers > 0 || b->slot[i].kept)
			continue;
		b->slot[i].kept = true;
		*ret_slot = (int)i;
		return 0;
	}
	b->counters.full++;
	return -EBUSY;
}

/* Outside the lock: the slot is nobody else's */
static int fill_slot(struct slot *slot, const struct frame *frame)
{
	struct picture *picture = slot->frame.picture;
	int r = 0;

	if (picture && (picture->width != frame->picture->width ||
			picture->height != frame->picture->height)) {
		picture_free(picture);
		picture = NULL;
	}
	if (!picture)
		r = picture_new(frame->picture->width, frame->picture->height, &picture);
	slot->frame = *frame;
	slot->frame.picture = r == 0 ? picture : NULL;
	return r < 0 ? r : picture_copy(picture, frame->picture);
}

static void make_current(struct one_frame_buffer *b, int slot)
{
	if (b->current != NONE) {
		b->slot[b->current].kept = false;
		b->counters.overwritten += !b->current_read;
	}
	b->current = slot;
	b->current_read = false;
}

static void publish_slot(struct one_frame_buffer *b, int slot)
{
	b->slot[slot].frame.generation = ++b->generation;
	b->counters.puts++;
	if (b->kind == BUFFER_ONE_FRAME || b->current == NONE) {
		make_current(b, slot);
		return;
	}
	b->fifo[(b->fifo_first + b->fifo_count) % BUFFER_FIFO_MAX] = slot;
	b->fifo_count++;
}

int one_frame_buffer_put(struct one_frame_buffer *buffer, const struct frame *frame)
{
	int slot = NONE, r;

	pthread_mutex_lock(&buffer->lock);
	r = take_slot(buffer, &slot);
	pthread_mutex_unlock(&buffer->lock);
	if (r < 0)
		return r;
	r = fill_slot(&buffer->slot[slot], frame);
	pthread_mutex_lock(&buffer->lock);
	if (r == 0)
		publish_slot(buffer, slot);
	else
		buffer->slot[slot].kept = false;
	pthread_mutex_unlock(&buffer->lock);
	return r;
}

/* ---- readers ---- */

/* A FIFO's read goes on to the next frame once the current one has been read. */
static void advance(struct one_frame_buffer *b)
{
	if (b->fifo_count == 0 || !b->current_read)
		return;
	make_current(b, b->fifo[b->fifo_first]);
	b->fifo_first = (b->fifo_first + 1) % BUFFER_FIFO_MAX;
	b->fifo_count--;
}

const struct frame *one_frame_buffer_read(struct one_frame_buffer *buffer)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&buffer->lock);
	advance(buffer);
	if (buffer->current != NONE) {
		slot = &buffer->slot[buffer->current];
		slot->readers++;
		buffer->counters.reads++;
		buffer->counters.again += buffer->current_read;
		buffer->current_read = true;
	}
	pthread_mutex_unlock(&buffer->lock);
	return slot ? &slot->frame : NULL;
}

void one_frame_buffer_let_go(struct one_frame_buffer *buffer, const struct frame *frame)
{
	if (!frame)
		return;
	pthread_mutex_lock(&buffer->lock);
	for (unsigned i = 0; i < buffer->slots; i++)
		if (&buffer->slot[i].frame == frame && buffer->slot[i].readers > 0)
			buffer->slot[i].readers--;
	pthread_mutex_unlock(&buffer->lock);
}

unsigned one_frame_buffer_held(struct one_frame_buffer *buffer)
{
	unsigned held;

	pthread_mutex_lock(&buffer->lock);
	held = (buffer->current != NONE) + buffer->fifo_count;
	pthread_mutex_unlock(&buffer->lock);
	return held;
}

void one_frame_buffer_counters(struct one_frame_buffer *buffer,
			       struct one_frame_buffer_counters *ret_counters)
{
	pthread_mutex_lock(&buffer->lock);
	*ret_counters = buffer->counters;
	pthread_mutex_unlock(&buffer->lock);
}
