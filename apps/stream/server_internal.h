/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the streaming server: server.c (players, timers), server_receive.c, server_send.c.
 */
#ifndef BATON_APPS_STREAM_SERVER_INTERNAL_H
#define BATON_APPS_STREAM_SERVER_INTERNAL_H

#include "apps/stream/h264_rtp.h"
#include "apps/stream/server.h"

enum {
	SERVER_ROLE_REPEATS = 3,
	SERVER_ROLE_MS = 20,
	SERVER_TICK_MS = 100,
	SERVER_REPORT_MS = 1000,
	SERVER_COPY_KEY_MS =
		1000,	     /* a third-party player asks for no key frame, and may start late */
	SERVER_SET_MAX = 64, /* octets of a parameter set that an SDP quotes */
};

struct parameter_set {
	size_t len;
	uint8_t nal[SERVER_SET_MAX];
};

struct stream_player {
	struct stream_server *server;
	void *user;
	uint8_t key[CONTROL_KEY_LEN];

	bool joined;
	struct sockaddr_in client;
	uint64_t heard_ms, pli_ms, view_ms, report_ms, copy_key_ms;
	unsigned views; /* in the second since view_ms */

	bool wants_key;
	uint64_t keys_asked;
	struct h264_packer packer;
	uint64_t frame_ns;	  /* CLOCK_REALTIME of the packer's timestamp */
	uint32_t packets, octets; /* of payload, as sender reports count them */
	uint64_t frames, packets_sent, octets_sent;
	struct parameter_set sps, pps;

	struct rtcp_report report; /* of its client; ssrc 0: none yet */
	uint32_t rtt_us;

	unsigned role_left; /* repetitions to come */
	struct control_role_change role;
};

struct copy {
	struct stream_player *player; /* NULL: free */
	struct sockaddr_in to;
};

struct stream_server {
	struct stream_server_config config;
	struct stream_server_counters counters;
	int fd;
	unsigned closing; /* handles that are still open */
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned player_count;
	struct stream_player *player[STREAM_PLAYERS_MAX];
	struct copy copy[STREAM_COPIES_MAX];
};

static inline bool server_address_equal(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

/* server_receive.c: all that the socket has, at most STREAM_TURN_MAX */
void server_receive(struct stream_server *server);

/* server_send.c */
void server_send_datagram(struct stream_server *server, const struct sockaddr_in *to,
			  const void *octets, size_t len);
/* server_send_report - SR; @reference_ntp: echo it (RFC 3611), 0: there is none */
void server_send_report(struct stream_player *player, uint32_t receiver_ssrc,
			uint64_t reference_ntp);
void server_send_role(struct stream_player *player);
/* The role as it is: no answer to anything */
void server_send_news(struct stream_player *player);
/* server_ask_key - a PLI, a join, a new copy */
void server_ask_key(struct stream_player *player);
/* server.c: the next tick may be earlier than planned */
void server_arm(struct stream_server *server);

#endif
