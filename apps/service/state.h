/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole state of a service, in one block without pointers: who its clients are, how many of
 * their requests are applied, the answers kept for those who ask again, requests that came ahead of
 * their turn, and the memory of the implementation. The block may be moved to another process as it
 * is; what points into it (struct service_machine) is made anew.
 *
 * A client begins with number 1. When all shares are taken, the client that was idle longest is
 * forgotten; its next number is then TOO_FAR.
 */
#ifndef BATON_APPS_SERVICE_STATE_H
#define BATON_APPS_SERVICE_STATE_H

#include <netinet/in.h>
#include <stdbool.h>

#include "apps/service/ops.h"

enum {
	SERVICE_KEPT = 64,   /* answers, a client */
	SERVICE_HELD = 1024, /* requests ahead of their turn, of all clients */
	SERVICE_HELD_BODY_MAX =
		SERVICE_DATAGRAM_BODY_MAX, /* of one that waits for its turn, or for a call */
};

/* Whom an answer goes to. A held request keeps it. */
struct service_peer {
	uint64_t connection; /* of TCP; 0: UDP */
	struct in_addr address;
	in_port_t port_be;
};

/* What holds requests and answers: opaque but for tests */
struct service_state;

/* Sends an answer, or loses it: the client asks again. */
typedef void service_send(void *user, const struct service_peer *peer,
			  const struct service_answer *answer);

/* What becomes of bodies in another process, which answers service_machine_digested(@call). May
 * lose it: see service_machine_recall. */
typedef void service_call(void *user, uint64_t call, const uint8_t *body, uint32_t length);

struct service_machine {
	const struct service_ops *ops;
	const void *settings; /* of @ops; borrowed */
	unsigned shares;      /* clients at a time, 1 to SERVICE_CLIENTS_MAX */
	service_send *send;
	service_call *call; /* NULL: digests of bodies are made here */
	void *user;	    /* of send */
	void *call_user;
	/* made by service_machine_use */
	struct service_state *state; /* borrowed */
	void *memory;
	uint64_t forgotten, refused, held, repeated; /* counted since */
};

/** service_machine_size - octets of the block, a multiple of the page size */
size_t service_machine_size(const struct service_machine *m);
/**
 * service_machine_use - the state in @block, which becomes a new one when it is zero
 *
 * Return: 0, or -EINVAL when what lies there isn't of this machine's ops, shares and size, or isn't sound
 */
int service_machine_use(struct service_machine *m, void *block, size_t size);
/** service_machine_take - a request: its answer goes out now, or when it is its turn */
void service_machine_take(struct service_machine *m, const struct service_request *request,
			  const struct service_peer *peer);
/** service_machine_digested - the answer to @call; one that isn't awaited is ignored */
void service_machine_digested(struct service_machine *m, uint64_t call,
			      const uint8_t digest[SHA256_DIGEST_SIZE]);
/** service_machine_waiting - requests are held: for their turn, or for a call */
bool service_machine_waiting(const struct service_machine *m);
/** service_machine_recall - make every call that has no answer once more; Return: how many */
unsigned service_machine_recall(struct service_machine *m);
#endif
