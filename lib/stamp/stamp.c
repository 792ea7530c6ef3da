// SPDX-License-Identifier: Apache-2.0
#include "lib/stamp/stamp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/wire.h"

/* Error Estimate, RFC 4656 cl. 4.1.2 with RFC 8186: synchronised (S), PTPv2 format (Z), 2^0 * 1 /
 * 2^32 s */
enum { ESTIMATE_S = 0x8000, ESTIMATE_Z = 0x4000, ESTIMATE_OURS = ESTIMATE_S | ESTIMATE_Z | 1 };

enum { NS_PER_SECOND = 1000000000 };

/* Truncated PTPv2 timestamp: seconds, nanoseconds (RFC 8186) */
static uint64_t get_time(const uint8_t *at)
{
	return (uint64_t)wire_load32(at) * NS_PER_SECOND + wire_load32(at + 4);
}

static void put_time(uint8_t *at, uint64_t ns)
{
	wire_store32(at, (uint32_t)(ns / NS_PER_SECOND));
	wire_store32(at + 4, (uint32_t)(ns % NS_PER_SECOND));
}

static bool time_ok(const uint8_t *at)
{
	return wire_load32(at + 4) < NS_PER_SECOND;
}

static int check(const uint8_t *buf, size_t len)
{
	if (len < STAMP_LEN)
		return -EBADMSG;
	if (!(wire_load16(buf + 12) & ESTIMATE_Z))
		return -ENOTSUP;
	return time_ok(buf + 4) ? 0 : -EBADMSG;
}

int stamp_test_decode(const uint8_t *buf, size_t len, struct stamp_test *ret)
{
	int r = check(buf, len);

	if (r == 0)
		*ret = (struct stamp_test){.seq = wire_load32(buf),
					   .time_ns = get_time(buf + 4),
					   .ssid = wire_load16(buf + 14),
					   .estimate = wire_load16(buf + 12)};
	return r;
}

int stamp_reply_decode(const uint8_t *buf, size_t len, struct stamp_reply *ret)
{
	int r = check(buf, len);

	if (r == 0 && !(time_ok(buf + 16) && time_ok(buf + 28)))
		r = -EBADMSG;
	if (r == 0)
		*ret = (struct stamp_reply){
			.seq = wire_load32(buf),
			.time_ns = get_time(buf + 4),
			.ssid = wire_load16(buf + 14),
			.received_ns = get_time(buf + 16),
			.sender_seq = wire_load32(buf + 24),
			.sender_time_ns = get_time(buf + 28),
			.sender_estimate = wire_load16(buf + 36),
			.sender_ttl = buf[40],
		};
	return r;
}

void stamp_test_encode(const struct stamp_test *test, uint8_t *buf)
{
	memset(buf, 0, STAMP_LEN);
	wire_store32(buf, test->seq);
	put_time(buf + 4, test->time_ns);
	wire_store16(buf + 12, ESTIMATE_OURS);
	wire_store16(buf + 14, test->ssid);
}

void stamp_reply_encode(const struct stamp_reply *reply, uint8_t *buf)
{
	memset(buf, 0, STAMP_LEN);
	wire_store32(buf, reply->seq);
	put_time(buf + 4, reply->time_ns);
	wire_store16(buf + 12, ESTIMATE_OURS);
	wire_store16(buf + 14, reply->ssid);
	put_time(buf + 16, reply->received_ns);
	wire_store32(buf + 24, reply->sender_seq);
	put_time(buf + 28, reply->sender_time_ns);
	wire_store16(buf + 36, reply->sender_estimate);
	buf[40] = reply->sender_ttl;
}
