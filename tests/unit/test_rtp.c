// SPDX-License-Identifier: Apache-2.0
/*
 * RTP, RTCP and control messages: bytes worked out by hand from RFC 3550, 8285, 4585, 3611 and
 * docs/csm.md, and what is malformed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "apps/stream/control.h"
#include "apps/stream/rtp.h"
#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t wire[4096];

/* ---- RTP ---- */

static void rtp_golden(void **state)
{
	static const uint8_t stamp[14] = {0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4};
	const struct rtp_packet packet = {.marker = true,
					  .payload_type = 96,
					  .seq = 0x1234,
					  .timestamp = 0x89abcdef,
					  .ssrc = 0xdeadbeef,
					  .ext = stamp,
					  .ext_len = sizeof(stamp)};
	uint8_t golden[64];
	const size_t len = bytes_from_hex("90 e0 1234 89abcdef deadbeef bede 0004"
					  " 1d 0001 00000002 00000003 00000004 00",
					  golden, sizeof(golden));
	struct rtp_packet back;

	assert_int_equal(rtp_header_build(&packet, wire, sizeof(wire)), len);
	assert_memory_equal(wire, golden, len);
	wire[len] = 0x65;
	assert_int_equal(rtp_parse(wire, len + 1, &back), 0);
	assert_true(back.marker);
	assert_int_equal(back.payload_type, 96);
	assert_int_equal(back.seq, 0x1234);
	assert_int_equal(back.timestamp, 0x89abcdef);
	assert_int_equal(back.ssrc, 0xdeadbeef);
	assert_int_equal(back.ext_len, 14);
	assert_memory_equal(back.ext, stamp, 14);
	assert_int_equal(back.payload_len, 1);
	assert_ptr_equal(back.payload, wire + len);
	assert_int_equal(rtp_header_build(&packet, wire, len - 1), 0);
}

static const struct {
	const char *what, *hex;
	int rc;
	size_t payload, ext;
} packets[] = {
	{"1: plain", "80 60 0001 00000001 00000001 65", 0, 1, 0},
	{"2: no payload", "80 60 0001 00000001 00000001", 0, 0, 0},
	{"3: two CSRCs", "82 60 0001 00000001 00000001 0000000a 0000000b 65", 0, 1, 0},
	{"4: padding of 4", "a0 60 0001 00000001 00000001 65 000004 00000004", 0, 4, 0},
	{"5: padding is all", "a0 60 0001 00000001 00000001 00000004", 0, 0, 0},
	{"6: another extension first",
	 "90 60 0001 00000001 00000001 bede 0002 20ff 1102 0300 0000 65", 0, 1, 2},
	{"7: padding between", "90 60 0001 00000001 00000001 bede 0002 0000 1102 0300 0000 65", 0,
	 1, 2},
	{"8: id 15 stops", "90 60 0001 00000001 00000001 bede 0002 f000 1102 0300 0000 65", 0, 1,
	 0},
	{"9: two-byte form is skipped", "90 60 0001 00000001 00000001 1000 0001 01020304 65", 0, 1,
	 0},
	{"10: extension of 0 words", "90 60 0001 00000001 00000001 bede 0000 65", 0, 1, 0},
	{"11: version 1", "40 60 0001 00000001 00000001 65", -EBADMSG, 0, 0},
	{"12: version 3", "c0 60 0001 00000001 00000001 65", -EBADMSG, 0, 0},
	{"13: short", "80 60 0001 00000001 000000", -EBADMSG, 0, 0},
	{"14: CSRCs missing", "8f 60 0001 00000001 00000001 0000000a", -EBADMSG, 0, 0},
	{"15: padding of 0", "a0 60 0001 00000001 00000001 65 00", -EBADMSG, 0, 0},
	{"16: padding over all", "a0 60 0001 00000001 00000001 65 03", -EBADMSG, 0, 0},
	{"17: padding without octets", "a0 60 0001 00000001 00000001", -EBADMSG, 0, 0},
	{"18: extension longer than packet", "90 60 0001 00000001 00000001 bede ffff 10", -EBADMSG,
	 0, 0},
	{"19: element longer than extension", "90 60 0001 00000001 00000001 bede 0001 1f000000 65",
	 -EBADMSG, 0, 0},
	{"20: empty", "", -EBADMSG, 0, 0},
};

static void rtp_rows(void **state)
{
	for (size_t i = 0; i < N(packets); i++) {
		const size_t len = bytes_from_hex(packets[i].hex, wire, sizeof(wire));
		struct rtp_packet p = {.seq = 0};
		const int rc = rtp_parse(wire, len, &p);

		if (rc != packets[i].rc || p.payload_len != packets[i].payload ||
		    p.ext_len != packets[i].ext)
			fail_msg("%s: %d, payload %zu, extension %zu", packets[i].what, rc,
				 p.payload_len, p.ext_len);
		/* however much of it is missing: never over its end */
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *part = test_malloc(cut + !cut);

			memcpy(part, wire, cut);
			rtp_parse(part, cut, &p);
			rtcp_parse(part, cut, &(struct rtcp){.has_sr = false});
			test_free(part);
		}
	}
}

/* ---- RTCP ---- */

static void sr_golden(void **state)
{
	const struct rtcp sr = {
		.has_sr = true,
		.sender_ssrc = 0x11223344,
		.sr = {0xe000000180000000, 0x01020304, 7, 9000},
		.has_echo = true,
		.echo = {0x55667788, 0x00018000, 0},
	};
	uint8_t golden[128];
	const size_t len =
		bytes_from_hex("80 c8 0006 11223344 e0000001 80000000 01020304 00000007 00002328"
			       "81 ca 0003 11223344 01 02 6361 00000000"
			       "80 cf 0005 11223344 05 00 0003 55667788 00018000 00000000",
			       golden, sizeof(golden));
	struct rtcp back;

	assert_int_equal(rtcp_build(&sr, "ca", wire, sizeof(wire)), len);
	assert_memory_equal(wire, golden, len);
	assert_true(rtp_is(wire, len));
	assert_true(rtp_is_rtcp(wire, len));
	assert_int_equal(rtcp_parse(wire, len, &back), 0);
	assert_true(back.has_sr && back.has_echo && !back.has_rr && !back.has_report &&
		    !back.has_pli);
	assert_int_equal(back.sr.ntp, sr.sr.ntp);
	assert_int_equal(back.sr.octets, 9000);
	assert_int_equal(back.echo.last_reference, 0x00018000);
}

static void rr_golden(void **state)
{
	const struct rtcp rr = {
		.has_rr = true,
		.sender_ssrc = 0x11223344,
		.has_report = true,
		.report = {0xaabbccdd, 64, -2, 0x00010005, 90, 0x12345678, 0x00010000},
		.has_reference = true,
		.reference_ntp = 0xe000000180000000,
		.has_pli = true,
		.pli_ssrc = 0xaabbccdd,
	};
	uint8_t golden[128];
	const size_t len = bytes_from_hex(
		"81 c9 0007 11223344 aabbccdd 40 fffffe 00010005 0000005a 12345678 00010000"
		"81 ca 0002 11223344 01 01 63 00"
		"80 cf 0004 11223344 04 00 0002 e0000001 80000000"
		"81 ce 0002 11223344 aabbccdd",
		golden, sizeof(golden));
	struct rtcp back;

	assert_int_equal(rtcp_build(&rr, "c", wire, sizeof(wire)), len);
	assert_memory_equal(wire, golden, len);
	assert_int_equal(rtcp_parse(wire, len, &back), 0);
	assert_int_equal(back.report.lost, -2);
	assert_int_equal(back.report.fraction_lost, 64);
	assert_int_equal(back.report.since_sr, 0x00010000);
	assert_int_equal(back.pli_ssrc, 0xaabbccdd);
	assert_int_equal(back.reference_ntp, rr.reference_ntp);
	assert_true(back.has_pli && back.has_reference && back.has_report);
	for (size_t size = 0; size < len; size++)
		assert_int_equal(rtcp_build(&rr, "c", wire, size), 0);
}

static void rtcp_longest_fits(void **state)
{
	const struct rtcp all = {.has_sr = true,
				 .has_report = true,
				 .has_reference = true,
				 .has_echo = true,
				 .has_pli = true};
	char cname[100];

	memset(cname, 'x', sizeof(cname) - 1);
	cname[sizeof(cname) - 1] = 0;
	assert_in_range(rtcp_build(&all, cname, wire, RTCP_LEN_MAX), 160, RTCP_LEN_MAX);
}

static const struct {
	const char *what, *hex;
	int rc;
} compounds[] = {
	{"1: unknown types are skipped", "80 c0 0000 80 df 0001 00000000", 0},
	{"2: BYE", "80 c9 0001 00000001 81 cb 0001 00000001", 0},
	{"3: padding in the last", "a0 c9 0002 00000001 00000004", 0},
	{"4: several reports",
	 "82 c9 000d 00000001"
	 " 00000002 00000000 00000000 00000000 00000000 00000000"
	 " 00000003 00000000 00000000 00000000 00000000 00000000",
	 0},
	{"5: empty", "", -EBADMSG},
	{"6: head only", "80 c9", -EBADMSG},
	{"7: version 1", "40 c9 0001 00000001", -EBADMSG},
	{"8: longer than the datagram", "80 c9 0002 00000001", -EBADMSG},
	{"9: report missing", "81 c9 0001 00000001", -EBADMSG},
	{"10: a second report missing",
	 "82 c9 0007 00000001"
	 " 00000002 00000000 00000000 00000000 00000000 00000000",
	 -EBADMSG},
	{"11: SR without its times", "80 c8 0001 00000001", -EBADMSG},
	{"12: padding before the last", "a0 c9 0001 00000001 80 c9 0001 00000001", -EBADMSG},
	{"13: PLI without media", "81 ce 0001 00000001", -EBADMSG},
	{"14: XR block longer than the packet", "80 cf 0002 00000001 04 00 0002", -EBADMSG},
	{"15: octets behind", "80 c9 0001 00000001 80", -EBADMSG},
};

static void rtcp_rows(void **state)
{
	for (size_t i = 0; i < N(compounds); i++) {
		const size_t len = bytes_from_hex(compounds[i].hex, wire, sizeof(wire));
		struct rtcp rtcp;
		const int rc = rtcp_parse(wire, len, &rtcp);

		if (rc != compounds[i].rc)
			fail_msg("%s: %d", compounds[i].what, rc);
	}
}

static void ntp_times(void **state)
{
	/* 1970-01-01 is 2208988800 s after 1900; half a second is 2^31 */
	assert_int_equal(rtp_ntp(0), UINT64_C(2208988800) << 32);
	assert_int_equal(rtp_ntp(1500000000), (UINT64_C(2208988801) << 32) | 0x80000000);
	assert_int_equal(rtp_ntp_middle(0x1111222233334444), 0x22223333);
}

/* ---- control messages ---- */

#define KEY "00112233445566778899aabbccddeeff"

static const struct {
	const char *what, *hex;
	int rc;
} controls[] = {
	{"1: JOIN", "01" KEY, 0},
	{"2: LEAVE", "04" KEY, 0},
	{"3: INPUT of one", "02" KEY "00000001 01 06", 0},
	{"4: INPUT of three", "02" KEY "fffffffd 03 000102", 0},
	{"5: SWITCH", "03" KEY "00000007", 0},
	{"6: VIEW", "05" KEY "02 7b7d", 0},
	{"7: empty VIEW", "05" KEY "00", 0},
	{"8: ROLE", "09" KEY "00000007 01 00", 0},
	{"9: ROLE, not known", "09" KEY "00000000 02 02", 0},
	{"10: nothing", "", -EOPNOTSUPP},
	{"11: JOIN with more", "01" KEY "00", -EBADMSG},
	{"12: key cut", "01 0011", -EBADMSG},
	{"13: type 6", "06" KEY, -EOPNOTSUPP},
	{"14: type 15", "0f" KEY, -EOPNOTSUPP},
	{"15: INPUT of none", "02" KEY "00000001 00", -EBADMSG},
	{"16: INPUT shorter than it says", "02" KEY "00000001 02 01", -EBADMSG},
	{"17: INPUT longer than it says", "02" KEY "00000001 01 0102", -EBADMSG},
	{"18: no such input", "02" KEY "00000001 01 07", -EBADMSG},
	{"19: INPUT from 0", "02" KEY "00000000 01 01", -EBADMSG},
	{"20: INPUT past the last number", "02" KEY "ffffffff 02 0101", -EBADMSG},
	{"21: INPUT of 65", "02" KEY "00000001 41", -EBADMSG},
	{"22: SWITCH short", "03" KEY "000007", -EBADMSG},
	{"23: VIEW short", "05" KEY "03 7b7d", -EBADMSG},
	{"24: VIEW without length", "05" KEY, -EBADMSG},
	{"25: ROLE 0", "09" KEY "00000007 00 00", -EBADMSG},
	{"26: ROLE with outcome 4", "09" KEY "00000007 01 04", -EBADMSG},
};

static void control_rows(void **state)
{
	for (size_t i = 0; i < N(controls); i++) {
		const size_t len = bytes_from_hex(controls[i].hex, wire, sizeof(wire));
		struct control_message m;
		uint8_t again[CONTROL_LEN_MAX];
		const int rc = control_parse(wire, len, &m);

		if (rc != controls[i].rc)
			fail_msg("%s: %d", controls[i].what, rc);
		if (rc)
			continue;
		assert_true(control_is(wire, len));
		assert_int_equal(control_build(&m, again), len);
		assert_memory_equal(again, wire, len);
	}
}

static void control_longest(void **state)
{
	struct control_message m = {.type = CONTROL_INPUT, .input = {.first = 1, .count = 64}},
			       back;

	assert_int_equal(control_build(&m, wire), 17 + 5 + 64);
	assert_int_equal(control_parse(wire, 17 + 5 + 64, &back), 0);
	m = (struct control_message){.type = CONTROL_VIEW, .view = {.len = 255}};
	assert_int_equal(control_build(&m, wire), CONTROL_LEN_MAX);
	assert_int_equal(control_parse(wire, CONTROL_LEN_MAX, &back), 0);
	m = (struct control_message){.type = CONTROL_INPUT, .input = {.first = 1, .count = 65}};
	assert_int_equal(control_build(&m, wire), 0);
	m = (struct control_message){.type = CONTROL_ROLE, .role = {.role = 3}};
	assert_int_equal(control_build(&m, wire), 0);
	m.type = 7;
	assert_int_equal(control_build(&m, wire), 0);
	assert_false(control_is(wire, 0));
	wire[0] = 128;
	assert_false(control_is(wire, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rtp_golden),	     cmocka_unit_test(rtp_rows),
		cmocka_unit_test(sr_golden),	     cmocka_unit_test(rr_golden),
		cmocka_unit_test(rtcp_longest_fits), cmocka_unit_test(rtcp_rows),
		cmocka_unit_test(ntp_times),	     cmocka_unit_test(control_rows),
		cmocka_unit_test(control_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
