// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/forwarder_world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a service: each request is mixed into its client's page ---- */

static size_t mix_size(const void *settings, unsigned shares)
{
	return (size_t)shares * PAGE;
}

static void mix_begin(void *memory, const void *settings, unsigned share)
{
	memset((uint8_t *)memory + (size_t)share * PAGE, *(const int *)settings, PAGE);
}

static int mix_apply(void *memory, const void *settings, struct service_apply *a)
{
	uint8_t *page = (uint8_t *)memory + (size_t)a->share * PAGE;

	service_chain_next(a, page, PAGE);
	memcpy(page + a->number % 100 * SERVICE_CHAIN_LEN, a->chain, SERVICE_CHAIN_LEN);
	a->answer_length = 4;
	memcpy(a->answer, page + 8, 4);
	return 0;
}

static void mix_digest(const void *memory, const void *settings, unsigned share,
		       struct sha256_ctx *hash)
{
	sha256_update(hash, PAGE, (const uint8_t *)memory + (size_t)share * PAGE);
}

static const struct service_ops mix = {.name = "mix",
				       .size = mix_size,
				       .begin = mix_begin,
				       .apply = mix_apply,
				       .digest = mix_digest};

static void instance_send(void *user, const struct service_peer *peer,
			  const struct service_answer *answer)
{
	struct instance *i = user;
	struct message *m = &i->world->from[i->world->from_end++ % QUEUE];
	struct service_answer full = *answer;

	assert_true(i->world->from_end - i->world->from_first < QUEUE);
	snprintf(full.edge, sizeof(full.edge), "%s", i->side == PROXY_SOURCE ? "edge-a" : "edge-b");
	m->side = i->side;
	m->len = service_answer_write(&full, m->octets, sizeof(m->octets));
	assert_true(m->len > 0);
}

static void instance_begin(struct world *w, enum proxy_side side, int settings)
{
	struct instance *i = &w->instance[side];

	i->world = w;
	i->side = side;
	i->settings = settings;
	i->machine = (struct service_machine){.ops = &mix,
					      .settings = &i->settings,
					      .shares = SHARES,
					      .send = instance_send,
					      .user = i};
	i->size = service_machine_size(&i->machine);
	i->block = test_calloc(1, i->size);
	i->up = side == PROXY_SOURCE;
	assert_int_equal(service_machine_use(&i->machine, i->block, i->size), 0);
}

/* ---- the world ---- */

static void world_ask(void *user, enum proxy_side side, const uint8_t *octets, size_t len)
{
	struct world *w = user;
	struct message *m = &w->to[w->to_end % QUEUE];

	if (!w->instance[side].up)
		return;
	assert_true(len <= sizeof(m->octets));
	assert_true(++w->to_end - w->to_first < QUEUE);
	m->side = side;
	m->len = len;
	memcpy(m->octets, octets, len);
}

static void world_answer(void *user, const struct origin *origin, const uint8_t *octets, size_t len)
{
	struct world *w = user;
	struct answered *a = &w->log[w->logged++];
	size_t used;

	assert_true(w->logged < LOG);
	a->origin = *origin;
	assert_int_equal(service_answer_read(octets, len, &a->answer, &used), 0);
	assert_int_equal(used, len);
	a->answer.body = NULL;
}

struct world *world_new(uint64_t bytes, unsigned requests)
{
	struct world *w = test_calloc(1, sizeof(*w));
	const struct proxy_ways ways = {world_answer, world_ask, w};

	instance_begin(w, PROXY_SOURCE, 1);
	instance_begin(w, PROXY_RESTORED, 1);
	proxy_init(&w->proxy, &ways, bytes, requests, "edge-b");
	return w;
}

void world_free(struct world *w)
{
	proxy_done(&w->proxy);
	test_free(w->instance[0].block);
	test_free(w->instance[1].block);
	test_free(w);
}

void arrive_one(struct world *w)
{
	const struct message *m = &w->to[w->to_first++ % QUEUE];
	struct service_peer peer = {.connection = 1};
	struct service_request request;
	size_t used;

	assert_int_equal(service_request_read(m->octets, m->len, &request, &used), 0);
	service_machine_take(&w->instance[m->side].machine, &request, &peer);
}

void return_one(struct world *w)
{
	const struct message m = w->from[w->from_first++ % QUEUE];
	struct service_answer answer;
	size_t used;

	assert_int_equal(service_answer_read(m.octets, m.len, &answer, &used), 0);
	proxy_answer(&w->proxy, m.side, &answer, m.octets, m.len);
}

void settle(struct world *w)
{
	while (w->to_first < w->to_end || w->from_first < w->from_end) {
		if (w->to_first < w->to_end)
			arrive_one(w);
		if (w->from_first < w->from_end)
			return_one(w);
	}
}

/* What is on its way is lost with the connection. */
void hang_up(struct world *w, enum proxy_side side)
{
	w->instance[side].up = false;
	w->to_first = w->to_end;
	w->from_first = w->from_end;
	proxy_down(&w->proxy, side);
	w->instance[side].up = true;
	proxy_up(&w->proxy, side);
}

void snapshot(struct world *w)
{
	struct instance *s = &w->instance[PROXY_SOURCE], *r = &w->instance[PROXY_RESTORED];

	memcpy(r->block, s->block, s->size);
	assert_int_equal(service_machine_use(&r->machine, r->block, r->size), 0);
	r->up = true;
}

void ask_from(struct world *w, uint64_t connection, enum service_type type, uint64_t client,
	      uint64_t number)
{
	uint8_t body[BODY], octets[SERVICE_REQUEST_LEN + BODY];
	struct service_request request = {
		.type = type, .client = client, .number = number, .length = BODY, .body = body};
	const struct origin origin = {.connection = connection};
	size_t len;

	memset(body, (int)(client * 31 + number), sizeof(body));
	len = service_request_write(&request, octets, sizeof(octets));
	proxy_request(&w->proxy, &origin, &request, octets, len);
}

void apply(struct world *w, uint64_t client, uint64_t number)
{
	ask_from(w, client, SERVICE_APPLY, client, number);
}

void apply_range(struct world *w, uint64_t client, uint64_t from, uint64_t to)
{
	for (uint64_t number = from; number <= to; number++)
		apply(w, client, number);
}

void pause_whole(struct world *w)
{
	assert_int_equal(proxy_pause(&w->proxy), 0);
	for (int i = 0; i < 8 && w->proxy.state == PROXY_PAUSING; i++) {
		settle(w);
		proxy_turn(&w->proxy);
	}
	assert_int_equal(w->proxy.state, PROXY_PAUSED);
}

void replay_whole(struct world *w)
{
	assert_int_equal(proxy_replay_begin(&w->proxy), 0);
	settle(w);
}

void answer_is(const struct answered *a, uint64_t client, uint64_t number,
	       enum service_status status, const char *edge)
{
	uint8_t chain[SERVICE_CHAIN_LEN];

	assert_int_equal(a->answer.client, client);
	assert_int_equal(a->answer.number, number);
	assert_int_equal(a->answer.status, status);
	assert_string_equal(a->answer.edge, edge);
	chain_after(client, number, chain);
	assert_memory_equal(a->answer.chain, chain, sizeof(chain));
}

/* Of a service that was never moved */
void chain_after(uint64_t client, uint64_t number, uint8_t ret[SERVICE_CHAIN_LEN])
{
	struct world *w = world_new(CACHE, 4096);

	for (uint64_t n = 1; n <= number; n++) {
		apply(w, client, n);
		settle(w);
	}
	memcpy(ret, w->log[w->logged - 1].answer.chain, SERVICE_CHAIN_LEN);
	world_free(w);
}
