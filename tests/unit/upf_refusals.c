// SPDX-License-Identifier: Apache-2.0
/*
 * Requests that a UPF must refuse: malformed ones, among them what crashed others, and well-formed
 * ones that ask for what it can't do or what makes no sense. All tables, one behind the other.
 */
#include "tests/unit/upf_refusals.h"

static const struct refusal_table *const tables[] = {
	&refusals_raw, &refusals_pdr, &refusals_filter, &refusals_far, &refusals_modification,
};

const struct refusal *refusal_at(size_t i)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (i < tables[t]->count)
			return &tables[t]->rows[i];
		i -= tables[t]->count;
	}
	return NULL;
}
