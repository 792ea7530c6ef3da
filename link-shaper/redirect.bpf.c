// SPDX-License-Identifier: GPL-2.0
/* The tc programs of link-shaper; see port.h for where each of them is. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "lib/shape/redirect.h"

/*
 * Egress of a shaped port: to the shaper, unless it comes from there. It goes into the ingress of
 * lo, where a packet socket takes it by its mark, and not out of any device, so that no device's
 * features cut a super-packet in pieces.
 */
SEC("tc")
int shaper_take(struct __sk_buff *skb)
{
	if (skb->mark == SHAPER_MARK)
		return TC_ACT_UNSPEC; /* others on this hook have their turn now */
	skb->mark = SHAPER_TAKEN | skb->ifindex;
	return bpf_redirect(SHAPER_LO, BPF_F_INGRESS);
}

/* Ingress of lo: the packet socket has it already, and the node's stack must not */
SEC("tc")
int shaper_swallow(struct __sk_buff *skb)
{
	return (skb->mark & SHAPER_TAKEN_MASK) == SHAPER_TAKEN ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
