// SPDX-License-Identifier: Apache-2.0
/* A storm as a picture: how many UEs had got how far, from its first request on. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/report.h"
#include "testbed/plot/plot.h"

enum stage { ACCEPTED, SWITCHED, ENDED, STAGES };

static double stage_of(const struct switch_event *e, enum stage stage)
{
	uint64_t ns = stage == ACCEPTED	  ? e->created_ns
		      : stage == SWITCHED ? e->switched_ns
					  : e->ended_ns;

	return e->asked_ns && ns ? (double)(int64_t)(ns - e->asked_ns) / 1e3 : NAN;
}

int report_storm_svg(const struct report *r, FILE *out)
{
	static const char *const names[STAGES] = {"migration accepted", "switched",
						  "old session released"};
	double *value = calloc(STAGES * (r->event_count + 1), sizeof *value);
	struct plot_series series[STAGES];
	char title[96], subtitle[160];
	struct plot plot = {
		.title = title,
		.subtitle = subtitle,
		.x = {"since the first request", PLOT_LINEAR, PLOT_MICROSECONDS, 0, NAN},
		.y = {"share of the UEs", PLOT_LINEAR, PLOT_SHARE, 0, 1},
		.series = series,
		.series_count = STAGES};
	int status;

	if (!value)
		return -ENOMEM;
	for (int stage = 0; stage < STAGES; stage++) {
		double *x = value + (size_t)stage * (r->event_count + 1);

		for (size_t i = 0; i < r->event_count; i++)
			x[i] = r->event[i].ok ? stage_of(&r->event[i], (enum stage)stage) : NAN;
		series[stage] = (struct plot_series){.name = names[stage],
						     .kind = PLOT_CDF,
						     .x = x,
						     .count = r->event_count,
						     .colour = (unsigned)stage * 2};
	}
	snprintf(title, sizeof title, "%zu UEs switched at once", r->run_count);
	snprintf(subtitle, sizeof subtitle, "%s, %s, %zu round%s", r->topology, r->mode[0].name,
		 r->storm.rounds, r->storm.rounds > 1 ? "s" : "");
	status = plot_svg(&plot, 1, out);
	free(value);
	return status;
}
