/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of CRIU's images: one round, or a dump. */
#ifndef BATON_AGENTS_PROCESS_IMAGES_H
#define BATON_AGENTS_PROCESS_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

enum { IMAGES_FILES_MAX = 1024, IMAGES_HASH_SIZE = 32 };

/**
 * images_hash - SHA-256 over names, sizes and contents of pages-* and pagemap-*, in order of names:
 * 002's, since inventory and statistics of two rounds always differ
 * @ret_count: of those files
 * Return: 0, -E2BIG when there are more than IMAGES_FILES_MAX, or a negative errno
 */
int images_hash(const char *directory, uint8_t ret[IMAGES_HASH_SIZE], unsigned *ret_count);
/** images_bytes - of all plain files in @directory; Return: 0 or a negative errno */
int images_bytes(const char *directory, uint64_t *ret);

#endif
