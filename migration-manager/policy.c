// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/policy.h"

typedef int (*policy_function)(const struct policy_candidate *candidates, size_t count);

static int find_current(const struct policy_candidate *c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c[i].current)
			return (int)i;
	return -1;
}

/* The nearest. The present one is left only for one that is nearer by more than what two
 * measurements of one path differ by; of two alike, the one with fewer sessions. */
static int lowest_rtt(const struct policy_candidate *c, size_t count)
{
	int best = -1, here = find_current(c, count);

	for (size_t i = 0; i < count; i++) {
		if (c[i].current || c[i].rtt_us < 0)
			continue;
		if (best < 0 || c[i].rtt_us < c[best].rtt_us ||
		    (c[i].rtt_us == c[best].rtt_us && c[i].sessions < c[best].sessions))
			best = (int)i;
	}
	if (best < 0 || here < 0 || c[here].rtt_us < 0)
		return best;
	return c[best].rtt_us + POLICY_MARGIN_US < c[here].rtt_us ? best : -1;
}

/* The one with the fewest sessions, of those that answer; the UE's own will be one more there. */
static int least_loaded(const struct policy_candidate *c, size_t count)
{
	int best = -1, here = find_current(c, count);

	for (size_t i = 0; i < count; i++) {
		if (c[i].current || c[i].rtt_us < 0 || c[i].sessions < 0)
			continue;
		if (best < 0 || c[i].sessions < c[best].sessions ||
		    (c[i].sessions == c[best].sessions && c[i].rtt_us < c[best].rtt_us))
			best = (int)i;
	}
	if (best < 0 || here < 0 || c[here].sessions < 0)
		return best;
	return c[best].sessions + 1 < c[here].sessions ? best : -1;
}

static int stay(const struct policy_candidate *c, size_t count)
{
	return -1;
}

static const policy_function functions[] = {lowest_rtt, least_loaded, stay};
const char *const policy_names[] = {"lowest-rtt", "least-loaded", "stay", NULL};

int policy_choose(size_t policy, const struct policy_candidate *candidates, size_t count)
{
	return functions[policy](candidates, count);
}
