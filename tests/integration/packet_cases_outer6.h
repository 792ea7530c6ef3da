/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet cases with GTP-U over IPv6, beside IPv4 on the same device: what goes in, and what must come out, octet by
 * octet, each checksum reckoned from all octets of the packet.
 *
 *   tester 2001:db8:101::1 -- n3 -- 2001:db8:101::2 UPF -- n6 -- tester
 */
#ifndef BATON_TESTS_PACKET_CASES_OUTER6_H
#define BATON_TESTS_PACKET_CASES_OUTER6_H

#include "tests/integration/packet_cases_ip6.h"

#define UP_O(...) .form = PACKET_TUNNEL, .outer_src = GNB_N3_6, .outer_dst = UPF_N3_6, .teid = TEID_UPF_O6, .src = UE_O, .dst = SERVER, __VA_ARGS__
#define UP_O6(...) UP_O(.src = UE6_O, .dst = SERVER6, __VA_ARGS__)
#define TO_N6_O(...) {.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, .src = UE_O, .dst = SERVER, .ttl = 63, __VA_ARGS__}}
#define TO_N6_O6(...) TO_N6_O(.src = UE6_O, .dst = SERVER6, __VA_ARGS__)
#define DOWN_O(...) .form = PACKET_PLAIN, .src = SERVER, .dst = UE_O, __VA_ARGS__
#define DOWN_O6(...) .form = PACKET_PLAIN, .src = SERVER6, .dst = UE6_O, __VA_ARGS__
#define TO_N3_O(...) {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3_6, .outer_dst = GNB_N3_6, .teid = TEID_GNB_O6, .outer_flow = TEID_GNB_O6, .psc = PSC_DL, .qfi = 9, .src = SERVER, .dst = UE_O, .ttl = 63, __VA_ARGS__}}
#define TO_N3_O6(...) TO_N3_O(.src = SERVER6, .dst = UE6_O, __VA_ARGS__)

/* An Echo Request to UE_O */
#define ICMP_DOWN(ttl, check) "4500002500004000" ttl "01" check "0a4600010a3c0301" "08004a351234000161626364656667680a"

static const struct packet_case upf_cases_outer6[] = {
	/* uplink */
	{"uplink, IPv4", PORT_N3, {UP_O()}, .ebpf = TO_N6_O()},
	{"uplink, IPv4, container", PORT_N3, {UP_O(.psc = PSC_UL, .qfi = 9)}, .ebpf = TO_N6_O()},
	{"uplink, IPv4, smallest", PORT_N3, {UP_O(.size = 20)}, .ebpf = TO_N6_O(.size = 20)},
	{"uplink, IPv4, 39 octets", PORT_N3, {UP_O(.size = 39)}, .ebpf = TO_N6_O(.size = 39)},
	{"uplink, IPv4, octets behind it are cut off", PORT_N3, {UP_O(.length = -20)}, .ebpf = TO_N6_O(.length = -20, .trimmed = true)},
	{"uplink, IPv6", PORT_N3, {UP_O6()}, .ebpf = TO_N6_O6()},
	{"uplink, IPv6, another source port and a flow label", PORT_N3, {UP_O6(.outer_port = 40000, .outer_flow = 0x12345)}, .ebpf = TO_N6_O6()},
	{"uplink, IPv6, full size", PORT_N3, {UP_O6(.size = 1436)}, .ebpf = TO_N6_O6(.size = 1436)},
	{"uplink, the same tunnel by the IPv4 address", PORT_N3, {UP(UE_TO_SERVER, .src = UE_O, .teid = TEID_UPF_O6)}, .ebpf = TO_N6_O()},
	{"uplink, a tunnel of IPv4's by the IPv6 address", PORT_N3, {UP_O(.src = UE, .teid = TEID_UPF)}, .ebpf = TO_N6()},
	{"uplink, spoofed", PORT_N3, {UP_O(.src = UE)}, .ebpf = DROP(SPOOFED)},
	{"uplink, no UDP checksum", PORT_N3, {UP_O(.outer_no_sum = true)}, .ebpf = DROP(MALFORMED)},
	{"uplink, UDP length over the end", PORT_N3, {UP_O(.udp_length = 1)}, .ebpf = DROP(MALFORMED)},
	{"unknown TEID", PORT_N3, {UP_O(.teid = TEID_UNKNOWN)},
	 .ebpf = {.outcome = ANSWERED, .port = PORT_N3, .counted = true, .drop = DP_DROP_UNKNOWN_TEID,
		  .packet = {.gtpu = "361a0020 00000000 00000040 01086800 1000000999 85001020010db8010100000000000000000002", .outer_port = 2152}}},
	{"Echo Request", PORT_N3, {UP_O(.gtpu = "32010004 00000000 abcd0000", .outer_port = 5000)},
	 .ebpf = {.outcome = ANSWERED, .port = PORT_N3, .packet = {.gtpu = "32020006 00000000 abcd0000 0e00", .outer_port = 5000}}},
	{"extension header that must be understood", PORT_N3, {UP_O(.gtpu = "34ff0000 00001020 000000c0 01123400+")},
	 .ebpf = {.outcome = ANSWERED, .port = PORT_N3, .counted = true, .drop = DP_DROP_MALFORMED, .packet = {.gtpu = "321f0007 00000000 00000000 8d0185", .outer_port = 2152}}},
	{"End Marker", PORT_N3, {UP_O(.gtpu = "30fe0000 00001020")}, .ebpf = {.outcome = IGNORED}},
	/* downlink: the checksum from the inner one */
	{"downlink, UDP", PORT_N6, {DOWN_O()}, .ebpf = TO_N3_O()},
	{"downlink, UDP, odd length", PORT_N6, {DOWN_O(.size = 101)}, .ebpf = TO_N3_O(.size = 101)},
	{"downlink, full size", PORT_N6, {DOWN_O(.size = 1436, .df = true)}, .ebpf = TO_N3_O(.size = 1436, .df = true)},
	{"downlink, type of service", PORT_N6, {DOWN_O(.tos = 0xb8)}, .ebpf = TO_N3_O(.tos = 0xb8)},
	{"downlink, ICMP", PORT_N6, {DOWN_O(.inner = ICMP_DOWN("40", "2355"))}, .ebpf = TO_N3_O(.inner = ICMP_DOWN("3f", "2455"))},
	{"downlink, IPv6", PORT_N6, {DOWN_O6()}, .ebpf = TO_N3_O6()},
	{"downlink, IPv6, traffic class, odd length", PORT_N6, {DOWN_O6(.tos = 0x12, .size = 1435)}, .ebpf = TO_N3_O6(.tos = 0x12, .size = 1435)},
	/* and where that says nothing */
	{"downlink, UDP without a checksum", PORT_N6, {DOWN_O(.no_sum = true)}, .ebpf = TO_N3_O(.no_sum = true)},
	{"downlink, full size, without a checksum", PORT_N6, {DOWN_O(.no_sum = true, .size = 1436)}, .ebpf = TO_N3_O(.no_sum = true, .size = 1436)},
	{"downlink, odd length, without a checksum", PORT_N6, {DOWN_O(.no_sum = true, .size = 1435)}, .ebpf = TO_N3_O(.no_sum = true, .size = 1435)},
	{"downlink, 257 octets, without a checksum", PORT_N6, {DOWN_O(.no_sum = true, .size = 257)}, .ebpf = TO_N3_O(.no_sum = true, .size = 257)},
	{"downlink, a header alone", PORT_N6, {DOWN_O(.size = 20)}, .ebpf = TO_N3_O(.size = 20)},
	{"downlink, IPv6, fragment", PORT_N6, {DOWN_O6(.headers = PIECE("11", "0100"), .next = 44, .size = 999)}, .ebpf = TO_N3_O6(.headers = PIECE("11", "0100"), .next = 44, .size = 999)},
	{"downlink, IPv6, options", PORT_N6, {DOWN_O6(.headers = OPTIONS("11"), .next = 0)}, .ebpf = TO_N3_O6(.headers = OPTIONS("11"), .next = 0)},
	{"downlink, IPv6, another protocol", PORT_N6, {DOWN_O6(.next = 50, .protocol_only = true)}, .ebpf = TO_N3_O6(.next = 50, .protocol_only = true)},
	{"downlink, IPv6, nothing inside", PORT_N6, {DOWN_O6(.next = 59, .protocol_only = true, .size = 40)}, .ebpf = TO_N3_O6(.next = 59, .protocol_only = true, .size = 40)},
	/* marked, without a container; too big */
	{"downlink, marked", PORT_N6, {DOWN_O(.dst = UE_O_MARKED)}, .ebpf = TO_N3_O(.dst = UE_O_MARKED, .teid = TEID_GNB_O6 + 1, .outer_flow = TEID_GNB_O6 + 1, .outer_tos = 0xb8, .psc = 0)},
	{"downlink, marked, without a checksum", PORT_N6, {DOWN_O(.dst = UE_O_MARKED, .no_sum = true)},
	 .ebpf = TO_N3_O(.dst = UE_O_MARKED, .teid = TEID_GNB_O6 + 1, .outer_flow = TEID_GNB_O6 + 1, .outer_tos = 0xb8, .psc = 0, .no_sum = true)},
	{"downlink, one octet too big", PORT_N6, {DOWN_O(.size = 1437, .df = true)}, .ebpf = {.outcome = ICMP_ERROR, .port = PORT_N6, .type = 3, .code = 4, .mtu = 1436}},
	{"downlink, IPv6, one octet too big", PORT_N6, {DOWN_O6(.size = 1437)}, .ebpf = TOO_BIG6(1436)},
	/* from tunnel to tunnel */
	{"N9, IPv4 to IPv6", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9_O6)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3_6, .outer_dst = UPF2_N3_6, .teid = 0x5022, .outer_flow = 0x5022, UE_TO_SERVER}}},
	{"N9, IPv6 to IPv6, no checksum inside", PORT_N3, {UP_O(UE_TO_SERVER, .teid = TEID_N9_O6, .no_sum = true)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3_6, .outer_dst = UPF2_N3_6, .teid = 0x5022, .outer_flow = 0x5022, UE_TO_SERVER, .no_sum = true}}},
	{"N9, IPv6 to IPv4", PORT_N3, {UP_O6(.teid = TEID_N9_O6 + 1)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3, .outer_dst = UPF2_N3, .teid = 0x5023, .src = UE6_O, .dst = SERVER6}}},
	{"UE to UE, IPv4 to IPv6", PORT_N3, {UP(.src = UE, .dst = UE_O)}, .ebpf = TO_N3_O(.src = UE)},
	{"UE to UE, IPv6 to IPv4", PORT_N3, {UP_O(.dst = UE)}, .ebpf = TO_N3(.src = UE_O, .psc = PSC_DL, .qfi = 9)},
	{"UE to UE, IPv6 to IPv6", PORT_N3, {UP_O6(.dst = UE6)}, .ebpf = TO_N3_6(.src = UE6_O)},
};

static const struct packet_case gnb_cases_outer6[] = {
	{"uplink", PORT_RADIO, {GNB_UP()},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = GNB_N3_6, .outer_dst = UPF_N3_6, .teid = TEID_UPF, .outer_flow = TEID_UPF, UE_TO_SERVER, .psc = PSC_UL, .qfi = 9}}},
	{"uplink, IPv6", PORT_RADIO, {.form = PACKET_PLAIN, .src = UE6, .dst = SERVER6},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = GNB_N3_6, .outer_dst = UPF_N3_6, .teid = TEID_UPF, .outer_flow = TEID_UPF, .src = UE6, .dst = SERVER6, .psc = PSC_UL, .qfi = 9}}},
	{"uplink, spoofed", PORT_RADIO, {.form = PACKET_PLAIN, .src = UE6_WHOLE, .dst = SERVER6}, .ebpf = DROP(SPOOFED)},
	{"uplink, too big", PORT_RADIO, {GNB_UP(.size = 1437, .df = true)}, .ebpf = DROP(TOO_BIG)},
	{"downlink", PORT_N3, {.form = PACKET_TUNNEL, .outer_src = UPF_N3_6, .outer_dst = GNB_N3_6, .teid = TEID_GNB, .src = SERVER, .dst = UE, .psc = PSC_DL, .qfi = 9}, .ebpf = GNB_TO_RADIO()},
	{"downlink, IPv6", PORT_N3, {.form = PACKET_TUNNEL, .outer_src = UPF_N3_6, .outer_dst = GNB_N3_6, .teid = TEID_GNB, .src = SERVER6, .dst = UE6}, .ebpf = GNB_TO_RADIO(.src = SERVER6, .dst = UE6)},
};

#endif
