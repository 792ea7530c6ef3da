/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of the forwarder's mind share: clients, a source and a restored instance, which are
 * real services in memory, and queues of what is under way between them. */
#ifndef TESTS_UNIT_FORWARDER_WORLD_H
#define TESTS_UNIT_FORWARDER_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/forwarder/proxy.h"
#include "apps/service/state.h"

enum { SHARES = 4, PAGE = 4096, BODY = 40, QUEUE = 4096, LOG = 8192, CACHE = 1 << 20 };

struct message {
	enum proxy_side side;
	size_t len;
	uint8_t octets[SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX];
};

struct answered {
	struct origin origin;
	struct service_answer answer; /* without its body */
};

struct instance {
	struct service_machine machine;
	enum proxy_side side;
	struct world *world;
	uint8_t *block;
	size_t size;
	int settings;
	bool up, frozen;
};

/* Queues keep what is under way, so that a test says when it arrives. */
struct world {
	struct proxy proxy;
	struct instance instance[2]; /* by side */
	struct message to[QUEUE], from[QUEUE];
	size_t to_first, to_end, from_first, from_end;
	struct answered log[LOG];
	size_t logged;
};

struct world *world_new(uint64_t bytes, unsigned requests);
void world_free(struct world *w);
void arrive_one(struct world *w);
void return_one(struct world *w);
void settle(struct world *w);
void hang_up(struct world *w, enum proxy_side side);
void snapshot(struct world *w);
void ask_from(struct world *w, uint64_t connection, enum service_type type, uint64_t client,
	      uint64_t number);
void apply(struct world *w, uint64_t client, uint64_t number);
void apply_range(struct world *w, uint64_t client, uint64_t from, uint64_t to);
void pause_whole(struct world *w);
void replay_whole(struct world *w);
void answer_is(const struct answered *a, uint64_t client, uint64_t number,
	       enum service_status status, const char *edge);
void chain_after(uint64_t client, uint64_t number, uint8_t ret[SERVICE_CHAIN_LEN]);

#endif
