/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rsync as a tool (003's images, 004's layers): at the destination its daemon, with a configuration
 * and secret of its own, for one directory and one sender; at the source its client. The daemon
 * doesn't listen: the connection is accepted here and given to it as inetd does, so there is no
 * port to be guessed, and each of its processes is a child of ours, in a group of its own, which is
 * ended on every path (PR_SET_PDEATHSIG, if we are killed).
 */
#ifndef BATON_AGENTS_TRANSFER_RSYNC_H
#define BATON_AGENTS_TRANSFER_RSYNC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agents/common/manifest.h"

enum { RSYNC_PATH_SIZE = 640 };

struct rsync_daemon {
	int listen;
	uint16_t port;
	struct in_addr peer;
	pid_t pid; /* 0: none runs */
	char config[RSYNC_PATH_SIZE], secrets[RSYNC_PATH_SIZE], log[RSYNC_PATH_SIZE];
};

/**
 * rsync_daemon_open - ready for one who brings what is to be in @path
 * @run: a directory for configuration, secret and log; @tag: tells it from others there
 * @peer: who is served; whoever else connects is hung up on
 */
int rsync_daemon_open(struct rsync_daemon *d, const char *run, const char *tag, const char *path,
		      struct in_addr address, struct in_addr peer, const char *key);
/** rsync_daemon_accept - d->listen is readable; one at a time, a second one is hung up on */
int rsync_daemon_accept(struct rsync_daemon *d);
/** rsync_daemon_await - until its processes have ended; Return: 0, -ECANCELED when @wake became
 * readable, -ETIMEDOUT */
int rsync_daemon_await(struct rsync_daemon *d, int wake, int timeout_ms);
void rsync_daemon_close(struct rsync_daemon *d);

struct rsync_stats {
	uint64_t sent, received;   /* octets, of its own protocol */
	uint64_t literal, matched; /* octets of files: sent, and found at the other side */
	uint64_t cpu_us;	   /* of the client */
};

/** rsync_stats_read - what --stats prints, LC_ALL=C, --no-human-readable; Return: 0 or -EBADMSG */
int rsync_stats_read(const char *text, struct rsync_stats *ret);
/**
 * rsync_run - bring the plain files of @directory
 * Return: 0, -ECANCELED, -EIO with what rsync said in @err
 */
int rsync_run(const char *directory, struct in_addr address, uint16_t port, const char *key,
	      bool compress, int wake, struct rsync_stats *ret, struct image_error *err);

#endif
