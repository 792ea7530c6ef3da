// SPDX-License-Identifier: Apache-2.0
/* NG Setup, registration, deregistration, connections that come and go; and what doesn't fit, on N1
 * and N2. */
#include "smf-lite/registration.h"
#include "tests/unit/smf_world.h"

static struct ue *ue(struct world *w)
{
	return ue_find_supi(&w->smf, WORLD_SUPI);
}

static bool has_ngap(struct world *w)
{
	return w->ngap_count > 0;
}

static void begin(struct world *w)
{
	world_gnb(w, 0, false);
	world_register(w, 7);
}

/* ---- NG Setup ---- */

static void setup_with(struct world *w, uint32_t tac, const char *mnc)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_ng_setup_request *r = &pdu->ng_setup_request;
	struct sockaddr_in peer = {.sin_family = AF_INET};

	w->conn = n2_conn_open(w->smf.n2, &w->link[0], &peer);
	pdu->type = NGAP_NG_SETUP_REQUEST;
	assert_int_equal(ngap_plmn_set(&r->gnb_id.plmn, "001", mnc), 0);
	r->gnb_id.id = 1;
	r->gnb_id.bits = 24;
	r->tas.count = 1;
	r->tas.item[0].tac = tac;
	r->tas.item[0].plmns.count = 1;
	r->tas.item[0].plmns.item[0].plmn = r->gnb_id.plmn;
	r->tas.item[0].plmns.item[0].slice_count = 1;
	r->tas.item[0].plmns.item[0].slice[0].sst = 1;
	world_ngap(w, pdu);
	free(pdu);
}

static void expect_setup_failure(struct world *w)
{
	struct ngap_cause cause = world_expect(w, NGAP_NG_SETUP_FAILURE)->ng_setup_failure.cause;

	assert_int_equal(cause.group, NGAP_CAUSE_MISC);
	assert_int_equal(cause.value, NGAP_MISC_UNKNOWN_PLMN);
	assert_null(w->conn->gnb);
}

static void test_setup_of_another_network(void **state)
{
	struct world *w = *state;

	setup_with(w, 1, "02");
	expect_setup_failure(w);
	n2_conn_closed(w->conn);
	setup_with(w, 2, "01");
	expect_setup_failure(w);
	assert_int_equal(w->smf.counters.drop[SMF_ngap_setup_refused], 2);
	/* nothing is served to it */
	w->ran_ue_id = 1;
	world_nas(w, &(struct nas_message){.type = NAS_REGISTRATION_COMPLETE});
	world_expect(w, NGAP_ERROR_INDICATION);
	assert_int_equal(w->smf.counters.drop[SMF_ngap_no_setup], 1);
}

static void test_setup_answer(void **state)
{
	struct world *w = *state;
	const struct ngap_ng_setup_response *r = &w->in.ng_setup_response;

	world_gnb(w, 0, false);
	assert_int_equal(r->guamis.count, 1);
	assert_memory_equal(&r->guamis.item[0].guami.plmn, &w->config.plmn, 3);
	assert_int_equal(r->plmns.count, 1);
	assert_int_equal(r->plmns.item[0].slice_count, 1);
	assert_int_equal(r->plmns.item[0].slice[0].sst, 1);
	assert_false(r->ues_retained);
}

static void test_several_gnbs(void **state)
{
	struct world *w = *state;
	struct n2_conn *first;

	world_gnb(w, 0, false);
	first = w->conn;
	world_gnb(w, 1, false);
	assert_ptr_not_equal(first->gnb, w->conn->gnb);
	/* the first one again, on a new association, before the loss of its old one was noticed */
	world_gnb(w, 0, true);
	assert_true(w->link[0] == 0 && w->aborted[0]);
	assert_string_equal(w->conn->gnb->name, "gnb1");
}

static void test_connections_are_bounded(void **state)
{
	struct world *w = *state;
	struct sockaddr_in peer = {.sin_family = AF_INET};

	for (int i = 0; i < SMF_GNBS_MAX; i++)
		assert_non_null(n2_conn_open(w->smf.n2, &w->link[i == 5], &peer));
	/* one that has set up is not pushed out, a silent one is */
	for (int i = 0; i < SMF_GNBS_MAX; i++)
		if (i != 5)
			w->smf.n2->conns[i].gnb = &w->smf.n2->gnbs[0];
	assert_non_null(n2_conn_open(w->smf.n2, &w->link[2], &peer));
	assert_true(w->aborted[1]);
	assert_ptr_equal(w->smf.n2->conns[5].link, &w->link[2]);
	w->smf.n2->conns[5].gnb = &w->smf.n2->gnbs[0];
	assert_null(n2_conn_open(w->smf.n2, &w->link[3], &peer));
	assert_int_equal(w->smf.counters.drop[SMF_gnb_limit], 2);
}

/* ---- registration ---- */

static void test_registration(void **state)
{
	struct world *w = *state;
	struct nas_message msg = world_registration();
	const struct nas_registration_accept *a = &w->mm.registration_accept;
	const struct ngap_initial_context_setup_request *r = &w->in.initial_context_setup_request;
	static const uint8_t zeros[32];

	world_gnb(w, 0, false);
	world_initial_nas(w, 7, &msg);
	world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	assert_int_equal(r->ran_ue_id, 7);
	assert_int_equal(r->allowed_nssai.count, 1);
	assert_int_equal(r->security_capabilities.nr_encryption, 0xc000); /* NEA1, NEA2 */
	assert_memory_equal(r->security_key, zeros, sizeof(zeros));
	assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	assert_int_equal(a->access, NAS_ACCESS_3GPP);
	assert_int_equal(a->guti.guti.tmsi, ue(w)->tmsi);
	assert_int_equal(a->tais.item[0].tac, 1);
	assert_int_equal(a->allowed_nssai.item[0].sst, 1);
	assert_int_equal(ue(w)->state, UE_ACCEPTING);
	/* not heard: the request again on the same connection, the accept again */
	w->amf_ue_id = r->amf_ue_id;
	w->ran_ue_id = 7;
	world_nas(w, &msg);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	world_nas(w, &(struct nas_message){.type = NAS_REGISTRATION_COMPLETE});
	assert_int_equal(ue(w)->state, UE_REGISTERED);
	assert_int_equal(w->smf.ues->count, 1);
}

static const struct rejected {
	const char *what, *imsi;
	uint8_t type, sst, cause;
} rejected[] = {
	{"another PLMN", "001020000000001", NAS_INITIAL_REGISTRATION, 0, NAS_MM_PLMN_NOT_ALLOWED},
	{"emergency", WORLD_IMSI, NAS_EMERGENCY_REGISTRATION, 0, NAS_MM_ILLEGAL_UE},
	{"another slice", WORLD_IMSI, NAS_INITIAL_REGISTRATION, 9, NAS_MM_NO_NETWORK_SLICES},
};

static void test_rejected(void **state)
{
	struct world *w = *state;

	world_gnb(w, 0, false);
	for (size_t i = 0; i < sizeof(rejected) / sizeof(rejected[0]); i++) {
		struct nas_message msg = world_registration();
		struct nas_registration_request *r = &msg.registration_request;

		print_message("# %s\n", rejected[i].what);
		r->registration_type = rejected[i].type;
		assert_int_equal(nas_suci_set(&r->identity, rejected[i].imsi, 2), 0);
		r->requested_nssai.count = rejected[i].sst ? 1 : 0;
		r->requested_nssai.item[0].sst = rejected[i].sst;
		world_initial_nas(w, 7, &msg);
		world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
		assert_int_equal(w->mm.type, NAS_REGISTRATION_REJECT);
		assert_int_equal(w->mm.registration_reject.cause, rejected[i].cause);
		world_expect(w, NGAP_UE_CONTEXT_RELEASE_COMMAND);
		assert_int_equal(w->smf.ues->count, 0);
	}
}

/* NGAP and NAS write an MNC of three digits in different orders. */
static void test_mnc_of_three_digits(void **state)
{
	static const uint8_t in_nas[] = {0x13, 0x00, 0x14};
	struct world *w = *state;
	struct nas_message msg = world_registration();
	struct smf_config *c = &w->config;

	strcpy(c->mcc, "310");
	strcpy(c->mnc, "410");
	assert_int_equal(ngap_plmn_set(&c->plmn, c->mcc, c->mnc), 0);
	world_gnb(w, 0, false);
	assert_int_equal(nas_suci_set(&msg.registration_request.identity, "310410000000001", 3), 0);
	world_initial_nas(w, 7, &msg);
	world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	assert_memory_equal(w->mm.registration_accept.guti.guti.plmn.octets, in_nas, 3);
	assert_memory_equal(w->mm.registration_accept.tais.item[0].plmn.octets, in_nas, 3);
	assert_non_null(ue_find_supi(&w->smf, "imsi-310410000000001"));
}

static void register_by_guti(struct world *w, uint32_t tmsi, uint32_t ran_ue_id,
			     const uint16_t *session_status)
{
	struct nas_message msg = world_registration();
	struct nas_registration_request *r = &msg.registration_request;

	memset(&r->identity, 0, sizeof(r->identity));
	r->identity.type = NAS_ID_GUTI;
	memcpy(r->identity.guti.plmn.octets, w->config.plmn.octets, 3);
	r->identity.guti.amf_region_id = r->identity.guti.amf_set_id = 1;
	r->identity.guti.amf_pointer = 1;
	r->identity.guti.tmsi = tmsi;
	r->has_session_status = session_status != NULL;
	r->session_status = session_status ? *session_status : 0;
	world_initial_nas(w, ran_ue_id, &msg);
}

static void test_unknown_guti_is_asked(void **state)
{
	struct world *w = *state;
	struct nas_message answer = {.type = NAS_IDENTITY_RESPONSE};

	world_gnb(w, 0, false);
	register_by_guti(w, 0x12345678, 7, NULL);
	w->amf_ue_id =
		world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT)->downlink_nas_transport.amf_ue_id;
	w->ran_ue_id = 7;
	assert_int_equal(w->mm.type, NAS_IDENTITY_REQUEST);
	assert_int_equal(w->mm.identity_request.type, NAS_ID_SUCI);
	assert_int_equal(nas_suci_set(&answer.identity_response.identity, WORLD_IMSI, 2), 0);
	world_nas(w, &answer);
	world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	assert_int_equal(w->smf.ues->count, 1);
}

/* A UE that registers again replaces its old context; without status at an initial registration it
 * has no session. */
static void test_registers_again(void **state)
{
	struct world *w = *state;
	struct nas_message msg = world_registration();
	const struct ngap_ue_context_release_command *r;
	uint64_t old_amf_id;

	begin(w);
	world_establish(w, 1);
	old_amf_id = w->amf_ue_id;
	world_initial_nas(w, 8, &msg);
	r = &world_expect(w, NGAP_UE_CONTEXT_RELEASE_COMMAND)->ue_context_release_command;
	assert_int_equal(r->ids.amf_ue_id, old_amf_id);
	assert_int_equal(r->ids.ran_ue_id, 7);
	world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	world_expect_nothing(w);
	assert_int_equal(w->smf.ues->count, 1);
	assert_int_equal(ue(w)->ran_ue_id, 8);
	assert_true(ue(w)->amf_ue_id != old_amf_id);
	assert_null(world_session(w, 1));
	assert_int_equal(w->upf[0].count, 0);
}

/* The same on the same connection: the gNB's resources go too. */
static void test_registers_again_in_place(void **state)
{
	struct world *w = *state;
	struct nas_message msg = world_registration();

	begin(w);
	world_establish(w, 1);
	world_nas(w, &msg);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	assert_null(world_session(w, 1));
	assert_int_equal(w->upf[0].count, 0);
}

static void test_guti_and_session_status(void **state)
{
	struct world *w = *state;
	const uint16_t status = 1 << 2;
	struct session *kept;

	begin(w);
	world_establish(w, 1);
	kept = world_establish(w, 2);
	register_by_guti(w, ue(w)->tmsi, 9, &status);
	/* the old connection goes, the accept comes, the session kept gets a user plane again */
	world_expect(w, NGAP_UE_CONTEXT_RELEASE_COMMAND);
	w->amf_ue_id = world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST)
			       ->initial_context_setup_request.amf_ue_id;
	w->ran_ue_id = 9;
	assert_true(w->mm.registration_accept.has_session_status);
	assert_int_equal(w->mm.registration_accept.session_status, status);
	assert_null(world_session(w, 1));
	assert_ptr_equal(world_session(w, 2), kept);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	assert_int_equal(w->mm.type, 0); /* the UE has it already: no NAS */
	assert_string_equal(session_public_state(kept), "active");
	assert_int_equal(world_upf_find(w, 0, kept->cp_seid)->dl_action, PFCP_ACTION_DROP);
	world_setup_response(w, 2, 0x2222);
	assert_int_equal(kept->state, SESSION_ACTIVE);
	assert_int_equal(world_upf_find(w, 0, kept->cp_seid)->dl_teid, 0x2222);
	assert_int_equal(w->upf[0].count, 1);
}

static void test_deregistration(void **state)
{
	struct world *w = *state;
	struct nas_message msg = {.type = NAS_DEREGISTRATION_REQUEST_UE};
	struct nas_deregistration_request_ue *r = &msg.deregistration_request_ue;

	begin(w);
	world_establish(w, 1);
	r->ksi = NAS_KSI_NONE;
	r->access = NAS_ACCESS_3GPP;
	assert_int_equal(nas_suci_set(&r->identity, WORLD_IMSI, 2), 0);
	world_nas(w, &msg);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->mm.type, NAS_DEREGISTRATION_ACCEPT_UE);
	world_expect(w, NGAP_UE_CONTEXT_RELEASE_COMMAND);
	world_expect_nothing(w);
	assert_null(ue(w));
	assert_int_equal(w->upf[0].count, 0);
	assert_int_equal(w->smf.ues->count, 0);
	world_stop(w);
	world_start(w); /* nothing comes back from the database */
	assert_int_equal(w->smf.ues->count, 0);
}

/* ---- connections ---- */

static void test_context_release_request(void **state)
{
	struct world *w = *state;
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	pdu->type = NGAP_UE_CONTEXT_RELEASE_REQUEST;
	pdu->ue_context_release_request.amf_ue_id = w->amf_ue_id;
	pdu->ue_context_release_request.ran_ue_id = w->ran_ue_id;
	pdu->ue_context_release_request.cause =
		(struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_CONNECTION_LOST};
	world_ngap(w, pdu);
	world_expect(w, NGAP_UE_CONTEXT_RELEASE_COMMAND);
	assert_null(ue(w)->gnb);
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_action, PFCP_ACTION_DROP);
	memset(pdu, 0, sizeof(*pdu));
	pdu->type = NGAP_UE_CONTEXT_RELEASE_COMPLETE;
	pdu->ue_context_release_complete.amf_ue_id = w->amf_ue_id;
	pdu->ue_context_release_complete.ran_ue_id = w->ran_ue_id;
	world_ngap(w, pdu);
	world_expect_nothing(w);
	free(pdu);
}

static void test_reset(void **state)
{
	struct world *w = *state;
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	const struct ngap_pdu *ack;

	begin(w);
	pdu->type = NGAP_NG_RESET;
	pdu->ng_reset.reset.part.count = 2;
	pdu->ng_reset.reset.part.item[0] = (struct ngap_connection){true, 999, false, 0};
	pdu->ng_reset.reset.part.item[1] = (struct ngap_connection){false, 0, true, w->ran_ue_id};
	world_ngap(w, pdu);
	ack = world_expect(w, NGAP_NG_RESET_ACKNOWLEDGE);
	assert_int_equal(ack->ng_reset_acknowledge.connections.count, 2);
	assert_null(ue(w)->gnb);
	world_register(w, 8);
	pdu->ng_reset.reset = (struct ngap_reset_type){.whole_interface = true};
	world_ngap(w, pdu);
	world_expect(w, NGAP_NG_RESET_ACKNOWLEDGE);
	assert_null(ue(w)->gnb);
	free(pdu);
}

static void test_gnb_lost_and_back(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	world_gnb_lost(w);
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_action, PFCP_ACTION_FORW);
	world_gnb(w, 0, true);
	assert_true(w->in.ng_setup_response.ues_retained);
	assert_int_equal(s->state, SESSION_ACTIVE);
	world_establish(w, 2);
}

static void test_implicit_deregistration(void **state)
{
	struct world *w = *state;

	begin(w);
	world_establish(w, 1);
	world_gnb_lost(w);
	world_gnb(w, 0, false);
	assert_null(ue(w)->gnb);
	registration_timer(ue(w));
	world_turn(w);
	assert_null(ue(w));
	assert_int_equal(w->upf[0].count, 0);
	assert_int_equal(w->smf.ues->count, 0);
}

static void test_registration_is_repeated(void **state)
{
	struct world *w = *state;
	struct nas_message msg = world_registration();

	world_gnb(w, 0, false);
	world_initial_nas(w, 7, &msg);
	world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	for (int i = 1; i < SMF_NAS_TRIES; i++) {
		registration_timer(ue(w));
		world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
		assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	}
	registration_timer(ue(w));
	world_expect_nothing(w);
	assert_int_equal(ue(w)->state, UE_REGISTERED);
}

/* ---- what doesn't fit ---- */

static void expect_refusal(struct world *w, enum smf_drop reason, uint8_t cause)
{
	const struct ngap_error_indication *e =
		&world_expect(w, NGAP_ERROR_INDICATION)->error_indication;

	assert_int_equal(w->smf.counters.drop[reason], 1);
	assert_true(e->has_cause);
	assert_int_equal(e->cause.value, cause);
}

static void test_foreign_ids(void **state)
{
	struct world *w = *state;
	struct nas_message sm = {
		.type = NAS_PDU_SESSION_RELEASE_REQUEST, .session_id = 1, .pti = 9};
	struct session *s;
	uint64_t amf_ue_id;

	begin(w);
	s = world_establish(w, 1);
	amf_ue_id = w->amf_ue_id;
	w->amf_ue_id = 4242;
	world_sm(w, &sm, NULL);
	expect_refusal(w, SMF_ngap_unknown_ue, NGAP_RADIO_UNKNOWN_LOCAL_UE_ID);
	w->amf_ue_id = amf_ue_id;
	w->ran_ue_id = 4242;
	world_sm(w, &sm, NULL);
	expect_refusal(w, SMF_ngap_inconsistent_ue, NGAP_RADIO_INCONSISTENT_REMOTE_UE_ID);
	/* another gNB can't speak for it */
	world_gnb(w, 1, false);
	w->ran_ue_id = 7;
	world_sm(w, &sm, NULL);
	world_expect(w, NGAP_ERROR_INDICATION);
	assert_int_equal(w->smf.counters.drop[SMF_ngap_inconsistent_ue], 2);
	assert_int_equal(s->state, SESSION_ACTIVE);
}

static void test_garbage_on_n2(void **state)
{
	struct world *w = *state;
	uint8_t bytes[64];

	begin(w);
	for (unsigned i = 0; i < 256; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		world_ngap_bytes(w, bytes, i % sizeof(bytes));
		w->ngap_count = 0;
	}
	assert_int_equal(w->smf.counters.drop[SMF_ngap_undecodable], 256);
	n2_conn_receive(w->conn, 46, bytes, sizeof(bytes)); /* Diameter's payload protocol */
	assert_int_equal(w->smf.counters.drop[SMF_ngap_wrong_ppid], 1);
	world_establish(w, 1);
}

static void send_nas_bytes(struct world *w, const uint8_t *bytes, size_t len)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));

	pdu->type = NGAP_UPLINK_NAS_TRANSPORT;
	pdu->uplink_nas_transport.amf_ue_id = w->amf_ue_id;
	pdu->uplink_nas_transport.ran_ue_id = w->ran_ue_id;
	pdu->uplink_nas_transport.nas = (struct ngap_octets){bytes, len};
	pdu->uplink_nas_transport.user_location.plmn = w->config.plmn;
	pdu->uplink_nas_transport.user_location.tai.plmn = w->config.plmn;
	world_ngap(w, pdu);
	free(pdu);
}

static void test_garbage_on_n1(void **state)
{
	static const uint8_t unknown_type[] = {0x7e, 0x00, 0x3f};
	static const uint8_t protected_nas[] = {0x7e, 0x02, 1, 2, 3, 4, 0, 0x7e, 0x00, 0x43};
	static const uint8_t for_a_ue[] = {0x7e, 0x00, 0x64, 0x6f}; /* 5GMM STATUS: no answer */
	struct world *w = *state;

	begin(w);
	send_nas_bytes(w, unknown_type, sizeof(unknown_type));
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->mm.type, NAS_5GMM_STATUS);
	assert_int_equal(w->mm.mm_status.cause, NAS_MM_MESSAGE_TYPE_UNKNOWN);
	send_nas_bytes(w, protected_nas, sizeof(protected_nas));
	assert_int_equal(w->smf.counters.drop[SMF_nas_protected], 1);
	w->ngap_count = 0;
	send_nas_bytes(w, for_a_ue, sizeof(for_a_ue));
	world_expect_nothing(w);
	assert_int_equal(ue(w)->state, UE_REGISTERED);
}

static void test_sm_without_a_home(void **state)
{
	struct world *w = *state;
	struct nas_message mm = {.type = NAS_UL_NAS_TRANSPORT};
	static const uint8_t sms[] = {1, 2, 3};

	begin(w);
	mm.ul_nas_transport.container_type = NAS_CONTAINER_SMS;
	mm.ul_nas_transport.container = (struct nas_octets){sms, sizeof(sms)};
	world_nas(w, &mm);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT); /* given back, with a cause */
	assert_int_equal(w->mm.type, NAS_DL_NAS_TRANSPORT);
	assert_true(w->mm.dl_nas_transport.has_cause);
	assert_int_equal(w->mm.dl_nas_transport.cause, NAS_MM_PAYLOAD_NOT_FORWARDED);
	assert_int_equal(w->mm.dl_nas_transport.container.len, sizeof(sms));
	world_ask(w, 1, 0); /* a request needs a PTI */
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_5GSM_STATUS);
	assert_int_equal(w->sm.sm_status.cause, NAS_SM_INVALID_PTI);
	assert_null(world_session(w, 1));
}

static void test_initial_message_of_a_stranger(void **state)
{
	struct world *w = *state;

	world_gnb(w, 0, false);
	world_initial_nas(w, 7, &(struct nas_message){.type = NAS_REGISTRATION_COMPLETE});
	world_expect(w, NGAP_UE_CONTEXT_RELEASE_COMMAND);
	assert_int_equal(w->smf.ues->count, 0);
	assert_int_equal(w->smf.counters.drop[SMF_nas_not_registered], 1);
}

static void test_ues_are_bounded(void **state)
{
	struct world *w = *state;
	struct nas_message msg = world_registration();

	world_gnb(w, 0, false);
	w->smf.ues->count = SMF_UES_MAX;
	world_initial_nas(w, 7, &msg);
	assert_int_equal(w->smf.counters.drop[SMF_ue_limit], 1);
	world_expect(w, NGAP_ERROR_INDICATION);
	assert_int_equal(w->in.error_indication.ran_ue_id, 7);
	assert_int_equal(w->in.error_indication.cause.value, NGAP_MISC_CONTROL_OVERLOAD);
	w->smf.ues->count = 0;
}

/* ---- path switch ---- */

static void test_path_switch_is_refused(void **state)
{
	struct world *w = *state;

	begin(w);
	world_establish(w, 1);
	world_gnb(w, 1, false);
	world_path_switch(w, 3, w->amf_ue_id + 1000, 1, 5); /* nobody has that id */
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_FAILURE);
	assert_int_equal(w->in.path_switch_request_failure.released.count, 1);
	world_path_switch(w, 3, w->amf_ue_id, 1, 0); /* no tunnel */
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_FAILURE);
	assert_int_equal(world_session(w, 1)->downlink.teid, 0x1001);
	assert_int_equal(w->smf.counters.drop[SMF_path_switch_refused], 2);
	assert_int_equal(ue_find_supi(&w->smf, WORLD_SUPI)->ran_ue_id, 7);
}

static void test_path_switch(void **state)
{
	const struct ngap_path_switch_request_acknowledge *a;
	struct world *w = *state;
	struct world_upf_session *at_upf;
	struct n2_conn *source;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	source = w->conn;
	world_gnb(w, 1, false);
	world_path_switch(w, 3, w->amf_ue_id, 2, 5); /* session 2 is not known */
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
	a = &w->in.path_switch_request_acknowledge;
	assert_int_equal(a->amf_ue_id, w->amf_ue_id);
	assert_int_equal(a->ran_ue_id, 3);
	assert_int_equal(a->sessions.count, 1);
	assert_int_equal(a->sessions.item[0].session_id, 1);
	assert_int_equal(a->released.count, 1);
	assert_int_equal(a->released.item[0].session_id, 2);
	assert_true(a->allowed_nssai.count > 0);
	at_upf = world_upf_find(w, 0, s->cp_seid);
	assert_int_equal(at_upf->dl_teid, 5);
	assert_int_equal(at_upf->end_markers, 1);
	assert_ptr_equal(ue_find_supi(&w->smf, WORLD_SUPI)->gnb, w->conn->gnb);
	/* asked again: answered again, and nothing is switched */
	world_path_switch(w, 3, w->amf_ue_id, 1, 5);
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
	assert_int_equal(at_upf->end_markers, 1);
	/* what the UE said by way of the source, and what came late, counts; the answer goes to the
	 * target */
	w->conn = source;
	world_ask(w, 3, 9);
	world_wait(w, has_ngap);
	assert_int_equal(world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST)
				 ->pdu_session_resource_setup_request.ran_ue_id,
			 3);
	/* the source is the UE's no more */
	n2_conn_closed(source);
	world_turn(w);
	world_expect_nothing(w);
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(s->downlink.teid, 5);
}

/* A UPF that is silent is waited for, and asked with the end marker again. */
static void test_path_switch_waits_for_the_upf(void **state)
{
	struct world *w = *state;

	begin(w);
	world_establish(w, 1);
	world_gnb(w, 1, false);
	w->upf[0].silent = true;
	world_path_switch(w, 3, w->amf_ue_id, 1, 5);
	world_expect_nothing(w);
	w->upf[0].silent = false;
	world_wait(w, has_ngap);
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
	assert_int_equal(world_upf_find(w, 0, world_session(w, 1)->cp_seid)->dl_teid, 5);
}

/* A gNB that a UE came back to from a handover asks for what it may have still: it learns if it has
 */
static void test_path_switch_to_where_it_is(void **state)
{
	struct world *w = *state;

	begin(w);
	world_establish(w, 1);
	world_path_switch(w, 7, w->amf_ue_id, 1, 6);
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
	assert_int_equal(world_upf_find(w, 0, world_session(w, 1)->cp_seid)->dl_teid, 6);
	world_gnb_lost(w);
	world_gnb(w, 0, false);
	assert_null(ue(w)->gnb);
	world_gnb(w, 1, false);
	world_path_switch(w, 3, w->amf_ue_id, 1, 5);
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_FAILURE);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_setup_of_another_network),
		WORLD_TEST(test_setup_answer),
		WORLD_TEST(test_several_gnbs),
		WORLD_TEST(test_connections_are_bounded),
		WORLD_TEST(test_registration),
		WORLD_TEST(test_rejected),
		WORLD_TEST(test_mnc_of_three_digits),
		WORLD_TEST(test_unknown_guti_is_asked),
		WORLD_TEST(test_registers_again),
		WORLD_TEST(test_registers_again_in_place),
		WORLD_TEST(test_guti_and_session_status),
		WORLD_TEST(test_deregistration),
		WORLD_TEST(test_context_release_request),
		WORLD_TEST(test_reset),
		WORLD_TEST(test_gnb_lost_and_back),
		WORLD_TEST(test_implicit_deregistration),
		WORLD_TEST(test_registration_is_repeated),
		WORLD_TEST(test_foreign_ids),
		WORLD_TEST(test_garbage_on_n2),
		WORLD_TEST(test_garbage_on_n1),
		WORLD_TEST(test_sm_without_a_home),
		WORLD_TEST(test_initial_message_of_a_stranger),
		WORLD_TEST(test_ues_are_bounded),
		WORLD_TEST(test_path_switch_is_refused),
		WORLD_TEST(test_path_switch),
		WORLD_TEST(test_path_switch_waits_for_the_upf),
		WORLD_TEST(test_path_switch_to_where_it_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_registration", tests, NULL, NULL);
}
