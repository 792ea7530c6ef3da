// SPDX-License-Identifier: Apache-2.0
/*
 * The world and its changes as octets.
 *
 * World: u16 width, u16 height, u16 snakes, u16 food; then each snake that is there, by number:
 * u16 number, u8 what (bits 0-1 direction, 2-4 phase, 5 resting, 6 bot, 7 alive), u16 length, u16
 * growth, u32 score, u16 x, u16 y of its first cell, and for each further cell two bits (from the
 * highest), the direction in which it lies from the one before; then each food, u16 x, u16 y.
 *
 * Delta: u8 flags (bit 0: a checksum follows), u32 checksum if so, u16 number of changes; each: u8
 * kind, then by kind: u16 number, u16 x, u16 y, u8 direction or what, u8 length.
 */
#include <errno.h>

#include "apps/snake/world.h"
#include "lib/wire.h"

enum {
	WHAT_RESTING = 1 << 5,
	WHAT_BOT = 1 << 6,
	WHAT_ALIVE = 1 << 7,
	CHANGE_ADVANCED = 1 << 6,
	CHANGE_BOT = 1 << 0,
	DELTA_CHECKED = 1 << 0,
};

/* ---- the world ---- */

static void put_cell(struct wire_writer *w, struct world_cell c)
{
	wire_put_number(w, c.x, 2);
	wire_put_number(w, c.y, 2);
}

static struct world_cell get_cell(struct wire_reader *r)
{
	struct world_cell c;

	c.x = wire_get_u16(r);
	c.y = wire_get_u16(r);
	return c;
}

static uint8_t direction_of(const struct world *w, struct world_cell a, struct world_cell b)
{
	for (uint8_t dir = WORLD_UP; dir < WORLD_LEFT; dir++) {
		struct world_cell n = world_next(w, a, dir);

		if (n.x == b.x && n.y == b.y)
			return dir;
	}
	return WORLD_LEFT;
}

static void put_body(const struct world *w, const struct world_snake *s, struct wire_writer *out)
{
	uint8_t octet = 0;
	unsigned k;

	for (k = 1; k < s->length; k++) {
		octet = (uint8_t)(octet << 2 | direction_of(w, world_snake_cell(s, k - 1),
							    world_snake_cell(s, k)));
		if (k % 4 == 0)
			wire_put_number(out, octet, 1);
	}
	for (; (k - 1) % 4; k++) {
		octet = (uint8_t)(octet << 2);
		if (k % 4 == 0)
			wire_put_number(out, octet, 1);
	}
}

static void put_snake(const struct world *w, unsigned id, struct wire_writer *out)
{
	const struct world_snake *s = &w->snake[id];
	uint8_t what =
		(uint8_t)(s->dir | s->phase << 2 | (s->resting ? WHAT_RESTING : 0) |
			  (s->bot ? WHAT_BOT : 0) | (s->state == WORLD_ALIVE ? WHAT_ALIVE : 0));

	wire_put_number(out, id, 2);
	wire_put_number(out, what, 1);
	wire_put_number(out, s->length, 2);
	wire_put_number(out, s->growth, 2);
	wire_put_number(out, s->score, 4);
	put_cell(out, world_snake_cell(s, 0));
	put_body(w, s, out);
}

int world_encode(const struct world *w, uint8_t *buf, size_t size)
{
	struct wire_writer out = {.at = buf, .end = buf + size};
	uint16_t snakes = 0;

	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++)
		snakes += w->snake[i].state != WORLD_ABSENT;
	wire_put_number(&out, w->width, 2);
	wire_put_number(&out, w->height, 2);
	wire_put_number(&out, snakes, 2);
	wire_put_number(&out, w->food_count, 2);
	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++)
		if (w->snake[i].state != WORLD_ABSENT)
			put_snake(w, i, &out);
	for (unsigned i = 0; i < w->food_count; i++)
		put_cell(&out, w->food[i]);
	return out.full ? -ENOBUFS : (int)(out.at - buf);
}

/* Lays cell @c down as the snake's next one; -EBADMSG: another snake lies there */
static int lay(struct world *w, struct world_snake *s, uint16_t id, unsigned k, struct world_cell c)
{
	struct world_square *q = &w->square[c.y * w->width + c.x];

	if (q->owner != WORLD_NOBODY && q->owner != id)
		return -EBADMSG;
	q->owner = id;
	q->layers++;
	s->ring[k] = c;
	return 0;
}

static int get_body(struct world *w, struct world_snake *s, uint16_t id, struct world_cell at,
		    struct wire_reader *r)
{
	const uint8_t *octet = wire_get(r, (s->length + 2u) / 4);
	int ret = octet ? lay(w, s, id, 0, at) : -EBADMSG;

	for (unsigned k = 1; k < s->length && ret == 0; k++) {
		at = world_next(w, at, octet[(k - 1) / 4] >> (6 - (k - 1) % 4 * 2) & 3);
		ret = lay(w, s, id, k, at);
	}
	return ret;
}

/* Snakes stand by their numbers, each once: @next is the lowest that may come */
static int get_snake(struct world *w, unsigned *next, struct wire_reader *r)
{
	uint16_t id = wire_get_u16(r);
	uint8_t what = wire_get_u8(r);
	struct world_snake s = {
		.state = what & WHAT_ALIVE ? WORLD_ALIVE : WORLD_DEAD,
		.dir = what & 3,
		.phase = what >> 2 & 7,
		.resting = what & WHAT_RESTING,
		.bot = what & WHAT_BOT,
	};
	struct world_cell at;

	s.length = wire_get_u16(r);
	s.growth = wire_get_u16(r);
	s.score = wire_get_u32(r);
	at = get_cell(r);
	if (r->bad || id < *next || id >= WORLD_SNAKES_MAX || at.x >= w->width || at.y >= w->height)
		return -EBADMSG;
	if (s.length > WORLD_LENGTH_MAX || s.growth > WORLD_LENGTH_MAX - s.length ||
	    (s.state == WORLD_ALIVE) != (s.length > 0) || (!s.length && (s.growth || s.resting)))
		return -EBADMSG;
	*next = id + 1u;
	w->snake[id] = s;
	if (s.length)
		return get_body(w, &w->snake[id], id, at, r);
	w->snake[id].ring[0] = at;
	return 0;
}

static int get_food(struct world *w, struct wire_reader *r)
{
	struct world_change c = {.kind = WORLD_FOOD, .cell = get_cell(r)};

	return r->bad ? -EBADMSG : world_change_apply(w, &c);
}

static bool side_ok(uint16_t side)
{
	return side >= WORLD_SIDE_MIN && side <= WORLD_SIDE_MAX;
}

int world_decode(struct world *w, uint32_t tick, const uint8_t *bytes, size_t len)
{
	struct wire_reader r = {.at = bytes, .end = bytes + len};
	uint16_t width = wire_get_u16(&r), height = wire_get_u16(&r);
	uint16_t snakes = wire_get_u16(&r), food = wire_get_u16(&r);
	unsigned next = 0;
	int ret;

	world_clear(w);
	if (r.bad || !side_ok(width) || !side_ok(height))
		return -EBADMSG;
	ret = world_resize(w, width, height);
	for (unsigned i = 0; i < snakes && ret == 0; i++)
		ret = get_snake(w, &next, &r);
	for (unsigned i = 0; i < food && ret == 0; i++)
		ret = get_food(w, &r);
	if (ret == 0 && wire_left(&r))
		ret = -EBADMSG;
	if (ret < 0)
		world_clear(w);
	else
		w->tick = tick;
	return ret;
}

uint32_t world_checksum(const struct world *w)
{
	uint8_t bytes[WORLD_ENCODED_MAX];
	int len = world_encode(w, bytes, sizeof bytes);
	uint32_t sum = 2166136261u;

	for (int i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * 16777619u;
	return sum;
}

/* ---- a delta ---- */

static void put_change(struct wire_writer *out, const struct world_change *c)
{
	wire_put_number(out, c->kind, 1);
	if (c->kind != WORLD_FOOD)
		wire_put_number(out, c->id, 2);
	if (c->kind == WORLD_FOOD || c->kind == WORLD_EAT || c->kind == WORLD_SPAWN)
		put_cell(out, c->cell);
	if (c->kind == WORLD_MOVE)
		wire_put_number(out,
				(uint8_t)(c->dir | c->phase << 2 | (c->resting ? WHAT_RESTING : 0) |
					  (c->advanced ? CHANGE_ADVANCED : 0)),
				1);
	if (c->kind == WORLD_SPAWN)
		wire_put_number(out, c->dir, 1);
	if (c->kind == WORLD_SPAWN)
		wire_put_number(out, c->length, 1);
	if (c->kind == WORLD_JOIN)
		wire_put_number(out, c->bot ? CHANGE_BOT : 0, 1);
}

static void get_move(struct world_change *c, uint8_t what)
{
	c->dir = what & 3;
	c->phase = what >> 2 & 7;
	c->resting = what & WHAT_RESTING;
	c->advanced = what & CHANGE_ADVANCED;
}

static int get_change(struct wire_reader *r, struct world_change *c)
{
	*c = (struct world_change){.kind = wire_get_u8(r)};
	if (c->kind < WORLD_MOVE || c->kind > WORLD_EAT)
		return -EBADMSG;
	if (c->kind != WORLD_FOOD)
		c->id = wire_get_u16(r);
	if (c->kind == WORLD_FOOD || c->kind == WORLD_EAT || c->kind == WORLD_SPAWN)
		c->cell = get_cell(r);
	if (c->kind == WORLD_MOVE)
		get_move(c, wire_get_u8(r));
	if (c->kind == WORLD_SPAWN)
		c->dir = wire_get_u8(r);
	if (c->kind == WORLD_SPAWN)
		c->length = wire_get_u8(r);
	if (c->kind == WORLD_JOIN)
		c->bot = wire_get_u8(r) & CHANGE_BOT;
	return r->bad ? -EBADMSG : 0;
}

int world_delta_encode(const struct world *w, const struct world_change *change, size_t count,
		       uint8_t *buf, size_t size)
{
	struct wire_writer out = {.at = buf, .end = buf + size};
	bool checked = w->tick % WORLD_CHECK_TICKS == 0;

	if (count > WORLD_CHANGES_MAX)
		return -ENOBUFS;
	wire_put_number(&out, checked ? DELTA_CHECKED : 0, 1);
	if (checked)
		wire_put_number(&out, world_checksum(w), 4);
	wire_put_number(&out, count, 2);
	for (size_t i = 0; i < count; i++)
		put_change(&out, &change[i]);
	return out.full ? -ENOBUFS : (int)(out.at - buf);
}

int world_delta_apply(struct world *w, uint32_t tick, const uint8_t *bytes, size_t len)
{
	struct wire_reader r = {.at = bytes, .end = bytes + len};
	bool checked = wire_get_u8(&r) & DELTA_CHECKED;
	uint32_t sum = checked ? wire_get_u32(&r) : 0;
	uint16_t count = wire_get_u16(&r);
	struct world_change c;

	if (!w->square || tick != w->tick + 1)
		return -ESTALE;
	if (r.bad || count > WORLD_CHANGES_MAX)
		return -EBADMSG;
	for (unsigned i = 0; i < count; i++)
		if (get_change(&r, &c) < 0 || world_change_apply(w, &c) < 0)
			return -EBADMSG;
	if (wire_left(&r))
		return -EBADMSG;
	w->tick = tick;
	return checked && sum != world_checksum(w) ? -EILSEQ : 0;
}
