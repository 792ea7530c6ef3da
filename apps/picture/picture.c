// SPDX-License-Identifier: Apache-2.0
/* Pictures: one block of memory each, the planes behind each other. */
#include "apps/picture/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t stride_of(unsigned width)
{
	return ((size_t)width + PICTURE_ALIGN - 1) / PICTURE_ALIGN * PICTURE_ALIGN;
}

static int side_bad(unsigned side)
{
	return side % 2 || side < PICTURE_SIDE_MIN || side > PICTURE_SIDE_MAX;
}

int picture_new(unsigned width, unsigned height, struct picture **ret_picture)
{
	const size_t luma = stride_of(width) * height;
	const size_t chroma = stride_of(width / 2) * (height / 2);
	struct picture *picture;

	if (side_bad(width) || side_bad(height))
		return -EINVAL;
	picture = malloc(sizeof(*picture));
	if (!picture)
		return -ENOMEM;
	picture->width = width;
	picture->height = height;
	picture->plane[PICTURE_Y] = aligned_alloc(PICTURE_ALIGN, luma + 2 * chroma);
	if (!picture->plane[PICTURE_Y]) {
		free(picture);
		return -ENOMEM;
	}
	picture->plane[PICTURE_CB] = picture->plane[PICTURE_Y] + luma;
	picture->plane[PICTURE_CR] = picture->plane[PICTURE_CB] + chroma;
	picture->stride[PICTURE_Y] = stride_of(width);
	picture->stride[PICTURE_CB] = picture->stride[PICTURE_CR] = stride_of(width / 2);
	/* the octets behind each line too: nothing that is copied or coded is ever unwritten memory
	 */
	memset(picture->plane[PICTURE_Y], 16, luma);
	memset(picture->plane[PICTURE_CB], 128, 2 * chroma);
	*ret_picture = picture;
	return 0;
}

void picture_free(struct picture *picture)
{
	if (!picture)
		return;
	free(picture->plane[PICTURE_Y]);
	free(picture);
}

int picture_copy(struct picture *to, const struct picture *from)
{
	if (to->width != from->width || to->height != from->height)
		return -EINVAL;
	for (unsigned p = 0; p < PICTURE_PLANES; p++)
		for (unsigned y = 0; y < picture_plane_height(to, p); y++)
			memcpy(to->plane[p] + y * to->stride[p],
			       from->plane[p] + y * from->stride[p], picture_plane_width(to, p));
	return 0;
}

void picture_fill(struct picture *picture, uint8_t y, uint8_t cb, uint8_t cr)
{
	const uint8_t value[PICTURE_PLANES] = {y, cb, cr};

	for (unsigned p = 0; p < PICTURE_PLANES; p++)
		for (unsigned line = 0; line < picture_plane_height(picture, p); line++)
			memset(picture->plane[p] + line * picture->stride[p], value[p],
			       picture_plane_width(picture, p));
}
