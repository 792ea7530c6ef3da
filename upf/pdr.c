// SPDX-License-Identifier: Apache-2.0
/*
 * One PDR from its IE: TS 29.244 cl. 7.5.2.2, 7.5.4.2. The detection information is read anew as a
 * whole, since an Update PDR replaces it as a whole.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "dataplane/address.h"
#include "upf/rules.h"

#define REFUSE(ctx, ie, ...)                                                                       \
	upf_refuse_rule((ctx)->refusal, PFCP_RULE_PDR, (ie)->pdr_id, __VA_ARGS__)

/* "permit out ip from any to assigned", in whatever spacing: the filter that filters nothing */
static bool flow_matches_all(const char *flow)
{
	static const char *const words[] = {"permit", "out", "ip", "from", "any", "to", "assigned"};
	size_t n = sizeof(words) / sizeof(words[0]);

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		while (isspace((unsigned char)*flow))
			flow++;
		if (strncmp(flow, words[i], len))
			return false;
		flow += len;
		if (*flow && !isspace((unsigned char)*flow))
			return false;
	}
	while (isspace((unsigned char)*flow))
		flow++;
	return !*flow;
}

static bool sdf_matches_all(const struct pfcp_sdf_filter *sdf)
{
	return sdf->has_flow && !sdf->has_tos && !sdf->has_spi && !sdf->has_flow_label &&
	       flow_matches_all(sdf->flow);
}

/* What this data plane can't detect: without it, a PDR would match more than it may. */
static const struct upf_unserved pdi_unserved[] = {
	{offsetof(struct pfcp_pdi, n_traffic_endpoint_id), 0, "traffic endpoints are"},
	{offsetof(struct pfcp_pdi, n_qfi), 1, "more than one QFI in a PDI is"},
	{offsetof(struct pfcp_pdi, n_ue_ip), 1, "more than one UE address in a PDI is"},
	{offsetof(struct pfcp_pdi, has_ethernet_session), 0, "Ethernet is"},
	{offsetof(struct pfcp_pdi, has_ethernet_filter), 0, "Ethernet is"},
	{offsetof(struct pfcp_pdi, n_framed_route), 0, "a framed route is"},
	{offsetof(struct pfcp_pdi, n_framed_ipv6_route), 0, "a framed route is"},
	{offsetof(struct pfcp_pdi, has_redundant_transmission), 0, "redundant transmission is"},
	{offsetof(struct pfcp_pdi, has_ip_multicast), 0, "IP multicast is"},
	{offsetof(struct pfcp_pdi, has_dns_query_filter), 0, "a DNS query filter is"},
	{offsetof(struct pfcp_pdi, has_mbs_session), 0, "MBS is"},
	{0},
};

static int pdi_check(const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	const struct pfcp_pdi *pdi = &ie->pdi;
	const char *what = upf_unserved_find(pdi, pdi_unserved);

	if (what)
		return REFUSE(ctx, ie, "%s not supported", what);
	for (size_t i = 0; i < pdi->n_sdf; i++)
		if (!sdf_matches_all(&pdi->sdf[i]))
			return REFUSE(ctx, ie, "SDF filters are not supported");
	if (pdi->has_application_id) {
		REFUSE(ctx, ie, "application detection is not supported");
		ctx->refusal->cause = PFCP_CAUSE_UNKNOWN_APPLICATION_ID;
		return -EINVAL;
	}
	return 0;
}

/* Source interface and its 3GPP type: N3 or a tunnel of N9 on one side, N6 on the other */
static int source_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	const struct pfcp_pdi *pdi = &ie->pdi;
	uint8_t type = pdi->interface_type;

	pdr->source = pdi->source_interface;
	if (pdr->source == PFCP_INTERFACE_ACCESS) {
		if (pdi->has_interface_type && type != PFCP_3GPP_N3 && type != PFCP_3GPP_N9)
			return REFUSE(ctx, ie, "3GPP interface type %u is not supported", type);
		return 0;
	}
	if (pdr->source == PFCP_INTERFACE_CORE) {
		if (pdi->has_interface_type && type != PFCP_3GPP_N6 && type != PFCP_3GPP_SGI)
			return REFUSE(ctx, ie, "3GPP interface type %u is not supported", type);
		return 0;
	}
	return REFUSE(ctx, ie, "source interface %u is not supported", pdr->source);
}

static bool in_pool(const struct upf_rules_env *env, struct in_addr ue)
{
	const struct dp_addr addr = dp_addr_ip4(ue);

	for (size_t i = 0; i < env->ue_pool_count; i++)
		if (dp_prefix_has(&env->ue_pool[i], &addr))
			return true;
	return env->ue_pool_count == 0;
}

static int ue_ip_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	const struct pfcp_ue_ip *ue = &ie->pdi.ue_ip[0];
	uint32_t host;

	pdr->has_ue_ip = ie->pdi.n_ue_ip;
	pdr->ue_ip.s_addr = 0;
	if (!pdr->has_ue_ip)
		return 0;
	if (ue->choose4 || ue->choose6)
		return REFUSE(ctx, ie, "UE addresses are allocated by the SMF");
	if (!ue->address.v4 || ue->address.v6)
		return REFUSE(ctx, ie, "only IPv4 UE addresses are supported");
	if (ue->destination != (pdr->source == PFCP_INTERFACE_CORE))
		return REFUSE(ctx, ie,
			      "the UE address is the source of uplink and the destination "
			      "of downlink packets");
	host = ntohl(ue->address.ip4.s_addr);
	if (!host || host == INADDR_BROADCAST || IN_MULTICAST(host) ||
	    !in_pool(ctx->env, ue->address.ip4))
		return REFUSE(ctx, ie, "the UE address is not one of this UPF's");
	pdr->ue_ip = ue->address.ip4;
	return 0;
}

/* Notes what the answer's Created PDR tells */
static int teid_choose(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	const struct pfcp_f_teid *f = &ie->pdi.f_teid;
	uint32_t *shared = f->has_choose_id ? &ctx->choose_teid[f->choose_id] : NULL;

	if (!f->address.v4)
		return REFUSE(ctx, ie, "only IPv4 F-TEIDs are supported");
	if (ctx->created->n == UPF_RULES_MAX)
		return REFUSE(ctx, ie, "more than %d PDRs", UPF_RULES_MAX);
	if (shared && *shared) {
		pdr->teid = *shared;
	} else if (upf_teid_take(ctx->env->teids, &pdr->teid)) {
		return upf_refuse(ctx->refusal, PFCP_CAUSE_NO_RESOURCES, 0, "no TEID left");
	}
	if (shared)
		*shared = pdr->teid;
	ctx->created->pdr[ctx->created->n].pdr_id = pdr->id;
	ctx->created->pdr[ctx->created->n].teid = pdr->teid;
	ctx->created->n++;
	return 0;
}

/* The CP function's choice: to restore a session, or a tunnel that this session has */
static int teid_given(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	const struct pfcp_f_teid *f = &ie->pdi.f_teid;
	int rc;

	if (!f->address.v4 || f->address.v6 || f->address.ip4.s_addr != ctx->env->n3_addr.s_addr)
		return REFUSE(ctx, ie, "the F-TEID's address is not this UPF's N3 address");
	if (upf_rules_has_teid(ctx->env->owned, f->teid) ||
	    upf_rules_has_teid(ctx->rules, f->teid)) {
		pdr->teid = f->teid;
		return 0;
	}
	if (!ctx->env->restore) {
		REFUSE(ctx, ie, "F-TEIDs are allocated by the UPF");
		ctx->refusal->cause = PFCP_CAUSE_INVALID_F_TEID_ALLOCATION;
		return -EINVAL;
	}
	rc = upf_teid_claim(ctx->env->teids, f->teid);
	if (rc == -EEXIST || rc == -EINVAL)
		return REFUSE(ctx, ie, "TEID %u is %s", f->teid,
			      rc == -EEXIST ? "in use" : "invalid");
	if (rc)
		return upf_refuse(ctx->refusal, PFCP_CAUSE_NO_RESOURCES, 0, "no TEID left");
	pdr->teid = f->teid;
	return 0;
}

static int f_teid_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	pdr->teid = 0;
	if (!ie->pdi.has_f_teid)
		return 0;
	if (pdr->source == PFCP_INTERFACE_CORE)
		return REFUSE(ctx, ie, "tunnels on the core side are not supported");
	if (!ie->pdi.f_teid.choose)
		return teid_given(pdr, ie, ctx);
	if (!ctx->update)
		return teid_choose(pdr, ie, ctx);
	REFUSE(ctx, ie, "a new F-TEID takes a new PDR");
	ctx->refusal->cause = PFCP_CAUSE_INVALID_F_TEID_ALLOCATION;
	return -EINVAL;
}

static int pdi_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	int rc = pdi_check(ie, ctx);

	if (!rc)
		rc = source_read(pdr, ie, ctx);
	if (!rc)
		rc = ue_ip_read(pdr, ie, ctx);
	if (rc)
		return rc;
	pdr->qfi = ie->pdi.n_qfi ? ie->pdi.qfi[0] : 0;
	if (pdr->qfi && pdr->source == PFCP_INTERFACE_CORE)
		return REFUSE(ctx, ie, "packets from N6 have no QFI");
	return f_teid_read(pdr, ie, ctx);
}

/* The same beside the detection information */
static const struct upf_unserved pdr_unserved[] = {
	{offsetof(struct pfcp_pdr, n_urr_id), 0, "usage reporting is"},
	{offsetof(struct pfcp_pdr, has_activation_time), 0, "deferred activation is"},
	{offsetof(struct pfcp_pdr, has_deactivation_time), 0, "deferred deactivation is"},
	{offsetof(struct pfcp_pdr, has_mar_id), 0, "a MAR is"},
	{offsetof(struct pfcp_pdr, has_ip_multicast), 0, "IP multicast is"},
	{offsetof(struct pfcp_pdr, has_mptcp), 0, "MPTCP is"},
	{0},
};

static int references_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie,
			   struct upf_pdr_context *ctx)
{
	const char *what = upf_unserved_find(ie, pdr_unserved);

	if (what)
		return REFUSE(ctx, ie, "%s not supported", what);
	if (ie->n_activate_rules || ie->n_deactivate_rules) {
		REFUSE(ctx, ie, "there are no predefined rules");
		ctx->refusal->cause = PFCP_CAUSE_UNKNOWN_PREDEFINED_RULE;
		return -EINVAL;
	}
	if (ie->has_far_id)
		pdr->far_id = ie->far_id;
	if (ie->n_qer_id) {
		pdr->n_qer = ie->n_qer_id;
		memcpy(pdr->qer_id, ie->qer_id, sizeof(pdr->qer_id));
	}
	return 0;
}

/* What an update takes away */
static int lost_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	static const uint16_t needed[] = {PFCP_IE_PRECEDENCE, PFCP_IE_PDI, PFCP_IE_FAR_ID};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (upf_rule_loses(&ie->cleared, needed[i]))
			return REFUSE(ctx, ie, "a PDR can't do without %s",
				      pfcp_ie_name(needed[i]));
	if (upf_rule_loses(&ie->cleared, PFCP_IE_OUTER_HEADER_REMOVAL))
		pdr->remove_outer = false;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_QER_ID))
		pdr->n_qer = 0;
	return 0;
}

int upf_pdr_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx)
{
	uint8_t description = ie->outer_header_removal.description;
	int rc = lost_read(pdr, ie, ctx);

	if (!rc)
		rc = references_read(pdr, ie, ctx);
	if (rc)
		return rc;
	pdr->id = ie->pdr_id;
	if (ie->has_precedence)
		pdr->precedence = ie->precedence;
	if (ie->has_outer_header_removal) {
		if (description != PFCP_OHR_GTPU_UDP_IP4 && description != PFCP_OHR_GTPU_UDP_IP)
			return REFUSE(ctx, ie, "outer header removal %u is not supported",
				      description);
		pdr->remove_outer = true;
	}
	/* Last: it takes a TEID */
	return ie->has_pdi ? pdi_read(pdr, ie, ctx) : 0;
}
