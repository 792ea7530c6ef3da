// SPDX-License-Identifier: Apache-2.0
/*
 * Moving a process, before anything is touched: is the application known at both edges, does it run
 * at the source, and would it run at the destination (002: refused where resources lack)?
 */
#include <errno.h>
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"
#include "migration-manager/strategies/process.h"

/* ---- what has to be known ---- */

int process_check(const struct migration_request *request, char *ret_reason, size_t size)
{
	const char *why = NULL;

	if (!request->app[0])
		why = "moves a process, so /app is required";
	else if (strspn(request->app, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-") != strlen(request->app))
		why = "wants an app named by letters, digits, '.', '_', '-'";
	if (!why)
		return 0;
	snprintf(ret_reason, size, "'%s' %s", request->strategy->name, why);
	return -EINVAL;
}

bool process_edge_has(const struct registered *edge, const char *app)
{
	return registry_told(edge, "processes", app);
}

/* The migration that moves @app already, or NULL. One of the same UE is refused as UE_BUSY. */
static const struct migration *mover(const struct manager *mm,
				     const struct migration_request *request)
{
	for (const struct migration *m = mm->migrations; m; m = m->hh.next)
		if (!migration_ended(m) && m->request.strategy->process &&
		    strcmp(m->request.app, request->app) == 0 &&
		    strcmp(m->request.ue, request->ue) != 0)
			return m;
	return NULL;
}

int process_admit(const struct manager *mm, const struct migration_request *request,
		  const char **ret_cause, char *ret_reason, size_t size)
{
	const char *const edges[] = {request->source, request->destination};
	const struct migration *other = mover(mm, request);

	for (size_t i = 0; i < 2; i++) {
		const struct registered *edge = registry_get(mm->registry.edges, edges[i]);

		if (!edge || process_edge_has(edge, request->app))
			continue;
		*ret_cause = "APP_NOT_FOUND";
		snprintf(ret_reason, size,
			 "edge '%s' has told of no process '%s'; those of a topology are at every "
			 "one of its edges",
			 edges[i], request->app);
		return -ENOENT;
	}
	if (!other)
		return 0;
	*ret_cause = "APP_BUSY";
	snprintf(ret_reason, size, "migration %s of '%s' moves '%s' already (%s)", other->id,
		 other->request.ue, request->app, migration_state_name(other->state));
	return -EBUSY;
}

static void app_path(const struct migration *m, char *buf, size_t size)
{
	snprintf(buf, size, "/v1/processes/%s", m->request.app);
}

/* ---- what an edge kept that was away when its migration ended goes before the next one comes ----
 */

/* The migration that could not end at @edge, or NULL */
static struct migration *left_by(const struct migration *m, const char *edge)
{
	for (struct migration *each = m->mm->migrations; each; each = each->hh.next)
		if (migration_ended(each) && strcmp(each->request.app, m->request.app) == 0 &&
		    strcmp(json_text(json_object_get(each->data, "process"), "left_at"), edge) == 0)
			return each;
	return NULL;
}

static void remnant_ended(struct migration *m, const json_t *answer)
{
	struct migration *other = left_by(m, m->request.destination);

	if (other) {
		json_object_del(process_details(other), "left_at");
		/* Not written, its end is made once more some day, which does nothing. */
		(void)journal_save(m->mm->journal, other);
	}
	process_find(m);
}

static void end_remnant(struct migration *m, struct migration *other)
{
	bool came_from =
		strcmp(migration_data_string(other, "source_edge"), m->request.destination) == 0;

	process_epoch_raise(other);
	process_ask_of(m, other->id, other->epoch, PARTICIPANT_DESTINATION_EDGE,
		       came_from ? "finish" : "drop", remnant_ended);
}

static const char incoming_kept[] = "incoming"; /* the migration that brought it */

/* In a later epoch than it has seen of that one, if it still knows of it */
static void steps_seen(struct migration *m, const struct http_answer *answer)
{
	const char *incoming = json_text(migration_meanwhile(m), incoming_kept);
	const json_t *each, *list = json_object_get(answer->body, "migrations");
	uint64_t epoch = 0;
	size_t i;

	json_array_foreach(list, i, each)
	{
		if (strcmp(json_text(each, "migration"), incoming) == 0)
			epoch = json_u64(each, "epoch");
	}
	if (answer->status == 200)
		process_ask_of(m, incoming, epoch + 1, PARTICIPANT_DESTINATION_EDGE, "drop",
			       process_step_done);
	else
		engine_problem(m, "the destination's edge agent", answer);
}

/* The source runs, so what was brought there is nobody's any more. Whose it was, its agent tells:
 * there may be no record of that. */
static void drop_incoming(struct migration *m, const json_t *process)
{
	char path[96];

	json_object_set(migration_meanwhile(m), incoming_kept,
			json_object_get(process, "migration"));
	snprintf(path, sizeof path, "/v1/processes/%s/steps", m->request.app);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "GET", path, NULL, steps_seen);
}

static void remnant_gone(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200 || answer->status == 202 || answer->status == 204 ||
	    answer->status == 404)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "what a migration left at the destination was not removed",
			       answer);
}

static void clear_destination(struct migration *m, const json_t *process)
{
	const char *state = json_text(process, "state");
	char path[96];

	if (strcmp(state, "absent") == 0) {
		engine_step_done(m, NULL);
	} else if (strcmp(state, "running") == 0 || strcmp(state, "starting") == 0) {
		engine_step_failed(m, "ALREADY_THERE", "'%s' is %s at '%s' too", m->request.app,
				   state, m->request.destination);
	} else if (strcmp(state, "incoming") == 0) {
		drop_incoming(m, process);
	} else {
		app_path(m, path, sizeof path);
		engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "DELETE", path, NULL, remnant_gone);
	}
}

static void seen_at_destination(struct migration *m, const struct http_answer *answer)
{
	struct migration *other = left_by(m, m->request.destination);

	if (answer->status != 200)
		engine_problem(m, "the destination's edge agent", answer);
	else if (other)
		end_remnant(m, other);
	else
		clear_destination(m, answer->body);
}

/* ---- where it runs ---- */

static void seen_at_source(struct migration *m, const struct http_answer *answer)
{
	const char *state = json_text(answer->body, "state");
	char path[96];

	if (answer->status != 200 && answer->status != 404) {
		engine_problem(m, "the source's edge agent", answer);
	} else if (strcmp(state, "running") != 0) {
		engine_step_failed(m, "NOT_RUNNING", "'%s' is %s at '%s', where the UE is",
				   m->request.app, state[0] ? state : "not known",
				   migration_data_string(m, "source_edge"));
	} else {
		app_path(m, path, sizeof path);
		engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "GET", path, NULL, seen_at_destination);
	}
}

/* After a restart of the manager agents come back one after another. */
void process_find(struct migration *m)
{
	const struct registered *edges[] = {
		registry_get(m->mm->registry.edges, migration_data_string(m, "source_edge")),
		registry_get(m->mm->registry.edges, m->request.destination)};
	char path[96];

	if (process_edge_has(edges[0], m->request.app) &&
	    process_edge_has(edges[1], m->request.app)) {
		app_path(m, path, sizeof path);
		engine_ask(m, PARTICIPANT_SOURCE_EDGE, "GET", path, NULL, seen_at_source);
	} else if (clock_mono_ns() < m->deadline_mono_ns) {
		engine_step_sleep(m, m->mm->times->retry, process_find);
	} else {
		engine_step_failed(m, "APP_NOT_FOUND",
				   "process '%s' is not known at both '%s' and '%s'",
				   m->request.app, migration_data_string(m, "source_edge"),
				   m->request.destination);
	}
}

/* ---- both sides surveyed ---- */

static const char survey_kept[] =
	"process_survey"; /* the source's, until the destination's is in */

static json_t *missing_layers(const json_t *source, const json_t *destination)
{
	json_t *list = json_array();

	for (size_t i = 0; i < PROCESS_LAYERS; i++)
		if (process_layer_missing(source, destination, process_layers[i]))
			json_array_append_new(list, json_string(process_layers[i]));
	return list;
}

static void keep_figures(struct migration *m, const json_t *source, const json_t *destination)
{
	json_t *details = process_details(m);

	json_object_set(details, "pids", json_object_get(source, "pids"));
	json_object_set(details, "memory_bytes", json_object_get(source, "memory"));
	json_object_set(details, "layers", json_object_get(destination, "layers"));
	json_object_set(details, "source_layers", json_object_get(source, "layers"));
	json_object_set_new(details, "layers_missing", missing_layers(source, destination));
	json_object_set(details, "source_wan_address", json_object_get(source, "wan_address"));
	json_object_set(details, "destination_wan_address",
			json_object_get(destination, "wan_address"));
}

static void destination_surveyed(struct migration *m, const json_t *answer)
{
	const struct process_takes *takes = m->request.strategy->process;
	const json_t *destination = process_figures(answer),
		     *source = json_object_get(migration_meanwhile(m), survey_kept);
	const char *cause;
	char why[160];
	int r = process_decide(takes, source, destination, &cause, why, sizeof why);

	keep_figures(m, source, destination);
	json_object_del(migration_meanwhile(m), survey_kept);
	if (r < 0)
		engine_step_failed(m, cause, "%s", why);
	else
		engine_step_done(m, NULL);
}

static void source_surveyed(struct migration *m, const json_t *answer)
{
	const json_t *pids = json_object_get(process_figures(answer), "pids");

	json_object_set_new(migration_meanwhile(m), survey_kept,
			    json_deep_copy(process_figures(answer)));
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "survey", json_pack("{s:O*}", "pids", pids),
		    destination_surveyed);
}

void process_survey(struct migration *m)
{
	if (!process_get(m, "begun_ns"))
		process_set(m, "begun_ns", clock_now_ns());
	process_ask(m, PARTICIPANT_SOURCE_EDGE, "survey", NULL, source_surveyed);
}

const struct step process_initialising[] = {
	PROCESS_STEP("process", MIGRATION_PREPARING, 0, process_find),
	PROCESS_STEP("resources", MIGRATION_PREPARING, PROCESS_STALL_MS, process_survey),
	{0},
};
