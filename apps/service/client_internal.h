/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the client share. */
#ifndef BATON_APPS_SERVICE_CLIENT_INTERNAL_H
#define BATON_APPS_SERVICE_CLIENT_INTERNAL_H

#include "apps/service/client.h"
#include "apps/service/state.h"

enum {
	CLIENT_EXPECTED = 128, /* answers of the model that are kept */
	CLIENT_BEHIND = 50,    /* answers in a row that say so until the state counts as lost */
	CLIENT_COMPLAINTS_MAX = 16,
	CLIENT_RESEND_AT_ONCE = 4, /* the oldest, while nothing is answered */
	CLIENT_IN_ROOM = 1 << 14,
};

struct client_request {
	uint64_t number, made_ns, sent_ns, again_ns, answered_ns;
	unsigned sends, answers;
};

struct client_expected {
	uint64_t number, total; /* total: the service's; 0: not known yet */
	uint32_t length;
	uint8_t chain[SERVICE_CHAIN_LEN];
	uint8_t body[SERVICE_ANSWER_BODY_MAX];
};

struct service_client {
	struct service_client_settings settings;
	struct service_client_figures figures;
	/* requests, by number; room is a power of 2. Those below `floor` are answered. */
	struct client_request *requests;
	uint64_t room, floor, highest; /* highest: answered */
	uint64_t next; /* the first that was never sent; over TCP: on this connection */
	uint64_t last_ns;
	/* model */
	struct service_machine machine;
	void *block;
	size_t block_size;
	uint64_t machine_applied;
	uint8_t *body; /* room for one */
	struct client_expected expected[CLIENT_EXPECTED];
	unsigned behind, complaints;
	/* socket */
	int fd;
	bool connecting, hurry;
	uint64_t retry_ns; /* over TCP: what was refused is sent again then; 0: nothing */
	uint64_t connect_ns,
		lost_ns; /* when connecting began; when the last connection broke, 0: none did */
	uint8_t *out;	 /* one message */
	size_t out_len, out_at;
	uint8_t in[CLIENT_IN_ROOM];
	size_t in_len;
};

struct client_request *client_request_at(const struct service_client *c, uint64_t number);
/** client_request_write - request @number into c->out; Return: octets */
size_t client_request_write(struct service_client *c, uint64_t number);
/** client_request_sent - it has just been */
void client_request_sent(struct service_client *c, struct client_request *r, uint64_t now_ns);
/** client_window_end - the first number that may not be sent yet */
uint64_t client_window_end(const struct service_client *c);

/** client_take - an answer that came at @at_ns */
void client_take(struct service_client *c, const struct service_answer *a, uint64_t at_ns);
/** client_gap_note - something is answered at @at_ns, or the end has come: how long was nothing,
 * while something should have been. Before it is noted as answered, the oldest without an answer is
 * still there. */
void client_gap_note(struct service_client *c, uint64_t at_ns);
void client_complain(struct service_client *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

int client_socket_open(struct service_client *c);
void client_socket_poll(const struct service_client *c, int *ret_fd, short *ret_events);
void client_socket_receive(struct service_client *c);
void client_socket_send(struct service_client *c, uint64_t now_ns);
void client_socket_close(struct service_client *c);

#endif
