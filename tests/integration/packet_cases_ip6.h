/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet cases with IPv6 inside, for back ends that carry it: what goes in, and what must come out, octet by octet.
 *
 *   tester 2001:db8:101::1 -- n3 -- UPF 2001:db8:110::1 -- n6 -- tester 2001:db8:110::2     UE pool 2001:db8:60::/48
 */
#ifndef BATON_TESTS_PACKET_CASES_IP6_H
#define BATON_TESTS_PACKET_CASES_IP6_H

#include "tests/integration/packet_cases.h"

#define UP6(...) .form = PACKET_TUNNEL, .outer_src = GNB_N3, .outer_dst = UPF_N3, .teid = TEID_UPF6, .src = UE6, .dst = SERVER6, __VA_ARGS__
#define DOWN6(...) .form = PACKET_PLAIN, .src = SERVER6, .dst = UE6, __VA_ARGS__
#define TO_N6_6(...) {.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, .src = UE6, .dst = SERVER6, .ttl = 63, __VA_ARGS__}}
#define TO_N3_6(...) {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3, .outer_dst = GNB_N3, .teid = TEID_GNB6, .psc = PSC_DL, .qfi = 9, .src = SERVER6, .dst = UE6, .ttl = 63, __VA_ARGS__}}
#define TOO_BIG6(limit) {.outcome = ICMP_ERROR, .port = PORT_N6, .type = 2, .code = 0, .mtu = limit}
/* Pad to 8 octets with next header @next */
#define OPTIONS(next) next "00010400000000"
/* A fragment header: @next, offset and flags in hex */
#define PIECE(next, at) next "00" at "00001234"

static const struct packet_case upf_cases_ip6[] = {
	/* uplink */
	{"uplink", PORT_N3, {UP6()}, .ebpf = TO_N6_6()},
	{"uplink, PDU session container", PORT_N3, {UP6(.psc = PSC_UL, .qfi = 9)}, .ebpf = TO_N6_6()},
	{"uplink, another address of the prefix", PORT_N3, {UP6(.src = "2001:db8:60:2:ffff:ffff:ffff:ffff")},
	 .ebpf = TO_N6_6(.src = "2001:db8:60:2:ffff:ffff:ffff:ffff")},
	{"uplink, traffic class kept", PORT_N3, {UP6(.tos = 0xb8)}, .ebpf = TO_N6_6(.tos = 0xb8)},
	{"uplink, full size", PORT_N3, {UP6(.size = 1456)}, .ebpf = TO_N6_6(.size = 1456)},
	{"uplink, payload length 0 and no next header", PORT_N3, {UP6(.size = 40, .next = 59, .protocol_only = true)},
	 .ebpf = TO_N6_6(.size = 40, .next = 59, .protocol_only = true)},
	{"uplink, payload length 0 with octets behind it: they are cut off", PORT_N3, {UP6(.length = -60, .next = 59, .protocol_only = true)},
	 .ebpf = TO_N6_6(.length = -60, .trimmed = true, .next = 59, .protocol_only = true)},
	{"uplink, hop-by-hop and destination options", PORT_N3, {UP6(.headers = OPTIONS("3c") OPTIONS("11"), .next = 0)},
	 .ebpf = TO_N6_6(.headers = OPTIONS("3c") OPTIONS("11"), .next = 0)},
	{"uplink, eight extension headers", PORT_N3,
	 {UP6(.headers = OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("11"), .next = 60, .size = 200)},
	 .ebpf = TO_N6_6(.headers = OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("11"), .next = 60, .size = 200)},
	{"uplink, nine extension headers", PORT_N3,
	 {UP6(.headers = OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("11"), .next = 60, .size = 200)},
	 .ebpf = DROP(MALFORMED)},
	{"uplink, first fragment", PORT_N3, {UP6(.headers = PIECE("11", "0001"), .next = 44)}, .ebpf = TO_N6_6(.headers = PIECE("11", "0001"), .next = 44)},
	{"uplink, last fragment", PORT_N3, {UP6(.headers = PIECE("11", "0100"), .next = 44)}, .ebpf = TO_N6_6(.headers = PIECE("11", "0100"), .next = 44)},
	{"uplink, fragment that begins in the transport header", PORT_N3, {UP6(.headers = PIECE("11", "0008"), .next = 44)}, .ebpf = DROP(MALFORMED)},
	{"uplink, from a whole address", PORT_N3, {UP6(.src = UE6_WHOLE, .teid = TEID_UPF6 + 1)}, .ebpf = TO_N6_6(.src = UE6_WHOLE)},
	{"uplink, from a short prefix", PORT_N3, {UP6(.src = UE6_SHORT, .teid = TEID_UPF6 + 2)}, .ebpf = TO_N6_6(.src = UE6_SHORT)},
	{"uplink, the same session's IPv4", PORT_N3, {UP(.src = UE_BOTH, .dst = SERVER, .teid = TEID_UPF6)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, .src = UE_BOTH, .dst = SERVER, .ttl = 63}}},
	{"uplink, hop limit at its end", PORT_N3, {UP6(.ttl = 1)}, .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .type = 3, .packet = {.form = PACKET_NONE}}},
	/* refused uplink */
	{"spoofed: another prefix of the pool", PORT_N3, {UP6(.src = "2001:db8:60:5::2")}, .ebpf = DROP(SPOOFED)},
	{"spoofed: another address beside a whole one", PORT_N3, {UP6(.src = "2001:db8:60:3::6", .teid = TEID_UPF6 + 1)}, .ebpf = DROP(SPOOFED)},
	{"spoofed: just behind a short prefix", PORT_N3, {UP6(.src = "2001:db8:60:200::1", .teid = TEID_UPF6 + 2)}, .ebpf = DROP(SPOOFED)},
	{"spoofed: IPv6 of a session with IPv4", PORT_N3, {UP6(.teid = TEID_UPF)}, .ebpf = DROP(SPOOFED)},
	{"spoofed: link-local of a session with IPv4", PORT_N3, {UP6(.teid = TEID_UPF, .src = "fe80::1")}, .ebpf = DROP(SPOOFED)},
	{"protected: N3", PORT_N3, {UP6(.dst = GNB_N3_6)}, .ebpf = DROP(PROTECTED)},
	{"protected: management", PORT_N3, {UP6(.dst = "2001:db8:192::1")}, .ebpf = DROP(PROTECTED)},
	{"the UPF's own N6 address", PORT_N3, {UP6(.dst = UPF_N6_6)}, .ebpf = DROP(NO_ROUTE)},
	{"link-local source", PORT_N3, {UP6(.src = "fe80::1")}, .ebpf = DROP(NO_ROUTE)},
	{"unspecified source", PORT_N3, {UP6(.src = "::")}, .ebpf = DROP(NO_ROUTE)},
	{"link-local destination", PORT_N3, {UP6(.dst = "fe80::1")}, .ebpf = DROP(NO_ROUTE)},
	{"multicast", PORT_N3, {UP6(.dst = "ff0e::1")}, .ebpf = DROP(NO_ROUTE)},
	{"router solicitation that no PDR catches", PORT_N3, {UP6(.src = "fe80::1", .dst = "ff02::2", .next = 58, .protocol_only = true, .ttl = 255, .teid = TEID_UPF6 + 3)},
	 .ebpf = DROP(NO_ROUTE)},
	{"router solicitation to who answers it", PORT_N3, {UP6(.src = "fe80::1", .dst = "ff02::2", .next = 58, .protocol_only = true, .ttl = 255)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3, .outer_dst = UPF2_N3, .teid = TEID_CP, .src = "fe80::1", .dst = "ff02::2", .next = 58, .protocol_only = true, .ttl = 255}}},
	/* of IPv4 the same */
	{"IPv4 multicast", PORT_N3, {UP(.src = UE, .dst = "239.1.1.1")}, .ebpf = DROP(NO_ROUTE)},
	{"IPv4 broadcast", PORT_N3, {UP(.src = UE, .dst = "255.255.255.255")}, .ebpf = DROP(NO_ROUTE)},
	/* malformed */
	{"header cut short", PORT_N3, {UP(.teid = TEID_UPF6, .inner = "600000000000113f20010db8006000020000000000000002")}, .ebpf = DROP(MALFORMED)},
	{"payload length over the end", PORT_N3, {UP6(.length = 1)}, .ebpf = DROP(MALFORMED)},
	{"extension header over the end", PORT_N3, {UP6(.headers = "11ff010400000000", .next = 0)}, .ebpf = DROP(MALFORMED)},
	{"extension header cut short", PORT_N3, {UP6(.headers = OPTIONS("3c"), .next = 0, .size = 52)}, .ebpf = DROP(MALFORMED)},
	{"no version at all", PORT_N3, {UP(.teid = TEID_UPF6, .inner = "50000000000011402001")}, .ebpf = DROP(MALFORMED)},
	/* downlink */
	{"downlink", PORT_N6, {DOWN6()}, .ebpf = TO_N3_6()},
	{"downlink, traffic class", PORT_N6, {DOWN6(.tos = 0xb8)}, .ebpf = TO_N3_6(.tos = 0xb8)},
	{"downlink, full size", PORT_N6, {DOWN6(.size = 1456)}, .ebpf = TO_N3_6(.size = 1456)},
	{"downlink, extension headers", PORT_N6, {DOWN6(.headers = OPTIONS("3c") OPTIONS("11"), .next = 0)}, .ebpf = TO_N3_6(.headers = OPTIONS("3c") OPTIONS("11"), .next = 0)},
	{"downlink, last fragment", PORT_N6, {DOWN6(.headers = PIECE("11", "0100"), .next = 44)}, .ebpf = TO_N3_6(.headers = PIECE("11", "0100"), .next = 44)},
	{"downlink, to a whole address", PORT_N6, {DOWN6(.dst = UE6_WHOLE)}, .ebpf = TO_N3_6(.dst = UE6_WHOLE, .teid = TEID_GNB6 + 1)},
	{"downlink, to a short prefix", PORT_N6, {DOWN6(.dst = UE6_SHORT)}, .ebpf = TO_N3_6(.dst = UE6_SHORT, .teid = TEID_GNB6 + 2)},
	{"downlink, the same session's IPv4", PORT_N6, {DOWN(.dst = UE_BOTH)}, .ebpf = TO_N3(.dst = UE_BOTH, .teid = TEID_GNB6, .psc = PSC_DL, .qfi = 9)},
	{"downlink, one octet too big", PORT_N6, {DOWN6(.size = 1457)}, .ebpf = TOO_BIG6(1456)},
	{"downlink, too big for a session's own MTU", PORT_N6, {DOWN6(.dst = UE6_SHORT, .size = 1301)}, .ebpf = TOO_BIG6(1300)},
	{"downlink, as big as a session's own MTU", PORT_N6, {DOWN6(.dst = UE6_SHORT, .size = 1300)}, .ebpf = TO_N3_6(.dst = UE6_SHORT, .teid = TEID_GNB6 + 2, .size = 1300)},
	{"downlink, an MTU under IPv6's least: that holds", PORT_N6, {DOWN6(.dst = UE6_NARROW, .size = 1280)}, .ebpf = TO_N3_6(.dst = UE6_NARROW, .teid = TEID_GNB6 + 3, .size = 1280)},
	{"downlink, too big for it", PORT_N6, {DOWN6(.dst = UE6_NARROW, .size = 1281)}, .ebpf = TOO_BIG6(1280)},
	{"downlink, hop limit at its end", PORT_N6, {DOWN6(.ttl = 1)}, .ebpf = {.outcome = ICMP_ERROR, .port = PORT_N6, .type = 3}},
	{"downlink, no session", PORT_N6, {DOWN6(.dst = "2001:db8:60:99::1")}, .ebpf = DROP(UNKNOWN_UE)},
	{"downlink, from a link-local address", PORT_N6, {DOWN6(.src = "fe80::2")}, .ebpf = {.outcome = ICMP_ERROR, .port = PORT_N6, .type = 1, .code = 2 /* beyond scope of source address */}},
	{"downlink, malformed: the stack's", PORT_N6, {DOWN6(.length = 1)}, .ebpf = {.outcome = IGNORED}},
	/* from tunnel to tunnel */
	{"UE to UE", PORT_N3, {UP6(.dst = UE6_WHOLE)}, .ebpf = TO_N3_6(.src = UE6, .dst = UE6_WHOLE, .teid = TEID_GNB6 + 1)},
};

#endif
