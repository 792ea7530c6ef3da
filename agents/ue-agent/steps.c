// SPDX-License-Identifier: Apache-2.0
#include "agents/ue-agent/steps.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "agents/ue-agent/store.h"
#include "lib/json.h"
#include "lib/log.h"

enum { STEP_DEADLINE_MS = 9000, UE_TIMEOUT_MS = 6000 };

static const struct {
	const char *name;
	void (*start)(struct step_op *op);
} steps[] = {
	{"establish", step_establish}, {"restore", step_establish},
	{"probe", step_probe},	       {"switch", step_switch},
	{"await", step_await},	       {"settle", step_await},
	{"release", step_release},     {"release-standby", step_release},
	{"stream", step_stream},       {"unstream", step_unstream},
	{"figures", step_figures},
};

/* ---- ending a step ---- */

static void timer_closed(uv_handle_t *handle)
{
	free(handle);
}

static void op_free(struct step_op *op)
{
	DL_DELETE(op->agent->ops, op);
	if (op->own)
		op->drop_own(op);
	if (op->timer)
		uv_close((uv_handle_t *)op->timer, timer_closed);
	json_decref(op->args);
	free(op);
}

static void op_answer(struct step_op *op, unsigned status, const json_t *body)
{
	for (size_t i = 0; i < op->waiter_count; i++) {
		if (status == 200)
			http_reply(op->waiters[i], 200, json_deep_copy(body));
		else
			http_problem(op->waiters[i], status,
				     json_string_value(json_object_get(body, "cause")), "%s",
				     json_string_value(json_object_get(body, "detail")));
	}
	op->waiter_count = 0;
}

static uint64_t epoch_of(const json_t *record, const char *name)
{
	const json_t *step = json_object_get(record, name);

	return json_u64(step, "epoch");
}

static int op_keep(struct step_op *op, unsigned status, json_t *body)
{
	const char *dir = op->agent->config.state_dir;
	json_t *record = store_read(dir, op->migration);
	int r = 0;

	if (!record)
		record = json_object();
	/* What a newer plan has begun under the same name stays. */
	if (epoch_of(record, op->name) <= op->epoch) {
		json_object_set_new(record, op->name,
				    json_pack("{s:I, s:I, s:i, s:O}", "epoch",
					      (json_int_t)op->epoch, "accepted_ns",
					      (json_int_t)op->accepted_ns, "status", (int)status,
					      "body", body));
		r = store_write(dir, op->migration, record);
	}
	json_decref(record);
	return r;
}

static void op_end(struct step_op *op, unsigned status, json_t *body)
{
	/* Should the outcome not be written, the step is run again when asked again, which each
	 * step bears. */
	int r = op_keep(op, status, body);

	if (r < 0)
		log_warn("steps", "migration=%s step=%s what=\"outcome not kept\" error=\"%s\"",
			 op->migration, op->name, strerror(-r));
	op_answer(op, status, body);
	json_decref(body);
	op_free(op);
}

void step_done(struct step_op *op, json_t *outcome)
{
	op_end(op, 200, outcome);
}

void step_refused(struct step_op *op, unsigned status, const char *cause, const char *format, ...)
{
	char detail[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(detail, sizeof detail, format, ap);
	va_end(ap);
	op_end(op, status, json_pack("{s:s, s:s}", "cause", cause, "detail", detail));
}

void step_not_now(struct step_op *op, const char *why)
{
	json_t *body = json_pack("{s:s, s:s}", "cause", "NOT_NOW", "detail", why);

	op_answer(op, 503, body);
	json_decref(body);
	op_free(op);
}

/* ---- what steps use ---- */

static void timer_fired(uv_timer_t *timer)
{
	struct step_op *op = timer->data;

	op->on_timer(op);
}

void step_sleep(struct step_op *op, uint64_t ms, void (*then)(struct step_op *op))
{
	if (!op->timer) {
		op->timer = calloc(1, sizeof *op->timer);
		if (!op->timer || uv_timer_init(&op->agent->daemon.loop, op->timer) < 0) {
			free(op->timer);
			op->timer = NULL;
			step_not_now(op, "no memory");
			return;
		}
		op->timer->data = op;
	}
	op->on_timer = then;
	uv_timer_start(op->timer, timer_fired, ms, 0);
}

void step_ask(struct step_op *op, const char *base, const char *method, const char *path,
	      json_t *body, http_done done)
{
	struct agent *a = op->agent;
	char url[256];
	struct http_call call = {.method = method,
				 .url = url,
				 .body = body,
				 .token = a->token,
				 .timeout_ms = UE_TIMEOUT_MS};
	int r;

	snprintf(url, sizeof url, "%s%s", base, path);
	r = http_client_call(a->client, &call, done, op, NULL);
	json_decref(body);
	if (r < 0)
		step_not_now(op, strerror(-r));
}

void step_ask_ue(struct step_op *op, const char *method, const char *path, json_t *body,
		 http_done done)
{
	step_ask(op, op->agent->config.ue_url, method, path, body, done);
}

bool step_under_way(const struct agent *a, const char *name, unsigned session)
{
	for (const struct step_op *op = a->ops; op; op = op->next) {
		if (op->session == session && strcmp(op->name, name) == 0)
			return true;
	}
	return false;
}

/* Figures are only read. */
bool steps_want_quiet(const struct agent *a)
{
	for (const struct step_op *op = a->ops; op; op = op->next) {
		if (strcmp(op->name, "figures") != 0)
			return true;
	}
	return false;
}

/* ---- beginning a step ---- */

static struct step_op *op_find(struct agent *a, const char *migration, const char *name,
			       uint64_t epoch)
{
	struct step_op *op;

	DL_FOREACH (a->ops, op) {
		if (op->epoch == epoch && strcmp(op->migration, migration) == 0 &&
		    strcmp(op->name, name) == 0)
			return op;
	}
	return NULL;
}

static uint64_t newest_epoch(const json_t *record)
{
	uint64_t newest = 0;
	const char *name;
	json_t *step;

	json_object_foreach((json_t *)record, name, step)
	{
		uint64_t epoch = epoch_of(record, name);

		newest = epoch > newest ? epoch : newest;
	}
	return newest;
}

bool step_superseded(const struct step_op *op)
{
	json_t *record = store_read(op->agent->config.state_dir, op->migration);
	bool newer = newest_epoch(record) > op->epoch;

	json_decref(record);
	return newer;
}

/* Return: true when @req is answered from what is kept, or refused as stale */
static bool answered_from_store(struct http_request *req, const json_t *record, const char *name,
				uint64_t epoch, uint64_t *ret_accepted)
{
	const json_t *step = json_object_get(record, name), *body = json_object_get(step, "body");
	unsigned status = (unsigned)json_integer_value(json_object_get(step, "status"));
	uint64_t newest = newest_epoch(record);

	if (epoch < newest) {
		http_problem(req, 409, "STALE_EPOCH",
			     "epoch %llu is older than %llu, which this agent has seen",
			     (unsigned long long)epoch, (unsigned long long)newest);
		return true;
	}
	if (epoch_of(record, name) != epoch)
		return false;
	*ret_accepted = (uint64_t)json_integer_value(json_object_get(step, "accepted_ns"));
	if (status == 0)
		return false;
	if (status == 200)
		http_reply(req, 200, json_deep_copy(body));
	else
		http_problem(req, status, json_string_value(json_object_get(body, "cause")), "%s",
			     json_string_value(json_object_get(body, "detail")));
	return true;
}

static void wait_for(struct step_op *op, struct http_request *req)
{
	op->waiter_since_ns[op->waiter_count] = clock_mono_ns();
	op->waiters[op->waiter_count++] = req;
}

/* A switch may take longer than whoever asks for it waits: who asked first has asked again. (That
 * he has gone can't be seen while his request is held.) */
static void forget_oldest(struct step_op *op)
{
	if (clock_mono_ns() - op->waiter_since_ns[0] < STEP_WAITER_MS * UINT64_C(1000000))
		return;
	http_problem(op->waiters[0], 503, "NOT_NOW", "the step is still under way");
	op->waiter_count--;
	memmove(op->waiters, op->waiters + 1, op->waiter_count * sizeof op->waiters[0]);
	memmove(op->waiter_since_ns, op->waiter_since_ns + 1,
		op->waiter_count * sizeof op->waiter_since_ns[0]);
}

/* Return: true when @req waits for the step that is under way, or has to ask again */
static bool joined(struct http_request *req, struct step_op *op)
{
	if (!op)
		return false;
	if (op->waiter_count == STEP_WAITERS_MAX)
		forget_oldest(op);
	if (op->waiter_count < STEP_WAITERS_MAX)
		wait_for(op, req);
	else
		http_problem(req, 503, "TOO_MANY_WAIT", "%d requests wait for this step already",
			     STEP_WAITERS_MAX);
	return true;
}

static struct step_op *op_new(struct agent *a, struct http_request *req, uint64_t epoch,
			      unsigned session, uint64_t accepted_ns)
{
	struct step_op *op, *each;
	unsigned count;
	json_t *nothing = json_null();

	DL_COUNT(a->ops, each, count);
	op = count < STEP_OPS_MAX ? calloc(1, sizeof *op) : NULL;
	if (!op) {
		http_problem(req, 503, "TOO_MANY_STEPS",
			     "%d steps are under way, which is the limit", STEP_OPS_MAX);
		return NULL;
	}
	op->agent = a;
	snprintf(op->migration, sizeof op->migration, "%s", http_param(req, "migration"));
	snprintf(op->name, sizeof op->name, "%s", http_param(req, "step"));
	op->epoch = epoch;
	op->session = session;
	op->accepted_ns = accepted_ns ? accepted_ns : clock_now_ns();
	op->deadline_mono_ns = clock_mono_ns() + STEP_DEADLINE_MS * UINT64_C(1000000);
	op->args = json_deep_copy(http_body(req));
	DL_APPEND(a->ops, op);
	if (op_keep(op, 0, nothing) < 0) {
		http_problem(req, 507, "STATE_NOT_WRITABLE",
			     "the step could not be noted in %s, so it was not begun",
			     a->config.state_dir);
		op_free(op);
		return NULL;
	}
	wait_for(op, req);
	return op;
}

static bool name_ok(const char *name)
{
	return name[0] && strlen(name) < STEP_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static void (*step_find(const char *name))(struct step_op *)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (strcmp(steps[i].name, name) == 0)
			return steps[i].start;
	}
	return NULL;
}

void steps_put(struct http_request *req, void *user)
{
	struct agent *a = user;
	const char *migration = http_param(req, "migration"), *name = http_param(req, "step");
	void (*start)(struct step_op *) = step_find(name);
	uint64_t epoch = 0, session = 0, accepted_ns = 0;
	struct json_reader reader;
	struct step_op *op;
	json_t *record;

	if (!start || !name_ok(migration)) {
		http_problem(req, 404, "STEP_NOT_FOUND", "no step '%s' of '%s'", name, migration);
		return;
	}
	json_reader_begin(&reader, http_body(req));
	json_read_u64(&reader, "epoch", true, 1, INT64_MAX, &epoch);
	json_read_u64(&reader, "session", true, 1, SESSION_IDS - 1, &session);
	if (reader.invalid_count) {
		http_problem_invalid(req, &reader);
		return;
	}
	record = store_read(a->config.state_dir, migration);
	if (answered_from_store(req, record, name, epoch, &accepted_ns) ||
	    joined(req, op_find(a, migration, name, epoch))) {
		json_decref(record);
		return;
	}
	if (!record)
		store_prune(a->config.state_dir);
	json_decref(record);
	op = op_new(a, req, epoch, (unsigned)session, accepted_ns);
	if (op)
		start(op);
}

void steps_get(struct http_request *req, void *user)
{
	struct agent *a = user;
	const char *migration = http_param(req, "migration"), *name = http_param(req, "step");
	json_t *record = name_ok(migration) ? store_read(a->config.state_dir, migration) : NULL;
	json_t *step = json_object_get(record, name);

	if (step)
		http_reply(req, 200, json_incref(step));
	else
		http_problem(req, 404, "STEP_NOT_FOUND", "step '%s' of '%s' was never begun here",
			     name, migration);
	json_decref(record);
}

void steps_delete(struct http_request *req, void *user)
{
	struct agent *a = user;
	struct step_op *op;
	bool found = false;

	DL_FOREACH (a->ops, op) {
		if (strcmp(op->migration, http_param(req, "migration")) != 0 ||
		    strcmp(op->name, http_param(req, "step")) != 0)
			continue;
		op->cut_wanted = found = true;
	}
	if (found)
		http_reply(req, 204, NULL);
	else
		http_problem(req, 404, "STEP_NOT_FOUND", "step '%s' of '%s' is not under way",
			     http_param(req, "step"), http_param(req, "migration"));
}

void steps_drop_all(struct agent *a)
{
	while (a->ops)
		step_not_now(a->ops, "the agent is stopping");
}
