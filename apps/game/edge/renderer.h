/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of an instance that differs from game to game: what is shown of a player's world. All
 * functions are called in the loop's thread, and none waits.
 */
#ifndef BATON_APPS_GAME_EDGE_RENDERER_H
#define BATON_APPS_GAME_EDGE_RENDERER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct edge;
struct picture;
struct player;
struct state_welcome;

/* Of one picture: what it shows */
struct render_mark {
	uint32_t tick;	/* the world's */
	uint32_t input; /* last input of the player that this world has applied */
};

/* Functions that say "or NULL" may be missing. @scene: what begin gave for the player. */
struct renderer {
	unsigned players_max; /* 1 to PLAYERS_MAX */

	/* What all players share goes to edge->renderer; stop takes an edge that did not start,
	 * too. start: 0 or -errno, logged by the caller */
	int (*start)(struct edge *edge);
	void (*stop)(struct edge *edge);

	/** begin - @player is new: account, slot and edge are set, and it lives until end */
	int (*begin)(struct player *player, void **ret_scene);
	void (*end)(void *scene);

	/* The cloud's words, in their order. login: the answer's body, or NULL; -EBADMSG: it lacks
	 * what the game needs. welcome: or NULL. snapshot: 0, or the error that ends the session,
	 * and the scene is as it was. delta: 0, or negative: it does not fit, and a snapshot is
	 * asked for */
	int (*login)(void *scene, const json_t *answer);
	void (*welcome)(void *scene, const struct state_welcome *m);
	int (*snapshot)(void *scene, uint32_t tick, const uint8_t *world, size_t len);
	int (*delta)(void *scene, uint32_t tick, const uint8_t *world, size_t len);
	/* Client-side state that was told anew, a JSON object; or NULL */
	void (*view)(void *scene, const json_t *view);

	/**
	 * draw - render the player's view
	 * @to:   all of it but the stamp's strip, whose lines may hold anything
	 * @mark: the newest that the cloud has told; on return, where the picture shows another,
	 *        what it shows
	 *
	 * Return: 0; -EAGAIN: there is nothing to show for now; -EINPROGRESS: the picture is being
	 * made, and the renderer calls render_ready() when draw can be called for it; another
	 * error: the frame failed
	 */
	int (*draw)(void *scene, struct picture *to, struct render_mark *mark);
	/** trouble - why the player's view can't be shown for now, a word for programs; NULL: it
	 * can. Or NULL */
	const char *(*trouble)(const void *scene);
	/** wanted - whether a picture has to be drawn for the renderer's own sake, when nobody
	 * watches; asked at each frame's time; or NULL */
	bool (*wanted)(void *scene);
	/* More of GET /metrics, in the text format; or NULL */
	void (*metrics)(const struct edge *edge, FILE *out);
};

#endif
