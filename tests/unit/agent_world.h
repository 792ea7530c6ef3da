/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UE agent in a test's process and in a network namespace of its own: one loop, its REST
 * interface, `ue` played by the test behind a real HTTP server, and PDU sessions as `ue` makes them
 * (veth without ARP, named pduN) whose other ends, netN, are in a second namespace, which offers
 * the service 10.70.0.1.
 */
#ifndef BATON_TESTS_AGENT_WORLD_H
#define BATON_TESTS_AGENT_WORLD_H

#include "agents/ue-agent/agent.h"
#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "agents/ue-agent/store.h"

enum { WORLD_PATIENCE_MS = 20000, WORLD_HELD_MAX = 16, WORLD_CALLS_MAX = 16 };

#define WORLD_SERVICE "10.70.0.1"

struct world {
	struct agent a; /* its daemon.loop is the loop of all */
	bool up;
	uint16_t port;
	char dir[64];
	int network_ns; /* the namespace of the other ends */
	struct nl *network;
	/* `ue` */
	struct http_server *ue;
	unsigned ue_calls;  /* that change something */
	unsigned ue_status; /* 0: do it */
	bool ue_holds;	    /* requests are kept until world_ue_answer */
	struct http_request *held[WORLD_HELD_MAX];
	size_t held_count;
	unsigned generation[SESSION_IDS];
	uint64_t release_command_ns;
	/* the client */
	struct http_client *client;
	uv_timer_t patience;
	uint64_t end_ms;
	struct world_call {
		struct world *w;
		bool done;
		struct http_answer answer; /* its texts copied */
	} call[WORLD_CALLS_MAX];	   /* the latest */
	unsigned calls;
};

int world_setup(void **state);
int world_teardown(void **state);
void world_agent_start(struct world *w);
/** world_agent_stop - as the daemon does on SIGTERM; kill -9 leaves the same on disk */
void world_agent_stop(struct world *w);

#define world_wait(w, condition)                                                                   \
	do {                                                                                       \
		(w)->end_ms = uv_now(&(w)->a.daemon.loop) + WORLD_PATIENCE_MS;                     \
		while (!(condition) && uv_now(&(w)->a.daemon.loop) < (w)->end_ms)                  \
			uv_run(&(w)->a.daemon.loop, UV_RUN_ONCE);                                  \
		assert_true(condition);                                                            \
	} while (0)

struct world_call *world_start(struct world *w, const char *method, const char *path, json_t *body);
const struct http_answer *world_ask(struct world *w, const char *method, const char *path,
				    json_t *body);
void world_expect(const struct http_answer *answer, unsigned status, const char *cause);
json_int_t world_number(const struct http_answer *answer, const char *member);
/** world_step - PUT /v1/steps/MIGRATION/STEP, answered */
const struct http_answer *world_step(struct world *w, const char *migration, const char *step,
				     unsigned epoch, unsigned session);
void world_ue_answer(struct world *w); /* to all that is held; it holds no more */

/** world_pdu - interface pduN with 10.60.N.2, up */
void world_pdu(struct world *w, unsigned id);
void world_pdu_bare(struct world *w, unsigned id); /* without address */
void world_pdu_del(struct world *w, unsigned id);
unsigned world_ifindex(struct world *w, const char *name);
/** world_route - which session the main table sends @prefix_len bits of @prefix to, 0 none */
unsigned world_route(struct world *w, const char *prefix, unsigned prefix_len);

#endif
