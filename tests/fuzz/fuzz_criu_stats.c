// SPDX-License-Identifier: Apache-2.0
/* CRIU's statistics on arbitrary bytes: read, or refused as what they are not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "agents/process/stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct criu_stats stats;
	int rc = criu_stats_parse(data, size, &stats);

	if (rc != 0 && rc != -EBADMSG) {
		fprintf(stderr, "fuzz_criu_stats: an error that is not in the contract\n");
		abort();
	}
	if (rc && (stats.dump || stats.restore)) {
		fprintf(stderr, "fuzz_criu_stats: refused, and figures nevertheless\n");
		abort();
	}
	return 0;
}
