/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiving half of a stream, for a thread of its own: a socket, bound to a device if wanted,
 * that joins, receives, decodes and gives each picture with its stamp as soon as its last packet is
 * there.
 *
 *   while (!stopped)
 *           stream_client_step(client, 100);
 *
 * stream_client_new, _step and _free belong to one thread, and the callbacks run in it, inside
 * _step. stream_client_input, _switch, _view, _wake and _state may be called from any thread.
 */
#ifndef BATON_APPS_STREAM_CLIENT_H
#define BATON_APPS_STREAM_CLIENT_H

#include <net/if.h>
#include <netinet/in.h>

#include "apps/picture/stamp.h"
#include "apps/stream/codec.h"
#include "apps/stream/control.h"

enum {
	STREAM_JOIN_MS = 100,  /* until RTP comes */
	STREAM_KEEP_MS = 1000, /* keep-alive and receiver reports */
	STREAM_STALL_MS =
		1000, /* without a decoded frame: stalled, and JOIN at STREAM_JOIN_MS again */
	STREAM_REORDER_MS = 10, /* how long a missing packet is waited for */
	STREAM_STEP_MAX = 256,	/* datagrams taken in one step */
};

struct stream_frame {
	const struct picture *picture; /* borrowed for the call */
	struct frame_stamp stamp;      /* as the packets say */
	bool verified;		       /* the code in the picture says the same */
	bool key;
	size_t bytes; /* of the access unit */
	unsigned packets;
	uint32_t timestamp; /* RTP */
	uint64_t first_ns,
		last_ns;     /* CLOCK_REALTIME: kernel's stamps of its first and last packet */
	uint64_t decoded_ns; /* CLOCK_REALTIME */
};

struct stream_client_ops {
	void (*frame)(void *user, const struct stream_frame *frame);
	void (*role)(void *user, const struct control_role_change *role); /* may be NULL */
};

struct stream_client_config {
	char device[IF_NAMESIZE]; /* "": not bound; else it takes CAP_NET_RAW */
	struct in_addr address;
	uint16_t port;
	uint8_t key[CONTROL_KEY_LEN];
	enum codec_kind codec;
	unsigned width_max, height_max;
	struct stream_client_ops ops;
	void *user;
};

enum stream_client_phase { STREAM_JOINING, STREAM_DECODING, STREAM_STALLED };
/** stream_client_phase_name - "joining", "decoding", "stalled" */
const char *stream_client_phase_name(enum stream_client_phase phase);

struct stream_client_state {
	enum stream_client_phase phase;
	bool has_stamp;
	struct frame_stamp last_stamp;
	uint64_t last_decoded_ns; /* CLOCK_REALTIME; 0 none */
	uint64_t datagrams, foreign,
		malformed; /* foreign: of another sender, or neither RTP, RTCP nor ROLE */
	uint64_t packets, lost, late, reordered;
	uint64_t frames, keys, broken; /* broken: access units with something missing */
	uint64_t refused;	       /* access units that the decoder didn't take */
	uint64_t skipped;	       /* whole, but not decodable until a key frame came */
	uint64_t unverified;	       /* pictures whose code isn't the announced stamp */
	uint64_t plis, joins;
	uint64_t send_errors;
	uint32_t jitter_us; /* RFC 3550 A.8 */
	uint32_t rtt_us;    /* smoothed, to the server and back, RFC 3611; 0: not yet known */
};

struct stream_client;

/** stream_client_new - Return: 0, -EINVAL, -ENODEV no such device, -EADDRNOTAVAIL it has no address
 * to send from, -EPERM, -ENOTSUP the codec, -ENOMEM, or what socket or connect said */
int stream_client_new(const struct stream_client_config *config, struct stream_client **ret_client);
/** stream_client_free - says LEAVE */
void stream_client_free(struct stream_client *client);

/** stream_client_step - wait for packets or the next own deadline, at most @timeout_ms; take what
 * is there (bounded by STREAM_STEP_MAX); Return: 0, or a negative errno: the socket is of no use
 * any more (-ENODEV) */
int stream_client_step(struct stream_client *client, int timeout_ms);
/** stream_client_wake - have a waiting step return at once */
void stream_client_wake(struct stream_client *client);

/* One datagram each; who asks repeats it (docs/csm.md). Return: 0, -EINVAL, or what send said */
int stream_client_input(struct stream_client *client, const struct control_input *input);
int stream_client_switch(struct stream_client *client, uint32_t number);
int stream_client_view(struct stream_client *client, const char *text, size_t len);

void stream_client_state(struct stream_client *client, struct stream_client_state *ret_state);

#endif
