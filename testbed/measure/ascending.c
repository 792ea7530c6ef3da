// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/ascending.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDING 1e-9 /* 0.99 of 100 values are 99 of them, whatever the product of doubles is */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void ascending_sort(double *values, size_t count)
{
	if (count)
		qsort(values, count, sizeof *values, by_value);
}

double ascending_at(const double *values, size_t count, double share)
{
	double rank = ceil(share * (double)count - ROUNDING);

	if (!count)
		return NAN;
	return values[rank < 1 ? 0 : rank > (double)count ? count - 1 : (size_t)rank - 1];
}
