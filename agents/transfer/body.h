/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An item's body: its files one after another, sorted by path (strcmp), each
 *
 *   u16 length of the path, u16 permissions (07777 at most), u64 size, the path, the content
 *
 * and after the last u16 0. Its SHA-256 is that of all these octets: of the whole tree in one form,
 * so that a tree which came by rsync has the same one. Reading is pure and takes octets as they
 * come; nothing is kept of a content.
 */
#ifndef BATON_AGENTS_TRANSFER_BODY_H
#define BATON_AGENTS_TRANSFER_BODY_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	BODY_PATH_SIZE = 512,
	BODY_FIXED_BYTES = 12,
	BODY_HEAD_MAX = BODY_FIXED_BYTES + BODY_PATH_SIZE
};

struct body_file {
	char path[BODY_PATH_SIZE];
	mode_t mode; /* permissions alone */
	uint64_t size;
};

/* Who is told; each returns 0 or a negative errno, which body_push returns */
struct body_sink {
	int (*begin)(void *user, const struct body_file *file);
	int (*content)(void *user, const uint8_t *bytes, size_t len);
	int (*end)(void *user); /* of a file */
};

struct body_reader {
	const struct body_sink *sink;
	void *user;
	uint64_t bytes_left; /* that files may still have */
	uint32_t files_left;
	struct sha256_ctx sha;
	struct body_file file;
	uint64_t content_left;
	uint8_t head[BODY_HEAD_MAX];
	size_t head_len;
	bool in_content, done;
	const char *error; /* what was wrong: a constant */
};

void body_reader_init(struct body_reader *r, const struct body_sink *sink, void *user,
		      uint64_t bytes_max, uint32_t files_max);
/** body_push - the next octets; Return: 0, -EBADMSG with r->error, or what the sink said */
int body_push(struct body_reader *r, const uint8_t *bytes, size_t len);
/** body_digest - once r->done */
void body_digest(struct body_reader *r, uint8_t ret[SHA256_DIGEST_SIZE]);

/** body_head_write - what stands before a file's content; @file NULL: what ends the body; Return:
 * how many octets */
size_t body_head_write(uint8_t bytes[BODY_HEAD_MAX], const struct body_file *file);

#endif
