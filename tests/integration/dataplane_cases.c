// SPDX-License-Identifier: Apache-2.0
/* Every packet case against a back end: dataplane_cases BACKEND */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/radio.h"
#include "tests/integration/packet_cases_outer6.h"

static uint8_t wanted[PACKET_MAX];

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

/* Is always forwarded */
static const struct packet_case *marker;

/* Nothing came out: the marker, sent afterwards, is the next to arrive, on every port */
static bool silence_check(struct bed *bed)
{
	const struct expect *e = bed->gtp ? &marker->gtp : &marker->ebpf;

	inject(bed, marker->in, &marker->packet);
	if (!frame_equal(&e->packet, e->port, receive(bed, e->port, WAIT_MS)))
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

/* The checksum is the whole answer's, not only what a device would have made of it: veth makes
 * nothing, so it is not looked at */
static bool answer6_check(struct bed *bed, const struct packet_case *c, const struct expect *e)
{
	size_t len = receive(bed, e->port, WAIT_MS);
	size_t want = packet_hex(e->packet.gtpu, wanted);
	struct in6_addr src = ip6(c->packet.outer_dst), dst = ip6(c->packet.outer_src);

	if (len == 62 + want && !memcmp(frame + 62, wanted, want) &&
	    !memcmp(frame + 22, &src, 16) && !memcmp(frame + 38, &dst, 16) &&
	    get16(frame + 54) == 2152 && get16(frame + 56) == e->packet.outer_port)
		return true;
	frame_note("got", frame, len);
	frame_note("want, from 62 on", wanted, want);
	return false;
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

/* Of ICMPv6, from @from to @to, whose header is at @ip: type, code, MTU or 0, and what is right of
 * its checksum; the packet that it is about is @about */
static bool icmp6_is(const uint8_t *ip, const struct expect *e, const char *from, const char *to,
		     const uint8_t *about)
{
	const struct in6_addr src = ip6(from), dst = ip6(to);
	const size_t size = get16(ip + 4);
	uint8_t pseudo[PACKET_MAX] = {0};

	memcpy(pseudo, ip + 8, 32);
	pseudo[34] = (uint8_t)(size >> 8);
	pseudo[35] = (uint8_t)size;
	pseudo[39] = 58;
	memcpy(pseudo + 40, ip + 40, size);
	return ip[6] == 58 && ip[40] == e->type && ip[41] == e->code && get16(ip + 46) == e->mtu &&
	       !packet_checksum(pseudo, 40 + size) && !memcmp(ip + 8, &src, 16) &&
	       !memcmp(ip + 24, &dst, 16) && !memcmp(ip + 48, about, 4) &&
	       !memcmp(ip + 48 + 8, about + 8, 32);
}

static bool icmp6_check(struct bed *bed, const struct packet_case *c, const struct expect *e)
{
	size_t len = receive(bed, e->port, WAIT_MS);

	packet_build_inner(&c->packet, wanted);
	if (len >= 14 + 40 + 8 + 40 && frame[12] == 0x86 &&
	    icmp6_is(frame + 14, e, UPF_N6_6, c->packet.src, wanted))
		return true;
	frame_note("got", frame, len);
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

/* Uplink that is too big or has come too far: the UPF tells the UE, inside the tunnel */
static bool inner_error_check(struct bed *bed, const struct packet_case *c, const struct expect *e)
{
	size_t len = receive(bed, PORT_N3, WAIT_MS);
	const uint8_t *inner = frame + 14 + 36 + (frame[14 + 28] & 4 ? 8 : 0);

	packet_build_inner(&c->packet, wanted);
	if (len > 14 + 44 + 40 + 8 && inner[0] >> 4 == 6 &&
	    icmp6_is(inner, e, UPF_N6_6, c->packet.src, wanted))
		return true;
	frame_note("got", frame, len);
	return false;
}

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
			return e->type ? inner_error_check(bed, c, e) : time_exceeded_check(bed);
		return frame_equal(&e->packet, e->port, receive(bed, e->port, WAIT_MS)) &&
		       all_drops_equal(before, bed, DP_DROP_MALFORMED, 0);
	case DROPPED:
		return dropped_check(bed, e->drop, before[e->drop]) &&
		       all_drops_equal(before, bed, e->drop, 1);
	case ANSWERED:
		return (strchr(c->packet.outer_src, ':') ? answer6_check : answer_check)(bed, c,
											 e) &&
		       all_drops_equal(before, bed, e->drop, e->counted);
	case ICMP_ERROR:
		return strchr(c->packet.src, ':') ? icmp6_check(bed, c, e) : icmp_check(bed, c, e);
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

/* Tunnels in, tunnels out; a PDR for each way, and one that marks nothing */
static void n9_session(struct bed *bed, uint64_t id)
{
	struct dp_session s = upf_session(bed, id, UE, TEID_N9, 0);

	s.pdr_count = 3;
	s.pdr[0].mark.qfi = 7;
	s.pdr[1] = s.pdr[2] = s.pdr[0];
	s.pdr[1].id = 2;
	s.pdr[1].teid = TEID_N9_DOWN;
	s.pdr[1].direction = DP_DOWNLINK;
	s.pdr[1].mark.qfi = 5;
	s.pdr[1].far = 1;
	s.pdr[2].id = 3;
	s.pdr[2].teid = TEID_N9_BARE;
	s.pdr[2].mark.qfi = 0;
	s.far[0].to = tunnel(UPF2_N3, TEID_UPF2);
	s.far[1].to = tunnel(GNB_N3, TEID_GNB_N9);
	apply(bed, &s);
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
	s.pdr[0].qfis = 1ull << 9;
	apply(bed, &s);
	s = upf_session(bed, 4, UE_CLOSED, TEID_UPF_CLOSED, 0x2003);
	s.far[0].action = s.far[1].action = DP_DROP;
	apply(bed, &s);
	n9_session(bed, 5);
	s = upf_session(bed, 6, UE_SHUT, TEID_UPF_SHUT, 0x2006);
	s.qer_count = s.pdr[0].qer_count = s.pdr[1].qer_count = 1;
	s.qer[0] = (struct dp_qer){.id = 1, DP_QER_OPEN};
	s.qer[0].closed[DP_UPLINK] = s.qer[0].closed[DP_DOWNLINK] = true;
	apply(bed, &s);
}

/* Router solicitations of the first go to who answers them */
static void sessions_ip6(struct bed *bed)
{
	static const struct {
		const char *prefix;
		unsigned len;
		uint16_t mtu;
	} ues[] = {{"2001:db8:60:2::", 64, 0},
		   {UE6_WHOLE, 128, 0},
		   {"2001:db8:60:100::", 56, 1300},
		   {"2001:db8:60:4::", 64, 1000}};
	const struct in6_addr all_routers = ip6("ff02::2");

	for (unsigned i = 0; i < sizeof(ues) / sizeof(ues[0]); i++) {
		struct dp_session s =
			upf_session(bed, 10 + i, UE_BOTH, TEID_UPF6 + i, TEID_GNB6 + i);

		s.mtu = ues[i].mtu;
		s.ue[i ? 0 : s.ue_count++] = prefix(ues[i].prefix, ues[i].len);
		s.pdr[0].ue = s.pdr[1].ue = (1u << s.ue_count) - 1;
		if (i == 0) {
			s.filter[0] = (struct ipfilter_packed){
				.dst_bits = 128,
				.protocol = 58,
				.flags = IPFILTER_PACKED_IP6 | IPFILTER_PACKED_UPLINK |
					 IPFILTER_PACKED_PROTOCOL | IPFILTER_PACKED_SRC_ASSIGNED};
			memcpy(s.filter[0].dst, &all_routers, 16);
			s.pdr[2] = s.pdr[0];
			s.pdr[2].id = 3;
			s.pdr[2].precedence = 1;
			s.pdr[2].far = 2;
			s.pdr[2].filter_count = s.filter_count = 1;
			s.far[2] = (struct dp_far){
				.id = 3, .action = DP_FORWARD, .to = tunnel(UPF2_N3, TEID_CP)};
			s.pdr_count = s.far_count = 3;
		}
		apply(bed, &s);
	}
}

/* Whose gNB, or next UPF, has IPv6; the second is marked and has no QFI */
static void sessions_outer6(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 20, UE_O, TEID_UPF_O6, 0);

	s.ue[s.ue_count++] = prefix("2001:db8:60:6::", 64);
	s.pdr[0].ue = s.pdr[1].ue = 3;
	s.far[1].to = tunnel(GNB_N3_6, TEID_GNB_O6);
	apply(bed, &s);
	s = upf_session(bed, 21, UE_O_MARKED, TEID_UPF_O6 + 1, 0);
	s.far[1].to = tunnel(GNB_N3_6, TEID_GNB_O6 + 1);
	s.far[1].to.set_tos = true;
	s.far[1].to.tos = 0xbb;
	s.far[1].to.tos_mask = 0xfc;
	s.pdr[1].mark.qfi = 0;
	apply(bed, &s);
	for (unsigned i = 0; i < 2; i++) {
		s = upf_session(bed, 22 + i, UE, TEID_N9_O6 + i, 0);
		s.pdr_count = s.far_count = 1;
		s.pdr[0].ue = 0;
		s.far[0].to = tunnel(i ? UPF2_N3 : UPF2_N3_6, 0x5022 + i);
		apply(bed, &s);
	}
}

static void counters_check(struct bed *bed)
{
	struct dp_counters before, after;
	int rc = dataplane_session_counters(bed->dp, 1, &before);

	inject(bed, PORT_N3, &upf_cases[0].packet);
	receive(bed, PORT_N6, WAIT_MS);
	rc = rc ? rc : dataplane_session_counters(bed->dp, 1, &after);
	tap_ok(!rc && after.uplink_packets == before.uplink_packets + 1 &&
		       after.uplink_bytes == before.uplink_bytes + 100 &&
		       after.downlink_packets == before.downlink_packets,
	       "counters: one uplink packet of 100 octets more");
}

/* Downlink, too big and without DF: cut in pieces, each in the tunnel */
static void fragments_check(struct bed *bed)
{
	const struct packet packet = {.form = PACKET_PLAIN, .src = SERVER, .dst = UE, .size = 1480};
	size_t payload = 0, pieces = 0, len;
	const unsigned header = bed->gtp ? 36 : 44;

	inject(bed, PORT_N6, &packet);
	while (payload < 1460 && (len = receive(bed, PORT_N3, WAIT_MS))) {
		const uint8_t *inner = frame + 14 + header;

		if ((get16(inner + 6) & 0x1fff) * 8 != payload ||
		    len != 14 + header + get16(inner + 2))
			break;
		payload += get16(inner + 2) - 20;
		pieces++;
	}
	tap_ok(payload == 1460 && pieces == 2, "UPF: downlink, too big without DF: %zu pieces",
	       pieces);
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

static void upf_run(const char *backend)
{
	struct bed bed;

	upf_start(&bed, backend, NULL);
	upf_sessions(&bed);
	marker = &upf_cases[0];
	cases_run(&bed, "UPF", upf_cases, sizeof(upf_cases) / sizeof(upf_cases[0]));
	if (!bed.gtp) {
		sessions_ip6(&bed);
		cases_run(&bed, "UPF, IPv6", upf_cases_ip6,
			  sizeof(upf_cases_ip6) / sizeof(upf_cases_ip6[0]));
		sessions_outer6(&bed);
		cases_run(&bed, "UPF, over IPv6", upf_cases_outer6,
			  sizeof(upf_cases_outer6) / sizeof(upf_cases_outer6[0]));
	}
	counters_check(&bed);
	fragments_check(&bed);
	bed_free(&bed);
}

static void gnb_run(const char *backend)
{
	struct bed bed;
	struct dp_session session;

	gnb_start(&bed, backend, NULL);
	session = gnb_session(&bed);
	apply(&bed, &session);
	marker = &gnb_cases[0];
	cases_run(&bed, "gNB", gnb_cases, sizeof(gnb_cases) / sizeof(gnb_cases[0]));
	unknown_bearer_check(&bed);
	radio_control_check(&bed);
	if (!bed.gtp) {
		session.ue[session.ue_count++] = prefix("2001:db8:60:2::", 64);
		session.pdr[0].ue = 3;
		session.far[0].to = tunnel(UPF_N3_6, TEID_UPF);
		apply(&bed, &session);
		marker = &gnb_cases_outer6[0];
		cases_run(&bed, "gNB, over IPv6", gnb_cases_outer6,
			  sizeof(gnb_cases_outer6) / sizeof(gnb_cases_outer6[0]));
	}
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
