/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of the wire for every codec: bounded cursors, and numbers in network order at a known
 * place. Depends on nothing.
 *
 * The cursors are sticky: reading past the end gives zeros and sets bad, writing past it sets full,
 * so that a codec reads or writes straight through and its caller looks once at the end.
 */
#ifndef BATON_LIB_WIRE_H
#define BATON_LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Numbers at a place that the caller has checked */
static inline uint16_t wire_load16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t wire_load32(const uint8_t *at)
{
	return (uint32_t)wire_load16(at) << 16 | wire_load16(at + 2);
}

static inline uint64_t wire_load64(const uint8_t *at)
{
	return (uint64_t)wire_load32(at) << 32 | wire_load32(at + 4);
}

static inline void wire_store16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void wire_store32(uint8_t *at, uint32_t value)
{
	wire_store16(at, (uint16_t)(value >> 16));
	wire_store16(at + 2, (uint16_t)value);
}

static inline void wire_store64(uint8_t *at, uint64_t value)
{
	wire_store32(at, (uint32_t)(value >> 32));
	wire_store32(at + 4, (uint32_t)value);
}

struct wire_reader {
	const uint8_t *at, *end;
	bool bad;
};

struct wire_writer {
	uint8_t *at, *end;
	bool full;
};

static inline size_t wire_left(const struct wire_reader *r)
{
	return (size_t)(r->end - r->at);
}

/* @n octets, or NULL and bad */
static inline const uint8_t *wire_get(struct wire_reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (n > wire_left(r)) {
		r->at = r->end;
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

/* A number of @n octets, at most 8 */
static inline uint64_t wire_get_number(struct wire_reader *r, size_t n)
{
	const uint8_t *p = wire_get(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint8_t wire_get_u8(struct wire_reader *r)
{
	return (uint8_t)wire_get_number(r, 1);
}

static inline uint16_t wire_get_u16(struct wire_reader *r)
{
	const uint8_t *p = wire_get(r, 2);

	return p ? wire_load16(p) : 0;
}

static inline uint32_t wire_get_u32(struct wire_reader *r)
{
	const uint8_t *p = wire_get(r, 4);

	return p ? wire_load32(p) : 0;
}

static inline uint64_t wire_get_u64(struct wire_reader *r)
{
	const uint8_t *p = wire_get(r, 8);

	return p ? wire_load64(p) : 0;
}

static inline void wire_get_bytes(struct wire_reader *r, void *ret, size_t n)
{
	const uint8_t *p = wire_get(r, n);

	if (p)
		memcpy(ret, p, n);
}

/* The next @n octets as a cursor of their own */
static inline struct wire_reader wire_get_part(struct wire_reader *r, size_t n)
{
	const uint8_t *p = wire_get(r, n);
	struct wire_reader part = {.at = p ? p : r->end, .end = p ? p + n : r->end, .bad = !p};

	return part;
}

static inline uint8_t *wire_put(struct wire_writer *w, size_t n)
{
	uint8_t *p = w->at;

	if (n > (size_t)(w->end - w->at)) {
		w->full = true;
		return NULL;
	}
	w->at += n;
	return p;
}

static inline void wire_put_number(struct wire_writer *w, uint64_t v, size_t n)
{
	uint8_t *p = wire_put(w, n);

	for (size_t i = n; p && i > 0; i--, v >>= 8)
		p[i - 1] = (uint8_t)v;
}

static inline void wire_put_bytes(struct wire_writer *w, const void *bytes, size_t n)
{
	uint8_t *p = wire_put(w, n);

	if (p)
		memcpy(p, bytes, n);
}

#endif
