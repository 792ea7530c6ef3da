/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client-side state that belongs to rendering (VIEW in docs/csm.md; B16 of paper 001): what the
 * player has chosen to see. It comes from the player's client, or by the cloud from the instance
 * where it was chosen, so that a destination renders as the source did. Pure.
 */
#ifndef BATON_APPS_SNAKE_EDGE_VIEW_H
#define BATON_APPS_SNAKE_EDGE_VIEW_H

#include <jansson.h>

#include "apps/snake/edge/raster.h"
#include "apps/snake/wire.h"

struct view_state {
	uint8_t len; /* 0: none was ever told */
	char text[STATE_VIEW_MAX];
	struct raster_options options;
};

void view_init(struct view_state *v);
/**
 * view_set - take @text: a JSON object, in which {"map": BOOLEAN} is ours and the rest is anybody's
 * Return: 0, or -EINVAL: no JSON object, or too long; @v is as it was then
 */
int view_set(struct view_state *v, const char *text, size_t len);
/** view_json - new: the object as told, or null */
json_t *view_json(const struct view_state *v);

#endif
