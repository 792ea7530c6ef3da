/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages between a UE's client and a streaming server (docs/csm.md): they share the UDP
 * port of the stream and differ from RTP and RTCP by their first octet (1 to 15). Bytes <->
 * structs, no I/O.
 */
#ifndef BATON_APPS_STREAM_CONTROL_H
#define BATON_APPS_STREAM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CONTROL_KEY_LEN = 16,
	CONTROL_HEADER_LEN = 1 + CONTROL_KEY_LEN,
	CONTROL_INPUTS_MAX = 64,
	CONTROL_VIEW_MAX = 255,
	CONTROL_LEN_MAX = CONTROL_HEADER_LEN + 1 + CONTROL_VIEW_MAX,
	CONTROL_INPUT_KINDS = 7, /* an input is 0 to 6: none, up, right, down, left, rest, go */
};

enum control_type {
	CONTROL_JOIN = 1,
	CONTROL_INPUT = 2,
	CONTROL_SWITCH = 3,
	CONTROL_LEAVE = 4,
	CONTROL_VIEW = 5,
	CONTROL_ROLE = 9,
};

enum control_role { CONTROL_PRIMARY = 1, CONTROL_SECONDARY = 2 };
enum control_outcome {
	CONTROL_ACCEPTED = 0,
	CONTROL_STALE = 1,
	CONTROL_UNKNOWN = 2,
	CONTROL_REFUSED = 3, /* too far ahead */
};

struct control_input {
	uint32_t first; /* sequence number of input[0], from 1 */
	uint8_t count;	/* 1 to CONTROL_INPUTS_MAX */
	uint8_t input[CONTROL_INPUTS_MAX];
};

struct control_view {
	uint8_t len;
	char text[CONTROL_VIEW_MAX]; /* JSON, not checked, no terminator */
};

struct control_role_change {
	uint32_t number; /* newest switch number accepted; 0 none */
	uint8_t role;	 /* enum control_role */
	uint8_t outcome; /* enum control_outcome */
};

struct control_message {
	enum control_type type;
	uint8_t key[CONTROL_KEY_LEN];
	union {
		struct control_input input;
		uint32_t switch_number;
		struct control_view view;
		struct control_role_change role;
	};
};

/** control_is - a datagram that begins so is a control message, RFC 7983; RTP and RTCP begin with
 * 128 to 191 */
static inline bool control_is(const uint8_t *buf, size_t len)
{
	return len > 0 && buf[0] >= 1 && buf[0] <= 15;
}

/** control_parse - Return: 0; -EOPNOTSUP: no such type; -EBADMSG: wrong length or a value out of
 * range */
int control_parse(const uint8_t *buf, size_t len, struct control_message *ret_message);
/** control_build - @buf: CONTROL_LEN_MAX octets; Return: how many; 0 when a value is out of range
 */
size_t control_build(const struct control_message *message, uint8_t *buf);

#endif
