// SPDX-License-Identifier: GPL-2.0
/* The tc programs of link-shaper; see port.h for where each of them is. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "link-shaper/redirect.h"

/*
 * Egress of a shaped port: to the shaper, unless it comes from there. It goes into the ingress of
 * the port's tap, not out of it, so that no device's features cut a super-packet in pieces.
 */
SEC("tc")
int shaper_take(struct __sk_buff *skb)
{
	if (skb->mark == SHAPER_MARK)
		return TC_ACT_UNSPEC; /* others on this hook have their turn now */
	return bpf_redirect(skb->ifindex | SHAPER_TAP_BIT, BPF_F_INGRESS);
}

/* Ingress of the tap: a packet socket has it already, and the node's stack must not */
SEC("tc")
int shaper_swallow(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
