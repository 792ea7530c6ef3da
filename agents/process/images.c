// SPDX-License-Identifier: Apache-2.0
#include "agents/process/images.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 256 << 10 };

struct names {
	char *name[IMAGES_FILES_MAX];
	unsigned count;
};

static bool is_memory(const char *name)
{
	return !strncmp(name, "pages-", 6) || !strncmp(name, "pagemap-", 8);
}

static void free_names(struct names *names)
{
	while (names->count)
		free(names->name[--names->count]);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(DIR *dir, struct names *ret)
{
	const struct dirent *entry;

	while ((entry = readdir(dir))) {
		if (!is_memory(entry->d_name))
			continue;
		if (ret->count == IMAGES_FILES_MAX)
			return -E2BIG;
		ret->name[ret->count] = strdup(entry->d_name);
		if (!ret->name[ret->count])
			return -ENOMEM;
		ret->count++;
	}
	qsort(ret->name, ret->count, sizeof(ret->name[0]), by_name);
	return 0;
}

static int hash_contents(int fd, uint8_t *buf, struct sha256_ctx *hash)
{
	ssize_t got;

	while ((got = read(fd, buf, READ_SIZE)) > 0)
		sha256_update(hash, (size_t)got, buf);
	return got < 0 ? -errno : 0;
}

static int hash_file(int directory, const char *name, uint8_t *buf, struct sha256_ctx *hash)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc;
	uint8_t size[8];
	struct stat st;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	if (!rc) {
		for (int i = 0; i < 8; i++)
			size[i] = (uint8_t)((uint64_t)st.st_size >> (56 - 8 * i));
		sha256_update(hash, strlen(name) + 1, (const uint8_t *)name);
		sha256_update(hash, sizeof(size), size);
		rc = hash_contents(fd, buf, hash);
	}
	close(fd);
	return rc;
}

int images_hash(const char *directory, uint8_t ret[IMAGES_HASH_SIZE], unsigned *ret_count)
{
	struct names names = {.count = 0};
	DIR *dir = opendir(directory);
	struct sha256_ctx hash;
	uint8_t *buf;
	int rc;

	if (!dir)
		return -errno;
	buf = malloc(READ_SIZE);
	rc = buf ? list(dir, &names) : -ENOMEM;
	sha256_init(&hash);
	for (unsigned i = 0; !rc && i < names.count; i++)
		rc = hash_file(dirfd(dir), names.name[i], buf, &hash);
	if (!rc) {
		sha256_digest(&hash, IMAGES_HASH_SIZE, ret);
		*ret_count = names.count;
	}
	free(buf);
	free_names(&names);
	closedir(dir);
	return rc;
}

int images_bytes(const char *directory, uint64_t *ret)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	struct stat st;

	if (!dir)
		return -errno;
	*ret = 0;
	while ((entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			*ret += (uint64_t)st.st_size;
	closedir(dir);
	return 0;
}
