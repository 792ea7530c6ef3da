/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images on disk: REPOSITORY/IMAGE/ with its manifest.json. Reading and checking block (a large
 * image takes a second): for worker threads.
 */
#ifndef BATON_AGENTS_IMAGE_H
#define BATON_AGENTS_IMAGE_H

#include "agents/common/manifest.h"

enum { IMAGE_PATH_MAX = 1024 };
#define IMAGE_PULLING                                                                              \
	".pulling" /* in the repository: where an image grows that is being pulled; no name of one \
		    */

/** image_load - the manifest of an image that is there; Return: 0, -ENOENT when it isn't, -EBADMSG
 * with @err set */
int image_load(const char *repository, const char *image, struct manifest **ret,
	       struct image_error *err);
/**
 * image_open_file - a plain file of the image at @directory, never through a symbolic link
 * Return: a descriptor, or a negative errno (-ELOOP: there is a link on its way)
 */
int image_open_file(int directory, const char *path, int flags);
/** image_digest - SHA-256 of a whole file; @cancelled: or NULL; Return: 0, -ECANCELED, ... */
int image_digest(int fd, bool (*cancelled)(void *user), void *user,
		 uint8_t ret[MANIFEST_DIGEST_SIZE]);
/**
 * image_check - every file of the manifest is there as it says: plain, size, mode, SHA-256
 * Return: 0, -EBADMSG with the first file that isn't in @err, -ECANCELED
 */
int image_check(const char *directory, const struct manifest *m, bool (*cancelled)(void *user),
		void *user, struct image_error *err);
/** image_list - calls @each for every image of a repository that can be read */
void image_list(const char *repository, void (*each)(const struct manifest *m, void *user),
		void *user);
/** image_remove - a directory with all that is in it; Return: 0, also when it isn't there, or a
 * negative errno */
int image_remove(const char *directory);
/** image_read_text - a file of at most @max bytes; @ret: returned, free it; Return: 0 or a negative
 * errno, -EFBIG */
int image_read_text(const char *path, size_t max, char **ret, size_t *ret_len);

#endif
