/* SPDX-License-Identifier: Apache-2.0 */
/* A service without sockets: a machine in memory of its own, and the answers that it gave. */
#ifndef BATON_TESTS_SERVICE_WORLD_H
#define BATON_TESTS_SERVICE_WORLD_H

#include "apps/ledger/state.h"
#include "apps/service/state.h"

enum { WORLD_ANSWERS = 256 };

struct world {
	struct ledger_settings settings;
	struct service_machine machine;
	void *block;
	size_t size;
	struct service_answer answers[WORLD_ANSWERS];
	uint8_t bodies[WORLD_ANSWERS][SERVICE_ANSWER_BODY_MAX];
	struct service_peer peers[WORLD_ANSWERS];
	unsigned answered;
	/* of a split one: what was called */
	uint64_t calls[WORLD_ANSWERS];
	uint8_t digests[WORLD_ANSWERS][SHA256_DIGEST_SIZE];
	unsigned called;
};

/** world_begin - of @ops, 256 KB heap, @clients shares */
void world_begin(struct world *w, const struct service_ops *ops, unsigned clients);
/** world_again - another machine upon a copy of @from's block */
void world_copy(struct world *w, const struct world *from);
void world_end(struct world *w);
/** world_split - bodies are digested elsewhere: see calls */
void world_split(struct world *w);
/** world_take - a request with @ops' own body of @length octets, from port @number */
void world_take(struct world *w, uint64_t client, uint64_t number, uint32_t length);
void world_ask(struct world *w, enum service_type type, uint64_t client);
/** world_last - the last answer */
const struct service_answer *world_last(const struct world *w);
/** world_digest - of the whole state */
void world_digest(struct world *w, uint8_t ret[SHA256_DIGEST_SIZE]);

#endif
