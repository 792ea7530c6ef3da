/* SPDX-License-Identifier: Apache-2.0 */
/* Test pictures: textured, scrolling, with squares that move; the same from the same numbers. */
#ifndef BATON_TESTS_PICTURE_SCENE_H
#define BATON_TESTS_PICTURE_SCENE_H

#include "apps/picture/picture.h"

/** scene_draw - frame @time of a world that scrolls; all of the picture */
void scene_draw(struct picture *picture, unsigned time);
/** scene_noise - samples without any relation, from @seed */
void scene_noise(struct picture *picture, uint32_t seed);
/** scene_psnr - of luma, lines from @strip on, in dB; 100 when equal */
double scene_psnr(const struct picture *a, const struct picture *b, unsigned strip);

#endif
