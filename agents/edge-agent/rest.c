// SPDX-License-Identifier: Apache-2.0
/* The agent's REST interface: docs/contracts.md and docs/csm.md say what it answers. */
#include <errno.h>
#include <string.h>

#include "agents/edge-agent/agent.h"
#include "agents/edge-agent/process_step.h"
#include "lib/metrics.h"

static struct agent *agent_of(void *user)
{
	return user;
}

static void status_get(struct http_request *req, void *user)
{
	const struct agent *a = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", a->config.name, "dnai",
			     a->config.dnai, "services", agent_services_json(a), "reflector",
			     reflector_json(a->reflector), "instances",
			     supervisor_instances_json(&a->supervisor)));
}

static void samples_get(struct http_request *req, void *user)
{
	reflector_get(agent_of(user)->reflector, req);
}

static void samples_delete(struct http_request *req, void *user)
{
	reflector_delete(agent_of(user)->reflector, req);
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void metrics_get(struct http_request *req, void *user)
{
	struct agent *a = user;
	struct metrics m;
	json_t *r;

	if (metrics_begin(&m, req) < 0)
		return;
	r = reflector_json(a->reflector);
	fprintf(m.out,
		"# HELP baton_reflector_packets_total STAMP test packets, by what became of them.\n"
		"# TYPE baton_reflector_packets_total counter\n"
		"baton_reflector_packets_total{outcome=\"reflected\"} "
		"%lld\nbaton_reflector_packets_total{outcome=\"malformed\"} %lld\n",
		(long long)json_integer_value(json_object_get(r, "reflected")),
		(long long)json_integer_value(json_object_get(r, "malformed")));
	json_decref(r);
	supervisor_metrics(&a->supervisor, m.out);
	processes_metrics(&a->processes, m.out);
	metrics_reply(&m, req);
}

/* ---- applications ---- */

static void applications_get(struct http_request *req, void *user)
{
	http_reply(req, 200,
		   json_pack("{s:o}", "applications",
			     supervisor_definitions_json(&agent_of(user)->supervisor)));
}

static void application_put(struct http_request *req, void *user)
{
	struct agent *a = user;

	if (agent_has_applications(a))
		supervisor_put_definition(&a->supervisor, req, http_param(req, "app"));
	else
		http_problem(req, 501, "NO_REPOSITORY",
			     "this agent's configuration has no repository and state_dir");
}

static void application_get(struct http_request *req, void *user)
{
	supervisor_get_definition(&agent_of(user)->supervisor, req, http_param(req, "app"));
}

static void application_delete(struct http_request *req, void *user)
{
	supervisor_delete_definition(&agent_of(user)->supervisor, req, http_param(req, "app"));
}

/* ---- instances ---- */

static void instances_get(struct http_request *req, void *user)
{
	http_reply(req, 200,
		   json_pack("{s:o}", "instances",
			     supervisor_instances_json(&agent_of(user)->supervisor)));
}

static void instance_put(struct http_request *req, void *user)
{
	supervisor_put_instance(&agent_of(user)->supervisor, req, http_param(req, "app"));
}

static void instance_get(struct http_request *req, void *user)
{
	supervisor_get_instance(&agent_of(user)->supervisor, req, http_param(req, "app"));
}

static void instance_delete(struct http_request *req, void *user)
{
	supervisor_delete_instance(&agent_of(user)->supervisor, req, http_param(req, "app"));
}

/* ---- images ---- */

static void add_image(const struct manifest *m, void *user)
{
	json_array_append_new(user, json_pack("{s:s, s:s, s:I, s:I}", "image", m->image, "version",
					      m->version, "files", (json_int_t)m->count, "bytes",
					      (json_int_t)m->bytes));
}

static void images_get(struct http_request *req, void *user)
{
	json_t *list = json_array();

	image_list(agent_of(user)->config.repository, add_image, list);
	http_reply(req, 200, json_pack("{s:o}", "images", list));
}

static void image_delete(struct http_request *req, void *user)
{
	struct agent *a = user;
	const char *image = http_param(req, "image");
	char path[IMAGE_PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", a->config.repository, image);
	if (!agent_has_applications(a) || !manifest_name_valid(image)) {
		http_problem(req, 404, "IMAGE_NOT_FOUND", "there is no image '%.60s'", image);
		return;
	}
	if (supervisor_uses(&a->supervisor, image)) {
		http_problem(req, 409, "IN_USE", "an instance is of the image '%s'", image);
		return;
	}
	rc = image_remove(path);
	if (rc)
		http_problem(req, 500, "SYSTEM_FAILURE", "%s: %s", path, strerror(-rc));
	else
		http_reply(req, 204, NULL);
}

/* ---- processes ---- */

static void processes_list(struct http_request *req, void *user)
{
	processes_get(req, &agent_of(user)->processes);
}

static void process_read(struct http_request *req, void *user)
{
	process_get(req, &agent_of(user)->processes);
}

static void process_write(struct http_request *req, void *user)
{
	process_put(req, &agent_of(user)->processes);
}

static void process_end(struct http_request *req, void *user)
{
	process_delete(req, &agent_of(user)->processes);
}

static void steps_list(struct http_request *req, void *user)
{
	process_steps_get(req, &agent_of(user)->processes);
}

static void step_write(struct http_request *req, void *user)
{
	process_step_put(req, &agent_of(user)->processes);
}

static void step_read(struct http_request *req, void *user)
{
	process_step_get(req, &agent_of(user)->processes);
}

static void step_end(struct http_request *req, void *user)
{
	process_step_delete(req, &agent_of(user)->processes);
}

const struct http_route agent_routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/v1/reflector/{ssid}", samples_get, false},
	{"DELETE", "/v1/reflector/{ssid}", samples_delete, false},
	{"GET", "/v1/applications", applications_get, false},
	{"PUT", "/v1/applications/{app}", application_put, false},
	{"GET", "/v1/applications/{app}", application_get, false},
	{"DELETE", "/v1/applications/{app}", application_delete, false},
	{"GET", "/v1/instances", instances_get, false},
	{"PUT", "/v1/instances/{app}", instance_put, false},
	{"GET", "/v1/instances/{app}", instance_get, false},
	{"DELETE", "/v1/instances/{app}", instance_delete, false},
	{"PUT", "/v1/instances/{app}/players/{account}", players_put, false},
	{"GET", "/v1/instances/{app}/players/{account}", players_get, false},
	{"DELETE", "/v1/instances/{app}/players/{account}", players_delete, false},
	{"GET", "/v1/images", images_get, false},
	{"DELETE", "/v1/images/{image}", image_delete, false},
	{"GET", "/v1/processes", processes_list, false},
	{"GET", "/v1/processes/{app}", process_read, false},
	{"PUT", "/v1/processes/{app}", process_write, false},
	{"DELETE", "/v1/processes/{app}", process_end, false},
	{"GET", "/v1/processes/{app}/steps", steps_list, false},
	{"PUT", "/v1/processes/{app}/steps/{migration}/{step}", step_write, false},
	{"GET", "/v1/processes/{app}/steps/{migration}/{step}", step_read, false},
	{"DELETE", "/v1/processes/{app}/steps/{migration}/{step}", step_end, false},
	{"GET", "/v1/ue-routes", ue_routes_get, false},
	{"PUT", "/v1/ue-routes/{address}", ue_route_put, false},
	{"DELETE", "/v1/ue-routes/{address}", ue_route_delete, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/metrics", metrics_get, false},
	{0},
};
