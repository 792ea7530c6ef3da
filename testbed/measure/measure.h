/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `baton measure`: what a switch costs the user, from every packet of a probe stream and not from
 * logs.
 *
 * Read in this order: samples.h (what is observed), probe.h and tap.h (how), result.h and compute.c
 * (what is worked out from it), switch.c (the run), report.c, table.c, plot.c (how it is told).
 */
#ifndef BATON_TESTBED_MEASURE_H
#define BATON_TESTBED_MEASURE_H

#include "testbed/baton.h"

/** measure_main - `baton measure switch ...`; Return: an exit status */
int measure_main(const struct baton_context *ctx, int argc, char **argv);

#endif
