// SPDX-License-Identifier: Apache-2.0
/*
 * lib/ngap against golden vectors (test_ngap_messages.c), and against broken, foreign and
 * unknown input. The vectors' octets were checked field by field with tshark 4.0.
 */
#include "lib/ngap/ngap.h"
#include "tests/unit/test_ngap_messages.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* the largest structs; tests are run one after the other */
static struct ngap_pdu pdu, again;
static struct ngap_error err;
static uint8_t buf[NGAP_MAX_MESSAGE];

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
	static uint8_t in[NGAP_MAX_MESSAGE];
	size_t len = from_hex(hex, in, sizeof(in));

	return ngap_decode(in, len, &pdu, &err);
}

static void assert_encodes_to(const struct ngap_pdu *what, const char *hex)
{
	char text[8192];
	size_t len;

	assert_int_equal(ngap_encode(what, buf, sizeof(buf), &len), 0);
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", buf[i]);
	assert_string_equal(text, hex);
}

static void golden_encode(void **state)
{
	for (unsigned int i = 0; i < ngap_golden_count; i++) {
		memset(&pdu, 0, sizeof(pdu));
		ngap_golden[i].make(&pdu);
		assert_encodes_to(&pdu, ngap_golden[i].hex);
	}
}

static void golden_decode(void **state)
{
	static char text[8192];
	size_t len;

	for (unsigned int i = 0; i < ngap_golden_count; i++) {
		assert_int_equal(decode_hex(ngap_golden[i].hex), 0);
		assert_int_equal(pdu.ignored + pdu.notify + pdu.missing, 0);
		len = ngap_print(&pdu, text, sizeof(text));
		assert_int_equal(len, strlen(text));
		assert_string_equal(text, ngap_golden[i].text);
		assert_encodes_to(&pdu, ngap_golden[i].hex);
	}
}

/* Every message of the enumeration has a vector. */
static void golden_is_complete(void **state)
{
	unsigned int seen[NGAP_MESSAGES] = {0};

	for (unsigned int i = 0; i < ngap_golden_count; i++) {
		assert_int_equal(decode_hex(ngap_golden[i].hex), 0);
		seen[pdu.type]++;
	}
	for (unsigned int type = NGAP_NONE + 1; type < NGAP_MESSAGES; type++)
		assert_true(seen[type] > 0);
}

/* Cut anywhere, a PDU is refused, and never by reading on. */
static void truncated(void **state)
{
	for (unsigned int i = 0; i < ngap_golden_count; i++) {
		size_t len = from_hex(ngap_golden[i].hex, buf, sizeof(buf));

		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *part = malloc(cut ? cut : 1);

			memcpy(part, buf, cut);
			assert_int_equal(ngap_decode(part, cut, &pdu, &err), -EBADMSG);
			assert_int_equal(err.cause.group, NGAP_CAUSE_PROTOCOL);
			assert_int_equal(err.cause.value, NGAP_PROTO_TRANSFER_SYNTAX_ERROR);
			assert_non_null(err.text);
			free(part);
		}
	}
}

/* A buffer of any smaller size is not enough, and not written over. */
static void buffer_too_small(void **state)
{
	for (unsigned int i = 0; i < ngap_golden_count; i++) {
		size_t len = strlen(ngap_golden[i].hex) / 2;

		memset(&pdu, 0, sizeof(pdu));
		ngap_golden[i].make(&pdu);
		for (size_t size = 0; size < len; size++) {
			uint8_t *out = malloc(size ? size : 1);
			size_t ret_len = 12345;

			assert_int_equal(ngap_encode(&pdu, out, size, &ret_len), -ENOSPC);
			assert_int_equal(ret_len, 12345);
			free(out);
		}
	}
}

/* What is wrong with a message, and how the answer names it. */
static void refusals(void **state)
{
	static const struct {
		const char *what;
		const char *hex;
		int rc;
		uint8_t cause;
		bool has_ie;
		struct ngap_diag_ie ie;
	} row[] = {
		{"1: NG Setup Failure's cause (ignore) missing, and an unknown IE of reject",
		 "401500090000010fff00020000",
		 -EPROTO,
		 NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT,
		 true,
		 {NGAP_REJECT, 0x0fff, NGAP_NOT_UNDERSTOOD}},
		{"2: NG Reset without Reset Type",
		 "00140008000001000f400186",
		 -EPROTO,
		 NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT,
		 true,
		 {NGAP_REJECT, 88, NGAP_MISSING}},
		{"3: NG Reset with two causes",
		 "00140012000003000f400186000f4001860058000100",
		 -EPROTO,
		 NGAP_PROTO_FALSELY_CONSTRUCTED,
		 true,
		 {NGAP_IGNORE, 15, NGAP_NOT_UNDERSTOOD}},
		{"4: Reset Type with its extension alternative",
		 "0014000d000002000f4001860058000180",
		 -EPROTO,
		 NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT,
		 true,
		 {NGAP_REJECT, 88, NGAP_NOT_UNDERSTOOD}},
		{"5: procedure 63, criticality reject",
		 "003f0003000000",
		 -ENOTSUP,
		 NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT,
		 false,
		 {0}},
		{"6: procedure 63, criticality notify",
		 "003f8003000000",
		 -ENOTSUP,
		 NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_NOTIFY,
		 false,
		 {0}},
		{"7: a successful outcome of Error Indication",
		 "20094003000000",
		 -ENOTSUP,
		 NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT,
		 false,
		 {0}},
		{"8: outermost CHOICE extended",
		 "80150003000000",
		 -EBADMSG,
		 NGAP_PROTO_TRANSFER_SYNTAX_ERROR,
		 false,
		 {0}},
		{"9: RAN UE NGAP ID with a length of 5 octets in an IE of 2",
		 "0009400900000100554002c000",
		 -EBADMSG,
		 NGAP_PROTO_TRANSFER_SYNTAX_ERROR,
		 true,
		 {NGAP_IGNORE, 85, NGAP_NOT_UNDERSTOOD}},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int rc = decode_hex(row[i].hex);

		if (rc != row[i].rc)
			print_error("row %s: %d %s\n", row[i].what, rc, err.text);
		assert_int_equal(rc, row[i].rc);
		assert_int_equal(err.cause.group, NGAP_CAUSE_PROTOCOL);
		assert_int_equal(err.cause.value, row[i].cause);
		assert_int_equal(err.has_ie, row[i].has_ie);
		if (row[i].has_ie) {
			assert_int_equal(err.ie.id, row[i].ie.id);
			assert_int_equal(err.ie.criticality, row[i].ie.criticality);
			assert_int_equal(err.ie.type_of_error, row[i].ie.type_of_error);
		}
		assert_non_null(err.text);
	}
}

/* IEs and extensions that may be passed over are, and are counted. */
static void tolerated(void **state)
{
	static const struct {
		const char *what;
		const char *hex;
		uint16_t ignored, notify, missing;
	} row[] = {
		{"1: unknown IE of ignore",
		 "0014001300000"
		 "3000f4001860ffe40020102"
		 "0058000100",
		 1, 0, 0},
		{"2: unknown IE of notify",
		 "00140013000003000f4001860ffe80020102"
		 "0058000100",
		 1, 1, 0},
		{"3: cause missing", "001400080000010058000100", 0, 0, 1},
		{"4: a cause we don't know, by its extension alternative",
		 "00140011000002000f4005a000014000"
		 "0058000100",
		 1, 0, 1},
		{"5: IEs the other way round", "0014000d0000020058000100000f400186", 0, 0, 0},
		{"6: octets after the PDU", "0014000d000002000f4001860058000100ffff", 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int rc = decode_hex(row[i].hex);

		if (rc)
			print_error("row %s: %d %s at %zu\n", row[i].what, rc, err.text,
				    err.offset);
		assert_int_equal(rc, 0);
		assert_int_equal(pdu.type, NGAP_NG_RESET);
		assert_true(pdu.ng_reset.reset.whole_interface);
		assert_int_equal(pdu.ignored, row[i].ignored);
		assert_int_equal(pdu.notify, row[i].notify);
		assert_int_equal(pdu.missing, row[i].missing);
	}
}

/* The error carries the UE's ids, so that the Error Indication made of it does. */
static void error_indication_answers(void **state)
{
	/* Uplink NAS Transport of UE 300/70000 without NAS-PDU */
	assert_int_equal(decode_hex("002e4014000002000a000320012c00550004800111700000"), -EPROTO);
	assert_int_equal(err.ie.id, 38);
	assert_int_equal(err.ie.type_of_error, NGAP_MISSING);
	ngap_error_indication_make(&err, &again);
	assert_true(again.error_indication.has_amf_ue_id);
	assert_int_equal(again.error_indication.amf_ue_id, 300);
	assert_int_equal(again.error_indication.ran_ue_id, 70000);
	assert_encodes_to(&again, "00094023000004000a400320012c0055400480011170000f4001620013400878"
				  "2e100000002640");
}

static void ids_of_any_pdu(void **state)
{
	uint64_t amf = 0;
	uint32_t ran = 0;

	memset(&pdu, 0, sizeof(pdu));
	pdu.type = NGAP_UE_CONTEXT_RELEASE_COMMAND;
	pdu.ue_context_release_command.ids = (struct ngap_ue_ids){.amf_ue_id = 7};
	assert_true(ngap_pdu_amf_ue_id(&pdu, &amf));
	assert_false(ngap_pdu_ran_ue_id(&pdu, &ran));
	assert_int_equal(amf, 7);

	memset(&pdu, 0, sizeof(pdu));
	pdu.type = NGAP_PATH_SWITCH_REQUEST;
	pdu.path_switch_request.source_amf_ue_id = 8;
	pdu.path_switch_request.ran_ue_id = 9;
	assert_true(ngap_pdu_amf_ue_id(&pdu, &amf) && ngap_pdu_ran_ue_id(&pdu, &ran));
	assert_int_equal(amf, 8);
	assert_int_equal(ran, 9);

	pdu.type = NGAP_NG_RESET;
	assert_false(ngap_pdu_amf_ue_id(&pdu, &amf) || ngap_pdu_ran_ue_id(&pdu, &ran));
}

/* Values that the encoder must not let out. */
static void encode_refusals(void **state)
{
	static uint8_t big[16384];
	size_t len;

	memset(&pdu, 0, sizeof(pdu));
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EINVAL);
	pdu.type = NGAP_NG_SETUP_REQUEST; /* empty mandatory list, gNB id without length */
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EINVAL);

	memset(&pdu, 0, sizeof(pdu));
	pdu.type = NGAP_UPLINK_NAS_TRANSPORT;
	pdu.uplink_nas_transport.amf_ue_id = 1ull << 40;
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EINVAL);
	pdu.uplink_nas_transport.amf_ue_id = 1;
	pdu.uplink_nas_transport.nas = (struct ngap_octets){big, sizeof(big)};
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EMSGSIZE);

	memset(&pdu, 0, sizeof(pdu));
	pdu.type = NGAP_NG_SETUP_FAILURE;
	pdu.ng_setup_failure.cause = (struct ngap_cause){NGAP_CAUSE_MISC, 6};
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EINVAL);
	pdu.ng_setup_failure.cause = (struct ngap_cause){5, 0};
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EINVAL);
}

/* 15 sessions, each with NAS of 300 octets: the longest list that we send, in both length forms */
static void longest_list(void **state)
{
	static uint8_t nas[300];
	size_t len;

	memset(&pdu, 0, sizeof(pdu));
	for (unsigned int i = 0; i < ngap_golden_count; i++) {
		ngap_golden[i].make(&pdu);
		if (pdu.type == NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST)
			break;
		memset(&pdu, 0, sizeof(pdu));
	}
	memset(nas, 0xa5, sizeof(nas));
	pdu.pdu_session_resource_setup_request.sessions.count = NGAP_MAX_SESSIONS;
	for (int i = 0; i < NGAP_MAX_SESSIONS; i++) {
		struct ngap_session_setup *item =
			&pdu.pdu_session_resource_setup_request.sessions.item[i];

		*item = pdu.pdu_session_resource_setup_request.sessions.item[0];
		item->session_id = i + 1;
		item->nas = (struct ngap_octets){nas, sizeof(nas)};
	}
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), 0);
	assert_true(len > 15 * 300);
	assert_int_equal(ngap_decode(buf, len, &again, &err), 0);
	assert_int_equal(again.pdu_session_resource_setup_request.sessions.count, 15);
	for (int i = 0; i < NGAP_MAX_SESSIONS; i++) {
		struct ngap_session_setup *item =
			&again.pdu_session_resource_setup_request.sessions.item[i];

		assert_int_equal(item->session_id, i + 1);
		assert_int_equal(item->nas.len, sizeof(nas));
		assert_memory_equal(item->nas.data, nas, sizeof(nas));
		assert_int_equal(item->transfer.uplink.teid, 0x01020304);
	}
	pdu.pdu_session_resource_setup_request.sessions.count = NGAP_MAX_SESSIONS + 1;
	assert_int_equal(ngap_encode(&pdu, buf, sizeof(buf), &len), -EINVAL);
}

static void names_and_plmns(void **state)
{
	struct ngap_plmn plmn;
	char text[NGAP_PLMN_TEXT];
	char small[8];

	assert_int_equal(ngap_plmn_set(&plmn, "262", "01"), 0);
	assert_string_equal(ngap_plmn_text(&plmn, text), "262-01");
	assert_memory_equal(plmn.octets, "\x62\xf2\x10", 3);
	/* TS 38.413 cl. 9.3.3.5: the MNC's digits in order, no filler in between */
	assert_int_equal(ngap_plmn_set(&plmn, "310", "410"), 0);
	assert_string_equal(ngap_plmn_text(&plmn, text), "310-410");
	assert_memory_equal(plmn.octets, "\x13\x40\x01", 3);
	assert_int_equal(ngap_plmn_set(&plmn, "26", "01"), -EINVAL);
	assert_int_equal(ngap_plmn_set(&plmn, "262", "1"), -EINVAL);
	assert_int_equal(ngap_plmn_set(&plmn, "2a2", "01"), -EINVAL);

	assert_string_equal(ngap_cause_name((struct ngap_cause){0, 20}),
			    "radioNetwork/user-inactivity");
	assert_string_equal(ngap_cause_name((struct ngap_cause){0, 200}), "unknown");
	assert_string_equal(ngap_ie_name(38), "NAS-PDU");
	assert_string_equal(ngap_ie_name(999), "unknown");
	assert_string_equal(ngap_message_name(NGAP_NG_RESET), "NGReset");
	assert_string_equal(ngap_message_name(NGAP_NONE), "unknown");

	memset(&pdu, 0, sizeof(pdu));
	pdu.type = NGAP_NG_RESET;
	assert_int_equal(ngap_print(&pdu, small, sizeof(small)), 7);
	assert_string_equal(small, "NGReset");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_encode),      cmocka_unit_test(golden_decode),
		cmocka_unit_test(golden_is_complete), cmocka_unit_test(truncated),
		cmocka_unit_test(buffer_too_small),   cmocka_unit_test(refusals),
		cmocka_unit_test(tolerated),	      cmocka_unit_test(error_indication_answers),
		cmocka_unit_test(ids_of_any_pdu),     cmocka_unit_test(encode_refusals),
		cmocka_unit_test(longest_list),	      cmocka_unit_test(names_and_plmns),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
