// SPDX-License-Identifier: Apache-2.0
/* Programs started: what they get, when they are known, and what becomes of those that never run */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/process.h"
#include "lib/spawn.h"

enum { WAIT_MS = 30000 };

struct begun {
	pid_t pid;
	unsigned times, nothing;
	int answer;
};

static int begins(pid_t pid, void *user)
{
	struct begun *b = user;

	if (!pid) {
		b->nothing++;
		return 0;
	}
	b->pid = pid;
	b->times++;
	return b->answer;
}

/* A shell's script, with @out as its output */
static struct spawn shell(char *const *argv, int out, struct begun *b)
{
	return (struct spawn){.program = argv[0],
			      .argv = argv,
			      .in = -1,
			      .out = out,
			      .error = -1,
			      .begins = begins,
			      .user = b};
}

/* What it writes until its end, and its exit status */
static int run(const struct spawn *s, int pipe_in, int pipe_out, char *said, size_t size)
{
	pid_t pid = spawn_program(s);
	size_t len = 0;
	ssize_t n;
	int status = -1;

	close(pipe_in);
	assert_true(pid > 0);
	while ((n = read(pipe_out, said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(pipe_out);
	assert_int_equal(spawn_await(pid, -1, WAIT_MS, &status), 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_what_it_gets(void **state)
{
	char *argv[] = {"/bin/sh", "-c", "pwd; echo $WORD; ls /proc/self/fd | wc -l; exit 3", NULL};
	char *envp[] = {"WORD=here", "PATH=/usr/bin:/bin", NULL};
	struct begun b = {0};
	struct spawn s;
	int pipe[2], open_too = dup(STDERR_FILENO); /* without CLOEXEC */
	char said[128];

	assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
	s = shell(argv, pipe[1], &b);
	s.envp = envp;
	s.directory = "/proc";
	assert_int_equal(run(&s, pipe[1], pipe[0], said, sizeof(said)), 3);
	assert_string_equal(said, "/proc\nhere\n4\n"); /* 0 to 2, and ls' own */
	assert_int_equal(b.times, 1);
	assert_int_equal(b.nothing, 0);
	close(open_too);
}

static void test_kept(void **state)
{
	char script[32];
	char *argv[] = {"/bin/sh", "-c", script, NULL};
	struct begun b = {0};
	struct spawn s;
	int pipe[2], kept[2];
	char said[128];

	assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
	assert_int_equal(pipe2(kept, O_CLOEXEC), 0);
	assert_int_equal(write(kept[1], "word\n", 5), 5);
	snprintf(script, sizeof(script), "read w <&%d; echo $w", kept[0]);
	s = shell(argv, pipe[1], &b);
	s.keep[0] = kept[0];
	assert_int_equal(run(&s, pipe[1], pipe[0], said, sizeof(said)), 0);
	assert_string_equal(said, "word\n");
	close(kept[0]);
	close(kept[1]);
}

/* It would write; it never does, and is known to be nobody. */
static void test_never_runs(void **state)
{
	char *argv[] = {"/bin/sh", "-c", "echo run", NULL}, *missing[] = {"/none", NULL};
	struct begun b = {.answer = -ENOSPC};
	struct spawn s;
	int pipe[2];
	char octet;

	assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
	s = shell(argv, pipe[1], &b);
	assert_int_equal(spawn_program(&s), -ENOSPC);
	assert_int_equal(process_start_time(b.pid), 0);
	b.answer = 0;
	s = shell(missing, pipe[1], &b);
	assert_int_equal(spawn_program(&s), -ENOENT);
	assert_int_equal(process_start_time(b.pid), 0);
	assert_int_equal(b.times, 2);
	assert_int_equal(b.nothing, 2);
	close(pipe[1]);
	assert_int_equal(read(pipe[0], &octet, 1), 0);
	close(pipe[0]);
}

static void test_awaited(void **state)
{
	char *argv[] = {"/bin/sh", "-c", "sleep 600 & wait", NULL};
	struct begun b = {0};
	struct spawn s = shell(argv, -1, &b);
	int wake[2], status;
	pid_t pid = spawn_program(&s);

	assert_true(pid > 0);
	assert_int_equal(b.pid, pid);
	assert_int_equal(pipe2(wake, O_CLOEXEC), 0);
	assert_int_equal(spawn_await(pid, wake[0], 0, &status), -ETIMEDOUT);
	assert_int_equal(write(wake[1], "w", 1), 1);
	assert_int_equal(spawn_await(pid, wake[0], WAIT_MS, &status), -ECANCELED);
	spawn_end(pid);
	assert_int_equal(process_await(pid, -1, WAIT_MS), 0);
	assert_int_equal(process_start_time(pid), 0);
	close(wake[0]);
	close(wake[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_gets),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_never_runs),
		cmocka_unit_test(test_awaited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
