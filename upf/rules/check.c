// SPDX-License-Identifier: Apache-2.0
/* Whether a session's rules make sense as a whole: what refers to what, and where packets would go.
 */
#include <errno.h>
#include <string.h>

#include "upf/rules/rules.h"

const struct ipfilter_sdf *upf_filter_resolve(const struct upf_rules *rules,
					      const struct upf_filter *filter)
{
	if (!ipfilter_sdf_is_reference(&filter->sdf))
		return &filter->sdf;
	for (size_t i = 0; i < rules->n_filter; i++) {
		const struct ipfilter_sdf *sdf = &rules->filter[i].sdf;

		if (sdf->has_filter_id && sdf->filter_id == filter->sdf.filter_id &&
		    !ipfilter_sdf_is_reference(sdf))
			return sdf;
	}
	return NULL;
}

static const char *references_fault(struct upf_rules *rules, const struct upf_pdr *pdr)
{
	if (!upf_rules_far(rules, pdr->far_id))
		return "the FAR it names is not there";
	for (size_t i = 0; i < pdr->n_qer; i++)
		if (!upf_rules_qer(rules, pdr->qer_id[i]))
			return "a QER it names is not there";
	for (size_t i = 0; i < pdr->n_urr; i++)
		if (!upf_rules_urr(rules, pdr->urr_id[i]))
			return "a URR it names is not there";
	for (size_t i = 0; i < rules->n_filter; i++)
		if (rules->filter[i].pdr_id == pdr->id &&
		    !upf_filter_resolve(rules, &rules->filter[i]))
			return "the SDF filter it names by an id is not there";
	return NULL;
}

/* In a tunnel (N3, N9, N4-u) or plain (N6) */
static const char *place_fault(const struct upf_pdr *pdr)
{
	if (pdr->at.teid)
		return pdr->remove_outer ? NULL : "the outer header must be removed";
	if (pdr->source == PFCP_INTERFACE_ACCESS)
		return "a PDR of the access side needs an F-TEID";
	if (pdr->source == PFCP_INTERFACE_CP_FUNCTION)
		return "a PDR of the CP function needs an F-TEID";
	if (!pdr->at.ue)
		return "a PDR of the core side needs the UE's address";
	if (pdr->at.qfis)
		return "packets from N6 have no QFI";
	return pdr->remove_outer ? "packets from N6 have no outer header" : NULL;
}

static const char *destination_fault(const struct upf_destination *to)
{
	if (!to->set)
		return "FORW or DUPL without a destination";
	switch (to->interface) {
	case PFCP_INTERFACE_ACCESS:
		return to->has_tunnel ? NULL : "the access side needs an outer header";
	case PFCP_INTERFACE_CP_FUNCTION:
		return to->has_tunnel ? NULL : "the CP function needs an outer header";
	}
	return NULL;
}

static const char *far_fault(struct upf_rules *rules, const struct upf_far *far)
{
	const char *fault = far->action & PFCP_ACTION_FORW ? destination_fault(&far->to) : NULL;
	size_t copies = 0;

	for (size_t i = 0; !fault && i < rules->n_duplicate; i++)
		if (rules->duplicate[i].far_id == far->id && far->action & PFCP_ACTION_DUPL) {
			fault = destination_fault(&rules->duplicate[i].to);
			copies++;
		}
	if (fault)
		return fault;
	if (!far->action)
		return "a FAR needs an action";
	if (far->action & PFCP_ACTION_DUPL && !copies)
		return "DUPL without Duplicating Parameters";
	if (copies > DP_DUPLICATES_MAX)
		return "too many Duplicating Parameters";
	if (far->has_bar && (!rules->n_bar || rules->bar[0].id != far->bar_id))
		return "the BAR it names is not there";
	return NULL;
}

/* GBR over MBR is the SMF's mistake: neither could be kept. */
static const char *qer_fault(const struct upf_qer *qer)
{
	for (size_t way = 0; way < 2; way++)
		if (qer->gbr_kbps[way] != UINT64_MAX && qer->gbr_kbps[way] > qer->mbr_kbps[way])
			return "the guaranteed bit rate is over the maximum";
	return NULL;
}

static const char *urr_fault(struct upf_rules *rules, const struct upf_urr *urr)
{
	for (size_t i = 0; i < rules->n_link; i++)
		if (rules->link[i].urr_id == urr->id &&
		    !upf_rules_urr(rules, rules->link[i].linked_id))
			return "a URR that it is linked with is not there";
	if (urr->has_quota_far && !upf_rules_far(rules, urr->quota_far_id))
		return "the FAR for Quota Action is not there";
	return NULL;
}

#define CHECK(list, TYPE, fault_of)                                                                \
	for (size_t i = 0; i < rules->n_##list; i++) {                                             \
		fault = fault_of;                                                                  \
		if (fault)                                                                         \
			return upf_refuse_rule(r, TYPE, rules->list[i].id, "%s", fault);           \
	}

int upf_rules_check(struct upf_rules *rules, struct upf_refusal *r)
{
	const char *fault;

	CHECK(far, PFCP_RULE_FAR, far_fault(rules, &rules->far[i]))
	CHECK(qer, PFCP_RULE_QER, qer_fault(&rules->qer[i]))
	CHECK(urr, PFCP_RULE_URR, urr_fault(rules, &rules->urr[i]))
	CHECK(pdr, PFCP_RULE_PDR, references_fault(rules, &rules->pdr[i]))
	CHECK(pdr, PFCP_RULE_PDR, place_fault(&rules->pdr[i]))
	return 0;
}

/* ---- bounds ---- */

static bool addr_fits(const struct dp_addr *addr, unsigned len)
{
	return addr->family == AF_INET ? len <= 32 : addr->family == AF_INET6 && len <= 128;
}

static bool destination_fits(const struct upf_destination *to, uint8_t instances)
{
	return !to->set ||
	       (to->instance < instances && (!to->has_tunnel || addr_fits(&to->peer, 0)));
}

static bool filter_fits(const struct ipfilter_sdf *sdf)
{
	return !sdf->has_flow || (sdf->flow.src.n_ports <= IPFILTER_MAX_PORTS &&
				  sdf->flow.dst.n_ports <= IPFILTER_MAX_PORTS);
}

static bool locality_fits(const struct upf_endpoint *at, const struct upf_rules *rules,
			  uint8_t instances)
{
	return at->instance < instances && !((uint64_t)at->ue >> rules->n_ue);
}

#define FITS(list, condition)                                                                      \
	for (size_t i = 0; i < rules->n_##list; i++)                                               \
		if (!(condition))                                                                  \
			return -EBADMSG;

int upf_rules_bounds(const struct upf_rules *rules, uint8_t instances)
{
	FITS(pdr, rules->pdr[i].n_qer <= PFCP_MAX_REF && rules->pdr[i].n_urr <= PFCP_MAX_REF &&
			  locality_fits(&rules->pdr[i].at, rules, instances))
	FITS(endpoint, locality_fits(&rules->endpoint[i], rules, instances))
	FITS(ue, rules->ue[i].instance < instances &&
			 addr_fits(&rules->ue[i].prefix.addr, rules->ue[i].prefix.len))
	FITS(far, destination_fits(&rules->far[i].to, instances))
	FITS(duplicate, destination_fits(&rules->duplicate[i].to, instances))
	FITS(filter, filter_fits(&rules->filter[i].sdf))
	FITS(application, memchr(rules->application[i].id, 0, sizeof(rules->application[i].id)))
	return 0;
}
