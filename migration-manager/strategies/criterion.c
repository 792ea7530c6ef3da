// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/strategies/criterion.h"

#include <string.h>

/* p.haul's own figures (phaul/iters.py of CRIU's project): iterations, pages, growth in percent */
enum { P_HAUL_ROUNDS = 8, P_HAUL_PAGES = 64, P_HAUL_GROWTH = 10 };

typedef const char *(*criterion_function)(const struct process_options *options,
					  const struct round *rounds, size_t count);

/* Each: why the rounds end now, or NULL */

static const char *dirty_rate(const struct process_options *options, const struct round *rounds,
			      size_t count)
{
	uint64_t threshold = criterion_threshold(options, rounds, count);

	return count > 1 && rounds[count - 1].rate_bps < threshold ? "dirty-rate" : NULL;
}

static const char *equal_hash(const struct process_options *options, const struct round *rounds,
			      size_t count)
{
	const char *last = rounds[count - 1].hash;

	return count > 1 && last[0] && strcmp(last, rounds[count - 2].hash) == 0 ? "equal-hash"
										 : NULL;
}

static const char *exactly(const struct process_options *options, const struct round *rounds,
			   size_t count)
{
	return count >= options->rounds ? "rounds" : NULL;
}

static const char *p_haul(const struct process_options *options, const struct round *rounds,
			  size_t count)
{
	const struct round *last = &rounds[count - 1];

	if (last->pages <= P_HAUL_PAGES)
		return "p-haul: few pages";
	if (count > 1 && last->pages * 100 > rounds[count - 2].pages * (100 + P_HAUL_GROWTH))
		return "p-haul: growing";
	return count >= P_HAUL_ROUNDS ? "p-haul: iterations" : NULL;
}

static const criterion_function functions[] = {
	[CRITERION_DIRTY_RATE] = dirty_rate,
	[CRITERION_EQUAL_HASH] = equal_hash,
	[CRITERION_ROUNDS] = exactly,
	[CRITERION_P_HAUL] = p_haul,
};

enum verdict criterion_decide(const struct process_options *options, const struct round *rounds,
			      size_t count, const char **ret_why)
{
	*ret_why = functions[options->criterion](options, rounds, count);
	if (*ret_why)
		return VERDICT_STOP;
	if (count < options->rounds)
		return VERDICT_ANOTHER;
	*ret_why = "not-converged";
	return options->not_converged == NOT_CONVERGED_STOP ? VERDICT_STOP : VERDICT_NOT_CONVERGED;
}

/* The largest transfer shows the link best: small ones are over before they fill it. */
static uint64_t link_bps(const struct round *rounds, size_t count)
{
	const struct round *largest = NULL;

	for (size_t i = 0; i < count; i++)
		if (rounds[i].sent_us && (!largest || rounds[i].sent_bytes > largest->sent_bytes))
			largest = &rounds[i];
	return largest ? largest->sent_bytes * 8 * 1000000 / largest->sent_us : 0;
}

uint64_t criterion_threshold(const struct process_options *options, const struct round *rounds,
			     size_t count)
{
	return options->threshold ? options->threshold : link_bps(rounds, count) / 2;
}

uint64_t criterion_interval_ms(const struct process_options *options, size_t round)
{
	uint64_t first = options->interval_ms, last = options->interval_last_ms;
	uint64_t steps = options->rounds > 2 ? options->rounds - 2 : 0;

	if (!steps || round < 2)
		return first;
	if (round - 1 >= steps)
		return last;
	return first - (first - last) * (round - 1) / steps;
}
