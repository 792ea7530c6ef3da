// SPDX-License-Identifier: Apache-2.0
/* The UPF's procedures, by what an SMF sends and gets, what the store holds and what the data plane
 * was told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_harness.h"
#include "upf/features.h"

static int setup(void **state)
{
	struct harness *h = malloc(sizeof(*h));

	harness_open(h);
	assert_int_equal(harness_associate(h, h->ex.smf, 1000, NULL), PFCP_CAUSE_ACCEPTED);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	harness_close(*state);
	free(*state);
	return 0;
}

static const struct dp_session *dp_of(struct harness *h, const struct example *ex)
{
	const struct dp_session *s = null_dp_find(h->upf.dp, ex->up_seid);

	assert_non_null(s);
	return s;
}

/* As the data plane tells of it */
static void error_indication(struct harness *h, uint32_t teid)
{
	const struct dp_addr peer = dp_addr_ip4(h->ex.gnb);

	upf_error_indication(&peer, teid, &h->upf);
}

static struct upf_session *remote(struct harness *h, struct in_addr gnb, uint32_t teid)
{
	const struct dp_addr peer = dp_addr_ip4(gnb);

	return upf_session_find_remote(&h->upf.sessions, &peer, teid);
}

static void path_state(struct harness *h, bool lost)
{
	const struct dp_addr peer = dp_addr_ip4(h->ex.gnb);

	upf_path_state(&peer, lost, &h->upf);
}

static struct example another(struct harness *h, const char *ue, uint64_t cp_seid)
{
	struct example ex = h->ex;

	ex.ue = harness_ip(ue);
	ex.cp_seid = cp_seid;
	ex.gnb_teid += 1;
	return ex;
}

static uint8_t modify(struct harness *h, struct example *ex)
{
	h->msg.header.sequence = h->sequence++;
	assert_true(harness_send(h, ex->smf));
	assert_int_equal(h->reply.header.type, PFCP_SESSION_MODIFICATION_RESPONSE);
	return h->reply.session_modification_response.cause;
}

static uint8_t delete (struct harness *h, uint64_t seid, struct in_addr from)
{
	pfcp_msg_init(&h->msg, PFCP_SESSION_DELETION_REQUEST, seid, h->sequence++);
	assert_true(harness_send(h, from));
	return h->reply.session_deletion_response.cause;
}

/* ---- establishment ---- */

/* example_establishment(), in the data plane's words */
static void rules_check(struct harness *h)
{
	const struct dp_session *s = dp_of(h, &h->ex);
	const struct dp_pdr *up = &s->pdr[0], *down = &s->pdr[1];
	const struct dp_far *to_n6 = &s->far[up->far], *to_gnb = &s->far[down->far];

	assert_int_equal(s->ue_count, 1);
	assert_int_equal(s->ue[0].addr.family, AF_INET);
	assert_int_equal(s->ue[0].addr.ip4.s_addr, h->ex.ue.s_addr);
	assert_int_equal(s->ue[0].len, 32);
	assert_int_equal(s->pdr_count, 2);
	assert_int_equal(up->source, DP_N3);
	assert_int_equal(up->direction, DP_UPLINK);
	assert_int_equal(up->teid, h->ex.ul_teid);
	assert_int_equal(up->ue, 1);
	assert_true(up->qfis == 1ull << EX_QFI);
	assert_true(up->remove_outer);
	assert_int_equal(down->source, DP_N6);
	assert_int_equal(down->direction, DP_DOWNLINK);
	assert_int_equal(down->ue, 1);
	assert_true(down->qfis == 0);
	assert_int_equal(down->mark.qfi, EX_QFI); /* by way of its QER */
	assert_int_equal(s->far_count, 2);
	assert_int_equal(to_n6->id, EX_FAR_UL);
	assert_int_equal(to_n6->action, DP_FORWARD);
	assert_int_equal(to_n6->to.interface, DP_N6);
	assert_int_equal(to_gnb->id, EX_FAR_DL);
	assert_int_equal(to_gnb->action, DP_FORWARD);
	assert_int_equal(to_gnb->to.interface, DP_N3);
	assert_int_equal(to_gnb->to.peer.family, AF_INET);
	assert_int_equal(to_gnb->to.peer.ip4.s_addr, h->ex.gnb.s_addr);
	assert_int_equal(to_gnb->to.teid, h->ex.gnb_teid);
	assert_int_equal(s->qer_count, 1);
	assert_int_equal(s->qer[0].id, EX_QER);
	assert_true(up->qer_count == 1 && up->qer[0] == 0);
	assert_true(down->qer_count == 1 && down->qer[0] == 0);
	assert_false(s->qer[0].closed[DP_UPLINK] || s->qer[0].closed[DP_DOWNLINK]);
	for (int way = DP_UPLINK; way <= DP_DOWNLINK; way++)
		assert_true(s->qer[0].mbr_kbps[way] == UINT64_MAX &&
			    s->qer[0].gbr_kbps[way] == UINT64_MAX);
}

static void test_establish(void **state)
{
	struct harness *h = *state;
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->reply.header.seid, h->ex.cp_seid);
	assert_true(r->has_up_f_seid && r->up_f_seid.seid);
	assert_int_equal(r->up_f_seid.address.ip4.s_addr, harness_ip("10.100.129.1").s_addr);
	assert_int_equal(r->n_created_pdr, 1);
	assert_int_equal(r->created_pdr[0].pdr_id, EX_PDR_UL);
	assert_int_equal(r->created_pdr[0].f_teid.address.ip4.s_addr, h->ex.n3.s_addr);
	assert_false(r->created_pdr[0].f_teid.choose);

	rules_check(h);
}

static void test_choose_id_shares_an_f_teid(void **state)
{
	struct harness *h = *state;
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;

	h->ex.sequence = h->sequence++;
	example_establishment(&h->msg, &h->ex);
	e->n_create_pdr = 4;
	e->create_pdr[2] = e->create_pdr[3] = e->create_pdr[0];
	e->create_pdr[2].pdr_id = 3;
	e->create_pdr[2].pdi.qfi[0] = 5;
	e->create_pdr[3].pdr_id = 4;
	for (int i = 0; i < 4; i += 2) {
		e->create_pdr[i].pdi.f_teid.has_choose_id = true;
		e->create_pdr[i].pdi.f_teid.choose_id = 5;
	}
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(r->cause, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(r->n_created_pdr, 3);
	assert_int_equal(r->created_pdr[0].f_teid.teid, r->created_pdr[1].f_teid.teid);
	assert_int_not_equal(r->created_pdr[0].f_teid.teid, r->created_pdr[2].f_teid.teid);
	assert_int_equal(upf_teid_count(&h->upf.teids), 2);
	assert_int_equal(delete (h, r->up_f_seid.seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

static void test_filter_that_matches_everything(void **state)
{
	struct harness *h = *state;
	struct pfcp_pdi *pdi = &h->msg.session_establishment_request.create_pdr[1].pdi;

	h->ex.sequence = h->sequence++;
	example_establishment(&h->msg, &h->ex);
	pdi->n_sdf = 1;
	memset(&pdi->sdf[0], 0, sizeof(pdi->sdf[0]));
	pdi->sdf[0].has_flow = true;
	strcpy(pdi->sdf[0].flow, " permit out  ip from any to assigned ");
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(h->reply.session_establishment_response.cause, PFCP_CAUSE_ACCEPTED);
}

static void test_no_qer_no_container(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;

	h->ex.sequence = h->sequence++;
	example_establishment(&h->msg, &h->ex);
	e->n_create_qer = 0;
	e->create_pdr[0].n_qer_id = e->create_pdr[1].n_qer_id = 0;
	e->create_pdr[0].pdi.n_qfi = 0;
	assert_true(harness_send(h, h->ex.smf));
	h->ex.up_seid = h->reply.session_establishment_response.up_f_seid.seid;
	assert_int_equal(dp_of(h, &h->ex)->pdr[1].mark.qfi, 0);
	assert_true(dp_of(h, &h->ex)->pdr[0].qfis == 0);
	assert_int_equal(dp_of(h, &h->ex)->pdr[1].qer_count, 0);
}

static void test_closed_gate_drops(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;
	const struct dp_session *s;

	h->ex.sequence = h->sequence++;
	example_establishment(&h->msg, &h->ex);
	e->create_qer[0].gate_status.downlink = PFCP_GATE_CLOSED;
	assert_true(harness_send(h, h->ex.smf));
	h->ex.up_seid = h->reply.session_establishment_response.up_f_seid.seid;
	s = dp_of(h, &h->ex);
	assert_int_equal(s->pdr[0].qer_count, 1);
	assert_false(s->qer[s->pdr[0].qer[0]].closed[DP_UPLINK]);
	assert_int_equal(s->pdr[1].qer_count, 1);
	assert_true(s->qer[s->pdr[1].qer[0]].closed[DP_DOWNLINK]);
	assert_int_equal(s->far[1].action, DP_FORWARD); /* the gate is the QER's */
}

/* One FAR, two PDRs with different QFIs: that is the PDRs' */
static void test_shared_far_is_one(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;
	const struct dp_session *s;

	h->ex.sequence = h->sequence++;
	example_establishment(&h->msg, &h->ex);
	e->n_create_pdr = 3;
	e->create_pdr[2] = e->create_pdr[1];
	e->create_pdr[2].pdr_id = 3;
	e->create_pdr[2].precedence = 200;
	e->create_pdr[2].n_qer_id = 0;
	assert_true(harness_send(h, h->ex.smf));
	h->ex.up_seid = h->reply.session_establishment_response.up_f_seid.seid;
	s = dp_of(h, &h->ex);
	assert_int_equal(s->far_count, 2);
	assert_int_equal(s->far[s->pdr[1].far].id, EX_FAR_DL);
	assert_int_equal(s->far[s->pdr[2].far].id, EX_FAR_DL);
	assert_int_equal(s->pdr[1].mark.qfi, EX_QFI);
	assert_int_equal(s->pdr[2].mark.qfi, 0);
	assert_int_equal(s->ue_count, 1);
}

static void test_ue_address_in_use(void **state)
{
	struct harness *h = *state;
	struct example other = another(h, "10.60.1.2", 0x2222); /* the same address */
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;
	char *before, *after;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	before = harness_state(h);
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_RULE_FAILURE);
	assert_true(r->has_failed_rule);
	assert_int_equal(r->failed_rule.type, PFCP_RULE_PDR);
	after = harness_state(h);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_ACCEPTED);
}

static void test_cp_f_seid_in_use(void **state)
{
	struct harness *h = *state;
	struct example other = another(h, "10.60.1.3", h->ex.cp_seid);

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_MANDATORY_IE_INCORRECT);
	assert_int_equal(h->reply.session_establishment_response.offending_ie, PFCP_IE_F_SEID);
	assert_int_equal(h->upf.sessions.count, 1);
}

/* ---- restoration ---- */

static uint8_t restore(struct harness *h, struct example *ex)
{
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;

	ex->sequence = h->sequence++;
	example_establishment(&h->msg, ex);
	e->has_sereq_flags = true;
	e->sereq_flags = PFCP_SEREQ_RESTI;
	e->create_pdr[0].pdi.f_teid = (struct pfcp_f_teid){
		.teid = ex->ul_teid,
		.address = {.v4 = true, .ip4 = ex->n3},
	};
	assert_true(harness_send(h, ex->smf));
	return h->reply.session_establishment_response.cause;
}

static void test_restoration(void **state)
{
	struct harness *h = *state;
	struct example other = another(h, "10.60.1.3", 0x2222);

	h->ex.ul_teid = 0xcafe;
	assert_int_equal(restore(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	h->ex.up_seid = h->reply.session_establishment_response.up_f_seid.seid;
	assert_int_equal(h->reply.session_establishment_response.n_created_pdr, 0);
	assert_int_equal(dp_of(h, &h->ex)->pdr[0].teid, 0xcafe);
	other.ul_teid = 0xcafe;
	assert_int_equal(restore(h, &other), PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(restore(h, &other), PFCP_CAUSE_ACCEPTED);
}

/* The SMF restores a session that this UPF has kept: the same session, with the rules that it now
 * says. */
static void test_restoration_of_what_is_here(void **state)
{
	struct harness *h = *state;
	uint64_t seid;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	seid = h->ex.up_seid;
	h->ex.gnb_teid = 99;
	assert_int_equal(restore(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->reply.session_establishment_response.up_f_seid.seid, seid);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(dp_of(h, &h->ex)->far[1].to.teid, 99);
	null_dp_refuse(h->upf.dp, -EINVAL, DP_ERROR_SESSION, 0);
	assert_int_equal(restore(h, &h->ex), PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(h->upf.sessions.count, 1); /* a failed one leaves it as it was */
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
}

/* ---- modification ---- */

static void test_handover(void **state)
{
	struct harness *h = *state;
	uint32_t teid;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	teid = h->ex.ul_teid;
	example_handover(&h->msg, &h->ex, harness_ip("10.101.1.2"), 55);
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->reply.header.seid, h->ex.cp_seid);
	assert_int_equal(dp_of(h, &h->ex)->far[1].to.peer.ip4.s_addr,
			 harness_ip("10.101.1.2").s_addr);
	assert_int_equal(dp_of(h, &h->ex)->far[1].to.teid, 55);
	assert_int_equal(dp_of(h, &h->ex)->pdr[1].mark.qfi, EX_QFI);
	assert_int_equal(dp_of(h, &h->ex)->pdr[0].teid, teid);
	assert_null(remote(h, h->ex.gnb, h->ex.gnb_teid));
	assert_non_null(remote(h, harness_ip("10.101.1.2"), 55));
}

/* TS 29.244 cl. 5.2.3.1: SNDEM ends the tunnel that is left, once, and none that stays */
static void test_end_marker(void **state)
{
	struct harness *h = *state;
	struct pfcp_far *far = &h->msg.session_modification_request.update_far[0];
	struct in_addr gnb = h->ex.gnb, target = harness_ip("10.101.1.2");

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	for (int i = 0; i < 2; i++) { /* the second leads where it led before */
		example_handover(&h->msg, &h->ex, target, 55);
		far->forwarding.has_smreq_flags = true;
		far->forwarding.smreq_flags = PFCP_SMREQ_SNDEM;
		assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
		assert_int_equal(null_dp_end_markers(h->upf.dp, gnb, h->ex.gnb_teid), 1);
	}
	example_handover(&h->msg, &h->ex, gnb, 56); /* without the flag */
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(null_dp_end_markers(h->upf.dp, gnb, h->ex.gnb_teid), 1);
	example_handover(&h->msg, &h->ex, target, 57);
	far->forwarding.has_smreq_flags = true;
	far->forwarding.smreq_flags = PFCP_SMREQ_SNDEM;
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(null_dp_end_markers(h->upf.dp, gnb, 56), 2);
	assert_int_equal(h->upf.counter[UPF_END_MARKERS], 2);
}

/* one that is refused ends nothing */
static void test_end_marker_refused(void **state)
{
	struct harness *h = *state;
	struct pfcp_far *far = &h->msg.session_modification_request.update_far[0];

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	example_handover(&h->msg, &h->ex, h->ex.n3, 55);
	far->forwarding.has_smreq_flags = true;
	far->forwarding.smreq_flags = PFCP_SMREQ_SNDEM;
	assert_int_not_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.counter[UPF_END_MARKERS], 0);
}

static void test_action_alone(void **state)
{
	struct harness *h = *state;
	struct pfcp_far *far = &h->msg.session_modification_request.update_far[0];

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	for (int i = 0; i < 2; i++) {
		example_modification(&h->msg, &h->ex);
		h->msg.session_modification_request.n_update_far = 1;
		*far = (struct pfcp_far){.far_id = EX_FAR_DL, .has_apply_action = true};
		far->apply_action = i ? PFCP_ACTION_FORW : PFCP_ACTION_DROP;
		assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
		assert_int_equal(dp_of(h, &h->ex)->far[1].action, i ? DP_FORWARD : DP_DROP);
	}
	assert_int_equal(dp_of(h, &h->ex)->far[1].to.teid, h->ex.gnb_teid);
}

/* As for a path switch with gtp: a second uplink tunnel, the first goes */
static void test_new_uplink_tunnel(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_modification_request *m = &h->msg.session_modification_request;
	const struct pfcp_session_modification_response *r =
		&h->reply.session_modification_response;
	static struct pfcp_pdr pdr;

	example_establishment(&h->msg, &h->ex);
	pdr = h->msg.session_establishment_request.create_pdr[0];
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	pdr.pdr_id = 3;
	example_modification(&h->msg, &h->ex);
	m->n_create_pdr = 1;
	m->create_pdr[0] = pdr;
	m->n_remove_pdr = 1;
	m->remove_pdr[0] = EX_PDR_UL;
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(r->n_created_pdr, 1);
	assert_int_equal(r->created_pdr[0].pdr_id, 3);
	assert_int_not_equal(r->created_pdr[0].f_teid.teid, h->ex.ul_teid);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(dp_of(h, &h->ex)->pdr_count, 2);
}

/* The SMF may name a tunnel that this session has */
static void test_second_pdr_in_the_same_tunnel(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_modification_request *m = &h->msg.session_modification_request;
	static struct pfcp_pdr pdr;

	example_establishment(&h->msg, &h->ex);
	pdr = h->msg.session_establishment_request.create_pdr[0];
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	pdr.pdr_id = 3;
	pdr.pdi.qfi[0] = 5;
	pdr.pdi.f_teid = (struct pfcp_f_teid){
		.teid = h->ex.ul_teid,
		.address = {.v4 = true, .ip4 = h->ex.n3},
	};
	example_modification(&h->msg, &h->ex);
	m->n_create_pdr = 1;
	m->create_pdr[0] = pdr;
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	example_modification(&h->msg, &h->ex);
	m->n_remove_pdr = 1;
	m->remove_pdr[0] = EX_PDR_UL;
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1); /* PDR 3 has it still */
}

/* Rules lose what came with length 0 */
static void test_clearing(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_modification_request *m = &h->msg.session_modification_request;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	example_modification(&h->msg, &h->ex);
	m->n_update_pdr = 1;
	memset(&m->update_pdr[0], 0, sizeof(m->update_pdr[0]));
	m->update_pdr[0].pdr_id = EX_PDR_DL;
	m->update_pdr[0].cleared = (struct pfcp_cleared){1, {PFCP_IE_QER_ID}};
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(dp_of(h, &h->ex)->pdr[1].mark.qfi, 0);

	example_modification(&h->msg, &h->ex);
	m->n_update_pdr = 1;
	memset(&m->update_pdr[0], 0, sizeof(m->update_pdr[0]));
	m->update_pdr[0].pdr_id = EX_PDR_DL;
	m->update_pdr[0].cleared = (struct pfcp_cleared){1, {PFCP_IE_FAR_ID}};
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_RULE_FAILURE);
}

static void test_all_rules_removed_and_made_again(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_modification_request *m = &h->msg.session_modification_request;
	static struct pfcp_pdr pdr[2];

	example_establishment(&h->msg, &h->ex);
	memcpy(pdr, h->msg.session_establishment_request.create_pdr, sizeof(pdr));
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	example_modification(&h->msg, &h->ex);
	m->n_remove_pdr = 2;
	m->remove_pdr[0] = EX_PDR_UL;
	m->remove_pdr[1] = EX_PDR_DL;
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_null(null_dp_find(h->upf.dp, h->ex.up_seid));
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
	assert_int_equal(h->upf.sessions.count, 1);
	example_modification(&h->msg, &h->ex);
	m->n_create_pdr = 2;
	memcpy(m->create_pdr, pdr, sizeof(pdr));
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(dp_of(h, &h->ex)->pdr_count, 2);
}

/* What the data plane says reaches the SMF in its words, and nothing stays. */
static void test_data_plane_refuses(void **state)
{
	static const struct {
		int rc, what;
		uint32_t id;
		uint8_t cause;
		int rule;
	} rows[] = {
		{-EOPNOTSUPP, DP_ERROR_PDR, EX_PDR_UL, PFCP_CAUSE_RULE_FAILURE, PFCP_RULE_PDR},
		{-EOPNOTSUPP, DP_ERROR_FAR, EX_FAR_DL, PFCP_CAUSE_RULE_FAILURE, PFCP_RULE_FAR},
		{-EOPNOTSUPP, DP_ERROR_QER, EX_QER, PFCP_CAUSE_RULE_FAILURE, PFCP_RULE_QER},
		{-EOPNOTSUPP, DP_ERROR_URR, 31, PFCP_CAUSE_RULE_FAILURE, PFCP_RULE_URR},
		{-EEXIST, DP_ERROR_SESSION, 0, PFCP_CAUSE_RULE_FAILURE, -1},
		{-ENOSPC, DP_ERROR_SESSION, 0, PFCP_CAUSE_NO_RESOURCES, -1},
		{-EIO, DP_ERROR_SESSION, 0, PFCP_CAUSE_SYSTEM_FAILURE, -1},
	};
	struct harness *h = *state;
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *before = harness_state(h), *after;

		null_dp_refuse(h->upf.dp, rows[i].rc, rows[i].what, rows[i].id);
		assert_int_equal(harness_establish(h, &h->ex), rows[i].cause);
		assert_int_equal(r->has_failed_rule, rows[i].rule >= 0);
		if (rows[i].rule >= 0) {
			assert_int_equal(r->failed_rule.type, rows[i].rule);
			assert_int_equal(r->failed_rule.id, rows[i].id);
		}
		after = harness_state(h);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
}

/* ---- the table of refusals ---- */

static void refusal_run(struct harness *h, const struct refusal *row)
{
	static uint8_t buf[65536];
	struct example ex = another(h, "10.60.1.9", 0x9999);
	char *before, *after;
	const char *wrong;
	size_t len;

	if (row->type == PFCP_SESSION_MODIFICATION_REQUEST)
		ex = h->ex;
	else
		ex.up_seid = 0;
	ex.ul_teid = h->ex.ul_teid;
	ex.sequence = h->sequence++;
	len = refusal_encode(row, &ex, &h->msg, buf, sizeof(buf));
	if (!len)
		fail_msg("%s: can't be encoded", row->name);
	before = harness_state(h);
	if (!harness_bytes(h, ex.smf, buf, len))
		fail_msg("%s: no answer", row->name);
	after = harness_state(h);
	wrong = refusal_check(row, &ex, &h->reply);
	if (wrong)
		fail_msg("%s: %s", row->name, wrong);
	if (strcmp(before, after))
		fail_msg("%s: changed\n%sto\n%s", row->name, before, after);
	/* An answer to what is there names the SMF's session */
	if (row->type == PFCP_SESSION_MODIFICATION_REQUEST)
		assert_int_equal(h->reply.header.seid, h->ex.cp_seid);
	free(before);
	free(after);
}

static void test_refusals(void **state)
{
	struct harness *h = *state;
	const struct refusal *row;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	for (size_t i = 0; (row = refusal_at(i)); i++)
		refusal_run(h, row);
}

/* ---- deletion, and whose session it is ---- */

static void test_deletion_gives_back_everything(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->reply.header.seid, h->ex.cp_seid);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(null_dp_count(h->upf.dp), 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_SESSION_NOT_FOUND);
	assert_int_equal(h->reply.header.seid, 0);
}

/* free5gc#731 */
static void test_deletion_of_a_huge_seid(void **state)
{
	struct harness *h = *state;

	assert_int_equal(delete (h, UINT64_MAX, h->ex.smf), PFCP_CAUSE_SESSION_NOT_FOUND);
}

/* open5gs#3693, #3497: who knows a SEID must still be its SMF */
static void test_foreign_smf_may_not(void **state)
{
	struct harness *h = *state;
	struct in_addr thief = harness_ip("10.100.128.66");

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(delete (h, h->ex.up_seid, thief), PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(harness_associate(h, thief, 5, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(delete (h, h->ex.up_seid, thief), PFCP_CAUSE_SESSION_NOT_FOUND);
	example_handover(&h->msg, &h->ex, thief, 1);
	h->msg.header.sequence = h->sequence++;
	assert_true(harness_send(h, thief));
	assert_int_equal(h->reply.session_modification_response.cause,
			 PFCP_CAUSE_SESSION_NOT_FOUND);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(dp_of(h, &h->ex)->far[1].to.teid, h->ex.gnb_teid);
}

static void test_retransmitted_establishment(void **state)
{
	struct harness *h = *state;
	uint64_t seid;
	uint32_t teid;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	seid = h->ex.up_seid;
	teid = h->ex.ul_teid;
	assert_true(harness_send(h, h->ex.smf)); /* h->msg is still the request */
	assert_int_equal(h->reply.session_establishment_response.up_f_seid.seid, seid);
	assert_int_equal(h->reply.session_establishment_response.created_pdr[0].f_teid.teid, teid);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(null_dp_applies(h->upf.dp), 1);
}

/* ---- associations ---- */

static void test_features_are_those_there_are(void **state)
{
	struct harness *h = *state;
	uint64_t bits = 0;
	const uint64_t announced = h->reply.association_setup_response.up_features;

	assert_false(h->reply.association_setup_response.has_asrsp_flags);
	for (size_t i = 0; i < upf_feature_count; i++) {
		const struct upf_feature *row = &upf_feature_rows[i];

		assert_int_equal(__builtin_popcountll(row->bit), 1);
		assert_false(bits & row->bit);
		assert_int_equal(access(row->where, R_OK), 0); /* run from the root */
		bits |= row->bit;
	}

	assert_int_equal(h->reply.header.type, PFCP_ASSOCIATION_SETUP_RESPONSE);
	assert_true(h->reply.association_setup_response.has_up_features);
	assert_false(announced & ~bits);
	for (size_t i = 0; i < upf_feature_count; i++)
		assert_int_equal(!(announced & upf_feature_rows[i].bit),
				 (upf_feature_rows[i].needs & ~bits) != 0);
	assert_true(bits & PFCP_UPF_FTUP);
}

static void test_smf_restart_drops_its_sessions(void **state)
{
	struct harness *h = *state;
	struct in_addr smf2 = harness_ip("10.100.128.2");
	struct example other = another(h, "10.60.1.3", 0x2222);

	other.smf = smf2;
	assert_int_equal(harness_associate(h, smf2, 7, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, h->ex.smf, 1001, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_non_null(null_dp_find(h->upf.dp, other.up_seid));
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(h->upf.counter[UPF_LOST_WITH_PEER], 1);
}

/* TS 29.244 cl. 6.2.6.2.2: regardless of the Recovery Time Stamp */
static void test_associated_anew_without_restart(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, h->ex.smf, 1000, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
}

static void test_retention(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_retention all = {0}, us = {.n_cp_entity = 1}, none;

	us.cp_entity[0] = (struct pfcp_address){.v4 = true, .ip4 = h->ex.smf};
	none = us;
	none.cp_entity[0].ip4 = h->ex.gnb;
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, h->ex.smf, 1001, &all), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_true(h->reply.association_setup_response.has_asrsp_flags);
	assert_int_equal(h->reply.association_setup_response.asrsp_flags, PFCP_ASRSP_PSREI);
	assert_int_equal(harness_associate(h, h->ex.smf, 1002, &us), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 1);
	example_handover(&h->msg, &h->ex, h->ex.gnb, 55);
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED); /* it can be gone on with */
	assert_int_equal(harness_associate(h, h->ex.smf, 1003, &none), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 0);
}

/* Another node that has got the address may not keep what it isn't the owner of. */
static void test_retention_is_the_nodes_own(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	example_association(&h->msg, &h->ex, 1001);
	h->msg.header.sequence = h->sequence++;
	h->msg.association_setup_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_FQDN, .fqdn = "other.smf"};
	h->msg.association_setup_request.has_retention = true;
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(h->reply.association_setup_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_false(h->reply.association_setup_response.has_asrsp_flags);
	assert_int_equal(h->upf.sessions.count, 0);
}

/* A Node ID at another address: only once the old one is lost and has nothing */
static void test_node_moves_when_nothing_is_left(void **state)
{
	struct harness *h = *state;
	struct in_addr elsewhere = harness_ip("10.100.128.9");

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	for (int left = 1; left >= 0; left--) {
		example_association(&h->msg, &h->ex, 5);
		h->msg.header.sequence = h->sequence++;
		assert_true(harness_send(h, elsewhere));
		assert_int_equal(h->reply.association_setup_response.cause,
				 left ? PFCP_CAUSE_REJECTED : PFCP_CAUSE_ACCEPTED);
		if (left)
			assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	}
	assert_null(n4_peer_find(h->upf.n4, h->ex.smf));
}

/* Another stamp than before: the UPF asks, and is answered so */
static void heartbeat(struct harness *h, uint32_t stamp)
{
	size_t sent = h->sent;

	pfcp_msg_init(&h->msg, PFCP_HEARTBEAT_REQUEST, 0, h->sequence++);
	h->msg.heartbeat_request.recovery_time_stamp = stamp;
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(h->sent, sent + 2);
	assert_int_equal(h->reply.header.type, PFCP_HEARTBEAT_REQUEST);
	pfcp_msg_init(&h->msg, PFCP_HEARTBEAT_RESPONSE, 0, h->reply.header.sequence);
	h->msg.heartbeat_response.recovery_time_stamp = stamp;
	assert_false(harness_send(h, h->ex.smf));
}

/* The restart shows in a heartbeat first: the sessions wait for what the association request says.
 */
static void test_restart_in_a_heartbeat(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_retention all = {0};

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	heartbeat(h, 999); /* the first: only now the UPF knows the stamp to go by */
	example_handover(&h->msg, &h->ex, h->ex.gnb, 55);
	assert_int_equal(modify(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	heartbeat(h, 1001);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(harness_associate(h, h->ex.smf, 1001, &all), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 1);
	heartbeat(h, 1002);
	heartbeat(h, 1003);
	assert_int_equal(harness_associate(h, h->ex.smf, 1002, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 0);
}

/* A timer of the UPF's, now: in 1 ms instead of its seconds */
static void hasten(struct harness *h, uv_timer_t *timer)
{
	uint64_t due = uv_now(&h->loop) + 2;

	assert_true(uv_is_active((uv_handle_t *)timer));
	uv_timer_set_repeat(timer, 1);
	assert_int_equal(uv_timer_again(timer), 0);
	while (uv_now(&h->loop) < due)
		uv_run(&h->loop, UV_RUN_ONCE);
}

/* It restarted and doesn't associate again: nobody will ever end those sessions. */
static void test_restart_without_association(void **state)
{
	struct harness *h = *state;
	struct upf_peer *peer = n4_peer_find(h->upf.n4, h->ex.smf)->user;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	heartbeat(h, 1001);
	heartbeat(h, 1002);
	assert_int_equal(uv_timer_get_due_in(peer->wait), UPF_RETENTION_WAIT_MS);
	hasten(h, peer->wait);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
	assert_null(n4_peer_find(h->upf.n4, h->ex.smf));
}

/* 256 SMFs at most; one that is lost and has no session makes room */
static void test_room_for_another_smf(void **state)
{
	struct harness *h = *state;
	struct in_addr addr = harness_ip("10.1.0.0"), last = harness_ip("10.2.0.0");

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false; /* has a session: stays */
	while (n4_peer_count(h->upf.n4) < N4_PEERS_MAX) {
		addr.s_addr += htonl(1);
		assert_int_equal(harness_associate(h, addr, 1, NULL), PFCP_CAUSE_ACCEPTED);
	}
	assert_int_equal(harness_associate(h, last, 1, NULL), PFCP_CAUSE_NO_RESOURCES);
	n4_peer_find(h->upf.n4, addr)->alive = false;
	assert_int_equal(harness_associate(h, last, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_null(n4_peer_find(h->upf.n4, addr));
	assert_int_equal(n4_peer_count(h->upf.n4), N4_PEERS_MAX);
	assert_int_equal(h->upf.sessions.count, 1);
}

static void test_paths(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(uv_timer_get_due_in(h->upf.echo_timer), UPF_ECHO_INTERVAL_S * 1000);
	hasten(h, h->upf.echo_timer);
	assert_true(null_dp_echoes(h->upf.dp, h->ex.gnb) >= 1);
	assert_int_equal(upf_paths_lost(&h->upf), 0);
	path_state(h, true);
	path_state(h, true);
	assert_int_equal(upf_paths_lost(&h->upf), 1);
	assert_int_equal(h->upf.counter[UPF_PATHS_LOST], 1);
	path_state(h, false);
	assert_int_equal(upf_paths_lost(&h->upf), 0);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	hasten(h, h->upf.echo_timer); /* nobody sends there any more */
	path_state(h, true);
	assert_int_equal(upf_paths_lost(&h->upf), 0);
}

/* free5gc#819: one datagram with the SMF's Node ID deleted all its sessions */
static void test_stolen_node_id(void **state)
{
	struct harness *h = *state;
	struct in_addr thief = harness_ip("10.100.128.66");

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	example_association(&h->msg, &h->ex, 5);
	h->msg.header.sequence = h->sequence++;
	assert_true(harness_send(h, thief));
	assert_int_equal(h->reply.association_setup_response.cause, PFCP_CAUSE_REJECTED);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(delete (h, h->ex.up_seid, h->ex.smf), PFCP_CAUSE_ACCEPTED);
}

/* The same before the SMF has come: it gets its name when it does, and the thief's session goes. */
static void test_node_id_squatted(void **state)
{
	struct harness *h = *state;
	struct example stolen = another(h, "10.60.1.3", 0x2222);
	struct in_addr owner = harness_ip("10.100.128.2"), thief = harness_ip("10.100.128.66");
	struct example ex = {.smf = owner, .sequence = h->sequence++};

	example_association(&h->msg, &ex, 5);
	assert_true(harness_send(h, thief));
	assert_int_equal(h->reply.association_setup_response.cause, PFCP_CAUSE_ACCEPTED);
	stolen.smf = owner;
	stolen.sequence = h->sequence++;
	example_establishment(&h->msg, &stolen);
	assert_true(harness_send(h, thief));
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(harness_associate(h, owner, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_null(n4_peer_find(h->upf.n4, thief));
	assert_int_equal(h->upf.sessions.count, 0);
	stolen.smf = owner;
	assert_int_equal(harness_establish(h, &stolen), PFCP_CAUSE_ACCEPTED);
}

/* free5gc#741, #745: an Association Setup Request with the S flag and session IEs */
static void test_session_flag_in_a_setup(void **state)
{
	static const uint8_t bytes[] = {0x21, 0x05, 0x00, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0};
	struct harness *h = *state;

	assert_true(harness_bytes(h, h->ex.smf, bytes, sizeof(bytes)));
	assert_int_equal(h->reply.association_setup_response.cause, PFCP_CAUSE_REJECTED);
}

static void test_release(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	pfcp_msg_init(&h->msg, PFCP_ASSOCIATION_RELEASE_REQUEST, 0, h->sequence++);
	h->msg.association_release_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = h->ex.smf};
	assert_true(harness_send(h, harness_ip("10.100.128.66")));
	assert_int_equal(h->reply.association_release_response.cause, PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(h->reply.association_release_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(n4_peer_count(h->upf.n4), 0);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_NO_ASSOCIATION);
}

/* ---- reports ---- */

static void test_error_indication(void **state)
{
	struct harness *h = *state;
	const struct pfcp_session_report_request *r = &h->reply.session_report_request;
	size_t sent;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	sent = h->sent;
	error_indication(h, 12345); /* none of ours */
	assert_int_equal(h->sent, sent);
	error_indication(h, h->ex.gnb_teid);
	assert_int_equal(h->sent, sent + 1);
	assert_int_equal(h->reply.header.type, PFCP_SESSION_REPORT_REQUEST);
	assert_int_equal(h->reply.header.seid, h->ex.cp_seid);
	assert_int_equal(h->sent_to.sin_addr.s_addr, h->ex.smf.s_addr);
	assert_int_equal(r->report_type, PFCP_REPORT_ERIR);
	assert_int_equal(r->error_indication.n_remote_f_teid, 1);
	assert_int_equal(r->error_indication.remote_f_teid[0].teid, h->ex.gnb_teid);
	assert_int_equal(r->error_indication.remote_f_teid[0].address.ip4.s_addr, h->ex.gnb.s_addr);
	for (int i = 0; i < 100; i++)
		error_indication(h, h->ex.gnb_teid);
	assert_int_equal(h->sent, sent + 1); /* not for each packet */
	assert_int_equal(h->upf.counter[UPF_REPORTS_LIMITED], 100);
}

static void report_answer(struct harness *h, uint8_t cause)
{
	uint32_t sequence = h->reply.header.sequence;

	pfcp_msg_init(&h->msg, PFCP_SESSION_REPORT_RESPONSE, h->ex.up_seid, sequence);
	h->msg.session_report_response.cause = cause;
	assert_false(harness_send(h, h->ex.smf));
}

static void test_report_of_a_session_that_the_smf_lacks(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	error_indication(h, h->ex.gnb_teid);
	report_answer(h, PFCP_CAUSE_SESSION_NOT_FOUND);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

static void test_report_accepted(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	error_indication(h, h->ex.gnb_teid);
	report_answer(h, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(h->upf.counter[UPF_REPORTS_FAILED], 0);
}

/* omec upf#958: a Session Report Response without a cause */
static void test_report_response_without_cause(void **state)
{
	struct harness *h = *state;
	struct raw raw;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	error_indication(h, h->ex.gnb_teid);
	h->ex.sequence = h->reply.header.sequence;
	raw_begin(&raw, PFCP_SESSION_REPORT_RESPONSE, &h->ex, h->ex.up_seid);
	raw_end(&raw);
	assert_false(harness_bytes(h, h->ex.smf, raw.buf, raw.len));
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(h->upf.counter[UPF_REPORTS_FAILED], 1);
}

/* ---- bounds ---- */

static void test_teids(void **state)
{
	struct upf_teids t;
	uint32_t teid[8], other, seen = 0;

	assert_int_equal(upf_teids_init(&t, 3), 0);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(upf_teid_take(&t, &teid[i]), 0);
		assert_int_not_equal(teid[i], 0);
		seen |= 1u << (teid[i] & 7); /* low bits of its own */
	}
	assert_int_equal(seen, 0xff);
	assert_int_equal(upf_teid_take(&t, &other), -ENOSPC);
	assert_int_equal(upf_teid_claim(&t, teid[0] ^ 8), -ENOSPC);
	upf_teid_release(&t, teid[3]);
	upf_teid_release(&t, teid[3]); /* once */
	assert_int_equal(upf_teid_count(&t), 7);
	assert_int_equal(upf_teid_claim(&t, teid[0]), -EEXIST);
	assert_int_equal(upf_teid_claim(&t, 0), -EINVAL);
	/* one that meets another's low bits, and is another's */
	assert_int_equal(upf_teid_claim(&t, teid[0] ^ 0x80), 0);
	assert_int_equal(upf_teid_claim(&t, teid[0] ^ 0x80), -EEXIST);
	upf_teid_release(&t, teid[0] ^ 0x80);
	assert_int_equal(upf_teid_claim(&t, teid[0] ^ 0x80), 0);
	assert_int_equal(upf_teid_count(&t), 8);
	upf_teids_done(&t);
}

static void test_sessions_are_bounded(void **state)
{
	struct harness *h = *state;
	struct example ex = h->ex;

	h->upf.served[0].pool_count = 0; /* any address */
	for (uint32_t i = 0; i < UPF_SESSIONS_DEFAULT; i++) {
		ex.ue.s_addr = htonl(0x0a000001 + i);
		ex.cp_seid = i + 1;
		ex.gnb_teid = i + 1;
		if (harness_establish(h, &ex) != PFCP_CAUSE_ACCEPTED)
			fail_msg("session %u refused", i);
	}
	ex.ue.s_addr = htonl(0x0b000001);
	ex.cp_seid = UPF_SESSIONS_DEFAULT + 1;
	assert_int_equal(harness_establish(h, &ex), PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(h->upf.sessions.count, UPF_SESSIONS_DEFAULT);
	assert_int_equal(harness_associate(h, h->ex.smf, 1001, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(null_dp_count(h->upf.dp), 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_establish),
		T(test_choose_id_shares_an_f_teid),
		T(test_filter_that_matches_everything),
		T(test_no_qer_no_container),
		T(test_closed_gate_drops),
		T(test_shared_far_is_one),
		T(test_ue_address_in_use),
		T(test_cp_f_seid_in_use),
		T(test_restoration),
		T(test_restoration_of_what_is_here),
		T(test_handover),
		T(test_end_marker),
		T(test_end_marker_refused),
		T(test_action_alone),
		T(test_new_uplink_tunnel),
		T(test_second_pdr_in_the_same_tunnel),
		T(test_clearing),
		T(test_all_rules_removed_and_made_again),
		T(test_data_plane_refuses),
		T(test_refusals),
		T(test_deletion_gives_back_everything),
		T(test_deletion_of_a_huge_seid),
		T(test_foreign_smf_may_not),
		T(test_retransmitted_establishment),
		T(test_features_are_those_there_are),
		T(test_smf_restart_drops_its_sessions),
		T(test_associated_anew_without_restart),
		T(test_retention),
		T(test_retention_is_the_nodes_own),
		T(test_node_moves_when_nothing_is_left),
		T(test_restart_in_a_heartbeat),
		T(test_restart_without_association),
		T(test_room_for_another_smf),
		T(test_paths),
		T(test_stolen_node_id),
		T(test_node_id_squatted),
		T(test_session_flag_in_a_setup),
		T(test_release),
		T(test_error_indication),
		T(test_report_of_a_session_that_the_smf_lacks),
		T(test_report_accepted),
		T(test_report_response_without_cause),
		T(test_teids),
		T(test_sessions_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
