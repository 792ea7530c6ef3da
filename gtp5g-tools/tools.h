/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gtp5g, gtp5g-link and gtp5g-tunnel: command-line tools for kernel GTP, that of free5GC's module
 * gtp5g and that of the mainline kernel's driver gtp. One program under three names.
 *
 *   main.c          which command, help, completion's words
 *   rules.c         pdr, far, qer, urr, bar, tunnel; load
 *   list.c          what is there; dump
 *   link.c, hold.c  links and the process that holds a link's socket
 *   report.c        usage reports, buffered packets
 *
 *   request.c, fields.c, words.c, noun.c   what is asked for, as words, lines of a file, JSON
 *   batch.c, batch_read.c                  many of them as one, in any world
 *   kernel_world.c, links.c                the kernel's
 */
#ifndef BATON_GTP5G_TOOLS_TOOLS_H
#define BATON_GTP5G_TOOLS_TOOLS_H

#include "gtp5g-tools/kernel_world.h"
#include "gtp5g-tools/words.h"

enum tools_exit {
	TOOLS_OK,
	TOOLS_FAILED, /* refused, by the kernel or for what is there */
	TOOLS_USAGE,  /* a mistake in the command line or the file: nothing was done */
};

struct tools {
	const char *program; /* as it was called, for messages */
	bool json, force;
	struct words words; /* behind the command's name */
};

/** complain - "gtp5g: ..." to standard error */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** complain_text - the same of a text as it is, for callbacks */
void complain_text(const char *text, void *user);
/** tools_open - the kernel, with this command's options; Return: TOOLS_OK or TOOLS_FAILED, which
 * was told */
enum tools_exit tools_open(const struct tools *tools, struct kernel_world *ret_kernel);
/** take_flag - is "--NAME" among the words; taken out of them */
bool take_flag(struct words *words, const char *name);
/** report_print - one line, in either form */
void report_print(bool json, const char *device, const struct gtp5g_report *report);

/* Commands: @tools->words begin behind the first word, link's and report's verb is the first of
 * them */
int rule_main(struct tools *tools, const struct noun *noun);
int load_main(struct tools *tools);
int dump_main(struct tools *tools);
int link_main(struct tools *tools);
int report_main(struct tools *tools);

/* What hold_run is told */
struct hold {
	struct link link; /* name, driver, role, local, hash_size, mtu */
	bool verbose;	  /* print what the driver hands up */
	int ready_fd;	  /* gets one octet when all is there; -1: a line on standard output */
};
/**
 * hold_run - make a link and hold its socket, until it is deleted or SIGINT, SIGTERM or SIGHUP
 * comes: then it is deleted Return: TOOLS_OK, TOOLS_FAILED
 */
int hold_run(const struct hold *hold);

#endif
