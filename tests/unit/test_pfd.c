// SPDX-License-Identifier: Apache-2.0
/*
 * PFD Contents: bytes worked out by hand from TS 29.244 V17 cl. 8.2.39 against text, and what is
 * refused, with its place and its words.
 */
#include "lib/pfd/pfd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* "permit out ip from 1.2.3.4 to any", "http://a", "a.b" */
#define FLOW  "7065726d6974206f75742069702066726f6d20312e322e332e3420746f20616e79"
#define TEXT  "permit out ip from 1.2.3.4 to any"
#define URL   "687474703a2f2f61"
#define DNAME "612e62"

static uint8_t wire[8192], coded[8192];
static struct pfd pfd;

/* @again: what encoding gives, where it isn't the same */
static const struct {
	const char *what;
	const char *hex;
	const char *text;
	const char *again;
} golden[] = {
	{"1: a flow description", "01 00 (" FLOW ")", "flow=\"" TEXT "\"", NULL},
	{"2: a URL", "02 00 (" URL ")", "url=\"http://a\"", NULL},
	{"3: a domain name", "04 00 (" DNAME ")", "domain=\"a.b\"", NULL},
	{"4: custom content", "08 00 (00ff10)", "custom=00ff10", NULL},
	{"5: empty custom content", "08 00 ()", "custom=", NULL},
	{"6: a domain name with its protocol", "14 00 (" DNAME ") (01)",
	 "domain=\"a.b\" protocol=01", NULL},
	{"7: the protocol comes behind the custom content", "1c 00 (" DNAME ") (aa) (544c53)",
	 "domain=\"a.b\" protocol=544c53 custom=aa", NULL},
	{"8: more flows", "21 00 (" FLOW ") ((" FLOW ")(" FLOW "))",
	 "flow=\"" TEXT "\" flow=\"" TEXT "\" flow=\"" TEXT "\"", NULL},
	{"9: more URLs", "42 00 (" URL ") ((" URL "))", "url=\"http://a\" url=\"http://a\"", NULL},
	{"10: more domain names, with and without protocol",
	 "84 00 (" DNAME ") ((" DNAME ")(02) (" DNAME ")())",
	 "domain=\"a.b\" domain=\"a.b\" protocol=02 domain=\"a.b\"", NULL},
	{"11: everything",
	 "ff 00 (" FLOW ")(" URL ")(" DNAME ")(00)(03) ((" FLOW "))((" URL "))((" DNAME ")(04))",
	 "flow=\"" TEXT "\" flow=\"" TEXT "\" url=\"http://a\" url=\"http://a\" "
	 "domain=\"a.b\" protocol=03 domain=\"a.b\" protocol=04 custom=00",
	 NULL},
	{"12: additional ones alone", "20 00 ((" FLOW "))", "flow=\"" TEXT "\"",
	 "01 00 (" FLOW ")"},
	{"13: an empty list beside it", "21 00 (" FLOW ") ()", "flow=\"" TEXT "\"",
	 "01 00 (" FLOW ")"},
	{"14: more behind it is skipped", "02 00 (" URL ") ffff", "url=\"http://a\"",
	 "02 00 (" URL ")"},
	{"15: quotes and strokes in a URL and in a domain name", "06 00 (22635c64) (5c22)",
	 "url=\"\\\"c\\\\d\" domain=\"\\\\\\\"\"", NULL},
	{"16: spare bits", "02 ff (" URL ")", "url=\"http://a\"", "02 00 (" URL ")"},
};

static void golden_contents(void **state)
{
	char text[1024];

	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire)), n;
		struct ipfilter_error err;

		if (pfd_decode(wire, len, &pfd, &err))
			fail_msg("%s: at %zu: %s", golden[i].what, err.position, err.text);
		assert_int_equal(pfd_print(&pfd, text, sizeof(text)), strlen(golden[i].text));
		assert_string_equal(text, golden[i].text);
		assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), 0);
		if (golden[i].again)
			len = bytes_from_hex(golden[i].again, wire, sizeof(wire));
		assert_int_equal(n, len);
		assert_memory_equal(coded, wire, n);
		for (size_t size = 0; size < len; size++)
			assert_int_equal(pfd_encode(&pfd, coded, size, &n), -ENOBUFS);
	}
}

#define LONG10 "61616161616161616161"
#define LONG64 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 "61616161"

static const struct {
	const char *what;
	const char *hex;
	int rc;
	size_t position;
	const char *error;
} bad[] = {
	{"1: nothing", "", -EBADMSG, 0, "PFD contents: cut short"},
	{"2: flags alone", "01", -EBADMSG, 0, "PFD contents: cut short"},
	{"3: no flags", "00 00", -EBADMSG, 0, "PFD contents: nothing in it"},
	{"4: empty lists", "e0 00 () () ()", -EBADMSG, 0, "PFD contents: nothing in it"},
	{"5: a length cut", "01 00 00", -EBADMSG, 2, "flow description: over the end"},
	{"6: a length over the end (as in open5gs#4154)", "01 00 ffff 61", -EBADMSG, 2,
	 "flow description: over the end"},
	{"7: no rule", "01 00 (616c6c6f77)", -EINVAL, 4,
	 "expected 'permit' or 'deny', found 'allow'"},
	{"8: an empty flow description", "01 00 ()", -EINVAL, 4,
	 "expected 'permit' or 'deny', found the end of the text"},
	{"9: deny", "01 00 (64656e79)", -EOPNOTSUPP, 4, "'deny': only 'permit' is allowed here"},
	{"10: the second of a list", "20 00 ((" FLOW ")(7065726d697420))", -EINVAL, 48,
	 "expected 'in' or 'out', found the end of the text"},
	{"11: a list cut in a length", "20 00 ((" FLOW ")00)", -EBADMSG, 39,
	 "additional flow descriptions: over the end"},
	{"12: a list with a value over its end", "60 00 ((" FLOW ")ffff) (00)", -EBADMSG, 39,
	 "additional flow descriptions: over the end"},
	{"13: an empty URL", "02 00 ()", -EBADMSG, 4, "URL: not printable, or empty"},
	{"14: a URL that can't be printed", "02 00 (610061)", -EBADMSG, 4,
	 "URL: not printable, or empty"},
	{"15: a URL too long", "02 00 (" LONG64 LONG64 LONG64 LONG64 ")", -ENOSPC, 4,
	 "URL: too long"},
	{"16: too many URLs", "42 00 (61) ((61)(61)(61)(61))", -ENOSPC, 18,
	 "additional URLs: too many"},
	{"17: too many domain names", "84 00 (61) ((61)()(61)()(61)()(61)())", -ENOSPC, 24,
	 "additional domain names: too many"},
	{"18: an empty domain name", "04 00 ()", -EBADMSG, 4,
	 "domain name: not printable, or empty"},
	{"19: a protocol without a domain name", "10 00 (01)", -EBADMSG, 4,
	 "domain name protocol: without a domain name"},
	{"20: a protocol too long", "14 00 (61) (" LONG10 LONG10 LONG10 "6161)", -ENOSPC, 7,
	 "domain name protocol: too long"},
	{"21: an additional domain name whose protocol is missing", "80 00 ((61))", -EBADMSG, 7,
	 "additional domain names: over the end"},
	{"22: custom content too long", "08 00 (" LONG64 LONG64 LONG64 LONG64 ")", -ENOSPC, 4,
	 "custom PFD content: too long"},
};

static void bad_contents(void **state)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < N(bad); i++) {
		size_t len = bytes_from_hex(bad[i].hex, wire, sizeof(wire));
		struct ipfilter_error err = {0};
		int rc = pfd_decode(wire, len, &pfd, &err);

		if (rc != bad[i].rc || err.position != bad[i].position ||
		    strcmp(err.text, bad[i].error)) {
			print_error("%s: %d at %zu: %s\n", bad[i].what, rc, err.position, err.text);
			failed++;
		}
		assert_int_equal(pfd_decode(wire, len, &pfd, NULL), bad[i].rc);
	}
	assert_int_equal(failed, 0);
}

/* Good contents cut at every octet, alone in memory of their own (for the sanitizer) */
static void every_cut(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire));

		for (size_t n = 0; n < len; n++) {
			uint8_t *cut = test_malloc(n ? n : 1);
			struct ipfilter_error err = {.position = SIZE_MAX};

			memcpy(cut, wire, n);
			if (pfd_decode(cut, n, &pfd, &err))
				assert_true(err.position <= n);
			test_free(cut);
		}
	}
}

static void fill(struct pfd *ret)
{
	static const char flow[] = "permit in 6 from assigned to 192.0.2.7 443";

	memset(ret, 0, sizeof(*ret));
	ret->n_flow = PFD_MAX_FLOW;
	for (unsigned int i = 0; i < PFD_MAX_FLOW; i++)
		assert_int_equal(
			ipfilter_parse(flow, strlen(flow), IPFILTER_PFD, &ret->flow[i], NULL), 0);
	ret->n_url = PFD_MAX_URL;
	ret->n_domain = PFD_MAX_DOMAIN;
	for (unsigned int i = 0; i < PFD_MAX_URL; i++)
		memset(ret->url[i], 'u', PFD_MAX_TEXT);
	for (unsigned int i = 0; i < PFD_MAX_DOMAIN; i++) {
		memset(ret->domain[i].name, 'd', PFD_MAX_TEXT);
		ret->domain[i].protocol_len = PFD_MAX_PROTOCOL;
	}
	ret->has_custom = true;
	ret->custom_len = PFD_MAX_CUSTOM;
}

/* As much as there may be comes through whole. */
static void fullest(void **state)
{
	static struct pfd again;
	size_t n;

	fill(&pfd);
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), 0);
	assert_int_equal(pfd_decode(coded, n, &again, NULL), 0);
	assert_memory_equal(&pfd, &again, sizeof(pfd));
	pfd.n_flow = PFD_MAX_FLOW + 1;
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
}

static void encode_refuses(void **state)
{
	size_t n = 4711;

	memset(&pfd, 0, sizeof(pfd));
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	fill(&pfd);
	pfd.flow[3].deny = true;
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	fill(&pfd);
	pfd.flow[3].src.kind = IPFILTER_IP6;
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	fill(&pfd);
	pfd.url[1][7] = '\n';
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	fill(&pfd);
	pfd.domain[1].name[0] = '\0';
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	fill(&pfd);
	memset(pfd.url[0], 'u', sizeof(pfd.url[0]));
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	fill(&pfd);
	pfd.domain[1].protocol_len = PFD_MAX_PROTOCOL + 1;
	assert_int_equal(pfd_encode(&pfd, coded, sizeof(coded), &n), -EINVAL);
	assert_int_equal(n, 4711);
}

/* One flow too many */
static void flows_in_a_row(void **state)
{
	size_t at = 4;

	wire[0] = 0x20;
	wire[1] = 0;
	for (unsigned int i = 0; i <= PFD_MAX_FLOW; i++)
		at += bytes_from_hex("(" FLOW ")", wire + at, sizeof(wire) - at);
	wire[2] = (uint8_t)((at - 4) >> 8);
	wire[3] = (uint8_t)(at - 4);
	assert_int_equal(pfd_decode(wire, at, &pfd, NULL), -ENOSPC);
}

static void what_it_matches(void **state)
{
	struct ipfilter_packet packet = {
		.protocol = 6, .has_ports = true, .src_port = 4000, .dst_port = 443};

	assert_int_equal(inet_pton(AF_INET, "10.60.0.2", packet.src), 1);
	assert_int_equal(inet_pton(AF_INET, "192.0.2.7", packet.dst), 1);
	fill(&pfd);
	assert_false(pfd_is_detectable(&pfd));
	assert_false(pfd_match(&pfd, &packet, NULL, true));
	pfd.n_url = pfd.n_domain = 0;
	assert_false(pfd_is_detectable(&pfd));
	pfd.has_custom = false;
	assert_true(pfd_is_detectable(&pfd));
	assert_true(pfd_match(&pfd, &packet, NULL, true));
	assert_false(pfd_match(&pfd, &packet, NULL, false));
	/* the last of them is enough */
	for (unsigned int i = 0; i + 1 < PFD_MAX_FLOW; i++)
		pfd.flow[i].protocol = 17;
	assert_true(pfd_match(&pfd, &packet, NULL, true));
	packet.dst_port = 80;
	assert_false(pfd_match(&pfd, &packet, NULL, true));
	pfd.n_flow = 0;
	assert_false(pfd_is_detectable(&pfd));
}

static void small_text(void **state)
{
	char small[8] = "xxxxxxx";

	memset(&pfd, 0, sizeof(pfd));
	pfd.has_custom = true;
	pfd.custom_len = 2;
	assert_int_equal(pfd_print(&pfd, small, 4), strlen("custom=0000"));
	assert_string_equal(small, "cus");
	assert_int_equal(small[4], 'x');
	assert_int_equal(pfd_print(&pfd, NULL, 0), strlen("custom=0000"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_contents), cmocka_unit_test(bad_contents),
		cmocka_unit_test(every_cut),	   cmocka_unit_test(fullest),
		cmocka_unit_test(encode_refuses),  cmocka_unit_test(flows_in_a_row),
		cmocka_unit_test(what_it_matches), cmocka_unit_test(small_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfd", tests, NULL, NULL);
}
