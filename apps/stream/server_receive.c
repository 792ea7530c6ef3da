// SPDX-License-Identifier: Apache-2.0
/*
 * What comes to the streaming server's port. Each datagram is taken or counted under the reason for
 * which it wasn't; none makes anything grow.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "apps/stream/server_internal.h"
#include "lib/daemon.h"

enum { BATCH = 32, DATAGRAM_MAX = 512 /* nothing that a client sends is longer */ };

static enum stream_drop drop(struct stream_server *s, enum stream_drop why)
{
	s->counters.dropped[why]++;
	return why;
}

static struct stream_player *player_by_key(struct stream_server *s, const uint8_t *key)
{
	for (unsigned i = 0; i < s->player_count; i++)
		if (!memcmp(s->player[i]->key, key, CONTROL_KEY_LEN))
			return s->player[i];
	return NULL;
}

static struct stream_player *player_by_client(struct stream_server *s,
					      const struct sockaddr_in *from)
{
	for (unsigned i = 0; i < s->player_count; i++)
		if (s->player[i]->joined && server_address_equal(&s->player[i]->client, from))
			return s->player[i];
	return NULL;
}

/* ---- RTCP ---- */

static uint32_t rtt_us(const struct rtcp_report *report)
{
	const uint32_t now = rtp_ntp_middle(rtp_ntp(clock_now_ns()));
	const uint32_t took = now - report->last_sr - report->since_sr;

	/* 1/65536 s; what is negative or over a minute is no measurement */
	if (report->last_sr == 0 || took > 60u << 16)
		return 0;
	return (uint32_t)((uint64_t)took * 1000000 >> 16);
}

static void report_take(struct stream_player *p, const struct rtcp *rtcp)
{
	const uint32_t rtt = rtt_us(&rtcp->report);

	if (rtcp->report.ssrc != p->packer.ssrc)
		return;
	p->report = rtcp->report;
	if (rtt > 0)
		p->rtt_us = rtt;
}

static void pli_take(struct stream_player *p)
{
	const uint64_t now = uv_now(p->server->config.loop);

	if (p->wants_key)
		return;
	if (p->pli_ms && now - p->pli_ms < STREAM_PLI_MS) {
		drop(p->server, STREAM_DROP_RATE);
		return;
	}
	p->pli_ms = now;
	server_ask_key(p);
}

static void rtcp_take(struct stream_server *s, const struct sockaddr_in *from, const uint8_t *buf,
		      size_t len)
{
	struct stream_player *p = player_by_client(s, from);
	struct rtcp rtcp;

	if (!p || rtcp_parse(buf, len, &rtcp)) {
		drop(s, STREAM_DROP_RTCP);
		return;
	}
	if (rtcp.has_report)
		report_take(p, &rtcp);
	if (rtcp.has_pli && rtcp.pli_ssrc == p->packer.ssrc)
		pli_take(p);
	if (rtcp.has_reference)
		server_send_report(p, rtcp.sender_ssrc, rtcp.reference_ntp);
}

/* ---- control messages ---- */

static void join_take(struct stream_player *p, const struct sockaddr_in *from)
{
	const struct stream_server_config *config = &p->server->config;
	const bool known = p->joined && server_address_equal(&p->client, from);

	p->heard_ms = uv_now(config->loop);
	if (known)
		return;
	p->joined = true;
	p->client = *from;
	p->report = (struct rtcp_report){.ssrc = 0};
	p->rtt_us = 0;
	server_ask_key(p);
	if (config->ops.joined)
		config->ops.joined(config->user, p->user);
}

static void leave_take(struct stream_player *p)
{
	const struct stream_server_config *config = &p->server->config;

	p->joined = false;
	p->role_left = 0;
	if (config->ops.left)
		config->ops.left(config->user, p->user, STREAM_LEFT_ASKED);
}

static void view_take(struct stream_player *p, const struct control_view *view)
{
	const struct stream_server_config *config = &p->server->config;
	const uint64_t now = uv_now(config->loop);

	if (now - p->view_ms >= 1000) {
		p->view_ms = now;
		p->views = 0;
	}
	if (p->views == STREAM_VIEWS_PER_S) {
		drop(p->server, STREAM_DROP_RATE);
		return;
	}
	p->views++;
	if (config->ops.view)
		config->ops.view(config->user, p->user, view->text, view->len);
}

/* A message of a client that has joined. Last in its turn: the callbacks may remove the player */
static void joined_take(struct stream_player *p, const struct control_message *m)
{
	const struct stream_server_config *config = &p->server->config;

	p->heard_ms = uv_now(config->loop);
	switch (m->type) {
	case CONTROL_INPUT:
		if (config->ops.input)
			config->ops.input(config->user, p->user, &m->input);
		break;
	case CONTROL_SWITCH:
		if (config->ops.switched)
			config->ops.switched(config->user, p->user, m->switch_number);
		break;
	case CONTROL_VIEW:
		view_take(p, &m->view);
		break;
	case CONTROL_LEAVE:
		leave_take(p);
		break;
	default: /* ROLE goes the other way */
		drop(p->server, STREAM_DROP_TYPE);
	}
}

static void control_take(struct stream_server *s, const struct sockaddr_in *from,
			 const uint8_t *buf, size_t len)
{
	struct control_message m;
	struct stream_player *p;
	const int rc = control_parse(buf, len, &m);

	if (rc) {
		drop(s, rc == -EOPNOTSUPP ? STREAM_DROP_TYPE : STREAM_DROP_LENGTH);
		return;
	}
	p = player_by_key(s, m.key);
	if (!p)
		drop(s, STREAM_DROP_KEY);
	else if (m.type == CONTROL_JOIN)
		join_take(p, from);
	else if (!p->joined || !server_address_equal(&p->client, from))
		drop(s, STREAM_DROP_NOT_JOINED);
	else
		joined_take(p, &m);
}

/* ---- the socket ---- */

static void datagram_take(struct stream_server *s, const struct sockaddr_in *from,
			  const uint8_t *buf, size_t len)
{
	s->counters.received++;
	if (len == 0 || len > DATAGRAM_MAX)
		drop(s, STREAM_DROP_EMPTY);
	else if (control_is(buf, len))
		control_take(s, from, buf, len);
	else if (!rtp_is(buf, len))
		drop(s, STREAM_DROP_KIND);
	else if (rtp_is_rtcp(buf, len))
		rtcp_take(s, from, buf, len);
	else
		drop(s, STREAM_DROP_RTP);
}

void server_receive(struct stream_server *s)
{
	uint8_t data[BATCH][DATAGRAM_MAX + 1];
	struct sockaddr_in from[BATCH];
	struct iovec part[BATCH];
	struct mmsghdr message[BATCH];

	for (unsigned taken = 0; taken < STREAM_TURN_MAX; taken += BATCH) {
		int n;

		for (unsigned i = 0; i < BATCH; i++) {
			part[i] = (struct iovec){data[i], sizeof(data[i])};
			message[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
								  .msg_namelen = sizeof(from[i]),
								  .msg_iov = &part[i],
								  .msg_iovlen = 1}};
		}
		n = recvmmsg(s->fd, message, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n && !uv_is_closing((uv_handle_t *)&s->poll); i++)
			datagram_take(s, &from[i], data[i], message[i].msg_len);
		if (n < BATCH)
			return;
	}
}
