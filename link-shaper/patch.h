/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some keys of a shape, to be laid over another: what `set` and scripted changes are. A key is set
 * to a value, to none (0), or left alone.
 */
#ifndef BATON_LINK_SHAPER_PATCH_H
#define BATON_LINK_SHAPER_PATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/shape/shape.h"
#include "lib/yaml.h"

enum patch_key {
	PATCH_RATE,
	PATCH_DELAY,
	PATCH_JITTER,
	PATCH_LOSS,
	PATCH_DUPLICATE,
	PATCH_REORDER,
	PATCH_CORRUPT,
	PATCH_QUEUE,
	PATCH_KEYS
};

struct patch {
	uint32_t keys; /* bit 1 << enum patch_key: given */
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

/** patch_apply - lay it over @shape */
void patch_apply(const struct patch *patch, struct link_shape *shape);

/**
 * patch_step - move @shape by one of @left steps (1: the last) towards the patch, evenly
 *
 * Where there is no rate, or is to be none, a rate doesn't ramp: it comes with the first step and
 * goes with the last. So does a queue.
 */
void patch_step(const struct patch *patch, struct link_shape *shape, uint32_t left);

/** patch_same - whether two shapes ask for the same */
bool patch_same(const struct link_shape *a, const struct link_shape *b);

#endif
