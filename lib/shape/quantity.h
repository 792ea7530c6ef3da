/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with their units, as people write them: "100Mbit", "5ms", "0.1%". */
#ifndef BATON_LIB_SHAPE_QUANTITY_H
#define BATON_LIB_SHAPE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/yaml.h"

struct shape_quantity_unit {
	const char *name;
	double factor;
};

/* From the smallest to the largest, ended by a name of NULL: bit/s; us; shares from 0 to 1; plain
 * numbers */
extern const struct shape_quantity_unit shape_quantity_rates[], shape_quantity_times[],
	shape_quantity_shares[], shape_quantity_counts[];

/** shape_quantity_parse - digits[.digits]unit and nothing else: no sign, exponent, blank or locale;
 * at most 15 digits each; no fraction of a plain number */
bool shape_quantity_parse(const char *text, const struct shape_quantity_unit *units,
			  double *ret_value);
/** shape_quantity_print - in the largest unit that says it exactly and isn't above it, as
 * shape_quantity_parse reads it; shares with six digits of a percentage */
void shape_quantity_print(double value, const struct shape_quantity_unit *units, FILE *out);

/** shape_quantity_read_duration - for field tables: a time of up to a day in us, ms, s, min or h,
 * into a uint64_t of us */
int shape_quantity_read_duration(const struct yaml_doc *, const struct yaml_node *,
				 const struct yaml_field *, void *, struct yaml_error *);

#endif
