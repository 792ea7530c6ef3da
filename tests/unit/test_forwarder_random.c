// SPDX-License-Identifier: Apache-2.0
/* Random migrations, after which every request was applied once and in order. BATON_SEED chooses
 * other ones; the seed is printed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/forwarder_world.h"

struct client {
	uint64_t made, answered;	  /* up to */
	uint8_t chain[SERVICE_CHAIN_LEN]; /* of the last answer */
};

static uint64_t seed;

static unsigned chance(unsigned of)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % of;
}

enum { CLIENTS = 3, REQUESTS = 40, OPEN = 6 };

/* Answers in the log that are new: each number once, in order */
static void clients_read(struct world *w, struct client *c, size_t *at)
{
	for (; *at < w->logged; ++*at) {
		const struct service_answer *a = &w->log[*at].answer;

		if (a->type != SERVICE_APPLY || a->status > SERVICE_REPEATED ||
		    a->number != c[a->client - 1].answered + 1)
			continue;
		c[a->client - 1].answered = a->number;
		memcpy(c[a->client - 1].chain, a->chain, sizeof(a->chain));
	}
}

/* One of its open requests, mostly the next: lost, doubled and out of order */
static void client_acts(struct world *w, struct client *c, uint64_t client)
{
	const uint64_t first = c->answered + 1;
	const unsigned open =
		(unsigned)(REQUESTS - c->answered < OPEN ? REQUESTS - c->answered : OPEN);

	if (open && w->to_end - w->to_first < 100 && chance(4))
		apply(w, client, first + chance(open));
}

static void step(struct world *w)
{
	const unsigned what = chance(8);

	if (what < 3 && w->to_first < w->to_end)
		arrive_one(w);
	else if (what < 6 && w->from_first < w->from_end)
		return_one(w);
	else if (what == 6)
		proxy_turn(&w->proxy);
	else if (!chance(20) && w->proxy.state < PROXY_REPLAYING)
		hang_up(w, PROXY_SOURCE);
}

static void advance(struct world *w, bool *snapped)
{
	switch (w->proxy.state) {
	case PROXY_FORWARDING:
		if (!*snapped && !chance(150)) {
			snapshot(w);
			*snapped = true;
		} else if (*snapped && !chance(100)) {
			assert_int_equal(proxy_pause(&w->proxy), 0);
		}
		break;
	case PROXY_PAUSED:
		assert_int_equal(proxy_replay_begin(&w->proxy), 0);
		break;
	case PROXY_REPLAYED:
		assert_memory_equal(w->instance[0].machine.memory, w->instance[1].machine.memory,
				    SHARES * PAGE);
		assert_int_equal(proxy_serve(&w->proxy), 0);
		break;
	default:
		break;
	}
}

static bool all_answered(const struct client *c)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (c[i].answered < REQUESTS)
			return false;
	return true;
}

static void migrate_once(void)
{
	struct world *w = world_new(CACHE, 4096);
	struct client c[CLIENTS] = {0};
	bool snapped = false;
	size_t at = 0;

	for (unsigned n = 0; !all_answered(c) || w->proxy.state != PROXY_SERVING; n++) {
		const unsigned who = chance(CLIENTS);

		assert_true(n < 200000);
		if (w->logged > LOG / 2) {
			memset(w->log, 0, sizeof(w->log));
			w->logged = at = 0;
		}
		client_acts(w, &c[who], who + 1);
		step(w);
		advance(w, &snapped);
		clients_read(w, c, &at);
		assert_string_equal(w->proxy.detail, "");
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		uint8_t chain[SERVICE_CHAIN_LEN];

		chain_after(i + 1, REQUESTS, chain);
		assert_memory_equal(chain, c[i].chain, sizeof(chain));
	}
	world_free(w);
}

static void random_migrations_lose_and_double_nothing(void **state)
{
	const char *given = getenv("BATON_SEED");

	seed = given ? strtoull(given, NULL, 0) : 20261121;
	printf("# BATON_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < 60; i++)
		migrate_once();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_migrations_lose_and_double_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
