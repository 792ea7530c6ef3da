// SPDX-License-Identifier: Apache-2.0
/* A service-client's rows, whatever they say, in two pieces; figures and pictures' rows of what can
 * be read. */
#include <stdint.h>
#include <stdlib.h>

#include "testbed/measure/migration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct request_spell spell[4];
	struct request_figures f;
	struct requests r = {0};
	int status = requests_add(&r, text, size / 2);

	if (status == 0)
		status = requests_add(&r, text + size / 2, size - size / 2);
	requests_order(&r);
	if (requests_figures(&r, 0, UINT64_MAX, &f) == 0 &&
	    (f.made != r.count || f.answered != r.answered || f.wrong > f.answered))
		abort();
	(void)requests_spells(&r, 1000, UINT64_MAX, spell, 4);
	json_decref(migration_waits(&r, 0));
	json_decref(migration_verdict(NULL, &r, true));
	requests_done(&r);
	return 0;
}
