// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/similarity.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"

/* ---- traces ---- */

static int make_room(struct pair_trace *t, size_t more)
{
	size_t wanted = t->room ? t->room : 1024;
	struct pair *pair;

	if (t->count + more > PAIRS_MAX)
		return -ENOSPC;
	while (wanted < t->count + more)
		wanted *= 2;
	if (wanted == t->room)
		return 0;
	pair = realloc(t->pair, wanted * sizeof *pair);
	if (!pair)
		return -ENOMEM;
	t->pair = pair;
	t->room = wanted;
	return 0;
}

/* [ns, ssim, tick_s, tick_d] */
static bool read_pair(const json_t *row, struct pair *ret)
{
	const json_t *ns = json_array_get(row, 0), *ssim = json_array_get(row, 1);
	json_int_t tick_s = json_integer_value(json_array_get(row, 2)),
		   tick_d = json_integer_value(json_array_get(row, 3));

	if (!json_is_integer(ns) || !json_is_number(ssim) || json_integer_value(ns) < 0 ||
	    !(json_number_value(ssim) >= -1 && json_number_value(ssim) <= 1) || tick_s < 0 ||
	    tick_s > UINT32_MAX || tick_d < 0 || tick_d > UINT32_MAX)
		return false;
	*ret = (struct pair){(uint64_t)json_integer_value(ns), json_number_value(ssim),
			     (uint32_t)tick_s, (uint32_t)tick_d};
	return true;
}

int pair_trace_add(struct pair_trace *t, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "pairs"), *row;
	const json_t *next = json_object_get(answer, "next");
	size_t i, n = json_array_size(rows);
	uint64_t last = t->count ? t->pair[t->count - 1].ns : 0;
	int r;

	if (!json_is_array(rows) || !json_is_integer(next) || json_integer_value(next) < 0 ||
	    n > PAIRS_MAX)
		return -EINVAL;
	r = make_room(t, n);
	if (r < 0)
		return r;
	json_array_foreach(rows, i, row)
	{
		struct pair *pair = &t->pair[t->count + i];

		if (!read_pair(row, pair) || pair->ns < last)
			return -EINVAL;
		last = pair->ns;
	}
	t->count += n;
	t->next = (uint64_t)json_integer_value(next);
	return (int)n;
}

void pair_trace_keep(struct pair_trace *t, uint64_t from_ns, uint64_t to_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++)
		if (t->pair[i].ns >= from_ns && t->pair[i].ns <= to_ns)
			t->pair[kept++] = t->pair[i];
	t->count = kept;
}

void pair_trace_done(struct pair_trace *t)
{
	free(t->pair);
	*t = (struct pair_trace){0};
}

/* ---- waits ---- */

/* From the last pair to the first: what passes next is known at each. */
static void add_trace(struct waits *w, const struct pair_trace *t)
{
	uint64_t end = t->count ? t->pair[t->count - 1].ns : 0, passes = 0;

	for (size_t i = t->count; i-- > 1;) {
		uint64_t start = t->pair[i - 1].ns + (t->pair[i].ns - t->pair[i - 1].ns) / 2;

		if (t->pair[i].ssim > w->threshold)
			passes = t->pair[i].ns;
		if (passes && passes - start <= w->timeout_ns) {
			w->us[w->count++] = (double)(passes - start) / 1e3;
			w->passed++;
		} else if (passes || end - start >= w->timeout_ns) {
			w->us[w->count++] = (double)w->timeout_ns / 1e3;
			w->given_up++;
		} else {
			w->open++;
		}
	}
}

/* 0: of no pairs */
static double mean_interval(const struct pair_trace *trace, size_t count)
{
	double us = 0, intervals = 0;

	for (size_t i = 0; i < count; i++) {
		size_t n = trace[i].count;

		if (n < 2)
			continue;
		us += (double)(trace[i].pair[n - 1].ns - trace[i].pair[0].ns) / 1e3;
		intervals += (double)(n - 1);
	}
	return intervals > 0 ? us / intervals : 0;
}

int waits_compute(const struct pair_trace *trace, size_t count, double threshold,
		  uint64_t timeout_ns, struct waits *ret)
{
	size_t room = 1;

	*ret = (struct waits){.threshold = threshold, .timeout_ns = timeout_ns};
	for (size_t i = 0; i < count; i++)
		room += trace[i].count;
	ret->us = calloc(room, sizeof *ret->us);
	if (!ret->us)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		add_trace(ret, &trace[i]);
	ascending_sort(ret->us, ret->count);
	ret->resolution_us = mean_interval(trace, count);
	return 0;
}

void waits_done(struct waits *w)
{
	free(w->us);
	w->us = NULL;
}

/* ---- distributions ---- */

/* The k-th smallest is above the median with the likelihood that fewer than k of the values are
 * below it, and so for the k-th largest. */
bool median_interval(const double *values, size_t count, double *ret_low, double *ret_high)
{
	const double tail = 0.025;
	double n = (double)count, likelihood = exp(-n * log(2)), below = likelihood;
	size_t k = 0;

	while (below <= tail && k < count / 2) {
		k++;
		likelihood *= (n - (double)k + 1) / (double)k;
		below += likelihood;
	}
	if (k == 0)
		return false;
	*ret_low = values[k - 1];
	*ret_high = values[count - k];
	return true;
}

int similarity_agrees(const struct waits *computed, const double *live, size_t count)
{
	double low, high, median = ascending_at(computed->us, computed->count, 0.5);

	if (!computed->count || !median_interval(live, count, &low, &high))
		return -1;
	return median >= low - computed->resolution_us && median <= high + computed->resolution_us;
}

void similarity_done(struct similarity *s)
{
	for (size_t i = 0; i < s->count; i++)
		pair_trace_done(&s->trace[i]);
	s->count = 0;
}

double *similarity_values(const struct similarity *s, size_t *ret_count)
{
	double *values;
	size_t room = 1, n = 0;

	for (size_t i = 0; i < s->count; i++)
		room += s->trace[i].count;
	values = calloc(room, sizeof *values);
	for (size_t i = 0; values && i < s->count; i++)
		for (size_t k = 0; k < s->trace[i].count; k++)
			if (s->trace[i].pair[k].ssim >= 0)
				values[n++] = s->trace[i].pair[k].ssim;
	if (values)
		ascending_sort(values, n);
	*ret_count = n;
	return values;
}
