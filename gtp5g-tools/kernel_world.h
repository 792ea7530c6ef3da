/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel as a world for requests (batch.h): both drivers, each opened when it is first wanted.
 */
#ifndef BATON_GTP5G_TOOLS_KERNEL_WORLD_H
#define BATON_GTP5G_TOOLS_KERNEL_WORLD_H

#include "gtp5g-tools/batch.h"
#include "gtp5g-tools/links.h"
#include "lib/gtp5g/kernel.h"

struct kernel_world {
	bool force; /* an old gtp5g will do */
	void (*warn)(const char *text);
	/** on_report - the last one of a URR that was deleted */
	void (*on_report)(bool json, const char *device, const struct gtp5g_report *report);
	bool json; /* form in which a URR's last report is printed */
	struct nl *nl;
	struct gtp5g *gtp5g;	 /* NULL until wanted */
	struct gtp_netlink *gtp; /* the same */
	struct link link;	 /* the last one looked up */
	struct world world;
};

/** kernel_world_open - @k's members up to json are set by the caller; Return: 0 or a negative
 * errno */
int kernel_world_open(struct kernel_world *k);
void kernel_world_close(struct kernel_world *k);

/** kernel_world_link - a link of either driver; Return: 0, or a negative errno with @ret_why */
int kernel_world_link(struct kernel_world *k, const char *device, const struct link **ret_link,
		      struct complaint *ret_why);
/** kernel_world_gtp5g, kernel_world_gtp - the driver; Return: 0, or a negative errno with @ret_why
 */
int kernel_world_gtp5g(struct kernel_world *k, struct complaint *ret_why);
int kernel_world_gtp(struct kernel_world *k, struct complaint *ret_why);

/** kernel_world_get - the record that @name names; Return: 0, -ENOENT, ... with @ret_why */
int kernel_world_get(struct kernel_world *k, const struct request *name,
		     struct request *ret_request, struct complaint *ret_why);

#endif
