// SPDX-License-Identifier: Apache-2.0
/* baton schema: the JSON Schema of topology files, as editors want it. */
#include "testbed/schema.h"

#include <stdio.h>

#include "testbed/baton.h"

int schema_main(const struct baton_context *ctx, int argc, char **argv)
{
	if (argc > 1) {
		complain("usage: baton schema");
		return BATON_USAGE;
	}
	return fputs(topology_schema_text, stdout) < 0 || fflush(stdout) ? BATON_FAILED : BATON_OK;
}
