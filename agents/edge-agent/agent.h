/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The edge agent: the migration manager's hand at an edge. It registers the edge, what it serves
 * and what it can run; answers on the service addresses; holds the edge's repository of images and
 * runs instances of applications for it.
 *
 * Read in this order: config.c, service.c (the HTTP service that says which edge one talks to) and
 * reflector.c (STAMP), rest.c, agents/common/supervisor.h (instances), players.c (what is passed to
 * them), process.h (applications that move as processes).
 */
#ifndef BATON_EDGE_AGENT_H
#define BATON_EDGE_AGENT_H

#include "agents/common/registration.h"
#include "agents/common/supervisor.h"
#include "agents/edge-agent/process.h"
#include "agents/edge-agent/reflector.h"
#include "lib/daemon.h"

enum { SERVICES_MAX = 32 };

struct service {
	char name[64];
	struct in_addr address;
	struct http_server *server;
	struct agent *agent;
};

struct agent_config {
	struct in_addr rest_address;
	uint32_t rest_port, reflector_samples, edge_number;
	uint64_t rate_limit_bps; /* 0: none */
	char token_file[256], name[64], dnai[64], manager_url[128];
	char repository[256], state_dir[256], cloud_url[128]; /* "": no applications */
	const struct yaml_node *services, *applications, *rate_limit, *processes;
	char process_dir[256], process_repository[256]; /* "": no processes */
	char wan_interface[16], n6_interface[16];
	struct in_addr wan_address;
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
	struct supervisor supervisor;
	struct processes processes;
};

/** agent_config_read - the whole file; logs what is wrong; Return: 0 or a negative errno */
int agent_config_read(struct agent *a);
/** agent_has_applications - the configuration gives them a place */
bool agent_has_applications(const struct agent *a);

extern const struct http_route agent_routes[];
json_t *agent_services_json(const struct agent *a);

/* service.c */
int services_start(struct agent *a);
void services_stop(struct agent *a);

/* players.c: PUT, GET and DELETE of /v1/instances/{app}/players/{account} */
void players_get(struct http_request *req, void *user);
void players_put(struct http_request *req, void *user);
void players_delete(struct http_request *req, void *user);

/* ue_route.c: GET /v1/ue-routes; PUT and DELETE of /v1/ue-routes/{address} */
json_t *ue_routes_json(const struct agent *a);
void ue_routes_get(struct http_request *req, void *user);
void ue_route_put(struct http_request *req, void *user);
void ue_route_delete(struct http_request *req, void *user);

#endif
