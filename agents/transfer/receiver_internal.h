/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver and its connections share. */
#ifndef BATON_AGENTS_TRANSFER_RECEIVER_INTERNAL_H
#define BATON_AGENTS_TRANSFER_RECEIVER_INTERNAL_H

#include <pthread.h>

#include "agents/transfer/receiver.h"

struct receiver_connection {
	struct transfer_receiver *r;
	struct transfer_io io;
	pthread_t thread;
	bool used; /* the main thread's alone */
	bool over; /* under the lock: its thread may be joined */
	unsigned number;
	/* what it brings just now */
	bool bringing;
	enum transfer_kind kind;
	char name[TRANSFER_NAME_SIZE];
	uint64_t reserved;
};

struct transfer_receiver {
	struct transfer_receiver_config config;
	char key[TRANSFER_KEY_SIZE];
	int listen;
	int over; /* eventfd: a connection has ended */
	int stop; /* eventfd: all shall */
	uint16_t port;
	unsigned numbers;     /* of connections so far */
	pthread_mutex_t lock; /* of all that follows */
	struct receiver_connection connection[RECEIVER_CONNECTIONS];
	struct transfer_counts counts;
	struct transfer_received received[RECEIVER_LIST];
};

/** receiver_serve - a connection from greeting to end; in its own thread */
void receiver_serve(struct receiver_connection *c);
/** receiver_claim - nobody else may bring what @c says it does; @ret_reserved: octets that others
 * bring; Return: 0 or -EBUSY */
int receiver_claim(struct receiver_connection *c, const struct transfer_item *item,
		   uint64_t *ret_reserved);
void receiver_unclaim(struct receiver_connection *c);
void receiver_note(struct transfer_receiver *r, const struct transfer_received *received);
/** receiver_note_failure - why what came isn't in its place */
void receiver_note_failure(struct transfer_receiver *r, const char *text);
void receiver_count(struct transfer_receiver *r, uint64_t *counter);

#endif
