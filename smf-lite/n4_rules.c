// SPDX-License-Identifier: Apache-2.0
/* PDRs, FARs and the QER of a session in PFCP's terms. */
#include "smf-lite/n4_rules.h"

#include <stdio.h>
#include <string.h>

#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"

enum { UPLINK = 1, DOWNLINK = 2, QER = 1, PRECEDENCE = 255, SD_NONE = 0xffffff };

static void set_name(struct pfcp_name *name, const char *text)
{
	snprintf(name->text, sizeof(name->text), "%s", text);
}

static void fill_pdi(const struct session *s, struct pfcp_pdi *pdi, bool uplink)
{
	pdi->source_interface = uplink ? PFCP_INTERFACE_ACCESS : PFCP_INTERFACE_CORE;
	pdi->has_interface_type = true; /* open5gs's UPF drops uplink packets without it */
	pdi->interface_type = uplink ? PFCP_3GPP_N3 : PFCP_3GPP_N6;
	pdi->has_network_instance = true;
	set_name(&pdi->network_instance, s->dnn);
	/* uplink: a UE must not send from another address */
	pdi->n_ue_ip = 1;
	pdi->ue_ip[0] = (struct pfcp_ue_ip){
		.destination = !uplink,
		.address = {.v4 = true, .ip4 = s->address},
	};
	if (!uplink)
		return;
	pdi->has_f_teid = true;
	pdi->f_teid.address.v4 = true;
	pdi->f_teid.choose = s->uplink.teid == 0;
	if (!pdi->f_teid.choose) {
		pdi->f_teid.teid = s->uplink.teid;
		pdi->f_teid.address.ip4 = s->uplink.addr;
	}
	if (s->upf->config->qos) {
		pdi->n_qfi = 1;
		pdi->qfi[0] = SMF_QFI;
	}
}

static void fill_pdr(const struct session *s, struct pfcp_pdr *pdr, bool uplink)
{
	pfcp_pdr_init(pdr);
	pdr->pdr_id = uplink ? UPLINK : DOWNLINK;
	pdr->has_precedence = true;
	pdr->precedence = PRECEDENCE;
	pdr->has_pdi = true;
	fill_pdi(s, &pdr->pdi, uplink);
	if (uplink) {
		pdr->has_outer_header_removal = true;
		pdr->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP4;
		/* with the extension headers, that is the PDU Session Container (cl. 8.2.64) */
		pdr->outer_header_removal.has_extension = true;
		pdr->outer_header_removal.extension = 1;
	}
	pdr->has_far_id = true;
	pdr->far_id = pdr->pdr_id;
	if (s->upf->config->qos) {
		pdr->n_qer_id = 1;
		pdr->qer_id[0] = QER;
	}
}

static void fill_uplink_far(const struct session *s, struct pfcp_far *far)
{
	pfcp_far_init(far);
	far->far_id = UPLINK;
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

static void fill_downlink_far(const struct session *s, struct pfcp_far *far)
{
	struct pfcp_forwarding *f = &far->forwarding;

	pfcp_far_init(far);
	far->far_id = DOWNLINK;
	far->has_apply_action = true;
	far->apply_action = s->downlink.teid ? PFCP_ACTION_FORW : PFCP_ACTION_DROP;
	if (!s->downlink.teid)
		return;
	far->has_forwarding = true;
	f->has_destination_interface = true;
	f->destination_interface = PFCP_INTERFACE_ACCESS;
	f->has_interface_type = true;
	f->interface_type = PFCP_3GPP_N3;
	f->has_outer_header_creation = true;
	f->outer_header_creation.description = PFCP_OHC_GTPU_UDP_IP4;
	f->outer_header_creation.teid = s->downlink.teid;
	f->outer_header_creation.ip4 = s->downlink.addr;
}

void n4_rules_establishment(const struct session *s, const struct pfcp_node_id *node_id,
			    struct in_addr addr, struct pfcp_session_establishment_request *ret)
{
	ret->node_id = *node_id;
	ret->cp_f_seid.seid = s->cp_seid;
	ret->cp_f_seid.address.v4 = true;
	ret->cp_f_seid.address.ip4 = addr;
	ret->n_create_pdr = 2;
	fill_pdr(s, &ret->create_pdr[0], true);
	fill_pdr(s, &ret->create_pdr[1], false);
	ret->n_create_far = 2;
	fill_uplink_far(s, &ret->create_far[0]);
	fill_downlink_far(s, &ret->create_far[1]);
	if (s->upf->config->qos) {
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
	/* Restored; or, being deleted, made known: a session under this F-SEID is then taken over,
	 * not refused. */
	ret->has_sereq_flags = s->uplink.teid != 0 || s->state == SESSION_N4_DELETE;
	ret->sereq_flags = PFCP_SEREQ_RESTI;
}

void n4_rules_downlink(const struct session *s, struct pfcp_session_modification_request *ret)
{
	ret->n_update_far = 1;
	fill_downlink_far(s, &ret->update_far[0]);
	if (!s->n4_end_marker || !s->downlink.teid)
		return;
	ret->update_far[0].forwarding.has_smreq_flags = true;
	ret->update_far[0].forwarding.smreq_flags = PFCP_SMREQ_SNDEM;
}

void n4_rules_read_uplink(const struct pfcp_session_establishment_response *r,
			  struct session_tunnel *ret)
{
	for (size_t i = 0; i < r->n_created_pdr; i++) {
		const struct pfcp_created_pdr *c = &r->created_pdr[i];

		if (c->pdr_id == UPLINK && c->has_f_teid && c->f_teid.address.v4)
			*ret = (struct session_tunnel){c->f_teid.address.ip4, c->f_teid.teid};
	}
}
