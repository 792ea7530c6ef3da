// SPDX-License-Identifier: Apache-2.0
/* An application that moves as a process, as the manager meets it over REST: what became of it, and
 * steps, which do what manager_process_steps.c says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/daemon.h"
#include "tests/unit/manager_peers.h"

/* ---- the process itself ---- */

static void reply_with(struct ask *ask, unsigned status, json_t *body)
{
	ask->status = status;
	ask->body = body;
}

static struct peer_edge *edge_of(const struct ask *ask)
{
	return ask->server == &ask->p->edge[0].server ? &ask->p->edge[0] : &ask->p->edge[1];
}

static bool act_state(struct ask *ask)
{
	static const char *const names[] = {"absent", "running", "stopped", "incoming"};
	const struct peer_process *p = &edge_of(ask)->process;

	reply_with(ask, 200,
		   json_pack("{s:s, s:s, s:s, s:s*}", "app", PEER_PROCESS, "state", names[p->life],
			     "gate", p->open ? "open" : "closed", "migration",
			     p->life == LIFE_INCOMING ? p->incoming : NULL));
	return true;
}

static bool act_delete(struct ask *ask)
{
	struct peer_process *p = &edge_of(ask)->process;

	if (p->life == LIFE_INCOMING) {
		reply_with(ask, 409, json_pack("{s:s}", "cause", "IN_USE"));
		return true;
	}
	p->life = LIFE_ABSENT;
	p->open = false;
	reply_with(ask, 204, NULL);
	return true;
}

/* ---- steps ---- */

bool process_step_is(const char *step, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(step, kind, len) == 0 && (step[len] == '\0' || step[len] == '.');
}

struct peer_process_step *process_step_find(struct peer_edge *e, const char *migration,
					    const char *name)
{
	for (size_t i = 0; i < e->process.step_count; i++) {
		struct peer_process_step *s = &e->process.step[i];

		if (strcmp(s->name, name) == 0 && strcmp(s->migration, migration) == 0)
			return s;
	}
	return NULL;
}

static bool same(const char *wanted, const char *step)
{
	return wanted && strcmp(wanted, step) == 0;
}

/* What goes on until it is cut, or serves until all is gone, is running. */
static bool stays(const char *step, const json_t *args)
{
	return process_step_is(step, "receive") || process_step_is(step, "join") ||
	       (process_step_is(step, "dump") && json_is_true(json_object_get(args, "lazy")));
}

static bool fails(struct peer_process_play *play, const char *step)
{
	if (!same(play->fails, step))
		return false;
	if (play->fails_times && --play->fails_times == 0)
		play->fails = NULL;
	return true;
}

static struct peer_process_step *new_step(struct peer_edge *e)
{
	assert_true(e->process.step_count + 1 < PEER_PROCESS_STEPS_MAX);
	return &e->process.step[e->process.step_count++];
}

/* @s: of this name, or a new one */
static void begin(struct peer_edge *e, struct peer_process_step *s, const char *migration,
		  const char *step, const json_t *args)
{
	struct peer_process_play *play = &e->peers->play;

	*s = (struct peer_process_step){
		.epoch = (uint64_t)json_integer_value(json_object_get(args, "epoch"))};
	snprintf(s->migration, sizeof s->migration, "%s", migration);
	snprintf(s->name, sizeof s->name, "%s", step);
	s->polls = 1;
	s->begun_ns = clock_now_ns() - 1000000;
	if (fails(play, step)) {
		snprintf(s->cause, sizeof s->cause, "%s", play->cause);
		return;
	}
	if (same(play->stuck, step) || stays(step, args))
		s->polls = ~0U;
	if (process_step_is(step, "receive"))
		e->process.receiving = true;
	else if (!same(play->stuck, step))
		s->outcome = process_step_do(e, migration, step, args);
	if (process_step_is(step, "commit") && play->doubt)
		snprintf(s->cause, sizeof s->cause, "UNDECIDED");
}

/* Pages, or where a receiver listens */
static json_t *progress_of(const struct peer_process_step *s)
{
	if (process_step_is(s->name, "receive") || process_step_is(s->name, "join"))
		return json_pack("{s:s, s:i, s:s}", "address", "10.120.1.2", "port", 9000, "key",
				 "00112233");
	if (!s->outcome)
		return json_object();
	return json_pack("{s:{s:s, s:i}, s:O}", "pages", "address", "10.120.1.1", "port", 9001,
			 "gate_closed_ns", json_object_get(s->outcome, "gate_closed_ns"));
}

static json_t *step_json(struct peer_process_step *s)
{
	json_int_t now = (json_int_t)clock_now_ns();
	json_t *j;

	if (s->polls == ~0U)
		return json_pack("{s:s, s:I, s:o}", "state", "running", "begun_ns",
				 (json_int_t)s->begun_ns, "progress", progress_of(s));
	if (s->polls) {
		s->polls--;
		return json_pack("{s:s, s:I, s:{}}", "state", "running", "begun_ns",
				 (json_int_t)s->begun_ns, "progress");
	}
	j = json_pack("{s:s, s:I, s:I}", "state", s->cause[0] ? "failed" : "done", "begun_ns",
		      (json_int_t)s->begun_ns, "ended_ns", now);
	if (s->cause[0])
		json_object_update_new(j, json_pack("{s:s, s:s}", "cause", s->cause, "detail",
						    "told so by a test"));
	else
		json_object_set(j, "outcome", s->outcome);
	return j;
}

/* A failure is kept for the epoch that it was told to. */
static bool is_asked_anew(const struct peer_process_step *s, const json_t *args)
{
	return s->cause[0] && !s->polls && !s->outcome &&
	       (uint64_t)json_integer_value(json_object_get(args, "epoch")) > s->epoch;
}

/* The latest in which one of its steps was begun */
static uint64_t epoch_of(const struct peer_edge *e, const char *migration)
{
	uint64_t epoch = 0;

	for (size_t i = 0; i < e->process.step_count; i++) {
		const struct peer_process_step *s = &e->process.step[i];

		if (strcmp(s->migration, migration) == 0 && s->epoch > epoch)
			epoch = s->epoch;
	}
	return epoch;
}

static bool act_put(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);
	struct peer_process_step *s;
	const char *migration = http_param(ask->req, "migration"),
		   *step = http_param(ask->req, "step");
	json_int_t epoch = json_integer_value(json_object_get(http_body(ask->req), "epoch"));

	assert_true(epoch > 0);
	if ((uint64_t)epoch < epoch_of(e, migration)) {
		reply_with(ask, 409, json_pack("{s:s}", "cause", "STALE_EPOCH"));
		return true;
	}
	s = process_step_find(e, migration, step);
	if (!s || is_asked_anew(s, http_body(ask->req)))
		begin(e, s ? s : new_step(e), migration, step, http_body(ask->req));
	reply_with(ask, 202, json_pack("{s:s}", "state", "running"));
	return true;
}

/* As one list, each of its migrations once */
static bool act_steps(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);
	json_t *list = json_array();

	for (size_t i = 0; i < e->process.step_count; i++) {
		const char *migration = e->process.step[i].migration;

		if (i && strcmp(migration, e->process.step[i - 1].migration) == 0)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:I}", "migration", migration, "epoch",
						      (json_int_t)epoch_of(e, migration)));
	}
	reply_with(ask, 200, json_pack("{s:o}", "migrations", list));
	return true;
}

static bool act_get(struct ask *ask)
{
	struct peer_process_step *s = process_step_find(
		edge_of(ask), http_param(ask->req, "migration"), http_param(ask->req, "step"));

	if (s)
		reply_with(ask, 200, step_json(s));
	else
		reply_with(ask, 404, json_pack("{s:s}", "cause", "STEP_NOT_FOUND"));
	return true;
}

static bool act_cut(struct ask *ask)
{
	struct peer_process_step *s = process_step_find(
		edge_of(ask), http_param(ask->req, "migration"), http_param(ask->req, "step"));

	if (s && s->polls == ~0U) {
		s->polls = 0;
		snprintf(s->cause, sizeof s->cause, "CANCELLED");
	}
	reply_with(ask, s ? 200 : 404, s ? step_json(s) : json_pack("{s:s}", "cause", "NOT_THERE"));
	return true;
}

static void handle(struct http_request *req, struct peer_edge *e, const char *verb,
		   bool (*act)(struct ask *))
{
	char word[48];
	struct ask ask = {
		.p = e->peers, .server = &e->server, .req = req, .word = word, .act = act};

	assert_string_equal(http_param(req, "app"), PEER_PROCESS);
	snprintf(word, sizeof word, "%s(%s)", verb, e->letter);
	peers_answer(&ask);
}

void process_state_get(struct http_request *req, void *user)
{
	handle(req, user, "process", act_state);
}

void process_state_delete(struct http_request *req, void *user)
{
	handle(req, user, "end", act_delete);
}

void process_steps_get(struct http_request *req, void *user)
{
	handle(req, user, "steps", act_steps);
}

void process_step_put(struct http_request *req, void *user)
{
	handle(req, user, http_param(req, "step"), act_put);
}

void process_step_get(struct http_request *req, void *user)
{
	char verb[40];

	snprintf(verb, sizeof verb, "%.30s?", http_param(req, "step"));
	handle(req, user, verb, act_get);
}

void process_step_delete(struct http_request *req, void *user)
{
	char verb[40];

	snprintf(verb, sizeof verb, "cut-%.30s", http_param(req, "step"));
	handle(req, user, verb, act_cut);
}

/* ---- for tests ---- */

void process_play(struct peers *p, int edge)
{
	p->edge[edge].process.life = LIFE_RUNNING;
	p->edge[edge].process.open = true;
}

void process_check_end(const struct peers *p, int edge)
{
	const struct peer_process *here = &p->edge[edge].process, *there = &p->edge[!edge].process;

	assert_int_equal(here->life, LIFE_RUNNING);
	assert_true(here->open);
	assert_int_equal(there->life, LIFE_ABSENT);
	assert_false(there->open || here->receiving || there->receiving);
	assert_int_equal(here->images + there->images, 0);
}

unsigned process_begun(const struct peers *p, int edge, const char *name)
{
	unsigned count = 0;

	for (size_t i = 0; i < p->edge[edge].process.step_count; i++)
		count += strcmp(p->edge[edge].process.step[i].name, name) == 0;
	return count;
}

void process_forget(struct peers *p)
{
	for (int edge = 0; edge < PEER_EDGES; edge++)
		for (size_t i = 0; i < p->edge[edge].process.step_count; i++)
			json_decref(p->edge[edge].process.step[i].outcome);
	json_decref(p->play.survey[0]);
	json_decref(p->play.survey[1]);
}
