// SPDX-License-Identifier: GPL-2.0
/* The UE's bearers: frames between the hidden ends of pduN and the serving radio link. See bearer.h
 * and lib/radio.h. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RADIO_ETHERTYPE 0x88b5

/* [0]: ifindex of the serving radio link, [N]: ifindex of pduN-r; 0: none */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline int redirect_to(__u32 port)
{
	__u32 *ifindex = bpf_map_lookup_elem(&ports, &port);

	return ifindex && *ifindex ? bpf_redirect(*ifindex, 0) : TC_ACT_SHOT;
}

/* Ingress of pduN-r: the source is pduN's own address, which is the bearer's. */
SEC("tc")
int uplink(struct __sk_buff *skb)
{
	const __u8 gnb[ETH_ALEN] = {0x02, 0xba, 0xff, 0xff, 0xff, 0xff};

	if (bpf_skb_store_bytes(skb, 0, gnb, sizeof(gnb), 0) < 0)
		return TC_ACT_SHOT;
	return redirect_to(0);
}

/* Ingress of a radio link: control frames are for `ue`, the others go by the last octet of their
 * destination. */
SEC("tc")
int downlink(struct __sk_buff *skb)
{
	__u8 destination[ETH_ALEN];

	if (skb->protocol == bpf_htons(RADIO_ETHERTYPE))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, 0, destination, sizeof(destination)) < 0)
		return TC_ACT_SHOT;
	if (destination[0] != 0x02 || destination[1] != 0xba || destination[5] == 0 ||
	    destination[5] > 15)
		return TC_ACT_SHOT;
	return redirect_to(destination[5]);
}

char _license[] SEC("license") = "GPL";
