/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frame sliding, paper 001 section III-C 5), equations 4 to 6:
 *
 *   F_out = alpha F_d + beta F_s,  alpha = min(n / N, 1),  beta = max(1 - n / N, 0)
 *
 * in exact rational arithmetic: each sample is (n F_d + (N - n) F_s) / N, rounded to the nearest,
 * halves up. So n = 0 is the source's picture and n >= N the destination's, sample for sample, and
 * N = 1 has nothing between the two: no sliding.
 */
#ifndef BATON_APPS_PICTURE_BLEND_H
#define BATON_APPS_PICTURE_BLEND_H

#include "apps/picture/picture.h"

enum { BLEND_WINDOW_MAX = 256 };

/**
 * picture_blend - F_out of frame @n since the sliding began
 * @to:     may be @destination or @source
 * @n:      from 0
 * @window: N, 1 to BLEND_WINDOW_MAX
 * @strip:  luma lines at the top (even) that are not blended but copied: from the source while
 * alpha is 0, from the destination after that (frame_stamp_strip gives it; 0: blend all)
 *
 * Return: 0, or -EINVAL when sizes differ, or @window or @strip is out of range
 */
int picture_blend(struct picture *to, const struct picture *destination,
		  const struct picture *source, unsigned n, unsigned window, unsigned strip);

#endif
