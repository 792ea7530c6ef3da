// SPDX-License-Identifier: Apache-2.0
/* What was watched beside the probes, in the report: bytes by source and destination, and what
 * nodes used. */
#include <errno.h>
#include <stdlib.h>

#include "testbed/measure/report.h"

size_t report_resource_marks(const struct report *r, struct resource_mark *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		if (!e->ok || !e->created_ns)
			continue;
		ret[n].from_ns = e->created_ns;
		ret[n].switched_ns = e->switched_ns;
		ret[n].to_ns = e->ended_ns;
		snprintf(ret[n].source, sizeof ret[n].source, "%.39s", e->from);
		snprintf(ret[n].destination, sizeof ret[n].destination, "%.39s", e->to);
		n++;
	}
	return n;
}

static struct resource_mark *marks_of(const struct report *r, size_t *ret_count)
{
	struct resource_mark *marks = calloc(r->event_count + 1, sizeof *marks);

	*ret_count = marks ? report_resource_marks(r, marks) : 0;
	return marks;
}

int report_resources_svg(const struct report *r, FILE *out)
{
	size_t count;
	struct resource_mark *marks = marks_of(r, &count);
	char subtitle[400];
	int status;

	snprintf(subtitle, sizeof subtitle, "%s%s%s, means over a second; %s, %s", r->app,
		 r->app[0] ? ", strategy " : "", r->strategy, r->topology, r->machine);
	status = marks ? resources_svg(&r->resources, marks, count, subtitle, out) : -ENOMEM;
	free(marks);
	return status;
}

int report_resources_csv(const struct report *r, FILE *out)
{
	resources_csv(&r->resources, out);
	return 0;
}

int report_bytes_csv(const struct report *r, FILE *out)
{
	bytes_csv(r->bytes_places, &r->bytes, out);
	return 0;
}

/* @j: given */
static int print(const char *name, json_t *j, FILE *out)
{
	int status;

	if (!j)
		return -ENOMEM;
	fprintf(out, ",\"%s\":", name);
	status = json_dumpf(j, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0 ? -EIO : 0;
	json_decref(j);
	return status;
}

int report_watch_json(const struct report *r, FILE *out)
{
	struct resource_mark *marks;
	size_t count;
	int status = 0;

	if (r->bytes_places)
		status = print("bytes", bytes_json(r->bytes_places, &r->bytes), out);
	if (!r->resources.interval_ns || status < 0)
		return status;
	marks = marks_of(r, &count);
	status =
		print("resources", marks ? resources_json(&r->resources, marks, count) : NULL, out);
	free(marks);
	return status;
}

void report_watch_table(const struct report *r, FILE *out)
{
	struct resource_mark *marks;
	size_t count;

	if (r->bytes_places) {
		fprintf(out, "\n");
		bytes_table(r->bytes_places, &r->bytes, out);
	}
	if (!r->resources.interval_ns)
		return;
	marks = marks_of(r, &count);
	if (marks) {
		fprintf(out, "\n");
		resources_table(&r->resources, marks, count, out);
	}
	free(marks);
}

void report_watch_done(struct report *r)
{
	for (size_t i = 0; r->event && i < r->event_count; i++)
		json_decref(r->event[i].bytes);
	free(r->bytes_places);
	bytes_reading_done(&r->bytes);
	resources_done(&r->resources);
}
