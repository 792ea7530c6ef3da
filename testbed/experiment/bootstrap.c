// SPDX-License-Identifier: Apache-2.0
#include "testbed/experiment/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

size_t random_below(uint64_t *state, size_t n)
{
	return (size_t)(((unsigned __int128)random_next(state) * n) >> 64);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double sum_of(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

double statistic_of(enum statistic which, double *values, size_t n)
{
	if (!n)
		return NAN;
	if (which == STATISTIC_SUM)
		return sum_of(values, n);
	if (which == STATISTIC_MEAN)
		return sum_of(values, n) / (double)n;
	qsort(values, n, sizeof(*values), by_value);
	if (which == STATISTIC_MIN)
		return values[0];
	if (which == STATISTIC_MAX)
		return values[n - 1];
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

enum statistic statistic_parse(const char *name)
{
	if (!name || !strcmp(name, "median"))
		return STATISTIC_MEDIAN;
	if (!strcmp(name, "mean"))
		return STATISTIC_MEAN;
	if (!strcmp(name, "min"))
		return STATISTIC_MIN;
	return strcmp(name, "max") ? STATISTIC_SUM : STATISTIC_MAX;
}

/* Runs differ in length, and the longest may be drawn each time. */
size_t sample_room(const struct sample_runs *s)
{
	size_t longest = 1;

	for (size_t r = 0; r < s->runs; r++)
		if (s->counts[r] > longest)
			longest = s->counts[r];
	return longest * (s->runs ? s->runs : 1);
}

double sample_statistic(const struct sample_runs *s, enum statistic which)
{
	double *all = malloc(sample_room(s) * sizeof(*all)), value = NAN;
	size_t n = 0;

	if (!all)
		return NAN;
	for (size_t r = 0; r < s->runs; r++) {
		memcpy(all + n, s->values[r], s->counts[r] * sizeof(*all));
		n += s->counts[r];
	}
	value = statistic_of(which, all, n);
	free(all);
	return value;
}

double sample_resample(const struct sample_runs *s, enum statistic which, uint64_t *state,
		       double *scratch)
{
	size_t n = 0;

	for (size_t i = 0; i < s->runs; i++) {
		size_t r = random_below(state, s->runs);

		for (size_t k = 0; k < s->counts[r]; k++)
			scratch[n++] = s->values[r][random_below(state, s->counts[r])];
	}
	return statistic_of(which, scratch, n);
}

struct interval interval_of_draws(double value, double *draws, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(draws[i]))
			draws[kept++] = draws[i];
	if (!kept)
		return (struct interval){value, NAN, NAN};
	qsort(draws, kept, sizeof(*draws), by_value);
	return (struct interval){value, draws[(size_t)(0.025 * (double)(kept - 1))],
				 draws[(size_t)ceil(0.975 * (double)(kept - 1))]};
}

struct interval bootstrap_interval(const struct sample_runs *s, enum statistic which, uint64_t seed)
{
	struct interval interval = {sample_statistic(s, which), NAN, NAN};
	double *scratch = malloc(sample_room(s) * sizeof(*scratch));
	double *draws = malloc(BOOTSTRAP_ROUNDS * sizeof(*draws));
	uint64_t state = seed;

	for (size_t i = 0; scratch && draws && i < BOOTSTRAP_ROUNDS; i++)
		draws[i] = sample_resample(s, which, &state, scratch);
	if (scratch && draws && !isnan(interval.value))
		interval = interval_of_draws(interval.value, draws, BOOTSTRAP_ROUNDS);
	free(scratch);
	free(draws);
	return interval;
}
