// SPDX-License-Identifier: Apache-2.0
/* N4 messages for the UPF's tests; see the header. The tables of refusals are in upf_refusals*.c. */
#include "tests/unit/upf_messages.h"

#include <string.h>

static struct pfcp_node_id node_id(struct in_addr addr)
{
	return (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = addr};
}

void example_association(struct pfcp_msg *m, const struct example *ex, uint32_t stamp)
{
	pfcp_msg_init(m, PFCP_ASSOCIATION_SETUP_REQUEST, 0, ex->sequence);
	m->association_setup_request.node_id = node_id(ex->smf);
	m->association_setup_request.recovery_time_stamp = stamp;
}

static void pdr_fill(struct pfcp_pdr *pdr, uint16_t id, uint32_t far_id)
{
	pfcp_pdr_init(pdr);
	pdr->pdr_id = id;
	pdr->has_precedence = true;
	pdr->precedence = 100;
	pdr->has_pdi = true;
	pdr->has_far_id = true;
	pdr->far_id = far_id;
	pdr->n_qer_id = 1;
	pdr->qer_id[0] = EX_QER;
}

static void pdr_uplink(struct pfcp_pdr *pdr, const struct example *ex)
{
	pdr_fill(pdr, EX_PDR_UL, EX_FAR_UL);
	pdr->pdi.source_interface = PFCP_INTERFACE_ACCESS;
	pdr->pdi.has_f_teid = true;
	pdr->pdi.f_teid.choose = true;
	pdr->pdi.f_teid.address.v4 = true;
	pdr->pdi.n_ue_ip = 1;
	pdr->pdi.ue_ip[0] = (struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = ex->ue}};
	pdr->pdi.n_qfi = 1;
	pdr->pdi.qfi[0] = EX_QFI;
	pdr->has_outer_header_removal = true;
	pdr->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP4;
}

static void pdr_downlink(struct pfcp_pdr *pdr, const struct example *ex)
{
	pdr_fill(pdr, EX_PDR_DL, EX_FAR_DL);
	pdr->pdi.source_interface = PFCP_INTERFACE_CORE;
	pdr->pdi.n_ue_ip = 1;
	pdr->pdi.ue_ip[0] = (struct pfcp_ue_ip){
		.address = {.v4 = true, .ip4 = ex->ue},
		.destination = true,
	};
}

static void far_fill(struct pfcp_far *far, uint32_t id, uint8_t destination)
{
	pfcp_far_init(far);
	far->far_id = id;
	far->has_apply_action = true;
	far->apply_action = PFCP_ACTION_FORW;
	far->has_forwarding = true;
	far->forwarding.has_destination_interface = true;
	far->forwarding.destination_interface = destination;
}

static void tunnel_fill(struct pfcp_far *far, struct in_addr gnb, uint32_t teid)
{
	far->forwarding.has_outer_header_creation = true;
	far->forwarding.outer_header_creation = (struct pfcp_outer_header_creation){
		.description = PFCP_OHC_GTPU_UDP_IP4,
		.teid = teid,
		.ip4 = gnb,
	};
}

void example_establishment(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_session_establishment_request *e = &m->session_establishment_request;

	pfcp_msg_init(m, PFCP_SESSION_ESTABLISHMENT_REQUEST, 0, ex->sequence);
	e->node_id = node_id(ex->smf);
	e->cp_f_seid.seid = ex->cp_seid;
	e->cp_f_seid.address.v4 = true;
	e->cp_f_seid.address.ip4 = ex->smf;
	e->n_create_pdr = 2;
	pdr_uplink(&e->create_pdr[0], ex);
	pdr_downlink(&e->create_pdr[1], ex);
	e->n_create_far = 2;
	far_fill(&e->create_far[0], EX_FAR_UL, PFCP_INTERFACE_CORE);
	far_fill(&e->create_far[1], EX_FAR_DL, PFCP_INTERFACE_ACCESS);
	tunnel_fill(&e->create_far[1], ex->gnb, ex->gnb_teid);
	e->n_create_qer = 1;
	e->create_qer[0] = (struct pfcp_qer){
		.qer_id = EX_QER,
		.has_gate_status = true,
		.has_qfi = true,
		.qfi = EX_QFI,
	};
	e->has_pdn_type = true;
	e->pdn_type = PFCP_PDN_IP4;
	e->has_dnn = true;
	strcpy(e->dnn.text, "edge");
}

void example_modification(struct pfcp_msg *m, const struct example *ex)
{
	pfcp_msg_init(m, PFCP_SESSION_MODIFICATION_REQUEST, ex->up_seid, ex->sequence);
}

void example_handover(struct pfcp_msg *m, const struct example *ex, struct in_addr gnb,
		      uint32_t teid)
{
	struct pfcp_far *far = &m->session_modification_request.update_far[0];

	example_modification(m, ex);
	m->session_modification_request.n_update_far = 1;
	far_fill(far, EX_FAR_DL, PFCP_INTERFACE_ACCESS);
	tunnel_fill(far, gnb, teid);
}

/* ---- by hand ---- */

void raw_put(struct raw *r, uint64_t value, size_t octets)
{
	while (octets--)
		r->buf[r->len++] = (uint8_t)(value >> 8 * octets);
}

void raw_begin(struct raw *r, uint8_t type, const struct example *ex, uint64_t seid)
{
	r->len = 0;
	raw_put(r, type >= PFCP_SESSION_ESTABLISHMENT_REQUEST ? 0x21 : 0x20, 1);
	raw_put(r, type, 1);
	raw_put(r, 0, 2);
	if (type >= PFCP_SESSION_ESTABLISHMENT_REQUEST)
		raw_put(r, seid, 8);
	raw_put(r, ex->sequence << 8, 4);
}

size_t raw_open(struct raw *r, uint16_t ie_type)
{
	raw_put(r, ie_type, 2);
	raw_put(r, 0, 2);
	return r->len;
}

void raw_close(struct raw *r, size_t mark)
{
	size_t end = r->len;

	r->len = mark - 2;
	raw_put(r, end - mark, 2);
	r->len = end;
}

void raw_ie(struct raw *r, uint16_t ie_type, uint64_t value, size_t octets)
{
	size_t mark = raw_open(r, ie_type);

	raw_put(r, value, octets);
	raw_close(r, mark);
}

void raw_end(struct raw *r)
{
	size_t end = r->len;

	r->len = 2;
	raw_put(r, end - 4, 2);
	r->len = end;
}

size_t refusal_encode(const struct refusal *row, const struct example *ex, struct pfcp_msg *scratch,
		      uint8_t *buf, size_t size)
{
	struct raw raw;
	size_t len;

	if (row->raw) {
		raw_begin(&raw, row->type, ex, ex->up_seid);
		row->raw(&raw, ex);
		raw_end(&raw);
		memcpy(buf, raw.buf, raw.len);
		return raw.len;
	}
	if (row->type == PFCP_SESSION_ESTABLISHMENT_REQUEST)
		example_establishment(scratch, ex);
	else
		example_modification(scratch, ex);
	row->change(scratch, ex);
	return pfcp_encode(scratch, buf, size, &len) ? 0 : len;
}

/* What both answers have */
struct answer {
	uint8_t cause;
	uint16_t ie;
	bool has_rule;
	struct pfcp_failed_rule_id rule;
};

static struct answer answer_of(const struct pfcp_msg *m)
{
	const struct pfcp_session_establishment_response *e = &m->session_establishment_response;
	const struct pfcp_session_modification_response *c = &m->session_modification_response;

	if (m->header.type == PFCP_SESSION_ESTABLISHMENT_RESPONSE)
		return (struct answer){e->cause, e->has_offending_ie ? e->offending_ie : 0,
				       e->has_failed_rule, e->failed_rule};
	return (struct answer){c->cause, c->has_offending_ie ? c->offending_ie : 0,
			       c->has_failed_rule, c->failed_rule};
}

const char *refusal_check(const struct refusal *row, const struct example *ex,
			  const struct pfcp_msg *m)
{
	struct answer a;

	if (m->header.type != row->type + 1)
		return "the answer's type";
	if (m->header.sequence != ex->sequence)
		return "the answer's sequence number";
	a = answer_of(m);
	if (a.cause != row->cause)
		return pfcp_cause_name(a.cause);
	if (a.ie != row->ie)
		return a.ie ? pfcp_ie_name(a.ie) : "no offending IE";
	if (a.has_rule != (row->rule >= 0))
		return a.has_rule ? "a failed rule id" : "no failed rule id";
	if (a.has_rule && (a.rule.type != row->rule || a.rule.id != row->rule_id))
		return "another failed rule id";
	return NULL;
}
