/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as baseline JPEG with 4:2:0, by libjpeg: for a browser's live screen. */
#ifndef BATON_APPS_STREAM_CLIENT_JPEG_H
#define BATON_APPS_STREAM_CLIENT_JPEG_H

#include "apps/picture/picture.h"

/**
 * picture_jpeg - samples go from the video's limited range to JFIF's full range
 * @quality:  1 to 100
 * @ret_jpeg: returned, to be freed with free()
 *
 * Return: 0, -EINVAL for the quality, -ENOMEM, -EIO: the library refused
 */
int picture_jpeg(const struct picture *picture, int quality, uint8_t **ret_jpeg, size_t *ret_len);

#endif
