// SPDX-License-Identifier: Apache-2.0
/*
 * Requests that a UPF must refuse: malformed ones, among them what crashed others (issue numbers
 * are of the named project on GitHub), and well-formed ones that ask for what it can't do.
 */
#include <string.h>

#include "tests/unit/upf_messages.h"

/* ---- by hand: establishments ---- */

static void prelude(struct raw *r, const struct example *ex)
{
	size_t mark = raw_open(r, PFCP_IE_NODE_ID);

	raw_put(r, 0, 1);
	raw_put(r, ntohl(ex->smf.s_addr), 4);
	raw_close(r, mark);
	mark = raw_open(r, PFCP_IE_F_SEID);
	raw_put(r, 2, 1);
	raw_put(r, ex->cp_seid, 8);
	raw_put(r, ntohl(ex->smf.s_addr), 4);
	raw_close(r, mark);
}

static void good_far(struct raw *r)
{
	size_t far = raw_open(r, PFCP_IE_CREATE_FAR);

	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_DROP, 1);
	raw_close(r, far);
}

/* What may be left out of, or wrong in, a PDR written by hand */
enum {
	NO_ID = 1,
	NO_PRECEDENCE = 2,
	NO_PDI = 4,
	NO_SOURCE = 8,
	NO_FAR_ID = 16,
	BAD_SOURCE = 32,
	BAD_SDF = 64,
	SHORT_F_TEID = 128,
};

static void pdi(struct raw *r, const struct example *ex, unsigned flaws)
{
	size_t mark = raw_open(r, PFCP_IE_PDI), sdf;

	if (!(flaws & NO_SOURCE))
		raw_ie(r, PFCP_IE_SOURCE_INTERFACE, flaws & BAD_SOURCE ? 15 : 1, 1);
	raw_ie(r, PFCP_IE_UE_IP_ADDRESS, (6ULL << 32) | ntohl(ex->ue.s_addr), 5);
	if (flaws & SHORT_F_TEID)
		raw_ie(r, PFCP_IE_F_TEID, 0x0100, 2);
	if (flaws & BAD_SDF) {
		sdf = raw_open(r, PFCP_IE_SDF_FILTER);
		raw_put(r, 0x0100ffff, 4); /* FD, a Flow Description of 65535 octets */
		raw_put(r, 0x7065726d6974, 6);
		raw_close(r, sdf);
	}
	raw_close(r, mark);
}

static void pdr(struct raw *r, const struct example *ex, unsigned flaws)
{
	size_t mark = raw_open(r, PFCP_IE_CREATE_PDR);

	if (!(flaws & NO_ID))
		raw_ie(r, PFCP_IE_PDR_ID, EX_PDR_DL, 2);
	if (!(flaws & NO_PRECEDENCE))
		raw_ie(r, PFCP_IE_PRECEDENCE, 100, 4);
	if (!(flaws & NO_PDI))
		pdi(r, ex, flaws);
	if (!(flaws & NO_FAR_ID))
		raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_close(r, mark);
}

static void raw_empty(struct raw *r, const struct example *ex)
{
}

static void raw_no_f_seid(struct raw *r, const struct example *ex)
{
	raw_ie(r, PFCP_IE_NODE_ID, ntohl(ex->smf.s_addr), 5);
	pdr(r, ex, 0);
	good_far(r);
}

#define RAW_PDR(name, flaws)                                                                       \
	static void name(struct raw *r, const struct example *ex)                                  \
	{                                                                                          \
		prelude(r, ex);                                                                    \
		pdr(r, ex, flaws);                                                                 \
		good_far(r);                                                                       \
	}
RAW_PDR(raw_no_pdr_id, NO_ID)
RAW_PDR(raw_no_precedence, NO_PRECEDENCE)
RAW_PDR(raw_no_pdi, NO_PDI)
RAW_PDR(raw_no_source, NO_SOURCE)
RAW_PDR(raw_no_far_id, NO_FAR_ID)
RAW_PDR(raw_bad_source, BAD_SOURCE)
RAW_PDR(raw_bad_sdf, BAD_SDF)
RAW_PDR(raw_short_f_teid, SHORT_F_TEID)

static void raw_only_far(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	good_far(r);
}

static void raw_only_pdr(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	pdr(r, ex, 0);
}

/* A Create FAR with FORW, a destination and @octets of Outer Header Creation */
static void raw_far(struct raw *r, const struct example *ex, uint8_t destination, size_t octets)
{
	size_t far, fwd;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_FORW, 1);
	fwd = raw_open(r, PFCP_IE_FORWARDING_PARAMETERS);
	raw_ie(r, PFCP_IE_DESTINATION_INTERFACE, destination, 1);
	/* GTP-U/UDP/IPv4, a TEID, and an address that begins */
	raw_ie(r, PFCP_IE_OUTER_HEADER_CREATION, 0x0100000000070aULL >> 8 * (7 - octets), octets);
	raw_close(r, fwd);
	raw_close(r, far);
}

static void raw_ohc_empty(struct raw *r, const struct example *ex)
{
	raw_far(r, ex, PFCP_INTERFACE_ACCESS, 0);
}

static void raw_ohc_one(struct raw *r, const struct example *ex)
{
	raw_far(r, ex, PFCP_INTERFACE_ACCESS, 1);
}

static void raw_ohc_no_address(struct raw *r, const struct example *ex)
{
	raw_far(r, ex, PFCP_INTERFACE_ACCESS, 6);
}

static void raw_bad_destination(struct raw *r, const struct example *ex)
{
	size_t far, fwd;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_FORW, 1);
	fwd = raw_open(r, PFCP_IE_FORWARDING_PARAMETERS);
	raw_ie(r, PFCP_IE_DESTINATION_INTERFACE, 0x99, 1);
	raw_close(r, fwd);
	raw_close(r, far);
}

static void raw_no_forwarding(struct raw *r, const struct example *ex)
{
	size_t far;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_FORW, 1);
	raw_close(r, far);
}

static void raw_short_mbr(struct raw *r, const struct example *ex)
{
	size_t qer;

	prelude(r, ex);
	pdr(r, ex, 0);
	good_far(r);
	qer = raw_open(r, PFCP_IE_CREATE_QER);
	raw_ie(r, PFCP_IE_QER_ID, EX_QER, 4);
	raw_ie(r, PFCP_IE_GATE_STATUS, 0, 1);
	raw_ie(r, PFCP_IE_MBR, 1000, 4);
	raw_close(r, qer);
}

/* The last IE says that it is longer than the message */
static void raw_overlong(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	raw_put(r, PFCP_IE_CREATE_PDR, 2);
	raw_put(r, 4000, 2);
	raw_put(r, 0, 4);
}

/* ---- well-formed establishments ---- */

#define EST(m) (&(m)->session_establishment_request)
#define UL(m)  (&EST(m)->create_pdr[0])
#define DL(m)  (&EST(m)->create_pdr[1])
#define FWD(m) (&EST(m)->create_far[0].forwarding)

static void seid_zero(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->cp_f_seid.seid = 0;
}

static void foreign_node_id(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->node_id.ip4.s_addr ^= htonl(0x100);
}

static void pdn_ipv6(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->pdn_type = PFCP_PDN_IP6;
}

static void sdf_filter(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.n_sdf = 1;
	memset(&UL(m)->pdi.sdf[0], 0, sizeof(UL(m)->pdi.sdf[0]));
	UL(m)->pdi.sdf[0].has_flow = true;
	strcpy(UL(m)->pdi.sdf[0].flow, "permit out ip from 10.0.0.0/8 to assigned");
}

static void sdf_nonsense(struct pfcp_msg *m, const struct example *ex)
{
	sdf_filter(m, ex);
	strcpy(UL(m)->pdi.sdf[0].flow, "deny everything to everybody");
}

static void application(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_application_id = true;
	strcpy(UL(m)->pdi.application_id.text, "video");
}

static void predefined(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->n_activate_rules = 1;
	strcpy(UL(m)->activate_rules[0].text, "gold");
}

static void traffic_endpoint(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.n_traffic_endpoint_id = 1;
	UL(m)->pdi.traffic_endpoint_id[0] = 1;
}

static void two_qfis(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.n_qfi = 2;
	UL(m)->pdi.qfi[1] = 5;
}

static void two_ue_ips_in_pdi(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_ue_ip = 2;
	DL(m)->pdi.ue_ip[1] = DL(m)->pdi.ue_ip[0];
}

static void ethernet_session(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.has_ethernet_session = true;
	DL(m)->pdi.ethernet_session = PFCP_ETHERNET_ETHI;
}

static void ethernet_filter(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_ethernet_filter = true;
}

static void framed_route(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_framed_route = 1;
	strcpy(DL(m)->pdi.framed_route[0].text, "192.0.2.0/24");
}

static void framed_ipv6_route(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_framed_ipv6_route = 1;
	strcpy(DL(m)->pdi.framed_ipv6_route[0].text, "2001:db8::/48");
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

static void activation(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->has_activation_time = true;
	UL(m)->activation_time = 0xe8200000;
}

static void deactivation(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->has_deactivation_time = true;
	UL(m)->deactivation_time = 0xe8200000;
}

static void pdr_urr(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->n_urr_id = 1;
	UL(m)->urr_id[0] = 1;
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

static void qfi_from_core(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_qfi = 1;
	DL(m)->pdi.qfi[0] = 5;
}

static void from_cp(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.source_interface = PFCP_INTERFACE_CP_FUNCTION;
}

static void wrong_3gpp_type(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_interface_type = true;
	UL(m)->pdi.interface_type = PFCP_3GPP_N6;
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

static void no_removal(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->has_outer_header_removal = false;
}

static void v6_removal(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP6;
}

static void removal_from_core(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->has_outer_header_removal = true;
}

static void no_ue_ip(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.n_ue_ip = 0;
}

static void ue_ip_chosen(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0] = (struct pfcp_ue_ip){.choose4 = true, .destination = true};
}

static void ue_ip_source(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0].destination = false;
}

static void ue_ip_foreign(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0].address.ip4 = ex->gnb;
}

static void two_ue_ips(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdi.ue_ip[0].address.ip4.s_addr ^= htonl(1);
}

static void unknown_far(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->far_id = 99;
}

static void unknown_qer(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->qer_id[0] = 99;
}

static void pdr_twice(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->pdr_id = EX_PDR_UL;
}

static void far_twice(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].far_id = EX_FAR_UL;
}

static void qer_twice(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->n_create_qer = 2;
	EST(m)->create_qer[1] = EST(m)->create_qer[0];
}

static void far_predefined(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].far_id = 0x80000001;
}

static void far_buffer(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].apply_action = PFCP_ACTION_BUFF | PFCP_ACTION_NOCP;
}

static void far_duplicate(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_far *far = &EST(m)->create_far[1];

	far->apply_action = PFCP_ACTION_FORW | PFCP_ACTION_DUPL;
	far->n_duplicating = 1;
	far->duplicating[0] = (struct pfcp_duplicating){
		.has_destination_interface = true,
		.destination_interface = PFCP_DESTINATION_LI_FUNCTION,
	};
}

static void far_bar(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].has_bar_id = true;
}

static void far_to_cp(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.destination_interface = PFCP_INTERFACE_CP_FUNCTION;
}

static void far_no_tunnel(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.has_outer_header_creation = false;
}

static void far_tunnel_to_core(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[0].forwarding.has_outer_header_creation = true;
	EST(m)->create_far[0].forwarding.outer_header_creation =
		EST(m)->create_far[1].forwarding.outer_header_creation;
}

static void core_to_core(struct pfcp_msg *m, const struct example *ex)
{
	DL(m)->far_id = EX_FAR_UL;
}

static void far_v6(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.outer_header_creation.description = PFCP_OHC_GTPU_UDP_IP6;
}

static void far_to_self(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.outer_header_creation.ip4 = ex->n3;
}

static void far_marking(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.has_transport_level_marking = true;
}

static void far_redirect(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_redirect = true;
	FWD(m)->redirect.type = PFCP_REDIRECT_URL;
	strcpy(FWD(m)->redirect.address, "http://login.example/");
}

static void far_policy(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_policy = true;
	strcpy(FWD(m)->policy.id, "firewall");
}

static void far_enrichment(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_header_enrichment = true;
	strcpy(FWD(m)->header_enrichment.name, "X-Edge");
}

static void far_replacement(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_replacement = true;
	FWD(m)->replacement.destination = (struct pfcp_address){.v4 = true, .ip4 = ex->gnb};
}

static void far_proxying(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_proxying = true;
	FWD(m)->proxying = PFCP_PROXYING_ARP;
}

static void far_linked(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_linked_endpoint = true;
}

static void qer_mbr(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_mbr = true;
	EST(m)->create_qer[0].mbr = (struct pfcp_bit_rate){1000, 1000};
}

static void qer_packet_rate(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_packet_rate = true;
	EST(m)->create_qer[0].packet_rate = (struct pfcp_packet_rate){.has_uplink = true};
}

static void qer_flow_marking(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_flow_marking = true;
}

static void qer_reflective(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_reflective = true;
	EST(m)->create_qer[0].reflective = 1;
}

static void qer_paging_policy(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_paging_policy = true;
}

static void qer_control(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_control = true;
	EST(m)->create_qer[0].control = PFCP_QER_RCSR;
}

/* open5gs#4169: an id and a measurement that nobody reserved room for */
static void urr(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->n_create_urr = 1;
	EST(m)->create_urr[0] = (struct pfcp_urr){
		.urr_id = 65535,
		.has_method = true,
		.method = PFCP_MEASURE_VOLUME,
		.has_triggers = true,
		.triggers = PFCP_TRIGGER_START,
	};
}

static void bar(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->has_create_bar = true;
	EST(m)->create_bar.bar_id = 3;
}

static void nine_pdrs(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->n_create_pdr = 9;
	for (unsigned i = 2; i < 9; i++) {
		EST(m)->create_pdr[i] = *DL(m);
		EST(m)->create_pdr[i].pdr_id = (uint16_t)(i + 1);
	}
}

/* ---- modifications of a session that is there ---- */

#define MOD(m) (&(m)->session_modification_request)

static void mod_update_unknown_pdr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_update_pdr = 1;
	memset(&MOD(m)->update_pdr[0], 0, sizeof(MOD(m)->update_pdr[0]));
	MOD(m)->update_pdr[0].pdr_id = 77;
}

static void mod_update_unknown_far(struct pfcp_msg *m, const struct example *ex)
{
	example_handover(m, ex, ex->gnb, 5);
	MOD(m)->update_far[0].far_id = 77;
}

static void mod_update_unknown_qer(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_update_qer = 1;
	MOD(m)->update_qer[0] = (struct pfcp_qer){.qer_id = 77};
}

static void mod_remove_unknown_pdr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_pdr = 1;
	MOD(m)->remove_pdr[0] = 77;
}

static void mod_remove_unknown_qer(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_qer = 1;
	MOD(m)->remove_qer[0] = 77;
}

/* A FAR that PDR 2 still names: others have forwarded to where it was */
static void mod_remove_far_in_use(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_far = 1;
	MOD(m)->remove_far[0] = EX_FAR_DL;
}

/* Good changes before the bad one must not stay */
static void mod_good_then_bad(struct pfcp_msg *m, const struct example *ex)
{
	example_handover(m, ex, ex->gnb, 0xbad);
	MOD(m)->n_remove_pdr = 1;
	MOD(m)->remove_pdr[0] = EX_PDR_UL;
	MOD(m)->n_create_qer = 1;
	MOD(m)->create_qer[0] =
		(struct pfcp_qer){.qer_id = 22, .has_gate_status = true, .has_mbr = true};
}

static void mod_new_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_pdr *p = &MOD(m)->update_pdr[0];

	MOD(m)->n_update_pdr = 1;
	memset(p, 0, sizeof(*p));
	p->pdr_id = EX_PDR_UL;
	p->has_pdi = true;
	p->pdi.has_f_teid = true;
	p->pdi.f_teid.choose = true;
	p->pdi.f_teid.address.v4 = true;
}

/* The TEID taken for the new PDR must not be lost by the update, which has none */
static void mod_create_and_update(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_pdr *p = &MOD(m)->create_pdr[0];

	mod_new_f_teid(m, ex);
	MOD(m)->n_create_pdr = 1;
	*p = MOD(m)->update_pdr[0];
	p->pdr_id = 3;
	p->has_precedence = true;
	p->precedence = 7;
	p->pdi.source_interface = PFCP_INTERFACE_ACCESS;
	p->has_outer_header_removal = true;
	p->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP4;
	p->has_far_id = true;
	p->far_id = EX_FAR_UL;
	MOD(m)->update_pdr[0] = *p;
	MOD(m)->update_pdr[0].pdi.f_teid =
		(struct pfcp_f_teid){.teid = ex->ul_teid, .address = {.v4 = true, .ip4 = ex->n3}};
}

static void mod_given_f_teid(struct pfcp_msg *m, const struct example *ex)
{
	mod_new_f_teid(m, ex);
	MOD(m)->update_pdr[0].pdi.f_teid = (struct pfcp_f_teid){
		.teid = ex->ul_teid + 1,
		.address = {.v4 = true, .ip4 = ex->n3},
	};
}

static void mod_buffer(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_update_far = 1;
	memset(&MOD(m)->update_far[0], 0, sizeof(MOD(m)->update_far[0]));
	MOD(m)->update_far[0].far_id = EX_FAR_DL;
	MOD(m)->update_far[0].has_apply_action = true;
	MOD(m)->update_far[0].apply_action = PFCP_ACTION_BUFF;
}

static void mod_deactivate(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_pdr *p = &MOD(m)->update_pdr[0];

	MOD(m)->n_update_pdr = 1;
	pfcp_pdr_init(p);
	p->pdr_id = EX_PDR_UL;
	p->n_deactivate_rules = 1;
	strcpy(p->deactivate_rules[0].text, "gold");
}

static void mod_framed_route(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_pdr *p = &MOD(m)->update_pdr[0];

	MOD(m)->n_update_pdr = 1;
	pfcp_pdr_init(p);
	p->pdr_id = EX_PDR_DL;
	p->has_pdi = true;
	p->pdi.source_interface = PFCP_INTERFACE_CORE;
	p->pdi.n_ue_ip = 1;
	p->pdi.ue_ip[0] = (struct pfcp_ue_ip){
		.destination = true,
		.address = {.v4 = true, .ip4 = ex->ue},
	};
	p->pdi.n_framed_route = 1;
	strcpy(p->pdi.framed_route[0].text, "192.0.2.0/24");
}

static void mod_redirect(struct pfcp_msg *m, const struct example *ex)
{
	example_handover(m, ex, ex->gnb, 5);
	MOD(m)->update_far[0].forwarding.has_redirect = true;
	MOD(m)->update_far[0].forwarding.redirect.type = PFCP_REDIRECT_PORT;
	MOD(m)->update_far[0].forwarding.redirect.port = 8080;
}

static void mod_query_urr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_query_urr = 1;
	MOD(m)->query_urr[0] = 4;
}

static void mod_cp_seid_zero(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->has_cp_f_seid = true;
	MOD(m)->cp_f_seid =
		(struct pfcp_f_seid){.seid = 0, .address = {.v4 = true, .ip4 = ex->smf}};
}

static void mod_take_over(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->has_node_id = true;
	MOD(m)->node_id = (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = ex->gnb};
}

static void raw_mod_ohc_short(struct raw *r, const struct example *ex)
{
	size_t far = raw_open(r, PFCP_IE_UPDATE_FAR), fwd;

	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_DL, 4);
	fwd = raw_open(r, PFCP_IE_UPDATE_FORWARDING_PARAMETERS);
	raw_ie(r, PFCP_IE_OUTER_HEADER_CREATION, 0x01, 1);
	raw_close(r, fwd);
	raw_close(r, far);
}

static void raw_mod_remove_nothing(struct raw *r, const struct example *ex)
{
	raw_close(r, raw_open(r, PFCP_IE_REMOVE_FAR));
}

#define PDR PFCP_RULE_PDR
#define FAR PFCP_RULE_FAR
#define QER PFCP_RULE_QER
#define E   PFCP_SESSION_ESTABLISHMENT_REQUEST
#define M   PFCP_SESSION_MODIFICATION_REQUEST
#define RAW(t, n, f, c, i)                                                                         \
	{                                                                                          \
		n, t, NULL, f, PFCP_CAUSE_##c, PFCP_IE_##i, -1, 0                                  \
	}
#define IE(n, f, c, i)                                                                             \
	{                                                                                          \
		n, E, f, NULL, PFCP_CAUSE_##c, PFCP_IE_##i, -1, 0                                  \
	}
#define MOD_IE(n, f, c, i)                                                                         \
	{                                                                                          \
		n, M, f, NULL, PFCP_CAUSE_##c, PFCP_IE_##i, -1, 0                                  \
	}
#define RULE(n, f, c, r, id)                                                                       \
	{                                                                                          \
		n, E, f, NULL, PFCP_CAUSE_##c, 0, r, id                                            \
	}
#define MOD_RULE(n, f, c, r, id)                                                                   \
	{                                                                                          \
		n, M, f, NULL, PFCP_CAUSE_##c, 0, r, id                                            \
	}

// clang-format off
const struct refusal refusals[] = {
	RAW(E, "no IE at all (omec upf#927)", raw_empty, MANDATORY_IE_MISSING, NODE_ID),
	RAW(E, "no CP F-SEID (omec upf#957)", raw_no_f_seid, MANDATORY_IE_MISSING, F_SEID),
	RAW(E, "no Create PDR", raw_only_far, MANDATORY_IE_MISSING, CREATE_PDR),
	RAW(E, "no Create FAR", raw_only_pdr, MANDATORY_IE_MISSING, CREATE_FAR),
	RAW(E, "PDR without id (free5gc#802)", raw_no_pdr_id, MANDATORY_IE_MISSING, PDR_ID),
	RAW(E, "PDR without precedence (free5gc#802)", raw_no_precedence, MANDATORY_IE_MISSING, PRECEDENCE),
	RAW(E, "PDR without PDI (free5gc#802)", raw_no_pdi, MANDATORY_IE_MISSING, PDI),
	RAW(E, "PDI without source interface (eupf#631)", raw_no_source, MANDATORY_IE_MISSING, SOURCE_INTERFACE),
	RAW(E, "PDR without FAR (open5gs#4179, gtp5g#173)", raw_no_far_id, CONDITIONAL_IE_MISSING, FAR_ID),
	RAW(E, "reserved source interface", raw_bad_source, MANDATORY_IE_INCORRECT, SOURCE_INTERFACE),
	RAW(E, "flow description of 65535 octets (open5gs#4154)", raw_bad_sdf, INVALID_LENGTH, SDF_FILTER),
	RAW(E, "F-TEID cut short", raw_short_f_teid, INVALID_LENGTH, F_TEID),
	RAW(E, "empty outer header creation (open5gs#4423)", raw_ohc_empty, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(E, "outer header creation of one octet (free5gc#796)", raw_ohc_one, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(E, "outer header without address (eupf#630)", raw_ohc_no_address, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(E, "destination interface 0x99 (open5gs#4218)", raw_bad_destination, MANDATORY_IE_INCORRECT, DESTINATION_INTERFACE),
	RAW(E, "FORW without forwarding parameters", raw_no_forwarding, CONDITIONAL_IE_MISSING, FORWARDING_PARAMETERS),
	RAW(E, "bit rate of four octets (open5gs#4154)", raw_short_mbr, INVALID_LENGTH, MBR),
	RAW(E, "IE longer than the message", raw_overlong, INVALID_LENGTH, CREATE_PDR),
	IE("CP SEID 0", seid_zero, MANDATORY_IE_INCORRECT, F_SEID),
	IE("another Node ID than the association's", foreign_node_id, NO_ASSOCIATION, NODE_ID),
	IE("PDN type IPv6", pdn_ipv6, SERVICE_NOT_SUPPORTED, PDN_TYPE),
	RULE("SDF filter", sdf_filter, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description without permit (open5gs#4151, free5gc#800)", sdf_nonsense, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("application detection", application, UNKNOWN_APPLICATION_ID, PDR, EX_PDR_UL),
	RULE("predefined rules", predefined, UNKNOWN_PREDEFINED_RULE, PDR, EX_PDR_UL),
	RULE("traffic endpoint", traffic_endpoint, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("two QFIs in a PDI", two_qfis, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("two UE addresses in a PDI", two_ue_ips_in_pdi, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("Ethernet PDU session", ethernet_session, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("Ethernet packet filter", ethernet_filter, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("framed route", framed_route, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("framed IPv6 route", framed_ipv6_route, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("redundant transmission", redundant_transmission, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("multicast addresses in a PDI", multicast_downlink, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("DNS query filter", dns_query_filter, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("MBS session", mbs_session, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("activation time", activation, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("deactivation time", deactivation, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("PDR with a URR", pdr_urr, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("PDR with a MAR", mar, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("multicast addresses of IGMP", multicast_uplink, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("MPTCP", mptcp, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("QFI from the core", qfi_from_core, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("source CP function", from_cp, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("access side of type N6", wrong_3gpp_type, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("F-TEID of IPv6 only (open5gs#4135)", v6_f_teid, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("F-TEID chosen by the SMF", given_f_teid, INVALID_F_TEID_ALLOCATION, PDR, EX_PDR_UL),
	RULE("restored on another address", restored_elsewhere, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("restored with TEID 0 (open5gs#3747)", restored_zero, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("restored with a TEID in use", restored_in_use, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("F-TEID on the core side", core_f_teid, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("access side without F-TEID", no_f_teid, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("outer header not removed", no_removal, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("removal of IPv6", v6_removal, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("outer header removed from N6", removal_from_core, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("core side without UE address", no_ue_ip, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address chosen by the UPF", ue_ip_chosen, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address as source of downlink", ue_ip_source, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("UE address outside the pools", ue_ip_foreign, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("two UE addresses", two_ue_ips, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("unknown FAR", unknown_far, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("unknown QER", unknown_qer, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("one PDR ID twice", pdr_twice, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("one FAR ID twice", far_twice, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("one QER ID twice", qer_twice, RULE_FAILURE, QER, EX_QER),
	RULE("FAR ID of a predefined rule", far_predefined, RULE_FAILURE, FAR, 0x80000001),
	RULE("buffering", far_buffer, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("duplication", far_duplicate, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("FAR with a BAR", far_bar, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("destination CP function", far_to_cp, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("access side without outer header", far_no_tunnel, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("outer header towards N6", far_tunnel_to_core, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("from N6 to N6", core_to_core, RULE_FAILURE, PDR, EX_PDR_DL),
	RULE("outer header of IPv6", far_v6, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("tunnel to this UPF itself", far_to_self, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("transport level marking", far_marking, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("redirection", far_redirect, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("forwarding policy", far_policy, INVALID_FORWARDING_POLICY, FAR, EX_FAR_UL),
	RULE("header enrichment", far_enrichment, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("other addresses in the packet", far_replacement, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("proxying", far_proxying, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("linked traffic endpoint", far_linked, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("maximum bit rate", qer_mbr, RULE_FAILURE, QER, EX_QER),
	RULE("packet rate", qer_packet_rate, RULE_FAILURE, QER, EX_QER),
	RULE("flow level marking", qer_flow_marking, RULE_FAILURE, QER, EX_QER),
	RULE("reflective QoS", qer_reflective, RULE_FAILURE, QER, EX_QER),
	RULE("paging policy", qer_paging_policy, RULE_FAILURE, QER, EX_QER),
	RULE("rate control status", qer_control, RULE_FAILURE, QER, EX_QER),
	RULE("usage report", urr, RULE_FAILURE, PFCP_RULE_URR, 65535),
	RULE("BAR", bar, RULE_FAILURE, PFCP_RULE_BAR, 3),
	{ "nine PDRs", E, nine_pdrs, NULL, PFCP_CAUSE_NO_RESOURCES, 0, -1, 0 },
	MOD_RULE("update of an unknown PDR (free5gc#798)", mod_update_unknown_pdr, RULE_FAILURE, PDR, 77),
	MOD_RULE("update of an unknown FAR", mod_update_unknown_far, RULE_FAILURE, FAR, 77),
	MOD_RULE("update of an unknown QER (free5gc#798)", mod_update_unknown_qer, RULE_FAILURE, QER, 77),
	MOD_RULE("removal of an unknown PDR", mod_remove_unknown_pdr, RULE_FAILURE, PDR, 77),
	MOD_RULE("removal of an unknown QER", mod_remove_unknown_qer, RULE_FAILURE, QER, 77),
	MOD_RULE("removal of a FAR in use (eupf#635)", mod_remove_far_in_use, RULE_FAILURE, PDR, EX_PDR_DL),
	MOD_RULE("good changes, then a bad one (open5gs#4766)", mod_good_then_bad, RULE_FAILURE, QER, 22),
	MOD_RULE("new F-TEID for an old PDR", mod_new_f_teid, INVALID_F_TEID_ALLOCATION, PDR, EX_PDR_UL),
	MOD_RULE("creation and update of one PDR", mod_create_and_update, RULE_FAILURE, PDR, 3),
	MOD_RULE("F-TEID chosen by the SMF, later", mod_given_f_teid, INVALID_F_TEID_ALLOCATION, PDR, EX_PDR_UL),
	MOD_RULE("predefined rules taken away", mod_deactivate, UNKNOWN_PREDEFINED_RULE, PDR, EX_PDR_UL),
	MOD_RULE("framed route, later", mod_framed_route, RULE_FAILURE, PDR, EX_PDR_DL),
	MOD_RULE("redirection, later", mod_redirect, RULE_FAILURE, FAR, EX_FAR_DL),
	MOD_RULE("buffering, later", mod_buffer, RULE_FAILURE, FAR, EX_FAR_DL),
	MOD_RULE("query of a URR", mod_query_urr, RULE_FAILURE, PFCP_RULE_URR, 4),
	MOD_IE("a CP SEID 0", mod_cp_seid_zero, MANDATORY_IE_INCORRECT, F_SEID),
	MOD_IE("take-over by another SMF", mod_take_over, REJECTED, NODE_ID),
	RAW(M, "update with an outer header of one octet", raw_mod_ohc_short, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(M, "removal of nothing (eupf#635)", raw_mod_remove_nothing, CONDITIONAL_IE_MISSING, FAR_ID),
};
// clang-format on
const size_t refusals_count = sizeof(refusals) / sizeof(refusals[0]);
