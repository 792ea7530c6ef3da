/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mover: hands UEs over to the nearest gNB while they walk (`movement` of a topology file). The
 * time is link-shaper's, of the same timeline as the radio links' delays, so that `baton link
 * changes stop` stops both. It decides and asks; gNBs do it.
 */
#ifndef BATON_TESTBED_MOVER_H
#define BATON_TESTBED_MOVER_H

#include "lib/daemon.h"
#include "lib/http_client.h"
#include "lib/http_server.h"
#include "testbed/walk.h"

enum { MOVER_GNBS_MAX = 64, MOVER_REACH_MAX = 8, MOVER_UES_MAX = 1000, MOVER_POINTS_MAX = 1000 };

struct mover_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256];
	char socket[256]; /* link-shaper's */
	uint64_t repeat_us;
	uint32_t hysteresis;
	const struct yaml_node *gnbs, *ues;
};

struct mover_gnb {
	char name[64], url[96];
	struct walk_place place;
};

struct mover;

struct mover_ue {
	struct mover *mover;
	char supi[24], url[96];
	size_t reach[MOVER_REACH_MAX], reach_count; /* gNBs */
	struct walk_point *point;
	size_t point_count;
	size_t serving;	   /* index into reach; reach_count: not known */
	size_t target;	   /* of the request under way */
	bool busy;	   /* an answer is awaited */
	bool handing_over; /* that of a handover */
	uint64_t asked_ms; /* when it was asked where it is, or a handover failed */
	uint64_t handovers, failed;
	char error[160];
};

struct mover {
	struct daemon daemon;
	struct mover_config config;
	struct yaml_doc *config_doc;
	char token[128];
	struct http_server *server;
	struct http_client *client;
	uv_timer_t timer;
	struct mover_gnb gnb[MOVER_GNBS_MAX];
	size_t gnb_count;
	struct mover_ue *ue;
	size_t ue_count;
	bool running; /* link-shaper's timeline */
	bool arrived; /* it has ended, and all walks with it */
	uint64_t elapsed_us;
};

/* config.c */
int mover_config_read(struct mover *m);
/* clock.c: what link-shaper says of its timeline; Return: 0 or a negative errno */
int mover_clock(const char *socket, bool *ret_running, uint64_t *ret_elapsed_us);
/* decide.c */
void mover_turn(struct mover *m);
struct walk_place mover_place(const struct mover_ue *ue);
/* rest.c */
extern const struct http_route mover_routes[];

#endif
