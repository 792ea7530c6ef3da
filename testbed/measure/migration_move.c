// SPDX-License-Identifier: Apache-2.0
/* Where the process is, and one migration of it after the other. */
#include <inttypes.h>
#include <string.h>

#include "testbed/measure/migration_stage.h"

enum { AGENTS_TIMEOUT_MS = 10000 };

/* ---- where ---- */

/* "running", or why not; Return: whether it runs at edge @e */
static bool runs_at(struct migration_stage *st, size_t e)
{
	struct client *c = &st->s.client;
	char url[256];
	json_t *answer;
	const char *state;
	bool runs;

	snprintf(url, sizeof url, "%s/v1/processes/%s", c->edge_url[e], st->process->name);
	answer = client_get(c, url);
	state = json_string_value(json_object_get(answer, "state"));
	runs = state && strcmp(state, "running") == 0;
	if (answer && !runs && state && strcmp(state, "absent") != 0)
		snprintf(c->error, sizeof c->error, "%s is %.32s at %.64s", st->process->name,
			 state, st->edges->edge_name[e]);
	json_decref(answer);
	return runs;
}

/* Return: 0, and the name of the edge where it runs in @ret_edge, or a negative errno */
static int find_place(struct migration_stage *st, char ret_edge[64])
{
	struct client *c = &st->s.client;
	size_t e;

	if (client_edges(c, st->edges) < 0)
		return -EIO;
	snprintf(c->error, sizeof c->error, "%s runs at none of the %zu registered edges",
		 st->process->name, st->edges->edge_count);
	for (e = 0; e < st->edges->edge_count; e++)
		if (runs_at(st, e))
			break;
	if (e == st->edges->edge_count)
		return -EIO;
	snprintf(ret_edge, 64, "%s", st->edges->edge_name[e]);
	return 0;
}

/* That of --to, or the first that it isn't at */
static int find_other(struct migration_stage *st)
{
	struct client *c = &st->s.client;

	for (size_t e = 0; e < st->edges->edge_count; e++) {
		const char *name = st->edges->edge_name[e];

		if (strcmp(name, st->home) == 0 || (st->o.to && strcmp(name, st->o.to) != 0))
			continue;
		snprintf(st->other, sizeof st->other, "%s", name);
		return 0;
	}
	snprintf(c->error, sizeof c->error,
		 st->o.to ? "--to: expected another edge of the topology than %s, where %s runs"
			  : "no other edge than %s, where %s runs, is registered",
		 st->home, st->process->name);
	return -ENOENT;
}

/* Agents register once a second, and a process with a large heap takes a moment to begin. */
int migration_find(struct migration_stage *st)
{
	uint64_t deadline = deadline_in(AGENTS_TIMEOUT_MS);
	int r;

	do {
		r = find_place(st, st->home);
		if (r == 0)
			r = find_other(st);
		if (r == 0) {
			snprintf(st->at, sizeof st->at, "%s", st->home);
			return 0;
		}
		pause_ms(RETRY_MS);
	} while (clock_mono_ns() < deadline && place_is_up(&st->s.place) && !session_interrupted());
	complain("%s", st->s.client.error);
	return r;
}

/* ---- one after the other ---- */

/* Of one that wasn't completed its end says little about the place: the agents are asked again. */
static void keep_place(struct migration_stage *st, const json_t *record)
{
	const char *to = json_string_value(
		json_object_get(json_object_get(record, "details"), "destination_edge"));
	const char *state = json_string_value(json_object_get(record, "state"));

	if (state && strcmp(state, "completed") == 0)
		snprintf(st->at, sizeof st->at, "%s",
			 to				 ? to
			 : strcmp(st->at, st->home) == 0 ? st->other
							 : st->home);
	else
		(void)find_place(st, st->at); /* where it was, when it is nowhere */
}

/* Trying again is no use, and there is a place where it would be: */
static int judge_end(struct migration_stage *st, const json_t *record)
{
	const char *cause = json_string_value(json_object_get(record, "cause"));
	const char *detail = json_string_value(json_object_get(record, "detail"));

	if (!cause || strcmp(cause, "CRIU_UNAVAILABLE") != 0)
		return 0;
	complain("CRIU can't be used here: %s; the same command works in the lab: scripts/lab "
		 "baton ...",
		 detail ? detail : "see baton doctor");
	st->failed = BATON_KERNEL;
	return -ENOTSUP;
}

static void show(const struct migration_stage *st, const json_t *record, const char *strategy,
		 const char *from)
{
	const char *state = json_string_value(json_object_get(record, "state"));
	const char *cause = json_string_value(json_object_get(record, "cause"));
	const char *detail = json_string_value(json_object_get(record, "detail"));

	session_progress(&st->s, "  %s from %s: %s%s%s%s%s\n", strategy, from, state ? state : "?",
			 cause ? ", " : "", cause ? cause : "", detail ? ": " : "",
			 detail ? detail : "");
}

static int move(struct migration_stage *st, const char *strategy, bool counts)
{
	struct session *s = &st->s;
	char key[64], from[64], id[24];
	struct client_migration migration = {
		.supi = s->place.supi,
		.destination = strcmp(st->at, st->home) == 0 ? st->other : st->home,
		.mode = st->o.mode,
		.app = st->process->name,
		.strategy = strategy,
		.threshold = -1,
		.key = key,
		.hold_ms = st->o.hold_ms,
		.process = st->o.process};
	json_t *record;
	int r;

	snprintf(from, sizeof from, "%s", st->at);
	snprintf(key, sizeof key, "measure-%" PRIu64 "-%zu", st->began_ns, st->asked++);
	if (session_ask(s, &migration, id) < 0)
		return -EIO;
	record = session_await_end(s, id, st->o.timeout_s * 1000);
	if (!record)
		return -EIO;
	keep_place(st, record);
	show(st, record, strategy, from);
	r = judge_end(st, record);
	json_array_append_new(st->records, json_pack("{s:o, s:s, s:b}", "record", record, "from",
						     from, "counts", counts));
	return r;
}

static int move_once(struct migration_stage *st, const char *strategy)
{
	int r = 0;

	if (st->o.from_the_first && strcmp(st->at, st->home) != 0)
		r = move(st, strategy, false);
	if (r == 0 && st->o.from_the_first && !session_interrupted())
		pause_ms(st->o.pause_ms);
	/* it may have stayed, and would be moved the other way */
	if (r == 0 && !session_interrupted() &&
	    !(st->o.from_the_first && strcmp(st->at, st->home) != 0))
		r = move(st, strategy, true);
	if (r == 0)
		pause_ms(st->o.pause_ms);
	if (r == 0 && !migration_client_runs(st))
		r = -ECHILD;
	return r;
}

int migration_move_all(struct migration_stage *st)
{
	int r = 0;

	pause_ms(st->o.lead_ms);
	for (size_t k = 0; k < st->o.strategy_count; k++)
		for (uint64_t i = 0; i < st->o.count && r == 0 && !session_interrupted(); i++)
			r = move_once(st, st->o.strategy[k]);
	return r;
}
