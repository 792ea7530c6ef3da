// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/patch.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link-shaper/line.h"

enum kind { KIND_U64, KIND_U32, KIND_SHARE };

/* One row a key: where it is, how it is called, what it may be, whether it can be gone towards */
static const struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	double max;
	bool ramps;
	const char *expected;
} rows[PATCH_KEYS] = {
	[PATCH_RATE] = {"rate_bps", KIND_U64, offsetof(struct link_shape, rate_bps), 1e12, true,
			"bits a second from 0 to 1000000000000"},
	[PATCH_DELAY] = {"delay_us", KIND_U32, offsetof(struct link_shape, delay_us), 10e6, true,
			 "microseconds from 0 to 10000000"},
	[PATCH_JITTER] = {"jitter_us", KIND_U32, offsetof(struct link_shape, jitter_us), 10e6, true,
			  "microseconds from 0 to 10000000"},
	[PATCH_LOSS] = {"loss", KIND_SHARE, offsetof(struct link_shape, loss), 1, true,
			"a share from 0 to 1"},
	[PATCH_DUPLICATE] = {"duplicate", KIND_SHARE, offsetof(struct link_shape, duplicate), 1,
			     true, "a share from 0 to 1"},
	[PATCH_REORDER] = {"reorder", KIND_SHARE, offsetof(struct link_shape, reorder), 1, true,
			   "a share from 0 to 1"},
	[PATCH_CORRUPT] = {"corrupt", KIND_SHARE, offsetof(struct link_shape, corrupt), 1, true,
			   "a share from 0 to 1"},
	[PATCH_QUEUE] = {"queue", KIND_U32, offsetof(struct link_shape, queue_packets),
			 LINE_QUEUE_MAX, false, "packets from 0 to 65536"},
};

static double get(const struct link_shape *shape, const struct row *row)
{
	const char *at = (const char *)shape + row->offset;
	uint64_t u64;
	uint32_t u32;
	double share;

	switch (row->kind) {
	case KIND_U64:
		memcpy(&u64, at, sizeof(u64));
		return (double)u64;
	case KIND_U32:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	default:
		memcpy(&share, at, sizeof(share));
		return share;
	}
}

static void put(struct link_shape *shape, const struct row *row, double value)
{
	char *at = (char *)shape + row->offset;
	const uint64_t u64 = (uint64_t)llround(value);
	const uint32_t u32 = (uint32_t)u64;

	switch (row->kind) {
	case KIND_U64:
		memcpy(at, &u64, sizeof(u64));
		break;
	case KIND_U32:
		memcpy(at, &u32, sizeof(u32));
		break;
	case KIND_SHARE:
		memcpy(at, &value, sizeof(value));
		break;
	}
}

static int fail(struct patch_error *err, const char *key, const json_t *value, const char *expected)
{
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(err->text, sizeof(err->text), "%.40s: expected %s, found %.60s", key, expected,
		 text ? text : "nothing");
	free(text);
	return -EINVAL;
}

static const struct row *row_find(const char *name)
{
	for (size_t i = 0; i < PATCH_KEYS; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

int patch_read_json(const json_t *object, struct patch *ret, struct patch_error *err)
{
	struct patch patch = {0};
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return fail(err, "shape", object, "an object of a link's keys");
	json_object_foreach((json_t *)object, key, value)
	{
		const struct row *row = row_find(key);
		const bool whole = row && row->kind != KIND_SHARE;

		if (!row) {
			snprintf(err->text, sizeof(err->text),
				 "unknown key '%.40s', expected one of rate_bps, delay_us, "
				 "jitter_us, "
				 "loss, duplicate, reorder, corrupt, queue",
				 key);
			return -EINVAL;
		}
		patch.keys |= 1u << (row - rows);
		if (json_is_null(value))
			continue;
		if (whole ? !json_is_integer(value) : !json_is_number(value))
			return fail(err, key, value, row->expected);
		if (!(json_number_value(value) >= 0 && json_number_value(value) <= row->max))
			return fail(err, key, value, row->expected);
		put(&patch.shape, row, json_number_value(value));
	}
	*ret = patch;
	return 0;
}

void patch_apply(const struct patch *patch, struct link_shape *shape)
{
	patch_step(patch, shape, 1);
}

void patch_step(const struct patch *patch, struct link_shape *shape, uint32_t left)
{
	for (size_t i = 0; i < PATCH_KEYS; i++) {
		const struct row *row = &rows[i];
		double now = get(shape, row), to = get(&patch->shape, row);

		if (!(patch->keys & 1u << i))
			continue;
		if (left <= 1)
			now = to;
		else if (!row->ramps || (i == PATCH_RATE && !now))
			now = to ? to : now;
		else if (i != PATCH_RATE || to)
			now += (to - now) / left;
		put(shape, row, now);
	}
}

bool patch_same(const struct link_shape *a, const struct link_shape *b)
{
	for (size_t i = 0; i < PATCH_KEYS; i++)
		if (get(a, &rows[i]) != get(b, &rows[i]))
			return false;
	return true;
}
