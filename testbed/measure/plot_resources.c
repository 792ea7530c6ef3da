// SPDX-License-Identifier: Apache-2.0
/* What a migration takes of both edges, as 001 Fig. 9: processor, memory, and the bandwidth of the
 * source and of the destination, with lines where it begins and ends. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/resources.h"
#include "testbed/plot/plot.h"

enum {
	PANELS = 4,
	LINES = 3, /* of a panel */
	MARKERS_MAX = 12,
	HEIGHT = 190,
	SMOOTH_NS =
		1000000000 /* ticks of the processor's time are 10 ms: over a second they are 1 % */
};

struct drawing {
	const struct resources *r;
	double *x; /* seconds */
	double *y; /* [panel][line][sample] */
	struct plot_series series[PANELS][LINES];
	struct plot_marker marker[MARKERS_MAX];
	size_t marker_count;
};

static double seconds_of(const struct resources *r, uint64_t origin_ns, uint64_t ns)
{
	return (double)(int64_t)(ns - origin_ns) / 1e9;
}

/* The sample from which a rate at @i is taken: half of the time before it, half after */
static void around(const struct resources *r, size_t i, size_t *ret_from, size_t *ret_to)
{
	size_t from = i, to = i;

	while (from > 0 && r->ns[i] - r->ns[from - 1] <= SMOOTH_NS / 2)
		from--;
	while (to + 1 < r->count && r->ns[to + 1] - r->ns[i] <= SMOOTH_NS / 2)
		to++;
	*ret_from = from;
	*ret_to = to;
}

static struct resource_means means_at(const struct resources *r, size_t node, size_t i)
{
	size_t from, to;

	around(r, i, &from, &to);
	return resource_means(r, node, r->ns[from], r->ns[to]);
}

static double *line_of(struct drawing *d, int panel, int line)
{
	return d->y + (size_t)(panel * LINES + line) * d->r->count;
}

/* @which: 0 the source, 1 the destination */
static void fill(struct drawing *d, size_t node, int which)
{
	for (size_t i = 0; i < d->r->count; i++) {
		struct resource_means m = means_at(d->r, node, i);
		int panel = 2 + which;

		line_of(d, 0, which)[i] = m.cpu * 100;
		line_of(d, 1, which)[i] =
			node < d->r->node_count
				? d->r->use[i * d->r->node_count + node].memory / 1e6
				: NAN;
		line_of(d, panel, 0)[i] = m.sent_bps / 1e6;
		line_of(d, panel, 1)[i] = m.received_bps / 1e6;
		line_of(d, panel, 2)[i] = (m.control_sent_bps + m.control_received_bps) / 1e6;
	}
}

static void name_lines(struct drawing *d, const char *const names[PANELS][LINES])
{
	for (int p = 0; p < PANELS; p++)
		for (int l = 0; l < LINES; l++)
			d->series[p][l] =
				(struct plot_series){.name = names[p][l],
						     .kind = PLOT_CURVE,
						     .x = d->x,
						     .y = line_of(d, p, l),
						     .count = names[p][l] ? d->r->count : 0,
						     .colour = (unsigned)l * 2,
						     .dashed = p >= 2 && l == 2};
}

static void add_marker(struct drawing *d, double x, const char *label)
{
	if (d->marker_count < MARKERS_MAX)
		d->marker[d->marker_count++] = (struct plot_marker){x, label};
}

/* So that what the lines are called stands above what is drawn */
static double room_above(struct drawing *d, int panel)
{
	double most = NAN;

	for (int l = 0; l < LINES; l++)
		for (size_t i = 0; i < d->series[panel][l].count; i++)
			most = fmax(most, line_of(d, panel, l)[i]);
	return most > 0 ? most * 1.6 : NAN;
}

static int draw(struct drawing *d, const char *subtitle, FILE *out)
{
	static const char *const titles[PANELS] = {
		"(a) Processor time of the edges", "(b) Memory of the edges",
		"(c) Bandwidth of the source edge", "(d) Bandwidth of the destination edge"};
	static const char *const axes[PANELS] = {"% of a processor", "MB", "Mbit/s", "Mbit/s"};
	struct plot plot[PANELS];

	for (int p = 0; p < PANELS; p++)
		plot[p] =
			(struct plot){.title = titles[p],
				      .subtitle = p ? NULL : subtitle,
				      .x = {"seconds from the first migration's request",
					    PLOT_LINEAR, PLOT_NUMBER, NAN, NAN},
				      .y = {axes[p], PLOT_LINEAR, PLOT_NUMBER, 0, room_above(d, p)},
				      .series = d->series[p],
				      .series_count = p < 2 ? 2 : 3,
				      .marker = d->marker,
				      .marker_count = d->marker_count,
				      .height = HEIGHT};
	return plot_svg(plot, PANELS, out);
}

int resources_svg(const struct resources *r, const struct resource_mark *marks, size_t count,
		  const char *subtitle, FILE *out)
{
	const char *source = count ? marks[0].source : "", *to = count ? marks[0].destination : "";
	const char *const names[PANELS][LINES] = {{source, to, NULL},
						  {source, to, NULL},
						  {"egress", "ingress", "control, both ways"},
						  {"egress", "ingress", "control, both ways"}};
	struct drawing d = {.r = r};
	uint64_t origin = count ? marks[0].from_ns : r->count ? r->ns[0] : 0;
	int status;

	d.x = calloc(r->count + 1, sizeof *d.x);
	d.y = calloc(r->count * PANELS * LINES + 1, sizeof *d.y);
	if (d.x && d.y) {
		for (size_t i = 0; i < r->count; i++)
			d.x[i] = seconds_of(r, origin, r->ns[i]);
		fill(&d, resource_node_of(r, source), 0);
		fill(&d, resource_node_of(r, to), 1);
		name_lines(&d, names);
		for (size_t m = 0; m < count; m++) {
			add_marker(&d, seconds_of(r, origin, marks[m].from_ns), "migration begins");
			if (marks[m].switched_ns)
				add_marker(&d, seconds_of(r, origin, marks[m].switched_ns),
					   "switched");
			add_marker(&d, seconds_of(r, origin, marks[m].to_ns), "source released");
		}
		status = draw(&d, subtitle, out);
	} else {
		status = -ENOMEM;
	}
	free(d.x);
	free(d.y);
	return status;
}
