// SPDX-License-Identifier: Apache-2.0
/*
 * N4's rules as the data plane takes them. N4 has ids where the data plane has indexes, filters as
 * they are read where the data plane has them packed for one direction, and the QFI to mark with in
 * QERs, where the data plane has it in the PDR.
 */
#include "dataplane/address.h"
#include "upf/rules/rules.h"

struct translation {
	const struct upf_rules_env *env;
	struct upf_rules *rules;
	struct dp_session *to;
	struct upf_refusal *refusal;
};

/* ---- FARs ---- */

static void destination_translate(const struct translation *t, const struct upf_destination *from,
				  struct dp_destination *to)
{
	*to = (struct dp_destination){
		.interface = from->has_tunnel ? DP_N3 : DP_N6,
		.instance = from->instance,
	};
	if (!from->has_tunnel)
		return;
	to->peer = from->peer;
	/* of the data plane's local addresses IPv4's is the first, where there is one */
	to->local = from->peer.family == AF_INET6 && t->env->local[0].family == AF_INET;
	to->teid = from->teid;
	to->set_tos = from->has_tos;
	to->tos = from->tos;
	to->tos_mask = from->tos_mask;
}

static enum dp_action action_translate(uint16_t action)
{
	if (action & PFCP_ACTION_FORW)
		return DP_FORWARD;
	return action & PFCP_ACTION_BUFF ? DP_BUFFER : DP_DROP;
}

static void far_translate(const struct translation *t, const struct upf_far *far)
{
	const struct upf_rules *rules = t->rules;
	struct dp_far *ret = &t->to->far[t->to->far_count++];

	*ret = (struct dp_far){
		.id = far->id,
		.action = action_translate(far->action),
		.notify = far->action & PFCP_ACTION_NOCP,
		.buffer_packets = far->has_bar ? rules->bar[0].packets : 0,
	};
	destination_translate(t, &far->to, &ret->to);
	for (size_t i = 0; far->action & PFCP_ACTION_DUPL && i < rules->n_duplicate; i++)
		if (rules->duplicate[i].far_id == far->id)
			destination_translate(t, &rules->duplicate[i].to,
					      &ret->duplicate[ret->duplicate_count++]);
}

/* ---- QERs, URRs ---- */

static void qer_translate(const struct upf_qer *qer, struct dp_qer *ret)
{
	*ret = (struct dp_qer){.id = qer->id};
	for (size_t way = 0; way < 2; way++) {
		ret->closed[way] = qer->closed[way] || !qer->mbr_kbps[way];
		ret->mbr_kbps[way] = qer->mbr_kbps[way] ? qer->mbr_kbps[way] : UINT64_MAX;
		ret->gbr_kbps[way] = qer->gbr_kbps[way] ? qer->gbr_kbps[way] : UINT64_MAX;
	}
}

/* What the data plane makes room for: limits that may be told it while these rules hold. Those of
 * now are the usage engine's to tell. */
enum { LIMIT_OF_NO_REACH = 1 };

static void room_make(uint64_t *limit, bool wanted)
{
	if (wanted)
		*limit = UINT64_MAX - LIMIT_OF_NO_REACH;
}

/* START, STOPT, time and inactivity wait for a packet; a quota of time closes. */
static bool needs_switch(const struct upf_urr *urr)
{
	return urr->method & PFCP_MEASURE_DURATION || urr->validity_s || urr->holding_s ||
	       urr->inactivity_s || urr->idle_s ||
	       urr->triggers & (PFCP_TRIGGER_START | PFCP_TRIGGER_STOPT | PFCP_TRIGGER_VOLQU |
				PFCP_TRIGGER_TIMQU);
}

static void limits_room(const struct upf_urr *urr, struct dp_urr_limits *ret)
{
	const struct upf_limits *all[] = {&urr->threshold, &urr->quota, &urr->later_threshold,
					  &urr->later_quota};

	room_make(&ret->notify.total, needs_switch(urr));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct dp_volume *v = &all[i]->volume;

		room_make(&ret->notify.total, v->total != UINT64_MAX);
		for (size_t way = 0; way < 2; way++)
			room_make(&ret->notify.way[way], v->way[way] != UINT64_MAX);
		if (all[i]->time_s != UINT32_MAX)
			room_make(&ret->notify.total, true);
	}
}

static void urr_translate(const struct translation *t, const struct upf_urr *urr)
{
	const struct upf_far *over =
		urr->has_quota_far ? upf_rules_far(t->rules, urr->quota_far_id) : NULL;
	struct dp_urr *ret = &t->to->urr[t->to->urr_count++];

	*ret = (struct dp_urr){.id = urr->id, DP_URR_NO_LIMITS};
	limits_room(urr, &ret->limits);
	if (over)
		ret->over = (uint8_t)(over - t->rules->far);
}

/* ---- PDRs ---- */

/* Its QERs, and what to mark with: of the first that has it */
static void qers_refer(const struct translation *t, const struct upf_pdr *pdr, struct dp_pdr *ret)
{
	for (size_t i = 0; i < pdr->n_qer; i++) {
		const struct upf_qer *qer = upf_rules_qer(t->rules, pdr->qer_id[i]);

		ret->qer[ret->qer_count++] = (uint8_t)(qer - t->rules->qer);
		if (!ret->mark.qfi)
			ret->mark.qfi = qer->qfi;
		if (ret->direction == DP_UPLINK)
			continue;
		ret->mark.rqi |= qer->rqi;
		if (qer->has_ppi && !ret->mark.has_ppi) {
			ret->mark.has_ppi = true;
			ret->mark.ppi = qer->ppi;
		}
	}
}

static void urrs_refer(const struct translation *t, const struct upf_pdr *pdr, struct dp_pdr *ret)
{
	for (size_t i = 0; i < pdr->n_urr; i++)
		ret->urr[ret->urr_count++] =
			(uint8_t)(upf_rules_urr(t->rules, pdr->urr_id[i]) - t->rules->urr);
}

static int filter_pack(const struct translation *t, struct dp_pdr *pdr,
		       const struct ipfilter_sdf *sdf)
{
	struct dp_session *s = t->to;
	size_t n;

	if (ipfilter_pack(sdf, pdr->direction == DP_UPLINK, &s->filter[s->filter_count],
			  DP_FILTERS_MAX - s->filter_count, &n))
		return upf_refuse(t->refusal, PFCP_CAUSE_NO_RESOURCES, 0,
				  "PDR %u: a filter more than the data plane has room for",
				  pdr->id);
	s->filter_count += (uint8_t)n;
	pdr->filter_count += (uint8_t)n;
	return 0;
}

static int application_pack(const struct translation *t, struct dp_pdr *pdr, const char *id)
{
	const struct upf_application *application = upf_pfds_find(t->env->pfds, id);
	const size_t n = application ? application->n_flow : 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		const struct ipfilter_sdf sdf = {.has_flow = true, .flow = application->flow[i]};

		rc = filter_pack(t, pdr, &sdf);
	}
	return rc;
}

/* @ret_idle: it detects an application of which no flow is known, so no packet */
static int filters_translate(const struct translation *t, struct dp_pdr *pdr, bool *ret_idle)
{
	const struct upf_rules *rules = t->rules;
	int rc = 0;

	pdr->filter_first = t->to->filter_count;
	*ret_idle = false;
	for (size_t i = 0; !rc && i < rules->n_filter; i++)
		if (rules->filter[i].pdr_id == pdr->id)
			rc = filter_pack(t, pdr, upf_filter_resolve(rules, &rules->filter[i]));
	for (size_t i = 0; !rc && i < rules->n_application; i++)
		if (rules->application[i].pdr_id == pdr->id) {
			rc = application_pack(t, pdr, rules->application[i].id);
			*ret_idle = !pdr->filter_count;
		}
	return rc;
}

static int pdr_translate(const struct translation *t, const struct upf_pdr *pdr)
{
	struct dp_pdr *ret = &t->to->pdr[t->to->pdr_count];
	bool idle;
	int rc;

	*ret = (struct dp_pdr){
		.id = pdr->id,
		.precedence = pdr->precedence,
		.source = pdr->at.teid ? DP_N3 : DP_N6,
		.direction = pdr->source == PFCP_INTERFACE_ACCESS ? DP_UPLINK : DP_DOWNLINK,
		.instance = pdr->at.instance,
		.teid = pdr->at.teid,
		.ue = pdr->at.ue,
		.qfis = pdr->at.qfis,
		.remove_outer = pdr->remove_outer,
		.far = (uint8_t)(upf_rules_far(t->rules, pdr->far_id) - t->rules->far),
	};
	qers_refer(t, pdr, ret);
	urrs_refer(t, pdr, ret);
	rc = filters_translate(t, ret, &idle);
	if (!rc && !idle)
		t->to->pdr_count++;
	return rc;
}

/* ---- activation, deactivation ---- */

/* NTP seconds come round in 2036: compared by their distance. */
static bool is_past(uint32_t when, uint32_t now)
{
	return (int32_t)(now - when) >= 0;
}

static bool active(const struct upf_pdr *pdr, uint32_t now)
{
	if (pdr->active_from && !is_past(pdr->active_from, now))
		return false;
	return !pdr->active_to || !is_past(pdr->active_to, now);
}

uint32_t upf_rules_next_change(const struct upf_rules *rules, uint32_t now)
{
	uint32_t next = 0;

	for (size_t i = 0; i < rules->n_pdr; i++) {
		const uint32_t times[] = {rules->pdr[i].active_from, rules->pdr[i].active_to};

		for (size_t j = 0; j < 2; j++)
			if (times[j] && !is_past(times[j], now) &&
			    (!next || is_past(times[j], next)))
				next = times[j];
	}
	return next;
}

/* ---- the whole ---- */

int upf_rules_translate(const struct upf_rules *rules, const struct upf_rules_env *env,
			uint32_t now, struct dp_session *ret, struct upf_refusal *ret_refusal)
{
	const struct translation t = {
		.env = env,
		.rules = (struct upf_rules *)rules,
		.to = ret,
		.refusal = ret_refusal,
	};
	int rc = 0;

	ret->pdr_count = ret->far_count = ret->qer_count = ret->urr_count = 0;
	ret->filter_count = 0;
	ret->ue_count = rules->n_ue;
	for (size_t i = 0; i < rules->n_ue; i++)
		ret->ue[i] = rules->ue[i].prefix;
	for (size_t i = 0; i < rules->n_far; i++)
		far_translate(&t, &rules->far[i]);
	for (size_t i = 0; i < rules->n_qer; i++)
		qer_translate(&rules->qer[i], &ret->qer[ret->qer_count++]);
	for (size_t i = 0; i < rules->n_urr; i++)
		urr_translate(&t, &rules->urr[i]);
	for (size_t i = 0; !rc && i < rules->n_pdr; i++)
		if (active(&rules->pdr[i], now))
			rc = pdr_translate(&t, &rules->pdr[i]);
	return rc;
}
