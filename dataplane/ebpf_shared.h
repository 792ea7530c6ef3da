/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the BPF programs and ebpf.c share: the form of the maps, and nothing else.
 *
 *   teids      TEID -> slot              indexes: whose packet is it
 *   ues        UE address -> slot
 *   bearers    (radio link, MAC) -> slot
 *   current    slot -> set id            one 64-bit word, written by one store from user space
 *   rule_sets  set id -> struct ebpf_rule_set, written once, before its id is published
 *   counters   slot -> struct ebpf_counters, per CPU
 *   holds      number -> struct ebpf_hold, shared with user space by mmap
 *
 * A packet reads `current` once and sees one whole rule set, the old one or the new one. A set is
 * deleted only after an RCU grace period, since a hash map hands a deleted element out again at
 * once while a program on another CPU may still read it. Numbers are in host order, but for what is
 * named _be.
 */
#ifndef BATON_DATAPLANE_EBPF_SHARED_H
#define BATON_DATAPLANE_EBPF_SHARED_H

#include <linux/types.h>

enum {
	EBPF_SESSIONS_MAX = 65536,
	EBPF_SETS_SPARE = 256, /* replaced sets that may wait for their grace period */
	EBPF_RULES_MAX = 8,
	EBPF_PREFIXES_MAX = 16,
	EBPF_HOLDS_MAX = 513, /* [0] is unused */
	EBPF_HOLD_PACKETS_MAX = 4096,
};

/* enum dp_interface, dp_drop: by value, checked in ebpf.c */
enum ebpf_interface { EBPF_N3, EBPF_N6, EBPF_RADIO };
enum ebpf_drop {
	EBPF_DROP_MALFORMED,
	EBPF_DROP_UNKNOWN_TEID,
	EBPF_DROP_UNKNOWN_UE,
	EBPF_DROP_SPOOFED,
	EBPF_DROP_PROTECTED,
	EBPF_DROP_NO_MATCH,
	EBPF_DROP_ACTION,
	EBPF_DROP_GATE,
	EBPF_DROP_RATE,
	EBPF_DROP_QUOTA,
	EBPF_DROP_TOO_BIG,
	EBPF_DROP_NO_ROUTE,
	EBPF_DROP_HELD,
	EBPF_DROP_REASONS
};

/* A PDR with the FAR it names; a rule set has them by precedence. */
struct ebpf_rule {
	__u32 teid;	  /* PDR, source N3 */
	__be32 ue_be;	  /* PDR, 0: any */
	__u8 source;	  /* PDR, enum ebpf_interface */
	__u8 qfi;	  /* PDR, 0: any */
	__u8 drop;	  /* QERs, FAR: why, enum ebpf_drop; 0: it is forwarded */
	__u8 destination; /* FAR */
	__be32 peer_be;	  /* FAR, destination N3 */
	__be32 peer_teid_be;
	__u32 peer_qfi; /* 0: no PDU session container */
	__u32 hold;	/* PDR, 0: none */
};

/*
 * Packets take the way by user space (redirected to wire_ifindex, their hold's number in the
 * source address) while the hold is closed or one of those before them is still on that way:
 * waiting counts them, up here in the kernel, down when user space has sent one on. So the order
 * stays, and once none waits packets go straight again, without a moment that anybody had to hit.
 */
struct ebpf_hold {
	__u32 closed, waiting, wire_ifindex, zero;
};

struct ebpf_bearer {
	__u32 ifindex;
	__u8 mac[6];
	__u8 pad[2];
};

struct ebpf_rule_set {
	__u32 slot;
	__u16 mtu;
	__u16 count;
	struct ebpf_bearer bearer;
	struct ebpf_rule rule[EBPF_RULES_MAX];
};

struct ebpf_counters {
	__u64 uplink_packets, uplink_bytes;
	__u64 downlink_packets, downlink_bytes;
	__u64 dropped_packets;
};

struct ebpf_prefix {
	__u32 len;
	__be32 addr_be;
};

/* What a destination in a prefix is; an address may be both */
enum { EBPF_PROTECTED = 1, EBPF_POOL = 2 };

/* Fixed for the life of the programs, and few: looked through in less time than a trie takes */
struct ebpf_class {
	__be32 addr_be, mask_be;
	__u32 class;
};

/* Constants of the loaded programs */
struct ebpf_config {
	__be32 n3_be;
	__u32 n3_ifindex;
	__be32 n6_be;	     /* UPF: our own address there, 0: none */
	__u32 n6_table;	     /* UPF */
	__u32 gnb;	     /* role */
	__u32 segment;	     /* N3 can't carry super-packets */
	__u32 stack_ifindex; /* dp-ue, the stack's end; where policy routing takes n6_table */
	__u32 wire_ifindex;  /* dp-ue-x, our end; in a gNB only with segment */
	__u8 stack_mac[6];
	__u8 wire_mac[6];
	__u8 gnb_mac[6]; /* RADIO_GNB_MAC */
	__u32 class_count;
	struct ebpf_class class[2 * EBPF_PREFIXES_MAX];
};

#endif
