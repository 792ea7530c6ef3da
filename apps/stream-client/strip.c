// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/strip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE, DURING, AFTER, LATER, DONE };

enum { GAP = 8 /* samples between two pictures; white */ };

struct strip {
	struct picture *picture[STRIP_PICTURES]; /* NULL: none */
	unsigned next;				 /* which one is waited for */
	uint32_t window;
	uint64_t after_ns; /* AFTER was shown */
};

int strip_new(struct strip **ret_strip)
{
	*ret_strip = calloc(1, sizeof **ret_strip);
	if (!*ret_strip)
		return -ENOMEM;
	(*ret_strip)->next = DONE;
	return 0;
}

static void clear(struct strip *strip)
{
	for (unsigned i = 0; i < STRIP_PICTURES; i++) {
		picture_free(strip->picture[i]);
		strip->picture[i] = NULL;
	}
}

void strip_free(struct strip *strip)
{
	if (!strip)
		return;
	clear(strip);
	free(strip);
}

void strip_begin(struct strip *strip, uint32_t window)
{
	clear(strip);
	strip->next = BEFORE;
	strip->window = window;
}

static void keep(struct strip *strip, unsigned which, const struct picture *picture)
{
	strip->next = which + 1;
	if (picture_new(picture->width, picture->height, &strip->picture[which]) == 0)
		picture_copy(strip->picture[which], picture);
}

/* Without sliding there is nothing between the two. */
static bool is_over(const struct display_row *row)
{
	return row->alpha_n == NOT_SLIDING;
}

void strip_show(struct strip *strip, const struct display_row *row, const struct picture *picture)
{
	if (strip->next == BEFORE) {
		keep(strip, BEFORE, picture);
	} else if (strip->next == DURING && !is_over(row)) {
		if (row->alpha_n >= 0 && (uint32_t)row->alpha_n * 2 >= strip->window)
			keep(strip, DURING, picture);
	} else if ((strip->next == DURING || strip->next == AFTER) && is_over(row)) {
		keep(strip, AFTER, picture);
		strip->after_ns = row->display_ns;
	} else if (strip->next == LATER &&
		   row->display_ns >= strip->after_ns + STRIP_LATER_MS * UINT64_C(1000000)) {
		keep(strip, LATER, picture);
	}
}

/* ---- joined ---- */

static void paste(struct picture *to, const struct picture *from, unsigned x)
{
	for (unsigned p = 0; p < PICTURE_PLANES; p++) {
		unsigned at = p == PICTURE_Y ? x : x / 2;

		for (unsigned y = 0; y < picture_plane_height(from, p); y++)
			memcpy(to->plane[p] + y * to->stride[p] + at,
			       from->plane[p] + y * from->stride[p], picture_plane_width(from, p));
	}
}

/* The streams may differ in size: each picture has its own width, all the height of the highest. */
static void measure(const struct strip *strip, unsigned *ret_width, unsigned *ret_height)
{
	*ret_width = *ret_height = 0;
	for (unsigned i = 0; i < STRIP_PICTURES; i++) {
		const struct picture *picture = strip->picture[i];

		if (!picture)
			continue;
		*ret_width += picture->width + (*ret_width ? GAP : 0);
		*ret_height = picture->height > *ret_height ? picture->height : *ret_height;
	}
}

int strip_join(const struct strip *strip, struct picture **ret_picture)
{
	unsigned width, height, x = 0;
	int r;

	measure(strip, &width, &height);
	if (!width)
		return -ENODATA;
	r = picture_new(width, height, ret_picture);
	if (r < 0)
		return r;
	picture_fill(*ret_picture, 235, 128, 128);
	for (unsigned i = 0; i < STRIP_PICTURES; i++) {
		if (!strip->picture[i])
			continue;
		paste(*ret_picture, strip->picture[i], x);
		x += strip->picture[i]->width + GAP;
	}
	return 0;
}
