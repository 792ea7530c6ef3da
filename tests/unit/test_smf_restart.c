// SPDX-License-Identifier: Apache-2.0
/*
 * smf-lite killed at every point of a session's life and started again on the same database: what
 * was settled goes on, what was halfway is cleaned at UE, gNB and UPF.
 */
#include "tests/unit/smf_world.h"

#include <arpa/inet.h>

static void begin(struct world *w)
{
	world_gnb(w, 0, false);
	world_register(w, 7);
}

static void restart(struct world *w)
{
	world_stop(w);
	world_start(w);
}

static bool no_sessions(struct world *w)
{
	return HASH_CNT(by_seid, w->smf.sessions->by_seid) == 0;
}

static void all_clean(struct world *w)
{
	world_wait(w, no_sessions);
	for (int i = 0; i < WORLD_UPFS; i++) {
		assert_int_equal(w->upf[i].count, 0);
		assert_int_equal(w->smf.n4->upfs[i].pool.taken, 0);
	}
}

static void test_active_session_goes_on(void **state)
{
	struct world *w = *state;
	struct session before, *s;

	begin(w);
	before = *world_establish(w, 1);
	restart(w);
	assert_true(w->upf[0].retention); /* it was asked to keep our sessions */
	assert_false(w->upf[1].retention);
	s = world_session(w, 1);
	assert_non_null(s);
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(s->cp_seid, before.cp_seid);
	assert_int_equal(s->up_seid, before.up_seid);
	assert_int_equal(s->address.s_addr, before.address.s_addr);
	assert_int_equal(s->uplink.teid, before.uplink.teid);
	assert_int_equal(s->downlink.teid, before.downlink.teid);
	assert_int_equal(s->established_ns, before.established_ns);
	assert_int_equal(w->smf.counters.count[SMF_sessions_restored], 0);
	/* the gNB comes back with its UEs: same NGAP ids, and the session can be released */
	world_gnb(w, 0, true);
	assert_true(w->in.ng_setup_response.ues_retained);
	assert_true(ue_connected(s->ue));
	world_establish(w, 2);
	assert_true(world_session(w, 2)->address.s_addr != before.address.s_addr);
	assert_true(world_session(w, 2)->cp_seid > before.cp_seid);
}

static void test_gnb_without_its_ues(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	world_establish(w, 1);
	restart(w);
	world_gnb(w, 0, false);
	assert_false(w->in.ng_setup_response.ues_retained);
	s = world_session(w, 1);
	assert_null(s->ue->gnb);
	world_turn(w);
	/* no gNB, no tunnel: the UPF drops until the UE is back */
	assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_action, PFCP_ACTION_DROP);
	world_register(w, 8); /* initial, without status: the UE has no session */
	all_clean(w);
}

static bool up_to_date(struct world *w)
{
	struct session *s = world_session(w, 1);

	return !s->n4_busy && !s->n4_dirty;
}

/* Killed between the UE's going idle, which is stored, and the UPF's hearing of it */
static void test_killed_before_upf_knows(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	w->upf[0].mute[PFCP_SESSION_MODIFICATION_REQUEST] = true;
	ue_disconnect(s->ue);
	world_turn(w);
	assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_action, PFCP_ACTION_FORW);
	world_stop(w);
	w->upf[0].mute[PFCP_SESSION_MODIFICATION_REQUEST] = false;
	world_start(w);
	world_wait(w, up_to_date);
	s = world_session(w, 1);
	assert_int_equal(s->state, SESSION_ACTIVE);
	assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_action, PFCP_ACTION_DROP);
}

static void test_upf_restarted_meanwhile(void **state)
{
	struct world *w = *state;
	struct world_upf_session *u;
	uint32_t teid;

	begin(w);
	teid = world_establish(w, 1)->uplink.teid;
	world_stop(w);
	world_upf_restart(w, 0);
	world_start(w);
	world_turn(w);
	u = world_upf_find(w, 0, world_session(w, 1)->cp_seid);
	assert_non_null(u);
	assert_true(u->restored);
	assert_int_equal(u->ul_teid, teid);
	assert_int_equal(u->dl_teid, 0x1001);
	assert_int_equal(w->smf.counters.count[SMF_sessions_restored], 1);
}

static void test_killed_while_establishing_at_upf(void **state)
{
	struct world *w = *state;
	uint64_t seid;

	begin(w);
	/* the UPF makes the session, its answer is lost with us */
	world_ask(w, 1, 5);
	seid = world_session(w, 1)->cp_seid;
	w->smf.n4->upfs[0].peer->user = NULL;
	world_session(w, 1)->state = SESSION_N4_ESTABLISH;
	world_session(w, 1)->up_seid = 0;
	world_session(w, 1)->uplink = (struct session_tunnel){0};
	world_session(w, 1)->n2_sent = false;
	assert_int_equal(store_session_save(world_session(w, 1)), 0);
	restart(w);
	assert_int_equal(world_session(w, 1)->state, SESSION_N1_REJECT);
	assert_non_null(world_upf_find(w, 0, seid));
	world_gnb(w, 0, true);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
	assert_int_equal(w->sm.pti, 5);
	assert_null(world_session(w, 1));
	all_clean(w);
	world_establish(w, 1);
}

static void test_killed_while_setting_up_at_gnb(void **state)
{
	struct world *w = *state;

	begin(w);
	world_ask(w, 1, 5);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	restart(w);
	assert_int_equal(world_session(w, 1)->state, SESSION_N2_RELEASE);
	world_gnb(w, 0, true);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	all_clean(w);
}

static void test_killed_while_releasing(void **state)
{
	struct world *w = *state;
	struct session_input in = {.cause = NAS_SM_REACTIVATION_REQUESTED};

	begin(w);
	world_establish(w, 1);
	session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in);
	restart(w);
	world_gnb(w, 0, true);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	all_clean(w);
}

static void test_killed_while_deleting_at_upf(void **state)
{
	struct world *w = *state;
	struct session_input in = {.cause = NAS_SM_REGULAR_DEACTIVATION};

	begin(w);
	world_establish(w, 1);
	w->upf[0].mute[PFCP_SESSION_DELETION_REQUEST] = true;
	session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	assert_null(world_session(w, 1));
	w->upf[0].mute[PFCP_SESSION_DELETION_REQUEST] = false;
	restart(w);
	all_clean(w);
}

static void test_gnb_never_comes_back(void **state)
{
	struct world *w = *state;

	begin(w);
	world_ask(w, 1, 5);
	restart(w);
	session_feed(world_session(w, 1), SESSION_EV_TIMER, NULL); /* its patience is over */
	all_clean(w);
}

static void count_gone_timer(uv_handle_t *handle, void *user)
{
	uint64_t left;

	if (handle->type != UV_TIMER || !uv_is_active(handle))
		return;
	left = uv_timer_get_due_in((uv_timer_t *)handle);
	if (left > SMF_GNB_BACK_MS && left <= SMF_GNB_GONE_MS)
		++*(int *)user;
}

static int gone_timers(struct world *w)
{
	int count = 0;

	uv_walk(&w->loop, count_gone_timer, &count);
	return count;
}

/* A gNB that is lost, or that doesn't come back after our restart, keeps its UEs for a while only.
 */
static void test_gnb_is_gone_for_good(void **state)
{
	struct world *w = *state;
	struct session *s;
	struct gnb *gnb;

	begin(w);
	world_establish(w, 1);
	assert_int_equal(gone_timers(w), 0);
	world_gnb_lost(w);
	assert_int_equal(gone_timers(w), 1);
	world_gnb(w, 0, true);
	assert_int_equal(gone_timers(w), 0);
	restart(w);
	assert_int_equal(gone_timers(w), 1);
	s = world_session(w, 1);
	gnb = s->ue->gnb;
	assert_non_null(gnb);
	ng_gnb_gone(gnb);
	assert_null(s->ue->gnb); /* idle: registered until the implicit deregistration */
	world_wait(w, up_to_date);
	assert_int_equal(world_upf_find(w, 0, s->cp_seid)->dl_action, PFCP_ACTION_DROP);
	world_gnb(w, 0, true);
	assert_false(w->in.ng_setup_response.ues_retained);
}

/* An address is not handed out again at once, also not by our next life. */
static void test_address_order_is_kept(void **state)
{
	struct world *w = *state;
	struct session_input in = {.cause = NAS_SM_REGULAR_DEACTIVATION};

	begin(w);
	assert_string_equal(inet_ntoa(world_establish(w, 1)->address), "10.60.1.2");
	session_feed(world_session(w, 1), SESSION_EV_RELEASE, &in);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	all_clean(w);
	restart(w);
	world_gnb(w, 0, true);
	w->ngap_count = 0;
	assert_string_equal(inet_ntoa(world_establish(w, 1)->address), "10.60.1.3");
}

static void test_anchors_are_kept(void **state)
{
	struct world *w = *state;

	assert_int_equal(store_anchor_save(w->smf.store, WORLD_SUPI, "internet", "edge-b"), 0);
	restart(w);
	assert_string_equal(anchor_get(w->smf.anchors, WORLD_SUPI, "internet"), "edge-b");
	assert_int_equal(store_anchor_delete(w->smf.store, WORLD_SUPI, "internet"), 0);
	restart(w);
	assert_null(anchor_get(w->smf.anchors, WORLD_SUPI, "internet"));
}

static void test_tmsi_is_kept(void **state)
{
	struct world *w = *state;
	uint32_t tmsi;

	begin(w);
	tmsi = ue_find_supi(&w->smf, WORLD_SUPI)->tmsi;
	restart(w);
	assert_ptr_equal(ue_find_tmsi(&w->smf, tmsi), ue_find_supi(&w->smf, WORLD_SUPI));
}

static bool has_ngap(struct world *w)
{
	return w->ngap_count > 0;
}

/* smf-lite is killed before it answers: the target asks again, and the end marker is not forgotten.
 */
static void test_path_switch_over_a_restart(void **state)
{
	struct world *w = *state;
	uint64_t amf_ue_id;

	begin(w);
	world_establish(w, 1);
	amf_ue_id = w->amf_ue_id;
	world_gnb(w, 1, false);
	w->upf[0].silent = true;
	world_path_switch(w, 3, amf_ue_id, 1, 5);
	world_stop(w);
	w->upf[0].silent = false;
	world_start(w);
	world_gnb(w, 1, true);
	world_path_switch(w, 3, amf_ue_id, 1, 5);
	world_wait(w, has_ngap);
	world_expect(w, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
	assert_int_equal(world_upf_find(w, 0, world_session(w, 1)->cp_seid)->dl_teid, 5);
	assert_int_equal(world_upf_find(w, 0, world_session(w, 1)->cp_seid)->end_markers, 1);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_active_session_goes_on),
		WORLD_TEST(test_path_switch_over_a_restart),
		WORLD_TEST(test_gnb_without_its_ues),
		WORLD_TEST(test_killed_before_upf_knows),
		WORLD_TEST(test_upf_restarted_meanwhile),
		WORLD_TEST(test_killed_while_establishing_at_upf),
		WORLD_TEST(test_killed_while_setting_up_at_gnb),
		WORLD_TEST(test_killed_while_releasing),
		WORLD_TEST(test_killed_while_deleting_at_upf),
		WORLD_TEST(test_gnb_never_comes_back),
		WORLD_TEST(test_gnb_is_gone_for_good),
		WORLD_TEST(test_address_order_is_kept),
		WORLD_TEST(test_anchors_are_kept),
		WORLD_TEST(test_tmsi_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_restart", tests, NULL, NULL);
}
