/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the rounds of a pre-copy end: criteria as pure functions over what the rounds brought, in a
 * table by name. dirty-rate is 003's algorithm 1, equal-hash 002's, p-haul what p.haul does.
 */
#ifndef BATON_MM_STRATEGIES_CRITERION_H
#define BATON_MM_STRATEGIES_CRITERION_H

#include <jansson.h>

#include "migration-manager/process_options.h"

enum { ROUND_HASH_SIZE = 80 };

struct round {
	uint64_t begun_ns;
	uint64_t bytes, pages;	      /* written by its pre-dump */
	uint64_t rate_bps;	      /* of getting dirty: bytes over the time since the begin of
					 the round before; 0: there was none */
	uint64_t sent_bytes, sent_us; /* on the way to the destination; 0: not known */
	char hash[ROUND_HASH_SIZE];   /* of pages and their map; "": none */
};

enum verdict { VERDICT_ANOTHER, VERDICT_STOP, VERDICT_NOT_CONVERGED };

/**
 * criterion_decide - after the last of @count rounds
 * @ret_why: a word for "stopped_by", a literal
 */
enum verdict criterion_decide(const struct process_options *options, const struct round *rounds,
			      size_t count, const char **ret_why);

/** criterion_threshold - of dirty-rate in bit/s: as asked for, or half the link as the rounds so
 * far measured it; 0: nothing is known of the link */
uint64_t criterion_threshold(const struct process_options *options, const struct round *rounds,
			     size_t count);

/** criterion_interval_ms - from the begin of round @round (1, ...) to that of the next */
uint64_t criterion_interval_ms(const struct process_options *options, size_t round);

#endif
