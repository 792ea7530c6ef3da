// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/app_trace.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Return: 0, -ENOMEM, -ENOSPC */
static int grow(void *rows, size_t *room, size_t wanted, size_t row_bytes)
{
	size_t more = *room ? *room : 1024;
	void *grown;

	if (wanted > APP_TRACE_ROWS_MAX)
		return -ENOSPC;
	while (more < wanted)
		more *= 2;
	if (more == *room)
		return 0;
	grown = realloc(*(void **)rows, more * row_bytes);
	if (!grown)
		return -ENOMEM;
	*(void **)rows = grown;
	*room = more;
	return 0;
}

static bool number_at(const json_t *row, size_t column, uint64_t max, uint64_t *ret)
{
	const json_t *value = json_array_get(row, column);

	*ret = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0 && *ret <= max;
}

/* [display_ns, stream, edge, seq, tick, input, again, alpha_n] */
static int read_shown(struct app_trace *t, const json_t *rows)
{
	uint64_t last = t->shown_count ? t->shown[t->shown_count - 1].ns : 0, ns, edge;
	int r = grow(&t->shown, &t->shown_room, t->shown_count + json_array_size(rows),
		     sizeof *t->shown);
	const json_t *row;
	size_t i;

	if (r < 0)
		return r;
	json_array_foreach(rows, i, row)
	{
		if (!number_at(row, 0, INT64_MAX, &ns) || !number_at(row, 2, UINT16_MAX, &edge) ||
		    ns < last)
			return -EINVAL;
		t->shown[t->shown_count + i] = (struct shown_picture){ns, (uint32_t)edge};
		last = ns;
	}
	return 0;
}

/* [seq, made_ns, sent_ns, acked_ns, shown_ns, input, sends] */
static bool read_input(const json_t *row, struct input_times *ret)
{
	uint64_t seq, input, sends;

	*ret = (struct input_times){0};
	if (!number_at(row, 0, UINT32_MAX, &seq) || !number_at(row, 1, INT64_MAX, &ret->made_ns) ||
	    !number_at(row, 2, INT64_MAX, &ret->sent_ns) ||
	    !number_at(row, 3, INT64_MAX, &ret->acked_ns) ||
	    !number_at(row, 4, INT64_MAX, &ret->shown_ns) ||
	    !number_at(row, 5, UINT8_MAX, &input) || !number_at(row, 6, UINT32_MAX, &sends))
		return false;
	ret->seq = (uint32_t)seq;
	ret->sends = (uint32_t)sends;
	ret->input = (uint8_t)input;
	return ret->shown_ns == 0 || ret->shown_ns >= ret->made_ns;
}

/* In the answer's order, which is by number; @at: behind those that stay */
static int read_inputs(struct app_trace *t, size_t at, const json_t *rows)
{
	int r = grow(&t->input, &t->input_room, at + json_array_size(rows), sizeof *t->input);
	const json_t *row;
	size_t i;

	if (r < 0)
		return r;
	json_array_foreach(rows, i, row)
	{
		struct input_times *input = &t->input[at + i];

		if (!read_input(row, input) || (at + i > 0 && input[-1].seq >= input->seq))
			return -EINVAL;
	}
	return 0;
}

static size_t inputs_below(const struct app_trace *t, uint64_t seq)
{
	size_t n = t->input_count;

	while (n > 0 && t->input[n - 1].seq >= seq)
		n--;
	return n;
}

static bool counts_of(const json_t *answer, const char *name, uint64_t *ret)
{
	const json_t *value = json_object_get(answer, name);

	*ret = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

int app_trace_add(struct app_trace *t, const json_t *answer)
{
	const json_t *frames = json_object_get(answer, "frames"),
		     *inputs = json_object_get(answer, "inputs");
	uint64_t next, inputs_next, inputs_from;
	size_t at;
	int r;

	if (!json_is_array(frames) || !json_is_array(inputs) || !counts_of(answer, "next", &next) ||
	    !counts_of(answer, "inputs_next", &inputs_next) ||
	    !counts_of(answer, "inputs_from", &inputs_from))
		return -EINVAL;
	at = inputs_below(t, inputs_from);
	r = read_shown(t, frames);
	if (r == 0)
		r = read_inputs(t, at, inputs);
	if (r < 0) {
		if (t->input_count > at)
			t->input_count = at; /* the rest may be half written over */
		return r;
	}
	t->shown_count += json_array_size(frames);
	if (json_array_size(inputs))
		t->input_count = at + json_array_size(inputs);
	t->next = next;
	t->inputs_next = inputs_next;
	return (int)(json_array_size(frames) + json_array_size(inputs));
}

enum { INPUT_UP = 1, INPUT_REST = 5, INPUT_GO = 6 }; /* of the wire (docs/csm.md) */

static enum app_rest rest_after(enum app_rest before, const struct input_times *input)
{
	if (input->input < INPUT_UP || input->input > INPUT_GO)
		return before;
	return input->input == INPUT_REST ? APP_RESTS : APP_MOVES;
}

enum app_rest app_trace_rest(const struct app_trace *t, uint64_t ns)
{
	enum app_rest rest = t->forgotten;

	for (size_t i = 0; i < t->input_count; i++)
		if (t->input[i].shown_ns && t->input[i].shown_ns <= ns)
			rest = rest_after(rest, &t->input[i]);
	return rest;
}

void app_trace_forget(struct app_trace *t, uint64_t ns)
{
	size_t old = 0;

	while (old < t->shown_count && t->shown[old].ns < ns)
		old++;
	t->shown_count -= old;
	if (old)
		memmove(t->shown, t->shown + old, t->shown_count * sizeof *t->shown);
	old = 0;
	while (old < t->input_count && t->input[old].made_ns < ns)
		t->forgotten = rest_after(t->forgotten, &t->input[old++]);
	t->input_count -= old;
	if (old)
		memmove(t->input, t->input + old, t->input_count * sizeof *t->input);
	if (t->input_count)
		t->inputs_next = t->input[0].seq;
}

void app_trace_again(struct app_trace *t, uint64_t ns)
{
	size_t n = t->input_count;

	while (n > 0 && t->input[n - 1].made_ns >= ns)
		n--;
	if (n < t->input_count)
		t->inputs_next = t->input[n].seq;
}

void app_trace_done(struct app_trace *t)
{
	free(t->shown);
	free(t->input);
	*t = (struct app_trace){0};
}

/* ---- around a switch ---- */

/* The display at exactly that time, which is where an input's stamp comes from */
static uint32_t edge_at(const struct app_trace *t, uint64_t ns)
{
	size_t low = 0, high = t->shown_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->shown[middle].ns < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->shown_count && t->shown[low].ns == ns ? t->shown[low].edge : 0;
}

static struct input_sample sample_of(const struct app_trace *t, const struct input_times *i,
				     uint64_t t0_ns)
{
	return (struct input_sample){
		.times = *i,
		.from_switch_ns = (int64_t)(i->made_ns - t0_ns),
		.latency_us = i->shown_ns ? (double)(i->shown_ns - i->made_ns) / 1e3 : NAN,
		.edge = i->shown_ns ? edge_at(t, i->shown_ns) : 0,
		.resent =
			i->sent_ns && i->sent_ns < t0_ns && (!i->acked_ns || i->acked_ns > t0_ns)};
}

int app_trace_around(const struct app_trace *t, uint64_t t0_ns, struct input_samples *ret)
{
	*ret = (struct input_samples){calloc(t->input_count + 1, sizeof *ret->sample), 0};
	if (!ret->sample)
		return -ENOMEM;
	for (size_t i = 0; i < t->input_count; i++)
		if (t->input[i].made_ns + INPUTS_AROUND_NS >= t0_ns &&
		    t->input[i].made_ns < t0_ns + INPUTS_AROUND_NS)
			ret->sample[ret->count++] = sample_of(t, &t->input[i], t0_ns);
	return 0;
}

void input_samples_done(struct input_samples *s)
{
	free(s->sample);
	*s = (struct input_samples){0};
}

size_t input_latencies(const struct input_samples *s, bool after, double *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		if ((s->sample[i].from_switch_ns >= 0) == after && !isnan(s->sample[i].latency_us))
			ret[n++] = s->sample[i].latency_us;
	return n;
}
