// SPDX-License-Identifier: Apache-2.0
#include "apps/snake/edge/draw.h"

#include <string.h>

/* One plane, as the shapes see it */
struct plane {
	uint8_t *at;
	int width, height;
	size_t stride;
};

static struct plane plane_of(struct picture *p, enum picture_plane which)
{
	return (struct plane){p->plane[which], (int)picture_plane_width(p, which),
			      (int)picture_plane_height(p, which), p->stride[which]};
}

static void fill_row(const struct plane *p, int x0, int x1, int y, uint8_t value)
{
	x0 = x0 < 0 ? 0 : x0;
	x1 = x1 > p->width ? p->width : x1;
	if (y >= 0 && y < p->height && x0 < x1)
		memset(p->at + (size_t)y * p->stride + x0, value, (size_t)(x1 - x0));
}

static void fill_rect(const struct plane *p, int x, int y, int width, int height, uint8_t value)
{
	for (int row = y; row < y + height; row++)
		fill_row(p, x, x + width, row, value);
}

/* Rows from the middle outwards: the half width only shrinks. */
static void fill_disc(const struct plane *p, int x, int y, int radius, uint8_t value)
{
	int half = radius;

	for (int dy = 0; dy <= radius; dy++) {
		while (half * half + dy * dy > radius * radius + radius)
			half--;
		fill_row(p, x - half, x + half + 1, y + dy, value);
		if (dy)
			fill_row(p, x - half, x + half + 1, y - dy, value);
	}
}

/* Floor, also below 0: a shape that enters from the left moves as evenly as within */
static int halved(int v)
{
	return v >> 1;
}

void draw_rect(struct picture *to, int x, int y, int width, int height, struct colour c)
{
	struct plane py = plane_of(to, PICTURE_Y), pu = plane_of(to, PICTURE_CB),
		     pv = plane_of(to, PICTURE_CR);
	int cx = halved(x), cy = halved(y);
	int cw = halved(x + width + 1) - cx, ch = halved(y + height + 1) - cy;

	fill_rect(&py, x, y, width, height, c.y);
	fill_rect(&pu, cx, cy, cw, ch, c.u);
	fill_rect(&pv, cx, cy, cw, ch, c.v);
}

void draw_disc(struct picture *to, int x, int y, int radius, struct colour c)
{
	struct plane py = plane_of(to, PICTURE_Y), pu = plane_of(to, PICTURE_CB),
		     pv = plane_of(to, PICTURE_CR);

	fill_disc(&py, x, y, radius, c.y);
	fill_disc(&pu, halved(x), halved(y), radius / 2, c.u);
	fill_disc(&pv, halved(x), halved(y), radius / 2, c.v);
}

void draw_shade(struct picture *to, int x, int y, int width, int height)
{
	int x0 = x < 0 ? 0 : x, x1 = x + width;

	x1 = x1 > (int)to->width ? (int)to->width : x1;
	for (int row = y < 0 ? 0 : y; row < y + height && row < (int)to->height; row++) {
		uint8_t *at = to->plane[PICTURE_Y] + (size_t)row * to->stride[PICTURE_Y];

		for (int i = x0; i < x1; i++)
			at[i] >>= 1;
	}
}

static void draw_digit(struct picture *to, int x, int y, int scale, unsigned digit, struct colour c)
{
	/* 5 dots a row, the leftmost is the highest bit */
	static const uint8_t rows[10][DRAW_DIGIT_HEIGHT] = {
		{14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},
		{14, 17, 1, 2, 4, 8, 31},     {31, 2, 4, 2, 1, 17, 14},
		{2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14},
		{6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},
		{14, 17, 17, 14, 17, 17, 14}, {14, 17, 17, 15, 1, 2, 12},
	};

	for (int row = 0; row < DRAW_DIGIT_HEIGHT; row++)
		for (int dot = 0; dot < 5; dot++)
			if (rows[digit][row] & 16 >> dot)
				draw_rect(to, x + dot * scale, y + row * scale, scale, scale, c);
}

void draw_number(struct picture *to, int x, int y, int scale, uint32_t value, struct colour c)
{
	uint8_t digit[10];
	int n = 0;

	do
		digit[n++] = (uint8_t)(value % 10);
	while (value /= 10);
	while (n) {
		draw_digit(to, x, y, scale, digit[--n], c);
		x += DRAW_DIGIT_WIDTH * scale;
	}
}
