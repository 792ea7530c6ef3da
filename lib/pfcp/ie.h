/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that PFCP is made of; internal to lib/pfcp.
 *
 * struct pfcp_ie: one row for each IE type (ies.c): name, clause, and how its value is read,
 * written and printed. struct pfcp_group: the members of a grouped IE (groups.c) or of a message
 * (messages.c), each with its presence, its bound and its place in the C struct. decode.c, encode.c
 * and print.c walk these and know no IE by name; a new IE, member or message is a new row.
 */
#ifndef BATON_PFCP_IE_H
#define BATON_PFCP_IE_H

#include "lib/pfcp/pfcp.h"
#include "lib/pfcp/text.h"
#include "lib/wire.h"

struct pfcp_ie;
struct pfcp_group;

/* Reads a value into zeroed memory. Return: 0, or the cause: 69 for what is no value, 75 for what
 * is too much for us. Octets that are missing are noticed by the caller (r->bad, cause 68), those
 * left over too. */
typedef uint8_t pfcp_decode_fn(const struct pfcp_ie *ie, struct wire_reader *r, void *value);
/* Return: 0, or -EINVAL for what is no value. */
typedef int pfcp_encode_fn(const struct pfcp_ie *ie, struct wire_writer *w, const void *value);
typedef void pfcp_print_fn(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value);

/**
 * struct pfcp_ie - a row of table 8.1.2-1
 * @size: of the C value
 * @words: names of the values of an enumeration, or of the bits of a set of flags, from 0 on
 * @mask: the bits of the octet that are the value; the others are spare
 * @nonzero: at least one flag has to be set
 * @fixed: the standard says fixed length: nothing may follow what decode has read
 * @group: for a grouped IE, instead of decode, encode and print
 */
struct pfcp_ie {
	uint16_t type;
	const char *name;
	const char *clause;
	size_t size;
	pfcp_decode_fn *decode;
	pfcp_encode_fn *encode;
	pfcp_print_fn *print;
	const char *const *words;
	uint8_t n_words;
	uint8_t mask;
	bool nonzero;
	bool fixed;
	const struct pfcp_group *group;
};

enum pfcp_presence {
	PFCP_MANDATORY,
	PFCP_CONDITIONAL,
	PFCP_OPTIONAL, /* also conditional-optional, cl. 7.2.3.2 */
};

#define PFCP_NOWHERE ((uint32_t)-1)

/**
 * struct pfcp_member - an IE in a group or message
 * @max: 1, or how many of a list
 * @value: offset of the value or of the list
 * @count: offset of the one-octet has_ or n_; PFCP_NOWHERE if it is always there
 * @size: of one value
 */
struct pfcp_member {
	uint16_t type;
	enum pfcp_presence presence;
	uint16_t max;
	uint32_t value;
	uint32_t count;
	uint32_t size;
};

/**
 * struct pfcp_group - what a grouped IE or a message holds, in the order of the standard's table
 * @cleared: offset of a struct pfcp_cleared, where length 0 is a command; PFCP_NOWHERE elsewhere
 * @check: conditions between members. Return: 0, or the cause with the offending type in @ret_type
 */
struct pfcp_group {
	const struct pfcp_member *members;
	uint8_t n_members;
	uint32_t cleared;
	uint8_t (*check)(const void *value, uint16_t *ret_type);
};

/**
 * struct pfcp_message - a row of table 7.3-1
 * @session: a session message: the header has a SEID
 * @size: of the body's struct
 */
struct pfcp_message {
	uint8_t type;
	const char *name;
	const char *clause;
	bool session;
	bool request;
	size_t size;
	struct pfcp_group group;
};

/* NULL if there is no such row */
const struct pfcp_ie *pfcp_ie_find(uint16_t type);
const struct pfcp_message *pfcp_message_find(uint8_t type);
const struct pfcp_member *pfcp_group_find(const struct pfcp_group *group, uint16_t type);

/* For tests that walk the tables: rows from 0 on, NULL at the end */
const struct pfcp_message *pfcp_message_at(size_t i);

/* The body of a message: every member of the union starts there. */
static inline void *pfcp_body(struct pfcp_msg *msg)
{
	return &msg->heartbeat_request;
}

static inline const void *pfcp_body_const(const struct pfcp_msg *msg)
{
	return &msg->heartbeat_request;
}

/* Whether a message is a response whose cause rejects the request: it may lack the rest
 * (cl. 7.6.6). */
bool pfcp_is_rejection(const struct pfcp_message *message, const void *body);

static inline uint8_t *pfcp_member_count(const struct pfcp_member *m, void *value)
{
	return m->count == PFCP_NOWHERE ? NULL : (uint8_t *)value + m->count;
}

/* How many of a member there are in @value */
static inline unsigned int pfcp_member_number(const struct pfcp_member *m, const void *value)
{
	return m->count == PFCP_NOWHERE ? 1 : ((const uint8_t *)value)[m->count];
}

static inline const void *pfcp_member_value(const struct pfcp_member *m, const void *value,
					    unsigned int i)
{
	return (const uint8_t *)value + m->value + (size_t)i * m->size;
}

/* The grouped IEs, groups.c */
extern const struct pfcp_group pfcp_group_pdi, pfcp_group_create_pdr, pfcp_group_update_pdr,
	pfcp_group_created_pdr, pfcp_group_remove_pdr, pfcp_group_forwarding,
	pfcp_group_update_forwarding, pfcp_group_create_far, pfcp_group_update_far,
	pfcp_group_remove_far, pfcp_group_create_qer, pfcp_group_update_qer, pfcp_group_remove_qer,
	pfcp_group_create_urr, pfcp_group_update_urr, pfcp_group_remove_urr, pfcp_group_create_bar,
	pfcp_group_update_bar, pfcp_group_remove_bar, pfcp_group_usage_report,
	pfcp_group_downlink_data_report, pfcp_group_error_indication_report,
	pfcp_group_session_retention;

/* How values are read, written and printed: pfcp_KIND_decode, _encode, _print */
#define PFCP_CODEC(kind)                                                                           \
	uint8_t pfcp_##kind##_decode(const struct pfcp_ie *ie, struct wire_reader *r,              \
				     void *value);                                                 \
	int pfcp_##kind##_encode(const struct pfcp_ie *ie, struct wire_writer *w,                  \
				 const void *value);                                               \
	void pfcp_##kind##_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)

/* number.c */
PFCP_CODEC(u8);
PFCP_CODEC(u16);
PFCP_CODEC(u32);
PFCP_CODEC(id16);    /* u16 that is an IE type, printed by name */
PFCP_CODEC(word);    /* u8: one of ie->words */
PFCP_CODEC(bits);    /* u8: ie->words by bit */
PFCP_CODEC(trigger); /* u32: 2 octets or 3, octet 5 in the low byte */
PFCP_CODEC(feature); /* u64: octets as they come, octet 5 in the low byte */
PFCP_CODEC(action);  /* u16: 1 octet or 2 */
PFCP_CODEC(cause);
/* address.c */
PFCP_CODEC(address);
PFCP_CODEC(node_id);
PFCP_CODEC(f_seid);
PFCP_CODEC(f_teid);
PFCP_CODEC(ue_ip);
/* header.c */
PFCP_CODEC(outer_header_removal);
PFCP_CODEC(outer_header_creation);
PFCP_CODEC(transport_level_marking);
/* text.c */
PFCP_CODEC(name);
PFCP_CODEC(text);
PFCP_CODEC(sdf_filter);
PFCP_CODEC(user_id);
/* qos.c */
PFCP_CODEC(gate_status);
PFCP_CODEC(bit_rate);
PFCP_CODEC(volume_threshold);
PFCP_CODEC(volume_measurement);
PFCP_CODEC(s_nssai);
PFCP_CODEC(failed_rule_id);

/* text.c: labels joined by dots <-> length-prefixed labels; also for Node ID.
 * Return: decode 0 or a cause; encode 0 or -EINVAL. */
uint8_t pfcp_labels_decode(struct wire_reader *r, char *ret, size_t size);
int pfcp_labels_encode(struct wire_writer *w, const char *text);
/* text.c: prints text whose bytes nobody has checked */
void pfcp_text_print_safe(struct pfcp_out *out, const char *text);

/* address.c */
void pfcp_address_print_plain(struct pfcp_out *out, const struct pfcp_address *a);

#endif
