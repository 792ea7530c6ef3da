// SPDX-License-Identifier: Apache-2.0
/*
 * lib/nas against golden vectors (test_nas_messages.c), and against broken, foreign and unknown
 * input. The vectors' octets were checked field by field with tshark 4.0.
 */
#include "lib/nas/nas.h"
#include "tests/unit/test_nas_messages.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nas_message msg;
static struct nas_error err;
static uint8_t buf[NAS_MAX_MESSAGE];

static size_t from_hex(const char *hex, uint8_t *out, size_t size)
{
	size_t len = strlen(hex) / 2;

	assert_true(len <= size);
	for (size_t i = 0; i < len; i++) {
		unsigned int octet;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &octet), 1);
		out[i] = octet;
	}
	return len;
}

static int decode_hex(const char *hex)
{
	static uint8_t in[NAS_MAX_MESSAGE];
	size_t len = from_hex(hex, in, sizeof(in));

	return nas_decode(in, len, &msg, &err);
}

static void assert_encodes_to(const char *hex)
{
	char text[2 * NAS_MAX_MESSAGE + 1];
	size_t len;

	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), 0);
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", buf[i]);
	assert_string_equal(text, hex);
}

static void golden_encode(void **state)
{
	for (unsigned int i = 0; i < nas_golden_count; i++) {
		memset(&msg, 0, sizeof(msg));
		nas_golden[i].make(&msg);
		assert_encodes_to(nas_golden[i].hex);
	}
}

static void golden_decode(void **state)
{
	static char text[8192];

	for (unsigned int i = 0; i < nas_golden_count; i++) {
		size_t len;

		assert_int_equal(decode_hex(nas_golden[i].hex), 0);
		assert_int_equal(msg.ignored, 0);
		len = nas_print(&msg, text, sizeof(text));
		assert_int_equal(len, strlen(text));
		assert_string_equal(text, nas_golden[i].text);
		assert_encodes_to(nas_golden[i].hex);
	}
}

/* Every message type that has a name has a vector. */
static void golden_is_complete(void **state)
{
	unsigned int seen[256] = {0};

	for (unsigned int i = 0; i < nas_golden_count; i++) {
		assert_int_equal(decode_hex(nas_golden[i].hex), 0);
		seen[msg.type]++;
	}
	for (unsigned int type = 0; type < 256; type++) {
		if (strcmp(nas_type_name(type), "unknown") != 0)
			assert_true(seen[type] > 0);
	}
}

/* Cut anywhere: a refusal within the mandatory part, never a read past the end. */
static void truncated(void **state)
{
	for (unsigned int i = 0; i < nas_golden_count; i++) {
		size_t len = from_hex(nas_golden[i].hex, buf, sizeof(buf));

		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *part = malloc(cut ? cut : 1);
			int rc;

			memcpy(part, buf, cut);
			rc = nas_decode(part, cut, &msg, &err);
			assert_true(rc == 0 || rc == -EBADMSG);
			if (cut < 3)
				assert_int_equal(rc, -EBADMSG);
			if (rc)
				assert_non_null(err.text);
			free(part);
		}
	}
}

static void buffer_too_small(void **state)
{
	for (unsigned int i = 0; i < nas_golden_count; i++) {
		size_t len = strlen(nas_golden[i].hex) / 2;

		memset(&msg, 0, sizeof(msg));
		nas_golden[i].make(&msg);
		for (size_t size = 0; size < len; size++) {
			uint8_t *out = malloc(size ? size : 1);
			size_t ret_len = 12345;

			assert_int_equal(nas_encode(&msg, out, size, &ret_len), -ENOSPC);
			assert_int_equal(ret_len, 12345);
			free(out);
		}
	}
}

static void refusals(void **state)
{
	static const struct {
		const char *what;
		const char *hex;
		int rc;
		uint8_t cause;
		uint8_t type;
		uint8_t iei;
	} row[] = {
		{"1: nothing", "", -EBADMSG, 0, 0, 0},
		{"2: 5GSM header cut", "2e0102", -EBADMSG, 0, 0, 0},
		{"3: discriminator of EPS", "0741", -EBADMSG, 0, 0, 0},
		{"4: unknown discriminator", "0f0041", -EPROTONOSUPPORT, 0, 0, 0},
		{"5: integrity protected", "7e0141", -EACCES, 0, 0, 0},
		{"6: unknown 5GMM message", "7e0069", -EPROTONOSUPPORT, 97, 0x69, 0},
		{"7: 5GSM type under 5GMM", "7e00c1", -EPROTONOSUPPORT, 97, 0xc1, 0},
		{"8: unknown 5GSM message", "2e0501cc", -EPROTONOSUPPORT, 97, 0xcc, 0},
		{"9: Registration Request without identity", "7e004179", -EBADMSG, 96, 0x41, 0},
		{"10: ... with an empty one", "7e0041790000", -EBADMSG, 96, 0x41, 0},
		{"11: ... whose length is too long", "7e0041790020f200", -EBADMSG, 96, 0x41, 0},
		{"12: ... with letters in the MSIN",
		 "7e0041790009"
		 "0100f110f0ff0000a1",
		 -EBADMSG, 96, 0x41, 0},
		{"13: Release Command without cause", "2e0500d3", -EBADMSG, 96, 0xd3, 0},
		{"14: Accept without QoS rule", "2e0507c2110000060103e80103e8", -EBADMSG, 96, 0xc2,
		 0},
		{"15: Accept whose QoS rule is longer than the list",
		 "2e0507c2110009"
		 "01000931310101ff01060103e80103e8",
		 -EBADMSG, 96, 0xc2, 0},
		{"16: IE that asks to be comprehended", "2e0507d40501ff", -EBADMSG, 96, 0xd4, 5},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int rc = decode_hex(row[i].hex);

		if (rc != row[i].rc || err.cause != row[i].cause || err.iei != row[i].iei)
			print_error("row %s: %d %s cause %u iei 0x%x\n", row[i].what, rc, err.text,
				    err.cause, err.iei);
		assert_int_equal(rc, row[i].rc);
		assert_int_equal(err.cause, row[i].cause);
		assert_int_equal(err.type, row[i].type);
		assert_int_equal(err.iei, row[i].iei);
		assert_non_null(err.text);
	}
	/* the answer, a 5GSM STATUS, needs these */
	assert_int_equal(decode_hex("2e0507cc"), -EPROTONOSUPPORT);
	assert_true(err.is_sm);
	assert_int_equal(err.session_id, 5);
	assert_int_equal(err.pti, 7);
}

/* Optional IEs in any order, unknown, repeated or wrong: TS 24.501 cl. 7.6, 7.7 */
static void tolerated(void **state)
{
	static const struct {
		const char *what;
		const char *hex;
		uint16_t ignored;
		bool has_cause;
	} row[] = {
		{"1: all known", "2e0507d45924", 0, true},
		{"2: unknown TLV before it",
		 "2e0507d4"
		 "6103aabbcc"
		 "5924",
		 1, true},
		{"3: unknown TLV-E before it",
		 "2e0507d4"
		 "780002aabb"
		 "5924",
		 1, true},
		{"4: unknown IE of one octet before it",
		 "2e0507d4"
		 "d5"
		 "5924",
		 1, true},
		{"5: repeated, the first counts",
		 "2e0507d4"
		 "5924"
		 "5926",
		 1, true},
		{"6: ePCO behind it cut off",
		 "2e0507d4"
		 "5924"
		 "7b00",
		 1, true},
		{"7: ePCO with a container too long",
		 "2e0507d4"
		 "5924"
		 "7b000480"
		 "0010ff",
		 1, true},
		{"8: unknown TLV cut off",
		 "2e0507d4"
		 "5924"
		 "61",
		 1, true},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int rc = decode_hex(row[i].hex);

		if (rc || msg.ignored != row[i].ignored)
			print_error("row %s: %d, ignored %u\n", row[i].what, rc, msg.ignored);
		assert_int_equal(rc, 0);
		assert_int_equal(msg.type, NAS_PDU_SESSION_RELEASE_COMPLETE);
		assert_int_equal(msg.ignored, row[i].ignored);
		assert_int_equal(msg.pdu_session_release_complete.has_cause, row[i].has_cause);
		assert_int_equal(msg.pdu_session_release_complete.cause, 0x24);
		assert_false(msg.pdu_session_release_complete.has_epco);
	}
}

/* IEs that a message of another core brings, with lengths that only the tables tell */
static void foreign_messages(void **state)
{
	/* Establishment Request: 5GSM capability, 17 packet filters (TV), then the session type */
	assert_int_equal(decode_hex("2e0101c1ffff"
				    "280100"
				    "550110"
				    "91"
				    "a1"),
			 0);
	assert_int_equal(msg.pdu_session_establishment_request.session_type, NAS_SESSION_IPV4);
	assert_int_equal(msg.pdu_session_establishment_request.ssc_mode, 1);
	assert_int_equal(msg.ignored, 1);

	/* TAI list with consecutive TACs; T3512 of 54 minutes, as unit of 1 minute can't hold it */
	assert_int_equal(decode_hex("7e00420101"
				    "54072200f110000001"
				    "5e0124"),
			 0);
	assert_int_equal(msg.registration_accept.tais.count, 3);
	assert_int_equal(msg.registration_accept.tais.item[2].tac, 3);
	assert_int_equal(msg.registration_accept.t3512, 4 * 3600);

	/* an S-NSSAI of a length that there isn't: as if the IE weren't there */
	assert_int_equal(decode_hex("7e00420101"
				    "15040301020350020200"),
			 0);
	assert_int_equal(msg.registration_accept.allowed_nssai.count, 0);
	assert_int_equal(msg.registration_accept.session_status, 2);
	assert_int_equal(msg.ignored, 1);

	/* mapped S-NSSAIs: SST and SD are kept */
	assert_int_equal(decode_hex("7e00420101"
				    "1509"
				    "020102"
				    "050101020302"),
			 0);
	assert_int_equal(msg.registration_accept.allowed_nssai.count, 2);
	assert_int_equal(msg.registration_accept.allowed_nssai.item[0].sst, 1);
	assert_int_equal(msg.registration_accept.allowed_nssai.item[1].sd, 0x010203);
}

static void encode_refusals(void **state)
{
	size_t len;

	memset(&msg, 0, sizeof(msg));
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);

	msg.type = NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT; /* no QoS rule */
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);
	nas_qos_rule_default(&msg.pdu_session_establishment_accept.rule[0], 64);
	msg.pdu_session_establishment_accept.rule_count = 1;
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);
	nas_qos_rule_default(&msg.pdu_session_establishment_accept.rule[0], 63);
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), 0);
	msg.pdu_session_establishment_accept.session_type = 16;
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);

	memset(&msg, 0, sizeof(msg));
	msg.type = NAS_UL_NAS_TRANSPORT;
	msg.ul_nas_transport.has_dnn = true;
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);
	strcpy(msg.ul_nas_transport.dnn.text, "a..b");
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);
	strcpy(msg.ul_nas_transport.dnn.text, "a.b");
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), 0);

	memset(&msg, 0, sizeof(msg));
	msg.type = NAS_IDENTITY_RESPONSE;
	msg.identity_response.identity.type = NAS_ID_SUCI;
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), -EINVAL);
}

static uint32_t t3512_after_round_trip(uint32_t seconds)
{
	size_t len;

	memset(&msg, 0, sizeof(msg));
	msg.type = NAS_REGISTRATION_ACCEPT;
	msg.registration_accept.access = NAS_ACCESS_3GPP;
	msg.registration_accept.has_t3512 = true;
	msg.registration_accept.t3512 = seconds;
	assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), 0);
	assert_int_equal(nas_decode(buf, len, &msg, &err), 0);
	return msg.registration_accept.t3512;
}

static void timers(void **state)
{
	static const struct {
		uint32_t seconds, after;
	} row[] = {
		{0, 0},
		{2, 2},
		{3, 4},
		{62, 62},
		{63, 90},
		{900, 900},
		{3240, 3600},
		{3600, 3600},
		{36001, 39600},
		{1152000, 1152000},
		{NAS_TIMER_DEACTIVATED, NAS_TIMER_DEACTIVATED},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(t3512_after_round_trip(row[i].seconds), row[i].after);
}

static void rates(void **state)
{
	static const struct {
		uint64_t rate, after;
	} row[] = {
		{0, 0},
		{1, 1000},
		{65535000, 65535000},
		{65536000, 65536000},
		{65537001, 65540000},
		{10000000000, 10000000000},
		{123456789012, 123460000000},
		{1000000000000000000, 1000000000000000000},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct nas_pdu_session_establishment_accept *m =
			&msg.pdu_session_establishment_accept;
		size_t len;

		memset(&msg, 0, sizeof(msg));
		msg.type = NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT;
		m->rule_count = 1;
		nas_qos_rule_default(&m->rule[0], 1);
		m->ambr = (struct nas_ambr){row[i].rate, 1000};
		assert_int_equal(nas_encode(&msg, buf, sizeof(buf), &len), 0);
		assert_int_equal(nas_decode(buf, len, &msg, &err), 0);
		assert_int_equal(m->ambr.downlink, row[i].after);
		assert_true(m->ambr.downlink >= row[i].rate);
	}
}

static void identities(void **state)
{
	struct nas_identity id;
	char imsi[NAS_MAX_IMSI + 1];

	assert_int_equal(nas_suci_set(&id, "001010000000001", 2), 0);
	assert_int_equal(nas_suci_imsi(&id, imsi), 0);
	assert_string_equal(imsi, "001010000000001");
	assert_int_equal(nas_suci_set(&id, "310410123456789", 3), 0);
	assert_int_equal(nas_suci_imsi(&id, imsi), 0);
	assert_string_equal(imsi, "310410123456789");
	assert_int_equal(nas_suci_set(&id, "310410", 3), -EINVAL);
	assert_int_equal(nas_suci_set(&id, "3104101234567890", 3), -EINVAL);
	assert_int_equal(nas_suci_set(&id, "31041012345678x", 3), -EINVAL);
	assert_int_equal(nas_suci_set(&id, "310410123456789", 4), -EINVAL);
	id.suci.scheme = 1;
	assert_int_equal(nas_suci_imsi(&id, imsi), -ENOTSUP);
	id.type = NAS_ID_GUTI;
	assert_int_equal(nas_suci_imsi(&id, imsi), -EINVAL);

	/* profile A: the output is handed on as it is */
	assert_int_equal(decode_hex("7e005c000a0100f110f0ff0107aabb"), 0);
	assert_int_equal(msg.identity_response.identity.suci.scheme, 1);
	assert_int_equal(msg.identity_response.identity.suci.key_id, 7);
	assert_int_equal(msg.identity_response.identity.suci.output.len, 2);
	assert_encodes_to("7e005c000a0100f110f0ff0107aabb");
}

static void names(void **state)
{
	char small[13];

	assert_string_equal(nas_sm_cause_name(39), "reactivation requested");
	assert_string_equal(nas_sm_cause_name(0), "unknown");
	assert_string_equal(nas_mm_cause_name(90), "payload was not forwarded");
	assert_string_equal(nas_mm_cause_name(255), "unknown");
	memset(&msg, 0, sizeof(msg));
	msg.type = NAS_REGISTRATION_COMPLETE;
	assert_int_equal(nas_print(&msg, small, sizeof(small)), 12);
	assert_string_equal(small, "Registration");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_encode),
		cmocka_unit_test(golden_decode),
		cmocka_unit_test(golden_is_complete),
		cmocka_unit_test(truncated),
		cmocka_unit_test(buffer_too_small),
		cmocka_unit_test(refusals),
		cmocka_unit_test(tolerated),
		cmocka_unit_test(foreign_messages),
		cmocka_unit_test(encode_refusals),
		cmocka_unit_test(timers),
		cmocka_unit_test(rates),
		cmocka_unit_test(identities),
		cmocka_unit_test(names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
