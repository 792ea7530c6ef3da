/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What strategies that move a process share (docs/processes.md): a strategy is a table of these
 * steps, and the few functions in which it differs.
 *
 * In a migration's data they keep "process", an object:
 *
 *   begun_ns, rounds_ns, gate_closed_ns, answered_ns, opened_ns, drained_ns     CLOCK_REALTIME
 *   t_pre_us, t_chkp_us, t_copy_us, t_restore_us, t_open_us, t_comp_us, t_net_us
 *   frozen_us, memory_us, write_us                        of the dump, as CRIU counted
 *   bytes {rounds, image, layers, interface}, cpu_us      on the wire; of compression
 *   rounds [...], stopped_by, threshold_bps
 *   sent [...]                                            outcomes of sends that were no rounds
 *   pids, memory_bytes, layers {base, application}, source_layers    what the survey found
 *   layers_missing [...]          that the destination is without, or has in another version
 *   left_at                       an edge at which an end could not be made
 *   not_woken                     why a roll-back neither woke the source nor ended the other
 *
 * Where a receiver listens and its key is asked for where it is needed and never kept: records are
 * open to read.
 */
#ifndef BATON_MM_STRATEGIES_PROCESS_H
#define BATON_MM_STRATEGIES_PROCESS_H

#include "lib/json.h"
#include "migration-manager/engine.h"
#include "migration-manager/registry.h"
#include "migration-manager/strategies/criterion.h"

enum {
	PROCESS_STALL_MS = 30000,  /* a step without progress for that long has failed */
	PROCESS_CRIU_MS = 120000,  /* CRIU tells no progress of its own */
	PROCESS_PAGES_MS = 900000, /* nor when it sends its pages over the WAN itself */
	PROCESS_DROP_MS = 3000,	   /* an agent that is gone holds up no roll-back: the thaw waits */
	PROCESS_HOLD_MS = 200,	   /* of the session that was left; nothing is served there */
	PROCESS_ROUNDS = 10	   /* at most, unless the request says otherwise */
};

/* ---- hooks of struct strategy ---- */

/** process_check - an app is named, by characters that a URL takes */
int process_check(const struct migration_request *request, char *ret_reason, size_t size);
/** process_admit - both edges know the app, and no other migration moves it */
int process_admit(const struct manager *mm, const struct migration_request *request,
		  const char **ret_cause, char *ret_reason, size_t size);
bool process_edge_has(const struct registered *edge, const char *app);

/* What is the same in each of them, on top of an initialiser */
#define PROCESS_STRATEGY(word, taken)                                                              \
	.name = word, .initialising = process_initialising, .hold_ms = PROCESS_HOLD_MS,            \
	.one_way = true, .process = taken, .check = process_check, .admit = process_admit,         \
	.edge_has = process_edge_has

/* ---- tables, each ended by a row without a name ---- */

extern const struct step process_initialising[]; /* both known, an instance runs, the survey */
extern const struct step process_receiving[];	 /* preparing: a receiver at the destination */
extern const struct step process_pre_copy[];	 /* synchronising: rounds, by criterion */
extern const struct step process_stopping[];	 /* dump, send, restore */
extern const struct step process_switched[];	 /* open, finish, settle */
extern const struct step process_rollback[];	 /* drop at the destination, thaw at the source */

/* ---- rows of tables of one's own ---- */

#define PROCESS_STEP(word, in, ms, function)                                                       \
	{                                                                                          \
		.name = word, .state = in, .patience_ms = ms, .lasts = true, .start = function     \
	}
#define PROCESS_DUMP	PROCESS_STEP("dump", MIGRATION_READY, PROCESS_CRIU_MS, process_dump)
#define PROCESS_SEND	PROCESS_STEP("send", MIGRATION_READY, PROCESS_STALL_MS, process_send)
#define PROCESS_RESTORE PROCESS_STEP("restore", MIGRATION_READY, PROCESS_CRIU_MS, process_restore)
#define PROCESS_OPEN	PROCESS_OPEN_BY(process_open)
#define PROCESS_OPEN_BY(function)                                                                  \
	PROCESS_STEP("open", MIGRATION_RELEASING, PROCESS_STALL_MS, function)
/* Where the UE's switch comes early: the step that decides, on which it depends; and in a roll-back
 * what has to be known first of all, then what follows where it serves at the destination */
#define PROCESS_DECIDES(word, function, doubts)                                                    \
	{                                                                                          \
		.name = word, .state = MIGRATION_SWITCHING, .confirms_switch = true,               \
		.patience_ms = PROCESS_STALL_MS, .doubt = doubts, .start = function                \
	}
#define PROCESS_DECIDED(word, function)                                                            \
	{                                                                                          \
		.name = word, .state = MIGRATION_ROLLING_BACK, .fails_later = true,                \
		.patience_ms = PROCESS_STALL_MS, .start = function                                 \
	}
#define PROCESS_MOVED_STEP(word, function)                                                         \
	{                                                                                          \
		.name = word, .state = MIGRATION_ROLLING_BACK, .optional = true,                   \
		.patience_ms = PROCESS_STALL_MS, .start = function                                 \
	}
#define PROCESS_MOVED                                                                              \
	PROCESS_MOVED_STEP("open", process_moved_open),                                            \
		PROCESS_MOVED_STEP("finish", process_moved_finish),                                \
		PROCESS_MOVED_STEP("settle", process_moved_settle)
/* What can't be ended is noted and holds up nothing: the application serves. */
#define PROCESS_FINISH                                                                             \
	{                                                                                          \
		.name = "finish", .state = MIGRATION_RELEASING, .optional = true,                  \
		.patience_ms = PROCESS_STALL_MS, .start = process_finish                           \
	}
#define PROCESS_SETTLE                                                                             \
	{                                                                                          \
		.name = "settle", .state = MIGRATION_RELEASING, .optional = true,                  \
		.patience_ms = PROCESS_STALL_MS, .start = process_settle                           \
	}
#define PROCESS_DROP                                                                               \
	{                                                                                          \
		.name = "drop", .state = MIGRATION_ROLLING_BACK, .optional = true,                 \
		.patience_ms = PROCESS_DROP_MS, .start = process_drop                              \
	}
/* Where the source is lost the UE's second session is given back all the same. */
#define PROCESS_THAW_BY(function)                                                                  \
	{                                                                                          \
		.name = "thaw", .state = MIGRATION_ROLLING_BACK, .fails_later = true,              \
		.patience_ms = PROCESS_CRIU_MS, .lasts = true, .start = function                   \
	}
#define PROCESS_THAW PROCESS_THAW_BY(process_thaw)
#define PROCESS_DROP_LATE                                                                          \
	{                                                                                          \
		.name = "drop-late", .state = MIGRATION_ROLLING_BACK, .optional = true,            \
		.patience_ms = PROCESS_STALL_MS, .start = process_drop_late                        \
	}

void process_find(struct migration *m);	  /* agents, instance */
void process_survey(struct migration *m); /* both sides, and the decision */
void process_receive(struct migration *m);
void process_rounds(struct migration *m); /* pre-dumps while it runs; by criterion */
void process_dump(struct migration *m);	  /* gate closed, left stopped */
void process_send(struct migration *m);	  /* the image of the dump */
void process_restore(struct migration *m);
void process_open(struct migration *m);
void process_know_open(struct migration *m); /* it has been open before; now its agent knows */
void process_finish(struct migration *m);
void process_settle(struct migration *m);
void process_drop(struct migration *m);
void process_thaw(struct migration *m);
void process_thaw_by(struct migration *m, json_t *(*args)(const struct migration *m));
void process_drop_late(struct migration *m);
/* Each does nothing unless it serves at the destination. */
void process_moved_open(struct migration *m);
void process_moved_finish(struct migration *m);
void process_moved_settle(struct migration *m);

/* ---- pieces of steps ---- */

/* @answer: what GET of a step answers, with state done: begun_ns, ended_ns, progress, outcome */
typedef void (*process_done)(struct migration *m, const json_t *answer);

/**
 * process_ask - PUT /v1/processes/{app}/steps/{migration}/{step} with the epoch, and wait for its
 * end
 * @whom: PARTICIPANT_SOURCE_EDGE or PARTICIPANT_DESTINATION_EDGE
 * @step: a kind, or kind.N
 * @args: given, or NULL
 * @done: once it is done. When it fails, or gets no further for the engine step's time, the engine
 * step fails instead. Called as often as a step of the engine wants, one after the other.
 */
void process_ask(struct migration *m, enum participant whom, const char *step, json_t *args,
		 process_done done);
/**
 * process_ask_until - the same for a step that goes on: @done is also called once its progress has
 * member @progress
 */
void process_ask_until(struct migration *m, enum participant whom, const char *step, json_t *args,
		       const char *progress, process_done done);
/** process_ask_any - process_ask, and @done is called when it failed, too: state "failed", cause,
 * detail */
void process_ask_any(struct migration *m, enum participant whom, const char *step, json_t *args,
		     process_done done);
/** process_ask_long - process_ask of a step that may get no further for @more_ms longer than the
 * engine's step */
void process_ask_long(struct migration *m, enum participant whom, const char *step, json_t *args,
		      uint64_t more_ms, process_done done);
/** process_ask_again - process_ask of a step that ends a migration at an edge, with what @args
 * makes (NULL: no arguments); asked for once more, in another epoch, when its program was killed,
 * or had no room to say what came of it */
void process_ask_again(struct migration *m, enum participant whom, const char *step,
		       json_t *(*args)(const struct migration *m), process_done done);
/** process_ask_any_again - both, without arguments: @done is called when it failed twice, too */
void process_ask_any_again(struct migration *m, enum participant whom, const char *step,
			   process_done done);
/** process_epoch_raise - an agent keeps a step's failure for the epoch that it was told to: what is
 * asked next is done once more */
void process_epoch_raise(struct migration *m);
/** process_ask_of - process_ask, without arguments, of a step of another migration, which has ended
 * @epoch: later than those in which that one was asked for
 */
void process_ask_of(struct migration *m, const char *migration, uint64_t epoch,
		    enum participant whom, const char *step, process_done done);
/** process_ask_numbered - process_ask of kind.N */
void process_ask_numbered(struct migration *m, enum participant whom, const char *kind,
			  unsigned number, json_t *args, process_done done);
/** process_step_done - ends the engine step; a process_done where nothing is to be noted */
void process_step_done(struct migration *m, const json_t *answer);
/** process_doubt - until process_decided nobody knows which of the two serves: neither is ended or
 * woken by a roll-back */
void process_doubt(struct migration *m);
/** process_decided - the destination's word in a roll-back. When it @serves the step fails with
 * SERVES_THERE, and the rest ends the source instead; else the step is done */
void process_decided(struct migration *m, bool serves);

/** process_receiver - @done gets the receiver's answer, whose progress says where to send to */
void process_receiver(struct migration *m, process_done done);
/** process_page_receiver - the same of a page server for the next round, or the dump after the
 * last */
void process_page_receiver(struct migration *m, process_done done);
/** process_to - "to" of a step, from a receiver's answer; returned */
json_t *process_to(const json_t *receiver);

/** process_figures - the outcome of @answer, or its progress while it has none; borrowed */
const json_t *process_figures(const json_t *answer);

/** process_details - data's "process", made when it wasn't there; borrowed */
json_t *process_details(const struct migration *m);
void process_set(struct migration *m, const char *name, uint64_t value);
uint64_t process_get(const struct migration *m, const char *name);
/** process_set_us - @name: the time from stamp @from_ns to @to_ns, unless one of them is missing */
void process_set_us(struct migration *m, const char *name, uint64_t from_ns, uint64_t to_ns);
/** process_set_span - process_set_us in @object */
void process_set_span(json_t *object, const char *name, uint64_t from_ns, uint64_t to_ns);
/** process_add_previous - the round that was dumped last, when there is one, to @args */
void process_add_previous(const struct migration *m, json_t *args);
/** process_count_sent - wire bytes, interface bytes and compression's time of a send's answer,
 * added under @what ("rounds", "image", "layers") */
void process_count_sent(struct migration *m, const char *what, const json_t *answer);
/** process_send_args - arguments of send: @what, "name" (NULL: none), to @receiver, as the request
 * wants it sent; returned */
json_t *process_send_args(const struct migration *m, const char *what, const char *name,
			  const json_t *receiver);
/** process_dump_args - arguments of dump: @leave "stopped" or "running", tcp, the last round;
 * returned */
json_t *process_dump_args(const struct migration *m, const char *leave);
/** process_note_dump - the stamps, times and size of a dump's answer */
void process_note_dump(struct migration *m, const json_t *answer);
/** process_note_serves - the destination serves since @at_ns */
void process_note_serves(struct migration *m, uint64_t at_ns);
/** process_restored - a process_done: the times of a restore's answer; ends the engine step */
void process_restored(struct migration *m, const json_t *answer);

enum { PROCESS_LAYERS = 2 };
extern const char *const process_layers[PROCESS_LAYERS]; /* in the order in which they are sent */
/** process_layer_missing - @layer, by two surveys: the source has it, and the destination has none,
 * or one with another manifest */
bool process_layer_missing(const json_t *source, const json_t *destination, const char *layer);
/** process_decide - would what @source and @destination told in their surveys go well? Pure.
 * Return: 0, or -EPERM with a cause of docs/processes.md and a text for people */
int process_decide(const struct process_takes *takes, const json_t *source,
		   const json_t *destination, const char **ret_cause, char *ret_why, size_t size);

#endif
