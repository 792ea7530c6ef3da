// SPDX-License-Identifier: Apache-2.0
/*
 * The view that filters have of an IP packet: bytes worked out by hand from RFC 791 and RFC 8200
 * against the view as text, and what is malformed; packets that crashed other user planes are among
 * both (open5gs#4180, #4491).
 */
#include "lib/ipfilter/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* An IPv4 header of @t type of service, @l length, @f fragment, @p protocol */
#define IP4(t, l, f, p) "45" t l "0000" f "40" p "0000 0a3c0002 0a460001 "
/* An IPv6 header of class and label @c, @l payload length, @n next header */
#define IP6(c, l, n)                                                                               \
	"6" c l n "40 20010db8000000000000000000000001 20010db8000000000000000000000002 "

#define FROM4 "10.60.0.2>10.70.0.1"
#define FROM6 "2001:db8::1>2001:db8::2"

static const struct {
	const char *what;
	const char *hex;
	const char *view;
} good[] = {
	{"1: UDP", IP4("00", "001c", "0000", "11") "0035 1234 0008 0000",
	 FROM4 " proto=17 ports=53>4660"},
	{"2: TCP, type of service", IP4("b8", "0018", "4000", "06") "1f90 01bb",
	 FROM4 " proto=6 tos=0xb8 ports=8080>443"},
	{"3: SCTP", IP4("00", "0018", "0000", "84") "960c 960c",
	 FROM4 " proto=132 ports=38412>38412"},
	{"4: ICMP has none", IP4("00", "001c", "0000", "01") "0800 0000 0001 0001",
	 FROM4 " proto=1"},
	{"5: options are stepped over",
	 "46 00 001c 0000 0000 40 11 0000 0a3c0002 0a460001 01010101 0035 1234",
	 FROM4 " proto=17 ports=53>4660"},
	{"6: a first fragment has ports", IP4("00", "001c", "2000", "11") "0035 1234 0008 0000",
	 FROM4 " proto=17 ports=53>4660"},
	{"7: the second has none", IP4("00", "001c", "0002", "11") "0035 1234 0008 0000",
	 FROM4 " proto=17 fragment"},
	{"8: the largest offset", IP4("00", "001c", "1fff", "06") "0035 1234 0008 0000",
	 FROM4 " proto=6 fragment"},
	{"9: UDP cut in its ports", IP4("00", "0017", "0000", "11") "0035 12", FROM4 " proto=17"},
	{"10: nothing behind IP", IP4("00", "0014", "0000", "11"), FROM4 " proto=17"},
	{"11: cut by the packet's own length", IP4("00", "0016", "0000", "11") "0035 1234",
	 FROM4 " proto=17"},
	{"12: more behind the packet is not looked at",
	 IP4("00", "0014", "0000", "11") "0035 1234 ffffffff", FROM4 " proto=17"},
	{"13: ESP", IP4("00", "001c", "0000", "32") "01020304 00000001",
	 FROM4 " proto=50 spi=0x1020304"},
	{"14: AH", IP4("00", "0020", "0000", "33") "06040000 01020304 00000001",
	 FROM4 " proto=51 spi=0x1020304"},
	{"15: AH cut in it", IP4("00", "001b", "0000", "33") "06040000 010203", FROM4 " proto=51"},
	{"16: IPv6 UDP", IP6("0000000", "0008", "11") "0035 1234 0008 0000",
	 FROM6 " proto=17 ports=53>4660"},
	{"17: class and label", IP6("b8abcde", "0004", "06") "1f90 01bb",
	 FROM6 " proto=6 tos=0xb8 label=0xabcde ports=8080>443"},
	{"18: payload length 0, no next header", IP6("0000000", "0000", "3b"), FROM6 " proto=59"},
	{"19: payload length 0 and a next header other than 0 (open5gs#4180)",
	 IP6("0000000", "0000", "11"), FROM6 " proto=17"},
	{"20: the same with bytes behind it", IP6("0000000", "0000", "06") "0035 1234",
	 FROM6 " proto=6"},
	{"21: hop by hop, destination options, routing, then UDP",
	 IP6("0000000", "0020", "00") "3c00 050200000100 2b00 010400000000 "
				      "1100 0000 00000000 0035 1234 0008 0000",
	 FROM6 " proto=17 ports=53>4660"},
	{"22: a longer one",
	 IP6("0000000", "0014", "3c") "3a01 010c 000000000000000000000000 "
				      "8000 0000",
	 FROM6 " proto=58"},
	{"23: a fragment that is all of it",
	 IP6("0000000", "000c", "2c") "1100 0000 00000001 "
				      "0035 1234",
	 FROM6 " proto=17 ports=53>4660"},
	{"24: the first fragment", IP6("0000000", "000c", "2c") "1100 0001 00000001 0035 1234",
	 FROM6 " proto=17 ports=53>4660"},
	{"25: a later one: what looks like headers is none",
	 IP6("0000000", "0010", "2c") "3c00 05a8 00000001 1100 0000 00000000",
	 FROM6 " proto=60 fragment"},
	{"26: ESP behind options", IP6("0000000", "000c", "3c") "3200 010400000000 01020304",
	 FROM6 " proto=50 spi=0x1020304"},
	{"27: eight extension headers",
	 IP6("0000000", "0044", "00") "3c00 010400000000 3c00 010400000000 3c00 010400000000 "
				      "3c00 010400000000 3c00 010400000000 3c00 010400000000 "
				      "3c00 010400000000 1100 010400000000 0035 1234",
	 FROM6 " proto=17 ports=53>4660"},
	{"28: mobility, HIP, shim6",
	 IP6("0000000", "001c", "87") "8b00 000000000000 8c00 000000000000 "
				      "1100 000000000000 0035 1234",
	 FROM6 " proto=17 ports=53>4660"},
};

static void view_print(const struct ipfilter_packet *p, char *ret, size_t size)
{
	int family = p->v6 ? AF_INET6 : AF_INET;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	size_t n;

	inet_ntop(family, p->src, src, sizeof(src));
	inet_ntop(family, p->dst, dst, sizeof(dst));
	n = (size_t)snprintf(ret, size, "%s>%s proto=%u", src, dst, p->protocol);
	if (p->tos)
		n += (size_t)snprintf(ret + n, size - n, " tos=0x%02x", p->tos);
	if (p->flow_label)
		n += (size_t)snprintf(ret + n, size - n, " label=0x%" PRIx32, p->flow_label);
	if (p->fragment)
		n += (size_t)snprintf(ret + n, size - n, " fragment");
	if (p->has_ports)
		n += (size_t)snprintf(ret + n, size - n, " ports=%u>%u", p->src_port, p->dst_port);
	if (p->has_spi)
		n += (size_t)snprintf(ret + n, size - n, " spi=0x%" PRIx32, p->spi);
	assert_true(n < size);
}

static void good_packets(void **state)
{
	uint8_t bytes[256];
	char view[256];

	for (size_t i = 0; i < N(good); i++) {
		size_t len = bytes_from_hex(good[i].hex, bytes, sizeof(bytes));
		struct ipfilter_packet packet;

		if (ipfilter_packet_read(bytes, len, &packet))
			fail_msg("%s", good[i].what);
		view_print(&packet, view, sizeof(view));
		if (strcmp(view, good[i].view))
			fail_msg("%s: %s", good[i].what, view);
		if (!packet.has_ports)
			assert_int_equal(packet.src_port | packet.dst_port, 0);
	}
}

static const struct {
	const char *what;
	const char *hex;
} bad[] = {
	{"1: nothing", ""},
	{"2: version 0", "00"},
	{"3: version 5", "55 00 0014 0000 0000 40 11 0000 0a3c0002 0a460001"},
	{"4: an IPv4 header cut short (open5gs#4491)", "4500001400004000401100000a3c01020a4600"},
	{"5: one octet of it", "45"},
	{"6: header length 16", "44 00 0014 0000 0000 40 11 0000 0a3c0002 0a460001"},
	{"7: header length 0", "40 00 0014 0000 0000 40 11 0000 0a3c0002 0a460001"},
	{"8: header over the length", "46 00 0014 0000 0000 40 11 0000 0a3c0002 0a460001 00000000"},
	{"9: length over the packet", IP4("00", "0015", "0000", "11")},
	{"10: length 0", IP4("00", "0000", "0000", "11")},
	{"11: a fragment with an offset of one",
	 IP4("00", "001c", "0001", "06") "0000000000000000"},
	{"12: an IPv6 header cut short",
	 "60000000 0000 3b 40 20010db8000000000000000000000001 20010db80000000000000000000000"},
	{"13: one octet of it", "60"},
	{"14: payload over the packet", IP6("0000000", "0001", "3b")},
	{"15: a jumbogram", IP6("0000000", "0000", "00") "3b00 c204 00010000"},
	{"16: an extension header cut short", IP6("0000000", "0007", "00") "3b00 0104000000"},
	{"17: one over the end", IP6("0000000", "0008", "00") "3b01 010400000000"},
	{"18: one of 2048 octets", IP6("0000000", "0008", "3c") "3bff 010400000000"},
	{"19: none where one should be", IP6("0000000", "0000", "2c")},
	{"20: a fragment header cut short", IP6("0000000", "0007", "2c") "1100 0000 000000"},
	{"21: a fragment with an offset of one",
	 IP6("0000000", "0010", "2c") "0600 0008 00000001 0000000000000000"},
	{"22: nine extension headers",
	 IP6("0000000", "0048", "00") "3c00 010400000000 3c00 010400000000 3c00 010400000000 "
				      "3c00 010400000000 3c00 010400000000 3c00 010400000000 "
				      "3c00 010400000000 3c00 010400000000 1100 010400000000"},
};

static void bad_packets(void **state)
{
	uint8_t bytes[256];

	for (size_t i = 0; i < N(bad); i++) {
		size_t len = bytes_from_hex(bad[i].hex, bytes, sizeof(bytes));
		struct ipfilter_packet packet;

		memset(&packet, 0xa5, sizeof(packet));
		if (ipfilter_packet_read(bytes, len, &packet) != -EBADMSG)
			fail_msg("%s", bad[i].what);
		assert_int_equal(packet.protocol, 0xa5);
	}
}

/* Good packets cut at every octet, alone in memory of their own (for the sanitizer) */
static void every_cut(void **state)
{
	uint8_t bytes[256];

	for (size_t i = 0; i < N(good); i++) {
		size_t len = bytes_from_hex(good[i].hex, bytes, sizeof(bytes));

		for (size_t n = 0; n < len; n++) {
			uint8_t *cut = test_malloc(n ? n : 1);
			struct ipfilter_packet packet;
			int rc;

			memcpy(cut, bytes, n);
			rc = ipfilter_packet_read(cut, n, &packet);
			assert_true(rc == 0 || rc == -EBADMSG);
			test_free(cut);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_packets),
		cmocka_unit_test(bad_packets),
		cmocka_unit_test(every_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ipfilter_packet", tests, NULL, NULL);
}
