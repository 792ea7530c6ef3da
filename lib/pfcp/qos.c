// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values of QERs, and of slices and packets that QoS is about (TS 29.244
 * cl. 8.2.7, 8.2.8, 8.2.9, 8.2.63, 8.2.66, 8.2.176, 8.2.27).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define MAX_KBPS ((1ULL << 40) - 1)

#define RATE_UPLINK	0x01
#define RATE_DOWNLINK	0x02
#define RATE_ADDITIONAL 0x04
#define RATE_UNIT	0x07

#define MARK_TOS     0x01
#define MARK_SERVICE 0x02

#define SERVICE_PPI  0x01
#define SERVICE_QFII 0x02
#define SIX_BITS     0x3f

/* 2 and 3 are to be read as CLOSED. */
static uint8_t gate(uint8_t bits)
{
	return (bits & 3) ? PFCP_GATE_CLOSED : PFCP_GATE_OPEN;
}

uint8_t pfcp_gate_status_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_gate_status *g = value;
	uint8_t octet = wire_get_u8(r);

	g->uplink = gate(octet >> 2);
	g->downlink = gate(octet);
	return 0;
}

int pfcp_gate_status_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_gate_status *g = value;

	if (g->uplink > PFCP_GATE_CLOSED || g->downlink > PFCP_GATE_CLOSED)
		return -EINVAL;
	wire_put_number(w, (unsigned int)(g->uplink << 2) | g->downlink, 1);
	return 0;
}

void pfcp_gate_status_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_gate_status *g = value;

	pfcp_out_add(out, "ul-%s,dl-%s", g->uplink ? "closed" : "open",
		     g->downlink ? "closed" : "open");
}

uint8_t pfcp_bit_rate_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_bit_rate *b = value;

	b->uplink_kbps = wire_get_number(r, 5);
	b->downlink_kbps = wire_get_number(r, 5);
	return 0;
}

int pfcp_bit_rate_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_bit_rate *b = value;

	if (b->uplink_kbps > MAX_KBPS || b->downlink_kbps > MAX_KBPS)
		return -EINVAL;
	wire_put_number(w, b->uplink_kbps, 5);
	wire_put_number(w, b->downlink_kbps, 5);
	return 0;
}

void pfcp_bit_rate_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_bit_rate *b = value;

	pfcp_out_add(out, "ul-%" PRIu64 "kbps,dl-%" PRIu64 "kbps", b->uplink_kbps,
		     b->downlink_kbps);
}

uint8_t pfcp_s_nssai_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_s_nssai *s = value;

	s->sst = wire_get_u8(r);
	s->sd = (uint32_t)wire_get_number(r, 3);
	return 0;
}

int pfcp_s_nssai_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_s_nssai *s = value;

	if (s->sd > 0xffffff)
		return -EINVAL;
	wire_put_number(w, s->sst, 1);
	wire_put_number(w, s->sd, 3);
	return 0;
}

void pfcp_s_nssai_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_s_nssai *s = value;

	pfcp_out_add(out, "%u-%06" PRIx32, s->sst, s->sd);
}

/* ---- Packet Rate ---- */

/* Units that are none yet are to be read as minutes. */
static void get_rate(struct wire_reader *r, struct pfcp_rate *ret)
{
	uint8_t unit = wire_get_u8(r) & RATE_UNIT;

	ret->unit = unit <= PFCP_RATE_WEEK ? unit : PFCP_RATE_MINUTE;
	ret->max = wire_get_u16(r);
}

static int put_rate(struct wire_writer *w, const struct pfcp_rate *rate)
{
	if (rate->unit > PFCP_RATE_WEEK)
		return -EINVAL;
	wire_put_number(w, rate->unit, 1);
	wire_put_number(w, rate->max, 2);
	return 0;
}

uint8_t pfcp_packet_rate_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_packet_rate *p = value;
	uint8_t flags = wire_get_u8(r);

	p->has_uplink = flags & RATE_UPLINK;
	p->has_downlink = flags & RATE_DOWNLINK;
	p->additional = flags & RATE_ADDITIONAL;
	if (!p->has_uplink && !p->has_downlink)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (p->has_uplink)
		get_rate(r, &p->uplink);
	if (p->has_downlink)
		get_rate(r, &p->downlink);
	if (p->has_uplink && p->additional)
		get_rate(r, &p->additional_uplink);
	if (p->has_downlink && p->additional)
		get_rate(r, &p->additional_downlink);
	return 0;
}

int pfcp_packet_rate_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_packet_rate *p = value;
	int rc = 0;

	if (!p->has_uplink && !p->has_downlink)
		return -EINVAL;
	wire_put_number(w,
			(p->has_uplink ? RATE_UPLINK : 0) | (p->has_downlink ? RATE_DOWNLINK : 0) |
				(p->additional ? RATE_ADDITIONAL : 0),
			1);
	if (p->has_uplink)
		rc |= put_rate(w, &p->uplink);
	if (p->has_downlink)
		rc |= put_rate(w, &p->downlink);
	if (p->has_uplink && p->additional)
		rc |= put_rate(w, &p->additional_uplink);
	if (p->has_downlink && p->additional)
		rc |= put_rate(w, &p->additional_downlink);
	return rc ? -EINVAL : 0;
}

static void print_rate(struct pfcp_out *out, const char *name, const struct pfcp_rate *rate)
{
	static const char *const units[] = {"minute", "6min", "hour", "day", "week"};

	pfcp_out_add(out, " %s=%u/%s", name, rate->max,
		     rate->unit <= PFCP_RATE_WEEK ? units[rate->unit] : "unknown");
}

/* "{ ul=100/hour dl=100/hour more-dl=10/6min }" */
void pfcp_packet_rate_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_packet_rate *p = value;

	pfcp_out_add(out, "{");
	if (p->has_uplink)
		print_rate(out, "ul", &p->uplink);
	if (p->has_downlink)
		print_rate(out, "dl", &p->downlink);
	if (p->has_uplink && p->additional)
		print_rate(out, "more-ul", &p->additional_uplink);
	if (p->has_downlink && p->additional)
		print_rate(out, "more-dl", &p->additional_downlink);
	pfcp_out_add(out, " }");
}

/* ---- DL Flow Level Marking ---- */

uint8_t pfcp_flow_marking_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_flow_marking *m = value;
	uint8_t flags = wire_get_u8(r);

	m->has_tos = flags & MARK_TOS;
	m->has_service_class = flags & MARK_SERVICE;
	if (m->has_tos)
		m->tos = wire_get_u16(r);
	if (m->has_service_class)
		m->service_class = wire_get_u16(r);
	return 0;
}

int pfcp_flow_marking_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_flow_marking *m = value;

	wire_put_number(w, (m->has_tos ? MARK_TOS : 0) | (m->has_service_class ? MARK_SERVICE : 0),
			1);
	if (m->has_tos)
		wire_put_number(w, m->tos, 2);
	if (m->has_service_class)
		wire_put_number(w, m->service_class, 2);
	return 0;
}

void pfcp_flow_marking_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_flow_marking *m = value;

	pfcp_out_add(out, "{");
	if (m->has_tos)
		pfcp_out_add(out, " tos=0x%04x", m->tos);
	if (m->has_service_class)
		pfcp_out_add(out, " service-class=0x%04x", m->service_class);
	pfcp_out_add(out, " }");
}

/* ---- Downlink Data Service Information ---- */

uint8_t pfcp_service_information_decode(const struct pfcp_ie *ie, struct wire_reader *r,
					void *value)
{
	struct pfcp_service_information *s = value;
	uint8_t flags = wire_get_u8(r);

	s->has_paging_policy = flags & SERVICE_PPI;
	s->has_qfi = flags & SERVICE_QFII;
	if (s->has_paging_policy)
		s->paging_policy = wire_get_u8(r) & SIX_BITS;
	if (s->has_qfi)
		s->qfi = wire_get_u8(r) & SIX_BITS;
	return 0;
}

int pfcp_service_information_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				    const void *value)
{
	const struct pfcp_service_information *s = value;

	if (s->paging_policy > SIX_BITS || s->qfi > SIX_BITS)
		return -EINVAL;
	wire_put_number(
		w, (s->has_paging_policy ? SERVICE_PPI : 0) | (s->has_qfi ? SERVICE_QFII : 0), 1);
	if (s->has_paging_policy)
		wire_put_number(w, s->paging_policy, 1);
	if (s->has_qfi)
		wire_put_number(w, s->qfi, 1);
	return 0;
}

void pfcp_service_information_print(const struct pfcp_ie *ie, struct pfcp_out *out,
				    const void *value)
{
	const struct pfcp_service_information *s = value;

	pfcp_out_add(out, "{");
	if (s->has_paging_policy)
		pfcp_out_add(out, " paging-policy=%u", s->paging_policy);
	if (s->has_qfi)
		pfcp_out_add(out, " qfi=%u", s->qfi);
	pfcp_out_add(out, " }");
}
