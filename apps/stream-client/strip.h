/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen showed before, during and after the last switch, kept to be looked at: the
 * source's last picture (n = 0), the middle of the sliding, the destination's first, and the one
 * half a second later. Not locked: its user's lock does that.
 */
#ifndef BATON_APPS_STREAM_CLIENT_STRIP_H
#define BATON_APPS_STREAM_CLIENT_STRIP_H

#include "apps/picture/picture.h"
#include "apps/stream-client/rows.h"

enum { STRIP_PICTURES = 4, STRIP_LATER_MS = 500 };

struct strip;

/** strip_new - Return: 0, -ENOMEM */
int strip_new(struct strip **ret_strip);
void strip_free(struct strip *strip);

/** strip_begin - a switch is over with the next picture shown; @window: N of its sliding */
void strip_begin(struct strip *strip, uint32_t window);
/** strip_show - what is shown, copied when it is one of the four; without memory it is left out */
void strip_show(struct strip *strip, const struct display_row *row, const struct picture *picture);

/**
 * strip_join - those there are, side by side
 * @ret_picture: returned
 *
 * Return: 0; -ENODATA: there was no switch; -ENOMEM
 */
int strip_join(const struct strip *strip, struct picture **ret_picture);

#endif
