// SPDX-License-Identifier: Apache-2.0
/*
 * Two edges follow a game, one from its beginning by deltas, the other from a later snapshot: at
 * each tick they show the same picture. And what the pair SSIM is in a game as it is played, with
 * moves and rests: the distribution that the gate of paper 001 (section III C 5) works on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apps/picture/ssim.h"
#include "apps/picture/stamp.h"
#include "apps/snake/edge/raster.h"
#include "apps/snake/world_game.h"

enum { WIDTH = 640, HEIGHT = 480, LAG_MAX = 5, TICKS = 600, LATER = 200, TOGETHER = 200 };

static const struct raster_options options = {.map = true};

struct play {
	struct game *game;
	unsigned player;
	struct raster *raster;
	struct picture *picture[LAG_MAX + 1];
};

static void begin(struct play *p)
{
	const struct game_config config = {
		.width = 96, .height = 96, .bots = 24, .tick_hz = 60, .seed = 4};
	int id;

	assert_int_equal(game_new(&config, &p->game), 0);
	id = game_join(p->game);
	assert_true(id >= 0);
	p->player = (unsigned)id;
	assert_int_equal(raster_new(&p->raster), 0);
	for (unsigned i = 0; i <= LAG_MAX; i++)
		assert_int_equal(picture_new(WIDTH, HEIGHT, &p->picture[i]), 0);
}

static void end(struct play *p)
{
	for (unsigned i = 0; i <= LAG_MAX; i++)
		picture_free(p->picture[i]);
	raster_free(p->raster);
	game_free(p->game);
}

/* A turn each half second, a rest of one second every five */
static void steer(struct play *p, unsigned tick)
{
	static const enum state_input_kind turns[] = {INPUT_UP, INPUT_RIGHT, INPUT_DOWN,
						      INPUT_LEFT};

	if (tick % 300 == 240)
		game_input(p->game, p->player, INPUT_REST);
	else if (tick % 300 < 240 && tick % 30 == 0)
		game_input(p->game, p->player, turns[tick / 30 % 4]);
}

static void take_delta(const struct play *p, struct world *replica)
{
	static uint8_t delta[WORLD_DELTA_MAX];
	int len = game_delta(p->game, delta, sizeof delta);

	assert_true(len >= 0);
	assert_int_equal(world_delta_apply(replica, game_world(p->game)->tick, delta, (size_t)len),
			 0);
}

static struct world *take_snapshot(const struct play *p)
{
	static uint8_t encoded[WORLD_ENCODED_MAX];
	int len = world_encode(game_world(p->game), encoded, sizeof encoded);
	struct world *w;

	assert_true(len > 0);
	assert_int_equal(world_new(0, 0, &w), 0);
	assert_int_equal(world_decode(w, game_world(p->game)->tick, encoded, (size_t)len), 0);
	return w;
}

static void assert_same_below(const struct picture *a, const struct picture *b)
{
	unsigned strip = frame_stamp_strip(WIDTH);

	for (unsigned plane = 0; plane < PICTURE_PLANES; plane++)
		for (unsigned y = plane ? strip / 2 : strip; y < picture_plane_height(a, plane);
		     y++)
			assert_memory_equal(a->plane[plane] + y * a->stride[plane],
					    b->plane[plane] + y * b->stride[plane],
					    picture_plane_width(a, plane));
}

static void test_same_tick_same_picture(void **state)
{
	struct world *early, *late = NULL;
	struct play p = {0};

	begin(&p);
	early = take_snapshot(&p);
	for (unsigned tick = 0; tick < LATER + TOGETHER; tick++) {
		steer(&p, tick);
		game_tick(p.game);
		take_delta(&p, early);
		if (tick == LATER)
			late = take_snapshot(&p);
		else if (tick > LATER)
			take_delta(&p, late);
		if (tick < LATER)
			continue;
		raster_draw(p.raster, early, p.player, &options, p.picture[0]);
		raster_draw(p.raster, late, p.player, &options, p.picture[1]);
		assert_same_below(p.picture[0], p.picture[1]);
	}
	world_free(early);
	world_free(late);
	end(&p);
}

/* In a game as it is played the mean over the ticks falls with the lag; the range is the gate's. */
static void test_pair_ssim_in_play(void **state)
{
	double sum[LAG_MAX + 1] = {0}, least[LAG_MAX + 1], ssim;
	unsigned open[LAG_MAX + 1] = {0}, strip = frame_stamp_strip(WIDTH);
	struct play p = {0};

	begin(&p);
	for (unsigned tick = 0; tick < TICKS; tick++) {
		steer(&p, tick);
		game_tick(p.game);
		raster_draw(p.raster, game_world(p.game), p.player, &options,
			    p.picture[tick % (LAG_MAX + 1)]);
		for (unsigned lag = 1; lag <= LAG_MAX && tick >= LAG_MAX; lag++) {
			assert_int_equal(picture_ssim(p.picture[tick % (LAG_MAX + 1)],
						      p.picture[(tick - lag) % (LAG_MAX + 1)],
						      strip, &ssim),
					 0);
			sum[lag] += ssim;
			least[lag] = tick == LAG_MAX || ssim < least[lag] ? ssim : least[lag];
			open[lag] += ssim > 0.85;
		}
	}
	for (unsigned lag = 1; lag <= LAG_MAX; lag++) {
		print_message("# %u ticks apart: SSIM mean %.3f, least %.3f, over 0.85 in %u %%\n",
			      lag, sum[lag] / (TICKS - LAG_MAX), least[lag],
			      100 * open[lag] / (TICKS - LAG_MAX));
		assert_true(lag == 1 || sum[lag] < sum[lag - 1]);
	}
	assert_true(open[1] > open[4] && open[4] > 0);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_tick_same_picture),
		cmocka_unit_test(test_pair_ssim_in_play),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("raster_game", tests, NULL, NULL);
}
