// SPDX-License-Identifier: Apache-2.0
/*
 * The state protocol's parser and readers on arbitrary octets. Besides not crashing: the frames are
 * the same in whatever pieces the stream comes, and what is read and written again is the same
 * frame.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/game/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	unsigned count;
	uint64_t sum;
};

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_snake_wire: %s\n", what);
	abort();
}

static void same(const uint8_t *frame, size_t len, const uint8_t *body, size_t body_len)
{
	require(len == body_len + STATE_HEADER_LEN, "another length");
	require(memcmp(frame + STATE_HEADER_LEN, body, body_len) == 0, "another body");
}

static void read_down(uint8_t type, const uint8_t *body, size_t len, uint8_t *frame)
{
	struct state_welcome welcome;
	struct state_role_change role;
	struct state_update u;

	if (type == STATE_WELCOME && state_get_welcome(body, len, &welcome) == 0)
		same(frame, state_put_welcome(frame, &welcome), body, len);
	if (type == STATE_ROLE && state_get_role(body, len, &role) == 0)
		same(frame, state_put_role(frame, &role), body, len);
	if (type == STATE_SNAPSHOT && state_get_snapshot(body, len, &u) == 0)
		require(u.world + u.len == body + len, "a world elsewhere");
	if (type == STATE_DELTA && state_get_delta(body, len, &u) == 0)
		require(u.world + u.len == body + len, "a delta elsewhere");
}

static void read_up(uint8_t type, const uint8_t *body, size_t len, uint8_t *frame)
{
	uint8_t id[STATE_SESSION_LEN];
	struct state_input input;
	struct state_view view;
	enum state_bye bye;

	if (type == STATE_HELLO && state_get_hello(body, len, id) == 0)
		same(frame, state_put_hello(frame, id), body, len);
	if (type == STATE_INPUT && state_get_input(body, len, &input) == 0)
		same(frame, state_put_input(frame, &input), body, len);
	if (type == STATE_VIEW && state_get_view(body, len, &view) == 0)
		same(frame, state_put_view(frame, &view), body, len);
	if (type == STATE_BYE && state_get_bye(body, len, &bye) == 0)
		same(frame, state_put_bye(frame, bye), body, len);
}

static int see(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct seen *s = user;
	uint8_t frame[STATE_SMALL_MAX];

	read_down(type, body, len, frame);
	read_up(type, body, len, frame);
	s->count++;
	s->sum = s->sum * 31 + type;
	for (size_t i = 0; i < len; i++)
		s->sum = s->sum * 31 + body[i];
	return 0;
}

static int feed(const uint8_t *data, size_t size, size_t piece, struct seen *ret)
{
	struct state_parser p;
	int r = 0;

	state_parser_init(&p, STATE_EDGE_LEN_MAX);
	for (size_t at = 0; at < size && r == 0; at += piece)
		r = state_parser_feed(&p, data + at, size - at < piece ? size - at : piece, see,
				      ret);
	require(p.room <= 2 * (STATE_EDGE_LEN_MAX + STATE_HEADER_LEN), "memory for more than that");
	state_parser_done(&p);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = {0}, pieces = {0};
	int r = feed(data, size, size ? size : 1, &whole);

	require(r == 0 || r == -EMSGSIZE, "an error that is not in the contract");
	require(feed(data, size, size % 7 + 1, &pieces) == r, "another end in pieces");
	require(whole.count == pieces.count && whole.sum == pieces.sum, "other frames in pieces");
	return 0;
}
