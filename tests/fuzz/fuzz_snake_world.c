// SPDX-License-Identifier: Apache-2.0
/*
 * A snapshot and deltas of arbitrary octets: u16 length of the snapshot, the snapshot, then again
 * and again u16 length, a delta. Besides not crashing: whatever was taken is a world in which all
 * holds, it is encoded as it was decoded, and a delta that was refused left one, too.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wire.h"
#include "tests/unit/snake_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_snake_world: %s\n", what);
	abort();
}

static void check_world(const struct world *w)
{
	const char *wrong = snake_world_wrong(w);

	require(!wrong, wrong);
}

static struct wire_reader part(struct wire_reader *r)
{
	size_t len = wire_get_u16(r);

	return wire_get_part(r, len < wire_left(r) ? len : wire_left(r));
}

/* Padding of the last octet of a body, and reserved bits, are not kept: what is written is read as
 * written */
static void check_encoding(const struct world *w)
{
	uint8_t first[WORLD_ENCODED_MAX], second[WORLD_ENCODED_MAX];
	int len = world_encode(w, first, sizeof(first));
	struct world *copy;

	require(len > 0, "not encoded");
	require(world_new(0, 0, &copy) == 0, "no memory");
	require(world_decode(copy, w->tick, first, (size_t)len) == 0, "not decoded again");
	require(world_encode(copy, second, sizeof(second)) == len, "another length");
	require(memcmp(first, second, (size_t)len) == 0, "another world");
	world_free(copy);
}

static void look(const struct world *w)
{
	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++) {
		const struct world_snake *s = world_snake(w, i);
		struct world_point head, tail;

		if (!s)
			continue;
		head = world_head(w, s);
		tail = world_tail(w, s);
		require(head.x >= 0 && head.x < w->width * WORLD_PHASES, "a head outside");
		require(tail.y >= 0 && tail.y < w->height * WORLD_PHASES, "a tail outside");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = {.at = data, .end = data + size}, snapshot = part(&r);
	struct world *w;
	int result;

	require(world_new(0, 0, &w) == 0, "no memory");
	result = world_decode(w, 0, snapshot.at, wire_left(&snapshot));
	require(result == 0 || result == -EBADMSG, "an error that is not in the contract");
	check_world(w);
	for (uint32_t tick = 1; result == 0 && wire_left(&r); tick++) {
		struct wire_reader delta = part(&r);

		result = world_delta_apply(w, tick, delta.at, wire_left(&delta));
		require(result == 0 || result == -EBADMSG || result == -EILSEQ, "an error");
		check_world(w);
		look(w);
	}
	if (w->width)
		check_encoding(w);
	world_free(w);
	return 0;
}
