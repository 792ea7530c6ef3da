/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `baton measure`: what a switch costs the user, from every packet of a probe stream and not from
 * logs.
 *
 * Read in this order: samples.h (what is observed), probe.h, tap.h and collect.h (how), result.h
 * and compute.c (what is worked out from it), session.h (what every measurement does), migrate.c
 * and switch.c (one switch after another), storm.h and storm.c (many at once), report.h with
 * report_json.c, report_csv.c, table.c and the plots (how it is told).
 */
#ifndef BATON_TESTBED_MEASURE_H
#define BATON_TESTBED_MEASURE_H

#include "testbed/baton.h"

/** measure_main - `baton measure switch|storm ...`; Return: an exit status */
int measure_main(const struct baton_context *ctx, int argc, char **argv);

#endif
