/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the receiving half: client.c (life, deadlines, sending), client_receive.c. */
#ifndef BATON_APPS_STREAM_CLIENT_INTERNAL_H
#define BATON_APPS_STREAM_CLIENT_INTERNAL_H

#include <pthread.h>

#include "apps/stream/client.h"
#include "apps/stream/h264_rtp.h"

enum {
	CLIENT_BATCH = 32,
	CLIENT_WINDOW = 64, /* packets, of the depacketiser */
	CLIENT_PLI_MS =
		100, /* between two of them, or one and a half round trips when that is more */
	CLIENT_CONTROL_LEN = 64, /* of the kernel's stamp */
};

struct stream_client {
	struct stream_client_config config;
	int fd, wake;
	uint32_t ssrc; /* ours */
	struct decoder *decoder;
	struct h264_unpacker *unpacker;

	/* deadlines, CLOCK_MONOTONIC; 0: at once */
	uint64_t join_ns, report_ns, pli_ns;
	uint64_t rtp_ns, decoded_mono_ns; /* latest; 0 none */
	bool needs_key;
	int dead; /* a negative errno: the socket is of no use any more */

	/* the source, for receiver reports */
	uint32_t media_ssrc;
	uint32_t reported_highest;
	uint64_t reported_lost, troubles;
	uint32_t last_sr;
	uint64_t last_sr_ns;
	uint32_t transit, jitter; /* RTP clock; jitter times 16, RFC 3550 A.8 */

	struct stream_client_state now; /* the thread's own */
	pthread_mutex_t lock;
	struct stream_client_state state; /* what others see */

	uint8_t data[CLIENT_BATCH][RTP_RECEIVE_MAX + 1];
	_Alignas(8) uint8_t control[CLIENT_BATCH][CLIENT_CONTROL_LEN];
};

/* client_receive.c: what is there, at most STREAM_STEP_MAX */
void client_receive(struct stream_client *client);
/* the depacketiser's */
void client_unit(void *client, const struct h264_unit *unit);
/* client_troubled - packets were lost or access units broken since it was last asked: a key frame
 * is needed */
void client_troubled(struct stream_client *client);

#endif
