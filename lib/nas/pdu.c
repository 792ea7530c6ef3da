// SPDX-License-Identifier: Apache-2.0
/*
 * A whole NAS message: header, then the IEs by the rows of message.c; which IEs are passed over and
 * which refuse the message (TS 24.501 cl. 7, TS 24.007 cl. 11.2.4).
 */
#include "lib/nas/codec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MANDATORY_FORMATS NAS_TV_HALF /* formats below it */

const struct nas_descriptor *nas_descriptor_find(uint8_t type)
{
	for (size_t i = 0; i < nas_descriptor_count; i++) {
		if (nas_descriptors[i].type == type)
			return &nas_descriptors[i];
	}
	return NULL;
}

/* ---- one IE, either direction ---- */

static unsigned int length_octets(uint8_t format)
{
	switch (format) {
	case NAS_LV:
	case NAS_TLV:
		return 1;
	case NAS_LVE:
	case NAS_TLVE:
		return 2;
	default:
		return 0;
	}
}

/* The value of an IE, with its length field if it has one */
static void walk_value(struct nas_cursor *c, const struct nas_row *row, void *value)
{
	unsigned int octets = length_octets(row->format);
	struct nas_part part;

	if (octets > 0)
		nas_part_begin(c, &part, octets);
	row->type->walk(c, value);
	if (octets > 0)
		nas_part_end(c, &part);
}

/* A mandatory IE of half an octet: @shared keeps the lower half until the upper one comes. */
static void walk_half(struct nas_cursor *c, const struct nas_row *row, void *value, uint8_t *shared)
{
	if (!nas_writing(c)) {
		if (row->format != NAS_HALF_HIGH)
			nas_u8(c, shared);
		c->half = row->format == NAS_HALF_HIGH ? *shared >> 4 : *shared & 0xf;
	}
	row->type->walk(c, value);
	if (!nas_writing(c))
		return;
	if (row->format == NAS_HALF_HIGH)
		*shared |= c->half << 4;
	else
		*shared = c->half;
	if (row->format != NAS_HALF_LOW)
		nas_u8(c, shared);
}

static void walk_mandatory(struct nas_cursor *c, const struct nas_row *row, void *message,
			   uint8_t *shared)
{
	uint8_t *value = (uint8_t *)message + row->offset;

	if (row->format == NAS_HALF_LOW || row->format == NAS_HALF_HIGH ||
	    row->format == NAS_HALF_SPARE)
		walk_half(c, row, value, shared);
	else
		walk_value(c, row, value);
}

static bool is_mandatory(const struct nas_row *row)
{
	return row->format < MANDATORY_FORMATS;
}

/* ---- reading ---- */

struct reading {
	struct nas_cursor c;
	const struct nas_descriptor *d;
	void *message;
	uint64_t seen; /* rows */
	uint16_t ignored;
	struct nas_error *err;
};

static void refuse(struct reading *r, int error, uint8_t cause, uint8_t iei, const char *why)
{
	if (r->err->text)
		return;
	r->c.error = error;
	r->err->cause = cause;
	r->err->iei = iei;
	r->err->text = why;
	r->err->offset = r->c.pos;
}

static const struct nas_row *optional_find(const struct reading *r, uint8_t iei, size_t *ret_index)
{
	for (size_t i = 0; i < r->d->count; i++) {
		const struct nas_row *row = &r->d->row[i];
		uint8_t mask = row->format == NAS_TV_HALF ? 0xf0 : 0xff;

		if (!is_mandatory(row) && row->iei == (iei & mask)) {
			*ret_index = i;
			return row;
		}
	}
	return NULL;
}

/* TS 24.007 cl. 11.2.4: the length of an IE that isn't known is told by its IEI. */
static void skip_unknown(struct reading *r, uint8_t iei)
{
	struct nas_part part;

	if (iei >> 4 == 0) {
		refuse(r, -EBADMSG, NAS_MM_INVALID_MANDATORY, iei,
		       "unknown IE that asks to be comprehended");
		return;
	}
	r->ignored++;
	if (iei & 0x80)
		return;
	nas_part_begin(&r->c, &part, iei >> 4 == 7 ? 2 : 1);
	nas_part_end(&r->c, &part);
}

/* Where a known IE ends, whatever its value: -1 if that is past the message's end. */
static int optional_end(const struct nas_cursor *c, const struct nas_row *row, size_t *ret_end)
{
	unsigned int octets = length_octets(row->format);
	size_t len = row->skip;

	if (octets > nas_left(c))
		return -1;
	if (octets == 1)
		len = 1 + c->in[c->pos];
	else if (octets == 2)
		len = 2 + (c->in[c->pos] << 8 | c->in[c->pos + 1]);
	if (len > nas_left(c))
		return -1;
	*ret_end = c->pos + len;
	return 0;
}

/* A bad value of an optional IE is as if the IE weren't there: TS 24.501 cl. 7.7.1. */
static void read_optional(struct reading *r, const struct nas_row *row, uint8_t iei)
{
	uint8_t *value = (uint8_t *)r->message + row->offset;
	size_t outer = r->c.end;
	size_t next = r->c.pos;

	if (optional_end(&r->c, row, &next)) {
		r->ignored++;
		r->c.pos = r->c.end;
		return;
	}
	r->c.half = iei & 0xf;
	r->c.end = next;
	if (row->type) {
		walk_value(&r->c, row, value);
		if (!r->c.error && row->flag != row->offset)
			*((bool *)r->message + row->flag) = true;
		if (r->c.error) {
			memset(value, 0, row->type->size);
			r->ignored++;
		}
	}
	r->c.error = 0;
	r->c.why = NULL;
	r->c.pos = next;
	r->c.end = outer;
}

static void read_optionals(struct reading *r)
{
	while (!r->c.error && nas_left(&r->c) > 0) {
		const struct nas_row *row;
		size_t index = 0;
		uint8_t iei;

		nas_u8(&r->c, &iei);
		row = optional_find(r, iei, &index);
		if (!row) {
			skip_unknown(r, iei);
		} else if (r->seen & 1ull << index) {
			/* only the first of repeated IEs counts: TS 24.501 cl. 7.6.3 */
			struct nas_row over = *row;

			over.type = NULL;
			r->ignored++;
			read_optional(r, &over, iei);
		} else {
			r->seen |= 1ull << index;
			read_optional(r, row, iei);
		}
	}
	/* an unknown IE that is cut off at the end of the message is passed over like others */
	if (!r->err->text)
		r->c.error = 0;
}

static void read_mandatories(struct reading *r)
{
	uint8_t shared = 0;

	for (size_t i = 0; i < r->d->count && !r->c.error; i++) {
		const struct nas_row *row = &r->d->row[i];

		if (is_mandatory(row))
			walk_mandatory(&r->c, row, r->message, &shared);
	}
	if (r->c.error)
		refuse(r, -EBADMSG, NAS_MM_INVALID_MANDATORY, 0, r->c.why);
}

/* Header: TS 24.501 cl. 9.1.1 */
static void read_header(struct reading *r, struct nas_message *message)
{
	uint8_t epd = 0, security = 0;

	nas_u8(&r->c, &epd);
	if (epd == NAS_EPD_5GSM) {
		nas_u8(&r->c, &message->session_id);
		nas_u8(&r->c, &message->pti);
	} else {
		nas_u8(&r->c, &security);
	}
	nas_u8(&r->c, &message->type);
	if (r->c.error) {
		refuse(r, -EBADMSG, 0, 0, "too short for a NAS header");
		return;
	}
	r->err->is_sm = epd == NAS_EPD_5GSM;
	r->err->session_id = message->session_id;
	r->err->pti = message->pti;
	if (epd != NAS_EPD_5GSM && epd != NAS_EPD_5GMM) {
		refuse(r, -EPROTONOSUPPORT, 0, 0, "protocol discriminator not known");
		return;
	}
	if (security & 0xf) {
		refuse(r, -EACCES, 0, 0, "security protected");
		return;
	}
	r->err->type = message->type;
	r->d = nas_descriptor_find(message->type);
	if (!r->d || nas_type_is_sm(message->type) != r->err->is_sm)
		refuse(r, -EPROTONOSUPPORT, NAS_MM_MESSAGE_TYPE_UNKNOWN, 0,
		       "message type not known");
}

int nas_decode(const uint8_t *buf, size_t len, struct nas_message *ret, struct nas_error *err)
{
	struct nas_error unwanted;
	struct reading r = {.c = {.in = buf, .end = len}, .err = err ? err : &unwanted};

	*r.err = (struct nas_error){0};
	ret->session_id = 0;
	ret->pti = 0;
	read_header(&r, ret);
	if (r.c.error)
		return r.c.error;
	/* every message starts where the union does */
	r.message = &ret->mm_status;
	memset(r.message, 0, r.d->size);
	read_mandatories(&r);
	if (!r.c.error)
		read_optionals(&r);
	ret->ignored = r.ignored;
	return r.c.error;
}

/* ---- writing ---- */

static void write_optional(struct nas_cursor *c, const struct nas_row *row, void *message)
{
	uint8_t *value = (uint8_t *)message + row->offset;
	uint8_t iei = row->iei;

	if (!row->type || ((const uint8_t *)message)[row->flag] == 0)
		return;
	if (row->format == NAS_TV_HALF) {
		row->type->walk(c, value);
		iei |= c->half;
		nas_u8(c, &iei);
		return;
	}
	nas_u8(c, &iei);
	walk_value(c, row, value);
}

static void write_header(struct nas_cursor *c, const struct nas_message *msg)
{
	uint8_t epd = nas_type_is_sm(msg->type) ? NAS_EPD_5GSM : NAS_EPD_5GMM;
	uint8_t session_id = msg->session_id;
	uint8_t pti = msg->pti;
	uint8_t type = msg->type;
	uint8_t plain = 0;

	nas_u8(c, &epd);
	if (epd == NAS_EPD_5GSM) {
		nas_u8(c, &session_id);
		nas_u8(c, &pti);
	} else {
		nas_u8(c, &plain);
	}
	nas_u8(c, &type);
}

int nas_encode(const struct nas_message *msg, uint8_t *buf, size_t size, size_t *ret_len)
{
	struct nas_cursor c = {.out = buf, .end = size};
	const struct nas_descriptor *d = nas_descriptor_find(msg->type);
	/* a walk that writes octets leaves the values alone, so the const may go here */
	void *message = (void *)(uintptr_t)&msg->mm_status;
	uint8_t shared = 0;

	if (!d)
		return -EINVAL;
	write_header(&c, msg);
	for (size_t i = 0; i < d->count && !c.error; i++) {
		if (is_mandatory(&d->row[i]))
			walk_mandatory(&c, &d->row[i], message, &shared);
		else
			write_optional(&c, &d->row[i], message);
	}
	if (!c.error)
		*ret_len = c.pos;
	return c.error;
}

/* ---- text ---- */

void nas_text_add(struct nas_text *text, const char *format, ...)
{
	size_t room = text->size - text->len;
	va_list args;
	int n;

	if (room == 0)
		return;
	va_start(args, format);
	n = vsnprintf(text->buf + text->len, room, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n < room ? (size_t)n : room - 1;
}

const char *nas_type_name(uint8_t type)
{
	const struct nas_descriptor *d = nas_descriptor_find(type);

	return d ? d->name : "unknown";
}

static void print_rows(struct nas_text *text, const struct nas_descriptor *d, const void *message)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct nas_row *row = &d->row[i];

		if (!row->type)
			continue;
		if (!is_mandatory(row) && ((const uint8_t *)message)[row->flag] == 0)
			continue;
		nas_text_add(text, "  %s: ", row->name);
		row->type->print(text, (const uint8_t *)message + row->offset);
		nas_text_add(text, "\n");
	}
}

size_t nas_print(const struct nas_message *msg, char *buf, size_t size)
{
	const struct nas_descriptor *d = nas_descriptor_find(msg->type);
	struct nas_text text = {.buf = buf, .size = size};

	if (size > 0)
		buf[0] = '\0';
	nas_text_add(&text, "%s", nas_type_name(msg->type));
	if (nas_type_is_sm(msg->type))
		nas_text_add(&text, " session=%u pti=%u", msg->session_id, msg->pti);
	nas_text_add(&text, "\n");
	if (d)
		print_rows(&text, d, &msg->mm_status);
	return text.len;
}
