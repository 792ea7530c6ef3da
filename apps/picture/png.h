/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as PNG (RGB, 8 bits), by libpng. Colours by BT.601, limited range; chroma is repeated.
 */
#ifndef BATON_APPS_PICTURE_PNG_H
#define BATON_APPS_PICTURE_PNG_H

#include <stdio.h>

#include "apps/picture/picture.h"

/**
 * picture_png - into memory
 * @level:   of zlib, 0 to 9: 1 for a live screen (some 8 ms at 640x480), 6 for a file
 * @ret_png: returned, to be freed with free()
 *
 * Return: 0, -EINVAL for a bad level, -ENOMEM
 */
int picture_png(const struct picture *picture, int level, uint8_t **ret_png, size_t *ret_len);

/** picture_png_file - to @out, level 6; Return: 0, -EIO when it can't be written, -ENOMEM */
int picture_png_file(const struct picture *picture, FILE *out);

/** picture_rgb_line - 3 octets a sample of line @y: R, G, B; @ret_rgb: 3 * width octets */
void picture_rgb_line(const struct picture *picture, unsigned y, uint8_t *ret_rgb);

#endif
