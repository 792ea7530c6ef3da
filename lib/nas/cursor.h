/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded octet cursor that either reads or writes (TS 24.007 cl. 11.2.1: octets, big endian).
 *
 * As in lib/ngap/per.h each function works in both directions, so that a value is described once,
 * and errors stick: after the first one nothing moves, and reading yields zero.
 *
 *   -EBADMSG reading: wrong or too short   -EINVAL writing: value out of range
 *   -ENOSPC  writing: the buffer is full
 */
#ifndef BATON_LIB_NAS_CURSOR_H
#define BATON_LIB_NAS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nas_cursor {
	const uint8_t *in; /* reading */
	uint8_t *out;	   /* writing; NULL = reading */
	size_t pos;
	size_t end;   /* of the buffer, or of the IE under way */
	uint8_t half; /* a half octet under way, see nas_half() */
	int error;
	const char *why; /* static */
};

static inline bool nas_writing(const struct nas_cursor *c)
{
	return c->out != NULL;
}

/* Octets left in the IE (reading) or in the buffer. */
static inline size_t nas_left(const struct nas_cursor *c)
{
	return c->end - c->pos;
}

/* Record -EBADMSG (reading) or -EINVAL (writing), unless there is an error already. */
void nas_fail(struct nas_cursor *c, const char *why);

void nas_u8(struct nas_cursor *c, uint8_t *value);
void nas_u16(struct nas_cursor *c, uint16_t *value);
void nas_u24(struct nas_cursor *c, uint32_t *value);
void nas_u32(struct nas_cursor *c, uint32_t *value);
void nas_bytes(struct nas_cursor *c, void *data, size_t len);

/* All octets that are left: borrowed on reading. */
void nas_rest(struct nas_cursor *c, const uint8_t **data, size_t *len);

/* The half octet that the caller of a walk holds out (reading) or takes (writing), 0 to 15. */
void nas_half(struct nas_cursor *c, uint8_t *value);

/* A part with a length of one or two octets: begin, walk the content, end (skips what is left). */
struct nas_part {
	size_t start; /* writing: of the length */
	size_t next;  /* reading: after the content */
	size_t end;   /* the outer end */
	unsigned int octets;
};

void nas_part_begin(struct nas_cursor *c, struct nas_part *part, unsigned int octets);
void nas_part_end(struct nas_cursor *c, struct nas_part *part);

#endif
