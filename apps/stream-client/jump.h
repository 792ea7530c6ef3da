/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the screen jumps from picture to picture, for an eye that follows what moves. No thread,
 * no clock.
 *
 * The jump at a refresh of the screen is the mean over luma samples of |F(k) - F'(k)|. F'(k) is the
 * picture of the refresh before moved on as it moved there: F(k-1) shifted by the whole samples by
 * which F(k-1) was F(k-2) shifted. The code's strip is left out, and margins that nothing is moved
 * into. What scrolls on at its speed, whatever that is, or stands still gives nothing but the
 * codec's noise and what moves by itself in the scene. With d for the difference of two pictures
 * that follow each other while the scene scrolls
 *
 *   a picture shown again (freeze), a picture left out, a start or stop     about 1 d
 *   a step back by one picture, two pictures left out                       up to 2 d
 *   a change to a picture that has nothing to do with the one before        the most there is
 *
 * The difference of two pictures alone, or 1 - SSIM of them, would take a freeze for the calmest
 * picture of all, and a step back by one picture for one step ahead; the second difference of
 * samples would take a sharp edge that moves for a jump.
 *
 * A screen that gets no new picture at a refresh keeps the one it has: when the time between two
 * displays is n intervals, the picture before was there n times, and the row's jump is the largest
 * of those refreshes. So being late counts as what the eye sees of it, a freeze.
 */
#ifndef BATON_APPS_STREAM_CLIENT_JUMP_H
#define BATON_APPS_STREAM_CLIENT_JUMP_H

#include "apps/picture/picture.h"

enum { JUMP_MOTION_MAX = 16 }; /* samples that a picture moves each way in a refresh */

struct jump;

/** jump_new - @interval_ns: between two refreshes; Return: 0, -ENOMEM */
int jump_new(uint64_t interval_ns, struct jump **ret_jump);
void jump_free(struct jump *jump);

/**
 * jump_next - the next display
 * @picture: borrowed; only its luma is looked at
 * @ret:     luma steps, 0 to 255
 *
 * Return: 0; -ENODATA: there is none, of the first two pictures, and of those that follow
 * jump_forget or a change of size; -ENOMEM
 */
int jump_next(struct jump *jump, const struct picture *picture, uint64_t display_ns, double *ret);
/** jump_forget - pictures were left out: begin anew */
void jump_forget(struct jump *jump);

#endif
