// SPDX-License-Identifier: Apache-2.0
/*
 * QoS of a PDU session in NAS: QoS rules, QoS flow descriptions, session AMBR
 * (TS 24.501 cl. 9.11.4.13, 9.11.4.12, 9.11.4.14).
 */
#include "lib/nas/codec.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define MATCH_ALL	   1   /* packet filter component type, table 9.11.4.13.1 */
#define DEFAULT_PRECEDENCE 255 /* evaluated last */
#define DQR		   0x10
#define SEGREGATION	   0x40
#define MAX_QFI		   63

/* ---- QoS rules ---- */

void nas_qos_rule_default(struct nas_qos_rule *rule, uint8_t qfi)
{
	static const uint8_t match_all[] = {MATCH_ALL};

	*rule = (struct nas_qos_rule){
		.id = 1,
		.operation = NAS_RULE_CREATE,
		.is_default = true,
		.filter_count = 1,
		.filter = {{.id = 1, .direction = 3, .components = {match_all, 1}}},
		.has_precedence = true,
		.precedence = DEFAULT_PRECEDENCE,
		.qfi = qfi,
	};
}

static void walk_filter(struct nas_cursor *c, struct nas_packet_filter *filter, bool id_only)
{
	uint8_t octet = filter->direction << 4 | filter->id;
	struct nas_part part;

	if (nas_writing(c) && (filter->id > 15 || filter->direction > 3))
		nas_fail(c, "packet filter id or direction out of range");
	nas_u8(c, &octet);
	filter->id = octet & 0xf;
	filter->direction = octet >> 4 & 3;
	if (id_only)
		return;
	nas_part_begin(c, &part, 1);
	nas_rest(c, &filter->components.data, &filter->components.len);
	nas_part_end(c, &part);
}

static void walk_rule_end(struct nas_cursor *c, struct nas_qos_rule *rule)
{
	uint8_t octet = (rule->segregation ? SEGREGATION : 0) | rule->qfi;

	if (!nas_writing(c))
		rule->has_precedence = nas_left(c) > 0;
	if (!rule->has_precedence)
		return;
	if (nas_writing(c) && rule->qfi > MAX_QFI)
		nas_fail(c, "QFI out of range");
	nas_u8(c, &rule->precedence);
	nas_u8(c, &octet);
	rule->segregation = octet & SEGREGATION;
	rule->qfi = octet & MAX_QFI;
}

static void walk_rule(struct nas_cursor *c, struct nas_qos_rule *rule)
{
	uint8_t octet = rule->operation << 5 | (rule->is_default ? DQR : 0) | rule->filter_count;
	struct nas_part part;

	if (nas_writing(c) && (rule->operation > 7 || rule->filter_count > NAS_MAX_FILTERS))
		nas_fail(c, "QoS rule's operation or number of filters out of range");
	nas_u8(c, &rule->id);
	nas_part_begin(c, &part, 2);
	nas_u8(c, &octet);
	rule->operation = octet >> 5;
	rule->is_default = octet & DQR;
	rule->filter_count = octet & 0xf;
	for (uint8_t i = 0; i < rule->filter_count && !c->error; i++)
		walk_filter(c, &rule->filter[i], rule->operation == NAS_RULE_DELETE_FILTERS);
	walk_rule_end(c, rule);
	nas_part_end(c, &part);
}

/* @value: the whole PDU SESSION ESTABLISHMENT ACCEPT */
static void walk_rules(struct nas_cursor *c, void *value)
{
	struct nas_pdu_session_establishment_accept *m = value;

	for (uint8_t i = 0; nas_writing(c) ? i < m->rule_count : nas_left(c) > 0; i++) {
		if (i >= NAS_MAX_QOS_RULES)
			nas_fail(c, "more QoS rules than this system holds");
		if (c->error)
			return;
		walk_rule(c, &m->rule[i]);
		m->rule_count = nas_writing(c) ? m->rule_count : i + 1;
	}
	if (m->rule_count == 0)
		nas_fail(c, "no QoS rule");
}

static void print_rule(struct nas_text *text, const struct nas_qos_rule *rule)
{
	static const char *const direction[4] = {"reserved", "down", "up", "both"};

	nas_text_add(text, "(rule=%u operation=%u%s", rule->id, rule->operation,
		     rule->is_default ? " default" : "");
	for (uint8_t i = 0; i < rule->filter_count; i++) {
		const struct nas_packet_filter *filter = &rule->filter[i];

		nas_text_add(text, " filter=%u/%s/", filter->id, direction[filter->direction & 3]);
		nas_type_octets.print(text, &filter->components);
	}
	if (rule->has_precedence)
		nas_text_add(text, " precedence=%u qfi=%u%s", rule->precedence, rule->qfi,
			     rule->segregation ? " segregation" : "");
	nas_text_add(text, ")");
}

static void print_rules(struct nas_text *text, const void *value)
{
	const struct nas_pdu_session_establishment_accept *m = value;

	for (uint8_t i = 0; i < m->rule_count; i++)
		print_rule(text, &m->rule[i]);
}

const struct nas_value_type nas_type_qos_rules = {0, walk_rules, print_rules};

/* ---- QoS flow descriptions ---- */

#define FLOW_E_BIT    0x40 /* parameters are there, and complete */
#define PARAMETER_5QI 1
#define ACCEPT_OF(count)                                                                           \
	((void *)((uint8_t *)(count)-offsetof(struct nas_pdu_session_establishment_accept,         \
					      flow_count)))

static void flow_write(struct nas_cursor *c, struct nas_qos_flow *flow)
{
	uint8_t operation = flow->operation << 5;
	uint8_t parameters = flow->has_five_qi ? FLOW_E_BIT | 1 : 0;
	uint8_t id = PARAMETER_5QI, len = 1;

	if (flow->qfi > MAX_QFI || flow->operation > 7)
		nas_fail(c, "QFI or operation out of range");
	nas_u8(c, &flow->qfi);
	nas_u8(c, &operation);
	nas_u8(c, &parameters);
	if (!flow->has_five_qi)
		return;
	nas_u8(c, &id);
	nas_u8(c, &len);
	nas_u8(c, &flow->five_qi);
}

static void flow_read(struct nas_cursor *c, struct nas_qos_flow *flow)
{
	uint8_t parameters = 0;

	nas_u8(c, &flow->qfi);
	nas_u8(c, &flow->operation);
	nas_u8(c, &parameters);
	flow->qfi &= MAX_QFI;
	flow->operation >>= 5;
	for (uint8_t left = parameters & 0x3f; left > 0 && !c->error; left--) {
		struct nas_part part;
		uint8_t id = 0;

		nas_u8(c, &id);
		nas_part_begin(c, &part, 1);
		if (id == PARAMETER_5QI) {
			flow->has_five_qi = true;
			nas_u8(c, &flow->five_qi);
		}
		nas_part_end(c, &part);
	}
}

/* @value: flow_count of the message; the flows lie beside it */
static void walk_flows(struct nas_cursor *c, void *value)
{
	struct nas_pdu_session_establishment_accept *m = ACCEPT_OF(value);
	uint8_t i = 0;

	for (; nas_writing(c) && i < m->flow_count && !c->error; i++) {
		if (i < NAS_MAX_QOS_FLOWS)
			flow_write(c, &m->flow[i]);
		else
			nas_fail(c, "too many QoS flow descriptions");
	}
	for (; !nas_writing(c) && nas_left(c) > 0 && !c->error; i++) {
		if (i < NAS_MAX_QOS_FLOWS)
			flow_read(c, &m->flow[i]);
		else
			nas_fail(c, "more QoS flow descriptions than this system holds");
		m->flow_count = i + 1;
	}
}

static void print_flows(struct nas_text *text, const void *value)
{
	const struct nas_pdu_session_establishment_accept *m = ACCEPT_OF(value);

	for (uint8_t i = 0; i < m->flow_count; i++) {
		nas_text_add(text, "(qfi=%u operation=%u", m->flow[i].qfi, m->flow[i].operation);
		if (m->flow[i].has_five_qi)
			nas_text_add(text, " 5qi=%u", m->flow[i].five_qi);
		nas_text_add(text, ")");
	}
}

const struct nas_value_type nas_type_qos_flows = {sizeof(uint8_t), walk_flows, print_flows};

/* ---- session AMBR ---- */

#define AMBR_UNITS 25			  /* 1: 1 kbit/s, each next one four times as much ... */
#define AMBR_LIMIT 1000000000000000000ull /* 1 Ebit/s: more is cut, and never meant */

/* bit/s in a unit: 1, 4, 16, 64, 256 kbit/s; then the same of Mbit/s, up to Pbit/s */
static uint64_t ambr_unit(uint8_t unit)
{
	uint64_t rate = 1000;

	for (uint8_t i = 0; i < (unit - 1) / 5; i++)
		rate *= 1000;
	return rate << 2 * ((unit - 1) % 5);
}

static void rate_write(struct nas_cursor *c, uint64_t rate)
{
	uint8_t unit = 1;
	uint16_t value;

	/* the smallest unit that is exact, else the smallest whose 16 bits reach that far */
	while (unit < AMBR_UNITS && (rate % ambr_unit(unit) || rate / ambr_unit(unit) > UINT16_MAX))
		unit++;
	if (rate % ambr_unit(unit)) {
		for (unit = 1; rate / ambr_unit(unit) >= UINT16_MAX;)
			unit++;
		rate += ambr_unit(unit) - 1;
	}
	value = rate / ambr_unit(unit);
	nas_u8(c, &unit);
	nas_u16(c, &value);
}

static uint64_t rate_read(struct nas_cursor *c)
{
	uint16_t value = 0;
	uint8_t unit = 0;
	uint64_t rate;

	nas_u8(c, &unit);
	nas_u16(c, &value);
	if (unit == 0)
		return 0;
	if (unit > AMBR_UNITS)
		unit = AMBR_UNITS;
	if (__builtin_mul_overflow(ambr_unit(unit), (uint64_t)value, &rate) || rate > AMBR_LIMIT)
		rate = AMBR_LIMIT;
	return rate;
}

static void walk_ambr(struct nas_cursor *c, void *value)
{
	struct nas_ambr *ambr = value;

	if (!nas_writing(c)) {
		ambr->downlink = rate_read(c);
		ambr->uplink = rate_read(c);
		return;
	}
	if (ambr->downlink > AMBR_LIMIT || ambr->uplink > AMBR_LIMIT)
		nas_fail(c, "rate out of range");
	rate_write(c, ambr->downlink);
	rate_write(c, ambr->uplink);
}

static void print_ambr(struct nas_text *text, const void *value)
{
	const struct nas_ambr *ambr = value;

	nas_text_add(text, "downlink=%" PRIu64 " uplink=%" PRIu64, ambr->downlink, ambr->uplink);
}

const struct nas_value_type nas_type_ambr = {sizeof(struct nas_ambr), walk_ambr, print_ambr};
