// SPDX-License-Identifier: Apache-2.0
/*
 * snake-cloud's state file: what was put is there after any end, a torn line is none, a full disk
 * is told and harms nothing, and the file doesn't grow for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/game/cloud/state_file.h"

struct bed {
	uv_loop_t loop;
	char dir[64], path[96];
	struct state_file *file;
};

static int set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	snprintf(bed->dir, sizeof(bed->dir), "/tmp/baton-state.XXXXXX");
	assert_non_null(mkdtemp(bed->dir));
	snprintf(bed->path, sizeof(bed->path), "%s/state", bed->dir);
	uv_loop_init(&bed->loop);
	*state = bed;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *bed = *state;

	uv_run(&bed->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bed->loop), 0);
	unlink(bed->path);
	assert_int_equal(rmdir(bed->dir), 0);
	free(bed);
	return 0;
}

static void open_it(struct bed *bed)
{
	assert_int_equal(state_file_open(&bed->loop, bed->path, &bed->file), 0);
}

static void close_it(struct bed *bed)
{
	state_file_close(bed->file);
	uv_run(&bed->loop, UV_RUN_NOWAIT); /* another one may be open */
}

static int put(struct bed *bed, const char *account, uint32_t input, uint32_t number,
	       const char *edge)
{
	struct state_record r = {.last_input = input, .switch_number = number};

	snprintf(r.account, sizeof(r.account), "%s", account);
	snprintf(r.edge, sizeof(r.edge), "%s", edge);
	return state_file_put(bed->file, &r, 1);
}

static void expect(struct bed *bed, const char *account, uint32_t input, uint32_t number,
		   const char *edge)
{
	struct state_record r = state_file_get(bed->file, account);

	assert_int_equal(r.last_input, input);
	assert_int_equal(r.switch_number, number);
	assert_string_equal(r.edge, edge);
}

static off_t size_of(const struct bed *bed)
{
	struct stat st;

	assert_int_equal(stat(bed->path, &st), 0);
	return st.st_size;
}

static void write_text(const struct bed *bed, const char *text, size_t len)
{
	int fd = open(bed->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void nothing_is_known_at_first(void **state)
{
	struct bed *bed = *state;

	open_it(bed);
	expect(bed, "ann", 0, 0, "");
	assert_int_equal(state_file_tick(bed->file), 0);
	close_it(bed);
}

static void without_a_path_nothing_is_kept(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(state_file_open(&bed->loop, "", &bed->file), 0);
	assert_int_equal(put(bed, "ann", 3, 1, "edge-a"), 0);
	expect(bed, "ann", 3, 1, "edge-a");
	state_file_reached(bed->file, 60, 60);
	close_it(bed);
	write_text(bed, "", 0); /* for the end */
}

static void what_was_put_is_there_again(void **state)
{
	struct bed *bed = *state;

	open_it(bed);
	put(bed, "ann", 3, 1, "edge-a");
	put(bed, "bob", 9, 0, "");
	put(bed, "ann", 4, 1, "edge-b");
	close_it(bed);
	open_it(bed);
	expect(bed, "ann", 4, 1, "edge-b");
	expect(bed, "bob", 9, 0, "");
	put(bed, "bob", 0, 0, ""); /* forgotten */
	close_it(bed);
	open_it(bed);
	expect(bed, "bob", 0, 0, "");
	close_it(bed);
}

/* The process dies: whatever is in the file now is what the next one finds */
static void without_a_close_it_is_there_too(void **state)
{
	struct bed *bed = *state;
	struct state_file *dead;

	open_it(bed);
	put(bed, "ann", 3, 1, "edge-a");
	state_file_reached(bed->file, 1, 60);
	dead = bed->file;
	open_it(bed);
	expect(bed, "ann", 3, 1, "edge-a");
	assert_true(state_file_tick(bed->file) > 60);
	close_it(bed);
	bed->file = dead;
	close_it(bed);
}

/* The machine dies: wherever the file ends, it tells something that was true */
static void a_torn_end_is_no_line(void **state)
{
	static const char text[] = "tick 3600\naccount ann 1 0 -\naccount ann 2 7 edge-a\n"
				   "account ann 31 7 edge-b\n";
	struct bed *bed = *state;

	for (size_t len = 0; len < sizeof(text); len++) {
		struct state_record r;

		write_text(bed, text, len);
		open_it(bed);
		r = state_file_get(bed->file, "ann");
		assert_true((r.last_input == 0 && r.switch_number == 0) ||
			    (r.last_input == 1 && r.switch_number == 0) ||
			    (r.last_input == 2 && r.switch_number == 7) ||
			    (r.last_input == 31 && r.switch_number == 7));
		assert_int_equal(r.last_input == 31, len == sizeof(text) - 1);
		close_it(bed);
	}
}

static void what_is_no_state_file_is_refused(void **state)
{
	static const char *const texts[] = {
		"hello\n",
		"account ann 1\n",
		"account ann 1 2 edge-a more\n",
		"account ann one 2 edge-a\n",
		"tick\n",
		"tick 1\n\naccount ann 1 2 -\n",
		"account abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz 1 2 -\n",
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_text(bed, texts[i], strlen(texts[i]));
		assert_int_equal(state_file_open(&bed->loop, bed->path, &bed->file), -EINVAL);
	}
}

static void a_place_that_is_not_there_is_told(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(state_file_open(&bed->loop, "/no/such/place", &bed->file), -ENOENT);
	write_text(bed, "", 0);
}

static void a_full_disk_is_told_and_harms_nothing(void **state)
{
	struct bed *bed = *state;
	struct rlimit limit, old;

	open_it(bed);
	assert_int_equal(put(bed, "ann", 1, 1, "edge-a"), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){.rlim_cur = (rlim_t)size_of(bed) + 5, .rlim_max = old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(put(bed, "ann", 2, 1, "edge-a"), -EFBIG);
	expect(bed, "ann", 1, 1, "edge-a");
	assert_int_equal(state_file_errors(bed->file), 1);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(put(bed, "ann", 2, 2, "edge-b"), 0);
	close_it(bed);
	open_it(bed);
	expect(bed, "ann", 2, 2, "edge-b");
	close_it(bed);
}

/* It is written anew beside itself while lines go on coming */
static void it_does_not_grow_for_ever(void **state)
{
	struct bed *bed = *state;
	off_t most = 0;

	open_it(bed);
	for (uint32_t i = 1; most < 200000 && i < 1000000; i++) {
		assert_int_equal(put(bed, "ann", i, i / 100, "edge-a"), 0);
		most += 25;
	}
	while (size_of(bed) > 65536) {
		struct state_record r = state_file_get(bed->file, "ann");

		uv_run(&bed->loop, UV_RUN_ONCE);
		assert_int_equal(put(bed, "ann", r.last_input + 1, r.switch_number, "edge-a"), 0);
	}
	{
		struct state_record last = state_file_get(bed->file, "ann");
		struct state_file *dead = bed->file;

		assert_true(last.last_input > 8000);
		open_it(bed);
		expect(bed, "ann", last.last_input, last.switch_number, "edge-a");
		close_it(bed);
		bed->file = dead;
		close_it(bed);
	}
}

static void ticks_go_on_above(void **state)
{
	struct bed *bed = *state;
	off_t size;

	open_it(bed);
	state_file_reached(bed->file, 1, 60);
	size = size_of(bed);
	for (uint32_t tick = 2; tick < 3000; tick++)
		state_file_reached(bed->file, tick, 60);
	assert_int_equal(size_of(bed), size); /* rarely */
	for (uint32_t tick = 3000; tick < 4000; tick++)
		state_file_reached(bed->file, tick, 60);
	assert_true(size_of(bed) > size);
	assert_true(state_file_tick(bed->file) > 4000);
	close_it(bed);
	open_it(bed);
	assert_int_equal(state_file_tick(bed->file), 4000);
	close_it(bed);
}

#define with_bed(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_bed(nothing_is_known_at_first),
		with_bed(without_a_path_nothing_is_kept),
		with_bed(what_was_put_is_there_again),
		with_bed(without_a_close_it_is_there_too),
		with_bed(a_torn_end_is_no_line),
		with_bed(what_is_no_state_file_is_refused),
		with_bed(a_place_that_is_not_there_is_told),
		with_bed(a_full_disk_is_told_and_harms_nothing),
		with_bed(it_does_not_grow_for_ever),
		with_bed(ticks_go_on_above),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
