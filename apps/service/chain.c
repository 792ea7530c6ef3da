// SPDX-License-Identifier: Apache-2.0
/* The proof of what became of a client's requests: ops.h. Server and client make the same. */
#include "apps/service/ops.h"
#include "lib/wire.h"

void service_chain_next(struct service_apply *a, const uint8_t *evidence, size_t length)
{
	uint8_t numbers[16];
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, sizeof(a->chain), a->chain);
	wire_store64(numbers, a->client);
	wire_store64(numbers + 8, a->number);
	sha256_update(&hash, sizeof(numbers), numbers);
	sha256_update(&hash, sizeof(a->body_digest), a->body_digest);
	sha256_update(&hash, length, evidence);
	sha256_digest(&hash, sizeof(a->chain), a->chain);
}
