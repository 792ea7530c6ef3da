// SPDX-License-Identifier: Apache-2.0
/*
 * Everything at once, in an order that only the seed knows: sessions asked for and released by UE
 * and by REST, the gNB and the UPFs lost and back, smf-lite killed. When the storm is over, UE, SMF
 * and UPFs must agree on every session, and nothing may be left behind anywhere.
 */
#include <stdio.h>

#include "lib/daemon.h"
#include "tests/unit/smf_world.h"

enum { STORM_STEPS = 80, STORM_IDS = 4, STORM_SEEDS = 40 };

/* What the UE, and the gNB in front of it, believe */
struct storm {
	struct world *w;
	uint32_t random;
	bool has[STORM_IDS + 1]; /* the UE's sessions, by id */
	bool registered;
	uint32_t next_ran_id, next_teid;
	uint8_t next_pti;
	bool ue_deaf; /* NAS doesn't reach it for a while */
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
	uint8_t id = w->in.pdu_session_resource_setup_request.sessions.item[0].session_id;

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
	world_stop(st->w);
	world_start(st->w);
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

static void fire_timers(struct storm *st)
{
	struct session *s, *next;

	HASH_ITER (by_seid, st->w->smf.sessions->by_seid, s, next) {
		if (s->state != SESSION_N4_ESTABLISH) /* n4 has the timer there */
			session_feed(s, SESSION_EV_TIMER, NULL);
	}
}

static void step(struct storm *st)
{
	switch (roll(st, 16)) {
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

	HASH_ITER (by_seid, st->w->smf.sessions->by_seid, s, next) {
		if (s->state >= SESSION_ACTIVE)
			session_feed(s, SESSION_EV_TIMER, NULL);
	}
}

static bool at_rest(struct world *w)
{
	struct session *s, *next;

	HASH_ITER (by_seid, w->smf.sessions->by_seid, s, next) {
		if (s->state != SESSION_ACTIVE || s->n4_busy || s->n4_dirty || s->n4_lost)
			return false;
	}
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
	re_register(st);
	while (listen_all(st), !at_rest(st->w)) {
		assert_true(clock_mono_ns() < end);
		uv_run(&st->w->loop, UV_RUN_ONCE);
		fire_late_timers(st);
	}
}

static void check_session(struct storm *st, const struct session *s)
{
	int index = (int)(s->upf - st->w->smf.n4->upfs);
	const struct world_upf_session *u = world_upf_find(st->w, index, s->cp_seid);

	assert_non_null(s->ue);
	assert_true(st->has[s->id]);
	assert_non_null(u);
	assert_true(u->up_seid == s->up_seid);
	assert_int_equal(u->ul_teid, s->uplink.teid);
	assert_int_equal(u->dl_teid, s->downlink.teid);
	assert_int_equal(u->dl_action, PFCP_ACTION_FORW);
	assert_int_equal(u->ue_addr.s_addr, s->address.s_addr);
	assert_true(pool_contains(&s->upf->pool, s->address));
}

static void check_agreement(struct storm *st)
{
	struct world *w = st->w;
	struct session *s, *next;
	size_t sessions = HASH_CNT(by_seid, w->smf.sessions->by_seid), at_ue = 0, at_upfs = 0;

	HASH_ITER (by_seid, w->smf.sessions->by_seid, s, next)
		check_session(st, s);
	for (int id = 1; id <= STORM_IDS; id++)
		at_ue += st->has[id];
	for (int i = 0; i < WORLD_UPFS; i++) {
		at_upfs += w->upf[i].count;
		assert_int_equal(w->smf.n4->upfs[i].pool.taken, w->upf[i].count);
		assert_int_equal(w->smf.n4->upfs[i].sessions, w->upf[i].count);
	}
	assert_int_equal(sessions, at_ue);
	assert_int_equal(sessions, at_upfs);
	assert_int_equal(w->smf.ues->count, 1);
	assert_int_equal(w->smf.counters.drop[SMF_ngap_encode_failed], 0);
	assert_int_equal(w->smf.counters.drop[SMF_nas_encode_failed], 0);
	assert_int_equal(w->smf.counters.drop[SMF_store_failed], 0);
}

static void run_storm(struct world *w, uint32_t seed)
{
	struct storm st = {.w = w, .random = seed, .next_ran_id = 100};

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
	listen_all(&st);
	check_agreement(&st);
}

static void test_storm(void **state)
{
	for (uint32_t seed = 1; seed <= STORM_SEEDS; seed++) {
		print_message("# seed %u\n", seed);
		assert_int_equal(world_setup(state), 0);
		run_storm(*state, seed * 2654435761U);
		assert_int_equal(world_teardown(state), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_storm)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_storm", tests, NULL, NULL);
}
