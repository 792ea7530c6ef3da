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

enum { SESSION_IDS = 16 /* 1 to 15 */, PLAYERS_MAX = 4 };

struct agent_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256];
	char supi[24];
	char ue_url[128];
	char manager_url[128];
	struct yaml_prefix service_prefix;
	char state_dir[256];
	const struct yaml_node *players, *trigger;
};

/* Who plays what on this UE: a stream-client of his own shows it. */
struct ue_player {
	char app[64], account[32];
	uint32_t session;     /* PDU session id of the first stream */
	uint32_t countdown_ms; /* before the source is released; 0: the strategy's */
	char player_url[192]; /* of the player at the edge agent where the game begins */
	char stream_url[128]; /* of the stream-client */
};

/* When the UE asks for a migration by itself */
struct trigger_config {
	struct in_addr service; /* where test packets go: the address that every edge answers to */
	uint32_t rtt_ms;	/* above it; 0: never for the RTT */
	double loss;		/* share of what was sent, above it; 0: never for loss */
	uint32_t for_ms;	/* all that time */
	uint32_t hold_off_ms;	/* after having asked */
	uint32_t interval_ms;	/* between two test packets */
};

struct agent {
	struct daemon daemon;
	struct agent_config config;
	char token[128];
	struct ue_player player[PLAYERS_MAX];
	size_t player_count;
	struct player_keeper *keeper[PLAYERS_MAX]; /* player.h */
	struct trigger_config trigger_config;	   /* interval_ms 0: no trigger */
	struct trigger *trigger;
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

/** agent_config_load - the file; Return: 0 or a negative errno, logged */
int agent_config_load(struct agent *a);
/** agent_player - who plays @app; NULL: nobody, or @app is NULL */
const struct ue_player *agent_player(const struct agent *a, const char *app);

extern const struct http_route agent_routes[];

#endif
