// SPDX-License-Identifier: Apache-2.0
/*
 * The picture of a world: equal worlds give equal samples whatever way they came to be, motion
 * scrolls it by two samples a tick, the pair SSIM of two edges some ticks apart is in the range
 * that the gate of paper 001 is about, nothing is drawn outside; and golden checksums, so that a
 * change of the scene is never by accident.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/picture/ssim.h"
#include "apps/picture/stamp.h"
#include "apps/snake/edge/raster.h"

enum { SIDE = 256, SELF = 3, WIDTH = 640, HEIGHT = 480, STEP = 2 };

static const struct raster_options with_map = {.map = true}, without_map = {0};

struct scene {
	struct raster *raster;
	struct world *world;
	struct picture *picture;
};

static void change(struct world *w, struct world_change c)
{
	assert_int_equal(world_change_apply(w, &c), 0);
}

static void spawn(struct world *w, uint16_t id, struct world_cell at, uint8_t dir, uint8_t length)
{
	change(w, (struct world_change){.kind = WORLD_JOIN, .id = id, .bot = id != SELF});
	change(w, (struct world_change){
			  .kind = WORLD_SPAWN, .id = id, .dir = dir, .cell = at, .length = length});
}

/* The player at (100, 100) toward the right, two others in sight, one far away, some food */
static struct world *world_of(uint16_t side)
{
	struct world *w;

	assert_int_equal(world_new(side, side, &w), 0);
	spawn(w, SELF, (struct world_cell){100 % side, 100 % side}, WORLD_RIGHT, 8);
	spawn(w, 0, (struct world_cell){105 % side, 95 % side}, WORLD_DOWN, 6);
	spawn(w, 17, (struct world_cell){90 % side, 110 % side}, WORLD_LEFT, 12);
	spawn(w, 1, (struct world_cell){30 % side, 200 % side}, WORLD_UP, 5);
	for (int i = 0; i < 64; i++) {
		struct world_cell at = {(uint16_t)(i * 37 % side), (uint16_t)(i * 53 % side)};

		if (!world_at(w, at.x, at.y)->food)
			change(w, (struct world_change){.kind = WORLD_FOOD, .cell = at});
	}
	return w;
}

/* One tick of the player's motion: an eighth of a cell */
static void move(struct world *w, unsigned ticks)
{
	for (; ticks; ticks--) {
		const struct world_snake *s = world_snake(w, SELF);
		uint8_t phase = (uint8_t)((s->phase + 1) % WORLD_PHASES);

		change(w, (struct world_change){.kind = WORLD_MOVE,
						.id = SELF,
						.dir = s->dir,
						.phase = phase,
						.advanced = phase == 0});
	}
}

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	assert_non_null(s);
	assert_int_equal(raster_new(&s->raster), 0);
	assert_int_equal(picture_new(WIDTH, HEIGHT, &s->picture), 0);
	s->world = world_of(SIDE);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	raster_free(s->raster);
	picture_free(s->picture);
	world_free(s->world);
	free(s);
	return 0;
}

static struct picture *drawn(struct scene *s, unsigned player)
{
	struct picture *p;

	assert_int_equal(picture_new(WIDTH, HEIGHT, &p), 0);
	raster_draw(s->raster, s->world, player, &with_map, p);
	return p;
}

/* FNV-1a over the samples below the strip */
static uint32_t checksum(const struct picture *p)
{
	unsigned strip = frame_stamp_strip(p->width);
	uint32_t h = 2166136261u;

	for (unsigned plane = 0; plane < PICTURE_PLANES; plane++)
		for (unsigned y = plane ? strip / 2 : strip; y < picture_plane_height(p, plane);
		     y++)
			for (unsigned x = 0; x < picture_plane_width(p, plane); x++)
				h = (h ^ p->plane[plane][y * p->stride[plane] + x]) * 16777619u;
	return h;
}

static double likeness(const struct picture *a, const struct picture *b)
{
	double ssim;

	assert_int_equal(picture_ssim(a, b, frame_stamp_strip(a->width), &ssim), 0);
	return ssim;
}

static const struct golden {
	const char *name;
	uint16_t side;
	unsigned ticks, player, width, height;
	uint32_t checksum;
} golden[] = {
	{"at rest", 256, 0, SELF, 640, 480, 0xcb59eec2},
	{"half a cell on", 256, 4, SELF, 640, 480, 0x33321a0a},
	{"a cell and a tick on", 256, 9, SELF, 640, 480, 0x9a7392d5},
	{"another player", 256, 0, 17, 640, 480, 0x5102b632},
	{"a player that isn't there", 256, 0, 200, 640, 480, 0xcaa1f2ba},
	{"a narrow picture", 256, 4, SELF, 320, 240, 0xa65eff05},
	{"a large one", 256, 4, SELF, 1280, 720, 0xf4ee529a},
	{"a world smaller than the picture", 32, 4, SELF, 640, 480, 0xd745c591},
	{"a world that is no multiple of the ground", 250, 4, 1, 640, 480, 0x76fd129a},
};

static void test_golden(void **state)
{
	struct scene *s = *state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
		const struct golden *g = &golden[i];
		struct world *w = world_of(g->side);
		struct picture *p;

		assert_int_equal(picture_new(g->width, g->height, &p), 0);
		move(w, g->ticks);
		raster_draw(s->raster, w, g->player, &with_map, p);
		if (checksum(p) != g->checksum) {
			print_error("%s: 0x%08x, not 0x%08x\n", g->name, checksum(p), g->checksum);
			wrong++;
		}
		picture_free(p);
		world_free(w);
	}
	assert_int_equal(wrong, 0);
}

/* A replica that came by snapshot has its food and its numbers in another order. */
static void test_equal_worlds_equal_pictures(void **state)
{
	static uint8_t encoded[WORLD_ENCODED_MAX];
	struct scene *s = *state;
	struct world *replica;
	struct picture *a, *b;
	int len;

	move(s->world, 5);
	len = world_encode(s->world, encoded, sizeof encoded);
	assert_true(len > 0);
	assert_int_equal(world_new(0, 0, &replica), 0);
	assert_int_equal(world_decode(replica, 5, encoded, (size_t)len), 0);
	a = drawn(s, SELF);
	assert_int_equal(picture_new(WIDTH, HEIGHT, &b), 0);
	picture_fill(b, 200, 20, 20);
	raster_draw(s->raster, replica, SELF, &with_map, b);
	assert_int_equal(checksum(a), checksum(b));
	world_free(replica);
	picture_free(a);
	picture_free(b);
}

/* Away from what stays and from the player itself a tick moves everything by STEP samples. */
static void test_scrolls_with_the_head(void **state)
{
	struct scene *s = *state;
	struct picture *a = drawn(s, SELF), *b;
	enum { TOP = 330, LINES = 100, LEFT = 40, COLUMNS = 400 };

	move(s->world, 1);
	b = drawn(s, SELF);
	for (unsigned y = TOP; y < TOP + LINES; y++)
		assert_memory_equal(b->plane[PICTURE_Y] + y * b->stride[PICTURE_Y] + LEFT,
				    a->plane[PICTURE_Y] + y * a->stride[PICTURE_Y] + LEFT + STEP,
				    COLUMNS);
	for (unsigned y = TOP / 2; y < (TOP + LINES) / 2; y++)
		assert_memory_equal(b->plane[PICTURE_CB] + y * b->stride[PICTURE_CB] + LEFT / 2,
				    a->plane[PICTURE_CB] + y * a->stride[PICTURE_CB] + LEFT / 2 +
					    STEP / 2,
				    COLUMNS / 2);
	picture_free(a);
	picture_free(b);
}

/* What the SSIM gate sees: 1 to 4 ticks between the edges; the paper's thresholds are 0.75 to 0.95.
 */
static void test_pair_ssim_spans_the_thresholds(void **state)
{
	struct scene *s = *state;
	struct picture *first = drawn(s, SELF);
	double before = 1, ssim[9] = {1};

	for (unsigned ticks = 1; ticks < 9; ticks++) {
		struct picture *p;

		move(s->world, 1);
		p = drawn(s, SELF);
		ssim[ticks] = likeness(first, p);
		print_message("# %u ticks apart: SSIM %.3f\n", ticks, ssim[ticks]);
		assert_true(ssim[ticks] < before);
		before = ssim[ticks];
		picture_free(p);
	}
	assert_true(ssim[1] > 0.92 && ssim[1] < 0.98);
	assert_true(ssim[2] > 0.85 && ssim[2] < 0.95);
	assert_true(ssim[4] > 0.72 && ssim[4] < 0.82);
	picture_free(first);
}

/* At rest only the others move, so the pictures of two edges are nearly the same. */
static void test_rest_is_near_one(void **state)
{
	struct scene *s = *state;
	struct picture *a = drawn(s, SELF), *b;
	struct world_change c = {.kind = WORLD_MOVE, .id = 0, .dir = WORLD_DOWN, .phase = 4};

	change(s->world, c);
	b = drawn(s, SELF);
	assert_true(checksum(a) != checksum(b));
	assert_true(likeness(a, b) > 0.99);
	picture_free(a);
	picture_free(b);
}

/* The ground alone is varied: no 16x16 block of a board without anybody is flat. */
static void test_ground_is_textured(void **state)
{
	struct scene *s = *state;
	struct world *empty;
	unsigned flat = 0;

	assert_int_equal(world_new(SIDE, SIDE, &empty), 0);
	raster_draw(s->raster, empty, SELF, &with_map, s->picture);
	for (unsigned y = 160; y < HEIGHT; y += 16)
		for (unsigned x = 0; x < WIDTH; x += 16) {
			uint8_t min = 255, max = 0;

			for (unsigned i = 0; i < 256; i++) {
				uint8_t v =
					s->picture->plane[PICTURE_Y]
							 [(y + i / 16) *
								  s->picture->stride[PICTURE_Y] +
							  x + i % 16];

				min = v < min ? v : min;
				max = v > max ? v : max;
			}
			flat += max - min < 8;
		}
	assert_int_equal(flat, 0);
	world_free(empty);
}

/* Without the map only what is under it is another. */
static void test_map_is_a_choice(void **state)
{
	struct scene *s = *state;
	struct picture *a = drawn(s, SELF);
	const size_t stride = a->stride[PICTURE_Y];

	raster_draw(s->raster, s->world, SELF, &without_map, s->picture);
	assert_true(checksum(a) != checksum(s->picture));
	for (unsigned y = 130; y < HEIGHT; y++)
		assert_memory_equal(a->plane[PICTURE_Y] + y * stride,
				    s->picture->plane[PICTURE_Y] + y * stride, WIDTH);
	picture_free(a);
}

static void test_limited_range(void **state)
{
	struct scene *s = *state;

	raster_draw(s->raster, s->world, SELF, &with_map, s->picture);
	for (unsigned plane = 0; plane < PICTURE_PLANES; plane++)
		for (unsigned y = 16; y < picture_plane_height(s->picture, plane); y++)
			for (unsigned x = 0; x < picture_plane_width(s->picture, plane); x++) {
				uint8_t v =
					s->picture->plane[plane][y * s->picture->stride[plane] + x];

				assert_in_range(v, 16, plane ? 240 : 235);
			}
}

/* Everybody at every border of every picture: ASan looks on. */
static void test_clips(void **state)
{
	struct scene *s = *state;
	static const unsigned sizes[][2] = {{320, 240}, {336, 240}, {640, 480}};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct world *w = world_of(40);
		struct picture *p;

		assert_int_equal(picture_new(sizes[i][0], sizes[i][1], &p), 0);
		for (unsigned tick = 0; tick < 100; tick++) {
			move(w, 1);
			raster_draw(s->raster, w, tick % 3 ? SELF : 17, &with_map, p);
		}
		assert_true(checksum(p) != 0);
		picture_free(p);
		world_free(w);
	}
}

static void test_world_without_size_is_black(void **state)
{
	struct scene *s = *state;
	struct world *none;

	assert_int_equal(world_new(0, 0, &none), 0);
	raster_draw(s->raster, none, SELF, &with_map, s->picture);
	assert_int_equal(s->picture->plane[PICTURE_Y][100 * s->picture->stride[PICTURE_Y]], 16);
	assert_int_equal(s->picture->plane[PICTURE_CR][100 * s->picture->stride[PICTURE_CR]], 128);
	world_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_golden, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_equal_worlds_equal_pictures, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_scrolls_with_the_head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pair_ssim_spans_the_thresholds, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_rest_is_near_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ground_is_textured, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_map_is_a_choice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_limited_range, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clips, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_world_without_size_is_black, set_up,
						tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("raster", tests, NULL, NULL);
}
