// SPDX-License-Identifier: Apache-2.0
#include "apps/snake/edge/scene.h"

#include <errno.h>
#include <stdlib.h>

#include "apps/game/edge/player.h"

static int start(struct edge *e)
{
	struct raster *raster;
	int r = raster_new(&raster);

	if (r == 0)
		e->renderer = raster;
	return r;
}

static void stop(struct edge *e)
{
	raster_free(e->renderer);
}

static int begin(struct player *player, void **ret_scene)
{
	struct scene *s = calloc(1, sizeof *s);

	if (!s || world_new(0, 0, &s->world) < 0) {
		free(s);
		return -ENOMEM;
	}
	s->raster = player->edge->renderer;
	s->options.map = true;
	*ret_scene = s;
	return 0;
}

static void end(void *scene)
{
	struct scene *s = scene;

	world_free(s->world);
	free(s);
}

static void welcome(void *scene, const struct state_welcome *m)
{
	((struct scene *)scene)->number = m->player;
}

/* Into a world of its own first: what is shown stays whole when the snapshot isn't. */
static int snapshot(void *scene, uint32_t tick, const uint8_t *world, size_t len)
{
	struct scene *s = scene;
	struct world *fresh;

	if (world_new(0, 0, &fresh) < 0)
		return -ENOMEM;
	if (world_decode(fresh, tick, world, len) < 0) {
		world_free(fresh);
		return -EBADMSG;
	}
	world_free(s->world);
	s->world = fresh;
	return 0;
}

static int delta(void *scene, uint32_t tick, const uint8_t *world, size_t len)
{
	return world_delta_apply(((struct scene *)scene)->world, tick, world, len);
}

/* {"map": BOOLEAN} is ours, the rest is anybody's */
static void view(void *scene, const json_t *json)
{
	const json_t *map = json_object_get(json, "map");

	((struct scene *)scene)->options.map = !map || !json_is_false(map);
}

/* The picture shows what the cloud has told last: @mark stays as it is */
static int draw(void *scene, struct picture *to, struct render_mark *mark)
{
	struct scene *s = scene;

	if (s->world->width == 0)
		return -EAGAIN;
	raster_draw(s->raster, s->world, s->number, &s->options, to);
	return 0;
}

const struct renderer snake_renderer = {
	.players_max = PLAYERS_MAX,
	.start = start,
	.stop = stop,
	.begin = begin,
	.end = end,
	.welcome = welcome,
	.snapshot = snapshot,
	.delta = delta,
	.view = view,
	.draw = draw,
};
