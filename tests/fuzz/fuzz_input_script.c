// SPDX-License-Identifier: Apache-2.0
/* A script of inputs: what is taken plays with times that never fall; what isn't says where and
 * why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream-client/input_source.h"

enum { PLAYED = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(struct input_source *source)
{
	uint64_t at, last = 0;
	enum input_kind input;

	for (unsigned i = 0; i < PLAYED && input_source_peek(source, &at, &input); i++) {
		if (at < last || input < INPUT_UP || input >= INPUT_KINDS)
			abort();
		last = at;
		input_source_take(source);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input_source *source = NULL;
	char error[256] = "";
	FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	int r;

	if (!file)
		return 0;
	r = input_source_read(file, "script", error, sizeof error, &source);
	fclose(file);
	if (r == 0)
		play(source);
	else if (strncmp(error, "script:", 7) != 0)
		abort();
	input_source_free(source);
	return 0;
}
