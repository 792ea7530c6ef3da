// SPDX-License-Identifier: Apache-2.0
/*
 * PDU Session Container: bytes worked out by hand from TS 38.415 V17 cl. 5.5.2 against structs and
 * text, and what is malformed. The rows are the content of the extension header, the test puts the
 * packet around it.
 */
#include "lib/gtpu/gtpu.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define STAMP1 "e800000180000000"
#define STAMP2 "e800000240000000"
#define STAMP3 "e800000320000000"

static uint8_t wire[1024], coded[1024];

/* A G-PDU of nothing, whose only extension header has this content; Return: its length */
static size_t packet_of(const char *content)
{
	size_t len = bytes_from_hex("34 ff 0000 000000ab 0000 00 85 00", wire, sizeof(wire)), n;

	n = bytes_from_hex(content, wire + len, sizeof(wire) - len);
	assert_int_equal((n + 2) % 4, 0);
	wire[len - 1] = (uint8_t)((n + 2) / 4);
	len += n;
	wire[len++] = 0;
	wire[3] = (uint8_t)(len - GTPU_HEADER_LEN);
	return len;
}

/* @again: what encoding gives, where it isn't the same */
static const struct {
	const char *what;
	const char *content;
	const char *text;
	const char *again;
} golden[] = {
	{"1: downlink", "0009", "dl qfi=9", NULL},
	{"2: downlink, QFI 0 and 63", "003f", "dl qfi=63", NULL},
	{"3: RQI", "0049", "dl qfi=9 rqi", NULL},
	{"4: PPI", "0089 e0 000000", "dl qfi=9 ppi=7", NULL},
	{"5: spare bits of the PPI's octet, padding that isn't 0", "0089 3f ffffff",
	 "dl qfi=9 ppi=1", "0089 20 000000"},
	{"6: QMP", "0809" STAMP1, "dl qfi=9 dl-sent=0xe800000180000000", NULL},
	{"7: SNP", "0409 abcdef 00", "dl qfi=9 seq=11259375", NULL},
	{"8: MSNP", "0209 89abcdef", "dl qfi=9 mbs-seq=2309737967", NULL},
	{"9: the spare bit", "0109", "dl qfi=9", "0009"},
	{"10: all of downlink", "0ec9 a0" STAMP1 "000001 00000002",
	 "dl qfi=9 rqi ppi=5 dl-sent=0xe800000180000000 seq=1 mbs-seq=2", NULL},
	{"11: more units than it needs", "0009 00000000", "dl qfi=9", "0009"},
	{"12: uplink", "1009", "ul qfi=9", NULL},
	{"13: QMP, three time stamps", "1809" STAMP1 STAMP2 STAMP3,
	 "ul qfi=9 dl-sent=0xe800000180000000 dl-received=0xe800000240000000 "
	 "ul-sent=0xe800000320000000",
	 NULL},
	{"14: DL Delay Result", "1409 00000005", "ul qfi=9 dl-delay=5ms", NULL},
	{"15: UL Delay Result", "1209 ffffffff", "ul qfi=9 ul-delay=4294967295ms", NULL},
	{"16: SNP", "1109 000007 00", "ul qfi=9 seq=7", NULL},
	{"17: N3/N9 Delay Result", "1089 00000003", "ul qfi=9 n3-delay=3ms", NULL},
	{"18: D1 UL PDCP Delay Result Ind", "1049 01 01 0000", "ul qfi=9 d1=1", NULL},
	{"19: it isn't included, spare bits", "1049 01 fe 0000", "ul qfi=9 d1=0",
	 "1049 01 00 0000"},
	{"20: New IE Flags without any", "1049 00 000000", "ul qfi=9", "1009"},
	{"21: a later release's IE, congestion, is skipped", "1049 03 01 1234", "ul qfi=9 d1=1",
	 "1049 01 01 0000"},
	{"22: more octets of flags", "1049 81 80 01 01", "ul qfi=9 d1=1", "1049 01 01 0000"},
	{"23: all of uplink",
	 "1fc9" STAMP1 STAMP2 STAMP3 "00000001 00000002 000003 00000004 01 01 000000",
	 "ul qfi=9 dl-sent=0xe800000180000000 dl-received=0xe800000240000000 "
	 "ul-sent=0xe800000320000000 dl-delay=1ms ul-delay=2ms seq=3 n3-delay=4ms d1=1",
	 NULL},
};

static void golden_containers(void **state)
{
	char text[1024], expected[1024];

	for (size_t i = 0; i < N(golden); i++) {
		size_t len = packet_of(golden[i].content), n;
		struct gtpu_msg msg;

		if (gtpu_decode(wire, len, &msg))
			fail_msg("%s", golden[i].what);
		gtpu_print(&msg, text, sizeof(text));
		snprintf(expected, sizeof(expected), "g-pdu teid=0xab psc={%s} payload=0",
			 golden[i].text);
		assert_string_equal(text, expected);
		assert_int_equal(gtpu_encode(&msg, coded, sizeof(coded), &n), 0);
		if (golden[i].again)
			len = packet_of(golden[i].again);
		if (n != len || memcmp(coded, wire, n))
			fail_msg("%s: other bytes", golden[i].what);
	}
}

/* Flags that say that there is more than there is, and reserved PDU types */
static const struct {
	const char *what;
	const char *content;
} malformed[] = {
	{"1: PPI", "0089"},
	{"2: DL Sending Time Stamp cut", "0809 e8000001"},
	{"3: DL QFI Sequence Number", "0409"},
	{"4: DL MBS QFI Sequence Number", "0209"},
	{"5: the last of downlink", "0ec9 a0" STAMP1 "000001"},
	{"6: two time stamps of three", "1809" STAMP1 STAMP2},
	{"7: DL Delay Result", "1409"},
	{"8: UL Delay Result", "1209"},
	{"9: UL QFI Sequence Number", "1109"},
	{"10: N3/N9 Delay Result", "1089"},
	{"11: New IE Flags", "1049"},
	{"12: D1 UL PDCP Delay Result Ind", "1149 000000 01"},
	{"13: flags without an end", "1049 ffffffff"},
	{"14: the last of uplink", "1fc9" STAMP1 STAMP2 STAMP3 "00000001 00000002 000003 00"},
	{"15: PDU type 2", "2009"},
	{"16: PDU type 15", "f009"},
};

static void malformed_containers(void **state)
{
	for (size_t i = 0; i < N(malformed); i++) {
		struct gtpu_msg msg;

		if (gtpu_decode(wire, packet_of(malformed[i].content), &msg) != -EBADMSG)
			fail_msg("%s", malformed[i].what);
	}
}

static const struct {
	const char *what;
	struct gtpu_psc psc;
} refused[] = {
	{"1: a QFI of 64", {.qfi = 64}},
	{"2: a PPI of 8", {.has_ppi = true, .ppi = 8}},
	{"3: a sequence number of 25 bits", {.has_sequence = true, .sequence = 0x1000000}},
	{"4: PDU type 2", {.type = 2}},
	{"5: RQI uplink", {.type = GTPU_PSC_UL, .rqi = true}},
	{"6: PPI uplink", {.type = GTPU_PSC_UL, .has_ppi = true}},
	{"7: a multicast sequence number uplink", {.type = GTPU_PSC_UL, .has_mbs_sequence = true}},
	{"8: a delay downlink", {.has_dl_delay = true}},
	{"9: a delay downlink", {.has_ul_delay = true}},
	{"10: a delay downlink", {.has_n3_delay = true}},
	{"11: D1 downlink", {.has_d1 = true}},
};

static void refused_containers(void **state)
{
	struct gtpu_header h = {.type = GTPU_G_PDU, .has_psc = true};
	size_t n;

	for (size_t i = 0; i < N(refused); i++) {
		h.psc = refused[i].psc;
		if (gtpu_header_encode(&h, 0, coded, sizeof(coded), &n) != -EINVAL)
			fail_msg("%s", refused[i].what);
	}
}

/* A packet of QoS monitoring, as a UPF fills it, and the gNB's answer */
static void monitoring(void **state)
{
	struct gtpu_header h = {
		.type = GTPU_G_PDU,
		.teid = 0xab,
		.has_psc = true,
		.psc = {.qfi = 9, .monitored = true, .dl_sent = 0xe800000180000000}};
	size_t n, len = packet_of("0809" STAMP1);

	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, len);
	assert_memory_equal(coded, wire, n);
	h.psc.type = GTPU_PSC_UL;
	h.psc.dl_received = 0xe800000240000000;
	h.psc.ul_sent = 0xe800000320000000;
	h.psc.has_ul_delay = true;
	h.psc.ul_delay_ms = 12;
	len = packet_of("1a09" STAMP1 STAMP2 STAMP3 "0000000c");
	assert_int_equal(gtpu_header_encode(&h, 0, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, len);
	assert_memory_equal(coded, wire, n);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_containers),
		cmocka_unit_test(malformed_containers),
		cmocka_unit_test(refused_containers),
		cmocka_unit_test(monitoring),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gtpu_container", tests, NULL, NULL);
}
