/* SPDX-License-Identifier: Apache-2.0 */
/* What a link does to packets in one direction, as topologies, `baton link` and link-shaper say it.
 */
#ifndef BATON_LIB_SHAPE_H
#define BATON_LIB_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

struct nl;
struct nl_qdisc;

struct link_shape { /* one direction; 0 = not asked for */
	uint64_t rate_bps;
	uint32_t delay_us, jitter_us; /* jitter: uniform in delay +- jitter, order kept unless
					 `reorder` is given */
	double loss, duplicate, reorder,
		corrupt;	/* shares 0..1, independent; reorder: this share is sent at once */
	uint32_t queue_packets; /* how many may wait, 0: the default */
};

enum shape_backend { SHAPE_NONE, SHAPE_TBF, SHAPE_NETEM, SHAPE_USER };

/** shape_choose - what carries out @shape: tbf a rate alone, netem what it can, else link-shaper */
enum shape_backend shape_choose(const struct link_shape *shape, bool netem);
/** shape_backend_name - "none", "tbf", "netem" or "user" */
const char *shape_backend_name(enum shape_backend backend);
/** shape_apply_kernel - replaces the root qdisc, or removes it for SHAPE_NONE and SHAPE_USER */
int shape_apply_kernel(struct nl *nl, unsigned ifindex, const struct link_shape *shape,
		       enum shape_backend backend);
/** shape_read_kernel - what a qdisc makes of an interface; SHAPE_NONE: it isn't a shape's */
enum shape_backend shape_read_kernel(const struct nl_qdisc *qdisc, struct link_shape *ret_shape);
/** shape_is_kernel - is it that of @shape, as shape_apply_kernel sets it? */
bool shape_is_kernel(const struct nl_qdisc *qdisc, const struct link_shape *shape,
		     enum shape_backend backend);

#endif
