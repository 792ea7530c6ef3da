// SPDX-License-Identifier: Apache-2.0
/* Of the inputs around the switches, and of the waits before them, what the report's forms tell. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/report.h"

const char *report_edge_name(const struct report *r, uint32_t edge, char *buf, size_t size)
{
	if (edge && edge <= EDGES_MAX && r->edge_called[edge][0])
		snprintf(buf, size, "%s", r->edge_called[edge]);
	else if (edge)
		snprintf(buf, size, "edge %" PRIu32, edge);
	else
		buf[0] = '\0';
	return buf;
}

static bool is_of(const struct switch_event *e, size_t mode)
{
	return mode == SIZE_MAX || e->mode == mode;
}

double *report_input_values(const struct report *r, size_t mode, const char *destination,
			    bool after, size_t *ret_count)
{
	size_t room = 1;
	double *values;

	for (size_t i = 0; i < r->event_count; i++)
		room += r->event[i].inputs.count;
	values = calloc(room, sizeof *values);
	*ret_count = 0;
	for (size_t i = 0; values && i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		if (is_of(e, mode) && (!destination || strcmp(e->to, destination) == 0))
			*ret_count += input_latencies(&e->inputs, after, values + *ret_count);
	}
	if (values)
		ascending_sort(values, *ret_count);
	return values;
}

size_t report_given_up(const struct report *r, size_t mode)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++)
		n += is_of(&r->event[i], mode) && r->event[i].given_up;
	return n;
}

struct report_gate report_gate(const struct report *r, size_t mode)
{
	struct report_gate gate = {0};

	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		if (!is_of(e, mode) || !e->ok || !e->app.passed)
			continue;
		gate.passed++;
		gate.known += e->app.rest != APP_REST_UNKNOWN;
		gate.rested += e->app.rest == APP_RESTS;
	}
	return gate;
}

double *report_live_waits(const struct report *r, size_t *ret_count)
{
	double *values = calloc(r->event_count + 1, sizeof *values);

	*ret_count = 0;
	for (size_t i = 0; values && i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		if (e->given_up)
			values[(*ret_count)++] = (double)r->timeout_ms * 1000;
		else if (e->ok && !isnan(e->app.wait_us))
			values[(*ret_count)++] = e->app.wait_us;
	}
	if (values)
		ascending_sort(values, *ret_count);
	return values;
}

static void put_time(FILE *out, uint64_t from_ns, uint64_t ns)
{
	if (ns)
		fprintf(out, ",%.3f", (double)(int64_t)(ns - from_ns) / 1e3);
	else
		fprintf(out, ",");
}

int report_inputs_csv(const struct report *r, FILE *out)
{
	char edge[64];

	fprintf(out, "migration,mode,destination,seq,input,made_ns,from_switch_us,sent_us,acked_us,"
		     "latency_us,"
		     "edge,sends,resent\n");
	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		for (size_t k = 0; k < e->inputs.count; k++) {
			const struct input_sample *s = &e->inputs.sample[k];

			fprintf(out, "%s,%s,%s,%" PRIu32 ",%u,%" PRIu64 ",%.3f", e->migration,
				r->mode[e->mode].name, e->to, s->times.seq, s->times.input,
				s->times.made_ns, (double)s->from_switch_ns / 1e3);
			put_time(out, s->times.made_ns, s->times.sent_ns);
			put_time(out, s->times.made_ns, s->times.acked_ns);
			put_time(out, s->times.made_ns, s->times.shown_ns);
			fprintf(out, ",%s,%" PRIu32 ",%d\n",
				report_edge_name(r, s->edge, edge, sizeof edge), s->times.sends,
				s->resent);
		}
	}
	return 0;
}
