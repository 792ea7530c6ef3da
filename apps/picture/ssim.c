// SPDX-License-Identifier: Apache-2.0
/*
 * SSIM from sums over blocks of 4x4: each block is summed once, and a window of 8x8 is the sum of
 * four of them. For a window of 64 samples with sums A and B, Q of all squares and P of the
 * products, eq. 13 of the paper is, multiplied out so that one division is left,
 *
 *   (2 A B + c1) (2 (64 P - A B) + c2) / ((A^2 + B^2 + c1) (64 Q - A^2 - B^2 + c2))
 *
 * All sums fit 31 bits: the largest is 64 Q < 64 * 64 * 2 * 255^2 < 2^30.
 *
 * The compiler makes vectors of these loops, hence -O3 in build.mk.
 */
#include "apps/picture/ssim.h"

#include <errno.h>
#include <string.h>

enum {
	STEP = 4,
	BLOCKS_MAX = PICTURE_SIDE_MAX / STEP,
	/* (K1 L)^2 64 and (K2 L)^2 64 63, to the nearest, as libavfilter has them; that c1 would
	 * have to be 64 times larger for K1 to be 0.01 (ssim.h) is theirs, too, and kept: the value
	 * is to be what others measure */
	C1 = 416,
	C2 = 235963,
};

/* Sums of a row of blocks; an array for each, so that a vector holds several blocks */
struct row {
	int32_t a[BLOCKS_MAX], b[BLOCKS_MAX], squares[BLOCKS_MAX], product[BLOCKS_MAX];
};

/* The same of each column of samples */
struct columns {
	uint16_t a[PICTURE_SIDE_MAX], b[PICTURE_SIDE_MAX];
	int32_t squares[PICTURE_SIDE_MAX], product[PICTURE_SIDE_MAX];
};

static void columns_sum(struct columns *restrict c, const uint8_t *restrict a, size_t stride_a,
			const uint8_t *restrict b, size_t stride_b, unsigned width)
{
	for (unsigned x = 0; x < width; x++) {
		uint16_t sa = 0, sb = 0;
		int32_t squares = 0, product = 0;

		for (unsigned y = 0; y < STEP; y++) {
			const int16_t va = a[y * stride_a + x], vb = b[y * stride_b + x];

			sa = (uint16_t)(sa + va);
			sb = (uint16_t)(sb + vb);
			squares += va * va + vb * vb;
			product += va * vb;
		}
		c->a[x] = sa;
		c->b[x] = sb;
		c->squares[x] = squares;
		c->product[x] = product;
	}
}

static void row_sum(struct row *restrict row, const struct columns *restrict c, unsigned blocks)
{
	for (unsigned i = 0; i < blocks; i++) {
		const unsigned x = STEP * i;

		row->a[i] = c->a[x] + c->a[x + 1] + c->a[x + 2] + c->a[x + 3];
		row->b[i] = c->b[x] + c->b[x + 1] + c->b[x + 2] + c->b[x + 3];
		row->squares[i] =
			c->squares[x] + c->squares[x + 1] + c->squares[x + 2] + c->squares[x + 3];
		row->product[i] =
			c->product[x] + c->product[x + 1] + c->product[x + 2] + c->product[x + 3];
	}
}

/* The windows that lie over two rows of blocks, added up */
static double windows_sum(const struct row *restrict up, const struct row *restrict down,
			  unsigned blocks)
{
	float value[BLOCKS_MAX];
	double sum = 0;

	for (unsigned i = 0; i + 1 < blocks; i++) {
		const int32_t a = up->a[i] + up->a[i + 1] + down->a[i] + down->a[i + 1];
		const int32_t b = up->b[i] + up->b[i + 1] + down->b[i] + down->b[i + 1];
		const int32_t squares = up->squares[i] + up->squares[i + 1] + down->squares[i] +
					down->squares[i + 1];
		const int32_t product = up->product[i] + up->product[i + 1] + down->product[i] +
					down->product[i + 1];
		const int32_t means = a * a + b * b;
		const float above =
			(float)(2 * a * b + C1) * (float)(2 * (64 * product - a * b) + C2);
		const float below = (float)(means + C1) * (float)(64 * squares - means + C2);

		value[i] = above / below;
	}
	for (unsigned i = 0; i + 1 < blocks; i++)
		sum += (double)value[i];
	return sum;
}

int picture_ssim(const struct picture *a, const struct picture *b, unsigned strip, double *ret_ssim)
{
	const unsigned blocks = a->width / STEP;
	const size_t sa = a->stride[PICTURE_Y], sb = b->stride[PICTURE_Y];
	struct columns columns;
	struct row row[2];
	unsigned rows;
	double sum = 0;

	if (a->width != b->width || a->height != b->height || strip % STEP ||
	    a->width > PICTURE_SIDE_MAX || strip + 2 * STEP > a->height)
		return -EINVAL;
	rows = (a->height - strip) / STEP;
	for (unsigned y = 0; y < rows; y++) {
		const size_t line = strip + STEP * y;

		columns_sum(&columns, a->plane[PICTURE_Y] + line * sa, sa,
			    b->plane[PICTURE_Y] + line * sb, sb, STEP * blocks);
		row_sum(&row[y % 2], &columns, blocks);
		if (y > 0)
			sum += windows_sum(&row[0], &row[1], blocks);
	}
	*ret_ssim = sum / ((double)(rows - 1) * (blocks - 1));
	return 0;
}
