// SPDX-License-Identifier: Apache-2.0
/* What is done with a session's packets, by what an SMF sends and what the data plane is told:
 * FARs, BAR, copies, marking, N9, the CP function, QERs; and what third-party SMFs are used to. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_rules_bed.h"

static struct pfcp_far *far_of(struct harness *h, int downlink)
{
	return &EST(h)->create_far[downlink];
}

static struct pfcp_qer *qer_of(struct harness *h)
{
	return &EST(h)->create_qer[0];
}

/* ---- actions ---- */

static void test_actions(void **state)
{
	static const struct {
		uint16_t action;
		enum dp_action is;
		bool notify;
	} rows[] = {
		{PFCP_ACTION_DROP, DP_DROP, false},
		{PFCP_ACTION_DROP | PFCP_ACTION_NOCP, DP_DROP, true},
		{PFCP_ACTION_BUFF, DP_BUFFER, false},
		{PFCP_ACTION_BUFF | PFCP_ACTION_NOCP, DP_BUFFER, true},
		{PFCP_ACTION_FORW, DP_FORWARD, false},
	};
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (uint16_t pdr = EX_PDR_UL; pdr <= EX_PDR_DL; pdr++) { /* uplink is UPBER */
			struct pfcp_far *far =
				far_update(h, pdr == EX_PDR_UL ? EX_FAR_UL : EX_FAR_DL);

			far->has_apply_action = true;
			far->apply_action = rows[i].action;
			accepted(h);
			assert_int_equal(dp_far(h, pdr)->action, rows[i].is);
			assert_int_equal(dp_far(h, pdr)->notify, rows[i].notify);
		}
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.teid, h->ex.gnb_teid);
}

/* Established without a gNB, as SMFs do: the tunnel follows */
static void test_buffer_then_forward(void **state)
{
	struct harness *h = *state;

	example_establishment(&h->msg, &h->ex);
	far_of(h, 1)->apply_action = PFCP_ACTION_BUFF | PFCP_ACTION_NOCP;
	far_of(h, 1)->has_forwarding = false;
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->action, DP_BUFFER);
	example_handover(&h->msg, &h->ex, h->ex.gnb, 99);
	MOD(h)->update_far[0].forwarding.has_destination_interface = true;
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->action, DP_FORWARD);
	assert_false(dp_far(h, EX_PDR_DL)->notify);
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.teid, 99);
}

/* ---- BAR ---- */

static struct pfcp_bar *bar_update(struct harness *h)
{
	example_modification(&h->msg, &h->ex);
	MOD(h)->has_update_bar = true;
	MOD(h)->update_bar = (struct pfcp_bar){.bar_id = 3};
	return &MOD(h)->update_bar;
}

static void bar_ask(struct harness *h)
{
	example_establishment(&h->msg, &h->ex);
	EST(h)->has_create_bar = true;
	EST(h)->create_bar = (struct pfcp_bar){
		.bar_id = 3,
		.has_notification_delay = true,
		.notification_delay = 1,
		.has_suggested_packets = true,
		.suggested_packets = 20,
	};
	far_of(h, 1)->apply_action = PFCP_ACTION_BUFF | PFCP_ACTION_NOCP;
	far_of(h, 1)->has_bar_id = true;
	far_of(h, 1)->bar_id = 3;
}

static void test_bar(void **state)
{
	struct harness *h = *state;

	bar_ask(h);
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->buffer_packets, 20);
	assert_int_equal(dp_far(h, EX_PDR_UL)->buffer_packets, 0);
	bar_update(h)->has_suggested_packets = true;
	MOD(h)->update_bar.suggested_packets = 30;
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->buffer_packets, 30);
	bar_update(h)->cleared =
		(struct pfcp_cleared){1, {PFCP_IE_SUGGESTED_BUFFERING_PACKETS_COUNT}};
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->buffer_packets, 0);
	example_modification(&h->msg, &h->ex); /* a second */
	MOD(h)->has_create_bar = true;
	MOD(h)->create_bar = (struct pfcp_bar){.bar_id = 4};
	refused(h, PFCP_CAUSE_RULE_FAILURE);
	example_modification(&h->msg, &h->ex); /* in use */
	MOD(h)->has_remove_bar = true;
	MOD(h)->remove_bar = 3;
	refused(h, PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(MOD_ANSWER(h)->failed_rule.type, PFCP_RULE_FAR);
	far_update(h, EX_FAR_DL)->cleared = (struct pfcp_cleared){1, {PFCP_IE_BAR_ID}};
	MOD(h)->has_remove_bar = true;
	MOD(h)->remove_bar = 3;
	accepted(h);
	bar_update(h)->has_suggested_packets = true;
	refused(h, PFCP_CAUSE_RULE_FAILURE);
}

/* ---- copies ---- */

static struct pfcp_duplicating copy_to(struct harness *h, uint32_t teid)
{
	return (struct pfcp_duplicating){
		.has_destination_interface = true,
		.destination_interface = PFCP_INTERFACE_CP_FUNCTION,
		.has_outer_header_creation = true,
		.outer_header_creation = {PFCP_OHC_GTPU_UDP_IP4, .teid = teid, .ip4 = h->ex.smf},
		.has_transport_level_marking = true,
		.transport_level_marking = {.tos = 0x40, .mask = 0xfc},
	};
}

/* Updates name them by their order. */
static void test_copies(void **state)
{
	struct harness *h = *state;
	struct pfcp_far *far;

	example_establishment(&h->msg, &h->ex);
	far = far_of(h, 1);
	far->apply_action = PFCP_ACTION_FORW | PFCP_ACTION_DUPL;
	far->n_duplicating = 2;
	far->duplicating[0] = copy_to(h, 501);
	far->duplicating[1] = copy_to(h, 502);
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate_count, 2);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate[0].interface, DP_N3);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate[0].peer.ip4.s_addr, h->ex.smf.s_addr);
	assert_true(dp_far(h, EX_PDR_DL)->duplicate[0].set_tos);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate[0].tos, 0x40);
	far = far_update(h, EX_FAR_DL);
	far->n_duplicating = 2; /* the first as it is, the second elsewhere */
	far->duplicating[0] = (struct pfcp_duplicating){.has_destination_interface = true};
	far->duplicating[0].destination_interface = PFCP_INTERFACE_CP_FUNCTION;
	far->duplicating[1] = copy_to(h, 503);
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate[0].teid, 501);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate[1].teid, 503);
	far_update(h, EX_FAR_DL)->cleared =
		(struct pfcp_cleared){1, {PFCP_IE_UPDATE_DUPLICATING_PARAMETERS}};
	refused(h, PFCP_CAUSE_RULE_FAILURE); /* DUPL, and nowhere to */
	far = far_update(h, EX_FAR_DL);
	far->cleared = (struct pfcp_cleared){1, {PFCP_IE_UPDATE_DUPLICATING_PARAMETERS}};
	far->has_apply_action = true;
	far->apply_action = PFCP_ACTION_FORW;
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->duplicate_count, 0);
}

/* ---- outer headers ---- */

static void test_marking(void **state)
{
	struct harness *h = *state;
	struct pfcp_far *far;

	example_establishment(&h->msg, &h->ex);
	far_of(h, 1)->forwarding.has_transport_level_marking = true;
	far_of(h, 1)->forwarding.transport_level_marking =
		(struct pfcp_transport_level_marking){.tos = 0xb8, .mask = 0xfc};
	accepted(h);
	assert_true(dp_far(h, EX_PDR_DL)->to.set_tos);
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.tos, 0xb8);
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.tos_mask, 0xfc);
	example_handover(&h->msg, &h->ex, h->ex.gnb, 99); /* stays */
	accepted(h);
	assert_true(dp_far(h, EX_PDR_DL)->to.set_tos);
	far = far_update(h, EX_FAR_DL);
	far->has_forwarding = true;
	far->forwarding.cleared = (struct pfcp_cleared){1, {PFCP_IE_TRANSPORT_LEVEL_MARKING}};
	accepted(h);
	assert_false(dp_far(h, EX_PDR_DL)->to.set_tos);
}

/* A peer of IPv6, and one of both, of which IPv4 is taken */
static void test_outer_ipv6(void **state)
{
	struct harness *h = *state;
	struct pfcp_outer_header_creation *outer;
	struct pfcp_f_teid *f = &EST_ANSWER(h)->created_pdr[0].f_teid;
	const struct dp_prefix gnb = prefix6("2001:db8:3::9", 128);
	const struct dp_prefix own = prefix6("2001:db8:3::1", 128);

	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 0)->pdi.f_teid.address.v6 = true;
	pdr_of(h, 0)->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP;
	outer = &far_of(h, 1)->forwarding.outer_header_creation;
	outer->description = PFCP_OHC_GTPU_UDP_IP6;
	outer->ip6 = gnb.addr.ip6;
	accepted(h);
	assert_true(f->address.v4 && f->address.v6);
	assert_int_equal(f->address.ip4.s_addr, h->ex.n3.s_addr);
	assert_true(IN6_ARE_ADDR_EQUAL(&f->address.ip6, &own.addr.ip6));
	assert_true(dp_addr_equal(&dp_far(h, EX_PDR_DL)->to.peer, &gnb.addr));
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.local, 1);
	example_handover(&h->msg, &h->ex, h->ex.gnb, 8);
	outer = &MOD(h)->update_far[0].forwarding.outer_header_creation;
	outer->description = PFCP_OHC_GTPU_UDP_IP4 | PFCP_OHC_GTPU_UDP_IP6;
	outer->ip6 = gnb.addr.ip6;
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.peer.family, AF_INET);
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.local, 0);
	example_handover(&h->msg, &h->ex, h->ex.gnb, 8); /* to ourselves */
	outer->description = PFCP_OHC_GTPU_UDP_IP6;
	outer->ip6 = own.addr.ip6;
	refused(h, PFCP_CAUSE_RULE_FAILURE);
}

/* An anchor behind, a gNB before: tunnels on both sides, both ways */
static void test_n9(void **state)
{
	struct harness *h = *state;
	struct pfcp_pdr *down;

	example_establishment(&h->msg, &h->ex);
	far_of(h, 0)->forwarding.has_outer_header_creation = true;
	far_of(h, 0)->forwarding.outer_header_creation = (struct pfcp_outer_header_creation){
		PFCP_OHC_GTPU_UDP_IP4, .teid = 900, .ip4 = harness_ip("10.101.9.9")};
	down = pdr_of(h, 1);
	down->pdi.n_ue_ip = 0;
	down->pdi.has_f_teid = true;
	down->pdi.f_teid = pdr_of(h, 0)->pdi.f_teid;
	down->has_outer_header_removal = true;
	accepted(h);
	assert_int_equal(EST_ANSWER(h)->n_created_pdr, 2);
	assert_int_equal(dp_far(h, EX_PDR_UL)->to.interface, DP_N3);
	assert_int_equal(dp_far(h, EX_PDR_UL)->to.teid, 900);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->source, DP_N3);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->direction, DP_DOWNLINK);
	assert_int_equal(dp_pdr(h, EX_PDR_UL)->direction, DP_UPLINK);
	assert_int_not_equal(dp_pdr(h, EX_PDR_DL)->teid, dp_pdr(h, EX_PDR_UL)->teid);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->mark.qfi, EX_QFI);
	assert_int_equal(upf_teid_count(&h->upf.teids), 2);
}

/* ---- QERs ---- */

static void test_rates(void **state)
{
	struct harness *h = *state;
	const struct dp_qer *q;

	example_establishment(&h->msg, &h->ex);
	qer_of(h)->has_mbr = qer_of(h)->has_gbr = true;
	qer_of(h)->mbr = (struct pfcp_bit_rate){20000, 50000};
	qer_of(h)->gbr = (struct pfcp_bit_rate){1000, 0};
	accepted(h);
	q = dp_qer(h, EX_QER);
	assert_true(q->mbr_kbps[DP_UPLINK] == 20000 && q->mbr_kbps[DP_DOWNLINK] == 50000);
	assert_true(q->gbr_kbps[DP_UPLINK] == 1000 && q->gbr_kbps[DP_DOWNLINK] == UINT64_MAX);
	qer_update(h, EX_QER)->has_mbr = true; /* nothing may pass downlink */
	MOD(h)->update_qer[0].mbr = (struct pfcp_bit_rate){30000, 0};
	accepted(h);
	q = dp_qer(h, EX_QER);
	assert_true(q->mbr_kbps[DP_UPLINK] == 30000);
	assert_true(q->closed[DP_DOWNLINK] && !q->closed[DP_UPLINK]);
	qer_update(h, EX_QER)->cleared =
		(struct pfcp_cleared){3, {PFCP_IE_MBR, PFCP_IE_GBR, PFCP_IE_QFI}};
	accepted(h);
	q = dp_qer(h, EX_QER);
	for (int way = 0; way < 2; way++)
		assert_true(q->mbr_kbps[way] == UINT64_MAX && q->gbr_kbps[way] == UINT64_MAX &&
			    !q->closed[way]);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->mark.qfi, 0);
}

/* Downlink alone has a place for them. */
static void test_reflective_and_paging(void **state)
{
	struct harness *h = *state;

	example_establishment(&h->msg, &h->ex);
	qer_of(h)->has_reflective = qer_of(h)->has_paging_policy = true;
	qer_of(h)->reflective = 1;
	qer_of(h)->paging_policy = 5;
	accepted(h);
	assert_true(dp_pdr(h, EX_PDR_DL)->mark.rqi && dp_pdr(h, EX_PDR_DL)->mark.has_ppi);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->mark.ppi, 5);
	assert_false(dp_pdr(h, EX_PDR_UL)->mark.rqi || dp_pdr(h, EX_PDR_UL)->mark.has_ppi);
	qer_update(h, EX_QER)->has_reflective = true; /* 0: no more */
	accepted(h);
	assert_false(dp_pdr(h, EX_PDR_DL)->mark.rqi);
	qer_update(h, EX_QER)->cleared =
		(struct pfcp_cleared){1, {PFCP_IE_PAGING_POLICY_INDICATOR}};
	accepted(h);
	assert_false(dp_pdr(h, EX_PDR_DL)->mark.has_ppi);
}

/* The session's and the flow's: both rates hold, the flow's QFI is marked. */
static void test_two_qers(void **state)
{
	struct harness *h = *state;

	example_establishment(&h->msg, &h->ex);
	EST(h)->n_create_qer = 2;
	EST(h)->create_qer[1] = *qer_of(h);
	EST(h)->create_qer[1].qer_id = 22;
	qer_of(h)->has_qfi = false;
	EST(h)->create_qer[1].qfi = 7;
	pdr_of(h, 1)->n_qer_id = 2;
	pdr_of(h, 1)->qer_id[1] = 22;
	accepted(h);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->qer_count, 2);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->mark.qfi, 7);
	pdr_update(h, EX_PDR_DL)->n_qer_id = 1;
	MOD(h)->update_pdr[0].qer_id[0] = EX_QER;
	MOD(h)->n_remove_qer = 1;
	MOD(h)->remove_qer[0] = 22;
	accepted(h);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->qer_count, 1);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->mark.qfi, 0);
	assert_null(dp_qer(h, 22));
}

/* ---- habits of other SMFs ---- */

/* open5gs: for IPv6 a PDR and FAR to the CP function (router solicitations), four PDRs in one
 * F-TEID, both directions of the CP function, interface types on some, OHR 6 */
static void test_open5gs_habits(void **state)
{
	struct harness *h = *state;
	struct pfcp_pdr *to_cp, *from_cp, *second;
	struct pfcp_far *far;

	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 0)->pdi.f_teid.has_choose_id = true;
	pdr_of(h, 0)->pdi.f_teid.choose_id = 5;
	pdr_of(h, 0)->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP;
	pdr_of(h, 0)->pdi.has_interface_type = true;
	pdr_of(h, 0)->pdi.interface_type = 2; /* S5/S8-U: whatever it is */
	second = pdr_like(h, 0, 3);
	second->pdi.qfi[0] = 2;
	second->pdi.has_interface_type = false;
	to_cp = pdr_like(h, 0, 4);
	to_cp->far_id = 13;
	to_cp->precedence = 1;
	to_cp->pdi.n_ue_ip = 0;
	to_cp->pdi.n_sdf = 1;
	memset(&to_cp->pdi.sdf[0], 0, sizeof(to_cp->pdi.sdf[0]));
	to_cp->pdi.sdf[0].has_flow = true;
	strcpy(to_cp->pdi.sdf[0].flow, "permit out 58 from ff02::2/128 to assigned");
	from_cp = pdr_like(h, 0, 5);
	from_cp->pdi.source_interface = PFCP_INTERFACE_CP_FUNCTION;
	from_cp->pdi.n_ue_ip = from_cp->pdi.n_qfi = 0;
	from_cp->far_id = EX_FAR_DL;
	far = far_of(h, 2);
	EST(h)->n_create_far = 3;
	*far = *far_of(h, 1);
	far->far_id = 13;
	far->forwarding.destination_interface = PFCP_INTERFACE_CP_FUNCTION;
	far->forwarding.outer_header_creation.ip4 = h->ex.smf;
	far->forwarding.has_linked_endpoint = true;
	accepted(h);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(EST_ANSWER(h)->n_created_pdr, 4);
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(EST_ANSWER(h)->created_pdr[i].f_teid.teid,
				 EST_ANSWER(h)->created_pdr[0].f_teid.teid);
	assert_int_equal(dp_far(h, 4)->to.peer.ip4.s_addr, h->ex.smf.s_addr);
	assert_int_equal(dp_pdr(h, 4)->filter_count, 1);
	assert_int_equal(harness_dp(h, &h->ex)->filter[dp_pdr(h, 4)->filter_first].flags &
				 (IPFILTER_PACKED_IP4 | IPFILTER_PACKED_IP6),
			 IPFILTER_PACKED_IP6);
	assert_int_equal(dp_pdr(h, 5)->direction, DP_DOWNLINK);
	assert_int_equal(dp_far(h, 5)->to.teid, h->ex.gnb_teid);
}

/* free5gc: an apply action of one octet; others send two. Both by hand */
static void test_action_of_one_or_two_octets(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	for (size_t octets = 1; octets <= 2; octets++) {
		const uint64_t action = octets == 1 ? PFCP_ACTION_DROP : PFCP_ACTION_FORW << 8;
		struct raw raw;
		size_t far;

		h->ex.sequence = h->sequence++;
		raw_begin(&raw, PFCP_SESSION_MODIFICATION_REQUEST, &h->ex, h->ex.up_seid);
		far = raw_open(&raw, PFCP_IE_UPDATE_FAR);
		raw_ie(&raw, PFCP_IE_FAR_ID, EX_FAR_DL, 4);
		raw_ie(&raw, PFCP_IE_APPLY_ACTION, action, octets);
		raw_close(&raw, far);
		raw_end(&raw);
		assert_true(harness_bytes(h, h->ex.smf, raw.buf, raw.len));
		assert_int_equal(MOD_ANSWER(h)->cause, PFCP_CAUSE_ACCEPTED);
		assert_int_equal(dp_far(h, EX_PDR_DL)->action, octets == 1 ? DP_DROP : DP_FORWARD);
	}
}

#define T(name)	     cmocka_unit_test_setup_teardown(name, rules_bed_setup, rules_bed_teardown)
#define T_WIDE(name) cmocka_unit_test_setup_teardown(name, rules_bed_setup_wide, rules_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_actions),
		T(test_buffer_then_forward),
		T(test_bar),
		T(test_copies),
		T(test_marking),
		T_WIDE(test_outer_ipv6),
		T(test_n9),
		T(test_rates),
		T(test_reflective_and_paging),
		T(test_two_qers),
		T(test_open5gs_habits),
		T(test_action_of_one_or_two_octets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
