/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STAMP, the Simple Two-way Active Measurement Protocol: RFC 8762, unauthenticated mode, with the
 * session identifier (SSID) of RFC 8972 and PTPv2 timestamps (Z flag set). Bytes <-> structs, no
 * I/O. Times are CLOCK_REALTIME nanoseconds, numbers in host order.
 */
#ifndef BATON_LIB_STAMP_H
#define BATON_LIB_STAMP_H

#include <stddef.h>
#include <stdint.h>

enum { STAMP_PORT = 862, STAMP_LEN = 44 /* both directions are of one size, RFC 8762 cl. 4.2.1 */ };

/* RFC 8762 figure 2, RFC 8972 figure 1 */
struct stamp_test {
	uint32_t seq;
	uint64_t time_ns;
	uint16_t ssid;
	uint16_t estimate; /* Error Estimate, RFC 4656 cl. 4.1.2; encode: ours, whatever it says */
};

/* RFC 8762 figure 5, RFC 8972 figure 2 */
struct stamp_reply {
	uint32_t seq; /* the reflector's own: it is stateful, RFC 8762 cl. 4.3 */
	uint64_t time_ns;
	uint16_t ssid;
	uint64_t received_ns;
	uint32_t sender_seq;
	uint64_t sender_time_ns;
	uint16_t sender_estimate; /* copied as it came, as the sender's other fields */
	uint8_t sender_ttl;
};

/** stamp_test_decode - longer packets (padding, TLVs) are taken; Return: 0, -EBADMSG too short or a
 * second with more than 999999999 nanoseconds, -ENOTSUP with NTP timestamps */
int stamp_test_decode(const uint8_t *buf, size_t len, struct stamp_test *ret_test);
int stamp_reply_decode(const uint8_t *buf, size_t len, struct stamp_reply *ret_reply);
/* @buf: STAMP_LEN octets */
void stamp_test_encode(const struct stamp_test *test, uint8_t *buf);
void stamp_reply_encode(const struct stamp_reply *reply, uint8_t *buf);

#endif
