// SPDX-License-Identifier: Apache-2.0
/*
 * What a stream-client might answer: its trace and its recorded SSIM, arbitrary JSON, several pages
 * of it. Besides not crashing: what is refused changes nothing that is counted, times stay in
 * order, inputs around a switch are around it, and every wait is one of passed, given up and open.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/app_trace.h"
#include "testbed/measure/similarity.h"
#include "testbed/measure/turn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_app_trace: %s\n", what);
	abort();
}

static void check_inputs(const struct app_trace *t)
{
	uint64_t t0_ns = t->input_count ? t->input[t->input_count / 2].made_ns : 0;
	struct input_samples s;

	for (size_t i = 1; i < t->shown_count; i++)
		require(t->shown[i].ns >= t->shown[i - 1].ns, "displays out of order");
	for (size_t i = 1; i < t->input_count; i++)
		require(t->input[i].seq > t->input[i - 1].seq, "inputs out of order");
	require(app_trace_around(t, t0_ns, &s) == 0, "no memory");
	for (size_t i = 0; i < s.count; i++) {
		require(s.sample[i].from_switch_ns >= -(int64_t)INPUTS_AROUND_NS &&
				s.sample[i].from_switch_ns < (int64_t)INPUTS_AROUND_NS,
			"an input from elsewhere");
		require(isnan(s.sample[i].latency_us) || s.sample[i].latency_us >= 0,
			"shown before it was made");
	}
	input_samples_done(&s);
}

static void read_trace(struct app_trace *t, const json_t *answer)
{
	size_t shown = t->shown_count;

	if (app_trace_add(t, answer) < 0)
		require(t->shown_count == shown, "half an answer was taken");
	check_inputs(t);
}

static void read_turn(const struct app_trace *t, const json_t *turn)
{
	double us = turn_comp_us(turn, 1, t);

	require(isnan(us) || us >= 0, "applied before it was");
}

static void read_pairs(struct pair_trace *t, const json_t *answer)
{
	const double thresholds[] = {0, 0.85, 1};
	size_t count = t->count;
	struct waits w;

	if (pair_trace_add(t, answer) < 0)
		require(t->count == count, "half an answer was taken");
	for (int i = 0; i < 3; i++) {
		require(waits_compute(t, 1, thresholds[i], 1000000, &w) == 0, "no memory");
		require(w.count == w.passed + w.given_up, "a wait that is neither");
		require(w.count + w.open == (t->count ? t->count - 1 : 0), "a wait is missing");
		for (size_t k = 0; k < w.count; k++)
			require(w.us[k] >= 0 && w.us[k] <= 1000, "longer than the timeout");
		waits_done(&w);
	}
}

/* Answers are divided by zero octets. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct similarity likeness = {.count = 1, .threshold = 0.5, .timeout_ns = 1000000};
	struct app_trace trace = {0};
	json_t *report;

	while (size > 0) {
		const uint8_t *end = memchr(data, 0, size);
		size_t len = end ? (size_t)(end - data) : size;
		json_t *answer = json_loadb((const char *)data, len, 0, NULL);

		read_trace(&trace, answer);
		read_turn(&trace, answer);
		read_pairs(&likeness.trace[0], answer);
		json_decref(answer);
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
	report = similarity_json(&likeness, NULL, 0, 0);
	require(report != NULL, "no report");
	json_decref(report);
	similarity_done(&likeness);
	app_trace_forget(&trace, 20);
	check_inputs(&trace);
	app_trace_done(&trace);
	return 0;
}
