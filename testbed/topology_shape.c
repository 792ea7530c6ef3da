// SPDX-License-Identifier: Apache-2.0
/* How links are shaped: rates, times, shares and counts, with their units, as people write them. */
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
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

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

/* ---- the keys: one row each reads, places, merges and prints it ---- */

enum key_type { KEY_U64, KEY_U32, KEY_SHARE };

static const char rate_text[] = "a rate from 1kbit to 1000Gbit, such as 100Mbit";
static const char time_text[] = "a time of up to 10s, such as 5ms or 250us";
static const char share_text[] = "a share from 0% to 100%";
static const char queue_text[] = "a number of packets from 1 to 65536";

#define VALUE(member) offsetof(struct topo_shape, is.member)
#define PLACE(member) offsetof(struct topo_shape, member)
static const struct shape_key {
	const char *name;
	enum key_type type;
	size_t value, place;
	const struct unit *units;
	double min, max;
	const char *expected;
} keys[] = {
	{"rate", KEY_U64, VALUE(rate_bps), PLACE(rate_at), rate_units, 1e3, 1e12, rate_text},
	{"delay", KEY_U32, VALUE(delay_us), PLACE(delay_at), time_units, 0, 10e6, time_text},
	{"jitter", KEY_U32, VALUE(jitter_us), PLACE(jitter_at), time_units, 0, 10e6, time_text},
	{"loss", KEY_SHARE, VALUE(loss), PLACE(loss_at), share_units, 0, 1, share_text},
	{"duplicate", KEY_SHARE, VALUE(duplicate), PLACE(duplicate_at), share_units, 0, 1,
	 share_text},
	{"reorder", KEY_SHARE, VALUE(reorder), PLACE(reorder_at), share_units, 0, 1, share_text},
	{"corrupt", KEY_SHARE, VALUE(corrupt), PLACE(corrupt_at), share_units, 0, 1, share_text},
	{"queue", KEY_U32, VALUE(queue_packets), PLACE(queue_at), no_units, 1, 65536, queue_text},
	{0},
};

static const struct shape_key *find_key(const char *name)
{
	for (const struct shape_key *k = keys; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

static double get(const struct topo_shape *shape, const struct shape_key *key)
{
	const char *at = (const char *)shape + key->value;

	switch (key->type) {
	case KEY_U64:
		return (double)*(const uint64_t *)at;
	case KEY_U32:
		return *(const uint32_t *)at;
	default:
		return *(const double *)at;
	}
}

static void set(struct topo_shape *shape, const struct shape_key *key, double value)
{
	char *at = (char *)shape + key->value;

	if (key->type == KEY_U64)
		*(uint64_t *)at = (uint64_t)llround(value);
	else if (key->type == KEY_U32)
		*(uint32_t *)at = (uint32_t)llround(value);
	else
		*(double *)at = value;
}

static struct topo_place *place(const struct topo_shape *shape, const struct shape_key *key)
{
	return (struct topo_place *)((char *)shape + key->place);
}

static int read_text(const struct shape_key *key, const char *text, struct topo_shape *shape)
{
	double value;

	if (!parse_quantity(text, key->units, &value) || value < key->min || value > key->max)
		return -EINVAL;
	set(shape, key, value);
	return 0;
}

int topo_shape_key(const char *name, const char *text, struct link_shape *shape,
		   const char **ret_expected)
{
	const struct shape_key *key = find_key(name);
	struct topo_shape whole = {.is = *shape};

	if (!key)
		return -ENOENT;
	*ret_expected = key->expected;
	if (read_text(key, text, &whole))
		return -EINVAL;
	*shape = whole.is;
	return 0;
}

/* For field tables; the target is the struct topo_shape, the key the node's own. */
int topo_read_shape_key(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	const struct shape_key *key = find_key(field->key);
	struct topo_shape *shape = ret;

	if (node->kind != YAML_SCALAR)
		return yaml_fail(doc, node, err, "%s: expected %s", node->key, key->expected);
	if (read_text(key, node->scalar, shape))
		return yaml_fail(doc, node, err, "%s: expected %s, found '%.60s'", node->key,
				 key->expected, node->scalar);
	*place(shape, key) = topo_place_of_key(node);
	return 0;
}

static const struct yaml_field shape_fields[] = {TOPO_SHAPE_FIELDS(struct direction, shape), {0}};

int topo_read_shape(const struct yaml_doc *doc, const struct yaml_node *node,
		    const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return yaml_read_fields(doc, node, shape_fields, ret, err);
}

void topo_shape_merge(struct topo_shape *shape, const struct topo_shape *over)
{
	for (const struct shape_key *k = keys; k->name; k++)
		if (place(over, k)->line) {
			set(shape, k, get(over, k));
			*place(shape, k) = *place(over, k);
		}
}

bool topo_shape_is_plain(const struct topo_shape *shape)
{
	return shape_choose(&shape->is, true) == SHAPE_NONE;
}

bool topo_shape_same(const struct topo_shape *a, const struct topo_shape *b)
{
	/* shares were written with six digits of a percentage */
	for (const struct shape_key *k = keys; k->name; k++)
		if (fabs(get(a, k) - get(b, k)) > (k->type == KEY_SHARE ? 1e-8 : 0.5))
			return false;
	return true;
}

static const struct topo_place *first_place(const struct topo_shape *shape)
{
	for (const struct shape_key *k = keys; k->name; k++)
		if (place(shape, k)->line)
			return place(shape, k);
	return NULL;
}

/* What would be ignored is a mistake. */
int topo_check_shape(struct topo_reader *r, const struct topo_shape *shape)
{
	const struct link_shape *s = &shape->is;

	if (s->reorder > 0 && !s->delay_us)
		return topo_fail_at(r, shape->reorder_at,
				    "reorder: expected a delay beside it, which the packets that "
				    "overtake don't wait for");
	if (s->queue_packets && shape_choose(s, true) == SHAPE_NONE)
		return topo_fail_at(
			r, shape->queue_at,
			"queue: expected a rate or a delay beside it, for which packets wait");
	return 0;
}

bool topo_shapes_share_a_key(const struct topo_shape *a, const struct topo_shape *b)
{
	for (const struct shape_key *k = keys; k->name; k++)
		if (place(a, k)->line && place(b, k)->line)
			return true;
	return false;
}

int topo_check_change(struct topo_reader *r, const struct topo_change *change)
{
	return first_place(&change->shape)
		       ? 0
		       : topo_fail_at(r, change->place,
				      "expected a key that changes: rate, delay, jitter, loss, "
				      "duplicate, reorder, "
				      "corrupt or queue");
}

/* ---- printing ---- */

static void print_value(const struct shape_key *key, double value, FILE *out)
{
	const struct unit *unit = key->units;

	if (key->type == KEY_SHARE) {
		fprintf(out, "%.6g%%", value * 100);
		return;
	}
	while (unit[1].name && value / unit[1].factor >= 1)
		unit++;
	/* what such a unit can't say exactly is said in the smallest one */
	if (fabs(value / unit->factor * 1e6 - round(value / unit->factor * 1e6)) > 1e-3)
		unit = key->units;
	fprintf(out, "%.15g%s", value / unit->factor, unit->name);
}

static int print_keys(const struct topo_shape *shape, bool placed, const char *between,
		      const char *separator, FILE *out)
{
	int count = 0;

	for (const struct shape_key *k = keys; k->name; k++) {
		if (placed ? !place(shape, k)->line : get(shape, k) == 0)
			continue;
		fprintf(out, "%s%s%s", separator, k->name, between);
		print_value(k, get(shape, k), out);
		count++;
	}
	return count;
}

bool topology_is_shaped(const struct topology *t)
{
	for (size_t p = 0; p < t->port_count; p++)
		if (!topo_shape_is_plain(&t->port[p].shape) ||
		    !topo_shape_is_plain(&t->port[p].back))
			return true;
	return t->change_count > 0;
}

int topo_shape_print(const struct link_shape *shape, const char *separator, FILE *out)
{
	const struct topo_shape whole = {.is = *shape};

	return print_keys(&whole, false, " ", separator, out);
}

void topo_shape_write(const struct topo_shape *shape, const char *separator, FILE *out)
{
	print_keys(shape, false, ": ", separator, out);
}

void topo_change_write(const struct topo_change *change, const char *separator, FILE *out)
{
	print_keys(&change->shape, true, ": ", separator, out);
}
