// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: bytes -> structs, by the tables (TS 29.244 cl. 7.2, 7.6).
 *
 * What is wrong is told by a cause (0 = nothing); the first that is found is kept with its place.
 * Depth is bounded by the tables: a message, a rule, its parameters, a value.
 *
 * What an IE's absence or a wrong value of it costs goes by its presence in its table, but never by
 * more than by that of the group it is in (cl. 7.2.3.2): of a conditional group all is conditional
 * or optional, of an optional one all is optional. What is wrong with something optional costs no
 * more than that itself (cl. 7.6.6, 7.6.8, 7.6.10), unless it is a length (cl. 7.6.7).
 */
#include <errno.h>

#include "lib/pfcp/ie.h"

#define FLAG_S	0x01
#define FLAG_MP 0x02
#define FLAG_FO 0x04

#define FIXED_HEADER 4 /* what the Length field does not count */
#define IE_HEADER    4
#define VENDOR_BIT   0x8000
#define NODE_REST    4
#define SESSION_REST 12

struct decoder {
	const uint8_t *start;
	struct pfcp_skipped *skipped;
	bool empty; /* the group that was read last held nothing that we know */
	struct pfcp_error error;
};

/**
 * struct scope - a group that is being read
 * @presence: of the group itself, as its receiver has to view it; a message's body is mandatory
 * @seen: its members so far, by their place in the table; tables have fewer than 64:
 *	  tests/unit/test_pfcp_tables.c
 * @at: where the latest was: IEs mostly come in the table's order, so the next is near
 */
struct scope {
	const struct pfcp_group *group;
	enum pfcp_presence presence;
	void *value;
	uint64_t seen;
	unsigned int at;
};

/* An IE as it lies in the message */
struct element {
	uint16_t type;
	size_t offset;
	struct wire_reader value;
};

static const char *cause_text(uint8_t cause)
{
	switch (cause) {
	case PFCP_CAUSE_MANDATORY_IE_MISSING:
		return "mandatory IE missing";
	case PFCP_CAUSE_CONDITIONAL_IE_MISSING:
		return "conditional IE missing";
	case PFCP_CAUSE_INVALID_LENGTH:
		return "IE of invalid length";
	case PFCP_CAUSE_NO_RESOURCES:
		return "more or longer than this implementation takes";
	}
	return "IE with a value that is none";
}

static uint8_t fail(struct decoder *d, uint8_t cause, uint16_t type, size_t offset)
{
	d->error = (struct pfcp_error){
		.cause = cause, .ie_type = type, .offset = offset, .what = cause_text(cause)};
	return cause;
}

static uint8_t decode_group(struct decoder *d, struct scope *s, struct wire_reader *r,
			    size_t offset, const struct pfcp_message *message);

/* Splits off the next IE. Return: 0 or a cause */
static uint8_t next_element(struct decoder *d, struct wire_reader *r, struct element *ret)
{
	const uint8_t *header;

	ret->offset = (size_t)(r->at - d->start);
	header = wire_get(r, IE_HEADER);
	if (!header)
		return fail(d, PFCP_CAUSE_INVALID_LENGTH, 0, ret->offset);
	ret->type = wire_load16(header);
	ret->value = wire_get_part(r, wire_load16(header + 2));
	if (ret->value.bad)
		return fail(d, PFCP_CAUSE_INVALID_LENGTH, ret->type, ret->offset);
	return 0;
}

static uint8_t skip_vendor(struct decoder *d, struct element *e)
{
	uint16_t enterprise = wire_get_u16(&e->value);

	if (e->value.bad)
		return fail(d, PFCP_CAUSE_INVALID_LENGTH, e->type, e->offset);
	if (!d->skipped->vendor++)
		d->skipped->enterprise_id = enterprise;
	return 0;
}

static void skip_stranger(struct decoder *d, uint16_t type)
{
	if (!d->skipped->unknown && !d->skipped->unexpected)
		d->skipped->first_unknown = type;
	if (pfcp_ie_find(type))
		d->skipped->unexpected++;
	else
		d->skipped->unknown++;
}

static struct pfcp_cleared *cleared_of(const struct scope *s)
{
	return (struct pfcp_cleared *)((uint8_t *)s->value + s->group->cleared);
}

/* Length 0 in an Update rule: what had that IE shall lose it (cl. 5.6.3). */
static uint8_t clear_member(struct decoder *d, const struct scope *s, const struct element *e)
{
	struct pfcp_cleared *cleared = cleared_of(s);

	if (cleared->n == PFCP_MAX_CLEARED)
		return fail(d, PFCP_CAUSE_NO_RESOURCES, e->type, e->offset);
	cleared->type[cleared->n++] = e->type;
	return 0;
}

static bool is_cleared(const struct scope *s, uint16_t type)
{
	if (s->group->cleared == PFCP_NOWHERE)
		return false;
	for (unsigned int i = 0; i < cleared_of(s)->n; i++) {
		if (cleared_of(s)->type[i] == type)
			return true;
	}
	return false;
}

/* Reads a value of @presence into cleared @slot. Return: 0 or a cause, which the caller may forgive
 */
static uint8_t decode_value(struct decoder *d, const struct pfcp_ie *ie,
			    enum pfcp_presence presence, struct element *e, void *slot)
{
	uint8_t cause;

	if (ie->group) {
		struct scope inner = {.group = ie->group, .presence = presence, .value = slot};

		return decode_group(d, &inner, &e->value, e->offset, NULL);
	}
	cause = ie->decode(ie, &e->value, slot);
	if (e->value.bad || (!cause && ie->fixed && wire_left(&e->value)))
		cause = PFCP_CAUSE_INVALID_LENGTH;
	return cause ? fail(d, cause, e->type, e->offset) : 0;
}

/* enum pfcp_presence goes from the strictest on. */
static enum pfcp_presence presence_in(const struct scope *s, const struct pfcp_member *m)
{
	return m->presence > s->presence ? m->presence : s->presence;
}

/* Whether something optional may be as if it weren't there: it is no value, or a group that lacks
 * what it needs. */
static bool can_forgive(uint8_t cause)
{
	return cause == PFCP_CAUSE_MANDATORY_IE_INCORRECT ||
	       cause == PFCP_CAUSE_MANDATORY_IE_MISSING ||
	       cause == PFCP_CAUSE_CONDITIONAL_IE_MISSING;
}

/*
 * Singles have been cleared with their group's head, elements of lists are now. In an Update rule,
 * parameters of which we know none change nothing: they don't count as there, or else they would be
 * encoded with length 0, which takes away.
 */
static uint8_t take_value(struct decoder *d, struct scope *s, const struct pfcp_member *m,
			  struct element *e, uint8_t n)
{
	enum pfcp_presence presence = presence_in(s, m);
	const struct pfcp_ie *ie = m->ie;
	uint8_t *count = pfcp_member_count(m, s->value);
	uint8_t *slot = (uint8_t *)s->value + m->value + (size_t)n * m->size;
	uint8_t cause;

	if (m->max > 1)
		memset(slot, 0, pfcp_head(ie->group, m->size));
	cause = decode_value(d, ie, presence, e, slot);
	if (presence == PFCP_OPTIONAL && can_forgive(cause)) {
		memset(slot, 0, pfcp_head(ie->group, m->size));
		d->skipped->incorrect++;
		if (!n)
			s->seen &= ~(1ULL << s->at);
		return 0;
	}
	if (!cause && count && !(ie->group && d->empty && pfcp_can_clear(s->group, m)))
		*count = (uint8_t)(n + 1);
	return cause;
}

/* One more value of a member: the first of a single counts, of an optional list as many as there is
 * room for (cl. 7.6.10). Of rules and the like none may be missed in silence. */
static uint8_t decode_member(struct decoder *d, struct scope *s, const struct pfcp_member *m,
			     struct element *e, bool seen)
{
	uint8_t n = m->max > 1 ? *pfcp_member_count(m, s->value) : 0;

	if (m->max > 1 ? n < m->max : !seen)
		return take_value(d, s, m, e, n);
	if (m->max > 1 && presence_in(s, m) != PFCP_OPTIONAL)
		return fail(d, PFCP_CAUSE_NO_RESOURCES, e->type, e->offset);
	d->skipped->repeated++;
	return 0;
}

/* Return: the member of that type, which is @s->at then; NULL: there is none */
static const struct pfcp_member *find_member(struct scope *s, uint16_t type)
{
	const struct pfcp_member *members = s->group->members;
	unsigned int n = s->group->n_members;

	for (unsigned int i = s->at; i < n; i++) {
		if (members[i].type == type) {
			s->at = i;
			return &members[i];
		}
	}
	for (unsigned int i = 0; i < s->at; i++) {
		if (members[i].type == type) {
			s->at = i;
			return &members[i];
		}
	}
	return NULL;
}

/* One IE. Of a value and its removal the first one counts too. Return: 0 or a cause */
static uint8_t decode_element(struct decoder *d, struct scope *s, struct element *e)
{
	const struct pfcp_member *m;
	bool seen, clear;
	uint64_t bit;

	if (e->type & VENDOR_BIT)
		return skip_vendor(d, e);
	m = find_member(s, e->type);
	if (!m) {
		skip_stranger(d, e->type);
		return 0;
	}
	bit = 1ULL << s->at;
	seen = s->seen & bit;
	s->seen |= bit;
	clear = !wire_left(&e->value) && pfcp_can_clear(s->group, m);
	if (seen && (clear || is_cleared(s, e->type))) {
		d->skipped->repeated++;
		return 0;
	}
	return clear ? clear_member(d, s, e) : decode_member(d, s, m, e, seen);
}

/* What is mandatory in a conditional group is a conditional IE to its receiver. */
static uint8_t check_group(struct decoder *d, const struct scope *s, size_t offset)
{
	const struct pfcp_group *group = s->group;
	uint16_t type = 0;
	uint8_t cause = s->presence == PFCP_MANDATORY ? PFCP_CAUSE_MANDATORY_IE_MISSING
						      : PFCP_CAUSE_CONDITIONAL_IE_MISSING;

	for (unsigned int i = 0; i < group->n_members; i++) {
		if (group->members[i].presence != PFCP_MANDATORY)
			break;
		if (!(s->seen >> i & 1))
			return fail(d, cause, group->members[i].type, offset);
	}
	cause = group->check ? group->check(s->value, &type) : 0;
	return cause ? fail(d, cause, type, offset) : 0;
}

/* Nothing of @s is seen yet, the head of its value is clear; @offset is the group's in the message;
 * @message for a message's body */
static uint8_t decode_group(struct decoder *d, struct scope *s, struct wire_reader *r,
			    size_t offset, const struct pfcp_message *message)
{
	struct element e;
	uint8_t cause;

	while (wire_left(r)) {
		cause = next_element(d, r, &e);
		if (!cause)
			cause = decode_element(d, s, &e);
		if (cause)
			return cause;
	}
	d->empty = !s->seen;
	if (message && pfcp_is_rejection(message, s->value))
		return 0;
	return check_group(d, s, offset);
}

static int header_error(struct pfcp_error *err, int rc, uint8_t cause, const char *what)
{
	if (err)
		*err = (struct pfcp_error){.cause = cause, .what = what};
	return rc;
}

/* The Length field against the datagram; behind a session message another may follow (cl. 6.5). */
static int check_length(struct pfcp_header *h, size_t length, size_t len, size_t rest,
			struct pfcp_error *err)
{
	h->size = FIXED_HEADER + length;
	if (length < rest)
		return header_error(err, -EBADMSG, 0, "shorter than a header");
	if (h->size <= len && (h->size == len || h->follow_on))
		return 0;
	if (h->size > len)
		h->size = len;
	return header_error(err, -EINVAL, PFCP_CAUSE_INVALID_LENGTH,
			    "Length field and datagram disagree");
}

int pfcp_header_decode(const uint8_t *buf, size_t len, struct pfcp_header *ret,
		       struct pfcp_error *err)
{
	struct wire_reader r = {.at = buf, .end = buf + len};
	uint8_t flags = wire_get_u8(&r), last;
	struct pfcp_header h = {
		.version = flags >> 5, .type = wire_get_u8(&r), .has_seid = flags & FLAG_S};
	size_t length = wire_get_u16(&r);
	int rc;

	if (h.has_seid)
		h.seid = wire_get_u64(&r);
	h.sequence = (uint32_t)wire_get_number(&r, 3);
	last = wire_get_u8(&r);
	h.follow_on = h.has_seid && (flags & FLAG_FO);
	h.has_priority = h.has_seid && (flags & FLAG_MP);
	h.priority = h.has_priority ? last >> 4 : 0;
	if (r.bad)
		return header_error(err, -EBADMSG, 0, "shorter than a header");
	rc = check_length(&h, length, len, h.has_seid ? SESSION_REST : NODE_REST, err);
	if (rc == -EBADMSG)
		return rc;
	*ret = h;
	if (h.version != PFCP_VERSION)
		return header_error(err, -EPROTONOSUPPORT, 0, "version not supported");
	return rc;
}

int pfcp_decode(const uint8_t *buf, size_t len, struct pfcp_msg *ret, struct pfcp_error *err)
{
	struct decoder d = {.start = buf, .skipped = &ret->skipped};
	const struct pfcp_message *message;
	struct scope s = {.value = pfcp_body(ret)};
	struct wire_reader body;
	int rc;

	memset(&ret->header, 0, sizeof(ret->header));
	memset(&ret->skipped, 0, sizeof(ret->skipped));
	rc = pfcp_header_decode(buf, len, &ret->header, err);
	if (rc == -EBADMSG || rc == -EPROTONOSUPPORT)
		return rc;
	message = pfcp_message_find(ret->header.type);
	if (!message)
		return header_error(err, -EOPNOTSUPP, 0, "message type not known");
	memset(pfcp_body(ret), 0, pfcp_head(message->group, message->size));
	if (rc)
		return rc;
	if (message->session != ret->header.has_seid)
		return header_error(err, -EINVAL, PFCP_CAUSE_REJECTED,
				    "S flag does not fit the message type");
	body.at = buf + FIXED_HEADER + (message->session ? SESSION_REST : NODE_REST);
	body.end = buf + ret->header.size;
	body.bad = false;
	s.group = message->group;
	if (!decode_group(&d, &s, &body, 0, message))
		return 0;
	if (err)
		*err = d.error;
	return -EINVAL;
}
