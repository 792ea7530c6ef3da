// SPDX-License-Identifier: Apache-2.0
/* Where an axis begins and ends, and where its ticks are. */
#include <math.h>

#include "testbed/plot/plot_internal.h"

enum { LINEAR_TICKS = 6 };

static struct plot_range log_range(const struct plot_axis *axis, double smallest, double largest)
{
	struct plot_range r = {.scale = PLOT_LOG};

	smallest = smallest > 0 ? smallest : largest > 0 ? fmin(largest, 1) : 1;
	r.low = isnan(axis->low) ? pow(10, floor(log10(smallest))) : axis->low;
	r.high = isnan(axis->high) ? pow(10, ceil(log10(fmax(largest, smallest)))) : axis->high;
	if (!(r.high > r.low))
		r.high = r.low * 10;
	return r;
}

/* 1, 2 or 5 times a power of ten */
static double nice_step(double span)
{
	double rough = span / LINEAR_TICKS, power = pow(10, floor(log10(rough))),
	       share = rough / power;

	return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static struct plot_range linear_range(const struct plot_axis *axis, double smallest, double largest)
{
	struct plot_range r = {.scale = PLOT_LINEAR};
	double low = isnan(axis->low) ? fmin(smallest, 0) : axis->low;
	double high = isnan(axis->high) ? largest : axis->high;
	double step;

	if (!(high > low))
		high = low + 1;
	step = nice_step(high - low);
	r.low = isnan(axis->low) ? floor(low / step) * step : low;
	r.high = isnan(axis->high) ? ceil(high / step) * step : high;
	return r;
}

struct plot_range plot_range_of(const struct plot_axis *axis, double smallest, double largest)
{
	if (!isfinite(smallest) || !isfinite(largest))
		smallest = largest = axis->scale == PLOT_LOG ? 1 : 0;
	return axis->scale == PLOT_LOG ? log_range(axis, smallest, largest)
				       : linear_range(axis, smallest, largest);
}

double plot_share(const struct plot_range *range, double value)
{
	double share;

	if (range->scale == PLOT_LOG)
		share = value > 0 ? log10(value / range->low) / log10(range->high / range->low) : 0;
	else
		share = (value - range->low) / (range->high - range->low);
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* Each decade, and between decades 2 to 9, of which 2 and 5 are labelled where there is room */
static size_t log_ticks(const struct plot_range *range, struct plot_tick *ticks)
{
	bool room = log10(range->high / range->low) <= 3;
	size_t n = 0;

	for (double decade = floor(log10(range->low)); n < PLOT_TICKS_MAX; decade++) {
		for (int k = 1; k < 10 && n < PLOT_TICKS_MAX; k++) {
			double value = k * pow(10, decade);

			if (value > range->high * 1.000001)
				return n;
			if (value >= range->low * 0.999999)
				ticks[n++] = (struct plot_tick){
					value, k == 1 || (room && (k == 2 || k == 5))};
		}
	}
	return n;
}

size_t plot_ticks(const struct plot_range *range, struct plot_tick ticks[PLOT_TICKS_MAX])
{
	double step, first;
	size_t n = 0;

	if (range->scale == PLOT_LOG)
		return log_ticks(range, ticks);
	step = nice_step(range->high - range->low);
	first = ceil(range->low / step - 1e-9);
	for (; n < PLOT_TICKS_MAX; n++) {
		double value = (first + (double)n) * step;

		if (value > range->high + step * 1e-6)
			break;
		ticks[n] = (struct plot_tick){fabs(value) < step * 1e-9 ? 0 : value, true};
	}
	return n;
}
