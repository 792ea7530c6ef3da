/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP requests by the ten thousand: all datagrams are there before the clock starts, so many are
 * kept outstanding, and the answers are kept until it has stopped. Beside it a process that echoes
 * datagrams of the same sizes and does nothing else.
 */
#ifndef BATON_TESTS_PFCP_LOAD_H
#define BATON_TESTS_PFCP_LOAD_H

#include <sys/types.h>

#include "lib/pfcp/pfcp.h"

enum { LOAD_REQUEST_MAX = 512, LOAD_ANSWER_MAX = 256, LOAD_MAX = 100000 };

struct load_request {
	uint16_t len;
	uint8_t octets[LOAD_REQUEST_MAX];
};

struct load_answer {
	uint16_t len; /* 0: none yet */
	uint8_t octets[LOAD_ANSWER_MAX];
};

/* Request @i has sequence number @sequence + i */
struct load {
	int fd; /* of UDP, borrowed */
	struct sockaddr_in to;
	uint32_t sequence;
	uint32_t stamp; /* ours, for the heartbeats of who is at @to */
	uint32_t n;
	uint64_t again; /* requests sent again, of all runs: answers that didn't come in time */
	struct load_request *request; /* LOAD_MAX each, owned */
	struct load_answer *answer;
};

/** load_init - @fd gets room for the answers to all that may be outstanding */
void load_init(struct load *load, int fd, struct sockaddr_in to, uint32_t stamp);
void load_done(struct load *load);
/** load_begin - no request, and sequence numbers that nobody has used for long */
void load_begin(struct load *load);
/** load_add - another request; its sequence number is set here */
void load_add(struct load *load, struct pfcp_msg *msg);
/* Until all were answered, and how long who answers was running meanwhile */
struct load_cost {
	double seconds, cpu_seconds;
};

/** load_run - send them all, @outstanding at a time; bails out when not all are answered
 * @who: that answers */
struct load_cost load_run(struct load *load, unsigned outstanding, pid_t who);

/** echo_run - the same datagrams, answered by a process that does nothing else, in answers of
 * @answer_len */
struct load_cost echo_run(const struct load *load, unsigned outstanding, size_t answer_len);

#endif
