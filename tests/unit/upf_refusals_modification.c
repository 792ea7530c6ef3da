// SPDX-License-Identifier: Apache-2.0
/* Modifications that must be refused, and change nothing then. Issue numbers are of the named
 * project on GitHub. */
#include "tests/unit/upf_refusals.h"

#include <string.h>

/* ---- rules that aren't there ---- */

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

static void mod_update_unknown_urr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_update_urr = 1;
	memset(&MOD(m)->update_urr[0], 0, sizeof(MOD(m)->update_urr[0]));
	MOD(m)->update_urr[0].urr_id = 77;
}

static void mod_update_unknown_bar(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->has_update_bar = true;
	MOD(m)->update_bar = (struct pfcp_bar){.bar_id = 7};
}

static void mod_update_unknown_endpoint(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_update_traffic_endpoint = 1;
	memset(&MOD(m)->update_traffic_endpoint[0], 0, sizeof(MOD(m)->update_traffic_endpoint[0]));
	MOD(m)->update_traffic_endpoint[0].id = 7;
	MOD(m)->update_traffic_endpoint[0].n_qfi = 1;
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

static void mod_remove_unknown_far(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_far = 1;
	MOD(m)->remove_far[0] = 77;
}

static void mod_remove_unknown_urr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_urr = 1;
	MOD(m)->remove_urr[0] = 65535;
}

static void mod_remove_unknown_bar(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->has_remove_bar = true;
	MOD(m)->remove_bar = 7;
}

static void mod_remove_unknown_endpoint(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_traffic_endpoint = 1;
	MOD(m)->remove_traffic_endpoint[0] = 7;
}

static void mod_remove_twice(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_pdr = 2;
	MOD(m)->remove_pdr[0] = MOD(m)->remove_pdr[1] = EX_PDR_DL;
}

static void mod_query_urr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_query_urr = 1;
	MOD(m)->query_urr[0] = 4;
}

/* ---- rules that others need ---- */

/* A FAR that PDR 2 still names: others have forwarded to where it was */
static void mod_remove_far_in_use(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_far = 1;
	MOD(m)->remove_far[0] = EX_FAR_DL;
}

static void mod_remove_qer_in_use(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_qer = 1;
	MOD(m)->remove_qer[0] = EX_QER;
}

/* What it has counted is reported after the request, under an id that would be another's then */
static void mod_replace_urr(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_remove_urr = 1;
	MOD(m)->remove_urr[0] = 5;
	MOD(m)->n_create_urr = 1;
	memset(&MOD(m)->create_urr[0], 0, sizeof(MOD(m)->create_urr[0]));
	MOD(m)->create_urr[0].urr_id = 5;
	MOD(m)->create_urr[0].has_method = MOD(m)->create_urr[0].has_triggers = true;
	MOD(m)->create_urr[0].method = PFCP_MEASURE_VOLUME;
	MOD(m)->create_urr[0].triggers = PFCP_TRIGGER_START;
}

static struct pfcp_pdr *update_pdr(struct pfcp_msg *m, uint16_t id)
{
	struct pfcp_pdr *p = &MOD(m)->update_pdr[0];

	MOD(m)->n_update_pdr = 1;
	pfcp_pdr_init(p);
	p->pdr_id = id;
	return p;
}

#define LOSE_PDR(name, ie)                                                                         \
	static void name(struct pfcp_msg *m, const struct example *ex)                             \
	{                                                                                          \
		update_pdr(m, EX_PDR_UL)->cleared = (struct pfcp_cleared){1, {ie}};                \
	}
LOSE_PDR(lose_precedence, PFCP_IE_PRECEDENCE)
LOSE_PDR(lose_far_id, PFCP_IE_FAR_ID)
LOSE_PDR(lose_removal, PFCP_IE_OUTER_HEADER_REMOVAL)

static struct pfcp_far *update_far(struct pfcp_msg *m)
{
	struct pfcp_far *f = &MOD(m)->update_far[0];

	MOD(m)->n_update_far = 1;
	pfcp_far_init(f);
	f->far_id = EX_FAR_DL;
	return f;
}

static void lose_action(struct pfcp_msg *m, const struct example *ex)
{
	update_far(m)->cleared = (struct pfcp_cleared){1, {PFCP_IE_APPLY_ACTION}};
}

static void lose_forwarding(struct pfcp_msg *m, const struct example *ex)
{
	update_far(m)->cleared = (struct pfcp_cleared){1, {PFCP_IE_UPDATE_FORWARDING_PARAMETERS}};
}

static void lose_tunnel(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_far *f = update_far(m);

	f->has_forwarding = true;
	f->forwarding.cleared = (struct pfcp_cleared){1, {PFCP_IE_OUTER_HEADER_CREATION}};
}

static void lose_destination(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_far *f = update_far(m);

	f->has_forwarding = true;
	f->forwarding.cleared = (struct pfcp_cleared){1, {PFCP_IE_DESTINATION_INTERFACE}};
}

static void lose_gate(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_update_qer = 1;
	MOD(m)->update_qer[0] = (struct pfcp_qer){.qer_id = EX_QER};
	MOD(m)->update_qer[0].cleared = (struct pfcp_cleared){1, {PFCP_IE_GATE_STATUS}};
}

/* ---- changes that can't be ---- */

/* Good changes before the bad one must not stay */
static void mod_good_then_bad(struct pfcp_msg *m, const struct example *ex)
{
	example_handover(m, ex, ex->gnb, 0xbad);
	MOD(m)->n_remove_pdr = 1;
	MOD(m)->remove_pdr[0] = EX_PDR_UL;
	MOD(m)->n_create_qer = 1;
	MOD(m)->create_qer[0] =
		(struct pfcp_qer){.qer_id = 22, .has_gate_status = true, .has_mbr = true};
	MOD(m)->create_qer[0].has_gbr = true; /* over an MBR of 0 */
	MOD(m)->create_qer[0].gbr.uplink_kbps = 1;
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

/* The same with Traffic Endpoints: the new TEID would belong to nobody */
static void mod_create_and_update_endpoint(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_traffic_endpoint *at = &MOD(m)->create_traffic_endpoint[0];

	MOD(m)->n_create_traffic_endpoint = MOD(m)->n_update_traffic_endpoint = 1;
	memset(at, 0, sizeof(*at));
	at->id = 1;
	at->has_f_teid = true;
	at->f_teid.choose = at->f_teid.address.v4 = true;
	MOD(m)->update_traffic_endpoint[0] = *at;
	MOD(m)->update_traffic_endpoint[0].f_teid =
		(struct pfcp_f_teid){.teid = ex->ul_teid, .address = {.v4 = true, .ip4 = ex->n3}};
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

static void mod_redirect(struct pfcp_msg *m, const struct example *ex)
{
	example_handover(m, ex, ex->gnb, 5);
	MOD(m)->update_far[0].forwarding.has_redirect = true;
	MOD(m)->update_far[0].forwarding.redirect.type = PFCP_REDIRECT_PORT;
	MOD(m)->update_far[0].forwarding.redirect.port = 8080;
}

/* The session has two FARs */
static void mod_33_fars(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_create_far = 31;
	for (unsigned i = 0; i < 31; i++) {
		struct pfcp_far *f = &MOD(m)->create_far[i];

		pfcp_far_init(f);
		f->far_id = 100 + i;
		f->has_apply_action = true;
		f->apply_action = PFCP_ACTION_DROP;
	}
}

static void mod_33_pdrs(struct pfcp_msg *m, const struct example *ex)
{
	MOD(m)->n_create_pdr = 31;
	for (unsigned i = 0; i < 31; i++) {
		struct pfcp_pdr *p = &MOD(m)->create_pdr[i];

		pfcp_pdr_init(p);
		p->pdr_id = (uint16_t)(100 + i);
		p->has_precedence = p->has_far_id = p->has_pdi = true;
		p->far_id = EX_FAR_UL;
		p->pdi.source_interface = PFCP_INTERFACE_ACCESS;
		p->pdi.has_f_teid = p->pdi.f_teid.choose = p->pdi.f_teid.address.v4 = true;
		p->has_outer_header_removal = true;
	}
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

// clang-format off
static const struct refusal rows[] = {
	MOD_RULE("update of an unknown PDR (free5gc#798)", mod_update_unknown_pdr, RULE_FAILURE, PDR, 77),
	MOD_RULE("update of an unknown FAR", mod_update_unknown_far, RULE_FAILURE, FAR, 77),
	MOD_RULE("update of an unknown QER (free5gc#798)", mod_update_unknown_qer, RULE_FAILURE, QER, 77),
	MOD_RULE("update of an unknown URR", mod_update_unknown_urr, RULE_FAILURE, URR, 77),
	MOD_RULE("update of an unknown BAR", mod_update_unknown_bar, RULE_FAILURE, BAR, 7),
	MOD_IE("update of an unknown Traffic Endpoint", mod_update_unknown_endpoint, MANDATORY_IE_INCORRECT, TRAFFIC_ENDPOINT_ID),
	MOD_RULE("removal of an unknown PDR", mod_remove_unknown_pdr, RULE_FAILURE, PDR, 77),
	MOD_RULE("removal of an unknown FAR", mod_remove_unknown_far, RULE_FAILURE, FAR, 77),
	MOD_RULE("removal of an unknown QER", mod_remove_unknown_qer, RULE_FAILURE, QER, 77),
	MOD_RULE("removal of an unknown URR (open5gs#4169)", mod_remove_unknown_urr, RULE_FAILURE, URR, 65535),
	MOD_RULE("removal of an unknown BAR", mod_remove_unknown_bar, RULE_FAILURE, BAR, 7),
	MOD_IE("removal of an unknown Traffic Endpoint", mod_remove_unknown_endpoint, MANDATORY_IE_INCORRECT, TRAFFIC_ENDPOINT_ID),
	MOD_RULE("removal of one PDR twice", mod_remove_twice, RULE_FAILURE, PDR, EX_PDR_DL),
	MOD_RULE("query of an unknown URR", mod_query_urr, RULE_FAILURE, URR, 4),
	MOD_RULE("removal of a FAR in use (eupf#635)", mod_remove_far_in_use, RULE_FAILURE, PDR, EX_PDR_DL),
	MOD_RULE("removal of a QER in use", mod_remove_qer_in_use, RULE_FAILURE, PDR, EX_PDR_UL),
	MOD_RULE("removal and creation of one URR", mod_replace_urr, RULE_FAILURE, URR, 5),
	MOD_RULE("precedence taken away", lose_precedence, RULE_FAILURE, PDR, EX_PDR_UL),
	MOD_RULE("FAR ID taken away", lose_far_id, RULE_FAILURE, PDR, EX_PDR_UL),
	MOD_RULE("outer header removal taken away", lose_removal, RULE_FAILURE, PDR, EX_PDR_UL),
	MOD_RULE("action taken away", lose_action, RULE_FAILURE, FAR, EX_FAR_DL),
	MOD_RULE("forwarding parameters taken away", lose_forwarding, RULE_FAILURE, FAR, EX_FAR_DL),
	MOD_RULE("outer header taken away", lose_tunnel, RULE_FAILURE, FAR, EX_FAR_DL),
	MOD_RULE("destination taken away", lose_destination, RULE_FAILURE, FAR, EX_FAR_DL),
	MOD_RULE("gate status taken away", lose_gate, RULE_FAILURE, QER, EX_QER),
	MOD_RULE("good changes, then a bad one (open5gs#4766)", mod_good_then_bad, RULE_FAILURE, QER, 22),
	MOD_RULE("new F-TEID for an old PDR", mod_new_f_teid, INVALID_F_TEID_ALLOCATION, PDR, EX_PDR_UL),
	MOD_RULE("creation and update of one PDR", mod_create_and_update, RULE_FAILURE, PDR, 3),
	MOD_RULE("F-TEID chosen by the SMF, later", mod_given_f_teid, INVALID_F_TEID_ALLOCATION, PDR, EX_PDR_UL),
	MOD_IE("creation and update of one Traffic Endpoint", mod_create_and_update_endpoint, MANDATORY_IE_INCORRECT, TRAFFIC_ENDPOINT_ID),
	MOD_RULE("predefined rules taken away", mod_deactivate, UNKNOWN_PREDEFINED_RULE, PDR, EX_PDR_UL),
	MOD_RULE("redirection, later", mod_redirect, RULE_FAILURE, FAR, EX_FAR_DL),
	NONE(M, "33 FARs", mod_33_fars, NO_RESOURCES),
	NONE(M, "33 PDRs, later", mod_33_pdrs, NO_RESOURCES),
	MOD_IE("a CP SEID 0", mod_cp_seid_zero, MANDATORY_IE_INCORRECT, F_SEID),
	MOD_IE("take-over by another SMF", mod_take_over, REJECTED, NODE_ID),
};
// clang-format on
const struct refusal_table refusals_modification = TABLE(rows);
