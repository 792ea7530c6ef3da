/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU by its RPC: `criu swrk`, a worker of one's own on a socket, serves one request and ends.
 *
 * It is never killed: what it dumps has its parasite in it, and is left as it is when CRIU dies. So
 * it runs in a session of its own, outlives the step that started it, and stands in DIRECTORY
 * (a child record) from before its first instruction until it has ended: who comes next waits for
 * it (criu_await). What makes it end early is the end of its connection to a page server.
 */
#ifndef BATON_AGENTS_PROCESS_CRIU_H
#define BATON_AGENTS_PROCESS_CRIU_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { CRIU_TEXT_SIZE = 320, CRIU_VERSION_SIZE = 32, CRIU_PATH_SIZE = 512 };

enum criu_what { CRIU_VERSION, CRIU_CHECK, CRIU_PRE_DUMP, CRIU_DUMP, CRIU_RESTORE };
enum criu_leave { CRIU_LEAVE_DEAD, CRIU_LEAVE_STOPPED, CRIU_LEAVE_RUNNING };
enum criu_tcp { CRIU_TCP_KEEP, CRIU_TCP_CLOSE };
extern const char *const criu_tcp_names[]; /* by criu_tcp, then NULL */

struct criu_call {
	enum criu_what what;
	const char *record;   /* directory of the child record; exists. NULL: not recorded */
	const char *images;   /* directory, exists; for VERSION and CHECK too */
	const char *work;     /* of log and statistics, exists */
	const char *previous; /* name of the round below, beside @images; NULL: none */
	pid_t pid;	      /* dumps: of the tree's root */
	enum criu_leave leave;
	enum criu_tcp tcp;
	bool lazy;
	int page_server; /* a connection to one, -1: pages go to @images */
	/* lazy dump: where it serves pages; port 0: any */
	struct in_addr serve_address;
	uint16_t serve_port;
	/** called once it serves them; or NULL */
	void (*serves)(void *user);
	void *user;
	int wake; /* readable: the page server's connection is shut, and it is waited for. -1 */
};

struct criu_answer {
	pid_t pid; /* RESTORE: of the root */
	char version[CRIU_VERSION_SIZE];
	char text[CRIU_TEXT_SIZE]; /* of a failure: CRIU's first error, or what came of it */
	bool cancelled;		   /* @wake was readable before the answer */
	bool disk_full;		   /* it failed for want of room, as its log tells */
};

/**
 * criu_run - one request, until CRIU has ended
 *
 * Return: 0; -EREMOTEIO when CRIU says it failed, -EPIPE when it died without an answer (both
 * with a text), -ENOENT when it isn't installed, or another negative errno
 */
int criu_run(const struct criu_call *call, struct criu_answer *ret);
/** criu_release_server - who serves pages waits for one that comes for them, however long, and for
 * one that has come and is silent: that connection ends, and one comes and goes. @record: its, or
 * NULL; port 0: nobody serves any */
void criu_release_server(const char *record, struct in_addr address, uint16_t port);
/** criu_await - until the CRIU that @record names has ended, and the record is gone; Return: 0,
 * -ETIMEDOUT, -ECANCELED when
 * @wake was readable */
int criu_await(const char *record, int timeout_ms, int wake);
/** criu_end - kill the CRIU that @record names, of a restore that nobody wants any more, and await
 * its end; those that it was to restore stay, each as far as it came. Return: 0 or -ETIMEDOUT */
int criu_end(const char *record);
/** criu_forget - the CRIU that @record names has ended */
void criu_forget(const char *record);
/** criu_program - its path; NULL: not installed */
const char *criu_program(void);
/** criu_spawn - its program with @argv as it is, recorded in @record, in a session of its own,
 * standard output and error into WORK/criu.out; @keep, @keep_too: descriptors that it inherits, 0:
 * none. Return: its pid, a child of ours, or a negative errno */
pid_t criu_spawn(char *const *argv, const char *record, const char *work, int keep, int keep_too);

#endif
