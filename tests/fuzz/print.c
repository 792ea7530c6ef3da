// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/print.h"

#include <stdlib.h>

void print(int (*form)(const json_t *, FILE *), const json_t *what)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	form(what, out);
	fclose(out);
	free(text);
}
