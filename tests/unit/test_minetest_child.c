// SPDX-License-Identifier: Apache-2.0
/* The life of a child: what it is given, what it says, and that it ends, whatever ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/minetest/child.h"
#include "apps/minetest/child_log.h"

enum { PATIENCE_MS = 20000 };

struct bed {
	uv_loop_t loop;
	uv_timer_t patience;
	bool late;
	unsigned ended;
	int status;
	struct child *child;
};

static void on_late(uv_timer_t *timer)
{
	((struct bed *)timer->data)->late = true;
}

static int set_up(void **state)
{
	struct bed *b = calloc(1, sizeof *b);

	assert_non_null(b);
	uv_loop_init(&b->loop);
	uv_timer_init(&b->loop, &b->patience);
	b->patience.data = b;
	uv_timer_start(&b->patience, on_late, PATIENCE_MS, 0);
	*state = b;
	return 0;
}

/* Whatever the child had of the loop is closed by then */
static int tear_down(void **state)
{
	struct bed *b = *state;

	uv_close((uv_handle_t *)&b->patience, NULL);
	while (uv_run(&b->loop, UV_RUN_ONCE))
		continue;
	assert_int_equal(uv_loop_close(&b->loop), 0);
	free(b);
	return 0;
}

static void on_ended(int status, void *user)
{
	struct bed *b = user;

	b->ended++;
	b->status = status;
}

static int start(struct bed *b, const char *program, const char *script, int keep)
{
	char *argv[] = {"sh", "-c", (char *)script, NULL};
	char *envp[] = {"PATH=/usr/bin:/bin", "WORD=given", NULL};
	struct child_command command = {.name = "test",
					.about = "account=ann ",
					.program = program,
					.argv = argv,
					.envp = envp,
					.directory = "/",
					.keep = keep};

	return child_start(&b->loop, &command, on_ended, b, &b->child);
}

static void await_end(struct bed *b)
{
	while (!b->ended && !b->late)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(b->ended, 1);
}

/* What comes at @fd until its other end is closed */
static void read_text(int fd, char *text, size_t size)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	size_t len = 0;
	ssize_t got;

	while (poll(&ready, 1, PATIENCE_MS) == 1 &&
	       (got = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
}

static void test_what_it_is_given(void **state)
{
	struct bed *b = *state;
	int fds[2], null = open("/dev/null", O_RDONLY), other; /* not close-on-exec */
	char text[256];

	other = fcntl(null, F_DUPFD, 20);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(other, 20);
	/* a shell keeps what it has redirected from 10 on */
	assert_int_equal(start(b, "/bin/sh",
			       "{ pwd; echo $WORD; read line || echo nothing; "
			       "for n in 0 1 2 3 4 5 6 7 8 9 20; do "
			       "if [ -e /proc/$$/fd/$n ]; then echo $n; fi; done; } >&3; exit 7",
			       fds[1]),
			 0);
	close(fds[1]);
	read_text(fds[0], text, sizeof text);
	await_end(b);
	assert_string_equal(text, "/\ngiven\nnothing\n0\n1\n2\n3\n");
	assert_true(WIFEXITED(b->status));
	assert_int_equal(WEXITSTATUS(b->status), 7);
	close(fds[0]);
	close(null);
	close(other);
}

static void test_not_there(void **state)
{
	struct bed *b = *state;

	assert_int_equal(start(b, "/nonexistent/program", "", -1), -ENOENT);
	assert_int_equal(start(b, "/etc/passwd", "", -1), -EACCES);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(b->ended, 0);
}

/* In a group of its own, with what it has started itself; at ordinary priority */
static void test_kill(void **state)
{
	struct bed *b = *state;
	int fds[2];
	char text[64];
	pid_t grandchild;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	setpriority(PRIO_PROCESS, 0, 3);
	assert_int_equal(start(b, "/bin/sh", "sleep 1000 & echo $! >&3; exec 3>&-; wait", fds[1]),
			 0);
	close(fds[1]);
	/* the grandchild has the pipe still: one line only */
	assert_true(read(fds[0], text, sizeof text - 1) > 0);
	grandchild = atoi(text);
	assert_int_equal(getpgid(child_pid(b->child)), child_pid(b->child));
	assert_int_equal(getpgid(grandchild), child_pid(b->child));
	/* lowering the number takes a right: without it, it stays as it was */
	assert_in_range(getpriority(PRIO_PROCESS, (id_t)child_pid(b->child)), 0,
			geteuid() == 0 ? 0 : 3);
	child_kill(b->child);
	await_end(b);
	assert_true(WIFSIGNALED(b->status));
	assert_int_equal(WTERMSIG(b->status), SIGKILL);
	read_text(fds[0], text, sizeof text); /* closed: the grandchild has ended, too */
	assert_string_equal(text, "");
	close(fds[0]);
}

static void test_finish(void **state)
{
	struct bed *b = *state;
	char text[32];

	assert_int_equal(start(b, "/bin/sh", "exec sleep 1000", -1), 0);
	child_finish(b->child);
	assert_int_equal(b->ended, 1);
	assert_string_equal(child_status_text(b->status, text), "signal 9");
	assert_string_equal(child_status_text(3 << 8, text), "exit 3");
}

/* It closes its output and lives on: the loop has nothing to do, and the end is noticed */
static void test_silent(void **state)
{
	struct bed *b = *state;

	assert_int_equal(start(b, "/bin/sh", "exec >&- 2>&-; sleep 0.2; exit 4", -1), 0);
	await_end(b);
	assert_int_equal(WEXITSTATUS(b->status), 4);
}

/* The daemon is killed: the pipe that its child holds is closed */
static void test_daemon_killed(void **state)
{
	struct bed *b = *state;
	int fds[2];
	char text[64];
	pid_t daemon;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	daemon = fork();
	if (daemon == 0) {
		close(fds[0]);
		if (start(b, "/bin/sh",
			  "trap '' TERM HUP INT; echo $$ >&3; while :; do sleep 1; done",
			  fds[1]) < 0)
			_exit(1);
		for (;;)
			uv_run(&b->loop, UV_RUN_ONCE);
	}
	close(fds[1]);
	assert_true(read(fds[0], text, sizeof text) > 1);
	assert_int_equal(kill(daemon, SIGKILL), 0);
	assert_int_equal(waitpid(daemon, NULL, 0), daemon);
	read_text(fds[0], text, sizeof text);
	assert_string_equal(text, "");
	close(fds[0]);
}

/* ---- the log ---- */

/* What is printed while @take runs */
static void logged(void (*take)(struct child_log *l), char *text, size_t size)
{
	int kept = dup(STDERR_FILENO), file = memfd_create("log", MFD_CLOEXEC);
	struct child_log l;
	ssize_t got;

	assert_true(kept >= 0 && file >= 0);
	dup2(file, STDERR_FILENO);
	child_log_begin(&l, "client", "account=ann ");
	take(&l);
	child_log_end(&l);
	dup2(kept, STDERR_FILENO);
	got = pread(file, text, size - 1, 0);
	assert_true(got >= 0);
	text[got] = '\0';
	close(kept);
	close(file);
}

static void take_words(struct child_log *l)
{
	static const char said[] = "one\n\ntwo \"x\"\ttab\r\033[1m\nrest";

	for (const char *c = said; *c; c++)
		child_log_take(l, c, 1);
}

static void take_long(struct child_log *l)
{
	char line[CHILD_LINE_MAX + 10];

	memset(line, 'x', sizeof line);
	child_log_take(l, line, sizeof line);
}

static void take_flood(struct child_log *l)
{
	for (unsigned i = 0; i < 10 * CHILD_LINES_MAX; i++)
		child_log_take(l, "flood\n", 6);
}

static unsigned count(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static void test_log(void **state)
{
	static char text[1 << 20];

	logged(take_words, text, sizeof text);
	assert_non_null(strstr(text, "client account=ann line=\"one\"\n"));
	assert_non_null(strstr(text, "client account=ann line=\"two 'x' tab  [1m\"\n"));
	assert_non_null(strstr(text, "client account=ann line=\"rest\"\n"));
	assert_int_equal(count(text, "line="), 3);
	logged(take_long, text, sizeof text);
	assert_int_equal(count(text, "line="), 2);
	assert_int_equal(count(text, "x"), CHILD_LINE_MAX + 10);
	logged(take_flood, text, sizeof text);
	/* on a slow machine they may come in more than one second */
	assert_in_range(count(text, "line=\"flood\""), CHILD_LINES_MAX, 10 * CHILD_LINES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_it_is_given, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kill, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_finish, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_silent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_daemon_killed, set_up, tear_down),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests_name("minetest_child", tests, NULL, NULL);
}
