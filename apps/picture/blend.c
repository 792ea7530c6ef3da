// SPDX-License-Identifier: Apache-2.0
/*
 * Frame sliding. Where N is a power of two the division is a shift, and everything fits 16 bits:
 * 255.5 N <= 65408. Otherwise it is a multiplication by the reciprocal, rounded up to a whole
 * number of 2^-24, and still exact: with x = n F_d + (N - n) F_s + N/2 <= 255.5 N the product is
 * too large by less than x / 2^24, and the quotient stays right while that is less than 1 / N, so
 * while 255.5 N^2 < 2^24: up to N = 256.
 *
 * The compiler makes vectors of these loops, hence -O3 in build.mk.
 */
#include "apps/picture/blend.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { RECIPROCAL_SHIFT = 24 };

struct weights {
	uint16_t destination, source, half;
	uint16_t shift;	     /* log2 N, or 0: divide by the reciprocal */
	uint32_t reciprocal; /* 2^RECIPROCAL_SHIFT / N, rounded up */
};

static struct weights weights_of(unsigned n, unsigned window)
{
	const bool power = (window & (window - 1)) == 0;

	return (struct weights){
		.destination = (uint16_t)n,
		.source = (uint16_t)(window - n),
		.half = (uint16_t)(window / 2),
		.shift = power ? (uint16_t)__builtin_ctz(window) : 0,
		.reciprocal = ((UINT32_C(1) << RECIPROCAL_SHIFT) + window - 1) / window,
	};
}

static void line_shift(uint8_t *restrict to, const uint8_t *d, const uint8_t *s, unsigned count,
		       const struct weights *w)
{
	const uint16_t wd = w->destination, ws = w->source, half = w->half, shift = w->shift;

	for (unsigned x = 0; x < count; x++) {
		const uint16_t sum =
			(uint16_t)((uint16_t)(d[x] * wd) + (uint16_t)(s[x] * ws) + half);

		to[x] = (uint8_t)(sum >> shift);
	}
}

static void line_divide(uint8_t *restrict to, const uint8_t *d, const uint8_t *s, unsigned count,
			const struct weights *w)
{
	const uint32_t wd = w->destination, ws = w->source, half = w->half, inverse = w->reciprocal;

	for (unsigned x = 0; x < count; x++)
		to[x] = (uint8_t)((d[x] * wd + s[x] * ws + half) * inverse >> RECIPROCAL_SHIFT);
}

/* Through a line of its own, so that the loops above may take for granted that nothing overlaps */
static void line_blend(uint8_t *to, const uint8_t *d, const uint8_t *s, unsigned count,
		       const struct weights *w)
{
	uint8_t line[PICTURE_SIDE_MAX];

	if (w->shift)
		line_shift(line, d, s, count, w);
	else
		line_divide(line, d, s, count, w);
	memcpy(to, line, count);
}

static void lines_copy(struct picture *to, const struct picture *from, unsigned p, unsigned lines)
{
	for (unsigned y = 0; y < lines && to != from; y++)
		memcpy(to->plane[p] + y * to->stride[p], from->plane[p] + y * from->stride[p],
		       picture_plane_width(to, p));
}

static bool sizes_equal(const struct picture *a, const struct picture *b)
{
	return a->width == b->width && a->height == b->height;
}

int picture_blend(struct picture *to, const struct picture *destination,
		  const struct picture *source, unsigned n, unsigned window, unsigned strip)
{
	const struct picture *whole = n ? destination : source;
	struct weights w;

	if (!sizes_equal(to, destination) || !sizes_equal(to, source) || window < 1 ||
	    window > BLEND_WINDOW_MAX || strip % 2 || strip > to->height)
		return -EINVAL;
	if (n == 0 || n >= window)
		return to == whole ? 0 : picture_copy(to, whole);
	w = weights_of(n, window);
	for (unsigned p = 0; p < PICTURE_PLANES; p++) {
		const unsigned skip = p == PICTURE_Y ? strip : strip / 2;

		lines_copy(to, destination, p, skip);
		for (unsigned y = skip; y < picture_plane_height(to, p); y++)
			line_blend(to->plane[p] + y * to->stride[p],
				   destination->plane[p] + y * destination->stride[p],
				   source->plane[p] + y * source->stride[p],
				   picture_plane_width(to, p), &w);
	}
	return 0;
}
