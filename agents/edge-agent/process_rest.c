// SPDX-License-Identifier: Apache-2.0
/* GET, PUT and DELETE of /v1/processes, and what others are told of them. */
#include <stdio.h>
#include <string.h>

#include "agents/edge-agent/process.h"
#include "lib/file.h"
#include "lib/process.h"

static json_t *helpers_json(const struct edge_process *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->helper_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:i, s:I}", "name", p->helper[i].name, "pid",
						(int)p->helper[i].child.pid, "restarts",
						(json_int_t)p->helper[i].restarts));
	return list;
}

/* Which migration brings it, so that whoever finds it left here can have it dropped */
static void tell_incoming(const struct edge_process *p, json_t *json)
{
	char path[STEP_PATH_SIZE + 16], migration[STEP_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/incoming", p->app.directory);
	if (file_read_text(path, migration, sizeof(migration)) >= 0)
		json_object_set_new(json, "migration", json_string(migration));
}

json_t *process_json(struct edge_process *p)
{
	const struct gate gate = process_gate(p);
	struct gate_status status = {.state = GATE_NONE};
	json_t *json;

	process_look_again(p);
	gate_read(&gate, &status);
	json = json_pack("{s:s, s:s, s:o, s:i, s:s, s:s, s:s, s:o}", "app", p->app.name, "state",
			 process_state_name(process_state(p)), "address", json_ipv4(p->app.address),
			 "port", (int)p->app.port, "gate", gate_state_name(status.state), "image",
			 p->app.image, "version", p->app.version, "stateless", helpers_json(p));
	if (p->child.pid) {
		json_object_set_new(json, "pid", json_integer(p->child.pid));
		json_object_set_new(json, "memory_bytes",
				    json_integer((json_int_t)process_resident(p->child.pid)));
	}
	tell_incoming(p, json);
	if (p->cause[0])
		json_object_set_new(json, "cause", json_string(p->cause));
	if (p->detail[0])
		json_object_set_new(json, "detail", json_string(p->detail));
	return json;
}

json_t *processes_registration_json(struct processes *all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < all->count; i++) {
		struct edge_process *p = all->process[i];

		json_array_append_new(list, json_pack("{s:s, s:o, s:i, s:s}", "app", p->app.name,
						      "address", json_ipv4(p->app.address), "port",
						      (int)p->app.port, "state",
						      process_state_name(process_state(p))));
	}
	return list;
}

struct edge_process *process_wanted(struct http_request *req, struct processes *all)
{
	struct edge_process *p = processes_find(all, http_param(req, "app"));

	if (!p)
		http_problem(req, 404, "APP_NOT_FOUND", "there is no process app '%.60s' here",
			     http_param(req, "app"));
	return p;
}

void processes_get(struct http_request *req, struct processes *all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < all->count; i++)
		json_array_append_new(list, process_json(all->process[i]));
	http_reply(req, 200, json_pack("{s:o}", "processes", list));
}

void process_get(struct http_request *req, struct processes *all)
{
	struct edge_process *p = process_wanted(req, all);

	if (p)
		http_reply(req, 200, process_json(p));
}

void process_put(struct http_request *req, struct processes *all)
{
	struct edge_process *p = process_wanted(req, all);

	if (!p)
		return;
	process_start(p); /* there already: as it is */
	http_reply(req, 202, process_json(p));
}

static void stop(struct http_request *req, struct edge_process *p)
{
	bool gone;
	int rc = process_stop(p, &gone);

	if (rc)
		http_problem(req, 507, "STATE_NOT_WRITABLE",
			     "its end could not be noted in %s, so it was not ended: %s",
			     p->app.directory, strerror(-rc));
	else if (gone)
		http_reply(req, 204, NULL);
	else
		p->waiter[p->waiter_count++] = req;
}

void process_delete(struct http_request *req, struct processes *all)
{
	struct edge_process *p = process_wanted(req, all);

	if (!p)
		return;
	if (process_state(p) == PROCESS_INCOMING)
		http_problem(req, 409, "IN_USE", "a migration brings '%s' here: drop it there",
			     p->app.name);
	else if (p->waiter_count == PROCESS_WAITERS_MAX)
		http_problem(req, 503, "TOO_MANY_WAIT", "%d requests wait for its end already",
			     PROCESS_WAITERS_MAX);
	else
		stop(req, p);
}

void processes_metrics(struct processes *all, FILE *out)
{
	if (!all->count)
		return;
	fprintf(out, "# HELP baton_process_running Whether a process runs here and has answered.\n"
		     "# TYPE baton_process_running gauge\n");
	for (size_t i = 0; i < all->count; i++)
		fprintf(out, "baton_process_running{app=\"%s\"} %d\n", all->process[i]->app.name,
			process_state(all->process[i]) == PROCESS_RUNNING);
	fprintf(out, "# HELP baton_process_memory_bytes Resident memory of a process.\n"
		     "# TYPE baton_process_memory_bytes gauge\n");
	for (size_t i = 0; i < all->count; i++)
		if (all->process[i]->child.pid)
			fprintf(out, "baton_process_memory_bytes{app=\"%s\"} %llu\n",
				all->process[i]->app.name,
				(unsigned long long)process_resident(all->process[i]->child.pid));
	fprintf(out,
		"# HELP baton_process_steps_total Steps of migrations, by what became of them.\n"
		"# TYPE baton_process_steps_total counter\n"
		"baton_process_steps_total{outcome=\"begun\"} %lu\n"
		"baton_process_steps_total{outcome=\"failed\"} %lu\n"
		"baton_process_steps_total{outcome=\"refused\"} %lu\n",
		all->steps_begun, all->steps_failed, all->steps_refused);
}
