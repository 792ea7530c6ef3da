/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UE agent: the migration manager's hand in the UE, and the only one that writes the UE's main
 * routing table.
 *
 * It keeps no list of sessions: the kernel's pduN interfaces are the truth (so a killed agent comes
 * back knowing all), and what only the UE's NAS knows is asked from `ue`.
 */
#ifndef BATON_UE_AGENT_H
#define BATON_UE_AGENT_H

#include "agents/common/registration.h"
#include "lib/daemon.h"
#include "lib/http_client.h"
#include "lib/http_server.h"
#include "lib/netlink/netlink.h"

enum { SESSION_IDS = 16 /* 1 to 15 */ };

struct agent_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256];
	char supi[24];
	char ue_url[128];
	char manager_url[128];
	struct yaml_prefix service_prefix;
	char state_dir[256];
};

struct agent {
	struct daemon daemon;
	struct agent_config config;
	char token[128];
	struct nl *nl;
	struct nl_monitor *monitor;
	uv_poll_t monitor_poll;
	struct http_client *client;
	struct http_server *server;
	struct registration registration;
	unsigned primary; /* PDU session id, 0: none */
	struct in_addr
		released; /* the latest address that the release step has ended the sockets of */
	uint64_t primary_set_ns; /* when its routes were put in place */
	unsigned long switches;
	struct step_op *ops; /* steps under way */
};

extern const struct http_route agent_routes[];

#endif
