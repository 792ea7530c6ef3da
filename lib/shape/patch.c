// SPDX-License-Identifier: Apache-2.0
#include "lib/shape/patch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ---- */

static const char *expected_of(enum shape_key key)
{
	switch (key) {
	case SHAPE_RATE:
		return "bits a second from 0 to 1000000000000";
	case SHAPE_DELAY:
	case SHAPE_JITTER:
		return "microseconds from 0 to 10000000";
	case SHAPE_QUEUE:
		return "packets from 0 to 65536";
	default:
		return "a share from 0 to 1";
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

static enum shape_key find_member(const char *name)
{
	enum shape_key key = 0;

	while (key < SHAPE_KEYS && strcmp(shape_key_member(key), name) != 0)
		key++;
	return key;
}

static int read_member(const char *name, const json_t *value, struct patch *patch,
		       struct patch_error *err)
{
	enum shape_key key = find_member(name);

	if (key == SHAPE_KEYS) {
		snprintf(err->text, sizeof(err->text),
			 "unknown key '%.40s', expected one of rate_bps, delay_us, jitter_us, "
			 "loss, duplicate, reorder, corrupt, queue",
			 name);
		return -EINVAL;
	}
	patch->keys |= 1u << key;
	if (json_is_null(value))
		return 0;
	if (shape_key_type(key) == SHAPE_SHARE ? !json_is_number(value) : !json_is_integer(value))
		return fail(err, name, value, expected_of(key));
	if (shape_key_is_lost(key, json_number_value(value)))
		return fail(err, name, value, "0 or at least 0.00000001");
	if (!(json_number_value(value) >= 0 && json_number_value(value) <= shape_key_max(key)))
		return fail(err, name, value, expected_of(key));
	shape_set(&patch->shape, key, json_number_value(value));
	return 0;
}

int patch_read_json(const json_t *object, struct patch *ret, struct patch_error *err)
{
	struct patch patch = {0};
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return fail(err, "shape", object, "an object of a link's keys");
	json_object_foreach((json_t *)object, name, value)
	{
		int rc = read_member(name, value, &patch, err);

		if (rc)
			return rc;
	}
	*ret = patch;
	return 0;
}

static json_t *value_json(enum shape_key key, double value)
{
	return shape_key_type(key) == SHAPE_SHARE ? json_real(value)
						  : json_integer((json_int_t)value);
}

json_t *patch_json(const struct patch *patch)
{
	json_t *object = json_object();

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++) {
		double value = shape_get(&patch->shape, key);

		if (patch->keys & 1u << key)
			json_object_set_new(object, shape_key_member(key),
					    value > 0 ? value_json(key, value) : json_null());
	}
	return object;
}

json_t *shape_json(const struct link_shape *shape)
{
	json_t *object = json_object();

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		json_object_set_new(object, shape_key_member(key),
				    value_json(key, shape_get(shape, key)));
	return object;
}

struct link_shape shape_of_json(const json_t *object)
{
	struct link_shape shape = {0};

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		shape_set(&shape, key,
			  json_number_value(json_object_get(object, shape_key_member(key))));
	return shape;
}

/* ---- text ---- */

int patch_read_text(const char *name, const char *value, struct patch *patch,
		    struct patch_error *err)
{
	enum shape_key key = shape_key_find(name);
	const char *expected;

	if (key == SHAPE_KEYS) {
		snprintf(err->text, sizeof(err->text),
			 "unknown key '%.40s', expected one of: " SHAPE_KEY_NAMES, name);
		return -EINVAL;
	}
	patch->keys |= 1u << key;
	shape_set(&patch->shape, key, 0);
	if (strcmp(value, "none") && shape_key_read(key, value, &patch->shape, &expected)) {
		snprintf(err->text, sizeof(err->text), "%s: expected %s, or none, found '%.60s'",
			 name, expected, value);
		return -EINVAL;
	}
	return 0;
}

uint32_t patch_keys_yaml(const struct yaml_node *mapping)
{
	uint32_t keys = 0;

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (yaml_get(mapping, shape_key_name(key)))
			keys |= 1u << key;
	return keys;
}

/* ---- over a shape ---- */

void patch_apply(const struct patch *patch, struct link_shape *shape)
{
	patch_step(patch, shape, 1);
}

int patch_check(const struct patch *patch, const struct link_shape *shape, struct patch_error *err)
{
	struct link_shape next = *shape;
	const char *why;

	patch_apply(patch, &next);
	if (shape_check(&next, &why) == SHAPE_KEYS)
		return 0;
	snprintf(err->text, sizeof(err->text), "%s", why);
	return -EINVAL;
}

void patch_step(const struct patch *patch, struct link_shape *shape, uint32_t left)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++) {
		double now = shape_get(shape, key), to = shape_get(&patch->shape, key);

		if (!(patch->keys & 1u << key))
			continue;
		if (left <= 1)
			now = to;
		else if (key == SHAPE_QUEUE || (key == SHAPE_RATE && !now))
			now = to ? to : now;
		else if (key != SHAPE_RATE || to)
			now += (to - now) / left;
		shape_set(shape, key, now);
	}
}

bool patch_same(const struct link_shape *a, const struct link_shape *b)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (shape_get(a, key) != shape_get(b, key))
			return false;
	return true;
}
