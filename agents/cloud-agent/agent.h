/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cloud agent: runs the cloud's services (login server, logic server of a game) from images, as
 * the edge agent runs applications, and serves images to edges. Nothing in a migration asks it for
 * more than images, so the migration manager doesn't know of it.
 *
 * Read in this order: config.c, images.c (the image server, on the WAN), rest.c (on management),
 * agents/common/supervisor.h (services).
 */
#ifndef BATON_CLOUD_AGENT_H
#define BATON_CLOUD_AGENT_H

#include "agents/common/supervisor.h"
#include "lib/daemon.h"

struct agent_config {
	struct in_addr rest_address, image_address;
	uint32_t rest_port, image_port;
	char token_file[256], name[64], images[256], state_dir[256];
	const struct yaml_node *services;
};

struct agent {
	struct daemon daemon;
	struct agent_config config;
	struct yaml_doc *config_doc;
	char token[128];
	struct http_client *client;
	struct http_server *server, *image_server;
	struct supervisor supervisor;
	uint64_t files_served, files_refused;
};

/** agent_config_read - the whole file; logs what is wrong; Return: 0 or a negative errno */
int agent_config_read(struct agent *a);
extern const struct http_route agent_routes[];

/* images.c */
extern const struct http_route image_routes[];

#endif
