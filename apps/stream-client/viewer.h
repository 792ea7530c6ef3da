/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole program: one client thread a stream (stream.h), the selector thread (turns.c), and the
 * main thread with REST (rest*.c), the browser's page (screen.c) and the keyboard. A thread of its
 * own writes the record, if there is one, another looks for jumps (jumps.h).
 *
 * viewer.lock guards the table of streams, the selector and the switches. The selector thread holds
 * it through a turn (well below a millisecond), everyone else for moments; client threads never.
 */
#ifndef BATON_APPS_STREAM_CLIENT_VIEWER_H
#define BATON_APPS_STREAM_CLIENT_VIEWER_H

#include <pthread.h>
#include <stdatomic.h>

#include "apps/stream-client/config.h"
#include "apps/stream-client/downtime.h"
#include "apps/stream-client/jumps.h"
#include "apps/stream-client/pace.h"
#include "apps/stream-client/record.h"
#include "apps/stream-client/selector.h"
#include "apps/stream-client/stream.h"
#include "apps/stream-client/strip.h"
#include "lib/daemon.h"
#include "lib/http_server.h"

enum {
	VIEWER_SWITCHES = 256,	 /* kept */
	VIEWER_DISPLAYS = 32768, /* rows: nine minutes at 60 fps */
	VIEWER_PAIRS = 32768,
};

struct viewer_stream {
	struct stream *stream; /* NULL: none of this number */
	uint64_t displayed;    /* new frames of it that were shown */
	uint64_t displayed_again;
};

struct viewer_counters {
	uint64_t turns, late; /* late: turns left out since the one before took too long */
	uint64_t displayed, again, blended;
};

struct viewer {
	struct daemon daemon;
	struct config config;
	char token[128];
	struct http_server *server;
	struct screen *screen;
	struct keyboard *keyboard;
	struct inputs *inputs;
	struct input_source *source;
	struct steering *steering;
	struct ring *displays, *pairs;	  /* struct display_row, pair_row */
	struct one_frame_buffer *display; /* what is on the screen; the selector thread's */
	struct record *record;		  /* NULL: none */
	struct jumps *jumps;		  /* NULL: none; of rows of displays */

	pthread_mutex_t lock;
	struct viewer_stream stream[SELECTOR_STREAMS_MAX];
	struct selector *selector;
	struct strip *strip; /* of the last switch */
	struct switch_record switches[VIEWER_SWITCHES];
	unsigned switch_count; /* ever; the newest is at (switch_count - 1) % VIEWER_SWITCHES */
	bool stalled;	       /* what is shown gives no pictures */
	size_t view_len;       /* client-side state that a user gave; 0: our own */
	char view[CONTROL_VIEW_MAX + 1];
	struct viewer_counters counters;

	pthread_t thread;
	bool running;
	atomic_bool stop;
};

/* turns.c: the selector thread */
int viewer_start(struct viewer *viewer);
void viewer_stop(struct viewer *viewer);

/* streams.c; -EEXIST never: another place replaces the stream. Return: 0; 1: it was there just so;
 * or what stream_new said */
int viewer_add(struct viewer *viewer, const struct stream_config *config);
/* Return: 0, -ENOENT */
int viewer_remove(struct viewer *viewer, uint32_t n);
void viewer_remove_all(struct viewer *viewer);
/* An input by hand, by the main thread: made and sent at once; as inputs_make */
int viewer_input(struct viewer *viewer, enum input_kind input, uint32_t *ret_seq);

/* rest.c and its parts */
int rest_start(struct viewer *viewer);
void streams_put(struct http_request *req, void *user);
void streams_get_all(struct http_request *req, void *user);
void streams_get(struct http_request *req, void *user);
void streams_delete(struct http_request *req, void *user);
void arrivals_get(struct http_request *req, void *user);
void switches_put(struct http_request *req, void *user);
void switches_get_all(struct http_request *req, void *user);
void switches_get(struct http_request *req, void *user);
void switches_delete(struct http_request *req, void *user);
void trace_get(struct http_request *req, void *user);
void ssim_get(struct http_request *req, void *user);
/* rows of struct arrival_row, from ?from=K on */
void rest_arrivals(struct http_request *req, struct ring *arrivals);
void metrics_get(struct http_request *req, void *user);

#endif
