/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "process" of a request: how an application that is a process is moved (docs/processes.md). Which
 * of its members a strategy takes, and what they are when left out, is the strategy's.
 */
#ifndef BATON_MM_PROCESS_OPTIONS_H
#define BATON_MM_PROCESS_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_reader;
struct strategy;

enum process_transfer { TRANSFER_STREAM, TRANSFER_RSYNC, TRANSFER_PAGE_SERVER };
enum process_compress { COMPRESS_NONE, COMPRESS_GZIP };
enum process_tcp { PROCESS_TCP_KEEP, PROCESS_TCP_CLOSE };
enum process_criterion {
	CRITERION_DIRTY_RATE,
	CRITERION_EQUAL_HASH,
	CRITERION_ROUNDS,
	CRITERION_P_HAUL
};
enum process_not_converged { NOT_CONVERGED_FAIL, NOT_CONVERGED_STOP };

enum {
	PROCESS_ROUNDS_MAX = 24, /* an agent keeps 64 steps of a migration, and a round has two */
	PROCESS_INTERVAL_MS_MAX = 3600000
};
#define PROCESS_THRESHOLD_MAX UINT64_C(1000000000000) /* bit/s */

/* Words by the enums above */
struct process_options {
	size_t transfer, compress, tcp, criterion, not_converged;
	uint64_t threshold; /* bit/s; 0: half the link, as the rounds measured it */
	uint64_t rounds;    /* at most */
	uint64_t interval_ms, interval_last_ms; /* after the first round; before the
							   last, interval_ms when left out */
};

/* Which members, in the order of the table in process_options.c */
enum {
	PROCESS_TAKES_TRANSFER = 1 << 0,
	PROCESS_TAKES_COMPRESS = 1 << 1,
	PROCESS_TAKES_TCP = 1 << 2,
	PROCESS_TAKES_CRITERION = 1 << 3,
	PROCESS_TAKES_THRESHOLD = 1 << 4,
	PROCESS_TAKES_ROUNDS = 1 << 5,
	PROCESS_TAKES_INTERVAL = 1 << 6,
	PROCESS_TAKES_INTERVAL_LAST = 1 << 7,
	PROCESS_TAKES_NOT_CONVERGED = 1 << 8,
	PROCESS_TAKES_CRIU = PROCESS_TAKES_TRANSFER | PROCESS_TAKES_COMPRESS | PROCESS_TAKES_TCP,
	PROCESS_TAKES_PRE_COPY = PROCESS_TAKES_CRITERION | PROCESS_TAKES_THRESHOLD |
				 PROCESS_TAKES_ROUNDS | PROCESS_TAKES_INTERVAL |
				 PROCESS_TAKES_INTERVAL_LAST | PROCESS_TAKES_NOT_CONVERGED
};

/* What a strategy that moves a process says of itself */
struct process_takes {
	unsigned members;
	bool cooperative;  /* the application moves itself */
	bool criu;	   /* needs it at both sides, with all that goes with it */
	bool page_server;  /* one of the ways to transfer */
	bool lazy;	   /* memory is fetched when it is wanted, and is on no disk */
	bool brings_image; /* the destination may be without the application's files */
	struct process_options defaults;
};

/** process_options_read - member "process" of a request for @strategy; complaints go into @r */
void process_options_read(struct json_reader *r, const struct strategy *strategy,
			  struct process_options *ret);
/** process_options_json - all members that are taken, also those left to their defaults; returned
 */
json_t *process_options_json(const struct process_options *options,
			     const struct process_takes *takes);
/** process_options_load - what process_options_json made; Return: 0, or -EINVAL when damaged */
int process_options_load(const json_t *j, const struct process_takes *takes,
			 struct process_options *ret);

/** process_transfer_name, ... - the words of a request, for agents */
const char *process_transfer_name(const struct process_options *options);
const char *process_compress_name(const struct process_options *options);
const char *process_tcp_name(const struct process_options *options);
const char *process_criterion_name(const struct process_options *options);

#endif
