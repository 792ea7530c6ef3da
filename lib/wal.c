// SPDX-License-Identifier: Apache-2.0
#include "lib/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static const uint8_t magic[8] = {'B', 'A', 'T', 'O', 'N', 'J', 'L', '1'};

enum { HEAD = 13, HEAD_COMPLEMENT = 4, HEAD_CRC = 8, HEAD_TYPE = 12 };

struct wal {
	int fd;
	uint64_t size;
	bool published;
	char path[PATH_MAX], path_new[PATH_MAX];
};

/* ---- writing ---- */

int wal_create(const char *path, struct wal **ret)
{
	struct wal *j = calloc(1, sizeof(*j));
	int rc;

	if (!j)
		return -ENOMEM;
	if (snprintf(j->path, sizeof(j->path), "%s", path) >= (int)sizeof(j->path) ||
	    snprintf(j->path_new, sizeof(j->path_new), "%s.new", path) >=
		    (int)sizeof(j->path_new)) {
		free(j);
		return -ENAMETOOLONG;
	}
	/* one of a writer that was killed, or whatever somebody put there */
	(void)unlink(j->path_new);
	j->fd = open(j->path_new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (j->fd < 0) {
		rc = -errno;
		free(j);
		return rc;
	}
	if (write(j->fd, magic, sizeof(magic)) != sizeof(magic)) {
		rc = errno ? -errno : -ENOSPC;
		wal_free(j);
		return rc;
	}
	j->size = sizeof(magic);
	*ret = j;
	return 0;
}

int wal_publish(struct wal *j)
{
	if (rename(j->path_new, j->path))
		return -errno;
	j->published = true;
	return 0;
}

void wal_free(struct wal *j)
{
	if (!j)
		return;
	close(j->fd);
	if (!j->published)
		unlink(j->path_new);
	free(j);
}

static void head_make(uint8_t head[HEAD], uint8_t type, const struct iovec *parts, size_t count,
		      uint32_t length)
{
	const uint32_t complement = ~length;
	uint32_t crc;

	head[HEAD_TYPE] = type;
	crc = (uint32_t)crc32(0, &head[HEAD_TYPE], 1);
	for (size_t i = 0; i < count; i++)
		if (parts[i].iov_len) /* for zlib no octets at NULL are a beginning */
			crc = (uint32_t)crc32(crc, parts[i].iov_base, (unsigned)parts[i].iov_len);
	memcpy(head, &length, sizeof(length));
	memcpy(head + HEAD_COMPLEMENT, &complement, sizeof(complement));
	memcpy(head + HEAD_CRC, &crc, sizeof(crc));
}

/* What was written of a record that has no room goes again */
static int cut(struct wal *j, int error)
{
	if (ftruncate(j->fd, (off_t)j->size) || lseek(j->fd, (off_t)j->size, SEEK_SET) < 0)
		return -EIO;
	return error;
}

int wal_append(struct wal *j, uint8_t type, const struct iovec *parts, size_t count)
{
	struct iovec all[WAL_PARTS_MAX + 1];
	uint8_t head[HEAD];
	size_t length = 0;
	ssize_t n;

	if (count > WAL_PARTS_MAX)
		return -EMSGSIZE;
	for (size_t i = 0; i < count; i++) {
		length += parts[i].iov_len;
		all[i + 1] = parts[i];
		if (length > WAL_BODY_MAX)
			return -EMSGSIZE;
	}
	head_make(head, type, parts, count, (uint32_t)length);
	all[0] = (struct iovec){head, sizeof(head)};
	do
		n = writev(j->fd, all, (int)count + 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cut(j, -errno);
	if ((size_t)n < sizeof(head) + length)
		return cut(j, -ENOSPC);
	j->size += sizeof(head) + length;
	return 0;
}

uint64_t wal_size(const struct wal *j)
{
	return j->size;
}

/* ---- reading ---- */

/* Return: the record's length, 0: it is cut off; negative: it is damaged */
static ssize_t record_check(const uint8_t *at, size_t left, uint32_t *ret_length)
{
	uint32_t length, complement, crc;

	if (left < HEAD)
		return 0;
	memcpy(&length, at, sizeof(length));
	memcpy(&complement, at + HEAD_COMPLEMENT, sizeof(complement));
	memcpy(&crc, at + HEAD_CRC, sizeof(crc));
	if (length != ~complement || length > WAL_BODY_MAX)
		return -EBADMSG;
	if (length > left - HEAD)
		return 0;
	if (crc != (uint32_t)crc32(0, at + HEAD_TYPE, 1 + length))
		return -EBADMSG;
	*ret_length = length;
	return (ssize_t)(HEAD + length);
}

int wal_parse(const uint8_t *octets, size_t size, wal_each each, void *user)
{
	size_t at = sizeof(magic);
	uint32_t length = 0;
	ssize_t n;
	int rc = 0;

	if (size < sizeof(magic) || memcmp(octets, magic, sizeof(magic)))
		return -EBADMSG;
	for (; !rc; at += (size_t)n) {
		n = record_check(octets + at, size - at, &length);
		if (n <= 0)
			return (int)n;
		rc = each(octets[at + HEAD_TYPE], octets + at + HEAD, length, user);
	}
	return rc;
}

static ssize_t read_all(int fd, uint8_t *to, size_t size)
{
	size_t got = 0;
	ssize_t n;

	while (got < size) {
		n = read(fd, to + got, size - got);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)got;
}

int wal_load(const char *path, uint8_t **ret_octets, size_t *ret_size)
{
	/* not blocking: a FIFO would wait for a writer */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	uint8_t *octets;
	ssize_t n;

	if (fd < 0)
		return errno == ELOOP ? -EBADMSG : -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & (S_IWGRP | S_IWOTH)) {
		close(fd);
		return -EBADMSG;
	}
	octets = malloc((size_t)st.st_size + 1);
	n = octets ? read_all(fd, octets, (size_t)st.st_size) : -ENOMEM;
	close(fd);
	if (n < 0) {
		free(octets);
		return (int)n;
	}
	*ret_octets = octets;
	*ret_size = (size_t)n;
	return 0;
}
