// SPDX-License-Identifier: Apache-2.0
/* Shapes by the kernel's qdiscs at the root of an interface. */
#include <errno.h>
#include <string.h>

#include "lib/netlink/netlink.h"
#include "lib/shape/key.h"

enum { TBF_BURST_MIN = 128 << 10, TBF_WAIT_MS = 50, TBF_PACKET = 1514 };

static uint32_t tbf_limit(uint64_t rate_bps, uint32_t queue_packets)
{
	uint64_t wait = queue_packets ? (uint64_t)queue_packets * TBF_PACKET
				      : rate_bps / 8 * TBF_WAIT_MS / 1000;
	uint64_t limit = wait + TBF_BURST_MIN;

	return limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
}

static int apply_tbf(struct nl *nl, unsigned ifindex, const struct link_shape *s)
{
	return nl_qdisc_tbf(nl, ifindex, s->rate_bps, TBF_BURST_MIN,
			    tbf_limit(s->rate_bps, s->queue_packets));
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

/* ---- and back ---- */

static void read_tbf(const struct nl_qdisc *q, struct link_shape *ret)
{
	ret->rate_bps = q->tbf_rate_bps;
	if (q->tbf_limit_bytes > TBF_BURST_MIN &&
	    q->tbf_limit_bytes != tbf_limit(q->tbf_rate_bps, 0))
		ret->queue_packets = (q->tbf_limit_bytes - TBF_BURST_MIN) / TBF_PACKET;
}

static void read_netem(const struct nl_netem *n, struct link_shape *ret)
{
	struct nl_netem unlimited = *n;

	unlimited.limit_packets = 0;
	*ret = (struct link_shape){
		.rate_bps = n->rate_bps,
		.delay_us = n->delay_us,
		.jitter_us = n->jitter_us,
		.loss = n->loss,
		.duplicate = n->duplicate,
		.reorder = n->reorder,
		.corrupt = n->corrupt,
		.queue_packets =
			n->limit_packets == nl_netem_limit(&unlimited) ? 0 : n->limit_packets,
	};
}

enum shape_backend shape_read_kernel(const struct nl_qdisc *q, struct link_shape *ret_shape)
{
	*ret_shape = (struct link_shape){0};
	if (q->root && !strcmp(q->kind, "tbf")) {
		read_tbf(q, ret_shape);
		return SHAPE_TBF;
	}
	if (q->root && !strcmp(q->kind, "netem")) {
		read_netem(&q->netem, ret_shape);
		return SHAPE_NETEM;
	}
	return SHAPE_NONE;
}

bool shape_is_kernel(const struct nl_qdisc *q, const struct link_shape *shape,
		     enum shape_backend backend)
{
	struct link_shape there, asked = *shape;

	asked.rate_bps -= asked.rate_bps % 8;
	if (shape_read_kernel(q, &there) != backend || !shape_same(&there, &asked))
		return false;
	return backend != SHAPE_TBF ||
	       q->tbf_limit_bytes == tbf_limit(asked.rate_bps, asked.queue_packets);
}
