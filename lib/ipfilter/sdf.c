// SPDX-License-Identifier: Apache-2.0
/*
 * SDF filter: what goes together (TS 29.244 cl. 8.2.5).
 */
#include <errno.h>
#include <stdio.h>

#include "lib/ipfilter/ipfilter.h"

#define MAX_FLOW_LABEL 0xfffff

static bool has_conditions(const struct ipfilter_sdf *sdf)
{
	return sdf->has_flow || sdf->has_tos || sdf->has_spi || sdf->has_flow_label;
}

bool ipfilter_sdf_is_reference(const struct ipfilter_sdf *sdf)
{
	return sdf->has_filter_id && !has_conditions(sdf);
}

static bool has_kind(const struct ipfilter *f, uint8_t kind)
{
	return f->src.kind == kind || f->dst.kind == kind;
}

/* What no text becomes, and matching would read beyond the struct of */
static const char *side_fault(const struct ipfilter_side *side)
{
	static const uint8_t bits[] = {[IPFILTER_IP4] = 32, [IPFILTER_IP6] = 128};

	if (side->kind > IPFILTER_IP6)
		return "an address of no known kind";
	if (side->bits > bits[side->kind])
		return "a prefix longer than the address";
	if (side->n_ports > IPFILTER_MAX_PORTS)
		return "too many ranges of ports";
	return NULL;
}

static const char *spi_fault(const struct ipfilter *flow)
{
	if (flow->src.n_ports || flow->dst.n_ports)
		return "ports with a security parameter index: no packet has both";
	if (flow->has_protocol && flow->protocol != IPPROTO_ESP && flow->protocol != IPPROTO_AH)
		return "a security parameter index with a protocol other than ESP and AH: no "
		       "packet has both";
	return NULL;
}

static const char *flow_fault(const struct ipfilter_sdf *sdf)
{
	const struct ipfilter *flow = &sdf->flow;
	const char *what = side_fault(&flow->src);

	if (!what)
		what = side_fault(&flow->dst);
	if (what)
		return what;
	if (has_kind(flow, IPFILTER_IP4) && has_kind(flow, IPFILTER_IP6))
		return "addresses of two versions";
	if (sdf->has_flow_label && has_kind(flow, IPFILTER_IP4))
		return "a flow label with IPv4 addresses";
	return sdf->has_spi ? spi_fault(flow) : NULL;
}

static const char *fault(const struct ipfilter_sdf *sdf)
{
	if (!has_conditions(sdf) && !sdf->has_filter_id)
		return "an SDF filter with nothing in it";
	if (sdf->has_flow_label && sdf->flow_label > MAX_FLOW_LABEL)
		return "a flow label over 20 bits";
	return sdf->has_flow ? flow_fault(sdf) : NULL;
}

int ipfilter_sdf_check(const struct ipfilter_sdf *sdf, struct ipfilter_error *ret_err)
{
	const char *what = fault(sdf);

	if (!what)
		return 0;
	if (ret_err) {
		ret_err->position = 0;
		snprintf(ret_err->text, sizeof(ret_err->text), "%s", what);
	}
	return -EINVAL;
}
