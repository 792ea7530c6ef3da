// SPDX-License-Identifier: Apache-2.0
/*
 * Everything at once, in an order that only the seed knows: sessions asked for and released by UE
 * and by REST, led through uplink classifiers and back, the gNB and the UPFs lost and back,
 * smf-lite killed. When the storm is over, UE, gNB, SMF and UPFs must agree on every session and
 * its way, and nothing may be left behind anywhere.
 */
#include <stdio.h>

#include "lib/daemon.h"
#include "smf-lite/classifier.h"
#include "smf-lite/route.h"
#include "tests/unit/smf_rest.h"

enum { STORM_STEPS = 160, STORM_IDS = 4, STORM_SEEDS = 40, STORM_CALLS = 4 };

/* What the UE, and the gNB in front of it, believe */
struct storm {
	struct world *w;
	uint32_t random;
	bool has[STORM_IDS + 1]; /* the UE's sessions, by id */
	bool registered;
	uint32_t next_ran_id, next_teid;
	uint8_t next_pti;
	bool ue_deaf;			    /* NAS doesn't reach it for a while */
	bool calm;			    /* nobody refuses any more */
	uint32_t uplink[STORM_IDS + 1];	    /* the TEID that the gNB sends to, by id */
	struct rest_call call[STORM_CALLS]; /* of REST, under way or answered */
	uint64_t switched;		    /* routes, before smf-lite was killed last */
};

static uint32_t roll(struct storm *st, uint32_t sides)
{
	st->random ^= st->random << 13;
	st->random ^= st->random >> 17;
	st->random ^= st->random << 5;
	return st->random % sides;
}

/* ---- UE and gNB answer ---- */

static void hear_accept(struct storm *st)
{
	const struct nas_registration_accept *a = &st->w->mm.registration_accept;

	for (unsigned id = 1; id <= STORM_IDS; id++)
		if (!a->has_session_status || !(a->session_status >> id & 1))
			st->has[id] = false;
	st->registered = true;
	world_nas(st->w, &(struct nas_message){.type = NAS_REGISTRATION_COMPLETE});
}

static void hear_setup(struct storm *st)
{
	struct world *w = st->w;
	const struct ngap_session_setup *item =
		&w->in.pdu_session_resource_setup_request.sessions.item[0];
	const uint8_t id = item->session_id;

	st->uplink[id] = item->transfer.uplink.teid;
	if (w->sm.type == NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT)
		st->has[id] = true;
	world_setup_response(w, id, ++st->next_teid);
}

static void hear_release(struct storm *st, uint8_t id, bool from_gnb)
{
	bool told = st->w->sm.type == NAS_PDU_SESSION_RELEASE_COMMAND;

	if (from_gnb)
		world_release_response(st->w, id);
	if (!told || st->ue_deaf)
		return;
	st->has[id] = false;
	world_release_complete(st->w, id);
}

/* Sometimes it refuses; what it then has is as before. */
static void hear_modify(struct storm *st)
{
	const struct ngap_session_modify *item =
		&st->w->in.pdu_session_resource_modify_request.sessions.item[0];
	const uint8_t id = item->session_id;
	const bool done = st->calm || roll(st, 4);

	if (done)
		st->uplink[id] = item->transfer.tunnel[0].uplink.teid;
	world_modify_response(st->w, id, done);
}

static void hear(struct storm *st)
{
	struct world *w = st->w;
	struct ngap_pdu *pdu = &w->in;

	switch (pdu->type) {
	case NGAP_INITIAL_CONTEXT_SETUP_REQUEST:
		w->amf_ue_id = pdu->initial_context_setup_request.amf_ue_id;
		w->ran_ue_id = pdu->initial_context_setup_request.ran_ue_id;
		hear_accept(st);
		break;
	case NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST:
		hear_setup(st);
		break;
	case NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST:
		hear_modify(st);
		break;
	case NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND:
		hear_release(st,
			     pdu->pdu_session_resource_release_command.sessions.item[0].session_id,
			     true);
		break;
	case NGAP_DOWNLINK_NAS_TRANSPORT:
		if (w->mm.type == NAS_REGISTRATION_ACCEPT)
			hear_accept(st);
		else if (w->sm.type == NAS_PDU_SESSION_RELEASE_COMMAND)
			hear_release(st, w->sm.session_id, false);
		break;
	case NGAP_UE_CONTEXT_RELEASE_COMMAND:
		if (pdu->ue_context_release_command.ids.ran_ue_id == w->ran_ue_id)
			st->registered = false;
		break;
	default:
		break;
	}
}

/* What smf-lite has said, one after the other; each may make it say more */
static void listen_all(struct storm *st)
{
	struct world *w = st->w;

	world_turn(w);
	while (w->ngap_count && w->conn) {
		struct ngap_error err;
		size_t len = w->ngap[0].len;

		memcpy(w->in_bytes, w->ngap[0].bytes, len);
		if (ngap_decode(w->in_bytes, len, &w->in, &err))
			fail_msg("undecodable: %s", err.text);
		world_expect(w, w->in.type);
		hear(st);
	}
}

/* ---- what can happen ---- */

static void re_register(struct storm *st)
{
	struct nas_message msg = world_registration();
	struct nas_registration_request *r = &msg.registration_request;

	r->has_session_status = true;
	for (unsigned id = 1; id <= STORM_IDS; id++)
		r->session_status |= (uint16_t)(st->has[id] << id);
	world_initial_nas(st->w, ++st->next_ran_id, &msg);
	listen_all(st);
}

static void ask(struct storm *st)
{
	uint8_t id = (uint8_t)(1 + roll(st, STORM_IDS));

	if (!st->has[id] && st->registered)
		world_ask(st->w, id, st->next_pti = (uint8_t)(st->next_pti % 254 + 1));
}

static void release_by_rest(struct storm *st)
{
	struct session_input in = {.cause = NAS_SM_REACTIVATION_REQUESTED};
	struct session *s = world_session(st->w, (uint8_t)(1 + roll(st, STORM_IDS)));

	if (s)
		session_feed(s, SESSION_EV_RELEASE, &in);
}

static void release_by_ue(struct storm *st)
{
	struct nas_message sm = {.type = NAS_PDU_SESSION_RELEASE_REQUEST,
				 .session_id = (uint8_t)(1 + roll(st, STORM_IDS)),
				 .pti = 200};

	if (st->registered)
		world_sm(st->w, &sm, NULL);
}

static void gnb_back(struct storm *st, bool retained)
{
	st->w->ngap_count = 0; /* what was said to nobody */
	world_gnb(st->w, 0, retained);
	if (!st->w->in.ng_setup_response.ues_retained)
		st->registered = false;
}

static void lose_gnb(struct storm *st)
{
	world_gnb_lost(st->w);
	if (roll(st, 2))
		world_turn(st->w);
	gnb_back(st, roll(st, 3) != 0);
}

static void kill_smf(struct storm *st)
{
	st->switched += st->w->smf.counters.count[SMF_routes_switched];
	rest_stop(st->w);
	world_stop(st->w);
	world_start(st->w);
	rest_start(st->w);
	gnb_back(st, true);
}

static void mute_upf(struct storm *st)
{
	static const uint8_t types[] = {PFCP_SESSION_ESTABLISHMENT_REQUEST,
					PFCP_SESSION_MODIFICATION_REQUEST,
					PFCP_SESSION_DELETION_REQUEST};
	bool *mute = &st->w->upf[roll(st, WORLD_UPFS)].mute[types[roll(st, 3)]];

	*mute = !*mute;
}

static void move_anchor(struct storm *st)
{
	assert_int_equal(anchor_set(st->w->smf.anchors, WORLD_SUPI, "internet",
				    roll(st, 2) ? "edge-a" : "edge-b"),
			 0);
}

/* ---- uplink classifiers ---- */

static const char *some_edge(struct storm *st)
{
	static const char *const edges[WORLD_UPFS] = {"edge-a", "edge-b", "edge-c"};

	return edges[roll(st, WORLD_UPFS)];
}

/* One that there is, if there is one */
static unsigned some_id(struct storm *st)
{
	unsigned id = 1 + roll(st, STORM_IDS);

	for (int i = 0; i < STORM_IDS && !world_session(st->w, (uint8_t)id); i++)
		id = id % STORM_IDS + 1;
	return id;
}

/* One that is over; NULL: so many are under way */
static struct rest_call *free_call(struct storm *st)
{
	for (size_t i = 0; i < STORM_CALLS; i++) {
		struct rest_call *call = &st->call[i];

		if (call->begun && !call->done)
			continue;
		rest_free(call);
		return call;
	}
	return NULL;
}

static void call_rest(struct storm *st, const char *method, unsigned id, const char *what,
		      const char *body)
{
	struct rest_call *call = free_call(st);
	char path[160];

	if (!call)
		return;
	snprintf(path, sizeof(path), "/v1/pdu-sessions/" WORLD_SUPI "/%u/%s", id, what);
	rest_begin(st->w, call, method, path, body);
}

static void classify(struct storm *st, bool wanted)
{
	char what[32];

	snprintf(what, sizeof(what), "classifiers/%s", some_edge(st));
	call_rest(st, wanted ? "PUT" : "DELETE", some_id(st), what,
		  wanted ? "{\"prefixes\": [\"10.70.0.0/16\"]}" : NULL);
}

/* Mostly where a way is: most of all others are refused. */
static void lead(struct storm *st)
{
	const unsigned id = some_id(st);
	const struct session *s = world_session(st->w, (uint8_t)id);
	const struct classifier *c = s ? s->classifiers : NULL;
	char body[SMF_NAME_SIZE + 16];

	snprintf(body, sizeof(body), "{\"dnai\": \"%s\"}",
		 c && roll(st, 2) ? c->upf->config->dnai : some_edge(st));
	call_rest(st, "POST", id, "route", body);
}

/* What waits for seconds on N4 is told again; on N2, what the gNB has refused. */
static void fire_classifier_timers(struct storm *st)
{
	struct smf *smf = &st->w->smf;
	struct session *s, *next;

	for (size_t i = 0; i < WORLD_UPFS; i++)
		classifiers_feed_upf(smf, &smf->n4->upfs[i], SESSION_EV_UPF_UP);
	HASH_ITER (by_seid, smf->sessions->by_seid, s, next)
		if (s->route.n2_dirty && !s->route.n2_busy)
			route_gnb_back(s);
}

static void fire_timers(struct storm *st)
{
	struct session *s, *next;

	fire_classifier_timers(st);

	HASH_ITER (by_seid, st->w->smf.sessions->by_seid, s, next) {
		if (s->state != SESSION_N4_ESTABLISH) /* n4 has the timer there */
			session_feed(s, SESSION_EV_TIMER, NULL);
	}
}

static void step(struct storm *st)
{
	switch (roll(st, 30)) {
	case 0:
		lose_gnb(st);
		break;
	case 1:
		kill_smf(st);
		break;
	case 2:
		world_upf_restart(st->w, (int)roll(st, WORLD_UPFS));
		break;
	case 3:
		mute_upf(st);
		break;
	case 4:
		move_anchor(st);
		break;
	case 5:
		st->ue_deaf = !st->ue_deaf;
		break;
	case 6:
		re_register(st);
		break;
	case 7:
		fire_timers(st);
		break;
	case 8:
	case 9:
		release_by_ue(st);
		break;
	case 10:
	case 11:
		release_by_rest(st);
		break;
	case 12:
	case 13:
	case 14:
	case 15:
		classify(st, true);
		break;
	case 16:
		classify(st, false);
		break;
	case 17:
	case 18:
	case 19:
	case 20:
		lead(st);
		break;
	default:
		ask(st);
	}
	if (roll(st, 4)) /* sometimes the next thing happens before anybody has answered */
		listen_all(st);
	if (!st->registered)
		re_register(st);
}

/* ---- after the storm ---- */

/* Those that wait for seconds; what is being set up is left alone. */
static void fire_late_timers(struct storm *st)
{
	struct session *s, *next;

	fire_classifier_timers(st);
	HASH_ITER (by_seid, st->w->smf.sessions->by_seid, s, next) {
		if (s->state >= SESSION_ACTIVE)
			session_feed(s, SESSION_EV_TIMER, NULL);
	}
}

static bool session_rests(const struct session *s)
{
	const struct session_route *r = &s->route;

	return s->state == SESSION_ACTIVE && !s->n4_busy && !s->n4_dirty && !s->n4_lost &&
	       !r->switching && !r->n2_busy && !r->n2_dirty;
}

static bool classifier_rests(const struct classifier *c)
{
	return c->state == CLASSIFIER_READY && !c->n4_busy && !c->n4_dirty && !c->n4_lost;
}

static bool at_rest(const struct storm *st)
{
	struct world *w = st->w;
	struct session *s, *next;
	struct classifier *c, *next_c;

	HASH_ITER (by_seid, w->smf.sessions->by_seid, s, next)
		if (!session_rests(s))
			return false;
	HASH_ITER (by_seid, w->smf.sessions->classifiers, c, next_c)
		if (!classifier_rests(c))
			return false;
	for (size_t i = 0; i < STORM_CALLS; i++)
		if (st->call[i].begun && !st->call[i].done)
			return false;
	for (int i = 0; i < WORLD_UPFS; i++)
		if (w->smf.n4->upfs[i].recovery_time_stamp != w->upf[i].stamp)
			return false;
	return !w->ngap_count && !w->pfcp_count;
}

static void calm_down(struct storm *st)
{
	uint64_t end = clock_mono_ns() + 10000000000ULL;

	for (int i = 0; i < WORLD_UPFS; i++)
		memset(st->w->upf[i].mute, 0, sizeof(st->w->upf[i].mute));
	st->ue_deaf = false;
	st->calm = true;
	re_register(st);
	while (listen_all(st), !at_rest(st)) {
		assert_true(clock_mono_ns() < end);
		uv_run(&st->w->loop, UV_RUN_ONCE);
		fire_late_timers(st);
	}
}

static const struct world_upf_session *at_upf(struct storm *st, const struct upf *upf,
					      uint64_t seid)
{
	return world_upf_find(st->w, (int)(upf - st->w->smf.n4->upfs), seid);
}

static void check_classifier(struct storm *st, const struct classifier *c)
{
	const struct world_upf_session *u = at_upf(st, c->upf, c->cp_seid);

	assert_non_null(u);
	assert_true(u->classifier && u->up_seid == c->up_seid);
	assert_int_equal(u->ul_teid, c->access.teid);
	assert_int_equal(u->core_teid, c->core.teid);
	assert_int_equal(u->anchor_teid, c->session->uplink.teid);
	assert_int_equal(u->dl_teid, c->session->downlink.teid);
	assert_int_equal(u->dl_action, PFCP_ACTION_FORW);
	assert_int_equal(u->ue_addr.s_addr, c->session->address.s_addr);
}

static void check_session(struct storm *st, const struct session *s)
{
	const struct world_upf_session *u = at_upf(st, s->upf, s->cp_seid);
	const struct classifier *through = s->route.up;

	assert_non_null(s->ue);
	assert_true(st->has[s->id]);
	assert_non_null(u);
	assert_true(u->up_seid == s->up_seid);
	assert_int_equal(u->ul_teid, s->uplink.teid);
	assert_ptr_equal(s->route.down, through);
	assert_int_equal(st->uplink[s->id], route_uplink(s)->teid);
	assert_int_equal(u->dl_teid, through ? through->core.teid : s->downlink.teid);
	assert_int_equal(u->dl_action, PFCP_ACTION_FORW);
	assert_int_equal(u->ue_addr.s_addr, s->address.s_addr);
	for (const struct classifier *c = s->classifiers; c; c = c->next)
		check_classifier(st, c);
	assert_true(pool_contains(&s->upf->pool, s->address));
}

static void check_agreement(struct storm *st)
{
	struct world *w = st->w;
	struct session *s, *next;
	size_t sessions = HASH_CNT(by_seid, w->smf.sessions->by_seid), at_ue = 0, at_upfs = 0;
	size_t classifiers = HASH_CNT(by_seid, w->smf.sessions->classifiers), addresses = 0;

	HASH_ITER (by_seid, w->smf.sessions->by_seid, s, next)
		check_session(st, s);
	for (int id = 1; id <= STORM_IDS; id++)
		at_ue += st->has[id];
	for (int i = 0; i < WORLD_UPFS; i++) {
		at_upfs += w->upf[i].count;
		addresses += w->smf.n4->upfs[i].pool.taken;
		assert_int_equal(w->smf.n4->upfs[i].sessions, w->upf[i].count);
	}
	assert_int_equal(sessions, at_ue);
	assert_int_equal(sessions, addresses);
	assert_int_equal(sessions + classifiers, at_upfs);
	assert_int_equal(w->smf.ues->count, 1);
	assert_int_equal(w->smf.counters.drop[SMF_ngap_encode_failed], 0);
	assert_int_equal(w->smf.counters.drop[SMF_nas_encode_failed], 0);
	assert_int_equal(w->smf.counters.drop[SMF_store_failed], 0);
}

/* Return: how many times another way was taken */
static uint64_t run_storm(struct world *w, uint32_t seed)
{
	struct storm st = {.w = w, .random = seed, .next_ran_id = 100};

	rest_start(w);
	world_gnb(w, 0, false);
	re_register(&st);
	for (int i = 0; i < STORM_STEPS; i++)
		step(&st);
	calm_down(&st);
	check_agreement(&st);
	for (uint8_t id = 1; id <= STORM_IDS; id++)
		if (!st.has[id])
			world_ask(w, id, id);
	listen_all(&st); /* all is well again: whatever is asked for is there */
	check_agreement(&st);
	assert_int_equal(HASH_CNT(by_seid, w->smf.sessions->by_seid), STORM_IDS);
	kill_smf(&st); /* and the database tells the same */
	calm_down(&st);
	check_agreement(&st);
	rest_stop(w);
	for (size_t i = 0; i < STORM_CALLS; i++)
		rest_free(&st.call[i]);
	return st.switched;
}

static void test_storm(void **state)
{
	uint64_t switched = 0;

	for (uint32_t seed = 1; seed <= STORM_SEEDS; seed++) {
		print_message("# seed %u\n", seed);
		assert_int_equal(world_setup(state), 0);
		switched += run_storm(*state, seed * 2654435761U);
		assert_int_equal(world_teardown(state), 0);
	}
	assert_true(switched > STORM_SEEDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_storm)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_storm", tests, NULL, NULL);
}
