/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest of an application's image: which files it has, how large they are and their SHA-256.
 * An image is a plain directory with these files and manifest.json beside them (docs/csm.md). What
 * is read here comes from another machine: nothing in it is believed before it has been checked,
 * and no path leads out of the image.
 */
#ifndef BATON_AGENTS_MANIFEST_H
#define BATON_AGENTS_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MANIFEST_FILE "manifest.json"

enum {
	MANIFEST_NAME_SIZE = 64, /* of an image or version, with the NUL */
	MANIFEST_PATH_MAX = 512,
	MANIFEST_FILES_MAX = 4096,
	MANIFEST_TEXT_MAX = 2 << 20,
	MANIFEST_DIGEST_SIZE = 32,
};
#define MANIFEST_BYTES_MAX (1ULL << 40)

struct manifest_file {
	char *path; /* relative, below the image's directory */
	uint64_t size;
	uint8_t sha256[MANIFEST_DIGEST_SIZE];
	mode_t mode; /* 0644 or 0755 */
};

struct manifest {
	char image[MANIFEST_NAME_SIZE], version[MANIFEST_NAME_SIZE];
	uint64_t bytes; /* of all files */
	size_t count;
	struct manifest_file *file;
};

struct image_error {
	char text[400]; /* for people: which file, what is wrong with it */
};

/** image_fail - Return: @rc, so that it can be returned */
int image_fail(struct image_error *err, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * manifest_parse - @ret: returned, free with manifest_free
 * Return: 0, -EBADMSG with @err set, -ENOMEM
 */
int manifest_parse(const char *text, size_t len, struct manifest **ret, struct image_error *err);
void manifest_free(struct manifest *m);
/** manifest_path_valid - relative, no empty part, "." or "..", not the manifest itself, printable
 */
bool manifest_path_valid(const char *path);
/** manifest_name_valid - of an image, version or application: 1 to 63 of a-z 0-9 . _ -, the first
 * no dot or hyphen */
bool manifest_name_valid(const char *name);

#endif
