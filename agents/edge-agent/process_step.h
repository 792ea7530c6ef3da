/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps of migrations at this edge: PUT, GET and DELETE of /v1/processes/{app}/steps/{migration}/
 * {step}. Each is run once; one that failed once more, when a newer epoch asks for it. What is
 * asked is on disk before it begins (request.json), its end before it is told (outcome.json); it
 * runs in a program of its own, process-step, which outlives the agent and is found again by it.
 * Those without which nobody would serve need no disk: on a full one they are kept in memory.
 *
 * drop, thaw, finish and settle end a migration here: every other step of it is cut first, and they
 * wait for that. `open` is done at once, in the agent.
 */
#ifndef BATON_EDGE_AGENT_PROCESS_STEP_H
#define BATON_EDGE_AGENT_PROCESS_STEP_H

#include "agents/edge-agent/process.h"

struct step_waiter {
	struct http_request *req;
	uint64_t until_ns; /* CLOCK_MONOTONIC; 0: until it has ended */
};

/* What the loop has of a step that runs */
struct step_run {
	struct edge_step *step; /* NULL: it has ended, and this is being closed */
	struct child child;
};

struct edge_step {
	struct edge_step *prev, *next;
	struct edge_process *p;
	struct edge_migration *m;
	char name[STEP_NAME_SIZE], kind[STEP_NAME_SIZE];
	uint64_t epoch, asked_ns;
	bool held; /* begins when all others of its migration have ended */
	bool cut;
	int memory; /* its directory, when the disk is full: a file system of its own; else -1 */
	struct step_run *run; /* NULL: held, or ended */
	json_t *outcome;      /* outcome.json; NULL: not ended */
	size_t waiter_count;
	struct step_waiter waiter[PROCESS_WAITERS_MAX];
	uv_timer_t *timer; /* of the waiters; made when one waits */
};

/* process_journal.c: on disk */
/** journal_load - every step of @p that stands there, into @p->migrations, oldest first */
void journal_load(struct edge_process *p);
/** journal_write - a step's request, of one that has to be done also on a full disk in memory if
 * need be; Return: 0 or a negative errno: nothing of it is left */
int journal_write(struct edge_step *step, const json_t *args);
/** journal_outcome - of a step that has ended; returned, or NULL when there is none */
json_t *journal_outcome(const struct edge_step *step);
/** journal_begins - it is about to: whatever becomes of it, it isn't begun once more; Return: 0 or
 * a negative errno */
int journal_begins(const struct edge_step *step);
/** journal_waits - it was written down, and nothing of it has begun */
bool journal_waits(const struct edge_step *step);
json_t *journal_progress(const struct edge_step *step); /* returned; {} when there is none */
/** journal_end - the outcome of one that couldn't tell it itself; returned, written if that is
 * possible */
json_t *journal_end(const struct edge_step *step, json_t *outcome, const char *cause,
		    const char *detail);
/** journal_forget - everything of a migration, its images too */
void journal_forget(const struct edge_process *p, const struct edge_migration *m);
void journal_directory(const struct edge_step *step, char *buf, size_t size);
/** journal_clear - what stands of @step, before it is written anew, or when it is forgotten */
void journal_clear(struct edge_step *step);
/** journal_keep - one in memory that has ended, on disk if it has room by now */
void journal_keep(struct edge_step *step);
bool journal_has_room(const struct edge_step *step);
/** journal_close - what of @step is in memory alone */
void journal_close(struct edge_step *step);

/* process_step.c: run */
struct edge_migration *steps_find_migration(const struct edge_process *p, const char *name);
struct edge_step *steps_find(const struct edge_migration *m, const char *name);
/** steps_new - in memory only; NULL: no memory */
struct edge_step *steps_new(struct edge_process *p, struct edge_migration *m, const char *name,
			    uint64_t epoch);
struct edge_migration *steps_new_migration(struct edge_process *p, const char *name);
/** steps_begin - after journal_write: it, or, for one that ends a migration, the cut of all others
 */
void steps_begin(struct edge_step *step);
/** steps_resume - after journal_load: adopt those that run, end those that died, begin those that
 * were held, or hadn't begun */
void steps_resume(struct edge_process *p);
void steps_cut(struct edge_step *step);
/** steps_close - they run on; nothing of them is the loop's in the end */
void steps_close(struct edge_process *p);
/** steps_forget_migration - from memory and disk; none of it runs */
void steps_forget_migration(struct edge_process *p, struct edge_migration *m);
/** steps_are_over - a step that ends a migration has ended, or nobody has asked for any for an
 * hour: it may be forgotten */
bool steps_are_over(const struct edge_migration *m);
/** steps_joined - the process that a step of kind join began has been started, or @rc says why not;
 * nothing where none waits for it */
void steps_joined(struct edge_process *p, int rc);
/** steps_gate_is_held - a migration has closed the gate of @p, and hasn't settled what becomes of
 * it */
bool steps_gate_is_held(const struct edge_process *p);

/* process_open.c */
/** process_step_open - the gate of what came here; Return: as a kind's run */
int process_step_open(struct edge_process *p, struct process_step *s);

/* process_step_rest.c: handlers' bodies */
void process_step_put(struct http_request *req, struct processes *all);
void process_step_get(struct http_request *req, struct processes *all);
void process_step_delete(struct http_request *req, struct processes *all);
void process_steps_get(struct http_request *req, struct processes *all);
/** process_step_answer - those who wait for @step's end */
void process_step_answer(struct edge_step *step);

#endif
