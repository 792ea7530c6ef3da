// SPDX-License-Identifier: Apache-2.0
/*
 * What a handover takes of a gNB's data plane: dataplane_hold BACKEND. Packets that are held and
 * let go in order, a hold that is full, a second tunnel to the same UE, forwarding from tunnel to
 * tunnel, with the UE there and when it is gone, end markers both ways.
 */
#include <stdio.h>
#include <string.h>

#include "tests/integration/dataplane_bed.h"

enum {
	FEW = 20,
	FIRST_SIZE = 100,
	TEID_FORWARD = 0x7007,
	TEID_OLD = 0x7008,
	TEID_SECOND = 0x2002,
	QFI_FORWARD = 7,
};

struct heard {
	unsigned markers;
	uint32_t teid;
	struct dp_addr peer;
};

static void on_marker(const struct dp_addr *peer, uint32_t teid, void *user)
{
	struct heard *heard = user;

	heard->markers++;
	heard->teid = teid;
	heard->peer = *peer;
}

/* Told apart by size */
static struct packet down_of(uint16_t size)
{
	return (struct packet){.form = PACKET_TUNNEL,
			       .outer_src = UPF_N3,
			       .outer_dst = GNB_N3,
			       .teid = TEID_GNB,
			       .src = SERVER,
			       .dst = UE,
			       .size = size};
}

static void send_to(struct bed *bed, uint32_t teid, unsigned from, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct packet packet = down_of((uint16_t)(FIRST_SIZE + from + i));

		packet.teid = teid;
		inject(bed, PORT_N3, &packet);
	}
}

static void send_down(struct bed *bed, unsigned from, unsigned count)
{
	send_to(bed, TEID_GNB, from, count);
}

/* All of them come out, as they were, in order. */
static bool comes_down(struct bed *bed, unsigned from, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct packet plain = {.form = PACKET_PLAIN,
					     .src = SERVER,
					     .dst = UE,
					     .size = (uint16_t)(FIRST_SIZE + from + i)};

		if (!frame_equal(&plain, PORT_RADIO, receive(bed, PORT_RADIO, WAIT_MS)))
			return false;
	}
	return true;
}

static struct dp_hold_counters counters(struct bed *bed)
{
	struct dp_hold_counters c;

	dataplane_hold_counters(bed->dp, &c);
	return c;
}

static void await_held(struct bed *bed, uint64_t held)
{
	const uint64_t end = now_ms() + WAIT_MS;

	while (counters(bed).held < held && now_ms() < end)
		dataplane_process(bed->dp);
}

/* The session with its downlink PDR's packets in @hold */
static void apply_held(struct bed *bed, uint16_t hold)
{
	struct dp_session s = gnb_session(bed);

	for (size_t i = 0; i < s.pdr_count; i++)
		if (s.pdr[i].source == DP_N3)
			s.pdr[i].hold = hold;
	apply(bed, &s);
}

static uint16_t new_hold(struct bed *bed)
{
	uint16_t hold = 0;
	int rc = dataplane_hold_new(bed->dp, link_index(&bed->node, "radio"), &hold);

	if (rc)
		bail("dataplane_hold_new", rc);
	netns_enter(&bed->node);
	return hold;
}

static void order_check(struct bed *bed)
{
	uint16_t hold = new_hold(bed);

	apply_held(bed, hold);
	send_down(bed, 0, FEW);
	await_held(bed, FEW);
	tap_ok(counters(bed).held == FEW && !receive(bed, PORT_RADIO, 0), "a closed hold holds");
	tap_ok(!dataplane_hold_empty(bed->dp, hold), "it is not empty");
	send_down(bed, FEW, FEW); /* these are in the socket when it opens */
	dataplane_hold_release(bed->dp, hold);
	tap_ok(comes_down(bed, 0, 2 * FEW), "released: all of it comes, in order");
	tap_ok(dataplane_hold_empty(bed->dp, hold), "and it is empty");
	send_down(bed, 0, FEW);
	tap_ok(comes_down(bed, 0, FEW) && counters(bed).held == 2 * FEW,
	       "what comes then goes straight");
	apply_held(bed, 0);
	dataplane_hold_free(bed->dp, hold);
	send_down(bed, 0, 1);
	tap_ok(comes_down(bed, 0, 1), "and so it does without the hold");
}

static void bound_check(struct bed *bed)
{
	const uint64_t dropped = drop_count(bed, DP_DROP_HELD), before = counters(bed).held;
	uint16_t hold = new_hold(bed);

	apply_held(bed, hold);
	for (unsigned i = 0; i < DP_HOLD_PACKETS_MAX; i += FEW) {
		send_down(bed, 0, FEW);
		dataplane_process(bed->dp);
	}
	await_held(bed, before + DP_HOLD_PACKETS_MAX);
	tap_ok(counters(bed).held == before + DP_HOLD_PACKETS_MAX, "a hold takes so many packets");
	tap_ok(drop_count(bed, DP_DROP_HELD) - dropped == (FEW - DP_HOLD_PACKETS_MAX % FEW) % FEW,
	       "and no more: they are dropped and counted");
	apply_held(bed, 0);
	dataplane_hold_free(bed->dp, hold);
	tap_ok(counters(bed).dropped == DP_HOLD_PACKETS_MAX && counters(bed).lost == 0 &&
		       !receive(bed, PORT_RADIO, 0),
	       "what waits in one that ends is dropped");
}

/* The target's: what the source forwards comes by a TEID of its own, and before what comes by the
 * new path */
static void second_check(struct bed *bed)
{
	const uint16_t first = new_hold(bed), second = new_hold(bed);
	const uint64_t before = counters(bed).held;
	struct dp_session s = gnb_session(bed);
	struct packet spoofed = down_of(FIRST_SIZE);

	for (size_t i = 0; i < s.pdr_count; i++) {
		if (s.pdr[i].source != DP_N3)
			continue;
		s.pdr[i].hold = second;
		s.pdr[2] = s.pdr[i];
	}
	s.pdr[2].id = 3;
	s.pdr[2].teid = TEID_SECOND;
	s.pdr[2].hold = first;
	s.pdr_count = 3;
	apply(bed, &s);
	send_down(bed, FEW, FEW);
	send_to(bed, TEID_SECOND, 0, FEW / 2);
	await_held(bed, before + FEW + FEW / 2);
	tap_ok(counters(bed).held == before + FEW + FEW / 2 && !receive(bed, PORT_RADIO, 0),
	       "two tunnels to one UE: both wait");
	dataplane_hold_release(bed->dp, first);
	tap_ok(comes_down(bed, 0, FEW / 2), "the second one's packets first");
	send_to(bed, TEID_SECOND, FEW / 2, FEW / 2);
	tap_ok(comes_down(bed, FEW / 2, FEW / 2), "what comes by it then, too");
	tap_ok(dataplane_hold_empty(bed->dp, first), "and none waits");
	dataplane_hold_release(bed->dp, second);
	tap_ok(comes_down(bed, FEW, FEW), "and the first one's behind them");
	if (bed->gtp) {
		spoofed.teid = TEID_SECOND;
		spoofed.dst = UE_NONE;
		inject(bed, PORT_N3, &spoofed);
		tap_ok(!receive(bed, PORT_RADIO, 100) && drop_count(bed, DP_DROP_SPOOFED) == 1,
		       "a packet for somebody else isn't this UE's");
	}
	apply_held(bed, 0);
	dataplane_hold_free(bed->dp, first);
	dataplane_hold_free(bed->dp, second);
}

/* @by_hand: not by the driver, but by our socket */
static bool goes_on(struct bed *bed, uint32_t teid, bool by_hand)
{
	const struct packet in = down_of(FIRST_SIZE);
	const struct packet out = {.form = PACKET_TUNNEL,
				   .outer_src = GNB_N3,
				   .outer_dst = UPF_N3,
				   .outer_no_df = bed->gtp && !by_hand,
				   .outer_unfinished = bed->gtp,
				   .teid = teid,
				   .src = SERVER,
				   .dst = UE,
				   .size = FIRST_SIZE};

	inject(bed, PORT_N3, &in);
	return frame_equal(&out, PORT_N3, receive(bed, PORT_N3, WAIT_MS));
}

static bool uplink_passes(struct bed *bed)
{
	const struct packet in = {.form = PACKET_PLAIN, .src = UE, .dst = SERVER};
	const struct packet out = {.form = PACKET_TUNNEL,
				   .outer_src = GNB_N3,
				   .outer_dst = UPF_N3,
				   .outer_no_df = bed->gtp,
				   .outer_unfinished = bed->gtp,
				   .teid = TEID_UPF,
				   .psc = bed->gtp ? 0 : PSC_UL,
				   .qfi = 9,
				   .src = UE,
				   .dst = SERVER};

	inject(bed, PORT_RADIO, &in);
	return frame_equal(&out, PORT_N3, receive(bed, PORT_N3, WAIT_MS));
}

static struct dp_session forwarding(struct bed *bed, uint32_t teid)
{
	struct dp_session s = gnb_session(bed);

	for (size_t i = 0; i < s.far_count; i++)
		if (s.far[i].to.interface == DP_RADIO)
			s.far[i].to = tunnel(UPF_N3, teid);
	return s;
}

/* The source's, twice, and back */
static void forward_check(struct bed *bed)
{
	struct dp_session s;

	for (uint32_t teid = TEID_FORWARD; teid < TEID_FORWARD + 3; teid++) {
		s = forwarding(bed, teid);
		apply(bed, &s);
		tap_ok(goes_on(bed, teid, false), "downlink is forwarded from tunnel to tunnel");
		tap_ok(uplink_passes(bed), "while uplink goes its way");
	}
	s = gnb_session(bed);
	apply(bed, &s);
	send_down(bed, 0, FEW);
	tap_ok(comes_down(bed, 0, FEW), "taken back: downlink comes by the radio link");
}

/* The same where containers are: what comes in one goes on in one, downlink, with the QFI that the
 * rule has */
static void marked_check(struct bed *bed)
{
	struct dp_session s = forwarding(bed, TEID_FORWARD);
	struct packet in = down_of(FIRST_SIZE);
	const struct packet out = {.form = PACKET_TUNNEL,
				   .outer_src = GNB_N3,
				   .outer_dst = UPF_N3,
				   .teid = TEID_FORWARD,
				   .psc = PSC_DL,
				   .qfi = QFI_FORWARD,
				   .src = SERVER,
				   .dst = UE,
				   .size = FIRST_SIZE};

	in.psc = PSC_DL;
	in.qfi = 9;
	for (size_t i = 0; i < s.pdr_count; i++)
		if (s.pdr[i].source == DP_N3)
			s.pdr[i].mark.qfi = QFI_FORWARD;
	apply(bed, &s);
	inject(bed, PORT_N3, &in);
	tap_ok(frame_equal(&out, PORT_N3, receive(bed, PORT_N3, WAIT_MS)),
	       "downlink is forwarded in a container");
	s = gnb_session(bed);
	apply(bed, &s);
	inject(bed, PORT_N3, &in);
	tap_ok(comes_down(bed, 0, 1), "taken back: it comes by the radio link, without one");
}

/* The UE is gone, and back, while what is left of it still goes on */
static void tail_check(struct bed *bed)
{
	struct dp_session s = forwarding(bed, TEID_FORWARD), tail, back = gnb_session(bed);

	apply(bed, &s);
	tail = s;
	tail.pdr_count = 0;
	for (size_t i = 0; i < s.pdr_count; i++)
		if (s.pdr[i].source == DP_N3)
			tail.pdr[tail.pdr_count++] = s.pdr[i];
	apply(bed, &tail);
	tap_ok(goes_on(bed, TEID_FORWARD, true), "without a bearer downlink is forwarded still");
	back.id = 2;
	for (size_t i = 0; i < back.pdr_count; i++)
		if (back.pdr[i].source == DP_N3)
			back.pdr[i].teid = TEID_SECOND;
	apply(bed, &back);
	send_to(bed, TEID_SECOND, 0, FEW);
	tap_ok(comes_down(bed, 0, FEW), "the same UE may have a session again meanwhile");
	tap_ok(goes_on(bed, TEID_FORWARD, true), "and the rest is forwarded");
	tap_ok(!dataplane_session_remove(bed->dp, 2), "that one ends");
	s = gnb_session(bed);
	apply(bed, &s);
	send_down(bed, 0, FEW);
	tap_ok(comes_down(bed, 0, FEW), "and the first is as it was");
}

static void marker_check(struct bed *bed, struct heard *heard)
{
	const struct packet marker = {.form = PACKET_TUNNEL,
				      .outer_src = UPF_N3,
				      .outer_dst = GNB_N3,
				      .gtpu = "30fe0000 00002001"};
	static const uint8_t sent[8] = {0x30, 0xfe, 0, 0, 0, 0, 0x70, 0x08};
	const struct dp_addr upf = address(UPF_N3);
	const uint64_t end = now_ms() + WAIT_MS;

	inject(bed, PORT_N3, &marker);
	while (!heard->markers && now_ms() < end)
		dataplane_process(bed->dp);
	tap_ok(heard->markers == 1 && heard->teid == TEID_GNB && dp_addr_equal(&heard->peer, &upf),
	       "an End Marker is told");
	tap_ok(!dataplane_end_marker(bed->dp, &upf, TEID_OLD) &&
		       receive(bed, PORT_N3, WAIT_MS) == 50 && !memcmp(frame + 42, sent, 8),
	       "and one is sent");
}

int main(int argc, char **argv)
{
	struct heard heard = {0};
	const struct dp_events events = {.end_marker = on_marker, .user = &heard};
	struct bed bed;

	if (argc != 2) {
		fprintf(stderr, "usage: dataplane_hold BACKEND\n");
		return 2;
	}
	gnb_start(&bed, argv[1], &events);
	order_check(&bed);
	bound_check(&bed);
	second_check(&bed);
	forward_check(&bed);
	if (!bed.gtp)
		marked_check(&bed);
	tail_check(&bed);
	marker_check(&bed, &heard);
	bed_free(&bed);
	return tap_end();
}
