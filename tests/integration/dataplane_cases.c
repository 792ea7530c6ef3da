// SPDX-License-Identifier: Apache-2.0
/*
 * Every packet case against a back end: dataplane_cases BACKEND. A UPF and a gNB, each in a
 * namespace of its own, with the tester on all their links.
 *
 *   tester upf-n3 ==== n3 UPF n6 ==== upf-n6 tester
 *   tester gnb-n3 ==== n3 gNB radio == radio tester
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "ran/radio.h"
#include "tests/integration/dataplane_net.h"
#include "tests/integration/packet_cases.h"

enum { WAIT_MS = 5000 };

static const uint8_t node_macs[PORTS][6] = {
	{0x02, 0, 0, 0, 0, 1}, {0x02, 0, 0, 0, 0, 2}, RADIO_GNB_MAC};
static const uint8_t peer_macs[PORTS][6] = {
	{0x02, 0, 0, 0, 1, 1}, {0x02, 0, 0, 0, 1, 2}, {0x02, 0xba, 0, 0, 1, 1}};

/* A node under test and the tester's ends of its links */
struct bed {
	struct netns tester, node;
	struct dataplane *dp;
	bool gtp;
	int port[PORTS];
	const struct packet *marker; /* is always forwarded */
	enum port marker_in;
	const struct expect *marker_out;
};

static uint8_t frame[PACKET_MAX], wanted[PACKET_MAX];

static void apply(struct bed *bed, const struct dp_session *session)
{
	struct dp_error err;
	int rc = dataplane_session_apply(bed->dp, session, &err);

	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_session_apply", rc);
	}
}

/* Packets for the node's socket are handled while we wait */
static size_t receive(struct bed *bed, enum port port, int timeout_ms)
{
	const uint64_t end = now_ms() + (uint64_t)timeout_ms;

	for (;;) {
		struct pollfd fds[] = {{.fd = bed->port[port], .events = POLLIN},
				       {.fd = dataplane_fd(bed->dp), .events = POLLIN}};
		uint64_t now = now_ms();
		size_t len = port_receive(bed->port[port], frame, sizeof(frame), 0);

		if (len || now >= end)
			return len;
		poll(fds, 2, (int)(end - now));
		dataplane_process(bed->dp);
	}
}

static void frame_note(const char *what, const uint8_t *data, size_t len)
{
	printf("# %s (%zu):", what, len);
	for (size_t i = 0; i < len && i < 128; i++)
		printf("%s%02x", i % 16 ? "" : " ", data[i]);
	printf("\n");
}

static bool frame_equal(const struct packet *packet, enum port port, size_t len)
{
	size_t want = packet_build(packet, peer_macs[port], node_macs[port], wanted);

	if (len == want && packet_normalise(frame, len) && !memcmp(frame, wanted, len))
		return true;
	frame_note("got", frame, len);
	frame_note("want", wanted, want);
	return false;
}

static uint64_t drop_count(struct bed *bed, enum dp_drop reason)
{
	uint64_t drops[DP_DROP_REASONS];

	dataplane_drops(bed->dp, drops);
	return drops[reason];
}

static bool all_drops_equal(const uint64_t *before, struct bed *bed, enum dp_drop but,
			    unsigned more)
{
	uint64_t after[DP_DROP_REASONS];
	bool ok = true;

	dataplane_drops(bed->dp, after);
	for (unsigned i = 0; i < DP_DROP_REASONS; i++) {
		uint64_t want = before[i] + (i == but ? more : 0);

		if (after[i] != want) {
			tap_note("drops %s: %lu, want %lu", dp_drop_name(i),
				 (unsigned long)after[i], (unsigned long)want);
			ok = false;
		}
	}
	return ok;
}

static void inject(struct bed *bed, enum port port, const struct packet *packet)
{
	static uint8_t out[PACKET_MAX];
	size_t len = packet_build(packet, node_macs[port], peer_macs[port], out);

	port_send(bed->port[port], out, len);
}

/* Nothing came out: a packet sent afterwards is the next to arrive, on every port */
static bool silence_check(struct bed *bed)
{
	inject(bed, bed->marker_in, bed->marker);
	if (!frame_equal(&bed->marker_out->packet, bed->marker_out->port,
			 receive(bed, bed->marker_out->port, WAIT_MS)))
		return false;
	for (enum port port = 0; port < PORTS; port++)
		if (bed->port[port] >= 0 && receive(bed, port, 0)) {
			tap_note("a packet on port %u that should not be", port);
			return false;
		}
	return true;
}

static bool dropped_check(struct bed *bed, enum dp_drop reason, uint64_t before)
{
	const uint64_t end = now_ms() + WAIT_MS;

	if (!silence_check(bed))
		return false;
	/* what the socket gets may be counted a moment later */
	while (drop_count(bed, reason) == before && now_ms() < end) {
		struct pollfd fd = {.fd = dataplane_fd(bed->dp), .events = POLLIN};

		poll(&fd, 1, 10);
		dataplane_process(bed->dp);
	}
	return drop_count(bed, reason) == before + 1;
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static bool answer_check(struct bed *bed, const struct packet_case *c, const struct expect *e)
{
	size_t len = receive(bed, e->port, WAIT_MS);
	size_t want = packet_hex(e->packet.gtpu, wanted);
	struct in_addr src = ip(c->packet.outer_dst), dst = ip(c->packet.outer_src);

	if (len == 42 + want && !memcmp(frame + 42, wanted, want) && !memcmp(frame + 26, &src, 4) &&
	    !memcmp(frame + 30, &dst, 4) && get16(frame + 34) == 2152 &&
	    get16(frame + 36) == e->packet.outer_port)
		return true;
	frame_note("got", frame, len);
	frame_note("want, from 42 on", wanted, want);
	return false;
}

static bool icmp_check(struct bed *bed, const struct packet_case *c, const struct expect *e)
{
	size_t len = receive(bed, e->port, WAIT_MS);
	size_t size = packet_build_inner(&c->packet, wanted);
	const uint8_t *icmp = frame + 34;
	const struct in_addr from = ip(UPF_N6), to = ip(c->packet.src);

	(void)size;
	if (len >= 34 + 8 + 28 && frame[23] == 1 && icmp[0] == e->type && icmp[1] == e->code &&
	    get16(icmp + 6) == e->mtu && !packet_checksum(icmp, get16(frame + 16) - 20) &&
	    !memcmp(icmp + 8, wanted, 28) && !memcmp(frame + 26, &from, 4) &&
	    !memcmp(frame + 30, &to, 4))
		return true;
	frame_note("got", frame, len);
	return false;
}

/* Uplink with TTL 1: the UPF tells the UE, inside the tunnel */
static bool time_exceeded_check(struct bed *bed)
{
	size_t len = receive(bed, PORT_N3, WAIT_MS);
	const uint8_t *inner = frame + 14 + 36 + (frame[14 + 28] & 4 ? 8 : 0);
	const struct in_addr ue = ip(UE), upf = ip(UPF_N6);

	if (len > 14 + 44 + 28 && inner[9] == 1 && inner[20] == 11 && !memcmp(inner + 16, &ue, 4) &&
	    !memcmp(inner + 12, &upf, 4))
		return true;
	frame_note("got", frame, len);
	return false;
}

static bool case_check(struct bed *bed, const struct packet_case *c, const struct expect *e)
{
	uint64_t before[DP_DROP_REASONS];

	dataplane_drops(bed->dp, before);
	inject(bed, c->in, &c->packet);
	switch (e->outcome) {
	case FORWARDED:
		if (e->packet.form == PACKET_NONE)
			return time_exceeded_check(bed);
		return frame_equal(&e->packet, e->port, receive(bed, e->port, WAIT_MS)) &&
		       all_drops_equal(before, bed, DP_DROP_MALFORMED, 0);
	case DROPPED:
		return dropped_check(bed, e->drop, before[e->drop]) &&
		       all_drops_equal(before, bed, e->drop, 1);
	case ANSWERED:
		return answer_check(bed, c, e) &&
		       all_drops_equal(before, bed, e->drop, e->drop || c->packet.gtpu[1] == '4');
	case ICMP_ERROR:
		return icmp_check(bed, c, e);
	case IGNORED:
		return silence_check(bed) && all_drops_equal(before, bed, DP_DROP_MALFORMED, 0);
	case NOT_HERE:
		break;
	}
	return false;
}

static void cases_run(struct bed *bed, const char *node, const struct packet_case *cases,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct expect *e = bed->gtp ? &cases[i].gtp : &cases[i].ebpf;

		if (e->outcome != NOT_HERE)
			tap_ok(case_check(bed, &cases[i], e), "%s: %s", node, cases[i].name);
	}
}

static void bed_link(struct bed *bed, enum port port, const char *name)
{
	char tester_name[16];

	snprintf(tester_name, sizeof(tester_name), "t-%s", name);
	link_make(&bed->tester, tester_name, peer_macs[port], &bed->node, name, node_macs[port],
		  1500);
	bed->port[port] = port_open(&bed->tester, tester_name);
}

static void bed_start(struct bed *bed, const struct dp_config *config)
{
	struct dp_error err;
	int rc;

	netns_enter(&bed->node);
	rc = dataplane_new(config, NULL, &bed->dp, &err);
	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_new", rc);
	}
	bed->gtp = !strcmp(dataplane_backend(bed->dp), "gtp");
}

static struct dp_prefix prefix(const char *addr, unsigned len)
{
	return (struct dp_prefix){.addr = ip(addr), .len = len};
}

static void upf_start(struct bed *bed, const char *backend)
{
	const struct dp_config config = {
		.role = DP_ROLE_UPF,
		.backend = backend,
		.n3_addr = ip(UPF_N3),
		.n3_dev = "n3",
		.n6_dev = "n6",
		.n6_table = 106,
		.protected_count = 3,
		.protected_prefix = {prefix("10.100.0.0", 15), prefix("10.102.0.0", 16),
				     prefix("10.192.0.0", 10)},
		.ue_pool_count = 1,
		.ue_pool = {prefix("10.60.1.0", 24)},
	};

	netns_make(&bed->node);
	bed->port[PORT_RADIO] = -1;
	bed_link(bed, PORT_N3, "n3");
	bed_link(bed, PORT_N6, "n6");
	addr_add(&bed->node, "n3", UPF_N3, 16);
	addr_add(&bed->node, "n6", UPF_N6, 24);
	neigh_add(&bed->node, "n3", GNB_N3, peer_macs[PORT_N3]);
	neigh_add(&bed->node, "n3", UPF2_N3, peer_macs[PORT_N3]);
	neigh_add(&bed->node, "n6", "10.110.1.2", peer_macs[PORT_N6]);
	route_add(&bed->node, "n6", "10.110.1.0", 24, NULL, 106);
	route_add(&bed->node, "n6", "0.0.0.0", 0, "10.110.1.2", 106);
	/* the way back for ICMP; an edge is on the main table's connected routes only */
	route_add(&bed->node, "n6", SERVER, 32, "10.110.1.2", 0);
	bed_start(bed, &config);
}

static struct dp_session upf_session(const struct bed *bed, uint64_t id, const char *ue,
				     uint32_t teid, uint32_t peer_teid)
{
	const struct in_addr addr = ip(ue);

	return (struct dp_session){
		.id = id,
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .precedence = 100,
			 .source = DP_N3,
			 .teid = teid,
			 .has_ue_addr = true,
			 .ue_addr = addr,
			 .remove_outer = true,
			 .far_id = 1},
			{.id = 2,
			 .precedence = 100,
			 .source = DP_N6,
			 .has_ue_addr = true,
			 .ue_addr = addr,
			 .far_id = 2}},
		.far = {{.id = 1, .action = DP_FORWARD, .destination = DP_N6},
			{.id = 2,
			 .action = DP_FORWARD,
			 .destination = DP_N3,
			 .peer = ip(GNB_N3),
			 .teid = peer_teid,
			 .qfi = bed->gtp ? 0 : 9}},
	};
}

static void upf_sessions(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);

	apply(bed, &s);
	s = upf_session(bed, 2, UE_NARROW, TEID_UPF_NARROW, 0x2004);
	s.mtu = 1000;
	apply(bed, &s);
	if (bed->gtp)
		return;
	s = upf_session(bed, 3, UE_QFI, TEID_UPF_QFI, 0x2002);
	s.pdr[0].qfi = 9;
	apply(bed, &s);
	s = upf_session(bed, 4, UE_CLOSED, TEID_UPF_CLOSED, 0x2003);
	s.far[0].action = s.far[1].action = DP_DROP;
	apply(bed, &s);
	s = upf_session(bed, 5, UE, TEID_N9, 0);
	s.pdr_count = s.far_count = 1;
	s.far[0] = (struct dp_far){.id = 1,
				   .action = DP_FORWARD,
				   .destination = DP_N3,
				   .peer = ip(UPF2_N3),
				   .teid = TEID_UPF2,
				   .qfi = 7};
	apply(bed, &s);
}

static void gnb_start(struct bed *bed, const char *backend)
{
	const struct dp_config config = {
		.role = DP_ROLE_GNB, .backend = backend, .n3_addr = ip(GNB_N3), .n3_dev = "n3"};
	unsigned radio;
	int rc;

	netns_make(&bed->node);
	bed->port[PORT_N6] = -1;
	bed_link(bed, PORT_N3, "n3");
	bed_link(bed, PORT_RADIO, "radio");
	addr_add(&bed->node, "n3", GNB_N3, 16);
	neigh_add(&bed->node, "n3", UPF_N3, peer_macs[PORT_N3]);
	bed_start(bed, &config);
	radio = link_index(&bed->node, "radio");
	rc = dataplane_radio_add(bed->dp, radio);
	if (rc)
		bail("dataplane_radio_add", rc);
}

static struct dp_session gnb_session(struct bed *bed)
{
	struct dp_session s = {
		.id = 1,
		.bearer = {.ifindex = link_index(&bed->node, "radio")},
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .precedence = 1,
			 .source = DP_RADIO,
			 .has_ue_addr = true,
			 .ue_addr = ip(UE),
			 .far_id = 1},
			{.id = 2,
			 .precedence = 1,
			 .source = DP_N3,
			 .teid = TEID_GNB,
			 .remove_outer = true,
			 .far_id = 2}},
		.far = {{.id = 1,
			 .action = DP_FORWARD,
			 .destination = DP_N3,
			 .peer = ip(UPF_N3),
			 .teid = TEID_UPF,
			 .qfi = bed->gtp ? 0 : 9},
			{.id = 2, .action = DP_FORWARD, .destination = DP_RADIO}},
	};

	memcpy(s.bearer.ue_mac, peer_macs[PORT_RADIO], 6);
	return s;
}

static void counters_check(struct bed *bed)
{
	struct dp_counters before, after;
	int rc = dataplane_session_counters(bed->dp, 1, &before);

	inject(bed, bed->marker_in, bed->marker);
	receive(bed, bed->marker_out->port, WAIT_MS);
	rc = rc ? rc : dataplane_session_counters(bed->dp, 1, &after);
	tap_ok(!rc && after.uplink_packets == before.uplink_packets + 1 &&
		       after.uplink_bytes == before.uplink_bytes + 100 &&
		       after.downlink_packets == before.downlink_packets,
	       "counters: one uplink packet of 100 octets more");
}

/* Radio control is for the daemon: it passes */
static void radio_control_check(struct bed *bed)
{
	int daemon = port_open(&bed->node, "radio");
	uint8_t control[64] = {0}, got[PACKET_MAX];
	size_t len;

	memcpy(control, node_macs[PORT_RADIO], 6);
	memcpy(control + 6, peer_macs[PORT_RADIO], 6);
	control[12] = RADIO_ETHERTYPE >> 8;
	control[13] = RADIO_ETHERTYPE & 0xff;
	port_send(bed->port[PORT_RADIO], control, sizeof(control));
	len = port_receive(daemon, got, sizeof(got), WAIT_MS);
	tap_ok(len == sizeof(control) && !memcmp(got, control, len),
	       "gNB: a radio control frame reaches the daemon");
}

static void unknown_bearer_check(struct bed *bed)
{
	static uint8_t out[PACKET_MAX];
	const uint8_t stranger[6] = {0x02, 0xba, 0, 0, 1, 2};
	uint64_t before = drop_count(bed, DP_DROP_UNKNOWN_UE);
	size_t len = packet_build(&gnb_cases[0].packet, node_macs[PORT_RADIO], stranger, out);

	port_send(bed->port[PORT_RADIO], out, len);
	tap_ok(dropped_check(bed, DP_DROP_UNKNOWN_UE, before), "gNB: uplink, unknown bearer");
}

static void bed_free(struct bed *bed)
{
	netns_enter(&bed->node);
	dataplane_free(bed->dp);
	netns_free(&bed->node);
	netns_free(&bed->tester);
}

static void upf_run(const char *backend)
{
	struct bed bed = {.marker = &upf_cases[0].packet, .marker_in = upf_cases[0].in};

	netns_make(&bed.tester);
	upf_start(&bed, backend);
	bed.marker_out = bed.gtp ? &upf_cases[0].gtp : &upf_cases[0].ebpf;
	upf_sessions(&bed);
	cases_run(&bed, "UPF", upf_cases, sizeof(upf_cases) / sizeof(upf_cases[0]));
	if (!bed.gtp)
		counters_check(&bed);
	bed_free(&bed);
}

static void gnb_run(const char *backend)
{
	struct bed bed = {.marker = &gnb_cases[0].packet, .marker_in = gnb_cases[0].in};
	struct dp_session session;

	netns_make(&bed.tester);
	gnb_start(&bed, backend);
	bed.marker_out = bed.gtp ? &gnb_cases[0].gtp : &gnb_cases[0].ebpf;
	session = gnb_session(&bed);
	apply(&bed, &session);
	cases_run(&bed, "gNB", gnb_cases, sizeof(gnb_cases) / sizeof(gnb_cases[0]));
	if (!bed.gtp)
		unknown_bearer_check(&bed);
	radio_control_check(&bed);
	bed_free(&bed);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: dataplane_cases BACKEND\n");
		return 2;
	}
	upf_run(argv[1]);
	gnb_run(argv[1]);
	return tap_end();
}
