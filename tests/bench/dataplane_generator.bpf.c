// SPDX-License-Identifier: GPL-2.0
/*
 * The bench's ends: a generator, run by BPF_PROG_RUN as XDP live frames, whose frames the kernel takes as
 * received; and a sink that counts and drops.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "tests/bench/dataplane_generator.h"

const volatile struct generator_config generator = {};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} received SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct generator_frame);
} template SEC(".maps");

/* A frame may be one that was sent before, with what its receiver made of it: all of it is written */
SEC("xdp")
int generate(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 key = 0;
	const struct generator_frame *frame = bpf_map_lookup_elem(&template, &key);

	if (!frame || data + sizeof(*frame) > end)
		return XDP_DROP;
	__builtin_memcpy(data, frame, sizeof(*frame));
	if (generator.sessions > 1) {
		__u32 n = bpf_get_prandom_u32() % generator.sessions;
		__be32 *teid = data + GENERATOR_TEID, *ue = data + GENERATOR_UE;

		*teid = bpf_htonl(generator.teid + n);
		*ue = bpf_htonl(generator.ue + n);
	}
	/* out of the tester's device, to meet the XDP program of the other end; or taken as received */
	return generator.send ? XDP_TX : XDP_PASS;
}

SEC("tc")
int sink(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&received, &key);

	if (count)
		*count += 1;
	return TC_ACT_SHOT;
}

/* What comes by XDP is counted before it costs an skb, as a network card's queue would take it */
SEC("xdp")
int sink_xdp(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&received, &key);

	if (count)
		*count += 1;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
