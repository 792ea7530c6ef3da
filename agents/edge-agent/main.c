// SPDX-License-Identifier: Apache-2.0
/*
 * edge-agent: the migration manager's hand at an edge. It registers the edge and its services,
 * answers on the service addresses (a small HTTP service that says which edge one talks to, and the
 * STAMP reflector of measurements), and says how it is.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "agents/common/registration.h"
#include "agents/edge-agent/reflector.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/token.h"

enum {
	SERVICES_MAX = 32,
	SERVICE_PORT = 80,
	SAMPLES_DEFAULT = 1 << 20,
	SAMPLES_MIN = 1024,
	SAMPLES_MAX = 1 << 26,
	FIFO_PRIORITY = 10
};

struct service {
	char name[64];
	struct in_addr address;
	struct http_server *server;
	struct agent *agent;
};

struct agent_config {
	struct in_addr rest_address;
	uint32_t rest_port, reflector_samples;
	char token_file[256], name[64], dnai[64], manager_url[128];
	const struct yaml_node *services;
};

struct agent {
	struct daemon daemon;
	struct agent_config config;
	struct yaml_doc *config_doc;
	char token[128];
	struct service service[SERVICES_MAX];
	size_t service_count;
	struct reflector *reflector;
	struct http_client *client;
	struct http_server *server;
	struct registration registration;
};

static const struct daemon_spec spec = {
	.name = "edge-agent",
	.summary =
		"registers an edge with the migration manager and answers on its service addresses",
	.example = "agents/edge-agent/edge-agent.example.yaml",
};

#define AT(member) offsetof(struct agent_config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"name", yaml_read_text, AT(name), 64, 0, 0, true, "the edge's name"},
	{"dnai", yaml_read_text, AT(dnai), 64, 0, 0, true, "its data network access identifier"},
	{"manager_url", yaml_read_text, AT(manager_url), 128, 0, 0, true,
	 "http:// URL of the manager"},
	{"services", yaml_read_node, AT(services), 0, 0, 0, false,
	 "what runs here: names and addresses"},
	{"reflector_samples", yaml_read_u32, AT(reflector_samples), 0, SAMPLES_MIN, SAMPLES_MAX,
	 false, "samples kept a session"},
	{0},
};
static const struct yaml_field service_fields[] = {
	{"name", yaml_read_text, offsetof(struct service, name), 64, 0, 0, true,
	 "name of the service"},
	{"address", yaml_read_ipv4, offsetof(struct service, address), 0, 0, 0, true,
	 "its address"},
	{0},
};

/* ---- configuration ---- */

static int read_service(struct agent *a, const struct yaml_node *node, struct yaml_error *err)
{
	struct service *s = &a->service[a->service_count];
	int r = yaml_read_fields(a->config_doc, node, service_fields, s, err);

	s->agent = a;
	a->service_count += r == 0;
	return r;
}

static int read_services(struct agent *a)
{
	const struct yaml_node *list = a->config.services;
	struct yaml_error err = {0};
	int r = 0;

	if (list && list->kind != YAML_SEQUENCE)
		r = yaml_fail(a->config_doc, list, &err, "expected a list of services");
	for (const struct yaml_node *n = list ? list->child : NULL; n && r == 0; n = n->next) {
		if (a->service_count == SERVICES_MAX)
			r = yaml_fail(a->config_doc, n, &err, "more than %d services",
				      SERVICES_MAX);
		else
			r = read_service(a, n, &err);
	}
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}

/* ---- the HTTP service ---- */

static void service_get(struct http_request *req, void *user)
{
	const struct service *s = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:o, s:o, s:I}", "edge", s->agent->config.name, "service",
			     s->name, "address", json_ipv4(s->address), "client",
			     json_ipv4(http_client(req)), "time_ns", (json_int_t)clock_now_ns()));
}

static const struct http_route service_routes[] = {{"GET", "/", service_get, false}, {0}};

static int start_services(struct agent *a)
{
	int r = 0;

	for (size_t i = 0; i < a->service_count && r == 0; i++) {
		struct service *s = &a->service[i];
		struct http_listen listen = {.addr = s->address, .port = SERVICE_PORT};

		r = http_server_new(&a->daemon.loop, &listen, service_routes, s, &s->server);
		if (r == 0)
			r = reflector_listen(a->reflector, s->address);
		if (r < 0)
			log_error("service", "name=%s error=\"%s\"", s->name, strerror(-r));
	}
	return r;
}

/* ---- REST ---- */

static json_t *services_json(const struct agent *a)
{
	json_t *array = json_array();

	for (size_t i = 0; i < a->service_count; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:o}", "name", a->service[i].name, "address",
						json_ipv4(a->service[i].address)));
	return array;
}

static void status_get(struct http_request *req, void *user)
{
	const struct agent *a = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:o, s:o}", "name", a->config.name, "dnai", a->config.dnai,
			     "services", services_json(a), "reflector",
			     reflector_json(a->reflector)));
}

static void samples_get(struct http_request *req, void *user)
{
	reflector_get(((struct agent *)user)->reflector, req);
}

static void samples_delete(struct http_request *req, void *user)
{
	reflector_delete(((struct agent *)user)->reflector, req);
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void metrics_get(struct http_request *req, void *user)
{
	struct metrics m;
	json_t *r;

	if (metrics_begin(&m, req) < 0)
		return;
	r = reflector_json(((struct agent *)user)->reflector);
	fprintf(m.out,
		"# HELP baton_reflector_packets_total STAMP test packets, by what became of them.\n"
		"# TYPE baton_reflector_packets_total counter\n"
		"baton_reflector_packets_total{outcome=\"reflected\"} "
		"%lld\nbaton_reflector_packets_total{outcome=\"malformed\"} %lld\n",
		(long long)json_integer_value(json_object_get(r, "reflected")),
		(long long)json_integer_value(json_object_get(r, "malformed")));
	json_decref(r);
	metrics_reply(&m, req);
}

static const struct http_route routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/v1/reflector/{ssid}", samples_get, false},
	{"DELETE", "/v1/reflector/{ssid}", samples_delete, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/metrics", metrics_get, false},
	{0},
};

/* ---- start and end ---- */

static int register_edge(struct agent *a)
{
	char path[96], url[64], address[INET_ADDRSTRLEN];

	uv_inet_ntop(AF_INET, &a->config.rest_address, address, sizeof address);
	snprintf(path, sizeof path, "/v1/edges/%s", a->config.name);
	snprintf(url, sizeof url, "http://%s:%u", address, a->config.rest_port);
	return registration_start(&a->registration, &a->daemon.loop, a->client,
				  a->config.manager_url, path, a->token,
				  json_pack("{s:s, s:s, s:o}", "url", url, "dnai", a->config.dnai,
					    "services", services_json(a)));
}

/* Probes are answered on time also on a busy machine; where that isn't allowed, they are answered
 * as time permits. */
static void hurry(void)
{
	struct sched_param param = {.sched_priority = FIFO_PRIORITY};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		log_info("reflector", "what=\"no real-time priority\" error=\"%s\"",
			 strerror(errno));
}

static int start(struct agent *a)
{
	struct http_listen listen = {.addr = a->config.rest_address,
				     .port = (uint16_t)a->config.rest_port,
				     .token = a->token};
	int r = token_read(a->config.token_file, a->token, sizeof a->token);

	if (r == 0)
		r = reflector_new(&a->daemon.loop, a->config.reflector_samples, &a->reflector);
	if (r == 0)
		r = start_services(a);
	if (r == 0)
		r = http_client_new(&a->daemon.loop, &a->client);
	if (r == 0)
		r = http_server_new(&a->daemon.loop, &listen, routes, a, &a->server);
	if (r == 0)
		r = register_edge(a);
	if (r < 0)
		log_error("edge-agent", "what=\"not started\" error=\"%s\"", strerror(-r));
	else
		hurry();
	return r;
}

static void stop(struct agent *a)
{
	registration_stop(&a->registration);
	http_client_free(a->client);
	http_server_free(a->server);
	for (size_t i = 0; i < a->service_count; i++)
		http_server_free(a->service[i].server);
	reflector_free(a->reflector);
}

int main(int argc, char **argv)
{
	static struct agent a = {.config.reflector_samples = SAMPLES_DEFAULT};
	int status = 1;

	if (daemon_init(&a.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&a.daemon, fields, &a.config, &a.config_doc) < 0 || read_services(&a) < 0)
		goto done;
	if (a.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&a) == 0) {
		daemon_ready("serving");
		status = daemon_run(&a.daemon);
	}
	stop(&a);
done:
	yaml_free(a.config_doc);
	daemon_done(&a.daemon);
	return status;
}
