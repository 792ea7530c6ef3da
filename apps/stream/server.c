// SPDX-License-Identifier: Apache-2.0
/* The streaming server: its socket and timer in a libuv loop, and the players on it. */
#include "apps/stream/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apps/stream/server_internal.h"

enum { SEND_BUFFER = 1 << 20, RECEIVE_BUFFER = 1 << 20 };

static const char *const drop_names[STREAM_DROPS] = {
	[STREAM_DROP_EMPTY] = "size", [STREAM_DROP_KIND] = "kind",
	[STREAM_DROP_RTP] = "rtp",    [STREAM_DROP_RTCP] = "rtcp",
	[STREAM_DROP_TYPE] = "type",  [STREAM_DROP_LENGTH] = "length",
	[STREAM_DROP_KEY] = "key",    [STREAM_DROP_NOT_JOINED] = "not-joined",
	[STREAM_DROP_RATE] = "rate",
};

const char *stream_drop_name(enum stream_drop drop)
{
	return drop_names[drop];
}

/* ---- the passage of time ---- */

static void player_forget(struct stream_player *p, enum stream_left why)
{
	const struct stream_server_ops *ops = &p->server->config.ops;

	p->joined = false;
	p->role_left = 0;
	if (ops->left)
		ops->left(p->server->config.user, p->user, why);
}

static bool player_copied(const struct stream_player *p)
{
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++)
		if (p->server->copy[i].player == p)
			return true;
	return false;
}

static void player_tick(struct stream_player *p, uint64_t now)
{
	if (p->role_left > 0 && p->joined) {
		p->role_left--;
		server_send_role(p);
	}
	if (now - p->report_ms >= SERVER_REPORT_MS && stream_player_watched(p)) {
		p->report_ms = now;
		server_send_report(p, 0, 0);
		server_send_news(p);
	}
	if (now - p->copy_key_ms >= SERVER_COPY_KEY_MS && player_copied(p)) {
		p->copy_key_ms = now;
		server_ask_key(p);
	}
	if (p->joined && now - p->heard_ms >= STREAM_SILENT_MS)
		player_forget(p, STREAM_LEFT_SILENT);
}

static void on_tick(uv_timer_t *timer)
{
	struct stream_server *s = timer->data;
	const uint64_t now = uv_now(s->config.loop);

	/* downwards, since "left" may remove the player that it is about, and others */
	for (unsigned i = s->player_count; i > 0; i--)
		if (i <= s->player_count)
			player_tick(s->player[i - 1], now);
	server_arm(s);
}

void server_arm(struct stream_server *s)
{
	uint64_t wait = SERVER_TICK_MS;

	for (unsigned i = 0; i < s->player_count; i++)
		if (s->player[i]->role_left > 0)
			wait = SERVER_ROLE_MS;
	if (!uv_is_active((uv_handle_t *)&s->timer) || uv_timer_get_due_in(&s->timer) > wait)
		uv_timer_start(&s->timer, on_tick, wait, 0);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	server_receive(poll->data);
}

/* ---- life ---- */

static int socket_open(const struct stream_server_config *config)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(config->port),
		.sin_addr = config->address,
	};
	const int out = SEND_BUFFER, in = RECEIVE_BUFFER;
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* a key frame is sent at once; less than asked for is fine */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &out, sizeof(out));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &in, sizeof(in));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at))) {
		const int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

int stream_server_new(const struct stream_server_config *config, struct stream_server **ret_server)
{
	struct stream_server *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	s->fd = socket_open(config);
	if (s->fd < 0) {
		rc = s->fd;
		goto free_server;
	}
	rc = uv_poll_init(config->loop, &s->poll, s->fd);
	if (rc)
		goto close_socket;
	uv_timer_init(config->loop, &s->timer);
	s->poll.data = s->timer.data = s;
	s->closing = 2;
	uv_poll_start(&s->poll, UV_READABLE, on_readable);
	server_arm(s);
	*ret_server = s;
	return 0;

close_socket:
	close(s->fd);
free_server:
	free(s);
	return rc;
}

static void on_closed(uv_handle_t *handle)
{
	struct stream_server *s = handle->data;

	if (--s->closing > 0)
		return;
	close(s->fd);
	free(s);
}

void stream_server_free(struct stream_server *s)
{
	if (!s)
		return;
	while (s->player_count > 0)
		stream_server_remove(s, s->player[s->player_count - 1]);
	uv_close((uv_handle_t *)&s->poll, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}

uint16_t stream_server_port(const struct stream_server *server)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	if (getsockname(server->fd, (struct sockaddr *)&at, &len))
		return 0;
	return ntohs(at.sin_port);
}

const struct stream_server_counters *stream_server_counters(const struct stream_server *server)
{
	return &server->counters;
}

/* ---- players ---- */

static bool key_taken(const struct stream_server *s, const uint8_t *key)
{
	for (unsigned i = 0; i < s->player_count; i++)
		if (!memcmp(s->player[i]->key, key, CONTROL_KEY_LEN))
			return true;
	return false;
}

int stream_server_add(struct stream_server *s, const uint8_t key[CONTROL_KEY_LEN], void *player,
		      struct stream_player **ret_player)
{
	struct {
		uint32_t ssrc;
		uint16_t seq;
	} random;
	struct stream_player *p;

	if (key_taken(s, key))
		return -EEXIST;
	if (s->player_count == STREAM_PLAYERS_MAX)
		return -ENOSPC;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	/* RFC 3550 cl. 5.1, 8.1: both at random; reading so few octets does not fail once the
	 * kernel is up */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random) ||
	    h264_packer_init(&p->packer, random.ssrc | 1, random.seq)) {
		free(p);
		return -ENOMEM;
	}
	p->server = s;
	p->user = player;
	memcpy(p->key, key, CONTROL_KEY_LEN);
	p->wants_key = true;
	s->player[s->player_count++] = p;
	*ret_player = p;
	return 0;
}

void stream_server_remove(struct stream_server *s, struct stream_player *player)
{
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++)
		if (s->copy[i].player == player)
			s->copy[i].player = NULL;
	for (unsigned i = 0; i < s->player_count; i++) {
		if (s->player[i] != player)
			continue;
		s->player[i] = s->player[--s->player_count];
		h264_packer_done(&player->packer);
		free(player);
		return;
	}
}

bool stream_player_watched(const struct stream_player *player)
{
	return player->joined || player_copied(player);
}

void stream_player_state(const struct stream_player *p, struct stream_player_state *ret)
{
	*ret = (struct stream_player_state){
		.joined = p->joined,
		.client = p->client,
		.frames = p->frames,
		.packets = p->packets_sent,
		.octets = p->octets_sent,
		.keys_asked = p->keys_asked,
		.reported = p->report.ssrc != 0,
		.fraction_lost = p->report.fraction_lost,
		.lost = p->report.lost,
		.jitter_us = (uint32_t)((uint64_t)p->report.jitter * 1000000 / RTP_CLOCK_HZ),
		.rtt_us = p->rtt_us,
	};
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++)
		ret->copies += p->server->copy[i].player == p;
}

void stream_player_role(struct stream_player *player, const struct control_role_change *role)
{
	player->role = *role;
	if (!player->joined)
		return;
	server_send_role(player);
	player->role_left = SERVER_ROLE_REPEATS - 1;
	server_arm(player->server);
}
