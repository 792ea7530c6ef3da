// SPDX-License-Identifier: Apache-2.0
/* What `measure migration` found, as pictures of bars: what a migration's time is made of. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/migration_draw.h"
#include "testbed/plot/plot.h"

enum { BARS_MAX = 32, NAME_SIZE = 96, PARTS = 7, SHARES = 2 };

struct bars {
	char name[BARS_MAX][NAME_SIZE];
	const char *bar[BARS_MAX];
	double value[BARS_MAX * PARTS];
	size_t count;
};

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "?";
}

static double or_0(double value)
{
	return isfinite(value) && value > 0 ? value : 0;
}

/* ---- phases ---- */

/* Of a sample, or of the medians of several */
struct phases {
	double pre, chkp, copy, restore, comp, total, drained;
};

/* A dump that leaves the process running, and its copy, are outside of the closed gate (replay). */
static void phases_parts(const struct phases *p, double parts[PARTS])
{
	double inner = or_0(p->chkp) + or_0(p->copy) + or_0(p->restore), comp = or_0(p->comp);
	bool outside = inner > comp;

	parts[0] = or_0(p->total - or_0(p->pre) - comp - (outside ? inner : 0));
	parts[1] = or_0(p->pre);
	parts[2] = or_0(p->chkp);
	parts[3] = or_0(p->copy);
	parts[4] = or_0(p->restore);
	parts[5] = outside ? comp : comp - inner;
	parts[6] = or_0(p->drained - comp); /* both from the gate's closing on */
}

static void add_bar(struct bars *b, const char *name, const struct phases *p)
{
	if (b->count == BARS_MAX)
		return;
	snprintf(b->name[b->count], NAME_SIZE, "%s", name);
	b->bar[b->count] = b->name[b->count];
	phases_parts(p, &b->value[b->count * PARTS]);
	b->count++;
}

static void add_samples(struct bars *b, const json_t *document)
{
	const json_t *sample;
	char name[NAME_SIZE];
	size_t i;

	json_array_foreach(json_object_get(document, "samples"), i, sample)
	{
		struct phases p = {.pre = migration_number(sample, "t_pre_us"),
				   .chkp = migration_number(sample, "t_chkp_us"),
				   .copy = migration_number(sample, "t_copy_us"),
				   .restore = migration_number(sample, "t_restore_us"),
				   .comp = migration_number(sample, "t_comp_us"),
				   .total = migration_number(sample, "total_us"),
				   .drained = migration_number(sample, "until_drained.us")};

		if (!json_is_true(json_object_get(sample, "completed")))
			continue;
		if (json_array_size(json_object_get(document, "strategies")) > 1)
			snprintf(name, sizeof name, "%.14s to %.20s", text_of(sample, "strategy"),
				 text_of(sample, "to"));
		else
			snprintf(name, sizeof name, "%.20s to %.20s", text_of(sample, "from"),
				 text_of(sample, "to"));
		add_bar(b, name, &p);
	}
}

static void add_medians(struct bars *b, const json_t *document)
{
	const json_t *strategies = json_object_get(document, "strategies"), *strategy;
	char name[NAME_SIZE];
	size_t i;

	json_array_foreach(strategies, i, strategy)
	{
		const char *s = json_string_value(strategy);
		struct phases p = {.pre = migration_median(document, s, "t_pre_us"),
				   .chkp = migration_median(document, s, "t_chkp_us"),
				   .copy = migration_median(document, s, "t_copy_us"),
				   .restore = migration_median(document, s, "t_restore_us"),
				   .comp = migration_median(document, s, "t_comp_us"),
				   .total = migration_median(document, s, "total_us"),
				   .drained = migration_median(document, s, "until_drained.us")};

		if (!s || isnan(p.total))
			continue;
		migration_name(document, s, name, sizeof name);
		add_bar(b, name, &p);
	}
}

int migration_timeline_svg(const json_t *documents, FILE *out)
{
	static const char *const parts[PARTS] = {"before, and layers",	"rounds (T_pre)",
						 "dump (T_chkp)",	"copy (T_copy)",
						 "restore (T_restore)", "switch, replay, open",
						 "pages fetched later"};
	struct bars *b = calloc(1, sizeof *b);
	const json_t *document;
	bool many = json_array_size(documents) > 1;
	size_t i;
	int r;

	if (!b)
		return -ENOMEM;
	json_array_foreach(documents, i, document)
	{
		if (many)
			add_medians(b, document);
		else
			add_samples(b, document);
	}
	r = plot_bars_svg(
		&(struct plot_bars){.title = "What a migration's time is made of",
				    .subtitle =
					    many ? "medians; closed gate: dump to open"
						 : "from the request; closed gate: dump to open",
				    .axis_title = "time from the request",
				    .unit = PLOT_MICROSECONDS,
				    .bar = b->bar,
				    .part = parts,
				    .bar_count = b->count,
				    .part_count = PARTS,
				    .value = b->value},
		out);
	free(b);
	return r;
}

/* ---- shares ---- */

static void add_shares(struct bars *b, const json_t *document)
{
	const json_t *strategies = json_object_get(document, "strategies"), *strategy;
	size_t i;

	json_array_foreach(strategies, i, strategy)
	{
		const char *s = json_string_value(strategy);
		double *value = &b->value[b->count * SHARES];
		double interruption = migration_median(document, s, "shares.interruption");

		if (!s || isnan(interruption) || b->count == BARS_MAX)
			continue;
		migration_name(document, s, b->name[b->count], NAME_SIZE);
		b->bar[b->count] = b->name[b->count];
		b->count++;
		value[0] = fmin(or_0(interruption), 1);
		value[1] = fmin(or_0(migration_median(document, s, "shares.jitter")), 1);
	}
}

int migration_shares_svg(const json_t *documents, FILE *out)
{
	static const char *const parts[SHARES] = {"interruption", "service jitter"};
	struct bars *b = calloc(1, sizeof *b);
	const json_t *document;
	size_t i;
	int r;

	if (!b)
		return -ENOMEM;
	json_array_foreach(documents, i, document) add_shares(b, document);
	r = plot_bars_svg(
		&(struct plot_bars){
			.title = "Interruption and service jitter",
			.subtitle = "as parts of the whole, medians; jitter: reachable, but not at "
				    "the nearest edge",
			.axis_title = "share of the time from the request until open",
			.unit = PLOT_SHARE,
			.bar = b->bar,
			.part = parts,
			.bar_count = b->count,
			.part_count = SHARES,
			.value = b->value},
		out);
	free(b);
	return r;
}
