/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: carries a migration through its plan, one step at a time, and decides what a failure
 * means.
 *
 * Intent is journalled before a step starts, its outcome after. Before the switch is confirmed, a
 * failure, a refusal or a cancel turns the plan round to roll back; after it, steps are tried again
 * until their time is over. A participant that doesn't answer is asked again (its node restarts
 * it): the same step with the same epoch gets the same answer.
 */
#ifndef BATON_MM_ENGINE_H
#define BATON_MM_ENGINE_H

#include "lib/http_client.h"
#include "migration-manager/step.h"

/* How long the engine is patient; all in ms. */
struct engine_times {
	unsigned before_switch; /* one step, however often its participant is asked in it */
	unsigned after_switch; /* only forward from there, and nothing but this when rolling back */
	unsigned unreached;    /* one that lasts: not a single answer for that long */
	unsigned retry;	       /* a killed participant is back in about 100 ms */
	unsigned ask;	       /* one request; longer than what a UE waits for a session */
};
extern const struct engine_times engine_times_default;

/** engine_begin - start a new migration that the journal has accepted */
void engine_begin(struct migration *m);
/** engine_resume - go on after a restart of the manager, from what the journal says */
void engine_resume(struct migration *m);

/** engine_abandon - forget what the step under way waits for; before a migration is freed */
void engine_abandon(struct migration *m);

/** engine_cancel - Return: 0, or -EALREADY when the switch is confirmed or the migration has ended
 */
int engine_cancel(struct migration *m, const char *cause, const char *detail);
/** engine_turn - switch to the other side, which is held; @cause, @detail: why, "" for a request
 * Return: 0, -EOPNOTSUPP for a strategy that goes one way, -EBUSY while nothing is held, and for
 * the second time unless the strategy has back_and_forth, -ENOSPC when the journal can't be written
 */
int engine_turn(struct migration *m, const char *cause, const char *detail);
/** engine_end_hold - release at once what is held; Return: 0 or -EBUSY */
int engine_end_hold(struct migration *m);

/* What steps call. The step is over with done or failed; @outcome is merged into data (given, or
 * NULL). */
void engine_step_done(struct migration *m, json_t *outcome);
void engine_step_failed(struct migration *m, const char *cause, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** engine_step_extend - it gets ahead: its time begins anew, and @more_ms longer */
void engine_step_extend(struct migration *m, uint64_t more_ms);
/** engine_step_sleep - call @then after @ms, unless the migration is turned round before */
void engine_step_sleep(struct migration *m, uint64_t ms, void (*then)(struct migration *m));

/**
 * engine_ask - one request to a participant, repeated while it can't be reached or answers 503
 * @path: after the participant's URL
 * @body: given, or NULL
 * @done: gets the answer; may end the step or ask again. After the step's time is over the step
 * fails by itself.
 */
enum participant {
	PARTICIPANT_SMF,
	PARTICIPANT_UE_AGENT,
	PARTICIPANT_SOURCE_EDGE, /* the agents of the edges */
	PARTICIPANT_DESTINATION_EDGE
};
void engine_ask(struct migration *m, enum participant whom, const char *method, const char *path,
		json_t *body, void (*done)(struct migration *m, const struct http_answer *answer));

/** engine_look - GET, once: @done gets whatever comes of it, also an error */
void engine_look(struct migration *m, enum participant whom, const char *path,
		 void (*done)(struct migration *m, const struct http_answer *answer));

/** ask_drop - forget the request under way, if there is one; its @done is not called any more */
void ask_drop(struct migration *m);

/** engine_agent_step - PUT /v1/steps/{migration}/{step} on the UE agent with the epoch; @args:
 * given, or NULL */
void engine_agent_step(struct migration *m, const char *step, json_t *args,
		       void (*done)(struct migration *m, const struct http_answer *answer));

/** engine_problem - fail the step with what a participant's problem details say */
void engine_problem(struct migration *m, const char *what, const struct http_answer *answer);

#endif
