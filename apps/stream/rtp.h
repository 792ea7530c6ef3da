/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTP (RFC 3550) with one-byte header extensions (RFC 8285), and RTCP: sender and receiver reports
 * (RFC 3550 cl. 6.4), picture loss indication (RFC 4585 cl. 6.3.1), and the receiver's own round
 * trip by reference time and its echo (RFC 3611 cl. 4.4, 4.5). Bytes <-> structs, no I/O.
 */
#ifndef BATON_APPS_STREAM_RTP_H
#define BATON_APPS_STREAM_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RTP_HEADER_LEN = 12,
	RTP_PACKET_MAX = 1200,	/* what we send at most, so that no tunnel fragments it */
	RTP_RECEIVE_MAX = 2048, /* what we take at most */
	RTP_PAYLOAD_H264 = 96,
	RTP_CLOCK_HZ = 90000,
	RTP_EXT_STAMP = 1, /* urn:baton:frame-stamp */
};

struct rtp_packet {
	bool marker;
	uint8_t payload_type;
	uint16_t seq;
	uint32_t timestamp, ssrc;
	const uint8_t *ext; /* the data of extension RTP_EXT_STAMP, or NULL */
	size_t ext_len;
	const uint8_t *payload; /* borrowed from the packet */
	size_t payload_len;
};

/** rtp_parse - padding and CSRCs are skipped; Return: 0, or -EBADMSG */
int rtp_parse(const uint8_t *buf, size_t len, struct rtp_packet *ret_packet);
/** rtp_header_build - fixed header and, when @packet->ext is set (1 to 16 octets), the extension;
 * the payload is the caller's; Return: octets written; 0 when they are more than @size */
size_t rtp_header_build(const struct rtp_packet *packet, uint8_t *buf, size_t size);

/* RTCP shares the port (RFC 5761 cl. 4): packet types 192 to 223 where RTP has marker and payload
 * type */
static inline bool rtp_is_rtcp(const uint8_t *buf, size_t len)
{
	return len >= 2 && buf[1] >= 192 && buf[1] <= 223;
}

static inline bool rtp_is(const uint8_t *buf, size_t len)
{
	return len >= 1 && buf[0] >= 128 && buf[0] <= 191;
}

/* RFC 3550 cl. 6.4.1: what a receiver says of one source */
struct rtcp_report {
	uint32_t ssrc; /* of the source */
	uint8_t fraction_lost;
	int32_t lost; /* signed, 24 bits on the wire */
	uint32_t highest_seq;
	uint32_t jitter;   /* of the RTP clock */
	uint32_t last_sr;  /* middle 32 bits of its NTP time; 0 none */
	uint32_t since_sr; /* 1/65536 s */
};

struct rtcp {
	bool has_sr, has_rr, has_report, has_pli, has_bye, has_reference, has_echo;
	uint32_t sender_ssrc; /* of the SR or RR */
	struct {
		uint64_t ntp; /* 32.32 */
		uint32_t timestamp, packets, octets;
	} sr;
	struct rtcp_report report; /* the first report block */
	uint32_t pli_ssrc;	   /* media source that is asked for a key frame */
	uint64_t reference_ntp;	   /* RFC 3611 cl. 4.4 */
	struct {
		uint32_t ssrc, last_reference, since_reference;
	} echo; /* RFC 3611 cl. 4.5, its first sub-block */
};

enum { RTCP_LEN_MAX = 192 /* of all that rtcp_build can write: 172 octets */ };

/** rtcp_parse - a compound packet; packets of other types are skipped; Return: 0, or -EBADMSG */
int rtcp_parse(const uint8_t *buf, size_t len, struct rtcp *ret_rtcp);
/**
 * rtcp_build - SR or RR (with the report if there is one), SDES with CNAME, then what else is set
 * @cname: at most 63 characters are used
 * @size:  RTCP_LEN_MAX is always enough
 *
 * Return: octets written; 0 when they are more than @size
 */
size_t rtcp_build(const struct rtcp *rtcp, const char *cname, uint8_t *buf, size_t size);

/* CLOCK_REALTIME nanoseconds as NTP time, 32.32 */
uint64_t rtp_ntp(uint64_t realtime_ns);
/* Its middle 32 bits, as reports carry it */
static inline uint32_t rtp_ntp_middle(uint64_t ntp)
{
	return (uint32_t)(ntp >> 16);
}

#endif
