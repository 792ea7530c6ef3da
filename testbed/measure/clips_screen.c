// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "testbed/measure/clips_stage.h"

enum {
	TRACE_ROWS = 4096, /* at most in an answer */
	ROWS_KEPT = 2 * TRACE_ROWS,
	PAIRS_KEPT = 1000000,
	INPUT_REST = 5,
};

#define NONE_YET "4294967295" /* a row that there isn't */

static json_t *get(struct clips_stage *st, const char *format, uint64_t a, uint64_t b)
{
	char path[96], url[192];

	snprintf(path, sizeof path, format, (unsigned long long)a, (unsigned long long)b);
	snprintf(url, sizeof url, "%s%s", st->screen.url, path);
	return client_get(&st->s.client, url);
}

static json_int_t column(const json_t *row, size_t at)
{
	return json_integer_value(json_array_get(row, at));
}

/* ---- rows ---- */

/* The oldest half makes room. */
static struct clip_row *add_row(struct clips_screen *screen)
{
	if (screen->count == ROWS_KEPT) {
		screen->count /= 2;
		memmove(screen->row, screen->row + screen->count,
			screen->count * sizeof *screen->row);
	}
	return &screen->row[screen->count++];
}

static void take_row(struct clips_screen *screen, const json_t *row)
{
	const json_t *jump = json_array_get(row, 8);

	*add_row(screen) =
		(struct clip_row){.ns = (uint64_t)column(row, 0),
				  .stream = (uint32_t)column(row, 1),
				  .tick = (uint32_t)column(row, 4),
				  .alpha_n = (int)column(row, 7),
				  .jump = json_is_number(jump) ? json_number_value(jump) : NAN};
}

static void take_input(struct clips_screen *screen, const json_t *row)
{
	screen->input[screen->inputs++ % CLIPS_INPUTS] = (struct clips_input){
		.ns = (uint64_t)column(row, 1), .rest = column(row, 5) == INPUT_REST};
}

bool clips_screen_resting(const struct clips_screen *screen, uint64_t at_ns)
{
	size_t kept = screen->inputs < CLIPS_INPUTS ? screen->inputs : CLIPS_INPUTS;

	for (size_t i = 1; i <= kept; i++) {
		const struct clips_input *input =
			&screen->input[(screen->inputs - i) % CLIPS_INPUTS];

		if (input->ns <= at_ns)
			return input->rest;
	}
	return false;
}

/* Return: whether there may be more */
static bool take_trace(struct clips_screen *screen, const json_t *trace)
{
	const json_t *rows = json_object_get(trace, "frames"), *row;
	size_t i;

	json_array_foreach(rows, i, row) take_row(screen, row);
	json_array_foreach(json_object_get(trace, "inputs"), i, row) take_input(screen, row);
	screen->next = json_u64(trace, "next");
	screen->inputs_next = json_u64(trace, "inputs_next");
	return json_array_size(rows) == TRACE_ROWS;
}

static int fetch_trace(struct clips_stage *st)
{
	struct clips_screen *screen = &st->screen;
	bool more = true;

	while (more) {
		json_t *trace = get(st, "/v1/trace?from=%llu&inputs_from=%llu", screen->next,
				    screen->inputs_next);

		if (!trace)
			return -EIO;
		more = take_trace(screen, trace);
		json_decref(trace);
	}
	return 0;
}

/* ---- pairs ---- */

static int take_pair(struct clips_screen *screen, const json_t *row)
{
	if (screen->ssim_count == screen->ssim_room) {
		size_t room = screen->ssim_room ? 2 * screen->ssim_room : TRACE_ROWS;
		double *larger = room > PAIRS_KEPT
					 ? NULL
					 : realloc(screen->ssim, room * sizeof *screen->ssim);

		if (!larger)
			return -ENOMEM;
		screen->ssim = larger;
		screen->ssim_room = room;
	}
	screen->ssim[screen->ssim_count++] = json_number_value(json_array_get(row, 1));
	return 0;
}

/* A distribution of very many is one of a part of them, too: what there is no room for is let go.
 */
static int fetch_pairs(struct clips_stage *st)
{
	json_t *answer = get(st, "/v1/ssim?from=%llu", st->screen.pairs_next, 0), *row;
	size_t i;

	if (!answer)
		return -EIO;
	json_array_foreach(json_object_get(answer, "pairs"), i,
			   row) if (take_pair(&st->screen, row) < 0) break;
	st->screen.pairs_next = json_u64(answer, "next");
	json_decref(answer);
	return 0;
}

int clips_screen_fetch(struct clips_stage *st)
{
	int r = fetch_trace(st);

	return r < 0 ? r : fetch_pairs(st);
}

/* ---- begin and end ---- */

static int check_player(struct clips_stage *st, const json_t *status)
{
	const char *buffer = json_string_value(json_object_get(status, "buffer"));
	bool fifo = buffer && strcmp(buffer, "fifo") == 0;
	json_int_t fps = json_integer_value(json_object_get(status, "fps"));

	if (!json_is_object(json_object_get(status, "jumps"))) {
		complain("jumps of the player's screen aren't recorded; expected jumps: true at "
			 "the player in the topology");
		return -EINVAL;
	}
	if (fifo != st->o.variant->fifo) {
		complain("--variant %s: the player has buffer: %s; expected buffer: %s in the "
			 "topology",
			 st->o.variant->name, fifo ? "fifo" : "one-frame",
			 fifo ? "one-frame" : "fifo");
		return -EINVAL;
	}
	snprintf(st->screen.buffer, sizeof st->screen.buffer, "%s", fifo ? "fifo" : "one-frame");
	st->screen.interval_ns = 1000000000 / (uint64_t)(fps > 0 ? fps : 1);
	return 0;
}

/* Where the records are now: only what comes from here on counts */
static int find_ends(struct clips_stage *st)
{
	json_t *trace = get(st, "/v1/trace?from=" NONE_YET "&inputs_from=" NONE_YET, 0, 0);
	json_t *pairs = get(st, "/v1/ssim?from=" NONE_YET, 0, 0);
	json_t *switches = get(st, "/v1/switches", 0, 0), *one;
	size_t i;

	st->screen.next = json_u64(trace, "next");
	st->screen.inputs_next = 1;
	st->screen.pairs_next = json_u64(pairs, "next");
	json_array_foreach(json_object_get(switches, "switches"), i, one) st->last_switch =
		(uint32_t)json_u64(one, "number");
	i = trace && pairs && switches;
	json_decref(trace);
	json_decref(pairs);
	json_decref(switches);
	return i ? 0 : -EIO;
}

int clips_screen_open(struct clips_stage *st)
{
	json_t *status;
	int r;

	place_url(&st->s.place, st->s.place.ue, STREAM_CLIENT_PORT, "", st->screen.url,
		  sizeof st->screen.url);
	status = get(st, "/v1/status", 0, 0);
	r = status ? check_player(st, status) : -EIO;
	json_decref(status);
	if (r == 0)
		r = find_ends(st);
	if (r == -EIO)
		complain("%s", st->s.client.error);
	st->screen.row = calloc(ROWS_KEPT, sizeof *st->screen.row);
	return r == 0 && !st->screen.row ? -ENOMEM : r;
}

void clips_screen_close(struct clips_screen *screen)
{
	free(screen->row);
	free(screen->ssim);
}
