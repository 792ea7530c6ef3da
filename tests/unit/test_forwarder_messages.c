// SPDX-License-Identifier: Apache-2.0
/* Messages of the service as they come in a stream. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/forwarder/messages.h"
#include "apps/service/wire.h"

struct counted {
	unsigned count;
	uint64_t numbers, lengths;
};

static void count_request(void *user, const struct service_request *r, const uint8_t *octets,
			  size_t len)
{
	struct counted *c = user;

	c->count++;
	c->numbers += r->number;
	c->lengths += len;
}

static void count_answer(void *user, const struct service_answer *a, const uint8_t *octets,
			 size_t len)
{
	struct counted *c = user;

	c->count++;
	c->numbers += a->number;
	c->lengths += len;
}

static int feed(struct messages *f, const uint8_t *octets, size_t len, size_t piece, bool answers,
		struct counted *c)
{
	int rc = 0;

	for (size_t at = 0; at < len && !rc; at += piece) {
		const size_t n = len - at < piece ? len - at : piece;
		uint8_t *room;

		assert_true(messages_room(f, &room) >= n);
		memcpy(room, octets + at, n);
		rc = answers ? messages_answers(f, n, count_answer, c)
			     : messages_requests(f, n, count_request, c);
	}
	return rc;
}

static void messages_come_in_pieces(void **state)
{
	static const size_t pieces[] = {1, 7, 31, 33, 1000, 4096};
	static uint8_t octets[3 * (SERVICE_REQUEST_LEN + 1000)], body[1000];
	size_t len = 0;

	for (uint64_t n = 1; n <= 3; n++) {
		const struct service_request r = {.type = SERVICE_APPLY,
						  .client = 1,
						  .number = n,
						  .length = sizeof(body),
						  .body = body};

		len += service_request_write(&r, octets + len, sizeof(octets) - len);
	}
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct counted c = {0};
		struct messages f;

		messages_init(&f, SERVICE_REQUEST_LEN + SERVICE_BODY_MAX);
		assert_int_equal(feed(&f, octets, len, pieces[i], false, &c), 0);
		assert_int_equal(c.count, 3);
		assert_int_equal(c.numbers, 6);
		assert_int_equal(c.lengths, len);
		assert_int_equal(f.len, 0);
		messages_done(&f);
	}
}

static void the_longest_message_fits_and_no_longer_one(void **state)
{
	const size_t len = SERVICE_REQUEST_LEN + SERVICE_BODY_MAX;
	uint8_t *octets = test_calloc(1, len);
	struct service_request r = {.type = SERVICE_APPLY, .client = 1, .number = 1};
	struct counted c = {0};
	struct messages f;

	r.length = SERVICE_BODY_MAX;
	r.body = octets + SERVICE_REQUEST_LEN;
	assert_int_equal(service_request_write(&r, octets, len), len);
	messages_init(&f, len);
	assert_int_equal(feed(&f, octets, len, 4000, false, &c), 0);
	assert_int_equal(c.count, 1);
	octets[26]++; /* its length */
	assert_int_equal(feed(&f, octets, len, 4000, false, &c), -EMSGSIZE);
	assert_int_equal(c.count, 1);
	messages_done(&f);
	test_free(octets);
}

static void what_is_no_message_ends_a_stream(void **state)
{
	const struct service_answer a = {.type = SERVICE_APPLY, .client = 1, .number = 5};
	uint8_t octets[SERVICE_ANSWER_LEN + 1];
	struct counted c = {0};
	struct messages f;

	messages_init(&f, SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX);
	assert_int_equal(service_answer_write(&a, octets, sizeof(octets)), SERVICE_ANSWER_LEN);
	assert_int_equal(feed(&f, octets, SERVICE_ANSWER_LEN, 50, true, &c), 0);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.numbers, 5);
	octets[0] ^= 1;
	assert_int_equal(feed(&f, octets, SERVICE_ANSWER_LEN, 200, true, &c), -EBADMSG);
	assert_int_equal(c.count, 1);
	messages_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_in_pieces),
		cmocka_unit_test(the_longest_message_fits_and_no_longer_one),
		cmocka_unit_test(what_is_no_message_ends_a_stream),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
