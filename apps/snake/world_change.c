// SPDX-License-Identifier: Apache-2.0
/*
 * Changes applied to a world, by the rules in the cloud and by replicas at the edges alike. What
 * does not fit is refused before anything is touched: a replica may be handed anything.
 */
#include <errno.h>

#include "apps/snake/world.h"

static struct world_square *square_at(struct world *w, struct world_cell c)
{
	return &w->square[c.y * w->width + c.x];
}

static void lie(struct world *w, struct world_cell c, uint16_t id)
{
	struct world_square *q = square_at(w, c);

	q->owner = id;
	q->layers++;
}

static void rise(struct world *w, struct world_cell c)
{
	struct world_square *q = square_at(w, c);

	if (--q->layers == 0)
		q->owner = WORLD_NOBODY;
}

static bool free_for(struct world *w, struct world_cell c, uint16_t id)
{
	uint16_t owner = square_at(w, c)->owner;

	return owner == WORLD_NOBODY || owner == id;
}

static int advance(struct world *w, struct world_snake *s, uint16_t id, uint8_t dir)
{
	struct world_cell to = world_next(w, world_snake_cell(s, 0), dir);

	if (!free_for(w, to, id))
		return -EBADMSG;
	if (s->growth && s->length < WORLD_LENGTH_MAX) {
		s->growth--;
		s->length++;
	} else {
		rise(w, world_snake_cell(s, s->length - 1u));
	}
	s->first = (uint16_t)((s->first + WORLD_LENGTH_MAX - 1) % WORLD_LENGTH_MAX);
	s->ring[s->first] = to;
	lie(w, to, id);
	return 0;
}

static int apply_move(struct world *w, struct world_snake *s, const struct world_change *c)
{
	if (s->state != WORLD_ALIVE || c->dir > WORLD_LEFT || c->phase >= WORLD_PHASES ||
	    (c->advanced && c->phase))
		return -EBADMSG;
	if (c->advanced && advance(w, s, c->id, c->dir) < 0)
		return -EBADMSG;
	s->dir = c->dir;
	s->phase = c->phase;
	s->resting = c->resting;
	return 0;
}

static int apply_join(struct world_snake *s, const struct world_change *c)
{
	if (s->state != WORLD_ABSENT)
		return -EBADMSG;
	*s = (struct world_snake){.state = WORLD_DEAD, .bot = c->bot};
	return 0;
}

static int apply_spawn(struct world *w, struct world_snake *s, const struct world_change *c)
{
	struct world_cell at = c->cell;

	if (s->state != WORLD_DEAD || c->dir > WORLD_LEFT || c->length < 1 ||
	    c->length >= WORLD_SIDE_MIN || at.x >= w->width || at.y >= w->height)
		return -EBADMSG;
	for (unsigned k = 0; k < c->length; k++, at = world_next(w, at, c->dir ^ 2))
		if (!free_for(w, at, c->id))
			return -EBADMSG;
	at = c->cell;
	for (unsigned k = 0; k < c->length; k++, at = world_next(w, at, c->dir ^ 2)) {
		s->ring[k] = at;
		lie(w, at, c->id);
	}
	s->state = WORLD_ALIVE;
	s->dir = c->dir;
	s->length = c->length;
	s->first = s->phase = 0;
	s->growth = 0;
	s->score = 0;
	s->resting = false;
	return 0;
}

static int apply_die(struct world *w, struct world_snake *s)
{
	if (s->state != WORLD_ALIVE)
		return -EBADMSG;
	for (unsigned k = 0; k < s->length; k++)
		rise(w, world_snake_cell(s, k));
	s->state = WORLD_DEAD;
	s->length = 0;
	s->growth = 0;
	s->resting = false;
	return 0;
}

static int apply_leave(struct world_snake *s)
{
	if (s->state != WORLD_DEAD)
		return -EBADMSG;
	s->state = WORLD_ABSENT;
	return 0;
}

static int apply_food(struct world *w, struct world_cell at)
{
	struct world_square *q = square_at(w, at);

	if (q->food || w->food_count == WORLD_FOOD_MAX)
		return -EBADMSG;
	q->food = true;
	w->food[w->food_count++] = at;
	return 0;
}

static int apply_eat(struct world *w, struct world_snake *s, struct world_cell at)
{
	struct world_square *q = square_at(w, at);
	uint16_t i = 0;

	if (!q->food || s->state != WORLD_ALIVE)
		return -EBADMSG;
	while (w->food[i].x != at.x || w->food[i].y != at.y)
		i++;
	w->food[i] = w->food[--w->food_count];
	q->food = false;
	s->score++;
	if (s->length + s->growth < WORLD_LENGTH_MAX)
		s->growth++;
	return 0;
}

int world_change_apply(struct world *w, const struct world_change *c)
{
	bool cell = c->kind == WORLD_FOOD || c->kind == WORLD_EAT;
	struct world_snake *s;

	if (!w->square || (cell && (c->cell.x >= w->width || c->cell.y >= w->height)))
		return -EBADMSG;
	if (c->kind == WORLD_FOOD)
		return apply_food(w, c->cell);
	if (c->id >= WORLD_SNAKES_MAX)
		return -EBADMSG;
	s = &w->snake[c->id];
	switch (c->kind) {
	case WORLD_MOVE:
		return apply_move(w, s, c);
	case WORLD_JOIN:
		return apply_join(s, c);
	case WORLD_SPAWN:
		return apply_spawn(w, s, c);
	case WORLD_DIE:
		return apply_die(w, s);
	case WORLD_LEAVE:
		return apply_leave(s);
	case WORLD_EAT:
		return apply_eat(w, s, c->cell);
	}
	return -EBADMSG;
}
