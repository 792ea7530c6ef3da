// SPDX-License-Identifier: Apache-2.0
/* How links are shaped: rates, times and shares with their units, as people write them. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/topology_internal.h"

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
			 const struct unit *units, double min, double max, const char *expected,
			 double *ret_value, struct yaml_error *err)
{
	double value;

	if (node->kind != YAML_SCALAR)
		return yaml_fail(doc, node, err, "%s: expected %s", node->key, expected);
	if (!parse_quantity(node->scalar, units, &value) || value < min || value > max)
		return yaml_fail(doc, node, err, "%s: expected %s, found '%.60s'", node->key,
				 expected, node->scalar);
	*ret_value = value;
	return 0;
}

int topo_read_rate(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct topo_shape *shape = ret;
	double value;
	int rc = read_quantity(doc, node, rate_units, 1e3, 1e12,
			       "a rate from 1kbit to 1000Gbit, such as 100Mbit", &value, err);

	if (rc)
		return rc;
	shape->rate_bps = (uint64_t)llround(value);
	shape->rate_at = topo_place_of_key(node);
	return 0;
}

static int read_time(const struct yaml_doc *doc, const struct yaml_node *node, uint32_t *ret_us,
		     struct topo_place *ret_at, struct yaml_error *err)
{
	double value;
	int rc = read_quantity(doc, node, time_units, 0, 10e6,
			       "a time of up to 10s, such as 5ms or 250us", &value, err);

	if (rc)
		return rc;
	*ret_us = (uint32_t)llround(value);
	*ret_at = topo_place_of_key(node);
	return 0;
}

int topo_read_delay(const struct yaml_doc *doc, const struct yaml_node *node,
		    const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct topo_shape *shape = ret;

	return read_time(doc, node, &shape->delay_us, &shape->delay_at, err);
}

int topo_read_jitter(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct topo_shape *shape = ret;

	return read_time(doc, node, &shape->jitter_us, &shape->jitter_at, err);
}

int topo_read_loss(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct topo_shape *shape = ret;
	double value;
	int rc =
		read_quantity(doc, node, share_units, 0, 1, "a share from 0% to 100%", &value, err);

	if (rc)
		return rc;
	shape->loss = value;
	shape->loss_at = topo_place_of_key(node);
	return 0;
}

void topo_shape_merge(struct topo_shape *shape, const struct topo_shape *over)
{
	if (over->rate_at.line) {
		shape->rate_bps = over->rate_bps;
		shape->rate_at = over->rate_at;
	}
	if (over->delay_at.line) {
		shape->delay_us = over->delay_us;
		shape->delay_at = over->delay_at;
	}
	if (over->jitter_at.line) {
		shape->jitter_us = over->jitter_us;
		shape->jitter_at = over->jitter_at;
	}
	if (over->loss_at.line) {
		shape->loss = over->loss;
		shape->loss_at = over->loss_at;
	}
}

const struct topo_place *topo_shape_needs_netem(const struct topo_shape *shape)
{
	if (shape->delay_us)
		return &shape->delay_at;
	if (shape->jitter_us)
		return &shape->jitter_at;
	return shape->loss > 0 ? &shape->loss_at : NULL;
}

bool topo_shape_is_plain(const struct topo_shape *shape)
{
	return !shape->rate_bps && !topo_shape_needs_netem(shape);
}
