/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How alike two streams' pictures were over time, and how long a switch would have had to wait for
 * the gate (001 Fig. 10 b): waits worked out from recorded SSIM, beside those of live migrations.
 * Pure.
 *
 * A wait begins at any moment of a trace with the same likelihood. A pair comes with each new
 * picture, so for every pair there is one wait that begins halfway between the pair before and this
 * one. It ends at the first pair whose SSIM is greater than the threshold; where none is for the
 * timeout it is given up, and counts as long as that. Where the trace ends before either, nothing
 * is known of it: it is open, counted, and in no figure. So traces should be longer than waits.
 */
#ifndef BATON_MEASURE_SIMILARITY_H
#define BATON_MEASURE_SIMILARITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PAIRS_MAX = 1 << 20, /* of a trace: hours */
	PAIR_TRACES_MAX = 16,
	SIMILARITY_SHOWN = 400 /* values of a distribution in a report: evenly picked */
};

struct pair {
	uint64_t ns;
	double ssim; /* below 0: these two can't be compared */
	uint32_t tick_s, tick_d;
};

/* Pairs in order of time */
struct pair_trace {
	struct pair *pair;
	size_t count, room;
	uint64_t next; /* row that is asked for next; 0: all that there is */
};

/**
 * pair_trace_add - rows of GET /v1/ssim behind those that are there
 * Return: how many it had; -EINVAL: it is no such answer, or not in order; -ENOMEM; -ENOSPC beyond
 * PAIRS_MAX. Nothing is added then.
 */
int pair_trace_add(struct pair_trace *trace, const json_t *answer);
/** pair_trace_keep - those of [@from_ns, @to_ns] alone */
void pair_trace_keep(struct pair_trace *trace, uint64_t from_ns, uint64_t to_ns);
void pair_trace_done(struct pair_trace *trace);

/* What became of the waits that could have been */
struct waits {
	double threshold;
	uint64_t timeout_ns;
	size_t passed, given_up, open;
	double resolution_us; /* between two pairs, in the mean: no wait is known better */
	double *us;	      /* of those that passed or were given up, ascending; owned */
	size_t count;
};

/** waits_compute - over @count traces; free with waits_done, always; Return: 0 or -ENOMEM */
int waits_compute(const struct pair_trace *trace, size_t count, double threshold,
		  uint64_t timeout_ns, struct waits *ret);
void waits_done(struct waits *w);

/**
 * median_interval - within which the median of what @count ascending values were drawn from lies
 * with at least 95 %: between two of them, by the binomial distribution, whatever theirs is
 * Return: false: there are too few values (fewer than 6)
 */
bool median_interval(const double *values, size_t count, double *ret_low, double *ret_high);

/* Of a report; traces are the recordings, one a direction */
struct similarity {
	struct pair_trace trace[PAIR_TRACES_MAX];
	size_t count;	  /* 0: nothing was recorded */
	double threshold; /* of the live migrations */
	uint64_t timeout_ns;
};

void similarity_done(struct similarity *s);
/** similarity_values - SSIM of all pairs, ascending; to be freed; NULL: no memory */
double *similarity_values(const struct similarity *s, size_t *ret_count);
/** similarity_json - returned; @live: @count waits of live migrations in us, ascending, those given
 * up among them; NULL: no memory */
json_t *similarity_json(const struct similarity *s, const double *live, size_t count,
			size_t live_given_up);
/** similarity_agrees - whether the median of the computed waits lies within the interval, or beside
 * it by no more than the resolution, of the live ones': 1, 0, or -1 where there are too few to say
 */
int similarity_agrees(const struct waits *computed, const double *live, size_t count);

#endif
