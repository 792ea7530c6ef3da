/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ASN.1 BASIC-PER, ALIGNED variant: ITU-T X.691, as far as NGAP uses it (TS 38.413 cl. 9.5).
 *
 * One bounded bit cursor that either reads or writes. Every function walks one construct in either
 * direction: reading, it writes to its argument; writing, it reads from it. So a type is described
 * once, and what is decoded and what is encoded cannot drift apart.
 *
 * Errors stick: after the first one every call does nothing, and reading yields zero. The caller
 * looks at per->error where it matters, at the latest at the end.
 *
 *   -EBADMSG  reading: the octets don't follow the transfer syntax
 *   -ENOTSUP  reading: well formed, but not comprehended: an extension value, or over our bounds
 *   -EINVAL   writing: value out of its range
 *   -ENOSPC   writing: the buffer is full
 *   -EMSGSIZE writing: 16384 octets or more in one piece, which PER would fragment
 */
#ifndef BATON_LIB_NGAP_PER_H
#define BATON_LIB_NGAP_PER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct per {
	const uint8_t *in; /* reading */
	uint8_t *out;	   /* writing; NULL = reading */
	size_t pos;	   /* in bits */
	size_t end;	   /* in bits: the end of the buffer or of the innermost open type */
	int error;
	const char *why; /* static */
};

/* An open type (or an OCTET STRING that contains a type) on its way. */
struct per_open {
	size_t start; /* writing: octet of the length; reading: not used */
	size_t next;  /* reading: bit after the content */
	size_t end;   /* the outer end */
};

void per_read_init(struct per *per, const uint8_t *buf, size_t len);
void per_write_init(struct per *per, uint8_t *buf, size_t size);

static inline bool per_writing(const struct per *per)
{
	return per->out != NULL;
}

/* Record an error, unless there is one already. */
void per_fail(struct per *per, int error, const char *why);

/* Octets read or written so far, a started one counts. */
static inline size_t per_octet(const struct per *per)
{
	return (per->pos + 7) / 8;
}

/* @bits raw bits, 0 to 64, most significant first */
void per_bits(struct per *per, uint64_t *value, unsigned int bits);

/* To the next octet; the bits skipped are written as 0 and not looked at. X.691 cl. 11.1 */
void per_align(struct per *per);

/* One bit: a preamble's presence bit or an extension bit, BOOLEAN */
void per_flag(struct per *per, bool *flag);

/* INTEGER (low..high), X.691 cl. 13 with 11.5 */
void per_uint(struct per *per, uint64_t *value, uint64_t low, uint64_t high);

/* INTEGER (low..high, ...); a value outside the root is -ENOTSUP */
void per_uint_ext(struct per *per, uint64_t *value, uint64_t low, uint64_t high);

/* The same for narrower variables. */
void per_u8(struct per *per, uint8_t *value, uint64_t low, uint64_t high);
void per_u8_ext(struct per *per, uint8_t *value, uint64_t low, uint64_t high);
void per_u16_ext(struct per *per, uint16_t *value, uint64_t low, uint64_t high);
void per_u32(struct per *per, uint32_t *value, uint64_t low, uint64_t high);

/* ENUMERATED with @root values and "..." with @added further known ones, X.691 cl. 14 */
void per_enum(struct per *per, uint8_t *value, unsigned int root, unsigned int added);

/* Index of a CHOICE or ENUMERATED without "...", @count alternatives, X.691 cl. 23 */
void per_index(struct per *per, uint8_t *value, unsigned int count);

/* BIT STRING (SIZE(bits)), up to 64, the last bit of the string in bit 0; X.691 cl. 16 */
void per_bit_string(struct per *per, uint64_t *value, unsigned int bits);

/* OCTET STRING (SIZE(len)), X.691 cl. 17 */
void per_octets_fixed(struct per *per, uint8_t *data, size_t len);

/* The same as a number in network order, up to 4 octets */
void per_octets_number(struct per *per, uint32_t *value, size_t len);

/* OCTET STRING of any length; reading, it borrows from the input. */
void per_octets(struct per *per, const uint8_t **data, size_t *len);

/* Length in a general length determinant (X.691 cl. 11.9.3.5 to 8); aligns. */
void per_length(struct per *per, size_t *len);

/* Count of a SEQUENCE (SIZE(1..max)) OF; over @bound is -ENOTSUP reading, -EINVAL writing. */
void per_count(struct per *per, uint8_t *count, unsigned int max, unsigned int bound);

/* Open type: begin, walk the content, end. Reading, what is left of the content is passed over. */
void per_open_begin(struct per *per, struct per_open *open);
void per_open_end(struct per *per, struct per_open *open);

/* Extension additions of a SEQUENCE whose extension bit was 1: read over. Reading only. */
void per_skip_additions(struct per *per);

#endif
