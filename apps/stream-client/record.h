/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is shown, written to a file as YUV4MPEG2 (ffplay and mpv play it): a thread of its own takes
 * frames from a FIFO, so that a slow disk costs frames of the record and never one of the screen.
 * One frame a turn, also those shown again, so that it plays at the screen's pace. When a write
 * fails (disk full), the file is cut to its last whole frame and stays as it is.
 */
#ifndef BATON_APPS_STREAM_CLIENT_RECORD_H
#define BATON_APPS_STREAM_CLIENT_RECORD_H

#include "apps/stream-client/frame.h"

struct record_state {
	const char *state; /* "waiting" for a first frame, "writing", "failed" */
	int error;	   /* of "failed": a negative errno */
	uint64_t frames, bytes;
	uint64_t left_out; /* frames: the disk was too slow, or of another size than the first */
};

struct record;

/** record_new - create or empty the file; Return: 0, or a negative errno */
int record_new(const char *path, unsigned fps, struct record **ret_record);
/** record_free - write what waits, close */
void record_free(struct record *record);
/** record_own - the calling thread is the one that puts, as of a one_frame_buffer */
int record_own(struct record *record);
/** record_put - copied; never waits for the disk */
void record_put(struct record *record, const struct frame *frame);
void record_state(struct record *record, struct record_state *ret_state);

#endif
