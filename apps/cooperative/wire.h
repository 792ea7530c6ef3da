/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What travels between two instances of an application, over one TCP connection (big-endian): a
 * frame is a header of COOPERATIVE_HEADER octets and, for some, a body.
 *
 *   D -> S  CHALLENGE  body: a nonce
 *   S -> D  HELLO   a: application's number, b: octets of the arena, c: version << 32 | page size;
 *                   body: that S has the key (lib/proof.h), which never travels
 *   D -> S  WELCOME
 *   S -> D  PAGES   a: offset in the arena, b: octets; body: they. ZERO: the same, without a body
 *   S -> D  ROUND   c: number. D -> S: the same, when all before it was put into place
 *   S -> D  ARM     the last round is near: requests are to reach D from now on
 *   D -> S  ARMED   they do, and wait in D's sockets. What was on its way to S is before this
 *   S -> D  COMMIT  S stands still and all is sent. a: octets of PAGES, b: of ZERO, in the whole
 *                   connection; with flag DIGEST the body is the arena's SHA-256
 *   D -> S  ACK     D serves
 *   D -> S  REFUSE  c: enum cooperative_refusal; D will never serve
 *   S -> D  ABORT   S serves on
 *
 * Exactly one serves. S serves until it stands still, and again only if it knows that D never will.
 * D serves from one act on: it renames its file `incoming` to `committed`, in order with what it
 * says. So whatever breaks:
 * - before COMMIT was sent: D hasn't served and, since its connection ended before a COMMIT, never
 *   will. S goes on.
 * - COMMIT sent, ACK came: S has left. REFUSE came: D never will; S goes on.
 * - COMMIT sent, and neither came: S can't know. It stands still (`undecided`) until it is told:
 *   whoever asks D (control command `fence`: D says that it serves, or never will from then on; a
 *   dead D's file says it) tells S to `resume` or to `leave`. While D can't be asked, nobody may
 *   decide: at most one serves.
 */
#ifndef BATON_APPS_COOPERATIVE_WIRE_H
#define BATON_APPS_COOPERATIVE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/proof.h"

enum {
	COOPERATIVE_HEADER = 32,
	COOPERATIVE_KEY = 32,
	COOPERATIVE_DIGEST = 32,
	COOPERATIVE_VERSION = 1,
	COOPERATIVE_RUN_MAX = 1 << 20, /* octets of a PAGES */
};

enum cooperative_frame_type {
	FRAME_HELLO = 1,
	FRAME_WELCOME,
	FRAME_PAGES,
	FRAME_ZERO,
	FRAME_ROUND,
	FRAME_ARM,
	FRAME_ARMED,
	FRAME_COMMIT,
	FRAME_ACK,
	FRAME_REFUSE,
	FRAME_ABORT,
	FRAME_CHALLENGE,
	FRAME_TYPES
};

enum { FRAME_FLAG_DIGEST = 1 };

enum cooperative_refusal {
	REFUSAL_KEY = 1,
	REFUSAL_APPLICATION, /* another number, size or page size */
	REFUSAL_VERSION,
	REFUSAL_MALFORMED, /* a frame that can't be, or not now */
	REFUSAL_COUNT,	   /* COMMIT tells other numbers than what came */
	REFUSAL_DIGEST,
	REFUSAL_GATE,  /* requests can't be brought here */
	REFUSAL_STATE, /* the mark of its decision can't be written; it was fenced */
	REFUSALS
};

struct cooperative_frame {
	enum cooperative_frame_type type;
	uint8_t flags;
	uint64_t a, b, c;
};

/** cooperative_frame_put - @ret: COOPERATIVE_HEADER octets */
void cooperative_frame_put(const struct cooperative_frame *frame, uint8_t *ret);
/** cooperative_frame_get - Return: 0, -EBADMSG when it isn't one */
int cooperative_frame_get(const uint8_t *bytes, struct cooperative_frame *ret_frame);
/** cooperative_frame_body - octets that follow its header */
size_t cooperative_frame_body(const struct cooperative_frame *frame);

/* What D knows of its connection; zeros at first. */
struct cooperative_intake {
	uint64_t arena, page; /* octets; to be set */
	uint64_t number;      /* of the application; to be set */
	bool greeted, armed, committed;
	uint64_t bytes, zeros;
};
/**
 * cooperative_intake_check - may @frame come now, and does it fit? Counts it then
 * Return: 0, or the enum cooperative_refusal
 */
int cooperative_intake_check(struct cooperative_intake *intake,
			     const struct cooperative_frame *frame);

/** cooperative_refusal_text - for people */
const char *cooperative_refusal_text(uint64_t refusal);

#endif
