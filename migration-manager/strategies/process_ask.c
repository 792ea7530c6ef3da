// SPDX-License-Identifier: Apache-2.0
/*
 * Steps at an edge agent, asked for and waited for. A step may take hours: what ends the wait is
 * that it gets no further, or that the agent is gone, for the time of the engine's step. An agent
 * that is restarted finds its step running, or ended.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"
#include "migration-manager/strategies/process.h"

enum { POLL_MS = 10, WAIT_MS_MAX = 5000, WAIT_MS_MIN = 50, STEP_SIZE = 32, MEMBER_SIZE = 24 };

/* In m->scratch while it is waited for */
struct asking {
	enum participant whom;
	char migration[MIGRATION_ID_SIZE], step[STEP_SIZE], until[MEMBER_SIZE];
	size_t progress;			    /* hash of the latest */
	uint64_t more_ms;			    /* than the engine's step has */
	bool any;				    /* done is also told of a failure */
	bool again;				    /* once more, should its program be killed */
	json_t *(*args)(const struct migration *m); /* of that; NULL: none */
	process_done done;
};

static const char *edge_name(const struct migration *m, enum participant whom)
{
	return migration_data_string(m, whom == PARTICIPANT_SOURCE_EDGE ? "source_edge"
									: "destination_edge");
}

static void step_path(const struct migration *m, char *buf, size_t size)
{
	const struct asking *asking = m->scratch;

	snprintf(buf, size, "/v1/processes/%s/steps/%s/%s", m->request.app, asking->migration,
		 asking->step);
}

static void end(struct migration *m, const json_t *answer)
{
	struct asking *asking = m->scratch;
	process_done done = asking->done;

	m->scratch = NULL;
	free(asking);
	done(m, answer);
}

/* ---- waiting ---- */

static void wait_more(struct migration *m);

/* FNV-1a over its text */
static size_t progress_hash(const json_t *progress)
{
	char *text = progress ? json_dumps(progress, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const char *c = text; c && *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	free(text);
	return hash;
}

static void still_running(struct migration *m, const json_t *answer)
{
	struct asking *asking = m->scratch;
	const json_t *progress = json_object_get(answer, "progress");
	size_t hash = progress_hash(progress);

	if (asking->until[0] && json_object_get(progress, asking->until)) {
		end(m, answer);
		return;
	}
	if (hash != asking->progress)
		engine_step_extend(m, asking->more_ms);
	asking->progress = hash;
	if (clock_mono_ns() < m->deadline_mono_ns)
		engine_step_sleep(m, POLL_MS, wait_more);
	else
		engine_step_failed(m, "NO_PROGRESS",
				   "%s at '%s' is still running and got no further", asking->step,
				   edge_name(m, asking->whom));
}

static bool ask_again(struct migration *m, const char *cause);

static void step_answered(struct migration *m, const struct http_answer *answer)
{
	struct asking *asking = m->scratch;
	const char *state = json_text(answer->body, "state");
	const char *cause = json_text(answer->body, "cause");

	if (answer->status != 200 && answer->status != 202)
		engine_problem(m, edge_name(m, asking->whom), answer);
	else if (strcmp(state, "failed") == 0 && ask_again(m, cause))
		return;
	else if (strcmp(state, "done") == 0 || (asking->any && strcmp(state, "failed") == 0))
		end(m, answer->body);
	else if (strcmp(state, "failed") == 0)
		engine_step_failed(m, cause[0] ? cause : "STEP_FAILED", "%s at '%s': %s",
				   asking->step, edge_name(m, asking->whom),
				   json_text(answer->body, "detail"));
	else
		still_running(m, answer->body);
}

/* Shorter than a request may take, and than what is left; what goes on doesn't answer as it gets as
 * far as is wanted, so it is looked at again and again. */
static uint64_t wait_ms(const struct migration *m)
{
	uint64_t now = clock_mono_ns(), ms = m->mm->times->ask * 3 / 4;
	uint64_t left = m->deadline_mono_ns > now ? (m->deadline_mono_ns - now) / 1000000 : 0;
	const struct asking *asking = m->scratch;

	if (asking->until[0])
		return 0;
	if (ms > left * 3 / 4)
		ms = left * 3 / 4;
	if (ms > WAIT_MS_MAX)
		ms = WAIT_MS_MAX;
	return ms > WAIT_MS_MIN ? ms : WAIT_MS_MIN;
}

static void wait_more(struct migration *m)
{
	const struct asking *asking = m->scratch;
	char path[160];
	size_t len;

	step_path(m, path, sizeof path);
	len = strlen(path);
	snprintf(path + len, sizeof path - len, "?wait_ms=%llu", (unsigned long long)wait_ms(m));
	engine_ask(m, asking->whom, "GET", path, NULL, step_answered);
}

/* ---- asking ---- */

static void put_answered(struct migration *m, const struct http_answer *answer)
{
	struct asking *asking = m->scratch;

	if (answer->status != 200 && answer->status != 202)
		engine_problem(m, edge_name(m, asking->whom), answer);
	else if (strcmp(json_text(answer->body, "state"), "running") == 0 && !asking->until[0])
		wait_more(m);
	else
		step_answered(m, answer); /* it tells as much as GET does */
}

static struct asking *asking_new(struct migration *m, enum participant whom, const char *step,
				 process_done done)
{
	struct asking *asking = calloc(1, sizeof *asking);

	if (!asking) {
		engine_step_failed(m, "NO_MEMORY", "no memory for a request");
		return NULL;
	}
	asking->whom = whom;
	asking->done = done;
	snprintf(asking->migration, sizeof asking->migration, "%s", m->id);
	snprintf(asking->step, sizeof asking->step, "%s", step);
	free(m->scratch);
	m->scratch = asking;
	return asking;
}

/* @asking: NULL where there was no memory, and the engine's step has failed */
static void put(struct migration *m, const struct asking *asking, uint64_t epoch, json_t *args)
{
	char path[160];

	if (!asking) {
		json_decref(args);
		return;
	}
	engine_step_extend(m, asking->more_ms);
	args = args ? args : json_object();
	json_object_set_new(args, "epoch", json_integer((json_int_t)epoch));
	step_path(m, path, sizeof path);
	engine_ask(m, asking->whom, "PUT", path, args, put_answered);
}

void process_ask_until(struct migration *m, enum participant whom, const char *step, json_t *args,
		       const char *progress, process_done done)
{
	struct asking *asking = asking_new(m, whom, step, done);

	if (asking)
		snprintf(asking->until, sizeof asking->until, "%s", progress);
	put(m, asking, m->epoch, args);
}

void process_ask_any(struct migration *m, enum participant whom, const char *step, json_t *args,
		     process_done done)
{
	struct asking *asking = asking_new(m, whom, step, done);

	if (asking)
		asking->any = true;
	put(m, asking, m->epoch, args);
}

void process_ask_long(struct migration *m, enum participant whom, const char *step, json_t *args,
		      uint64_t more_ms, process_done done)
{
	struct asking *asking = asking_new(m, whom, step, done);

	if (asking)
		asking->more_ms = more_ms;
	put(m, asking, m->epoch, args);
}

void process_epoch_raise(struct migration *m)
{
	m->epoch++;
	/* Not written, the same epoch is tried again by whoever is restarted now. */
	(void)journal_save(m->mm->journal, m);
}

/* What was killed in the midst of an end has left it half made; what had no room to say what came
 * of it is journalled in memory the next time. Whatever else it failed by it would fail by again.
 */
static bool ask_again(struct migration *m, const char *cause)
{
	struct asking *asking = m->scratch;

	if (!asking->again ||
	    (strcmp(cause, "STEP_FAILED") != 0 && strcmp(cause, "DISK_SHORT") != 0))
		return false;
	asking->again = false;
	process_epoch_raise(m);
	put(m, asking, m->epoch, asking->args ? asking->args(m) : NULL);
	return true;
}

static struct asking *asking_again(struct migration *m, enum participant whom, const char *step,
				   process_done done)
{
	struct asking *asking = asking_new(m, whom, step, done);

	if (asking)
		asking->again = true;
	return asking;
}

void process_ask_again(struct migration *m, enum participant whom, const char *step,
		       json_t *(*args)(const struct migration *m), process_done done)
{
	struct asking *asking = asking_again(m, whom, step, done);

	if (asking)
		asking->args = args;
	put(m, asking, m->epoch, args ? args(m) : NULL);
}

void process_ask_any_again(struct migration *m, enum participant whom, const char *step,
			   process_done done)
{
	struct asking *asking = asking_again(m, whom, step, done);

	if (asking)
		asking->any = true;
	put(m, asking, m->epoch, NULL);
}

void process_ask_of(struct migration *m, const char *migration, uint64_t epoch,
		    enum participant whom, const char *step, process_done done)
{
	struct asking *asking = asking_new(m, whom, step, done);

	if (asking)
		snprintf(asking->migration, sizeof asking->migration, "%s", migration);
	put(m, asking, epoch, NULL);
}

void process_ask(struct migration *m, enum participant whom, const char *step, json_t *args,
		 process_done done)
{
	process_ask_until(m, whom, step, args, "", done);
}

void process_ask_numbered(struct migration *m, enum participant whom, const char *kind,
			  unsigned number, json_t *args, process_done done)
{
	char step[STEP_SIZE];

	snprintf(step, sizeof step, "%s.%u", kind, number);
	process_ask(m, whom, step, args, done);
}
