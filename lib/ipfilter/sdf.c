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

static const char *fault(const struct ipfilter_sdf *sdf)
{
	const struct ipfilter *flow = &sdf->flow;

	if (!has_conditions(sdf) && !sdf->has_filter_id)
		return "an SDF filter with nothing in it";
	if (sdf->has_flow_label && sdf->flow_label > MAX_FLOW_LABEL)
		return "a flow label over 20 bits";
	if (!sdf->has_flow)
		return NULL;
	if (flow->src.n_ports > IPFILTER_MAX_PORTS || flow->dst.n_ports > IPFILTER_MAX_PORTS)
		return "too many ranges of ports";
	if (has_kind(flow, IPFILTER_IP4) && has_kind(flow, IPFILTER_IP6))
		return "addresses of two versions";
	if (sdf->has_flow_label && has_kind(flow, IPFILTER_IP4))
		return "a flow label with IPv4 addresses";
	if (sdf->has_spi && (flow->src.n_ports || flow->dst.n_ports))
		return "ports with a security parameter index: no packet has both";
	return NULL;
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
