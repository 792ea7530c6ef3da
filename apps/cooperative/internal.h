/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance: what the application's threads, the control thread and the mover share. Everything
 * that changes is under the lock, and every change is broadcast.
 *
 *   serving -> pushing -> converged -> freezing -> frozen -> left
 *   back to serving from each but left; from frozen with a COMMIT sent only through undecided
 *   incoming -> receiving -> armed -> serving, or refused
 */
#ifndef BATON_APPS_COOPERATIVE_INTERNAL_H
#define BATON_APPS_COOPERATIVE_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "apps/cooperative/channel.h"
#include "apps/cooperative/command.h"
#include "apps/cooperative/cooperative.h"

enum cooperative_state {
	STATE_SERVING,
	STATE_PUSHING,	 /* rounds are sent */
	STATE_CONVERGED, /* and the rest is small enough; they go on */
	STATE_FREEZING,	 /* commit: the application is asked to stand still */
	STATE_FROZEN,	 /* it does */
	STATE_UNDECIDED, /* COMMIT was sent, and nobody knows what came of it */
	STATE_LEFT,
	STATE_INCOMING,
	STATE_RECEIVING,
	STATE_ARMED, /* requests come here and wait */
	STATE_REFUSED,
	STATES
};

enum {
	CONTROLS = 8,
	ROUNDS_KEPT = 64,
	PROGRESS_MS = 6000, /* without any: the connection is given up */
	DECIDE_MS = 3000    /* for ARMED, for the application, for ACK */
};

struct cooperative_round {
	uint64_t bytes, zeros, us;
};

struct cooperative_figures {
	uint64_t begun_ns, converged_ns, armed_ns, frozen_ns, decided_ns; /* CLOCK_REALTIME */
	uint64_t bytes, zeros, rate_bps, rounds;
	uint64_t last_bytes, scan_us, last_us; /* while it stood still: octets, scan, scan and send
						*/
	struct cooperative_round round[ROUNDS_KEPT];
};

struct control {
	struct cooperative *c;
	pthread_t thread;
	int fd;
	bool used, ended;
};

struct cooperative {
	unsigned number;
	char directory[96];
	uint8_t *base;
	size_t length, page;
	bool supported;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum cooperative_state state;
	char cause[32], detail[160]; /* why it didn't move */
	struct cooperative_figures figures;
	bool commit_wanted;
	bool cut;      /* the mover is to end */
	bool standing; /* the application is in its safe point */
	int wake;      /* eventfd: the application's loop */

	pthread_t mover;
	bool mover_made /* it is to be joined */, moving;
	int cancel;			    /* eventfd: ends the mover's waits */
	struct cooperative_command command; /* of the mover */
	int listener;			    /* destination */
	int gate; /* destination: control connection of who brings requests here; -1 */

	pthread_t accepter;
	int socket; /* control */
	struct control control[CONTROLS];
	bool closing;
};

/* instance.c */
void cooperative_enter(struct cooperative *c, enum cooperative_state state);
/** cooperative_fail - back to serving (or refused), and why; @cause in capitals */
void cooperative_fail(struct cooperative *c, enum cooperative_state state, const char *cause,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));
struct timespec cooperative_deadline(unsigned ms);
/** cooperative_wait_until - for a change; lock held; Return: 0 or -ETIMEDOUT */
int cooperative_wait_until(struct cooperative *c, const struct timespec *until);
uint64_t cooperative_now_ns(void);
/** cooperative_stamp - now, into one of @c's figures */
void cooperative_stamp(struct cooperative *c, uint64_t *ret);
/** cooperative_path - @name in the state directory */
void cooperative_path(const struct cooperative *c, const char *name, char *ret, size_t size);
/** cooperative_digest - SHA-256 of the arena */
void cooperative_digest(const struct cooperative *c, uint8_t *ret);

/**
 * cooperative_mover_begin - @main in a thread of its own, if the state is @from and no other one
 * moves; it is @to then
 * Return: 0, -EBUSY: it isn't, or a negative errno
 */
int cooperative_mover_begin(struct cooperative *c, enum cooperative_state from,
			    enum cooperative_state to, void *(*main)(void *instance),
			    const struct cooperative_command *command);
/** cooperative_mover_cut - have it end, and wait for that */
void cooperative_mover_cut(struct cooperative *c);
/** cooperative_mover_fence - the same, and one that is incoming is refused from then on */
void cooperative_mover_fence(struct cooperative *c);
/** cooperative_mover_ended - what it does last */
void cooperative_mover_ended(struct cooperative *c);

/* source.c, destination.c: the mover. @c->command says what is wanted */
void *cooperative_push(void *instance);
void *cooperative_receive(void *instance);

/* line.c */
/** cooperative_line_write - all of @text; Return: 0 or a negative errno */
int cooperative_line_write(int fd, const char *text, size_t length);
/** cooperative_line_read - a line without its newline; Return: 0, -ETIMEDOUT, -EMSGSIZE,
 * -ECONNRESET */
int cooperative_line_read(int fd, char *line, size_t size);

/* control.c */
int cooperative_control_open(struct cooperative *c);
void cooperative_control_close(struct cooperative *c);
/** cooperative_control_arm - have requests brought here by who asked to listen
 * Return: 0, or -EACCES when it can't, or is gone */
int cooperative_control_arm(struct cooperative *c);

#endif
