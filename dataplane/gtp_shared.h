/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gtp back end's guard programs and gtp.c share. The kernel's driver carries the tunnels;
 * the guard counts, keeps users off protected prefixes, and in a gNB ties a bearer to its UE's
 * address.
 */
#ifndef BATON_DATAPLANE_GTP_SHARED_H
#define BATON_DATAPLANE_GTP_SHARED_H

#include "dataplane/bpf_shared.h"

enum { GTP_PREFIXES_MAX = 16 };

struct gtp_counters {
	__u64 uplink_packets, uplink_bytes;
	__u64 downlink_packets, downlink_bytes;
	__u64 dropped_packets;
};

struct gtp_prefix {
	__u32 len;
	__be32 addr_be;
};

/* A UE with a context in the driver; by address, in a hash map */
struct gtp_ue {
	__u32 mtu;
	struct ebpf_bearer bearer; /* gNB */
	/* gNB, in a handover; 0: none */
	__u32 hold;	      /* where packets to the radio link wait */
	__u32 sender_ifindex; /* they go on to another gNB, by this device */
};

struct gtp_guard_config {
	__u32 gnb;
	__u32 gtp_ifindex;
	__u8 gnb_mac[6];
};

#endif
