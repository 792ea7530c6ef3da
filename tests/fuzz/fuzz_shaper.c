// SPDX-License-Identifier: Apache-2.0
/*
 * link-shaper against any configuration, request, state of a predecessor, and packet. The first
 * octet says which; requests go to a shaper with two ports and a timeline, whose books are looked
 * at after each.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "link-shaper/checksum.h"
#include "link-shaper/control.h"
#include "link-shaper/line.h"
#include "link-shaper/segment.h"

enum input { CONFIG, REQUESTS, STATE, PACKET, INPUTS };

static const char known[] =
	"socket: s\nstate: t\nrepeat: 10s\nports:\n"
	"  - {node: a, netns: n, interface: i, delay: 5ms}\n"
	"  - {node: b, netns: n, interface: i}\n"
	"changes:\n  - {at: 1s, over: 1s, node: b, interface: i, rate: 1Mbit}\n";

static int apply(void *user, size_t index, const struct link_shape *shape, const char **ret_name,
		 struct patch_error *err)
{
	struct line *line = user;

	if (shape->loss < 0 || shape->loss > 1 || shape->rate_bps > 1000000000000)
		abort();
	*ret_name = "user";
	return line_set(&line[index], shape);
}

static json_t *counters(void *user, size_t index)
{
	return NULL;
}

static int load(const char *text, size_t size, struct config *ret)
{
	struct yaml_doc *doc;
	struct yaml_error err;
	int rc = yaml_load_memory("fuzz", text, size, &doc, &err);

	if (rc)
		return rc;
	rc = config_read(doc, ret, &err);
	yaml_free(doc);
	return rc;
}

/* The lines of @text, each a tenth of a second after the one before */
static void ask(struct shaper *s, const char *text, size_t size)
{
	uint64_t now_us = 0;
	bool changed;

	while (size) {
		const char *end = memchr(text, '\n', size);
		const size_t len = end ? (size_t)(end - text) : size;
		json_t *answer = control_answer(s, text, len, now_us, &changed);

		if (!json_is_object(answer))
			abort();
		json_decref(answer);
		now_us += 100000;
		if (shaper_run(s, now_us, &changed) <= now_us)
			abort();
		text += len + (end != NULL);
		size -= len + (end != NULL);
	}
}

static void with_shaper(const char *text, size_t size, const json_t *state)
{
	struct line line[2];
	const struct shaper_backend backend = {apply, counters, line};
	struct config config;
	struct shaper s;

	line_init(&line[0], 1);
	line_init(&line[1], 2);
	if (load(known, sizeof(known) - 1, &config) || shaper_init(&s, &config, &backend, state, 0))
		abort();
	ask(&s, text, size);
	shaper_done(&s);
	line_done(&line[0]);
	line_done(&line[1]);
}

static void with_state(const char *text, size_t size)
{
	json_t *state = json_loadb(text, size, 0, NULL);

	if (state)
		with_shaper("", 0, state);
	json_decref(state);
}

static void cut(struct packet_pool *pool, const struct packet *p)
{
	struct segment_plan plan;
	struct packet *piece;

	if (segment_plan(p, &plan))
		return;
	for (uint32_t i = 0; i < plan.pieces; i++) {
		if (segment_cut(pool, p, &plan, i, &piece))
			abort();
		if (piece->len > plan.headers + plan.size || piece->len <= plan.headers)
			abort();
		checksum_complete(piece);
		packet_free(pool, piece);
	}
}

/* What comes from the kernel: a virtio header, then a frame */
static void with_packet(const uint8_t *data, size_t size)
{
	static struct packet_pool pool;
	struct random random;
	struct packet *p;

	if (size < sizeof(p->vnet) || size > PACKET_MAX || packet_pool_init(&pool))
		return;
	p = packet_new(&pool);
	memcpy(&p->vnet, data, sizeof(p->vnet));
	p->len = (uint32_t)(size - sizeof(p->vnet));
	if (p->len > PACKET_HEAD)
		p->tail = packet_tail_new(&pool);
	packet_write(p, 0, data + sizeof(p->vnet), p->len);
	cut(&pool, p);
	random_seed(&random, size);
	packet_corrupt(p, &random);
	packet_free(&pool, p);
	if (pool.used || pool.free_tails != PACKET_TAILS)
		abort();
	packet_pool_done(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;

	if (!size)
		return 0;
	switch (data[0] % INPUTS) {
	case CONFIG:
		if (!load((const char *)data + 1, size - 1, &config))
			config_done(&config);
		break;
	case REQUESTS:
		with_shaper((const char *)data + 1, size - 1, NULL);
		break;
	case STATE:
		with_state((const char *)data + 1, size - 1);
		break;
	case PACKET:
		with_packet(data + 1, size - 1);
		break;
	}
	return 0;
}
