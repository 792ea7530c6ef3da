// SPDX-License-Identifier: Apache-2.0
/*
 * Several network instances and several devices of N3, and packets in pieces: dataplane_networks
 * BACKEND, which is ebpf or xdp.
 *
 *   tester t-n3  ==== n3  UPF n6  ==== t-n6  tester     instance 0, table 106
 *   tester t-n3b ==== n3b UPF n6b ==== t-n6b tester     instance 1, table 107, the same pools
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/dataplane_bed.h"

#define UPF_N3B	   "10.103.1.1"
#define GNB_N3B	   "10.103.1.2"
#define UPF_N3B_6  "2001:db8:103::1"
#define GNB_N3B_6  "2001:db8:103::2"
#define UPF_N6B	   "10.111.1.1"
#define EDGE_N6B   "10.111.1.2"
#define UPF_N6B_6  "2001:db8:111::1"
#define EDGE_N6B_6 "2001:db8:111::2"

enum { TEID_A = 0x3001, TEID_B, TEID_A2, TEID_B2, TO_A = 0x4001, TO_B, TO_A2, TO_B2 };
enum { LOCAL_B = 2, LOCAL_B_6 };

/* What the data plane has told */
static struct {
	unsigned answers, losses, errors, markers;
	struct dp_addr peer;
	uint32_t teid;
} told;

static void on_path(const struct dp_addr *peer, bool lost, void *user)
{
	*(lost ? &told.losses : &told.answers) += 1;
	told.peer = *peer;
}

static void on_error(const struct dp_addr *peer, uint32_t teid, void *user)
{
	told.errors++;
	told.peer = *peer;
	told.teid = teid;
}

static void on_end_marker(const struct dp_addr *peer, uint32_t teid, void *user)
{
	told.markers++;
	told.peer = *peer;
	told.teid = teid;
}

/* ---- the bed ---- */

static void networks_make(struct bed *bed)
{
	struct netns *node = &bed->node;

	upf_make(bed);
	bed_link(bed, PORT_N3B, "n3b");
	bed_link(bed, PORT_N6B, "n6b");
	ip6_on(node, "n3b");
	ip6_on(node, "n6b");
	addr_add(node, "n3b", UPF_N3B, 24);
	addr_add(node, "n3b", UPF_N3B_6, 64);
	addr_add(node, "n6b", UPF_N6B, 24);
	addr_add(node, "n6b", UPF_N6B_6, 64);
	neigh_add(node, "n3b", GNB_N3B, peer_macs[PORT_N3B]);
	neigh_add(node, "n3b", GNB_N3B_6, peer_macs[PORT_N3B]);
	neigh_add(node, "n6b", EDGE_N6B, peer_macs[PORT_N6B]);
	neigh_add(node, "n6b", EDGE_N6B_6, peer_macs[PORT_N6B]);
	route_add(node, "n6b", "10.111.1.0", 24, NULL, 107);
	route_add(node, "n6b", "0.0.0.0", 0, EDGE_N6B, 107);
	route_add(node, "n6b", "2001:db8:111::", 64, NULL, 107);
	route_add(node, "n6b", "::", 0, EDGE_N6B_6, 107);
	/* the first gNB's address is also one of n3b's */
	route_add(node, "n3b", GNB_N3, 32, NULL, 0);
	neigh_add(node, "n3b", GNB_N3, peer_macs[PORT_N3B]);
}

static struct dp_config networks_config(const char *backend)
{
	struct dp_config config = upf_config(backend);

	config.local[LOCAL_B] = (struct dp_local){.addr = address(UPF_N3B), .dev = "n3b"};
	config.local[LOCAL_B_6] = (struct dp_local){.addr = address(UPF_N3B_6), .dev = "n3b"};
	config.local_count = 4;
	config.instance[1] = config.instance[0];
	config.instance[1].table = 107;
	strcpy(config.instance[1].name, "ims");
	strcpy(config.instance[1].dev, "n6b");
	config.instance_count = 2;
	return config;
}

/* A session with an address and a prefix; the odd ones are of instance 1 */
static struct dp_session session_of(const struct bed *bed, unsigned n, const char *ue,
				    const char *ue_prefix, const char *gnb, uint8_t local)
{
	struct dp_session s = upf_session(bed, 1 + n, ue, TEID_A + n, 0);

	s.ue[s.ue_count++] = prefix(ue_prefix, 64);
	s.pdr[0].ue = s.pdr[1].ue = 3;
	s.pdr[1].instance = s.far[0].to.instance = (uint8_t)(n % 2);
	s.pdr[1].mark.qfi = 0;
	s.far[1].to = tunnel(gnb, TO_A + n);
	s.far[1].to.local = local;
	return s;
}

static void sessions_apply(struct bed *bed)
{
	static const struct {
		const char *ue, *prefix, *gnb;
		uint8_t local;
	} rows[] = {{"10.60.1.2", "2001:db8:60:2::", GNB_N3, 0},
		    {"10.60.1.2", "2001:db8:60:2::", GNB_N3, LOCAL_B},
		    {"10.60.1.3", "2001:db8:60:3::", GNB_N3_6, 1},
		    {"10.60.1.3", "2001:db8:60:3::", GNB_N3B_6, LOCAL_B_6}};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dp_session s =
			session_of(bed, i, rows[i].ue, rows[i].prefix, rows[i].gnb, rows[i].local);

		apply(bed, &s);
	}
}

static bool passes(struct bed *bed, enum port in, const struct packet *packet, enum port out,
		   const struct packet *want)
{
	inject(bed, in, packet);
	return frame_equal(want, out, receive(bed, out, WAIT_MS));
}

static bool drops(struct bed *bed, enum port in, const struct packet *packet, enum dp_drop reason)
{
	const uint64_t before = drop_count(bed, reason), end = now_ms() + WAIT_MS;

	inject(bed, in, packet);
	while (drop_count(bed, reason) == before && now_ms() < end)
		for (enum port port = 0; port < PORTS; port++)
			if (bed->port[port] >= 0 && receive(bed, port, 1))
				return false;
	return drop_count(bed, reason) == before + 1;
}

/* ---- network instances ---- */

static struct packet up(uint32_t teid, const char *src, const char *dst)
{
	return (struct packet){.form = PACKET_TUNNEL,
			       .outer_src = GNB_N3,
			       .outer_dst = UPF_N3,
			       .teid = teid,
			       .src = src,
			       .dst = dst};
}

static struct packet plain(const char *src, const char *dst, uint8_t ttl)
{
	return (struct packet){.form = PACKET_PLAIN, .src = src, .dst = dst, .ttl = ttl};
}

/* Out of N3, to the tunnel of the @n-th session */
static struct packet down(unsigned n, const char *src, const char *dst)
{
	static const char *const ends[][2] = {
		{UPF_N3, GNB_N3}, {UPF_N3B, GNB_N3}, {UPF_N3_6, GNB_N3_6}, {UPF_N3B_6, GNB_N3B_6}};

	return (struct packet){.form = PACKET_TUNNEL,
			       .outer_src = ends[n][0],
			       .outer_dst = ends[n][1],
			       .outer_flow = n < 2 ? 0 : TO_A + n,
			       .teid = TO_A + n,
			       .src = src,
			       .dst = dst,
			       .ttl = 63};
}

static void ways_check(struct bed *bed)
{
	static const char *const ues[][2] = {{"10.60.1.2", UE6}, {"10.60.1.3", "2001:db8:60:3::2"}};
	static const char *const servers[] = {SERVER, SERVER6};

	for (unsigned n = 0; n < 4; n++)
		for (unsigned v = 0; v < 2; v++) {
			const char *ue = ues[n / 2][v], *server = servers[v];
			const enum port n6 = n % 2 ? PORT_N6B : PORT_N6,
					n3 = n % 2 ? PORT_N3B : PORT_N3;
			const struct packet in = up(TEID_A + n, ue, server),
					    out = plain(ue, server, 63),
					    back = plain(server, ue, 64), to = down(n, server, ue);

			tap_ok(passes(bed, PORT_N3, &in, n6, &out),
			       "session %u of instance %u, IPv%c: uplink leaves by its own N6", n,
			       n % 2, v ? '6' : '4');
			tap_ok(passes(bed, n6, &back, n3, &to),
			       "session %u of instance %u, IPv%c: downlink comes to its own tunnel",
			       n, n % 2, v ? '6' : '4');
		}
}

static void apart_check(struct bed *bed)
{
	const struct packet neighbour = up(TEID_B, "10.60.1.2", "10.60.1.3"),
			    neighbour6 = up(TEID_B, UE6, "2001:db8:60:3::2"),
			    to = down(3, "10.60.1.2", "10.60.1.3"),
			    to6 = down(3, UE6, "2001:db8:60:3::2"),
			    own = up(TEID_A, "10.60.1.2", UPF_N6B),
			    own6 = up(TEID_A, UE6, UPF_N6B_6),
			    n3b = up(TEID_A, "10.60.1.2", UPF_N3B);
	struct dp_session s = session_of(bed, 2, "10.60.1.4", "2001:db8:60:4::", GNB_N3_6, 1);
	const struct packet gone = plain(SERVER, "10.60.1.3", 64),
			    alone = plain(SERVER, "10.60.1.4", 64);

	tap_ok(passes(bed, PORT_N3, &neighbour, PORT_N3B, &to) &&
		       passes(bed, PORT_N3, &neighbour6, PORT_N3B, &to6),
	       "from UE to UE in instance 1, both versions, by its own device of N3");
	tap_ok(drops(bed, PORT_N3, &own, DP_DROP_NO_ROUTE) &&
		       drops(bed, PORT_N3, &own6, DP_DROP_NO_ROUTE) &&
		       drops(bed, PORT_N3, &n3b, DP_DROP_NO_ROUTE),
	       "no UE reaches this node's addresses of another instance, nor of N3");
	apply(bed, &s); /* in the place of session 2: instance 0 has 10.60.1.3 no more */
	tap_ok(drops(bed, PORT_N6, &gone, DP_DROP_UNKNOWN_UE),
	       "an address that only the other instance has is nobody's");
	tap_ok(drops(bed, PORT_N6B, &alone, DP_DROP_UNKNOWN_UE), "nor the other way round");
	s = session_of(bed, 2, "10.60.1.3", "2001:db8:60:3::", GNB_N3_6, 1);
	apply(bed, &s);
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* An ICMP error to @to from this instance's own address, whose IP header is at @at */
static bool icmp_is(const uint8_t *at, const char *from, const char *to, uint8_t type, unsigned mtu)
{
	const bool v6 = strchr(from, ':');
	const struct dp_addr src = address(from), dst = address(to);
	const size_t addrs = v6 ? 8 : 12, octets = v6 ? 16 : 4, icmp = v6 ? 40 : 20;

	return at[v6 ? 6 : 9] == (v6 ? 58 : 1) && !memcmp(at + addrs, &src.ip6, octets) &&
	       !memcmp(at + addrs + octets, &dst.ip6, octets) && at[icmp] == type &&
	       get16(at + icmp + 6) == mtu;
}

static void errors_check(struct bed *bed)
{
	struct packet packet = plain(SERVER, "10.60.1.2", 64);
	size_t len;

	packet.size = 1500;
	packet.df = true;
	inject(bed, PORT_N6B, &packet);
	len = receive(bed, PORT_N6B, WAIT_MS);
	tap_ok(len && icmp_is(frame + 14, UPF_N6B, SERVER, 3, 1456),
	       "instance 1: too big, from its own address");
	packet = plain(SERVER6, "2001:db8:60:3::2", 64);
	packet.size = 1437;
	inject(bed, PORT_N6B, &packet);
	len = receive(bed, PORT_N6B, WAIT_MS);
	tap_ok(len && icmp_is(frame + 14, UPF_N6B_6, SERVER6, 2, 1436),
	       "instance 1: too big, IPv6, as N3 over IPv6 has room");
	packet = up(TEID_B, "10.60.1.2", SERVER);
	packet.ttl = 1;
	inject(bed, PORT_N3, &packet);
	len = receive(bed, PORT_N3B, WAIT_MS);
	tap_ok(len && icmp_is(frame + 14 + 36, UPF_N6B, "10.60.1.2", 11, 0),
	       "instance 1: time exceeded, in the UE's tunnel");
	packet = up(TEID_B2, "2001:db8:60:3::2", SERVER6);
	packet.ttl = 1;
	inject(bed, PORT_N3, &packet);
	len = receive(bed, PORT_N3B, WAIT_MS);
	tap_ok(len && icmp_is(frame + 14 + 56, UPF_N6B_6, "2001:db8:60:3::2", 3, 0),
	       "instance 1: time exceeded, IPv6 in IPv6");
}

/* ---- N6 with a smaller MTU ---- */

static void small_n6_check(struct bed *bed)
{
	struct packet packet = up(TEID_A, "10.60.1.2", SERVER);
	size_t len, payload = 0, pieces = 0;

	if (nl_link_set_mtu(bed->node.nl, link_index(&bed->node, "n6"), 1300))
		bail("MTU", EINVAL);
	poll(NULL, 0, 200); /* what the programs know of a way holds for 100 ms */
	packet.size = 1400;
	inject(bed, PORT_N3, &packet);
	while (payload < 1380 && (len = receive(bed, PORT_N6, WAIT_MS))) {
		const uint8_t *at = frame + 14;

		if ((get16(at + 6) & 0x1fff) * 8 != payload)
			break;
		payload += get16(at + 2) - 20;
		pieces++;
	}
	tap_ok(payload == 1380 && pieces == 2, "too big for N6, without DF: %zu pieces", pieces);
	packet.df = true;
	inject(bed, PORT_N3, &packet);
	len = receive(bed, PORT_N3, WAIT_MS);
	tap_ok(len && icmp_is(frame + 14 + 36, UPF_N6, "10.60.1.2", 3, 1300),
	       "with DF: the UE is told, in its tunnel");
	packet = up(TEID_A, UE6, SERVER6);
	packet.size = 1301;
	inject(bed, PORT_N3, &packet);
	len = receive(bed, PORT_N3, WAIT_MS);
	tap_ok(len && icmp_is(frame + 14 + 36, UPF_N6_6, UE6, 2, 1300), "of IPv6 always");
	if (nl_link_set_mtu(bed->node.nl, link_index(&bed->node, "n6"), 1500))
		bail("MTU", EINVAL);
	poll(NULL, 0, 200);
}

/* ---- pieces ---- */

static uint8_t built[PACKET_MAX], piece[PACKET_MAX];

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Octets @from to @to of what is behind the IP header of `built`, as a fragment of its own */
static void piece_send(struct bed *bed, bool v6, size_t from, size_t to, bool more)
{
	const size_t header = 14 + (v6 ? 40 : 20), extra = v6 ? 8 : 0;
	uint8_t *ip = piece + 14;

	memcpy(piece, built, header);
	memcpy(piece + header + extra, built + header + from, to - from);
	if (v6) {
		put16(ip + 4, (unsigned)(8 + to - from));
		ip[6] = 44;
		memset(ip + 40, 0, 8);
		ip[40] = 17;
		put16(ip + 42, (unsigned)from | more);
		ip[47] = 7;
	} else {
		put16(ip + 2, (unsigned)(20 + to - from));
		put16(ip + 4, 7);
		put16(ip + 6, (unsigned)(from / 8) | (more ? 0x2000 : 0));
		put16(ip + 10, 0);
		put16(ip + 10, packet_checksum(ip, 20));
	}
	port_send(bed->port[PORT_N3], piece, header + extra + to - from);
}

static bool pieces_pass(struct bed *bed, const struct packet *packet, bool turned,
			const struct packet *want)
{
	const bool v6 = strchr(packet->outer_src, ':');
	const size_t len = packet_build(packet, node_macs[PORT_N3], peer_macs[PORT_N3], built) -
			   (v6 ? 54 : 34);

	if (turned)
		piece_send(bed, v6, 800, len, false);
	piece_send(bed, v6, 0, 800, true);
	if (!turned)
		piece_send(bed, v6, 800, len, false);
	return frame_equal(want, PORT_N6, receive(bed, PORT_N6, WAIT_MS));
}

static void outer_pieces_check(struct bed *bed)
{
	struct packet in = up(TEID_A, "10.60.1.2", SERVER), out = plain("10.60.1.2", SERVER, 63);
	struct dp_counters before, after;
	uint64_t malformed = drop_count(bed, DP_DROP_MALFORMED);

	in.size = out.size = 1500;
	in.outer_no_df = true;
	in.psc = PSC_UL;
	in.qfi = 5;
	dataplane_session_counters(bed->dp, 1, &before);
	tap_ok(pieces_pass(bed, &in, false, &out), "an outer packet in two pieces");
	tap_ok(pieces_pass(bed, &in, true, &out), "the second first");
	in.outer_src = GNB_N3_6;
	in.outer_dst = UPF_N3_6;
	tap_ok(pieces_pass(bed, &in, false, &out), "over IPv6");
	in.src = out.src = UE6;
	in.dst = out.dst = SERVER6;
	tap_ok(pieces_pass(bed, &in, true, &out), "of IPv6, over IPv6, the second first");
	dataplane_session_counters(bed->dp, 1, &after);
	tap_ok(after.uplink_packets == before.uplink_packets + 4 &&
		       after.uplink_bytes == before.uplink_bytes + 4 * 1500 &&
		       drop_count(bed, DP_DROP_MALFORMED) == malformed,
	       "each is counted once, as the packet that it is");
	malformed = drop_count(bed, DP_DROP_SPOOFED);
	in.src = "2001:db8:60:77::1";
	packet_build(&in, node_macs[PORT_N3], peer_macs[PORT_N3], built);
	piece_send(bed, true, 0, 800, true);
	piece_send(bed, true, 800, 1500 + 24, false);
	(void)receive(bed, PORT_N6, 100);
	tap_ok(drop_count(bed, DP_DROP_SPOOFED) == malformed + 1, "the rules hold for them");
}

/* The first PDR drops UDP from port 1000 to 2000: a fragment that isn't the first has no ports */
static void inner_pieces_check(struct bed *bed)
{
	static const char first[] = "450000240001200040110000"
				    "0a3c01020a460001"
				    "03e807d0001c0000"
				    "0001020304050607",
			  last[] = "4500001c00010002401100000a3c01020a460001"
				   "08090a0b0c0d0e0f";
	struct dp_session s = session_of(bed, 0, "10.60.1.2", "2001:db8:60:2::", GNB_N3, 0);
	struct packet packet = up(TEID_A, "10.60.1.2", SERVER);

	s.filter[0] = (struct ipfilter_packed){
		.src_port_low = 1000,
		.src_port_high = 1000,
		.dst_port_low = 2000,
		.dst_port_high = 2000,
		.flags = IPFILTER_PACKED_IP4 | IPFILTER_PACKED_UPLINK | IPFILTER_PACKED_PORTS};
	s.pdr[2] = s.pdr[0];
	s.pdr[2].id = 3;
	s.pdr[2].precedence = 1;
	s.pdr[2].far = 2;
	s.pdr[2].filter_count = s.filter_count = 1;
	s.far[2] = (struct dp_far){.id = 3, .action = DP_DROP};
	s.pdr_count = s.far_count = 3;
	apply(bed, &s);
	packet.inner = first;
	tap_ok(drops(bed, PORT_N3, &packet, DP_DROP_ACTION),
	       "a filter with ports meets a first fragment");
	packet.inner = last;
	inject(bed, PORT_N3, &packet);
	tap_ok(receive(bed, PORT_N6, WAIT_MS) == 14 + 28,
	       "a later one has none, and goes by the next PDR");
	s = session_of(bed, 0, "10.60.1.2", "2001:db8:60:2::", GNB_N3, 0);
	apply(bed, &s);
}

/* Each of these waits by the wire of instance 0, whatever its own is */
static void buffer_check(struct bed *bed)
{
	struct dp_session s =
		session_of(bed, 3, "10.60.1.3", "2001:db8:60:3::", GNB_N3B_6, LOCAL_B_6);
	const struct packet in = plain(SERVER6, "2001:db8:60:3::2", 64),
			    to = down(3, SERVER6, "2001:db8:60:3::2"),
			    up6 = up(TEID_B2, "2001:db8:60:3::2", SERVER6),
			    out = plain("2001:db8:60:3::2", SERVER6, 63);

	s.far[0].action = s.far[1].action = DP_BUFFER;
	apply(bed, &s);
	inject(bed, PORT_N6B, &in);
	inject(bed, PORT_N3, &up6);
	tap_ok(!receive(bed, PORT_N3B, 50) && !receive(bed, PORT_N6B, 50),
	       "IPv6 in IPv6 of instance 1 waits");
	s.far[0].action = s.far[1].action = DP_FORWARD;
	apply(bed, &s);
	tap_ok(frame_equal(&to, PORT_N3B, receive(bed, PORT_N3B, WAIT_MS)) &&
		       frame_equal(&out, PORT_N6B, receive(bed, PORT_N6B, WAIT_MS)),
	       "and comes when it may, each way");
}

/* ---- control messages ---- */

/* A message from @peer's address to ours, both IPv6 */
static void control(struct bed *bed, const char *hex)
{
	struct packet packet = up(0, NULL, NULL);

	packet.outer_src = GNB_N3_6;
	packet.outer_dst = UPF_N3_6;
	packet.gtpu = hex;
	inject(bed, PORT_N3, &packet);
	(void)receive(bed, PORT_N3, 50);
}

static bool message_from(struct bed *bed, enum port port, const char *from, const char *to,
			 uint8_t type)
{
	const size_t len = receive(bed, port, WAIT_MS), ip = strchr(from, ':') ? 40 : 20;
	const struct dp_addr src = address(from), dst = address(to);
	const size_t addrs = ip == 40 ? 8 : 12, octets = ip == 40 ? 16 : 4;

	if (len >= 14 + ip + 16 && !memcmp(frame + 14 + addrs, &src.ip6, octets) &&
	    !memcmp(frame + 14 + addrs + octets, &dst.ip6, octets) &&
	    frame[14 + ip + 8 + 1] == type)
		return true;
	frame_note("got", frame, len);
	return false;
}

static void control_check(struct bed *bed)
{
	const struct dp_addr gnb6 = address(GNB_N3_6), gnb = address(GNB_N3B),
			     gnb_b6 = address(GNB_N3B_6);
	char response[64];

	memset(&told, 0, sizeof(told));
	tap_ok(!dataplane_echo(bed->dp, &gnb6) && message_from(bed, PORT_N3, UPF_N3_6, GNB_N3_6, 1),
	       "an Echo Request over IPv6");
	snprintf(response, sizeof(response), "32020006 00000000 %02x%02x0000 0e00",
		 frame[14 + 48 + 8], frame[14 + 48 + 9]);
	control(bed, response);
	tap_ok(told.answers == 1 && dp_addr_equal(&told.peer, &gnb6), "whose answer is told");
	control(bed,
		"321a001c 00000000 00010000 1000004001 85001020010db8010100000000000000000001");
	tap_ok(told.errors == 1 && told.teid == TO_A && dp_addr_equal(&told.peer, &gnb6),
	       "an Error Indication with an IPv6 GTP-U Peer Address");
	control(bed,
		"321a001c 00000000 00010000 1000004001 85001020010db8010100000000000000000009");
	control(bed, "321a0010 00000000 00010000 1000004001 8500040a650101");
	tap_ok(told.errors == 1, "but not with another's");
	control(bed, "30fe0000 00003001");
	tap_ok(told.markers == 1 && told.teid == TEID_A && dp_addr_equal(&told.peer, &gnb6),
	       "an End Marker");
	tap_ok(!dataplane_end_marker(bed->dp, &gnb, TO_B) &&
		       message_from(bed, PORT_N3B, UPF_N3B, GNB_N3B, 254),
	       "one of ours leaves by the device and the address that lead to the peer");
	tap_ok(!dataplane_end_marker(bed->dp, &gnb_b6, TO_B2) &&
		       message_from(bed, PORT_N3B, UPF_N3B_6, GNB_N3B_6, 254),
	       "over IPv6, too");
}

/* ---- refusals ---- */

static bool refused(struct bed *bed, const struct dp_config *config, const char *says)
{
	struct dataplane *dp = NULL;
	struct dp_error err;
	int rc;

	netns_enter(&bed->node);
	rc = dataplane_new(config, NULL, &dp, &err);
	if (rc == -EINVAL && strstr(err.text, says))
		return true;
	tap_note("%d: %s", rc, rc ? err.text : "taken");
	dataplane_free(dp);
	return false;
}

static void refusals_check(struct bed *bed, const char *backend)
{
	const struct dp_config right = networks_config(backend);
	struct dp_config config = right;

	strcpy(config.instance[1].dev, "n6");
	tap_ok(refused(bed, &config, "two network instances with one device"), "one device twice");
	config = right;
	config.instance[1].table = 106;
	tap_ok(refused(bed, &config, "pools that overlap"), "overlapping pools in one table");
	config = right;
	strcpy(config.instance[1].dev, "n3b");
	tap_ok(refused(bed, &config, "one device for N3"), "N3 and N6 on one device");
	config = right;
	config.local[LOCAL_B_6].addr = address("fe80::1");
	tap_ok(refused(bed, &config, "link-local"), "a link-local address on N3");
	config = right;
	config.local[LOCAL_B] = config.local[0];
	tap_ok(refused(bed, &config, "the same"), "a local address twice");
}

static void n3_mtu(struct bed *bed, uint32_t mtu)
{
	if (nl_link_set_mtu(bed->node.nl, link_index(&bed->node, "n3"), mtu) ||
	    nl_link_set_mtu(bed->node.nl, link_index(&bed->node, "n3b"), mtu))
		bail("MTU", EINVAL);
}

/* 1340 octets are room for IPv6 in tunnels over IPv4 and not over IPv6 */
static void room_check(struct bed *bed, const char *backend)
{
	const struct dp_config config = networks_config(backend);
	struct dp_session over4 = session_of(bed, 0, "10.60.1.2", "2001:db8:60:2::", GNB_N3, 0),
			  over6 = session_of(bed, 2, "10.60.1.3", "2001:db8:60:3::", GNB_N3_6, 1);
	struct dp_error err = {0};
	int rc;

	n3_mtu(bed, 1323);
	tap_ok(refused(bed, &config, "IPv6 takes 1280"), "IPv6 on an N3 that hasn't room for it");
	n3_mtu(bed, 1340);
	bed_start(bed, &config, NULL);
	apply(bed, &over4);
	rc = dataplane_session_apply(bed->dp, &over6, &err);
	tap_ok(rc == -EOPNOTSUPP && strstr(err.text, "packets of 1276 octets"),
	       "a tunnel that hasn't: %s", err.text);
	over6.ue_count = 1;
	over6.pdr[0].ue = over6.pdr[1].ue = 1;
	apply(bed, &over6);
	netns_enter(&bed->node);
	dataplane_free(bed->dp);
	n3_mtu(bed, 1500);
}

static void session_refusals_check(struct bed *bed)
{
	struct dp_session s = session_of(bed, 0, "10.60.9.9", "2001:db8:60:99::", GNB_N3, 0);
	struct dp_error err;
	int rc;

	s.id = 99;
	s.pdr[0].teid = 0x999;
	s.pdr[1].ue = 1;
	s.ue[2] = prefix("2001:db8:60:98::", 64);
	s.ue_count = 3;
	s.pdr[0].ue = 7; /* the second prefix is in no PDR of N6 */
	rc = dataplane_session_apply(bed->dp, &s, &err);
	tap_ok(rc == -EOPNOTSUPP && err.what == DP_ERROR_PDR && err.rule_id == 1 &&
		       strstr(err.text, "beyond its first"),
	       "addresses that can't be checked are refused: %s", rc ? err.text : "taken");
}

/* ---- the end ---- */

static int rule_of_ours(const struct nl_rule *rule, void *user)
{
	return rule->priority >= 10599 && rule->priority <= 10603;
}

static int route_to_pool(const struct nl_route *route, void *user)
{
	return route->dst_len == (route->family ? 48 : 16);
}

static void nothing_left_check(struct bed *bed)
{
	static const char *const names[] = {"dp-ue", "dp-ue1", "dp-ue1-x", "dp-whole",
					    "dp-whole-x"};
	struct nl *nl = bed->node.nl;
	unsigned ifindex, left = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		left += nl_link_index(nl, names[i], &ifindex) != -ENODEV;
	tap_ok(!left && !nl_rule_list(nl, rule_of_ours, NULL) &&
		       !nl_rule6_list(nl, rule_of_ours, NULL) &&
		       !nl_route_list(nl, 107, route_to_pool, NULL) &&
		       !nl_route6_list(nl, 107, route_to_pool, NULL),
	       "no link, no rule and no route is left");
}

int main(int argc, char **argv)
{
	const struct dp_events events = {
		.path = on_path, .error_indication = on_error, .end_marker = on_end_marker};
	const char *backend = argc > 1 ? argv[1] : "ebpf";
	const struct dp_config config = networks_config(backend);
	struct bed bed;

	networks_make(&bed);
	refusals_check(&bed, backend);
	room_check(&bed, backend);
	bed_start(&bed, &config, &events);
	sessions_apply(&bed);
	ways_check(&bed);
	apart_check(&bed);
	errors_check(&bed);
	session_refusals_check(&bed);
	small_n6_check(&bed);
	outer_pieces_check(&bed);
	inner_pieces_check(&bed);
	buffer_check(&bed);
	control_check(&bed);
	netns_enter(&bed.node);
	dataplane_free(bed.dp);
	nothing_left_check(&bed);
	netns_free(&bed.node);
	netns_free(&bed.tester);
	return tap_end();
}
