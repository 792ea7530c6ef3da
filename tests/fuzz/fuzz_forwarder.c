// SPDX-License-Identifier: Apache-2.0
/*
 * The forwarder between a client, a source and a restored instance that say anything: streams of
 * arbitrary octets in arbitrary pieces, and words at arbitrary times. The input is a script: an
 * octet of what comes next and, for streams, two of a length and as many octets. Besides not
 * crashing: the cache keeps its bounds and its counts, every answer that goes to a client is one,
 * and none of the restored instance's goes out before it serves.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "agents/forwarder/messages.h"
#include "agents/forwarder/proxy.h"
#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CACHE_BYTES = 1 << 16, CACHE_REQUESTS = 64, STREAMS = 3 };
enum { CLIENT, SOURCE, RESTORED, PAUSE, REPLAY, SERVE, TURN, BREAK, BREAK_RESTORED, ACTS };

struct session {
	struct proxy proxy;
	struct messages stream[STREAMS];
	bool of_restored; /* what is read now */
};

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_forwarder: %s\n", what);
	abort();
}

static void on_answer(void *user, const struct origin *origin, const uint8_t *octets, size_t len)
{
	const struct session *s = user;
	struct service_answer answer;
	size_t used;

	require(!service_answer_read(octets, len, &answer, &used) && used == len,
		"a client was sent what is no answer");
	require(!s->of_restored || s->proxy.state == PROXY_SERVING,
		"a replayed answer went to a client");
}

static void on_ask(void *user, enum proxy_side side, const uint8_t *octets, size_t len)
{
	struct service_request request;
	size_t used;

	require(!service_request_read(octets, len, &request, &used) && used == len,
		"an instance was sent what is no request");
}

static void from_client(void *user, const struct service_request *request, const uint8_t *octets,
			size_t len)
{
	struct session *s = user;
	const struct origin origin = {.connection = 1};

	proxy_request(&s->proxy, &origin, request, octets, len);
}

static void from_source(void *user, const struct service_answer *answer, const uint8_t *octets,
			size_t len)
{
	struct session *s = user;

	proxy_answer(&s->proxy, PROXY_SOURCE, answer, octets, len);
}

static void from_restored(void *user, const struct service_answer *answer, const uint8_t *octets,
			  size_t len)
{
	struct session *s = user;

	s->of_restored = true;
	proxy_answer(&s->proxy, PROXY_RESTORED, answer, octets, len);
	s->of_restored = false;
}

static void stream_begin(struct session *s, unsigned which)
{
	messages_done(&s->stream[which]);
	messages_init(&s->stream[which], which == CLIENT
						 ? SERVICE_REQUEST_LEN + SERVICE_BODY_MAX
						 : SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX);
}

static void stream_read(struct session *s, unsigned which, struct wire_reader *r)
{
	struct messages *f = &s->stream[which];
	size_t len = wire_get_u16(r);

	if (len > wire_left(r))
		len = wire_left(r);
	while (len) {
		uint8_t *room;
		size_t n = messages_room(f, &room);
		int rc;

		require(n > 0, "there is no room for a message that may be");
		n = n < len ? n : len;
		wire_get_bytes(r, room, n);
		len -= n;
		rc = which == CLIENT   ? messages_requests(f, n, from_client, s)
		     : which == SOURCE ? messages_answers(f, n, from_source, s)
				       : messages_answers(f, n, from_restored, s);
		if (!rc)
			continue;
		stream_begin(s, which);
		if (which != CLIENT)
			proxy_down(&s->proxy, which == SOURCE ? PROXY_SOURCE : PROXY_RESTORED);
	}
}

static void check(const struct proxy *p)
{
	unsigned count = 0, forwarded = 0;
	const struct cached *e;
	json_t *status;

	DL_FOREACH (p->cache.first, e) {
		count++;
		forwarded += e->state == CACHED_FORWARDED;
	}
	require(count == p->cache.count && count == HASH_COUNT(p->cache.by_key), "miscounted");
	require(forwarded == p->cache.forwarded, "miscounted what the source owes");
	require(p->cache.bytes <= CACHE_BYTES && count <= CACHE_REQUESTS, "out of bounds");
	require(p->state < PROXY_PAUSED || p->state == PROXY_SERVING || !forwarded,
		"paused, and the source owes answers");
	status = proxy_status(p);
	require(status != NULL, "no status");
	json_decref(status);
}

static void act(struct session *s, unsigned what, struct wire_reader *r)
{
	if (what < STREAMS)
		stream_read(s, what, r);
	else if (what == PAUSE)
		(void)proxy_pause(&s->proxy);
	else if (what == REPLAY)
		(void)proxy_replay_begin(&s->proxy);
	else if (what == SERVE)
		(void)proxy_serve(&s->proxy);
	else if (what == TURN)
		proxy_turn(&s->proxy);
	else {
		const enum proxy_side side = what == BREAK ? PROXY_SOURCE : PROXY_RESTORED;

		proxy_down(&s->proxy, side);
		proxy_up(&s->proxy, side);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = {.at = data, .end = data + size};
	struct session s = {0};
	const struct proxy_ways ways = {on_answer, on_ask, &s};

	proxy_init(&s.proxy, &ways, CACHE_BYTES, CACHE_REQUESTS, "edge-b");
	for (unsigned i = 0; i < STREAMS; i++)
		stream_begin(&s, i);
	while (wire_left(&r)) {
		act(&s, wire_get_u8(&r) % ACTS, &r);
		check(&s.proxy);
	}
	for (unsigned i = 0; i < STREAMS; i++)
		messages_done(&s.stream[i]);
	proxy_done(&s.proxy);
	return 0;
}
