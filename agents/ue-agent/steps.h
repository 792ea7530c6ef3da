/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps: what the migration manager has the UE agent do, PUT /v1/steps/{migration}/{step}.
 *
 * Each is run once for (migration, step, epoch). The intent is on disk before anything is done and
 * the outcome before it is answered, so that the same request again, also after kill -9, gets the
 * same outcome, and a step cut off half-way is run again (each is idempotent by nature). What is
 * older than the newest epoch seen of that migration is refused.
 *
 *   establish, restore        {session, dnn, sst}     asks `ue` for the session
 *                             -> {session, address, setup_us, generation}
 *   probe                     {session, address}      echo over that session -> {probe_rtt_us}
 *   switch                    {session, app?, stream?} makes it the primary session
 *                             -> {t0_ns, switched_ns, stream?}
 *   await                     {session, generation}   waits until that generation of it is up and
 *                             is the primary session
 *                             -> {t0_ns, switched_ns, session, address, setup_us, generation}
 *   release, release-standby  {session}               ends the sockets bound to it, releases it
 *                             -> {sockets_ended}
 *
 * and with the stream-client of @app (docs/csm.md):
 *
 *   stream                    {session, app, address, port, key, player_url?}  joins, waits until
 *                             it decodes
 *                             -> {join_us}
 *   switch with stream        {number, threshold?, window?, timeout_ms, force, cancel?}  the stream
 *                             first, then the routes; force: whatever the pictures; cancel: the
 *                             number of an earlier switch that may still wait
 *   figures                   {session, app, number, wait_ms}  the switch's figures, once they are
 *                             complete, at the latest after wait_ms -> {stream}
 *   unstream                  {session, app}          leaves
 *
 * DELETE /v1/steps/{migration}/{step} asks a step under way to come to an end soon: a switch that
 * still waits for a pair that is alike is refused with CANCELLED.
 */
#ifndef BATON_UE_AGENT_STEPS_H
#define BATON_UE_AGENT_STEPS_H

#include "agents/ue-agent/agent.h"

enum { STEP_NAME_SIZE = 32, STEP_WAITERS_MAX = 4, STEP_OPS_MAX = 64, STEP_WAITER_MS = 5000 };

/* A step under way in this process. */
struct step_op {
	struct agent *agent;
	char migration[STEP_NAME_SIZE], name[STEP_NAME_SIZE];
	uint64_t epoch;
	uint64_t accepted_ns; /* when its intent was first noted: T0 of a switch, also when it had
				 to be run again */
	unsigned session;
	json_t *args;
	struct http_request *waiters[STEP_WAITERS_MAX];
	uint64_t waiter_since_ns[STEP_WAITERS_MAX]; /* CLOCK_MONOTONIC */
	size_t waiter_count;
	uv_timer_t *timer; /* owned, made by step_sleep */
	void (*on_timer)(struct step_op *op);
	uint64_t deadline_mono_ns;
	unsigned sockets_ended; /* release */
	bool cut_wanted;	/* by DELETE */
	unsigned phase;		/* stream steps: their own */
	void *own;		/* the step's; given back by drop_own when it is cut off */
	void (*drop_own)(struct step_op *op);
	struct step_op *prev, *next;
};

/* What the steps call. Each of these ends @op. */
void step_done(struct step_op *op, json_t *outcome); /* outcome: given */
/* The participant's own refusal: kept, answered again to the same request */
void step_refused(struct step_op *op, unsigned status, const char *cause, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Not now: answered 503 and not kept, so that the manager asks again */
void step_not_now(struct step_op *op, const char *why);

void step_sleep(struct step_op *op, uint64_t ms, void (*then)(struct step_op *op));
/** step_ask - one request to the daemon at @base; @body: given or NULL */
void step_ask(struct step_op *op, const char *base, const char *method, const char *path,
	      json_t *body, http_done done);
/** step_ask_ue - one request to `ue`; @body: given or NULL */
void step_ask_ue(struct step_op *op, const char *method, const char *path, json_t *body,
		 http_done done);
/** step_under_way - is there another one of this name and session? */
bool step_under_way(const struct agent *a, const char *name, unsigned session);

/* The steps, each in its own file. */
void step_establish(struct step_op *op);
void step_probe(struct step_op *op);
void step_switch(struct step_op *op);
void step_await(struct step_op *op);
void step_release(struct step_op *op);
void step_stream(struct step_op *op);
void step_unstream(struct step_op *op);
void step_figures(struct step_op *op);

/** steps_want_quiet - is one under way that a repair of streams would get in the way of? */
bool steps_want_quiet(const struct agent *a);
/** step_superseded - has a newer plan of the same migration begun? What this one would do now would
 * undo that */
bool step_superseded(const struct step_op *op);
/** step_player - who plays the app of the arguments; NULL: nobody, and the step has ended */
const struct ue_player *step_player(struct step_op *op);
/** step_stream_problem - end @op with what a stream-client refused, or not now when it didn't
 * answer
 */
void step_stream_problem(struct step_op *op, const struct http_answer *answer);

/** step_stream_figures - what the outcome has of a stream switch; returned */
json_t *step_stream_figures(const json_t *record);

/* Handlers of the REST interface */
void steps_put(struct http_request *req, void *user);
void steps_get(struct http_request *req, void *user);
void steps_delete(struct http_request *req, void *user);
void steps_drop_all(struct agent *a);

#endif
