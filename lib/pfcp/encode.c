// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: structs -> bytes, by the tables (TS 29.244 cl. 7.2), in their order.
 */
#include <errno.h>

#include "lib/pfcp/ie.h"

#define FLAG_S	0x01
#define FLAG_MP 0x02
#define FLAG_FO 0x04

#define IE_HEADER    4
#define MAX_SEQUENCE 0xffffff
#define MAX_PRIORITY 15

static int encode_group(struct wire_writer *w, const struct pfcp_group *group, const void *value,
			bool rejection);

static int encode_value(struct wire_writer *w, const struct pfcp_ie *ie, const void *value)
{
	uint8_t *header = wire_put(w, IE_HEADER);
	int rc;

	rc = ie->group ? encode_group(w, ie->group, value, false) : ie->encode(ie, w, value);
	if (rc || !header)
		return rc;
	wire_store16(header, ie->type);
	wire_store16(header + 2, (uint16_t)(w->at - header - IE_HEADER));
	return 0;
}

/* All @n of a member. An empty value where length 0 takes away would be an order that nobody gave.
 */
static int encode_member(struct wire_writer *w, const struct pfcp_group *group,
			 const struct pfcp_member *m, const void *value, unsigned int n)
{
	const struct pfcp_ie *ie = m->ie;
	int rc = 0;

	if (n > m->max)
		return -EINVAL;
	for (unsigned int i = 0; i < n && !rc; i++) {
		const uint8_t *start = w->at;

		rc = encode_value(w, ie, pfcp_member_value(m, value, i));
		if (!rc && !w->full && w->at - start == IE_HEADER && pfcp_can_clear(group, m))
			return -EINVAL;
	}
	return rc;
}

/* IEs of length 0: what an Update rule shall lose. With a value beside it, one of the two would not
 * be read. */
static int encode_cleared(struct wire_writer *w, const struct pfcp_group *group, const void *value)
{
	const struct pfcp_cleared *cleared =
		(const struct pfcp_cleared *)((const uint8_t *)value + group->cleared);

	if (cleared->n > PFCP_MAX_CLEARED)
		return -EINVAL;
	for (unsigned int i = 0; i < cleared->n; i++) {
		const struct pfcp_member *m = pfcp_group_find(group, cleared->type[i]);

		if (!m || !pfcp_can_clear(group, m) || pfcp_member_number(m, value))
			return -EINVAL;
		wire_put_number(w, cleared->type[i], 2);
		wire_put_number(w, 0, 2);
	}
	return 0;
}

static int encode_group(struct wire_writer *w, const struct pfcp_group *group, const void *value,
			bool rejection)
{
	unsigned int n_members = group->n_members;
	uint16_t type;
	int rc;

	for (unsigned int i = 0; i < n_members; i++) {
		const struct pfcp_member *m = &group->members[i];
		unsigned int n = pfcp_member_number(m, value);

		if (!n && m->presence == PFCP_MANDATORY && !rejection)
			return -EINVAL;
		rc = n ? encode_member(w, group, m, value, n) : 0;
		if (rc)
			return rc;
	}
	rc = group->cleared != PFCP_NOWHERE ? encode_cleared(w, group, value) : 0;
	if (rc)
		return rc;
	return group->check && !rejection && group->check(value, &type) ? -EINVAL : 0;
}

static int encode_header(struct wire_writer *w, const struct pfcp_header *h, bool session)
{
	bool has_priority = session && h->has_priority;

	if (h->sequence > MAX_SEQUENCE || h->priority > MAX_PRIORITY || (h->follow_on && !session))
		return -EINVAL;
	wire_put_number(w,
			PFCP_VERSION << 5 | (session ? FLAG_S : 0) | (has_priority ? FLAG_MP : 0) |
				(h->follow_on ? FLAG_FO : 0),
			1);
	wire_put_number(w, h->type, 1);
	wire_put_number(w, 0, 2);
	if (session)
		wire_put_number(w, h->seid, 8);
	wire_put_number(w, h->sequence, 3);
	wire_put_number(w, has_priority ? (unsigned int)h->priority << 4 : 0, 1);
	return 0;
}

int pfcp_encode(const struct pfcp_msg *msg, uint8_t *buf, size_t size, size_t *ret_len)
{
	const struct pfcp_message *message = pfcp_message_find(msg->header.type);
	const void *body = pfcp_body_const(msg);
	struct wire_writer w = {.at = buf,
				.end = buf + (size < PFCP_MAX_MESSAGE ? size : PFCP_MAX_MESSAGE)};
	size_t length;
	int rc;

	if (!message)
		return -EINVAL;
	rc = encode_header(&w, &msg->header, message->session);
	if (!rc)
		rc = encode_group(&w, message->group, body, pfcp_is_rejection(message, body));
	if (rc)
		return rc;
	if (w.full)
		return -ENOBUFS;
	length = (size_t)(w.at - buf) - 4;
	wire_store16(buf + 2, (uint16_t)length);
	*ret_len = length + 4;
	return 0;
}
