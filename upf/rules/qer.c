// SPDX-License-Identifier: Apache-2.0
/* One QER, one BAR from its IE: TS 29.244 cl. 7.5.2.5, 7.5.2.6, 7.5.4.5, 7.5.4.11. */
#include "upf/rules/rules.h"

enum { DELAY_UNIT_MS = 50 /* cl. 8.2.28 */ };

/* The Averaging Window is over what a guaranteed rate is measured; here it is always the same. A
 * correlation of QERs is for APN-AMBR, over sessions, which 5GS hasn't. */
static const struct upf_unserved unserved[] = {
	{offsetof(struct pfcp_qer, has_correlation_id), 0, "correlation of QERs is"},
	{offsetof(struct pfcp_qer, has_packet_rate), 0, "a packet rate is"},
	{offsetof(struct pfcp_qer, has_flow_marking), 0, "DL flow level marking is"},
	{offsetof(struct pfcp_qer, has_control), 0, "reporting of the rate control status is"},
	{0},
};

static void rate_set(uint64_t kbps[2], bool has, const struct pfcp_bit_rate *rate)
{
	if (!has)
		return;
	kbps[DP_UPLINK] = rate->uplink_kbps;
	kbps[DP_DOWNLINK] = rate->downlink_kbps;
}

static void rate_clear(uint64_t kbps[2])
{
	kbps[DP_UPLINK] = kbps[DP_DOWNLINK] = UINT64_MAX;
}

static void lost_read(struct upf_qer *qer, const struct pfcp_cleared *cleared)
{
	if (upf_rule_loses(cleared, PFCP_IE_MBR))
		rate_clear(qer->mbr_kbps);
	if (upf_rule_loses(cleared, PFCP_IE_GBR))
		rate_clear(qer->gbr_kbps);
	if (upf_rule_loses(cleared, PFCP_IE_QFI))
		qer->qfi = 0;
	if (upf_rule_loses(cleared, PFCP_IE_RQI))
		qer->rqi = false;
	if (upf_rule_loses(cleared, PFCP_IE_PAGING_POLICY_INDICATOR))
		qer->has_ppi = false;
}

static void marks_read(struct upf_qer *qer, const struct pfcp_qer *ie)
{
	if (ie->has_qfi)
		qer->qfi = ie->qfi;
	if (ie->has_reflective)
		qer->rqi = ie->reflective;
	if (ie->has_paging_policy) {
		qer->has_ppi = true;
		qer->ppi = ie->paging_policy;
	}
}

int upf_qer_read(struct upf_qer *qer, const struct pfcp_qer *ie, struct upf_reading *reading)
{
	const char *what = upf_unserved_find(ie, unserved);

	if (what)
		return upf_refuse_rule(reading->refusal, PFCP_RULE_QER, ie->qer_id,
				       "%s not supported", what);
	if (upf_rule_loses(&ie->cleared, PFCP_IE_GATE_STATUS))
		return upf_refuse_rule(reading->refusal, PFCP_RULE_QER, ie->qer_id,
				       "a QER can't do without a gate status");
	if (!reading->update) {
		rate_clear(qer->mbr_kbps);
		rate_clear(qer->gbr_kbps);
	}
	lost_read(qer, &ie->cleared);
	if (ie->has_gate_status) {
		qer->closed[DP_UPLINK] = ie->gate_status.uplink != PFCP_GATE_OPEN;
		qer->closed[DP_DOWNLINK] = ie->gate_status.downlink != PFCP_GATE_OPEN;
	}
	rate_set(qer->mbr_kbps, ie->has_mbr, &ie->mbr);
	rate_set(qer->gbr_kbps, ie->has_gbr, &ie->gbr);
	marks_read(qer, ie);
	return 0;
}

void upf_bar_read(struct upf_bar *bar, const struct pfcp_bar *ie)
{
	if (upf_rule_loses(&ie->cleared, PFCP_IE_DL_DATA_NOTIFICATION_DELAY))
		bar->delay_ms = 0;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_SUGGESTED_BUFFERING_PACKETS_COUNT))
		bar->packets = 0;
	if (ie->has_notification_delay)
		bar->delay_ms = ie->notification_delay * DELAY_UNIT_MS;
	if (ie->has_suggested_packets)
		bar->packets = ie->suggested_packets;
	/* the same, in the answer to a report */
	if (ie->has_buffering_packets)
		bar->packets = ie->buffering_packets;
}
