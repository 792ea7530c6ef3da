/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 server for REST: libmicrohttpd (external epoll) in a libuv loop. Routes come from one table;
 * every error is answered with problem details (RFC 9457, application/problem+json); what takes time may be answered
 * later; event streams are text/event-stream. Bodies (64 KiB), connections and streams are bounded.
 */
#ifndef BATON_LIB_HTTP_SERVER_H
#define BATON_LIB_HTTP_SERVER_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <uv.h>

#include "lib/json.h"

struct http_server;
struct http_request; /* lives until it is answered; one answer exactly */
struct http_stream;  /* an open text/event-stream */

typedef void (*http_handler)(struct http_request *req, void *user);

struct http_route {
	const char *method; /* "GET" */
	const char *path;   /* "/v1/migrations/{id}/cancel": segments in braces are parameters; a last one "{path...}" takes all that
			     * is left, slashes too */
	http_handler handler;
	bool open; /* without a bearer token although it changes something (GET and HEAD always are open) */
};

struct http_listen {
	struct in_addr addr;
	uint16_t port;	   /* host order; 0: any, see http_server_port */
	const char *token; /* bearer token wanted for every method but GET and HEAD; NULL: none. Borrowed */
	unsigned connections; /* at once; 0: 256. Who comes then waits until one ends */
	bool fair; /* one address has at most three quarters of them, more of its are closed at once: nobody keeps all others out */
};

/**
 * http_server_new - listen and serve
 * @routes: ended by a row whose method is NULL; borrowed for the server's life
 * Return: 0, -EADDRINUSE, ...
 *
 * 404 and 405 (with Allow), 401, 413, 415 and 400 for what is no JSON object are answered here.
 */
int http_server_new(uv_loop_t *loop, const struct http_listen *listen, const struct http_route *routes, void *user,
		    struct http_server **ret_server);
uint16_t http_server_port(const struct http_server *server);
/**
 * http_server_free - close the listener, every connection and stream (their on_close is called before it returns)
 *
 * Requests still unanswered stay valid and are freed by their answer. Not from within a handler or on_close.
 */
void http_server_free(struct http_server *server);

struct http_counters {
	uint64_t requests;
	uint64_t streams_refused; /* more than 128 at once: 503 */
	uint64_t streams_dropped; /* clients too slow to keep up */
};
struct http_counters http_server_counters(const struct http_server *server);

/* What was asked. Borrowed until the answer. */
const char *http_param(const struct http_request *req, const char *name);  /* from the path; never NULL for a name of the route */
const char *http_query(const struct http_request *req, const char *name);  /* "?name=...", or NULL */
const char *http_header(const struct http_request *req, const char *name); /* or NULL */
struct in_addr http_client(const struct http_request *req);		   /* who asks; 0.0.0.0 once it has gone */
/** http_shows_token - it bears the server's token, or there is none: what of an answer to a GET is a secret, is for these alone */
bool http_shows_token(const struct http_request *req);
const json_t *http_body(const struct http_request *req);		   /* a JSON object; {} when there was no body */

/* Answers. @body is given (its reference is taken); NULL: none. */
void http_reply(struct http_request *req, unsigned status, json_t *body);
/* 202 or 201 with Location */
void http_reply_location(struct http_request *req, unsigned status, const char *location, json_t *body);
void http_reply_text(struct http_request *req, unsigned status, const char *content_type, const char *text);
/* application/octet-stream; copied */
void http_reply_bytes(struct http_request *req, unsigned status, const void *bytes, size_t len);
void http_reply_bytes_as(struct http_request *req, unsigned status, const char *content_type, const void *bytes, size_t len);
/* application/octet-stream, 200 or the range that was asked for (206, 416; RFC 9110 cl. 14). @fd: given, a plain file of @size bytes */
void http_reply_file(struct http_request *req, int fd, uint64_t size);
/**
 * http_problem - problem details: {"type": "about:blank", "title", "status", "detail", "cause"}
 * @cause: a word for programs, TS 29.500 style: "UE_NOT_FOUND"
 */
void http_problem(struct http_request *req, unsigned status, const char *cause, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* 400 INVALID_PARAMETER with "invalidParams": [{"param", "reason"}] */
void http_problem_invalid(struct http_request *req, const struct json_reader *r);

/**
 * http_stream_open - answer with text/event-stream and keep the connection
 * @on_close: called once when the client has gone or the server stops, from the loop; the stream is freed after it
 *
 * Return: the stream, or NULL when too many are open (503 has been answered, @on_close is not called). NULL may be
 * handed to http_stream_send and http_stream_end.
 */
struct http_stream *http_stream_open(struct http_request *req, void (*on_close)(struct http_stream *, void *), void *user);
/* One event: "id: ID\nevent: NAME\ndata: JSON\n\n"; a client too slow to keep up (256 KiB behind) is dropped */
void http_stream_send(struct http_stream *stream, unsigned long long id, const char *event, const json_t *data);
/* ends the answer once all is sent; on_close is called then */
void http_stream_end(struct http_stream *stream);

#endif
