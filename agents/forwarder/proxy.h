/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forwarder's mind (paper 003, algorithm 2), without I/O: who asked what, what the source
 * answered, and what of it the restored instance is asked again.
 *
 *   forwarding  requests are cached and copied to the source; its answers are cached and relayed
 *   pausing     new input is held; answers that the source owes are awaited
 *   paused      it owes none: it may be suspended
 *   replaying   the restored instance applies what it hasn't, in the source's order: each
 *               answer is compared, none is sent
 *   replayed    all were alike
 *   serving     held input, and what comes, is handed to the restored instance, and its
 *               answers are relayed
 *
 * What goes wrong up to `replayed` is said (cause, detail), and the way on is closed; clients keep
 * being served by the source as long as input isn't held. A client's request that is lost on any of
 * these ways is asked again by the client, by its number.
 */
#ifndef BATON_FORWARDER_PROXY_H
#define BATON_FORWARDER_PROXY_H

#include <jansson.h>

#include "agents/forwarder/asked.h"
#include "agents/forwarder/cache.h"

enum proxy_state {
	PROXY_FORWARDING,
	PROXY_PAUSING,
	PROXY_PAUSED,
	PROXY_REPLAYING,
	PROXY_REPLAYED,
	PROXY_SERVING,
	PROXY_STATES
};

enum proxy_side { PROXY_SOURCE, PROXY_RESTORED };

struct proxy_ways {
	/** answer - to a client; may be lost */
	void (*answer)(void *user, const struct origin *origin, const uint8_t *octets, size_t len);
	/** ask - one of the instances. What was asked when the connection breaks is asked again by
	 * proxy_up */
	void (*ask)(void *user, enum proxy_side side, const uint8_t *octets, size_t len);
	void *user;
};

struct proxy_counters {
	uint64_t requests, forwarded, answered, repeated, strays, dropped, handed;
	uint64_t relayed; /* answers to held and later input */
};

struct proxy_replay {
	struct cached **list; /* own: in the source's order; those before `sent` were asked */
	unsigned count, sent, compared;
	unsigned clients_asked;
	bool began; /* what the instance has applied is known */
	uint64_t total;
};

/* CLOCK_REALTIME, 0: not yet */
struct proxy_stamps {
	uint64_t first_ns, pause_ns, paused_ns, replay_ns, replayed_ns, serve_ns, served_ns;
};

/* A request that isn't applied (PING, WHERE, DIGEST), held in a pause */
struct held_query;

struct proxy {
	struct proxy_ways ways;
	enum proxy_state state;
	struct cache cache;
	struct asked_list asked;
	struct held_query *queries;
	unsigned query_count;
	uint64_t source_total; /* the highest that it told */
	bool barrier_asked, barrier_told;
	unsigned to_drain;
	struct proxy_replay replay;
	struct proxy_counters counters;
	struct proxy_stamps stamps;
	char cause[32], detail[256]; /* "": nothing went wrong */
	char edge[SERVICE_EDGE_LEN]; /* of the answers that are repeated here */
};

/** proxy_init - @edge: this node's name */
void proxy_init(struct proxy *p, const struct proxy_ways *ways, uint64_t bytes_max,
		unsigned count_max, const char *edge);
void proxy_done(struct proxy *p);

/** proxy_request - from a client */
void proxy_request(struct proxy *p, const struct origin *origin,
		   const struct service_request *request, const uint8_t *octets, size_t len);
/** proxy_answer - from an instance */
void proxy_answer(struct proxy *p, enum proxy_side side, const struct service_answer *answer,
		  const uint8_t *octets, size_t len);
/** proxy_up - there is a connection (again) to it; proxy_down - it broke */
void proxy_up(struct proxy *p, enum proxy_side side);
void proxy_down(struct proxy *p, enum proxy_side side);

/** proxy_pause, proxy_replay_begin, proxy_serve - Return: 0, also when done before; -EINVAL: not
 * from this state, or after a failure */
int proxy_pause(struct proxy *p);
int proxy_replay_begin(struct proxy *p);
int proxy_serve(struct proxy *p);
/** proxy_turn - now and then: asks again in a pause */
void proxy_turn(struct proxy *p);
/** proxy_owes - requests that were handed on and have no answer */
unsigned proxy_owes(const struct proxy *p);

const char *proxy_state_name(enum proxy_state state);
/** proxy_status - new object */
json_t *proxy_status(const struct proxy *p);

/* Between the files of it */
void proxy_fail(struct proxy *p, const char *cause, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The number of what the forwarder itself asks: no client's */
#define PROXY_NUMBER UINT64_MAX
void proxy_ask_plain(struct proxy *p, enum proxy_side side, enum service_type type,
		     uint64_t client);
void proxy_pause_answer(struct proxy *p, const struct service_answer *answer);
void proxy_pause_look(struct proxy *p);
void proxy_replay_answer(struct proxy *p, const struct service_answer *answer);
int proxy_query_hold(struct proxy *p, const struct origin *origin, const uint8_t *octets,
		     size_t len);
void proxy_queries_hand(struct proxy *p);
void proxy_queries_clear(struct proxy *p);

#endif
