// SPDX-License-Identifier: Apache-2.0
/*
 * Uplink classifiers at the SMF (smf-lite/classifier.h, route.h), in bytes of PFCP and NGAP, driven
 * over REST: made ready, led through, changed for another, left; and every step refused,
 * unanswered, or in the middle of something else. UPF 0 anchors, UPFs 1 and 2 classify.
 */
#include "tests/unit/smf_rest.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "smf-lite/classifier.h"
#include "smf-lite/route.h"

#define SESSION	 "/v1/pdu-sessions/" WORLD_SUPI "/1"
#define AT(edge) SESSION "/classifiers/" edge
#define ROUTE	 SESSION "/route"
#define PREFIXES "{\"prefixes\": [\"10.70.0.0/16\"]}"
#define TO(edge) "{\"dnai\": \"" edge "\"}"

static struct session *begin(struct world *w)
{
	world_gnb(w, 0, false);
	world_register(w, 7);
	return world_establish(w, 1);
}

/* ---- the gNB's part ---- */

static bool something_came(struct world *w)
{
	return w->ngap_count > 0;
}

/* The next message is a Modify Request, for session 1 and its tunnel: where to? */
static struct session_tunnel expect_modify(struct world *w)
{
	const struct ngap_session_modify *item;

	world_wait(w, something_came);
	item = &world_expect(w, NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST)
			->pdu_session_resource_modify_request.sessions.item[0];
	assert_int_equal(item->session_id, 1);
	assert_int_equal(item->transfer.tunnel_count, 1);
	assert_int_equal(item->transfer.tunnel[0].downlink.teid,
			 world_session(w, 1)->downlink.teid);
	return (struct session_tunnel){item->transfer.tunnel[0].uplink.ipv4,
				       item->transfer.tunnel[0].uplink.teid};
}

static void answer_modify(struct world *w, bool done)
{
	world_modify_response(w, 1, done);
}

/* ---- looking ---- */

static struct classifier *at(const struct session *s, int upf)
{
	return classifier_find(s, &s->smf->n4->upfs[upf]);
}

static struct world_upf_session *classifier_of(struct world *w, int upf)
{
	for (size_t i = 0; i < w->upf[upf].count; i++)
		if (w->upf[upf].session[i].classifier)
			return &w->upf[upf].session[i];
	return NULL;
}

static struct world_upf_session *anchor_of(struct world *w)
{
	return world_upf_find(w, 0, world_session(w, 1)->cp_seid);
}

static void assert_straight(struct world *w)
{
	const struct session *s = world_session(w, 1);

	assert_null(s->route.up);
	assert_null(s->route.down);
	assert_int_equal(anchor_of(w)->dl_teid, s->downlink.teid);
	assert_int_equal(anchor_of(w)->dl_addr.s_addr, s->downlink.addr.s_addr);
}

static void assert_through(struct world *w, int upf)
{
	const struct session *s = world_session(w, 1);

	assert_ptr_equal(s->route.up, at(s, upf));
	assert_ptr_equal(s->route.down, at(s, upf));
	assert_int_equal(anchor_of(w)->dl_teid, classifier_of(w, upf)->core_teid);
	assert_int_equal(anchor_of(w)->dl_addr.s_addr, w->upf[upf].n3.s_addr);
}

static bool no_classifier_anywhere(struct world *w)
{
	return !classifier_of(w, 1) && !classifier_of(w, 2) && !w->smf.sessions->classifiers;
}

/* ---- doing ---- */

static void prepare(struct world *w, const char *path)
{
	assert_int_equal(rest(w, "PUT", path, PREFIXES, NULL), 201);
}

static void lead_to(struct world *w, const char *body)
{
	struct rest_call call;

	rest_begin(w, &call, "POST", ROUTE, body);
	expect_modify(w);
	answer_modify(w, true);
	assert_int_equal(rest_end(w, &call), 200);
	rest_free(&call);
}

static void begin_through_b(struct world *w)
{
	begin(w);
	prepare(w, AT("edge-b"));
	lead_to(w, TO("edge-b"));
	assert_through(w, 1);
}

/* ---- the whole ---- */

static void test_there_and_back(void **state)
{
	struct world *w = *state;
	struct world_upf_session *b;
	struct session_tunnel told;
	struct session *s;
	struct rest_call call;

	s = begin(w);
	prepare(w, AT("edge-b"));
	b = classifier_of(w, 1);
	assert_string_equal(b->flow, "permit out ip from 10.70.0.0/16 to assigned");
	assert_int_equal(b->ue_addr.s_addr, s->address.s_addr);
	assert_int_equal(b->anchor_teid, s->uplink.teid);
	assert_int_equal(b->anchor_addr.s_addr, w->upf[0].n3.s_addr);
	assert_int_equal(b->dl_teid, s->downlink.teid); /* it could forward already */
	assert_straight(w);
	world_expect_nothing(w);

	rest_begin(w, &call, "POST", ROUTE, TO("edge-b"));
	told = expect_modify(w);
	assert_int_equal(told.teid, b->ul_teid);
	assert_int_equal(told.addr.s_addr, w->upf[1].n3.s_addr);
	/* the anchor is told once the gNB has answered */
	assert_int_equal(anchor_of(w)->dl_teid, s->downlink.teid);
	answer_modify(w, true);
	assert_int_equal(rest_end(w, &call), 200);
	assert_through(w, 1);
	assert_int_equal(anchor_of(w)->end_markers, 0); /* the gNB's tunnel isn't left */
	assert_string_equal(json_string_value(json_object_get(call.body, "dnai")), "edge-b");
	assert_true(json_integer_value(json_object_get(call.body, "t0_ns")) <=
		    json_integer_value(json_object_get(call.body, "uplink_ns")));
	assert_true(json_integer_value(json_object_get(call.body, "uplink_ns")) <=
		    json_integer_value(json_object_get(call.body, "switched_ns")));
	rest_free(&call);
	assert_int_equal(rest(w, "POST", ROUTE, TO("edge-b"), NULL), 200); /* and once more */
	world_expect_nothing(w);

	rest_begin(w, &call, "POST", ROUTE, TO("edge-a"));
	told = expect_modify(w);
	assert_int_equal(told.teid, s->uplink.teid);
	answer_modify(w, true);
	assert_int_equal(rest_end(w, &call), 200);
	rest_free(&call);
	assert_straight(w);
	assert_int_equal(anchor_of(w)->end_markers, 1); /* N9's tunnel is */
	assert_non_null(classifier_of(w, 1));
	assert_int_equal(rest(w, "DELETE", AT("edge-b"), NULL, NULL), 204);
	world_wait(w, no_classifier_anywhere);
	assert_int_equal(rest(w, "DELETE", AT("edge-b"), NULL, NULL), 204);
	assert_int_equal(w->smf.n4->upfs[1].sessions, 0);
	assert_int_equal(w->smf.counters.count[SMF_routes_switched], 2);
}

static void test_shown(void **state)
{
	struct world *w = *state;
	struct rest_call call;
	const json_t *c;

	begin_through_b(w);
	rest_begin(w, &call, "GET", SESSION, NULL);
	assert_int_equal(rest_end(w, &call), 200);
	assert_string_equal(json_string_value(json_object_get(call.body, "dnai")), "edge-b");
	assert_string_equal(json_string_value(json_object_get(call.body, "anchor_dnai")), "edge-a");
	assert_string_equal(json_string_value(json_object_get(call.body, "upf")), "upf-a");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(call.body, "uplink"), "address")),
		"10.101.2.2");
	c = json_array_get(json_object_get(call.body, "classifiers"), 0);
	assert_string_equal(json_string_value(json_object_get(c, "state")), "ready");
	assert_true(json_is_true(json_object_get(c, "in_path")));
	assert_string_equal(json_string_value(json_array_get(json_object_get(c, "prefixes"), 0)),
			    "10.70.0.0/16");
	rest_free(&call);
}

static void test_on_to_c(void **state)
{
	struct world *w = *state;

	begin_through_b(w);
	prepare(w, AT("edge-c"));
	assert_through(w, 1);
	lead_to(w, TO("edge-c"));
	assert_through(w, 2);
	assert_int_equal(anchor_of(w)->end_markers, 1); /* to b */
	assert_int_equal(rest(w, "DELETE", AT("edge-b"), NULL, NULL), 204);
	lead_to(w, TO("edge-a"));
	assert_int_equal(rest(w, "DELETE", AT("edge-c"), NULL, NULL), 204);
	world_wait(w, no_classifier_anywhere);
	assert_straight(w);
}

/* ---- refused ---- */

static void test_requests_refused(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *method, *path, *body;
		unsigned status;
		const char *cause;
	} rows[] = {
		{"PUT", AT("edge-z"), PREFIXES, 404, "UPF_NOT_FOUND"},
		{"PUT", AT("edge-a"), PREFIXES, 409, "IS_ANCHOR"},
		{"PUT", AT("edge-b"), "{}", 400, "INVALID_PARAMETER"},
		{"PUT", AT("edge-b"), "{\"prefixes\": []}", 400, "INVALID_PARAMETER"},
		{"PUT", AT("edge-b"), "{\"prefixes\": [\"10.70.0.1/16\"]}", 400,
		 "INVALID_PARAMETER"},
		{"PUT", AT("edge-b"), "{\"prefixes\": [\"10.70.0.0\"]}", 400, "INVALID_PARAMETER"},
		{"PUT", AT("edge-b"), "{\"prefixes\": [\"10.70.0.0/33\"]}", 400,
		 "INVALID_PARAMETER"},
		{"PUT", AT("edge-b"), "{\"prefixes\": [7]}", 400, "INVALID_PARAMETER"},
		{"PUT", AT("edge-b"), "{\"prefixes\": [\"10.70.0.0/16\"], \"x\": 1}", 400,
		 "INVALID_PARAMETER"},
		{"PUT", "/v1/pdu-sessions/" WORLD_SUPI "/2/classifiers/edge-b", PREFIXES, 404,
		 "SESSION_NOT_FOUND"},
		{"POST", ROUTE, TO("edge-b"), 404, "CLASSIFIER_NOT_FOUND"},
		{"POST", ROUTE, TO("edge-z"), 404, "UPF_NOT_FOUND"},
		{"DELETE", AT("edge-z"), NULL, 404, "UPF_NOT_FOUND"},
	};
	char cause[48];

	begin(w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s %s %s\n", rows[i].method, rows[i].path,
			      rows[i].body ? rows[i].body : "");
		assert_int_equal(rest(w, rows[i].method, rows[i].path, rows[i].body, cause),
				 rows[i].status);
		assert_string_equal(cause, rows[i].cause);
	}
	assert_true(no_classifier_anywhere(w));
	world_expect_nothing(w);
	prepare(w, AT("edge-b"));
	assert_int_equal(rest(w, "PUT", AT("edge-b"), PREFIXES, NULL), 200);
	assert_int_equal(rest(w, "PUT", AT("edge-b"), "{\"prefixes\": [\"10.71.0.0/16\"]}", cause),
			 409);
	assert_string_equal(cause, "CLASSIFIER_EXISTS");
	lead_to(w, TO("edge-b"));
	assert_int_equal(rest(w, "DELETE", AT("edge-b"), NULL, cause), 409);
	assert_string_equal(cause, "CLASSIFIER_IN_PATH");
	assert_through(w, 1);
}

static void test_upf_refuses(void **state)
{
	struct world *w = *state;
	char cause[48];

	begin(w);
	w->upf[1].cause[PFCP_SESSION_ESTABLISHMENT_REQUEST] = PFCP_CAUSE_RULE_FAILURE;
	assert_int_equal(rest(w, "PUT", AT("edge-b"), PREFIXES, cause), 502);
	assert_string_equal(cause, "UPF_REFUSED");
	assert_true(no_classifier_anywhere(w));
	assert_straight(w);
	w->upf[1].cause[PFCP_SESSION_ESTABLISHMENT_REQUEST] = 0;
	w->upf[1].flaw = WORLD_NO_F_TEID; /* it has it, but not so that it could be used */
	assert_int_equal(rest(w, "PUT", AT("edge-b"), PREFIXES, cause), 502);
	assert_string_equal(cause, "UPF_BAD_ANSWER");
	world_wait(w, no_classifier_anywhere);
	prepare(w, AT("edge-b"));
}

static bool upf_b_associated(struct world *w)
{
	return w->smf.n4->upfs[1].associated;
}

static bool upf_b_lost(struct world *w)
{
	return !w->smf.n4->upfs[1].associated;
}

/* It dies while it is asked: whatever it made of it is deleted once it is back. */
static void test_upf_silent(void **state)
{
	struct world *w = *state;
	char cause[48];

	begin(w);
	w->upf[1].mute[PFCP_SESSION_ESTABLISHMENT_RESPONSE] = true;
	w->upf[1].mute[PFCP_SESSION_ESTABLISHMENT_REQUEST] = true;
	assert_int_equal(rest(w, "PUT", AT("edge-b"), PREFIXES, cause), 504);
	assert_string_equal(cause, "UPF_TIMEOUT");
	assert_straight(w);
	assert_int_equal(rest(w, "PUT", AT("edge-b"), PREFIXES, cause), 503);
	assert_string_equal(cause, "CLASSIFIER_BUSY");
	w->upf[1].mute[PFCP_SESSION_ESTABLISHMENT_REQUEST] = false;
	world_wait(w, no_classifier_anywhere);
	prepare(w, AT("edge-b"));
}

static void test_upf_away(void **state)
{
	struct world *w = *state;
	char cause[48];

	begin(w);
	prepare(w, AT("edge-b"));
	w->upf[1].silent = true;
	world_wait(w, upf_b_lost);
	assert_int_equal(rest(w, "POST", ROUTE, TO("edge-b"), cause), 503);
	assert_string_equal(cause, "ROUTE_NOT_READY");
	assert_int_equal(rest(w, "PUT", AT("edge-c"), PREFIXES, NULL), 201);
	assert_int_equal(rest(w, "DELETE", AT("edge-b"), NULL, NULL), 204);
	w->upf[1].silent = false;
	world_wait(w, upf_b_associated);
	assert_int_equal(rest(w, "DELETE", AT("edge-c"), NULL, NULL), 204);
	world_wait(w, no_classifier_anywhere);
	world_expect_nothing(w);
}

static void test_gnb_refuses(void **state)
{
	struct world *w = *state;
	struct rest_call call;

	begin(w);
	prepare(w, AT("edge-b"));
	rest_begin(w, &call, "POST", ROUTE, TO("edge-b"));
	expect_modify(w);
	answer_modify(w, false);
	assert_int_equal(rest_end(w, &call), 409);
	assert_string_equal(call.cause, "GNB_REFUSED");
	rest_free(&call);
	assert_straight(w);
	world_expect_nothing(w);
	assert_int_equal(w->smf.counters.count[SMF_routes_not_switched], 1);
	lead_to(w, TO("edge-b")); /* it may do so another time */
	assert_through(w, 1);
}

/* Whether it has done it nobody knows: it is told again where it was. */
static void test_gnb_silent(void **state)
{
	struct world *w = *state;
	struct rest_call call;
	struct session_tunnel told;

	begin(w);
	prepare(w, AT("edge-b"));
	rest_begin(w, &call, "POST", ROUTE, TO("edge-b"));
	expect_modify(w);
	assert_int_equal(rest_end(w, &call), 504);
	assert_string_equal(call.cause, "GNB_TIMEOUT");
	rest_free(&call);
	told = expect_modify(w);
	assert_int_equal(told.teid, world_session(w, 1)->uplink.teid);
	assert_straight(w);
	assert_int_equal(rest(w, "POST", ROUTE, TO("edge-b"), NULL), 503); /* not yet */
	answer_modify(w, true);
	lead_to(w, TO("edge-b"));
	assert_through(w, 1);
}

static void test_anchor_refuses(void **state)
{
	struct world *w = *state;
	struct rest_call call;
	struct session_tunnel told;

	begin(w);
	prepare(w, AT("edge-b"));
	w->upf[0].cause[PFCP_SESSION_MODIFICATION_REQUEST] = PFCP_CAUSE_RULE_FAILURE;
	rest_begin(w, &call, "POST", ROUTE, TO("edge-b"));
	expect_modify(w);
	answer_modify(w, true);
	assert_int_equal(rest_end(w, &call), 502);
	assert_string_equal(call.cause, "ANCHOR_FAILED");
	rest_free(&call);
	told = expect_modify(w);
	assert_int_equal(told.teid, world_session(w, 1)->uplink.teid);
	w->upf[0].cause[PFCP_SESSION_MODIFICATION_REQUEST] = 0;
	answer_modify(w, true);
	assert_straight(w);
}

/* ---- in the middle of other things ---- */

static uint64_t former_amf_id(struct world *w)
{
	return w->amf_ue_id;
}

static const struct ngap_session_switched *expect_switched(struct world *w)
{
	world_wait(w, something_came);
	return &world_expect(w, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE)
			->path_switch_request_acknowledge.sessions.item[0];
}

/* The path switch changes the classifier's way down, not the anchor's. */
static void test_handover(void **state)
{
	struct world *w = *state;
	const struct ngap_session_switched *told;
	unsigned markers;

	begin_through_b(w);
	markers = anchor_of(w)->end_markers;
	world_gnb(w, 1, false);
	world_path_switch(w, 8, former_amf_id(w), 1, 0x2001);
	w->ran_ue_id = 8;
	told = expect_switched(w);
	assert_true(told->has_uplink);
	assert_int_equal(told->uplink.teid, classifier_of(w, 1)->ul_teid);
	assert_int_equal(classifier_of(w, 1)->dl_teid, 0x2001);
	assert_int_equal(classifier_of(w, 1)->end_markers, 1); /* the source's tunnel is left */
	assert_int_equal(anchor_of(w)->end_markers, markers);
	assert_through(w, 1);
	lead_to(w, TO("edge-a"));
	assert_int_equal(anchor_of(w)->dl_teid, 0x2001);
}

/* The source gNB was asked, and the UE has left it before it answered: the target is told with the
 * path, which ends the switch well. */
static void test_handover_in_switch(void **state)
{
	struct world *w = *state;
	const struct ngap_session_switched *told;
	struct rest_call call;

	begin(w);
	prepare(w, AT("edge-b"));
	rest_begin(w, &call, "POST", ROUTE, TO("edge-b"));
	expect_modify(w);
	world_gnb(w, 1, false);
	world_path_switch(w, 8, former_amf_id(w), 1, 0x2001);
	w->ran_ue_id = 8;
	told = expect_switched(w);
	assert_int_equal(told->uplink.teid, classifier_of(w, 1)->ul_teid);
	assert_int_equal(rest_end(w, &call), 200);
	rest_free(&call);
	assert_through(w, 1);
	assert_int_equal(classifier_of(w, 1)->dl_teid, 0x2001);
	world_expect_nothing(w);
}

static void test_idle_and_back(void **state)
{
	struct world *w = *state;
	struct rest_call call;
	struct session *s;

	begin_through_b(w);
	prepare(w, AT("edge-c"));
	rest_begin(w, &call, "POST", ROUTE, TO("edge-c"));
	expect_modify(w);
	s = world_session(w, 1);
	ue_disconnect(s->ue);
	assert_int_equal(rest_end(w, &call), 409);
	assert_string_equal(call.cause, "SESSION_CHANGED");
	rest_free(&call);
	world_turn(w);
	assert_through(w, 1);
	assert_int_equal(classifier_of(w, 1)->dl_action, PFCP_ACTION_DROP);
	assert_int_equal(rest(w, "POST", ROUTE, TO("edge-c"), NULL), 503);
}

static void test_release(void **state)
{
	struct world *w = *state;

	begin_through_b(w);
	prepare(w, AT("edge-c"));
	assert_int_equal(rest(w, "POST", SESSION "/release", "{\"cause\": 36}", NULL), 202);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_non_null(classifier_of(w, 1)); /* nothing is lost on the way */
	world_release_response(w, 1);
	world_release_complete(w, 1);
	world_wait(w, no_classifier_anywhere);
	world_turn(w);
	for (int i = 0; i < WORLD_UPFS; i++) {
		assert_int_equal(w->upf[i].count, 0);
		assert_int_equal(w->smf.n4->upfs[i].sessions, 0);
		assert_int_equal(w->smf.n4->upfs[i].pool.taken, 0);
	}
}

static bool upf_b_holds_nothing(struct world *w)
{
	return w->upf[1].count == 0 && HASH_CNT(by_seid, w->smf.sessions->by_seid) == 0;
}

/* A classifier's UPF that is away keeps the session's address from being given out again. */
static void test_release_with_upf_away(void **state)
{
	struct world *w = *state;

	begin_through_b(w);
	w->upf[1].silent = true;
	world_wait(w, upf_b_lost);
	rest(w, "POST", SESSION "/release", "{\"cause\": 36}", NULL);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	world_turn(w);
	assert_null(world_session(w, 1));
	assert_int_equal(w->upf[0].count, 0);
	assert_int_equal(w->smf.n4->upfs[0].pool.taken, 1);
	w->upf[1].silent = false;
	world_wait(w, upf_b_holds_nothing);
	assert_int_equal(w->smf.n4->upfs[0].pool.taken, 0);
}

/* A session that is lost and asked for again is anchored where its traffic was. */
static void test_lost_and_resumed(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin_through_b(w);
	s = world_session(w, 1);
	world_report_tunnel(w, 1, at(s, 1)->cp_seid, &s->downlink);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	assert_int_equal(w->sm.pdu_session_release_command.cause, NAS_SM_REACTIVATION_REQUESTED);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	world_ask(w, 1, 9);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	world_setup_response(w, 1, 0x3000);
	assert_string_equal(world_session(w, 1)->upf->config->name, "upf-b");
}

/* ---- UPFs restart ---- */

static bool b_restored(struct world *w)
{
	const struct classifier *c = at(world_session(w, 1), 1);

	return classifier_of(w, 1) && classifier_of(w, 1)->restored && c && !c->n4_lost &&
	       !c->n4_busy;
}

static void test_classifier_restarts(void **state)
{
	struct world *w = *state;
	uint32_t access, core;

	begin_through_b(w);
	access = classifier_of(w, 1)->ul_teid;
	core = classifier_of(w, 1)->core_teid;
	world_upf_restart(w, 1);
	world_wait(w, b_restored);
	assert_int_equal(classifier_of(w, 1)->ul_teid, access);
	assert_int_equal(classifier_of(w, 1)->core_teid, core);
	assert_through(w, 1);
	world_expect_nothing(w);
}

/* A UPF that takes nothing any more: the traffic goes straight to the anchor again. */
static void test_classifier_lost(void **state)
{
	struct world *w = *state;
	struct session_tunnel told;

	begin_through_b(w);
	w->upf[1].cause[PFCP_SESSION_ESTABLISHMENT_REQUEST] = PFCP_CAUSE_NO_RESOURCES;
	world_upf_restart(w, 1);
	told = expect_modify(w);
	assert_int_equal(told.teid, world_session(w, 1)->uplink.teid);
	answer_modify(w, true);
	world_turn(w);
	assert_straight(w);
	world_wait(w, no_classifier_anywhere);
}

static bool a_restored(struct world *w)
{
	return anchor_of(w) && anchor_of(w)->restored && !world_session(w, 1)->n4_busy;
}

static void test_anchor_restarts(void **state)
{
	struct world *w = *state;

	begin_through_b(w);
	world_upf_restart(w, 0);
	world_wait(w, a_restored);
	assert_through(w, 1);
	world_expect_nothing(w);
}

/* Error Indications on N9, one each way: who has forgotten is told anew. */
static void test_n9_unknown(void **state)
{
	struct world *w = *state;
	struct session *s;

	begin_through_b(w);
	s = world_session(w, 1);
	w->upf[1].count = 0;
	world_report_tunnel(w, 0, s->cp_seid, &at(s, 1)->core);
	world_wait(w, b_restored);
	assert_through(w, 1);
	w->upf[0].count = 0;
	world_report_tunnel(w, 1, at(s, 1)->cp_seid, &s->uplink);
	world_wait(w, a_restored);
	assert_through(w, 1);
	assert_int_equal(s->state, SESSION_ACTIVE);
	world_expect_nothing(w);
}

/* One that fails in part: what was in that set is established anew. */
static void test_set_deletion(void **state)
{
	struct world *w = *state;
	uint64_t up_seid;

	w->upf[1].csid = 11;
	begin_through_b(w);
	up_seid = classifier_of(w, 1)->up_seid;
	assert_int_equal(world_upf_delete_set(w, 1, 12), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(world_upf_delete_set(w, 0, 11), PFCP_CAUSE_ACCEPTED); /* not its own */
	world_turn(w);
	assert_int_equal(classifier_of(w, 1)->up_seid, up_seid);
	assert_int_equal(world_upf_delete_set(w, 1, 11), PFCP_CAUSE_ACCEPTED);
	world_wait(w, b_restored);
	assert_int_not_equal(classifier_of(w, 1)->up_seid, up_seid);
	assert_through(w, 1);
	world_expect_nothing(w);
}

static bool b_left(struct world *w)
{
	return w->upf[1].seen[PFCP_ASSOCIATION_RELEASE_REQUEST] > 0;
}

/* One that stops: straight to the anchor, its rules deleted, then it is left; not sooner. */
static void test_classifier_leaves(void **state)
{
	struct world *w = *state;
	char cause[48];

	begin_through_b(w);
	assert_int_equal(world_upf_update(w, 1, PFCP_RELEASE_SARR, 10), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(expect_modify(w).teid, world_session(w, 1)->uplink.teid);
	answer_modify(w, true);
	assert_straight(w);
	assert_false(b_left(w)); /* what is under way comes through */
	assert_int_equal(rest(w, "PUT", AT("edge-b"), PREFIXES, cause), 503);
	assert_string_equal(cause, "UPF_LEAVING");
	world_wait(w, b_left);
	assert_int_equal(w->upf[1].seen[PFCP_SESSION_DELETION_REQUEST], 1);
	assert_true(no_classifier_anywhere(w));
	assert_int_equal(world_session(w, 1)->state, SESSION_ACTIVE);
	world_expect_nothing(w);
}

/* Load control in a classifier's answers counts as in a session's. */
static void test_load_is_read(void **state)
{
	struct world *w = *state;

	begin(w);
	w->upf[1].load = 70;
	prepare(w, AT("edge-b"));
	assert_int_equal(n4_load_cost(&w->smf.n4->upfs[1]), 70);
}

/* ---- smf-lite restarts ---- */

static void restart(struct world *w)
{
	rest_stop(w);
	world_stop(w);
	world_start(w);
	rest_start(w);
}

static bool nothing_busy(struct world *w)
{
	const struct session *s = world_session(w, 1);
	bool busy = s->n4_busy || s->n4_dirty;

	for (const struct classifier *c = s->classifiers; c; c = c->next)
		busy |= c->n4_busy || c->n4_dirty || c->state != CLASSIFIER_READY;
	return !busy;
}

static void test_restart(void **state)
{
	struct world *w = *state;
	uint64_t seid;

	begin_through_b(w);
	seid = at(world_session(w, 1), 1)->cp_seid;
	restart(w);
	world_wait(w, nothing_busy);
	assert_int_equal(at(world_session(w, 1), 1)->cp_seid, seid);
	assert_through(w, 1);
	world_gnb(w, 0, true);
	world_expect_nothing(w); /* the gNB knows */
	lead_to(w, TO("edge-a"));
	assert_straight(w);
}

/* Killed between the question to the gNB and its answer: it is asked again. */
static void test_restart_in_switch(void **state)
{
	struct world *w = *state;
	struct rest_call call;
	struct session_tunnel told;

	begin(w);
	prepare(w, AT("edge-b"));
	rest_begin(w, &call, "POST", ROUTE, TO("edge-b"));
	expect_modify(w);
	restart(w);
	rest_free(&call);
	world_gnb(w, 0, true);
	told = expect_modify(w);
	assert_int_equal(told.teid, classifier_of(w, 1)->ul_teid);
	answer_modify(w, true);
	world_wait(w, nothing_busy);
	assert_through(w, 1);
	assert_int_equal(rest(w, "POST", ROUTE, TO("edge-b"), NULL), 200);
}

/* Killed before the UPF's answer: whatever there is of it goes. */
static void test_restart_in_preparation(void **state)
{
	struct world *w = *state;
	struct rest_call call;

	begin(w);
	w->upf[1].mute[PFCP_SESSION_ESTABLISHMENT_REQUEST] = true;
	rest_begin(w, &call, "PUT", AT("edge-b"), PREFIXES);
	while (!w->upf[1].seen[PFCP_SESSION_ESTABLISHMENT_REQUEST])
		world_turn(w);
	restart(w);
	rest_free(&call);
	w->upf[1].mute[PFCP_SESSION_ESTABLISHMENT_REQUEST] = false;
	world_wait(w, no_classifier_anywhere);
	assert_straight(w);
}

static void test_restart_in_release(void **state)
{
	struct world *w = *state;

	begin_through_b(w);
	w->upf[1].mute[PFCP_SESSION_DELETION_REQUEST] = true;
	rest(w, "POST", SESSION "/release", "{\"cause\": 36}", NULL);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	world_turn(w);
	assert_int_equal(w->upf[0].count, 0);
	restart(w);
	w->upf[1].mute[PFCP_SESSION_DELETION_REQUEST] = false;
	world_wait(w, upf_b_holds_nothing);
	assert_int_equal(w->smf.n4->upfs[0].pool.taken, 0);
}

static int setup(void **state)
{
	if (world_setup(state))
		return -1;
	rest_start(*state);
	return 0;
}

static int teardown(void **state)
{
	rest_stop(*state);
	return world_teardown(state);
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_there_and_back),
		ROW(test_shown),
		ROW(test_on_to_c),
		ROW(test_requests_refused),
		ROW(test_upf_refuses),
		ROW(test_upf_silent),
		ROW(test_upf_away),
		ROW(test_gnb_refuses),
		ROW(test_gnb_silent),
		ROW(test_anchor_refuses),
		ROW(test_handover),
		ROW(test_handover_in_switch),
		ROW(test_idle_and_back),
		ROW(test_release),
		ROW(test_release_with_upf_away),
		ROW(test_lost_and_resumed),
		ROW(test_classifier_restarts),
		ROW(test_classifier_lost),
		ROW(test_anchor_restarts),
		ROW(test_n9_unknown),
		ROW(test_set_deletion),
		ROW(test_classifier_leaves),
		ROW(test_load_is_read),
		ROW(test_restart),
		ROW(test_restart_in_switch),
		ROW(test_restart_in_preparation),
		ROW(test_restart_in_release),
	};

	return cmocka_run_group_tests_name("smf_classifier", tests, NULL, NULL);
}
