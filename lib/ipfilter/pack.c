// SPDX-License-Identifier: Apache-2.0
/*
 * SDF filter -> entries of a fixed size, one for each pair of port ranges.
 */
#include <errno.h>
#include <string.h>

#include "lib/ipfilter/ipfilter.h"

static const struct ipfilter_ports all_ports = {.low = 0, .high = UINT16_MAX};

/* What is there without a flow description */
static const struct ipfilter any_flow;

static uint16_t versions_of(const struct ipfilter_sdf *sdf, const struct ipfilter *flow)
{
	uint8_t src = flow->src.kind, dst = flow->dst.kind;

	if (sdf->has_flow_label || src == IPFILTER_IP6 || dst == IPFILTER_IP6)
		return IPFILTER_PACKED_IP6;
	if (src == IPFILTER_IP4 || dst == IPFILTER_IP4)
		return IPFILTER_PACKED_IP4;
	return IPFILTER_PACKED_IP4 | IPFILTER_PACKED_IP6;
}

static uint16_t flags_of(const struct ipfilter_sdf *sdf, const struct ipfilter *flow)
{
	uint16_t flags = versions_of(sdf, flow);

	flags |= flow->deny ? IPFILTER_PACKED_DENY : 0;
	flags |= flow->has_protocol ? IPFILTER_PACKED_PROTOCOL : 0;
	flags |= flow->src.n_ports || flow->dst.n_ports ? IPFILTER_PACKED_PORTS : 0;
	flags |= sdf->has_spi ? IPFILTER_PACKED_SPI : 0;
	flags |= sdf->has_flow_label ? IPFILTER_PACKED_FLOW_LABEL : 0;
	flags |= sdf->has_filter_id ? IPFILTER_PACKED_FILTER_ID : 0;
	return flags;
}

static void pack_sides(const struct ipfilter_side *src, const struct ipfilter_side *dst,
		       struct ipfilter_packed *ret)
{
	memcpy(ret->src, src->ip, sizeof(ret->src));
	memcpy(ret->dst, dst->ip, sizeof(ret->dst));
	ret->src_bits = src->bits;
	ret->dst_bits = dst->bits;
	ret->flags |= src->kind == IPFILTER_ASSIGNED ? IPFILTER_PACKED_SRC_ASSIGNED : 0;
	ret->flags |= dst->kind == IPFILTER_ASSIGNED ? IPFILTER_PACKED_DST_ASSIGNED : 0;
	ret->flags |= src->inverted ? IPFILTER_PACKED_SRC_NOT : 0;
	ret->flags |= dst->inverted ? IPFILTER_PACKED_DST_NOT : 0;
}

/* All but the ports */
static struct ipfilter_packed pack_common(const struct ipfilter_sdf *sdf,
					  const struct ipfilter *flow, bool uplink)
{
	struct ipfilter_packed e = {
		.protocol = flow->protocol,
		.tos = sdf->has_tos ? sdf->tos & sdf->tos_mask : 0,
		.tos_mask = sdf->has_tos ? sdf->tos_mask : 0,
		.flags = flags_of(sdf, flow) | (uplink ? IPFILTER_PACKED_UPLINK : 0),
		.spi = sdf->has_spi ? sdf->spi : 0,
		.flow_label = sdf->has_flow_label ? sdf->flow_label : 0,
		.filter_id = sdf->has_filter_id ? sdf->filter_id : 0,
	};

	return e;
}

static size_t n_ranges(const struct ipfilter_side *side)
{
	return side->n_ports ? side->n_ports : 1;
}

static const struct ipfilter_ports *range_of(const struct ipfilter_side *side, size_t i)
{
	return side->n_ports ? &side->ports[i] : &all_ports;
}

static void pack_ports(const struct ipfilter_ports *src, const struct ipfilter_ports *dst,
		       struct ipfilter_packed *ret)
{
	ret->src_port_low = src->low;
	ret->src_port_high = src->high;
	ret->dst_port_low = dst->low;
	ret->dst_port_high = dst->high;
}

int ipfilter_pack(const struct ipfilter_sdf *sdf, bool uplink, struct ipfilter_packed *ret,
		  size_t size, size_t *ret_n)
{
	const struct ipfilter *flow = sdf->has_flow ? &sdf->flow : &any_flow;
	bool mirrored = uplink != flow->in;
	const struct ipfilter_side *src = mirrored ? &flow->dst : &flow->src;
	const struct ipfilter_side *dst = mirrored ? &flow->src : &flow->dst;
	struct ipfilter_packed common;
	size_t n = 0;

	if (ipfilter_sdf_check(sdf, NULL) || ipfilter_sdf_is_reference(sdf))
		return -EINVAL;
	if (n_ranges(src) * n_ranges(dst) > size)
		return -ENOSPC;
	common = pack_common(sdf, flow, uplink);
	pack_sides(src, dst, &common);
	for (size_t i = 0; i < n_ranges(src); i++)
		for (size_t j = 0; j < n_ranges(dst); j++) {
			ret[n] = common;
			pack_ports(range_of(src, i), range_of(dst, j), &ret[n++]);
		}
	*ret_n = n;
	return 0;
}
