// SPDX-License-Identifier: Apache-2.0
/* What a report says of recorded likeness: its distribution, and for each threshold the waits that
 * could have been, beside those that were. */
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/similarity.h"

enum { BINS = 20, BIN_PERCENT = 100 / BINS };

static const double shares[] = {0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1};
static const char *const share_names[] = {"min", "p1",	"p5",  "p10", "p25", "p50",
					  "p75", "p90", "p95", "p99", "max"};
/* 001 Fig. 10 */
static const double thresholds[] = {0.75, 0.80, 0.85, 0.90, 0.95};

enum { SHARES = sizeof shares / sizeof shares[0] };

static json_t *rounded(double value, double unit)
{
	return isnan(value) ? json_null() : json_real(round(value / unit * 1e4) / 1e4);
}

static json_t *quantiles_json(const double *values, size_t count, double unit)
{
	json_t *j = json_object();

	for (int i = 0; i < SHARES; i++)
		json_object_set_new(j, share_names[i],
				    rounded(ascending_at(values, count, shares[i]), unit));
	return j;
}

/* Evenly picked from ascending values, the ends among them */
static json_t *picked_json(const double *values, size_t count, double unit)
{
	size_t n = count < SIMILARITY_SHOWN ? count : SIMILARITY_SHOWN;
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
				      rounded(values[n > 1 ? i * (count - 1) / (n - 1) : 0], unit));
	return list;
}

/* Shares of pairs by SSIM, 0.05 wide; below the first that has any nothing is said */
static json_t *histogram_json(const double *values, size_t count)
{
	size_t of[BINS] = {0};
	json_t *list = json_array();
	bool begun = false;

	for (size_t i = 0; i < count; i++) {
		int bin = (int)(values[i] * BINS);

		of[bin < BINS ? bin : BINS - 1]++;
	}
	for (int b = 0; b < BINS; b++) {
		begun |= of[b] > 0;
		if (begun)
			json_array_append_new(
				list, json_pack("{s:f, s:f, s:o}", "from", b * BIN_PERCENT / 100.0,
						"to", (b + 1) * BIN_PERCENT / 100.0, "share",
						rounded((double)of[b] / (double)count, 1)));
	}
	return list;
}

static json_t *waits_json(const struct waits *w)
{
	return json_pack("{s:f, s:I, s:I, s:I, s:I, s:o}", "threshold", w->threshold, "moments",
			 (json_int_t)(w->passed + w->given_up + w->open), "passed",
			 (json_int_t)w->passed, "given_up", (json_int_t)w->given_up, "open",
			 (json_int_t)w->open, "wait_ms", quantiles_json(w->us, w->count, 1e3));
}

static json_t *thresholds_json(const struct similarity *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
		struct waits w;

		if (waits_compute(s->trace, s->count, thresholds[i], s->timeout_ns, &w) == 0)
			json_array_append_new(list, waits_json(&w));
		waits_done(&w);
	}
	return list;
}

static json_t *live_json(const double *live, size_t count, size_t given_up)
{
	double low = NAN, high = NAN;

	median_interval(live, count, &low, &high);
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "migrations", (json_int_t)count,
			 "given_up", (json_int_t)given_up, "wait_ms",
			 quantiles_json(live, count, 1e3), "median_low_ms", rounded(low, 1e3),
			 "median_high_ms", rounded(high, 1e3), "waits_ms",
			 picked_json(live, count, 1e3));
}

/* [us since the first, SSIM, tick of the source, of the destination] */
static json_t *trace_json(const struct pair_trace *t)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < t->count; i++) {
		const struct pair *p = &t->pair[i];
		json_t *row = json_array();

		json_array_append_new(row,
				      json_integer((json_int_t)((p->ns - t->pair[0].ns) / 1000)));
		json_array_append_new(row, rounded(p->ssim, 1));
		json_array_append_new(row, json_integer(p->tick_s));
		json_array_append_new(row, json_integer(p->tick_d));
		json_array_append_new(rows, row);
	}
	return json_pack("{s:I, s:o}", "from_ns",
			 t->count ? (json_int_t)t->pair[0].ns : (json_int_t)0, "pairs", rows);
}

static double seconds_of(const struct similarity *s)
{
	double seconds = 0;

	for (size_t i = 0; i < s->count; i++)
		if (s->trace[i].count)
			seconds += (double)(s->trace[i].pair[s->trace[i].count - 1].ns -
					    s->trace[i].pair[0].ns) /
				   1e9;
	return seconds;
}

static json_t *agrees_json(int agrees)
{
	return agrees < 0 ? json_null() : json_boolean(agrees);
}

json_t *similarity_json(const struct similarity *s, const double *live, size_t count,
			size_t live_given_up)
{
	json_t *traces = json_array(), *computed, *j = NULL;
	struct waits own = {0};
	size_t n = 0;
	double *values = similarity_values(s, &n);

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(traces, trace_json(&s->trace[i]));
	if (values && waits_compute(s->trace, s->count, s->threshold, s->timeout_ns, &own) == 0) {
		computed = waits_json(&own);
		json_object_set_new(computed, "waits_ms", picked_json(own.us, own.count, 1e3));
		j = json_pack("{s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:O}", "pairs",
			      (json_int_t)n, "seconds", rounded(seconds_of(s), 1), "timeout_ms",
			      (json_int_t)(s->timeout_ns / 1000000), "quantiles",
			      quantiles_json(values, n, 1), "histogram", histogram_json(values, n),
			      "ssim", picked_json(values, n, 1), "computed", computed, "live",
			      live_json(live, count, live_given_up), "agree",
			      agrees_json(similarity_agrees(&own, live, count)), "thresholds",
			      thresholds_json(s), "traces", traces);
	}
	json_decref(traces);
	waits_done(&own);
	free(values);
	return j;
}
