/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture: planar YCbCr 4:2:0 with 8 bits a sample (I420), as H.264 codes it. Samples are of the
 * limited range (ITU-R BT.601: luma 16 to 235, chroma 16 to 240), which is what a player assumes
 * where a stream doesn't say.
 */
#ifndef BATON_APPS_PICTURE_H
#define BATON_APPS_PICTURE_H

#include <stddef.h>
#include <stdint.h>

enum {
	PICTURE_ALIGN = 32, /* octets: of the first sample of each line */
	PICTURE_SIDE_MIN = 16,
	PICTURE_SIDE_MAX = 4096,
};

enum picture_plane { PICTURE_Y, PICTURE_CB, PICTURE_CR, PICTURE_PLANES };

struct picture {
	unsigned width, height; /* luma samples, both even */
	uint8_t *plane[PICTURE_PLANES];
	size_t stride[PICTURE_PLANES]; /* octets from line to line, at least the width */
};

/**
 * picture_new - black; every line begins at a multiple of PICTURE_ALIGN octets
 *
 * Return: 0, -EINVAL for an odd side or one out of PICTURE_SIDE_MIN to PICTURE_SIDE_MAX, -ENOMEM
 */
int picture_new(unsigned width, unsigned height, struct picture **ret_picture);
/** picture_free - only what picture_new gave; NULL is fine */
void picture_free(struct picture *picture);

/** picture_copy - the samples; Return: 0, or -EINVAL when the sizes differ */
int picture_copy(struct picture *to, const struct picture *from);

/** picture_fill - every sample of each plane */
void picture_fill(struct picture *picture, uint8_t y, uint8_t cb, uint8_t cr);

/* Samples a line, and lines, of a plane: chroma has half of both */
static inline unsigned picture_plane_width(const struct picture *picture, unsigned plane)
{
	return plane == PICTURE_Y ? picture->width : picture->width / 2;
}

static inline unsigned picture_plane_height(const struct picture *picture, unsigned plane)
{
	return plane == PICTURE_Y ? picture->height : picture->height / 2;
}

#endif
