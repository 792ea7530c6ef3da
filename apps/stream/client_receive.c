// SPDX-License-Identifier: Apache-2.0
/* What comes to a client: RTP through depacketiser and decoder, sender reports, roles. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "apps/stream/client_internal.h"
#include "lib/daemon.h"

enum { RTT_WEIGHT = 8 /* of the past: smoothed as TCP does it, RFC 6298 cl. 2.3 */ };

/* ---- access units ---- */

static void frame_give(struct stream_client *c, const struct h264_unit *unit,
		       const struct picture *picture)
{
	struct stream_frame frame = {
		.picture = picture,
		.stamp = unit->stamp,
		.key = unit->key,
		.bytes = unit->len,
		.packets = unit->packets,
		.timestamp = unit->timestamp,
		.decoded_ns = clock_now_ns(),
	};
	const uint64_t mono = clock_mono_ns();
	struct frame_stamp code;

	/* the depacketiser's clock is the monotonic one, which doesn't jump */
	frame.first_ns = frame.decoded_ns - (mono - unit->first_ns);
	frame.last_ns = frame.decoded_ns - (mono - unit->last_ns);
	frame.verified = unit->has_stamp && !frame_stamp_read(picture, &code) &&
			 frame_stamp_equal(&code, &unit->stamp);
	c->now.unverified += !frame.verified;
	c->now.frames++;
	c->now.keys += unit->key;
	c->now.has_stamp = unit->has_stamp;
	c->now.last_stamp = unit->stamp;
	c->now.last_decoded_ns = frame.decoded_ns;
	c->decoded_mono_ns = mono;
	c->config.ops.frame(c->config.user, &frame);
}

/* What was lost before it is made good */
static void key_came(struct stream_client *c)
{
	const struct h264_unpacker_counters *count = h264_unpacker_counters(c->unpacker);

	c->needs_key = false;
	c->troubles = count->lost + count->broken;
}

void client_unit(void *client, const struct h264_unit *unit)
{
	struct stream_client *c = client;
	const struct picture *picture;
	int rc;

	/* what it refers to may not have come */
	if (unit->after_loss && !unit->key)
		decoder_reset(c->decoder);
	rc = decoder_decode(c->decoder, unit->au, unit->len, &picture);
	if (rc) {
		c->needs_key = true;
		if (rc == -EAGAIN)
			c->now.skipped++;
		else
			c->now.refused++;
		return;
	}
	if (unit->key)
		key_came(c);
	frame_give(c, unit, picture);
}

void client_troubled(struct stream_client *c)
{
	const struct h264_unpacker_counters *count = h264_unpacker_counters(c->unpacker);
	const uint64_t troubles = count->lost + count->broken;

	if (troubles != c->troubles)
		c->needs_key = true;
	c->troubles = troubles;
	c->now.packets = count->packets;
	c->now.lost = count->lost;
	c->now.late = count->late;
	c->now.reordered = count->reordered;
	c->now.broken = count->broken;
}

/* ---- datagrams ---- */

/* RFC 3550 A.8: by how much the spacing of two packets changed on the way */
static void jitter_take(struct stream_client *c, const struct rtp_packet *p, uint64_t mono_ns,
			bool first)
{
	const uint32_t arrival = (uint32_t)(mono_ns / 1000 * (RTP_CLOCK_HZ / 10000) / 100);
	const uint32_t transit = arrival - p->timestamp;
	const int32_t d = (int32_t)(transit - c->transit);

	c->transit = transit;
	if (first)
		return;
	c->jitter += (uint32_t)(d < 0 ? -(int64_t)d : d) - ((c->jitter + 8) >> 4);
	c->now.jitter_us = (uint32_t)((uint64_t)(c->jitter >> 4) * 1000000 / RTP_CLOCK_HZ);
}

static void rtp_take(struct stream_client *c, const uint8_t *buf, size_t len, uint64_t mono_ns)
{
	struct rtp_packet p;

	if (rtp_parse(buf, len, &p)) {
		c->now.malformed++;
		return;
	}
	if (p.payload_type != RTP_PAYLOAD_H264) {
		c->now.foreign++;
		return;
	}
	if (!c->media_ssrc || p.ssrc != c->media_ssrc) {
		/* a source that began anew has reports of its own */
		c->media_ssrc = p.ssrc;
		c->reported_highest = p.seq - 1u;
		c->last_sr = 0;
		c->report_ns = 0;
		jitter_take(c, &p, mono_ns, true);
	} else {
		jitter_take(c, &p, mono_ns, false);
	}
	c->rtp_ns = clock_mono_ns();
	h264_unpacker_push(c->unpacker, &p, mono_ns);
	client_troubled(c);
}

static void echo_take(struct stream_client *c, const struct rtcp *rtcp)
{
	const uint32_t now = rtp_ntp_middle(rtp_ntp(clock_now_ns()));
	const uint32_t took = now - rtcp->echo.last_reference - rtcp->echo.since_reference;
	uint32_t us;

	/* over a minute, or negative: no measurement */
	if (rtcp->echo.ssrc != c->ssrc || took > 60u << 16)
		return;
	us = (uint32_t)((uint64_t)took * 1000000 >> 16);
	if (us == 0)
		us = 1;
	if (c->now.rtt_us == 0)
		c->now.rtt_us = us;
	else
		c->now.rtt_us =
			(uint32_t)(((uint64_t)c->now.rtt_us * (RTT_WEIGHT - 1) + us) / RTT_WEIGHT);
}

static void rtcp_take(struct stream_client *c, const uint8_t *buf, size_t len)
{
	struct rtcp rtcp;

	if (rtcp_parse(buf, len, &rtcp)) {
		c->now.malformed++;
		return;
	}
	if (rtcp.has_sr && rtcp.sender_ssrc == c->media_ssrc) {
		c->last_sr = rtp_ntp_middle(rtcp.sr.ntp);
		c->last_sr_ns = clock_mono_ns();
	}
	if (rtcp.has_echo)
		echo_take(c, &rtcp);
}

static void role_take(struct stream_client *c, const uint8_t *buf, size_t len)
{
	struct control_message m;

	if (control_parse(buf, len, &m)) {
		c->now.malformed++;
		return;
	}
	if (m.type != CONTROL_ROLE || memcmp(m.key, c->config.key, sizeof(m.key)) != 0) {
		c->now.foreign++;
		return;
	}
	if (c->config.ops.role)
		c->config.ops.role(c->config.user, &m.role);
}

static void datagram_take(struct stream_client *c, const uint8_t *buf, size_t len, uint64_t mono_ns)
{
	c->now.datagrams++;
	if (len == 0 || len > RTP_RECEIVE_MAX)
		c->now.malformed++;
	else if (control_is(buf, len))
		role_take(c, buf, len);
	else if (!rtp_is(buf, len))
		c->now.foreign++;
	else if (rtp_is_rtcp(buf, len))
		rtcp_take(c, buf, len);
	else
		rtp_take(c, buf, len, mono_ns);
}

/* ---- the socket ---- */

/* When the kernel took it in, on the monotonic clock */
static uint64_t stamp_of(struct msghdr *m, uint64_t real_now, uint64_t mono_now)
{
	struct timespec at;
	uint64_t ns;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&at, CMSG_DATA(h), sizeof(at));
		ns = (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
		return ns < real_now && real_now - ns < mono_now ? mono_now - (real_now - ns)
								 : mono_now;
	}
	return mono_now;
}

void client_receive(struct stream_client *c)
{
	struct iovec part[CLIENT_BATCH];
	struct mmsghdr message[CLIENT_BATCH];

	for (unsigned taken = 0; taken < STREAM_STEP_MAX; taken += CLIENT_BATCH) {
		uint64_t real, mono;
		int n;

		for (unsigned i = 0; i < CLIENT_BATCH; i++) {
			part[i] = (struct iovec){c->data[i], sizeof(c->data[i])};
			message[i] =
				(struct mmsghdr){.msg_hdr = {.msg_iov = &part[i],
							     .msg_iovlen = 1,
							     .msg_control = c->control[i],
							     .msg_controllen = CLIENT_CONTROL_LEN}};
		}
		n = recvmmsg(c->fd, message, CLIENT_BATCH, MSG_DONTWAIT, NULL);
		real = clock_now_ns();
		mono = clock_mono_ns();
		for (int i = 0; i < n; i++)
			datagram_take(c, c->data[i], message[i].msg_len,
				      stamp_of(&message[i].msg_hdr, real, mono));
		if (n < CLIENT_BATCH)
			return;
	}
}
