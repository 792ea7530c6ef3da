// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/config_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	double factor;
};

static const struct unit rate_units[] = {
	{"bit", 1}, {"kbit", 1e3}, {"Mbit", 1e6}, {"Gbit", 1e9}, {NULL, 0}};
static const struct unit time_units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {NULL, 0}};
static const struct unit share_units[] = {{"%", 0.01}, {NULL, 0}};

/* digits[.digits]unit, nothing else: no sign, exponent, blank or locale */
static bool parse_quantity(const char *text, const struct unit *units, double *ret_value)
{
	size_t digits = strspn(text, "0123456789"), fraction = 0;
	const char *unit = text + digits;

	if (!digits || digits > 15)
		return false;
	if (*unit == '.') {
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

static int read_quantity(const struct yaml_doc *doc, const struct yaml_node *node,
			 const struct unit *units, double max, const char *expected,
			 double *ret_value, struct yaml_error *err)
{
	double value;

	if (node->kind != YAML_SCALAR || !parse_quantity(node->scalar, units, &value) ||
	    value > max)
		return yaml_fail(doc, node, err, "%s: expected %s, found '%.60s'", node->key,
				 expected, node->scalar ? node->scalar : "");
	*ret_value = value;
	return 0;
}

int config_read_time(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	double value;
	int rc = read_quantity(doc, node, time_units, 86400e6,
			       "a time of up to 86400s, such as 10s or 500ms", &value, err);

	if (!rc)
		*(uint64_t *)ret = (uint64_t)llround(value);
	return rc;
}

int config_read_shape_rate(const struct yaml_doc *doc, const struct yaml_node *node,
			   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	double value;
	int rc = read_quantity(doc, node, rate_units, 1e12,
			       "a rate of up to 1000Gbit, such as 100Mbit", &value, err);

	if (!rc)
		*(uint64_t *)ret = (uint64_t)llround(value);
	return rc;
}

int config_read_shape_time(const struct yaml_doc *doc, const struct yaml_node *node,
			   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	double value;
	int rc = read_quantity(doc, node, time_units, 10e6,
			       "a time of up to 10s, such as 5ms or 250us", &value, err);

	if (!rc)
		*(uint32_t *)ret = (uint32_t)llround(value);
	return rc;
}

int config_read_shape_share(const struct yaml_doc *doc, const struct yaml_node *node,
			    const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return read_quantity(doc, node, share_units, 1, "a share from 0% to 100%", ret, err);
}

uint32_t config_shape_keys(const struct yaml_node *mapping)
{
	static const char *const names[PATCH_KEYS] = {
		[PATCH_RATE] = "rate",		 [PATCH_DELAY] = "delay",
		[PATCH_JITTER] = "jitter",	 [PATCH_LOSS] = "loss",
		[PATCH_DUPLICATE] = "duplicate", [PATCH_REORDER] = "reorder",
		[PATCH_CORRUPT] = "corrupt",	 [PATCH_QUEUE] = "queue"};
	uint32_t keys = 0;

	for (size_t i = 0; i < PATCH_KEYS; i++)
		if (yaml_get(mapping, names[i]))
			keys |= 1u << i;
	return keys;
}
