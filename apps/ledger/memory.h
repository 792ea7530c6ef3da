/* SPDX-License-Identifier: Apache-2.0 */
/* A client's share of a ledger's memory: read into its evidence and written anew, at places that
 * follow from its chain. Pure, but for the file of the application layer. */
#ifndef BATON_APPS_LEDGER_MEMORY_H
#define BATON_APPS_LEDGER_MEMORY_H

#include "apps/ledger/state.h"

enum { LEDGER_EVIDENCE_LEN = 2 * 8 * LEDGER_LANES }; /* of memory, of data */

struct ledger_lanes {
	uint64_t lane[LEDGER_LANES];
};

void ledger_lanes_begin(struct ledger_lanes *l);
/** ledger_lanes_add - @octets: a multiple of 64, but for the last of a digest, which is padded with
 * zeros */
void ledger_lanes_add(struct ledger_lanes *l, const uint8_t *at, size_t octets);
void ledger_lanes_store(const struct ledger_lanes *l, uint8_t ret[8 * LEDGER_LANES]);
/** ledger_lanes_of - all three: the digest of @octets at @at */
void ledger_lanes_of(const uint8_t *at, size_t octets, uint8_t ret[8 * LEDGER_LANES]);

/** ledger_mix - each of 2^64 numbers becomes another (splitmix64's finish) */
uint64_t ledger_mix(uint64_t number);
/** ledger_random - octets that follow from @seed */
void ledger_random(uint64_t seed, uint8_t *at, size_t octets);

/** ledger_share_size - octets, a multiple of LEDGER_PAGE */
size_t ledger_share_size(const struct ledger_settings *s);
void ledger_share_begin(uint8_t *share, const struct ledger_settings *s);
/** ledger_evidence - what a request reads, by the chain before it; Return: 0, or negative when the
 * data can't be read */
int ledger_evidence(const uint8_t *share, const struct ledger_settings *s,
		    const uint8_t chain[SERVICE_CHAIN_LEN], uint8_t ret[LEDGER_EVIDENCE_LEN]);
/** ledger_rewrite - what a request writes, by the chain after it */
void ledger_rewrite(uint8_t *share, const struct ledger_settings *s,
		    const uint8_t chain[SERVICE_CHAIN_LEN]);
/** ledger_work - use the processor for work_us */
void ledger_work(const struct ledger_settings *s);

#endif
