// SPDX-License-Identifier: Apache-2.0
/* Ground, food, snakes, then what doesn't scroll: score, map. Far things first. */
#include "apps/snake/edge/raster.h"

#include <errno.h>
#include <stdlib.h>

#include "apps/picture/stamp.h"
#include "apps/snake/edge/draw.h"
#include "apps/snake/edge/texture.h"

enum {
	CELL = TEXTURE_CELL,
	STEP = CELL / WORLD_PHASES, /* samples of one eighth */
	EDGE_RADIUS = 8,	    /* a snake's outline, and its body within */
	BODY_RADIUS = 6,
	HEAD_RADIUS = 9,
	FOOD_RADIUS = 5,
	MAP_SIDE = 96, /* samples of the map's longer side */
	MARGIN = 12,
	SCORE_SCALE = 3,
	COLOURS = 12
};

static const struct colour eye = {220, 128, 128}, pupil = {30, 128, 128}, text = {225, 128, 128};
static const struct colour food_edge = {60, 108, 170}, food_body = {150, 90, 190};
static const struct colour own = {205, 70, 150}, own_edge = {70, 110, 140},
			   map_food = {90, 110, 150};

/* Of other snakes, by number: far from the ground's green, and from each other */
static const struct colour colours[COLOURS] = {
	{150, 60, 160}, {90, 190, 110}, {110, 100, 200}, {170, 150, 90},
	{80, 150, 180}, {185, 40, 130}, {130, 180, 160}, {75, 100, 210},
	{190, 110, 90}, {140, 90, 60},	{100, 60, 190},	 {165, 170, 170},
};

struct raster {
	struct texture ground;
};

/* Where the camera looks: the sample of the world that is in the picture's middle */
struct view {
	struct picture *to;
	const struct world *world;
	int x, y;	   /* samples, 0 to world_width - 1 */
	int width, height; /* of the world, samples */
};

struct point {
	int x, y; /* in the picture, samples */
};

int raster_new(struct raster **ret_raster)
{
	struct raster *r = malloc(sizeof *r);

	if (!r)
		return -ENOMEM;
	texture_init(&r->ground);
	*ret_raster = r;
	return 0;
}

void raster_free(struct raster *r)
{
	free(r);
}

/* ---- the ground ---- */

static int wrapped(int v, int side)
{
	v %= side;
	return v < 0 ? v + side : v;
}

/* One line of luma, or of both chroma planes; the ground ends and begins anew where the world does
 */
static void ground_line(const struct raster *r, const struct view *v, unsigned line, bool chroma)
{
	int half = chroma ? 2 : 1, width = (int)v->to->width / half, side = v->width / half;
	int x = wrapped(v->x - (int)v->to->width / 2, v->width) / half;
	int y = wrapped(v->y - (int)v->to->height / 2 + (int)line * half, v->height) / half;

	for (int done = 0; done < width;) {
		int n = side - x < width - done ? side - x : width - done;
		size_t stride_u = v->to->stride[PICTURE_CB], stride_v = v->to->stride[PICTURE_CR];

		if (chroma)
			texture_copy_chroma(&r->ground, x, y, (unsigned)n,
					    v->to->plane[PICTURE_CB] + line * stride_u + done,
					    v->to->plane[PICTURE_CR] + line * stride_v + done);
		else
			texture_copy_luma(&r->ground, x, y, (unsigned)n,
					  v->to->plane[PICTURE_Y] +
						  line * v->to->stride[PICTURE_Y] + done);
		done += n;
		x = 0;
	}
}

static void draw_ground(const struct raster *r, const struct view *v)
{
	for (unsigned line = 0; line < v->to->height; line++)
		ground_line(r, v, line, false);
	for (unsigned line = 0; line < v->to->height / 2; line++)
		ground_line(r, v, line, true);
}

/* ---- what moves ---- */

/* The nearest of the places where a sample of the torus is seen */
static struct point seen(const struct view *v, int x, int y)
{
	return (struct point){(int)v->to->width / 2 + world_way(v->x, x, v->width),
			      (int)v->to->height / 2 + world_way(v->y, y, v->height)};
}

static struct point seen_cell(const struct view *v, struct world_cell c)
{
	return seen(v, c.x * CELL, c.y * CELL);
}

static struct point seen_point(const struct view *v, struct world_point p)
{
	return seen(v, p.x * STEP, p.y * STEP);
}

static bool in_picture(const struct view *v, struct point p)
{
	return p.x >= -2 * CELL && p.x < (int)v->to->width + 2 * CELL && p.y >= -2 * CELL &&
	       p.y < (int)v->to->height + 2 * CELL;
}

static void draw_food(const struct view *v)
{
	for (unsigned i = 0; i < v->world->food_count; i++) {
		struct point p = seen_cell(v, v->world->food[i]);

		if (!in_picture(v, p))
			continue;
		draw_disc(v->to, p.x, p.y, FOOD_RADIUS + 1, food_edge);
		draw_disc(v->to, p.x, p.y, FOOD_RADIUS - 1, food_body);
	}
}

/* A piece of a body: from a to b, which are on one line. In a world smaller than the picture the
 * two may be seen at opposite sides: then there is nothing between them. */
static void draw_piece(const struct view *v, struct point a, struct point b, int radius,
		       struct colour c)
{
	int x = a.x < b.x ? a.x : b.x, y = a.y < b.y ? a.y : b.y;
	int dx = abs(a.x - b.x), dy = abs(a.y - b.y);

	if (dx && dx <= CELL)
		draw_rect(v->to, x, y - radius + 1, dx, 2 * radius - 1, c);
	else if (dy && dy <= CELL)
		draw_rect(v->to, x - radius + 1, y, 2 * radius - 1, dy, c);
}

/* Where a body goes straight on nothing of a disc would be seen */
static bool straight(struct point a, struct point b, struct point c)
{
	return b.x - a.x == c.x - b.x && b.y - a.y == c.y - b.y && abs(c.x - b.x) <= CELL &&
	       abs(c.y - b.y) <= CELL;
}

/* From the tail's end through the cells to the head's tip, where each is seen */
struct body {
	unsigned count; /* at least 2 */
	bool in_picture;
	struct point at[WORLD_LENGTH_MAX + 2];
};

static void body_trace(const struct view *v, const struct world_snake *s, struct body *ret)
{
	unsigned n = 0;

	ret->at[n++] = seen_point(v, world_tail(v->world, s));
	for (unsigned k = s->length > 1 ? s->length - 1u : 0; k > 0; k--)
		ret->at[n++] = seen_cell(v, world_snake_cell(s, k - 1));
	ret->at[n++] = seen_point(v, world_head(v->world, s));
	ret->count = n;
	ret->in_picture = false;
	for (unsigned i = 0; i < n && !ret->in_picture; i++)
		ret->in_picture = in_picture(v, ret->at[i]);
}

/* Round at both ends and at turns */
static void draw_body(const struct view *v, const struct body *body, int radius, struct colour c)
{
	const struct point *at = body->at;

	for (unsigned i = 0; i + 1 < body->count; i++) {
		if (!in_picture(v, at[i]) && !in_picture(v, at[i + 1]))
			continue;
		draw_piece(v, at[i], at[i + 1], radius, c);
		if (i == 0 || !straight(at[i - 1], at[i], at[i + 1]))
			draw_disc(v->to, at[i].x, at[i].y, radius - 1, c);
	}
	draw_disc(v->to, at[body->count - 1].x, at[body->count - 1].y, radius - 1, c);
}

static void draw_head(const struct view *v, const struct world_snake *s, struct colour c)
{
	static const int8_t ahead_x[] = {0, 1, 0, -1}, ahead_y[] = {-1, 0, 1, 0};
	struct point p = seen_point(v, world_head(v->world, s));
	int dx = ahead_x[s->dir & 3], dy = ahead_y[s->dir & 3];

	if (!in_picture(v, p))
		return;
	draw_disc(v->to, p.x, p.y, HEAD_RADIUS, c);
	for (int side = -1; side <= 1; side += 2) {
		int x = p.x + 3 * dx + 4 * side * dy, y = p.y + 3 * dy + 4 * side * dx;

		draw_disc(v->to, x, y, 3, eye);
		draw_disc(v->to, x + dx, y + dy, 1, pupil);
	}
}

static struct colour darker(struct colour c)
{
	return (struct colour){c.y / 2, c.u, c.v};
}

static void draw_snake(const struct view *v, unsigned id, bool is_own)
{
	const struct world_snake *s = world_snake(v->world, id);
	struct colour c = is_own ? own : colours[id % COLOURS];
	struct body body;

	if (!s || s->state != WORLD_ALIVE)
		return;
	body_trace(v, s, &body);
	if (!body.in_picture)
		return;
	draw_body(v, &body, EDGE_RADIUS, is_own ? own_edge : darker(c));
	draw_body(v, &body, BODY_RADIUS, c);
	draw_head(v, s, c);
}

/* ---- what stays ---- */

/* Every snake's head as a dot, the player's larger */
static void draw_map(const struct view *v, unsigned player, int top)
{
	int longer = v->world->width > v->world->height ? v->world->width : v->world->height;
	int width = v->world->width * MAP_SIDE / longer,
	    height = v->world->height * MAP_SIDE / longer;
	int x = (int)v->to->width - MARGIN - width, y = top + MARGIN;

	draw_shade(v->to, x, y, width, height);
	for (unsigned i = 0; i < v->world->food_count; i++)
		draw_rect(v->to, x + v->world->food[i].x * MAP_SIDE / longer,
			  y + v->world->food[i].y * MAP_SIDE / longer, 1, 1, map_food);
	for (unsigned id = 0; id < WORLD_SNAKES_MAX; id++) {
		const struct world_snake *s = world_snake(v->world, id);
		int dot = id == player ? 4 : 2;
		struct world_cell at;

		if (!s || (s->state != WORLD_ALIVE && id != player))
			continue;
		at = world_snake_cell(s, 0);
		draw_rect(v->to, x + at.x * MAP_SIDE / longer - dot / 2,
			  y + at.y * MAP_SIDE / longer - dot / 2, dot, dot,
			  id == player ? text : colours[id % COLOURS]);
	}
}

static void draw_score(const struct view *v, unsigned player, int top)
{
	const struct world_snake *s = world_snake(v->world, player);
	uint32_t score = s ? s->score : 0;
	int digits = 1;

	for (uint32_t rest = score; rest >= 10; rest /= 10)
		digits++;
	draw_shade(v->to, MARGIN, top + MARGIN, digits * DRAW_DIGIT_WIDTH * SCORE_SCALE + 9,
		   DRAW_DIGIT_HEIGHT * SCORE_SCALE + 12);
	draw_number(v->to, MARGIN + 6, top + MARGIN + 6, SCORE_SCALE, score, text);
}

/* The head is in the middle of the picture. Even samples only, so that chroma moves with luma. */
static struct view look(const struct world *w, unsigned player, struct picture *to)
{
	const struct world_snake *s = world_snake(w, player);
	struct world_point at = {w->width * WORLD_PHASES / 2, w->height * WORLD_PHASES / 2};

	if (s)
		at = world_head(w, s);
	return (struct view){.to = to,
			     .world = w,
			     .x = at.x * STEP,
			     .y = at.y * STEP,
			     .width = w->width * CELL,
			     .height = w->height * CELL};
}

void raster_draw(const struct raster *r, const struct world *w, unsigned player,
		 const struct raster_options *options, struct picture *to)
{
	struct view v = look(w, player, to);
	int top = (int)frame_stamp_strip(to->width);

	if (w->width == 0) {
		picture_fill(to, 16, 128, 128);
		return;
	}
	draw_ground(r, &v);
	draw_food(&v);
	for (unsigned id = 0; id < WORLD_SNAKES_MAX; id++)
		if (id != player)
			draw_snake(&v, id, false);
	draw_snake(&v, player, true);
	if (options->map)
		draw_map(&v, player, top);
	draw_score(&v, player, top);
}
