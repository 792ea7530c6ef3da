/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole migration manager in a test's process, between a client and the peers that it commands:
 * one loop, real HTTP on loopback, the journal in a folder of its own. It can be stopped as kill -9
 * would, and started again on the same journal.
 */
#ifndef BATON_TESTS_MANAGER_WORLD_H
#define BATON_TESTS_MANAGER_WORLD_H

#include "migration-manager/engine.h"
#include "migration-manager/manager.h"
#include "tests/unit/manager_peers.h"

#define MBB	   "make-before-break"
#define BBM	   "break-before-make"
#define ULC	   "uplink-classifier"
#define ALL_STATES "accepted preparing synchronising ready switching releasing completed "
/* what the peers are asked on the way, as manager_peers.h notes it */
#define MBB_UP_TO_SWITCH "status sessions anchor(dnai-b) establish(2) probe(2) switch(2) "
#define ULC_UP_TO_SWITCH "status sessions classify(dnai-b) route(b) lead(dnai-b) "
#define ULC_TRACE	 ULC_UP_TO_SWITCH
#define BBM_TRACE	 "status sessions anchor(dnai-b) session(1) drop(1) await(1) "

enum { WORLD_PATIENCE_MS = 60000 };

struct world {
	struct manager mm; /* its daemon.loop is the loop of all */
	bool up;
	const char *binary; /* NULL: the manager runs in this process, else in one of its own */
	int child;
	bool gently; /* a process is asked to end, and has to, with nothing to complain of */
	uint16_t port;
	char dir[64];
	struct peers peers;
	struct http_client *client;
	uv_timer_t patience;
	uint64_t end_ms;
	unsigned restarts, asking;
	/* the latest answer, its texts copied */
	unsigned answers;
	struct http_answer answer;
	char events[65536]; /* the latest event stream */
	bool events_over;
};

int world_setup(void **state); /* *state is a struct world; session 1 at edge-a is the primary */
struct world *world_new(const char *binary); /* the same; given a binary it runs that */
int world_teardown(void **state);

void world_manager_start(struct world *w);
/** world_manager_stop - nothing orderly, SIGKILL for a process: what the journal holds is all that
 * stays */
void world_manager_stop(struct world *w);
/** world_register - the UE and both edges make themselves known, over REST */
void world_register(struct world *w);
void world_register_ue(struct world *w); /* the UE alone */

/** world_turn - one turn of the loop; stops and starts the manager when a peer wants it */
void world_turn(struct world *w);
void world_restart(struct world *w);
/** world_damage - SQL on the journal of a stopped manager */
void world_damage(struct world *w, const char *sql);
#define world_wait(w, condition)                                                                   \
	do {                                                                                       \
		(w)->end_ms = uv_now(&(w)->mm.daemon.loop) + WORLD_PATIENCE_MS;                    \
		while (!(condition) && uv_now(&(w)->mm.daemon.loop) < (w)->end_ms)                 \
			world_turn(w);                                                             \
		assert_true(condition);                                                            \
	} while (0)

/** world_ask - one call to the manager, with its token; @body: given, or NULL */
const struct http_answer *world_ask(struct world *w, const char *method, const char *path,
				    json_t *body);
const struct http_answer *world_ask_key(struct world *w, const char *method, const char *path,
					json_t *body, const char *key, const char *token);
void world_answered(const struct http_answer *answer, void *user); /* user: the world */
const char *world_text(const struct world *w, const char *member); /* of the latest answer */
void world_expect(const struct world *w, unsigned status, const char *cause);

/** world_post - POST /v1/migrations for the UE to edge-b; answers the id */
const char *world_post(struct world *w, const char *mode, unsigned hold_ms);
/** world_get - the resource, freshly asked for */
const json_t *world_get(struct world *w, const char *id);
bool world_in(struct world *w, const char *id, enum migration_state state);
bool world_ended(struct world *w, const char *id);
/** world_hasten - the time of this step is over, if it is the one under way */
void world_hasten(struct world *w, const char *id, const char *step);
bool world_holds(struct world *w, const char *id);
/** world_watch - GET events with Last-Event-ID (NULL: none) until the stream ends; the states named
 * in them, each followed by a blank */
void world_watch(struct world *w, const char *id, const char *last_id, char *buf, size_t size);
int world_watch_open(struct world *w, const char *id, const char *last_id); /* a socket */
void world_watch_read(struct world *w, int fd); /* once; into w->events */
void world_states(const char *events, char *buf, size_t size);
/** world_check_end - whatever happened: one primary session, where the state says it is, nothing
 * left over */
void world_check_end(struct world *w, const char *id);

#endif
