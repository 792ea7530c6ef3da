/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asynchronous one-frame buffer of paper 001 section III-C 5): between a streaming client
 * thread, its owner, and the selector.
 *
 *  1) it holds one frame;
 *  2) a read doesn't clear it: the same frame is read until the owner has put another, and only the
 *     owner can: anyone else is refused with -EPERM.
 *
 * Frames that were read stay as they are until they are let go, whatever is put meanwhile. Both
 * sides hold the lock for a few pointer moves only; pictures are copied outside it, so the owner
 * never waits for a reader. When readers hold on to all spare frames (READERS_MAX at once), a put
 * is refused and counted, and the frame that is held stays.
 *
 * The other kind, a FIFO, is what the paper compares with ("No-Opt"): each read takes the next
 * frame, in order, or gives the last one again when there is no other; a full one refuses what
 * comes.
 */
#ifndef BATON_APPS_STREAM_CLIENT_ONE_FRAME_BUFFER_H
#define BATON_APPS_STREAM_CLIENT_ONE_FRAME_BUFFER_H

#include "apps/stream-client/frame.h"

enum one_frame_buffer_kind { BUFFER_ONE_FRAME, BUFFER_FIFO };

enum {
	ONE_FRAME_BUFFER_READERS_MAX = 4, /* frames that readers hold at the same time */
	BUFFER_FIFO_MAX = 64,		  /* frames in a FIFO */
};

struct one_frame_buffer_counters {
	uint64_t puts;
	uint64_t overwritten; /* frames that nobody had read */
	uint64_t reads;
	uint64_t again;	  /* reads that gave the frame of the read before */
	uint64_t full;	  /* puts refused: all spare frames held, or the FIFO full */
	uint64_t foreign; /* puts refused: not by the owner */
};

struct one_frame_buffer;

/** one_frame_buffer_new - empty, without an owner; Return: 0, -ENOMEM */
int one_frame_buffer_new(enum one_frame_buffer_kind kind, struct one_frame_buffer **ret_buffer);
/** one_frame_buffer_free - when no thread uses it and every frame has been let go */
void one_frame_buffer_free(struct one_frame_buffer *buffer);

/** one_frame_buffer_own - the calling thread owns it from here on; Return: 0 (also when it does
 * already), -EPERM when another thread does */
int one_frame_buffer_own(struct one_frame_buffer *buffer);
/** one_frame_buffer_disown - by its owner, before the thread ends: another may own it then; Return:
 * 0, -EPERM */
int one_frame_buffer_disown(struct one_frame_buffer *buffer);

/**
 * one_frame_buffer_put - overwrite it (or append, in a FIFO)
 * @frame: copied, the picture too; its generation is not read but given by the buffer
 *
 * Return: 0; -EPERM: the calling thread is not the owner; -EBUSY: counted as full; -ENOMEM
 */
int one_frame_buffer_put(struct one_frame_buffer *buffer, const struct frame *frame);

/** one_frame_buffer_read - by any thread; NULL while nothing has been put. To be handed to
 * one_frame_buffer_let_go; until then it doesn't change */
const struct frame *one_frame_buffer_read(struct one_frame_buffer *buffer);
/** one_frame_buffer_let_go - NULL is fine */
void one_frame_buffer_let_go(struct one_frame_buffer *buffer, const struct frame *frame);

/** one_frame_buffer_held - frames in it that a read could give: at most 1 but in a FIFO */
unsigned one_frame_buffer_held(struct one_frame_buffer *buffer);
void one_frame_buffer_counters(struct one_frame_buffer *buffer,
			       struct one_frame_buffer_counters *ret_counters);

#endif
