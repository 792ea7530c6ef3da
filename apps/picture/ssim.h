/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SSIM of two pictures: Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13(4), 2004, eq. 13, in the
 * form that video tools use, not the Gaussian 11x11 form of the paper's own program:
 *
 *  - luma only;
 *  - windows of 8x8 samples, unweighted, at steps of 4 samples both ways; what is left over at the
 *    right and at the bottom when a side is no multiple of 4 is not looked at;
 *  - L = 255, K2 = 0.03, variances with divisor 63, and 0.01 for K1, with which libavfilter and
 * x264 weigh the sums of a window where the means are meant: K1 is 0.00125 in effect. It tells only
 * in windows that are nearly black;
 *  - the picture's value is the mean over all windows.
 *
 * On a whole picture (strip 0) it equals the Y value of libavfilter's filter "ssim".
 */
#ifndef BATON_APPS_PICTURE_SSIM_H
#define BATON_APPS_PICTURE_SSIM_H

#include "apps/picture/picture.h"

/**
 * picture_ssim - how alike two pictures are
 * @strip:    luma lines at the top that are left out, a multiple of 4 (frame_stamp_strip gives it;
 *            0: the whole picture)
 * @ret_ssim: -1 to 1; 1 when they are equal
 *
 * Return: 0, or -EINVAL when sizes differ, @strip is no multiple of 4 or fewer than 8 lines are
 * left
 */
int picture_ssim(const struct picture *a, const struct picture *b, unsigned strip,
		 double *ret_ssim);

#endif
