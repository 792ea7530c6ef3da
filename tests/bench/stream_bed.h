/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges and a UE's client threads for bench_stream, all on loopback: an edge renders (a picture
 * that is given), encodes and sends at a steady rate in a loop of its own; a client thread
 * receives, decodes and keeps the latest picture.
 */
#ifndef BATON_TESTS_BENCH_STREAM_BED_H
#define BATON_TESTS_BENCH_STREAM_BED_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <uv.h>

#include "apps/stream/client.h"
#include "apps/stream/codec.h"
#include "apps/stream/server.h"

enum {
	BED_WIDTH = 640,
	BED_HEIGHT = 480,
	BED_FPS = 60,
	BED_BITRATE = 4000000,
	BED_SCENES = 64,
	BED_FRAMES = 4096, /* of an edge's life that are remembered */
};

struct bed_edge {
	struct picture *const *scene; /* BED_SCENES, borrowed */
	uint8_t key[CONTROL_KEY_LEN];
	pthread_t thread;
	uv_loop_t loop;
	uv_poll_t beat;
	uv_async_t stop, copy;
	int beat_fd;
	struct stream_server *server;
	struct stream_player *player;
	struct encoder *encoder;
	struct picture *picture;
	uint32_t seq;
	_Atomic uint64_t start_ns[BED_FRAMES]; /* rendering of frame seq; CLOCK_REALTIME */
	struct sockaddr_in copy_to;
	char sdp[STREAM_SDP_MAX];
	atomic_bool copied;
};

/* What a receiver measured; one thread writes, who reads has joined it */
struct bed_latency {
	unsigned count;
	double ms[BED_FRAMES];
};

struct bed_client {
	const struct bed_edge *edge;
	pthread_t thread;
	atomic_bool stop;
	atomic_uint frames;
	struct stream_client *client;
	struct picture *latest;
	struct bed_latency latency;
	struct stream_client_state state; /* at the end */
};

/* ffmpeg as the receiver of a copy */
struct bed_ffmpeg {
	const struct bed_edge *edge;
	pid_t pid;
	int pipe;
	pthread_t thread;
	atomic_uint frames;
	struct bed_latency latency;
};

void bed_fail(const char *what, int rc) __attribute__((noreturn));
struct encoder *bed_encoder(void);

void bed_edge_start(struct bed_edge *edge, struct picture *const *scene, unsigned number);
void bed_edge_stop(struct bed_edge *edge);
void bed_client_start(struct bed_client *client, const struct bed_edge *edge);
void bed_client_stop(struct bed_client *client);
/** bed_ffmpeg_start - @edge: sends it a copy from now on */
void bed_ffmpeg_start(struct bed_ffmpeg *ffmpeg, struct bed_edge *edge);
void bed_ffmpeg_stop(struct bed_ffmpeg *ffmpeg);

/** bed_latency_at - the @percent-th percentile, ms */
double bed_latency_at(struct bed_latency *latency, double percent);

#endif
