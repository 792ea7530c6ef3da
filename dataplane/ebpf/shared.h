/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the BPF programs and user space share: the form of the maps, and nothing else (docs/upf.md
 * says why they are so). Numbers are in host order, but for what is named _be.
 *
 *   teids, teids_far   TEID -> index          whose packet is it
 *   ue4, ue_other, routes   UE address -> index
 *   bearers            (radio link, MAC) -> index
 *   sets               rules, 256 octets each, chained; immutable once an index names them
 *   slots, more        what changes: accounts, buckets, limits; of most sessions a slot has all of
 * it peers              GTP-U peers: outer headers and next hops nexthops           per CPU, where
 * uplink goes by plain IP
 *
 * A packet reads `set` of one index once, and sees one whole rule set, the old one or the new one.
 * Sets, slots and cells of the arrays are used again only after an RCU grace period.
 */
#ifndef BATON_DATAPLANE_EBPF_SHARED_H
#define BATON_DATAPLANE_EBPF_SHARED_H

#include <linux/types.h>

#include "dataplane/bpf_shared.h"
#include "lib/ipfilter/packed.h"

enum {
	EBPF_CHAIN_MAX = 80,  /* sets of one session */
	EBPF_ENTRIES = 2,     /* of one set */
	EBPF_BUCKET_REFS = 4, /* of one entry */
	EBPF_LIMIT_REFS = 4,
	EBPF_SLOT_ACCOUNTS = 2, /* in the slot; those beyond are in `more` */
	EBPF_SLOT_BUCKETS = 2,
	EBPF_SLOT_LIMITS = 2,
	EBPF_MORE_ACCOUNTS = 64, /* of which 62 are used: with the slot's, bits of a word */
	EBPF_MORE_BUCKETS = 32,
	EBPF_MORE_LIMITS = 64,
	EBPF_LOCALS_MAX = 8,
	EBPF_INSTANCES_MAX = 16,
	EBPF_POOLS_MAX = 16, /* that have their array; the others' addresses are in a hash */
	EBPF_HOPS = 4096,    /* a CPU; a power of 2 */
};

/* enum dp_interface, dp_direction, dp_action, dp_drop: by value, checked in user space */
enum ebpf_interface {
	EBPF_N3,
	EBPF_N6,
	EBPF_RADIO,
	EBPF_BESIDE = 0xff, /* a source of no packet: such an entry belongs to the one before it */
};
enum ebpf_direction { EBPF_UPLINK, EBPF_DOWNLINK };
enum ebpf_action { EBPF_DROP, EBPF_FORWARD, EBPF_BUFFER, EBPF_GATE /* a QER's, closed */ };
/*
 * Where an index leads. @key tells whose it is where a cell is shared by hashing; @set 0: nobody's.
 * In maps that aren't arrays only @slot holds, as long as the session is there: the kernel gives an
 * element that was replaced to the next key at once, while programs still read it.
 */
struct ebpf_index {
	__u32 key;
	__u32 set, slot;
	__u32 zero;
};

/* ---- rules ---- */

/* struct ebpf_entry.flags */
enum {
	EBPF_ENTRY_IP4 = 1 << 0, /* the UE's whole IPv4 address, its prefix, what is routed to it:
				    at least one */
	EBPF_ENTRY_IP6 = 1 << 1,
	EBPF_ENTRY_ROUTED = 1 << 2,
	EBPF_ENTRY_ANY_UE = 1 << 3, /* not looked at */
	EBPF_ENTRY_FILTER = 1 << 4,
	EBPF_ENTRY_RQI = 1 << 5,
	EBPF_ENTRY_PPI = 1 << 6,
	EBPF_ENTRY_TOS = 1 << 7,
	EBPF_ENTRY_NOTIFY = 1 << 8,
	EBPF_ENTRY_DUPLICATE =
		1 << 9, /* the next entry, which matches nothing by itself, says where to */
	EBPF_ENTRY_DUPLICATE2 = 1 << 10, /* and the one behind it, another */
	EBPF_ENTRY_SLOW = 1 << 11,	 /* tc's: buffers, duplicates, holds */
	EBPF_ENTRY_DRAIN = 1 << 14, /* it buffered before: who comes waits as long as others do */
	EBPF_ENTRY_MORE = 1 << 13,  /* names what is in `more` */
	EBPF_ENTRY_OVER =
		1 << 12, /* over quota: as the entry behind those says; otherwise dropped */
};

/* A PDR with one filter, its FAR, and what it is counted and limited by */
struct ebpf_entry {
	__u64 qfis; /* 0: any, with or without a container */
	__u32 teid; /* source N3 */
	__u16 flags;
	__u8 source, direction;
	struct ipfilter_packed filter;
	/* what is done */
	__u32 peer; /* destination N3: in `peers` */
	__be32 peer_teid_be;
	__u32 hold; /* RADIO: 0: none. BUFFER, DRAIN: at most so many wait */
	__u8 action, destination;
	__u8 instance; /* destination N6 */
	__u8 qfi, ppi; /* of a PDU session container; qfi 0: none */
	__u8 tos, tos_mask;
	__u8 account;
	__u8 bucket[EBPF_BUCKET_REFS], limit[EBPF_LIMIT_REFS]; /* counted from 1; 0: no more */
	__u16 pdr_id;
	__u8 ue_instance; /* ROUTED: where `routes` has the UE's */
	__u8 zero;
};

struct ebpf_set {
	__u32 next; /* 0: no more */
	__u32 slot;
	__u16 mtu;
	__u8 count, ip6_bits;
	__be32 ip4_be; /* the UE's, 0: none */
	union {
		__u8 ip6[16]; /* its prefix; in a gNB up to /64 */
		struct {
			__u8 ip6_upper[8];
			__u8 bearer_mac[6]; /* gNB */
			__u8 zero[2];
		};
	};
	struct ebpf_entry entry[EBPF_ENTRIES];
};

/* ---- what changes ---- */

/* What one PDR's packets came to */
struct ebpf_account {
	__u64 octets, packets;
};

/*
 * GCRA: @tat: theoretical arrival times, by direction, in 2^-6 ns; @cost: of an octet, in 2^-9 ns,
 * 0: no limit; @burst: how far tat may lie ahead, in 64 ns.
 */
struct ebpf_bucket {
	__u64 tat[2];
	__u32 cost[2], burst[2];
};

/*
 * What a URR waits for, on one sum of its accounts: of octets or packets, uplink, downlink or both.
 * What was folded into the URR's base is taken off by user space. ~0: nothing. @notify is told
 * once, when it is reached: user space sets it anew; 0 is the next packet. What comes at @quota or
 * behind is over; 0 is all.
 */
struct ebpf_limit {
	__u64 notify, quota;
};

enum {
	EBPF_LIMIT_ON = 1,	/* there is something to look at */
	EBPF_LIMIT_PACKETS = 2, /* the sum is of packets, otherwise octets */
};

/* Of a limit in the slot */
struct ebpf_sum {
	__u8 flags;
	__u8 accounts; /* bits: those of the slot that the sum is of */
};

struct ebpf_slot {
	__u64 latest_ns;
	__u32 dropped;
	__u32 more;	  /* in `more`; 0: none */
	__u32 notified;	  /* DOWNLINK_DATA was told since the rules are as they are */
	__u32 waiting[2]; /* buffered packets by direction, up to where they have passed a program
			     again */
	__u32 set; /* the session's: for who comes by a hash or the trie, or back from waiting */
	__u32 zero;
	struct ebpf_sum sum[EBPF_SLOT_LIMITS];
	struct ebpf_account account[EBPF_SLOT_ACCOUNTS];
	struct ebpf_bucket bucket[EBPF_SLOT_BUCKETS];
	struct ebpf_limit limit[EBPF_SLOT_LIMITS];
};

struct ebpf_more_limit {
	struct ebpf_limit limit;
	__u64 accounts; /* bits, of all numbers */
	__u64 flags;
};

/* What rules beyond the slot's own have: [0] of each is the slot's third, and so on */
struct ebpf_more {
	struct ebpf_account account[EBPF_MORE_ACCOUNTS];
	struct ebpf_bucket bucket[EBPF_MORE_BUCKETS];
	struct ebpf_more_limit limit[EBPF_MORE_LIMITS];
	__u64 accounts[EBPF_SLOT_LIMITS]; /* of the slot's limits: struct ebpf_sum can't name all */
};

/* ---- what user space is told ---- */

enum ebpf_event_kind { EBPF_EVENT_USAGE, EBPF_EVENT_DOWNLINK_DATA };

struct ebpf_event {
	__u32 kind, slot;
	__u32 number; /* USAGE: of the limit, from 1; DOWNLINK_DATA: of the PDR */
	__u32 qfi;
};

/* ---- where packets go ---- */

/* A GTP-U peer, as one of our addresses reaches it */
struct ebpf_peer {
	__be32 src[4], dst[4]; /* IPv4 in the first word */
	__u32 sum;	       /* constant words: IPv4: of the header; IPv6: of UDP's checksum */
	__u32 ifindex;	       /* of our address */
	__u8 v6, way;	       /* way: EBPF_HOP_N3 and which device that is */
	__u8 zero[6];
};

/* What a destination is; it may be several */
enum { EBPF_PROTECTED = 1, EBPF_POOL = 2, EBPF_OURS = 4 };

/* A way that was looked up, for a moment */
struct ebpf_hop {
	__u64 until_ns; /* 0: none */
	__be32 dst[4], next[4];
	__u32 ifindex;
	__u16 mtu;
	__u8 way; /* instance, or EBPF_HOP_N3 and a number */
	__u8 v6;  /* bits: the destination, the next hop */
	__u8 class;
	__u8 dst_mac[6], src_mac[6];
	__u8 zero[3];
};
enum { EBPF_HOP_N3 = 0x80 };

struct ebpf_ue_key {
	__be32 addr[4]; /* IPv6: the first 64 bits */
	__u8 v6, instance, zero[2];
};

struct ebpf_route_key {
	__u32 bits; /* of what follows: EBPF_ROUTE_BITS more than the prefix has */
	__u8 v6, instance;
	__u8 addr[16];
	__u8 zero[2];
};

enum { EBPF_ROUTE_BITS = 16, EBPF_CLASS_BITS = 32 };

struct ebpf_class_key {
	__u32 bits; /* of what follows: EBPF_CLASS_BITS more than the prefix has */
	__u32 instance;
	__be32 addr[4]; /* IPv4: ::ffff:a.b.c.d */
};

/* ---- what may change while the programs run ---- */

struct ebpf_state {
	__u32 has_routes;     /* there are prefixes behind UEs */
	__u32 buffer_ifindex; /* where packets go that are to wait (buffer.h); 0: nowhere */
	/*
	 * Since 6.6 (and in later 6.1) a lookup can name the table; it costs half of one that goes
	 * by the rules.
	 */
	__u32 fib_takes_table;
	__u32 zero;
};

/* ---- constants of the loaded programs ---- */

struct ebpf_pool {
	__u32 base, mask; /* of the pool */
	__u32 first;	  /* its first cell in ue4 */
	__u32 instance;
};

struct ebpf_instance {
	__u32 ifindex, table;
};

/* Into the stack, and out of it */
struct ebpf_wire {
	__u32 stack_ifindex; /* dp-ue, the stack's end */
	__u32 wire_ifindex;  /* dp-ue-x, our end */
	__u8 stack_mac[6], wire_mac[6];
};

struct ebpf_local {
	__be32 addr[4];
	__u32 ifindex;
	__u8 v6, way; /* way: as a peer's */
	__u8 zero[2];
};

struct ebpf_config {
	__u32 gnb;     /* role */
	__u32 segment; /* N3 can't carry super-packets */
	__u32 teid_mask;
	__u32 local_count, instance_count, pool_count;
	__u8 gnb_mac[6], zero[2];
	struct ebpf_local local[EBPF_LOCALS_MAX];
	struct ebpf_instance instance[EBPF_INSTANCES_MAX];
	struct ebpf_wire wire[EBPF_INSTANCES_MAX]; /* an instance's; in a gNB one, with segment */
	struct ebpf_pool pool[EBPF_POOLS_MAX];
};

_Static_assert(sizeof(struct ebpf_entry) == 112 && sizeof(struct ebpf_set) == 256,
	       "as docs/upf.md reckons");
_Static_assert(sizeof(struct ebpf_slot) <= 176, "as docs/upf.md reckons");

#endif
