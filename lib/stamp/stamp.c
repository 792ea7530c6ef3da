// SPDX-License-Identifier: Apache-2.0
#include "lib/stamp/stamp.h"

#include <errno.h>
#include <string.h>

/* Error Estimate, RFC 4656 cl. 4.1.2 with RFC 8186: synchronised (S), PTPv2 format (Z), 2^0 * 1 /
 * 2^32 s */
enum { ESTIMATE_S = 0x8000, ESTIMATE_Z = 0x4000, ESTIMATE_OURS = ESTIMATE_S | ESTIMATE_Z | 1 };

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

/* Truncated PTPv2 timestamp: seconds, nanoseconds (RFC 8186) */
static uint64_t get_time(const uint8_t *at)
{
	return (uint64_t)get32(at) * 1000000000u + get32(at + 4);
}

static void put_time(uint8_t *at, uint64_t ns)
{
	put32(at, (uint32_t)(ns / 1000000000u));
	put32(at + 4, (uint32_t)(ns % 1000000000u));
}

static int check(const uint8_t *buf, size_t len)
{
	if (len < STAMP_LEN)
		return -EBADMSG;
	return get16(buf + 12) & ESTIMATE_Z ? 0 : -ENOTSUP;
}

int stamp_test_decode(const uint8_t *buf, size_t len, struct stamp_test *ret)
{
	int r = check(buf, len);

	if (r == 0)
		*ret = (struct stamp_test){
			.seq = get32(buf), .time_ns = get_time(buf + 4), .ssid = get16(buf + 14)};
	return r;
}

int stamp_reply_decode(const uint8_t *buf, size_t len, struct stamp_reply *ret)
{
	int r = check(buf, len);

	if (r == 0)
		*ret = (struct stamp_reply){
			.seq = get32(buf),
			.time_ns = get_time(buf + 4),
			.ssid = get16(buf + 14),
			.received_ns = get_time(buf + 16),
			.sender_seq = get32(buf + 24),
			.sender_time_ns = get_time(buf + 28),
			.sender_ttl = buf[40],
		};
	return r;
}

void stamp_test_encode(const struct stamp_test *test, uint8_t *buf)
{
	memset(buf, 0, STAMP_LEN);
	put32(buf, test->seq);
	put_time(buf + 4, test->time_ns);
	put16(buf + 12, ESTIMATE_OURS);
	put16(buf + 14, test->ssid);
}

void stamp_reply_encode(const struct stamp_reply *reply, uint8_t *buf)
{
	memset(buf, 0, STAMP_LEN);
	put32(buf, reply->seq);
	put_time(buf + 4, reply->time_ns);
	put16(buf + 12, ESTIMATE_OURS);
	put16(buf + 14, reply->ssid);
	put_time(buf + 16, reply->received_ns);
	put32(buf + 24, reply->sender_seq);
	put_time(buf + 28, reply->sender_time_ns);
	put16(buf + 36, ESTIMATE_OURS);
	buf[40] = reply->sender_ttl;
}
