// SPDX-License-Identifier: Apache-2.0
/* Shapes by the kernel's qdiscs at the root of an interface. */
#include <errno.h>

#include "lib/netlink/netlink.h"
#include "lib/shape/shape.h"

enum { TBF_BURST_MIN = 128 << 10, TBF_WAIT_MS = 50, TBF_PACKET = 1514 };

static int apply_tbf(struct nl *nl, unsigned ifindex, const struct link_shape *s)
{
	uint64_t wait = s->queue_packets ? (uint64_t)s->queue_packets * TBF_PACKET
					 : s->rate_bps / 8 * TBF_WAIT_MS / 1000;
	uint64_t limit = wait + TBF_BURST_MIN;

	return nl_qdisc_tbf(nl, ifindex, s->rate_bps, TBF_BURST_MIN,
			    limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit);
}

int shape_apply_kernel(struct nl *nl, unsigned ifindex, const struct link_shape *s,
		       enum shape_backend backend)
{
	const struct nl_netem netem = {.delay_us = s->delay_us,
				       .jitter_us = s->jitter_us,
				       .loss = s->loss,
				       .duplicate = s->duplicate,
				       .reorder = s->reorder,
				       .corrupt = s->corrupt,
				       .rate_bps = s->rate_bps,
				       .limit_packets = s->queue_packets};
	int rc;

	if (backend == SHAPE_TBF)
		return apply_tbf(nl, ifindex, s);
	if (backend == SHAPE_NETEM)
		return nl_qdisc_netem(nl, ifindex, &netem);
	rc = nl_qdisc_del(nl, ifindex);
	return rc == -ENOENT || rc == -EINVAL ? 0 : rc;
}
