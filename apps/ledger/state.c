// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/state.h"

#include "apps/ledger/memory.h"

#define BODY_SEED 0x626f6479ull

static uint8_t *share_at(const void *memory, const void *settings, unsigned share)
{
	return (uint8_t *)memory + share * ledger_share_size(settings);
}

static size_t ledger_size(const void *settings, unsigned shares)
{
	return shares * ledger_share_size(settings);
}

static void ledger_begin(void *memory, const void *settings, unsigned share)
{
	ledger_share_begin(share_at(memory, settings, share), settings);
}

static int ledger_apply(void *memory, const void *settings, struct service_apply *a)
{
	uint8_t *share = share_at(memory, settings, a->share);
	uint8_t evidence[LEDGER_EVIDENCE_LEN];
	const int rc = ledger_evidence(share, settings, a->chain, evidence);

	if (rc < 0)
		return rc;
	service_chain_next(a, evidence, sizeof(evidence));
	ledger_rewrite(share, settings, a->chain);
	ledger_work(settings);
	return 0;
}

static void ledger_digest(const void *memory, const void *settings, unsigned share,
			  struct sha256_ctx *hash)
{
	uint8_t digest[8 * LEDGER_LANES];

	ledger_lanes_of(share_at(memory, settings, share), ledger_share_size(settings), digest);
	sha256_update(hash, sizeof(digest), digest);
}

static void ledger_body(const void *settings, uint64_t client, uint64_t number, uint8_t *body,
			uint32_t length)
{
	ledger_random(ledger_mix(client ^ BODY_SEED) + ledger_mix(number), body, length);
}

const struct service_ops ledger_ops = {
	.name = "ledger",
	.size = ledger_size,
	.begin = ledger_begin,
	.apply = ledger_apply,
	.digest = ledger_digest,
	.body = ledger_body,
};

const char *ledger_settings_check(const struct ledger_settings *s)
{
	if (s->shares < 1 || s->shares > SERVICE_CLIENTS_MAX)
		return "clients: expected a number from 1 to 1024";
	if (s->heap / LEDGER_PAGE < s->shares)
		return "heap: expected at least 4 KB for each of clients";
	if (s->read > ledger_share_size(s))
		return "read: expected at most a client's share of heap";
	if (s->write > ledger_share_size(s))
		return "write: expected at most a client's share of heap";
	if (!(s->compressible >= 0 && s->compressible <= 1))
		return "compressible: expected a share from 0 to 1";
	if (s->data_size && s->data_size < LEDGER_PAGE)
		return "data: expected a file of at least 4096 octets";
	return NULL;
}
