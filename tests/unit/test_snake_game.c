// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of the snake game: what inputs do, life and death, that the same seed and inputs give
 * the same worlds, and that a replica fed with deltas never differs.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/snake/world_game.h"
#include "tests/unit/snake_world.h"

enum { HZ = 60, DELTA_SMALL = 600 };

static struct game *game(uint16_t side, uint16_t bots, uint64_t seed)
{
	struct game_config config = {
		.width = side, .height = side, .bots = bots, .tick_hz = HZ, .seed = seed};
	struct game *g;

	assert_int_equal(game_new(&config, &g), 0);
	return g;
}

static const struct world_snake *player(struct game *g, unsigned id)
{
	return world_snake(game_world(g), id);
}

/* In a world of its own, on its way in the middle of a cell */
static unsigned alone(struct game **ret_game)
{
	unsigned id;

	*ret_game = game(64, 0, 7);
	id = (unsigned)game_join(*ret_game);
	assert_null(player(*ret_game, id));
	game_tick(*ret_game);
	while (player(*ret_game, id)->phase)
		game_tick(*ret_game);
	return id;
}

static void ticks(struct game *g, unsigned n)
{
	while (n--)
		game_tick(g);
}

static void configurations_out_of_range_are_refused(void **state)
{
	struct game_config c = {.width = 64, .height = 64, .bots = 1, .tick_hz = HZ};
	struct game *g;

	c.bots = GAME_BOTS_MAX + 1;
	assert_int_equal(game_new(&c, &g), -EINVAL);
	c.bots = 1;
	c.tick_hz = 0;
	assert_int_equal(game_new(&c, &g), -EINVAL);
	c.tick_hz = HZ;
	c.width = c.height = 0;
	assert_int_equal(game_new(&c, &g), -EINVAL);
}

static void a_snake_goes_on_by_itself(void **state)
{
	struct game *g;
	unsigned id = alone(&g);
	struct world_point from = world_head(game_world(g), player(g, id)), to;

	ticks(g, 20);
	to = world_head(game_world(g), player(g, id));
	assert_int_equal(abs(world_way(from.x, to.x, 512)) + abs(world_way(from.y, to.y, 512)), 20);
	game_free(g);
}

static void a_rest_is_at_once_and_ends_by_go(void **state)
{
	struct game *g;
	unsigned id = alone(&g);
	uint32_t sum;

	ticks(g, 3);
	game_input(g, id, INPUT_REST);
	game_tick(g);
	assert_true(player(g, id)->resting);
	assert_int_equal(player(g, id)->phase, 3);
	ticks(g, 10);
	assert_int_equal(player(g, id)->phase, 3);
	game_input(g, id, INPUT_NONE);
	ticks(g, 1);
	assert_true(player(g, id)->resting);
	sum = world_checksum(game_world(g));
	game_tick(g);
	assert_int_equal(world_checksum(game_world(g)), sum);
	game_input(g, id, INPUT_GO);
	game_tick(g);
	assert_false(player(g, id)->resting);
	assert_int_equal(player(g, id)->phase, 4);
	game_free(g);
}

static void turns_wait_for_the_middle_of_a_cell(void **state)
{
	struct game *g;
	unsigned id = alone(&g);
	unsigned dir = player(g, id)->dir;

	ticks(g, 2);
	game_input(g, id, INPUT_UP + ((dir + 1) & 3));
	game_input(g, id, INPUT_UP + ((dir + 2) & 3));
	game_input(g, id, INPUT_UP + ((dir + 3) & 3)); /* a third doesn't wait */
	ticks(g, 6);
	assert_int_equal(player(g, id)->phase, 0);
	assert_int_equal(player(g, id)->dir, dir);
	ticks(g, 1);
	assert_int_equal(player(g, id)->dir, (dir + 1) & 3);
	ticks(g, 8);
	assert_int_equal(player(g, id)->dir, (dir + 2) & 3);
	ticks(g, 8);
	assert_int_equal(player(g, id)->dir, (dir + 2) & 3);
	game_free(g);
}

static void nobody_turns_back_on_the_spot(void **state)
{
	struct game *g;
	unsigned id = alone(&g);
	unsigned dir = player(g, id)->dir;

	game_input(g, id, INPUT_UP + ((dir + 2) & 3));
	ticks(g, 30);
	assert_int_equal(player(g, id)->dir, dir);
	game_free(g);
}

static void a_turn_ends_a_rest(void **state)
{
	struct game *g;
	unsigned id = alone(&g);
	unsigned dir = player(g, id)->dir;

	game_input(g, id, INPUT_REST);
	game_tick(g);
	game_input(g, id, INPUT_UP + ((dir + 1) & 3));
	game_tick(g);
	assert_false(player(g, id)->resting);
	assert_int_equal(player(g, id)->dir, (dir + 1) & 3);
	game_free(g);
}

/* In a small crowded world everything happens: snakes eat, die, leave remains, and live again */
static void life_and_death(void **state)
{
	struct game *g = game(32, 24, 3);
	unsigned deaths = 0, births = 0, eaten = 0, longest = 0;
	uint8_t was[WORLD_SNAKES_MAX] = {0};
	uint32_t died[WORLD_SNAKES_MAX] = {0}, score[WORLD_SNAKES_MAX] = {0};

	for (uint32_t t = 1; t <= 6000; t++) {
		game_tick(g);
		for (unsigned i = 0; i < 24; i++) {
			const struct world_snake *s = player(g, i);

			if (was[i] == WORLD_ALIVE && s->state == WORLD_DEAD) {
				deaths++;
				died[i] = t;
			}
			if (was[i] == WORLD_DEAD && s->state == WORLD_ALIVE && died[i]) {
				births++;
				assert_true(t - died[i] >= 2 * HZ);
				assert_int_equal(s->score, 0);
			}
			eaten += s->state == WORLD_ALIVE && s->score > score[i];
			score[i] = s->score;
			was[i] = s->state;
			longest = s->length > longest ? s->length : longest;
		}
		if (t % 100 == 0)
			assert_null(snake_world_wrong(game_world(g)));
	}
	print_message("# deaths %u, births %u, eaten %u, longest %u\n", deaths, births, eaten,
		      longest);
	assert_true(deaths > 10 && births > 10 && eaten > 100 && longest > 8);
	game_free(g);
}

static void bots_live_in_a_wide_world(void **state)
{
	struct game *g = game(256, 12, 1);
	unsigned rests = 0, score = 0;

	for (unsigned t = 0; t < 60 * HZ; t++) {
		game_tick(g);
		for (unsigned i = 0; i < 12; i++)
			rests += player(g, i) && player(g, i)->resting;
	}
	for (unsigned i = 0; i < 12; i++)
		score += player(g, i)->score;
	print_message("# a minute: score %u, resting %u of %u\n", score, rests, 12 * 60 * HZ);
	assert_true(score > 12 * 10);
	assert_true(rests > 12 * 60 * HZ / 100 && rests < 12 * 60 * HZ / 2);
	game_free(g);
}

static void numbers_are_bounded_and_come_again(void **state)
{
	struct game *g = game(512, 2, 1);
	int last = 0;

	for (int i = 2; i < WORLD_SNAKES_MAX; i++) {
		last = game_join(g);
		assert_int_equal(last, i);
	}
	assert_int_equal(game_join(g), -ENOSPC);
	ticks(g, 3);
	game_leave(g, 100);
	assert_int_equal(game_join(g), -ENOSPC);
	game_tick(g);
	assert_null(player(g, 100));
	assert_int_equal(game_join(g), 100);
	game_tick(g);
	assert_non_null(player(g, 100));
	/* who leaves before its first tick was never there */
	game_leave(g, 100);
	game_tick(g);
	assert_int_equal(game_join(g), 100);
	game_leave(g, 100);
	game_tick(g);
	assert_null(player(g, 100));
	game_free(g);
}

/* ---- the same again, and a replica ---- */

static uint64_t random_next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Players come, go, and do anything */
static void meddle(struct game *g, uint64_t *x, bool *in)
{
	uint64_t dice = random_next(x);
	unsigned id = 12 + (unsigned)(dice >> 8) % 8;

	if (dice % 16 == 0 && !in[id]) {
		int got = game_join(g);

		if (got >= 12 && got < 20)
			in[got] = true;
		else if (got >= 0)
			game_leave(g, (unsigned)got);
	} else if (dice % 256 == 1 && in[id]) {
		game_leave(g, id);
		in[id] = false;
	} else if (in[id] && dice % 4 == 2) {
		game_input(g, id, (enum state_input_kind)((dice >> 16) % INPUT_KINDS));
	}
}

static uint32_t play(uint64_t seed, uint64_t chance, unsigned n)
{
	struct game *g = game(64, 12, seed);
	bool in[WORLD_SNAKES_MAX] = {0};
	uint32_t sum;

	while (n--) {
		meddle(g, &chance, in);
		game_tick(g);
	}
	sum = world_checksum(game_world(g));
	game_free(g);
	return sum;
}

static void the_same_seed_and_inputs_give_the_same_world(void **state)
{
	assert_int_equal(play(5, 99, 3000), play(5, 99, 3000));
	assert_int_not_equal(play(5, 99, 3000), play(6, 99, 3000));
	assert_int_not_equal(play(5, 99, 3000), play(5, 98, 3000));
}

static void a_replica_never_differs(void **state)
{
	struct game *g = game(64, 12, 11);
	uint8_t world[WORLD_ENCODED_MAX], delta[WORLD_DELTA_MAX];
	bool in[WORLD_SNAKES_MAX] = {0};
	uint64_t chance = 4711, octets = 0;
	struct world *replica;
	int most = 0, len;

	assert_int_equal(world_new(0, 0, &replica), 0);
	len = world_encode(game_world(g), world, sizeof(world));
	assert_int_equal(world_decode(replica, game_world(g)->tick, world, (size_t)len), 0);
	for (unsigned t = 0; t < 10000; t++) {
		meddle(g, &chance, in);
		game_tick(g);
		len = game_delta(g, delta, sizeof(delta));
		assert_true(len > 0);
		assert_int_equal(
			world_delta_apply(replica, game_world(g)->tick, delta, (size_t)len), 0);
		most = len > most ? len : most;
		octets += (uint64_t)len;
		if (t % 50 == 0)
			assert_int_equal(world_checksum(replica), world_checksum(game_world(g)));
		if (t % 1000 == 0)
			assert_null(snake_world_wrong(replica));
	}
	print_message("# octets a delta: mean %llu, most %d\n",
		      (unsigned long long)(octets / 10000), most);
	assert_true(octets / 10000 < 200 && most < DELTA_SMALL);
	world_free(replica);
	game_free(g);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations_out_of_range_are_refused),
		cmocka_unit_test(a_snake_goes_on_by_itself),
		cmocka_unit_test(a_rest_is_at_once_and_ends_by_go),
		cmocka_unit_test(turns_wait_for_the_middle_of_a_cell),
		cmocka_unit_test(nobody_turns_back_on_the_spot),
		cmocka_unit_test(a_turn_ends_a_rest),
		cmocka_unit_test(life_and_death),
		cmocka_unit_test(bots_live_in_a_wide_world),
		cmocka_unit_test(numbers_are_bounded_and_come_again),
		cmocka_unit_test(the_same_seed_and_inputs_give_the_same_world),
		cmocka_unit_test(a_replica_never_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
