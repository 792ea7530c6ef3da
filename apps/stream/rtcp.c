// SPDX-License-Identifier: Apache-2.0
/* RTCP: RFC 3550 cl. 6 and A.2, RFC 4585 cl. 6.1, RFC 3611. */
#include <errno.h>
#include <string.h>

#include "apps/stream/rtp.h"
#include "lib/wire.h"

enum {
	VERSION = 2 << 6,
	VERSION_MASK = 3 << 6,
	PADDING = 1 << 5,
	COUNT_MASK = 31,

	TYPE_SR = 200,
	TYPE_RR = 201,
	TYPE_SDES = 202,
	TYPE_BYE = 203,
	TYPE_PSFB = 206, /* RFC 4585 cl. 6.1 */
	TYPE_XR = 207,	 /* RFC 3611 cl. 2 */

	FEEDBACK_PLI = 1,
	SDES_CNAME = 1,
	CNAME_MAX = 63,
	XR_REFERENCE = 4,
	XR_ECHO = 5,
	REPORT_LEN = 24,
	ECHO_LEN = 12,
};

#define NTP_UNIX_S UINT64_C(2208988800) /* from 1900 to 1970 */

uint64_t rtp_ntp(uint64_t realtime_ns)
{
	const uint64_t s = realtime_ns / 1000000000u + NTP_UNIX_S;

	return s << 32 | ((realtime_ns % 1000000000u) << 32) / 1000000000u;
}

/* ---- parsing ---- */

static void report_parse(struct wire_reader *r, struct rtcp_report *ret)
{
	uint32_t lost;

	ret->ssrc = wire_get_u32(r);
	ret->fraction_lost = wire_get_u8(r);
	lost = (uint32_t)wire_get_number(r, 3);
	ret->lost = (int32_t)(lost << 8) >> 8;
	ret->highest_seq = wire_get_u32(r);
	ret->jitter = wire_get_u32(r);
	ret->last_sr = wire_get_u32(r);
	ret->since_sr = wire_get_u32(r);
}

static void reports_parse(struct wire_reader *r, unsigned count, struct rtcp *rtcp)
{
	if (count > 0 && !rtcp->has_report) {
		report_parse(r, &rtcp->report);
		rtcp->has_report = !r->bad;
		count--;
	}
	wire_get(r, count * (size_t)REPORT_LEN);
}

static void sr_parse(struct wire_reader *r, unsigned count, struct rtcp *rtcp)
{
	rtcp->has_sr = true;
	rtcp->sender_ssrc = wire_get_u32(r);
	rtcp->sr.ntp = wire_get_u64(r);
	rtcp->sr.timestamp = wire_get_u32(r);
	rtcp->sr.packets = wire_get_u32(r);
	rtcp->sr.octets = wire_get_u32(r);
	reports_parse(r, count, rtcp);
}

static void rr_parse(struct wire_reader *r, unsigned count, struct rtcp *rtcp)
{
	rtcp->has_rr = true;
	rtcp->sender_ssrc = wire_get_u32(r);
	reports_parse(r, count, rtcp);
}

static void feedback_parse(struct wire_reader *r, unsigned format, struct rtcp *rtcp)
{
	uint32_t media;

	wire_get_u32(r); /* SSRC of who asks */
	media = wire_get_u32(r);
	if (format != FEEDBACK_PLI || r->bad)
		return;
	rtcp->has_pli = true;
	rtcp->pli_ssrc = media;
}

static void xr_block_parse(unsigned type, struct wire_reader b, struct rtcp *rtcp)
{
	if (type == XR_REFERENCE && wire_left(&b) == 8) {
		rtcp->has_reference = true;
		rtcp->reference_ntp = wire_get_u64(&b);
	} else if (type == XR_ECHO && wire_left(&b) >= ECHO_LEN) {
		rtcp->has_echo = true;
		rtcp->echo.ssrc = wire_get_u32(&b);
		rtcp->echo.last_reference = wire_get_u32(&b);
		rtcp->echo.since_reference = wire_get_u32(&b);
	}
}

static void xr_parse(struct wire_reader *r, struct rtcp *rtcp)
{
	wire_get_u32(r); /* SSRC of its sender, that of the reports */
	while (wire_left(r) > 0) {
		const unsigned type = wire_get_u8(r);
		size_t words;

		wire_get_u8(r);
		words = wire_get_u16(r);
		xr_block_parse(type, wire_get_part(r, 4 * words), rtcp);
	}
}

/* Returns false when the packet isn't as long as its type needs */
static bool packet_parse(unsigned type, unsigned count, struct wire_reader body, struct rtcp *rtcp)
{
	switch (type) {
	case TYPE_SR:
		sr_parse(&body, count, rtcp);
		break;
	case TYPE_RR:
		rr_parse(&body, count, rtcp);
		break;
	case TYPE_BYE:
		rtcp->has_bye = true;
		break;
	case TYPE_PSFB:
		feedback_parse(&body, count, rtcp);
		break;
	case TYPE_XR:
		xr_parse(&body, rtcp);
		break;
	}
	return !body.bad;
}

int rtcp_parse(const uint8_t *buf, size_t len, struct rtcp *ret_rtcp)
{
	struct wire_reader r = {.at = buf, .end = buf + len};
	struct rtcp rtcp = {.has_sr = false};

	if (len == 0)
		return -EBADMSG;
	while (wire_left(&r) > 0) {
		const uint8_t first = wire_get_u8(&r);
		const unsigned type = wire_get_u8(&r);
		const size_t words = wire_get_u16(&r);
		struct wire_reader body = wire_get_part(&r, 4 * words);

		if (r.bad || (first & VERSION_MASK) != VERSION)
			return -EBADMSG;
		/* padding is allowed in the last packet only; what it holds is passed over */
		if (first & PADDING && wire_left(&r) > 0)
			return -EBADMSG;
		if (!packet_parse(type, first & COUNT_MASK, body, &rtcp))
			return -EBADMSG;
	}
	*ret_rtcp = rtcp;
	return 0;
}

/* ---- building ---- */

/* Head of a packet; its length is written when it is known */
static uint8_t *packet_begin(struct wire_writer *w, unsigned count, unsigned type)
{
	uint8_t *at = w->at;

	wire_put_number(w, VERSION | count, 1);
	wire_put_number(w, type, 1);
	wire_put_number(w, 0, 2);
	return at;
}

static void packet_end(struct wire_writer *w, uint8_t *at)
{
	if (!w->full)
		wire_store16(at + 2, (uint16_t)((w->at - at) / 4 - 1));
}

static void report_put(struct wire_writer *w, const struct rtcp_report *report)
{
	wire_put_number(w, report->ssrc, 4);
	wire_put_number(w, report->fraction_lost, 1);
	wire_put_number(w, (uint32_t)report->lost & 0xffffff, 3);
	wire_put_number(w, report->highest_seq, 4);
	wire_put_number(w, report->jitter, 4);
	wire_put_number(w, report->last_sr, 4);
	wire_put_number(w, report->since_sr, 4);
}

/* A compound packet begins with a report, be it empty: RFC 3550 cl. 6.1 */
static void reports_put(struct wire_writer *w, const struct rtcp *rtcp)
{
	uint8_t *at = packet_begin(w, rtcp->has_report, rtcp->has_sr ? TYPE_SR : TYPE_RR);

	wire_put_number(w, rtcp->sender_ssrc, 4);
	if (rtcp->has_sr) {
		wire_put_number(w, rtcp->sr.ntp, 8);
		wire_put_number(w, rtcp->sr.timestamp, 4);
		wire_put_number(w, rtcp->sr.packets, 4);
		wire_put_number(w, rtcp->sr.octets, 4);
	}
	if (rtcp->has_report)
		report_put(w, &rtcp->report);
	packet_end(w, at);
}

static void cname_put(struct wire_writer *w, const struct rtcp *rtcp, const char *cname)
{
	const size_t len = strnlen(cname, CNAME_MAX);
	uint8_t *at = packet_begin(w, 1, TYPE_SDES);

	wire_put_number(w, rtcp->sender_ssrc, 4);
	wire_put_number(w, SDES_CNAME, 1);
	wire_put_number(w, len, 1);
	wire_put_bytes(w, cname, len);
	/* a chunk ends with at least one zero, on a boundary of 32 bits */
	do
		wire_put_number(w, 0, 1);
	while (!w->full && (w->at - at) % 4);
	packet_end(w, at);
}

static void pli_put(struct wire_writer *w, const struct rtcp *rtcp)
{
	uint8_t *at = packet_begin(w, FEEDBACK_PLI, TYPE_PSFB);

	wire_put_number(w, rtcp->sender_ssrc, 4);
	wire_put_number(w, rtcp->pli_ssrc, 4);
	packet_end(w, at);
}

static void xr_put(struct wire_writer *w, const struct rtcp *rtcp)
{
	uint8_t *at = packet_begin(w, 0, TYPE_XR);

	wire_put_number(w, rtcp->sender_ssrc, 4);
	if (rtcp->has_reference) {
		wire_put_number(w, XR_REFERENCE << 8, 2);
		wire_put_number(w, 2, 2);
		wire_put_number(w, rtcp->reference_ntp, 8);
	}
	if (rtcp->has_echo) {
		wire_put_number(w, XR_ECHO << 8, 2);
		wire_put_number(w, 3, 2);
		wire_put_number(w, rtcp->echo.ssrc, 4);
		wire_put_number(w, rtcp->echo.last_reference, 4);
		wire_put_number(w, rtcp->echo.since_reference, 4);
	}
	packet_end(w, at);
}

size_t rtcp_build(const struct rtcp *rtcp, const char *cname, uint8_t *buf, size_t size)
{
	struct wire_writer w = {.at = buf, .end = buf + size};

	reports_put(&w, rtcp);
	cname_put(&w, rtcp, cname);
	if (rtcp->has_reference || rtcp->has_echo)
		xr_put(&w, rtcp);
	if (rtcp->has_pli)
		pli_put(&w, rtcp);
	return w.full ? 0 : (size_t)(w.at - buf);
}
