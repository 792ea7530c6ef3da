// SPDX-License-Identifier: Apache-2.0
/* The agent's REST interface, on the management network: docs/csm.md. */
#include <string.h>

#include "agents/cloud-agent/agent.h"
#include "lib/metrics.h"

static struct supervisor *services_of(void *user)
{
	return &((struct agent *)user)->supervisor;
}

static void status_get(struct http_request *req, void *user)
{
	const struct agent *a = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:o, s:I, s:I}", "name", a->config.name, "services",
			     supervisor_instances_json(&a->supervisor), "files_served",
			     (json_int_t)a->files_served, "files_refused",
			     (json_int_t)a->files_refused));
}

static void services_get(struct http_request *req, void *user)
{
	http_reply(req, 200,
		   json_pack("{s:o}", "services", supervisor_instances_json(services_of(user))));
}

/* With a definition: registered, not started. Without: started. */
static void service_put(struct http_request *req, void *user)
{
	const char *name = http_param(req, "service");

	if (json_object_size(http_body(req)))
		supervisor_put_definition(services_of(user), req, name);
	else
		supervisor_put_instance(services_of(user), req, name);
}

static void service_get(struct http_request *req, void *user)
{
	supervisor_get_instance(services_of(user), req, http_param(req, "service"));
}

/* Stops it; ?forget=1 gives up the definition of one that doesn't run. */
static void service_delete(struct http_request *req, void *user)
{
	const char *name = http_param(req, "service"), *forget = http_query(req, "forget");

	if (forget && strcmp(forget, "1") == 0)
		supervisor_delete_definition(services_of(user), req, name);
	else
		supervisor_delete_instance(services_of(user), req, name);
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void metrics_get(struct http_request *req, void *user)
{
	const struct agent *a = user;
	struct metrics m;

	if (metrics_begin(&m, req) < 0)
		return;
	fprintf(m.out,
		"# HELP baton_image_files_total Files of images that were asked for, by what "
		"became of it.\n"
		"# TYPE baton_image_files_total counter\n"
		"baton_image_files_total{outcome=\"served\"} "
		"%llu\nbaton_image_files_total{outcome=\"refused\"} %llu\n",
		(unsigned long long)a->files_served, (unsigned long long)a->files_refused);
	supervisor_metrics(&a->supervisor, m.out);
	metrics_reply(&m, req);
}

const struct http_route agent_routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/v1/services", services_get, false},
	{"PUT", "/v1/services/{service}", service_put, false},
	{"GET", "/v1/services/{service}", service_get, false},
	{"DELETE", "/v1/services/{service}", service_delete, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/metrics", metrics_get, false},
	{0},
};
