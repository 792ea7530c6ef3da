/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications that move as processes (docs/processes.md): those of this edge's configuration, the
 * one instance of each that may be here, its stateless processes, and the steps of migrations.
 *
 *   absent -> starting -> running -> stopped -> running or absent
 *   absent -> incoming -> running                                     at a destination
 *
 * starting: until its PING is answered; stopped: by a dump that left it so; incoming: from restore
 * or join until open;
 * and `failed`: it ended though nobody asked, and its state is gone. What it is, is told by what
 * stands in PROCESS_DIR/APP and by the process itself, so that a restarted agent sees the same:
 *
 *   process    who it is (agents/common/child.h)
 *   crashed    it ended though nobody asked: `start` doesn't hide that either
 *   ended      it was ended on purpose, or has moved on: `start` doesn't bring it back
 *   incoming   the migration that brings it; restore and join make it, open and drop remove it
 *
 * Read in this order: process_config.c, processes.c (all of them), process.c (the life),
 * process_spawn.c (its beginning), process_helper.c (stateless ones), process_rest.c;
 * process_journal.c (steps on disk), process_step.c (steps run), process_join.c and process_open.c
 * (what the agent itself does of them), process_step_rest.c.
 */
#ifndef BATON_EDGE_AGENT_PROCESS_H
#define BATON_EDGE_AGENT_PROCESS_H

#include "agents/common/child.h"
#include "agents/common/workload.h"
#include "agents/gate/gate.h"
#include "agents/process-step/step.h"
#include "lib/http_server.h"

enum {
	PROCESSES_MAX = 32,
	HELPERS_MAX = 16,
	PROCESS_MIGRATIONS_MAX = 8, /* of an application that are remembered */
	PROCESS_STEPS_MAX = 64,	    /* of a migration */
	PROCESS_WAITERS_MAX = 8,    /* of a step, or of a process' end */
};

enum process_state {
	PROCESS_ABSENT,
	PROCESS_STARTING,
	PROCESS_RUNNING,
	PROCESS_STOPPED,
	PROCESS_INCOMING,
	PROCESS_FAILED,
};

struct edge_process;
struct edge_step;
struct image_look;

/* A stateless process: at every edge, never moved, started again when it ends. */
struct edge_helper {
	struct edge_process *p;
	char name[MANIFEST_NAME_SIZE];
	json_t *command;
	struct child child;
	uv_timer_t timer;
	unsigned backoff_ms;
	unsigned long restarts;
	uint64_t spawned_ns;
};

/* What was done of one migration, in the order of its steps' beginnings */
struct edge_migration {
	struct edge_migration *prev, *next;
	char name[STEP_NAME_SIZE];
	uint64_t epoch; /* the newest that was seen */
	struct edge_step *steps;
	size_t count;
};

struct edge_process {
	struct processes *all;
	struct process_app app;
	json_t *command, *config;
	bool start;

	struct child child;
	enum process_state told; /* to whom it is registered with */
	bool answered;		 /* a PING, in this life of the agent */
	bool behind;		 /* a gate that a migration holds closed */
	bool failed;
	char cause[32], detail[400];
	struct image_look *look;   /* its image is being checked: it is about to be started */
	struct edge_step *joining; /* begins when it has been started; or NULL */
	uint64_t spawned_ns;
	uv_timer_t timer;
	int ping; /* socket, -1 */
	uint64_t pings;
	size_t waiter_count; /* DELETEs that wait for its end */
	struct http_request *waiter[PROCESS_WAITERS_MAX];

	struct edge_helper helper[HELPERS_MAX];
	size_t helper_count;
	struct edge_migration *migrations; /* oldest first */
	unsigned parts;			   /* while it is closed: that the loop still has */
};

struct processes_config {
	uv_loop_t *loop;
	struct process_node node;
	struct in_addr address;	      /* of the agent's REST */
	unsigned number;	      /* the edge's */
	const char *token_file;	      /* borrowed */
	char program[STEP_PATH_SIZE]; /* process-step */
	void (*changed)(void *user);
	void *user;
};

struct processes {
	struct processes_config config;
	struct edge_process *process[PROCESSES_MAX];
	size_t count;
	bool warming; /* @warm is the loop's: process-step --criu, in the background */
	struct child warm;
	unsigned long steps_begun, steps_failed, steps_refused;
};

/* process_config.c */
struct yaml_doc;
struct yaml_node;
struct yaml_error;
/** process_read_yaml - one of the configuration's list; @ret: returned, free with process_free;
 * Return: 0, -ENOMEM, or -EINVAL with @err set */
int process_read_yaml(const struct yaml_doc *doc, const struct yaml_node *node,
		      struct edge_process **ret, struct yaml_error *err);
/** process_free - one that was never added */
void process_free(struct edge_process *p);

/* processes.c */
/** processes_add - makes its directories; @p: given, also on failure; Return: 0, -EEXIST (name,
 * number or address is another's), -ENOSPC, or a negative errno */
int processes_add(struct processes *all, struct edge_process *p);
/** processes_begin - take up what runs, start what should run */
void processes_begin(struct processes *all);
/** processes_close - processes and steps run on; before the loop ends */
void processes_close(struct processes *all);
struct edge_process *processes_find(const struct processes *all, const char *name);

/* process.c */
/** process_init - its directories, and its parts of the loop; Return: 0 or a negative errno */
int process_init(struct edge_process *p);
/** process_resume - take up what runs, start what should run */
void process_resume(struct edge_process *p);
/** process_close - it and its steps run on; freed when the loop has none of its parts any more */
void process_close(struct edge_process *p);
enum process_state process_state(const struct edge_process *p);
const char *process_state_name(enum process_state state);
/** process_start - to run from now on; what keeps it from it is in its cause; Return: 0, or
 * -EEXIST: it is here already, or on its way */
int process_start(struct edge_process *p);
/** process_launch - one that is_away; Return: 0: steps_joined is told how that ends, or a negative
 * errno, which is in its cause, too */
int process_launch(struct edge_process *p);
bool process_is_away(const struct edge_process *p); /* absent or failed */
/** process_join - as process_start, and it waits for the state that @migration brings (strategy
 * cooperative); its address isn't here; Return: 0: steps_joined is told how it ends, -EEXIST, or
 * another negative errno */
int process_join(struct edge_process *p, const char *migration);
/** process_join_undo - it hasn't been started, and won't be */
void process_join_undo(struct edge_process *p);
/** process_stop - ended on purpose; @ret_gone: it is gone already; Return: 0, or a negative errno:
 * that can't be noted, so it runs on */
int process_stop(struct edge_process *p, bool *ret_gone);
/** process_look_again - a step may have brought one, or ended it */
void process_look_again(struct edge_process *p);
void process_changed(struct edge_process *p);
struct gate process_gate(const struct edge_process *p);
__attribute__((format(printf, 3, 4))) void
process_explain(struct edge_process *p, const char *cause, const char *format, ...);
json_t *process_json(struct edge_process *p);		    /* returned */
json_t *processes_registration_json(struct processes *all); /* returned */
void processes_metrics(struct processes *all, FILE *out);

/* process_spawn.c */
/** process_keep_numbers - ordinary processes keep to the edge's own numbers, below those of what
 * moves, also after thousands of them */
void process_keep_numbers(const struct processes *all);
/** process_write_config - PROCESS_DIR/APP/config, filled; Return: 0 or a negative errno */
int process_write_config(const struct edge_process *p);
/** process_spawn - @command with its words filled, in @child; @pid: 0, or its number, and then it
 * leads a session; Return: 0 or a negative errno */
int process_spawn(const struct edge_process *p, const json_t *command, struct child *child,
		  pid_t pid);
/** process_image_look - is the image here, and whole? In a worker thread; @done is told 0 or a
 * negative errno, with words */
int process_image_look(struct edge_process *p,
		       void (*done)(struct edge_process *p, int rc, const char *text));
/** process_image_forget - @done is not called any more */
void process_image_forget(struct edge_process *p);

/* process_helper.c */
int process_helper_init(struct edge_helper *h, struct edge_process *p);
void process_helper_begin(struct edge_helper *h);

/** process_part_closed - one of the parts that keep @p while it is closed */
void process_part_closed(struct edge_process *p);

/* process_rest.c: handlers' bodies */
/** process_wanted - which one @req names; NULL: none, and that has been answered */
struct edge_process *process_wanted(struct http_request *req, struct processes *all);
void processes_get(struct http_request *req, struct processes *all);
void process_get(struct http_request *req, struct processes *all);
void process_put(struct http_request *req, struct processes *all);
void process_delete(struct http_request *req, struct processes *all);

#endif
