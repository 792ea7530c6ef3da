// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/transfer_world.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

char transfer_directory[64];

int transfer_setup(void **state)
{
	strcpy(transfer_directory, "/tmp/baton-transfer.XXXXXX");
	assert_non_null(mkdtemp(transfer_directory));
	return 0;
}

int transfer_teardown(void **state)
{
	assert_int_equal(file_remove_tree(transfer_directory), 0);
	return 0;
}

const char *path_of(const char *name)
{
	static char path[4][256];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", transfer_directory, name);
	return path[turn];
}

void make_directory(const char *name)
{
	assert_int_equal(mkdir(path_of(name), 0755), 0);
}

void make_file(const char *name, const char *text, mode_t mode)
{
	assert_int_equal(file_create(path_of(name), text, strlen(text), mode), 0);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

bool is_there(const char *name)
{
	struct stat st;

	return lstat(path_of(name), &st) == 0;
}

bool holds(const char *name, const char *text)
{
	char got[4096];

	return file_read_text(path_of(name), got, sizeof(got)) >= 0 && !strcmp(got, text);
}

void make_round(const char *name)
{
	char path[64];

	make_directory(name);
	snprintf(path, sizeof(path), "%s/pages-1.img", name);
	make_file(path, "pages", 0600);
	snprintf(path, sizeof(path), "%s/inventory.img", name);
	make_file(path, "inventory", 0644);
	snprintf(path, sizeof(path), "%s/sub", name);
	make_directory(path);
	snprintf(path, sizeof(path), "%s/sub/x", name);
	make_file(path, "", 0755);
}

/* ---- bodies ---- */

static int see_begin(void *user, const struct body_file *file)
{
	struct seen *seen = user;
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "[%s %o %llu]", file->path,
		 (unsigned)file->mode, (unsigned long long)file->size);
	return seen->rc;
}

static int see_content(void *user, const uint8_t *bytes, size_t len)
{
	struct seen *seen = user;

	strncat(seen->text, (const char *)bytes, len);
	return 0;
}

static int see_end(void *user)
{
	strcat(((struct seen *)user)->text, ";");
	return 0;
}

const struct body_sink see = {see_begin, see_content, see_end};

size_t put_file(uint8_t *at, const char *path, mode_t mode, const char *content)
{
	struct body_file file = {.mode = mode, .size = strlen(content)};
	size_t len;

	snprintf(file.path, sizeof(file.path), "%s", path);
	len = body_head_write(at, &file);
	memcpy(at + len, content, strlen(content));
	return len + strlen(content);
}

size_t a_body(uint8_t *bytes)
{
	size_t len = put_file(bytes, "a", 0644, "hello");

	len += put_file(bytes + len, "b/c", 0755, "");
	len += put_file(bytes + len, "b/d", 0600, "x");
	return len + body_head_write(bytes + len, NULL);
}
