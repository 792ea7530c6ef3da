// SPDX-License-Identifier: Apache-2.0
/*
 * N4's rules as the data plane takes them, and its refusals in N4's words. In the data plane the
 * QFI and the gate are the FAR's, in N4 they come by way of the PDR's QERs; a FAR whose PDRs want
 * it differently is therefore there more than once, the copies under ids of our own
 * (UPF_FAR_ID_OURS and the PDR's).
 */
#include <errno.h>
#include <stdio.h>

#include "upf/rules.h"

static const struct upf_far *far_of(const struct upf_rules *rules, uint32_t id)
{
	return upf_rules_far((struct upf_rules *)rules, id);
}

/* The QFI to mark with: of the first QER that has one; and whether a gate is closed */
static uint8_t pdr_qos(const struct upf_rules *rules, const struct upf_pdr *pdr, bool *ret_closed)
{
	uint8_t qfi = 0;

	*ret_closed = false;
	for (size_t i = 0; i < pdr->n_qer; i++) {
		const struct upf_qer *qer =
			upf_rules_qer((struct upf_rules *)rules, pdr->qer_id[i]);

		if (pdr->source == PFCP_INTERFACE_CORE ? qer->closed_downlink : qer->closed_uplink)
			*ret_closed = true;
		if (!qfi)
			qfi = qer->qfi;
	}
	return qfi;
}

static struct dp_far far_translate(const struct upf_rules *rules, const struct upf_pdr *pdr)
{
	const struct upf_far *far = far_of(rules, pdr->far_id);
	struct dp_far ret = {.id = far->id, .action = DP_DROP};
	bool closed;
	uint8_t qfi = pdr_qos(rules, pdr, &closed);

	if (!far->forward || closed)
		return ret;
	ret.action = DP_FORWARD;
	if (far->destination == PFCP_INTERFACE_CORE) {
		ret.destination = DP_N6;
		return ret;
	}
	ret.destination = DP_N3;
	ret.peer = far->peer;
	ret.teid = far->teid;
	ret.qfi = qfi;
	return ret;
}

static bool far_same(const struct dp_far *a, const struct dp_far *b)
{
	return a->action == b->action && a->destination == b->destination &&
	       a->peer.s_addr == b->peer.s_addr && a->teid == b->teid && a->qfi == b->qfi;
}

/* Puts @far into @s unless it is there; Return: its id */
static uint32_t far_add(struct dp_session *s, struct dp_far *far, uint16_t pdr_id)
{
	for (size_t i = 0; i < s->far_count; i++) {
		if (s->far[i].id != far->id)
			continue;
		if (far_same(&s->far[i], far))
			return far->id;
		far->id = UPF_FAR_ID_OURS | pdr_id;
		break;
	}
	s->far[s->far_count++] = *far;
	return far->id;
}

void upf_rules_translate(const struct upf_rules *rules, uint64_t id, struct dp_session *ret)
{
	*ret = (struct dp_session){.id = id};
	for (size_t i = 0; i < rules->n_pdr; i++) {
		const struct upf_pdr *pdr = &rules->pdr[i];
		struct dp_far far = far_translate(rules, pdr);

		ret->pdr[ret->pdr_count++] = (struct dp_pdr){
			.id = pdr->id,
			.precedence = pdr->precedence,
			.source = pdr->source == PFCP_INTERFACE_CORE ? DP_N6 : DP_N3,
			.teid = pdr->teid,
			.has_ue_addr = pdr->has_ue_ip,
			.ue_addr = pdr->ue_ip,
			.qfi = pdr->qfi,
			.remove_outer = pdr->remove_outer,
			.far_id = far_add(ret, &far, pdr->id),
		};
	}
}

/* The FAR that N4 knows, from one of the data plane's */
static uint32_t far_id_n4(const struct upf_rules *rules, uint32_t id)
{
	const struct upf_pdr *pdr;

	if (!(id & UPF_FAR_ID_OURS))
		return id;
	pdr = upf_rules_pdr((struct upf_rules *)rules, (uint16_t)id);
	return pdr ? pdr->far_id : id;
}

void upf_rules_refusal(const struct upf_rules *rules, int rc, const struct dp_error *err,
		       struct upf_refusal *ret)
{
	switch (err->what) {
	case DP_ERROR_PDR:
		upf_refuse_rule(ret, PFCP_RULE_PDR, err->rule_id, "%s", err->text);
		break;
	case DP_ERROR_FAR:
		upf_refuse_rule(ret, PFCP_RULE_FAR, far_id_n4(rules, err->rule_id), "%s",
				err->text);
		break;
	default:
		upf_refuse(ret, PFCP_CAUSE_RULE_FAILURE, 0, "%s", err->text);
	}
	if (rc == -ENOSPC)
		ret->cause = PFCP_CAUSE_NO_RESOURCES;
	else if (rc != -EOPNOTSUPP && rc != -EINVAL && rc != -EEXIST)
		ret->cause = PFCP_CAUSE_SYSTEM_FAILURE;
}
