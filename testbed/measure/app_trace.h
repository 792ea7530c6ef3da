/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the player did and saw, from GET /v1/trace of the stream-client: when each input was made,
 * and when, and made by which edge, the first picture was shown that has it. Pure.
 *
 * Kept are rows of the time around switches: who reads it forgets what lies before.
 */
#ifndef BATON_MEASURE_APP_TRACE_H
#define BATON_MEASURE_APP_TRACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUTS_AROUND_NS UINT64_C(2000000000) /* before and after a switch */

enum { APP_TRACE_ROWS_MAX = 1 << 20 };

struct shown_picture {
	uint64_t ns;
	uint32_t edge; /* its number */
};

struct input_times {
	uint32_t seq, sends;
	uint8_t input; /* 1 up, 2 right, 3 down, 4 left, 5 rest, 6 go */
	uint64_t made_ns, sent_ns, acked_ns, shown_ns; /* 0: not yet */
};

/* Does the player rest, by his inputs */
enum app_rest { APP_REST_UNKNOWN, APP_RESTS, APP_MOVES };

struct app_trace {
	struct shown_picture *shown; /* by time */
	size_t shown_count, shown_room;
	struct input_times *input; /* by number */
	size_t input_count, input_room;
	uint64_t next, inputs_next; /* rows to be asked for */
	enum app_rest forgotten;    /* by the newest input that was forgotten */
};

/**
 * app_trace_add - an answer to ?from=next&inputs_from=inputs_next; inputs that are there already
 * are replaced, as more is known of them by now
 *
 * Return: how many rows were new; -EINVAL: it is no such answer; -ENOMEM; -ENOSPC
 */
int app_trace_add(struct app_trace *t, const json_t *answer);
/** app_trace_forget - what was shown and made before @ns. Inputs from there on are asked for again
 */
void app_trace_forget(struct app_trace *t, uint64_t ns);
/** app_trace_again - inputs made from @ns on are asked for again: what a picture shows of them may
 * be known by then */
void app_trace_again(struct app_trace *t, uint64_t ns);
void app_trace_done(struct app_trace *t);
/** app_trace_rest - at @ns: by the newest input that a picture shown until then has. A direction or
 * `go` ends a rest */
enum app_rest app_trace_rest(const struct app_trace *t, uint64_t ns);

/* One input made within INPUTS_AROUND_NS of a switch */
struct input_sample {
	struct input_times times;
	int64_t from_switch_ns; /* when it was made */
	double latency_us;	/* made to shown; NAN: not shown */
	uint32_t edge;		/* that made the picture; 0: not shown, or not known */
	bool resent; /* it was on its way at the switch: sent on the old path, not acknowledged, and
			so sent again on the new one */
};

struct input_samples {
	struct input_sample *sample;
	size_t count;
};

/** app_trace_around - the inputs around a switch at @t0_ns; @ret: to be freed by
 * input_samples_done; Return: 0 or -ENOMEM */
int app_trace_around(const struct app_trace *t, uint64_t t0_ns, struct input_samples *ret);
void input_samples_done(struct input_samples *s);

/** input_latencies - of those made before (@after false) or after the switch, into @ret, room for
 * all; Return: how many */
size_t input_latencies(const struct input_samples *s, bool after, double *ret);

#endif
