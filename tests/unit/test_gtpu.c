// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: bytes worked out by hand from TS 29.281 and TS 38.415 V17 (good ones dissected by
 * tshark 4.0.17 without complaint, but for Tunnel Status and Recovery Time Stamp, which it doesn't
 * know) against structs and text, and what is malformed, the packets that crashed other user planes
 * among it.
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
	{"9: no options, and the spare bit of the flags", "38 ff 0014 000000ab " IP4,
	 "g-pdu teid=0xab payload=20", "30 ff 0014 000000ab " IP4},
	{"10: an extension header that need not be understood, then the container",
	 "34 ff 0020 000000ab 0000 00 05 01 0000 85 01 10 09 00 " IP4,
	 "g-pdu teid=0xab psc={ul qfi=9} payload=20",
	 "34 ff 001c 000000ab 0000 00 85 01 10 09 00 " IP4},
	{"11: a second container: the first counts",
	 "34 ff 0020 000000ab 0000 00 85 01 10 09 85 01 10 05 00 " IP4,
	 "g-pdu teid=0xab psc={ul qfi=9} payload=20",
	 "34 ff 001c 000000ab 0000 00 85 01 10 09 00 " IP4},
	{"12: G-PDU of nothing", "30 ff 0000 00000001", "g-pdu teid=0x1 payload=0", NULL},
	{"13: Echo Request 7.2.1", "32 01 0004 00000000 0001 00 00", "echo-request teid=0x0 seq=1",
	 NULL},
	{"14: Echo Request with a private extension 8.6",
	 "32 01 000b 00000000 0001 00 00 ff 0004 00010203",
	 "echo-request teid=0x0 seq=1 private-1=0203", NULL},
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
	{"22: S and PN", "33 ff 0018 000000ab 0001 07 00 " IP4,
	 "g-pdu teid=0xab seq=1 npdu=7 payload=20", NULL},
	{"23: E alone, no extension header", "34 ff 0018 000000ab ffff ff 00 " IP4,
	 "g-pdu teid=0xab payload=20", "30 ff 0014 000000ab " IP4},
	{"24: E and S", "36 ff 001c 000000ab 0001 ff 85 01 10 09 00 " IP4,
	 "g-pdu teid=0xab seq=1 psc={ul qfi=9} payload=20",
	 "36 ff 001c 000000ab 0001 00 85 01 10 09 00 " IP4},
	{"25: E and PN", "35 ff 001c 000000ab ffff 07 85 01 10 09 00 " IP4,
	 "g-pdu teid=0xab npdu=7 psc={ul qfi=9} payload=20",
	 "35 ff 001c 000000ab 0000 07 85 01 10 09 00 " IP4},
	{"26: E, S and PN", "37 ff 001c 000000ab 0001 07 85 01 10 09 00 " IP4,
	 "g-pdu teid=0xab seq=1 npdu=7 psc={ul qfi=9} payload=20", NULL},
	{"27: PDCP PDU Number 5.2.2.2", "34 ff 001c 000000ab 0000 00 c0 01 1234 00 " IP4,
	 "g-pdu teid=0xab pdcp=4660 payload=20", NULL},
	{"28: Long PDCP PDU Number 5.2.2.2A, spare bits",
	 "34 ff 0020 000000ab 0000 00 03 02 ff1234 ffffff 00 " IP4,
	 "g-pdu teid=0xab long-pdcp=201268 payload=20",
	 "34 ff 0020 000000ab 0000 00 03 02 031234 000000 00 " IP4},
	{"29: the same by its earlier type",
	 "34 ff 0020 000000ab 0000 00 82 02 000001 000000 00 " IP4,
	 "g-pdu teid=0xab long-pdcp=1 payload=20",
	 "34 ff 0020 000000ab 0000 00 03 02 000001 000000 00 " IP4},
	{"30: Service Class Indicator 5.2.2.3", "34 ff 001c 000000ab 0000 00 20 01 07ff 00 " IP4,
	 "g-pdu teid=0xab service-class=7 payload=20",
	 "34 ff 001c 000000ab 0000 00 20 01 0700 00 " IP4},
	{"31: NR RAN Container, without a T-PDU",
	 "34 ff 000c 000000ab 0000 00 84 02 010203040506 00",
	 "g-pdu teid=0xab ran-0x84=010203040506 payload=0", NULL},
	{"32: RAN Container", "34 ff 001c 000000ab 0000 00 81 01 0102 00 " IP4,
	 "g-pdu teid=0xab ran-0x81=0102 payload=20", NULL},
	{"33: Xw RAN Container, and a second one",
	 "34 ff 0024 000000ab 0000 00 83 01 0102 84 02 000000000100 00 " IP4,
	 "g-pdu teid=0xab ran-0x83=0102 payload=20",
	 "34 ff 001c 000000ab 0000 00 83 01 0102 00 " IP4},
	{"34: all that can go together",
	 "37 ff 0038 000000ab 0001 07 85 01 00 09 40 01 0868 c0 01 1234 03 02 000005 000000 "
	 "20 01 0700 84 02 000000000100 00 " IP4,
	 "g-pdu teid=0xab seq=1 npdu=7 psc={dl qfi=9} udp-port=2152 pdcp=4660 long-pdcp=5 "
	 "service-class=7 ran-0x84=000000000100 payload=20",
	 NULL},
	{"35: in another order, each twice: the first counts, the container goes first",
	 "34 ff 0038 000000ab 0000 00 c0 01 0001 c0 01 0002 40 01 0003 40 01 0004 20 01 0500 "
	 "20 01 0600 85 01 10 09 00 " IP4 "00000000",
	 "g-pdu teid=0xab psc={ul qfi=9} udp-port=3 pdcp=1 service-class=5 payload=24",
	 "34 ff 002c 000000ab 0000 00 85 01 10 09 40 01 0003 c0 01 0001 20 01 0500 00 " IP4
	 "00000000"},
	{"36: Echo Response with IEs that are skipped",
	 "32 02 0012 00000000 0001 00 00 0e 00 c8 0002 ffff ff 0004 0001aabb",
	 "echo-response teid=0x0 seq=1 recovery=0 private-1=aabb",
	 "32 02 000d 00000000 0001 00 00 0e 00 ff 0004 0001aabb"},
	{"37: a private extension of nothing, and a second one",
	 "32 01 000e 00000000 0001 00 00 ff 0002 2a2a ff 0002 0001",
	 "echo-request teid=0x0 seq=1 private-10794=",
	 "32 01 0009 00000000 0001 00 00 ff 0002 2a2a"},
	{"38: Error Indication with Recovery Time Stamp 8.8",
	 "32 1a 0017 00000000 0000 00 00 10 0000abcd 85 0004 0a650001 e7 0004 e8000001",
	 "error-indication teid=0x0 seq=0 error=0xabcd@10.101.0.1 recovery-time=3892314113", NULL},
	{"39: Tunnel Status 7.3.3", "32 fd 0008 000000ab 0000 00 00 e6 0001 01",
	 "tunnel-status teid=0xab seq=0 charging=paused", NULL},
	{"40: Tunnel Status, charging goes on, more than is known",
	 "32 fd 0009 000000ab 0000 00 00 e6 0002 fe00", "tunnel-status teid=0xab seq=0 charging=on",
	 "32 fd 0008 000000ab 0000 00 00 e6 0001 00"},
	{"41: End Marker with a private extension", "30 fe 0006 000000ab ff 0003 000155",
	 "end-marker teid=0xab private-1=55", NULL},
	{"42: Supported Extension Headers Notification of twenty: sixteen are kept",
	 "32 1f 001a 00000000 0000 00 00 8d 14 0102030405060708090a0b0c0d0e0f1011121314",
	 "supported-extension-headers teid=0x0 seq=0 supported=0x01 supported=0x02 "
	 "supported=0x03 supported=0x04 supported=0x05 supported=0x06 supported=0x07 "
	 "supported=0x08 supported=0x09 supported=0x0a supported=0x0b supported=0x0c "
	 "supported=0x0d supported=0x0e supported=0x0f supported=0x10",
	 "32 1f 0016 00000000 0000 00 00 8d 10 0102030405060708090a0b0c0d0e0f10"},
	{"43: inner IPv6 with payload length 0 (open5gs#4180): not looked into",
	 "30 ff 0028 00000001 60000000 0000 11 40 20010db8000000000000000000000001 "
	 "20010db8000000000000000000000002",
	 "g-pdu teid=0x1 payload=40", NULL},
	{"44: an inner header cut short (open5gs#4491): the same",
	 "30 ff 0013 00000001 4500001400004000401100000a3c01020a4600", "g-pdu teid=0x1 payload=19",
	 NULL},
	{"45: a RAN container before a PDU session container: sent behind it",
	 "34 ff 0010 000000ab 0000 00 84 02 010203040506 85 01 1009 00",
	 "g-pdu teid=0xab psc={ul qfi=9} ran-0x84=010203040506 payload=0",
	 "34 ff 0010 000000ab 0000 00 85 01 1009 84 02 010203040506 00"},
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
	 "34 ff 0028 00000001 0000 00 05 01 0000 05 01 0000 05 01 0000 05 01 0000 05 "
	 "01 0000 05 01 0000 05 01 0000 05 01 0000 05 01 0000 00",
	 -EBADMSG, 0},
	{"18: PDU Set Information by its earlier type: to be understood by the endpoint",
	 "34 ff 0008 00000001 0000 00 86 01 0000 00", -EOPNOTSUPP, 0x86},
	{"19: one to be understood by all", "34 ff 0008 00000001 0000 00 c1 01 0000 00",
	 -EOPNOTSUPP, 0xc1},
	{"20: behind a container, the first of two",
	 "34 ff 0010 00000001 0000 00 85 01 10 09 99 01 0000 98 01 0000 00", -EOPNOTSUPP, 0x99},
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
	{"34: Long PDCP PDU Number of one unit", "34 ff 0008 00000001 0000 00 03 01 0001 00",
	 -EBADMSG, 0},
	{"35: by its earlier type", "34 ff 0008 00000001 0000 00 82 01 0001 00", -EBADMSG, 0},
	{"36: a private extension without its identifier",
	 "32 01 0008 00000000 0001 00 00 ff 0001 00", -EBADMSG, 0},
	{"37: a Recovery Time Stamp cut",
	 "32 1a 0016 00000000 0000 00 00 10 0000abcd 85 0004 0a650001 e7 0003 e80000", -EBADMSG, 0},
	{"38: Tunnel Status without its information", "32 fd 0004 000000ab 0000 00 00", -EBADMSG,
	 0},
	{"39: of length 0", "32 fd 0007 000000ab 0000 00 00 e6 0000", -EBADMSG, 0},
	{"40: Error Indication, IPv6 address of 15 octets",
	 "32 1a 001b 00000000 0000 00 00 10 0000abcd "
	 "85 000f fd0000000000000000000000000000",
	 -EBADMSG, 0},
	{"41: Error Indication, TEID cut", "32 1a 0008 00000000 0000 00 00 10 00abcd", -EBADMSG, 0},
	{"42: a chain into itself: no type ends it",
	 "34 ff 0010 00000001 0000 00 85 01 1009 85 01 1009 85 01 1009 85", -EBADMSG, 0},
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
	size_t len = bytes_from_hex("34 ff 0024 00000001 0000 00 05 01 0000 05 01 0000 05 "
				    "01 0000 05 01 0000 05 01 0000 05 01 0000 05 01 0000 85 "
				    "01 10 09 00",
				    wire, sizeof(wire));
	struct gtpu_msg msg;

	assert_int_equal(gtpu_decode(wire, len, &msg), 0);
	assert_int_equal(msg.header.n_extension, GTPU_MAX_EXTENSION);
	assert_int_equal(msg.header.psc.qfi, 9);
	assert_int_equal(msg.header.size, len);
}

/* What only RAN nodes exchange is told, so that an endpoint of N3 can refuse it. */
static void of_the_radio_network(void **state)
{
	static const uint8_t types[] = {0x81, 0x82, 0x83, 0x84, 0xc0};
	struct gtpu_msg msg;

	for (size_t i = 0; i < N(types); i++) {
		size_t len = bytes_from_hex("34 ff 0010 00000001 0000 00 00 02 000000 000000 85 01 "
					    "1009 00",
					    wire, sizeof(wire));

		wire[11] = types[i];
		assert_int_equal(gtpu_decode(wire, len, &msg), 0);
		assert_int_equal(msg.header.ran_extension, types[i]);
		assert_int_equal(msg.header.psc.qfi, 9);
		/* the first of two */
		wire[19] = 0xc0;
		assert_int_equal(gtpu_decode(wire, len, &msg), 0);
		assert_int_equal(msg.header.ran_extension, types[i]);
	}
	wire[11] = 0x03; /* need not be understood */
	wire[19] = 0x85;
	assert_int_equal(gtpu_decode(wire, wire[3] + GTPU_HEADER_LEN, &msg), 0);
	assert_int_equal(msg.header.ran_extension, 0);
}

/* The longest extension header: 255 units */
static void longest_ran_container(void **state)
{
	static const uint8_t octets[GTPU_MAX_RAN_CONTAINER] = {1, 2,
							       [GTPU_MAX_RAN_CONTAINER - 1] = 3};
	struct gtpu_header h = {.type = GTPU_G_PDU,
				.ran = {.type = GTPU_EXT_NR_RAN_CONTAINER,
					.len = sizeof(octets),
					.octets = octets}};
	struct gtpu_msg msg;
	size_t n;

	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, GTPU_HEADER_LEN + 4 + 255 * 4);
	assert_int_equal(coded[12], 255);
	assert_int_equal(gtpu_decode(coded, n, &msg), 0);
	assert_int_equal(msg.header.ran.len, sizeof(octets));
	assert_memory_equal(msg.header.ran.octets, octets, sizeof(octets));
	gtpu_print(&msg, text, sizeof(text));
	assert_string_equal(text, "g-pdu teid=0x0 ran-0x84=01020000000000000000000000000000"
				  "00000000000000000000000000000000...(1018) payload=0");
	h.ran.len++;
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), -EINVAL);
	h.ran.len = 3; /* padded */
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, GTPU_HEADER_LEN + 4 + 8);
	assert_memory_equal(coded + 8, "\0\0\0\x84\x02\x01\x02\0\0\0\0\0", 12);
	h.ran.type = GTPU_EXT_PDCP_NUMBER;
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), -EINVAL);
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
	m.has_private = true;
	m.private_len = UINT16_MAX - 1;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EINVAL);
	m.private_len = UINT16_MAX - 2;
	m.private_octets = wire;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EMSGSIZE);
	m.private_len = 0;
	m.header.type = GTPU_G_PDU;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EINVAL);
	m.has_private = false;
	m.payload = wire;
	m.payload_len = UINT16_MAX;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), 0);
	m.payload_len++;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EMSGSIZE);
	m.payload_len = 0;
	m.header.has_long_pdcp_number = true;
	m.header.long_pdcp_number = 0x40000;
	assert_int_equal(gtpu_encode(&m, coded, sizeof(coded), &n), -EINVAL);
}

/* Into the buffer that it was decoded from, where what it borrows is */
static void encoded_in_place(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire)), n, again;
		struct gtpu_msg msg;

		assert_int_equal(gtpu_decode(wire, len, &msg), 0);
		assert_int_equal(gtpu_encode(&msg, coded, sizeof(coded), &n), 0);
		assert_int_equal(gtpu_encode(&msg, wire, sizeof(wire), &again), 0);
		assert_int_equal(again, n);
		if (memcmp(wire, coded, n) != 0)
			fail_msg("%s", golden[i].what);
	}
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
		cmocka_unit_test(golden_packets),	cmocka_unit_test(malformed_packets),
		cmocka_unit_test(longest_chain),	cmocka_unit_test(every_cut),
		cmocka_unit_test(of_the_radio_network), cmocka_unit_test(longest_ran_container),
		cmocka_unit_test(header_lengths),	cmocka_unit_test(encode_refuses),
		cmocka_unit_test(small_text),		cmocka_unit_test(built_error_indication),
		cmocka_unit_test(encoded_in_place),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gtpu", tests, NULL, NULL);
}
