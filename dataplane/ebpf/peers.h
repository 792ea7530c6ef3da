/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U peers by number, each once, as long as a rule leads to it. */
#ifndef BATON_DATAPLANE_EBPF_PEERS_H
#define BATON_DATAPLANE_EBPF_PEERS_H

#include "dataplane/dataplane.h"
#include "dataplane/ebpf/cells.h"
#include "dataplane/ebpf/shared.h"

struct peer;

struct peers {
	struct ebpf_peer *map; /* the map's own memory */
	struct cells cells;
	struct peer *all;     /* by addresses */
	struct peer **number; /* by number */
};

int peers_init(struct peers *peers, struct ebpf_peer *map, uint32_t count);
void peers_done(struct peers *peers);
/** peers_take - the number of who is reached from @local; Return: 0, -ENOSPC, -ENOMEM */
int peers_take(struct peers *peers, const struct ebpf_local *local, const struct dp_addr *peer,
	       uint32_t *ret_number);
/** peers_drop - one who took it needs it no more, and no program will begin to */
void peers_drop(struct peers *peers, uint32_t number);

#endif
