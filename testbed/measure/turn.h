/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T_comp at the logic server (acceptance B34): from the last input that was applied by way of the
 * old primary session to the first by way of the new one, less the interval in which the player
 * made them. What the cloud tells of it (docs/csm.md, GET /v1/accounts) joined with the player's
 * trace. Pure.
 */
#ifndef BATON_MEASURE_TURN_H
#define BATON_MEASURE_TURN_H

#include "testbed/measure/app_trace.h"

/**
 * turn_comp_us - of switch @number, @turn as the cloud tells it
 *
 * Return: microseconds, 0 where it was no longer than the interval; NAN: it is about another
 * switch, or there was no input within INPUTS_AROUND_NS before or after it
 */
double turn_comp_us(const json_t *turn, uint32_t number, const struct app_trace *trace);

#endif
