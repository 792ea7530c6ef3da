// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: bytes worked out by hand from TS 29.281 and TS 38.415 V17 (good ones dissected by
 * tshark 4.0.17 without complaint) against structs and text, and what is malformed, the packets
 * that crashed other user planes among it.
 */
#include "lib/gtpu/gtpu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* 20 octets of user packet: an IPv4 header */
#define IP4 "45000014 00000000 40110000 0a3c0002 0a460001"

static uint8_t wire[GTPU_HEADER_LEN + 65535 + 16], coded[sizeof(wire)];
static char text[1024];

/* Good packets; @again: what encoding gives, where it isn't the same */
static const struct {
	const char *what;
	const char *hex;
	const char *text;
	const char *again;
} golden[] = {
	{"1: G-PDU 29.281 5.1, no options", "30 ff 0014 000000ab " IP4,
	 "g-pdu teid=0xab payload=20", NULL},
	{"2: G-PDU with a sequence number", "32 ff 0018 000000ab 0001 00 00 " IP4,
	 "g-pdu teid=0xab seq=1 payload=20", NULL},
	{"3: G-PDU with an N-PDU number", "31 ff 0018 000000ab 0000 07 00 " IP4,
	 "g-pdu teid=0xab npdu=7 payload=20", NULL},
	{"4: no E flag: the next type is not looked at (5.1)",
	 "32 ff 0018 000000ab 0001 00 85 " IP4, "g-pdu teid=0xab seq=1 payload=20",
	 "32 ff 0018 000000ab 0001 00 00 " IP4},
	{"5: PDU Session Container uplink, QFI 9 (38.415 5.5.2.2)",
	 "34 ff 001c 000000ab 0000 00 85 01 10 09 00 " IP4,
	 "g-pdu teid=0xab psc={ul qfi=9} payload=20", NULL},
	{"6: downlink, QFI 9 (5.5.2.1)", "34 ff 001c 000000ab 0000 00 85 01 00 09 00 " IP4,
	 "g-pdu teid=0xab psc={dl qfi=9} payload=20", NULL},
	{"7: downlink with RQI, QFI 63", "34 ff 001c 000000ab 0000 00 85 01 00 7f 00 " IP4,
	 "g-pdu teid=0xab psc={dl qfi=63 rqi} payload=20", NULL},
	{"8: downlink with PPI: two units",
	 "34 ff 0020 000000ab 0000 00 85 02 00 89 e0 000000 00 " IP4,
	 "g-pdu teid=0xab psc={dl qfi=9 ppi=7} payload=20", NULL},
	{"9: uplink with QoS monitoring, which is skipped",
	 "34 ff 002c 000000ab 0000 00 85 05 18 09 0102030405060708 0102030405060708 00 " IP4,
	 "g-pdu teid=0xab psc={ul qfi=9} payload=20",
	 "34 ff 001c 000000ab 0000 00 85 01 10 09 00 " IP4},
	{"10: an extension header that need not be understood, then the container",
	 "34 ff 0020 000000ab 0000 00 03 01 0000 85 01 10 09 00 " IP4,
	 "g-pdu teid=0xab psc={ul qfi=9} payload=20",
	 "34 ff 001c 000000ab 0000 00 85 01 10 09 00 " IP4},
	{"11: a second container: the first counts",
	 "34 ff 0020 000000ab 0000 00 85 01 10 09 85 01 10 05 00 " IP4,
	 "g-pdu teid=0xab psc={ul qfi=9} payload=20",
	 "34 ff 001c 000000ab 0000 00 85 01 10 09 00 " IP4},
	{"12: G-PDU of nothing", "30 ff 0000 00000001", "g-pdu teid=0x1 payload=0", NULL},
	{"13: Echo Request 7.2.1", "32 01 0004 00000000 0001 00 00", "echo-request teid=0x0 seq=1",
	 NULL},
	{"14: Echo Request with a private extension",
	 "32 01 000b 00000000 0001 00 00 ff 0004 00010203", "echo-request teid=0x0 seq=1",
	 "32 01 0004 00000000 0001 00 00"},
	{"15: Echo Response 7.2.2", "32 02 0006 00000000 ffff 00 00 0e 00",
	 "echo-response teid=0x0 seq=65535 recovery=0", NULL},
	{"16: Error Indication 7.3.1, IPv4",
	 "32 1a 0010 00000000 0000 00 00 10 0000abcd 85 0004 0a650001",
	 "error-indication teid=0x0 seq=0 error=0xabcd@10.101.0.1", NULL},
	{"17: Error Indication, IPv6, with the UDP port",
	 "36 1a 0020 00000000 0000 00 40 01 0868 00 10 0000abcd "
	 "85 0010 fd000000000000000000000000000001",
	 "error-indication teid=0x0 seq=0 udp-port=2152 error=0xabcd@fd00::1", NULL},
	{"18: Error Indication without S flag: taken, sent with it",
	 "30 1a 000c 00000000 10 0000abcd 85 0004 0a650001",
	 "error-indication teid=0x0 error=0xabcd@10.101.0.1",
	 "32 1a 0010 00000000 0000 00 00 10 0000abcd 85 0004 0a650001"},
	{"19: Supported Extension Headers Notification 7.2.3",
	 "32 1f 0008 00000000 0000 00 00 8d 02 85 40",
	 "supported-extension-headers teid=0x0 seq=0 supported=0x85 supported=0x40", NULL},
	{"20: End Marker 7.3.2", "30 fe 0000 000000ab", "end-marker teid=0xab", NULL},
	{"21: End Marker with a container", "34 fe 0008 000000ab 0000 00 85 01 00 09 00",
	 "end-marker teid=0xab psc={dl qfi=9}", NULL},
};

static void golden_packets(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire)), n;
		struct gtpu_msg msg;
		int rc = gtpu_decode(wire, len, &msg);

		if (rc)
			fail_msg("%s: %d", golden[i].what, rc);
		assert_int_equal(gtpu_print(&msg, text, sizeof(text)), strlen(golden[i].text));
		assert_string_equal(text, golden[i].text);
		if (msg.header.type == GTPU_G_PDU)
			assert_ptr_equal(msg.payload + msg.payload_len, wire + len);
		assert_int_equal(gtpu_encode(&msg, coded, sizeof(coded), &n), 0);
		if (golden[i].again)
			len = bytes_from_hex(golden[i].again, wire, sizeof(wire));
		assert_int_equal(n, len);
		assert_memory_equal(coded, wire, n);
	}
}

static const struct {
	const char *what;
	const char *hex;
	int rc;
	uint8_t extension;
} malformed[] = {
	{"1: nothing", "", -EBADMSG, 0},
	{"2: a header cut by one", "30 ff 0000 000000", -EBADMSG, 0},
	{"3: Length over the packet", "30 ff 0015 000000ab " IP4, -EBADMSG, 0},
	{"4: Length under the packet", "30 ff 0013 000000ab " IP4, -EBADMSG, 0},
	{"5: options cut", "34 ff 0003 000000ab 000000", -EBADMSG, 0},
	{"6: no room for options", "32 ff 0000 000000ab", -EBADMSG, 0},
	{"7: extension header of length 0, Length wrong too (gtp5g#74)",
	 "36ff003400000001000000ff00", -EBADMSG, 0},
	{"8: the same, cut", "36ff003400000001000000ff", -EBADMSG, 0},
	{"9: extension header of length 0 in a packet that is right otherwise",
	 "36 ff 0008 00000001 0000 00 ff 00 0000 00", -EBADMSG, 0},
	{"10: container of length 0", "34 ff 0008 00000001 0000 00 85 00 10 09 00", -EBADMSG, 0},
	{"11: container over the packet", "34 ff 0008 00000001 0000 00 85 02 10 09 00", -EBADMSG,
	 0},
	{"12: extension header of 255 units", "34 ff 0008 00000001 0000 00 85 ff 10 09 00",
	 -EBADMSG, 0},
	{"13: E flag, and the packet ends before the length", "34 ff 0004 00000001 0000 00 85",
	 -EBADMSG, 0},
	{"14: chain cut at the next type", "34 ff 0008 00000001 0000 00 85 01 10 09 85", -EBADMSG,
	 0},
	{"15: PDU type 2", "34 ff 0008 00000001 0000 00 85 01 20 09 00", -EBADMSG, 0},
	{"16: PPP without room for a PPI", "34 ff 0008 00000001 0000 00 85 01 00 89 00", -EBADMSG,
	 0},
	{"17: nine extension headers",
	 "34 ff 0028 00000001 0000 00 03 01 0000 03 01 0000 03 01 0000 03 01 0000 03 "
	 "01 0000 03 01 0000 03 01 0000 03 01 0000 03 01 0000 00",
	 -EBADMSG, 0},
	{"18: NR RAN container: to be understood by the endpoint",
	 "34 ff 0008 00000001 0000 00 84 01 0000 00", -EOPNOTSUPP, 0x84},
	{"19: PDCP PDU number: to be understood by all",
	 "34 ff 0008 00000001 0000 00 c0 01 0000 00", -EOPNOTSUPP, 0xc0},
	{"20: behind a container", "34 ff 000c 00000001 0000 00 85 01 10 09 82 01 0000 00",
	 -EOPNOTSUPP, 0x82},
	{"21: version 0", "10 ff 0000 00000001", -EPROTONOSUPPORT, 0},
	{"22: version 2: GTP-C", "48 20 0000 00000001", -EPROTONOSUPPORT, 0},
	{"23: GTP'", "20 ff 0000 00000001", -EPROTONOSUPPORT, 0},
	{"24: message type 3", "30 03 0000 00000000", -EOPNOTSUPP, 0},
	{"25: Echo Response without Recovery", "32 02 0004 00000000 0001 00 00", -EBADMSG, 0},
	{"26: Recovery cut", "32 02 0005 00000000 0001 00 00 0e", -EBADMSG, 0},
	{"27: Error Indication without TEID", "32 1a 000b 00000000 0000 00 00 85 0004 0a650001",
	 -EBADMSG, 0},
	{"28: Error Indication without address", "32 1a 0009 00000000 0000 00 00 10 0000abcd",
	 -EBADMSG, 0},
	{"29: Error Indication, address of 5 octets",
	 "32 1a 0011 00000000 0000 00 00 10 0000abcd 85 0005 0a65000100", -EBADMSG, 0},
	{"30: Error Indication, address over the end",
	 "32 1a 0010 00000000 0000 00 00 10 0000abcd 85 0010 0a650001", -EBADMSG, 0},
	{"31: an IE of unknown size", "32 01 0006 00000000 0001 00 00 05 00", -EBADMSG, 0},
	{"32: an IE cut in its length", "32 01 0006 00000000 0001 00 00 ff 00", -EBADMSG, 0},
	{"33: Supported Extension Headers of none", "32 1f 0006 00000000 0000 00 00 8d 00",
	 -EBADMSG, 0},
};

static void malformed_packets(void **state)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < N(malformed); i++) {
		size_t len = bytes_from_hex(malformed[i].hex, wire, sizeof(wire));
		struct gtpu_msg msg;
		int rc = gtpu_decode(wire, len, &msg);

		if (rc != malformed[i].rc ||
		    (rc == -EOPNOTSUPP && msg.header.unknown_extension != malformed[i].extension)) {
			print_error("%s: %d, extension 0x%02x\n", malformed[i].what, rc,
				    msg.header.unknown_extension);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* Eight extension headers are taken. */
static void longest_chain(void **state)
{
	size_t len = bytes_from_hex("34 ff 0024 00000001 0000 00 03 01 0000 03 01 0000 03 "
				    "01 0000 03 01 0000 03 01 0000 03 01 0000 03 01 0000 85 "
				    "01 10 09 00",
				    wire, sizeof(wire));
	struct gtpu_msg msg;

	assert_int_equal(gtpu_decode(wire, len, &msg), 0);
	assert_int_equal(msg.header.n_extension, GTPU_MAX_EXTENSION);
	assert_int_equal(msg.header.psc.qfi, 9);
	assert_int_equal(msg.header.size, len);
}

/* Good packets cut at every octet, alone in memory of their own (for the sanitizer) */
static void every_cut(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire));

		for (size_t n = 0; n < len; n++) {
			uint8_t *cut = test_malloc(n ? n : 1);
			struct gtpu_msg msg;

			memcpy(cut, wire, n);
			assert_int_equal(gtpu_decode(cut, n, &msg), -EBADMSG);
			if (n >= GTPU_HEADER_LEN) {
				cut[2] = (uint8_t)((n - GTPU_HEADER_LEN) >> 8);
				cut[3] = (uint8_t)(n - GTPU_HEADER_LEN);
				(void)!gtpu_decode(cut, n, &msg);
			}
			test_free(cut);
		}
	}
}

static void header_lengths(void **state)
{
	struct gtpu_header h = {.type = GTPU_G_PDU, .teid = 0x12345678};
	size_t n;

	assert_int_equal(gtpu_header_encode(&h, 1400, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, GTPU_HEADER_LEN);
	assert_memory_equal(coded, "\x30\xff\x05\x78\x12\x34\x56\x78", n);
	h.has_psc = true;
	h.psc = (struct gtpu_psc){.type = GTPU_PSC_DL, .qfi = 5, .rqi = true};
	assert_int_equal(gtpu_header_encode(&h, 1400, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, GTPU_HEADER_PSC_LEN);
	assert_memory_equal(coded, "\x34\xff\x05\x80\x12\x34\x56\x78\0\0\0\x85\x01\0\x45\0", n);
}

static void encode_refuses(void **state)
{
	struct gtpu_header h = {.type = GTPU_G_PDU, .has_psc = true};
	struct gtpu_msg m = {.header = {.type = 3}};
	size_t n = 4711;

	for (size_t size = 0; size < GTPU_HEADER_PSC_LEN; size++) {
		coded[size] = 0xa5;
		assert_int_equal(gtpu_header_encode(&h, 0, coded, size, &n), -ENOBUFS);
		assert_int_equal(coded[size], 0xa5);
	}
	assert_int_equal(gtpu_header_encode(&h, 65535 - 8, coded, sizeof(coded), &n), 0);
	assert_int_equal(gtpu_header_encode(&h, 65535 - 7, coded, sizeof(coded), &n), -EMSGSIZE);
	h.psc.qfi = 64;
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), -EINVAL);
	h.psc = (struct gtpu_psc){.type = GTPU_PSC_UL, .rqi = true};
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), -EINVAL);
	h.psc = (struct gtpu_psc){.type = GTPU_PSC_DL, .has_ppi = true, .ppi = 8};
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), -EINVAL);
	h.psc = (struct gtpu_psc){.type = 2};
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), -EINVAL);
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EINVAL);
	m.header.type = GTPU_SUPPORTED_EXTENSION_HEADERS;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EINVAL);
	m.header.type = GTPU_ECHO_RESPONSE;
	assert_int_equal(gtpu_encode(&m, coded, 13, &n), -ENOBUFS);
}

/* What a UPF answers to a tunnel that it doesn't have, filled from a struct */
static void built_error_indication(void **state)
{
	struct gtpu_msg m = {.header = {.type = GTPU_ERROR_INDICATION}, .error_teid = 0xabcd};
	size_t n, len = bytes_from_hex(golden[15].hex, wire, sizeof(wire));

	assert_int_equal(inet_pton(AF_INET, "10.101.0.1", &m.error_ip4), 1);
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, len);
	assert_memory_equal(coded, wire, n);
}

static void small_text(void **state)
{
	struct gtpu_msg m = {.header = {.type = GTPU_END_MARKER, .teid = 1}};
	char small[8] = "xxxxxxx";

	assert_int_equal(gtpu_print(&m, small, 4), strlen("end-marker teid=0x1"));
	assert_string_equal(small, "end");
	assert_int_equal(small[4], 'x');
	assert_int_equal(gtpu_print(&m, NULL, 0), strlen("end-marker teid=0x1"));
	assert_string_equal(gtpu_message_name(3), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_packets), cmocka_unit_test(malformed_packets),
		cmocka_unit_test(longest_chain),  cmocka_unit_test(every_cut),
		cmocka_unit_test(header_lengths), cmocka_unit_test(encode_refuses),
		cmocka_unit_test(small_text),	  cmocka_unit_test(built_error_indication),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gtpu", tests, NULL, NULL);
}
