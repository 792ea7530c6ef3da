// SPDX-License-Identifier: Apache-2.0
/* Journals: what is written is read, what is cut off isn't there, what is damaged is told. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/wal.h"

struct world {
	char dir[32], path[64], path_new[80];
	char seen[256]; /* records, as text */
	int stop_at;	/* this type ends the reading */
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/test_wal.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/j", w->dir);
	snprintf(w->path_new, sizeof(w->path_new), "%s/j.new", w->dir);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	unlink(w->path);
	unlink(w->path_new);
	assert_int_equal(rmdir(w->dir), 0);
	free(w);
	return 0;
}

static int see(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct world *w = user;
	const size_t at = strlen(w->seen);

	if (type == w->stop_at)
		return 7;
	snprintf(w->seen + at, sizeof(w->seen) - at, "%u:%.*s ", type, (int)len,
		 (const char *)body);
	return 0;
}

static int append(struct wal *j, uint8_t type, const char *text)
{
	const size_t half = strlen(text) / 2;
	const struct iovec parts[] = {
		{(void *)text, half}, {NULL, 0}, {(void *)(text + half), strlen(text) - half}};

	return wal_append(j, type, parts, 3);
}

static struct wal *journal_of_three(struct world *w)
{
	struct wal *j;

	assert_int_equal(wal_create(w->path, &j), 0);
	assert_int_equal(append(j, 1, "one"), 0);
	assert_int_equal(append(j, 2, ""), 0);
	assert_int_equal(append(j, 255, "three"), 0);
	return j;
}

static int load(struct world *w)
{
	uint8_t *octets;
	size_t size;
	int rc = wal_load(w->path, &octets, &size);

	w->seen[0] = 0;
	if (rc)
		return rc;
	rc = wal_parse(octets, size, see, w);
	free(octets);
	return rc;
}

static void test_what_is_written_is_read(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w);
	struct stat st;

	assert_int_equal(load(w), -ENOENT); /* not before it is published */
	assert_int_equal(wal_publish(j), 0);
	assert_int_equal(append(j, 4, "later"), 0);
	assert_int_equal(load(w), 0);
	assert_string_equal(w->seen, "1:one 2: 255:three 4:later ");
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, wal_size(j));
	w->stop_at = 255;
	assert_int_equal(load(w), 7);
	wal_free(j);
}

static void test_one_takes_anothers_place(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w), *next;

	assert_int_equal(wal_publish(j), 0);
	assert_int_equal(wal_create(w->path, &next), 0);
	assert_int_equal(append(next, 9, "nine"), 0);
	assert_int_equal(load(w), 0);
	assert_string_equal(w->seen, "1:one 2: 255:three ");
	assert_int_equal(wal_publish(next), 0);
	assert_int_equal(load(w), 0);
	assert_string_equal(w->seen, "9:nine ");
	wal_free(j);
	wal_free(next);
	assert_int_equal(wal_create(w->path, &next), 0);
	wal_free(next);
	assert_int_equal(access(w->path_new, F_OK), -1);
	assert_int_equal(load(w), 0);
}

/* Killed within a write: the record isn't there, those before are */
static void test_cut_off(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w);
	uint8_t *octets;
	size_t size;

	assert_int_equal(wal_publish(j), 0);
	assert_int_equal(wal_load(w->path, &octets, &size), 0);
	for (size_t cut = 1; cut < 13 + 5; cut++) {
		w->seen[0] = 0;
		assert_int_equal(wal_parse(octets, size - cut, see, w), 0);
		assert_string_equal(w->seen, "1:one 2: ");
	}
	for (size_t len = 0; len < 8; len++)
		assert_int_equal(wal_parse(octets, len, see, w), -EBADMSG);
	free(octets);
	wal_free(j);
}

/* Of any octet */
static void test_damage(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w);
	uint8_t *octets;
	size_t size;

	assert_int_equal(wal_publish(j), 0);
	assert_int_equal(wal_load(w->path, &octets, &size), 0);
	for (size_t i = 0; i < size; i++) {
		octets[i] ^= 0x10;
		w->seen[0] = 0;
		assert_int_equal(wal_parse(octets, size, see, w), -EBADMSG);
		octets[i] ^= 0x10;
	}
	free(octets);
	wal_free(j);
}

static void test_no_room(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w);
	const uint64_t size = wal_size(j);
	struct rlimit old, tight;
	char text[200];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = size + 30;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_int_not_equal(append(j, 5, text), 0); /* begun, and cut off again */
	assert_int_equal(wal_size(j), size);
	assert_int_equal(append(j, 6, "fits"), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(wal_publish(j), 0);
	assert_int_equal(load(w), 0);
	assert_string_equal(w->seen, "1:one 2: 255:three 6:fits ");
	wal_free(j);
}

/* What isn't a file that only its writer writes is none */
static void test_other_files(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w);
	char elsewhere[80];

	assert_int_equal(wal_publish(j), 0);
	wal_free(j);
	assert_int_equal(load(w), 0);
	assert_int_equal(chmod(w->path, 0620), 0);
	assert_int_equal(load(w), -EBADMSG);
	assert_int_equal(chmod(w->path, 0600), 0);
	snprintf(elsewhere, sizeof(elsewhere), "%s/k", w->dir);
	assert_int_equal(rename(w->path, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, w->path), 0);
	assert_int_equal(load(w), -EBADMSG);
	assert_int_equal(symlink(elsewhere, w->path_new), 0);
	assert_int_equal(wal_create(w->path, &j), 0); /* not through the link */
	assert_int_equal(wal_publish(j), 0);
	wal_free(j);
	assert_int_equal(load(w), 0);
	assert_string_equal(w->seen, "");
	assert_int_equal(rename(elsewhere, w->path), 0);
	assert_int_equal(load(w), 0);
	assert_string_equal(w->seen, "1:one 2: 255:three ");
	assert_int_equal(unlink(w->path), 0);
	assert_int_equal(mkfifo(w->path, 0600), 0);
	alarm(5); /* nobody writes to it */
	assert_int_equal(load(w), -EBADMSG);
	alarm(0);
}

static void test_bounds(void **state)
{
	struct world *w = *state;
	struct wal *j = journal_of_three(w);
	static uint8_t large[WAL_BODY_MAX + 1];
	struct iovec parts[WAL_PARTS_MAX + 1] = {{large, sizeof(large)}};

	assert_int_equal(wal_append(j, 1, parts, 1), -EMSGSIZE);
	parts[0].iov_len--;
	assert_int_equal(wal_append(j, 1, parts, 1), 0);
	assert_int_equal(wal_append(j, 1, parts, WAL_PARTS_MAX + 1), -EMSGSIZE);
	wal_free(j);
	assert_int_equal(wal_create("/nowhere/at/all", &j), -ENOENT);
	assert_int_equal(mkdir(w->path, 0700), 0);
	assert_int_equal(load(w), -EBADMSG);
	assert_int_equal(rmdir(w->path), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_what_is_written_is_read),
		T(test_one_takes_anothers_place),
		T(test_cut_off),
		T(test_damage),
		T(test_no_room),
		T(test_other_files),
		T(test_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
