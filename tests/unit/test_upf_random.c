// SPDX-License-Identifier: Apache-2.0
/*
 * Requests at random, from a seed: establishments, modifications, deletions, good and bad. One that
 * is refused changes nothing at all; after one that is accepted all tables agree, and the data
 * plane has what a fresh translation of the session's rules gives (upf_tables_fault); in the end
 * all is given back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_rules_bed.h"
#include "tests/unit/upf_tables.h"

enum {
	SESSIONS = 4,
	STEPS = 2000,
	RESTARTED_AFTER = 7,
	PDRS = 6,
	FARS = 4,
	QERS = 3,
	ENDPOINTS = 3
};

struct random {
	struct harness *h;
	uint64_t state;
	struct example ex[SESSIONS]; /* up_seid 0: not there */
	size_t accepted, refused;
	bool killed; /* now and then */
	/* by id: what the session has that is worked on */
	bool pdr[PDRS], far[FARS], qer[QERS], endpoint[ENDPOINTS];
};

static uint32_t below(struct random *r, uint32_t n)
{
	r->state = r->state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(r->state >> 33) % n;
}

static bool one_in(struct random *r, uint32_t n)
{
	return below(r, n) == 0;
}

/* An id that is there, or one that isn't: mostly */
static uint32_t pick(struct random *r, bool *there, uint32_t n, bool wanted)
{
	uint32_t id = below(r, n);

	for (unsigned tries = 0; tries < 8 && there[id] != wanted; tries++)
		id = below(r, n);
	there[id] = true;
	return id;
}

static void look(struct random *r, const struct example *ex)
{
	const struct upf_session *s = upf_session_find(&r->h->upf.sessions, ex->up_seid);
	const struct upf_rules *rules = s ? upf_session_rules(&r->h->upf, s) : NULL;

	memset(r->pdr, 0, sizeof(r->pdr));
	memset(r->far, 0, sizeof(r->far));
	memset(r->qer, 0, sizeof(r->qer));
	memset(r->endpoint, 0, sizeof(r->endpoint));
	for (size_t i = 0; rules && i < rules->n_pdr; i++)
		r->pdr[rules->pdr[i].id - 1] = true;
	for (size_t i = 0; rules && i < rules->n_far; i++)
		r->far[rules->far[i].id - EX_FAR_UL] = true;
	for (size_t i = 0; rules && i < rules->n_qer; i++)
		r->qer[rules->qer[i].id - EX_QER] = true;
	for (size_t i = 0; rules && i < rules->n_endpoint; i++)
		r->endpoint[rules->endpoint[i].id - 1] = true;
}

/* ---- parts of rules ---- */

static void ue_make(struct random *r, struct pfcp_ue_ip *ue, bool destination)
{
	*ue = (struct pfcp_ue_ip){.destination = destination};
	switch (below(r, 8)) {
	case 0:
		ue->choose4 = true;
		break;
	case 1:
		ue->choose6 = true;
		break;
	case 2:
		ue->address.v6 = true;
		ue->address.ip6 = prefix6("2001:db8:60::", 64).addr.ip6;
		ue->address.ip6.s6_addr[7] = (uint8_t)below(r, 4);
		break;
	default:
		ue->address.v4 = true;
		ue->address.ip4.s_addr = htonl(0x0a3c0101 + below(r, 40));
	}
}

static void f_teid_make(struct random *r, struct pfcp_f_teid *f)
{
	*f = (struct pfcp_f_teid){.choose = !one_in(r, 4), .address.v4 = true};
	if (f->choose) {
		f->has_choose_id = one_in(r, 3);
		f->choose_id = (uint8_t)below(r, 2);
		f->address.v6 = one_in(r, 4);
		return;
	}
	f->teid = r->ex[below(r, SESSIONS)].ul_teid; /* whoever's */
	f->address.ip4 = r->h->ex.n3;
}

static void instance_make(struct random *r, bool *has, struct pfcp_name *name)
{
	static const char *const names[] = {"internet", "ims", "edge"};

	*has = one_in(r, 4);
	strcpy(name->text, names[below(r, 3)]);
}

static uint8_t routes_make(struct random *r, struct pfcp_text *at)
{
	static const char *const texts[] = {"192.0.2.0/24", "198.51.100.0/24 0.0.0.0 1",
					    "10.60.1.3/32", "none"};

	if (!one_in(r, 6))
		return 0;
	strcpy(at->text, texts[below(r, one_in(r, 4) ? 4 : 3)]);
	return 1;
}

static void sdf_make(struct random *r, struct pfcp_pdi *pdi)
{
	static const char *const texts[] = {"permit out ip from any to assigned",
					    "permit out 17 from 192.0.2.0/24 53 to assigned",
					    "permit out 6 from any 1-2,80,443 to assigned 7,9",
					    "permit out 58 from ff02::2/128 to assigned",
					    "deny out ip from any to any"};

	pdi->n_sdf = one_in(r, 3) ? (uint8_t)below(r, 3) : 0;
	for (size_t i = 0; i < pdi->n_sdf; i++) {
		struct pfcp_sdf_filter *f = &pdi->sdf[i];

		memset(f, 0, sizeof(*f));
		f->has_flow = !one_in(r, 5);
		strcpy(f->flow, f->has_flow ? texts[below(r, one_in(r, 6) ? 5 : 4)] : "");
		f->has_filter_id = !f->has_flow || one_in(r, 3);
		f->filter_id = below(r, 2);
	}
}

static void pdi_make(struct random *r, struct pfcp_pdr *pdr, bool update)
{
	static const uint8_t sources[] = {PFCP_INTERFACE_CORE, PFCP_INTERFACE_N6_LAN,
					  PFCP_INTERFACE_CP_FUNCTION};
	struct pfcp_pdi *pdi = &pdr->pdi;
	const bool uplink = one_in(r, 2);
	const bool tunnel = uplink || one_in(r, 5);

	pdr->has_pdi = true;
	pdi->source_interface = uplink ? PFCP_INTERFACE_ACCESS : sources[below(r, 3)];
	pdr->has_outer_header_removal = tunnel != one_in(r, 20);
	pdr->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP4;
	instance_make(r, &pdi->has_network_instance, &pdi->network_instance);
	sdf_make(r, pdi);
	pdi->n_qfi = tunnel && one_in(r, 2);
	pdi->qfi[0] = (uint8_t)below(r, 64);
	if (one_in(r, 4) && (r->endpoint[0] || r->endpoint[1] || one_in(r, 8))) {
		pdi->n_traffic_endpoint_id = 1;
		pdi->traffic_endpoint_id[0] = (uint8_t)(1 + pick(r, r->endpoint, ENDPOINTS, true));
		return;
	}
	pdi->has_f_teid = tunnel;
	f_teid_make(r, &pdi->f_teid);
	if (update && pdi->f_teid.choose && !one_in(r, 8))
		pdi->has_f_teid = false;
	pdi->n_ue_ip = !tunnel || one_in(r, 2);
	ue_make(r, &pdi->ue_ip[0], !uplink);
	pdi->n_framed_route = routes_make(r, pdi->framed_route);
}

static void pdr_make(struct random *r, struct pfcp_pdr *pdr, bool update)
{
	pfcp_pdr_init(pdr);
	pdr->pdr_id = (uint16_t)(1 + pick(r, r->pdr, PDRS, update));
	pdr->has_precedence = !update || one_in(r, 2);
	pdr->precedence = below(r, 1000);
	pdr->has_far_id = !update || one_in(r, 3);
	pdr->far_id = EX_FAR_UL + pick(r, r->far, FARS, true);
	pdr->n_qer_id = (uint8_t)below(r, 3);
	for (size_t i = 0; i < pdr->n_qer_id; i++)
		pdr->qer_id[i] = EX_QER + pick(r, r->qer, QERS, true);
	pdr->has_activation_time = one_in(r, 10);
	pdr->activation_time = upf_now(&r->h->upf).ntp + (one_in(r, 2) ? 1000 : -1000u);
	pdr->has_deactivation_time = one_in(r, 10);
	pdr->deactivation_time = upf_now(&r->h->upf).ntp + (one_in(r, 2) ? 1000 : -1000u);
	if (!update || one_in(r, 2))
		pdi_make(r, pdr, update);
	if (update && one_in(r, 6))
		pdr->cleared = (struct pfcp_cleared){1, {PFCP_IE_QER_ID}};
	if (pdr->cleared.n)
		pdr->n_qer_id = 0;
}

static void tunnel_make(struct random *r, struct pfcp_outer_header_creation *outer)
{
	*outer = (struct pfcp_outer_header_creation){
		.description = one_in(r, 6) ? PFCP_OHC_GTPU_UDP_IP6 : PFCP_OHC_GTPU_UDP_IP4,
		.teid = below(r, 20),
		.ip4 = r->h->ex.gnb,
		.ip6 = prefix6("2001:db8:3::9", 128).addr.ip6,
	};
}

static void far_make(struct random *r, struct pfcp_far *far, bool update)
{
	static const uint16_t actions[] = {PFCP_ACTION_FORW, PFCP_ACTION_FORW,
					   PFCP_ACTION_BUFF | PFCP_ACTION_NOCP, PFCP_ACTION_DROP,
					   PFCP_ACTION_FORW | PFCP_ACTION_DUPL};
	const bool tunnel = one_in(r, 2);

	pfcp_far_init(far);
	far->far_id = EX_FAR_UL + pick(r, r->far, FARS, update);
	far->has_apply_action = !update || one_in(r, 2);
	far->apply_action = actions[below(r, 5)];
	far->has_forwarding = !update || one_in(r, 2);
	far->forwarding.has_destination_interface = true;
	far->forwarding.destination_interface =
		tunnel ? PFCP_INTERFACE_ACCESS : PFCP_INTERFACE_CORE;
	far->forwarding.has_outer_header_creation = tunnel != one_in(r, 10);
	tunnel_make(r, &far->forwarding.outer_header_creation);
	instance_make(r, &far->forwarding.has_network_instance, &far->forwarding.network_instance);
	far->has_bar_id = one_in(r, 8);
	far->bar_id = (uint8_t)(3 + one_in(r, 8));
	far->n_duplicating = one_in(r, 6) || far->apply_action & PFCP_ACTION_DUPL;
	far->duplicating[0] = (struct pfcp_duplicating){
		.has_destination_interface = true,
		.destination_interface = PFCP_INTERFACE_ACCESS,
		.has_outer_header_creation = true,
	};
	tunnel_make(r, &far->duplicating[0].outer_header_creation);
}

static void qer_make(struct random *r, struct pfcp_qer *qer, bool update)
{
	*qer = (struct pfcp_qer){.qer_id = EX_QER + pick(r, r->qer, QERS, update)};
	qer->has_gate_status = !update || one_in(r, 2);
	qer->gate_status.uplink = (uint8_t)below(r, 2);
	qer->has_mbr = one_in(r, 2);
	qer->mbr = (struct pfcp_bit_rate){below(r, 1000), below(r, 1000)};
	qer->has_gbr = one_in(r, 5);
	qer->gbr = (struct pfcp_bit_rate){below(r, 500), below(r, 500)};
	qer->has_qfi = one_in(r, 2);
	qer->qfi = (uint8_t)below(r, 64);
	qer->has_reflective = one_in(r, 3);
	qer->reflective = (uint8_t)below(r, 2);
	qer->has_packet_rate = one_in(r, 20);
	qer->packet_rate.has_uplink = true;
}

static void endpoint_make(struct random *r, struct pfcp_traffic_endpoint *at, bool update)
{
	const bool tunnel = one_in(r, 2);

	memset(at, 0, sizeof(*at));
	at->id = (uint8_t)(1 + pick(r, r->endpoint, ENDPOINTS, update));
	at->has_f_teid = tunnel && (!update || one_in(r, 4));
	f_teid_make(r, &at->f_teid);
	instance_make(r, &at->has_network_instance, &at->network_instance);
	at->n_ue_ip = !tunnel || one_in(r, 2);
	ue_make(r, &at->ue_ip[0], !tunnel);
	at->n_framed_route = routes_make(r, at->framed_route);
	at->n_qfi = one_in(r, 3);
	at->qfi[0] = (uint8_t)below(r, 64);
	if (update && one_in(r, 5) && !at->n_ue_ip)
		at->cleared = (struct pfcp_cleared){1, {PFCP_IE_UE_IP_ADDRESS}};
}

/* ---- requests ---- */

/* The example, with more rules than it has, and some of its own changed */
static void establishment_make(struct random *r, struct example *ex)
{
	struct pfcp_session_establishment_request *e = EST(r->h);

	ex->ue.s_addr = htonl(0x0a3c0101 + below(r, 40));
	example_establishment(&r->h->msg, ex);
	look(r, &(struct example){0});
	r->pdr[0] = r->pdr[1] = r->far[0] = r->far[1] = r->qer[0] = true;
	e->n_create_traffic_endpoint = (uint8_t)below(r, 2);
	for (size_t i = 0; i < e->n_create_traffic_endpoint; i++)
		endpoint_make(r, &e->create_traffic_endpoint[i], false);
	e->has_create_bar = one_in(r, 2);
	e->create_bar = (struct pfcp_bar){.bar_id = 3};
	if (one_in(r, 8))
		pdr_make(r, &e->create_pdr[below(r, 2)], false);
	if (one_in(r, 3))
		pdr_make(r, &e->create_pdr[e->n_create_pdr++], false);
	if (one_in(r, 3))
		far_make(r, &e->create_far[e->n_create_far++], false);
	if (one_in(r, 3))
		qer_make(r, &e->create_qer[e->n_create_qer++], false);
	e->has_sereq_flags = one_in(r, 10);
	e->sereq_flags = PFCP_SEREQ_RESTI;
}

static void removals_make(struct random *r, struct pfcp_session_modification_request *m)
{
	if (one_in(r, 5))
		m->remove_pdr[m->n_remove_pdr++] = (uint16_t)(1 + pick(r, r->pdr, PDRS, true));
	if (one_in(r, 10))
		m->remove_far[m->n_remove_far++] = EX_FAR_UL + pick(r, r->far, FARS, true);
	if (one_in(r, 10))
		m->remove_qer[m->n_remove_qer++] = EX_QER + pick(r, r->qer, QERS, true);
	if (one_in(r, 10))
		m->remove_traffic_endpoint[m->n_remove_traffic_endpoint++] =
			(uint8_t)(1 + pick(r, r->endpoint, ENDPOINTS, true));
	m->has_remove_bar = one_in(r, 20);
	m->remove_bar = 3;
}

#define SOME(kind, way, odds)                                                                      \
	if (one_in(r, odds))                                                                       \
		kind##_make(r, &m->way##_##kind[m->n_##way##_##kind++], 'u' == #way[0]);

static void modification_make(struct random *r, struct example *ex)
{
	struct pfcp_session_modification_request *m = MOD(r->h);

	example_modification(&r->h->msg, ex);
	look(r, ex);
	removals_make(r, m);
	SOME(pdr, create, 5)
	SOME(pdr, update, 4)
	SOME(pdr, update, 8)
	SOME(far, create, 6)
	SOME(far, update, 4)
	SOME(qer, create, 8)
	SOME(qer, update, 6)
	if (one_in(r, 6))
		endpoint_make(r, &m->create_traffic_endpoint[m->n_create_traffic_endpoint++],
			      false);
	if ((r->endpoint[0] || r->endpoint[1] || one_in(r, 8)) && one_in(r, 3))
		endpoint_make(r, &m->update_traffic_endpoint[m->n_update_traffic_endpoint++], true);
	m->has_create_bar = one_in(r, 20);
	m->create_bar = (struct pfcp_bar){.bar_id = 3};
}

/* Return: the cause; 0: can't be encoded, so that no SMF can ask for it */
static uint8_t request(struct random *r, struct example *ex)
{
	static uint8_t buf[65536];
	size_t len;

	if (pfcp_encode(&r->h->msg, buf, sizeof(buf), &len))
		return 0;
	if (one_in(r, 20))
		null_dp_refuse(r->h->upf.dp, -EIO, DP_ERROR_SESSION, 0);
	return harness_request(r->h, ex);
}

static void check(struct random *r, uint8_t cause, const char *before, size_t step)
{
	const char *fault;
	char *after;

	if (!cause)
		return;
	r->accepted += cause == PFCP_CAUSE_ACCEPTED;
	r->refused += cause != PFCP_CAUSE_ACCEPTED;
	fault = upf_tables_fault(&r->h->upf);
	if (fault)
		fail_msg("step %zu, cause %u: %s", step, cause, fault);
	if (cause == PFCP_CAUSE_ACCEPTED)
		return;
	after = harness_state(r->h);
	if (strcmp(before, after))
		fail_msg("step %zu: refused (%s), but\n%sbecame\n%s", step, pfcp_cause_name(cause),
			 before, after);
	free(after);
}

static void step(struct random *r, size_t n)
{
	struct example *ex = &r->ex[below(r, SESSIONS)];
	char *before = harness_state(r->h);
	const bool is_new = !ex->up_seid;
	uint8_t cause;

	/* one of a killed predecessor's makes room for the same F-SEID, so its state changes */
	if (is_new || (!r->killed && one_in(r, 30))) {
		establishment_make(r, ex);
		cause = request(r, ex);
	} else if (one_in(r, 12)) {
		cause = harness_delete(r->h, ex);
		ex->up_seid = 0;
		ex->ul_teid = 0;
	} else {
		modification_make(r, ex);
		cause = request(r, ex);
	}
	null_dp_refuse(r->h->upf.dp, 0, 0, 0);
	check(r, cause, before, n);
	free(before);
}

/* Without how often the data plane was told */
static char *state_kept(struct harness *h)
{
	char *text = harness_state(h);

	*strstr(text, " applies ") = 0;
	return text;
}

/* It is killed: all is as before, to the last rule */
static void restart(struct random *r, size_t n)
{
	char *before = state_kept(r->h), *after;
	const char *fault;

	assert_int_equal(harness_restart(r->h), 0);
	after = state_kept(r->h);
	if (strcmp(before, after))
		fail_msg("step %zu: killed, and\n%sbecame\n%s", n, before, after);
	fault = upf_tables_fault(&r->h->upf);
	if (fault)
		fail_msg("step %zu: killed: %s", n, fault);
	free(before);
	free(after);
}

static void random_run(struct harness *h, bool killed)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct random r = {.h = h, .state = seed, .killed = killed};

		for (size_t i = 0; i < SESSIONS; i++) {
			r.ex[i] = r.h->ex;
			r.ex[i].cp_seid = seed << 8 | i;
		}
		for (size_t i = 0; i < STEPS; i++) {
			step(&r, i);
			if (killed && i % RESTARTED_AFTER == 0)
				restart(&r, i);
		}
		for (size_t i = 0; i < SESSIONS; i++)
			if (r.ex[i].up_seid)
				assert_int_equal(harness_delete(r.h, &r.ex[i]),
						 PFCP_CAUSE_ACCEPTED);
		assert_int_equal(r.h->upf.sessions.count, 0);
		assert_int_equal(upf_teid_count(&r.h->upf.teids), 0);
		assert_int_equal(upf_ue_address_count(&r.h->upf.addresses), 0);
		assert_int_equal(null_dp_count(r.h->upf.dp), 0);
		print_message("# seed %zu: %zu accepted, %zu refused\n", (size_t)seed, r.accepted,
			      r.refused);
		assert_true(r.accepted > STEPS / 5 && r.refused > STEPS / 5);
	}
}

static void test_random(void **state)
{
	random_run(*state, false);
}

static void test_random_killed(void **state)
{
	harness_keep(*state);
	random_run(*state, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random, rules_bed_setup_wide,
						rules_bed_teardown),
		cmocka_unit_test_setup_teardown(test_random_killed, rules_bed_setup_wide,
						rules_bed_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
