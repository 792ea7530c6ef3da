// SPDX-License-Identifier: Apache-2.0
/* A client and a service that answers what the test tells it to: the client notices what is wrong,
 * and what it tells of silence is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service_bed.h"
#include "tests/unit/service_world.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct liar {
	int fd;
	struct sockaddr_in client;
	struct world world;
};

static void liar_begin(struct liar *l, uint16_t *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = bed_loopback};
	socklen_t len = sizeof(at);

	world_begin(&l->world, &ledger_ops, 1);
	l->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(l->fd, (void *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(l->fd, (void *)&at, &len), 0);
	*ret_port = ntohs(at.sin_port);
}

/* Its client, which asks for nothing twice by itself */
static struct service_client *liar_client(struct liar *l, bool alone)
{
	struct service_client_settings settings;
	uint16_t port;

	liar_begin(l, &port);
	settings = bed_client(&bed_model, port);
	settings.alone = alone;
	settings.resend_ms = 60000;
	return bed_client_new(&settings);
}

/* The right answer to the next request */
static struct service_answer liar_take(struct liar *l)
{
	const struct service_peer peer = {0};
	uint8_t octets[2048];
	socklen_t len = sizeof(l->client);
	const ssize_t n = recvfrom(l->fd, octets, sizeof(octets), 0, (void *)&l->client, &len);
	struct service_request r;
	size_t used;

	assert_int_equal(service_request_read(octets, (size_t)n, &r, &used), 0);
	service_machine_take(&l->world.machine, &r, &peer);
	return *world_last(&l->world);
}

static void liar_say(const struct liar *l, const struct service_answer *a)
{
	uint8_t octets[512];
	const size_t len = service_answer_write(a, octets, sizeof(octets));

	assert_int_equal(sendto(l->fd, octets, len, 0, (const void *)&l->client, sizeof(l->client)),
			 len);
}

static void liar_end(struct liar *l)
{
	close(l->fd);
	world_end(&l->world);
}

static void lie_chain(struct service_answer *a)
{
	a->chain[31] ^= 1;
}
static void lie_applied(struct service_answer *a)
{
	a->applied++;
}
static void lie_body(struct service_answer *a)
{
	a->length = 1;
	a->body = (const uint8_t *)"x";
}
static void lie_total(struct service_answer *a)
{
	a->total = 1;
}
static void lie_not_alone(struct service_answer *a)
{
	a->total++;
}
static void lie_number(struct service_answer *a)
{
	a->number++;
}

static const struct {
	const char *what;
	void (*lie)(struct service_answer *a);
	bool alone;
	uint64_t answered;
} lies[] = {
	{"chain", lie_chain, false, 2},	       {"applied", lie_applied, false, 2},
	{"body", lie_body, false, 2},	       {"total", lie_total, false, 2},
	{"not alone", lie_not_alone, true, 2}, {"number", lie_number, false, 1},
};

static void lied_to(void **state)
{
	for (size_t i = 0; i < N(lies); i++) {
		static struct liar l;
		struct service_answer answer;
		struct service_client *c;

		c = liar_client(&l, lies[i].alone);
		for (unsigned n = 0; n < 2; n++) {
			assert_int_equal(service_client_make(c, 1), 0);
			service_client_run(c);
			answer = liar_take(&l);
			if (n)
				lies[i].lie(&answer);
			liar_say(&l, &answer);
			service_client_run(c);
		}
		if (service_client_figures(c)->wrong != 1 ||
		    service_client_figures(c)->answered != lies[i].answered)
			fail_msg("%s: %lu wrong, %lu answered", lies[i].what,
				 service_client_figures(c)->wrong,
				 service_client_figures(c)->answered);
		service_client_free(c);
		liar_end(&l);
	}
}

/* The same answer twice; then another one to the same request */
static void answered_twice(void **state)
{
	static struct liar l;
	struct service_answer answer;
	struct service_client *c;

	c = liar_client(&l, false);
	assert_int_equal(service_client_make(c, 1), 0);
	service_client_run(c);
	answer = liar_take(&l);
	liar_say(&l, &answer);
	liar_say(&l, &answer);
	service_client_run(c);
	assert_int_equal(service_client_figures(c)->answered, 1);
	assert_int_equal(service_client_figures(c)->doubled, 1);
	assert_int_equal(service_client_figures(c)->wrong, 0);
	answer.chain[0] ^= 1;
	liar_say(&l, &answer);
	service_client_run(c);
	assert_int_equal(service_client_figures(c)->wrong, 1);
	answer.client ^= 1;
	liar_say(&l, &answer); /* somebody else's */
	service_client_run(c);
	assert_int_equal(service_client_figures(c)->malformed, 1);
	assert_int_equal(service_client_figures(c)->answered, 1);
	service_client_free(c);
	liar_end(&l);
}

/* A request that comes after one which is lost is answered: what is told of the silence */
static void gap(void **state)
{
	const uint64_t second = 1000000000, begin = 1000 * second;
	static struct liar l;
	struct service_answer answers[2];
	struct service_client *c;

	c = liar_client(&l, false);
	assert_int_equal(service_client_make(c, begin), 0); /* due long ago */
	service_client_run(c);
	answers[0] = liar_take(&l);
	liar_say(&l, &answers[0]);
	service_client_run(c);
	assert_int_equal(service_client_figures(c)->longest_gap_begin_ns, begin);
	assert_int_equal(service_client_figures(c)->longest_gap_ns,
			 service_client_last_ns(c) - begin);
	assert_true(service_client_figures(c)->longest_answer_ns <
		    60 * second); /* since it was sent */
	assert_int_equal(service_client_figures(c)->longest_between_ns, 0);
	service_client_free(c);
	liar_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lied_to),
		cmocka_unit_test(answered_twice),
		cmocka_unit_test(gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
