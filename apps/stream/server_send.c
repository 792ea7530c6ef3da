// SPDX-License-Identifier: Apache-2.0
/*
 * What the streaming server sends: an access unit's packets at once (a queue on the way has room
 * for a frame; pacing would delay its last packet), reports, roles.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "apps/stream/h264_nal.h"
#include "apps/stream/server_internal.h"
#include "lib/daemon.h"

enum { BATCH = 64 };

void server_send_datagram(struct stream_server *s, const struct sockaddr_in *to, const void *octets,
			  size_t len)
{
	if (sendto(s->fd, octets, len, MSG_DONTWAIT, (const struct sockaddr *)to, sizeof(*to)) < 0)
		s->counters.unsent++;
}

static void send_role(struct stream_player *p, const struct control_role_change *role)
{
	struct control_message m = {.type = CONTROL_ROLE, .role = *role};
	uint8_t buf[CONTROL_LEN_MAX];
	size_t len;

	memcpy(m.key, p->key, sizeof(m.key));
	len = control_build(&m, buf); /* 0: no role has been told yet */
	if (len > 0)
		server_send_datagram(p->server, &p->client, buf, len);
}

void server_send_role(struct stream_player *p)
{
	send_role(p, &p->role);
}

void server_send_news(struct stream_player *p)
{
	struct control_role_change news = p->role;

	if (news.outcome != CONTROL_UNKNOWN)
		news.outcome = CONTROL_ACCEPTED;
	if (p->joined)
		send_role(p, &news);
}

void server_ask_key(struct stream_player *p)
{
	p->wants_key = true;
	p->keys_asked++;
}

bool stream_player_take_key(struct stream_player *player)
{
	const bool wanted = player->wants_key;

	player->wants_key = false;
	return wanted;
}

/* ---- reports ---- */

/* RTP time of a wall clock, modulo 2^32; in microseconds, so that no product overflows */
static uint32_t rtp_time(uint64_t realtime_ns)
{
	return (uint32_t)(realtime_ns / 1000 * (RTP_CLOCK_HZ / 10000) / 100);
}

static void to_all(struct stream_player *p, const void *octets, size_t len)
{
	struct stream_server *s = p->server;

	if (p->joined)
		server_send_datagram(s, &p->client, octets, len);
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++) {
		struct sockaddr_in to = s->copy[i].to;

		if (s->copy[i].player != p)
			continue;
		/* without a=rtcp-mux RTCP has the next port: RFC 3550 cl. 11 */
		to.sin_port = htons((uint16_t)(ntohs(to.sin_port) + 1));
		server_send_datagram(s, &to, octets, len);
	}
}

void server_send_report(struct stream_player *p, uint32_t receiver_ssrc, uint64_t reference_ntp)
{
	const uint64_t now = clock_now_ns();
	struct rtcp rtcp = {.has_sr = true, .sender_ssrc = p->packer.ssrc};
	uint8_t buf[RTCP_LEN_MAX];
	size_t len;

	rtcp.sr.ntp = rtp_ntp(now);
	rtcp.sr.timestamp = rtp_time(now);
	rtcp.sr.packets = p->packets;
	rtcp.sr.octets = p->octets;
	if (reference_ntp) {
		rtcp.has_echo = true;
		rtcp.echo.ssrc = receiver_ssrc;
		rtcp.echo.last_reference = rtp_ntp_middle(reference_ntp);
		/* since_reference: it is answered at once */
	}
	len = rtcp_build(&rtcp, "baton-stream", buf, sizeof(buf));
	if (reference_ntp)
		server_send_datagram(p->server, &p->client, buf, len);
	else
		to_all(p, buf, len);
}

/* ---- frames ---- */

void stream_player_begin(struct stream_player *p, const struct frame_stamp *stamp,
			 uint64_t realtime_ns)
{
	uint32_t timestamp = rtp_time(realtime_ns);

	/* one timestamp is one access unit: RFC 6184 cl. 5.1 */
	if (timestamp == p->packer.timestamp)
		timestamp++;
	p->frame_ns = realtime_ns;
	h264_packer_begin(&p->packer, timestamp, stamp);
}

static void set_keep(struct parameter_set *set, const uint8_t *nal, size_t len)
{
	set->len = len <= SERVER_SET_MAX ? len : 0;
	memcpy(set->nal, nal, set->len);
}

int stream_player_nal(void *player, const uint8_t *nal, size_t len, bool last)
{
	struct stream_player *p = player;

	if (len > 0 && (nal[0] & H264_TYPE_MASK) == H264_SPS)
		set_keep(&p->sps, nal, len);
	if (len > 0 && (nal[0] & H264_TYPE_MASK) == H264_PPS)
		set_keep(&p->pps, nal, len);
	h264_packer_nal(&p->packer, nal, len); /* what doesn't fit is remembered until the end */
	return 0;
}

/* Packets @from to @from + @count; Return: how many the socket took */
static unsigned batch_send(const struct stream_player *p, const struct sockaddr_in *to,
			   unsigned from, unsigned count)
{
	struct sockaddr_in address = *to;
	struct mmsghdr message[BATCH];
	struct iovec part[BATCH];
	int n;

	for (unsigned i = 0; i < count; i++) {
		part[i] = (struct iovec){p->packer.data[from + i], p->packer.len[from + i]};
		message[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &address,
							  .msg_namelen = sizeof(address),
							  .msg_iov = &part[i],
							  .msg_iovlen = 1}};
	}
	n = sendmmsg(p->server->fd, message, count, MSG_DONTWAIT);
	return n < 0 ? 0 : (unsigned)n;
}

/* Return: octets sent */
static uint64_t frame_send(struct stream_player *p, const struct sockaddr_in *to)
{
	struct stream_server_counters *c = &p->server->counters;
	const unsigned count = p->packer.count;
	unsigned at = 0;
	uint64_t octets = 0;

	while (at < count) {
		const unsigned wanted = count - at < BATCH ? count - at : BATCH;
		const unsigned sent = batch_send(p, to, at, wanted);

		for (unsigned i = at; i < at + sent; i++)
			octets += p->packer.len[i];
		c->packets += sent;
		at += sent;
		if (sent < wanted)
			break;
	}
	c->unsent += count - at;
	c->octets += octets;
	return octets;
}

static void frame_count(struct stream_player *p, uint64_t octets)
{
	p->frames++;
	p->packets_sent += p->packer.count;
	p->octets_sent += octets;
	p->packets += p->packer.count;
	/* without headers, RFC 3550 cl. 6.4.1 */
	for (unsigned i = 0; i < p->packer.count; i++)
		p->octets += p->packer.len[i] - (RTP_PACKET_MAX - H264_NAL_FIT);
}

int stream_player_end(struct stream_player *p, uint64_t *ret_sent_ns)
{
	struct stream_server *s = p->server;
	const int rc = h264_packer_end(&p->packer);
	uint64_t octets = 0;

	if (rc) {
		s->counters.frames_unsent++;
		p->wants_key = true; /* the next one would refer to what nobody got */
		return rc;
	}
	if (p->joined)
		octets = frame_send(p, &p->client);
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++)
		if (s->copy[i].player == p)
			frame_send(p, &s->copy[i].to);
	frame_count(p, octets);
	s->counters.frames++;
	if (ret_sent_ns)
		*ret_sent_ns = clock_now_ns();
	return (int)octets;
}
