/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file by HTTP, piece by piece as it comes, from a given byte on (RFC 9110 cl. 14, Range) and no
 * faster than told. Blocks: for worker threads. What comes is never held in memory.
 */
#ifndef BATON_LIB_HTTP_FETCH_H
#define BATON_LIB_HTTP_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_fetcher; /* a connection that several files in turn may use; of one thread */

struct http_fetch {
	struct http_fetcher *fetcher; /* NULL: a connection of its own */
	const char *url;	      /* "http://..." */
	uint64_t from; /* first byte wanted; larger than 0: the server must answer 206 */
	uint64_t max;  /* more bytes than these end it: -EFBIG; 0: none may come */
	uint64_t rate_bytes_per_s; /* 0: as fast as the path */
	int (*sink)(const void *bytes, size_t len,
		    void *user);       /* returns 0, or a negative errno, which ends it */
	bool (*cancelled)(void *user); /* asked now and then; true ends it: -ECANCELED */
	void *user;
};

struct http_fetched {
	unsigned status;      /* of HTTP, 0: there was no answer */
	uint64_t bytes;	      /* that @sink took */
	char error_text[160]; /* for people; "" on success */
};

int http_fetcher_new(struct http_fetcher **ret);
void http_fetcher_free(struct http_fetcher *fetcher);

/**
 * http_fetch_blocking - Return: 0 when the server answered 200 (from the first byte) or 206 (of the
 * range) and all has come; -ENOENT for 404, -EPROTO for any other status, -ETIMEDOUT when nothing
 * comes for 10 s, -ECONNREFUSED, -EIO, -EFBIG, -ECANCELED, or what
 * @sink returned
 */
int http_fetch_blocking(const struct http_fetch *fetch, struct http_fetched *ret);

#endif
