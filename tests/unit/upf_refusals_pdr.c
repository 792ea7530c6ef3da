// SPDX-License-Identifier: Apache-2.0
/* Establishments, well-formed, with a PDR that can't be served or makes no sense. Issue numbers are
 * of the named project on GitHub. */
#include "tests/unit/upf_refusals.h"

#include <stdio.h>
#include <string.h>

/* ---- the request itself ---- */

static void seid_zero(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->cp_f_seid.seid = 0;
}

static void foreign_node_id(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->node_id.ip4.s_addr ^= htonl(0x100);
}

static void pdn_ethernet(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->pdn_type = PFCP_PDN_ETHERNET;
}

static void predefined(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->n_activate_rules = 1;
	strcpy(UL(m)->activate_rules[0].text, "gold");
}

/* ---- what isn't served ---- */

static void ethernet_session(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.has_ethernet_session = true;
	DL(m)->pdi.ethernet_session = PFCP_ETHERNET_ETHI;
}

static void ethernet_filter(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_ethernet_filter = true;
}

static void redundant_transmission(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_redundant_transmission = true;
}

static void multicast_downlink(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.has_ip_multicast = true;
}

static void dns_query_filter(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_dns_query_filter = true;
}

static void mbs_session(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.has_mbs_session = true;
}

static void mar(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->has_mar_id = true;
	DL(m)->mar_id = 7;
}

static void multicast_uplink(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->has_ip_multicast = true;
}

static void mptcp(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->has_mptcp = true;
	UL(m)->mptcp = PFCP_MPTCP_MAI;
}

static void pool_identity(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->n_pool = 1;
	strcpy(DL(m)->pool[0].text, "gold");
}

static void source_5g_vn(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.source_interface = PFCP_SOURCE_5G_VN;
}

/* ---- Traffic Endpoints ---- */

static void traffic_endpoint(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.n_traffic_endpoint_id = 1;
	UL(m)->pdi.traffic_endpoint_id[0] = 1;
}

static void two_endpoints(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.n_traffic_endpoint_id = 2;
	UL(m)->pdi.traffic_endpoint_id[0] = 1;
	UL(m)->pdi.traffic_endpoint_id[1] = 2;
}

static struct pfcp_traffic_endpoint *endpoint(struct pfcp_msg *m)
{
	struct pfcp_traffic_endpoint *at =
		&EST(m)->create_traffic_endpoint[EST(m)->n_create_traffic_endpoint++];

	memset(at, 0, sizeof(*at));
	at->id = 1;
	return at;
}

static void endpoint_and_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m);
	traffic_endpoint(m, ex);
}

static void endpoint_and_ue(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m);
	DL(m)->pdi.n_traffic_endpoint_id = 1;
	DL(m)->pdi.traffic_endpoint_id[0] = 1;
}

/* The TEID that the first one took must be given back */
static void endpoint_twice(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m)->has_f_teid = true;
	EST(m)->create_traffic_endpoint[0].f_teid = UL(m)->pdi.f_teid;
	endpoint(m);
}

static void endpoint_ethernet(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m)->has_ethernet_session = true;
	EST(m)->create_traffic_endpoint[0].ethernet_session = PFCP_ETHERNET_ETHI;
}

static void endpoint_redundant(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m)->has_redundant_transmission = true;
}

static void endpoint_mbs(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m)->has_mbs_session = true;
}

static void endpoint_route(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m)->n_framed_route = 1;
	strcpy(EST(m)->create_traffic_endpoint[0].framed_route[0].text, "nowhere");
}

static void endpoint_given_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	endpoint(m)->has_f_teid = true;
	EST(m)->create_traffic_endpoint[0].f_teid =
		(struct pfcp_f_teid){.teid = 5, .address = {.v4 = true, .ip4 = ex->n3}};
}

/* ---- F-TEID, outer header ---- */

static void qfi_from_core(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_qfi = 1;
	DL(m)->pdi.qfi[0] = 5;
}

static void v6_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.f_teid.address = (struct pfcp_address){.v6 = true};
}

static void given(struct pfcp_msg *m, const struct example *ex, uint32_t teid, struct in_addr addr)
{
	UL(m)->pdi.f_teid = (struct pfcp_f_teid){
		.teid = teid,
		.address = {.v4 = true, .ip4 = addr},
	};
}

static void given_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	given(m, ex, 0x1234, ex->n3);
}

static void restore(struct pfcp_msg *m)
{
	EST(m)->has_sereq_flags = true;
	EST(m)->sereq_flags = PFCP_SEREQ_RESTI;
}

static void restored_elsewhere(struct pfcp_msg *m, const struct example *ex)
{
	given(m, ex, 0x1234, ex->gnb);
	restore(m);
}

static void restored_zero(struct pfcp_msg *m, const struct example *ex)
{
	given(m, ex, 0, ex->n3);
	restore(m);
}

static void restored_in_use(struct pfcp_msg *m, const struct example *ex)
{
	given(m, ex, ex->ul_teid, ex->n3);
	restore(m);
}

static void core_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.has_f_teid = true;
	DL(m)->pdi.f_teid = UL(m)->pdi.f_teid;
}

static void no_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_f_teid = false;
}

static void cp_no_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.source_interface = PFCP_INTERFACE_CP_FUNCTION;
}

static void no_removal(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->has_outer_header_removal = false;
}

static void removal_of_plain_udp(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->outer_header_removal.description = PFCP_OHR_UDP_IP4;
}

static void removal_from_core(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->has_outer_header_removal = true;
}

/* ---- UE addresses, framed routes ---- */

static void no_ue_ip(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_ue_ip = 0;
}

static void ue_ip_source(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0].destination = false;
}

static void ue_ip_foreign(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0].address.ip4 = ex->gnb;
}

static void ue_ip_multicast(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0].address.ip4.s_addr = htonl(0xe0000001);
}

/* There is no pool of IPv6; the IPv4 address taken before must be given back */
static void ue_ip_none_left(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0] =
		(struct pfcp_ue_ip){.choose4 = true, .choose6 = true, .destination = true};
}

static void ue_ip_wide(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0] = (struct pfcp_ue_ip){.choose6 = true, .destination = true};
	DL(m)->pdi.ue_ip[0].has_delegation_bits = true;
	DL(m)->pdi.ue_ip[0].delegation_bits = 8;
}

static void route(struct pfcp_msg *m, const char *text)
{
	strcpy(DL(m)->pdi.framed_route[DL(m)->pdi.n_framed_route++].text, text);
}

#define ROUTE(name, text)                                                                          \
	static void name(struct pfcp_msg *m, const struct example *ex)                             \
	{                                                                                          \
		route(m, text);                                                                    \
	}
ROUTE(route_nonsense, "a network")
ROUTE(route_no_length, "192.0.2.0")
ROUTE(route_too_long, "192.0.2.0/33")
ROUTE(route_wraps, "192.0.2.0/4294967320")
ROUTE(route_negative, "192.0.2.0/-8")
ROUTE(route_default, "0.0.0.0/0")
ROUTE(route_host_bits, "192.0.2.1/24")
ROUTE(route_of_ipv6, "2001:db8::/48")

static void route6_of_ipv4(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_framed_ipv6_route = 1;
	strcpy(DL(m)->pdi.framed_ipv6_route[0].text, "192.0.2.0/24");
}

/* With the UE's address 17: one over */
static void ue_ips_too_many(struct pfcp_msg *m, const struct example *ex)
{
	char text[32];

	for (unsigned i = 0; i < PFCP_MAX_FRAMED_ROUTE; i++) {
		snprintf(text, sizeof(text), "192.0.%u.0/24", i);
		route(m, text);
		snprintf(DL(m)->pdi.framed_ipv6_route[i].text, sizeof(text), "2001:db8:%u::/48", i);
	}
	DL(m)->pdi.n_framed_ipv6_route = PFCP_MAX_FRAMED_ROUTE;
}

/* ---- what it refers to ---- */

static void unknown_far(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->far_id = 99;
}

static void unknown_qer(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->qer_id[0] = 99;
}

static void pdr_urr(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->n_urr_id = 1;
	UL(m)->urr_id[0] = 1;
}

static void pdr_twice(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdr_id = EX_PDR_UL;
}

static void core_to_core(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->far_id = EX_FAR_UL;
}

// clang-format off
static const struct refusal rows[] = {
	IE("CP SEID 0", seid_zero, MANDATORY_IE_INCORRECT, F_SEID),
	IE("another Node ID than the association's", foreign_node_id, NO_ASSOCIATION, NODE_ID),
	IE("PDN type Ethernet", pdn_ethernet, SERVICE_NOT_SUPPORTED, PDN_TYPE),
	RULE("predefined rules", predefined, UNKNOWN_PREDEFINED_RULE, PDR, EX_PDR_UL),
	RULE("Ethernet PDU session", ethernet_session, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("Ethernet packet filter", ethernet_filter, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("redundant transmission", redundant_transmission, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("multicast addresses in a PDI", multicast_downlink, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("DNS query filter", dns_query_filter, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("MBS session", mbs_session, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("PDR with a MAR", mar, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("multicast addresses of IGMP", multicast_uplink, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("MPTCP", mptcp, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("pool of UE addresses by its identity", pool_identity, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("source 5G VN internal", source_5g_vn, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("unknown Traffic Endpoint", traffic_endpoint, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("two Traffic Endpoints in a PDI", two_endpoints, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("Traffic Endpoint and F-TEID", endpoint_and_f_teid, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("Traffic Endpoint and UE address", endpoint_and_ue, RULE_FAILURE, PDR, EX_PDR_DL),
	IE("one Traffic Endpoint ID twice", endpoint_twice, MANDATORY_IE_INCORRECT, TRAFFIC_ENDPOINT_ID),
	IE("Traffic Endpoint of Ethernet", endpoint_ethernet, RULE_FAILURE, TRAFFIC_ENDPOINT_ID),
	IE("redundant transmission of a Traffic Endpoint", endpoint_redundant, RULE_FAILURE, TRAFFIC_ENDPOINT_ID),
	IE("MBS session of a Traffic Endpoint", endpoint_mbs, RULE_FAILURE, TRAFFIC_ENDPOINT_ID),
	IE("framed route of a Traffic Endpoint", endpoint_route, RULE_FAILURE, TRAFFIC_ENDPOINT_ID),
	IE("F-TEID of a Traffic Endpoint chosen by the SMF", endpoint_given_f_teid, INVALID_F_TEID_ALLOCATION, TRAFFIC_ENDPOINT_ID),
	RULE("QFI from the core", qfi_from_core, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("F-TEID of IPv6 only (open5gs#4135)", v6_f_teid, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("F-TEID chosen by the SMF", given_f_teid, INVALID_F_TEID_ALLOCATION, PDR, EX_PDR_UL),
	RULE("restored on another address", restored_elsewhere, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("restored with TEID 0 (open5gs#3747)", restored_zero, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("restored with a TEID in use", restored_in_use, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("tunnel from the core side, its header kept", core_f_teid, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("access side without F-TEID", no_f_teid, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("CP function without F-TEID", cp_no_f_teid, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("outer header not removed", no_removal, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("removal of UDP without GTP-U", removal_of_plain_udp, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("outer header removed from N6", removal_from_core, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("core side without UE address", no_ue_ip, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address as source of downlink", ue_ip_source, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address outside the pools", ue_ip_foreign, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address that is a multicast one", ue_ip_multicast, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address of a version without a pool", ue_ip_none_left, NO_RESOURCES, PDR, EX_PDR_DL),
	RULE("UE prefix of 56 bits chosen by the UPF", ue_ip_wide, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route that is none", route_nonsense, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route without a length", route_no_length, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route of 33 bits", route_too_long, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route of 2^32 + 24 bits", route_wraps, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route of -8 bits", route_negative, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route of no bit", route_default, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route with bits beyond its length", route_host_bits, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route of IPv6 as one of IPv4", route_of_ipv6, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed route of IPv4 as one of IPv6", route6_of_ipv4, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("17 UE addresses and framed routes", ue_ips_too_many, NO_RESOURCES, PDR, EX_PDR_DL),
	RULE("unknown FAR", unknown_far, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("unknown QER", unknown_qer, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("unknown URR", pdr_urr, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("one PDR ID twice", pdr_twice, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("from N6 to N6", core_to_core, RULE_FAILURE, PDR, EX_PDR_DL),
};
// clang-format on
const struct refusal_table refusals_pdr = TABLE(rows);
