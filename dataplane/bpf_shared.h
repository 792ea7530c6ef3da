/* SPDX-License-Identifier: Apache-2.0 */
/* What BPF programs of more than one back end share with user space. */
#ifndef BATON_DATAPLANE_BPF_SHARED_H
#define BATON_DATAPLANE_BPF_SHARED_H

#include <linux/types.h>

enum {
	EBPF_HOLDS_MAX = 513, /* [0] is unused */
	EBPF_HOLD_PACKETS_MAX = 4096,
};

/* enum dp_drop, by value: checked in bpf_maps.c */
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

struct ebpf_bearer {
	__u32 ifindex;
	__u8 mac[6];
	__u8 zero[2];
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

#endif
