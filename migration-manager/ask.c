// SPDX-License-Identifier: Apache-2.0
/*
 * Asking participants: one request of a step, sent again until it is answered, the step's time is
 * over, or the migration turns away from it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/engine.h"
#include "migration-manager/manager.h"
#include "migration-manager/plan.h"

enum {
	ASK_LEAST_MS = 100 /* the last request of a step gets that much, though its time is over */
};

struct engine_call {
	enum participant whom;
	char method[8];
	char path[160];
	json_t *body;
	void (*done)(struct migration *m, const struct http_answer *answer);
	unsigned long request;	/* under way in the HTTP client, 0 none */
	uint64_t heard_mono_ns; /* its begin, or the latest answer that was none: 503 */
	bool once;
};

/* The agent that is asked, as it registered; NULL: it hasn't */
static const struct registered *participant_agent(const struct migration *m, enum participant whom)
{
	const struct registry *r = &m->mm->registry;

	if (whom == PARTICIPANT_UE_AGENT)
		return registry_get(r->ues, m->request.ue);
	return registry_get(r->edges, migration_data_string(m, whom == PARTICIPANT_SOURCE_EDGE
								       ? "source_edge"
								       : "destination_edge"));
}

static bool participant_url(struct migration *m, enum participant whom, char *url, size_t size)
{
	const struct registered *agent;

	if (whom == PARTICIPANT_SMF) {
		snprintf(url, size, "%s", m->mm->config.smf_url);
		return true;
	}
	agent = participant_agent(m, whom);
	if (agent)
		snprintf(url, size, "%s", agent->url);
	return agent != NULL;
}

static const char *participant_name(enum participant whom)
{
	static const char *const names[] = {
		[PARTICIPANT_SMF] = "smf-lite",
		[PARTICIPANT_UE_AGENT] = "the UE agent",
		[PARTICIPANT_SOURCE_EDGE] = "the source's edge agent",
		[PARTICIPANT_DESTINATION_EDGE] = "the destination's edge agent",
	};

	return names[whom];
}

static void send_call(struct migration *m);

static void finish_call(struct migration *m, const struct http_answer *answer)
{
	struct engine_call *call = m->call;
	void (*done)(struct migration *, const struct http_answer *) = call->done;

	m->call = NULL;
	json_decref(call->body);
	free(call);
	done(m, answer);
}

/* The step's time, or less: what may take long isn't waited for that long where nobody answers. */
static bool is_given_up(const struct migration *m)
{
	uint64_t now = clock_mono_ns(),
		 unheard_ms = (now - m->call->heard_mono_ns) / UINT64_C(1000000);

	return now >= m->deadline_mono_ns ||
	       (engine_current(m)->lasts && unheard_ms >= m->mm->times->unreached);
}

static void retry_call(struct migration *m, const char *why)
{
	struct engine_call *call = m->call;

	if (call->once) {
		finish_call(m, &(struct http_answer){.error = -ECONNREFUSED});
		return;
	}
	if (is_given_up(m)) {
		engine_step_failed(m, "PARTICIPANT_NOT_REACHABLE", "%s did not answer %s %s: %s",
				   participant_name(call->whom), call->method, call->path, why);
		return;
	}
	engine_step_sleep(m, m->mm->times->retry, send_call);
}

static void call_answered(const struct http_answer *answer, void *user)
{
	struct migration *m = user;
	struct engine_call *call = m->call;

	call->request = 0;
	if (!answer->error)
		call->heard_mono_ns = clock_mono_ns();
	if (!call->once && (answer->error || answer->status == 503))
		retry_call(m, answer->error ? answer->error_text : "503");
	else
		finish_call(m, answer);
}

/* No request outlives its step by much. */
static unsigned ask_ms(const struct migration *m)
{
	uint64_t now = clock_mono_ns(),
		 left = m->deadline_mono_ns > now ? (m->deadline_mono_ns - now) / 1000000 : 0;

	if (left > m->mm->times->ask)
		return m->mm->times->ask;
	return left > ASK_LEAST_MS ? (unsigned)left : ASK_LEAST_MS;
}

static void send_call(struct migration *m)
{
	struct engine_call *call = m->call;
	char url[REGISTRY_URL_SIZE + sizeof call->path];
	struct http_call http = {.method = call->method,
				 .url = url,
				 .body = call->body,
				 .token = m->mm->token,
				 .timeout_ms = ask_ms(m)};
	char base[REGISTRY_URL_SIZE];
	int r;

	if (!participant_url(m, call->whom, base, sizeof base)) {
		retry_call(m, "its agent has not registered");
		return;
	}
	snprintf(url, sizeof url, "%s%s", base, call->path);
	r = http_client_call(m->mm->client, &http, call_answered, m, &call->request);
	if (r < 0)
		retry_call(m, strerror(-r));
}

static void begin_call(struct migration *m, struct engine_call *call, enum participant whom,
		       const char *method, const char *path)
{
	if (!call) {
		engine_step_failed(m, "NO_MEMORY", "no memory for a request");
		return;
	}
	call->whom = whom;
	call->heard_mono_ns = clock_mono_ns();
	snprintf(call->method, sizeof call->method, "%s", method);
	snprintf(call->path, sizeof call->path, "%s", path);
	m->call = call;
	send_call(m);
}

void engine_ask(struct migration *m, enum participant whom, const char *method, const char *path,
		json_t *body, void (*done)(struct migration *m, const struct http_answer *answer))
{
	struct engine_call *call = calloc(1, sizeof *call);

	if (call) {
		call->body = body;
		call->done = done;
	} else {
		json_decref(body);
	}
	begin_call(m, call, whom, method, path);
}

void engine_look(struct migration *m, enum participant whom, const char *path,
		 void (*done)(struct migration *m, const struct http_answer *answer))
{
	struct engine_call *call = calloc(1, sizeof *call);

	if (call) {
		call->once = true;
		call->done = done;
	}
	begin_call(m, call, whom, "GET", path);
}

void ask_drop(struct migration *m)
{
	struct engine_call *call = m->call;

	m->call = NULL;
	if (!call)
		return;
	if (call->request)
		http_client_cancel(m->mm->client, call->request);
	json_decref(call->body);
	free(call);
}

void engine_agent_step(struct migration *m, const char *step, json_t *args,
		       void (*done)(struct migration *m, const struct http_answer *answer))
{
	char path[128];

	if (!args)
		args = json_object();
	json_object_set_new(args, "epoch", json_integer((json_int_t)m->epoch));
	snprintf(path, sizeof path, "/v1/steps/%s/%s", m->id, step);
	engine_ask(m, PARTICIPANT_UE_AGENT, "PUT", path, args, done);
}

void engine_problem(struct migration *m, const char *what, const struct http_answer *answer)
{
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));
	const char *detail = json_string_value(json_object_get(answer->body, "detail"));

	engine_step_failed(m, cause ? cause : "PARTICIPANT_REFUSED", "%s: status %u%s%s", what,
			   answer->status, detail ? ", " : "", detail ? detail : "");
}
