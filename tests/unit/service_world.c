// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/service_world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void keep(void *user, const struct service_peer *peer, const struct service_answer *a)
{
	struct world *w = user;
	const unsigned i = w->answered++;

	assert(i < WORLD_ANSWERS);
	w->answers[i] = *a;
	w->peers[i] = *peer;
	if (a->length)
		memcpy(w->bodies[i], a->body, a->length);
	w->answers[i].body = w->bodies[i];
}

static void call(void *user, uint64_t number, const uint8_t *body, uint32_t length)
{
	struct world *w = user;
	const unsigned i = w->called++;
	struct sha256_ctx hash;

	assert(i < WORLD_ANSWERS);
	w->calls[i] = number;
	sha256_init(&hash);
	sha256_update(&hash, length, body);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, w->digests[i]);
}

static void machine_begin(struct world *w, const struct service_ops *ops, unsigned clients)
{
	w->settings.shares = clients;
	w->machine = (struct service_machine){.ops = ops,
					      .settings = &w->settings,
					      .shares = clients,
					      .send = keep,
					      .user = w,
					      .call_user = w};
	w->size = service_machine_size(&w->machine);
	w->block = aligned_alloc(4096, w->size);
	assert(w->block);
}

void world_begin(struct world *w, const struct service_ops *ops, unsigned clients)
{
	*w = (struct world){
		.settings = {.heap = 256 << 10, .read = 4096, .write = 4096, .compressible = 0.5}};
	machine_begin(w, ops, clients);
	memset(w->block, 0, w->size);
	assert(service_machine_use(&w->machine, w->block, w->size) == 0);
}

void world_copy(struct world *w, const struct world *from)
{
	*w = (struct world){.settings = from->settings};
	machine_begin(w, from->machine.ops, from->machine.shares);
	memcpy(w->block, from->block, w->size);
	assert(service_machine_use(&w->machine, w->block, w->size) == 0);
}

void world_end(struct world *w)
{
	free(w->block);
}

void world_split(struct world *w)
{
	w->machine.call = call;
}

void world_take(struct world *w, uint64_t client, uint64_t number, uint32_t length)
{
	const struct service_peer peer = {.port_be = htons((uint16_t)number)};
	uint8_t *body = malloc(length + 1u);
	const struct service_request r = {.type = SERVICE_APPLY,
					  .client = client,
					  .number = number,
					  .length = length,
					  .body = body};

	assert(body);
	w->machine.ops->body(&w->settings, client, number, body, length);
	service_machine_take(&w->machine, &r, &peer);
	free(body);
}

void world_ask(struct world *w, enum service_type type, uint64_t client)
{
	const struct service_request r = {
		.type = type, .client = client, .number = 77, .body = (const uint8_t *)""};
	const struct service_peer peer = {0};

	service_machine_take(&w->machine, &r, &peer);
}

const struct service_answer *world_last(const struct world *w)
{
	assert(w->answered);
	return &w->answers[w->answered - 1];
}

void world_digest(struct world *w, uint8_t ret[SHA256_DIGEST_SIZE])
{
	world_ask(w, SERVICE_DIGEST, 0);
	assert(world_last(w)->length == SHA256_DIGEST_SIZE);
	memcpy(ret, world_last(w)->body, SHA256_DIGEST_SIZE);
	w->answered--;
}
