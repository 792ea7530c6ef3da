// SPDX-License-Identifier: Apache-2.0
/* A PDU session's life at the SMF: set up, released, and every way to fail midway, in bytes of
 * NGAP, NAS and PFCP. */
#include "tests/unit/smf_world.h"

#include <arpa/inet.h>

static void begin(struct world *w)
{
	world_gnb(w, 0, false);
	world_register(w, 7);
}

static void is_gone_everywhere(struct world *w)
{
	assert_null(world_session(w, 1));
	assert_int_equal(HASH_CNT(by_seid, w->smf.sessions->by_seid), 0);
	for (int i = 0; i < WORLD_UPFS; i++) {
		assert_int_equal(w->upf[i].count, 0);
		assert_int_equal(w->smf.n4->upfs[i].pool.taken, 0);
		assert_int_equal(w->smf.n4->upfs[i].sessions, 0);
	}
}

/* ---- set-up ---- */

static void check_accept(struct world *w)
{
	const struct nas_pdu_session_establishment_accept *a =
		&w->sm.pdu_session_establishment_accept;

	assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT);
	assert_int_equal(w->sm.session_id, 1);
	assert_int_equal(w->sm.pti, 5);
	assert_int_equal(a->session_type, NAS_SESSION_IPV4);
	assert_int_equal(a->ssc_mode, 3);
	assert_false(a->has_cause);
	assert_string_equal(inet_ntoa(a->address.ipv4), "10.60.1.2");
	assert_int_equal(a->epco.ipv4_mtu, 1456);
	assert_int_equal(a->epco.dns_ipv4_count, 1);
	assert_string_equal(inet_ntoa(a->epco.dns_ipv4[0]), "10.70.0.53");
	assert_string_equal(a->dnn.text, "internet");
	assert_int_equal(a->rule_count, 1);
	assert_int_equal(a->rule[0].qfi, SMF_QFI);
}

static void test_establishment(void **state)
{
	struct world *w = *state;
	const struct ngap_session_setup *setup;
	struct world_upf_session *u;
	struct session *s;

	begin(w);
	world_ask(w, 1, 5);
	setup = &world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST)
			 ->pdu_session_resource_setup_request.sessions.item[0];
	check_accept(w);
	s = world_session(w, 1);
	assert_int_equal(s->state, SESSION_N2_SETUP);
	assert_int_equal(setup->session_id, 1);
	assert_string_equal(inet_ntoa(setup->transfer.uplink.ipv4), "10.101.2.1");
	assert_int_equal(setup->transfer.uplink.teid, s->uplink.teid);
	assert_int_equal(setup->transfer.qos_flow[0].qfi, SMF_QFI);
	u = world_upf_find(w, 0, s->cp_seid);
	assert_int_equal(u->dl_action, PFCP_ACTION_DROP); /* until the gNB's end is known */
	world_setup_response(w, 1, 0x4711);
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_string_equal(session_public_state(s), "active");
	assert_int_equal(u->dl_action, PFCP_ACTION_FORW);
	assert_int_equal(u->dl_teid, 0x4711);
	assert_string_equal(inet_ntoa(u->dl_addr), "10.101.1.1");
	assert_int_equal(u->ue_addr.s_addr, s->address.s_addr);
	assert_int_equal(w->smf.counters.count[SMF_sessions_established], 1);
}

static void test_fifteen_in_parallel(void **state)
{
	struct world *w = *state;

	begin(w);
	for (uint8_t id = 1; id <= 15; id++)
		world_ask(w, id, id);
	for (uint8_t id = 1; id <= 15; id++)
		world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	for (uint8_t id = 15; id >= 1; id--) /* answered in another order */
		world_setup_response(w, id, 0x100U + id);
	assert_int_equal(w->upf[0].count, 15);
	for (uint8_t id = 1; id <= 15; id++) {
		struct session *s = world_session(w, id);

		assert_int_equal(s->state, SESSION_ACTIVE);
		assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_teid, 0x100 + id);
	}
}

static void test_retransmitted_request(void **state)
{
	struct world *w = *state;

	begin(w);
	world_ask(w, 1, 5);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	world_ask(w, 1, 5);
	world_expect_nothing(w);
	assert_int_equal(w->upf[0].count, 1);
	world_ask(w, 1, 6); /* another procedure for the same id: not now */
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
	world_setup_response(w, 1, 0x10);
	assert_int_equal(world_session(w, 1)->state, SESSION_ACTIVE);
}

/* A UE that asks for an id that it already has, has lost it. */
static void test_same_id_again(void **state)
{
	struct world *w = *state;
	uint64_t old;

	begin(w);
	old = world_establish(w, 1)->cp_seid;
	world_ask(w, 1, 9);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->mm.type, 0); /* the gNB alone is told */
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	world_release_response(w, 1); /* of the old one */
	world_setup_response(w, 1, 0x20);
	assert_int_equal(world_session(w, 1)->state, SESSION_ACTIVE);
	assert_true(world_session(w, 1)->cp_seid != old);
	assert_null(world_upf_find(w, 0, old));
	assert_int_equal(w->upf[0].count, 1);
}

/* ---- requests that are refused ---- */

static const struct refused {
	const char *what;
	uint8_t type, ssc, request_type;
	const char *dnn;
	uint8_t sst, cause;
} refused[] = {
	{"IPv6", NAS_SESSION_IPV6, 3, NAS_REQUEST_INITIAL, "internet", 1, NAS_SM_IPV4_ONLY},
	{"Ethernet", NAS_SESSION_ETHERNET, 3, NAS_REQUEST_INITIAL, "internet", 1,
	 NAS_SM_UNKNOWN_SESSION_TYPE},
	{"unstructured", NAS_SESSION_UNSTRUCTURED, 3, NAS_REQUEST_INITIAL, "internet", 1,
	 NAS_SM_UNKNOWN_SESSION_TYPE},
	{"SSC mode 1", NAS_SESSION_IPV4, 1, NAS_REQUEST_INITIAL, "internet", 1,
	 NAS_SM_SSC_MODE_NOT_SUPPORTED},
	{"unknown DNN", NAS_SESSION_IPV4, 3, NAS_REQUEST_INITIAL, "nowhere", 1, NAS_SM_UNKNOWN_DNN},
	{"another slice", NAS_SESSION_IPV4, 3, NAS_REQUEST_INITIAL, "internet", 2,
	 NAS_SM_DNN_NOT_IN_SLICE},
	{"handover", NAS_SESSION_IPV4, 3, NAS_REQUEST_EXISTING, "internet", 1,
	 NAS_SM_SESSION_DOES_NOT_EXIST},
};

static void ask_refused(struct world *w, const struct refused *row)
{
	struct nas_message sm = {
		.type = NAS_PDU_SESSION_ESTABLISHMENT_REQUEST, .session_id = 1, .pti = 5};
	struct nas_message mm = {.type = NAS_UL_NAS_TRANSPORT};
	struct nas_ul_nas_transport *t = &mm.ul_nas_transport;
	uint8_t bytes[NAS_MAX_MESSAGE];
	size_t len;

	sm.pdu_session_establishment_request.has_session_type = true;
	sm.pdu_session_establishment_request.session_type = row->type;
	sm.pdu_session_establishment_request.has_ssc_mode = true;
	sm.pdu_session_establishment_request.ssc_mode = row->ssc;
	assert_int_equal(nas_encode(&sm, bytes, sizeof(bytes), &len), 0);
	t->container_type = NAS_CONTAINER_N1_SM;
	t->container = (struct nas_octets){bytes, len};
	t->has_session_id = true;
	t->session_id = 1;
	t->has_request_type = true;
	t->request_type = row->request_type;
	t->has_dnn = true;
	strcpy(t->dnn.text, row->dnn);
	t->has_snssai = true;
	t->snssai.sst = row->sst;
	world_nas(w, &mm);
}

static void test_refused(void **state)
{
	struct world *w = *state;

	begin(w);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		print_message("# %s\n", refused[i].what);
		ask_refused(w, &refused[i]);
		world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
		assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
		assert_int_equal(w->sm.pti, 5);
		assert_int_equal(w->sm.pdu_session_establishment_reject.cause, refused[i].cause);
		is_gone_everywhere(w);
	}
	assert_int_equal(w->smf.counters.drop[SMF_session_rejected],
			 sizeof(refused) / sizeof(refused[0]));
}

static void test_ipv4v6_becomes_ipv4(void **state)
{
	struct world *w = *state;
	const struct refused row = {"", NAS_SESSION_IPV4V6, 3, NAS_REQUEST_INITIAL, "internet", 1,
				    0};

	begin(w);
	ask_refused(w, &row);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	assert_int_equal(w->sm.pdu_session_establishment_accept.session_type, NAS_SESSION_IPV4);
	assert_true(w->sm.pdu_session_establishment_accept.has_cause);
	assert_int_equal(w->sm.pdu_session_establishment_accept.cause, NAS_SM_IPV4_ONLY);
	assert_false(w->sm.pdu_session_establishment_accept.has_epco); /* nothing was asked for */
}

/* ---- failures midway: everything is undone ---- */

static void test_upf_rejects(void **state)
{
	struct world *w = *state;

	begin(w);
	w->upf[0].cause[PFCP_SESSION_ESTABLISHMENT_REQUEST] = PFCP_CAUSE_NO_RESOURCES;
	world_ask(w, 1, 5);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause, NAS_SM_REQUEST_REJECTED);
	is_gone_everywhere(w);
}

static bool has_ngap(struct world *w)
{
	return w->ngap_count > 0;
}

static bool no_sessions(struct world *w)
{
	return HASH_CNT(by_seid, w->smf.sessions->by_seid) == 0;
}

static void test_upf_is_silent(void **state)
{
	struct world *w = *state;

	begin(w);
	w->upf[0].mute[PFCP_SESSION_ESTABLISHMENT_REQUEST] = true;
	world_ask(w, 1, 5);
	world_wait(w, has_ngap);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause, NAS_SM_NETWORK_FAILURE);
	assert_null(world_session(w, 1));
	/* The UPF may have made it all the same: it is found under its F-SEID, and deleted. */
	assert_int_equal(HASH_CNT(by_seid, w->smf.sessions->by_seid), 1);
	assert_int_equal(w->smf.n4->upfs[0].pool.taken, 1);
	w->upf[0].mute[PFCP_SESSION_ESTABLISHMENT_REQUEST] = false;
	world_wait(w, no_sessions);
	assert_true(w->upf[0].seen[PFCP_SESSION_DELETION_REQUEST] > 0);
	is_gone_everywhere(w);
}

static void send_setup_failure(struct world *w, uint8_t id)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_pdu_session_resource_setup_response *r =
		&pdu->pdu_session_resource_setup_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE;
	r->amf_ue_id = w->amf_ue_id;
	r->ran_ue_id = w->ran_ue_id;
	r->failed.count = 1;
	r->failed.item[0].session_id = id;
	r->failed.item[0].cause =
		(struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_RESOURCES_NOT_AVAILABLE};
	world_ngap(w, pdu);
	free(pdu);
}

static void test_gnb_refuses(void **state)
{
	struct world *w = *state;

	begin(w);
	world_ask(w, 1, 5);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	send_setup_failure(w, 1);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause,
			 NAS_SM_INSUFFICIENT_RESOURCES);
	is_gone_everywhere(w);
}

static void test_activation_fails(void **state)
{
	struct world *w = *state;

	begin(w);
	w->upf[0].cause[PFCP_SESSION_MODIFICATION_REQUEST] = PFCP_CAUSE_RULE_FAILURE;
	world_ask(w, 1, 5);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	world_setup_response(w, 1, 0x10);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_NETWORK_FAILURE);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	is_gone_everywhere(w);
}

static void test_pool_empty(void **state)
{
	struct world *w = *state;
	struct in_addr addr;

	begin(w);
	while (pool_take(&w->smf.n4->upfs[0].pool, &addr) == 0)
		continue;
	world_ask(w, 1, 5);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause,
			 NAS_SM_INSUFFICIENT_RESOURCES);
	assert_int_equal(w->smf.counters.drop[SMF_address_pool_empty], 1);
	assert_null(world_session(w, 1));
}

/* ---- release ---- */

static void test_released_by_ue(void **state)
{
	struct world *w = *state;
	struct nas_message sm = {
		.type = NAS_PDU_SESSION_RELEASE_REQUEST, .session_id = 1, .pti = 9};
	uint64_t seid;

	begin(w);
	seid = world_establish(w, 1)->cp_seid;
	world_sm(w, &sm, NULL);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_RELEASE_COMMAND);
	assert_int_equal(w->sm.pti, 9);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REGULAR_DEACTIVATION);
	world_release_response(w, 1);
	assert_non_null(
		world_upf_find(w, 0, seid)); /* the UE hasn't answered yet: nothing is lost */
	world_release_complete(w, 1);
	is_gone_everywhere(w);
	assert_int_equal(w->smf.counters.count[SMF_sessions_released], 1);
}

static bool one_session(struct world *w)
{
	return HASH_CNT(by_seid, w->smf.sessions->by_seid) == 1 && w->upf[0].count == 1;
}

static void test_released_by_network(void **state)
{
	struct world *w = *state;
	struct session_input in = {.cause = NAS_SM_REACTIVATION_REQUESTED};
	uint64_t seid;

	begin(w);
	seid = world_establish(w, 1)->cp_seid;
	assert_true(session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in));
	assert_string_equal(session_public_state(world_session(w, 1)), "releasing");
	assert_true(session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in)); /* idempotent */
	world_turn(w);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
	assert_int_equal(w->sm.pti, 0);
	world_expect_nothing(w);
	world_release_complete(w, 1); /* the UE's answer may be the first */
	assert_non_null(world_upf_find(w, 0, seid));
	/* the id is free as soon as both have answered, whatever the UPF does */
	w->upf[0].mute[PFCP_SESSION_DELETION_REQUEST] = true;
	world_release_response(w, 1);
	assert_null(world_session(w, 1));
	w->upf[0].mute[PFCP_SESSION_DELETION_REQUEST] = false;
	assert_string_equal(inet_ntoa(world_establish(w, 1)->address), "10.60.1.3");
	world_wait(w, one_session);
}

static bool ue_done(struct world *w)
{
	struct session *s = world_session(w, 1);

	return !s;
}

static void test_release_is_bounded(void **state)
{
	struct world *w = *state;
	struct session_input in = {.cause = NAS_SM_REGULAR_DEACTIVATION};

	begin(w);
	world_establish(w, 1);
	session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in);
	world_release_response(w, 1);
	/* the UE stays silent: the command again by NAS alone, a bounded number of times */
	for (int i = 1; i < SMF_NAS_TRIES; i++)
		session_feed(world_session(w, 1), SESSION_EV_TIMER, NULL);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	for (int i = 1; i < SMF_NAS_TRIES; i++) {
		world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
		assert_int_equal(w->sm.type, NAS_PDU_SESSION_RELEASE_COMMAND);
	}
	session_feed(world_session(w, 1), SESSION_EV_TIMER, NULL);
	world_wait(w, ue_done);
	world_turn(w);
	is_gone_everywhere(w);
}

static void test_ue_knows_no_such_session(void **state)
{
	struct world *w = *state;
	struct session_input in = {.cause = NAS_SM_REGULAR_DEACTIVATION};
	struct nas_message sm = {.type = NAS_5GSM_STATUS, .session_id = 1};

	begin(w);
	world_establish(w, 1);
	session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in);
	world_release_response(w, 1);
	sm.sm_status.cause = NAS_SM_INVALID_SESSION_ID;
	world_sm(w, &sm, NULL);
	is_gone_everywhere(w);
}

static void test_release_of_nothing(void **state)
{
	struct world *w = *state;
	struct nas_message sm = {
		.type = NAS_PDU_SESSION_RELEASE_REQUEST, .session_id = 4, .pti = 9};

	begin(w);
	world_sm(w, &sm, NULL);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_RELEASE_REJECT);
	assert_int_equal(w->sm.pdu_session_release_reject.cause, NAS_SM_INVALID_SESSION_ID);
}

/* ---- the UPF speaks ---- */

static void test_error_indication(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	world_report_error(w, 0, s, 0x9999); /* another tunnel: no news */
	assert_int_equal(s->state, SESSION_ACTIVE);
	world_report_error(w, 1, s, s->downlink.teid); /* not its UPF */
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(w->smf.counters.drop[SMF_upf_unknown_session], 1);
	world_report_error(w, 0, s, s->downlink.teid);
	assert_int_equal(s->state, SESSION_N2_RELEASE);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
}

static bool restored(struct world *w)
{
	struct session *s = world_session(w, 1);

	return w->upf[0].count == 1 && s && !s->n4_busy && !s->n4_lost &&
	       w->smf.counters.count[SMF_sessions_restored] == 1;
}

static bool remembered(struct world *w)
{
	struct session *s = world_session(w, 1);

	return s && !s->n4_busy && !s->n4_lost && world_upf_find(w, 0, s->cp_seid);
}

static void test_upf_restarts(void **state)
{
	struct world *w = *state;
	struct session_tunnel uplink;
	struct world_upf_session *u;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	uplink = s->uplink;
	world_upf_restart(w, 0);
	world_wait(w, restored);
	u = world_upf_find(w, 0, s->cp_seid);
	assert_true(u->restored);
	assert_int_equal(u->ul_teid, uplink.teid); /* so the gNB needs no change */
	assert_int_equal(s->uplink.teid, uplink.teid);
	assert_int_equal(u->dl_teid, 0x1001);
	assert_int_equal(u->dl_action, PFCP_ACTION_FORW);
	assert_int_equal(s->up_seid, u->up_seid);
	assert_int_equal(s->state, SESSION_ACTIVE);
	world_expect_nothing(w);
}

/* The same UPF, with the same recovery time stamp, has dropped its association and what belonged to
 * it: cause 72 of some later request tells. */
static void test_upf_forgets(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	w->upf[0].associated = false;
	w->upf[0].count = w->upf[0].answers = 0;
	world_ask(w, 2, 6);
	world_wait(w, remembered);
	assert_true(world_upf_find(w, 0, s->cp_seid)->restored);
	assert_int_equal(s->state, SESSION_ACTIVE);
}

/* Accepted, but nobody can use it: the UPF has a session that must not stay there. */
static void test_answer_without_f_teid(void **state)
{
	struct world *w = *state;

	begin(w);
	w->upf[0].flaw = WORLD_NO_F_TEID;
	world_ask(w, 1, 5);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause, NAS_SM_NETWORK_FAILURE);
	assert_int_equal(w->smf.counters.drop[SMF_upf_bad_answer], 1);
	assert_int_equal(w->smf.counters.drop[SMF_upf_rejected], 0);
	assert_int_equal(w->upf[0].seen[PFCP_SESSION_DELETION_REQUEST], 1);
	is_gone_everywhere(w);
}

static bool releases(struct world *w)
{
	struct session *s = world_session(w, 1);

	return s && s->state == SESSION_N2_RELEASE;
}

static void test_restored_elsewhere(void **state)
{
	struct world *w = *state;

	begin(w);
	world_establish(w, 1);
	world_upf_restart(w, 0);
	w->upf[0].flaw = WORLD_OTHER_F_TEID;
	world_wait(w, releases);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
	assert_int_equal(w->upf[0].count, 1);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	is_gone_everywhere(w);
}

static bool nothing_associated(struct world *w)
{
	for (int i = 0; i < WORLD_UPFS; i++)
		if (w->smf.n4->upfs[i].associated)
			return false;
	return true;
}

static bool waits_for_setup(struct world *w)
{
	struct session *s = world_session(w, 1);

	return s && s->state == SESSION_N2_SETUP;
}

static void all_silent(struct world *w, bool silent)
{
	for (int i = 0; i < WORLD_UPFS; i++)
		w->upf[i].silent = silent;
}

static void test_waits_for_association(void **state)
{
	struct world *w = *state;

	begin(w);
	all_silent(w, true);
	world_wait(w, nothing_associated);
	world_ask(w, 1, 5);
	assert_int_equal(world_session(w, 1)->state, SESSION_WAIT_UPF);
	world_expect_nothing(w);
	all_silent(w, false);
	world_wait(w, waits_for_setup);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	/* and not for ever */
	world_setup_response(w, 1, 0x10);
	all_silent(w, true);
	world_wait(w, nothing_associated);
	world_ask(w, 2, 6);
	session_feed(world_session(w, 2), SESSION_EV_TIMER, NULL);
	world_turn(w);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause, NAS_SM_NETWORK_FAILURE);
	assert_null(world_session(w, 2));
}

/* ---- the table itself ---- */

static void test_events_out_of_place(void **state)
{
	struct world *w = *state;
	struct session *s;
	uint64_t before;

	begin(w);
	s = world_establish(w, 1);
	before = w->smf.counters.drop[SMF_session_event_refused];
	assert_false(session_feed(s, SESSION_EV_N1_RELEASED, NULL));
	assert_false(session_feed(s, SESSION_EV_N4_DELETED, NULL));
	assert_false(session_feed(s, SESSION_EV_N2_SETUP_FAILED, NULL));
	world_setup_response(w, 1, 0x6666); /* an answer to nothing */
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(s->downlink.teid, 0x1001);
	assert_int_equal(w->smf.counters.drop[SMF_session_event_refused], before + 4);
	world_expect_nothing(w);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_establishment),
		WORLD_TEST(test_fifteen_in_parallel),
		WORLD_TEST(test_retransmitted_request),
		WORLD_TEST(test_same_id_again),
		WORLD_TEST(test_refused),
		WORLD_TEST(test_ipv4v6_becomes_ipv4),
		WORLD_TEST(test_upf_rejects),
		WORLD_TEST(test_upf_is_silent),
		WORLD_TEST(test_gnb_refuses),
		WORLD_TEST(test_activation_fails),
		WORLD_TEST(test_pool_empty),
		WORLD_TEST(test_released_by_ue),
		WORLD_TEST(test_released_by_network),
		WORLD_TEST(test_release_is_bounded),
		WORLD_TEST(test_ue_knows_no_such_session),
		WORLD_TEST(test_release_of_nothing),
		WORLD_TEST(test_error_indication),
		WORLD_TEST(test_upf_restarts),
		WORLD_TEST(test_upf_forgets),
		WORLD_TEST(test_answer_without_f_teid),
		WORLD_TEST(test_restored_elsewhere),
		WORLD_TEST(test_waits_for_association),
		WORLD_TEST(test_events_out_of_place),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_session", tests, NULL, NULL);
}
