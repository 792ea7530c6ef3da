// SPDX-License-Identifier: Apache-2.0
#include "apps/service/memory.h"

#include <sys/mman.h>

void *service_memory_new(size_t size)
{
	void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		return NULL;
	madvise(block, size, MADV_NOHUGEPAGE);
	return block;
}
