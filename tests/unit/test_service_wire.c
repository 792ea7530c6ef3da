// SPDX-License-Identifier: Apache-2.0
/* Messages of a service: bytes worked out by hand from docs/processes.md, and what is malformed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "apps/ledger/calls.h"
#include "apps/service/wire.h"
#include "tests/unit/hex_bytes.h"

#define N(a)	 (sizeof(a) / sizeof((a)[0]))
#define REQUEST	 "42535631 01 00 0000 0102030405060708 0000000000000009 00000003 00000000 61 62 63"
#define CHAIN	 "000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f"
#define ZEROS_16 "00000000 00000000 00000000 00000000"
#define EDGE	 "65646765 2d610000 00000000 00000000" ZEROS_16 ZEROS_16
#define ANSWER                                                                                     \
	"42535631 81 01 0000 0102030405060708 0000000000000009 000000000000000a "                  \
	"000000000000000b" CHAIN EDGE "00000002 00000000 7879"

static void request_golden(void **state)
{
	uint8_t golden[64], octets[64];
	const size_t len = bytes_from_hex(REQUEST, golden, sizeof(golden));
	const struct service_request request = {.type = SERVICE_APPLY,
						.client = 0x0102030405060708,
						.number = 9,
						.length = 3,
						.body = (const uint8_t *)"abc"};
	struct service_request back;
	size_t used = 0;

	assert_int_equal(len, SERVICE_REQUEST_LEN + 3);
	assert_int_equal(service_request_write(&request, octets, sizeof(octets)), len);
	assert_memory_equal(octets, golden, len);
	assert_int_equal(service_request_read(golden, len, &back, &used), 0);
	assert_int_equal(used, len);
	assert_int_equal(back.type, SERVICE_APPLY);
	assert_int_equal(back.client, request.client);
	assert_int_equal(back.number, 9);
	assert_int_equal(back.length, 3);
	assert_ptr_equal(back.body, golden + SERVICE_REQUEST_LEN);
	assert_int_equal(service_request_write(&request, octets, len - 1), 0);
	/* one that isn't whole yet, however much of it is here */
	for (size_t part = 0; part < len; part++)
		assert_int_equal(service_request_read(golden, part, &back, &used), -EAGAIN);
}

static void answer_golden(void **state)
{
	uint8_t golden[256], octets[256];
	const size_t len = bytes_from_hex(ANSWER, golden, sizeof(golden));
	struct service_answer answer = {.type = SERVICE_APPLY,
					.status = SERVICE_REPEATED,
					.client = 0x0102030405060708,
					.number = 9,
					.applied = 10,
					.total = 11,
					.edge = "edge-a",
					.length = 2,
					.body = (const uint8_t *)"xy"};
	struct service_answer back;
	size_t used = 0;

	for (unsigned i = 0; i < SERVICE_CHAIN_LEN; i++)
		answer.chain[i] = (uint8_t)i;
	assert_int_equal(len, SERVICE_ANSWER_LEN + 2);
	assert_int_equal(service_answer_write(&answer, octets, sizeof(octets)), len);
	assert_memory_equal(octets, golden, len);
	assert_int_equal(service_answer_read(golden, len, &back, &used), 0);
	assert_int_equal(used, len);
	assert_int_equal(back.status, SERVICE_REPEATED);
	assert_int_equal(back.applied, 10);
	assert_int_equal(back.total, 11);
	assert_string_equal(back.edge, "edge-a");
	assert_memory_equal(back.chain, answer.chain, SERVICE_CHAIN_LEN);
	assert_int_equal(back.length, 2);
	for (size_t part = 0; part < len; part++)
		assert_int_equal(service_answer_read(golden, part, &back, &used), -EAGAIN);
}

/* One octet of a right message is changed */
static const struct {
	const char *what;
	size_t at;
	uint8_t value;
	int request, answer; /* what reading it then says */
} changes[] = {
	{"magic", 0, 0x43, -EBADMSG, -EBADMSG},
	{"type 0", 4, 0, -EBADMSG, -EBADMSG},
	{"type 4", 4, 4, 0, -EBADMSG},
	{"type 5", 4, 5, -EBADMSG, -EBADMSG},
	{"the other direction", 4, 0x84, -EBADMSG, 0},
	{"flags, status 5", 5, 5, -EBADMSG, -EBADMSG},
	{"padding", 6, 1, -EBADMSG, -EBADMSG},
	{"padding", 7, 1, -EBADMSG, -EBADMSG},
	{"padding of a request", 31, 1, -EBADMSG, 0},
	{"padding of an answer", 127, 1, 0, -EBADMSG},
	{"a request's body of 17 MB", 24, 1, -EMSGSIZE, 0},
	{"a request's body of 1 MiB and 3", 25, 0x10, -EMSGSIZE, 0},
	{"an answer's body of 258", 122, 1, 0, -EBADMSG},
	{"a name that does not end", 119, 'x', 0, -EBADMSG},
};

static void malformed(void **state)
{
	struct service_request request;
	struct service_answer answer;
	uint8_t octets[256];
	size_t used;

	for (size_t i = 0; i < N(changes); i++) {
		size_t len = bytes_from_hex(REQUEST, octets, sizeof(octets));

		if (changes[i].at < len) {
			octets[changes[i].at] = changes[i].value;
			if (service_request_read(octets, len, &request, &used) !=
			    changes[i].request)
				fail_msg("request %zu: %s", i, changes[i].what);
		}
		len = bytes_from_hex(ANSWER, octets, sizeof(octets));
		octets[changes[i].at] = changes[i].value;
		if (service_answer_read(octets, len, &answer, &used) != changes[i].answer)
			fail_msg("answer %zu: %s", i, changes[i].what);
	}
}

static void calls(void **state)
{
	const struct call call = {.call = 5, .length = 3, .body = (const uint8_t *)"abc"};
	uint8_t golden[64], octets[64], digest[SHA256_DIGEST_SIZE] = {1};
	const size_t len =
		bytes_from_hex("4253434c 00000003 0000000000000005 616263", golden, sizeof(golden));
	const uint8_t *back_digest;
	struct call back;
	uint64_t number;

	assert_int_equal(call_write(&call, octets, sizeof(octets)), len);
	assert_memory_equal(octets, golden, len);
	assert_int_equal(call_write(&call, octets, len - 1), 0);
	assert_int_equal(call_read(golden, len, &back), 0);
	assert_int_equal(back.call, 5);
	assert_memory_equal(back.body, "abc", 3);
	assert_int_equal(call_read(golden, len - 1, &back), -EBADMSG);
	assert_int_equal(call_read(golden, len + 1, &back), -EBADMSG);
	golden[3] ^= 1;
	assert_int_equal(call_read(golden, len, &back), -EBADMSG);

	call_answer_write(5, digest, octets);
	assert_int_equal(call_answer_read(octets, CALL_ANSWER_LEN, &number, &back_digest), 0);
	assert_int_equal(number, 5);
	assert_memory_equal(back_digest, digest, sizeof(digest));
	assert_int_equal(call_answer_read(octets, CALL_ANSWER_LEN - 1, &number, &back_digest),
			 -EBADMSG);
	octets[7] ^= 1;
	assert_int_equal(call_answer_read(octets, CALL_ANSWER_LEN, &number, &back_digest),
			 -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_golden),
		cmocka_unit_test(answer_golden),
		cmocka_unit_test(malformed),
		cmocka_unit_test(calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
