// SPDX-License-Identifier: Apache-2.0
/*
 * What SDF filters match (RFC 6733 cl. 4.3.1, TS 29.244 cl. 5.2.1A.2A), each row by the filter and
 * by the entries that it becomes for a data plane, which have to agree; also for random filters and
 * packets.
 */
#include "lib/ipfilter/ipfilter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define UE4	"10.60.1.2"
#define UE6	"2001:db8:60:1::abcd"
#define SERVER	"192.0.2.7"
#define OTHER	"192.0.3.7"
#define SERVER6 "2001:db8:2::7"

/* A packet of a row, written short: between UE and server, UDP, where nothing else is said */
struct row_packet {
	bool v6;
	const char *src, *dst;
	uint8_t protocol;
	uint16_t src_port, dst_port; /* 0 and 0: none */
	uint8_t tos;
	uint32_t spi; /* 0: none */
	uint32_t flow_label;
};

/* clang-format off */
#define UP(...) true, {__VA_ARGS__}
#define DOWN(...) false, {__VA_ARGS__}
#define UP6(...) true, {.v6 = true, __VA_ARGS__}
#define DOWN6(...) false, {.v6 = true, __VA_ARGS__}
/* clang-format on */

static const struct {
	const char *what;
	const char *flow;
	bool uplink;
	struct row_packet packet;
	bool matches;
} rows[] = {
	{"1: everything, down", "permit out ip from any to assigned", DOWN(), true},
	{"2: everything, up", "permit out ip from any to assigned", UP(), true},
	{"3: everything, IPv6", "permit out ip from any to assigned", DOWN6(), true},
	{"4: somebody else's packet", "permit out ip from any to assigned",
	 DOWN(.dst = "10.60.1.3"), false},
	{"5: somebody else's packet, up", "permit out ip from any to assigned",
	 UP(.src = "10.60.1.3"), false},
	{"6: another address of the UE's prefix", "permit out ip from any to assigned",
	 DOWN6(.dst = "2001:db8:60:1::9"), true},
	{"7: another prefix", "permit out ip from any to assigned",
	 DOWN6(.dst = "2001:db8:60:2::9"), false},
	{"8: a server, down", "permit out ip from 192.0.2.0/24 to assigned", DOWN(), true},
	{"9: a server, up: mirrored", "permit out ip from 192.0.2.0/24 to assigned", UP(), true},
	{"10: another server", "permit out ip from 192.0.2.0/24 to assigned", DOWN(.src = OTHER),
	 false},
	{"11: another server, up", "permit out ip from 192.0.2.0/24 to assigned", UP(.dst = OTHER),
	 false},
	{"12: one bit of a prefix", "permit out ip from 192.0.2.6/31 to assigned", DOWN(), true},
	{"13: one bit too far", "permit out ip from 192.0.2.4/31 to assigned", DOWN(), false},
	{"14: protocol", "permit out 17 from any to assigned", DOWN(), true},
	{"15: another protocol", "permit out 6 from any to assigned", DOWN(), false},
	{"16: protocol 0 is one", "permit out 0 from any to assigned", DOWN(), false},
	{"17: server port, down", "permit out 17 from any 53 to assigned",
	 DOWN(.src_port = 53, .dst_port = 4000), true},
	{"18: server port, up", "permit out 17 from any 53 to assigned",
	 UP(.src_port = 4000, .dst_port = 53), true},
	{"19: it is no UE's port", "permit out 17 from any 53 to assigned",
	 DOWN(.src_port = 4000, .dst_port = 53), false},
	{"20: nor uplink", "permit out 17 from any 53 to assigned",
	 UP(.src_port = 53, .dst_port = 4000), false},
	{"21: UE's port", "permit out 17 from any to assigned 4000-5000",
	 DOWN(.src_port = 53, .dst_port = 5000), true},
	{"22: beyond it", "permit out 17 from any to assigned 4000-5000",
	 DOWN(.src_port = 53, .dst_port = 5001), false},
	{"23: before it", "permit out 17 from any to assigned 4000-5000",
	 DOWN(.src_port = 53, .dst_port = 3999), false},
	{"24: both, of lists", "permit out 17 from any 1,53-54,99 to assigned 7,4000-5000",
	 DOWN(.src_port = 54, .dst_port = 4000), true},
	{"25: one of two", "permit out 17 from any 1,53-54,99 to assigned 7,4000-5000",
	 DOWN(.src_port = 54, .dst_port = 8), false},
	{"26: no ports, and none asked for", "permit out 17 from any to assigned", DOWN(), true},
	{"27: no ports (a fragment), but asked for: no match whatever they are",
	 "permit out 17 from any 0-65535 to assigned", DOWN(), false},
	{"28: no ports, asked for at the other side", "permit out ip from any to assigned 1-65535",
	 DOWN(), false},
	{"29: ports of any protocol", "permit out ip from any 80 to assigned",
	 DOWN(.protocol = 6, .src_port = 80, .dst_port = 1), true},
	{"30: all of IPv4", "permit out ip from 0.0.0.0/0 to assigned", DOWN(), true},
	{"31: no IPv6", "permit out ip from 0.0.0.0/0 to assigned", DOWN6(), false},
	{"32: all of IPv6", "permit out ip from ::/0 to assigned", DOWN6(), true},
	{"33: no IPv4", "permit out ip from ::/0 to assigned", DOWN(), false},
	{"34: IPv6 prefix", "permit out ip from 2001:db8:2::/48 to assigned", DOWN6(), true},
	{"35: another IPv6 prefix", "permit out ip from 2001:db8:3::/48 to assigned", DOWN6(),
	 false},
	{"36: a destination that is the UE's address", "permit out ip from any to 10.60.1.2", UP(),
	 true},
	{"37: any UE", "permit out ip from 192.0.2.7 to any", UP(.src = OTHER), true},
	{"38: router solicitation (open5gs)", "permit out 58 from ff02::2/128 to assigned",
	 UP6(.src = "fe80::1", .dst = "ff02::2", .protocol = 58), true},
	{"39: before it has an address", "permit out 58 from ff02::2/128 to assigned",
	 UP6(.src = "::", .dst = "ff02::2", .protocol = 58), true},
	{"40: other ICMPv6", "permit out 58 from ff02::2/128 to assigned", UP6(.protocol = 58),
	 false},
	{"41: the solicitation is no downlink packet", "permit out 58 from ff02::2/128 to assigned",
	 DOWN6(.src = "fe80::1", .dst = "ff02::2", .protocol = 58), false},
	{"42: in, up", "permit in 17 from assigned to 192.0.2.7 53",
	 UP(.src_port = 4000, .dst_port = 53), true},
	{"43: in, down: mirrored", "permit in 17 from assigned to 192.0.2.7 53",
	 DOWN(.src_port = 53, .dst_port = 4000), true},
	{"44: in, wrong side", "permit in 17 from assigned to 192.0.2.7 53",
	 DOWN(.src_port = 4000, .dst_port = 53), false},
	{"45: inverted", "permit out ip from !192.0.2.0/24 to assigned", DOWN(.src = OTHER), true},
	{"46: inverted, and inside", "permit out ip from !192.0.2.0/24 to assigned", DOWN(), false},
	{"47: inverted, another version", "permit out ip from !192.0.2.0/24 to any", DOWN6(),
	 false},
	{"48: not the UE", "permit out ip from any to !assigned", DOWN(.dst = OTHER), true},
	{"49: not any", "permit out ip from any to !any", DOWN(), false},
	{"50: deny matches too", "deny out ip from any to assigned", DOWN(), true},
};

static void set_ip(uint8_t *ret, bool v6, const char *text, bool ue)
{
	const char *usual = ue ? v6 ? UE6 : UE4 : v6 ? SERVER6 : SERVER;

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, text ? text : usual, ret), 1);
}

static struct ipfilter_packet packet_of(const struct row_packet *row, bool uplink)
{
	struct ipfilter_packet p = {.v6 = row->v6,
				    .protocol = row->protocol ? row->protocol : 17,
				    .tos = row->tos,
				    .flow_label = row->flow_label,
				    .has_ports = row->src_port || row->dst_port,
				    .src_port = row->src_port,
				    .dst_port = row->dst_port,
				    .has_spi = row->spi,
				    .spi = row->spi};

	set_ip(p.src, p.v6, row->src, uplink);
	set_ip(p.dst, p.v6, row->dst, !uplink);
	return p;
}

static struct ipfilter_ue the_ue(void)
{
	struct ipfilter_ue ue = {.v4 = true, .v6 = true, .ip6_bits = 64};

	assert_int_equal(inet_pton(AF_INET, UE4, &ue.ip4), 1);
	assert_int_equal(inet_pton(AF_INET6, UE6, &ue.ip6), 1);
	return ue;
}

static struct ipfilter_sdf sdf_of(const char *flow)
{
	struct ipfilter_sdf sdf = {.has_flow = true};
	struct ipfilter_error err;

	if (ipfilter_parse(flow, strlen(flow), IPFILTER_RFC6733, &sdf.flow, &err))
		fail_msg("%s: at %zu: %s", flow, err.position, err.text);
	return sdf;
}

static bool one_matches(const struct ipfilter_sdf *sdf, const struct ipfilter_packet *packet,
			const struct ipfilter_ue *ue, bool uplink)
{
	struct ipfilter_packed entry[IPFILTER_MAX_PACKED];
	bool found = false;
	size_t n;

	assert_int_equal(ipfilter_pack(sdf, uplink, entry, N(entry), &n), 0);
	for (size_t i = 0; i < n; i++)
		found = found || ipfilter_packed_match(&entry[i], packet, ue);
	return found;
}

static void every_row(void **state)
{
	struct ipfilter_ue ue = the_ue();
	unsigned int failed = 0;

	for (size_t i = 0; i < N(rows); i++) {
		struct ipfilter_sdf sdf = sdf_of(rows[i].flow);
		struct ipfilter_packet packet = packet_of(&rows[i].packet, rows[i].uplink);
		bool mirrored = rows[i].uplink != sdf.flow.in;

		if (ipfilter_sdf_match(&sdf, &packet, &ue, rows[i].uplink) != rows[i].matches ||
		    ipfilter_match(&sdf.flow, &packet, &ue, mirrored) != rows[i].matches ||
		    one_matches(&sdf, &packet, &ue, rows[i].uplink) != rows[i].matches) {
			print_error("%s\n", rows[i].what);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* Who has found the session by its address need not say it again. */
static void assigned_without_a_ue(void **state)
{
	struct ipfilter_sdf sdf = sdf_of("permit out ip from 192.0.2.7 to assigned");
	struct row_packet row = {.dst = "10.99.99.99", .protocol = 1};
	struct ipfilter_packet packet = packet_of(&row, false);
	struct ipfilter_ue none = {0};

	assert_true(ipfilter_sdf_match(&sdf, &packet, NULL, false));
	assert_true(one_matches(&sdf, &packet, NULL, false));
	assert_false(ipfilter_sdf_match(&sdf, &packet, &none, false));
	assert_false(one_matches(&sdf, &packet, &none, false));
}

/* What is a UE's own without having been given to it, IPv6 has alone, and of a UE that has it */
static void own_addresses(void **state)
{
	struct ipfilter_sdf sdf = sdf_of("permit out ip from any to assigned");
	static const struct {
		bool v6, with_v6;
		const char *src;
		bool matches;
	} own[] = {
		{true, true, "fe80::1", true},	     {true, true, "::", true},
		{true, false, "fe80::1", false},     {true, false, "::", false},
		{false, true, "169.254.0.1", false}, {false, true, "0.0.0.0", false},
	};

	for (size_t i = 0; i < N(own); i++) {
		struct row_packet row = {.v6 = own[i].v6, .src = own[i].src};
		struct ipfilter_packet packet = packet_of(&row, true);
		struct ipfilter_ue ue = the_ue();

		ue.v6 = own[i].with_v6;
		assert_int_equal(ipfilter_sdf_match(&sdf, &packet, &ue, true), own[i].matches);
		assert_int_equal(one_matches(&sdf, &packet, &ue, true), own[i].matches);
	}
}

#define TOS(t, m) .has_tos = true, .tos = (t), .tos_mask = (m)
#define SPI(s)	  .has_spi = true, .spi = (s)
#define LABEL(l)  .has_flow_label = true, .flow_label = (l)
#define ID(i)	  .has_filter_id = true, .filter_id = (i)

static const struct {
	const char *what;
	struct ipfilter_sdf sdf;
	bool uplink;
	struct row_packet packet;
	bool matches;
} parts[] = {
	{"1: DSCP", {TOS(0xb8, 0xfc)}, DOWN(.tos = 0xb9), true},
	{"2: another DSCP", {TOS(0xb8, 0xfc)}, DOWN(.tos = 0xb4), false},
	{"3: traffic class", {TOS(0xb8, 0xfc)}, UP6(.tos = 0xb8), true},
	{"4: bits that are not looked at", {TOS(0xff, 0x00)}, UP(.tos = 0x12), true},
	{"5: bits of the value outside the mask", {TOS(0xff, 0xf0)}, UP(.tos = 0xf0), true},
	{"6: SPI", {SPI(0x1000)}, DOWN(.protocol = 50, .spi = 0x1000), true},
	{"7: another SPI", {SPI(0x1000)}, DOWN(.protocol = 50, .spi = 0x1001), false},
	{"8: no SPI", {SPI(0)}, DOWN(), false},
	{"9: flow label", {LABEL(0xabcde)}, DOWN6(.flow_label = 0xabcde), true},
	{"10: another flow label", {LABEL(0xabcde)}, DOWN6(.flow_label = 0xabcdf), false},
	{"11: flow label 0 of IPv6", {LABEL(0)}, DOWN6(), true},
	{"12: IPv4 has no flow label", {LABEL(0)}, DOWN(), false},
	{"13: an id changes nothing", {ID(3), TOS(0xb8, 0xff)}, DOWN(.tos = 0xb8), true},
};

static void every_part(void **state)
{
	struct ipfilter_ue ue = the_ue();
	unsigned int failed = 0;

	for (size_t i = 0; i < N(parts); i++) {
		struct ipfilter_packet packet = packet_of(&parts[i].packet, parts[i].uplink);

		assert_int_equal(ipfilter_sdf_check(&parts[i].sdf, NULL), 0);
		if (ipfilter_sdf_match(&parts[i].sdf, &packet, &ue, parts[i].uplink) !=
			    parts[i].matches ||
		    one_matches(&parts[i].sdf, &packet, &ue, parts[i].uplink) != parts[i].matches) {
			print_error("%s\n", parts[i].what);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* All parts have to match. */
static void parts_together(void **state)
{
	struct ipfilter_sdf sdf = sdf_of("permit out 50 from 2001:db8:2::/48 to assigned");
	struct row_packet row = {
		.v6 = true, .protocol = 50, .tos = 0x28, .spi = 9, .flow_label = 5};
	struct ipfilter_packet packet = packet_of(&row, false);
	struct ipfilter_ue ue = the_ue();

	sdf.has_tos = sdf.has_spi = sdf.has_flow_label = sdf.has_filter_id = true;
	sdf.tos = 0x28;
	sdf.tos_mask = 0xfc;
	sdf.spi = 9;
	sdf.flow_label = 5;
	assert_true(ipfilter_sdf_match(&sdf, &packet, &ue, false));
	assert_true(one_matches(&sdf, &packet, &ue, false));
	packet.flow_label = 6;
	assert_false(ipfilter_sdf_match(&sdf, &packet, &ue, false));
	packet.flow_label = 5;
	packet.spi = 8;
	assert_false(ipfilter_sdf_match(&sdf, &packet, &ue, false));
	packet.spi = 9;
	packet.tos = 0;
	assert_false(ipfilter_sdf_match(&sdf, &packet, &ue, false));
	packet.tos = 0x28;
	packet.protocol = 51;
	assert_false(ipfilter_sdf_match(&sdf, &packet, &ue, false));
}

static const struct {
	const char *flow; /* NULL: none */
	struct ipfilter_sdf sdf;
	const char *error;
} unfit[] = {
	{NULL, {0}, "an SDF filter with nothing in it"},
	{NULL, {LABEL(0x100000)}, "a flow label over 20 bits"},
	{"permit out ip from 192.0.2.7 to assigned",
	 {LABEL(1)},
	 "a flow label with IPv4 addresses"},
	{"permit out ip from any to 10.60.1.2", {LABEL(1)}, "a flow label with IPv4 addresses"},
	{"permit out 17 from any 500 to assigned",
	 {SPI(1)},
	 "ports with a security parameter index: no packet has both"},
	{"permit out 17 from any to assigned 500",
	 {SPI(1)},
	 "ports with a security parameter index: no packet has both"},
	{"permit out 17 from any to assigned",
	 {SPI(1)},
	 "a security parameter index with a protocol other than ESP and AH: no packet has both"},
	{"permit out 0 from any to assigned",
	 {SPI(1)},
	 "a security parameter index with a protocol other than ESP and AH: no packet has both"},
};

static void unfit_filters(void **state)
{
	struct row_packet row = {.v6 = true};
	struct ipfilter_packet packet = packet_of(&row, false);
	struct ipfilter_packed entry[IPFILTER_MAX_PACKED];
	size_t n = 4711;

	for (size_t i = 0; i < N(unfit); i++) {
		struct ipfilter_sdf sdf = unfit[i].sdf;
		struct ipfilter_error err;

		sdf.has_flow = unfit[i].flow;
		if (unfit[i].flow)
			sdf.flow = sdf_of(unfit[i].flow).flow;
		assert_int_equal(ipfilter_sdf_check(&sdf, &err), -EINVAL);
		assert_string_equal(err.text, unfit[i].error);
		assert_int_equal(ipfilter_pack(&sdf, false, entry, N(entry), &n), -EINVAL);
		assert_false(ipfilter_sdf_match(&sdf, &packet, NULL, false));
	}
	assert_int_equal(n, 4711);
}

/* Structs that no text becomes, alone in memory of their own (for the sanitizer) */
static const struct {
	uint8_t kind, bits, n_ports;
	const char *error; /* NULL: it is fit */
} sides[] = {
	{IPFILTER_IP6, 0, 0, "addresses of two versions"},
	{IPFILTER_ANY, 0, IPFILTER_MAX_PORTS + 1, "too many ranges of ports"},
	{IPFILTER_IP4, 32, IPFILTER_MAX_PORTS, NULL},
	{IPFILTER_IP4, 33, 0, "a prefix longer than the address"},
	{IPFILTER_IP6, 129, 0, "a prefix longer than the address"},
	{IPFILTER_IP6, 255, 0, "a prefix longer than the address"},
	{IPFILTER_ANY, 1, 0, "a prefix longer than the address"},
	{IPFILTER_ASSIGNED, 1, 0, "a prefix longer than the address"},
	{IPFILTER_IP6 + 1, 0, 0, "an address of no known kind"},
	{255, 32, 0, "an address of no known kind"},
};

static void unfit_side(const struct ipfilter_sdf *sdf, const char *error)
{
	struct row_packet row = {.v6 = true};
	struct ipfilter_packet packet = packet_of(&row, false);
	struct ipfilter_packed entry[IPFILTER_MAX_PACKED];
	struct ipfilter_error err = {0};
	size_t n;

	assert_int_equal(ipfilter_sdf_check(sdf, &err), error ? -EINVAL : 0);
	assert_string_equal(err.text, error ? error : "");
	assert_int_equal(ipfilter_pack(sdf, false, entry, N(entry), &n), error ? -EINVAL : 0);
	assert_false(ipfilter_sdf_match(sdf, &packet, NULL, false));
}

static void unfit_structs(void **state)
{
	for (size_t i = 0; i < N(sides); i++) {
		struct ipfilter_sdf *sdf = test_malloc(sizeof(*sdf));
		struct ipfilter_side *side;

		for (int source = 0; source < 2; source++) {
			*sdf = sdf_of(source ? "permit out 17 from any to 192.0.2.7"
					     : "permit out 17 from 192.0.2.7 to any");
			side = source ? &sdf->flow.src : &sdf->flow.dst;
			side->kind = sides[i].kind;
			side->bits = sides[i].bits;
			side->n_ports = sides[i].n_ports;
			unfit_side(sdf, sides[i].error);
		}
		test_free(sdf);
	}
}

/* An id alone names a filter of another PDR. */
static void reference(void **state)
{
	const struct ipfilter_sdf sdf = {ID(7)}, whole = {ID(7), TOS(0, 0)};
	struct row_packet row = {0};
	struct ipfilter_packet packet = packet_of(&row, false);
	struct ipfilter_packed entry[1];
	size_t n;

	assert_true(ipfilter_sdf_is_reference(&sdf));
	assert_false(ipfilter_sdf_is_reference(&whole));
	assert_int_equal(ipfilter_sdf_check(&sdf, NULL), 0);
	assert_false(ipfilter_sdf_match(&sdf, &packet, NULL, false));
	assert_int_equal(ipfilter_pack(&sdf, false, entry, 1, &n), -EINVAL);
}

static void packed_fields(void **state)
{
	struct ipfilter_sdf sdf =
		sdf_of("permit out 17 from 192.0.2.0/24 80,1000-2000 to assigned 7");
	struct ipfilter_packed entry[2];
	size_t n = 4711;

	sdf.has_tos = sdf.has_filter_id = true;
	sdf.tos = 0xb9;
	sdf.tos_mask = 0xfc;
	sdf.filter_id = 5;
	assert_int_equal(ipfilter_pack(&sdf, false, entry, 1, &n), -ENOSPC);
	assert_int_equal(n, 4711);
	assert_int_equal(ipfilter_pack(&sdf, false, entry, 2, &n), 0);
	assert_int_equal(n, 2);
	assert_memory_equal(entry[0].src, "\xc0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(entry[0].src_bits, 24);
	assert_int_equal(entry[0].dst_bits, 0);
	assert_int_equal(entry[0].src_port_low, 80);
	assert_int_equal(entry[0].src_port_high, 80);
	assert_int_equal(entry[1].src_port_low, 1000);
	assert_int_equal(entry[1].src_port_high, 2000);
	assert_int_equal(entry[1].dst_port_low, 7);
	assert_int_equal(entry[1].dst_port_high, 7);
	assert_int_equal(entry[0].protocol, 17);
	assert_int_equal(entry[0].tos, 0xb8);
	assert_int_equal(entry[0].tos_mask, 0xfc);
	assert_int_equal(entry[0].filter_id, 5);
	assert_int_equal(entry[0].flags, IPFILTER_PACKED_IP4 | IPFILTER_PACKED_PROTOCOL |
						 IPFILTER_PACKED_PORTS | IPFILTER_PACKED_FILTER_ID |
						 IPFILTER_PACKED_DST_ASSIGNED);
	/* uplink: what was the source is the destination */
	assert_int_equal(ipfilter_pack(&sdf, true, entry, 2, &n), 0);
	assert_int_equal(n, 2);
	assert_memory_equal(entry[0].dst, "\xc0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(entry[0].dst_bits, 24);
	assert_int_equal(entry[0].src_port_low, 7);
	assert_int_equal(entry[1].dst_port_high, 2000);
	assert_true(entry[0].flags & IPFILTER_PACKED_UPLINK);
	assert_true(entry[0].flags & IPFILTER_PACKED_SRC_ASSIGNED);
	assert_false(entry[0].flags & IPFILTER_PACKED_DST_ASSIGNED);
	/* without ports, of both versions */
	sdf = sdf_of("permit out ip from any to any");
	assert_int_equal(ipfilter_pack(&sdf, false, entry, 1, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(entry[0].flags, IPFILTER_PACKED_IP4 | IPFILTER_PACKED_IP6);
	assert_int_equal(entry[0].src_port_low, 0);
	assert_int_equal(entry[0].src_port_high, UINT16_MAX);
}

static void most_entries(void **state)
{
	struct ipfilter_sdf sdf =
		sdf_of("permit out 6 from any 1,3,5,7,9,11,13,15 to any 2,4,6,8,10,12,14,16");
	struct ipfilter_packed entry[IPFILTER_MAX_PACKED];
	size_t n;

	assert_int_equal(ipfilter_pack(&sdf, true, entry, N(entry), &n), 0);
	assert_int_equal(n, IPFILTER_MAX_PACKED);
	assert_int_equal(ipfilter_pack(&sdf, true, entry, N(entry) - 1, &n), -ENOSPC);
	for (size_t i = 0; i < N(entry); i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(&entry[i], &entry[k], sizeof(entry[0]));
}

/* ---- Random filters and packets, of few values, so that they often meet ---- */

static uint32_t seed;

static uint32_t any_of(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

static void random_ip(bool v6, uint8_t *ret)
{
	memset(ret, 0, 16);
	ret[0] = (uint8_t)(v6 ? 0x20 : 10);
	ret[v6 ? 15 : 3] = (uint8_t)any_of(4);
}

static void random_side(struct ipfilter_side *ret, bool v6)
{
	static const uint8_t bits[2][4] = {{0, 30, 31, 32}, {0, 126, 127, 128}};

	ret->kind = (uint8_t)any_of(3);
	if (ret->kind == IPFILTER_IP4 && v6)
		ret->kind = IPFILTER_IP6;
	ret->inverted = !any_of(4);
	ret->n_ports = (uint8_t)any_of(4);
	for (unsigned int i = 0; i < ret->n_ports; i++) {
		ret->ports[i].low = (uint16_t)any_of(6);
		ret->ports[i].high = (uint16_t)(ret->ports[i].low + any_of(3));
	}
	if (ret->kind < IPFILTER_IP4)
		return;
	random_ip(v6, ret->ip);
	ret->bits = bits[v6][any_of(4)];
	if (ret->bits % 4)
		ret->ip[v6 ? 15 : 3] &= (uint8_t)(0xff << (4 - ret->bits % 4));
	if (!ret->bits)
		memset(ret->ip, 0, sizeof(ret->ip));
}

static struct ipfilter_sdf random_sdf(void)
{
	struct ipfilter_sdf sdf = {.has_flow = any_of(8),
				   .has_tos = !any_of(4),
				   .has_spi = !any_of(6),
				   .has_flow_label = !any_of(6),
				   .has_filter_id = any_of(2),
				   .tos = (uint8_t)any_of(4),
				   .tos_mask = (uint8_t)any_of(4),
				   .spi = any_of(2),
				   .flow_label = any_of(2)};
	bool v6 = any_of(2);

	sdf.flow.in = any_of(2);
	sdf.flow.has_protocol = any_of(2);
	sdf.flow.protocol = sdf.flow.has_protocol ? any_of(2) ? 17 : 50 : 0;
	random_side(&sdf.flow.src, v6);
	random_side(&sdf.flow.dst, v6);
	return sdf;
}

static struct ipfilter_packet random_packet(void)
{
	struct ipfilter_packet p = {
		.v6 = any_of(2), .protocol = any_of(2) ? 17 : 50, .tos = (uint8_t)any_of(4)};

	p.has_ports = p.protocol == 17 && any_of(4);
	p.has_spi = p.protocol == 50 && any_of(4);
	p.src_port = p.has_ports ? (uint16_t)any_of(8) : 0;
	p.dst_port = p.has_ports ? (uint16_t)any_of(8) : 0;
	p.spi = p.has_spi ? any_of(2) : 0;
	p.flow_label = p.v6 ? any_of(2) : 0;
	random_ip(p.v6, p.src);
	random_ip(p.v6, p.dst);
	return p;
}

static void entries_agree(void **state)
{
	struct ipfilter_ue ue = {.v4 = true, .v6 = true, .ip6_bits = 127};
	unsigned int matched = 0, tried = 0;

	seed = 1;
	memcpy(&ue.ip4, "\x0a\0\0\1", 4);
	memcpy(&ue.ip6, "\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	for (unsigned int i = 0; i < 200000; i++) {
		struct ipfilter_sdf sdf = random_sdf();
		struct ipfilter_packet packet = random_packet();
		bool uplink = any_of(2), expected;

		if (ipfilter_sdf_check(&sdf, NULL) || ipfilter_sdf_is_reference(&sdf))
			continue;
		expected = ipfilter_sdf_match(&sdf, &packet, &ue, uplink);
		if (one_matches(&sdf, &packet, &ue, uplink) != expected)
			fail_msg("filter %u", i);
		matched += expected;
		tried++;
	}
	assert_true(tried > 100000);
	assert_true(matched > 5000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),	  cmocka_unit_test(assigned_without_a_ue),
		cmocka_unit_test(own_addresses),  cmocka_unit_test(every_part),
		cmocka_unit_test(parts_together), cmocka_unit_test(unfit_filters),
		cmocka_unit_test(unfit_structs),  cmocka_unit_test(reference),
		cmocka_unit_test(packed_fields),  cmocka_unit_test(most_entries),
		cmocka_unit_test(entries_agree),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ipfilter_match", tests, NULL, NULL);
}
