// SPDX-License-Identifier: Apache-2.0
/* What gNBs say to each other, byte by byte: golden, malformed, and what is not encoded. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ran/gnb/xn_message.h"
#include "tests/unit/hex_bytes.h"

#define SUPI_HEX   "14 696d73692d303031303130303030303030303031"
#define TUNNEL_HEX "0a650201 00001234 0a3c0102"

static const struct {
	const char *hex;
	struct xn_message message;
} golden[] = {
	{"01 01 003a 00000007 0000000000000005 " SUPI_HEX " 02 01 09 " TUNNEL_HEX
	 " 0f 01 0a650202 00005678 0a3c0202",
	 {.type = XN_REQUEST,
	  .transaction = 7,
	  .amf_ue_id = 5,
	  .supi = "imsi-001010000000001",
	  .count = 2,
	  .session = {{.id = 1, .qfi = 9, .teid = 0x1234}, {.id = 15, .qfi = 1, .teid = 0x5678}}}},
	{"01 02 000e 00000007 0a650102 99aabbcc 01 01 00000042",
	 {.type = XN_ACCEPT,
	  .transaction = 7,
	  .cell = 0x99aabbcc,
	  .count = 1,
	  .session = {{.id = 1, .teid = 0x42}}}},
	{"01 03 0001 00000007 03", {.type = XN_REFUSE, .transaction = 7, .refusal = XN_BUSY}},
	{"01 04 0000 00000007", {.type = XN_CANCEL, .transaction = 7}},
	{"01 05 0000 00000007", {.type = XN_QUERY, .transaction = 7}},
	{"01 06 0001 ffffffff 02", {.type = XN_STATE, .transaction = ~0u, .state = XN_ARRIVED}},
	{"01 07 0000 00000007", {.type = XN_RELEASE, .transaction = 7}},
	{"01 08 0000 00000007", {.type = XN_RELEASED, .transaction = 7}},
};

/* The addresses, which no initialiser has */
static struct xn_message whole(size_t row)
{
	struct xn_message m = golden[row].message;

	if (m.type == XN_ACCEPT)
		m.n3.s_addr = inet_addr("10.101.1.2");
	for (uint8_t i = 0; m.type == XN_REQUEST && i < m.count; i++) {
		m.session[i].upf.s_addr = inet_addr(i ? "10.101.2.2" : "10.101.2.1");
		m.session[i].ue.s_addr = inet_addr(i ? "10.60.2.2" : "10.60.1.2");
	}
	return m;
}

static void test_golden(void **state)
{
	bool seen[XN_TYPES] = {false};

	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
		struct xn_message m = whole(i), found;
		uint8_t want[XN_MAX + 1], have[XN_MAX];
		size_t len = bytes_from_hex(golden[i].hex, want, sizeof want), have_len;

		print_message("# %s\n", xn_type_name(m.type));
		assert_int_equal(xn_encode(&m, have, sizeof have, &have_len), 0);
		assert_int_equal(have_len, len);
		assert_memory_equal(have, want, len);
		assert_int_equal(xn_encode(&m, have, len, &have_len), 0);
		assert_int_equal(xn_encode(&m, have, len - 1, &have_len), -ENOBUFS);
		assert_int_equal(xn_decode(want, len, &found), 0);
		assert_memory_equal(&found, &m, sizeof m);
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(xn_decode(want, cut, &found), -EBADMSG);
		want[len] = 0; /* nothing may stand behind */
		assert_int_equal(xn_decode(want, len + 1, &found), -EBADMSG);
		seen[m.type] = true;
	}
	for (int type = XN_REQUEST; type < XN_TYPES; type++)
		assert_true(seen[type]);
}

static const struct {
	const char *what, *hex;
} malformed[] = {
	{"another version", "02 04 0000 00000007"},
	{"no such type", "01 00 0000 00000007"},
	{"no such type", "01 09 0000 00000007"},
	{"no such reason", "01 03 0001 00000007 05"},
	{"no such state", "01 06 0001 00000007 04"},
	{"a length of another", "01 04 0001 00000007"},
	{"a SUPI with a blank", "01 01 000d 00000007 0000000000000005 03 612062 00"},
	{"no SUPI", "01 01 000a 00000007 0000000000000005 00 00"},
	{"session 0", "01 02 000e 00000007 0a650102 99aabbcc 01 00 00000042"},
	{"session 16", "01 02 000e 00000007 0a650102 99aabbcc 01 10 00000042"},
	{"TEID 0", "01 02 000e 00000007 0a650102 99aabbcc 01 01 00000000"},
	{"a session twice", "01 02 0013 00000007 0a650102 99aabbcc 02 01 00000042 01 00000043"},
	{"sessions that aren't there", "01 02 0009 00000007 0a650102 99aabbcc 05"},
	{"16 sessions", "01 02 0009 00000007 0a650102 99aabbcc 10"},
	{"QFI 64", "01 01 0019 00000007 0000000000000005 01 61 01 01 40 " TUNNEL_HEX},
};

static void test_malformed(void **state)
{
	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
		struct xn_message m = {.transaction = 4711};
		uint8_t bytes[XN_MAX];
		size_t len = bytes_from_hex(malformed[i].hex, bytes, sizeof bytes);

		print_message("# %s\n", malformed[i].what);
		assert_int_equal(xn_decode(bytes, len, &m), -EBADMSG);
		assert_int_equal(m.transaction, 4711); /* untouched */
	}
}

static void test_not_encoded(void **state)
{
	const struct xn_message rows[] = {
		{.type = 0},
		{.type = XN_TYPES},
		{.type = XN_REQUEST},
		{.type = XN_REQUEST, .supi = "two words"},
		{.type = XN_REFUSE, .refusal = XN_REFUSALS},
		{.type = XN_STATE, .state = XN_STATES},
		{.type = XN_ACCEPT, .count = XN_SESSIONS_MAX + 1},
		{.type = XN_ACCEPT, .count = 1, .session = {{.id = 1}}},
		{.type = XN_ACCEPT, .count = 1, .session = {{.teid = 1}}},
		{.type = XN_ACCEPT,
		 .count = 2,
		 .session = {{.id = 2, .teid = 1}, {.id = 1, .teid = 2}}},
	};
	uint8_t bytes[XN_MAX];
	size_t len = 4711;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu\n", i);
		assert_int_equal(xn_encode(&rows[i], bytes, sizeof bytes, &len), -EINVAL);
		assert_int_equal(len, 4711);
	}
}

/* The largest there is fits. */
static void test_largest(void **state)
{
	struct xn_message m = {.type = XN_REQUEST, .count = XN_SESSIONS_MAX}, found;
	uint8_t bytes[XN_MAX];
	size_t len;

	memset(m.supi, 'x', RADIO_TEXT_MAX);
	for (uint8_t i = 0; i < m.count; i++)
		m.session[i] = (struct xn_session){.id = (uint8_t)(i + 1), .qfi = 63, .teid = ~0u};
	assert_int_equal(xn_encode(&m, bytes, sizeof bytes, &len), 0);
	assert_int_equal(xn_decode(bytes, len, &found), 0);
	assert_memory_equal(&found, &m, sizeof m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_not_encoded),
		cmocka_unit_test(test_largest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("xn", tests, NULL, NULL);
}
