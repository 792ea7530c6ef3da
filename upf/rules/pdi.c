// SPDX-License-Identifier: Apache-2.0
/*
 * The detection information of a PDR, TS 29.244 cl. 7.5.2.2-2. It is read anew as a whole, since an
 * Update PDR replaces it as a whole.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "upf/rules/rules.h"

#define REFUSE(ie, reading, ...)                                                                   \
	upf_refuse_rule((reading)->refusal, PFCP_RULE_PDR, (ie)->pdr_id, __VA_ARGS__)

/* Without it, a PDR would match more than it may. */
static const struct upf_unserved unserved[] = {
	{offsetof(struct pfcp_pdi, n_traffic_endpoint_id), 1,
	 "more than one Traffic Endpoint in a PDI is"},
	{offsetof(struct pfcp_pdi, has_ethernet_session), 0, "Ethernet is"},
	{offsetof(struct pfcp_pdi, has_ethernet_filter), 0, "Ethernet is"},
	{offsetof(struct pfcp_pdi, has_redundant_transmission), 0, "redundant transmission is"},
	{offsetof(struct pfcp_pdi, has_ip_multicast), 0, "IP multicast is"},
	{offsetof(struct pfcp_pdi, has_dns_query_filter), 0, "a DNS query filter is"},
	{offsetof(struct pfcp_pdi, has_mbs_session), 0, "MBS is"},
	{0},
};

/* The 3GPP interface type beside it is for people: SMFs leave it out, and say S5/S8-U of N9. */
static int source_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	pdr->source = ie->pdi.source_interface;
	switch (pdr->source) {
	case PFCP_INTERFACE_ACCESS:
	case PFCP_INTERFACE_CORE:
	case PFCP_INTERFACE_N6_LAN:
	case PFCP_INTERFACE_CP_FUNCTION:
		return 0;
	}
	return REFUSE(ie, reading, "source interface %u is not supported", pdr->source);
}

/* ---- SDF filters ---- */

/* Every packet is let through by it, so that it need not be asked. */
static bool filters_nothing(const struct ipfilter_sdf *sdf)
{
	const struct ipfilter *flow = &sdf->flow;

	return sdf->has_flow && !sdf->has_tos && !sdf->has_spi && !sdf->has_flow_label &&
	       !sdf->has_filter_id && !flow->deny && !flow->has_protocol &&
	       flow->src.kind == IPFILTER_ANY && !flow->src.n_ports &&
	       (flow->dst.kind == IPFILTER_ANY || flow->dst.kind == IPFILTER_ASSIGNED) &&
	       !flow->dst.n_ports;
}

static int sdf_read(struct ipfilter_sdf *sdf, const struct pfcp_pdr *ie,
		    const struct pfcp_sdf_filter *from, struct upf_reading *reading)
{
	struct ipfilter_error err = {0};
	int rc = 0;

	*sdf = (struct ipfilter_sdf){
		.has_flow = from->has_flow,
		.has_tos = from->has_tos,
		.has_spi = from->has_spi,
		.has_flow_label = from->has_flow_label,
		.has_filter_id = from->has_filter_id,
		.tos = (uint8_t)(from->tos >> 8),
		.tos_mask = (uint8_t)from->tos,
		.spi = from->spi,
		.flow_label = from->flow_label,
		.filter_id = from->filter_id,
	};
	if (from->has_flow)
		rc = ipfilter_parse(from->flow, strlen(from->flow), IPFILTER_SDF, &sdf->flow, &err);
	if (!rc && !ipfilter_sdf_is_reference(sdf))
		rc = ipfilter_sdf_check(sdf, &err);
	return rc ? REFUSE(ie, reading, "SDF filter '%.60s': %s", from->flow, err.text) : 0;
}

static int filters_read(const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	struct upf_rules *rules = reading->rules;
	bool all = false;

	for (size_t i = 0; i < ie->pdi.n_sdf; i++) {
		struct upf_filter *filter = &rules->filter[rules->n_filter];
		int rc;

		if (rules->n_filter == UPF_FILTERS_MAX)
			return upf_refuse(reading->refusal, PFCP_CAUSE_NO_RESOURCES, 0,
					  "more than %d SDF filters", UPF_FILTERS_MAX);
		rc = sdf_read(&filter->sdf, ie, &ie->pdi.sdf[i], reading);
		if (rc)
			return rc;
		all |= filters_nothing(&filter->sdf);
		filter->pdr_id = ie->pdr_id;
		rules->n_filter++;
	}
	/* One that lets all through makes the others idle, but for an id that other PDRs may name.
	 */
	for (size_t i = rules->n_filter; all && i-- > 0;)
		if (rules->filter[i].pdr_id == ie->pdr_id && rules->filter[i].sdf.has_filter_id)
			all = false;
	if (all)
		upf_rules_drop_pdr(rules, ie->pdr_id);
	return 0;
}

static int application_read(const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	struct upf_rules *rules = reading->rules;
	struct upf_pdr_application *application = &rules->application[rules->n_application];
	const char *id = ie->pdi.application_id.text;

	if (!ie->pdi.has_application_id)
		return 0;
	if (ie->pdi.n_sdf)
		return REFUSE(ie, reading, "SDF filters beside an application id");
	/* Asked here and not of the whole: where it is forgotten later, the session goes on. */
	if (!upf_pfds_find(reading->env->pfds, id)) {
		REFUSE(ie, reading, "application '%.64s' is not known", id);
		reading->refusal->cause = PFCP_CAUSE_UNKNOWN_APPLICATION_ID;
		return -EINVAL;
	}
	if (rules->n_application == UPF_PDR_APPLICATIONS_MAX)
		return upf_refuse(reading->refusal, PFCP_CAUSE_NO_RESOURCES, 0,
				  "more than %d PDRs with an application id",
				  UPF_PDR_APPLICATIONS_MAX);
	application->pdr_id = ie->pdr_id;
	snprintf(application->id, sizeof(application->id), "%s", id);
	rules->n_application++;
	return 0;
}

/* ---- where ---- */

/* cl. 8.2.62: which end of a packet is the UE */
static int ends_check(const struct upf_pdr *pdr, const struct pfcp_pdr *ie,
		      struct upf_reading *reading)
{
	const bool destination = pdr->source != PFCP_INTERFACE_ACCESS;

	for (size_t i = 0; i < ie->pdi.n_ue_ip; i++)
		if (ie->pdi.ue_ip[i].destination != destination)
			return REFUSE(ie, reading,
				      "the UE address is the source of uplink and the destination "
				      "of downlink packets");
	return 0;
}

static int own_locality_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie,
			     struct upf_reading *reading)
{
	const struct pfcp_pdi *pdi = &ie->pdi;
	const struct upf_locality locality = {
		.id = ie->pdr_id,
		.f_teid = pdi->has_f_teid ? &pdi->f_teid : NULL,
		.instance = pdi->has_network_instance ? &pdi->network_instance : NULL,
		.n_ue_ip = pdi->n_ue_ip,
		.ue_ip = pdi->ue_ip,
		.n_framed_route = pdi->n_framed_route,
		.framed_route = pdi->framed_route,
		.n_framed_ipv6_route = pdi->n_framed_ipv6_route,
		.framed_ipv6_route = pdi->framed_ipv6_route,
		.n_qfi = pdi->n_qfi,
		.qfi = pdi->qfi,
	};
	int rc = ends_check(pdr, ie, reading);

	pdr->has_endpoint = false;
	pdr->at.id = 0;
	return rc ? rc : upf_locality_read(&pdr->at, &locality, reading);
}

/* cl. 7.5.2.2-2: F-TEID, network instance and UE addresses are then the Traffic Endpoint's. */
static int endpoint_take(struct upf_pdr *pdr, const struct pfcp_pdr *ie,
			 struct upf_reading *reading)
{
	const struct pfcp_pdi *pdi = &ie->pdi;
	const struct upf_endpoint *endpoint =
		upf_rules_endpoint(reading->rules, pdi->traffic_endpoint_id[0]);

	if (!endpoint)
		return REFUSE(ie, reading, "there is no Traffic Endpoint %u",
			      pdi->traffic_endpoint_id[0]);
	if (pdi->has_f_teid || pdi->n_ue_ip || pdi->n_framed_route || pdi->n_framed_ipv6_route)
		return REFUSE(ie, reading,
			      "a Traffic Endpoint, and an F-TEID or UE address beside it");
	pdr->has_endpoint = true;
	pdr->has_qfis = pdi->n_qfi > 0;
	pdr->at = *endpoint;
	if (pdr->has_qfis)
		pdr->at.qfis = 0;
	for (size_t i = 0; i < pdi->n_qfi; i++)
		pdr->at.qfis |= 1ull << (pdi->qfi[i] & 63);
	return 0;
}

int upf_pdi_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading)
{
	const char *what = upf_unserved_find(&ie->pdi, unserved);
	int rc;

	if (what)
		return REFUSE(ie, reading, "%s not supported", what);
	upf_rules_drop_pdr(reading->rules, ie->pdr_id);
	rc = source_read(pdr, ie, reading);
	if (!rc)
		rc = filters_read(ie, reading);
	if (!rc)
		rc = application_read(ie, reading);
	if (rc)
		return rc;
	return ie->pdi.n_traffic_endpoint_id ? endpoint_take(pdr, ie, reading)
					     : own_locality_read(pdr, ie, reading);
}
