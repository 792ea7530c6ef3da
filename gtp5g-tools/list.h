/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and tunnels that are there, and how they are printed. */
#ifndef BATON_GTP5G_TOOLS_LIST_H
#define BATON_GTP5G_TOOLS_LIST_H

#include "gtp5g-tools/tools.h"

/* What is there, in the order in which it could be made */
struct found {
	struct request *request;
	size_t count, capacity;
	bool lost; /* no memory */
};

/** found_print - sort and print them; Return: TOOLS_OK, or TOOLS_FAILED when they aren't all */
int found_print(struct found *found, bool json);

/** list_print - all of a noun; @device: NULL, of all links; Return: an exit status, which was told
 */
int list_print(struct tools *tools, struct kernel_world *kernel, const struct noun *noun,
	       const char *device);

#endif
