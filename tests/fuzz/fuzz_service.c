// SPDX-License-Identifier: Apache-2.0
/*
 * A service on arbitrary octets: over TCP, in pieces, the same requests come out as from the whole;
 * what is taken is built again to the same octets; the machine takes them all, and its workers'
 * messages, too.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apps/ledger/calls.h"
#include "apps/ledger/state.h"
#include "apps/service/connection.h"
#include "apps/service/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ledger_settings settings = {
	.heap = 16384, .read = 4096, .write = 4096, .compressible = 0.5, .shares = 2};
static uint64_t block[1 << 18];

static void never(const char *what)
{
	fprintf(stderr, "fuzz_service: %s\n", what);
	abort();
}

static void count(void *user, const struct service_peer *peer, const struct service_answer *a)
{
	unsigned *answers = user;

	++*answers;
}

static void again(const uint8_t *octets, size_t used, const struct service_request *r)
{
	uint8_t *built = malloc(used);

	if (!built || service_request_write(r, built, used) != used ||
	    memcmp(built, octets, used) != 0)
		never("another message is built");
	free(built);
}

/* Return: octets of whole requests */
static size_t take_whole(struct service_machine *m, const uint8_t *data, size_t size)
{
	const struct service_peer peer = {0};
	struct service_request r;
	size_t at = 0, used = 0;

	while (service_request_read(data + at, size - at, &r, &used) == 0) {
		again(data + at, used, &r);
		service_machine_take(m, &r, &peer);
		at += used;
	}
	return at;
}

/* Return: octets of whole requests */
static size_t take_pieces(struct connection *c, int from, const uint8_t *data, size_t size,
			  size_t piece)
{
	struct service_request r;
	size_t at = 0, taken = 0, used = 0;
	int rc = -EAGAIN;

	while (at < size && rc == -EAGAIN) {
		const size_t len = size - at < piece ? size - at : piece;

		if (write(from, data + at, len) != (ssize_t)len || connection_fill(c) != (long)len)
			never("octets were lost");
		at += len;
		while ((rc = connection_next(c, &r, &used)) == 0) {
			connection_took(c, used);
			taken += used;
		}
	}
	return taken;
}

static void workers(const uint8_t *data, size_t size)
{
	struct call call;
	const uint8_t *digest;
	uint64_t number;

	if (call_read(data, size, &call) == 0) {
		uint8_t *built = malloc(size);

		if (!built || call_write(&call, built, size) != size ||
		    memcmp(built, data, size) != 0)
			never("another call is built");
		free(built);
	}
	if (call_answer_read(data, size, &number, &digest) == 0 && digest + 32 != data + size)
		never("a digest from elsewhere");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned answers = 0;
	struct service_machine m = {.ops = &ledger_ops,
				    .settings = &settings,
				    .shares = 2,
				    .send = count,
				    .user = &answers};
	struct connection connection;
	int pair[2];
	size_t piece;

	if (size < 1 || size > 8192)
		return 0;
	piece = data[0] ? data[0] : 8192;
	data++;
	size--;
	memset(block, 0, sizeof(block));
	if (service_machine_use(&m, block, sizeof(block)) < 0)
		never("no room");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ||
	    connection_open(&connection, pair[0], 1) < 0)
		never("no socket");
	if (take_pieces(&connection, pair[1], data, size, piece) != take_whole(&m, data, size))
		never("in pieces there are others");
	connection_close(&connection);
	close(pair[1]);
	workers(data, size);
	return 0;
}
