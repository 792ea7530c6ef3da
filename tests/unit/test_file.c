// SPDX-License-Identifier: Apache-2.0
/* Files: copied whole whatever their size, and nothing left of what failed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/file.h"

enum { LARGE = (16 << 20) + 12345 }; /* more than is read at once */

static char directory[] = "/tmp/test_file.XXXXXX";

static const char *path_of(const char *name)
{
	static char paths[4][64];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static int begin(void **state)
{
	return mkdtemp(directory) ? 0 : -1;
}

static int end(void **state)
{
	return file_remove_tree(directory);
}

static void copies_what_is_large(void **state)
{
	char *octets = malloc(LARGE), *copied = malloc(LARGE + 1), *text;
	struct stat st;
	size_t len;
	int fd;

	for (size_t i = 0; i < LARGE; i++)
		octets[i] = (char)(i * 2654435761U >> 24);
	assert_int_equal(file_create(path_of("large"), octets, LARGE, 0600), 0);
	assert_int_equal(file_read_all(path_of("large"), &text, &len), -EFBIG);
	assert_int_equal(file_create(path_of("copy"), "old", 3, 0600), 0);
	assert_int_equal(file_copy(path_of("large"), path_of("copy"), 0640), 0);
	assert_int_equal(stat(path_of("copy"), &st), 0);
	assert_int_equal(st.st_size, LARGE);
	assert_int_equal(st.st_mode & 0777, 0640);
	fd = open(path_of("copy"), O_RDONLY | O_CLOEXEC);
	len = 0;
	for (ssize_t got; (got = read(fd, copied + len, LARGE + 1 - len)) > 0;)
		len += (size_t)got;
	close(fd);
	assert_int_equal(len, LARGE);
	assert_memory_equal(copied, octets, LARGE);
	free(octets);
	free(copied);
}

static void what_fails_leaves_what_was_there(void **state)
{
	char text[8];

	assert_int_equal(file_create(path_of("kept"), "old", 3, 0600), 0);
	assert_int_equal(file_copy(path_of("nothing"), path_of("kept"), 0600), -ENOENT);
	assert_int_equal(file_copy(directory, path_of("kept"), 0600), -EISDIR);
	assert_int_equal(file_read_text(path_of("kept"), text, sizeof(text)), 3);
	assert_string_equal(text, "old");
	assert_int_equal(access(path_of("kept.new"), F_OK), -1);
	assert_int_equal(file_copy(path_of("kept"), path_of("nowhere/copy"), 0600), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_what_is_large),
		cmocka_unit_test(what_fails_leaves_what_was_there),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
