// SPDX-License-Identifier: Apache-2.0
/* apps/cooperative: written pages are found exactly, frames, lines and configurations are checked,
 * and movers begin once. Moves: test_cooperative_move.c. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "apps/cooperative/command.h"
#include "apps/cooperative/cooperative.h"
#include "apps/cooperative/dirty.h"
#include "apps/cooperative/internal.h"
#include "apps/cooperative/wire.h"

enum { PAGE = 4096, PAGES = 1024, NUMBER = 7 };
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* ---- written pages ---- */

static void mark(struct dirty *d, uint8_t *ret)
{
	struct dirty_range range[DIRTY_RANGES];
	size_t from = 0;

	memset(ret, 0, PAGES);
	while (from < d->length) {
		int n = dirty_scan(d, &from, range);

		assert_true(n >= 0);
		for (int i = 0; i < n; i++)
			memset(ret + range[i].offset / PAGE, 1, range[i].length / PAGE);
	}
}

static void written_pages(void **state)
{
	uint8_t *base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		expected[PAGES], found[PAGES];
	struct dirty d;
	int pipes[2], r;
	unsigned seed = 1;

	assert_ptr_not_equal(base, MAP_FAILED);
	if (dirty_supported() < 0) {
		assert_int_equal(dirty_begin(&d, base, PAGES * PAGE), -EOPNOTSUPP);
		munmap(base, PAGES * PAGE);
		skip();
	}
	assert_int_equal(madvise(base, PAGES * PAGE, MADV_NOHUGEPAGE), 0);
	memset(base, 1, PAGES / 2 * PAGE); /* the other half is untouched */
	r = dirty_begin(&d, base, PAGES * PAGE);
	assert_int_equal(r, 0);
	mark(&d, found);
	memset(expected, 0, sizeof expected);
	assert_memory_equal(found, expected, PAGES);
	for (int round = 0; round < 20; round++) {
		memset(expected, 0, sizeof expected);
		for (int i = 0; i < round * 40; i++) {
			size_t at = (size_t)rand_r(&seed) % (PAGES * PAGE);

			base[at]++;
			expected[at / PAGE] = 1;
		}
		mark(&d, found);
		assert_memory_equal(found, expected, PAGES);
	}
	/* Read only: nothing. More ranges than one scan tells, and a write of the kernel's. */
	for (size_t i = 0; i < PAGES; i++)
		assert_true(base[i * PAGE] < 255);
	mark(&d, found);
	memset(expected, 0, sizeof expected);
	assert_memory_equal(found, expected, PAGES);
	for (size_t i = 0; i < PAGES; i += 2)
		base[i * PAGE] = expected[i] = 1;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "abc", 3), 3);
	assert_int_equal(read(pipes[0], base + 4097, 3), 3);
	expected[1] = 1;
	mark(&d, found);
	assert_memory_equal(found, expected, PAGES);
	close(pipes[0]);
	close(pipes[1]);
	dirty_end(&d);
	munmap(base, PAGES * PAGE);
}

/* ---- frames ---- */

static const struct {
	int wants; /* 0, or enum cooperative_refusal */
	struct cooperative_frame frame;
} conversation[] = {
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 0, .b = PAGE}}, /* before HELLO */
	{REFUSAL_MALFORMED, {.type = FRAME_COMMIT}},
	{REFUSAL_VERSION, {.type = FRAME_HELLO, .a = 1, .b = 16 * PAGE, .c = 2ull << 32 | PAGE}},
	{REFUSAL_APPLICATION,
	 {.type = FRAME_HELLO, .a = 2, .b = 16 * PAGE, .c = 1ull << 32 | PAGE}},
	{REFUSAL_APPLICATION,
	 {.type = FRAME_HELLO, .a = 1, .b = 17 * PAGE, .c = 1ull << 32 | PAGE}},
	{REFUSAL_APPLICATION, {.type = FRAME_HELLO, .a = 1, .b = 16 * PAGE, .c = 1ull << 32 | 512}},
	{0, {.type = FRAME_HELLO, .a = 1, .b = 16 * PAGE, .c = 1ull << 32 | PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_HELLO, .a = 1, .b = 16 * PAGE, .c = 1ull << 32 | PAGE}},
	{0, {.type = FRAME_PAGES, .a = 0, .b = 16 * PAGE}},
	{0, {.type = FRAME_PAGES, .a = 15 * PAGE, .b = PAGE}},
	{0, {.type = FRAME_ZERO, .a = 3 * PAGE, .b = PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 0, .b = 0}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 1, .b = PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 0, .b = PAGE - 1}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 0, .b = 17 * PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 16 * PAGE, .b = PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_ZERO, .a = UINT64_MAX - PAGE + 1, .b = 2 * PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = PAGE, .b = UINT64_MAX - PAGE + 1}},
	{REFUSAL_MALFORMED, {.type = FRAME_WELCOME}},
	{REFUSAL_MALFORMED, {.type = FRAME_ACK}},
	{0, {.type = FRAME_ROUND, .c = 3}},
	{REFUSAL_MALFORMED, {.type = FRAME_COMMIT, .a = 17 * PAGE, .b = PAGE}}, /* before ARM */
	{0, {.type = FRAME_ARM}},
	{REFUSAL_COUNT, {.type = FRAME_COMMIT, .a = 16 * PAGE, .b = PAGE}},
	{REFUSAL_COUNT, {.type = FRAME_COMMIT, .a = 17 * PAGE, .b = 0}},
	{0, {.type = FRAME_COMMIT, .a = 17 * PAGE, .b = PAGE}},
	{REFUSAL_MALFORMED, {.type = FRAME_PAGES, .a = 0, .b = PAGE}}, /* after COMMIT */
	{REFUSAL_MALFORMED, {.type = FRAME_COMMIT, .a = 17 * PAGE, .b = PAGE}},
};

static void frames_checked(void **state)
{
	struct cooperative_intake intake = {.arena = 16 * PAGE, .page = PAGE, .number = 1};

	for (size_t i = 0; i < sizeof conversation / sizeof conversation[0]; i++) {
		uint8_t bytes[COOPERATIVE_HEADER];
		struct cooperative_frame frame;
		int r;

		cooperative_frame_put(&conversation[i].frame, bytes);
		assert_int_equal(cooperative_frame_get(bytes, &frame), 0);
		r = cooperative_intake_check(&intake, &frame);
		if (r != conversation[i].wants)
			fail_msg("row %zu: %d", i, r);
	}
	for (uint64_t why = 1; why < REFUSALS; why++)
		assert_string_not_equal(cooperative_refusal_text(why),
					cooperative_refusal_text(REFUSALS));
}

static void frames_garbled(void **state)
{
	const struct cooperative_frame whole = {.type = FRAME_COMMIT, .flags = 1, .a = 5, .b = 6};
	uint8_t bytes[COOPERATIVE_HEADER];
	struct cooperative_frame frame;
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {{0, 0},	      {3, 0}, {4, 0}, {4, FRAME_TYPES},
		    {4, FRAME_PAGES}, {5, 2}, {6, 1}, {7, 1}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cooperative_frame_put(&whole, bytes);
		assert_int_equal(cooperative_frame_get(bytes, &frame), 0);
		bytes[rows[i].at] = rows[i].value;
		assert_int_equal(cooperative_frame_get(bytes, &frame), -EBADMSG);
	}
}

/* ---- lines ---- */

static void lines_checked(void **state)
{
	static const struct {
		const char *line;
		int wants;
	} rows[] = {
		{"status", 0},
		{"wait ms=50", 0},
		{"commit", 0},
		{"push address=127.0.0.1 port=7 key=" KEY, 0},
		{"push address=127.0.0.1 port=7 key=" KEY " rounds=0 verify=1 target_us=500", 0},
		{"listen address=10.0.0.1 key=" KEY, 0},
		{"", -EINVAL},
		{" ", -EINVAL},
		{"stat", -EINVAL},
		{"status now", -EINVAL},
		{"status ms=1", -EINVAL},
		{"wait ms=", -EINVAL},
		{"wait ms=-1", -EINVAL},
		{"wait ms=1 ms=1", -EINVAL},
		{"wait ms=99999999999999999999", -EINVAL},
		{"listen address=10.0.0.1", -EINVAL},
		{"listen address=10.0.0 key=" KEY, -EINVAL},
		{"listen address=10.0.0.1 key=" KEY "0", -EINVAL},
		{"listen address=10.0.0.1 key=0", -EINVAL},
		{"push address=127.0.0.1 port=0 key=" KEY, -EINVAL},
		{"push address=127.0.0.1 port=65536 key=" KEY, -EINVAL},
	};
	char longer[COMMAND_LINE_MAX + 2];
	struct cooperative_command command;
	const char *why;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int r = cooperative_command_parse(rows[i].line, &command, &why);

		if (r != rows[i].wants)
			fail_msg("'%s': %d", rows[i].line, r);
	}
	memset(longer, ' ', sizeof longer);
	memcpy(longer, "status", 6);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(cooperative_command_parse(longer, &command, &why), -EINVAL);
	assert_int_equal(cooperative_command_parse(rows[4].line, &command, &why), 0);
	assert_int_equal(command.port, 7);
	assert_int_equal(command.rounds, 0);
	assert_int_equal(command.target_us, 500);
	assert_int_equal(command.verify, 1);
	assert_int_equal(command.key[31], 0xff);
	assert_int_equal(ntohl(command.address.s_addr), 0x7f000001);
}
/* ---- movers ---- */

static char here[64];

static void *wait_for_cut(void *instance)
{
	struct cooperative *c = instance;

	pthread_mutex_lock(&c->lock);
	while (!c->cut)
		pthread_cond_wait(&c->changed, &c->lock);
	pthread_mutex_unlock(&c->lock);
	cooperative_mover_ended(c);
	return NULL;
}

static const char *path_here(const char *name)
{
	static char path[96];

	snprintf(path, sizeof path, "%s/%s", here, name);
	return path;
}

static struct cooperative *open_here(bool incoming)
{
	struct cooperative_config config = {
		.number = NUMBER, .bytes = PAGE, .state_directory = here};
	struct cooperative *c;

	snprintf(here, sizeof here, "/tmp/test_cooperative.%d.here", getpid());
	assert_int_equal(mkdir(here, 0700), 0);
	if (incoming)
		close(open(path_here("incoming"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(cooperative_open(&config, &c), 0);
	return c;
}

static void close_here(struct cooperative *c)
{
	cooperative_close(c);
	unlink(path_here("incoming"));
	unlink(path_here("cooperative.sock"));
	assert_int_equal(rmdir(here), 0);
}

/* A mover begins only from the state that was seen: whoever changed it meanwhile was first. */
static void movers_begin_once(void **state)
{
	static const struct cooperative_command command;
	struct cooperative *c = open_here(true);

	cooperative_mover_fence(c);
	assert_int_equal(c->state, STATE_REFUSED);
	assert_int_equal(
		cooperative_mover_begin(c, STATE_INCOMING, STATE_INCOMING, wait_for_cut, &command),
		-EBUSY);
	assert_int_equal(c->state, STATE_REFUSED);
	close_here(c);
	c = open_here(true);
	assert_int_equal(
		cooperative_mover_begin(c, STATE_INCOMING, STATE_INCOMING, wait_for_cut, &command),
		0);
	cooperative_mover_fence(c);
	assert_false(c->moving);
	assert_int_equal(c->state, STATE_REFUSED);
	close_here(c);
	c = open_here(false);
	assert_int_equal(
		cooperative_mover_begin(c, STATE_SERVING, STATE_PUSHING, wait_for_cut, &command),
		0);
	assert_int_equal(
		cooperative_mover_begin(c, STATE_SERVING, STATE_PUSHING, wait_for_cut, &command),
		-EBUSY);
	assert_int_equal(c->state, STATE_PUSHING);
	cooperative_mover_fence(c);
	assert_int_equal(c->state, STATE_PUSHING); /* who cut it says what it is now */
	close_here(c);
}

static void wrong_configuration(void **state)
{
	static const struct {
		struct cooperative_config config;
		int wants;
	} rows[] = {
		{{.number = 0, .bytes = 1, .state_directory = "/tmp"}, -EINVAL},
		{{.number = COOPERATIVE_NUMBER_MAX + 1, .bytes = 1, .state_directory = "/tmp"},
		 -EINVAL},
		{{.number = 1, .bytes = 0, .state_directory = "/tmp"}, -EINVAL},
		{{.number = 1, .bytes = (size_t)1 << 36, .state_directory = "/tmp"}, -EINVAL},
		{{.number = 1, .bytes = 1, .state_directory = "/tmp/nowhere/at/all"}, -ENOENT},
		{{.number = 1,
		  .bytes = 1,
		  .state_directory = "/tmp/0123456789012345678901234567890123456789012345678901234"
				     "56789012345678901234567890123456789"},
		 -ENAMETOOLONG},
	};
	struct cooperative *c = NULL;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int r = cooperative_open(&rows[i].config, &c);

		if (r != rows[i].wants)
			fail_msg("row %zu: %d", i, r);
	}
	assert_null(c);
	cooperative_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_pages),     cmocka_unit_test(frames_checked),
		cmocka_unit_test(frames_garbled),    cmocka_unit_test(lines_checked),
		cmocka_unit_test(movers_begin_once), cmocka_unit_test(wrong_configuration),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("cooperative", tests, NULL, NULL);
}
