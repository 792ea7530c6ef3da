// SPDX-License-Identifier: Apache-2.0
/*
 * QoS flows of a PDU session, and its security indication: TS 38.413 cl. 9.3.1.10 to 9.3.1.28.
 */
#include "lib/ngap/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#define MAX_QOS_FLOWS 64 /* the standard's bound */

/* Optional components that are read over: present on the wire, or not; never sent. */
static void skip_uint_ext(struct ngap_codec *c, bool there, uint64_t low, uint64_t high)
{
	uint64_t value = low;

	if (there)
		per_uint_ext(&c->per, &value, low, high);
}

static void skip_enum(struct ngap_codec *c, bool there, unsigned int root)
{
	uint8_t value = 0;

	if (there)
		per_enum(&c->per, &value, root, 0);
}

/* MaximumDataBurstVolume ::= INTEGER (0..4095, ..., 4096.. 2000000) */
static void skip_burst_volume(struct ngap_codec *c, bool there)
{
	bool extended = false;
	const uint8_t *octets = NULL;
	uint64_t value = 0;
	size_t len = 0;

	if (!there)
		return;
	per_flag(&c->per, &extended);
	if (extended)
		per_octets(&c->per, &octets, &len);
	else
		per_uint(&c->per, &value, 0, 4095);
}

static void walk_non_dynamic(struct ngap_codec *c, struct ngap_qos_flow *flow)
{
	bool window = false, burst = false;
	bool *present[] = {&flow->has_priority, &window, &burst};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 3);
	per_u8_ext(&c->per, &flow->five_qi, 0, 255);
	if (flow->has_priority)
		per_u8_ext(&c->per, &flow->priority, 1, 127);
	skip_uint_ext(c, window, 0, 4095);
	skip_burst_volume(c, burst);
	ngap_sequence_end(c, &seq);
	if (!per_writing(&c->per))
		flow->has_five_qi = true;
}

static void walk_error_rate(struct ngap_codec *c, struct ngap_qos_flow *flow)
{
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	per_u8_ext(&c->per, &flow->error_rate_scalar, 0, 9);
	per_u8_ext(&c->per, &flow->error_rate_exponent, 0, 9);
	ngap_sequence_end(c, &seq);
}

static void walk_dynamic(struct ngap_codec *c, struct ngap_qos_flow *flow)
{
	bool critical = false, window = false, burst = false;
	bool *present[] = {&flow->has_five_qi, &critical, &window, &burst};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 4);
	per_u8_ext(&c->per, &flow->priority, 1, 127);
	per_u16_ext(&c->per, &flow->packet_delay_budget, 0, 1023);
	walk_error_rate(c, flow);
	if (flow->has_five_qi)
		per_u8_ext(&c->per, &flow->five_qi, 0, 255);
	skip_enum(c, critical, 2);
	skip_uint_ext(c, window, 0, 4095);
	skip_burst_volume(c, burst);
	ngap_sequence_end(c, &seq);
	if (!per_writing(&c->per))
		flow->has_priority = true;
}

static void walk_characteristics(struct ngap_codec *c, struct ngap_qos_flow *flow)
{
	uint8_t choice = flow->dynamic ? 1 : 0;

	per_index(&c->per, &choice, 3);
	if (choice == 2)
		per_fail(&c->per, -ENOTSUP, "kind of QoS characteristics not known");
	flow->dynamic = choice == 1;
	if (flow->dynamic)
		walk_dynamic(c, flow);
	else
		walk_non_dynamic(c, flow);
}

static void walk_arp(struct ngap_codec *c, struct ngap_arp *arp)
{
	uint8_t capability = arp->may_preempt;
	uint8_t vulnerability = arp->may_be_preempted;
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	per_u8(&c->per, &arp->priority, 1, 15);
	per_enum(&c->per, &capability, 2, 0);
	per_enum(&c->per, &vulnerability, 2, 0);
	arp->may_preempt = capability;
	arp->may_be_preempted = vulnerability;
	ngap_sequence_end(c, &seq);
}

static void walk_gbr(struct ngap_codec *c, struct ngap_gbr *gbr)
{
	bool control = false, loss_downlink = false, loss_uplink = false;
	bool *present[] = {&control, &loss_downlink, &loss_uplink};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 3);
	ngap_walk_bit_rate(c, &gbr->max_downlink);
	ngap_walk_bit_rate(c, &gbr->max_uplink);
	ngap_walk_bit_rate(c, &gbr->guaranteed_downlink);
	ngap_walk_bit_rate(c, &gbr->guaranteed_uplink);
	skip_enum(c, control, 1);
	skip_uint_ext(c, loss_downlink, 0, 1000);
	skip_uint_ext(c, loss_uplink, 0, 1000);
	ngap_sequence_end(c, &seq);
}

/* QosFlowLevelQosParameters */
static void walk_parameters(struct ngap_codec *c, struct ngap_qos_flow *flow)
{
	bool reflective = false, additional = false;
	bool *present[] = {&flow->has_gbr, &reflective, &additional};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 3);
	walk_characteristics(c, flow);
	walk_arp(c, &flow->arp);
	if (flow->has_gbr)
		walk_gbr(c, &flow->gbr);
	skip_enum(c, reflective, 1);
	skip_enum(c, additional, 1);
	ngap_sequence_end(c, &seq);
}

static void walk_flow(struct ngap_codec *c, struct ngap_qos_flow *flow)
{
	bool e_rab = false;
	bool *present[] = {&e_rab};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 1);
	per_u8_ext(&c->per, &flow->qfi, 0, 63);
	walk_parameters(c, flow);
	skip_uint_ext(c, e_rab, 0, 15);
	ngap_sequence_end(c, &seq);
}

#define TRANSFER_OF(count)                                                                         \
	((void *)((uint8_t *)(count)-offsetof(struct ngap_setup_request_transfer, qos_flow_count)))

/* QosFlowSetupRequestList; @value is qos_flow_count of a transfer, the flows lie beside it */
static void walk_flows(struct ngap_codec *c, void *value)
{
	struct ngap_setup_request_transfer *transfer = TRANSFER_OF(value);

	per_count(&c->per, &transfer->qos_flow_count, MAX_QOS_FLOWS, NGAP_MAX_QOS_FLOWS);
	for (uint8_t i = 0; i < transfer->qos_flow_count && !c->per.error; i++)
		walk_flow(c, &transfer->qos_flow[i]);
}

static void print_flow(struct ngap_text *text, const struct ngap_qos_flow *flow)
{
	ngap_text_add(text, "(qfi=%u", flow->qfi);
	if (flow->has_five_qi || !flow->dynamic)
		ngap_text_add(text, " 5qi=%u", flow->five_qi);
	if (flow->has_priority)
		ngap_text_add(text, " priority=%u", flow->priority);
	if (flow->dynamic)
		ngap_text_add(text, " delay=%u error-rate=%ue-%u", flow->packet_delay_budget,
			      flow->error_rate_scalar, flow->error_rate_exponent);
	ngap_text_add(text, " arp=%u%s%s", flow->arp.priority,
		      flow->arp.may_preempt ? "/may-preempt" : "",
		      flow->arp.may_be_preempted ? "/preemptable" : "");
	if (flow->has_gbr)
		ngap_text_add(text, " mfbr=%" PRIu64 "/%" PRIu64 " gfbr=%" PRIu64 "/%" PRIu64,
			      flow->gbr.max_downlink, flow->gbr.max_uplink,
			      flow->gbr.guaranteed_downlink, flow->gbr.guaranteed_uplink);
	ngap_text_add(text, ")");
}

static void print_flows(struct ngap_text *text, const void *value)
{
	const struct ngap_setup_request_transfer *transfer = TRANSFER_OF(value);

	for (uint8_t i = 0; i < transfer->qos_flow_count; i++)
		print_flow(text, &transfer->qos_flow[i]);
}

const struct ngap_type ngap_type_qos_flows = {sizeof(uint8_t), walk_flows, print_flows};

/*
 * SecurityIndication: read and dropped, unless it requires what we don't have (protection of the
 * user plane); then it counts as not comprehended, and its criticality (reject) decides.
 */
static void walk_security_indication(struct ngap_codec *c, void *value)
{
	uint8_t integrity = 0, confidentiality = 0;
	bool rate = false;
	bool *present[] = {&rate};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 1);
	per_enum(&c->per, &integrity, 3, 0);
	per_enum(&c->per, &confidentiality, 3, 0);
	skip_enum(c, rate, 2);
	ngap_sequence_end(c, &seq);
	if (integrity == 0 || confidentiality == 0)
		per_fail(&c->per, -ENOTSUP, "user plane protection is required");
}

/* size 0: the row has no place of its own in the transfer */
const struct ngap_type ngap_type_security_indication = {0, walk_security_indication, NULL};
