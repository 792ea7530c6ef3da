// SPDX-License-Identifier: Apache-2.0
#include "lib/shape/key.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lib/shape/quantity.h"

static const char rate_text[] = "a rate from 1kbit to 1000Gbit, such as 100Mbit";
static const char time_text[] = "a time of up to 10s, such as 5ms or 250us";
static const char share_text[] = "a share from 0% to 100%";
static const char queue_text[] = "a number of packets from 1 to 65536";

#define AT(member) offsetof(struct link_shape, member)
static const struct row {
	const char *name, *member;
	enum shape_type type;
	size_t offset;
	const struct shape_quantity_unit *units;
	double min, max;
	const char *expected;
} rows[SHAPE_KEYS] = {
	[SHAPE_RATE] = {"rate", "rate_bps", SHAPE_U64, AT(rate_bps), shape_quantity_rates, 1e3,
			1e12, rate_text},
	[SHAPE_DELAY] = {"delay", "delay_us", SHAPE_U32, AT(delay_us), shape_quantity_times, 0,
			 10e6, time_text},
	[SHAPE_JITTER] = {"jitter", "jitter_us", SHAPE_U32, AT(jitter_us), shape_quantity_times, 0,
			  10e6, time_text},
	[SHAPE_LOSS] = {"loss", "loss", SHAPE_SHARE, AT(loss), shape_quantity_shares, 0, 1,
			share_text},
	[SHAPE_DUPLICATE] = {"duplicate", "duplicate", SHAPE_SHARE, AT(duplicate),
			     shape_quantity_shares, 0, 1, share_text},
	[SHAPE_REORDER] = {"reorder", "reorder", SHAPE_SHARE, AT(reorder), shape_quantity_shares, 0,
			   1, share_text},
	[SHAPE_CORRUPT] = {"corrupt", "corrupt", SHAPE_SHARE, AT(corrupt), shape_quantity_shares, 0,
			   1, share_text},
	[SHAPE_QUEUE] = {"queue", "queue", SHAPE_U32, AT(queue_packets), shape_quantity_counts, 1,
			 65536, queue_text},
};

enum shape_key shape_key_find(const char *name)
{
	enum shape_key key = 0;

	while (key < SHAPE_KEYS && strcmp(rows[key].name, name) != 0)
		key++;
	return key;
}

const char *shape_key_name(enum shape_key key)
{
	return rows[key].name;
}

const char *shape_key_member(enum shape_key key)
{
	return rows[key].member;
}

enum shape_type shape_key_type(enum shape_key key)
{
	return rows[key].type;
}

double shape_key_max(enum shape_key key)
{
	return rows[key].max;
}

double shape_get(const struct link_shape *shape, enum shape_key key)
{
	const char *at = (const char *)shape + rows[key].offset;

	switch (rows[key].type) {
	case SHAPE_U64:
		return (double)*(const uint64_t *)at;
	case SHAPE_U32:
		return *(const uint32_t *)at;
	default:
		return *(const double *)at;
	}
}

void shape_set(struct link_shape *shape, enum shape_key key, double value)
{
	char *at = (char *)shape + rows[key].offset;

	switch (rows[key].type) {
	case SHAPE_U64:
		*(uint64_t *)at = (uint64_t)llround(value);
		break;
	case SHAPE_U32:
		*(uint32_t *)at = (uint32_t)llround(value);
		break;
	case SHAPE_SHARE:
		*(double *)at = round(value * SHAPE_SHARES) / SHAPE_SHARES;
		break;
	}
}

bool shape_key_is_lost(enum shape_key key, double value)
{
	struct link_shape shape = {0};

	shape_set(&shape, key, value);
	return value > 0 && shape_get(&shape, key) == 0;
}

int shape_key_read(enum shape_key key, const char *text, struct link_shape *shape,
		   const char **ret_expected)
{
	const struct row *row = &rows[key];
	double value;

	*ret_expected = row->expected;
	if (!shape_quantity_parse(text, row->units, &value) || value < row->min || value > row->max)
		return -EINVAL;
	if (shape_key_is_lost(key, value)) {
		*ret_expected = row->type == SHAPE_SHARE ? "0% or at least 0.000001%"
							 : "0us or at least 1us";
		return -EINVAL;
	}
	shape_set(shape, key, value);
	return 0;
}

int shape_key_read_yaml(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, struct link_shape *shape,
			struct yaml_error *err)
{
	enum shape_key key = shape_key_find(field->key);
	const char *expected;

	if (node->kind != YAML_SCALAR)
		return yaml_fail(doc, node, err, "%s: expected %s", field->key, rows[key].expected);
	if (shape_key_read(key, node->scalar, shape, &expected))
		return yaml_fail(doc, node, err, "%s: expected %s, found '%.60s'", field->key,
				 expected, node->scalar);
	return 0;
}

void shape_key_print(enum shape_key key, double value, FILE *out)
{
	shape_quantity_print(value, rows[key].units, out);
}

int shape_print(const struct link_shape *shape, const char *between, const char *separator,
		FILE *out)
{
	int count = 0;

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++) {
		double value = shape_get(shape, key);

		if (value == 0)
			continue;
		fprintf(out, "%s%s%s", separator, rows[key].name, between);
		shape_key_print(key, value, out);
		count++;
	}
	return count;
}

bool shape_same(const struct link_shape *a, const struct link_shape *b)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (fabs(shape_get(a, key) - shape_get(b, key)) >
		    (rows[key].type == SHAPE_SHARE ? 0.5 / SHAPE_SHARES : 0.5))
			return false;
	return true;
}

enum shape_key shape_check(const struct link_shape *shape, const char **ret_why)
{
	if (shape->reorder > 0 && !shape->delay_us) {
		*ret_why = "reorder: expected a delay beside it, which the packets that overtake "
			   "don't wait for";
		return SHAPE_REORDER;
	}
	if (shape->queue_packets && !shape->rate_bps && !shape->delay_us && !shape->jitter_us) {
		*ret_why = "queue: expected a rate or a delay beside it, for which packets wait";
		return SHAPE_QUEUE;
	}
	return SHAPE_KEYS;
}
