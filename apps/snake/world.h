/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of the snake game as everybody sees it: a torus of cells, snakes, food. The rules
 * (world_game.h) change it in the cloud only, and only by the changes below; a replica at an edge
 * applies the same changes, which it gets as deltas (paper 001, section III C 3: a snapshot, then
 * state changes), and is therefore equal at equal ticks. Pure: no I/O, no clock.
 *
 * A snake is a chain of cells. Its head is on its way from its first cell to the next one in its
 * direction: phase eighths of the way. Its tail follows likewise, unless it grows. So motion is
 * smooth at WORLD_PHASES pictures a cell. Coordinates: x to the right, y down, from 0, both wrap
 * around.
 */
#ifndef BATON_APPS_SNAKE_WORLD_H
#define BATON_APPS_SNAKE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WORLD_SIDE_MIN = 32,
	WORLD_SIDE_MAX = 512,
	WORLD_SNAKES_MAX = 320,
	WORLD_LENGTH_MAX = 256, /* cells of a snake: a power of two */
	WORLD_FOOD_MAX = 1024,
	WORLD_PHASES = 8,
	WORLD_NOBODY = 0xffff,
	WORLD_CHECK_TICKS = 64, /* deltas of ticks that this divides carry the world's checksum */
	WORLD_ENCODED_MAX =
		10 + WORLD_SNAKES_MAX * (16 + WORLD_LENGTH_MAX / 4) + WORLD_FOOD_MAX * 4,
	WORLD_CHANGES_MAX = 4096, /* of one tick */
	WORLD_DELTA_MAX = 7 + WORLD_CHANGES_MAX * 9,
};

enum world_direction { WORLD_UP, WORLD_RIGHT, WORLD_DOWN, WORLD_LEFT };

enum world_state {
	WORLD_ABSENT, /* nobody has this number */
	WORLD_DEAD,   /* waits for its next life; its first cell is where it died (the camera stays
			 there) */
	WORLD_ALIVE
};

struct world_cell {
	uint16_t x, y;
};

struct world_snake {
	uint8_t state; /* enum world_state */
	uint8_t dir;   /* enum world_direction: the way from its first cell on */
	uint8_t phase; /* 0 to WORLD_PHASES - 1 */
	bool bot, resting;
	uint16_t length; /* cells; 0 while dead */
	uint16_t growth; /* cells that its tail will not give up yet */
	uint32_t score;	 /* food eaten in this life */
	uint16_t first;	 /* index of the head's cell in the ring; see world_snake_cell */
	struct world_cell ring[WORLD_LENGTH_MAX];
};

/* What is in a cell. A snake may lie on one cell more than once (crossing itself), two snakes never
 * on the same. */
struct world_square {
	uint16_t owner;	 /* number of a snake, or WORLD_NOBODY */
	uint16_t layers; /* how often the owner lies here */
	bool food;
};

/* In eighths of a cell, from 0 to side * WORLD_PHASES - 1. The middle of cell (x, y) at phase 0 is
 * (x * 8, y * 8). */
struct world_point {
	int32_t x, y;
};

struct world {
	uint32_t tick;
	uint16_t width, height;	     /* 0 until the first world_decode */
	struct world_square *square; /* width * height, row by row */
	struct world_snake *snake;   /* WORLD_SNAKES_MAX, index = number of the snake = player id */
	uint16_t food_count;
	struct world_cell food[WORLD_FOOD_MAX];
};

/**
 * world_new - an empty world
 * @width, @height: WORLD_SIDE_MIN to WORLD_SIDE_MAX; both 0: a replica that gets its size by
 * world_decode Return: 0, -EINVAL, -ENOMEM
 */
int world_new(uint16_t width, uint16_t height, struct world **ret_world);
void world_free(struct world *w);
/* Empty it (world_clear), at another size (world_resize; 0 or -ENOMEM, unchanged then). The tick
 * stays. */
void world_clear(struct world *w);
int world_resize(struct world *w, uint16_t width, uint16_t height);

/* ---- what a renderer asks ---- */

/* @x and @y may be anything: they wrap */
const struct world_square *world_at(const struct world *w, int x, int y);
/* the snake, or NULL when there is none of that number (or it is absent) */
const struct world_snake *world_snake(const struct world *w, unsigned id);
/* cell @k of a snake, 0 the head's, up to length - 1; k = 0 is valid for a dead one, too */
struct world_cell world_snake_cell(const struct world_snake *s, unsigned k);
/* Where the head's and the tail's end are drawn, wrapped */
struct world_point world_head(const struct world *w, const struct world_snake *s);
struct world_point world_tail(const struct world *w, const struct world_snake *s);
/* The cell next to @c */
struct world_cell world_next(const struct world *w, struct world_cell c, enum world_direction dir);
/* The shortest way from @from to @to on a ring of @side (cells, or eighths when all three are):
 * -side/2 to side/2 */
int world_way(int from, int to, int side);

/* ---- the codec: what SNAPSHOT and DELTA carry ---- */

/* Every difference between two ticks is a list of these. */
enum world_change_kind {
	WORLD_MOVE = 1, /* id, dir, phase, resting; advanced: its head has come to the next cell in
			   dir */
	WORLD_JOIN,	/* id, bot: a number is taken, its snake still dead */
	WORLD_SPAWN,	/* id, dir, cell of the head, length (the body lies straight behind it) */
	WORLD_DIE,	/* id: its body is gone */
	WORLD_LEAVE,	/* id: the number is free */
	WORLD_FOOD,	/* cell */
	WORLD_EAT, /* cell, id: the food there is gone, the snake's score and growth are one more */
};

struct world_change {
	uint8_t kind;
	uint8_t dir, phase;
	bool advanced, resting, bot;
	uint8_t length;
	uint16_t id;
	struct world_cell cell;
};

/** world_change_apply - Return: 0, or -EBADMSG when it does not fit this world, which is then as it
 * was */
int world_change_apply(struct world *w, const struct world_change *c);

/** world_encode - the whole world without its tick; Return: octets (at most WORLD_ENCODED_MAX),
 * -ENOBUFS */
int world_encode(const struct world *w, uint8_t *buf, size_t size);
/**
 * world_decode - replace @w by an encoded world and @tick
 * Return: 0, -EBADMSG (the world has no snakes and no food then), -ENOMEM
 */
int world_decode(struct world *w, uint32_t tick, const uint8_t *bytes, size_t len);

/* Of everything that world_encode writes: FNV-1a, 32 bits */
uint32_t world_checksum(const struct world *w);

/**
 * world_delta_encode - what a DELTA carries after tick and last input
 * @w: the world after the changes; its tick says whether a checksum goes along
 * Return: octets (at most WORLD_DELTA_MAX), -ENOBUFS
 */
int world_delta_encode(const struct world *w, const struct world_change *change, size_t count,
		       uint8_t *buf, size_t size);
/**
 * world_delta_apply - bring a replica from tick - 1 to @tick
 *
 * Return: 0; -ESTALE: the world is not at tick - 1 (unchanged); -EBADMSG: malformed, or it does not
 * fit this world; -EILSEQ: applied, but the checksum is another. After any of them the replica has
 * to ask for a snapshot.
 */
int world_delta_apply(struct world *w, uint32_t tick, const uint8_t *bytes, size_t len);

#endif
