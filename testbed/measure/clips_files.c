// SPDX-License-Identifier: Apache-2.0
/* Files that `measure clips` writes, and reads to draw them together. */
#include "testbed/measure/clips.h"
#include "testbed/measure/documents.h"

static int print_csv(const json_t *documents, FILE *out)
{
	return documents_each(documents, out, clips_csv);
}

static const struct document_form forms[] = {{"clips.json", documents_json},
					     {"clips.csv", print_csv},
					     {"clips-share.svg", clips_share_svg},
					     {"clips-jumps.svg", clips_jumps_svg},
					     {0}};

static bool has_variant(const json_t *json)
{
	const char *variant = json_string_value(json_object_get(json, "variant"));

	return variant && clips_variant_find(variant);
}

const struct document_kind clips_documents = {
	.measurement = "clips", .forms = forms, .table = clips_table, .is_one = has_variant};
