/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP client: libcurl's multi interface in a libuv loop, connections kept alive, for calls between
 * daemons; and one blocking call for command-line tools.
 */
#ifndef BATON_LIB_HTTP_CLIENT_H
#define BATON_LIB_HTTP_CLIENT_H

#include <jansson.h>
#include <uv.h>

struct http_client;

struct http_call {
	const char *method; /* "PUT" */
	const char *url;    /* "http://10.192.0.5:8080/v1/..." copied */
	const json_t *body; /* or NULL; serialised at once */
	const char *token;  /* bearer token or NULL; copied */
	const char *idempotency_key; /* or NULL */
	unsigned timeout_ms; /* 0: 5000 */
};

struct http_answer {
	int error;	      /* 0, or -ETIMEDOUT, -ECONNREFUSED, -EIO: there was no answer */
	char error_text[160]; /* for people, with the URL's host */
	unsigned status;      /* HTTP status, 0 on error */
	json_t *body;	      /* parsed when it was JSON, else NULL; owned by the answer */
	char *text;	      /* raw body, NUL-terminated; owned by the answer */
	size_t text_len;
};

typedef void (*http_done)(const struct http_answer *answer, void *user);

int http_client_new(uv_loop_t *loop, struct http_client **ret_client);
/* calls under way end with -ECANCELED before it returns */
void http_client_free(struct http_client *client);

/**
 * http_client_call - start one request; @done is called once, from the loop, never before this returns
 * @ret_id: NULL, or a number for http_client_cancel
 */
int http_client_call(struct http_client *client, const struct http_call *call, http_done done, void *user,
		     unsigned long *ret_id);
/* @done is not called any more; unknown ids are ignored */
void http_client_cancel(struct http_client *client, unsigned long id);

/**
 * http_call_blocking - one request, for command-line tools
 * @ret_answer: written in every case; release with http_answer_done
 */
int http_call_blocking(const struct http_call *call, struct http_answer *ret_answer);
void http_answer_done(struct http_answer *answer);

#endif
