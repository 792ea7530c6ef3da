// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values about what is done with a packet besides tunnelling it: Redirect Information,
 * Forwarding Policy, Header Enrichment, IP Address and Port Number Replacement (TS 29.244
 * cl. 8.2.20, 8.2.23, 8.2.67, 8.2.200).
 */
#include <errno.h>

#include "lib/pfcp/ie.h"

#define REDIRECT_TYPE 0x0f
#define HEADER_TYPE   0x1f
#define HEADER_HTTP   0

#define PORT_OCTETS 2

#define REPLACE_DIPV4 0x01
#define REPLACE_DIPV6 0x02
#define REPLACE_DPN   0x04
#define REPLACE_SIPV4 0x08
#define REPLACE_SIPV6 0x10
#define REPLACE_SPN   0x20

/* ---- Redirect Information ---- */

/* What a type has */
static const struct redirect_form {
	const char *name;
	bool address, other, port;
} forms[] = {
	[PFCP_REDIRECT_IP4] = {"ipv4", .address = true},
	[PFCP_REDIRECT_IP6] = {"ipv6", .address = true},
	[PFCP_REDIRECT_URL] = {"url", .address = true},
	[PFCP_REDIRECT_SIP_URI] = {"sip-uri", .address = true},
	[PFCP_REDIRECT_IP4_IP6] = {"ipv4-ipv6", .address = true, .other = true},
	[PFCP_REDIRECT_PORT] = {"port", .port = true},
	[PFCP_REDIRECT_IP4_PORT] = {"ipv4-port", .address = true, .port = true},
	[PFCP_REDIRECT_IP6_PORT] = {"ipv6-port", .address = true, .port = true},
	[PFCP_REDIRECT_IP4_IP6_PORT] = {"ipv4-ipv6-port", .address = true, .other = true,
					.port = true},
};

#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

/*
 * The address "shall not be present" with a port alone, the other one is asked for by the types 4
 * and 8 only: so what a type hasn't is not sent, not even its length. Figure 8.2.20-1 may be read
 * as if a length of 0 stood there: two octets that are 0, with something behind them, are that. All
 * else there is the port, and what follows it a later release's.
 */
static void skip_redirect_address(struct wire_reader *r)
{
	if (wire_left(r) > PORT_OCTETS && !wire_load16(r->at))
		wire_get_u16(r);
}

uint8_t pfcp_redirect_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_redirect *d = value;
	const struct redirect_form *form;
	uint8_t cause = 0;

	d->type = wire_get_u8(r) & REDIRECT_TYPE;
	if (d->type >= N_FORMS)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	form = &forms[d->type];
	if (form->address)
		cause = pfcp_text_get_counted(r, 2, d->address, sizeof(d->address));
	if (!cause && form->other)
		cause = pfcp_text_get_counted(r, 2, d->other, sizeof(d->other));
	if (cause || !form->port)
		return cause;
	if (!form->address)
		skip_redirect_address(r);
	if (!form->other)
		skip_redirect_address(r);
	d->port = wire_get_u16(r);
	return 0;
}

int pfcp_redirect_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_redirect *d = value;
	const struct redirect_form *form;
	int rc = 0;

	if (d->type >= N_FORMS)
		return -EINVAL;
	form = &forms[d->type];
	wire_put_number(w, d->type, 1);
	if (form->address)
		rc = pfcp_text_put_counted(w, 2, d->address, sizeof(d->address));
	if (!rc && form->other)
		rc = pfcp_text_put_counted(w, 2, d->other, sizeof(d->other));
	if (!rc && form->port)
		wire_put_number(w, d->port, 2);
	return rc;
}

/* "url:http://login.example/", "ipv4-ipv6-port:10.0.0.1,fd00::1:8080" */
void pfcp_redirect_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_redirect *d = value;
	const struct redirect_form *form;

	if (d->type >= N_FORMS) {
		pfcp_out_add(out, "%u", d->type);
		return;
	}
	form = &forms[d->type];
	pfcp_out_add(out, "%s:", form->name);
	if (form->address)
		pfcp_text_print_safe(out, d->address);
	if (form->other) {
		pfcp_out_add(out, ",");
		pfcp_text_print_safe(out, d->other);
	}
	if (form->port)
		pfcp_out_add(out, ":%u", d->port);
}

/* ---- Forwarding Policy ---- */

uint8_t pfcp_forwarding_policy_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_forwarding_policy *p = value;

	return pfcp_text_get_counted(r, 1, p->id, sizeof(p->id));
}

int pfcp_forwarding_policy_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				  const void *value)
{
	const struct pfcp_forwarding_policy *p = value;

	return pfcp_text_put_counted(w, 1, p->id, sizeof(p->id));
}

void pfcp_forwarding_policy_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "\"");
	pfcp_text_print_safe(out, ((const struct pfcp_forwarding_policy *)value)->id);
	pfcp_out_add(out, "\"");
}

/* ---- Header Enrichment ---- */

/* A header's value may be empty (RFC 7230 cl. 3.2), its name not. */
uint8_t pfcp_header_enrichment_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_header_enrichment *h = value;
	struct wire_reader content;
	uint8_t cause;

	if ((wire_get_u8(r) & HEADER_TYPE) != HEADER_HTTP)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	cause = pfcp_text_get_counted(r, 1, h->name, sizeof(h->name));
	content = wire_get_part(r, wire_get_u8(r));
	if (!cause && wire_left(&content))
		cause = pfcp_text_get(&content, h->value, sizeof(h->value), ' ');
	return cause;
}

int pfcp_header_enrichment_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				  const void *value)
{
	const struct pfcp_header_enrichment *h = value;
	int rc;

	wire_put_number(w, HEADER_HTTP, 1);
	rc = pfcp_text_put_counted(w, 1, h->name, sizeof(h->name));
	if (rc || *h->value)
		return rc ? rc : pfcp_text_put_counted(w, 1, h->value, sizeof(h->value));
	wire_put_number(w, 0, 1);
	return 0;
}

void pfcp_header_enrichment_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_header_enrichment *h = value;

	pfcp_out_add(out, "\"");
	pfcp_text_print_safe(out, h->name);
	pfcp_out_add(out, ": ");
	pfcp_text_print_safe(out, h->value);
	pfcp_out_add(out, "\"");
}

/* ---- IP Address and Port Number Replacement ---- */

static size_t replacement_size(uint8_t flags)
{
	return (flags & REPLACE_DIPV4 ? 4 : 0) + (flags & REPLACE_DIPV6 ? 16 : 0) +
	       (flags & REPLACE_DPN ? 2 : 0) + (flags & REPLACE_SIPV4 ? 4 : 0) +
	       (flags & REPLACE_SIPV6 ? 16 : 0) + (flags & REPLACE_SPN ? 2 : 0);
}

/*
 * One octet of flags, or two? "Shall be encoded as shown in figure 8.2.200-1" (cl. 8.2.200), and
 * that has octets 5 to 6. Table 8.1.2-1 counts the fixed octets of an IE "when first defined": 1 in
 * Release 17, put right to 2 in Release 19. So two are sent, the second one spare. Who went by the
 * earlier table has one, Wireshark (4.0) among them, and is understood: the second octet is taken
 * for spare only where it is 0 and there is an octet more than one of flags needs, be it followed
 * by what a later release appends or not. An address doesn't begin with 0 (0.0.0.0/8 and ::/8 are
 * no host's); a port below 256 is taken for it only if a sender of one octet appends something too.
 */
static void skip_spare_flags(struct wire_reader *r, uint8_t flags)
{
	if (wire_left(r) > replacement_size(flags) && !*r->at)
		wire_get_u8(r);
}

uint8_t pfcp_replacement_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_replacement *p = value;
	uint8_t flags = wire_get_u8(r);

	skip_spare_flags(r, flags);
	p->destination.v4 = flags & REPLACE_DIPV4;
	p->destination.v6 = flags & REPLACE_DIPV6;
	p->has_destination_port = flags & REPLACE_DPN;
	p->source.v4 = flags & REPLACE_SIPV4;
	p->source.v6 = flags & REPLACE_SIPV6;
	p->has_source_port = flags & REPLACE_SPN;
	if (!(flags & (REPLACE_DIPV4 | REPLACE_DIPV6 | REPLACE_SIPV4 | REPLACE_SIPV6)))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	pfcp_address_get(r, &p->destination);
	if (p->has_destination_port)
		p->destination_port = wire_get_u16(r);
	pfcp_address_get(r, &p->source);
	if (p->has_source_port)
		p->source_port = wire_get_u16(r);
	return 0;
}

int pfcp_replacement_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_replacement *p = value;

	if (!p->destination.v4 && !p->destination.v6 && !p->source.v4 && !p->source.v6)
		return -EINVAL;
	wire_put_number(
		w,
		(p->destination.v4 ? REPLACE_DIPV4 : 0) | (p->destination.v6 ? REPLACE_DIPV6 : 0) |
			(p->has_destination_port ? REPLACE_DPN : 0) |
			(p->source.v4 ? REPLACE_SIPV4 : 0) | (p->source.v6 ? REPLACE_SIPV6 : 0) |
			(p->has_source_port ? REPLACE_SPN : 0),
		1);
	wire_put_number(w, 0, 1);
	pfcp_address_put(w, &p->destination);
	if (p->has_destination_port)
		wire_put_number(w, p->destination_port, 2);
	pfcp_address_put(w, &p->source);
	if (p->has_source_port)
		wire_put_number(w, p->source_port, 2);
	return 0;
}

static void print_end(struct pfcp_out *out, const char *name, const struct pfcp_address *address,
		      bool has_port, uint16_t port)
{
	if (!address->v4 && !address->v6 && !has_port)
		return;
	pfcp_out_add(out, " %s=", name);
	pfcp_address_print_plain(out, address);
	if (has_port)
		pfcp_out_add(out, ":%u", port);
}

/* "{ destination=10.0.0.1:80 source=10.0.0.2 }" */
void pfcp_replacement_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_replacement *p = value;

	pfcp_out_add(out, "{");
	print_end(out, "destination", &p->destination, p->has_destination_port,
		  p->destination_port);
	print_end(out, "source", &p->source, p->has_source_port, p->source_port);
	pfcp_out_add(out, " }");
}
