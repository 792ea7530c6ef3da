// SPDX-License-Identifier: Apache-2.0
/* Files that `measure migration` writes, and reads to draw them together. */
#include <string.h>

#include "testbed/measure/documents.h"
#include "testbed/measure/migration.h"
#include "testbed/measure/migration_draw.h"

static int print_csv(const json_t *documents, FILE *out)
{
	return documents_each(documents, out, migration_csv);
}

static const struct document_form forms[] = {{"migration.json", documents_json},
					     {"migration.csv", print_csv},
					     {"migration-timeline.svg", migration_timeline_svg},
					     {"migration-waits.svg", migration_waits_svg},
					     {"migration-rounds.svg", migration_rounds_svg},
					     {"migration-shares.svg", migration_shares_svg},
					     {"migration-curves.svg", migration_curves_svg},
					     {0}};

/* Runs of an experiment are in the order in which they were made, by chance: pictures want that of
 * strategy, bandwidth and size. */
static int by_name(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	double bps = migration_knob_value(*x, KNOB_LINK) - migration_knob_value(*y, KNOB_LINK),
	       heap = migration_knob_value(*x, KNOB_HEAP) - migration_knob_value(*y, KNOB_HEAP);
	const json_t *s = json_array_get(json_object_get(*x, "strategies"), 0),
		     *t = json_array_get(json_object_get(*y, "strategies"), 0);
	int words = json_is_string(s) && json_is_string(t)
			    ? strcmp(json_string_value(s), json_string_value(t))
			    : 0;

	return words ? words : bps ? (bps > 0) - (bps < 0) : (heap > 0) - (heap < 0);
}

const struct document_kind migration_documents = {
	.measurement = "migration", .forms = forms, .table = migration_table, .order = by_name};
