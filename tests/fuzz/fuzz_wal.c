// SPDX-License-Identifier: Apache-2.0
/* Journals of anything; bodies are looked at to their ends. */
#include <stddef.h>
#include <stdint.h>

#include "lib/wal.h"

static int see(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	volatile uint8_t *sum = user;

	*sum = (uint8_t)(*sum + type);
	for (size_t i = 0; i < len; i++)
		*sum = (uint8_t)(*sum + body[i]);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t sum = 0;

	(void)wal_parse(data, size, see, &sum);
	return 0;
}
