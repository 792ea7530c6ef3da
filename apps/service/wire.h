/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered requests to a service that can be moved, and their answers (docs/processes.md). Over UDP
 * a datagram is one message, over TCP they follow one another. Numbers are in network order. No
 * I/O.
 */
#ifndef BATON_APPS_SERVICE_WIRE_H
#define BATON_APPS_SERVICE_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum {
	SERVICE_MAGIC = 0x42535631,
	SERVICE_REQUEST_LEN = 32,
	SERVICE_ANSWER_LEN = 128,
	SERVICE_BODY_MAX = 1 << 20,
	SERVICE_DATAGRAM_BODY_MAX = 1400,
	SERVICE_ANSWER_BODY_MAX = 192,
	SERVICE_CHAIN_LEN = 32,
	SERVICE_EDGE_LEN = 48,
	SERVICE_AHEAD = 64, /* numbers beyond the last one applied that a service takes */
};

enum service_type { SERVICE_APPLY = 1, SERVICE_PING, SERVICE_DIGEST, SERVICE_WHERE };
enum service_status {
	SERVICE_APPLIED,
	SERVICE_REPEATED, /* applied before: its answer once more */
	SERVICE_TOO_OLD,  /* applied so long ago that its answer isn't kept */
	SERVICE_TOO_FAR,  /* more than SERVICE_AHEAD beyond, or of a client that isn't known */
	SERVICE_REFUSED,  /* nothing was applied */
	SERVICE_STATUSES
};

struct service_request {
	enum service_type type;
	uint64_t client, number;
	uint32_t length;     /* of the body, octets */
	const uint8_t *body; /* borrowed */
};

struct service_answer {
	enum service_type type;
	enum service_status status;
	uint64_t client, number;
	uint64_t applied; /* of this client */
	uint64_t total;	  /* of all */
	uint8_t chain[SERVICE_CHAIN_LEN];
	char edge[SERVICE_EDGE_LEN]; /* NUL-padded */
	uint32_t length;
	const uint8_t *body; /* borrowed */
};

/**
 * service_request_read - the first message in @octets
 * @ret:      its body points into @octets
 * @ret_used: octets of the message
 *
 * Return: 0; -EAGAIN when it isn't whole; -EMSGSIZE when its body is longer than SERVICE_BODY_MAX
 * (@ret is filled but for the body, so that it can be refused); -EBADMSG when it is none
 */
int service_request_read(const uint8_t *octets, size_t len, struct service_request *ret,
			 size_t *ret_used);
/** service_answer_read - as service_request_read; a body longer than SERVICE_ANSWER_BODY_MAX is
 * -EBADMSG */
int service_answer_read(const uint8_t *octets, size_t len, struct service_answer *ret,
			size_t *ret_used);

/** service_request_write, service_answer_write - Return: octets written, 0 when @size is too small
 */
size_t service_request_write(const struct service_request *request, uint8_t *octets, size_t size);
size_t service_answer_write(const struct service_answer *answer, uint8_t *octets, size_t size);

#endif
