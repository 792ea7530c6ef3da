/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A topology, as its YAML file says it: nodes by kind, the networks and links between them.
 * topology_load reads the file (topology_read.c, _node.c, _network.c, _shape.c) and derives what it
 * leaves out (topology_derive.c): which links a 5G node has, and every address, interface name and
 * MAC address, by the rules of docs/contracts.md. What comes out is complete: nothing that is built
 * later makes a choice of its own, but for the management prefix.
 *
 * Arrays refer to one another by index; the order is that of the file.
 */
#ifndef BATON_TESTBED_TOPOLOGY_H
#define BATON_TESTBED_TOPOLOGY_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/shape/key.h"
#include "lib/yaml.h"
#include "testbed/walk.h"

enum {
	TOPO_NAME_SIZE = 33, /* of a topology, node, network or service, with the NUL */
	TOPO_NODES_MAX = 1000,
	TOPO_NETWORKS_MAX = 4000,
	TOPO_PORTS_MAX = 8000,
	TOPO_SERVICES_MAX = 32,
	TOPO_DNNS_MAX = 8,	 /* smf-lite's limit too */
	TOPO_SESSIONS_MAX = 15,	 /* PDU session ids 1 to 15 */
	TOPO_CHANGES_MAX = 4096, /* link-shaper's limit too */
	TOPO_MESH_MAX = 24,	 /* members of an n3 with n3_paths */
	TOPO_WALK_POINTS_MAX = 1000,
	TOPO_ROUTES_MAX = 64,	 /* of a node, written in the file */
	TOPO_APPS_MAX = 4,	 /* games */
	TOPO_PROCESSES_MAX = 8,	 /* applications in all; each can be one that moves as a process */
	TOPO_PLAYERS_MAX = 64, /* of an application */
	TOPO_MTU_MIN = 576,
	TOPO_MTU_MAX = 65535,
};

enum topo_kind {
	TOPO_CORE,
	TOPO_UE,
	TOPO_GNB,
	TOPO_UPF,
	TOPO_EDGE,
	TOPO_CLOUD,
	TOPO_HOST,
	TOPO_ROUTER,
	TOPO_KINDS
};

/* What a network is for. Those before TOPO_PLAIN are derived from the nodes' kinds. */
enum topo_layer {
	TOPO_N2,
	TOPO_N3,
	TOPO_N4,
	TOPO_N6,
	TOPO_WAN,
	TOPO_RADIO,
	TOPO_PLAIN,
	TOPO_LAYERS
};

struct topo_place {
	unsigned line, column; /* 0: not in the file */
};

/* How a link is shaped, in one direction. A key that the file doesn't give has no place. */
struct topo_shape {
	struct link_shape is;
	struct topo_place at[SHAPE_KEYS];
};

/* What becomes of a shape while the topology runs. */
struct topo_change {
	uint64_t at_us, over_us; /* from when the topology is up; over: in steps, 0: at once */
	unsigned port;
	bool back;		 /* towards the port's node, on a bridged network */
	bool walked;		 /* follows from movement, and isn't written */
	struct topo_shape shape; /* the keys with a place */
	struct topo_place place;
};

struct topo_session {
	char dnn[TOPO_NAME_SIZE];
	int anchor; /* node index of an edge; -1: smf-lite chooses */
};

struct topo_route {
	struct yaml_prefix to;
	struct in_addr via;
	unsigned port; /* whose network reaches via */
};

struct topo_node {
	char name[TOPO_NAME_SIZE];
	enum topo_kind kind;
	unsigned number; /* among its kind, from 1 */
	struct topo_place at;

	/* ue */
	char supi[24]; /* "imsi-001010000000001" */
	uint32_t ue24; /* see lib/radio.h */
	size_t session_count;
	struct topo_session session[TOPO_SESSIONS_MAX];
	size_t gnb_count;
	unsigned *gnb; /* node indices of those in reach, the first is attached to first */

	/* upf, gnb */
	char dataplane[8];
	/* upf */
	int edge; /* node index */
	struct yaml_prefix pool;
	/* edge */
	int upf; /* node index; -1: none */
	char dnai[TOPO_NAME_SIZE];

	size_t route_count;
	struct topo_route *route;
	bool forwards; /* routers, and what stands between networks */
};

struct topo_port {
	unsigned node, network;
	char ifname[IFNAMSIZ];	      /* in the node */
	char bridge_ifname[IFNAMSIZ]; /* of its other end, when the network is a bridge in the
					 fabric */
	struct in_addr addr;	      /* zero: none (radio) */
	uint8_t mac[6];
	struct topo_shape shape; /* of what leaves the node */
	struct topo_shape back;	 /* of what comes from the bridge, when the network is bridged */
};

struct topo_network {
	char name[TOPO_NAME_SIZE * 2];
	enum topo_layer layer;
	struct topo_place at;
	struct yaml_prefix prefix; /* len 0: none (radio) */
	uint32_t mtu;
	unsigned first_port, port_count;
	struct topo_shape shape; /* of each member's link, where that says nothing else */
	bool bridged;		 /* more than two members */
	char bridge[IFNAMSIZ];
};

/* What becomes of packets between two nodes on N3, one way */
struct topo_path {
	unsigned from, to; /* ports */
	struct topo_shape shape;
};

/* Who walks where */
struct topo_walk {
	unsigned ue; /* node */
	size_t count;
	struct walk_point *point;
	struct topo_place at;
};

struct topo_movement {
	struct topo_place at; /* line 0: nobody moves */
	uint64_t radio_us, n3_us; /* delay of a kilometre, one way */
	uint32_t hysteresis;	  /* metres */
	struct walk_place *place; /* by node */
	bool *placed;
	size_t walk_count;
	struct topo_walk *walk;
};

struct topo_service {
	char name[TOPO_NAME_SIZE];
	struct in_addr addr;
	bool *on; /* by node index: the edges that run it */
};

/* Where an application's pictures are made (001 Fig. 1). */
enum topo_rendering { TOPO_RENDER_EDGE, TOPO_RENDER_CLOUD, TOPO_RENDER_LOCAL, TOPO_RENDERINGS };

/* When a player's UE asks for a migration by itself; for_us 0: never */
struct topo_trigger {
	uint64_t rtt_us, for_us, hold_off_us;
	double loss; /* 0 to 1 */
};

struct topo_player {
	unsigned ue;
	struct topo_place at;
	char account[32];
	double threshold;  /* of the SSIM gate, 0 to 1 */
	uint32_t window;   /* of frame sliding, in frames; 1: none */
	uint32_t session;  /* PDU session id of the first stream */
	uint64_t countdown_us; /* before the source of a migration is released */
	struct topo_trigger trigger;
	char input[256];   /* "generated", "none", "keyboard" or a script's path */
	char record[256];  /* the file that what is shown is written to; "": none */
	bool fifo;	   /* frames wait in a FIFO instead of the one-frame buffer */
	bool pairs_always; /* SSIM of two streams is recorded whenever both are there */
	bool jumps;	   /* the trace has them (apps/stream-client/jump.h) */
};

struct topo_app {
	char name[TOPO_NAME_SIZE];
	char game[16];
	struct topo_place at;
	enum topo_rendering rendering;
	struct in_addr service; /* of edges; zero: they don't render */
	bool *edge, *start;	/* by node index: the edges that can run it, and do from up on */
	bool at_edges;		/* the image is there; else in the cloud alone */
	uint32_t width, height, fps, bots, world;
	uint64_t bitrate_bps, rate_limit_bps, seed;
	char codec[16];
	size_t player_count;
	struct topo_player *player;
};

/* An application that moves as a process (docs/processes.md). What kinds there are: topology_workload.h */
struct topo_process {
	char name[TOPO_NAME_SIZE];
	char workload[16];
	struct topo_place at;
	unsigned number;	/* from 1, in the order of the file */
	unsigned edge;		/* node: where it runs from up on */
	struct in_addr service; /* goes with it */
	uint64_t heap, read, write, work_us; /* bytes */
	double compressible;		     /* 0 to 1 */
	uint32_t workers, clients;
	bool cooperative;
	uint64_t base_bytes, application_bytes; /* of layers, beside the programs */
	bool *layered; /* by node index: edges that have the application layer from up on */
};

struct topo_dnn {
	char name[TOPO_NAME_SIZE];
	uint32_t sst;
	char sd[8];	    /* six hexadecimal digits or "" */
	struct in_addr dns; /* zero: none */
};

enum topo_management { TOPO_MANAGEMENT_AUTO, TOPO_MANAGEMENT_NONE, TOPO_MANAGEMENT_PREFIX };

struct topology {
	char *path; /* as error texts call it */
	char name[TOPO_NAME_SIZE];
	char mcc[4], mnc[4];
	uint32_t tac;
	uint32_t mtu; /* of N2, N3, N4, N6, WAN and plain networks that don't say otherwise */
	char dataplane[8];
	bool needs_qos;
	bool routing; /* routes between plain networks are worked out */
	enum topo_management management;
	struct yaml_prefix management_prefix;
	struct yaml_prefix service_prefix;

	size_t node_count, network_count, port_count, service_count, dnn_count;
	struct topo_node *node;
	struct topo_network *network;
	struct topo_port *port;
	struct topo_service service[TOPO_SERVICES_MAX];
	struct topo_dnn dnn[TOPO_DNNS_MAX];
	size_t app_count;
	struct topo_app app[TOPO_APPS_MAX];
	size_t process_count;
	struct topo_process process[TOPO_PROCESSES_MAX];
	size_t change_count;
	struct topo_change *change;
	uint64_t repeat_us; /* changes begin again; 0: they don't */
	size_t n3_path_count; /* each pair both ways */
	struct topo_path *n3_path;
	struct topo_movement movement;
};

/**
 * topology_load, topology_load_memory - read, check and complete a topology
 * @name:         of the source, in error texts
 * @ret_topology: returned; free with topology_free
 *
 * Return: 0, -EINVAL with @err set (file, line, column and what was expected), -ENOMEM, or the
 * file's errno
 */
int topology_load(const char *path, struct topology **ret_topology, struct yaml_error *err);
int topology_load_memory(const char *name, const void *text, size_t len,
			 struct topology **ret_topology, struct yaml_error *err);
void topology_free(struct topology *t);

/** topology_write - the completed topology in its own language: every network with its members,
 * prefix and shape */
int topology_write(const struct topology *t, FILE *out);

/** topology_write_apps - its `apps` alone (topology_app_write.c) */
void topology_write_apps(const struct topology *t, FILE *out);
/** topology_write_process - one of them (topology_process_write.c) */
void topology_write_process(const struct topology *t, const struct topo_process *app, FILE *out);
/** topology_process_prefix - their addresses: the upper half of service_prefix */
struct yaml_prefix topology_process_prefix(const struct topology *t);
/** topology_player_on - who plays on a UE, and what; NULL: nobody */
const struct topo_player *topology_player_on(const struct topology *t, unsigned ue,
					     const struct topo_app **ret_app);
const char *topo_rendering_name(enum topo_rendering rendering);

const char *topo_kind_name(enum topo_kind kind);
const char *topo_layer_name(enum topo_layer layer);
/** topology_find_node - index, or -1 */
int topology_find_node(const struct topology *t, const char *name);
/** topology_find_link - @node's port towards the node or on the network called @far; Return: 0 or
 * -ENOENT */
int topology_find_link(const struct topology *t, unsigned node, const char *far,
		       unsigned *ret_port);
/** topology_find_path - between ports on N3; NULL: no shape of its own */
const struct topo_path *topology_find_path(const struct topology *t, unsigned from, unsigned to);
/** topology_path_ifname - in the fabric: what goes from @from to @to leaves by it */
void topology_path_ifname(const struct topology *t, unsigned from, unsigned to,
			  char buf[IFNAMSIZ]);
bool topology_same_paths(const struct topology *a, const struct topology *b);
bool topology_same_movement(const struct topology *a, const struct topology *b);
/** topology_write_paths, topology_write_movement - n3_paths and movement of the resolved file */
void topology_write_paths(const struct topology *t, FILE *out);
void topology_write_movement(const struct topology *t, FILE *out);
void topology_free_movement(struct topology *t);
/** topology_far_port - the other port of a link of two */
unsigned topology_far_port(const struct topology *t, unsigned port);
/** topology_find_port - @node's port on a network of @layer; NULL when it has none */
const struct topo_port *topology_find_port(const struct topology *t, unsigned node,
					   enum topo_layer layer);
/** topology_count - how many nodes of a kind */
unsigned topology_count(const struct topology *t, enum topo_kind kind);
/** topology_node_address - where others reach the node over the networks users see; zero:
 * management only */
struct in_addr topology_node_address(const struct topology *t, unsigned node);

/** topo_shape_same - but for what is lost in writing */
bool topo_shape_same(const struct topo_shape *a, const struct topo_shape *b);
bool topo_shape_is_plain(const struct topo_shape *shape);
/** topology_first_shape - where the file first says how a link is shaped, or changes; 1:1 where it
 * doesn't */
struct topo_place topology_first_shape(const struct topology *t);
/** topology_is_shaped - a link has a shape, or gets one by a change */
bool topology_is_shaped(const struct topology *t);
bool topo_same_prefix(struct in_addr a, struct in_addr b, unsigned len);
/** topo_name_cut - @prefix and @name, or, where that is too long, its beginning, '~' and @id, which
 * no other name is */
void topo_name_cut(char *buf, size_t size, const char *prefix, const char *name, unsigned id);

#endif
