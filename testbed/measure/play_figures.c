// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/play.h"

enum { FRAMES_MAX = 1 << 20 };

/* [display_ns, stream, edge, seq, tick, input, again, alpha_n] */
static int add_frame(struct play_frames *f, const json_t *row)
{
	const json_t *ns = json_array_get(row, 0), *again = json_array_get(row, 6);

	if (!json_is_integer(ns) || !json_is_integer(again))
		return -EINVAL;
	if (json_integer_value(again)) {
		f->again++;
		return 0;
	}
	if (f->count == FRAMES_MAX)
		return -ENOSPC;
	if (f->count == f->room) {
		size_t room = f->room ? f->room * 2 : 1024;
		uint64_t *larger = reallocarray(f->ns, room, sizeof *larger);

		if (!larger)
			return -ENOMEM;
		f->ns = larger;
		f->room = room;
	}
	f->ns[f->count++] = (uint64_t)json_integer_value(ns);
	return 0;
}

int play_frames_add(struct play_frames *f, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "frames"), *row;
	int r = json_is_array(rows) ? 0 : -EINVAL;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (r == 0)
			r = add_frame(f, row);
	}
	return r;
}

void play_frames_done(struct play_frames *f)
{
	free(f->ns);
	*f = (struct play_frames){0};
}

static void input_figures(const struct app_trace *trace, uint64_t from_ns, uint64_t to_ns,
			  double *values, struct play_figures *f)
{
	size_t n = 0;

	for (size_t i = 0; i < trace->input_count; i++) {
		const struct input_times *t = &trace->input[i];

		if (t->made_ns < from_ns || t->made_ns > to_ns)
			continue;
		f->inputs++;
		if (t->shown_ns)
			values[n++] = (double)(int64_t)(t->shown_ns - t->made_ns) / 1e6;
		else
			f->unshown++;
	}
	ascending_sort(values, n);
	f->input_p50_ms = ascending_at(values, n, 0.5);
	f->input_p95_ms = ascending_at(values, n, 0.95);
	f->input_max_ms = ascending_at(values, n, 1);
}

static void frame_figures(const struct play_frames *frames, uint64_t from_ns, uint64_t to_ns,
			  double *values, struct play_figures *f)
{
	uint64_t first = 0, last = 0;
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < frames->count; i++) {
		uint64_t ns = frames->ns[i];

		if (ns < from_ns || ns > to_ns)
			continue;
		if (shown++)
			values[n++] = (double)(ns - last) / 1e6;
		else
			first = ns;
		last = ns;
	}
	ascending_sort(values, n);
	f->interval_p50_ms = ascending_at(values, n, 0.5);
	f->interval_max_ms = ascending_at(values, n, 1);
	f->fps = last > first ? (double)n * 1e9 / (double)(last - first) : 0;
}

int play_figures(const struct app_trace *trace, const struct play_frames *frames, uint64_t from_ns,
		 uint64_t inputs_to_ns, uint64_t to_ns, struct play_figures *ret)
{
	size_t most = trace->input_count > frames->count ? trace->input_count : frames->count;
	double *values = calloc(most + 1, sizeof *values);

	*ret = (struct play_figures){0};
	if (!values)
		return -ENOMEM;
	input_figures(trace, from_ns, inputs_to_ns, values, ret);
	frame_figures(frames, from_ns, to_ns, values, ret);
	free(values);
	return 0;
}
