// SPDX-License-Identifier: Apache-2.0
/*
 * An application of a topology file that is a game: where its pictures are made, who runs it from
 * up on, and who plays. What games there are, and how they differ, is in topology_game.c; what each key
 * becomes in the daemons' configurations in config_app.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/shape/quantity.h"
#include "testbed/topology_game.h"
#include "testbed/topology_internal.h"

#define RATE_MAX_BPS 1000000000000ULL

static const char *const rendering_names[TOPO_RENDERINGS + 1] = {
	[TOPO_RENDER_EDGE] = "edge",
	[TOPO_RENDER_CLOUD] = "cloud",
	[TOPO_RENDER_LOCAL] = "local",
};

const char *topo_rendering_name(enum topo_rendering rendering)
{
	return rendering_names[rendering];
}

enum {
	WIDTH_MIN = 320, /* of a picture, of every game's instances (apps/game/edge/config.c) */
	WIDTH_MAX = 1920,
	HEIGHT_MIN = 240,
	HEIGHT_MAX = 1088,
	FPS_MAX = 120,
	WORLD_MIN = 32,
	WORLD_MAX = 4096,
	PULL_MIN_BPS = 8000,
	BITRATE_MIN_BPS = 100000, /* an instance's limits */
	BITRATE_MAX_BPS = 50000000,
	GAMES_MAX = 8,
};
#define NOT_GIVEN UINT32_MAX

struct keys {
	const struct yaml_node *game, *rendering, *service, *cloud, *edges, *start, *image, *codec,
		*bitrate, *rate_limit, *players;
	uint32_t width, height, fps, bots, world;
	uint64_t seed;
};

#define KEY_NODE(k, h)                                                                             \
	{                                                                                          \
		.key = #k, .read = yaml_read_node, .offset = offsetof(struct keys, k), .help = h   \
	}
#define KEY_NUMBER(k, low, high, h)                                                                \
	{                                                                                          \
		.key = #k, .read = yaml_read_u32, .offset = offsetof(struct keys, k), .min = low,  \
		.max = high, .help = h                                                             \
	}
static const struct yaml_field app_fields[] = {
	KEY_NODE(game, "snake or minetest"),
	KEY_NODE(rendering, "where pictures are made: edge, cloud or local"),
	KEY_NODE(service, "its address on the edges"),
	KEY_NODE(cloud, "the node of its cloud tier"),
	KEY_NODE(edges, "list of edges that can run it; all"),
	KEY_NODE(start, "list of edges that run it from up on; the first"),
	KEY_NODE(image, "at-edges or cloud-only"),
	KEY_NODE(codec, "openh264 or x264"),
	KEY_NODE(bitrate, "of one stream"),
	KEY_NODE(rate_limit, "of an edge's pulls"),
	KEY_NODE(players, "list of {ue, account, threshold, window, input, session}"),
	KEY_NUMBER(width, WIDTH_MIN, WIDTH_MAX, "of the picture"),
	KEY_NUMBER(height, HEIGHT_MIN, HEIGHT_MAX, "of the picture"),
	KEY_NUMBER(fps, 1, FPS_MAX, "pictures a second"),
	KEY_NUMBER(bots, 0, 1000, "players that are the computer's"),
	KEY_NUMBER(world, WORLD_MIN, WORLD_MAX, "cells a side; of snake"),
	{.key = "seed",
	 .read = yaml_read_u64,
	 .offset = offsetof(struct keys, seed),
	 .help = "of chance"},
	{0},
};

static int read_rate(struct topo_reader *r, const struct yaml_node *node, uint64_t min,
		     uint64_t max, const char *expected, uint64_t *ret_bps)
{
	double bps;

	if (!node)
		return 0;
	if (node->kind != YAML_SCALAR ||
	    !shape_quantity_parse(node->scalar, shape_quantity_rates, &bps) || bps < (double)min ||
	    bps > (double)max)
		return yaml_fail(r->doc, node, r->err, "%s: expected a rate %s", node->key,
				 expected);
	*ret_bps = (uint64_t)bps;
	return 0;
}

static const struct topo_game *game_of(const struct topo_app *app)
{
	return game_find(app->game);
}

/* "snake or minetest" */
static int read_game(struct topo_reader *r, struct topo_app *app, const struct yaml_node *node)
{
	const char *words[GAMES_MAX + 1] = {NULL};
	char expected[128] = "";
	size_t game = 0;
	int rc;

	for (size_t i = 0; i < GAMES_MAX && topo_games[i].name; i++) {
		size_t len = strlen(expected);

		words[i] = topo_games[i].name;
		snprintf(expected + len, sizeof(expected) - len, "%s%s",
			 !i			  ? ""
			 : topo_games[i + 1].name ? ", "
						  : " or ",
			 words[i]);
	}
	rc = topo_read_word(r, node, words, expected, &game);
	if (!rc)
		snprintf(app->game, sizeof(app->game), "%s", words[game]);
	return rc;
}

/* What the file doesn't say is the game's own. */
static uint32_t or_default(uint32_t given, uint32_t otherwise)
{
	return given == NOT_GIVEN ? otherwise : given;
}

static void take_numbers(struct topo_app *app, const struct keys *keys)
{
	const struct topo_game *game = game_of(app);

	app->width = or_default(keys->width, game->width);
	app->height = or_default(keys->height, game->height);
	app->fps = or_default(keys->fps, game->fps);
	app->bots = or_default(keys->bots, game->bots);
	app->world = or_default(keys->world, game->world);
	app->seed = keys->seed;
}

/* Keys that are another game's */
static int check_keys(struct topo_reader *r, const struct topo_app *app,
		      const struct yaml_node *value)
{
	static const struct {
		enum game_key key;
		const char *name;
	} rows[] = {{GAME_BOTS, "bots"}, {GAME_WORLD, "world"}, {GAME_SEED, "seed"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct yaml_node *node = yaml_get(value, rows[i].name);

		if (node && !game_has(game_of(app), rows[i].key))
			return yaml_fail(r->doc, node, r->err, "%s: %s has no such key",
					 rows[i].name, app->game);
	}
	return 0;
}

/* Where each game has its own limit */
static int check_limits(struct topo_reader *r, const struct topo_app *app,
			const struct yaml_node *value)
{
	const struct topo_game *game = game_of(app);

	if (app->bots > game->bots_max)
		return yaml_fail(r->doc, yaml_get(value, "bots"), r->err,
				 "bots: expected at most %u of %s, found %u", game->bots_max,
				 game->name, app->bots);
	if (app->seed > game->seed_max)
		return yaml_fail(r->doc, yaml_get(value, "seed"), r->err,
				 "seed: expected at most %" PRIu64 " of %s, found %" PRIu64,
				 game->seed_max, game->name, app->seed);
	return 0;
}

/* An edge has one instance, and all of them may come to it. */
static int check_players(struct topo_reader *r, const struct topo_app *app,
			 const struct yaml_node *players)
{
	const struct topo_game *game = game_of(app);

	if (app->player_count <= game->players_max)
		return 0;
	return yaml_fail(r->doc, players, r->err,
			 "players: expected at most %u, as many as an instance of %s can have, "
			 "found %zu",
			 game->players_max, game->name, app->player_count);
}

/* ---- the application ---- */

static int read_words(struct topo_reader *r, struct topo_app *app, const struct keys *keys)
{
	static const char *const images[] = {"cloud-only", "at-edges", NULL}, *const codecs[] = {
										      "openh264",
										      "x264", NULL};
	size_t image = 1, codec = 0, rendering = TOPO_RENDER_EDGE;
	int rc;

	if ((rc = read_game(r, app, keys->game)) ||
	    (rc = topo_read_word(r, keys->rendering, rendering_names, "edge, cloud or local",
			    &rendering)) ||
	    (rc = topo_read_word(r, keys->image, images, "at-edges or cloud-only", &image)) ||
	    (rc = topo_read_word(r, keys->codec, codecs, "openh264 or x264", &codec)) ||
	    (rc = read_rate(r, keys->bitrate, BITRATE_MIN_BPS, BITRATE_MAX_BPS,
			    "from 100kbit to 50Mbit, such as 4Mbit", &app->bitrate_bps)) ||
	    (rc = read_rate(r, keys->rate_limit, PULL_MIN_BPS, RATE_MAX_BPS,
			    "of at least 8kbit, such as 100Mbit", &app->rate_limit_bps)))
		return rc;
	strcpy(app->codec, codecs[codec]);
	app->rendering = (enum topo_rendering)rendering;
	app->at_edges = image;
	if (!(game_of(app)->renderings & 1u << rendering))
		return yaml_fail(r->doc, keys->rendering, r->err, "rendering: %s has no %s",
				 app->game, rendering_names[rendering]);
	return 0;
}

/* What only edges that render have; an empty list is as good as none */
static int check_rendering(struct topo_reader *r, const struct topo_app *app,
			   const struct keys *keys)
{
	const struct yaml_node *edge_only[] = {keys->service, keys->edges, keys->start, keys->image,
					       keys->rate_limit};

	for (size_t i = 0;
	     app->rendering != TOPO_RENDER_EDGE && i < sizeof(edge_only) / sizeof(edge_only[0]);
	     i++)
		if (edge_only[i])
			return yaml_fail(r->doc, edge_only[i], r->err,
					 "%s: nothing is rendered at edges (rendering: %s)",
					 edge_only[i]->key, rendering_names[app->rendering]);
	if (!topology_count(r->t, TOPO_CLOUD))
		return topo_fail_at(r, app->at, "%s: expected a node of kind cloud for its logic",
				    app->name);
	if (app->rendering == TOPO_RENDER_EDGE && !topology_count(r->t, TOPO_EDGE))
		return topo_fail_at(r, app->at, "%s: expected a node of kind edge that renders",
				    app->name);
	return 0;
}

static int read_edge_keys(struct topo_reader *r, struct topo_app *app, const struct keys *keys)
{
	int rc;

	if (app->rendering != TOPO_RENDER_EDGE) {
		app->edge = calloc(r->t->node_count, sizeof(*app->edge));
		app->start = calloc(r->t->node_count, sizeof(*app->start));
		return app->edge && app->start ? 0 : -ENOMEM;
	}
	rc = topo_read_app_places(r, app, keys->edges, keys->start);
	return rc ? rc : topo_read_app_service(r, app, keys->service);
}

/* Who plays begins somewhere. */
static int check_start(struct topo_reader *r, const struct topo_app *app, const struct keys *keys)
{
	if (app->rendering != TOPO_RENDER_EDGE || !app->player_count)
		return 0;
	for (size_t i = 0; i < r->t->node_count; i++)
		if (app->start[i])
			return 0;
	return topo_fail_at(r, keys->start ? topo_place_of(keys->start) : app->at,
			    "start: expected an edge where the players begin");
}

/* Of the encoder's macroblocks */
static int check_size(struct topo_reader *r, const struct yaml_node *value, const char *key,
		      uint32_t size)
{
	const struct yaml_node *at = yaml_get(value, key);

	if (size % 16 == 0)
		return 0;
	return yaml_fail(r->doc, at ? at : value, r->err,
			 "%s: expected a multiple of 16, such as %u, found %u", key, size / 16 * 16,
			 size);
}

int topo_read_game(struct topo_reader *r, const struct yaml_node *value)
{
	struct keys keys = {.width = NOT_GIVEN,
			    .height = NOT_GIVEN,
			    .fps = NOT_GIVEN,
			    .bots = NOT_GIVEN,
			    .world = NOT_GIVEN,
			    .seed = 1};
	struct topology *t = r->t;
	struct topo_app *app = &t->app[t->app_count];
	unsigned cloud;
	int rc;

	if (t->app_count == TOPO_APPS_MAX)
		return yaml_fail(r->doc, value, r->err, "apps: expected at most %d games", TOPO_APPS_MAX);
	*app = (struct topo_app){.at = topo_place_of_key(value), .bitrate_bps = 4000000};
	strcpy(app->name, value->key);
	rc = yaml_read_fields(r->doc, value, app_fields, &keys, r->err);
	if (!rc)
		rc = read_words(r, app, &keys);
	if (!rc && keys.cloud)
		rc = topo_node_reference(r, keys.cloud, TOPO_CLOUD, &cloud);
	if (!rc)
		rc = check_rendering(r, app, &keys);
	if (!rc)
		rc = check_keys(r, app, value);
	if (rc)
		return rc;
	take_numbers(app, &keys);
	rc = check_limits(r, app, value);
	if (!rc)
		rc = check_size(r, value, "width", app->width);
	if (!rc)
		rc = check_size(r, value, "height", app->height);
	if (rc)
		return rc;
	t->app_count++; /* what it holds is freed from here on */
	rc = read_edge_keys(r, app, &keys);
	if (!rc)
		rc = topo_read_players(r, app, keys.players);
	if (!rc)
		rc = check_players(r, app, keys.players);
	return rc ? rc : check_start(r, app, &keys);
}

bool topo_game_has_key(const char *key)
{
	for (const struct yaml_field *field = app_fields; field->key; field++)
		if (!strcmp(field->key, key))
			return true;
	return false;
}
