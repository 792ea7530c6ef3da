/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One list of packet cases for all back ends: what goes in, and what must come out of each, octet by octet.
 *
 *   tester 10.101.1.1 -- n3 -- 10.101.2.1 UPF 10.110.1.1 -- n6 -- tester 10.110.1.2     UE pool 10.60.0.0/16
 *   tester 10.101.2.1 -- n3 -- 10.101.1.1 gNB ------------- radio -- tester (bearers)
 *
 * The back ends differ where the kernel's gtp driver has ways of its own: it copies the type of service to the
 * outer header, leaves DF off there, has a UDP checksum (unfinished on a virtual link), and neither sends a PDU session container nor (6.1) takes one.
 */
#ifndef BATON_TESTS_PACKET_CASES_H
#define BATON_TESTS_PACKET_CASES_H

#include "tests/integration/dataplane_bed.h"

enum outcome {
	FORWARDED, /* out of @port, this very frame (identification aside) */
	DROPPED,   /* counted under @drop */
	ANSWERED,  /* a UDP answer comes back: addresses, destination port and payload (hex in packet.gtpu) */
	ICMP_ERROR, /* ICMP of @type, @code, @mtu about the packet comes back */
	IGNORED,   /* nothing comes out, no drop is counted */
	NOT_HERE,  /* the back end has no such thing; the row says why */
};

struct expect {
	enum outcome outcome;
	enum port port;
	enum dp_drop drop;
	bool counted; /* ANSWERED: under @drop as well */
	unsigned type, code, mtu;
	struct packet packet;
};

struct packet_case {
	const char *name;
	enum port in;
	struct packet packet;
	struct expect ebpf, gtp;
};

/* a row starts from the usual packet and overrides what it is about */
#pragma GCC diagnostic ignored "-Woverride-init"

#define UP(...) .form = PACKET_TUNNEL, .outer_src = GNB_N3, .outer_dst = UPF_N3, .teid = TEID_UPF, __VA_ARGS__
#define UE_TO_SERVER .src = UE, .dst = SERVER
#define DOWN(...) .form = PACKET_PLAIN, .src = SERVER, .dst = UE, __VA_ARGS__
#define TO_N6(...) {.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, UE_TO_SERVER, .ttl = 63, __VA_ARGS__}}
#define TO_N3(...) {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3, .outer_dst = GNB_N3, .teid = TEID_GNB, .src = SERVER, .dst = UE, .ttl = 63, __VA_ARGS__}}
#define FROM_UPF2(...) .form = PACKET_TUNNEL, .outer_src = UPF2_N3, .outer_dst = UPF_N3, .teid = TEID_N9_DOWN, .src = SERVER, .dst = UE, __VA_ARGS__
#define TO_UPF2(...) {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = UPF_N3, .outer_dst = UPF2_N3, .teid = TEID_UPF2, UE_TO_SERVER, __VA_ARGS__}}
#define DRIVER .outer_no_df = true, .outer_unfinished = true
#define DROP(reason) {.outcome = DROPPED, .drop = DP_DROP_##reason}
#define BOTH(...) .ebpf = __VA_ARGS__, .gtp = __VA_ARGS__

static const struct packet_case upf_cases[] = {
	/* uplink */
	{"uplink, no options", PORT_N3, {UP(UE_TO_SERVER)}, BOTH(TO_N6())},
	{"uplink, another source port", PORT_N3, {UP(UE_TO_SERVER, .outer_port = 40000)}, BOTH(TO_N6())},
	{"uplink, sequence number", PORT_N3, {UP(UE_TO_SERVER, .sequence = true)}, BOTH(TO_N6())},
	{"uplink, PDU session container", PORT_N3, {UP(UE_TO_SERVER, .psc = PSC_UL, .qfi = 9)},
	 .ebpf = TO_N6(), .gtp = {.outcome = NOT_HERE /* 6.1 hands it to the socket, 6.12 doesn't */}},
	{"uplink, sequence number and container", PORT_N3, {UP(UE_TO_SERVER, .psc = PSC_UL, .qfi = 9, .sequence = true)},
	 .ebpf = TO_N6(), .gtp = {.outcome = NOT_HERE}},
	{"uplink, chain of three extension headers", PORT_N3,
	 {UP(UE_TO_SERVER, .gtpu = "34ff0000 00001001 00000085 01100940 01086840 0201020304050600+")},
	 .ebpf = TO_N6(), .gtp = {.outcome = NOT_HERE}},
	{"uplink, long container", PORT_N3,
	 {UP(UE_TO_SERVER, .gtpu = "34ff0000 00001001 00000085 0310090000000000 00000000+")},
	 .ebpf = TO_N6(), .gtp = {.outcome = NOT_HERE}},
	{"uplink, PN without E: the type octet means nothing", PORT_N3,
	 {UP(UE_TO_SERVER, .gtpu = "31ff0000 00001001 00000085+")}, BOTH(TO_N6())},
	{"uplink, type of service kept", PORT_N3, {UP(UE_TO_SERVER, .tos = 0xb8)}, BOTH(TO_N6(.tos = 0xb8))},
	{"uplink, full size", PORT_N3, {UP(UE_TO_SERVER, .size = 1456, .df = true)}, BOTH(TO_N6(.size = 1456, .df = true))},
	{"uplink, smallest", PORT_N3, {UP(UE_TO_SERVER, .size = 20)}, BOTH(TO_N6(.size = 20))},
	{"uplink, an address of N6 itself", PORT_N3, {UP(.src = UE, .dst = "10.110.1.2")},
	 BOTH({.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, .src = UE, .dst = "10.110.1.2", .ttl = 63}})},
	{"uplink, TTL at its end", PORT_N3, {UP(UE_TO_SERVER, .ttl = 1)},
	 BOTH({.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_NONE /* ICMP inside the tunnel, see time_exceeded_check */}})},
	/* refused uplink */
	{"spoofed source", PORT_N3, {UP(.src = "10.60.1.3", .dst = SERVER)}, BOTH(DROP(SPOOFED))},
	{"spoofed source out of the pool", PORT_N3, {UP(.src = "10.110.1.2", .dst = SERVER)}, BOTH(DROP(SPOOFED))},
	{"protected: N4", PORT_N3, {UP(.src = UE, .dst = "10.100.128.1")}, BOTH(DROP(PROTECTED))},
	{"protected: N3 of this UPF", PORT_N3, {UP(.src = UE, .dst = UPF_N3)}, BOTH(DROP(PROTECTED))},
	{"protected: management", PORT_N3, {UP(.src = UE, .dst = "10.192.0.1")}, BOTH(DROP(PROTECTED))},
	{"the UPF's own N6 address", PORT_N3, {UP(.src = UE, .dst = UPF_N6)}, BOTH(DROP(NO_ROUTE))},
	{"FAR says drop, uplink", PORT_N3, {UP(.src = UE_CLOSED, .dst = SERVER, .teid = TEID_UPF_CLOSED)},
	 .ebpf = DROP(ACTION), .gtp = {.outcome = NOT_HERE /* refused */}},
	{"gate is closed, uplink", PORT_N3, {UP(.src = UE_SHUT, .dst = SERVER, .teid = TEID_UPF_SHUT)},
	 .ebpf = DROP(GATE), .gtp = {.outcome = NOT_HERE /* refused */}},
	{"QFI as the PDR wants it", PORT_N3, {UP(.src = UE_QFI, .dst = SERVER, .teid = TEID_UPF_QFI, .psc = PSC_UL, .qfi = 9)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, .src = UE_QFI, .dst = SERVER, .ttl = 63}},
	 .gtp = {.outcome = NOT_HERE}},
	{"another QFI", PORT_N3, {UP(.src = UE_QFI, .dst = SERVER, .teid = TEID_UPF_QFI, .psc = PSC_UL, .qfi = 5)},
	 .ebpf = DROP(NO_MATCH), .gtp = {.outcome = NOT_HERE}},
	{"no QFI where one is wanted", PORT_N3, {UP(.src = UE_QFI, .dst = SERVER, .teid = TEID_UPF_QFI)},
	 .ebpf = DROP(NO_MATCH), .gtp = {.outcome = NOT_HERE}},
	/* malformed uplink */
	{"extension header of length 0", PORT_N3, {UP(.gtpu = "36ff003400001001000000ff00")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"extension header of length 0, known type", PORT_N3, {UP(UE_TO_SERVER, .gtpu = "34ff0000 00001001 00000085 00100900+")},
	 .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"extension header cut short", PORT_N3, {UP(.gtpu = "36ff000500001001000000ffff")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"extension header over the end", PORT_N3, {UP(UE_TO_SERVER, .gtpu = "34ff0000 00001001 00000085 ff100900+")},
	 .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"nine extension headers", PORT_N3,
	 {UP(UE_TO_SERVER, .gtpu = "34ff0000 00001001 00000085 01100985 01100985 01100985 01100985 01100985 01100985 01100985 01100985 01100900+")},
	 .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"GTP-U length over the end", PORT_N3, {UP(UE_TO_SERVER, .gtpu = "30ff0fff00001001+")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"UDP length under 8", PORT_N3, {UP(UE_TO_SERVER, .udp_length = -112)}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"UDP length over the end", PORT_N3, {UP(UE_TO_SERVER, .udp_length = 1)}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"GTP-U header cut short", PORT_N3, {UP(.gtpu = "30ff0000000010")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"nothing inside", PORT_N3, {UP(.gtpu = "30ff000000001001")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"inner header cut short", PORT_N3, {UP(.inner = "4500001400004000401100000a3c01020a4600")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"inner length over the end", PORT_N3, {UP(UE_TO_SERVER, .length = 1)}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"inner length under its header", PORT_N3, {UP(UE_TO_SERVER, .length = -81)}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"inner header length under 20", PORT_N3, {UP(UE_TO_SERVER, .version_ihl = 0x44)}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"inner IPv6", PORT_N3, {UP(.inner = "600000000000003b20010db800000000000000000000000120010db8000000000000000000000002")},
	 .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"inner packet shorter than the G-PDU: the rest is cut off", PORT_N3, {UP(UE_TO_SERVER, .size = 100, .length = -20)},
	 .ebpf = {.outcome = FORWARDED, .port = PORT_N6, .packet = {.form = PACKET_PLAIN, UE_TO_SERVER, .ttl = 63, .length = -20, .trimmed = true}},
	 .gtp = {.outcome = NOT_HERE}},
	{"GTP version 2", PORT_N3, {UP(UE_TO_SERVER, .gtpu = "50ff000000001001+")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	{"GTP' (protocol type 0)", PORT_N3, {UP(UE_TO_SERVER, .gtpu = "20ff000000001001+")}, .ebpf = DROP(MALFORMED), .gtp = {.outcome = NOT_HERE}},
	/* control messages */
	{"Echo Request", PORT_N3, {UP(.gtpu = "32010004 00000000 abcd0000")},
	 BOTH({.outcome = ANSWERED, .port = PORT_N3, .packet = {.gtpu = "32020006 00000000 abcd0000 0e00", .outer_port = 2152}})},
	{"Echo Request from another port", PORT_N3, {UP(.gtpu = "32010004 00000000 00010000", .outer_port = 5000)},
	 BOTH({.outcome = ANSWERED, .port = PORT_N3, .packet = {.gtpu = "32020006 00000000 00010000 0e00", .outer_port = 5000}})},
	{"unknown TEID", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_UNKNOWN, .outer_port = 2152)},
	 BOTH({.outcome = ANSWERED, .port = PORT_N3, .counted = true, .drop = DP_DROP_UNKNOWN_TEID,
	       .packet = {.gtpu = "361a0014 00000000 00000040 01086800 1000000999 8500040a650201", .outer_port = 2152}})},
	{"extension header that must be understood", PORT_N3, {UP(UE_TO_SERVER, .gtpu = "34ff0000 00001001 000000c0 01123400+")},
	 .ebpf = {.outcome = ANSWERED, .port = PORT_N3, .counted = true, .drop = DP_DROP_MALFORMED, .packet = {.gtpu = "321f0007 00000000 00000000 8d0185", .outer_port = 2152}},
	 .gtp = {.outcome = NOT_HERE}},
	{"End Marker", PORT_N3, {UP(.gtpu = "30fe0000 00001001")}, BOTH({.outcome = IGNORED})},
	/* downlink */
	{"downlink", PORT_N6, {DOWN()}, .ebpf = TO_N3(.psc = PSC_DL, .qfi = 9), .gtp = TO_N3(DRIVER)},
	{"downlink, type of service", PORT_N6, {DOWN(.tos = 0xb8)},
	 .ebpf = TO_N3(.psc = PSC_DL, .qfi = 9, .tos = 0xb8), .gtp = TO_N3(DRIVER, .tos = 0xb8, .outer_tos = 0xb8)},
	{"downlink, full size", PORT_N6, {DOWN(.size = 1456, .df = true)},
	 .ebpf = TO_N3(.psc = PSC_DL, .qfi = 9, .size = 1456, .df = true), .gtp = TO_N3(DRIVER, .size = 1456, .df = true)},
	{"downlink, one octet too big with DF", PORT_N6, {DOWN(.size = 1457, .df = true)},
	 BOTH({.outcome = ICMP_ERROR, .port = PORT_N6, .type = 3, .code = 4, .mtu = 1456})},
	{"downlink, too big for a session's own MTU", PORT_N6, {.form = PACKET_PLAIN, .src = SERVER, .dst = UE_NARROW, .size = 1001, .df = true},
	 .ebpf = {.outcome = ICMP_ERROR, .port = PORT_N6, .type = 3, .code = 4, .mtu = 1000},
	 .gtp = {.outcome = ICMP_ERROR, .port = PORT_N6, .type = 3, .code = 4, .mtu = 1000}},
	{"downlink, TTL at its end", PORT_N6, {DOWN(.ttl = 1)}, BOTH({.outcome = ICMP_ERROR, .port = PORT_N6, .type = 11})},
	{"downlink, no session", PORT_N6, {.form = PACKET_PLAIN, .src = SERVER, .dst = UE_NONE}, BOTH(DROP(UNKNOWN_UE))},
	{"FAR says drop, downlink", PORT_N6, {.form = PACKET_PLAIN, .src = SERVER, .dst = UE_CLOSED}, .ebpf = DROP(ACTION), .gtp = {.outcome = NOT_HERE}},
	{"gate is closed, downlink", PORT_N6, {.form = PACKET_PLAIN, .src = SERVER, .dst = UE_SHUT}, .ebpf = DROP(GATE), .gtp = {.outcome = NOT_HERE}},
	/* from tunnel to tunnel */
	{"UE to UE", PORT_N3, {UP(.src = UE_NARROW, .dst = UE, .teid = TEID_UPF_NARROW)},
	 .ebpf = TO_N3(.psc = PSC_DL, .qfi = 9, .src = UE_NARROW), .gtp = TO_N3(DRIVER, .src = UE_NARROW)},
	{"N9, container: the PDR's QFI in its place", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9, .psc = PSC_UL, .qfi = 9)},
	 .ebpf = TO_UPF2(.psc = PSC_UL, .qfi = 7), .gtp = {.outcome = NOT_HERE /* refused */}},
	{"N9, no container: one with the PDR's QFI", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9)},
	 .ebpf = TO_UPF2(.psc = PSC_UL, .qfi = 7), .gtp = {.outcome = NOT_HERE}},
	{"N9, sequence number: it is the hop's", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9, .sequence = true, .psc = PSC_UL, .qfi = 9)},
	 .ebpf = TO_UPF2(.psc = PSC_UL, .qfi = 7), .gtp = {.outcome = NOT_HERE}},
	{"N9, the last hop of a packet: no router is passed", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9, .ttl = 1)},
	 .ebpf = TO_UPF2(.psc = PSC_UL, .qfi = 7, .ttl = 1), .gtp = {.outcome = NOT_HERE}},
	{"N9, full size", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9, .size = 1456, .df = true)},
	 .ebpf = TO_UPF2(.psc = PSC_UL, .qfi = 7, .size = 1456, .df = true), .gtp = {.outcome = NOT_HERE}},
	{"N9, spoofed source", PORT_N3, {UP(.src = UE_NONE, .dst = SERVER, .teid = TEID_N9)}, .ebpf = DROP(SPOOFED), .gtp = {.outcome = NOT_HERE}},
	{"N9, downlink: back to where N3 is", PORT_N3, {FROM_UPF2(.psc = PSC_DL, .qfi = 9)},
	 .ebpf = TO_N3(.teid = TEID_GNB_N9, .psc = PSC_DL, .qfi = 5, .ttl = 64), .gtp = {.outcome = NOT_HERE}},
	{"N9, downlink without a container", PORT_N3, {FROM_UPF2()},
	 .ebpf = TO_N3(.teid = TEID_GNB_N9, .psc = PSC_DL, .qfi = 5, .ttl = 64), .gtp = {.outcome = NOT_HERE}},
	{"N9, to who wants no container", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9_BARE, .psc = PSC_UL, .qfi = 9)}, .ebpf = TO_UPF2(), .gtp = {.outcome = NOT_HERE}},
	{"N9, neither with nor without", PORT_N3, {UP(UE_TO_SERVER, .teid = TEID_N9_BARE)}, .ebpf = TO_UPF2(), .gtp = {.outcome = NOT_HERE}},
	{"N9, End Marker: it ends the hop, not the way", PORT_N3, {UP(.gtpu = "30fe0000 00001005")}, .ebpf = {.outcome = IGNORED}, .gtp = {.outcome = NOT_HERE}},
	{"N9, End Marker with a container", PORT_N3, {UP(.gtpu = "34fe0008 00001005 00000085 01100900")}, .ebpf = {.outcome = IGNORED}, .gtp = {.outcome = NOT_HERE}},
};

#define GNB_UP(...) .form = PACKET_PLAIN, UE_TO_SERVER, __VA_ARGS__
#define GNB_DOWN(...) .form = PACKET_TUNNEL, .outer_src = UPF_N3, .outer_dst = GNB_N3, .teid = TEID_GNB, .src = SERVER, .dst = UE, __VA_ARGS__
#define GNB_TO_N3(...) {.outcome = FORWARDED, .port = PORT_N3, .packet = {.form = PACKET_TUNNEL, .outer_src = GNB_N3, .outer_dst = UPF_N3, .teid = TEID_UPF, UE_TO_SERVER, __VA_ARGS__}}
#define GNB_TO_RADIO(...) {.outcome = FORWARDED, .port = PORT_RADIO, .packet = {.form = PACKET_PLAIN, .src = SERVER, .dst = UE, __VA_ARGS__}}

static const struct packet_case gnb_cases[] = {
	{"uplink", PORT_RADIO, {GNB_UP()}, .ebpf = GNB_TO_N3(.psc = PSC_UL, .qfi = 9), .gtp = GNB_TO_N3(DRIVER)},
	{"uplink, TTL 1: a gNB is no router", PORT_RADIO, {GNB_UP(.ttl = 1)}, .ebpf = GNB_TO_N3(.psc = PSC_UL, .qfi = 9, .ttl = 1),
	 .gtp = GNB_TO_N3(DRIVER, .ttl = 1)},
	{"uplink, full size", PORT_RADIO, {GNB_UP(.size = 1456, .df = true)}, .ebpf = GNB_TO_N3(.psc = PSC_UL, .qfi = 9, .size = 1456, .df = true),
	 .gtp = GNB_TO_N3(DRIVER, .size = 1456, .df = true)},
	{"uplink, too big", PORT_RADIO, {GNB_UP(.size = 1457, .df = true)}, BOTH(DROP(TOO_BIG))},
	{"uplink, spoofed source", PORT_RADIO, {GNB_UP(.src = "10.60.1.9")}, BOTH(DROP(SPOOFED))},
	{"uplink, malformed", PORT_RADIO, {GNB_UP(.length = 1)}, BOTH(DROP(MALFORMED))},
	{"downlink, no options", PORT_N3, {GNB_DOWN()}, BOTH(GNB_TO_RADIO())},
	{"downlink, PDU session container", PORT_N3, {GNB_DOWN(.psc = PSC_DL, .qfi = 9)}, .ebpf = GNB_TO_RADIO(), .gtp = {.outcome = NOT_HERE}},
	{"downlink, full size", PORT_N3, {GNB_DOWN(.size = 1456, .df = true)}, BOTH(GNB_TO_RADIO(.size = 1456, .df = true))},
	{"downlink, unknown TEID", PORT_N3, {GNB_DOWN(.teid = TEID_UNKNOWN)},
	 BOTH({.outcome = ANSWERED, .port = PORT_N3, .counted = true, .drop = DP_DROP_UNKNOWN_TEID,
	       .packet = {.gtpu = "361a0014 00000000 00000040 01086800 1000000999 8500040a650101", .outer_port = 2152}})},
	{"Echo Request", PORT_N3, {GNB_DOWN(.gtpu = "32010004 00000000 00020000")},
	 BOTH({.outcome = ANSWERED, .port = PORT_N3, .packet = {.gtpu = "32020006 00000000 00020000 0e00", .outer_port = 2152}})},
};

#endif
