// SPDX-License-Identifier: Apache-2.0
/* Where the applications that move as processes are, as the edges' agents tell it. */
#include <string.h>

#include "lib/json.h"
#include "testbed/app.h"
#include "testbed/sessions.h"

/* What an edge tells of all of them; returned, NULL: nothing */
static json_t *ask(const struct run *run, unsigned edge)
{
	return process_alive(&run->node[edge].init)
		       ? sessions_ask(run, edge, "edge-agent", "/v1/processes")
		       : NULL;
}

/* One's place in what an edge told; borrowed, NULL: it isn't in it */
static json_t *find(json_t *answer, const char *app)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(answer, "processes"), i, item)
	{
		if (!strcmp(json_text(item, "app"), app))
			return item;
	}
	return NULL;
}

static void add_instances(json_t *processes, const struct topology *t, unsigned edge,
			  json_t *answer)
{
	for (size_t a = 0; a < t->process_count; a++) {
		json_t *item = find(answer, t->process[a].name);

		if (!item)
			continue;
		json_object_set_new(item, "node", json_string(t->node[edge].name));
		json_array_append(json_object_get(json_array_get(processes, a), "instances"), item);
	}
}

json_t *process_state(const struct run *run, const struct topology *t)
{
	json_t *processes = json_array();

	for (size_t a = 0; a < t->process_count; a++)
		json_array_append_new(processes,
				      json_pack("{s:s, s:s, s:[]}", "app", t->process[a].name,
						"workload", t->process[a].workload, "instances"));
	for (unsigned i = 0; t->process_count && i < t->node_count; i++) {
		json_t *answer = t->node[i].kind == TOPO_EDGE ? ask(run, i) : NULL;

		add_instances(processes, t, i, answer);
		json_decref(answer);
	}
	return processes;
}

/* ---- is it there ---- */

static enum app_progress look_at_one(const struct topology *t, const struct topo_process *app,
				     json_t *answer, char *missing)
{
	const json_t *item = find(answer, app->name);
	const char *state = item ? json_text(item, "state") : "not there";

	if (!strcmp(state, "running"))
		return APP_READY;
	snprintf(missing, APP_MISSING_SIZE, "%s: app '%s' is %s%s%s%s%.300s",
		 t->node[app->edge].name, app->name, state, *json_text(item, "cause") ? ": " : "",
		 json_text(item, "cause"), *json_text(item, "detail") ? ": " : "",
		 json_text(item, "detail"));
	return !strcmp(state, "failed") ? APP_FAILED : APP_COMING;
}

enum app_progress process_look(const struct run *run, const struct topology *t,
			       char missing[APP_MISSING_SIZE])
{
	enum app_progress progress = APP_READY;

	for (size_t a = 0; progress == APP_READY && a < t->process_count; a++) {
		json_t *answer = ask(run, t->process[a].edge);

		progress = look_at_one(t, &t->process[a], answer, missing);
		json_decref(answer);
	}
	return progress;
}

/* ---- for people ---- */

/* An edge where it isn't, and nothing keeps it from being, says nothing. */
static bool is_worth_a_line(const json_t *instance)
{
	return strcmp(json_text(instance, "state"), "absent") != 0 || *json_text(instance, "cause");
}

static void print_instance(const json_t *process, const json_t *instance)
{
	printf("%-16s %-16s %-13s %-15s %-9s gate %s", json_text(instance, "node"),
	       json_text(process, "app"), json_text(process, "workload"),
	       json_text(instance, "address"), json_text(instance, "state"),
	       json_text(instance, "gate"));
	if (json_object_get(instance, "pid"))
		printf(", pid %lld", json_integer_value(json_object_get(instance, "pid")));
	if (*json_text(instance, "cause"))
		printf(", %s: %s", json_text(instance, "cause"), json_text(instance, "detail"));
	printf("\n");
}

void process_state_print(const json_t *processes)
{
	json_t *process, *instance;
	size_t i, k;

	if (json_array_size(processes))
		printf("\n%-16s %-16s %-13s %-15s %s\n", "NODE", "APP", "WORKLOAD", "ADDRESS",
		       "STATE");
	json_array_foreach(processes, i, process)
	{
		json_array_foreach(json_object_get(process, "instances"), k, instance)
		{
			if (is_worth_a_line(instance))
				print_instance(process, instance);
		}
	}
}
