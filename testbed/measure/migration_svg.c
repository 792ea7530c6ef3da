// SPDX-License-Identifier: Apache-2.0
/* What `measure migration` found, as pictures of bars: what a migration's time is made of. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/migration_draw.h"
#include "testbed/plot/plot.h"

enum { PARTS = 7, SHARES = 2 };

struct bars {
	char (*name)[MIGRATION_LABEL_SIZE];
	const char **bar;
	double *value; /* [bar][part] */
	size_t *times; /* the same: how many are behind it */
	size_t count, parts;
};

static void bars_free(struct bars *b)
{
	free(b->name);
	free(b->bar);
	free(b->value);
	free(b->times);
}

/* Room for as many as there can be: a bar for each migration, or for each measurement's strategy */
static int bars_new(const json_t *documents, size_t parts, struct bars *ret)
{
	const json_t *document;
	size_t i, room = 1;

	json_array_foreach(documents, i, document) room +=
		json_array_size(json_object_get(document, "samples")) +
		json_array_size(json_object_get(document, "strategies"));
	*ret = (struct bars){.name = calloc(room, sizeof *ret->name),
			     .bar = calloc(room, sizeof *ret->bar),
			     .value = calloc(room * parts, sizeof *ret->value),
			     .times = calloc(room * parts, sizeof *ret->times),
			     .parts = parts};
	if (ret->name && ret->bar && ret->value && ret->times)
		return 0;
	bars_free(ret);
	return -ENOMEM;
}

static size_t bar_new(struct bars *b, const char *name)
{
	snprintf(b->name[b->count], sizeof b->name[0], "%s", name);
	b->bar[b->count] = b->name[b->count];
	return b->count++;
}

/* Repeats of one measurement have one name, and one bar: their mean. */
static size_t bar_named(struct bars *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->name[i], name) == 0)
			return i;
	return bar_new(b, name);
}

static void bar_add(struct bars *b, size_t bar, const double *parts)
{
	for (size_t p = 0; p < b->parts; p++)
		migration_mean(&b->value[bar * b->parts + p], &b->times[bar * b->parts + p],
			       parts[p]);
}

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
	bool outside; /* the dump leaves the process running, and is, as its copy, outside of the
			 closed gate */
};

static bool dumps_outside(const char *strategy)
{
	return strategy && strcmp(strategy, "replay") == 0;
}

static void phases_parts(const struct phases *p, double parts[PARTS])
{
	double inner = or_0(p->chkp) + or_0(p->copy) + or_0(p->restore), comp = or_0(p->comp);

	parts[0] = or_0(p->total - or_0(p->pre) - comp - (p->outside ? inner : 0));
	parts[1] = or_0(p->pre);
	parts[2] = or_0(p->chkp);
	parts[3] = or_0(p->copy);
	parts[4] = or_0(p->restore);
	parts[5] = p->outside ? comp : or_0(comp - inner);
	parts[6] = or_0(p->drained - comp); /* both from the gate's closing on */
}

static void add_samples(struct bars *b, const json_t *document)
{
	char name[MIGRATION_LABEL_SIZE];
	const json_t *sample;
	double parts[PARTS];
	size_t i;

	json_array_foreach(json_object_get(document, "samples"), i, sample)
	{
		struct phases p = {.pre = migration_number(sample, "t_pre_us"),
				   .chkp = migration_number(sample, "t_chkp_us"),
				   .copy = migration_number(sample, "t_copy_us"),
				   .restore = migration_number(sample, "t_restore_us"),
				   .comp = migration_number(sample, "t_comp_us"),
				   .total = migration_number(sample, "total_us"),
				   .drained = migration_number(sample, "until_drained.us"),
				   .outside = dumps_outside(
					   json_string_value(json_object_get(sample, "strategy")))};

		if (!json_is_true(json_object_get(sample, "completed")))
			continue;
		if (json_array_size(json_object_get(document, "strategies")) > 1)
			snprintf(name, sizeof name, "%.14s to %.20s", text_of(sample, "strategy"),
				 text_of(sample, "to"));
		else
			snprintf(name, sizeof name, "%.20s to %.20s", text_of(sample, "from"),
				 text_of(sample, "to"));
		phases_parts(&p, parts);
		bar_add(b, bar_new(b, name), parts);
	}
}

static void add_medians(struct bars *b, const json_t *documents, const json_t *document)
{
	const json_t *strategies = json_object_get(document, "strategies"), *strategy;
	char name[MIGRATION_LABEL_SIZE];
	double parts[PARTS];
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
				   .drained = migration_median(document, s, "until_drained.us"),
				   .outside = dumps_outside(s)};

		if (!s || isnan(p.total))
			continue;
		migration_label(documents, document, s, KNOBS, name);
		phases_parts(&p, parts);
		bar_add(b, bar_named(b, name), parts);
	}
}

int migration_timeline_svg(const json_t *documents, FILE *out)
{
	static const char *const parts[PARTS] = {"before",
						 "rounds, layers (T_pre)",
						 "dump (T_chkp)",
						 "copy (T_copy)",
						 "restore (T_restore)",
						 "switch, replay, open",
						 "pages fetched later"};
	bool many = json_array_size(documents) > 1;
	const json_t *document;
	struct bars b;
	size_t i;
	int r = bars_new(documents, PARTS, &b);

	if (r < 0)
		return r;
	json_array_foreach(documents, i, document)
	{
		if (many)
			add_medians(&b, documents, document);
		else
			add_samples(&b, document);
	}
	r = plot_bars_svg(
		&(struct plot_bars){.title = "What a migration's time is made of",
				    .subtitle =
					    many ? "medians; closed gate: dump to open"
						 : "from the request; closed gate: dump to open",
				    .axis_title = "time from the request",
				    .unit = PLOT_MICROSECONDS,
				    .bar = b.bar,
				    .part = parts,
				    .bar_count = b.count,
				    .part_count = PARTS,
				    .value = b.value},
		out);
	bars_free(&b);
	return r;
}

/* ---- shares ---- */

static void add_shares(struct bars *b, const json_t *documents, const json_t *document)
{
	const json_t *strategies = json_object_get(document, "strategies"), *strategy;
	char name[MIGRATION_LABEL_SIZE];
	size_t i;

	json_array_foreach(strategies, i, strategy)
	{
		const char *s = json_string_value(strategy);
		const double interruption = migration_median(document, s, "shares.interruption");
		const double parts[SHARES] = {
			fmin(or_0(interruption), 1),
			fmin(or_0(migration_median(document, s, "shares.jitter")), 1)};

		if (!s || isnan(interruption))
			continue;
		migration_label(documents, document, s, KNOBS, name);
		bar_add(b, bar_named(b, name), parts);
	}
}

int migration_shares_svg(const json_t *documents, FILE *out)
{
	static const char *const parts[SHARES] = {"interruption", "service jitter"};
	const json_t *document;
	struct bars b;
	size_t i;
	int r = bars_new(documents, SHARES, &b);

	if (r < 0)
		return r;
	json_array_foreach(documents, i, document) add_shares(&b, documents, document);
	r = plot_bars_svg(
		&(struct plot_bars){
			.title = "Interruption and service jitter",
			.subtitle = "as parts of the whole, medians; jitter: reachable, but not at "
				    "the nearest edge",
			.axis_title = "share of the time from the request until open",
			.unit = PLOT_SHARE,
			.bar = b.bar,
			.part = parts,
			.bar_count = b.count,
			.part_count = SHARES,
			.value = b.value},
		out);
	bars_free(&b);
	return r;
}
