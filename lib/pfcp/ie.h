/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that PFCP is made of; internal to lib/pfcp.
 *
 * struct pfcp_ie: one row for each IE type (ies.c): name, clause, and how its value is read,
 * written and printed. struct pfcp_group: the members of a grouped IE (rules.c, urr.c, groups.c) or
 * of a message (node_messages.c, session_messages.c), each with its presence, its bound and its
 * place in the C struct. struct pfcp_message: one row for each message type (messages.c). decode.c,
 * encode.c and print.c walk these and know no IE by name; a new IE, member or message is a new row.
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
 * @nonzero: a number that isn't 0, at least one flag set
 * @fixed: nothing may follow what decode has read: the standard says fixed length, or, of DL
 *	   Buffering Suggested Packet Count, 1 or 2 octets
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

/* From the strictest on: decode.c compares them. */
enum pfcp_presence {
	PFCP_MANDATORY,
	PFCP_CONDITIONAL,
	PFCP_OPTIONAL, /* also conditional-optional, cl. 7.2.3.2 */
};

#define PFCP_NOWHERE ((uint32_t)-1)

/**
 * struct pfcp_member - an IE in a group or message
 * @ie: its row; @type again, to be found by
 * @max: 1, or how many of a list
 * @value: offset of the value or of the list
 * @count: offset of the one-octet has_ or n_; PFCP_NOWHERE if it is always there
 * @size: of one value
 */
struct pfcp_member {
	const struct pfcp_ie *ie;
	uint16_t type;
	uint8_t presence; /* enum pfcp_presence */
	uint8_t max;
	uint32_t value;
	uint32_t count;
	uint32_t size;
};

/**
 * struct pfcp_group - what a grouped IE or a message holds
 * @members: mandatory ones first, so that what is missing is found without a walk through the rest;
 *	     otherwise in the order of the standard's table
 * @head: octets of the C value up to its PFCP_LISTS, which are cleared before it is read; 0: it
 *	  has none, all of it is cleared
 * @cleared: offset of a struct pfcp_cleared, where length 0 is a command; PFCP_NOWHERE elsewhere
 * @clears_only: the one IE of which this is true; 0: of all that aren't mandatory
 * @check: conditions between members. Return: 0, or the cause with the offending type in @ret_type
 */
struct pfcp_group {
	const struct pfcp_member *members;
	uint8_t n_members;
	uint32_t head;
	uint32_t cleared;
	uint16_t clears_only;
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
	const struct pfcp_group *group;
};

/* A part of a report that a bit of its type says is there */
struct pfcp_part {
	uint8_t bit;
	bool has;
	uint16_t type;
};

/* By type; a row without a name is none */
extern const struct pfcp_ie pfcp_ies[];

/* NULL if there is no such row */
const struct pfcp_ie *pfcp_ie_find(uint16_t type);
const struct pfcp_message *pfcp_message_find(uint8_t type);
const struct pfcp_member *pfcp_group_find(const struct pfcp_group *group, uint16_t type);

/* Whether length 0 takes that member away (cl. 5.6.3) */
static inline bool pfcp_can_clear(const struct pfcp_group *group, const struct pfcp_member *m)
{
	return group->cleared != PFCP_NOWHERE && m->presence != PFCP_MANDATORY &&
	       (!group->clears_only || group->clears_only == m->type);
}

/* Octets to clear before a value of @size is read */
static inline size_t pfcp_head(const struct pfcp_group *group, size_t size)
{
	return group && group->head ? group->head : size;
}

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

/* Return: 0, or cause 67 with the first part that is missing in @ret_type */
uint8_t pfcp_check_parts(uint8_t bits, const struct pfcp_part *parts, size_t n, uint16_t *ret_type);

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

/* The grouped IEs of rules, rules.c; of what is measured, urr.c */
extern const struct pfcp_group pfcp_group_pdi, pfcp_group_create_pdr, pfcp_group_update_pdr,
	pfcp_group_created_pdr, pfcp_group_updated_pdr, pfcp_group_remove_pdr,
	pfcp_group_create_traffic_endpoint, pfcp_group_update_traffic_endpoint,
	pfcp_group_created_traffic_endpoint, pfcp_group_remove_traffic_endpoint,
	pfcp_group_forwarding, pfcp_group_update_forwarding, pfcp_group_duplicating,
	pfcp_group_update_duplicating, pfcp_group_create_far, pfcp_group_update_far,
	pfcp_group_remove_far, pfcp_group_create_qer, pfcp_group_update_qer, pfcp_group_remove_qer,
	pfcp_group_create_bar, pfcp_group_update_bar, pfcp_group_update_bar_report,
	pfcp_group_remove_bar;
extern const struct pfcp_group pfcp_group_create_urr, pfcp_group_update_urr, pfcp_group_remove_urr,
	pfcp_group_usage_report_modification, pfcp_group_usage_report_deletion,
	pfcp_group_usage_report_report, pfcp_group_application_detection;
/* Other grouped IEs, groups.c */
extern const struct pfcp_group pfcp_group_downlink_data_report, pfcp_group_error_indication_report,
	pfcp_group_load_control, pfcp_group_overload_control, pfcp_group_partial_failure,
	pfcp_group_session_retention, pfcp_group_pool_information, pfcp_group_path_report,
	pfcp_group_session_change_info, pfcp_group_application_pfds, pfcp_group_pfd_context;
/* What messages hold: node_messages.c, session_messages.c */
extern const struct pfcp_group pfcp_body_heartbeat_request, pfcp_body_heartbeat_response,
	pfcp_body_pfd_management_request, pfcp_body_pfd_management_response,
	pfcp_body_association_setup_request, pfcp_body_association_setup_response,
	pfcp_body_association_update_request, pfcp_body_association_update_response,
	pfcp_body_association_release_request, pfcp_body_association_release_response,
	pfcp_body_node_report_request, pfcp_body_session_set_deletion_request,
	pfcp_body_session_set_modification_request, pfcp_body_node_response, pfcp_body_empty;
extern const struct pfcp_group pfcp_body_session_establishment_request,
	pfcp_body_session_establishment_response, pfcp_body_session_modification_request,
	pfcp_body_session_modification_response, pfcp_body_session_deletion_response,
	pfcp_body_session_report_request, pfcp_body_session_report_response;

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
PFCP_CODEC(id16);  /* u16 that is an IE type, printed by name */
PFCP_CODEC(count); /* u16: 1 octet or 2 */
PFCP_CODEC(percent);
PFCP_CODEC(seconds); /* u32: an octet of unit and multiple */
PFCP_CODEC(cause);
PFCP_CODEC(presence); /* bool: there, whatever it says */
/* flags.c */
PFCP_CODEC(word);    /* u8: one of ie->words */
PFCP_CODEC(bits);    /* u8: ie->words by bit */
PFCP_CODEC(trigger); /* u32: 2 octets or 3, octet 5 in the low byte */
PFCP_CODEC(feature); /* u64: octets as they come, octet 5 in the low byte */
PFCP_CODEC(action);  /* u16: 1 octet or 2 */
/* address.c */
PFCP_CODEC(address);
PFCP_CODEC(node_id);
PFCP_CODEC(f_seid);
PFCP_CODEC(f_teid);
PFCP_CODEC(ue_ip);
/* peer.c */
PFCP_CODEC(alternative_smf);
PFCP_CODEC(source_ip);
PFCP_CODEC(ip_resource);
PFCP_CODEC(gtpu_peer);
/* set.c */
PFCP_CODEC(fq_csid);
PFCP_CODEC(fqdn);
PFCP_CODEC(group_id);
PFCP_CODEC(uuid);
PFCP_CODEC(pool_identity);
/* header.c */
PFCP_CODEC(outer_header_removal);
PFCP_CODEC(outer_header_creation);
PFCP_CODEC(transport_level_marking);
/* forward.c */
PFCP_CODEC(redirect);
PFCP_CODEC(forwarding_policy);
PFCP_CODEC(header_enrichment);
PFCP_CODEC(replacement);
/* text.c */
PFCP_CODEC(name);
PFCP_CODEC(text);
PFCP_CODEC(sdf_filter);
PFCP_CODEC(flow_information);
/* user_id.c */
PFCP_CODEC(user_id);
/* pfd.c */
PFCP_CODEC(pfd_contents);
/* qos.c */
PFCP_CODEC(gate_status);
PFCP_CODEC(bit_rate);
PFCP_CODEC(packet_rate);
PFCP_CODEC(flow_marking);
PFCP_CODEC(s_nssai);
PFCP_CODEC(service_information);
/* usage.c */
PFCP_CODEC(volume); /* of octets: thresholds and quotas */
PFCP_CODEC(volume_measurement);
PFCP_CODEC(dropped_traffic);
PFCP_CODEC(additional_reports);
/* failure.c */
PFCP_CODEC(failed_rule_id);
PFCP_CODEC(offending_ie);

/* text.c: labels joined by dots <-> length-prefixed labels; also for Node ID.
 * Return: decode 0 or a cause; encode 0 or -EINVAL. */
uint8_t pfcp_labels_decode(struct wire_reader *r, char *ret, size_t size);
int pfcp_labels_encode(struct wire_writer *w, const char *text);
/* text.c: printable text of one character or more: the rest of @r, from @lowest on (' ', or '!' for
 * a name that has none); with its length before it, from ' ' on. Return: as above */
uint8_t pfcp_text_get(struct wire_reader *r, char *ret, size_t size, uint8_t lowest);
int pfcp_text_put(struct wire_writer *w, const char *text, size_t size, uint8_t lowest);
uint8_t pfcp_text_get_counted(struct wire_reader *r, size_t length_octets, char *ret, size_t size);
int pfcp_text_put_counted(struct wire_writer *w, size_t length_octets, const char *text,
			  size_t size);
/* text.c: prints text whose bytes nobody has checked */
void pfcp_text_print_safe(struct pfcp_out *out, const char *text);
void pfcp_octets_print(struct pfcp_out *out, const uint8_t *octets, size_t n);

/* flags.c: "FORW|NOCP", bits without a word as a number, "0" for none */
void pfcp_bits_print_words(const struct pfcp_ie *ie, struct pfcp_out *out, uint64_t v);

static inline bool pfcp_address_given(const struct pfcp_address *a)
{
	return a->v4 || a->v6;
}

/* address.c: the addresses that @ret's, @a's v4 and v6 name */
void pfcp_address_get(struct wire_reader *r, struct pfcp_address *ret);
void pfcp_address_put(struct wire_writer *w, const struct pfcp_address *a);
/* address.c: an octet of flags with V6 in bit 1, V4 in bit 2, as most IEs have it, then the
 * addresses. Return: the flags */
uint8_t pfcp_address_get_flagged(struct wire_reader *r, struct pfcp_address *ret);
void pfcp_address_put_flagged(struct wire_writer *w, const struct pfcp_address *a,
			      unsigned int others);
void pfcp_address_print_plain(struct pfcp_out *out, const struct pfcp_address *a);

#endif
