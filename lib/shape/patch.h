/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some keys of a shape, to be laid over another: what `set` and scripted changes are. A key is set
 * to a value, to none (0), or left alone. And shapes as JSON, whose members are
 * docs/contracts.md's, "Links".
 */
#ifndef BATON_LIB_SHAPE_PATCH_H
#define BATON_LIB_SHAPE_PATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/shape/key.h"

struct patch {
	uint32_t keys; /* bit 1 << enum shape_key: given */
	struct link_shape shape;
};

struct patch_error {
	char text[256];
};

/**
 * patch_read_json - {"delay_us": 5000, "rate_bps": null}
 *
 * Return: 0, or -EINVAL with @err: which member, what was expected, what was found
 */
int patch_read_json(const json_t *object, struct patch *ret_patch, struct patch_error *err);
/** patch_json - the same again, null for what is set to none; new reference */
json_t *patch_json(const struct patch *patch);

/**
 * patch_read_text - one more key, as people write it: "delay", "5ms" or "none"
 *
 * Return: 0, or -EINVAL with @err
 */
int patch_read_text(const char *name, const char *value, struct patch *patch,
		    struct patch_error *err);
/** patch_keys_yaml - which keys of a shape a mapping has */
uint32_t patch_keys_yaml(const struct yaml_node *mapping);

/** patch_apply - lay it over @shape */
void patch_apply(const struct patch *patch, struct link_shape *shape);
/** patch_check - would @shape be one that shape_check takes? Return: 0, or -EINVAL with @err */
int patch_check(const struct patch *patch, const struct link_shape *shape, struct patch_error *err);

/**
 * patch_step - move @shape by one of @left steps (1: the last) towards the patch, evenly
 *
 * Where there is no rate, or is to be none, a rate doesn't ramp: it comes with the first step and
 * goes with the last. So does a queue.
 */
void patch_step(const struct patch *patch, struct link_shape *shape, uint32_t left);

/** patch_same - whether two shapes ask for exactly the same */
bool patch_same(const struct link_shape *a, const struct link_shape *b);

/** shape_json - all members; new reference */
json_t *shape_json(const struct link_shape *shape);
/** shape_of_json - the members that are there and numbers */
struct link_shape shape_of_json(const json_t *object);

#endif
