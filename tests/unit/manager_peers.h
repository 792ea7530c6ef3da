/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the migration manager talks to, played by a test: smf-lite and the UE agent behind real HTTP
 * servers, over one small model of a UE's PDU sessions. They do what the real ones promise
 * (docs/contracts.md), unless a fault is due.
 *
 * Each request is noted as one word in the trace ("establish(2)", "anchor(edge-b)"); repeated ones
 * that follow one another, as polling makes them, are noted once, and looks at an edge's step
 * ("dump?(a)") not at all.
 */
#ifndef BATON_TESTS_MANAGER_PEERS_H
#define BATON_TESTS_MANAGER_PEERS_H

#include <stdbool.h>

#include "lib/http_server.h"

enum {
	PEER_SESSIONS = 16,
	PEER_STEPS_MAX = 256,
	PEER_FAULTS_MAX = 8,
	PEER_HELD_MAX = 64,
	PEER_TRACE_SIZE = 8192
};

#define PEER_SUPI "imsi-001010000000001"
#define PEER_GNB  "gnb1"

enum fault_what {
	FAULT_REFUSE = 1,  /* not done, answered with status and cause */
	FAULT_SILENT,	   /* not done, never answered */
	FAULT_LOSE,	   /* done, never answered */
	FAULT_LATE,	   /* done, answered after late_ms */
	FAULT_NOT_JSON,	   /* done, answered 200 with text that is no JSON */
	FAULT_STOP_BEFORE, /* the manager is to be stopped: not done, never answered */
	FAULT_STOP_AFTER,  /* done, never answered */
	FAULT_CRASH,	   /* the UE agent or smf-lite goes away: its port is closed for late_ms */
};

struct fault {
	const char *at; /* how the trace's word begins */
	enum fault_what what;
	unsigned status;
	const char *cause;
	unsigned skip, times; /* skip that many, then strike; times 0: ever after */
	unsigned late_ms;
};

/* struct fault of a request that is refused every time */
#define FAULT_REFUSED(word, code, why)                                                             \
	{                                                                                          \
		.at = word, .what = FAULT_REFUSE, .status = code, .cause = why                     \
	}

struct peer_session {
	bool up;
	char dnai[32], anchor_dnai[32], address[32]; /* dnai: where it is led to */
	unsigned generation;
};

/* One execution of a step by the UE agent: never two of the same (migration, step, epoch). */
struct peer_step {
	char migration[32], name[32];
	unsigned long long epoch;
	unsigned status;
	json_t *body;
};

struct peer_server {
	struct http_server *server;
	uint16_t port;
	const struct http_route *routes;
	bool crash_wanted;
	unsigned crash_ms;
	uint64_t back_ms; /* when it comes back, by uv_now */
	void *user;	  /* of the routes; NULL: the peers */
};

/* The game of strategy dual: what edge agents, cloud and stream-client know of it (manager_game.c)
 */
enum { PEER_EDGES = 2 };
#define PEER_APP     "snake"
#define PEER_ACCOUNT "alice"

enum instance_state { INSTANCE_ABSENT, INSTANCE_STARTING, INSTANCE_RUNNING, INSTANCE_FAILED };

/* The process app of strategies that move one (manager_process.c) */
#define PEER_PROCESS "ledger"
enum { PEER_PROCESS_STEPS_MAX = 96, PEER_ROUNDS_MAX = 24 };
enum process_life { LIFE_ABSENT, LIFE_RUNNING, LIFE_STOPPED, LIFE_INCOMING };

struct peer_process_step {
	char migration[32], name[32], cause[32];
	unsigned polls; /* looks at it at which it still runs */
	uint64_t begun_ns, epoch;
	json_t *outcome;
};

struct peer_process {
	enum process_life life;
	bool open, receiving;
	bool stale;	   /* the other has served since: it must never again */
	unsigned images;   /* 1 dumped (source), sent (destination) */
	char incoming[32]; /* the migration that brings it */
	struct peer_process_step step[PEER_PROCESS_STEPS_MAX];
	size_t step_count;
};

/* What a test wants of it */
struct peer_process_play {
	const char *fails, *cause; /* that step ends as failed */
	unsigned fails_times;	   /* so often; 0: whenever it is begun */
	const char *stuck;	   /* that step gets no further */
	enum peer_doubt {
		DOUBT_NONE,
		DOUBT_STAYED, /* a commit that failed, and nothing moved */
		DOUBT_MOVED,  /* ... and it did, but the source doesn't know */
	} doubt;
	json_t *survey[2]; /* members other than usual; owned */
	unsigned bytes[PEER_ROUNDS_MAX], pages[PEER_ROUNDS_MAX]; /* of pre-dumps; 0: falling */
	unsigned alike; /* from that round on hashes are the same; 0: never */
};

struct peer_edge {
	struct peers *peers;
	const char *letter, *dnai;
	struct peer_server server;
	bool classifier, ue_route; /* of session 1, and its address's (manager_classifier.c) */
	bool without_app;
	enum instance_state instance;
	unsigned starts, stops;	 /* of the instance */
	unsigned logins, others; /* players that are not ours */
	unsigned player;	 /* ours: 0 none, else counts up as it synchronises */
	bool dies_on_start;
	struct peer_process process;
};

struct peer_game {
	int primary; /* edge whose session may write; -1: none */
	json_int_t number;
	unsigned displayed; /* session; 0: nothing yet */
	bool joined[PEER_SESSIONS];
	bool unlike; /* the pictures: a switch that isn't forced is given up */
	bool waits;  /* ... and waits until it is cut */
	struct http_request *waiting;
	bool cut;
	unsigned signals;
};

struct peers {
	uv_loop_t *loop;
	const char *token;
	uv_timer_t tick;
	struct peer_server smf, agent, gnb;
	struct peer_edge edge[PEER_EDGES];
	struct peer_game game;
	struct peer_process_play play;
	struct peer_session session[PEER_SESSIONS];
	unsigned primary, switches, reactivating; /* the session that the UE asks for again */
	char anchor[32];
	struct peer_step step[PEER_STEPS_MAX];
	size_t step_count;
	struct fault fault[PEER_FAULTS_MAX];
	size_t fault_count;
	bool stop_wanted;	     /* of the manager: whoever runs the loop does it */
	bool never_back;	     /* the UE doesn't ask for its session again */
	bool no_release;	     /* the UE agent's release changes nothing */
	char trace[PEER_TRACE_SIZE]; /* words, each followed by a blank */
	struct http_request *held[PEER_HELD_MAX];
	size_t held_count;
};

/* Every request comes through peers_answer: @act does it and gives status and body. */
struct ask {
	struct peers *p;
	struct peer_server *server;
	struct http_request *req;
	const char *word;
	bool (*act)(struct ask *ask); /* Return: false: not answered yet */
	unsigned status;
	json_t *body;
};
void peers_answer(struct ask *ask);

/* manager_game.c */
void game_begin(struct peers *p); /* edges, without a player */
/** game_play - our player is at edge @edge, over @session, and plays */
void game_play(struct peers *p, int edge, unsigned session);
/** game_step - does a step of the UE agent that is about streams; Return: false: it isn't */
bool game_step(struct ask *ask, const char *name, unsigned session);
/** game_waits - Return: true when the switch is not answered before it is cut */
bool game_waits(struct ask *ask, const char *name);
void game_cut(struct http_request *req, void *user);
/** game_check_end - our player plays at @edge alone, and nothing is left elsewhere */
void game_check_end(const struct peers *p, int edge);

/* manager_process_steps.c */
/** process_step_do - @step, "kind" or "kind.N"; Return: its outcome, returned; NULL: it has none */
json_t *process_step_do(struct peer_edge *e, const char *migration, const char *step,
			const json_t *args);

/* manager_process.c */
/** process_step_is - @step is @kind, or @kind.N */
bool process_step_is(const char *step, const char *kind);
/** process_step_find - NULL: it wasn't begun */
struct peer_process_step *process_step_find(struct peer_edge *e, const char *migration,
					    const char *name);
/* an edge agent's routes */
void process_state_get(struct http_request *req, void *user);
void process_state_delete(struct http_request *req, void *user);
void process_steps_get(struct http_request *req, void *user);
void process_step_put(struct http_request *req, void *user);
void process_step_get(struct http_request *req, void *user);
void process_step_delete(struct http_request *req, void *user);
/** process_play - the app runs at @edge */
void process_play(struct peers *p, int edge);
/** process_check_end - it runs at @edge alone, reachable, and nothing of a migration is left */
void process_check_end(const struct peers *p, int edge);
/** process_begun - how often step @name was begun at @edge, in all migrations */
unsigned process_begun(const struct peers *p, int edge, const char *name);
void process_forget(struct peers *p);

void peers_start(struct peers *p, uv_loop_t *loop, const char *token);
/** peers_stop - every held request is let go */
void peers_stop(struct peers *p);
/** peers_address - a loopback address of this process alone: a port that is wanted again after a
 * restart is nobody else's meanwhile; peers_host - as text */
struct in_addr peers_address(void);
const char *peers_host(void);
void peers_url(const struct peer_server *server, char *buf, size_t size);
void peers_session_up(struct peers *p, unsigned id, const char *dnai);
void peers_fault(struct peers *p, const struct fault *fault);
/** peers_check_steps - no step of @migration was done twice, none under an epoch after @last */
void peers_check_steps(const struct peers *p, const char *migration, unsigned long long last);

/* manager_classifier.c */
void classifier_put(struct http_request *req, void *user);
void classifier_delete(struct http_request *req, void *user);
void classifier_lead(struct http_request *req, void *user);
void ue_route_put(struct http_request *req, void *user);
void ue_route_delete(struct http_request *req, void *user);
json_t *classifiers_json(const struct peers *p); /* as smf-lite tells them; returned */
/** classifiers_check - there is one, with its route, where session 1 is led to, and nowhere else */
void classifiers_check(const struct peers *p);

#endif
