/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confidence intervals by the percentile bootstrap in two stages (Davison and Hinkley 1997, 3.8):
 * runs are drawn with replacement, and from each drawn run its values, so that what differs from
 * run to run counts, too. Seeded: the same data and seed give the same interval.
 */
#ifndef BATON_EXPERIMENT_BOOTSTRAP_H
#define BATON_EXPERIMENT_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BOOTSTRAP_ROUNDS = 2000 };

enum statistic { STATISTIC_MEDIAN, STATISTIC_MEAN, STATISTIC_MIN, STATISTIC_MAX, STATISTIC_SUM };

/* The values of one point, run by run */
struct sample_runs {
	size_t runs;
	const double *const *values;
	const size_t *counts;
};

struct interval {
	double value, low, high; /* 95 %; NAN where there is none */
};

/** random_next, random_below - splitmix64; uniform below @n, n > 0 */
uint64_t random_next(uint64_t *state);
size_t random_below(uint64_t *state, size_t n);

/** statistic_of - of @n values, which are sorted in place; NAN of none */
double statistic_of(enum statistic which, double *values, size_t n);
/** statistic_parse - "median" and so on; NULL is the median */
enum statistic statistic_parse(const char *name);
/** sample_statistic - of all values of all runs */
double sample_statistic(const struct sample_runs *s, enum statistic which);
/** sample_resample - the statistic of one draw; @scratch holds as many values as @s has, or more:
 * see sample_room */
double sample_resample(const struct sample_runs *s, enum statistic which, uint64_t *state,
		       double *scratch);
size_t sample_room(const struct sample_runs *s);
/** interval_of_draws - the 2.5 and 97.5 percentiles of @draws, sorted in place; draws that are NAN
 * are left out */
struct interval interval_of_draws(double value, double *draws, size_t n);
/** bootstrap_interval - of one statistic */
struct interval bootstrap_interval(const struct sample_runs *s, enum statistic which,
				   uint64_t seed);

#endif
