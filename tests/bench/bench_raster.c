// SPDX-License-Identifier: Apache-2.0
/*
 * What a frame costs before it is encoded: bench_raster FILE. The world as snake-cloud has it by
 * default, and a crowded one, both played for a minute; their pictures, and a tick's delta applied
 * to a replica. Yardsticks: the picture
 * copied, and the delta's tick played by the rules themselves.
 */
#include <stdio.h>
#include <stdlib.h>

#include "apps/snake/edge/raster.h"
#include "apps/snake/world_game.h"
#include "tests/bench/bench_report.h"

enum { RUNS = 9, FRAMES = 300, TICKS = 300, WARM_TICKS = 3600 };

static void require(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench_raster: %s\n", what);
	exit(1);
}

static double draw_ms(const struct raster *raster, const struct world *w, unsigned player,
		      struct picture *to)
{
	const struct raster_options options = {.map = true};
	double start = bench_seconds();

	for (unsigned i = 0; i < FRAMES; i++)
		raster_draw(raster, w, player, &options, to);
	return (bench_seconds() - start) * 1000 / FRAMES;
}

static double copy_ms(struct picture *to, const struct picture *from)
{
	double start = bench_seconds();

	for (unsigned i = 0; i < FRAMES; i++)
		require(picture_copy(to, from), "not copied");
	return (bench_seconds() - start) * 1000 / FRAMES;
}

static void bench_picture(struct bench_report *report, const struct raster *raster,
			  const struct game *game, unsigned player, const char *name,
			  unsigned width, unsigned height)
{
	struct bench_row row = {
		.name = name, .unit = "ms", .yardstick = "memcpy of it", .smaller_is_better = true};
	struct picture *a, *b;

	require(picture_new(width, height, &a), "no memory");
	require(picture_new(width, height, &b), "no memory");
	for (unsigned i = 0; i < RUNS; i++)
		bench_run(&row, draw_ms(raster, game_world(game), player, a), copy_ms(b, a));
	bench_add(report, &row);
	picture_free(a);
	picture_free(b);
}

static struct world *replica_of(const struct game *game)
{
	static uint8_t encoded[WORLD_ENCODED_MAX];
	int len = world_encode(game_world(game), encoded, sizeof encoded);
	struct world *w;

	require(len, "no snapshot");
	require(world_new(0, 0, &w), "no memory");
	require(world_decode(w, game_world(game)->tick, encoded, (size_t)len), "not decoded");
	return w;
}

static void bench_delta(struct bench_report *report, struct game *game)
{
	struct bench_row row = {.name = "a delta applied",
				.unit = "ms",
				.yardstick = "its tick played",
				.smaller_is_better = true};
	struct world *replica = replica_of(game);
	static uint8_t delta[WORLD_DELTA_MAX];

	for (unsigned run = 0; run < RUNS; run++) {
		double play = 0, apply = 0;

		for (unsigned i = 0; i < TICKS; i++) {
			double start = bench_seconds();
			int len;

			game_tick(game);
			play += bench_seconds() - start;
			len = game_delta(game, delta, sizeof delta);
			require(len, "no delta");
			start = bench_seconds();
			require(world_delta_apply(replica, game_world(game)->tick, delta,
						  (size_t)len),
				"not applied");
			apply += bench_seconds() - start;
		}
		bench_run(&row, apply * 1000 / TICKS, play * 1000 / TICKS);
	}
	bench_add(report, &row);
	world_free(replica);
}

/* Played for a minute, the player at rest where it came to life */
static struct game *played(uint16_t side, uint16_t bots, unsigned *ret_player)
{
	const struct game_config config = {
		.width = side, .height = side, .bots = bots, .tick_hz = 60, .seed = 1};
	struct game *game;
	int player;

	require(game_new(&config, &game), "no game");
	player = game_join(game);
	require(player, "no player");
	for (unsigned i = 0; i < WARM_TICKS; i++)
		game_tick(game);
	*ret_player = (unsigned)player;
	return game;
}

int main(int argc, char **argv)
{
	struct bench_report report;
	struct raster *raster;
	struct game *game, *crowd;
	unsigned player, pushed;
	int r;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_raster FILE\n");
		return 2;
	}
	require(raster_new(&raster), "no memory");
	game = played(256, 12, &player);
	crowd = played(128, GAME_BOTS_MAX, &pushed);
	bench_begin(&report);
	bench_picture(&report, raster, game, player, "picture of 640x480", 640, 480);
	bench_picture(&report, raster, game, player, "picture of 1280x720", 1280, 720);
	bench_picture(&report, raster, crowd, pushed, "640x480, crowded", 640, 480);
	bench_delta(&report, game);
	r = bench_end(&report, NULL, argv[1]);
	raster_free(raster);
	game_free(game);
	game_free(crowd);
	return r < 0;
}
