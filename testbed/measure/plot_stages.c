// SPDX-License-Identifier: Apache-2.0
/* The six stages of one migration on the axis of time (001 III-C): of the one whose T_mig is the
 * median. */
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/report.h"
#include "testbed/plot/plot.h"

static bool is_told(const struct switch_event *e)
{
	return e->ok && !isnan(e->app.migration_us);
}

/* Return: NULL when none has its stages; -ENOMEM is as good as none for a picture */
static const struct switch_event *median(const struct report *r)
{
	double *values = calloc(r->event_count + 1, sizeof *values), middle;
	const struct switch_event *found = NULL;
	size_t n = 0;

	if (!values)
		return NULL;
	for (size_t i = 0; i < r->event_count; i++)
		if (is_told(&r->event[i]))
			values[n++] = r->event[i].app.migration_us;
	ascending_sort(values, n);
	middle = ascending_at(values, n, 0.5);
	free(values);
	for (size_t i = 0; i < r->event_count && !found; i++)
		if (is_told(&r->event[i]) && r->event[i].app.migration_us == middle)
			found = &r->event[i];
	return found;
}

int report_stages_svg(const struct report *r, FILE *out)
{
	const struct switch_event *e = median(r);
	struct app_result none = app_result_none();
	const struct app_result *a = e ? &e->app : &none;
	double start[APP_STAGES], at = 0;
	char title[160], subtitle[400], mig[16], frames[16];
	struct plot_bars bars = {.title = title,
				 .subtitle = subtitle,
				 .axis_title = "since the request was accepted",
				 .unit = PLOT_MICROSECONDS,
				 .bar = app_stage_name,
				 .bar_count = APP_STAGES,
				 .part_count = 1,
				 .value = a->stage_us,
				 .start = start};

	for (int i = 0; i < APP_STAGES; i++) {
		start[i] = at;
		at += isnan(a->stage_us[i]) ? 0 : a->stage_us[i];
	}
	report_time_text(a->migration_us, mig, sizeof mig);
	report_time_text(a->frame_us, frames, sizeof frames);
	snprintf(title, sizeof title, "The six stages of a migration of %s", r->app);
	snprintf(subtitle, sizeof subtitle,
		 "migration %s of %zu: T_mig %s (the median), downtime of frames shown %s; %s, %s",
		 e ? e->migration : "-", r->event_count, mig, frames, r->topology, r->machine);
	return plot_bars_svg(&bars, out);
}
