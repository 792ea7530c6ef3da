// SPDX-License-Identifier: Apache-2.0
/*
 * Handover between two gNBs (ran/gnb/handover.h), step by step: what each has installed and has
 * said, and what becomes of the UE when a step fails.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/gnb_world.h"

enum { A, B };

/* By the rules, the way of what comes by the session's own TEID */
static const struct dp_far *downlink_far(int side, uint8_t session)
{
	const struct dp_session *s = world_rules(side, session);
	const uint32_t teid = world_ue(side)->session[session].teid;

	for (size_t i = 0; s && i < s->pdr_count; i++)
		if (s->pdr[i].source == DP_N3 && s->pdr[i].teid == teid)
			return &s->far[s->pdr[i].far];
	return NULL;
}

static bool downlink_leads(int side, uint8_t session, enum dp_interface where)
{
	const struct dp_far *far = downlink_far(side, session);

	return far && far->action == DP_FORWARD && far->to.interface == where;
}

static void arrive(void)
{
	struct radio_frame frame = {.type = RADIO_ARRIVED};

	strcpy(frame.text, WORLD_SUPI);
	world_frame(B, &frame);
}

static void resume_at(int side)
{
	struct radio_frame frame = {.type = RADIO_ATTACH, .resume = true};

	strcpy(frame.text, WORLD_SUPI);
	world_frame(side, &frame);
}

static void come_back(void)
{
	resume_at(A);
}

static void test_whole(void **state)
{
	struct dataplane *a = &world->side[A].dp, *b = &world->side[B].dp;
	uint32_t old_teid, forwarded, new_teid;

	world_attach(A, 2);
	old_teid = world_ue(A)->session[1].teid;
	world_move();
	/* the target is ready, and its two ways down are shut; the source forwards; the UE was told
	 */
	assert_int_equal(b->count, 2);
	assert_int_equal(world_rules(B, 1)->pdr_count, 3);
	assert_false(b->open[world_rules(B, 1)->pdr[1].hold]);
	assert_false(b->open[world_rules(B, 1)->pdr[2].hold]);
	forwarded = world_rules(B, 1)->pdr[2].teid;
	assert_true(downlink_leads(A, 1, DP_N3) && downlink_leads(A, 2, DP_N3));
	assert_int_equal(downlink_far(A, 1)->to.teid, forwarded);
	assert_string_equal(world_last_frame(A, RADIO_HANDOVER)->text, "gnb2");
	assert_int_equal(world->status, 0);
	/* it is there: what was forwarded goes, what comes by the new path waits; the AMF is asked
	 */
	arrive();
	assert_true(b->open[world_rules(B, 1)->pdr[2].hold]);
	assert_false(b->open[world_rules(B, 1)->pdr[1].hold]);
	assert_true(world_last_frame(B, RADIO_ATTACHED)->resume);
	assert_int_equal(world->side[B].asked_paths, 1);
	new_teid = world->side[B].path.sessions.item[0].downlink.teid;
	assert_int_equal(world->side[B].path.sessions.count, 2);
	assert_int_equal(world->side[B].path.source_amf_ue_id, 77);
	/* one session's End Marker comes before the answer, the other one's behind it */
	assert_true(handover_end_marker(&world->side[A].g, old_teid));
	assert_int_equal(a->marker[0].teid, forwarded);
	handover_in_marked(&world->side[B].g, forwarded);
	assert_int_equal(world_rules(B, 1)->pdr_count, 2); /* nothing is special any more */
	assert_int_equal(world_rules(B, 1)->pdr[1].teid, new_teid);
	assert_int_equal(world_rules(B, 1)->pdr[1].hold, 0);
	assert_int_equal(world_rules(B, 2)->pdr_count, 3);
	world_switched(B, 0);
	assert_int_equal(world->status, 200);
	assert_false(world_ue(A)->has_context);
	assert_int_equal(world->side[A].g.tail_count, 1);
	assert_int_equal(a->count, 1);
	assert_true(handover_end_marker(&world->side[A].g, old_teid + 1));
	assert_int_equal(a->count, 0);
	handover_in_marked(&world->side[B].g, a->marker[1].teid);
	world_pass(10);
	assert_null(world_ue(B)->in);
	assert_int_equal(world_rules(B, 2)->pdr_count, 2);
	assert_int_equal(world->side[A].g.handovers.out + world->side[B].g.handovers.in, 2);
	assert_int_equal(world->side[B].g.handovers.markers_missed, 0);
}

/* What was on its way to the AMF when the path was switched is answered by "not yours": the source
 * lets the target say what becomes of the UE. */
static void test_late_message(void **state)
{
	struct ngap_pdu *pdu = calloc(1, sizeof *pdu);
	struct ngap_error_indication *e = &pdu->error_indication;

	world_attach(A, 2);
	world_move();
	arrive();
	pdu->type = NGAP_ERROR_INDICATION;
	e->has_amf_ue_id = e->has_ran_ue_id = e->has_cause = true;
	e->amf_ue_id = world_ue(A)->amf_ue_id;
	e->ran_ue_id = world_ue(A)->ran_ue_id;
	e->cause =
		(struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_INCONSISTENT_REMOTE_UE_ID};
	n2_handle(&world->side[A].g, pdu);
	assert_true(world_ue(A)->has_context);
	assert_null(world_last_frame(A, RADIO_RELEASE));
	world_switched(B, 0);
	assert_int_equal(world->status, 200);
	assert_false(world_ue(A)->has_context);
	/* where no handover is under way, it is the end of the context */
	e->amf_ue_id = world_ue(B)->amf_ue_id;
	e->ran_ue_id = world_ue(B)->ran_ue_id;
	n2_handle(&world->side[B].g, pdu);
	assert_false(world_ue(B)->has_context);
	free(pdu);
}

/* The path is switched and nobody says that the old one has ended */
static void test_no_end_marker(void **state)
{
	world_attach(A, 1);
	world_move();
	arrive();
	world_switched(B, 0);
	world_pass(HANDOVER_MARKER_MS - 10);
	assert_int_equal(world_rules(B, 1)->pdr_count, 3);
	assert_int_equal(world->side[A].g.tail_count, 1);
	world_pass(20);
	assert_int_equal(world_rules(B, 1)->pdr_count, 2);
	assert_int_equal(world->side[B].g.handovers.markers_missed, 1);
	world_pass(HANDOVER_TAIL_MS);
	assert_int_equal(world->side[A].g.tail_count, 0);
	assert_int_equal(world->side[A].dp.count, 0);
}

/* What waits is out before anything of the new path */
static void test_order_of_holds(void **state)
{
	struct dataplane *b = &world->side[B].dp;
	uint16_t forwarded, direct;

	world_attach(A, 1);
	world_move();
	direct = world_rules(B, 1)->pdr[1].hold;
	forwarded = world_rules(B, 1)->pdr[2].hold;
	b->busy[forwarded] = true;
	arrive();
	handover_in_marked(&world->side[B].g, world_rules(B, 1)->pdr[2].teid);
	world_pass(20);
	assert_true(b->open[forwarded] && !b->open[direct]);
	b->busy[forwarded] = false;
	b->busy[direct] = true;
	world_pass(20);
	assert_true(b->open[direct]);
	assert_int_equal(world_rules(B, 1)->pdr_count, 3);
	b->busy[direct] = false;
	world_pass(20);
	assert_int_equal(world_rules(B, 1)->pdr_count, 2);
	assert_false(b->used[forwarded] || b->used[direct]);
}

/* Whatever the AMF knows of it, it is to know that the UE is here */
static void test_ue_returns(void **state)
{
	world_attach(A, 2);
	world_move();
	come_back();
	assert_int_equal(world->status, 502);
	assert_string_equal(world->cause, "UE_RETURNED");
	assert_true(downlink_leads(A, 1, DP_RADIO) && downlink_leads(A, 2, DP_RADIO));
	assert_null(world_ue(B)->in);
	assert_int_equal(world->side[B].dp.count, 0);
	assert_int_equal(world->side[A].asked_paths, 1);
	assert_int_equal(world->side[A].path.source_amf_ue_id, 77);
	assert_int_equal(world->side[A].path.sessions.item[1].downlink.teid,
			 world_ue(A)->session[2].teid);
	world_pass(HANDOVER_SWITCH_REPEAT_MS + 100);
	assert_int_equal(world->side[A].asked_paths, 2);
	world_switched(A, 2);
	assert_null(world_ue(A)->out);
	assert_true(world_ue(A)->has_context);
	assert_non_null(world_rules(A, 1));
	assert_int_equal(world_ue(A)->session[2].state, SESSION_NONE); /* the AMF knows no such */
	world_pass(HANDOVER_SWITCH_MS);
	assert_int_equal(world->side[A].asked_paths, 2);
	/* and may go again */
	world_move();
	arrive();
	world_switched(B, 0);
	assert_int_equal(world->status, 200);
}

/* It lost the source before it heard the command, and goes on at the target, which expects it */
static void test_ue_resumes_at_target(void **state)
{
	const struct dp_session *rules;
	unsigned asked;

	world_attach(A, 1);
	world_move();
	resume_at(B);
	rules = world_rules(B, 1);
	assert_true(world_last_frame(B, RADIO_ATTACHED)->resume);
	assert_true(world->side[B].dp.open[rules->pdr[2].hold]);
	assert_int_equal(world->side[B].asked_paths, 1);
	world_pass(HANDOVER_EXECUTE_MS + 100); /* the AMF is slow: the source doesn't give up */
	assert_int_equal(world->status, 0);
	world_switched(B, 0);
	assert_int_equal(world->status, 200);
	assert_true(world_ue(B)->has_context);
	asked = world->side[B].asked_paths;
	resume_at(B); /* what it was told got lost: it is where it was */
	assert_int_equal(world->side[B].asked_paths, asked);
	assert_non_null(world_rules(B, 1));
}

/* And the source gives up all the same: the UE hears of it, and begins anew */
static void test_ue_resumes_in_vain(void **state)
{
	world_attach(A, 1);
	world_move();
	resume_at(B);
	handover_returned(world_ue(A), "as one that was heard at both");
	world_talk();
	assert_int_equal(world->status, 502);
	assert_non_null(world_last_frame(B, RADIO_RETURN));
	assert_false(world_ue(B)->has_context);
	assert_false(world_ue(A)->has_context);
	assert_null(world_ue(A)->out);
	assert_int_equal(world->side[A].dp.count + world->side[B].dp.count, 0);
}

/* The target had switched its path, and died: the UE begins anew, and doesn't hang */
static void test_ue_returns_in_vain(void **state)
{
	world_attach(A, 1);
	world_move();
	arrive();
	ue_drop_context(world_ue(B)); /* as one that was started again */
	world_talk();
	world_pass(XN_REPEAT_MS * 5);
	assert_int_equal(world->status, 502);
	assert_string_equal(world->cause, "TARGET_GAVE_UP");
	come_back();
	assert_int_equal(world->side[A].asked_paths, 1);
	world_not_switched(A);
	assert_non_null(world_last_frame(A, RADIO_RELEASE));
	assert_false(world_ue(A)->has_context);
	assert_null(world_ue(A)->out);
	assert_int_equal(world->side[A].dp.count, 0);
}

static void test_ue_never_left(void **state)
{
	world_attach(A, 1);
	world_move();
	world_frame(A, &(struct radio_frame){.type = RADIO_HANDOVER_FAILED});
	assert_int_equal(world->status, 502);
	world_pass(100);
	world_switched(A, 0);
	assert_null(world_ue(A)->out);
	assert_true(downlink_leads(A, 1, DP_RADIO));
}

static void test_ue_is_lost(void **state)
{
	world_attach(A, 1);
	world_move();
	world_pass(HANDOVER_EXECUTE_MS + 100);
	assert_int_equal(world->status, 504);
	assert_string_equal(world->cause, "UE_SILENT");
	assert_null(world_ue(B)->in);
	world_pass(HANDOVER_RETURN_MS + 100);
	assert_false(world_ue(A)->has_context);
	assert_int_equal(world->side[A].releases, 1);
}

static void test_target_is_silent(void **state)
{
	world_attach(A, 1);
	world->side[B].deaf = true;
	world_move();
	world_pass(XN_REPEAT_MS * (XN_TRIES + 1));
	assert_int_equal(world->status, 504);
	assert_string_equal(world->cause, "TARGET_SILENT");
	assert_null(world_last_frame(A, RADIO_HANDOVER));
	world_pass(XN_REPEAT_MS * (XN_TRIES + 1));
	assert_null(world_ue(A)->out);
	assert_int_equal(world->side[A].asked_paths, 0); /* it was never told to go */
	assert_true(downlink_leads(A, 1, DP_RADIO));
}

static void test_target_refuses(void **state)
{
	world_attach(A, 1);
	world->side[B].link[0].alive = false;
	world_move();
	assert_int_equal(world->status, 0); /* it may hear the UE in a moment */
	world_pass(HANDOVER_REACH_MS + 200);
	assert_int_equal(world->status, 409);
	assert_string_equal(world->cause, "TARGET_REFUSES");
	world->side[B].link[0].alive = true;
	world->side[B].dp.full = true;
	world_move();
	assert_int_equal(world->status, 409); /* no room: at once */
	assert_null(world_ue(B)->in);
	assert_false(world_ue(B)->has_context);
	world->side[B].dp.full = false;
	world->side[B].g.n2_ready = false;
	world_move();
	world_pass(100);
	world->side[B].g.n2_ready = true;
	world_pass(100);
	assert_non_null(world_last_frame(A, RADIO_HANDOVER));
}

static void test_nothing_to_move(void **state)
{
	world_attach(A, 0);
	world_move();
	assert_int_equal(world->status, 409);
	assert_string_equal(world->cause, "NO_SESSION");
	assert_null(world_ue(A)->out);
}

static void test_sessions_change(void **state)
{
	world_attach(A, 1);
	world_ue(A)->session[1].state = SESSION_REMOVING;
	world_ue(A)->session[1].since_ms = 1000;
	world_move();
	world_pass(100);
	assert_int_equal(world->side[A].xn[XN_REQUEST], 0);
	world_ue(A)->session[1].state = SESSION_ACTIVE;
	world_pass(100);
	assert_int_equal(world->side[A].xn[XN_REQUEST], 1);
}

/* smf-lite is down: the UE stays at the target; then it has a path, or goes back */
static void test_no_amf(void **state)
{
	world_attach(A, 1);
	world->side[B].dead_n2 = true;
	world_move();
	arrive();
	world_pass(5000);
	assert_true(downlink_leads(A, 1, DP_N3));
	assert_int_equal(world->status, 0);
	world_pass(HANDOVER_SWITCH_MS - 4500);
	assert_non_null(world_last_frame(B, RADIO_RETURN));
	come_back();
	assert_int_equal(world->status, 502);
	assert_true(downlink_leads(A, 1, DP_RADIO));
}

static void test_asked_twice(void **state)
{
	const struct xn_message again = {.type = XN_RELEASE, .transaction = 1};

	world_attach(A, 1);
	world->side[B].deaf = true; /* the first request gets lost */
	world_move();
	world->side[B].deaf = false;
	world_pass(XN_REPEAT_MS + 5);
	assert_int_equal(world->side[B].dp.count, 1);
	assert_int_equal(world->side[B].xn[XN_ACCEPT], 1);
	arrive();
	arrive();
	assert_int_equal(world->side[B].asked_paths, 1);
	world_switched(B, 0);
	world_switched(B, 0);
	assert_int_equal(world->side[B].g.handovers.in, 1);
	handover_out_receive(&world->side[A].g, world->side[B].g.config.n2_address, &again);
	world_talk();
	assert_int_equal(world->side[A].g.handovers.out, 1);
	assert_true(world->side[A].xn[XN_RELEASED] >= 2);
}

/* ---- PDU session containers ---- */

/* Wanted, and by a back end that can */
static void test_who_marks(void **state)
{
	static const struct {
		const char *backend;
		bool container;
		uint8_t qfi;
	} rows[] = {{"ebpf", true, WORLD_QFI + 1}, {"ebpf", false, 0}, {"gtp", true, 0}};

	world_attach(A, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world->side[A].dp.backend = rows[i].backend;
		world->side[A].g.config.container = rows[i].container;
		assert_int_equal(session_apply(world_ue(A), &world_ue(A)->session[1]), 0);
		assert_int_equal(world_rules(A, 1)->pdr[0].mark.qfi, rows[i].qfi);
	}
}

static void attach_with_containers(unsigned sessions)
{
	for (int side = A; side <= B; side++) {
		world->side[side].dp.backend = "ebpf";
		world->side[side].g.config.container = true;
	}
	world_attach(A, sessions);
}

/* Uplink has the session's QFI, and so has downlink while it goes on in a tunnel, also behind the
 * UE; what goes to the radio link has none. */
static void test_marks(void **state)
{
	attach_with_containers(2);
	for (uint8_t id = 1; id <= 2; id++) {
		assert_int_equal(world_rules(A, id)->pdr[0].mark.qfi, WORLD_QFI + id);
		assert_int_equal(world_rules(A, id)->pdr[1].mark.qfi, 0);
	}
	world_move();
	for (uint8_t id = 1; id <= 2; id++) {
		assert_true(downlink_leads(A, id, DP_N3));
		assert_int_equal(world_rules(A, id)->pdr[1].mark.qfi, WORLD_QFI + id);
		assert_int_equal(world_rules(B, id)->pdr[0].mark.qfi, WORLD_QFI + id);
		assert_int_equal(world_rules(B, id)->pdr[1].mark.qfi, 0);
		assert_int_equal(world_rules(B, id)->pdr[2].mark.qfi, 0);
	}
	arrive();
	world_switched(B, 0);
	assert_int_equal(world->side[A].dp.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct dp_session *tail = &world->side[A].dp.session[i];

		assert_int_equal(tail->far[0].to.interface, DP_N3);
		assert_int_equal(tail->pdr[0].mark.qfi, WORLD_QFI + (tail->id & 0xff));
	}
}

static void test_marks_of_a_return(void **state)
{
	attach_with_containers(1);
	world_move();
	assert_int_equal(world_rules(A, 1)->pdr[1].mark.qfi, WORLD_QFI + 1);
	come_back();
	assert_true(downlink_leads(A, 1, DP_RADIO));
	assert_int_equal(world_rules(A, 1)->pdr[0].mark.qfi, WORLD_QFI + 1);
	assert_int_equal(world_rules(A, 1)->pdr[1].mark.qfi, 0);
}

/* ---- the table of radio links ---- */

static void test_links(void **state)
{
	struct gnb *g = &world->side[A].g;
	struct gnb_ue *second = g->ue[1], *last = g->ue[LINKS - 1];

	assert_int_equal(g->ue_count, LINKS);
	world_attach(A, 2);
	/* the first goes, with its UE's rules; the others stay what they are */
	world->side[A].radios.child = &world->side[A].device[1];
	radio_reload(g);
	assert_int_equal(g->ue_count, LINKS - 1);
	assert_ptr_equal(g->ue[0], second);
	assert_int_equal(world->side[A].dp.count, 0);
	assert_false(world->side[A].link[0].made);
	/* it comes again; and one whose interface is another by that name is made anew */
	world->side[A].radios.child = &world->side[A].device[0];
	radio_reload(g);
	assert_int_equal(g->ue_count, LINKS);
	assert_true(world->side[A].link[0].made);
	assert_false(g->ue[LINKS - 1]->has_context);
	assert_ptr_equal(g->ue[LINKS - 2], last);
}

/* A UE is found by the address it sends from, where it is heard, whoever was on that link before */
static void test_link_of_a_ue(void **state)
{
	struct gnb_ue *other = world->side[B].g.ue[1];

	world_attach(A, 1);
	world_attach(B, 1); /* an old context of it, from a time before */
	other->has_context = true;
	strcpy(other->supi, "imsi-001010000000002");
	world_move();
	assert_non_null(world_ue(B)->in);
	assert_null(other->in);
	assert_int_equal(world->side[B].dp.count, 1);
	assert_int_equal(world_last_frame(A, RADIO_HANDOVER)->cell,
			 radio_link_instance(&world->side[B].link[0]));
	other->has_context = false;
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_whole),
		WORLD_TEST(test_late_message),
		WORLD_TEST(test_no_end_marker),
		WORLD_TEST(test_order_of_holds),
		WORLD_TEST(test_ue_returns),
		WORLD_TEST(test_ue_resumes_at_target),
		WORLD_TEST(test_ue_resumes_in_vain),
		WORLD_TEST(test_ue_returns_in_vain),
		WORLD_TEST(test_ue_never_left),
		WORLD_TEST(test_ue_is_lost),
		WORLD_TEST(test_target_is_silent),
		WORLD_TEST(test_target_refuses),
		WORLD_TEST(test_nothing_to_move),
		WORLD_TEST(test_sessions_change),
		WORLD_TEST(test_no_amf),
		WORLD_TEST(test_asked_twice),
		WORLD_TEST(test_who_marks),
		WORLD_TEST(test_marks),
		WORLD_TEST(test_marks_of_a_return),
		WORLD_TEST(test_links),
		WORLD_TEST(test_link_of_a_ue),
	};

	return cmocka_run_group_tests_name("gnb_handover", tests, NULL, NULL);
}
