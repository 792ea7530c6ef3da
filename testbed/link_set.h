/* SPDX-License-Identifier: Apache-2.0 */
/* baton link set: another shape for a link that runs, by link-shaper, or, where a topology has
 * none, by the kernel. */
#ifndef BATON_TESTBED_LINK_SET_H
#define BATON_TESTBED_LINK_SET_H

#include "testbed/run.h"

enum { LINK_FORWARD = 1, LINK_BACKWARD = 2 };

/**
 * link_set - lay keys over the shape of a link, in one direction or both; all of it or nothing, as
 * far as can be told before
 * @argv: NODE, NODE or NETWORK, KEY=VALUE...
 * Return: an exit status; complains
 */
int link_set(const struct baton_context *ctx, const struct run *run, const struct topology *t,
	     int argc, char **argv, unsigned directions);

#endif
