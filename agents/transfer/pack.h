/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An item's body on its way: gathered into DATA messages, as it is or as one gzip stream, and back.
 * Bounded: one message of memory, and zlib's 256 KiB. What compression costs of the processor is
 * counted apart.
 */
#ifndef BATON_AGENTS_TRANSFER_PACK_H
#define BATON_AGENTS_TRANSFER_PACK_H

#include <zlib.h>

#include "agents/transfer/body.h"
#include "agents/transfer/io.h"

enum { PACK_LEVEL = 6, PACK_LEVEL_MAX = 9 };

struct pack {
	const struct transfer_io *io;
	bool gzip;
	z_stream z;
	struct sha256_ctx sha; /* of what went in */
	uint64_t cpu_ns;       /* of the compressor */
	size_t len;
	uint8_t out[TRANSFER_DATA_MAX];
};

/** pack_init - @level: 1 to 9; 0: not compressed; Return: 0 or -ENOMEM */
int pack_init(struct pack *p, const struct transfer_io *io, int level);
/** pack_put - Return: 0, or what the connection said */
int pack_put(struct pack *p, const uint8_t *bytes, size_t len);
/** pack_end - the rest, and END */
int pack_end(struct pack *p);
void pack_done(struct pack *p);

struct unpack {
	struct body_reader *body;
	bool gzip, ended; /* its stream */
	z_stream z;
};

int unpack_init(struct unpack *u, struct body_reader *body, bool gzip);
/** unpack_put - the octets of a DATA; Return: 0, -EBADMSG, or as body_push */
int unpack_put(struct unpack *u, uint8_t *bytes, size_t len);
/** unpack_whole - nothing is missing */
bool unpack_whole(const struct unpack *u);
void unpack_done(struct unpack *u);

#endif
