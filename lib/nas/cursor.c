// SPDX-License-Identifier: Apache-2.0
/*
 * The octet cursor of NAS, see cursor.h.
 */
#include "lib/nas/cursor.h"

#include <errno.h>
#include <string.h>

static void fail_with(struct nas_cursor *c, int error, const char *why)
{
	if (c->error)
		return;
	c->error = error;
	c->why = why;
}

void nas_fail(struct nas_cursor *c, const char *why)
{
	fail_with(c, nas_writing(c) ? -EINVAL : -EBADMSG, why);
}

static bool room(struct nas_cursor *c, size_t len)
{
	if (c->error)
		return false;
	if (len <= nas_left(c))
		return true;
	if (nas_writing(c))
		fail_with(c, -ENOSPC, "buffer too small");
	else
		fail_with(c, -EBADMSG, "too short");
	return false;
}

/* @octets 1 to 4, most significant first */
static uint32_t number(struct nas_cursor *c, uint32_t value, unsigned int octets)
{
	uint32_t read = 0;

	if (!room(c, octets))
		return nas_writing(c) ? value : 0;
	for (unsigned int i = octets; i > 0; i--) {
		if (nas_writing(c))
			c->out[c->pos++] = value >> (8 * (i - 1));
		else
			read = read << 8 | c->in[c->pos++];
	}
	return nas_writing(c) ? value : read;
}

void nas_u8(struct nas_cursor *c, uint8_t *value)
{
	*value = number(c, *value, 1);
}

void nas_u16(struct nas_cursor *c, uint16_t *value)
{
	*value = number(c, *value, 2);
}

void nas_u24(struct nas_cursor *c, uint32_t *value)
{
	if (nas_writing(c) && *value > 0xffffff)
		nas_fail(c, "more than 24 bits");
	*value = number(c, *value, 3);
}

void nas_u32(struct nas_cursor *c, uint32_t *value)
{
	*value = number(c, *value, 4);
}

void nas_bytes(struct nas_cursor *c, void *data, size_t len)
{
	if (!room(c, len) || len == 0)
		return;
	if (nas_writing(c))
		memcpy(c->out + c->pos, data, len);
	else
		memcpy(data, c->in + c->pos, len);
	c->pos += len;
}

void nas_rest(struct nas_cursor *c, const uint8_t **data, size_t *len)
{
	if (!nas_writing(c)) {
		*len = c->error ? 0 : nas_left(c);
		*data = c->in + c->pos;
	} else if (!room(c, *len)) {
		return;
	} else if (*len > 0) {
		memcpy(c->out + c->pos, *data, *len);
	}
	c->pos += *len;
}

void nas_half(struct nas_cursor *c, uint8_t *value)
{
	if (!nas_writing(c))
		*value = c->half;
	else if (*value > 15)
		nas_fail(c, "more than half an octet");
	else
		c->half = *value;
}

void nas_part_begin(struct nas_cursor *c, struct nas_part *part, unsigned int octets)
{
	size_t len;

	part->octets = octets;
	part->start = c->pos;
	part->end = c->end;
	len = number(c, 0, octets);
	if (nas_writing(c))
		return;
	if (!room(c, len))
		len = 0;
	part->next = c->pos + len;
	c->end = part->next;
}

static void part_close(struct nas_cursor *c, const struct nas_part *part)
{
	size_t after = c->pos;
	size_t len = after - part->start - part->octets;

	if (len >> (8 * part->octets)) {
		nas_fail(c, "too long for its length field");
		return;
	}
	c->pos = part->start;
	number(c, len, part->octets);
	c->pos = after;
}

void nas_part_end(struct nas_cursor *c, struct nas_part *part)
{
	if (nas_writing(c)) {
		if (!c->error)
			part_close(c, part);
		return;
	}
	if (!c->error)
		c->pos = part->next;
	c->end = part->end;
}
