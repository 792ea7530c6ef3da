// SPDX-License-Identifier: Apache-2.0
/* Traffic Endpoints, and UE addresses chosen by the UPF, by what an SMF sends and what the data
 * plane is told */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/upf_rules_bed.h"

/* ---- Traffic Endpoints ---- */

static void endpoint_f_teid(struct pfcp_traffic_endpoint *at, uint8_t id, int choose_id)
{
	memset(at, 0, sizeof(*at));
	at->id = id;
	at->has_f_teid = true;
	at->f_teid = (struct pfcp_f_teid){.choose = true, .address.v4 = true};
	at->f_teid.has_choose_id = choose_id >= 0;
	at->f_teid.choose_id = (uint8_t)choose_id;
}

static void name_endpoint(struct pfcp_pdr *pdr, uint8_t id)
{
	pdr->pdi.has_f_teid = false;
	pdr->pdi.n_ue_ip = pdr->pdi.n_qfi = 0;
	pdr->pdi.n_traffic_endpoint_id = 1;
	pdr->pdi.traffic_endpoint_id[0] = id;
}

/* 1: N3, QFI 9; 2: the UE's address on N6. The PDRs name them. */
static void endpoints_ask(struct harness *h)
{
	struct pfcp_traffic_endpoint *at = EST(h)->create_traffic_endpoint;

	example_establishment(&h->msg, &h->ex);
	EST(h)->n_create_traffic_endpoint = 2;
	endpoint_f_teid(&at[0], 1, -1);
	at[0].n_qfi = 1;
	at[0].qfi[0] = EX_QFI;
	memset(&at[1], 0, sizeof(at[1]));
	at[1].id = 2;
	at[1].n_ue_ip = 1;
	at[1].ue_ip[0] = pdr_of(h, 1)->pdi.ue_ip[0];
	name_endpoint(pdr_of(h, 0), 1);
	name_endpoint(pdr_of(h, 1), 2);
}

static struct pfcp_traffic_endpoint *endpoint_update(struct harness *h, uint8_t id)
{
	struct pfcp_traffic_endpoint *at = &MOD(h)->update_traffic_endpoint[0];

	example_modification(&h->msg, &h->ex);
	MOD(h)->n_update_traffic_endpoint = 1;
	memset(at, 0, sizeof(*at));
	at->id = id;
	return at;
}

static void test_endpoints(void **state)
{
	struct harness *h = *state;
	uint32_t teid;

	endpoints_ask(h);
	accepted(h);
	assert_int_equal(EST_ANSWER(h)->n_created_pdr, 0);
	assert_int_equal(EST_ANSWER(h)->n_created_traffic_endpoint, 1);
	assert_int_equal(EST_ANSWER(h)->created_traffic_endpoint[0].id, 1);
	assert_true(EST_ANSWER(h)->created_traffic_endpoint[0].has_f_teid);
	teid = EST_ANSWER(h)->created_traffic_endpoint[0].f_teid.teid;
	assert_int_equal(dp_pdr(h, EX_PDR_UL)->teid, teid);
	assert_int_equal(dp_pdr(h, EX_PDR_UL)->source, DP_N3);
	assert_true(dp_pdr(h, EX_PDR_UL)->qfis == 1ull << EX_QFI);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->source, DP_N6);
	assert_true(has_ue4(h, EX_PDR_DL, "10.60.1.2", 32));
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
}

/* PDRs follow what they name; of the Traffic Endpoint only what is there changes. */
static void test_endpoint_update(void **state)
{
	struct harness *h = *state;
	struct pfcp_traffic_endpoint *at;
	uint32_t teid;

	endpoints_ask(h);
	accepted(h);
	teid = dp_pdr(h, EX_PDR_UL)->teid;
	at = endpoint_update(h, 1);
	at->n_qfi = 2;
	at->qfi[0] = 5;
	at->qfi[1] = 6;
	accepted(h);
	assert_true(dp_pdr(h, EX_PDR_UL)->qfis == (1ull << 5 | 1ull << 6));
	assert_int_equal(dp_pdr(h, EX_PDR_UL)->teid, teid);
	endpoint_update(h, 1)->cleared = (struct pfcp_cleared){1, {PFCP_IE_QFI}};
	accepted(h);
	assert_true(dp_pdr(h, EX_PDR_UL)->qfis == 0);
	at = endpoint_update(h, 2);
	at->n_framed_route = 1;
	strcpy(at->framed_route[0].text, "192.0.2.0/24");
	accepted(h);
	assert_true(has_ue4(h, EX_PDR_DL, "10.60.1.2", 32));
	assert_true(has_ue4(h, EX_PDR_DL, "192.0.2.0", 24));
	at = endpoint_update(h, 2);
	at->n_ue_ip = 1;
	at->ue_ip[0] =
		(struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = harness_ip("10.60.1.77")}};
	accepted(h);
	assert_false(has_ue4(h, EX_PDR_DL, "10.60.1.2", 32));
	assert_true(has_ue4(h, EX_PDR_DL, "10.60.1.77", 32));
	assert_true(has_ue4(h, EX_PDR_DL, "192.0.2.0", 24));
	endpoint_update(h, 2)->cleared = (struct pfcp_cleared){1, {PFCP_IE_FRAMED_ROUTE}};
	accepted(h);
	assert_int_equal(ue_count(h, EX_PDR_DL), 1);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 1);
	endpoint_update(h, 1)->cleared = (struct pfcp_cleared){1, {PFCP_IE_F_TEID}};
	refused(h, PFCP_CAUSE_INVALID_F_TEID_ALLOCATION);
	endpoint_f_teid(endpoint_update(h, 1), 1, -1); /* a new one takes a new Traffic Endpoint */
	refused(h, PFCP_CAUSE_INVALID_F_TEID_ALLOCATION);
}

/* A UE address of the access side is nobody's claim, also when the Traffic Endpoint gets it later.
 */
static void test_endpoint_update_claims_nothing_on_n3(void **state)
{
	struct harness *h = *state;
	struct example other = h->ex;
	struct pfcp_traffic_endpoint *at;

	other.cp_seid = 0x2222;
	other.ue = harness_ip("10.60.1.9");
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_ACCEPTED);
	endpoints_ask(h);
	accepted(h);
	at = endpoint_update(h, 1);
	at->has_network_instance = true;
	strcpy(at->network_instance.text, "access");
	at->n_ue_ip = 1;
	at->ue_ip[0] = (struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = other.ue}};
	accepted(h);
	assert_true(has_ue4(h, EX_PDR_UL, "10.60.1.9", 32));
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 2);
}

/* QFIs of its own hold whatever the Traffic Endpoint's are. */
static void test_endpoint_and_own_qfis(void **state)
{
	struct harness *h = *state;
	struct pfcp_traffic_endpoint *at;

	endpoints_ask(h);
	pdr_of(h, 0)->pdi.n_qfi = 1;
	pdr_of(h, 0)->pdi.qfi[0] = 3;
	accepted(h);
	assert_true(dp_pdr(h, EX_PDR_UL)->qfis == 1ull << 3);
	at = endpoint_update(h, 1);
	at->n_qfi = 1;
	at->qfi[0] = 5;
	accepted(h);
	assert_true(dp_pdr(h, EX_PDR_UL)->qfis == 1ull << 3);
}

static void test_endpoint_removal_takes_pdrs_along(void **state)
{
	struct harness *h = *state;

	endpoints_ask(h);
	accepted(h);
	example_modification(&h->msg, &h->ex);
	MOD(h)->n_remove_traffic_endpoint = 1;
	MOD(h)->remove_traffic_endpoint[0] = 2;
	accepted(h);
	assert_null(dp_pdr(h, EX_PDR_DL));
	assert_non_null(dp_pdr(h, EX_PDR_UL));
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
	example_modification(&h->msg, &h->ex);
	MOD(h)->n_remove_traffic_endpoint = 1;
	MOD(h)->remove_traffic_endpoint[0] = 1;
	accepted(h);
	assert_null(null_dp_find(h->upf.dp, h->ex.up_seid));
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

/* One F-TEID by CHOOSE ID, of two Traffic Endpoints and a PDR */
static void test_endpoints_share_an_f_teid(void **state)
{
	struct harness *h = *state;
	struct pfcp_traffic_endpoint *at = EST(h)->create_traffic_endpoint;
	const struct pfcp_created_traffic_endpoint *c = EST_ANSWER(h)->created_traffic_endpoint;

	example_establishment(&h->msg, &h->ex);
	EST(h)->n_create_traffic_endpoint = 3;
	endpoint_f_teid(&at[0], 1, 8);
	endpoint_f_teid(&at[1], 2, 8);
	endpoint_f_teid(&at[2], 3, 9);
	pdr_of(h, 0)->pdi.f_teid.has_choose_id = true;
	pdr_of(h, 0)->pdi.f_teid.choose_id = 8;
	accepted(h);
	assert_int_equal(EST_ANSWER(h)->n_created_traffic_endpoint, 3);
	assert_int_equal(c[0].f_teid.teid, c[1].f_teid.teid);
	assert_int_equal(c[0].f_teid.teid, EST_ANSWER(h)->created_pdr[0].f_teid.teid);
	assert_int_not_equal(c[0].f_teid.teid, c[2].f_teid.teid);
	assert_int_equal(upf_teid_count(&h->upf.teids), 2);
}

/* As many as there may be, each of which is updated twice and chooses: they are told of once. */
static void test_endpoints_all_choose(void **state)
{
	struct harness *h = *state;
	struct pfcp_traffic_endpoint *at = EST(h)->create_traffic_endpoint;

	example_establishment(&h->msg, &h->ex);
	EST(h)->n_create_traffic_endpoint = UPF_ENDPOINTS_MAX;
	for (uint8_t i = 0; i < UPF_ENDPOINTS_MAX; i++)
		endpoint_f_teid(&at[i], i, -1);
	accepted(h);
	assert_int_equal(EST_ANSWER(h)->n_created_traffic_endpoint, UPF_ENDPOINTS_MAX);
	example_modification(&h->msg, &h->ex);
	MOD(h)->n_update_traffic_endpoint = UPF_ENDPOINTS_MAX;
	for (uint8_t i = 0; i < UPF_ENDPOINTS_MAX; i++) {
		at = &MOD(h)->update_traffic_endpoint[i];
		memset(at, 0, sizeof(*at));
		at->id = i % 2;
		at->n_ue_ip = 1;
		at->ue_ip[0] = (struct pfcp_ue_ip){.choose4 = true};
	}
	accepted(h);
	assert_int_equal(MOD_ANSWER(h)->n_created_traffic_endpoint, 2);
	assert_int_equal(MOD_ANSWER(h)->created_traffic_endpoint[1].id, 1);
	example_modification(&h->msg, &h->ex);
	MOD(h)->n_create_traffic_endpoint = 1;
	endpoint_f_teid(&MOD(h)->create_traffic_endpoint[0], 99, -1);
	refused(h, PFCP_CAUSE_NO_RESOURCES);
}

/* ---- UE addresses chosen by the UPF ---- */

static void choose_ue(struct pfcp_pdr *pdr, bool v4, bool v6)
{
	pdr->pdi.n_ue_ip = 1;
	pdr->pdi.ue_ip[0] = (struct pfcp_ue_ip){
		.choose4 = v4,
		.choose6 = v6,
		.destination = pdr->pdi.source_interface != PFCP_INTERFACE_ACCESS,
	};
}

static void chosen_ask(struct harness *h, struct example *ex)
{
	example_establishment(&h->msg, ex);
	choose_ue(pdr_of(h, 0), true, false);
	choose_ue(pdr_of(h, 1), true, false);
}

static void test_chosen_ue(void **state)
{
	struct harness *h = *state;
	const struct pfcp_created_pdr *c = EST_ANSWER(h)->created_pdr;

	chosen_ask(h, &h->ex);
	accepted(h);
	assert_int_equal(EST_ANSWER(h)->n_created_pdr, 2);
	assert_true(c[0].has_f_teid && !c[1].has_f_teid);
	assert_int_equal(c[0].n_ue_ip, 1);
	assert_int_equal(c[1].n_ue_ip, 1);
	assert_true(c[0].ue_ip[0].address.v4 && !c[0].ue_ip[0].address.v6);
	assert_int_equal(c[0].ue_ip[0].address.ip4.s_addr, harness_ip("10.60.1.1").s_addr);
	assert_int_equal(c[1].ue_ip[0].address.ip4.s_addr, harness_ip("10.60.1.1").s_addr);
	assert_true(has_ue4(h, EX_PDR_UL, "10.60.1.1", 32));
	assert_true(has_ue4(h, EX_PDR_DL, "10.60.1.1", 32));
	assert_int_equal(harness_dp(h, &h->ex)->ue_count, 1);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 1);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
}

static void test_chosen_ue_refused(void **state)
{
	struct harness *h = *state;

	chosen_ask(h, &h->ex);
	EST(h)->create_pdr[1].far_id = 99;
	refused(h, PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
	chosen_ask(h, &h->ex);
	null_dp_refuse(h->upf.dp, -ENOSPC, DP_ERROR_SESSION, 0);
	refused(h, PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
}

/* It stood in the session already, as what uplink may come from: it is taken all the same. */
static void test_chosen_ue_that_was_named(void **state)
{
	struct harness *h = *state;

	h->ex.ue = harness_ip("10.60.1.1"); /* the first that is given out */
	example_establishment(&h->msg, &h->ex);
	choose_ue(pdr_of(h, 1), true, false);
	accepted(h);
	assert_true(has_ue4(h, EX_PDR_DL, "10.60.1.1", 32));
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 1);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
}

/* A framed route is none */
static void test_chosen_ue_beside_a_route(void **state)
{
	struct harness *h = *state;

	example_establishment(&h->msg, &h->ex);
	choose_ue(pdr_like(h, 1, 3), true, false);
	pdr_of(h, 1)->pdi.n_ue_ip = 0;
	pdr_of(h, 1)->pdi.n_framed_route = 1;
	strcpy(pdr_of(h, 1)->pdi.framed_route[0].text, "192.0.2.0/24 10.60.0.1 1");
	accepted(h);
	assert_true(has_ue4(h, EX_PDR_DL, "192.0.2.0", 24));
	assert_true(has_ue4(h, 3, "10.60.1.1", 32));
	assert_int_equal(ue_count(h, 3), 1);
}

/* A pool of a /30 has two. */
static void test_chosen_ue_exhausted(void **state)
{
	struct harness *h = *state;
	struct example ex[3] = {h->ex, h->ex, h->ex};

	for (uint32_t i = 0; i < 3; i++) {
		ex[i].cp_seid = 1 + i;
		chosen_ask(h, &ex[i]);
		pdr_of(h, 1)->pdi.has_network_instance = true;
		strcpy(pdr_of(h, 1)->pdi.network_instance.text, "internet");
		assert_int_equal(harness_request(h, &ex[i]),
				 i < 2 ? PFCP_CAUSE_ACCEPTED : PFCP_CAUSE_NO_RESOURCES);
	}
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 2);
	assert_int_equal(harness_delete(h, &ex[0]), PFCP_CAUSE_ACCEPTED);
	chosen_ask(h, &ex[2]);
	strcpy(pdr_of(h, 1)->pdi.network_instance.text, "internet");
	pdr_of(h, 1)->pdi.has_network_instance = true;
	assert_int_equal(harness_request(h, &ex[2]), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 2);
}

#define T(name)	     cmocka_unit_test_setup_teardown(name, rules_bed_setup, rules_bed_teardown)
#define T_WIDE(name) cmocka_unit_test_setup_teardown(name, rules_bed_setup_wide, rules_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_endpoints),
		T(test_endpoint_update),
		T(test_endpoint_update_claims_nothing_on_n3),
		T(test_endpoint_and_own_qfis),
		T(test_endpoint_removal_takes_pdrs_along),
		T(test_endpoints_share_an_f_teid),
		T(test_endpoints_all_choose),
		T(test_chosen_ue),
		T(test_chosen_ue_refused),
		T(test_chosen_ue_that_was_named),
		T(test_chosen_ue_beside_a_route),
		T_WIDE(test_chosen_ue_exhausted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
