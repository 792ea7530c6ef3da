/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sender and receiver of a transfer say to each other over TCP (docs/processes.md, Transfer):
 *
 *   receiver: GREETING   who it is, and a nonce
 *   sender:   HELLO      that it has the key (lib/proof.h)
 *   receiver: STATUS
 *   then, any number of times:
 *   sender:   ITEM       what comes: a directory's kind, name, size
 *   receiver: STATUS     GO, or HAVE (nothing need be sent), or why not
 *   sender:   DATA ...   the item's body (body.h), as it is or deflated; or rsync brings it
 *   sender:   END        its SHA-256; not of pages, which CRIU's page server takes by itself
 *   receiver: STATUS     LOOKING, once a second while it compares digests: a large item takes long
 *   receiver: STATUS     DONE: it is in its place; or why not
 * or
 *   sender:   PROBE      how many octets of nothing come, in DATA
 *   receiver: STATUS     DONE with the rate at which they came
 *
 * All numbers big-endian. A message: type u8, u8 0, u16 0, length u32, and as many octets. Pure:
 * bytes to structs and back, nothing believed.
 */
#ifndef BATON_AGENTS_TRANSFER_WIRE_H
#define BATON_AGENTS_TRANSFER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/proof.h"

enum {
	TRANSFER_MAGIC = 0x42545231, /* BTR1 */
	TRANSFER_DIGEST_SIZE = 32,
	TRANSFER_KEY_SIZE = 33,	 /* digits, with the NUL */
	TRANSFER_NAME_SIZE = 64, /* of a directory, with the NUL */
	TRANSFER_TEXT_SIZE = 320,
	TRANSFER_HEADER_BYTES = 8,
	TRANSFER_GREETING_BYTES = 4 + PROOF_NONCE,
	TRANSFER_HELLO_BYTES = 4 + PROOF_SIZE,
	TRANSFER_DATA_MAX = 64 << 10, /* of one DATA */
	TRANSFER_MESSAGE_MAX = 1024,  /* of every other */
	TRANSFER_FILES_MAX = 4096,
	TRANSFER_PROBE_MAX = 64 << 20,
};
#define TRANSFER_BYTES_MAX (1ULL << 40)

enum transfer_type {
	TRANSFER_ITEM = 1,
	TRANSFER_DATA,
	TRANSFER_END,
	TRANSFER_PROBE,
	TRANSFER_STATUS,
};

enum transfer_kind {
	TRANSFER_ROUND, /* a directory of CRIU's images: into the migration's */
	TRANSFER_IMAGE, /* with a manifest: into the repository */
	TRANSFER_KINDS,
};

enum transfer_status_code {
	TRANSFER_GO,
	TRANSFER_HAVE,
	TRANSFER_LOOKING,
	TRANSFER_DONE,
	TRANSFER_KEY_WRONG,
	TRANSFER_BUSY, /* one brings this item already; who comes when all connections are taken is
			  hung up on */
	TRANSFER_MALFORMED,
	TRANSFER_DISK_SHORT,
	TRANSFER_REFUSED, /* images, rsync or pages aren't taken here */
	TRANSFER_FAILED,
	TRANSFER_STATUS_CODES,
};

struct transfer_item {
	enum transfer_kind kind;
	bool gzip;  /* the body is one gzip stream (RFC 1952) */
	bool rsync; /* the body comes by rsync, to the port that GO says */
	bool join;  /* into what is there already: the rest of a round whose pages the page server
		       has */
	bool pages; /* the connection is CRIU's page server's until DONE; bytes: what is expected */
	uint32_t files;
	uint64_t bytes; /* of all files; no more are taken */
	char name[TRANSFER_NAME_SIZE];
	char previous[TRANSFER_NAME_SIZE];	/* the round below it, "" without one */
	uint8_t manifest[TRANSFER_DIGEST_SIZE]; /* of images: SHA-256 of manifest.json */
};

struct transfer_status {
	enum transfer_status_code code;
	uint16_t port;	   /* of rsync */
	uint64_t rate_bps; /* of a probe */
	char text[TRANSFER_TEXT_SIZE];
};

struct transfer_header {
	enum transfer_type type;
	uint32_t length;
};

/** transfer_header_write, _read - Return of _read: 0, -EBADMSG: no such type, or too long for it */
void transfer_header_write(uint8_t bytes[TRANSFER_HEADER_BYTES], enum transfer_type type,
			   uint32_t length);
int transfer_header_read(const uint8_t bytes[TRANSFER_HEADER_BYTES], struct transfer_header *ret);
/* Each _write: the message's octets without its header, into @bytes; Return: how many */
size_t transfer_item_write(uint8_t bytes[TRANSFER_MESSAGE_MAX], const struct transfer_item *item);
size_t transfer_status_write(uint8_t bytes[TRANSFER_MESSAGE_MAX], const struct transfer_status *s);
/* Each _read: all of @len; Return: 0 or -EBADMSG */
int transfer_item_read(const uint8_t *bytes, size_t len, struct transfer_item *ret);
int transfer_status_read(const uint8_t *bytes, size_t len, struct transfer_status *ret);

/** transfer_name_valid - of a directory below another: 1 to 63 of a-z 0-9 . _ -, no dot or hyphen
 * first */
bool transfer_name_valid(const char *name);
/** transfer_path_valid - of a file in an item: relative, no "." or "..", printable */
bool transfer_path_valid(const char *path);
/** transfer_status_cause - "DISK_SHORT", or "TRANSFER_FAILED" for all the others */
const char *transfer_status_cause(enum transfer_status_code code);

#endif
