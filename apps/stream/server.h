/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streaming server's socket: many players on one UDP port, told apart by their stream keys
 * (docs/csm.md). Runs in a libuv loop; every function and callback belongs to the loop's thread. It
 * holds no encoder: who renders gives it NAL units.
 *
 *   stream_player_begin(p, &stamp, render_start_ns);
 *   encoder_encode(encoder, picture, stream_player_take_key(p), stream_player_nal, p, NULL);
 *   stream_player_end(p, &sent_ns);
 */
#ifndef BATON_APPS_STREAM_SERVER_H
#define BATON_APPS_STREAM_SERVER_H

#include <netinet/in.h>
#include <uv.h>

#include "apps/picture/stamp.h"
#include "apps/stream/control.h"
#include "apps/stream/rtp.h"

enum {
	STREAM_PLAYERS_MAX = 64,
	STREAM_COPIES_MAX = 4, /* third-party players, of the whole server */
	STREAM_SILENT_MS = 5000,
	STREAM_PLI_MS = 100,
	STREAM_VIEWS_PER_S = 10,
	STREAM_SDP_MAX = 1024,
	STREAM_TURN_MAX = 256, /* datagrams read in one turn of the loop */
};

/* Why a datagram was dropped */
enum stream_drop {
	STREAM_DROP_EMPTY,	/* or longer than any that is allowed */
	STREAM_DROP_KIND,	/* first octet is neither control nor RTP */
	STREAM_DROP_RTP,	/* media toward the server */
	STREAM_DROP_RTCP,	/* malformed, or of nobody who is known */
	STREAM_DROP_TYPE,	/* no such control message */
	STREAM_DROP_LENGTH,	/* or a value out of range */
	STREAM_DROP_KEY,	/* of no player */
	STREAM_DROP_NOT_JOINED, /* INPUT, SWITCH, VIEW, LEAVE from an address that hasn't joined */
	STREAM_DROP_RATE,	/* VIEW or PLI oftener than allowed */
	STREAM_DROPS
};

/** stream_drop_name - for /metrics: "key", "length", ... */
const char *stream_drop_name(enum stream_drop drop);

struct stream_server_counters {
	uint64_t received, dropped[STREAM_DROPS];
	uint64_t frames, packets, octets; /* sent, copies too */
	uint64_t unsent;	/* packets that the socket didn't take (full, unreachable) */
	uint64_t frames_unsent; /* access units too large for H264_PACKETS_MAX */
};

enum stream_left { STREAM_LEFT_ASKED, STREAM_LEFT_SILENT };

/* @player: as given to stream_server_add. Any may be NULL */
struct stream_server_ops {
	void (*joined)(
		void *user,
		void *player); /* a key frame is wanted; also when the client's address changed */
	void (*left)(void *user, void *player, enum stream_left why);
	void (*input)(void *user, void *player, const struct control_input *input);
	void (*switched)(void *user, void *player,
			 uint32_t number); /* the switching signal, each repetition */
	void (*view)(void *user, void *player, const char *text, size_t len);
};

struct stream_server;
struct stream_player;

struct stream_server_config {
	uv_loop_t *loop;
	struct in_addr address;
	uint16_t port; /* 0: any, stream_server_port tells */
	struct stream_server_ops ops;
	void *user;
};

/** stream_server_new - Return: 0, -ENOMEM, or what socket or bind said */
int stream_server_new(const struct stream_server_config *config, struct stream_server **ret_server);
/** stream_server_free - players too; the memory goes when the loop has closed its handles */
void stream_server_free(struct stream_server *server);
uint16_t stream_server_port(const struct stream_server *server);
const struct stream_server_counters *stream_server_counters(const struct stream_server *server);

/** stream_server_add - a player may join with @key; Return: 0, -EEXIST the key is taken, -ENOSPC,
 * -ENOMEM */
int stream_server_add(struct stream_server *server, const uint8_t key[CONTROL_KEY_LEN],
		      void *player, struct stream_player **ret_player);
/** stream_server_remove - "left" is not called */
void stream_server_remove(struct stream_server *server, struct stream_player *player);

/* What is known of a player's client */
struct stream_player_state {
	bool joined;
	unsigned copies;
	struct sockaddr_in client; /* when joined */
	uint64_t frames, packets, octets, keys_asked;
	bool reported;	       /* what follows is from its latest receiver report */
	uint8_t fraction_lost; /* of 256 */
	int32_t lost;
	uint32_t jitter_us, rtt_us; /* rtt 0: not yet known */
};

void stream_player_state(const struct stream_player *player, struct stream_player_state *ret_state);
/** stream_player_watched - someone receives it (client or copy): worth encoding */
bool stream_player_watched(const struct stream_player *player);
/** stream_player_take_key - a key frame is wanted (join, PLI); asking clears it */
bool stream_player_take_key(struct stream_player *player);

/** stream_player_begin - @realtime_ns: when rendering started; gives the RTP timestamp */
void stream_player_begin(struct stream_player *player, const struct frame_stamp *stamp,
			 uint64_t realtime_ns);
/** stream_player_nal - an encoder_nal_fn; @player is a struct stream_player. Return: always 0: an
 * access unit that is too large is dropped and counted by stream_player_end */
int stream_player_nal(void *player, const uint8_t *nal, size_t len, bool last);
/** stream_player_end - send; @ret_sent_ns: CLOCK_REALTIME after it, may be NULL; Return: octets
 * sent to its client, headers of RTP included; or -EMSGSIZE, -ENODATA, and a key frame is wanted
 * next */
int stream_player_end(struct stream_player *player, uint64_t *ret_sent_ns);

/** stream_player_role - tell the client: once as an answer; a change goes out three times at 20 ms,
 * since nothing answers it */
void stream_player_role(struct stream_player *player, const struct control_role_change *role);

/**
 * stream_player_copy - send a copy to a third-party player, until stream_player_uncopy or the
 * player is removed
 * @ret_sdp: STREAM_SDP_MAX octets: what that player needs (RFC 8866)
 *
 * Return: 0 (also when it is there already), -ENOSPC: STREAM_COPIES_MAX; -EINVAL: port 0 or no
 * unicast address
 */
int stream_player_copy(struct stream_player *player, const struct sockaddr_in *to, char *ret_sdp);
void stream_player_uncopy(struct stream_player *player, const struct sockaddr_in *to);

#endif
