// SPDX-License-Identifier: Apache-2.0
/*
 * N4's rules as the data plane takes them, and its refusals in N4's words. N4 has ids where the
 * data plane has indexes, and the QFI to mark with in QERs, where the data plane has it in the PDR.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/address.h"
#include "upf/rules.h"

/* The index of a UE address, which is put there unless it is */
static uint32_t ue_bit(struct dp_session *s, struct in_addr ue)
{
	const struct dp_prefix prefix = {.addr = dp_addr_ip4(ue), .len = 32};

	for (uint8_t i = 0; i < s->ue_count; i++)
		if (dp_prefix_equal(&s->ue[i], &prefix))
			return 1u << i;
	s->ue[s->ue_count] = prefix;
	return 1u << s->ue_count++;
}

static void far_translate(const struct upf_far *far, struct dp_far *ret)
{
	*ret = (struct dp_far){.id = far->id, .action = far->forward ? DP_FORWARD : DP_DROP};
	ret->to.interface = far->destination == PFCP_INTERFACE_CORE ? DP_N6 : DP_N3;
	if (far->has_tunnel) {
		ret->to.peer = dp_addr_ip4(far->peer);
		ret->to.teid = far->teid;
	}
}

static void qer_translate(const struct upf_qer *qer, struct dp_qer *ret)
{
	*ret = (struct dp_qer){.id = qer->id, DP_QER_OPEN};
	ret->closed[DP_UPLINK] = qer->closed_uplink;
	ret->closed[DP_DOWNLINK] = qer->closed_downlink;
}

/* Its QERs, and the QFI to mark with: of the first that has one */
static void qers_refer(const struct upf_rules *rules, const struct upf_pdr *pdr, struct dp_pdr *ret)
{
	for (size_t i = 0; i < pdr->n_qer; i++) {
		const struct upf_qer *qer =
			upf_rules_qer((struct upf_rules *)rules, pdr->qer_id[i]);

		ret->qer[ret->qer_count++] = (uint8_t)(qer - rules->qer);
		if (!ret->mark.qfi)
			ret->mark.qfi = qer->qfi;
	}
}

static void pdr_translate(const struct upf_rules *rules, const struct upf_pdr *pdr,
			  struct dp_session *s)
{
	const bool core = pdr->source == PFCP_INTERFACE_CORE;
	struct dp_pdr *ret = &s->pdr[s->pdr_count++];

	*ret = (struct dp_pdr){
		.id = pdr->id,
		.precedence = pdr->precedence,
		.source = core ? DP_N6 : DP_N3,
		.direction = core ? DP_DOWNLINK : DP_UPLINK,
		.teid = pdr->teid,
		.ue = pdr->has_ue_ip ? ue_bit(s, pdr->ue_ip) : 0,
		.qfis = pdr->qfi ? 1ull << pdr->qfi : 0,
		.remove_outer = pdr->remove_outer,
		.far = (uint8_t)(upf_rules_far((struct upf_rules *)rules, pdr->far_id) -
				 rules->far),
	};
	qers_refer(rules, pdr, ret);
}

void upf_rules_translate(const struct upf_rules *rules, uint64_t id, struct dp_session *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = id;
	for (size_t i = 0; i < rules->n_far; i++)
		far_translate(&rules->far[i], &ret->far[ret->far_count++]);
	for (size_t i = 0; i < rules->n_qer; i++)
		qer_translate(&rules->qer[i], &ret->qer[ret->qer_count++]);
	for (size_t i = 0; i < rules->n_pdr; i++)
		pdr_translate(rules, &rules->pdr[i], ret);
}

void upf_rules_refusal(int rc, const struct dp_error *err, struct upf_refusal *ret)
{
	switch (err->what) {
	case DP_ERROR_PDR:
		upf_refuse_rule(ret, PFCP_RULE_PDR, err->rule_id, "%s", err->text);
		break;
	case DP_ERROR_FAR:
		upf_refuse_rule(ret, PFCP_RULE_FAR, err->rule_id, "%s", err->text);
		break;
	case DP_ERROR_QER:
		upf_refuse_rule(ret, PFCP_RULE_QER, err->rule_id, "%s", err->text);
		break;
	case DP_ERROR_URR:
		upf_refuse_rule(ret, PFCP_RULE_URR, err->rule_id, "%s", err->text);
		break;
	default:
		upf_refuse(ret, PFCP_CAUSE_RULE_FAILURE, 0, "%s", err->text);
	}
	if (rc == -ENOSPC)
		ret->cause = PFCP_CAUSE_NO_RESOURCES;
	else if (rc != -EOPNOTSUPP && rc != -EINVAL && rc != -EEXIST)
		ret->cause = PFCP_CAUSE_SYSTEM_FAILURE;
}
