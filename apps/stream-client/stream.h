/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One streaming client thread (B5) and what it owns: the connection to one streaming server, its
 * decoder, and the one-frame buffer that it alone overwrites. The player's inputs and the switching
 * signal leave from it while inputs are steered to it.
 *
 * A socket that is of no use any more (the device of its PDU session has gone, or its address has)
 * is tried anew twice a second.
 */
#ifndef BATON_APPS_STREAM_CLIENT_STREAM_H
#define BATON_APPS_STREAM_CLIENT_STREAM_H

#include "apps/stream-client/one_frame_buffer.h"
#include "apps/stream-client/ring.h"
#include "apps/stream-client/steering.h"
#include "apps/stream/client.h"

enum {
	STREAM_ARRIVALS = 4096, /* rows kept */
	STREAM_RETRY_MS = 500,
};

struct stream_config {
	uint32_t n;
	struct stream_client_config client; /* without ops and user */
	enum one_frame_buffer_kind buffer;
	struct steering *steering; /* borrowed */
	struct inputs *inputs;	   /* borrowed */
};

struct stream_state {
	struct stream_client_state client; /* of zeros while there is no socket */
	struct one_frame_buffer_counters buffer;
	int error; /* 0, or why there is no socket: a negative errno */
	uint64_t restarts;
};

struct stream;

/** stream_new - start its thread; Return: 0, or what stream_client_new said the first time */
int stream_new(const struct stream_config *config, struct stream **ret_stream);
/** stream_free - end its thread; every frame that was read has been let go */
void stream_free(struct stream *stream);

const struct stream_config *stream_config(const struct stream *stream);
struct one_frame_buffer *stream_buffer(struct stream *stream);
/** stream_arrivals - rows of struct arrival_row */
struct ring *stream_arrivals(struct stream *stream);
void stream_state(struct stream *stream, struct stream_state *ret_state);
/** stream_is_stalled - what is in its buffer is old; cheap: for each turn of the selector */
bool stream_is_stalled(struct stream *stream);
/** stream_wake - something may be due on it */
void stream_wake(struct stream *stream);
/** stream_switch - the selector's turn: steering_switch on this stream */
void stream_switch(struct stream *stream, uint32_t number, uint64_t now_ns);

#endif
