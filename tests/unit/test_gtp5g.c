// SPDX-License-Identifier: Apache-2.0
/*
 * Rules of gtp5g: text -> struct -> attributes -> struct -> text, each step against bytes that were
 * worked out by hand from the module's include/genl_*.h; what is refused; what the module tells.
 * Numbers are in this machine's byte order, which the tables take for little-endian.
 */
#include "lib/gtp5g/gtp5g.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { ROOM = 4096 };

static _Alignas(8) uint8_t message[ROOM], wanted[ROOM];

/* "seid=1;id=2;flow=permit out ..." */
static void rule_from(enum gtp5g_kind kind, const char *text, struct gtp5g_rule *ret_rule)
{
	const struct gtp5g_table *table = gtp5g_table(kind);
	struct gtp5g_expected expected = {""};
	char copy[1024], *save = NULL;

	memset(ret_rule, 0, sizeof(*ret_rule));
	ret_rule->kind = kind;
	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	for (char *word = strtok_r(copy, ";", &save); word; word = strtok_r(NULL, ";", &save)) {
		char *value = strchr(word, '=');
		size_t index;

		assert_non_null(value);
		*value++ = '\0';
		index = gtp5g_field_find(table, word);
		if (index == table->count || gtp5g_read(table, index, value, ret_rule, &expected))
			fail_msg("%s=%s: expected %s", word, value, expected.text);
	}
}

/* the same of what is told */
static char *text_of(const struct gtp5g_table *table, const void *record)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	for (size_t i = 0; i < table->count; i++) {
		if (!gtp5g_has(record, i))
			continue;
		fprintf(out, "%s%s=", ftell(out) ? ";" : "", table->field[i].name);
		gtp5g_print(table, i, record, out);
	}
	fclose(out);
	return text;
}

static void assert_text(const struct gtp5g_table *table, const void *record, const char *text)
{
	char *got = text_of(table, record);

	assert_string_equal(got, text);
	free(got);
}

/* attributes of a rule in @message; Return: their length */
static size_t encoded(const struct gtp5g_rule *rule, enum gtp5g_verb verb, const uint8_t **ret_at)
{
	struct nlmsghdr *nlh;

	memset(message, 0, sizeof(message)); /* libmnl 1.0.4 leaves what pads as it is */
	nlh = mnl_nlmsg_put_header(message);
	assert_int_equal(gtp5g_rule_put(rule, verb, nlh, ROOM), 0);
	*ret_at = mnl_nlmsg_get_payload(nlh);
	return mnl_nlmsg_get_payload_len(nlh);
}

static const struct {
	enum gtp5g_kind kind;
	const char *text, *hex;
	const char *again; /* what comes back, where it isn't the same */
} golden[] = {
	/* 1: an uplink PDR; the path "/" closes every new one */
	{GTP5G_PDR,
	 "seid=1;id=2;precedence=255;source=access;ue-address=10.60.1.2;teid=0x12345678;"
	 "local-address=10.101.2.1;outer-header-removal=gtpu-udp-ipv4;far=3;qer=4,5;urr=6",
	 "0c00 0b00 0100000000000000 0600 0300 0200 0000 0800 0400 ff000000"
	 "2800 0580 0500 0400 00 000000 0800 0100 0a3c0102"
	 "1400 0280 0800 0100 78563412 0800 0200 0a650201"
	 "0500 0600 00 000000 0800 0700 03000000 0800 0a00 04000000 0800 0a00 05000000"
	 "0800 0c00 06000000 0600 0900 2f00 0000",
	 NULL},
	/* 2: downlink with a filter: tcp from a prefix, ports; framed routes; the sender's address
	 */
	{GTP5G_PDR,
	 "id=65535;precedence=1;source=core;ue-address=10.60.1.2;"
	 "flow=permit out 6 from 10.0.0.0/8 80,8000-8080 to 10.60.1.2;spi=0x00000001;"
	 "framed-route=10.1.0.0/16,0.0.0.0/0;far=4294967295;outer-source=10.101.2.1",
	 "0600 0300 ffff 0000 0800 0400 01000000"
	 "9000 0580 0500 0400 01 000000 0800 0100 0a3c0102"
	 "5800 0380 4c00 0180 0500 0100 01 000000 0500 0200 02 000000 0500 0300 06 000000"
	 "0800 0400 0a000000 0800 0500 ff000000 0800 0600 0a3c0102 0800 0700 ffffffff"
	 "0c00 0800 50005000 401f901f 0400 0900 0800 0300 01000000"
	 "2400 0680 1000 0100 31302e312e302e302f313600 0e00 0200 302e302e302e302f3000 0000"
	 "0800 0700 ffffffff 0800 0800 0a650201 0600 0900 2f00 0000",
	 NULL},
	/* 3: forward into a tunnel; description and port are the usual ones (gtp5g_complete) */
	{GTP5G_FAR, "seid=1;id=3;action=forw;teid=0x0000004e;peer-address=10.101.1.1",
	 "0c00 0700 0100000000000000 0800 0300 03000000 0600 0400 0200 0000"
	 "2800 0580 2400 0180 0600 0100 0001 0000 0800 0200 4e000000"
	 "0800 0300 0a650101 0600 0400 6808 0000",
	 "seid=1;id=3;action=forw;outer-header-creation=gtpu-udp-ipv4;teid=0x0000004e;"
	 "peer-address=10.101.1.1;peer-port=2152"},
	/* 4: a mark and nothing else */
	{GTP5G_FAR, "id=3;action=buff,nocp;forwarding-policy=7",
	 "0800 0300 03000000 0600 0400 0c00 0000 0c00 0580 0600 0200 3700 0000", NULL},
	/* 5: rates in two parts each, of which 0 is none */
	{GTP5G_QER,
	 "seid=18446744073709551615;id=1;gate=downlink-closed;mbr-uplink=100000;mbr-downlink=258;"
	 "gbr-uplink=0;gbr-downlink=4294967295;correlation-id=9;rqi=1;qfi=63;ppi=7;rcsr=1",
	 "0c00 0d00 ffffffffffffffff 0800 0300 01000000 0500 0400 01 000000"
	 "2400 0580 0800 0100 86010000 0500 0200 a0 000000 0800 0300 01000000 0500 0400 02 000000"
	 "2400 0680 0800 0100 00000000 0500 0200 00 000000 0800 0300 ffffff00 0500 0400 ff 000000"
	 "0800 0700 09000000 0500 0800 01 000000 0500 0900 3f 000000 0500 0a00 07 000000"
	 "0500 0b00 01 000000",
	 "seid=18446744073709551615;id=1;gate=downlink-closed;mbr-uplink=100000;mbr-downlink=258;"
	 "gbr-downlink=4294967295;correlation-id=9;rqi=1;qfi=63;ppi=7;rcsr=1"},
	/* 6: two thresholds of three, a quota of 0 */
	{GTP5G_URR,
	 "seid=1;id=7;method=volum;trigger=perio,volqu;period=10;information=mbqe,mnop;"
	 "threshold-total=1000000;threshold-downlink=500000;quota-total=0",
	 "0c00 0800 0100000000000000 0800 0300 07000000 0500 0400 02 000000 0800 0500 01010000"
	 "0800 0600 0a000000 0500 0700 11 000000"
	 "2400 0980 0500 0100 05 000000 0c00 0200 40420f0000000000 0c00 0400 20a1070000000000"
	 "1800 0a80 0500 0100 01 000000 0c00 0200 0000000000000000",
	 NULL},
	/* 7 */
	{GTP5G_BAR, "seid=1;id=255;delay=2;packets=64",
	 "0c00 0600 0100000000000000 0500 0300 ff 000000 0500 0400 02 000000 0600 0500 4000 0000",
	 NULL},
};

static void rules_are_these_bytes(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		const struct gtp5g_table *table = gtp5g_table(golden[i].kind);
		size_t wanted_len = bytes_from_hex(golden[i].hex, wanted, sizeof(wanted));
		struct gtp5g_expected why = {""};
		struct gtp5g_rule rule;
		const uint8_t *at;
		size_t len;
		int rc;

		rule_from(golden[i].kind, golden[i].text, &rule);
		gtp5g_complete(&rule);
		rc = gtp5g_check(&rule, GTP5G_ADD, GTP5G_VERSION(0, 10, 2), &why);
		if (rc)
			fail_msg("row %zu: %s", i + 1, why.text);
		len = encoded(&rule, GTP5G_ADD, &at);
		if (len != wanted_len || memcmp(at, wanted, len) != 0)
			print_message("row %zu differs\n", i + 1);
		assert_int_equal(len, wanted_len);
		assert_memory_equal(at, wanted, len);
		assert_int_equal(gtp5g_rule_take(golden[i].kind, at, len, &rule), 0);
		assert_text(table, &rule, golden[i].again ? golden[i].again : golden[i].text);
	}
}

/* As the module tells them (gtp5g_genl_fill_*): what it adds, what it leaves out */
static const struct {
	enum gtp5g_kind kind;
	const char *hex, *text;
} told[] = {
	/* 1: no source interface; masks of all ones left out; an interface filter that nobody knows
	   (5) */
	{GTP5G_PDR,
	 "0600 0300 0100 0000 0800 0400 01000000 0c00 0b00 0100000000000000 0800 0700 01000000"
	 "4000 0580 0800 0100 0a3c0102 3000 0380 2c00 0180 0500 0100 01 000000 0500 0200 02 000000"
	 "0500 0300 ff 000000 0800 0400 00000000 0800 0600 0a3c0102 0400 0580",
	 "seid=1;id=1;precedence=1;ue-address=10.60.1.2;"
	 "flow=permit out ip from 0.0.0.0 to 10.60.1.2;far=1"},
	/* 2: an action of one octet, as older daemons set it; its PDRs */
	{GTP5G_FAR, "0800 0300 03000000 0500 0400 02 000000 0800 0600 0100 0200",
	 "id=3;action=forw;pdrs=1,2"},
	/* 3: all three volumes, of which the flags let one hold; the flags behind them */
	{GTP5G_URR,
	 "0800 0300 07000000 3000 0980 0c00 0200 0100000000000000 0c00 0300 0200000000000000"
	 "0c00 0400 0300000000000000 0500 0100 02 000000",
	 "id=7;threshold-uplink=2"},
	/* 4: a mark without the NUL */
	{GTP5G_FAR, "0800 0300 01000000 0600 0400 0200 0000 0c00 0580 0700 0200 313233 00",
	 "id=1;action=forw;forwarding-policy=123"},
	/* 5: bits beyond the mask, a range turned round, ports that are none */
	{GTP5G_PDR,
	 "0600 0300 0100 0000 2800 0580 2400 0380 2000 0180 0800 0400 0a000001 0800 0500 ff000000"
	 "0800 0800 05000400 0400 0900",
	 "id=1;flow=permit out ip from 10.0.0.0/8 4-5 to 0.0.0.0"},
	/* 6: values out of their range, of which there is no word */
	{GTP5G_QER, "0800 0300 01000000 0500 0400 0f 000000 0500 0900 ff 000000",
	 "id=1;gate=15;qfi=255"},
	/* 7: numbers of other sizes */
	{GTP5G_BAR, "0800 0300 01000000 0c00 0500 0200000000000000", "id=1;packets=2"},
	/* 8: a flow that others set, which the module never compares; protocol 0 is one */
	{GTP5G_PDR,
	 "0600 0300 0100 0000 2c00 0580 2800 0380 2400 0180 0500 0100 00 000000 0500 0200 01 000000"
	 "0500 0300 00 000000 0800 0500 00000000",
	 "id=1;flow=deny in 0 from any to 0.0.0.0"},
	/* 9: the answer for `qer add upf0 1:1 --qfi 9`, whole: rates that nobody set are 0 */
	{GTP5G_QER,
	 "0800 0300 01000000 0500 0400 00 000000 0c00 0d00 0100000000000000"
	 "2400 0580 0800 0100 00000000 0500 0200 00 000000 0800 0300 00000000 0500 0400 00 000000"
	 "2400 0680 0800 0100 00000000 0500 0200 00 000000 0800 0300 00000000 0500 0400 00 000000"
	 "0800 0700 00000000 0500 0800 00 000000 0500 0900 09 000000 0500 0a00 00 000000"
	 "0500 0b00 00 000000 0600 0c00 0100 0000",
	 "seid=1;id=1;gate=open;correlation-id=0;rqi=0;qfi=9;ppi=0;rcsr=0;pdrs=1"},
	/* 10: one direction of two; what is there twice is what is there last */
	{GTP5G_QER,
	 "0800 0300 01000000"
	 "2400 0580 0800 0100 00000000 0500 0200 00 000000 0800 0300 01000000 0500 0400 00 000000"
	 "1400 0680 0800 0100 01000000 0500 0200 00 000000"
	 "1400 0680 0800 0100 00000000 0500 0200 00 000000",
	 "id=1;mbr-downlink=256"},
};

static void what_the_module_tells(void **state)
{
	for (size_t i = 0; i < N(told); i++) {
		size_t len = bytes_from_hex(told[i].hex, wanted, sizeof(wanted));
		struct gtp5g_rule rule;
		int rc = gtp5g_rule_take(told[i].kind, wanted, len, &rule);

		if (rc)
			fail_msg("row %zu: %d", i + 1, rc);
		assert_text(gtp5g_table(told[i].kind), &rule, told[i].text);
	}
}

static const struct {
	const char *what;
	enum gtp5g_kind kind;
	const char *hex;
	int rc;
} malformed[] = {
	{"no id", GTP5G_BAR, "0500 0400 02 000000", -EBADMSG},
	{"nothing", GTP5G_PDR, "", -EBADMSG},
	{"half a header", GTP5G_BAR, "0500 0300 01 000000 0500", -EBADMSG},
	{"longer than the message", GTP5G_BAR, "0900 0300 01 000000", -EBADMSG},
	{"shorter than its header", GTP5G_BAR, "0500 0300 01 000000 0300 0400", -EBADMSG},
	{"a number of three octets", GTP5G_BAR, "0700 0300 010000 00", -EBADMSG},
	{"too big for the field", GTP5G_BAR, "0500 0300 01 000000 0800 0400 00010000", -EBADMSG},
	{"an address of three octets", GTP5G_PDR,
	 "0600 0300 0100 0000 0c00 0580 0700 0100 0a3c01 00", -EBADMSG},
	{"a nest that is cut", GTP5G_PDR, "0600 0300 0100 0000 0a00 0580 0800 0100 0a3c 0000",
	 -EBADMSG},
	{"ports of two octets", GTP5G_PDR,
	 "0600 0300 0100 0000 1400 0580 1000 0380 0c00 0180 0600 0800 5000 0000", -EBADMSG},
	{"a mask that is no prefix", GTP5G_PDR,
	 "0600 0300 0100 0000 1c00 0580 1800 0380 1400 0180 0800 0400 0a000001 0800 0500 ff0000ff",
	 -EBADMSG},
	{"nine ranges of ports", GTP5G_PDR,
	 "0600 0300 0100 0000 3400 0580 3000 0380 2c00 0180 2800 0900 01000100 02000200 03000300"
	 "04000400 05000500 06000600 07000700 08000800 09000900",
	 -E2BIG},
	{"a direction of two octets", GTP5G_PDR,
	 "0600 0300 0100 0000 1400 0580 1000 0380 0c00 0180 0600 0200 0200 0000", -EBADMSG},
	{"a protocol of four octets", GTP5G_PDR,
	 "0600 0300 0100 0000 1400 0580 1000 0380 0c00 0180 0800 0300 06000000", -EBADMSG},
	{"a route that is none", GTP5G_PDR,
	 "0600 0300 0100 0000 1000 0580 0c00 0680 0700 0100 312f32 00", -EBADMSG},
	{"a mark that is none", GTP5G_FAR, "0800 0300 01000000 0c00 0580 0600 0200 7800 0000",
	 -EBADMSG},
	{"PDRs of three octets", GTP5G_FAR, "0800 0300 01000000 0700 0600 010002 00", -EBADMSG},
	{"half a rate", GTP5G_QER, "0800 0300 01000000 0c00 0580 0600 0100 0100 0000", 0},
	{"its lower part of two octets", GTP5G_QER,
	 "0800 0300 01000000 1400 0580 0800 0100 01000000 0600 0200 0001 0000", -EBADMSG},
};

static void what_is_malformed(void **state)
{
	for (size_t i = 0; i < N(malformed); i++) {
		size_t len = bytes_from_hex(malformed[i].hex, wanted, sizeof(wanted));
		/* no octet behind the end */
		uint8_t *copy = malloc(len ? len : 1);
		struct gtp5g_rule rule;
		int rc;

		assert_non_null(copy);
		memcpy(copy, wanted, len);
		rc = gtp5g_rule_take(malformed[i].kind, copy, len, &rule);
		if (rc != malformed[i].rc)
			fail_msg("%s: %d", malformed[i].what, rc);
		free(copy);
	}
}

static void lists_end(void **state)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);
	struct gtp5g_rule rule;

	mnl_attr_put_u16(nlh, GTP5G_AT_ID, 1);
	for (int i = 0; i < GTP5G_IDS_MAX; i++)
		mnl_attr_put_u32(nlh, GTP5G_AT_PDR_QER, (uint32_t)i);
	assert_int_equal(gtp5g_rule_take(GTP5G_PDR, mnl_nlmsg_get_payload(nlh),
					 mnl_nlmsg_get_payload_len(nlh), &rule),
			 0);
	assert_int_equal(rule.pdr.qer.count, GTP5G_IDS_MAX);
	mnl_attr_put_u32(nlh, GTP5G_AT_PDR_QER, 99);
	assert_int_equal(gtp5g_rule_take(GTP5G_PDR, mnl_nlmsg_get_payload(nlh),
					 mnl_nlmsg_get_payload_len(nlh), &rule),
			 -E2BIG);
}

/* Every room that is too small is said so, and nothing is written behind it */
static void room_is_kept_to(void **state)
{
	struct gtp5g_rule rule;
	const uint8_t *at;
	size_t whole;

	rule_from(GTP5G_PDR, golden[1].text, &rule);
	whole = NLMSG_HDRLEN + encoded(&rule, GTP5G_ADD, &at);
	for (size_t size = NLMSG_HDRLEN; size < whole; size++) {
		uint8_t *room = malloc(size);
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);

		assert_int_equal(gtp5g_rule_put(&rule, GTP5G_ADD, nlh, size), -EMSGSIZE);
		free(room);
	}
}

static const struct {
	enum gtp5g_kind kind;
	const char *name, *text;
	const char *expected; /* NULL: it is taken */
} values[] = {
	{GTP5G_PDR, "teid", "0xffffffff", NULL},
	{GTP5G_PDR, "teid", "4294967295", NULL},
	{GTP5G_PDR, "teid", "0", NULL},
	{GTP5G_PDR, "teid", "2147483648", NULL}, /* what atoi() makes negative */
	{GTP5G_PDR, "teid", "0X1f", NULL},
	{GTP5G_PDR, "teid", "4294967296",
	 "a number from 0 to 4294967295, decimal or 0x hexadecimal"},
	{GTP5G_PDR, "teid", "-1", "a number from 0 to 4294967295"},
	{GTP5G_PDR, "teid", "0x", "a number from"},
	{GTP5G_PDR, "teid", "", "a number from"},
	{GTP5G_PDR, "teid", "1f", "a number from"},
	{GTP5G_PDR, "teid", "1 ", "a number from"},
	{GTP5G_PDR, "teid", "18446744073709551617", "a number from"},
	{GTP5G_PDR, "seid", "18446744073709551615", NULL},
	{GTP5G_PDR, "seid", "0xffffffffffffffff", NULL},
	{GTP5G_PDR, "seid", "18446744073709551616", "a number from"},
	{GTP5G_PDR, "id", "65536", "a number from 0 to 65535"},
	{GTP5G_BAR, "id", "256", "a number from 0 to 255"},
	{GTP5G_PDR, "source", "n6", "one of access, core"},
	{GTP5G_PDR, "source", "1", NULL},
	{GTP5G_PDR, "source", "2", "one of access, core"},
	{GTP5G_PDR, "ue-address", "10.0.0.256", "an IPv4 address"},
	{GTP5G_PDR, "ue-address", "fd00::1", "an IPv4 address"},
	{GTP5G_PDR, "ue-address", "10.60.1.2/24", "an IPv4 address"},
	{GTP5G_PDR, "qer", "1,", "up to 32 numbers from 0 to 4294967295, with commas"},
	{GTP5G_PDR, "qer", "1,,2", "up to 32 numbers"},
	{GTP5G_PDR, "qer", "1,0x2", NULL},
	{GTP5G_PDR, "framed-route", "10.1.0.0", "up to 32 prefixes such as 10.1.0.0/16"},
	{GTP5G_PDR, "framed-route", "10.1.0.0/33", "up to 32 prefixes"},
	{GTP5G_FAR, "action", "forward", "some of, with commas, drop, forw, buff, nocp, dupl"},
	{GTP5G_FAR, "action", "buff,nocp", NULL},
	{GTP5G_FAR, "action", "2", NULL},
	{GTP5G_FAR, "action", "", "some of"},
	{GTP5G_FAR, "peer-port", "0", "a number from 1 to 65535"},
	{GTP5G_FAR, "forwarding-policy", "0", "a number from 1 to 2147483647"},
	{GTP5G_FAR, "end-marker", "no", "one of yes"},
	{GTP5G_FAR, "pdrs", "1", "nothing: the module tells it"},
	{GTP5G_QER, "qfi", "64", "a number from 0 to 63"},
	{GTP5G_QER, "mbr-uplink", "4294967296", "a number from 0 to 4294967295"},
	{GTP5G_URR, "trigger", "volth,perio,upint", NULL},
	{GTP5G_URR, "trigger", "never", "some of, with commas, perio, volth,"},
};

static void values_and_what_they_should_be(void **state)
{
	for (size_t i = 0; i < N(values); i++) {
		const struct gtp5g_table *table = gtp5g_table(values[i].kind);
		const size_t index = gtp5g_field_find(table, values[i].name);
		struct gtp5g_expected expected = {""};
		struct gtp5g_rule rule = {.kind = values[i].kind};
		int rc = gtp5g_read(table, index, values[i].text, &rule, &expected);

		assert_int_equal(rc, values[i].expected ? -EINVAL : 0);
		assert_int_equal(gtp5g_has(&rule, index), !values[i].expected);
		if (values[i].expected &&
		    strncmp(expected.text, values[i].expected, strlen(values[i].expected)) != 0)
			fail_msg("%s=%s: expected %s", values[i].name, values[i].text,
				 expected.text);
	}
}

#define FORM "'permit out PROTOCOL from NET [PORTS] to NET [PORTS]' (at "

static const struct {
	const char *text, *printed; /* NULL: refused */
	const char *expected;
} flows[] = {
	{"permit out ip from any to any", "permit out ip from any to any", NULL},
	{" permit  out\tip from any to 10.60.0.2 ", "permit out ip from any to 10.60.0.2", NULL},
	{"permit out tcp from 10.0.0.0/8 80 to any", "permit out 6 from 10.0.0.0/8 80 to any",
	 NULL},
	{"permit out 17 from any to any 1-65535", "permit out 17 from any to any 1-65535", NULL},
	{"permit out udp from any 0 to any 0,5", "permit out 17 from any 0 to any 0,5", NULL},
	{"permit out ip from 10.0.0.1/32 to 0.0.0.0/0", "permit out ip from 10.0.0.1 to any", NULL},
	{"permit out ip from 10.0.0.1/16 to any", "permit out ip from 10.0.0.0/16 to any", NULL},
	/* what no IPFilterRule for an SDF filter is: by lib/ipfilter, with its place */
	{"permit in ip from any to any", NULL,
	 "'permit out PROTOCOL from NET [PORTS] to NET [PORTS]' (at 8: 'in': only 'out' is"},
	{"deny out ip from any to any", NULL, FORM "1: 'deny': only 'permit' is allowed here)"},
	{"permit out ip from any", NULL, FORM "23: expected ports or 'to', found the end"},
	{"permit out ip to any from any", NULL, FORM "15: expected 'from', found 'to')"},
	{"", NULL, FORM "1: expected 'permit' or 'deny', found the end of the text)"},
	{"permit out gre from any to any", NULL, FORM "12: expected a protocol: 'ip' or a number"},
	{"permit out ip from host to any", NULL, FORM "20: expected an address, 'any' or"},
	{"permit out ip from 10.0.0.0/33 to any", NULL, FORM "29: expected a prefix length"},
	{"permit out ip from 10.0.0.1/255.255.0.0 to any", NULL, FORM "29: expected a prefix"},
	{"permit out ip from any to", NULL, FORM "26: expected an address"},
	{"permit out ip from any 90-80 to any", NULL, FORM "24: a range of ports that ends before"},
	{"permit out ip from any 65536 to any", NULL, FORM "24: expected a port from 0 to 65535)"},
	{"permit out ip from any 80, to any", NULL, FORM "27: expected a port"},
	{"permit out ip from any 1,2,3,4,5,6,7,8,9 to any", NULL, FORM "40: more than 8 ranges"},
	{"permit out icmp from any 80 to any", NULL, FORM "26: protocol 1 has no ports)"},
	{"permit out ip from any to any frag", NULL, FORM "31: 'frag': options are not allowed)"},
	{"permit out ip from assigned to any", NULL, FORM "20: 'assigned': the UE is behind 'to'"},
	/* and what the module can't be told */
	{"permit out 255 from any to any", NULL, "another protocol than 255, which stands for all"},
	{"permit out ip from any to assigned", NULL, "the UE's address instead of 'assigned'"},
	{"permit out ip from 2001:db8::1 to any", NULL, "IPv4 addresses: the module knows no"},
	{"permit out ip from any to ::/0", NULL, "IPv4 addresses: the module knows no others"},
};

static void flow_descriptions(void **state)
{
	const struct gtp5g_table *table = gtp5g_table(GTP5G_PDR);

	for (size_t i = 0; i < N(flows); i++) {
		struct gtp5g_expected expected = {""};
		struct gtp5g_rule rule = {.kind = GTP5G_PDR};
		char text[256];
		int rc = gtp5g_read(table, GTP5G_PDR_FLOW, flows[i].text, &rule, &expected);

		if (!!rc != !flows[i].printed)
			fail_msg("'%s': %d, expected %s", flows[i].text, rc, expected.text);
		if (!flows[i].printed) {
			if (strncmp(expected.text, flows[i].expected, strlen(flows[i].expected)) !=
			    0)
				fail_msg("'%s': expected %s", flows[i].text, expected.text);
			continue;
		}
		snprintf(text, sizeof(text), "flow=%s", flows[i].printed);
		assert_text(table, &rule, text);
	}
}

#define PDR "id=1;precedence=1;source=access;teid=1;local-address=10.0.0.1;far=1"
#define URR "id=1;method=volum;trigger="
#define V10 GTP5G_VERSION(0, 10, 2)

static const struct {
	enum gtp5g_kind kind;
	enum gtp5g_verb verb;
	uint32_t version;
	const char *text;
	int rc;
	const char *why;
} checks[] = {
	{GTP5G_PDR, GTP5G_ADD, V10, PDR, 0, ""},
	/* gtp5g#173: NULL in pdr_fill */
	{GTP5G_PDR, GTP5G_ADD, V10, "id=1;precedence=1;source=access;teid=1;local-address=10.0.0.1",
	 -EINVAL, "--far is missing: without one the kernel module dereferences NULL"},
	{GTP5G_PDR, GTP5G_ADD, V10, "id=1;precedence=1;teid=1;local-address=10.0.0.1;far=1",
	 -EINVAL, "--source is missing"},
	{GTP5G_PDR, GTP5G_ADD, V10, "id=1;source=core;ue-address=10.0.0.1;far=1", -EINVAL,
	 "--precedence is missing"},
	{GTP5G_PDR, GTP5G_ADD, V10, "precedence=1;source=core;ue-address=10.0.0.1;far=1", -EINVAL,
	 "id is missing"},
	{GTP5G_PDR, GTP5G_ADD, V10, "id=1;precedence=1;source=core;far=1", -EINVAL,
	 "one of --teid, --ue-address, --framed-route is missing"},
	{GTP5G_PDR, GTP5G_ADD, V10, "id=1;precedence=1;source=access;teid=1;far=1", -EINVAL,
	 "--teid: it needs --local-address beside it"},
	{GTP5G_PDR, GTP5G_MOD, V10, "id=1;local-address=10.0.0.1", -EINVAL,
	 "--local-address: it needs --teid beside it"},
	{GTP5G_PDR, GTP5G_MOD, V10, "id=1;precedence=5", 0, ""},
	{GTP5G_PDR, GTP5G_ADD, GTP5G_VERSION(0, 9, 16), PDR ";framed-route=10.1.0.0/16",
	 -EOPNOTSUPP, "--framed-route: gtp5g 0.9.16 doesn't know it, 0.10.0 does"},
	{GTP5G_PDR, GTP5G_ADD, 0, PDR ";framed-route=10.1.0.0/16", 0, ""},
	{GTP5G_PDR, GTP5G_ADD, GTP5G_VERSION_UNKNOWN, PDR ";framed-route=10.1.0.0/16", -EOPNOTSUPP,
	 "--framed-route: gtp5g knows it since 0.10.0, and which this is can't be told"},
	{GTP5G_PDR, GTP5G_ADD, GTP5G_VERSION_UNKNOWN, PDR, 0, ""},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1", -EINVAL, "--action is missing"},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=0", -EINVAL,
	 "--action: exactly one of drop, forw and buff"},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=nocp", -EINVAL, "--action: exactly one of"},
	{GTP5G_FAR, GTP5G_MOD, V10, "id=1;action=drop,forw", -EINVAL, "--action: exactly one of"},
	{GTP5G_FAR, GTP5G_MOD, V10, "id=1;action=7", -EINVAL, "--action: exactly one of"},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=forw,nocp", -EINVAL,
	 "--action: nocp goes with buff alone"},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=buff,nocp", 0, ""},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=drop,dupl", 0, ""},
	{GTP5G_FAR, GTP5G_MOD, V10, "id=1;teid=5", -EINVAL,
	 "--teid: it needs --peer-address beside it"},
	{GTP5G_FAR, GTP5G_MOD, V10, "id=1;peer-address=10.0.0.1", -EINVAL,
	 "--peer-address: it needs --teid beside it"},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=forw;tos=4", -EINVAL, "--tos: it needs --teid"},
	{GTP5G_FAR, GTP5G_ADD, V10, "id=1;action=forw;teid=5;peer-address=10.0.0.1;end-marker=yes",
	 -EINVAL, "--end-marker: a new FAR has no peer that was"},
	{GTP5G_FAR, GTP5G_MOD, V10, "id=1;teid=5;peer-address=10.0.0.1;end-marker=yes", 0, ""},
	/* gtp5g#153: NULL in qer_fill */
	{GTP5G_QER, GTP5G_ADD, GTP5G_VERSION(0, 9, 14), "id=1;mbr-uplink=5", -EOPNOTSUPP,
	 "--mbr-uplink and --mbr-downlink go together"},
	{GTP5G_QER, GTP5G_ADD, GTP5G_VERSION(0, 9, 14), "id=1;mbr-uplink=5;mbr-downlink=5", 0, ""},
	{GTP5G_QER, GTP5G_MOD, GTP5G_VERSION_UNKNOWN, "id=1;gbr-downlink=5", -EOPNOTSUPP,
	 "--gbr-uplink and --gbr-downlink go together"},
	{GTP5G_QER, GTP5G_ADD, 0, "id=1;mbr-uplink=5", 0, ""},
	{GTP5G_QER, GTP5G_ADD, GTP5G_VERSION(0, 9, 15), "id=1;mbr-uplink=5", 0, ""},
	{GTP5G_QER, GTP5G_ADD, V10, "id=1;mbr-uplink=0;mbr-downlink=5", -EINVAL,
	 "--mbr-uplink: a rate from 1; to let nothing pass, close the gate instead (--gate "
	 "uplink-closed)"},
	{GTP5G_QER, GTP5G_MOD, V10, "id=1;mbr-downlink=0", -EINVAL,
	 "--mbr-downlink: a rate from 1; to let nothing pass, close the gate instead (--gate "
	 "downlink-closed)"},
	{GTP5G_QER, GTP5G_MOD, V10, "id=1;gbr-downlink=0", 0, ""},
	{GTP5G_URR, GTP5G_ADD, V10, "id=1;method=volum", -EINVAL, "--trigger is missing"},
	/* one written beyond a list */
	{GTP5G_URR, GTP5G_ADD, V10, URR "perio,volth,volqu", -EINVAL,
	 "--trigger: volth and volqu are for two URRs"},
	{GTP5G_URR, GTP5G_MOD, V10, "id=1;trigger=258", -EINVAL, "--trigger: volth and volqu"},
	{GTP5G_URR, GTP5G_ADD, GTP5G_VERSION(0, 9, 3), URR "volth,volqu", -EINVAL, "--trigger:"},
	{GTP5G_URR, GTP5G_ADD, V10, URR "volth;threshold-uplink=5", 0, ""},
	/* used up at once */
	{GTP5G_URR, GTP5G_ADD, V10, URR "volqu;period=1;quota-uplink=5", -EINVAL,
	 "--quota-total, from 1, is missing: without one the module takes a quota for used up"},
	{GTP5G_URR, GTP5G_ADD, V10, URR "volqu;period=1;quota-total=0;quota-downlink=5", -EINVAL,
	 "--quota-total, from 1, is missing"},
	{GTP5G_URR, GTP5G_ADD, V10, URR "volqu;period=1;quota-total=9;quota-downlink=5", 0, ""},
	{GTP5G_URR, GTP5G_ADD, V10, URR "volqu;quota-total=0", 0, ""},
	{GTP5G_URR, GTP5G_ADD, V10, URR "perio;quota-uplink=5", 0, ""},
	{GTP5G_URR, GTP5G_MOD, V10, "id=1;quota-uplink=5", 0, ""},
	/* and not counted for */
	{GTP5G_URR, GTP5G_ADD, V10, URR "volqu;quota-total=9", -EINVAL,
	 "--period, from 1, is missing: without one the module doesn't count for a quota"},
	{GTP5G_URR, GTP5G_ADD, V10, URR "volqu;period=0;quota-total=9", -EINVAL, "--period"},
	{GTP5G_BAR, GTP5G_ADD, V10, "id=1", 0, ""},
};

static void rules_that_are_not_sent(void **state)
{
	for (size_t i = 0; i < N(checks); i++) {
		struct gtp5g_expected why = {""};
		struct gtp5g_rule rule;
		int rc;

		rule_from(checks[i].kind, checks[i].text, &rule);
		gtp5g_complete(&rule);
		rc = gtp5g_check(&rule, checks[i].verb, checks[i].version, &why);
		if (rc != checks[i].rc ||
		    strncmp(why.text, checks[i].why, strlen(checks[i].why)) != 0)
			fail_msg("%s: %d, %s", checks[i].text, rc, why.text);
	}
}

/* ---- reports and packets ---- */

struct heard {
	char text[512];
	int packets, reports;
	uint8_t octets[16];
	size_t len;
};

static void hear(struct heard *h, const struct gtp5g_table *table, const void *record)
{
	char *text = text_of(table, record);

	strncat(h->text, text, sizeof(h->text) - strlen(h->text) - 1);
	strncat(h->text, "|", sizeof(h->text) - strlen(h->text) - 1);
	free(text);
}

static void on_packet(const struct gtp5g_packet *packet, void *user)
{
	struct heard *h = user;

	hear(h, &gtp5g_packet_table, packet);
	h->packets++;
	h->len = packet->len;
	assert_true(packet->len <= sizeof(h->octets));
	memcpy(h->octets, packet->octets, packet->len);
}

static void on_report(const struct gtp5g_report *report, void *user)
{
	struct heard *h = user;

	hear(h, &gtp5g_report_table, report);
	h->reports++;
}

static void packets_that_are_buffered(void **state)
{
	static const char hex[] = "3000 0180 0600 0500 0200 0000 0c00 0600 0100000000000000"
				  "0600 0700 0c00 0000 0600 0800 0900 0000 0700 0400 450000 00";
	size_t len = bytes_from_hex(hex, wanted, sizeof(wanted));
	struct heard h = {.text = ""};

	assert_int_equal(gtp5g_tell_take(wanted, len, on_packet, on_report, &h), 0);
	assert_int_equal(h.packets, 1);
	assert_int_equal(h.len, 3);
	assert_memory_equal(h.octets, "\x45\0\0", 3);
	assert_string_equal(h.text, "seid=1;pdr=2;action=buff,nocp;sequence=9|");
}

static void reports_one_and_many(void **state)
{
	static const char one[] = "5800 0580 0800 0300 07000000 0c00 0800 0000000000000010"
				  "0c00 0900 0100000000000010"
				  "2800 0680 0c00 0200 0a00000000000000 0c00 0300 0400000000000000"
				  "0c00 0400 0600000000000000 0c00 0a00 0100000000000000";
	static const char many[] = "3000 0280 2400 0580 0800 0300 07000000 0800 0400 02000000"
				   "0c00 0a00 0100000000000000 0400 0100"
				   "0800 0580 0400 0100";
	struct heard h = {.text = ""};
	size_t len = bytes_from_hex(one, wanted, sizeof(wanted));

	assert_int_equal(gtp5g_tell_take(wanted, len, on_packet, on_report, &h), 0);
	assert_int_equal(h.reports, 1);
	assert_string_equal(h.text,
			    "seid=1;urr=7;total-octets=10;uplink-octets=4;downlink-octets=6;"
			    "start-ns=1152921504606846976;end-ns=1152921504606846977|");
	memset(&h, 0, sizeof(h));
	len = bytes_from_hex(many, wanted, sizeof(wanted));
	assert_int_equal(gtp5g_tell_take(wanted, len, on_packet, on_report, &h), 0);
	assert_int_equal(h.reports, 2);
	assert_string_equal(h.text, "seid=1;urr=7;trigger=volth||");
}

/* ---- tables ---- */

static void tables_hold_together(void **state)
{
	for (enum gtp5g_kind kind = 0; kind < GTP5G_KINDS; kind++) {
		const struct gtp5g_table *table = gtp5g_table(kind);

		assert_true(table->count <= GTP5G_FIELDS_MAX);
		assert_string_equal(table->field[GTP5G_RULE_SEID].name, "seid");
		assert_string_equal(table->field[GTP5G_RULE_ID].name, "id");
		for (size_t i = 0; i < table->count; i++) {
			const struct gtp5g_field *field = &table->field[i];

			assert_non_null(field->name);
			assert_non_null(field->help);
			assert_int_equal(gtp5g_field_find(table, field->name), i);
			assert_true(field->flags & (GTP5G_TOLD | GTP5G_KEY) || field->argument);
			assert_false(field->with >> table->count);
			assert_true((field->type != GTP5G_WORD && field->type != GTP5G_FLAGS) ||
				    field->words);
		}
	}
}

static void versions(void **state)
{
	assert_int_equal(gtp5g_version_read("0.10.2"), GTP5G_VERSION(0, 10, 2));
	assert_int_equal(gtp5g_version_read("0.9.12a"), GTP5G_VERSION(0, 9, 12));
	assert_int_equal(gtp5g_version_read("1.0"), 0);
	assert_int_equal(gtp5g_version_read(""), 0);
	assert_int_equal(gtp5g_version_read("0.999.1"), 0);
	assert_true(GTP5G_VERSION(0, 9, 16) < GTP5G_VERSION(0, 10, 0));
	assert_true(GTP5G_VERSION_UNKNOWN > 0);
	assert_true(GTP5G_VERSION_UNKNOWN < GTP5G_VERSION(0, 9, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_these_bytes),
		cmocka_unit_test(what_the_module_tells),
		cmocka_unit_test(what_is_malformed),
		cmocka_unit_test(lists_end),
		cmocka_unit_test(room_is_kept_to),
		cmocka_unit_test(values_and_what_they_should_be),
		cmocka_unit_test(flow_descriptions),
		cmocka_unit_test(rules_that_are_not_sent),
		cmocka_unit_test(packets_that_are_buffered),
		cmocka_unit_test(reports_one_and_many),
		cmocka_unit_test(tables_hold_together),
		cmocka_unit_test(versions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
