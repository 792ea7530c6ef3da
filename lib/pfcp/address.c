// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that are addresses: Node ID, F-SEID, F-TEID, UE IP Address, CP PFCP Entity IP
 * Address, CP IP Address (TS 29.244 cl. 8.2.38, 8.2.37, 8.2.3, 8.2.62, 8.2.135, 8.2.199). Mind the
 * flags: V4 is bit 1 in an F-TEID and bit 2 in all others here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define F_TEID_V4   0x01
#define F_TEID_V6   0x02
#define F_TEID_CH   0x04
#define F_TEID_CHID 0x08

#define V6 0x01
#define V4 0x02

#define UE_IP_SD    0x04
#define UE_IP_IP6D  0x08
#define UE_IP_CHV4  0x10
#define UE_IP_CHV6  0x20
#define UE_IP_IP6PL 0x40

void pfcp_address_get(struct wire_reader *r, struct pfcp_address *ret)
{
	if (ret->v4)
		wire_get_bytes(r, &ret->ip4, sizeof(ret->ip4));
	if (ret->v6)
		wire_get_bytes(r, &ret->ip6, sizeof(ret->ip6));
}

void pfcp_address_put(struct wire_writer *w, const struct pfcp_address *a)
{
	if (a->v4)
		wire_put_bytes(w, &a->ip4, sizeof(a->ip4));
	if (a->v6)
		wire_put_bytes(w, &a->ip6, sizeof(a->ip6));
}

static void print_ip(struct pfcp_out *out, int family, const void *ip)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, ip, text, sizeof(text)))
		pfcp_out_add(out, "%s", text);
}

/* "10.0.0.1", "10.0.0.1,fd00::1" */
void pfcp_address_print_plain(struct pfcp_out *out, const struct pfcp_address *a)
{
	if (a->v4)
		print_ip(out, AF_INET, &a->ip4);
	if (a->v4 && a->v6)
		pfcp_out_add(out, ",");
	if (a->v6)
		print_ip(out, AF_INET6, &a->ip6);
}

uint8_t pfcp_address_get_flagged(struct wire_reader *r, struct pfcp_address *ret)
{
	uint8_t flags = wire_get_u8(r);

	ret->v4 = flags & V4;
	ret->v6 = flags & V6;
	pfcp_address_get(r, ret);
	return flags;
}

void pfcp_address_put_flagged(struct wire_writer *w, const struct pfcp_address *a,
			      unsigned int others)
{
	wire_put_number(w, (a->v4 ? V4 : 0) | (a->v6 ? V6 : 0) | others, 1);
	pfcp_address_put(w, a);
}

uint8_t pfcp_address_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	pfcp_address_get_flagged(r, value);
	return pfcp_address_given(value) ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_address_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	if (!pfcp_address_given(value))
		return -EINVAL;
	pfcp_address_put_flagged(w, value, 0);
	return 0;
}

void pfcp_address_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_address_print_plain(out, value);
}

uint8_t pfcp_node_id_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_node_id *id = value;

	id->type = wire_get_u8(r) & 0x0f;
	switch (id->type) {
	case PFCP_NODE_IP4:
		wire_get_bytes(r, &id->ip4, sizeof(id->ip4));
		return 0;
	case PFCP_NODE_IP6:
		wire_get_bytes(r, &id->ip6, sizeof(id->ip6));
		return 0;
	case PFCP_NODE_FQDN:
		return pfcp_labels_decode(r, id->fqdn, sizeof(id->fqdn));
	}
	return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_node_id_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_node_id *id = value;

	wire_put_number(w, id->type, 1);
	switch (id->type) {
	case PFCP_NODE_IP4:
		wire_put_bytes(w, &id->ip4, sizeof(id->ip4));
		return 0;
	case PFCP_NODE_IP6:
		wire_put_bytes(w, &id->ip6, sizeof(id->ip6));
		return 0;
	case PFCP_NODE_FQDN:
		return pfcp_labels_encode(w, id->fqdn);
	}
	return -EINVAL;
}

void pfcp_node_id_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_node_id *id = value;

	if (id->type == PFCP_NODE_IP4)
		print_ip(out, AF_INET, &id->ip4);
	else if (id->type == PFCP_NODE_IP6)
		print_ip(out, AF_INET6, &id->ip6);
	else
		pfcp_text_print_safe(out, id->fqdn);
}

uint8_t pfcp_f_seid_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_f_seid *f = value;
	uint8_t flags = wire_get_u8(r);

	f->address.v4 = flags & V4;
	f->address.v6 = flags & V6;
	f->seid = wire_get_u64(r);
	pfcp_address_get(r, &f->address);
	return pfcp_address_given(&f->address) ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_f_seid_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_f_seid *f = value;

	if (!pfcp_address_given(&f->address))
		return -EINVAL;
	wire_put_number(w, (f->address.v4 ? V4 : 0) | (f->address.v6 ? V6 : 0), 1);
	wire_put_number(w, f->seid, 8);
	pfcp_address_put(w, &f->address);
	return 0;
}

void pfcp_f_seid_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_f_seid *f = value;

	pfcp_out_add(out, "0x%" PRIx64 "@", f->seid);
	pfcp_address_print_plain(out, &f->address);
}

static bool f_teid_valid(const struct pfcp_f_teid *f)
{
	if (!pfcp_address_given(&f->address))
		return false;
	return f->choose || !f->has_choose_id;
}

uint8_t pfcp_f_teid_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_f_teid *f = value;
	uint8_t flags = wire_get_u8(r);

	f->address.v4 = flags & F_TEID_V4;
	f->address.v6 = flags & F_TEID_V6;
	f->choose = flags & F_TEID_CH;
	f->has_choose_id = flags & F_TEID_CHID;
	if (!f_teid_valid(f))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (!f->choose) {
		f->teid = wire_get_u32(r);
		pfcp_address_get(r, &f->address);
	} else if (f->has_choose_id) {
		f->choose_id = wire_get_u8(r);
	}
	return 0;
}

int pfcp_f_teid_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_f_teid *f = value;

	if (!f_teid_valid(f))
		return -EINVAL;
	wire_put_number(w,
			(f->address.v4 ? F_TEID_V4 : 0) | (f->address.v6 ? F_TEID_V6 : 0) |
				(f->choose ? F_TEID_CH : 0) | (f->has_choose_id ? F_TEID_CHID : 0),
			1);
	if (!f->choose) {
		wire_put_number(w, f->teid, 4);
		pfcp_address_put(w, &f->address);
	} else if (f->has_choose_id) {
		wire_put_number(w, f->choose_id, 1);
	}
	return 0;
}

void pfcp_f_teid_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_f_teid *f = value;

	if (!f->choose) {
		pfcp_out_add(out, "0x%" PRIx32 "@", f->teid);
		pfcp_address_print_plain(out, &f->address);
		return;
	}
	pfcp_out_add(out, "choose(%s%s%s", f->address.v4 ? "v4" : "",
		     f->address.v4 && f->address.v6 ? "," : "", f->address.v6 ? "v6" : "");
	if (f->has_choose_id)
		pfcp_out_add(out, ",id=%u", f->choose_id);
	pfcp_out_add(out, ")");
}

/* An address and a wish for one exclude each other; what belongs to IPv6 needs either of IPv6. */
static bool ue_ip_valid(const struct pfcp_ue_ip *u)
{
	const struct pfcp_address *a = &u->address;

	if (!pfcp_address_given(a) && !u->choose4 && !u->choose6)
		return false;
	if ((a->v4 && u->choose4) || (a->v6 && u->choose6))
		return false;
	if ((u->has_delegation_bits || u->has_prefix_length) && !a->v6 && !u->choose6)
		return false;
	return !(u->has_delegation_bits && u->has_prefix_length) && u->delegation_bits <= 64 &&
	       u->prefix_length <= 128;
}

uint8_t pfcp_ue_ip_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_ue_ip *u = value;
	uint8_t flags = pfcp_address_get_flagged(r, &u->address);

	u->destination = flags & UE_IP_SD;
	u->choose4 = flags & UE_IP_CHV4;
	u->choose6 = flags & UE_IP_CHV6;
	u->has_delegation_bits = flags & UE_IP_IP6D;
	u->has_prefix_length = flags & UE_IP_IP6PL;
	if (u->has_delegation_bits)
		u->delegation_bits = wire_get_u8(r);
	if (u->has_prefix_length)
		u->prefix_length = wire_get_u8(r);
	return ue_ip_valid(u) ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_ue_ip_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_ue_ip *u = value;

	if (!ue_ip_valid(u))
		return -EINVAL;
	pfcp_address_put_flagged(w, &u->address,
				 (u->destination ? UE_IP_SD : 0) | (u->choose4 ? UE_IP_CHV4 : 0) |
					 (u->choose6 ? UE_IP_CHV6 : 0) |
					 (u->has_delegation_bits ? UE_IP_IP6D : 0) |
					 (u->has_prefix_length ? UE_IP_IP6PL : 0));
	if (u->has_delegation_bits)
		wire_put_number(w, u->delegation_bits, 1);
	if (u->has_prefix_length)
		wire_put_number(w, u->prefix_length, 1);
	return 0;
}

/* "source:10.60.0.2", "destination:choose-v4" */
void pfcp_ue_ip_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_ue_ip *u = value;

	pfcp_out_add(out, "%s:", u->destination ? "destination" : "source");
	pfcp_address_print_plain(out, &u->address);
	pfcp_out_add(out, "%s%s", u->choose4 ? "choose-v4" : "", u->choose6 ? "choose-v6" : "");
	if (u->has_delegation_bits)
		pfcp_out_add(out, ",delegation=%u", u->delegation_bits);
	if (u->has_prefix_length)
		pfcp_out_add(out, "/%u", u->prefix_length);
}
