// SPDX-License-Identifier: Apache-2.0
/* Control messages on arbitrary bytes: what is taken is built again to the same bytes. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[CONTROL_LEN_MAX];
	struct control_message m;
	const int rc = control_parse(data, size, &m);

	if (rc == -EBADMSG || rc == -EOPNOTSUPP)
		return 0;
	if (rc || control_build(&m, again) != size || memcmp(again, data, size) != 0) {
		fprintf(stderr, "fuzz_control: %d\n", rc);
		abort();
	}
	return 0;
}
