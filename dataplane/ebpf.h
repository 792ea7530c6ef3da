/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ebpf back end inside: the loaded programs (ebpf.c), the rules in their maps (ebpf_rules.c)
 * and the wire into the stack (ebpf_wire.c).
 */
#ifndef BATON_DATAPLANE_EBPF_H
#define BATON_DATAPLANE_EBPF_H

#include "dataplane/ebpf_shared.h"
#include "dataplane/internal.h"

struct ebpf_tc; /* the skeleton */

/* Map descriptors, borrowed from the skeleton */
struct ebpf_maps {
	int teids, ues, bearers, current, rule_sets, counters, drops;
};

/* A rule set that no index leads to any more, and the slot of a session that ended (DP_NO_SLOT:
 * none) */
struct ebpf_retired {
	uint64_t set;
	uint32_t slot;
};

struct ebpf_rules {
	struct ebpf_maps maps;
	uint64_t *current; /* the map's own memory */
	uint64_t next_set;
	uint32_t *free_slots;
	size_t free_count;
	int cpus;
	size_t retired_count;
	struct ebpf_retired retired[EBPF_SETS_SPARE];
};

/*
 * The wire into the stack: in a UPF; in a gNB only to cut super-packets in pieces, with segment.
 * Each segment needs its own GTP-U length, which neither the stack nor a network card would give it
 * once it is in the tunnel. Between virtual Ethernet devices a super-packet stays one, and needs no
 * cutting.
 */
struct ebpf_wire {
	bool made, segment;
	unsigned stack_ifindex, wire_ifindex;
	uint8_t stack_mac[6], wire_mac[6];
};

struct ebpf {
	struct ebpf_tc *skel;
	struct ebpf_rules rules;
	struct ebpf_wire wire;
	size_t radio_count;
	unsigned radio[DP_RADIO_MAX];
};

int ebpf_rules_init(struct ebpf_rules *rules, const struct ebpf_maps *maps);
void ebpf_rules_done(struct ebpf_rules *rules);
/* A rule set that is to be a session's; all borrowed */
struct ebpf_change {
	const struct dp_session *session;
	const struct dp_keys *keys;
	uint16_t mtu;
};
int ebpf_rules_apply(struct ebpf_rules *rules, struct dp_entry *entry,
		     const struct ebpf_change *change, struct dp_error *ret_err);
void ebpf_rules_remove(struct ebpf_rules *rules, struct dp_entry *entry);

/** ebpf_wire_make - the veth pair dp-ue, dp-ue-x, with routes of the UE pools and rules to
 * n6_table; replaces a predecessor's */
int ebpf_wire_make(struct dataplane *dp, struct ebpf_wire *ret_wire, struct dp_error *ret_err);
void ebpf_wire_remove(struct dataplane *dp, struct ebpf_wire *wire);

#endif
