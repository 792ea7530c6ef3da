// SPDX-License-Identifier: Apache-2.0
/*
 * IPFilterRule: texts against structs and texts (RFC 6733 cl. 4.3.1, TS 29.212 cl. 5.4.2), and what
 * is refused, with its place and its words. Texts of peers are what open5gs, omec and free5gc send.
 */
#include "lib/ipfilter/ipfilter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pfcp/types.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define RFC IPFILTER_RFC6733
#define SDF IPFILTER_SDF
#define PFD IPFILTER_PFD

/* @again: what is printed, where it isn't the same */
static const struct {
	const char *what;
	enum ipfilter_use use;
	const char *text;
	const char *again;
} good[] = {
	{"1: everything", SDF, "permit out ip from any to assigned", NULL},
	{"2: router solicitations, open5gs", SDF, "permit out 58 from ff02::2 to assigned", NULL},
	{"3: the same as it comes", SDF, "permit out 58 from ff02::2/128 to assigned",
	 "permit out 58 from ff02::2 to assigned"},
	{"4: one address, one port", SDF, "permit out 17 from 172.20.166.84 to 10.45.0.2 20001",
	 NULL},
	{"5: both ports", SDF, "permit out 17 from 10.45.0.5 60011 to 10.45.0.3 60011", NULL},
	{"6: a range", SDF, "permit out 6 from 192.0.2.0/24 1000-2000 to assigned", NULL},
	{"7: lists and ranges", SDF, "permit out 6 from any 80,443,1000-2000 to assigned 0-65535,7",
	 NULL},
	{"8: as many ranges as there may be", SDF,
	 "permit out 6 from any 1,2,3,4,5,6,7-8,9 to assigned", NULL},
	{"9: a range of one", SDF, "permit out 6 from any 80-80 to assigned",
	 "permit out 6 from any 80 to assigned"},
	{"10: ports of whatever has them", SDF, "permit out ip from any 53 to assigned", NULL},
	{"11: SCTP", SDF, "permit out 132 from any 38412 to any", NULL},
	{"12: all of IPv4", SDF, "permit out ip from 0.0.0.0/0 to assigned", NULL},
	{"13: all of IPv6", SDF, "permit out ip from ::/0 to assigned", NULL},
	{"14: IPv6 prefixes", SDF, "permit out 6 from 2001:db8::/32 443 to 2001:db8:1::/64", NULL},
	{"15: another way to write an address", SDF,
	 "permit out ip from 2001:DB8:0:0:0:0:0:1 to assigned",
	 "permit out ip from 2001:db8::1 to assigned"},
	{"16: IPv4 in IPv6 is IPv6", SDF, "permit out ip from ::ffff:192.0.2.1 to ::1", NULL},
	{"17: bits beyond the mask, open5gs", SDF, "permit out 6 from 2001:db8::1/64 to assigned",
	 "permit out 6 from 2001:db8::/64 to assigned"},
	{"18: the same within an octet", SDF, "permit out ip from 10.255.255.255/9 to any",
	 "permit out ip from 10.128.0.0/9 to any"},
	{"19: names of protocols, open5gs", SDF,
	 "permit out udp from 10.200.136.98/32 1-65535 to assigned 50021",
	 "permit out 17 from 10.200.136.98 1-65535 to assigned 50021"},
	{"20: icmp", SDF, "permit out icmp from any to assigned",
	 "permit out 1 from any to assigned"},
	{"21: ipv6-icmp", SDF, "permit out ipv6-icmp from ff02::2/128 to assigned",
	 "permit out 58 from ff02::2 to assigned"},
	{"22: tcp, sctp", SDF, "permit out tcp from any to any", "permit out 6 from any to any"},
	{"23: sctp", SDF, "permit out sctp from any 1 to any", "permit out 132 from any 1 to any"},
	{"24: omec's range of one behind the UE", SDF,
	 "permit out udp from 10.0.0.0/8 to assigned 80-80",
	 "permit out 17 from 10.0.0.0/8 to assigned 80"},
	{"25: the last protocol", SDF, "permit out 255 from any to assigned", NULL},
	{"26: the first", SDF, "permit out 0 from any to assigned", NULL},
	{"27: blanks and tabs", SDF, "  permit \t out  ip from any   to assigned\t ",
	 "permit out ip from any to assigned"},
	{"28: a PFD for uplink", PFD, "permit in 6 from assigned to 10.68.28.39 80", NULL},
	{"29: as some networks write it", PFD, "permit in ip from 10.68.28.39 80 to any", NULL},
	{"30: a PFD for downlink", PFD, "permit out 6 from 10.68.28.39 80 to assigned", NULL},
	{"31: deny", RFC, "deny in ip from any to 10.0.0.0/8", NULL},
	{"32: inverted", RFC, "permit in ip from !assigned to !10.0.0.0/8 53", NULL},
	{"33: inverted, any", RFC, "deny out ip from !any to !2001:db8::1", NULL},
	{"34: the UE as the source of out", RFC, "permit out 17 from assigned 9999 to any 53",
	 NULL},
};

static int parse(const char *text, enum ipfilter_use use, struct ipfilter *ret,
		 struct ipfilter_error *err)
{
	return ipfilter_parse(text, strlen(text), use, ret, err);
}

static void good_texts(void **state)
{
	for (size_t i = 0; i < N(good); i++) {
		const char *expected = good[i].again ? good[i].again : good[i].text;
		struct ipfilter first, second;
		struct ipfilter_error err;
		char text[IPFILTER_MAX_TEXT];

		memset(&first, 0xa5, sizeof(first));
		if (parse(good[i].text, good[i].use, &first, &err))
			fail_msg("%s: at %zu: %s", good[i].what, err.position, err.text);
		assert_int_equal(ipfilter_print(&first, text, sizeof(text)), strlen(expected));
		assert_string_equal(text, expected);
		memset(&second, 0x5a, sizeof(second));
		assert_int_equal(parse(text, good[i].use, &second, NULL), 0);
		assert_memory_equal(&first, &second, sizeof(first));
	}
}

static void fields(void **state)
{
	struct ipfilter f;

	assert_int_equal(parse("permit out 6 from 192.0.2.64/26 80,1000-2000 to 198.51.100.1", SDF,
			       &f, NULL),
			 0);
	assert_false(f.deny);
	assert_false(f.in);
	assert_true(f.has_protocol);
	assert_int_equal(f.protocol, 6);
	assert_int_equal(f.src.kind, IPFILTER_IP4);
	assert_int_equal(f.src.bits, 26);
	assert_memory_equal(f.src.ip, "\xc0\0\2\x40\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(f.src.n_ports, 2);
	assert_int_equal(f.src.ports[0].low, 80);
	assert_int_equal(f.src.ports[0].high, 80);
	assert_int_equal(f.src.ports[1].low, 1000);
	assert_int_equal(f.src.ports[1].high, 2000);
	assert_int_equal(f.dst.bits, 32);
	assert_int_equal(f.dst.n_ports, 0);
	assert_int_equal(parse("deny in ip from !2001:db8::/32 to assigned", RFC, &f, NULL), 0);
	assert_true(f.deny);
	assert_true(f.in);
	assert_false(f.has_protocol);
	assert_int_equal(f.src.kind, IPFILTER_IP6);
	assert_true(f.src.inverted);
	assert_int_equal(f.dst.kind, IPFILTER_ASSIGNED);
	assert_false(f.dst.inverted);
}

#define LONG_WORD "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *what;
	enum ipfilter_use use;
	const char *text;
	int rc;
	size_t position;
	const char *error;
} bad[] = {
	{"1: nothing", SDF, "", -EINVAL, 0,
	 "expected 'permit' or 'deny', found the end of the text"},
	{"2: blanks", SDF, "   ", -EINVAL, 3,
	 "expected 'permit' or 'deny', found the end of the text"},
	{"3: does not start with permit (open5gs#4151)", SDF, "allow out ip from any to assigned",
	 -EINVAL, 0, "expected 'permit' or 'deny', found 'allow'"},
	{"4: a longer word", SDF, "permitted out ip from any to any", -EINVAL, 0,
	 "expected 'permit' or 'deny', found 'permitted'"},
	{"5: a shorter word", SDF, "perm out ip from any to any", -EINVAL, 0,
	 "expected 'permit' or 'deny', found 'perm'"},
	{"6: capitals", SDF, "PERMIT OUT IP", -EINVAL, 0,
	 "expected 'permit' or 'deny', found 'PERMIT'"},
	{"7: a long word is cut", SDF, LONG_WORD, -EINVAL, 0,
	 "expected 'permit' or 'deny', found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'"},
	{"8: what can't be printed isn't", SDF, "per\x01mit\xff\x7f", -EINVAL, 0,
	 "expected 'permit' or 'deny', found 'per?mit?\?'"},
	{"9: permit alone", SDF, "permit", -EINVAL, 6,
	 "expected 'in' or 'out', found the end of the text"},
	{"10: both", SDF, "permit both 17 from any to any", -EINVAL, 7,
	 "expected 'in' or 'out', found 'both'"},
	{"11: no protocol", SDF, "permit out", -EINVAL, 10,
	 "expected a protocol: 'ip' or a number from 0 to 255, found the end of the text"},
	{"12: no protocol", SDF, "permit out from any to any", -EINVAL, 11,
	 "expected a protocol: 'ip' or a number from 0 to 255, found 'from'"},
	{"13: a protocol over 255", SDF, "permit out 256 from any to any", -EINVAL, 11,
	 "expected a protocol: 'ip' or a number from 0 to 255, found '256'"},
	{"14: a number that would overflow", SDF, "permit out 4294967302 from any to any", -EINVAL,
	 11, "expected a protocol: 'ip' or a number from 0 to 255, found '4294967302'"},
	{"15: an unknown name", SDF, "permit out ipv4 from any to any", -EINVAL, 11,
	 "expected a protocol: 'ip' or a number from 0 to 255, found 'ipv4'"},
	{"16: a number and more", SDF, "permit out 6x from any to any", -EINVAL, 11,
	 "expected a protocol: 'ip' or a number from 0 to 255, found '6x'"},
	{"17: a sign", SDF, "permit out -1 from any to any", -EINVAL, 11,
	 "expected a protocol: 'ip' or a number from 0 to 255, found '-1'"},
	{"18: to before from", SDF, "permit out ip to any from any", -EINVAL, 14,
	 "expected 'from', found 'to'"},
	{"19: no source", SDF, "permit out ip from", -EINVAL, 18,
	 "expected an address, 'any' or 'assigned', found the end of the text"},
	{"20: a name for a source", SDF, "permit out ip from example.org to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found 'example.org'"},
	{"21: an address too short", SDF, "permit out ip from 10.0.0 to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found '10.0.0'"},
	{"22: an octet over 255", SDF, "permit out ip from 10.0.0.256 to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found '10.0.0.256'"},
	{"23: an address longer than any", SDF,
	 "permit out ip from 0000:0000:0000:0000:0000:0000:0000:0000:0000:0000 to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found "
	 "'0000:0000:0000:0000:0000:0000:0000:0000:...'"},
	{"24: a mask as in ipfw", SDF, "permit out ip from 10.0.0.0:255.0.0.0 to any", -EINVAL, 27,
	 "address:mask is ipfw's; a mask is written as /bits here"},
	{"25: a prefix of 33", SDF, "permit out ip from 10.0.0.0/33 to any", -EINVAL, 28,
	 "expected a prefix length from 0 to 32"},
	{"26: a prefix of 129", SDF, "permit out ip from 2001:db8::/129 to any", -EINVAL, 30,
	 "expected a prefix length from 0 to 128"},
	{"27: no prefix length", SDF, "permit out ip from 10.0.0.0/ to any", -EINVAL, 28,
	 "expected a prefix length from 0 to 32"},
	{"28: a mask behind the stroke", SDF, "permit out ip from 10.0.0.0/255.0.0.0 to any",
	 -EINVAL, 28, "expected a prefix length from 0 to 32"},
	{"29: a prefix of any", SDF, "permit out ip from any/0 to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found 'any/0'"},
	{"30: an empty address", SDF, "permit out ip from /8 to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found '/8'"},
	{"31: a zone", SDF, "permit out ip from fe80::1%eth0 to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found 'fe80::1%eth0'"},
	{"32: no to", SDF, "permit out ip from any", -EINVAL, 22,
	 "expected ports or 'to', found the end of the text"},
	{"33: something else", SDF, "permit out ip from any http to any", -EINVAL, 23,
	 "expected ports or 'to', found 'http'"},
	{"34: two lists of ports", SDF, "permit out ip from any 80 443 to any", -EINVAL, 26,
	 "expected 'to', found '443'"},
	{"35: no destination", SDF, "permit out ip from any to", -EINVAL, 25,
	 "expected an address, 'any' or 'assigned', found the end of the text"},
	{"36: versions differ", SDF, "permit out 6 from 192.0.2.1 to 2001:db8::1", -EINVAL, 31,
	 "addresses of two versions"},
	{"37: the other way round", SDF, "permit out 6 from 2001:db8::1 to 192.0.2.1", -EINVAL, 33,
	 "addresses of two versions"},
	{"38: port 65536", SDF, "permit out 6 from any 65536 to any", -EINVAL, 22,
	 "expected a port from 0 to 65535"},
	{"39: the second of a list", SDF, "permit out 6 from any 80,65536 to any", -EINVAL, 25,
	 "expected a port from 0 to 65535"},
	{"40: a list that ends in a comma", SDF, "permit out 6 from any 80, to any", -EINVAL, 25,
	 "expected a port from 0 to 65535"},
	{"41: an empty one in a list", SDF, "permit out 6 from any 80,,443 to any", -EINVAL, 25,
	 "expected a port from 0 to 65535"},
	{"42: half a range", SDF, "permit out 6 from any 80- to any", -EINVAL, 25,
	 "expected a port from 0 to 65535"},
	{"43: a range of three", SDF, "permit out 6 from any 80-90-100 to any", -EINVAL, 27,
	 "expected ',' between ports"},
	{"44: a range turned round", SDF, "permit out 6 from any 2000-1000 to any", -EINVAL, 22,
	 "a range of ports that ends before it begins"},
	{"45: nine ranges", SDF, "permit out 6 from any 1,2,3,4,5,6,7,8,9 to any", -ENOSPC, 38,
	 "more than 8 ranges of ports"},
	{"46: ports of ICMP", SDF, "permit out 1 from any 80 to any", -EINVAL, 22,
	 "protocol 1 has no ports"},
	{"47: ports of ICMP, destination", SDF, "permit out 58 from any to any 80", -EINVAL, 30,
	 "protocol 58 has no ports"},
	{"48: a word too many", SDF, "permit out ip from any to any always", -EINVAL, 30,
	 "expected ports or the end, found 'always'"},
	{"49: the same behind ports", SDF, "permit out ip from any to any 80 always", -EINVAL, 33,
	 "expected the end, found 'always'"},
	{"50: a rule of its own behind it", SDF,
	 "permit out ip from any to any permit out ip from any to any", -EINVAL, 30,
	 "expected ports or the end, found 'permit'"},
	{"51: deny", SDF, "deny out ip from any to assigned", -EOPNOTSUPP, 0,
	 "'deny': only 'permit' is allowed here"},
	{"52: in", SDF, "permit in ip from assigned to any", -EOPNOTSUPP, 7,
	 "'in': only 'out' is allowed here, for uplink packets too"},
	{"53: turned round (towards5gs, free5gc)", SDF, "permit out udp from assigned 9999 to any",
	 -EOPNOTSUPP, 20, "'assigned': the UE is behind 'to' in a rule for 'out'"},
	{"54: inverted", SDF, "permit out ip from !10.0.0.0/8 to assigned", -EOPNOTSUPP, 19,
	 "'!10.0.0.0/8': inverted addresses are not allowed here"},
	{"55: inverted, destination", PFD, "permit in ip from any to !assigned", -EOPNOTSUPP, 25,
	 "'!assigned': inverted addresses are not allowed here"},
	{"56: deny in a PFD", PFD, "deny out ip from any to assigned", -EOPNOTSUPP, 0,
	 "'deny': only 'permit' is allowed here"},
	{"57: inverted nothing", RFC, "permit out ip from ! to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found '!'"},
	{"58: twice inverted", RFC, "permit out ip from !!any to any", -EINVAL, 19,
	 "expected an address, 'any' or 'assigned', found '!!any'"},
	{"59: frag", SDF, "permit out ip from any to assigned frag", -EOPNOTSUPP, 35,
	 "'frag': options are not allowed"},
	{"60: ipoptions", SDF, "permit out ip from any to assigned ipoptions ssrr,!lsrr",
	 -EOPNOTSUPP, 35, "'ipoptions': options are not allowed"},
	{"61: tcpoptions", SDF, "permit out 6 from any 80 to assigned tcpoptions mss", -EOPNOTSUPP,
	 37, "'tcpoptions': options are not allowed"},
	{"62: established", PFD, "permit out 6 from any to assigned 80 established", -EOPNOTSUPP,
	 37, "'established': options are not allowed"},
	{"63: setup", RFC, "permit out 6 from any to assigned setup", -EOPNOTSUPP, 34,
	 "'setup': options are not allowed"},
	{"64: tcpflags", SDF, "permit out 6 from any to assigned tcpflags syn,!ack", -EOPNOTSUPP,
	 34, "'tcpflags': options are not allowed"},
	{"65: icmptypes", SDF, "permit out 1 from any to assigned icmptypes 0,8", -EOPNOTSUPP, 34,
	 "'icmptypes': options are not allowed"},
	{"66: a line end is no blank", SDF, "permit out ip from any to assigned\n", -EINVAL, 26,
	 "expected an address, 'any' or 'assigned', found 'assigned?'"},
};

static void bad_texts(void **state)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < N(bad); i++) {
		struct ipfilter_error err = {0};
		struct ipfilter f;
		int rc;

		memset(&f, 0xa5, sizeof(f));
		rc = parse(bad[i].text, bad[i].use, &f, &err);
		if (rc != bad[i].rc || err.position != bad[i].position ||
		    strcmp(err.text, bad[i].error)) {
			print_error("%s: %d at %zu: %s\n", bad[i].what, rc, err.position, err.text);
			failed++;
		}
		for (size_t k = 0; k < sizeof(f); k++)
			assert_int_equal(((uint8_t *)&f)[k], 0xa5);
		assert_int_equal(parse(bad[i].text, bad[i].use, &f, NULL), bad[i].rc);
	}
	assert_int_equal(failed, 0);
}

/* A NUL is a character like others that don't belong there. */
static void embedded_nul(void **state)
{
	static const char text[] = "permit out ip from any\0 to any";
	static const char behind[] = "permit out ip from any to any";
	struct ipfilter_error err;
	struct ipfilter f;

	assert_int_equal(ipfilter_parse(text, sizeof(text) - 1, SDF, &f, &err), -EINVAL);
	assert_string_equal(err.text, "expected an address, 'any' or 'assigned', found 'any?'");
	assert_int_equal(ipfilter_parse(behind, sizeof(behind), SDF, &f, &err), -EINVAL);
	assert_int_equal(ipfilter_parse(behind, sizeof(behind) - 1, SDF, &f, &err), 0);
}

/* Good texts cut at every character, alone in memory of their own (for the sanitizer) */
static void every_cut(void **state)
{
	for (size_t i = 0; i < N(good); i++) {
		for (size_t n = 0; n < strlen(good[i].text); n++) {
			char *cut = test_malloc(n ? n : 1);
			struct ipfilter_error err = {.position = SIZE_MAX};
			struct ipfilter f;
			int rc;

			memcpy(cut, good[i].text, n);
			rc = ipfilter_parse(cut, n, good[i].use, &f, &err);
			if (rc) {
				assert_int_equal(rc, -EINVAL);
				assert_true(err.position <= n);
				assert_true(strlen(err.text) > 0);
			}
			test_free(cut);
		}
	}
}

/* Five ranges of ports */
#define LONG_SIDE                                                                                  \
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 "                                             \
	"10000-10001,10000-10001,10000-10001,10000-10001,10000-10001"

/* As much as PFCP keeps, and no more */
static void longest_text(void **state)
{
	static const char longest[] =
		"permit out 132 from " LONG_SIDE " to " LONG_SIDE ",10000-10001,1000-1001,55";
	static const char over[] =
		"permit out 132 from " LONG_SIDE " to " LONG_SIDE ",10000-10001,1000-1001,555";
	char text[IPFILTER_MAX_TEXT], small[8] = "xxxxxxx";
	struct ipfilter_error err;
	struct ipfilter f;

	assert_int_equal(IPFILTER_MAX_TEXT, sizeof(((struct pfcp_sdf_filter *)0)->flow));
	assert_int_equal(sizeof(longest), sizeof(text));
	assert_int_equal(parse(longest, SDF, &f, NULL), 0);
	assert_int_equal(ipfilter_print(&f, text, sizeof(text)), sizeof(longest) - 1);
	assert_string_equal(text, longest);
	assert_int_equal(ipfilter_print(&f, small, 4), sizeof(longest) - 1);
	assert_string_equal(small, "per");
	assert_int_equal(small[4], 'x');
	assert_int_equal(ipfilter_print(&f, NULL, 0), sizeof(longest) - 1);
	assert_int_equal(parse(over, SDF, &f, &err), -ENOSPC);
	assert_int_equal(err.position, 0);
	assert_string_equal(err.text, "longer than 255 characters");
}

/* One that is longer as it came than as it is printed */
static void longer_than_it_is(void **state)
{
	char text[2 * IPFILTER_MAX_TEXT], printed[IPFILTER_MAX_TEXT];
	struct ipfilter f;

	snprintf(text, sizeof(text), "permit%*sout ip from any to any", IPFILTER_MAX_TEXT, "");
	assert_int_equal(parse(text, SDF, &f, NULL), 0);
	ipfilter_print(&f, printed, sizeof(printed));
	assert_string_equal(printed, "permit out ip from any to any");
}

static void sdf_text(void **state)
{
	struct ipfilter_sdf sdf = {.has_tos = true, .tos = 0x28, .tos_mask = 0xfc};
	char text[IPFILTER_MAX_TEXT + 100];

	assert_int_equal(ipfilter_sdf_print(&sdf, text, sizeof(text)), strlen("tos=0x28/0xfc"));
	assert_string_equal(text, "tos=0x28/0xfc");
	sdf.has_flow = sdf.has_spi = sdf.has_flow_label = sdf.has_filter_id = true;
	assert_int_equal(parse("permit out 17 from any 53 to assigned", SDF, &sdf.flow, NULL), 0);
	sdf.spi = 0x12345678;
	sdf.flow_label = 0xabcde;
	sdf.filter_id = 7;
	ipfilter_sdf_print(&sdf, text, sizeof(text));
	assert_string_equal(text, "flow=\"permit out 17 from any 53 to assigned\" tos=0x28/0xfc "
				  "spi=0x12345678 flow-label=0xabcde id=7");
	sdf = (struct ipfilter_sdf){.has_filter_id = true, .filter_id = UINT32_MAX};
	ipfilter_sdf_print(&sdf, text, sizeof(text));
	assert_string_equal(text, "id=4294967295");
	sdf.has_filter_id = false;
	assert_int_equal(ipfilter_sdf_print(&sdf, text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts),	     cmocka_unit_test(fields),
		cmocka_unit_test(bad_texts),	     cmocka_unit_test(embedded_nul),
		cmocka_unit_test(every_cut),	     cmocka_unit_test(longest_text),
		cmocka_unit_test(longer_than_it_is), cmocka_unit_test(sdf_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ipfilter", tests, NULL, NULL);
}
