// SPDX-License-Identifier: Apache-2.0
/* PDRs, FARs and the QER of a session, and of its uplink classifiers, in PFCP's terms. */
#include "smf-lite/n4_rules.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"

enum { UPLINK = 1, DOWNLINK = 2, QER = 1, PRECEDENCE = 255, SD_NONE = 0xffffff };
/* PDRs and FARs of an uplink classifier: classifier.h */
enum { CLASSIFIER_LOCAL = 1, CLASSIFIER_REST = 2, CLASSIFIER_DOWNLINK = 3, CLASSIFIER_N9 = 4 };
enum { ACCESS_CHOICE = 1 };

static void set_name(struct pfcp_name *name, const char *text)
{
	snprintf(name->text, sizeof(name->text), "%s", text);
}

/* ---- parts of a PDR ---- */

static void pdi_begin(const struct session *s, struct pfcp_pdi *pdi, uint8_t interface,
		      uint8_t type)
{
	pdi->source_interface = interface;
	pdi->has_interface_type = true; /* open5gs's UPF drops uplink packets without it */
	pdi->interface_type = type;
	pdi->has_network_instance = true;
	set_name(&pdi->network_instance, s->dnn);
	/* uplink: a UE must not send from another address */
	pdi->n_ue_ip = 1;
	pdi->ue_ip[0] = (struct pfcp_ue_ip){
		.destination = interface != PFCP_INTERFACE_ACCESS,
		.address = {.v4 = true, .ip4 = s->address},
	};
}

/* The UPF's end of a tunnel: its choice while it isn't known */
static void pdi_tunnel(struct pfcp_pdi *pdi, const struct session_tunnel *tunnel)
{
	pdi->has_f_teid = true;
	pdi->f_teid.address.v4 = true;
	pdi->f_teid.choose = tunnel->teid == 0;
	if (pdi->f_teid.choose)
		return;
	pdi->f_teid.teid = tunnel->teid;
	pdi->f_teid.address.ip4 = tunnel->addr;
}

static void pdi_qfi(const struct upf *upf, struct pfcp_pdi *pdi)
{
	if (!upf->config->qos)
		return;
	pdi->n_qfi = 1;
	pdi->qfi[0] = SMF_QFI;
}

static void pdr_begin(const struct upf *upf, struct pfcp_pdr *pdr, uint16_t id, uint32_t precedence,
		      uint32_t far)
{
	pfcp_pdr_init(pdr);
	pdr->pdr_id = id;
	pdr->has_precedence = true;
	pdr->precedence = precedence;
	pdr->has_pdi = true;
	pdr->has_far_id = true;
	pdr->far_id = far;
	if (upf->config->qos) {
		pdr->n_qer_id = 1;
		pdr->qer_id[0] = QER;
	}
}

static void pdr_remove_header(struct pfcp_pdr *pdr)
{
	pdr->has_outer_header_removal = true;
	pdr->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP4;
	/* with the extension headers, that is the PDU Session Container (cl. 8.2.64) */
	pdr->outer_header_removal.has_extension = true;
	pdr->outer_header_removal.extension = 1;
}

/* ---- FARs ---- */

/* To N6 */
static void far_core(const struct session *s, struct pfcp_far *far, uint32_t id)
{
	pfcp_far_init(far);
	far->far_id = id;
	far->has_apply_action = true;
	far->apply_action = PFCP_ACTION_FORW;
	far->has_forwarding = true;
	far->forwarding.has_destination_interface = true;
	far->forwarding.destination_interface = PFCP_INTERFACE_CORE;
	far->forwarding.has_network_instance = true;
	set_name(&far->forwarding.network_instance, s->dnn);
	far->forwarding.has_interface_type = true;
	far->forwarding.interface_type = PFCP_3GPP_N6;
}

/* Into a tunnel; dropped while its end isn't known */
static void far_tunnel(struct pfcp_far *far, uint32_t id, uint8_t interface, uint8_t type,
		       const struct session_tunnel *tunnel)
{
	struct pfcp_forwarding *f = &far->forwarding;

	pfcp_far_init(far);
	far->far_id = id;
	far->has_apply_action = true;
	far->apply_action = tunnel->teid ? PFCP_ACTION_FORW : PFCP_ACTION_DROP;
	if (!tunnel->teid)
		return;
	far->has_forwarding = true;
	f->has_destination_interface = true;
	f->destination_interface = interface;
	f->has_interface_type = true;
	f->interface_type = type;
	f->has_outer_header_creation = true;
	f->outer_header_creation.description = PFCP_OHC_GTPU_UDP_IP4;
	f->outer_header_creation.teid = tunnel->teid;
	f->outer_header_creation.ip4 = tunnel->addr;
}

static void far_end_marker(struct pfcp_far *far)
{
	if (!far->has_forwarding)
		return;
	far->forwarding.has_smreq_flags = true;
	far->forwarding.smreq_flags = PFCP_SMREQ_SNDEM;
}

/* The anchor's: to the gNB, or by N9 to the classifier that the route leads through */
static void far_anchor_downlink(const struct session *s, struct pfcp_far *far)
{
	if (s->route.down)
		far_tunnel(far, DOWNLINK, PFCP_INTERFACE_ACCESS, PFCP_3GPP_N9,
			   &s->route.down->core);
	else
		far_tunnel(far, DOWNLINK, PFCP_INTERFACE_ACCESS, PFCP_3GPP_N3, &s->downlink);
}

/* ---- a session's ---- */

static void pdrs_fill(const struct session *s, struct pfcp_pdr *up, struct pfcp_pdr *down)
{
	pdr_begin(s->upf, up, UPLINK, PRECEDENCE, UPLINK);
	pdi_begin(s, &up->pdi, PFCP_INTERFACE_ACCESS, PFCP_3GPP_N3);
	pdi_tunnel(&up->pdi, &s->uplink);
	pdi_qfi(s->upf, &up->pdi);
	pdr_remove_header(up);
	pdr_begin(s->upf, down, DOWNLINK, PRECEDENCE, DOWNLINK);
	pdi_begin(s, &down->pdi, PFCP_INTERFACE_CORE, PFCP_3GPP_N6);
}

/* What is the same for every establishment */
static void establishment_begin(const struct session *s, const struct upf *upf, uint64_t cp_seid,
				const struct pfcp_node_id *node_id, struct in_addr addr,
				struct pfcp_session_establishment_request *ret)
{
	ret->node_id = *node_id;
	ret->cp_f_seid.seid = cp_seid;
	ret->cp_f_seid.address.v4 = true;
	ret->cp_f_seid.address.ip4 = addr;
	if (upf->config->qos) {
		ret->n_create_qer = 1;
		pfcp_qer_init(&ret->create_qer[0]);
		ret->create_qer[0].qer_id = QER;
		ret->create_qer[0].has_gate_status = true; /* zero: both gates open */
		ret->create_qer[0].has_qfi = true;
		ret->create_qer[0].qfi = SMF_QFI;
	}
	ret->has_pdn_type = true;
	ret->pdn_type = PFCP_PDN_IP4;
	ret->has_dnn = true;
	set_name(&ret->dnn, s->dnn);
	ret->has_s_nssai = true;
	ret->s_nssai.sst = s->snssai.sst;
	ret->s_nssai.sd = s->snssai.has_sd ? s->snssai.sd : SD_NONE;
}

/* Restored; or, being deleted, made known: a session under this F-SEID is then taken over, not
 * refused. */
static void establishment_again(struct pfcp_session_establishment_request *ret, bool again)
{
	ret->has_sereq_flags = again;
	ret->sereq_flags = PFCP_SEREQ_RESTI;
}

void n4_rules_establishment(const struct session *s, const struct pfcp_node_id *node_id,
			    struct in_addr addr, struct pfcp_session_establishment_request *ret)
{
	establishment_begin(s, s->upf, s->cp_seid, node_id, addr, ret);
	ret->n_create_pdr = 2;
	pdrs_fill(s, &ret->create_pdr[0], &ret->create_pdr[1]);
	ret->n_create_far = 2;
	far_core(s, &ret->create_far[0], UPLINK);
	far_anchor_downlink(s, &ret->create_far[1]);
	establishment_again(ret, s->uplink.teid != 0 || s->state == SESSION_N4_DELETE);
}

void n4_rules_downlink(const struct session *s, struct pfcp_session_modification_request *ret)
{
	ret->n_update_far = 1;
	far_anchor_downlink(s, &ret->update_far[0]);
	if (s->n4_end_marker)
		far_end_marker(&ret->update_far[0]);
}

static void read_created(const struct pfcp_session_establishment_response *r, uint16_t pdr_id,
			 struct session_tunnel *ret)
{
	for (size_t i = 0; i < r->n_created_pdr; i++) {
		const struct pfcp_created_pdr *c = &r->created_pdr[i];

		if (c->pdr_id == pdr_id && c->has_f_teid && c->f_teid.address.v4)
			*ret = (struct session_tunnel){c->f_teid.address.ip4, c->f_teid.teid};
	}
}

void n4_rules_read_uplink(const struct pfcp_session_establishment_response *r,
			  struct session_tunnel *ret)
{
	read_created(r, UPLINK, ret);
}

/* ---- an uplink classifier's ---- */

/* In the words of the UE's downlink: "from" is the far end (TS 29.244 cl. 5.2.1A.2A) */
static void filters_fill(const struct classifier *c, struct pfcp_pdi *pdi)
{
	char addr[INET_ADDRSTRLEN];

	for (size_t i = 0; i < c->prefix_count; i++) {
		struct pfcp_sdf_filter *sdf = &pdi->sdf[pdi->n_sdf++];

		*sdf = (struct pfcp_sdf_filter){.has_flow = true};
		inet_ntop(AF_INET, &c->prefix[i].addr, addr, sizeof(addr));
		snprintf(sdf->flow, sizeof(sdf->flow), "permit out ip from %s/%u to assigned", addr,
			 c->prefix[i].len);
	}
}

/* Both PDRs of the access side share an F-TEID (CHOOSE ID, TS 29.244 cl. 8.2.3). */
static void access_fill(const struct classifier *c, struct pfcp_pdr *pdr)
{
	pdi_begin(c->session, &pdr->pdi, PFCP_INTERFACE_ACCESS, PFCP_3GPP_N3);
	pdi_tunnel(&pdr->pdi, &c->access);
	pdr->pdi.f_teid.has_choose_id = pdr->pdi.f_teid.choose;
	pdr->pdi.f_teid.choose_id = ACCESS_CHOICE;
	pdi_qfi(c->upf, &pdr->pdi);
	pdr_remove_header(pdr);
}

void n4_rules_classifier(const struct classifier *c, const struct pfcp_node_id *node_id,
			 struct in_addr addr, struct pfcp_session_establishment_request *ret)
{
	const struct session *s = c->session;
	struct pfcp_pdr *pdr = ret->create_pdr;

	establishment_begin(s, c->upf, c->cp_seid, node_id, addr, ret);
	ret->n_create_pdr = 4;
	pdr_begin(c->upf, &pdr[0], CLASSIFIER_LOCAL, PRECEDENCE - 1, CLASSIFIER_LOCAL);
	access_fill(c, &pdr[0]);
	filters_fill(c, &pdr[0].pdi);
	pdr_begin(c->upf, &pdr[1], CLASSIFIER_REST, PRECEDENCE, CLASSIFIER_REST);
	access_fill(c, &pdr[1]);
	pdr_begin(c->upf, &pdr[2], CLASSIFIER_DOWNLINK, PRECEDENCE, CLASSIFIER_DOWNLINK);
	pdi_begin(s, &pdr[2].pdi, PFCP_INTERFACE_CORE, PFCP_3GPP_N6);
	pdr_begin(c->upf, &pdr[3], CLASSIFIER_N9, PRECEDENCE, CLASSIFIER_DOWNLINK);
	pdi_begin(s, &pdr[3].pdi, PFCP_INTERFACE_CORE, PFCP_3GPP_N9);
	pdi_tunnel(&pdr[3].pdi, &c->core);
	pdr_remove_header(&pdr[3]);
	ret->n_create_far = 3;
	far_core(s, &ret->create_far[0], CLASSIFIER_LOCAL);
	far_tunnel(&ret->create_far[1], CLASSIFIER_REST, PFCP_INTERFACE_CORE, PFCP_3GPP_N9,
		   &s->uplink);
	far_tunnel(&ret->create_far[2], CLASSIFIER_DOWNLINK, PFCP_INTERFACE_ACCESS, PFCP_3GPP_N3,
		   &s->downlink);
	establishment_again(ret, c->access.teid != 0 || c->state == CLASSIFIER_DELETING);
}

void n4_rules_classifier_downlink(const struct classifier *c,
				  struct pfcp_session_modification_request *ret)
{
	ret->n_update_far = 1;
	far_tunnel(&ret->update_far[0], CLASSIFIER_DOWNLINK, PFCP_INTERFACE_ACCESS, PFCP_3GPP_N3,
		   &c->session->downlink);
	if (c->n4_end_marker)
		far_end_marker(&ret->update_far[0]);
}

void n4_rules_read_classifier(const struct pfcp_session_establishment_response *r,
			      struct session_tunnel *ret_access, struct session_tunnel *ret_core)
{
	read_created(r, CLASSIFIER_LOCAL, ret_access);
	read_created(r, CLASSIFIER_N9, ret_core);
}
