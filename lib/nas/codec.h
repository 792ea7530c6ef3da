/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside lib/nas: what a type, an IE row and a message descriptor are.
 *
 * A type is a walk (both directions, see cursor.h) over the value part of an IE and a printer. A
 * message is a list of rows, one an IE, as in the tables of TS 24.501 cl. 8; pdu.c drives them.
 */
#ifndef BATON_LIB_NAS_CODEC_H
#define BATON_LIB_NAS_CODEC_H

#include "lib/nas/cursor.h"
#include "lib/nas/nas.h"

/* Text under construction; what doesn't fit is cut. */
struct nas_text {
	char *buf;
	size_t size;
	size_t len;
};

void nas_text_add(struct nas_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct nas_value_type {
	size_t size; /* of the variable; 0 if it spans several members (mandatory IEs only) */
	void (*walk)(struct nas_cursor *c, void *value);
	void (*print)(struct nas_text *text, const void *value);
};

/* TS 24.007 cl. 11.2.1.1; the first six are mandatory and in order, the rest optional with IEI. */
enum nas_format {
	NAS_V,		/* the type knows its length */
	NAS_HALF_LOW,	/* bits 1 to 4 of an octet that the next row shares */
	NAS_HALF_HIGH,	/* bits 5 to 8 of that octet */
	NAS_HALF_SPARE, /* bits 1 to 4, with a spare half octet above */
	NAS_LV,
	NAS_LVE,
	NAS_TV_HALF, /* IEI in bits 5 to 8, value in bits 1 to 4 */
	NAS_TV,
	NAS_TLV,
	NAS_TLVE,
};

struct nas_row {
	const char *name;
	uint8_t iei;			   /* TV_HALF: 0x80, 0x90 ... */
	uint8_t format;			   /* enum nas_format */
	uint16_t offset;		   /* of the value in the message's struct */
	uint16_t flag;			   /* of has_x or of a count (equal to offset) */
	const struct nas_value_type *type; /* NULL: read over, never sent */
	uint8_t skip;			   /* TV that is read over: octets after the IEI */
	const char *clause;		   /* in TS 24.501 */
};

struct nas_descriptor {
	uint8_t type; /* enum nas_type */
	const char *name;
	const struct nas_row *row;
	size_t count;
	size_t size; /* of the message's struct */
};

extern const struct nas_descriptor nas_descriptors[];
extern const size_t nas_descriptor_count;

const struct nas_descriptor *nas_descriptor_find(uint8_t type);

static inline bool nas_type_is_sm(uint8_t type)
{
	return type >= 0xc0;
}

/* The types, by file. value.c: */
extern const struct nas_value_type nas_type_half, nas_type_octet, nas_type_bit, nas_type_octets,
	nas_type_mm_cause, nas_type_sm_cause, nas_type_session_status, nas_type_timer2,
	nas_type_timer3, nas_type_security_capability, nas_type_registration_type,
	nas_type_registration_result, nas_type_deregistration_ue, nas_type_deregistration_nw,
	nas_type_max_rate;
/* identity.c: */
extern const struct nas_value_type nas_type_identity;
/* place.c: */
extern const struct nas_value_type nas_type_snssai, nas_type_nssai, nas_type_tai, nas_type_tai_list;
/* qos.c: */
extern const struct nas_value_type nas_type_qos_rules, nas_type_qos_flows, nas_type_ambr;
/* session.c: */
extern const struct nas_value_type nas_type_dnn, nas_type_pdu_address, nas_type_epco;

#endif
