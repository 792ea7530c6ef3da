// SPDX-License-Identifier: Apache-2.0
/* On each service address: a small HTTP service that says which edge one talks to, and the STAMP
 * reflector. */
#include <string.h>

#include "agents/edge-agent/agent.h"
#include "lib/log.h"

enum { SERVICE_PORT = 80 };

static void service_get(struct http_request *req, void *user)
{
	const struct service *s = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:o, s:o, s:I}", "edge", s->agent->config.name, "service",
			     s->name, "address", json_ipv4(s->address), "client",
			     json_ipv4(http_client(req)), "time_ns", (json_int_t)clock_now_ns()));
}

static const struct http_route service_routes[] = {{"GET", "/", service_get, false}, {0}};

int services_start(struct agent *a)
{
	int r = 0;

	for (size_t i = 0; i < a->service_count && r == 0; i++) {
		struct service *s = &a->service[i];
		struct http_listen listen = {
			.addr = s->address, .port = SERVICE_PORT, .fair = true};

		r = http_server_new(&a->daemon.loop, &listen, service_routes, s, &s->server);
		if (r == 0)
			r = reflector_listen(a->reflector, s->address);
		if (r < 0)
			log_error("service", "name=%s error=\"%s\"", s->name, strerror(-r));
	}
	return r;
}

void services_stop(struct agent *a)
{
	for (size_t i = 0; i < a->service_count; i++)
		http_server_free(a->service[i].server);
}

json_t *agent_services_json(const struct agent *a)
{
	json_t *array = json_array();

	for (size_t i = 0; i < a->service_count; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:o}", "name", a->service[i].name, "address",
						json_ipv4(a->service[i].address)));
	return array;
}
