/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel shapes, asked by netlink in the nodes' network namespaces: whether what
 * link-shaper says is there is there, and, in a topology that has no link-shaper, shapes
 * themselves.
 */
#ifndef BATON_TESTBED_LINK_KERNEL_H
#define BATON_TESTBED_LINK_KERNEL_H

#include <jansson.h>

#include "testbed/run.h"

/**
 * link_kernel_check - look for every shape of @ports, as link-shaper lists them
 * @values: compare what they are set to as well, not only what they are
 *
 * A port whose qdisc or program is not there gets the member "missing": true. Where this process
 * may not look, nothing is said. Return: how many are missing
 */
size_t link_kernel_check(const struct run *run, json_t *ports, bool values);

/** link_kernel_list - every port that the kernel shapes, in the form of link-shaper's; new
 * reference, NULL: may not look */
json_t *link_kernel_list(const struct run *run);

/**
 * link_kernel_set - shape what leaves @node by @interface, by tbf or netem, or not at all
 * @backend: SHAPE_NONE, SHAPE_TBF or SHAPE_NETEM
 * Return: 0 or a negative errno; -ENOENT also for a qdisc that the kernel doesn't have
 */
int link_kernel_set(const struct run *run, const char *node, const char *interface,
		    const struct link_shape *shape, enum shape_backend backend);

#endif
