// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP's PFD Contents (TS 29.244 cl. 8.2.39): by what the packets of an application are told. A
 * field of each kind comes first, further values of these kinds in one "additional" field each,
 * which is a list of fields of its own; of domain names each with the protocol that it is looked
 * for in, which may be empty there.
 */
#include <errno.h>

#include "lib/pfcp/ie.h"

#define PFD_FD	 0x01
#define PFD_URL	 0x02
#define PFD_DN	 0x04
#define PFD_CP	 0x08
#define PFD_DNP	 0x10
#define PFD_AFD	 0x20
#define PFD_AURL 0x40
#define PFD_ADNP 0x80

static bool is_text(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < ' ' || p[i] > '~')
			return false;
	}
	return n > 0;
}

int pfcp_pfd_add(struct pfcp_pfd_contents *c, enum pfcp_pfd_kind kind, const char *octets,
		 size_t length)
{
	struct pfcp_pfd_value *last = c->n_value ? &c->value[c->n_value - 1] : NULL;

	if (kind != PFCP_PFD_CUSTOM && !is_text(octets, length))
		return -EINVAL;
	if (kind == PFCP_PFD_PROTOCOL && (!last || last->kind != PFCP_PFD_DOMAIN))
		return -EINVAL;
	if (c->n_value == PFCP_MAX_PFD_VALUE || length >= sizeof(c->text) - c->used)
		return -ENOSPC;
	c->value[c->n_value++] = (struct pfcp_pfd_value){
		.kind = (uint8_t)kind, .at = c->used, .length = (uint16_t)length};
	memcpy(c->text + c->used, octets, length);
	c->text[c->used + length] = '\0';
	c->used += (uint16_t)(length + 1);
	return 0;
}

/* ---- decoding ---- */

/* The next field, with its length before it. Return: 0 or a cause */
static uint8_t get_value(struct wire_reader *r, struct pfcp_pfd_contents *c,
			 enum pfcp_pfd_kind kind)
{
	struct wire_reader part = wire_get_part(r, wire_get_u16(r));

	if (r->bad)
		return 0;
	switch (pfcp_pfd_add(c, kind, (const char *)part.at, wire_left(&part))) {
	case 0:
		return 0;
	case -ENOSPC:
		return PFCP_CAUSE_NO_RESOURCES;
	}
	return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

/* A protocol of length 0 is none. */
static uint8_t get_protocol(struct wire_reader *r, struct pfcp_pfd_contents *c)
{
	if (wire_left(r) >= 2 && !wire_load16(r->at)) {
		wire_get_u16(r);
		return 0;
	}
	return get_value(r, c, PFCP_PFD_PROTOCOL);
}

static uint8_t get_additional(struct wire_reader *r, struct pfcp_pfd_contents *c,
			      enum pfcp_pfd_kind kind)
{
	struct wire_reader part = wire_get_part(r, wire_get_u16(r));
	uint8_t cause = 0;

	while (!cause && wire_left(&part)) {
		cause = get_value(&part, c, kind);
		if (!cause && kind == PFCP_PFD_DOMAIN)
			cause = get_protocol(&part, c);
	}
	r->bad |= part.bad;
	return cause;
}

/* The protocol of the first domain name is two fields behind it: a custom field may come between.
 */
static uint8_t get_domain(struct wire_reader *r, struct pfcp_pfd_contents *c, uint8_t flags)
{
	struct wire_reader custom;
	uint8_t cause = flags & PFD_DN ? get_value(r, c, PFCP_PFD_DOMAIN) : 0;

	custom = *r;
	if (flags & PFD_CP)
		wire_get_part(r, wire_get_u16(r));
	if (!cause && (flags & PFD_DNP))
		cause = get_protocol(r, c);
	if (!cause && (flags & PFD_CP) && !r->bad)
		cause = get_value(&custom, c, PFCP_PFD_CUSTOM);
	return cause;
}

uint8_t pfcp_pfd_contents_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_pfd_contents *c = value;
	uint8_t flags = wire_get_u8(r), cause = 0;

	wire_get_u8(r); /* spare */
	if (!flags || ((flags & PFD_DNP) && !(flags & PFD_DN)))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (flags & PFD_FD)
		cause = get_value(r, c, PFCP_PFD_FLOW);
	if (!cause && (flags & PFD_URL))
		cause = get_value(r, c, PFCP_PFD_URL);
	if (!cause)
		cause = get_domain(r, c, flags);
	if (!cause && (flags & PFD_AFD))
		cause = get_additional(r, c, PFCP_PFD_FLOW);
	if (!cause && (flags & PFD_AURL))
		cause = get_additional(r, c, PFCP_PFD_URL);
	if (!cause && (flags & PFD_ADNP))
		cause = get_additional(r, c, PFCP_PFD_DOMAIN);
	return cause;
}

/* ---- encoding ---- */

/* The @nth value of a kind from 0 on, or NULL */
static const struct pfcp_pfd_value *find_value(const struct pfcp_pfd_contents *c,
					       enum pfcp_pfd_kind kind, unsigned int nth)
{
	for (unsigned int i = 0; i < c->n_value; i++) {
		if (c->value[i].kind == kind && !nth--)
			return &c->value[i];
	}
	return NULL;
}

/* Of a domain name; NULL if it has none */
static const struct pfcp_pfd_value *find_protocol(const struct pfcp_pfd_contents *c,
						  const struct pfcp_pfd_value *domain)
{
	const struct pfcp_pfd_value *next = domain + 1;

	if (next == c->value + c->n_value || next->kind != PFCP_PFD_PROTOCOL)
		return NULL;
	return next;
}

static void put_value(struct wire_writer *w, const struct pfcp_pfd_contents *c,
		      const struct pfcp_pfd_value *v)
{
	wire_put_number(w, v ? v->length : 0, 2);
	if (v)
		wire_put_bytes(w, c->text + v->at, v->length);
}

/* All of a kind but the first, as one field */
static void put_additional(struct wire_writer *w, const struct pfcp_pfd_contents *c,
			   enum pfcp_pfd_kind kind)
{
	const struct pfcp_pfd_value *v;
	uint8_t *length, *start;

	if (!find_value(c, kind, 1))
		return;
	length = wire_put(w, 2);
	start = w->at;
	for (unsigned int i = 1; (v = find_value(c, kind, i)); i++) {
		put_value(w, c, v);
		if (kind == PFCP_PFD_DOMAIN)
			put_value(w, c, find_protocol(c, v));
	}
	if (length)
		wire_store16(length, (uint16_t)(w->at - start));
}

static bool valid(const struct pfcp_pfd_contents *c)
{
	uint8_t before = PFCP_PFD_CUSTOM;

	if (!c->n_value || c->n_value > PFCP_MAX_PFD_VALUE || find_value(c, PFCP_PFD_CUSTOM, 1))
		return false;
	for (unsigned int i = 0; i < c->n_value; before = c->value[i++].kind) {
		const struct pfcp_pfd_value *v = &c->value[i];

		if (v->kind > PFCP_PFD_PROTOCOL || (size_t)v->at + v->length > sizeof(c->text))
			return false;
		if (v->kind == PFCP_PFD_PROTOCOL && before != PFCP_PFD_DOMAIN)
			return false;
		if (v->kind != PFCP_PFD_CUSTOM && !is_text(c->text + v->at, v->length))
			return false;
	}
	return true;
}

static void put_contents(struct wire_writer *w, const struct pfcp_pfd_contents *c)
{
	const struct pfcp_pfd_value *flow = find_value(c, PFCP_PFD_FLOW, 0);
	const struct pfcp_pfd_value *url = find_value(c, PFCP_PFD_URL, 0);
	const struct pfcp_pfd_value *domain = find_value(c, PFCP_PFD_DOMAIN, 0);
	const struct pfcp_pfd_value *custom = find_value(c, PFCP_PFD_CUSTOM, 0);
	const struct pfcp_pfd_value *protocol = domain ? find_protocol(c, domain) : NULL;

	wire_put_number(w,
			(flow ? PFD_FD : 0) | (url ? PFD_URL : 0) | (domain ? PFD_DN : 0) |
				(custom ? PFD_CP : 0) | (protocol ? PFD_DNP : 0) |
				(find_value(c, PFCP_PFD_FLOW, 1) ? PFD_AFD : 0) |
				(find_value(c, PFCP_PFD_URL, 1) ? PFD_AURL : 0) |
				(find_value(c, PFCP_PFD_DOMAIN, 1) ? PFD_ADNP : 0),
			1);
	wire_put_number(w, 0, 1);
	if (flow)
		put_value(w, c, flow);
	if (url)
		put_value(w, c, url);
	if (domain)
		put_value(w, c, domain);
	if (custom)
		put_value(w, c, custom);
	if (protocol)
		put_value(w, c, protocol);
	put_additional(w, c, PFCP_PFD_FLOW);
	put_additional(w, c, PFCP_PFD_URL);
	put_additional(w, c, PFCP_PFD_DOMAIN);
}

/* Whether there are as many values as it says is asked first: nothing is looked for before. */
int pfcp_pfd_contents_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	if (!valid(value))
		return -EINVAL;
	put_contents(w, value);
	return 0;
}

/* "{ flow=\"permit out ip from any to assigned\" domain=\"a.example\" protocol=\"dns\" }" */
void pfcp_pfd_contents_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	static const char *const kinds[] = {"flow", "url", "domain", "custom", "protocol"};
	const struct pfcp_pfd_contents *c = value;

	pfcp_out_add(out, "{");
	for (unsigned int i = 0; i < c->n_value && i < PFCP_MAX_PFD_VALUE; i++) {
		const struct pfcp_pfd_value *v = &c->value[i];

		if (v->kind > PFCP_PFD_PROTOCOL || (size_t)v->at + v->length >= sizeof(c->text))
			continue;
		pfcp_out_add(out, " %s=\"", kinds[v->kind]);
		for (unsigned int k = 0; k < v->length; k++)
			pfcp_out_add(out, "%c",
				     is_text(&c->text[v->at + k], 1) ? c->text[v->at + k] : '?');
		pfcp_out_add(out, "\"");
	}
	pfcp_out_add(out, " }");
}
