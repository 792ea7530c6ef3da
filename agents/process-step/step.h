/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of a migration at an edge (docs/processes.md): what `process-step` is given, and what
 * its kinds use. A step may block: it is a process of its own, which outlives the agent that
 * started it. SIGTERM asks it to end soon; then it fails with CANCELLED and leaves nothing half
 * done.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_STEP_H
#define BATON_AGENTS_PROCESS_STEP_STEP_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STEP_NAME_SIZE = 64, STEP_PATH_SIZE = 512, STEP_CAUSE_SIZE = 32, STEP_DETAIL_SIZE = 400 };

/* Every number from that of its process on, and 99 more, is an application's. */
enum { PROCESS_PID_FIRST = 20000, PROCESS_PID_EACH = 100 };
#define PROCESS_NUMBER(app_number) ((pid_t)(PROCESS_PID_FIRST + PROCESS_PID_EACH * (app_number)))
/* Ordinary processes of an edge have numbers from here on, all below those */
enum { PROCESS_PID_REGION = 1000, PROCESS_PID_REGIONS = 18 };
#define PROCESS_PID_BELOW(edge_number)                                                             \
	((((edge_number) + PROCESS_PID_REGIONS - 1U) % PROCESS_PID_REGIONS + 1) *                  \
	 PROCESS_PID_REGION)

struct process_node {
	char name[STEP_NAME_SIZE], wan_interface[16], n6_interface[16];
	char directory[STEP_PATH_SIZE];	 /* process_dir */
	char repository[STEP_PATH_SIZE]; /* process_repository */
	struct in_addr wan_address;
};

struct process_app {
	char name[STEP_NAME_SIZE], image[STEP_NAME_SIZE], version[STEP_NAME_SIZE];
	char directory[STEP_PATH_SIZE]; /* PROCESS_DIR/APP */
	unsigned number;
	struct in_addr address; /* of the service */
	uint16_t port;
	bool cooperative;
};

struct process_step {
	struct process_node node;
	struct process_app app;
	char migration[STEP_NAME_SIZE], kind[STEP_NAME_SIZE];
	unsigned round; /* N of kind.N, 0: none */
	uint64_t epoch;
	char directory[STEP_PATH_SIZE]; /* steps/MIGRATION/STEP: request, progress, outcome */
	char images[STEP_PATH_SIZE];	/* APP/migrations/MIGRATION, made when it wasn't there */
	const json_t *args;		/* borrowed: what the manager sent */
	json_t *outcome;		/* an object, to be filled */
	char cause[STEP_CAUSE_SIZE], detail[STEP_DETAIL_SIZE];
};

struct process_step_kind {
	const char *name;
	/** run - Return: 0 with @s->outcome filled, or what process_step_fail returned */
	int (*run)(struct process_step *s);
};

/** process_step_kinds - ended by one without a name */
extern const struct process_step_kind process_step_kinds[];

/** process_step_fail - why it failed, for people; Return: -1, so that it can be returned */
int process_step_fail(struct process_step *s, const char *cause, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** process_step_fail_errno - of @what, a file or directory: a full disk is DISK_SHORT, all else
 * STEP_FAILED */
int process_step_fail_errno(struct process_step *s, int rc, const char *what);
/** process_step_progress - how far it is, for who asks; @progress: given */
void process_step_progress(const struct process_step *s, json_t *progress);
/** process_step_cancelled - SIGTERM has come. It also interrupts blocking calls (EINTR), and
 * process_step_wake() is readable from then on */
bool process_step_cancelled(void);
int process_step_wake(void);

/* ---- the program, and who starts it ---- */

/* Of the program: there was no room for the outcome; by now there may be */
enum { STEP_STATUS_DISK = 3 };

/** process_step_request - what request.json says of @s; returned */
json_t *process_step_request(const struct process_step *s);
/** process_step_load - DIRECTORY/request.json into @s, which owns @args and @outcome from now on,
 * also on failure; Return: 0, or -1 with cause and detail set */
int process_step_load(struct process_step *s, const char *directory);
/** process_step_run - by its row of @kinds (ended by one without a name), and the outcome written;
 * Return: 0 also when the step failed, or a negative errno: the outcome could not be written */
int process_step_run(struct process_step *s, const struct process_step_kind *kinds);
void process_step_free(struct process_step *s);
/** process_step_listen - SIGTERM cancels from now on; once; Return: 0 or a negative errno */
int process_step_listen(void);

/* What a kind of step is to the migration */
enum process_step_trait {
	STEP_ENDS = 1,	  /* it: all others are cut first */
	STEP_SETTLES = 2, /* what becomes of the gate here */
	STEP_CLOSES = 4,  /* the gate, before anything else: also one that failed */
	STEP_NEEDED = 8, /* also on a full disk: nobody would serve, two be left of it, or what came
			    not be known */
	STEP_BARE = 16,	 /* it leaves no directory for images */
};
/** process_step_is - one of no special kind is none of these */
bool process_step_is(const char *kind, enum process_step_trait trait);

/** process_step_name_valid - of a migration or a step: 1 to 63 of a-z A-Z 0-9 . _ -, no dot first
 */
bool process_step_name_valid(const char *name);
/** process_step_split - "predump.2" into kind and round; Return: false when it isn't a step's name
 */
bool process_step_split(const char *step, char kind[STEP_NAME_SIZE], unsigned *ret_round);
/** process_step_outcome - what outcome.json says; returned */
json_t *process_step_outcome(const struct process_step *s, bool failed, uint64_t begun_ns,
			     uint64_t ended_ns);
/** process_step_write - DIRECTORY/@file in one piece; Return: 0 or a negative errno */
int process_step_write(const char *directory, const char *file, const json_t *json);

#endif
