// SPDX-License-Identifier: Apache-2.0
/* What tells measurements of migrations apart, in few words. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/migration_draw.h"

enum { TEXT_SIZE = 80 };

static const double MB = 1 << 20; /* as topologies have it */

/* What was asked for, or else measured */
static double link_bps(const json_t *document)
{
	const json_t *link = json_array_get(json_object_get(document, "link"), 0);
	double asked = migration_number(link, "asked_bps");

	return isnan(asked) ? migration_number(link, "measured_bps") : asked;
}

double migration_knob_value(const json_t *document, enum migration_knob knob)
{
	switch (knob) {
	case KNOB_LINK:
		return link_bps(document) / 1e6;
	case KNOB_HEAP:
		return migration_number(document, "model.heap") / MB;
	case KNOB_APPLICATION:
		return migration_number(document, "model.application") / MB;
	default:
		return NAN;
	}
}

/* ---- one feature of a measurement; "": it has none ---- */

static void link_text(const json_t *document, char *buf)
{
	double value = migration_knob_value(document, KNOB_LINK);

	if (!isnan(value))
		snprintf(buf, TEXT_SIZE, "%.3g Mbit/s", value);
}

static void heap_text(const json_t *document, char *buf)
{
	double value = migration_knob_value(document, KNOB_HEAP);

	if (!isnan(value))
		snprintf(buf, TEXT_SIZE, "%.3g MB", value);
}

static void application_text(const json_t *document, char *buf)
{
	double value = migration_knob_value(document, KNOB_APPLICATION);

	if (!isnan(value))
		snprintf(buf, TEXT_SIZE, "layer %.3g MB", value);
}

/* Where the application layer is from the start on */
static void layered_text(const json_t *document, char *buf)
{
	const json_t *model = json_object_get(document, "model"),
		     *edges = json_object_get(model, "application_at"), *edge;
	size_t i, len = 0;

	json_array_foreach(edges, i, edge)
	{
		const char *name = json_string_value(edge);

		if (name && len < TEXT_SIZE)
			len += (size_t)snprintf(buf + len, TEXT_SIZE - len, "%s%.24s",
						i ? " " : "layer at ", name);
	}
}

static void mode_text(const json_t *document, char *buf)
{
	const char *mode = json_string_value(json_object_get(document, "mode"));

	snprintf(buf, TEXT_SIZE, "%.60s", mode ? mode : "");
}

static const struct {
	void (*text)(const json_t *document, char *buf);
	enum migration_knob knob;
} features[] = {{link_text, KNOB_LINK},
		{heap_text, KNOB_HEAP},
		{application_text, KNOB_APPLICATION},
		{layered_text, KNOBS},
		{mode_text, KNOBS}};

/* ---- what differs ---- */

static bool feature_differs(const json_t *documents, size_t feature)
{
	char first[TEXT_SIZE] = "", text[TEXT_SIZE];
	const json_t *document;
	size_t i;

	json_array_foreach(documents, i, document)
	{
		text[0] = '\0';
		features[feature].text(document, i ? text : first);
		if (i && strcmp(text, first) != 0)
			return true;
	}
	return false;
}

/* Of the members that the request gave its strategy */
static bool member_differs(const json_t *documents, const char *name)
{
	const json_t *document, *first = NULL;
	size_t i;

	json_array_foreach(documents, i, document)
	{
		const json_t *value = json_object_get(json_object_get(document, "process"), name);

		if (i == 0)
			first = value;
		else if (!value != !first || (value && !json_equal(value, first)))
			return true;
	}
	return false;
}

static void append(char *buf, const char *text)
{
	size_t len = strlen(buf);

	if (*text)
		snprintf(buf + len, MIGRATION_LABEL_SIZE - len, ", %s", text);
}

/* "compress gzip" */
static void member_text(const char *name, const json_t *value, char *buf)
{
	if (json_is_integer(value))
		snprintf(buf, TEXT_SIZE, "%.40s %lld", name, (long long)json_integer_value(value));
	else if (json_is_string(value))
		snprintf(buf, TEXT_SIZE, "%.40s %.32s", name, json_string_value(value));
}

void migration_label(const json_t *documents, const json_t *document, const char *strategy,
		     enum migration_knob axis, char buf[MIGRATION_LABEL_SIZE])
{
	json_t *process = json_object_get(document, "process"), *value;
	char text[TEXT_SIZE];
	const char *name;

	snprintf(buf, MIGRATION_LABEL_SIZE, "%.60s", strategy);
	for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
		text[0] = '\0';
		if (features[i].knob != KNOBS && features[i].knob == axis)
			continue;
		if (feature_differs(documents, i))
			features[i].text(document, text);
		append(buf, text);
	}
	json_object_foreach(process, name, value)
	{
		text[0] = '\0';
		if (member_differs(documents, name))
			member_text(name, value, text);
		append(buf, text);
	}
}

void migration_mean(double *mean, size_t *times, double value)
{
	if (isnan(value))
		return;
	++*times;
	*mean = *times == 1 ? value : *mean + (value - *mean) / (double)*times;
}
