/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flat shapes on an I420 picture: coordinates in luma samples, whatever lies outside is left out.
 * Chroma follows at half of each side.
 */
#ifndef BATON_APPS_SNAKE_EDGE_DRAW_H
#define BATON_APPS_SNAKE_EDGE_DRAW_H

#include <stdint.h>

#include "apps/picture/picture.h"

struct colour {
	uint8_t y, u, v;
};

enum { DRAW_DIGIT_WIDTH = 6, DRAW_DIGIT_HEIGHT = 7 }; /* of one digit with its gap, at scale 1 */

void draw_rect(struct picture *to, int x, int y, int width, int height, struct colour c);
/* @radius up to 255: every sample whose middle is within it */
void draw_disc(struct picture *to, int x, int y, int radius, struct colour c);
/* The luma of what is there is halved, its colour stays: a ground for what must be read */
void draw_shade(struct picture *to, int x, int y, int width, int height);
/* @value in decimal, (x, y) the top left corner; each dot of a digit is @scale samples a side */
void draw_number(struct picture *to, int x, int y, int scale, uint32_t value, struct colour c);

#endif
