// SPDX-License-Identifier: Apache-2.0
/* What a UPF tells of itself, and what smf-lite makes of it: TS 29.244 cl. 6.2. */
#include "tests/unit/smf_world.h"

#include <arpa/inet.h>
#include <stdio.h>

static void begin(struct world *w)
{
	world_gnb(w, 0, false);
	world_register(w, 7);
}

static bool both_associated(struct world *w)
{
	return w->smf.n4->upfs[0].associated && w->smf.n4->upfs[1].associated;
}

static bool released(struct world *w)
{
	return w->upf[0].seen[PFCP_ASSOCIATION_RELEASE_REQUEST] > 0;
}

static bool restarted(struct world *w)
{
	return w->smf.n4->upfs[0].associated && w->smf.n4->upfs[0].recovery_time_stamp == 1001;
}

/* ---- a UPF that stops ---- */

/* The whole way: the UE is told, asks again, and is anchored elsewhere; the UPF has nothing left.
 */
static void test_upf_leaves(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	world_establish(w, 1);
	assert_int_equal(world_upf_update(w, 0, PFCP_RELEASE_SARR, 10), PFCP_CAUSE_ACCEPTED);
	assert_true(w->smf.n4->upfs[0].leaving);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
	world_release_response(w, 1);
	assert_false(released(w)); /* it still has the session */
	world_release_complete(w, 1);
	world_wait(w, released);
	assert_int_equal(w->upf[0].count, 0);
	assert_int_equal(w->upf[0].seen[PFCP_SESSION_DELETION_REQUEST], 1);
	s = world_establish(w, 1);
	assert_ptr_equal(s->upf, &w->smf.n4->upfs[1]);
	assert_int_equal(w->smf.counters.count[SMF_sessions_moved], 1);
	assert_int_equal(w->smf.counters.count[SMF_upf_departures], 1);
	world_wait(w, both_associated); /* it is back */
	assert_false(w->smf.n4->upfs[0].leaving);
	assert_string_equal(anchor_choose(&w->smf, WORLD_SUPI, "internet", 2)->config->dnai,
			    "edge-a");
}

/* Nothing there: nothing to wait for. And whoever chose it gets another until it is back. */
static void test_idle_upf_leaves(void **state)
{
	struct world *w = *state;

	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-a"), 0);
	w->upf[0].mute[PFCP_ASSOCIATION_RELEASE_REQUEST] = true;
	assert_int_equal(world_upf_update(w, 0, PFCP_RELEASE_SARR, 60), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(w->upf[0].seen[PFCP_ASSOCIATION_RELEASE_REQUEST], 1);
	assert_string_equal(anchor_choose(&w->smf, WORLD_SUPI, "internet", 1)->config->dnai,
			    "edge-b");
}

/* The UE doesn't answer; the association is released in time, and the session is gone with it. */
static void test_upf_leaves_with_a_silent_ue(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin(w);
	s = world_establish(w, 1);
	assert_int_equal(world_upf_update(w, 0, PFCP_RELEASE_SARR, 0), PFCP_CAUSE_ACCEPTED);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(s->state, SESSION_N2_RELEASE);
	world_wait(w, released);
	world_wait(w, both_associated);
	assert_int_equal(w->upf[0].count, 0);
}

/* URSS: it has said all, and nothing is there any more: released at once (cl. 5.18.1). */
static void test_upf_has_reported_all(void **state)
{
	struct world *w = *state;

	begin(w);
	world_establish(w, 1);
	assert_int_equal(world_upf_update(w, 0, PFCP_RELEASE_URSS, 0), PFCP_CAUSE_ACCEPTED);
	assert_true(released(w));
}

/* An update without any of it is answered, and changes nothing. */
static void test_update_of_features_alone(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_upf_update(w, 0, 0, 0), PFCP_CAUSE_ACCEPTED);
	assert_false(w->smf.n4->upfs[0].leaving);
}

/* ---- paths ---- */

static void test_node_report(void **state)
{
	struct world *w = *state;
	struct upf *upf = &w->smf.n4->upfs[0];
	const struct in_addr gnb = {.s_addr = htonl(0x0a650101)};

	for (int again = 0; again < 2; again++) {
		assert_int_equal(world_upf_path(w, 0, gnb, true), PFCP_CAUSE_ACCEPTED);
		assert_int_equal(upf->lost.count, 1);
		assert_int_equal(upf->lost.peer[0].ip4.s_addr, gnb.s_addr);
		assert_int_equal(w->smf.counters.count[SMF_upf_paths_lost], 1);
	}
	assert_int_equal(w->smf.n4->upfs[1].lost.count, 0);
	assert_int_equal(world_upf_path(w, 0, gnb, false), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf->lost.count, 0);
	assert_int_equal(w->smf.counters.count[SMF_upf_paths_back], 1);
}

/* However many a UPF makes up */
static void test_lost_paths_are_bounded(void **state)
{
	struct world *w = *state;
	struct n4_lost_paths *lost = &w->smf.n4->upfs[0].lost;
	struct in_addr gnb;

	for (uint32_t i = 0; i < N4_LOST_PATHS_MAX + 10; i++) {
		gnb.s_addr = htonl(0x0a650101 + i);
		assert_int_equal(world_upf_path(w, 0, gnb, true), PFCP_CAUSE_ACCEPTED);
	}
	assert_int_equal(lost->count, N4_LOST_PATHS_MAX);
	assert_int_equal(lost->peer[N4_LOST_PATHS_MAX - 1].ip4.s_addr, gnb.s_addr);
	world_upf_restart(w, 0);
	world_wait(w, restarted);
	assert_int_equal(lost->count, 0);
}

/* ---- PFDs ---- */

static void applications(struct world *w, size_t count)
{
	w->config.application_count = count;
	w->config.applications = calloc(count, sizeof(*w->config.applications));
	for (size_t i = 0; i < count; i++) {
		struct smf_application *app = &w->config.applications[i];

		snprintf(app->id, sizeof(app->id), "app-%zu", i);
		app->flow_count = 2;
		strcpy(app->flow[0], "permit out 6 from 192.0.2.1 80 to assigned");
		strcpy(app->flow[1], "permit out 6 from 192.0.2.1 443 to assigned");
	}
}

static bool provisioned(struct world *w)
{
	return w->upf[0].seen[PFCP_PFD_MANAGEMENT_REQUEST] == 2;
}

/* Each time that it is associated, if it can; what it refuses is counted. */
static void test_pfds_are_provisioned(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->upf[0].seen[PFCP_PFD_MANAGEMENT_REQUEST], 0);
	applications(w, 5);
	w->upf[0].features = PFCP_UPF_PFDM;
	world_upf_restart(w, 0);
	world_upf_restart(w, 1);
	world_wait(w, restarted);
	world_wait(w, provisioned);
	assert_int_equal(w->upf[1].seen[PFCP_PFD_MANAGEMENT_REQUEST], 0);
	assert_int_equal(w->upf[0].pfd_applications, 5);
	assert_int_equal(w->upf[0].pfd_flows, 10);
	assert_int_equal(w->smf.counters.count[SMF_pfds_provisioned], 2);
	assert_int_equal(w->smf.counters.drop[SMF_upf_rejected], 0);
	w->upf[0].cause[PFCP_PFD_MANAGEMENT_REQUEST] = PFCP_CAUSE_NO_RESOURCES;
	world_upf_restart(w, 0);
	w->upf[0].seen[PFCP_PFD_MANAGEMENT_REQUEST] = 0;
	world_wait(w, provisioned);
	assert_int_equal(w->smf.counters.drop[SMF_upf_rejected], 2);
}

/* ---- load and overload ---- */

static const char *chosen(struct world *w)
{
	return anchor_choose(&w->smf, WORLD_SUPI, "internet", 1)->config->dnai;
}

static void load(struct world *w, int index, uint32_t sequence, uint8_t metric)
{
	struct pfcp_session_deletion_response *r = &w->msg->session_deletion_response;

	pfcp_msg_init(w->msg, PFCP_SESSION_DELETION_RESPONSE, 0, 0);
	r->has_load = true;
	r->load = (struct pfcp_load_control){sequence, metric};
	n4_load_read(&w->smf.n4->upfs[index], w->msg);
}

static void overload(struct world *w, int index, uint32_t sequence, uint8_t metric,
		     uint32_t validity_s)
{
	struct pfcp_session_report_request *r = &w->msg->session_report_request;

	pfcp_msg_init(w->msg, PFCP_SESSION_REPORT_REQUEST, 0, 0);
	r->has_overload = true;
	r->overload = (struct pfcp_overload_control){
		.sequence = sequence, .metric = metric, .validity_s = validity_s};
	n4_load_read(&w->smf.n4->upfs[index], w->msg);
}

static void test_selection_by_load(void **state)
{
	struct world *w = *state;

	assert_string_equal(chosen(w), "edge-a");
	load(w, 2, 1, 100); /* between the other two */
	load(w, 0, 10, 50);
	assert_string_equal(chosen(w), "edge-b");
	load(w, 1, 4000000000u, 60);
	assert_string_equal(chosen(w), "edge-a");
	load(w, 0, 9, 90); /* late */
	load(w, 0, 10, 90);
	assert_string_equal(chosen(w), "edge-a");
	load(w, 1, 5, 10); /* its numbers have gone round */
	assert_string_equal(chosen(w), "edge-b");
	overload(w, 1, 1, 5, 60); /* worse than any load */
	load(w, 0, 11, 100);
	assert_string_equal(chosen(w), "edge-a");
	/* what somebody chose stays chosen */
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-b"), 0);
	assert_string_equal(chosen(w), "edge-b");
}

static void test_overload_sheds_its_share(void **state)
{
	struct world *w = *state;
	struct upf *upf = &w->smf.n4->upfs[0];
	unsigned shed = 0;

	for (int i = 0; i < 100; i++)
		shed += n4_overload_sheds(upf);
	assert_int_equal(shed, 0);
	overload(w, 0, 7, 30, 60);
	for (int i = 0; i < 100; i++)
		shed += n4_overload_sheds(upf);
	assert_int_equal(shed, 30);
	assert_int_equal(w->smf.counters.drop[SMF_upf_overload], 30);
	overload(w, 0, 6, 90, 60); /* late */
	assert_int_equal(n4_overload(upf), 30);
	overload(w, 0, 8, 0, 60);
	assert_int_equal(n4_overload(upf), 0);
	overload(w, 0, 9, 50, PFCP_TIMER_INFINITE);
	assert_int_equal(n4_overload(upf), 50);
}

static bool overload_over(struct world *w)
{
	return n4_overload(&w->smf.n4->upfs[0]) == 0;
}

/* Its period of validity ends it, the same number again doesn't prolong it, and then any number
 * holds. */
static void test_overload_expires(void **state)
{
	struct world *w = *state;

	overload(w, 0, 7, 30, 1);
	overload(w, 0, 7, 30, 600);
	world_wait(w, overload_over);
	overload(w, 0, 3, 40, 60);
	assert_int_equal(n4_overload(&w->smf.n4->upfs[0]), 40);
	world_upf_restart(w, 0);
	world_wait(w, restarted);
	assert_true(overload_over(w));
}

/* The UE is told that there are no resources; nothing is left behind. */
static void test_session_left_out(void **state)
{
	struct world *w = *state;

	begin(w);
	overload(w, 0, 7, 100, 60);
	overload(w, 1, 7, 100, 60);
	overload(w, 2, 7, 100, 60);
	world_ask(w, 1, 5);
	world_expect(w, NGAP_DOWNLINK_NAS_TRANSPORT);
	assert_int_equal(w->sm.type, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
	assert_int_equal(w->sm.pdu_session_establishment_reject.cause,
			 NAS_SM_INSUFFICIENT_RESOURCES);
	assert_int_equal(w->upf[0].seen[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
	assert_int_equal(w->smf.n4->upfs[0].sessions, 0);
	assert_int_equal(w->smf.n4->upfs[0].pool.taken, 0);
	assert_null(world_session(w, 1));
}

/* ---- sets of sessions ---- */

static bool restored(struct world *w)
{
	return w->smf.counters.count[SMF_sessions_restored] == 1;
}

/* A part of a UPF has failed: what was in that set is established anew, the rest goes on. */
static void test_session_set_deletion(void **state)
{
	struct world *w = *state;
	struct session *one, *two;
	uint64_t up_seid, lost;

	begin(w);
	w->upf[0].csid = 11;
	one = world_establish(w, 1);
	w->upf[0].csid = 12;
	two = world_establish(w, 2);
	up_seid = two->up_seid;
	lost = one->up_seid;
	assert_int_equal(world_upf_delete_set(w, 0, 0), PFCP_CAUSE_CONDITIONAL_IE_MISSING);
	assert_int_equal(world_upf_delete_set(w, 0, 13), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(world_upf_delete_set(w, 1, 11), PFCP_CAUSE_ACCEPTED); /* not its own */
	assert_int_equal(one->up_seid, lost);
	assert_int_equal(world_upf_delete_set(w, 0, 11), PFCP_CAUSE_ACCEPTED);
	world_wait(w, restored);
	assert_int_equal(one->state, SESSION_ACTIVE);
	assert_int_not_equal(one->up_seid, lost);
	assert_true(world_upf_find(w, 0, one->cp_seid)->restored);
	assert_int_equal(two->up_seid, up_seid);
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_upf_leaves),
		T(test_idle_upf_leaves),
		T(test_upf_leaves_with_a_silent_ue),
		T(test_upf_has_reported_all),
		T(test_update_of_features_alone),
		T(test_node_report),
		T(test_lost_paths_are_bounded),
		T(test_pfds_are_provisioned),
		T(test_selection_by_load),
		T(test_overload_sheds_its_share),
		T(test_overload_expires),
		T(test_session_left_out),
		T(test_session_set_deletion),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
