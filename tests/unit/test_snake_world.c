// SPDX-License-Identifier: Apache-2.0
/* The world of the snake game: its queries, its changes, its octets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/snake_world.h"

enum { SIDE = 64 };

static struct world *fresh(void)
{
	struct world *w;

	assert_int_equal(world_new(SIDE, SIDE, &w), 0);
	return w;
}

static int apply(struct world *w, struct world_change c)
{
	int r = world_change_apply(w, &c);
	const char *wrong = snake_world_wrong(w);

	if (wrong)
		fail_msg("%s", wrong);
	return r;
}

static int join(struct world *w, uint16_t id)
{
	return apply(w, (struct world_change){.kind = WORLD_JOIN, .id = id});
}

static int spawn(struct world *w, uint16_t id, uint16_t x, uint16_t y, uint8_t dir)
{
	return apply(
		w, (struct world_change){
			   .kind = WORLD_SPAWN, .id = id, .cell = {x, y}, .dir = dir, .length = 3});
}

static int step(struct world *w, uint16_t id, uint8_t dir, uint8_t phase, bool advanced)
{
	return apply(w, (struct world_change){.kind = WORLD_MOVE,
					      .id = id,
					      .dir = dir,
					      .phase = phase,
					      .advanced = advanced});
}

static int food(struct world *w, uint16_t x, uint16_t y)
{
	return apply(w, (struct world_change){.kind = WORLD_FOOD, .cell = {x, y}});
}

static int eat(struct world *w, uint16_t id, uint16_t x, uint16_t y)
{
	return apply(w, (struct world_change){.kind = WORLD_EAT, .id = id, .cell = {x, y}});
}

static int plain(struct world *w, uint8_t kind, uint16_t id)
{
	return apply(w, (struct world_change){.kind = kind, .id = id});
}

/* ---- queries ---- */

static void sizes_are_bounded(void **state)
{
	struct world *w;

	assert_int_equal(world_new(31, 64, &w), -EINVAL);
	assert_int_equal(world_new(64, 513, &w), -EINVAL);
	assert_int_equal(world_new(0, 64, &w), -EINVAL);
	assert_int_equal(world_new(0, 0, &w), 0);
	assert_int_equal(world_at(w, 3, 3)->owner, WORLD_NOBODY);
	assert_int_equal(food(w, 0, 0), -EBADMSG);
	world_free(w);
}

static void coordinates_wrap(void **state)
{
	struct world *w = fresh();
	struct world_cell c = {0, SIDE - 1};

	assert_int_equal(food(w, 63, 0), 0);
	assert_true(world_at(w, -1, 0)->food && world_at(w, 127, -64)->food);
	assert_int_equal(world_next(w, c, WORLD_LEFT).x, SIDE - 1);
	assert_int_equal(world_next(w, c, WORLD_DOWN).y, 0);
	assert_int_equal(world_way(1, 63, 64), -2);
	assert_int_equal(world_way(63, 1, 64), 2);
	assert_int_equal(world_way(0, 32, 64), 32);
	world_free(w);
}

static void heads_and_tails_move_by_eighths(void **state)
{
	struct world *w = fresh();
	const struct world_snake *s;

	join(w, 4);
	assert_int_equal(spawn(w, 4, 63, 10, WORLD_RIGHT), 0);
	s = world_snake(w, 4);
	assert_int_equal(world_head(w, s).x, 63 * 8);
	assert_int_equal(world_tail(w, s).x, 61 * 8);
	step(w, 4, WORLD_RIGHT, 5, false);
	assert_int_equal(world_head(w, s).x, 63 * 8 + 5);
	assert_int_equal(world_tail(w, s).x, 61 * 8 + 5);
	step(w, 4, WORLD_RIGHT, 0, true);
	assert_int_equal(world_head(w, s).x, 0);
	assert_int_equal(world_head(w, s).y, 80);
	assert_int_equal(world_tail(w, s).x, 62 * 8);
	/* up at the next one */
	step(w, 4, WORLD_UP, 3, false);
	assert_int_equal(world_head(w, s).x, 0);
	assert_int_equal(world_head(w, s).y, 77);
	world_free(w);
}

static void a_growing_tail_stands(void **state)
{
	struct world *w = fresh();
	const struct world_snake *s;

	join(w, 0);
	spawn(w, 0, 10, 10, WORLD_RIGHT);
	food(w, 10, 10);
	assert_int_equal(eat(w, 0, 10, 10), 0);
	s = world_snake(w, 0);
	step(w, 0, WORLD_RIGHT, 4, false);
	assert_int_equal(world_tail(w, s).x, 8 * 8);
	step(w, 0, WORLD_RIGHT, 0, true);
	assert_int_equal(s->length, 4);
	assert_int_equal(s->score, 1);
	assert_int_equal(world_tail(w, s).x, 8 * 8);
	step(w, 0, WORLD_RIGHT, 0, true);
	assert_int_equal(s->length, 4);
	world_free(w);
}

static void a_snake_may_cross_itself(void **state)
{
	struct world *w = fresh();

	join(w, 0);
	spawn(w, 0, 10, 10, WORLD_RIGHT);
	for (uint16_t i = 0; i < 3; i++) {
		food(w, i, 0);
		eat(w, 0, i, 0);
	}
	step(w, 0, WORLD_RIGHT, 0, true);
	step(w, 0, WORLD_DOWN, 0, true);
	step(w, 0, WORLD_LEFT, 0, true);
	assert_int_equal(step(w, 0, WORLD_UP, 0, true), 0);
	assert_int_equal(world_at(w, 10, 10)->layers, 2);
	for (int i = 0; i < 8; i++)
		step(w, 0, WORLD_UP, 0, true);
	assert_int_equal(world_at(w, 10, 10)->layers, 0);
	world_free(w);
}

/* ---- what doesn't fit is refused, and nothing has changed ---- */

static void misfits_are_refused(void **state)
{
	struct world *w = fresh();
	uint32_t sum;

	assert_int_equal(step(w, 1, WORLD_UP, 0, true), -EBADMSG); /* nobody */
	assert_int_equal(spawn(w, 1, 5, 5, WORLD_UP), -EBADMSG);
	join(w, 1);
	join(w, 2);
	assert_int_equal(plain(w, WORLD_DIE, 1), -EBADMSG); /* dead already */
	spawn(w, 1, 5, 5, WORLD_UP);
	food(w, 9, 9);
	sum = world_checksum(w);
	assert_int_equal(join(w, 1), -EBADMSG);
	assert_int_equal(join(w, WORLD_SNAKES_MAX), -EBADMSG);
	assert_int_equal(spawn(w, 1, 20, 20, WORLD_UP), -EBADMSG);
	assert_int_equal(spawn(w, 2, 4, 6, WORLD_LEFT), -EBADMSG); /* over another */
	assert_int_equal(spawn(w, 2, SIDE, 0, WORLD_LEFT), -EBADMSG);
	assert_int_equal(step(w, 1, 4, 1, false), -EBADMSG);
	assert_int_equal(step(w, 1, WORLD_UP, 8, false), -EBADMSG);
	assert_int_equal(step(w, 1, WORLD_UP, 1, true), -EBADMSG);
	assert_int_equal(plain(w, WORLD_LEAVE, 1), -EBADMSG); /* alive */
	assert_int_equal(food(w, 9, 9), -EBADMSG);
	assert_int_equal(food(w, 0, SIDE), -EBADMSG);
	assert_int_equal(eat(w, 1, 8, 9), -EBADMSG);
	assert_int_equal(eat(w, 2, 9, 9), -EBADMSG);
	assert_int_equal(plain(w, 0, 1), -EBADMSG);
	assert_int_equal(plain(w, WORLD_EAT + 1, 1), -EBADMSG);
	assert_int_equal(world_checksum(w), sum);
	/* and where another lies */
	spawn(w, 2, 4, 5, WORLD_DOWN);
	sum = world_checksum(w);
	assert_int_equal(step(w, 2, WORLD_RIGHT, 0, true), -EBADMSG);
	assert_int_equal(world_checksum(w), sum);
	world_free(w);
}

static void food_is_bounded(void **state)
{
	struct world *w = fresh();

	for (uint16_t i = 0; i < WORLD_FOOD_MAX; i++)
		assert_int_equal(
			world_change_apply(w, &(struct world_change){.kind = WORLD_FOOD,
								     .cell = {i % SIDE, i / SIDE}}),
			0);
	assert_int_equal(food(w, 63, 63), -EBADMSG);
	world_free(w);
}

static void growth_is_bounded(void **state)
{
	struct world *w = fresh();

	join(w, 0);
	spawn(w, 0, 10, 10, WORLD_RIGHT);
	for (int i = 0; i < 300; i++) {
		food(w, 0, 0);
		eat(w, 0, 0, 0);
	}
	assert_int_equal(w->snake[0].growth, WORLD_LENGTH_MAX - 3);
	assert_int_equal(w->snake[0].score, 300);
	for (int i = 0; i < 300; i++)
		assert_int_equal(step(w, 0, WORLD_RIGHT, 0, true), 0);
	assert_int_equal(w->snake[0].length, WORLD_LENGTH_MAX);
	world_free(w);
}

/* ---- octets ---- */

/* Snake 3 alive at (2, 1) going right, resting, phase 0, length 3, body to the left; 5 dead at (0,
 * 0); food (9, 8) */
static const uint8_t golden[] = {
	0, 64, 0,    64, 0, 2, 0, 1,				/* size, snakes, food */
	0, 3,  0xa1, 0,	 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0xf0, /* left, left */
	0, 5,  0x40, 0,	 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	9, 0, 8,
};

static struct world *golden_world(void)
{
	struct world *w = fresh();

	join(w, 3);
	apply(w, (struct world_change){.kind = WORLD_JOIN, .id = 5, .bot = true});
	spawn(w, 3, 2, 1, WORLD_RIGHT);
	apply(w, (struct world_change){
			 .kind = WORLD_MOVE, .id = 3, .dir = WORLD_RIGHT, .resting = true});
	food(w, 9, 8);
	return w;
}

static void a_world_is_these_octets(void **state)
{
	struct world *w = golden_world();
	uint8_t bytes[WORLD_ENCODED_MAX];

	assert_int_equal(world_encode(w, bytes, sizeof(bytes)), sizeof(golden));
	assert_memory_equal(bytes, golden, sizeof(golden));
	for (size_t size = 0; size < sizeof(golden); size++)
		assert_int_equal(world_encode(w, bytes, size), -ENOBUFS);
	world_free(w);
}

static void a_replica_is_the_same_world(void **state)
{
	struct world *w = golden_world(), *copy;

	assert_int_equal(world_new(0, 0, &copy), 0);
	assert_int_equal(world_decode(copy, 77, golden, sizeof(golden)), 0);
	assert_null(snake_world_wrong(copy));
	assert_int_equal(copy->tick, 77);
	assert_int_equal(world_checksum(copy), world_checksum(w));
	assert_true(world_snake(copy, 3)->resting && world_snake(copy, 5)->bot);
	assert_int_equal(world_snake_cell(world_snake(copy, 3), 2).x, 0);
	assert_null(world_snake(copy, 4));
	world_free(copy);
	world_free(w);
}

static void no_mutilated_world_is_taken(void **state)
{
	uint8_t bytes[sizeof(golden) + 1];
	struct world *w = fresh();
	unsigned taken = 0;

	for (size_t len = 0; len < sizeof(golden); len++) {
		assert_int_equal(world_decode(w, 1, golden, len), -EBADMSG);
		assert_null(world_snake(w, 3));
		assert_int_equal(w->food_count, 0);
	}
	memcpy(bytes, golden, sizeof(golden));
	bytes[sizeof(golden)] = 0;
	assert_int_equal(world_decode(w, 1, bytes, sizeof(bytes)), -EBADMSG);
	/* any bit: refused, or a world in which all holds */
	for (size_t bit = 0; bit < 8 * sizeof(golden); bit++) {
		memcpy(bytes, golden, sizeof(golden));
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		taken += world_decode(w, 1, bytes, sizeof(golden)) == 0;
		assert_null(snake_world_wrong(w));
	}
	assert_true(taken > 0);
	world_free(w);
}

static void two_snakes_on_a_cell_are_refused(void **state)
{
	static const uint8_t both[] = {0, 64, 0, 64, 0, 2, 0, 0, 0, 1, 0x80, 0, 1,
				       0, 0,  0, 0,  0, 0, 0, 2, 0, 1, 0,    2, 0x80,
				       0, 1,  0, 0,  0, 0, 0, 0, 0, 2, 0,    1};
	struct world *w = fresh();

	assert_int_equal(world_decode(w, 1, both, sizeof(both)), -EBADMSG);
	assert_int_equal(world_at(w, 2, 1)->owner, WORLD_NOBODY);
	world_free(w);
}

static void a_delta_is_these_octets(void **state)
{
	static const struct world_change changes[] = {
		{.kind = WORLD_MOVE, .id = 3, .dir = WORLD_DOWN, .phase = 4, .resting = true},
		{.kind = WORLD_JOIN, .id = 7, .bot = true},
		{.kind = WORLD_SPAWN, .id = 7, .cell = {30, 31}, .dir = WORLD_LEFT, .length = 3},
		{.kind = WORLD_DIE, .id = 3},
		{.kind = WORLD_LEAVE, .id = 3},
		{.kind = WORLD_FOOD, .cell = {1, 2}},
		{.kind = WORLD_EAT, .cell = {1, 2}, .id = 7},
	};
	static const uint8_t octets[] = {
		0, 0, 7,			/* no checksum, seven changes */
		1, 0, 3, 0x32,			/* down, phase 4, resting */
		2, 0, 7, 1,			/* a bot */
		3, 0, 7, 0,    30, 0, 31, 3, 3, /* left, three cells */
		4, 0, 3, 5,    0,  3,		/* dies and leaves */
		6, 0, 1, 0,    2,  7, 0,  7, 0, 1, 0, 2,
	};
	struct world *w = golden_world();
	uint8_t bytes[256];

	w->tick = 9;
	assert_int_equal(world_delta_encode(w, changes, 7, bytes, sizeof(bytes)), sizeof(octets));
	assert_memory_equal(bytes, octets, sizeof(octets));
	assert_int_equal(world_delta_encode(w, changes, 7, bytes, sizeof(octets) - 1), -ENOBUFS);
	assert_int_equal(world_delta_apply(w, 11, octets, sizeof(octets)), -ESTALE);
	assert_int_equal(world_delta_apply(w, 9, octets, sizeof(octets)), -ESTALE);
	assert_int_equal(world_delta_apply(w, 10, octets, sizeof(octets)), 0);
	assert_int_equal(w->tick, 10);
	assert_null(world_snake(w, 3));
	assert_int_equal(world_snake(w, 7)->score, 1);
	assert_null(snake_world_wrong(w));
	world_free(w);
}

static void every_64th_delta_is_checked(void **state)
{
	struct world *w = golden_world(), *other = golden_world();
	uint8_t bytes[64];

	w->tick = 64;
	assert_int_equal(world_delta_encode(w, NULL, 0, bytes, sizeof(bytes)), 7);
	other->tick = 63;
	assert_int_equal(world_delta_apply(other, 64, bytes, 7), 0);
	other->tick = 63;
	other->snake[3].score++;
	assert_int_equal(world_delta_apply(other, 64, bytes, 7), -EILSEQ);
	world_free(other);
	world_free(w);
}

static void no_mutilated_delta_is_taken_whole(void **state)
{
	static const struct world_change move = {
		.kind = WORLD_MOVE, .id = 3, .dir = WORLD_RIGHT, .advanced = true};
	uint8_t bytes[64], mutilated[64];
	struct world *w = golden_world();
	int len;

	w->tick = 0;
	len = world_delta_encode(w, &move, 1, bytes, sizeof(bytes));
	assert_int_equal(len, 11);
	for (int cut = 0; cut < len; cut++) {
		w->tick = UINT32_MAX; /* the tick before 0 */
		assert_int_equal(world_delta_apply(w, 0, bytes, (size_t)cut), -EBADMSG);
		assert_null(snake_world_wrong(w));
	}
	for (int bit = 0; bit < 8 * len; bit++) {
		world_free(w);
		w = golden_world();
		memcpy(mutilated, bytes, sizeof(bytes));
		mutilated[bit / 8] ^= (uint8_t)(1u << bit % 8);
		w->tick = UINT32_MAX;
		world_delta_apply(w, 0, mutilated, (size_t)len);
		assert_null(snake_world_wrong(w));
	}
	world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(coordinates_wrap),
		cmocka_unit_test(heads_and_tails_move_by_eighths),
		cmocka_unit_test(a_growing_tail_stands),
		cmocka_unit_test(a_snake_may_cross_itself),
		cmocka_unit_test(misfits_are_refused),
		cmocka_unit_test(food_is_bounded),
		cmocka_unit_test(growth_is_bounded),
		cmocka_unit_test(a_world_is_these_octets),
		cmocka_unit_test(a_replica_is_the_same_world),
		cmocka_unit_test(no_mutilated_world_is_taken),
		cmocka_unit_test(two_snakes_on_a_cell_are_refused),
		cmocka_unit_test(a_delta_is_these_octets),
		cmocka_unit_test(every_64th_delta_is_checked),
		cmocka_unit_test(no_mutilated_delta_is_taken_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
