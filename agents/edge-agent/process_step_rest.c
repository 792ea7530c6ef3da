// SPDX-License-Identifier: Apache-2.0
/* Steps over REST: what is refused, who waits, what is answered. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "agents/edge-agent/process_step.h"
#include "lib/daemon.h"

enum { WAIT_MAX_MS = 5000 };

/* ---- answers ---- */

static const char *state_of(const struct edge_step *step)
{
	const char *state = json_string_value(json_object_get(step->outcome, "state"));

	return !step->outcome ? "running" : state ? state : "failed";
}

/* A receiver's key lets whoever has it write here: it is for those alone who may command the agent.
 */
static json_t *progress_json(const struct edge_step *step, const struct http_request *req)
{
	json_t *json = journal_progress(step);

	if (!http_shows_token(req))
		json_object_del(json, "key");
	return json;
}

static json_t *step_json(const struct edge_step *step, const struct http_request *req)
{
	json_t *json = step->outcome ? json_copy(step->outcome)
				     : json_pack("{s:s, s:I, s:I}", "state", "running", "epoch",
						 (json_int_t)step->epoch, "begun_ns",
						 (json_int_t)step->asked_ns);

	json_object_set_new(json, "progress", progress_json(step, req));
	return json;
}

static void answer(struct edge_step *step, size_t index)
{
	struct http_request *req = step->waiter[index].req;

	step->waiter[index] = step->waiter[--step->waiter_count];
	http_reply(req, 200, step_json(step, req));
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void process_step_answer(struct edge_step *step)
{
	while (step->waiter_count)
		answer(step, 0);
	if (step->timer)
		uv_close((uv_handle_t *)step->timer, on_timer_closed);
	step->timer = NULL;
}

static void on_due(uv_timer_t *timer)
{
	struct edge_step *step = timer->data;
	uint64_t now = clock_mono_ns();

	for (size_t i = 0; i < step->waiter_count;)
		if (step->waiter[i].until_ns && step->waiter[i].until_ns <= now)
			answer(step, i);
		else
			i++;
}

/* A tick rather than the nearest deadline: few wait, and never long. */
static bool tick(struct edge_step *step)
{
	if (step->timer)
		return true;
	step->timer = malloc(sizeof(*step->timer));
	if (!step->timer)
		return false;
	if (uv_timer_init(step->p->all->config.loop, step->timer)) {
		free(step->timer);
		step->timer = NULL;
		return false;
	}
	step->timer->data = step;
	return !uv_timer_start(step->timer, on_due, 10, 10);
}

/* @ms: 0, until it has ended */
static void wait_for(struct edge_step *step, struct http_request *req, uint64_t ms)
{
	if (step->waiter_count == PROCESS_WAITERS_MAX || !tick(step)) {
		http_problem(req, 503, "TOO_MANY_WAIT", "%d requests wait for this step already",
			     PROCESS_WAITERS_MAX);
		return;
	}
	step->waiter[step->waiter_count++] =
		(struct step_waiter){req, ms ? clock_mono_ns() + ms * UINT64_C(1000000) : 0};
}

/* ---- who is meant ---- */

static struct edge_step *find_step(struct http_request *req, struct processes *all)
{
	struct edge_process *p = process_wanted(req, all);
	struct edge_migration *m = p ? steps_find_migration(p, http_param(req, "migration")) : NULL;
	struct edge_step *step = m ? steps_find(m, http_param(req, "step")) : NULL;

	if (p && !step)
		http_problem(req, 404, "STEP_NOT_FOUND",
			     "migration '%.60s' has no step '%.60s' of '%s' here",
			     http_param(req, "migration"), http_param(req, "step"), p->app.name);
	return step;
}

/* ---- PUT ---- */

static void refuse(struct processes *all)
{
	all->steps_refused++;
}

static bool read_epoch(struct http_request *req, struct processes *all, uint64_t *ret)
{
	const json_t *epoch = json_object_get(http_body(req), "epoch");

	*ret = (uint64_t)json_integer_value(epoch);
	if (json_is_integer(epoch) && json_integer_value(epoch) >= 0)
		return true;
	refuse(all);
	http_problem(req, 400, "INVALID_PARAMETER", "epoch: expected an integer from 0");
	return false;
}

static bool names_valid(struct http_request *req, struct processes *all)
{
	char kind[STEP_NAME_SIZE];
	unsigned round;

	if (process_step_name_valid(http_param(req, "migration")) &&
	    process_step_split(http_param(req, "step"), kind, &round))
		return true;
	refuse(all);
	http_problem(
		req, 400, "INVALID_PARAMETER",
		"expected a migration of 1 to %d characters a-z A-Z 0-9 . _ -, and a step such "
		"as dump or predump.2",
		STEP_NAME_SIZE - 1);
	return false;
}

/* Room for one more: the oldest that is over goes. One between two of its steps is not. */
static struct edge_migration *make_migration(struct edge_process *p, const char *name)
{
	struct edge_migration *m, *oldest = NULL;
	unsigned count = 0;

	DL_FOREACH (p->migrations, m) {
		count++;
		if (!oldest && steps_are_over(m))
			oldest = m;
	}
	if (count >= PROCESS_MIGRATIONS_MAX && !oldest)
		return NULL;
	if (count >= PROCESS_MIGRATIONS_MAX)
		steps_forget_migration(p, oldest);
	return steps_new_migration(p, name);
}

static void take_on(struct http_request *req, struct edge_step *step)
{
	http_reply(req, 202, step_json(step, req));
}

static void forget_step(struct edge_step *step)
{
	DL_DELETE(step->m->steps, step);
	step->m->count--;
	journal_close(step);
	free(step);
}

/* Written down, then begun. */
static void begin_step(struct http_request *req, struct edge_step *step)
{
	struct edge_process *p = step->p;
	int rc = journal_write(step, http_body(req));

	if (rc) {
		refuse(p->all);
		http_problem(req, 507, "STATE_NOT_WRITABLE",
			     "the step could not be noted in %s, so it was not begun: %s",
			     p->app.directory, strerror(-rc));
		forget_step(step);
		return;
	}
	step->m->epoch = step->epoch;
	steps_begin(step);
	take_on(req, step);
}

static void begin(struct http_request *req, struct edge_process *p, struct edge_migration *m,
		  uint64_t epoch)
{
	struct edge_step *step = NULL;

	if (m->count < PROCESS_STEPS_MAX)
		step = steps_new(p, m, http_param(req, "step"), epoch);
	if (!step) {
		refuse(p->all);
		http_problem(req, 503, "TOO_MANY_STEPS", "a migration has at most %d steps",
			     PROCESS_STEPS_MAX);
		return;
	}
	begin_step(req, step);
}

/* A failure is kept for the epoch that it was told to. Who asks anew has another one, and means it.
 */
static bool is_asked_anew(const struct edge_step *step, uint64_t epoch)
{
	return step->outcome && epoch > step->epoch && !strcmp(state_of(step), "failed");
}

static void begin_anew(struct http_request *req, struct edge_step *step, uint64_t epoch)
{
	journal_clear(step);
	json_decref(step->outcome);
	step->outcome = NULL;
	step->cut = false;
	step->epoch = epoch;
	step->asked_ns = clock_now_ns();
	begin_step(req, step);
}

void process_step_put(struct http_request *req, struct processes *all)
{
	struct edge_process *p = process_wanted(req, all);
	struct edge_migration *m;
	struct edge_step *step;
	uint64_t epoch;

	if (!p || !names_valid(req, all) || !read_epoch(req, all, &epoch))
		return;
	m = steps_find_migration(p, http_param(req, "migration"));
	step = m ? steps_find(m, http_param(req, "step")) : NULL;
	if (m && epoch < m->epoch) {
		refuse(all);
		http_problem(req, 409, "STALE_EPOCH",
			     "epoch %llu is older than %llu, which this agent has seen",
			     (unsigned long long)epoch, (unsigned long long)m->epoch);
		return;
	}
	if (step && is_asked_anew(step, epoch)) {
		begin_anew(req, step, epoch);
		return;
	}
	if (step) {
		m->epoch = epoch;
		take_on(req, step);
		return;
	}
	if (!m)
		m = make_migration(p, http_param(req, "migration"));
	if (m) {
		begin(req, p, m, epoch);
		return;
	}
	refuse(all);
	http_problem(req, 503, "TOO_MANY_MIGRATIONS", "%d migrations of '%s' are under way here",
		     PROCESS_MIGRATIONS_MAX, p->app.name);
}

/* ---- GET, DELETE ---- */

void process_step_get(struct http_request *req, struct processes *all)
{
	const char *wait = http_query(req, "wait_ms");
	struct edge_step *step;
	char *end = NULL;
	unsigned long ms = wait ? strtoul(wait, &end, 10) : 0;

	if (wait && (*wait < '0' || *wait > '9' || *end || ms > WAIT_MAX_MS)) {
		http_problem(req, 400, "INVALID_PARAMETER",
			     "wait_ms: expected an integer from 0 to %d, found '%.20s'",
			     WAIT_MAX_MS, wait);
		return;
	}
	step = find_step(req, all);
	if (!step)
		return;
	if (step->outcome || !ms)
		http_reply(req, 200, step_json(step, req));
	else
		wait_for(step, req, ms);
}

void process_step_delete(struct http_request *req, struct processes *all)
{
	struct edge_step *step = find_step(req, all);

	if (!step)
		return;
	if (!step->outcome)
		steps_cut(step);
	if (step->outcome)
		http_reply(req, 200, step_json(step, req));
	else
		wait_for(step, req, 0);
}

static json_t *migration_json(const struct edge_migration *m)
{
	json_t *list = json_array();
	const struct edge_step *step;

	DL_FOREACH (m->steps, step)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "step", step->name, "state", state_of(step)));
	return json_pack("{s:s, s:I, s:o}", "migration", m->name, "epoch", (json_int_t)m->epoch,
			 "steps", list);
}

void process_steps_get(struct http_request *req, struct processes *all)
{
	struct edge_process *p = process_wanted(req, all);
	const struct edge_migration *m;
	json_t *list;

	if (!p)
		return;
	list = json_array();
	DL_FOREACH (p->migrations, m)
		json_array_append_new(list, migration_json(m));
	http_reply(req, 200, json_pack("{s:o}", "migrations", list));
}
