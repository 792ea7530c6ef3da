// SPDX-License-Identifier: Apache-2.0
/* Control frames of the radio link, byte by byte: golden, malformed, and what is not encoded. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/radio.h"
#include "ran/radio_frame.h"
#include "tests/unit/hex_bytes.h"

#define SUPI_HEX "696d73692d303031303130303030303030303031"

static const struct {
	const char *hex;
	struct radio_frame frame;
	const char *nas; /* hex */
} golden[] = {
	{"01 00 0000 0007 0000 11223344 00000000",
	 {.type = RADIO_ALIVE, .ack = 7, .from = 0x11223344},
	 ""},
	{"01 01 0001 0000 0015 11223344 00000000 00 " SUPI_HEX,
	 {.type = RADIO_ATTACH, .seq = 1, .from = 0x11223344, .text = "imsi-001010000000001"},
	 ""},
	{"01 01 ffff fffe 0015 11223344 55667788 01 " SUPI_HEX,
	 {.type = RADIO_ATTACH,
	  .seq = 65535,
	  .ack = 65534,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .resume = true,
	  .text = "imsi-001010000000001"},
	 ""},
	{"01 02 0001 0001 0005 11223344 55667788 01 676e6231",
	 {.type = RADIO_ATTACHED,
	  .seq = 1,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .resume = true,
	  .text = "gnb1"},
	 ""},
	{"01 03 0002 0001 0003 11223344 55667788 7e0041",
	 {.type = RADIO_NAS, .seq = 2, .ack = 1, .from = 0x11223344, .to = 0x55667788},
	 "7e0041"},
	{"01 04 0003 0001 0004 11223344 55667788 05 09 7e01",
	 {.type = RADIO_BEARER_ADD,
	  .seq = 3,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .session = 5,
	  .qfi = 9},
	 "7e01"},
	{"01 04 0003 0001 0002 11223344 55667788 0f 3f",
	 {.type = RADIO_BEARER_ADD,
	  .seq = 3,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .session = 15,
	  .qfi = 63},
	 ""},
	{"01 05 0003 0001 0005 11223344 55667788 05 0a3c0102",
	 {.type = RADIO_BEARER_ADDED,
	  .seq = 3,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .session = 5},
	 ""},
	{"01 06 0004 0001 0001 11223344 55667788 01",
	 {.type = RADIO_BEARER_REMOVE,
	  .seq = 4,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .session = 1},
	 ""},
	{"01 06 0004 0001 0002 11223344 55667788 01 7e",
	 {.type = RADIO_BEARER_REMOVE,
	  .seq = 4,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .session = 1},
	 "7e"},
	{"01 07 0004 0001 0001 11223344 55667788 0f",
	 {.type = RADIO_BEARER_REMOVED,
	  .seq = 4,
	  .ack = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .session = 15},
	 ""},
	{"01 08 0005 0002 0000 11223344 55667788",
	 {.type = RADIO_RELEASE, .seq = 5, .ack = 2, .from = 0x11223344, .to = 0x55667788},
	 ""},
	{"01 09 0005 0002 0008 11223344 55667788 99aabbcc 676e6232",
	 {.type = RADIO_HANDOVER,
	  .seq = 5,
	  .ack = 2,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .cell = 0x99aabbcc,
	  .text = "gnb2"},
	 ""},
	{"01 0a 0005 0002 0000 11223344 55667788",
	 {.type = RADIO_HANDOVER_FAILED, .seq = 5, .ack = 2, .from = 0x11223344, .to = 0x55667788},
	 ""},
	{"01 0b 0001 0000 0014 11223344 55667788 " SUPI_HEX,
	 {.type = RADIO_ARRIVED,
	  .seq = 1,
	  .from = 0x11223344,
	  .to = 0x55667788,
	  .text = "imsi-001010000000001"},
	 ""},
	{"01 0c 0005 0002 0000 11223344 55667788",
	 {.type = RADIO_RETURN, .seq = 5, .ack = 2, .from = 0x11223344, .to = 0x55667788},
	 ""},
};

static void check_same(const struct radio_frame *a, const struct radio_frame *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->resume, b->resume);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->session, b->session);
	assert_int_equal(a->qfi, b->qfi);
	assert_int_equal(a->cell, b->cell);
	assert_int_equal(a->address.s_addr, b->address.s_addr);
	assert_int_equal(a->nas_len, b->nas_len);
	if (a->nas_len)
		assert_memory_equal(a->nas, b->nas, a->nas_len);
}

static void test_golden(void **state)
{
	bool seen[RADIO_TYPES] = {false};

	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
		struct radio_frame frame = golden[i].frame, found;
		uint8_t want[256], nas[64], have[RADIO_HEADER_LEN + RADIO_BODY_MAX];
		size_t len = bytes_from_hex(golden[i].hex, want, sizeof want), have_len;

		print_message("# %zu: %s\n", i, radio_type_name(frame.type));
		frame.nas_len = bytes_from_hex(golden[i].nas, nas, sizeof nas);
		frame.nas = frame.nas_len ? nas : NULL;
		if (frame.type == RADIO_BEARER_ADDED)
			inet_pton(AF_INET, "10.60.1.2", &frame.address);
		assert_int_equal(radio_frame_encode(&frame, have, sizeof have, &have_len), 0);
		assert_int_equal(have_len, len);
		assert_memory_equal(have, want, len);
		/* exactly that much room is enough, one octet less is not */
		assert_int_equal(radio_frame_encode(&frame, have, len, &have_len), 0);
		assert_int_equal(radio_frame_encode(&frame, have, len - 1, &have_len), -ENOBUFS);
		assert_int_equal(radio_frame_decode(want, len, &found), 0);
		check_same(&found, &frame);
		/* Ethernet pads to 60 octets */
		memset(want + len, 0xaa, 46);
		assert_int_equal(radio_frame_decode(want, len + 46, &found), 0);
		check_same(&found, &frame);
		/* cut off anywhere */
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(radio_frame_decode(want, cut, &found), -EBADMSG);
		seen[frame.type] = true;
	}
	for (int type = 0; type < RADIO_TYPES; type++)
		assert_true(seen[type]);
}

static const struct {
	const char *what, *hex;
} malformed[] = {
	{"another version", "02 00 0000 0007 0000 11223344 00000000"},
	{"no such type", "01 0d 0000 0007 0000 11223344 00000000"},
	{"no such type", "01 ff 0000 0007 0000 11223344 00000000"},
	{"no instance", "01 00 0000 0007 0000 00000000 00000000"},
	{"body longer than the frame", "01 03 0002 0001 0004 11223344 55667788 7e0041"},
	{"body longer than any", "01 03 0002 0001 ffff 11223344 55667788 7e0041"},
	{"alive with a body", "01 00 0000 0007 0001 11223344 00000000 00"},
	{"release with a body", "01 08 0005 0002 0001 11223344 55667788 00"},
	{"attach without a body", "01 01 0001 0000 0000 11223344 00000000"},
	{"attach without a SUPI", "01 01 0001 0000 0001 11223344 00000000 00"},
	{"attach with a blank", "01 01 0001 0000 0003 11223344 00000000 00 6120"},
	{"attach with a NUL", "01 01 0001 0000 0003 11223344 00000000 00 6100"},
	{"attach with a letter beyond ASCII", "01 01 0001 0000 0003 11223344 00000000 00 c3a4"},
	{"attach with too long a text",
	 "01 01 0001 0000 0041 11223344 00000000 00 "
	 "61616161616161616161616161616161616161616161616161616161616161616161616161616161"
	 "616161616161616161616161616161616161616161616161"},
	{"NAS without NAS", "01 03 0002 0001 0000 11223344 55667788"},
	{"bearer add without QFI", "01 04 0003 0001 0001 11223344 55667788 05"},
	{"bearer add, session 0", "01 04 0003 0001 0002 11223344 55667788 00 09"},
	{"bearer add, session 16", "01 04 0003 0001 0002 11223344 55667788 10 09"},
	{"bearer add, QFI 64", "01 04 0003 0001 0002 11223344 55667788 05 40"},
	{"bearer added without address", "01 05 0003 0001 0001 11223344 55667788 05"},
	{"bearer added, half an address", "01 05 0003 0001 0003 11223344 55667788 05 0a3c"},
	{"bearer added and more", "01 05 0003 0001 0006 11223344 55667788 05 0a3c0102 00"},
	{"bearer remove without session", "01 06 0004 0001 0000 11223344 55667788"},
	{"handover to no cell", "01 09 0005 0002 0008 11223344 55667788 00000000 676e6232"},
	{"handover without a name", "01 09 0005 0002 0004 11223344 55667788 99aabbcc"},
	{"handover, half a cell", "01 09 0005 0002 0003 11223344 55667788 99aabb"},
	{"arrived without a SUPI", "01 0b 0001 0000 0000 11223344 55667788"},
	{"return with a body", "01 0c 0005 0002 0001 11223344 55667788 00"},
	{"bearer removed and more", "01 07 0004 0001 0002 11223344 55667788 05 00"},
};

static void test_malformed(void **state)
{
	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
		struct radio_frame frame = {.seq = 4711};
		uint8_t bytes[256];
		size_t len = bytes_from_hex(malformed[i].hex, bytes, sizeof bytes);

		print_message("# %zu: %s\n", i, malformed[i].what);
		assert_int_equal(radio_frame_decode(bytes, len, &frame), -EBADMSG);
		assert_int_equal(frame.seq, 4711); /* untouched */
	}
}

static void test_not_encoded(void **state)
{
	static const uint8_t nas[RADIO_BODY_MAX + 1];
	const struct radio_frame rows[] = {
		{.type = RADIO_ALIVE},
		{.type = RADIO_TYPES, .from = 1},
		{.type = RADIO_ATTACH, .from = 1},
		{.type = RADIO_ATTACH, .from = 1, .text = "two words"},
		{.type = RADIO_NAS, .from = 1},
		{.type = RADIO_NAS, .from = 1, .nas = nas},
		{.type = RADIO_NAS, .from = 1, .nas_len = 5},
		{.type = RADIO_NAS, .from = 1, .nas = nas, .nas_len = RADIO_BODY_MAX + 1},
		{.type = RADIO_BEARER_ADD, .from = 1, .session = 0},
		{.type = RADIO_BEARER_ADD, .from = 1, .session = 16},
		{.type = RADIO_BEARER_ADD, .from = 1, .session = 1, .qfi = 64},
		{.type = RADIO_BEARER_ADD,
		 .from = 1,
		 .session = 1,
		 .nas = nas,
		 .nas_len = RADIO_BODY_MAX - 1},
		{.type = RADIO_BEARER_REMOVED, .from = 1},
		{.type = RADIO_HANDOVER, .from = 1, .text = "gnb2"},
		{.type = RADIO_HANDOVER, .from = 1, .cell = 1},
		{.type = RADIO_ARRIVED, .from = 1},
	};
	struct radio_frame full = {.type = RADIO_ATTACH, .from = 1};
	uint8_t bytes[RADIO_HEADER_LEN + RADIO_BODY_MAX];
	size_t len = 4711;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu\n", i);
		assert_int_equal(radio_frame_encode(&rows[i], bytes, sizeof bytes, &len), -EINVAL);
		assert_int_equal(len, 4711);
	}
	/* a text that was never ended */
	memset(full.text, 'x', sizeof full.text);
	assert_int_equal(radio_frame_encode(&full, bytes, sizeof bytes, &len), -EINVAL);
}

/* The longest NAS PDU that fits, with and without numbers before it */
static void test_longest(void **state)
{
	static uint8_t nas[RADIO_BODY_MAX];
	struct radio_frame frame = {
		.type = RADIO_NAS, .from = 1, .nas = nas, .nas_len = RADIO_BODY_MAX};
	uint8_t bytes[RADIO_HEADER_LEN + RADIO_BODY_MAX];
	struct radio_frame found;
	size_t len;

	assert_int_equal(radio_frame_encode(&frame, bytes, sizeof bytes, &len), 0);
	assert_int_equal(len, sizeof bytes);
	assert_true(ETH_HLEN + len <= RADIO_FRAME_MAX);
	assert_int_equal(radio_frame_decode(bytes, len, &found), 0);
	assert_int_equal(found.nas_len, RADIO_BODY_MAX);
	frame = (struct radio_frame){.type = RADIO_BEARER_ADD,
				     .from = 1,
				     .session = 1,
				     .nas = nas,
				     .nas_len = RADIO_BODY_MAX - 2};
	assert_int_equal(radio_frame_encode(&frame, bytes, sizeof bytes, &len), 0);
	assert_int_equal(radio_frame_decode(bytes, len, &found), 0);
	assert_int_equal(found.nas_len, RADIO_BODY_MAX - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_not_encoded),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
