// SPDX-License-Identifier: Apache-2.0
/* Addresses and prefixes of both IP versions */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"

/* "-": of no family. The octets that an address doesn't use are what they were: never looked at */
static struct dp_addr addr(const char *text)
{
	struct dp_addr ret;

	memset(&ret, 0xa5, sizeof(ret));
	ret.family = strchr(text, ':') ? AF_INET6 : *text == '-' ? AF_UNSPEC : AF_INET;
	if (ret.family != AF_UNSPEC)
		assert_int_equal(inet_pton(ret.family, text, &ret.ip6), 1);
	return ret;
}

/* "10.60.0.0/16" */
static struct dp_prefix prefix(const char *text)
{
	char copy[64];
	char *slash;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	assert_non_null(slash);
	*slash = '\0';
	return (struct dp_prefix){.addr = addr(copy), .len = (unsigned)atoi(slash + 1)};
}

static void octets(void **state)
{
	const struct dp_addr none = addr("-"), ip4 = addr("10.60.1.2"), ip6 = addr("2001:db8::1");

	assert_int_equal(dp_addr_octets(&none), 0);
	assert_int_equal(dp_addr_octets(&ip4), 4);
	assert_int_equal(dp_addr_octets(&ip6), 16);
}

static void hosts(void **state)
{
	static const struct {
		const char *text;
		bool host;
	} rows[] = {
		{"10.60.1.2", true},	   {"0.0.0.0", false}, {"255.255.255.255", false},
		{"224.0.0.1", false},	   {"-", false},       {"239.255.255.255", false},
		{"2001:db8::1", true},	   {"::", false},      {"ff02::1", false},
		{"223.255.255.255", true}, {"fe80::1", true},  {"240.0.0.1", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dp_addr a = addr(rows[i].text);

		if (dp_addr_is_host(&a) != rows[i].host)
			fail_msg("%s", rows[i].text);
	}
}

static void equality(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{"10.60.1.2", "10.60.1.2", true},
		{"10.60.1.2", "10.60.1.3", false},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:db8::1", "2001:db8::2", false},
		{"0.0.0.0", "::", false},
		{"-", "0.0.0.0", false},
		{"-", "-", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dp_addr a = addr(rows[i].a), b = addr(rows[i].b);

		if (dp_addr_equal(&a, &b) != rows[i].equal ||
		    dp_addr_equal(&b, &a) != rows[i].equal)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

/* What isn't compared may differ */
static void equality_of_the_rest(void **state)
{
	struct dp_addr a = addr("10.60.1.2"), b = a;

	b.ip6.s6_addr[4] ^= 1;
	assert_true(dp_addr_equal(&a, &b));
	assert_int_equal(dp_addr_ip4(a.ip4).family, AF_INET);
	b = dp_addr_ip4(a.ip4);
	assert_true(dp_addr_equal(&a, &b));
}

static void text(void **state)
{
	static const char *const texts[] = {"10.60.1.2",
					    "255.255.255.255",
					    "2001:db8::1",
					    "::",
					    "1111:2222:3333:4444:5555:6666:7777:8888",
					    "-"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct dp_addr a = addr(texts[i]);
		char buf[DP_ADDR_TEXT];

		assert_ptr_equal(dp_addr_text(&a, buf), buf);
		assert_string_equal(buf, texts[i]);
	}
}

static void prefixes_that_are_right(void **state)
{
	static const struct {
		const char *text;
		bool right;
	} rows[] = {
		{"10.60.1.2/32", true},
		{"10.60.1.0/24", true},
		{"10.60.1.2/24", false},
		{"10.60.1.2/31", true},
		{"10.60.1.3/31", false},
		{"10.60.1.2/33", false},
		{"0.0.0.0/0", true},
		{"128.0.0.0/0", false},
		{"128.0.0.0/1", true},
		{"10.60.0.0/200", false},
		{"-/0", false},
		{"::/0", true},
		{"2001:db8::/32", true},
		{"2001:db8::1/64", false},
		{"2001:db8::1/128", true},
		{"2001:db8::/129", false},
		{"2001:db8:0:8000::/49", true},
		{"2001:db8:0:8000::/48", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dp_prefix p = prefix(rows[i].text);

		if (dp_prefix_right(&p) != rows[i].right)
			fail_msg("%s", rows[i].text);
	}
}

static void prefixes_have(void **state)
{
	static const struct {
		const char *prefix, *addr;
		bool has;
	} rows[] = {
		{"10.60.1.0/24", "10.60.1.255", true},
		{"10.60.1.0/24", "10.60.2.0", false},
		{"10.60.1.2/32", "10.60.1.2", true},
		{"10.60.1.2/32", "10.60.1.3", false},
		{"10.60.8.0/21", "10.60.15.255", true},
		{"10.60.8.0/21", "10.60.16.0", false},
		{"10.60.8.0/21", "10.60.7.255", false},
		{"0.0.0.0/0", "255.255.255.255", true},
		{"0.0.0.0/0", "::", false},
		{"::/0", "0.0.0.0", false},
		{"::/0", "-", false},
		{"::/0", "ffff::", true},
		{"2001:db8::/63", "2001:db8:0:1::7", true},
		{"2001:db8::/63", "2001:db8:0:2::7", false},
		{"2001:db8::1/128", "2001:db8::1", true},
		{"2001:db8::1/128", "2001:db8::", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dp_prefix p = prefix(rows[i].prefix);
		const struct dp_addr a = addr(rows[i].addr);

		if (dp_prefix_has(&p, &a) != rows[i].has)
			fail_msg("%s and %s", rows[i].prefix, rows[i].addr);
	}
}

static void prefixes_equal(void **state)
{
	const struct dp_prefix a = prefix("10.60.0.0/16"), b = prefix("10.60.0.0/24"),
			       c = prefix("10.61.0.0/16"), d = prefix("::/16");

	assert_true(dp_prefix_equal(&a, &a));
	assert_false(dp_prefix_equal(&a, &b));
	assert_false(dp_prefix_equal(&a, &c));
	assert_false(dp_prefix_equal(&a, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets),	 cmocka_unit_test(hosts),
		cmocka_unit_test(equality),	 cmocka_unit_test(equality_of_the_rest),
		cmocka_unit_test(text),		 cmocka_unit_test(prefixes_that_are_right),
		cmocka_unit_test(prefixes_have), cmocka_unit_test(prefixes_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
