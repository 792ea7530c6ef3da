/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ports of a topology as this machine has them, and how their shapes come about: a rate alone
 * by the kernel's tbf, everything by its netem where it has that, else through a lane of the path.
 *
 * Namespaces and interfaces are looked up each time a shape is applied, since `up` may have made
 * them anew.
 */
#ifndef BATON_LINK_SHAPER_PORT_H
#define BATON_LINK_SHAPER_PORT_H

#include "link-shaper/path.h"
#include "link-shaper/shaper.h"

struct ports;

/** ports_new - for @config, borrowed until ports_reload or ports_free; starts the path */
int ports_new(const struct config *config, struct ports **ret_ports);
/** ports_reload - from @config on, borrowed too; ports that aren't in it any more are left unshaped
 */
int ports_reload(struct ports *ports, const struct config *config);
/** ports_free - nothing is shaped any more, nothing of ours left in any namespace */
void ports_free(struct ports *ports);

/** ports_backend - as struct shaper wants it */
struct shaper_backend ports_backend(struct ports *ports);

#endif
