/* SPDX-License-Identifier: GPL-2.0 */
/* The headers of tunnels taken off an skb and put on it, for tc programs. */
#ifndef BATON_DATAPLANE_EBPF_TUNNEL_BPF_H
#define BATON_DATAPLANE_EBPF_TUNNEL_BPF_H

#include "dataplane/skb.bpf.h"
#include "dataplane/ebpf/decide.bpf.h"
#include "dataplane/ebpf/outer.bpf.h"

enum { IP6_MORE = 20 /* octets of its header, more than IPv4's */ };

/*
 * The skb's own idea of its version, which adjust_room and the neighbour's code go by, is that of
 * the headers it came with. Return: how many octets more there are behind the Ethernet header now,
 * or TURN_FAILED. Not static: the compiler would reckon with addresses within the context
 */
enum { TURN_FAILED = 1 };

__noinline int proto_turn(struct __sk_buff *skb, bool v6)
{
	const __u16 wanted = v6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP);

	if (skb->protocol == wanted)
		return 0;
	if (bpf_skb_change_proto(skb, wanted, 0))
		return TURN_FAILED;
	return v6 ? IP6_MORE : -IP6_MORE;
}

/* What proto_turn would say */
__noinline int proto_more(struct __sk_buff *skb, bool v6)
{
	if ((skb->protocol == bpf_htons(ETH_P_IPV6)) == v6)
		return 0;
	return v6 ? IP6_MORE : -IP6_MORE;
}

/* Takes the outer headers off and what is behind the inner packet */
static __always_inline int outer_remove(struct __sk_buff *skb, struct packet *p)
{
	int more;

	if (p->inner.offset == ETH_HLEN)
		return 0;
	more = proto_turn(skb, p->inner.flags & INNER_V6);
	if (more == TURN_FAILED)
		return -1;
	if (bpf_skb_adjust_room(skb, -(__s32)(p->inner.offset - ETH_HLEN) - more, BPF_ADJ_ROOM_MAC,
				BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET))
		return -1;
	p->inner.offset = ETH_HLEN;
	if (!skb->gso_size && skb->len > ETH_HLEN + p->inner.length)
		return (int)bpf_skb_change_tail(skb, ETH_HLEN + p->inner.length, 0);
	return 0;
}

/*
 * Room for @size octets of IP, UDP and GTP-U headers. Told as an encapsulation, so that unfinished
 * checksums and segmentation of virtual interfaces stay right. An skb that was encapsulated before,
 * and is marked so for good (hairpin, N9), can't be marked twice; its inner offsets are right
 * already.
 */
static __always_inline int outer_room(struct __sk_buff *skb, const __u32 size, bool v6)
{
	const __u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET;
	const __u64 mark = v6 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV4;
	const __u64 gtpu = size - (v6 ? OUTER_IP6 : OUTER_IP4) - sizeof(struct udphdr);
	const int more = skb->gso_size ? 0 : proto_more(skb, v6);

	if (!bpf_skb_adjust_room(skb, size, BPF_ADJ_ROOM_MAC,
				 flags | mark | BPF_F_ADJ_ROOM_ENCAP_L4_UDP |
					 BPF_F_ADJ_ROOM_ENCAP_L2(gtpu)))
		return 0;
	if (bpf_skb_adjust_room(skb, (__s32)size - more, BPF_ADJ_ROOM_MAC, flags))
		return -1;
	return more ? proto_turn(skb, v6) == TURN_FAILED : 0;
}

/* ---- over IPv6: the checksum ---- */

/* Where a packet is read piece by piece to be summed up */
enum { PIECE = 256, PIECES_MAX = 65536 / PIECE };
struct piece {
	__u8 octets[PIECE + 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct piece);
} pieces SEC(".maps");

struct summing_up {
	struct __sk_buff *skb;
	__u32 offset, left, sum;
};

static long sum_piece(__u32 i, void *user)
{
	struct summing_up *s = user;
	__u32 key = 0, size = (s->left < PIECE ? s->left : PIECE) - 1;
	struct piece *piece = bpf_map_lookup_elem(&pieces, &key);

	if (!piece || !s->left)
		return 1;
	/* so that the verifier of 6.1 sees both bounds, and the compiler doesn't see through it */
	asm volatile("" : "+r"(size));
	size = (size & (PIECE - 1)) + 1;
	/* what is behind the last octet counts as 0 */
	__builtin_memset(&piece->octets[size], 0, 4);
	if (bpf_skb_load_bytes(s->skb, s->offset, piece->octets, size))
		return 1;
	s->sum = (__u32)bpf_csum_diff(NULL, 0, (__be32 *)piece->octets, (size + 3) & ~3u, s->sum);
	s->offset += size;
	s->left -= size;
	return 0;
}

/* The inner packet octet by octet, which has no checksum that says as much. Return: as inner_sum;
 * -1: it can't be read. Not static: verified once */
__noinline int sum_up(struct __sk_buff *skb, __u32 offset, __u32 length)
{
	struct summing_up s = {.skb = skb, .offset = offset, .left = length};

	bpf_loop(PIECES_MAX, sum_piece, &s, 0);
	return s.left ? -1 : (int)((s.sum & 0xffff) + (s.sum >> 16));
}

static __always_inline int outer6_add(struct __sk_buff *skb, const struct packet *p,
				      const struct ebpf_entry *e, const struct tunnel_way *way)
{
	struct outer6_wire *wire;
	int sum = inner_sum(skb, &p->inner);

	if (sum < 0)
		sum = sum_up(skb, p->inner.offset, p->inner.length);
	if (sum < 0)
		return -1;
	if (outer_room(skb, outer_size(e, true), true))
		return -1;
	wire = (void *)(long)skb->data;
	if ((void *)(wire + 1) > (void *)(long)skb->data_end)
		return -1;
	outer6_write(wire, way, e, p->inner.length, (__u32)sum);
	return 0;
}

static __always_inline int outer_add(struct __sk_buff *skb, const struct packet *p,
				     const struct ebpf_entry *e, const struct tunnel_way *way)
{
	struct outer_wire *wire;

	if (way->peer->v6)
		return outer6_add(skb, p, e, way);
	if (outer_room(skb, outer_size(e, false), false))
		return -1;
	wire = (void *)(long)skb->data;
	if ((void *)(wire + 1) > (void *)(long)skb->data_end)
		return -1;
	outer_write(wire, way, e, p->inner.length);
	return 0;
}

#endif
