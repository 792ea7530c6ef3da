// SPDX-License-Identifier: Apache-2.0
/*
 * By how much a picture has moved is found by its profiles: the sums of its columns tell how far to
 * the side, the sums of its lines how far up or down. That is believed where the picture moved so
 * is more like the next one than the picture unmoved.
 *
 * The compiler makes vectors of the sums, hence -O3 in build.mk.
 */
#include "apps/stream-client/jump.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "apps/picture/stamp.h"

struct motion {
	int x, y; /* F(k) at a place is F(k-1) so much further right, down */
};

/* A picture and its profiles, without the strip */
struct view {
	struct picture *picture;
	uint32_t column[PICTURE_SIDE_MAX], line[PICTURE_SIDE_MAX];
};

struct jump {
	uint64_t interval_ns, last_ns;
	struct view *last, *next; /* next: room for the one that comes */
	struct motion motion;	  /* from the picture before the last to the last */
	unsigned known;		  /* pictures: 0, 1, or 2 and more */
};

int jump_new(uint64_t interval_ns, struct jump **ret_jump)
{
	struct jump *j = calloc(1, sizeof *j);

	if (!j)
		return -ENOMEM;
	j->interval_ns = interval_ns;
	j->last = calloc(1, sizeof *j->last);
	j->next = calloc(1, sizeof *j->next);
	if (!j->last || !j->next) {
		jump_free(j);
		return -ENOMEM;
	}
	*ret_jump = j;
	return 0;
}

static void drop_pictures(struct jump *j)
{
	picture_free(j->last->picture);
	picture_free(j->next->picture);
	j->last->picture = j->next->picture = NULL;
	j->known = 0;
}

void jump_free(struct jump *jump)
{
	if (!jump)
		return;
	if (jump->last && jump->next)
		drop_pictures(jump);
	free(jump->last);
	free(jump->next);
	free(jump);
}

void jump_forget(struct jump *jump)
{
	jump->known = 0;
}

/* ---- profiles ---- */

static unsigned top_of(const struct picture *p)
{
	unsigned strip = frame_stamp_strip(p->width);

	return strip < p->height ? strip : 0;
}

static const uint8_t *luma_at(const struct picture *p, unsigned x, unsigned y)
{
	return p->plane[PICTURE_Y] + y * p->stride[PICTURE_Y] + x;
}

static uint32_t add_line(uint32_t *restrict column, const uint8_t *restrict line, unsigned width)
{
	uint32_t sum = 0;

	for (unsigned x = 0; x < width; x++) {
		column[x] += line[x];
		sum += line[x];
	}
	return sum;
}

static void fill_profiles(struct view *v)
{
	const struct picture *p = v->picture;
	unsigned top = top_of(p);

	for (unsigned x = 0; x < p->width; x++)
		v->column[x] = 0;
	for (unsigned y = top; y < p->height; y++)
		v->line[y - top] = add_line(v->column, luma_at(p, 0, y), p->width);
}

/* Mean difference of two profiles, the first one at i being the second one at i + shift */
static double profile_difference(const uint32_t *now, const uint32_t *before, int count, int shift)
{
	int from = shift < 0 ? -shift : 0, to = shift > 0 ? count - shift : count;
	double sum = 0;

	for (int i = from; i < to; i++) {
		int64_t difference = (int64_t)now[i] - before[i + shift];

		sum += (double)(difference < 0 ? -difference : difference);
	}
	return sum / (to - from);
}

/* The smaller one of two shifts that are as good */
static int profile_shift(const uint32_t *now, const uint32_t *before, int count)
{
	int most = count / 4 < JUMP_MOTION_MAX ? count / 4 : JUMP_MOTION_MAX, best = 0;
	double least = profile_difference(now, before, count, 0);

	for (int s = 1; s <= most; s++)
		for (int sign = -1; sign <= 1; sign += 2) {
			double difference = profile_difference(now, before, count, sign * s);

			if (difference < least) {
				least = difference;
				best = sign * s;
			}
		}
	return best;
}

/* ---- differences ---- */

static uint32_t line_difference(const uint8_t *restrict a, const uint8_t *restrict b, unsigned n)
{
	uint32_t sum = 0;

	for (unsigned x = 0; x < n; x++) {
		int difference = a[x] - b[x];

		sum += (uint32_t)(difference < 0 ? -difference : difference);
	}
	return sum;
}

/* Mean of |@now - @before moved on by @m| where both are, the strip left out */
static double difference_of(const struct picture *now, const struct picture *before,
			    struct motion m)
{
	unsigned top = top_of(now), height = now->height - top - (unsigned)abs(m.y);
	unsigned width = now->width - (unsigned)abs(m.x);
	unsigned ax = m.x < 0 ? (unsigned)-m.x : 0, bx = m.x > 0 ? (unsigned)m.x : 0;
	unsigned ay = m.y < 0 ? (unsigned)-m.y : 0, by = m.y > 0 ? (unsigned)m.y : 0;
	uint64_t sum = 0;

	for (unsigned y = top; y < top + height; y++)
		sum += line_difference(luma_at(now, ax, y + ay), luma_at(before, bx, y + by),
				       width);
	return (double)sum / ((double)width * height);
}

static struct motion motion_between(const struct view *now, const struct view *before)
{
	const struct picture *p = now->picture;
	struct motion still = {0}, moved;

	moved.x = profile_shift(now->column, before->column, (int)p->width);
	moved.y = profile_shift(now->line, before->line, (int)(p->height - top_of(p)));
	if ((moved.x || moved.y) &&
	    difference_of(p, before->picture, moved) < difference_of(p, before->picture, still))
		return moved;
	return still;
}

/* ---- jumps ---- */

/* Refreshes since the display before; at least 1 */
static uint64_t refreshes(const struct jump *j, uint64_t display_ns)
{
	uint64_t since = display_ns > j->last_ns ? display_ns - j->last_ns : 0;
	uint64_t n = (since + j->interval_ns / 2) / j->interval_ns;

	return n ? n : 1;
}

static double jump_of(const struct jump *j, uint64_t display_ns)
{
	const struct picture *now = j->next->picture, *last = j->last->picture;
	const struct motion still = {0};
	double stood, went_on;

	if (refreshes(j, display_ns) == 1)
		return difference_of(now, last, j->motion);
	stood = difference_of(last, last, j->motion);
	went_on = difference_of(now, last, still);
	return stood > went_on ? stood : went_on;
}

static bool is_other_size(const struct picture *old, const struct picture *picture)
{
	return old && (old->width != picture->width || old->height != picture->height);
}

static int take_picture(struct jump *j, const struct picture *picture)
{
	int r = 0;

	if (is_other_size(j->last->picture, picture) || is_other_size(j->next->picture, picture))
		drop_pictures(j);
	if (!j->next->picture)
		r = picture_new(picture->width, picture->height, &j->next->picture);
	if (r == 0)
		r = picture_copy(j->next->picture, picture);
	if (r == 0)
		fill_profiles(j->next);
	return r;
}

static void go_on(struct jump *j, uint64_t display_ns)
{
	struct view *room = j->last;

	if (j->known > 0)
		j->motion = motion_between(j->next, j->last);
	j->last = j->next;
	j->next = room;
	j->known += j->known < 2;
	j->last_ns = display_ns;
}

int jump_next(struct jump *jump, const struct picture *picture, uint64_t display_ns, double *ret)
{
	int r = take_picture(jump, picture);

	if (r < 0) {
		jump_forget(jump); /* this one is left out */
		return r;
	}
	r = jump->known < 2 ? -ENODATA : 0;
	if (r == 0)
		*ret = jump_of(jump, display_ns);
	go_on(jump, display_ns);
	return r;
}
