// SPDX-License-Identifier: Apache-2.0
/*
 * PDU Session Resource Modify at a gNB (ran/gnb/modify.c): the uplink of a session moves to another
 * UPF, at once or not at all, with or without a handover in the middle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/gnb_world.h"

enum { A, B, NEW_TEID = 0x4711 };

static struct ngap_tunnel tunnel(uint32_t address, uint32_t teid)
{
	return (struct ngap_tunnel){.has_ipv4 = true, .ipv4.s_addr = htonl(address), .teid = teid};
}

static struct ngap_tunnel new_uplink(void)
{
	return tunnel(0x0a650202, NEW_TEID); /* 10.101.2.2 */
}

/* A request for one session of the UE at @side, told by the right end of its tunnel */
static void ask(int side, uint8_t session, const struct ngap_tunnel *uplink, uint32_t our_teid)
{
	struct ngap_pdu *pdu = calloc(1, sizeof *pdu);
	struct ngap_pdu_session_resource_modify_request *m =
		&pdu->pdu_session_resource_modify_request;
	struct ngap_session_modify *item = &m->sessions.item[0];

	pdu->type = NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST;
	m->amf_ue_id = world_ue(side)->amf_ue_id;
	m->ran_ue_id = world_ue(side)->ran_ue_id;
	m->sessions.count = 1;
	item->session_id = session;
	item->transfer.tunnel_count = 1;
	item->transfer.tunnel[0].uplink = *uplink;
	item->transfer.tunnel[0].downlink = tunnel(0, our_teid);
	item->transfer.tunnel[0].downlink.ipv4 = world->side[side].g.config.n3_address;
	memset(&world->side[side].modified, 0, sizeof world->side[side].modified);
	n2_handle(&world->side[side].g, pdu);
	free(pdu);
}

static const struct dp_destination *uplink_of(int side, uint8_t session)
{
	return &world_rules(side, session)->far[0].to;
}

static bool is_refused(int side, uint8_t session, uint8_t group, uint8_t value)
{
	const struct ngap_pdu_session_resource_modify_response *m = &world->side[side].modified;

	return m->failed.count == 1 && !m->sessions.count &&
	       m->failed.item[0].session_id == session && m->failed.item[0].cause.group == group &&
	       m->failed.item[0].cause.value == value;
}

static void test_moved(void **state)
{
	const struct ngap_tunnel to = new_uplink();
	uint32_t before;

	world_attach(A, 2);
	before = uplink_of(A, 2)->teid;
	ask(A, 1, &to, world_ue(A)->session[1].teid);
	assert_int_equal(world->side[A].modified.sessions.count, 1);
	assert_int_equal(world->side[A].modified.sessions.item[0].session_id, 1);
	assert_int_equal(world->side[A].modified.failed.count, 0);
	assert_int_equal(world->side[A].modified.amf_ue_id, world_ue(A)->amf_ue_id);
	assert_int_equal(uplink_of(A, 1)->teid, NEW_TEID);
	assert_int_equal(uplink_of(A, 1)->peer.ip4.s_addr, to.ipv4.s_addr);
	assert_int_equal(uplink_of(A, 2)->teid, before);
	/* once more is no other */
	ask(A, 1, &to, world_ue(A)->session[1].teid);
	assert_int_equal(world->side[A].modified.sessions.count, 1);
}

static void test_refused(void **state)
{
	const struct ngap_tunnel to = new_uplink();
	uint32_t before;

	world_attach(A, 1);
	before = uplink_of(A, 1)->teid;
	ask(A, 2, &to, 1);
	assert_true(is_refused(A, 2, NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_UNKNOWN_PDU_SESSION_ID));
	ask(A, 200, &to, 1);
	assert_true(
		is_refused(A, 200, NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_UNKNOWN_PDU_SESSION_ID));
	ask(A, 1, &to, world_ue(A)->session[1].teid + 1); /* of a tunnel that isn't its own */
	assert_true(is_refused(A, 1, NGAP_CAUSE_PROTOCOL, NGAP_PROTO_SEMANTIC_ERROR));
	world_ue(A)->session[1].state = SESSION_REMOVING;
	ask(A, 1, &to, world_ue(A)->session[1].teid);
	assert_true(is_refused(A, 1, NGAP_CAUSE_RADIO_NETWORK,
			       NGAP_RADIO_INTERACTION_WITH_OTHER_PROCEDURE));
	world_ue(A)->session[1].state = SESSION_ACTIVE;
	assert_int_equal(uplink_of(A, 1)->teid, before);
}

/* The data plane takes nothing: what was, is, and the AMF hears it. */
static void test_no_room(void **state)
{
	const struct ngap_tunnel to = new_uplink();
	uint32_t before;

	world_attach(A, 1);
	before = world_ue(A)->session[1].upf_teid;
	world->side[A].dp.full = true;
	ask(A, 1, &to, world_ue(A)->session[1].teid);
	assert_true(is_refused(A, 1, NGAP_CAUSE_TRANSPORT, NGAP_TRANSPORT_RESOURCE_UNAVAILABLE));
	assert_int_equal(world_ue(A)->session[1].upf_teid, before);
	assert_int_equal(uplink_of(A, 1)->teid, before);
}

/* The source had heard of it before the target was asked: the target has it from the source. */
static void test_handed_over(void **state)
{
	const struct ngap_tunnel to = new_uplink();

	world_attach(A, 1);
	ask(A, 1, &to, world_ue(A)->session[1].teid);
	world_move();
	assert_int_equal(uplink_of(B, 1)->teid, NEW_TEID);
}

/* Once the UE was sent away what the AMF says is not for the source: the target hears it with the
 * path. */
static void test_crosses_handover(void **state)
{
	const struct ngap_tunnel to = new_uplink();
	struct radio_frame frame = {.type = RADIO_ARRIVED};
	uint32_t before;

	world_attach(A, 1);
	before = uplink_of(A, 1)->teid;
	world_move();
	ask(A, 1, &to, world_ue(A)->session[1].teid);
	assert_int_equal(world->side[A].modified.sessions.count, 0);
	assert_int_equal(world->side[A].g.handovers.ignored, 1);
	strcpy(frame.text, WORLD_SUPI);
	world_frame(B, &frame);
	assert_int_equal(uplink_of(B, 1)->teid, before);
	world->side[B].uplink = to;
	world_switched(B, 0);
	assert_int_equal(uplink_of(B, 1)->teid, NEW_TEID);
	assert_int_equal(uplink_of(B, 1)->peer.ip4.s_addr, to.ipv4.s_addr);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_moved),
		WORLD_TEST(test_refused),
		WORLD_TEST(test_no_room),
		WORLD_TEST(test_handed_over),
		WORLD_TEST(test_crosses_handover),
	};

	return cmocka_run_group_tests_name("gnb_modify", tests, NULL, NULL);
}
