/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service does with a request: ledger and frames are two implementations under one server,
 * and under one model in the client. All of it is deterministic: equal requests in equal order
 * leave equal memory, wherever that lies.
 *
 * The chain of a client proves what became of its requests:
 *   chain = SHA-256(chain before, client, number, SHA-256(body), evidence)
 * the evidence being what the service found in its memory. So that a client can tell it by a model
 * of its own, each has a share of the memory which no other client changes.
 */
#ifndef BATON_APPS_SERVICE_OPS_H
#define BATON_APPS_SERVICE_OPS_H

#include <nettle/sha2.h>

#include "apps/service/wire.h"

enum { SERVICE_CLIENTS_MAX = 1024 };

struct service_apply {
	uint64_t client, number;
	unsigned share;
	const uint8_t *body; /* borrowed */
	uint32_t length;
	uint8_t body_digest[SHA256_DIGEST_SIZE];
	uint8_t chain[SERVICE_CHAIN_LEN];	 /* in: before; out: after */
	uint8_t answer[SERVICE_ANSWER_BODY_MAX]; /* out */
	uint32_t answer_length;			 /* out */
};

struct service_ops {
	const char *name;
	/** size - octets of memory for @shares clients; a multiple of the page size */
	size_t (*size)(const void *settings, unsigned shares);
	/** begin - share @share as it is before its client's first request; every page of it is
	 * written */
	void (*begin)(void *memory, const void *settings, unsigned share);
	/** apply - Return: 0, or a negative errno: refused, and nothing changed */
	int (*apply)(void *memory, const void *settings, struct service_apply *a);
	/** digest - what a share holds, into @hash */
	void (*digest)(const void *memory, const void *settings, unsigned share,
		       struct sha256_ctx *hash);
	/** body - that of request @number of @client, as the client makes it */
	void (*body)(const void *settings, uint64_t client, uint64_t number, uint8_t *body,
		     uint32_t length);
};

/** service_chain_next - @a's chain after it, from the one before and @evidence */
void service_chain_next(struct service_apply *a, const uint8_t *evidence, size_t length);

#endif
