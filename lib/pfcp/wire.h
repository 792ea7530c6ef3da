/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded cursors for PFCP's codecs; internal to lib/pfcp.
 *
 * Both are sticky: reading past the end gives zeros and sets bad, writing past it sets full, so
 * that a codec reads or writes straight through and its caller looks once at the end. Wire numbers
 * are in network order, C numbers in host order.
 */
#ifndef BATON_PFCP_WIRE_H
#define BATON_PFCP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pfcp_reader {
	const uint8_t *at, *end;
	bool bad;
};

struct pfcp_writer {
	uint8_t *at, *end;
	bool full;
};

/* Text that is cut at size, but counted whole, like snprintf's */
struct pfcp_out {
	char *buf;
	size_t size;
	size_t len;
};

void pfcp_out_add(struct pfcp_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline size_t pfcp_left(const struct pfcp_reader *r)
{
	return (size_t)(r->end - r->at);
}

/* @n octets, or NULL and bad */
static inline const uint8_t *pfcp_get(struct pfcp_reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (n > pfcp_left(r)) {
		r->at = r->end;
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

/* A number of @n octets, at most 8 */
static inline uint64_t pfcp_get_number(struct pfcp_reader *r, size_t n)
{
	const uint8_t *p = pfcp_get(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint8_t pfcp_get_u8(struct pfcp_reader *r)
{
	return (uint8_t)pfcp_get_number(r, 1);
}

static inline uint16_t pfcp_get_u16(struct pfcp_reader *r)
{
	return (uint16_t)pfcp_get_number(r, 2);
}

static inline uint32_t pfcp_get_u32(struct pfcp_reader *r)
{
	return (uint32_t)pfcp_get_number(r, 4);
}

static inline uint64_t pfcp_get_u64(struct pfcp_reader *r)
{
	return pfcp_get_number(r, 8);
}

static inline void pfcp_get_bytes(struct pfcp_reader *r, void *ret, size_t n)
{
	const uint8_t *p = pfcp_get(r, n);

	if (p)
		memcpy(ret, p, n);
}

/* The next @n octets as a cursor of their own */
static inline struct pfcp_reader pfcp_get_part(struct pfcp_reader *r, size_t n)
{
	const uint8_t *p = pfcp_get(r, n);
	struct pfcp_reader part = {.at = p ? p : r->end, .end = p ? p + n : r->end, .bad = !p};

	return part;
}

static inline uint8_t *pfcp_put(struct pfcp_writer *w, size_t n)
{
	uint8_t *p = w->at;

	if (n > (size_t)(w->end - w->at)) {
		w->full = true;
		return NULL;
	}
	w->at += n;
	return p;
}

static inline void pfcp_put_number(struct pfcp_writer *w, uint64_t v, size_t n)
{
	uint8_t *p = pfcp_put(w, n);

	for (size_t i = n; p && i > 0; i--, v >>= 8)
		p[i - 1] = (uint8_t)v;
}

static inline void pfcp_put_bytes(struct pfcp_writer *w, const void *bytes, size_t n)
{
	uint8_t *p = pfcp_put(w, n);

	if (p)
		memcpy(p, bytes, n);
}

#endif
