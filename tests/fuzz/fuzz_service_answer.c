// SPDX-License-Identifier: Apache-2.0
/* The client on arbitrary answers to 100 requests: it counts no request answered twice, and none
 * that it did not make; what it believes is what its model says. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/ledger/state.h"
#include "apps/service/client_internal.h"

enum { REQUESTS = 100 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void never(const char *what)
{
	fprintf(stderr, "fuzz_service_answer: %s\n", what);
	abort();
}

static void row(void *user, const struct service_client_row *row)
{
	unsigned char *seen = user;

	if (row->number < 1 || row->number > REQUESTS || seen[row->number]++)
		never("a request is told twice");
	if (!row->answered_ns != !row->sends && row->answered_ns)
		never("an answer to what was not sent");
}

static void again(const uint8_t *octets, size_t used, const struct service_answer *a)
{
	uint8_t built[SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX];

	if (service_answer_write(a, built, sizeof(built)) != used ||
	    memcmp(built, octets, used) != 0)
		never("another message is built");
}

static void send_all(struct service_client *c)
{
	for (; c->next < client_window_end(c); c->next++)
		client_request_sent(c, client_request_at(c, c->next), 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ledger_settings model = {
		.heap = 4096, .read = 64, .write = 64, .compressible = 1, .shares = 1};
	unsigned char seen[REQUESTS + 1] = {0};
	const struct service_client_settings settings = {.port = 7000,
							 .client = 0x0101010101010101,
							 .resend_ms = 20,
							 .ops = &ledger_ops,
							 .model = &model,
							 .row = row,
							 .user = seen};
	struct service_client *c;
	struct service_answer a;
	size_t used = 0;

	if (service_client_new(&settings, &c) < 0)
		never("no client");
	for (unsigned i = 0; i < REQUESTS; i++)
		if (service_client_make(c, i) < 0)
			never("no request");
	send_all(c);
	for (uint64_t at = 10; service_answer_read(data, size, &a, &used) == 0; at++) {
		again(data, used, &a);
		client_take(c, &a, at);
		send_all(c);
		data += used;
		size -= used;
	}
	service_client_end(c);
	for (unsigned i = 1; i <= REQUESTS; i++)
		if (!seen[i])
			never("a request is not told");
	if (service_client_waiting(c) + service_client_figures(c)->answered != REQUESTS)
		never("numbers don't add up");
	service_client_free(c);
	return 0;
}
