// SPDX-License-Identifier: Apache-2.0
#include "lib/shape/quantity.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct shape_quantity_unit shape_quantity_rates[] = {
	{"bit", 1}, {"kbit", 1e3}, {"Mbit", 1e6}, {"Gbit", 1e9}, {0}};
const struct shape_quantity_unit shape_quantity_times[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {0}};
const struct shape_quantity_unit shape_quantity_shares[] = {{"%", 0.01}, {0}};
const struct shape_quantity_unit shape_quantity_counts[] = {{"", 1}, {0}};

static const struct shape_quantity_unit durations[] = {{"us", 1},     {"ms", 1e3},  {"s", 1e6},
						       {"min", 60e6}, {"h", 3.6e9}, {0}};
static const double us_a_day = 86400e6;

bool shape_quantity_parse(const char *text, const struct shape_quantity_unit *units,
			  double *ret_value)
{
	size_t digits = strspn(text, "0123456789"), fraction = 0;
	const char *unit = text + digits;

	if (!digits || digits > 15)
		return false;
	if (*unit == '.' && units != shape_quantity_counts) {
		fraction = strspn(unit + 1, "0123456789");
		if (!fraction || fraction > 15)
			return false;
		unit += 1 + fraction;
	}
	for (; units->name; units++)
		if (!strcmp(unit, units->name)) {
			*ret_value = strtod(text, NULL) * units->factor;
			return true;
		}
	return false;
}

/* Six digits behind the point are exact enough to be read again as the same. */
static bool is_short(double value)
{
	return fabs(value * 1e6 - round(value * 1e6)) <= 1e-3;
}

/* No exponent, which shape_quantity_parse refuses, and no more digits than there are. */
static void print_share(double value, FILE *out)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%.6f", value * 100);

	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
	fprintf(out, "%s%%", text);
}

void shape_quantity_print(double value, const struct shape_quantity_unit *units, FILE *out)
{
	const struct shape_quantity_unit *unit = units;

	if (units == shape_quantity_shares) {
		print_share(value, out);
		return;
	}
	while (unit[1].name && value / unit[1].factor >= 1)
		unit++;
	if (!is_short(value / unit->factor))
		unit = units;
	fprintf(out, "%.15g%s", value / unit->factor, unit->name);
}

int shape_quantity_read_duration(const struct yaml_doc *doc, const struct yaml_node *node,
				 const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	const char *text = node->kind == YAML_SCALAR ? node->scalar : "";
	double value;

	if (shape_quantity_parse(text, durations, &value) && value <= us_a_day) {
		*(uint64_t *)ret = (uint64_t)llround(value);
		return 0;
	}
	return yaml_fail(doc, node, err,
			 "%s: expected a time of up to 24h, such as 500ms, 10s or 2min%s%.60s%s",
			 field->key, text[0] ? ", found '" : "", text, text[0] ? "'" : "");
}
