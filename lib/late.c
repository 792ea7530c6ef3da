// SPDX-License-Identifier: Apache-2.0
#include "lib/late.h"

#include <dlfcn.h>
#include <errno.h>

int late_open(const char *soname, const struct late_symbol *symbols, size_t count)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return -ELIBACC;
	for (size_t i = 0; i < count; i++) {
		*symbols[i].address = dlsym(library, symbols[i].name);
		if (!*symbols[i].address)
			return -ELIBACC;
	}
	return 0;
}
