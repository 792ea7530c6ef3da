/* SPDX-License-Identifier: Apache-2.0 */
/* A session's rules as the programs have them: a list of entries in order of precedence. */
#ifndef BATON_DATAPLANE_EBPF_ENTRIES_H
#define BATON_DATAPLANE_EBPF_ENTRIES_H

#include "dataplane/ebpf/numbers.h"
#include "dataplane/ebpf/peers.h"

enum {
	ENTRIES_MAX = EBPF_CHAIN_MAX * EBPF_ENTRIES,
	ENTRIES_BUFFER_MAX = 4096,  /* packets that may wait for one session's rule */
	ENTRIES_BUFFER_USUAL = 512, /* where the FAR doesn't say */
};

/* Where entries lead */
struct ways {
	const struct dp_config *config;
	const struct ebpf_local *local; /* by number of dp_config.local */
	struct peers *peers;
};

struct entries {
	size_t count;
	struct ebpf_entry entry[ENTRIES_MAX];
	/* what the head of the chain has */
	__be32 ip4_be;
	uint8_t ip6[16], ip6_bits;
};

/** entries_make - takes what peers they lead to; Return: 0, or -EOPNOTSUPP, -ENOSPC, -ENOMEM with
 * *ret_err, and nothing is taken */
int entries_make(const struct ways *ways, const struct dp_session *session,
		 const struct numbers *numbers, struct entries *ret, struct dp_error *ret_err);
/** entry_drop_peer - what one of them took */
void entry_drop_peer(struct peers *peers, const struct ebpf_entry *entry);

#endif
