// SPDX-License-Identifier: Apache-2.0
/*
 * What gNBs say to each other, on arbitrary bytes. Besides not crashing: what is decoded can be
 * encoded, which gives the same bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ran/gnb/xn_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_xn: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xn_message m;
	uint8_t bytes[XN_MAX];
	size_t len;

	if (xn_decode(data, size, &m) < 0)
		return 0;
	require(xn_encode(&m, bytes, sizeof bytes, &len) == 0, "decoded, but not encoded");
	require(len == size && memcmp(bytes, data, len) == 0, "encoded as other bytes");
	return 0;
}
