/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event stream (text/event-stream, the HTML standard, cl. 9.2) of a daemon, read in a libuv
 * loop: opened again whenever it breaks, as daemons may be restarted, for as long as it is wanted.
 * HTTP/1.0, so that the answer comes without chunks.
 */
#ifndef BATON_TESTBED_STREAM_H
#define BATON_TESTBED_STREAM_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <uv.h>

struct stream;

struct stream_handler {
	/** event - @data is borrowed */
	void (*event)(struct stream *stream, const char *name, const json_t *data, void *user);
	/** state - it was opened, or broke (told once until it is open again); may be NULL */
	void (*state)(struct stream *stream, bool open, void *user);
	/** path - of the request, asked for at every attempt; into @buf */
	void (*path)(struct stream *stream, char *buf, size_t size, void *user);
	void *user;
};

/** stream_open - Return: 0, -ENOMEM or what libuv says */
int stream_open(uv_loop_t *loop, struct in_addr addr, uint16_t port,
		const struct stream_handler *handler, struct stream **ret_stream);
/** stream_close - it is freed by the loop, which has to run once more */
void stream_close(struct stream *stream);

#endif
