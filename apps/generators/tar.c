// SPDX-License-Identifier: Apache-2.0
/*
 * tar: the files of a tree, one after the other and again, as an archive (POSIX.1-1988 ustar). The
 * list of files is made once and lies in the heap, a path in each slot; each file is opened, read
 * to where the rate allows, and closed again, so that at most one is open when the process is
 * dumped.
 *
 * own[0]: files in the list, own[1]: which is read, own[2]: how far
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/generators/generator.h"

enum { BLOCK = 512, SLOT = 256, FILES_MAX = 1024, DEPTH_MAX = 6 };

/* The list, and behind it the block that is on its way */
enum { HEAP_MIN = (FILES_MAX + 2) * SLOT };

struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100],
		magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155],
		padding[12];
};

_Static_assert(sizeof(struct ustar) == BLOCK, "a header is a block");

static char *slot(struct generator *g, uint64_t index)
{
	return (char *)g->heap + index * SLOT;
}

static void list_tree(struct generator *g, const char *path, int depth)
{
	DIR *directory = depth < DEPTH_MAX ? opendir(path) : NULL;
	const struct dirent *entry;

	while (directory && g->state->own[0] < FILES_MAX && (entry = readdir(directory))) {
		char below[SLOT];
		int len = snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);

		if (len >= (int)sizeof(below) || entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR)
			list_tree(g, below, depth + 1);
		else if (entry->d_type == DT_REG)
			strcpy(slot(g, g->state->own[0]++), below);
	}
	if (directory)
		closedir(directory);
}

static int tar_begin(struct generator *g)
{
	list_tree(g, g->settings->tree, 0);
	return g->state->own[0] ? 0 : -ENOENT;
}

static void header(const char *path, off_t size, uint8_t block[BLOCK])
{
	struct ustar h = {.mode = "0000644",
			  .uid = "0000000",
			  .gid = "0000000",
			  .mtime = "00000000000",
			  .sum = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
			  .type = '0',
			  .magic = "ustar",
			  .version = {'0', '0'}};
	size_t len = strlen(path), cut = len < sizeof(h.name) ? 0 : len - sizeof(h.name) + 1;
	unsigned sum = 0;

	snprintf(h.name, sizeof(h.name), "%s", path + (cut ? cut : *path == '/'));
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)size & 077777777777ULL);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const uint8_t *)&h)[i];
	snprintf(h.sum, sizeof(h.sum), "%06o", sum & 0777777);
	memcpy(block, &h, sizeof(h));
}

static void next_file(struct generator_state *s)
{
	s->own[1] = (s->own[1] + 1) % s->own[0];
	s->own[2] = 0;
}

/* The next block of the archive. own[2] counts in blocks, the header being the first. */
static void put_block(struct generator *g)
{
	struct generator_state *s = g->state;
	uint8_t *block = g->heap + (size_t)FILES_MAX * SLOT;
	const char *path = slot(g, s->own[1]);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t got = 0;

	memset(block, 0, BLOCK);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		s->failed++;
		st.st_size = 0;
	} else if (s->own[2]) {
		got = pread(fd, block, BLOCK, (off_t)(s->own[2] - 1) * BLOCK);
	}
	if (fd >= 0)
		close(fd);
	if (got < 0)
		s->failed++;
	if (!s->own[2])
		header(path, st.st_size, block);
	generator_append(g, block, BLOCK);
	s->own[2]++;
	s->units++;
	if ((uint64_t)st.st_size <= (s->own[2] - 1) * BLOCK)
		next_file(s);
}

static void tar_run(struct generator *g, uint64_t elapsed_us)
{
	for (uint64_t due = generator_due(g, elapsed_us, BLOCK, GENERATOR_FILE_MAX / BLOCK); due;
	     due--)
		put_block(g);
}

const struct generator_kind generator_tar = {.name = "tar",
					     .writes_file = true,
					     .heap_min = HEAP_MIN,
					     .begin = tar_begin,
					     .run = tar_run};
