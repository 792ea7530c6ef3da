/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client-side state that belongs to rendering (VIEW in docs/csm.md; B16 of paper 001): what the
 * player has chosen to see, which the game's renderer reads. It comes from the player's client, or
 * by the cloud from the instance where it was chosen, so that a destination renders as the source
 * did. Pure.
 */
#ifndef BATON_APPS_GAME_EDGE_VIEW_H
#define BATON_APPS_GAME_EDGE_VIEW_H

#include <jansson.h>

#include "apps/game/wire/wire.h"

struct view_state {
	uint8_t len; /* 0: none was ever told */
	char text[STATE_VIEW_MAX];
};

/**
 * view_set - take @text: a JSON object
 * Return: 0, or -EINVAL: no JSON object, or too long; @v is as it was then
 */
int view_set(struct view_state *v, const char *text, size_t len);
/** view_json - new: the object as told, or null */
json_t *view_json(const struct view_state *v);

#endif
