/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The baton command: its exit codes, what every subcommand gets, and the subcommands, which main.c lists in one table.
 * Messages go to standard error, each beginning with "baton: "; what was asked for goes to standard output.
 */
#ifndef BATON_TESTBED_BATON_H
#define BATON_TESTBED_BATON_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum baton_exit {
	BATON_OK = 0,
	BATON_FAILED = 1,
	BATON_USAGE = 2,
	BATON_TOPOLOGY = 3,	/* the topology file has a mistake */
	BATON_NOT_ROOT = 4,
	BATON_ALREADY_UP = 5,	/* `up --new`; or another baton is at work on it; or it was left half made by --keep */
	BATON_NOT_UP = 6,	/* also: which of several isn't said */
	BATON_KERNEL = 7,	/* the kernel lacks what the topology asks for */
	BATON_DIFFERENT = 8,	/* up --dry-run: there is something to do */
	BATON_PACKAGES = 9,	/* packages that an application's game needs aren't installed */
	BATON_INTERRUPTED = 130 /* by a signal; all was rolled back */
};

struct baton_context {
	const char *name; /* --name, or NULL */
	bool json;	  /* --json */
	char libexec[PATH_MAX]; /* where the daemons are */
	char **arguments; /* a copy of argv, for getopt */
	char *title;	  /* the memory of argv, for the process titles of inits */
	size_t title_size;
};

/* Each gets its own arguments, argv[0] being its name, and returns an exit status. */
int up_main(const struct baton_context *ctx, int argc, char **argv);
int validate_main(const struct baton_context *ctx, int argc, char **argv);
int down_main(const struct baton_context *ctx, int argc, char **argv);
int status_main(const struct baton_context *ctx, int argc, char **argv);
int exec_main(const struct baton_context *ctx, int argc, char **argv);
int logs_main(const struct baton_context *ctx, int argc, char **argv);
int env_main(const struct baton_context *ctx, int argc, char **argv);
int capture_main(const struct baton_context *ctx, int argc, char **argv);
int events_main(const struct baton_context *ctx, int argc, char **argv);
int shell_main(const struct baton_context *ctx, int argc, char **argv);
int list_main(const struct baton_context *ctx, int argc, char **argv);
int schema_main(const struct baton_context *ctx, int argc, char **argv);
int graph_main(const struct baton_context *ctx, int argc, char **argv);
int check_main(const struct baton_context *ctx, int argc, char **argv);
int move_main(const struct baton_context *ctx, int argc, char **argv);
int link_main(const struct baton_context *ctx, int argc, char **argv);
int wait_main(const struct baton_context *ctx, int argc, char **argv);
int doctor_main(const struct baton_context *ctx, int argc, char **argv);

/** complain - "baton: ..." on standard error */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
