/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the HTTP server share. http_server.c owns the connections, http_route.c finds
 * the handler and refuses what is wrong, http_reply.c builds answers, http_stream.c keeps event
 * streams.
 *
 * libmicrohttpd calls us only from MHD_run(). A request that is not answered when its handler
 * returns has its connection suspended; the answer resumes it. User code that could free things
 * (on_close) runs after MHD_run() has returned.
 */
#ifndef BATON_LIB_HTTP_INTERNAL_H
#define BATON_LIB_HTTP_INTERNAL_H

#include <microhttpd.h>

#include "lib/http_server.h"

enum {
	HTTP_BODY_MAX = 64 * 1024,
	HTTP_PARAMS_MAX = 8,
	HTTP_CONNECTIONS = 256,
	HTTP_STREAMS_MAX = 128,
	HTTP_STREAM_BACKLOG_MAX = 256 * 1024,
	HTTP_PATH_MAX = 1024,
};

struct http_server {
	struct MHD_Daemon *mhd;
	uv_poll_t poll;	  /* MHD's epoll descriptor */
	uv_timer_t timer; /* MHD_get_timeout(), and resumed connections */
	unsigned open_handles;
	bool kicked; /* something was resumed: run MHD again at once */
	bool full;   /* every connection is taken */
	unsigned connections;
	unsigned per_address; /* 0: as many as there are */
	const struct http_route *routes;
	void *user;
	const char *token;
	uint16_t port;
	struct http_request *pending;	    /* not answered yet */
	struct http_stream *streams;	    /* open */
	struct http_stream *closed_streams; /* their on_close is due */
	size_t stream_count;		    /* of both lists */
	struct http_counters counters;
};

struct http_request {
	struct http_server *server;	   /* NULL once the server is freed */
	struct MHD_Connection *connection; /* NULL once it has gone */
	struct http_request *prev, *next;  /* in server->pending */
	const struct http_route *route;
	char path[HTTP_PATH_MAX]; /* cut at the slashes of parameters */
	const char *params[HTTP_PARAMS_MAX];
	char *body_text;
	size_t body_len;
	bool too_large;
	json_t *body;
	bool dispatched, answered, suspended;
	struct MHD_Response *response; /* answered, not handed to MHD yet */
	unsigned status;
	struct http_stream *stream;
};

struct http_stream {
	struct http_server *server;
	struct MHD_Connection *connection; /* NULL once it has gone */
	struct http_stream *prev, *next;
	void (*on_close)(struct http_stream *, void *);
	void *user;
	char *buf; /* waiting bytes are buf[start..end) */
	size_t start, end, size;
	struct http_stream_watch *watch;
	bool suspended; /* nothing to send */
	bool ended;	/* http_stream_end */
	bool dropped;	/* too slow */
};

/* http_server.c: hand an answer over; takes @response */
void http_request_answer(struct http_request *req, unsigned status, struct MHD_Response *response);
void http_request_free(struct http_request *req);
void http_server_kick(struct http_server *server);

/* http_route.c: call the handler, or answer with what is wrong */
void http_dispatch(struct http_request *req, const char *method);

/* http_reply.c: a problem with one more header */
void http_problem_header(struct http_request *req, unsigned status, const char *header,
			 const char *value, const char *cause, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* http_stream.c: the connection has gone; on_close follows from http_streams_reap */
void http_stream_gone(struct http_stream *stream);
void http_streams_reap(struct http_server *server);
/* the server stops: let MHD close every stream */
void http_streams_drop(struct http_server *server);

#endif
