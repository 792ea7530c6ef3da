// SPDX-License-Identifier: Apache-2.0
/*
 * The PER cursor, ITU-T X.691 (02/2021), ALIGNED variant. See per.h.
 */
#include "lib/ngap/per.h"

#include <errno.h>
#include <string.h>

#define FRAGMENT 16384 /* X.691 cl. 11.9.3.8: from here on a length is fragmented */

void per_read_init(struct per *per, const uint8_t *buf, size_t len)
{
	*per = (struct per){.in = buf, .end = len * 8};
}

void per_write_init(struct per *per, uint8_t *buf, size_t size)
{
	*per = (struct per){.out = buf, .end = size * 8};
}

void per_fail(struct per *per, int error, const char *why)
{
	if (per->error)
		return;
	per->error = error;
	per->why = why;
}

/* Whether @bits more are there; if not, the cursor fails. */
static bool per_room(struct per *per, size_t bits)
{
	if (per->error)
		return false;
	if (bits <= per->end - per->pos)
		return true;
	if (per_writing(per))
		per_fail(per, -ENOSPC, "buffer too small");
	else
		per_fail(per, -EBADMSG, "message too short");
	return false;
}

static uint64_t bits_read(struct per *per, unsigned int bits)
{
	uint64_t value = 0;

	while (bits > 0) {
		unsigned int offset = per->pos % 8;
		unsigned int n = bits < 8 - offset ? bits : 8 - offset;
		uint8_t octet = per->in[per->pos / 8];

		value = value << n | ((octet >> (8 - offset - n)) & ((1u << n) - 1));
		per->pos += n;
		bits -= n;
	}
	return value;
}

/* Octets ahead of the cursor hold garbage, so a fresh one is cleared when its first bit is set. */
static void bits_write(struct per *per, uint64_t value, unsigned int bits)
{
	while (bits > 0) {
		unsigned int offset = per->pos % 8;
		unsigned int n = bits < 8 - offset ? bits : 8 - offset;
		uint8_t part = (value >> (bits - n)) & ((1u << n) - 1);
		uint8_t *octet = &per->out[per->pos / 8];

		if (offset == 0)
			*octet = 0;
		*octet |= part << (8 - offset - n);
		per->pos += n;
		bits -= n;
	}
}

void per_bits(struct per *per, uint64_t *value, unsigned int bits)
{
	if (per_writing(per)) {
		if (per_room(per, bits))
			bits_write(per, *value, bits);
	} else {
		*value = per_room(per, bits) ? bits_read(per, bits) : 0;
	}
}

void per_align(struct per *per)
{
	unsigned int rest = (8 - per->pos % 8) % 8;

	/* buffers and open types end on octets, so there is always room for the rest of one */
	if (!per->error)
		per->pos += rest;
}

void per_flag(struct per *per, bool *flag)
{
	uint64_t bit = per_writing(per) ? *flag : 0;

	per_bits(per, &bit, 1);
	if (!per_writing(per))
		*flag = bit;
}

static unsigned int bits_needed(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

/* X.691 cl. 11.5.7.4: the "indefinite length case", for ranges over 64K */
static void uint_wide(struct per *per, uint64_t *offset, uint64_t range)
{
	uint64_t max = (bits_needed(range) + 7) / 8;
	uint64_t len = (bits_needed(*offset) + 7) / 8;

	if (len == 0)
		len = 1;
	per_uint(per, &len, 1, max);
	per_align(per);
	per_bits(per, offset, len * 8);
}

/* X.691 cl. 11.5: @offset in 0..range */
static void uint_offset(struct per *per, uint64_t *offset, uint64_t range)
{
	if (range < 255) {
		per_bits(per, offset, bits_needed(range));
	} else if (range < 65536) {
		per_align(per);
		per_bits(per, offset, range == 255 ? 8 : 16);
	} else {
		uint_wide(per, offset, range);
	}
}

void per_uint(struct per *per, uint64_t *value, uint64_t low, uint64_t high)
{
	uint64_t offset = 0;

	if (per_writing(per)) {
		if (*value < low || *value > high) {
			per_fail(per, -EINVAL, "value out of range");
			return;
		}
		offset = *value - low;
		uint_offset(per, &offset, high - low);
		return;
	}
	uint_offset(per, &offset, high - low);
	if (offset > high - low) {
		per_fail(per, -EBADMSG, "integer out of range");
		offset = 0;
	}
	*value = per->error ? 0 : low + offset;
}

void per_uint_ext(struct per *per, uint64_t *value, uint64_t low, uint64_t high)
{
	bool extended = false;

	per_flag(per, &extended);
	if (extended)
		per_fail(per, -ENOTSUP, "integer outside its extension root");
	per_uint(per, value, low, high);
}

void per_u8(struct per *per, uint8_t *value, uint64_t low, uint64_t high)
{
	uint64_t wide = *value;

	per_uint(per, &wide, low, high);
	*value = wide;
}

void per_u8_ext(struct per *per, uint8_t *value, uint64_t low, uint64_t high)
{
	uint64_t wide = *value;

	per_uint_ext(per, &wide, low, high);
	*value = wide;
}

void per_u16_ext(struct per *per, uint16_t *value, uint64_t low, uint64_t high)
{
	uint64_t wide = *value;

	per_uint_ext(per, &wide, low, high);
	*value = wide;
}

void per_u32(struct per *per, uint32_t *value, uint64_t low, uint64_t high)
{
	uint64_t wide = *value;

	per_uint(per, &wide, low, high);
	*value = wide;
}

/* X.691 cl. 11.6: normally small non-negative whole number; ours are under 64 */
static void uint_small(struct per *per, uint64_t *value)
{
	bool large = false;

	per_flag(per, &large);
	if (large)
		per_fail(per, -ENOTSUP, "extension number of 64 or more");
	per_bits(per, value, 6);
}

void per_enum(struct per *per, uint8_t *value, unsigned int root, unsigned int added)
{
	bool extended = per_writing(per) && *value >= root;
	uint64_t wide = extended ? *value - root : *value;

	if (extended && wide >= added) {
		per_fail(per, -EINVAL, "enumeration value unknown");
		return;
	}
	per_flag(per, &extended);
	if (extended) {
		uint_small(per, &wide);
		if (wide >= added)
			per_fail(per, -ENOTSUP, "enumeration value unknown");
		wide += root;
	} else {
		per_uint(per, &wide, 0, root - 1);
	}
	if (!per_writing(per))
		*value = per->error ? 0 : wide;
}

void per_index(struct per *per, uint8_t *value, unsigned int count)
{
	per_u8(per, value, 0, count - 1);
}

void per_bit_string(struct per *per, uint64_t *value, unsigned int bits)
{
	if (per_writing(per) && bits_needed(*value) > bits) {
		per_fail(per, -EINVAL, "bit string too long");
		return;
	}
	if (bits > 16)
		per_align(per);
	per_bits(per, value, bits);
}

void per_octets_fixed(struct per *per, uint8_t *data, size_t len)
{
	if (len > 2)
		per_align(per);
	for (size_t i = 0; i < len; i++) {
		uint64_t octet = data[i];

		per_bits(per, &octet, 8);
		if (!per_writing(per))
			data[i] = octet;
	}
}

void per_octets_number(struct per *per, uint32_t *value, size_t len)
{
	uint64_t wide = *value;

	if (per_writing(per) && bits_needed(wide) > len * 8) {
		per_fail(per, -EINVAL, "number too large for its octets");
		return;
	}
	if (len > 2)
		per_align(per);
	per_bits(per, &wide, len * 8);
	*value = wide;
}

void per_length(struct per *per, size_t *len)
{
	uint64_t wide = *len;

	if (per_writing(per) && *len >= FRAGMENT) {
		per_fail(per, -EMSGSIZE, "16384 octets or more in one piece");
		return;
	}
	per_align(per);
	if (per_writing(per)) {
		if (*len >= 128)
			wide |= 0x8000;
		per_bits(per, &wide, *len >= 128 ? 16 : 8);
		return;
	}
	per_bits(per, &wide, 8);
	if (wide >= 0xc0) {
		per_fail(per, -ENOTSUP, "fragmented length");
		wide = 0;
	} else if (wide >= 0x80) {
		uint64_t low;

		per_bits(per, &low, 8);
		wide = (wide & 0x3f) << 8 | low;
	}
	*len = per->error ? 0 : wide;
}

void per_octets(struct per *per, const uint8_t **data, size_t *len)
{
	per_length(per, len);
	if (!per_room(per, *len * 8)) {
		if (!per_writing(per))
			*len = 0;
		return;
	}
	if (per_writing(per)) {
		if (*len > 0)
			memcpy(per->out + per->pos / 8, *data, *len);
	} else {
		*data = per->in + per->pos / 8;
	}
	per->pos += *len * 8;
}

void per_count(struct per *per, uint8_t *count, unsigned int max, unsigned int bound)
{
	uint64_t wide = *count;

	if (per_writing(per) && wide > bound) {
		per_fail(per, -EINVAL, "list too long");
		return;
	}
	if (max < 65536) {
		per_uint(per, &wide, 1, max);
	} else {
		/* X.691 cl. 20.6 with 11.9.3.4: an upper bound of 64K is as good as none */
		size_t len = wide;

		per_length(per, &len);
		wide = len;
	}
	if (wide > bound) {
		per_fail(per, -ENOTSUP, "list longer than this system holds");
		wide = 0;
	}
	if (!per_writing(per))
		*count = wide;
}

void per_open_begin(struct per *per, struct per_open *open)
{
	size_t len = 0;

	open->end = per->end;
	if (per_writing(per)) {
		/* room for the longer form of the length; the content moves up if it is short */
		uint64_t zero = 0;

		per_align(per);
		open->start = per->pos / 8;
		per_bits(per, &zero, 16);
		return;
	}
	per_length(per, &len);
	if (!per_room(per, len * 8))
		len = 0;
	open->next = per->pos + len * 8;
	per->end = open->next;
}

static void open_close(struct per *per, const struct per_open *open)
{
	uint8_t *length = per->out + open->start;
	size_t len;

	if (per->pos / 8 == open->start + 2 && per->pos % 8 == 0) {
		uint64_t zero = 0;

		/* an empty value takes one octet, X.691 cl. 11.1.3 */
		per_bits(per, &zero, 8);
		if (per->error)
			return;
	}
	per_align(per);
	len = per->pos / 8 - open->start - 2;
	if (len >= FRAGMENT) {
		per_fail(per, -EMSGSIZE, "16384 octets or more in one piece");
		return;
	}
	if (len < 128) {
		length[0] = len;
		memmove(length + 1, length + 2, len);
		per->pos -= 8;
	} else {
		length[0] = 0x80 | len >> 8;
		length[1] = len & 0xff;
	}
}

void per_open_end(struct per *per, struct per_open *open)
{
	if (per_writing(per)) {
		if (!per->error)
			open_close(per, open);
		return;
	}
	if (!per->error)
		per->pos = open->next;
	per->end = open->end;
}

void per_skip_additions(struct per *per)
{
	uint64_t count = 0;
	uint64_t present;

	/* X.691 cl. 19.7, 11.9.3.4: number of additions, less one, then a bit for each */
	uint_small(per, &count);
	count++;
	per_bits(per, &present, count);
	for (; present && !per->error; present &= present - 1) {
		struct per_open open;

		per_open_begin(per, &open);
		per_open_end(per, &open);
	}
}
