/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of a service: makes numbered requests, sends them until they are answered, and
 * compares every answer with a model of its own, which applies the same requests to the same
 * memory. The caller polls. All stamps are CLOCK_REALTIME.
 *
 * Over UDP its socket is unconnected and follows the route; a request is sent again every
 * resend_ms. Over TCP a connection that breaks is made again, the service asked WHERE it is, and
 * everything without an answer sent again.
 *
 * Read in this order: this, client_internal.h, client.c (requests), client_socket.c, client_check.c
 * (answers).
 */
#ifndef BATON_APPS_SERVICE_CLIENT_H
#define BATON_APPS_SERVICE_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>

#include "apps/service/ops.h"

enum {
	CLIENT_WAITING_MAX = 1 << 20, /* requests made and not answered */
	CLIENT_EDGES_MAX = 16,
	CLIENT_COMPLAINT_SIZE = 240
};

/* A request, when it is answered, or when the client ends (answered_ns 0) */
struct service_client_row {
	uint64_t number, made_ns, sent_ns /* first */, answered_ns;
	unsigned sends;
	const char *edge; /* borrowed */
	bool ok;
};

struct service_client_settings {
	struct in_addr address;
	uint16_t port;
	bool tcp;
	bool alone;	 /* nobody else has requests applied: totals are compared, too */
	uint64_t client; /* not 0 */
	uint32_t body;	 /* octets */
	unsigned resend_ms;
	const struct service_ops *ops;
	const void *model; /* settings of @ops; borrowed */
	void (*row)(void *user, const struct service_client_row *row);
	/* what is wrong, for people; the first CLIENT_COMPLAINTS_MAX */
	void (*complain)(void *user, const char *text);
	void *user;
};

struct service_client_edge {
	char name[SERVICE_EDGE_LEN];
	uint64_t answered, first_ns, last_ns;
};

/* Everything since the start */
struct service_client_figures {
	uint64_t made, answered, resent;
	uint64_t doubled;   /* answers beyond as many as a request was sent */
	uint64_t reordered; /* first answered after a later one */
	uint64_t wrong;	    /* answers that the model denies: chain, applied, total, body */
	uint64_t refused, malformed;
	uint64_t not_made; /* for want of room: CLIENT_WAITING_MAX */
	bool forgotten; /* the service's state is older than its answers, or has lost this client */
	uint64_t longest_answer_ns;  /* from the first sending of a request to its answer */
	uint64_t longest_between_ns; /* between two consecutive first answers */
	/* of two consecutive first answers, or from when the oldest unanswered request was due, if
	 * that is later: the interruption */
	uint64_t longest_gap_ns, longest_gap_begin_ns;
	uint64_t connections, connects_failed, reconnects;
	uint64_t longest_reconnect_ns,
		last_reconnect_ns; /* from the loss to the first answer on the next connection */
	uint64_t total;		   /* of the service, as last answered */
	uint8_t chain[SERVICE_CHAIN_LEN];
	struct service_client_edge edges[CLIENT_EDGES_MAX];
	unsigned edge_count;
};

struct service_client;

int service_client_new(const struct service_client_settings *settings, struct service_client **ret);
void service_client_free(struct service_client *c);
/** service_client_make - the next request, due at @due_ns; Return: 0, -ENOBUFS */
int service_client_make(struct service_client *c, uint64_t due_ns);
/** service_client_poll - what to wait for; *@ret_fd may be -1; Return: ns until service_client_run
 * is due anyway */
uint64_t service_client_poll(struct service_client *c, int *ret_fd, short *ret_events);
/** service_client_run - receive, send, send again */
void service_client_run(struct service_client *c);
/** service_client_waiting - requests without an answer */
uint64_t service_client_waiting(const struct service_client *c);
/** service_client_last_ns - the last first answer; 0: none */
uint64_t service_client_last_ns(const struct service_client *c);
/** service_client_end - rows of what has no answer, whose wait counts as a gap up to now */
void service_client_end(struct service_client *c);
const struct service_client_figures *service_client_figures(const struct service_client *c);

/**
 * service_ask - one request that changes nothing, over UDP, blocking
 * @type: SERVICE_PING, SERVICE_DIGEST or SERVICE_WHERE
 * @wake: readable ends the wait; -1: nothing does
 * @ret:  its body points into @body; NULL: not wanted
 *
 * Asked again every 20 ms until it is answered, also while nobody listens there. Return: 0,
 * -ETIMEDOUT, -ECANCELED, or another negative errno
 */
int service_ask(struct in_addr address, uint16_t port, enum service_type type, uint64_t client,
		int timeout_ms, int wake, struct service_answer *ret, uint8_t body[SERVICE_ANSWER_BODY_MAX]);

#endif
