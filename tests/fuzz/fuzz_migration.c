// SPDX-License-Identifier: Apache-2.0
/* What `measure migration --draw` reads, and what a manager says of a migration, of arbitrary JSON:
 * a sample, tables, lines and pictures of whatever it says. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "testbed/measure/migration.h"
#include "tests/fuzz/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell(json_t *document)
{
	int (*const pictures[])(const json_t *, FILE *) = {
		migration_timeline_svg, migration_waits_svg, migration_rounds_svg,
		migration_shares_svg, migration_curves_svg};
	json_t *list = json_pack("[O, O]", document, document);

	print(migration_table, document);
	print(migration_csv, document);
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		print(pictures[i], list);
	json_decref(list);
}

/* Two answers, of either edge */
static void add_rows(struct requests *r)
{
	static const char rows[] = "number,made_ns,sent_ns,answered_ns,sends,edge,ok\n"
				   "1,2000000000,2000000000,2001000000,1,edge-a,1\n"
				   "2,2500000000,2500000000,3001000000,2,edge-b,1\n";

	if (requests_add(r, rows, sizeof rows - 1) < 0)
		abort();
	requests_order(r);
}

static void tell_sample(const json_t *record)
{
	struct requests r = {0};
	json_t *sample;

	add_rows(&r);
	sample = migration_sample(record, "edge-a", 1e6, &r);
	if (sample)
		migration_refer(sample, 1e7);
	json_decref(sample);
	requests_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *document = json_loadb((const char *)data, size, 0, NULL);

	if (json_is_object(document)) {
		tell_sample(document);
		tell(document);
		migration_ways(document);
	}
	json_decref(document);
	return 0;
}
