/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded cursors and constants that GTP-U's reader and writer share; internal to lib/gtpu.
 *
 * Both are sticky: reading past the end gives zeros and sets bad, writing past it sets full.
 * Numbers on the wire are in network order.
 */
#ifndef BATON_GTPU_WIRE_H
#define BATON_GTPU_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First octet, TS 29.281 cl. 5.1 */
#define GTPU_VERSION_MASK 0xe0
#define GTPU_VERSION_1	  0x20
#define GTPU_FLAG_PT	  0x10 /* GTP, not GTP' */
#define GTPU_FLAG_E	  0x04
#define GTPU_FLAG_S	  0x02
#define GTPU_FLAG_PN	  0x01
#define GTPU_FLAG_OPTIONS 0x07 /* any of them: four more octets */

/* IE types, TS 29.281 cl. 8.1: under 128 type and value of a known length, else with a length field
 */
#define GTPU_IE_RECOVERY	14
#define GTPU_IE_TEID_DATA_I	16
#define GTPU_IE_TLV		128
#define GTPU_IE_PEER_ADDRESS	133
#define GTPU_IE_EXTENSION_TYPES 141 /* the only one whose length field is one octet */

/* PDU Session Container, TS 38.415 cl. 5.5.2 */
#define GTPU_PSC_PPP   0x80
#define GTPU_PSC_RQI   0x40
#define GTPU_PSC_QFI   0x3f
#define GTPU_PPI_SHIFT 5

struct gtpu_reader {
	const uint8_t *at, *end;
	bool bad;
};

struct gtpu_writer {
	uint8_t *at, *end;
	bool full;
};

static inline size_t gtpu_left(const struct gtpu_reader *r)
{
	return (size_t)(r->end - r->at);
}

/* @n octets, or NULL and bad */
static inline const uint8_t *gtpu_get(struct gtpu_reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (n > gtpu_left(r)) {
		r->at = r->end;
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

static inline uint32_t gtpu_get_number(struct gtpu_reader *r, size_t n)
{
	const uint8_t *p = gtpu_get(r, n);
	uint32_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint8_t gtpu_get_u8(struct gtpu_reader *r)
{
	return (uint8_t)gtpu_get_number(r, 1);
}

/* The next @n octets as a cursor of their own */
static inline struct gtpu_reader gtpu_get_part(struct gtpu_reader *r, size_t n)
{
	const uint8_t *p = gtpu_get(r, n);
	struct gtpu_reader part = {.at = p ? p : r->end, .end = p ? p + n : r->end, .bad = !p};

	return part;
}

static inline uint8_t *gtpu_put(struct gtpu_writer *w, size_t n)
{
	uint8_t *p = w->at;

	if (n > (size_t)(w->end - w->at)) {
		w->full = true;
		return NULL;
	}
	w->at += n;
	return p;
}

static inline void gtpu_put_number(struct gtpu_writer *w, uint32_t v, size_t n)
{
	uint8_t *p = gtpu_put(w, n);

	for (size_t i = n; p && i > 0; i--, v >>= 8)
		p[i - 1] = (uint8_t)v;
}

#endif
