// SPDX-License-Identifier: Apache-2.0
#include "testbed/check.h"

#include <string.h>

int check_main(const struct baton_context *ctx, int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "links"))
		return check_links_main(ctx, argc - 1, argv + 1);
	complain("usage: baton check links [NODE|NODE:FAR]...");
	return BATON_USAGE;
}
