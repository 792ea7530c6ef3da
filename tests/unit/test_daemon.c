// SPDX-License-Identifier: Apache-2.0
/* The frame of daemons, log lines and readiness: this program runs itself as a small daemon and
 * watches it. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/version.h"

enum { PATIENCE_MS = 10000, STOP_MS = 1000 };

/* The daemon */

struct config {
	char name[32];
};

static void on_reload(void *user)
{
	daemon_ready("reloaded");
}

static void on_timer(uv_timer_t *timer)
{
}

static int daemon_main(int argc, char **argv)
{
	static const struct daemon_spec spec = {"tiny", "Does nothing, well.", "etc/tiny.yaml"};
	static const struct yaml_field fields[] = {
		{"name", yaml_read_text, offsetof(struct config, name), 32, 0, 0, true, "its name"},
		{0},
	};
	struct config config;
	struct daemon d;
	uv_timer_t forgotten;
	int status;

	if (daemon_init(&d, &spec, argc, argv) != 0)
		return 1;
	if (daemon_config(&d, fields, &config, NULL) != 0) {
		daemon_done(&d);
		return 3;
	}
	if (d.check_only) {
		daemon_done(&d);
		return 0;
	}
	d.reload = on_reload;
	uv_timer_init(&d.loop, &forgotten);
	uv_timer_start(&forgotten, on_timer, 1, 1);
	log_debug("tiny", "what=debug");
	daemon_ready(config.name);
	status = daemon_run(&d);
	daemon_done(&d);
	return status;
}

/* Its supervisor */

struct run {
	pid_t pid;
	int out, err;
	int status;
	char out_text[8192], err_text[8192];
};

static void start(struct run *r, const char *const *args)
{
	const char *argv[16] = {"tiny", "daemon"};
	int out[2], err[2];

	memset(r, 0, sizeof(*r));
	for (size_t i = 0; args[i]; i++)
		argv[i + 2] = args[i];
	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(err), 0);
	r->pid = fork();
	if (r->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		close(out[0]);
		close(err[0]);
		execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
		_exit(99);
	}
	close(out[1]);
	close(err[1]);
	r->out = out[0];
	r->err = err[0];
}

static void read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	buf[len] = '\0';
	close(fd);
}

static int finish(struct run *r)
{
	read_all(r->out, r->out_text, sizeof(r->out_text));
	read_all(r->err, r->err_text, sizeof(r->err_text));
	assert_int_equal(waitpid(r->pid, &r->status, 0), r->pid);
	return WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;
}

static int run(struct run *r, const char *a, const char *b, const char *c)
{
	const char *args[] = {a, b, c, NULL};

	start(r, args);
	return finish(r);
}

static char *config_file(const char *text)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/baton-test-daemon.XXXXXX");
	fd = mkstemp(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

/* Tests */

static void test_options(void **state)
{
	struct run r;
	char wanted[128];

	assert_int_equal(run(&r, "--version", NULL, NULL), 0);
	snprintf(wanted, sizeof(wanted), "tiny %s (%s)\n", version_string, version_commit);
	assert_string_equal(r.out_text, wanted);
	assert_int_equal(run(&r, "--help", NULL, NULL), 0);
	assert_non_null(strstr(r.out_text, "usage: tiny --config FILE"));
	assert_non_null(strstr(r.out_text, "--check-config"));
	assert_non_null(strstr(r.out_text, "etc/tiny.yaml"));
	assert_string_equal(r.err_text, "");
	assert_int_equal(run(&r, "--nonsense", NULL, NULL), 2);
	assert_int_equal(run(&r, "stray", NULL, NULL), 2);
	assert_non_null(strstr(r.err_text, "unexpected argument 'stray'"));
}

static void test_config(void **state)
{
	struct run r;
	char *path, wanted[160];

	assert_int_equal(run(&r, "--check-config", NULL, NULL), 3);
	assert_non_null(strstr(r.err_text, "--config FILE is missing"));
	assert_int_equal(run(&r, "--config", "/nonexistent", NULL), 3);
	assert_string_equal(r.err_text,
			    "error config error=\"/nonexistent: No such file or directory\"\n");
	path = config_file("name: x\n");
	assert_int_equal(run(&r, "--check-config", "--config", path), 0);
	assert_string_equal(r.err_text, "");
	unlink(path);
	path = config_file("name: x\nnmae: y\n");
	assert_int_equal(run(&r, "--config", path, "--check-config"), 3);
	snprintf(wanted, sizeof(wanted), "%s:2:1: unknown key 'nmae', expected one of: name", path);
	assert_non_null(strstr(r.err_text, wanted));
	unlink(path);
}

static int notify_socket(char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/baton-test-notify.%d", getpid());
	strcpy(path, addr.sun_path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void expect_notice(int fd, const char *wanted)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[256];
	ssize_t n;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	n = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, wanted);
}

static void test_life(void **state)
{
	const char *args[] = {"--config", config_file("name: serving\n"), NULL};
	char path[108];
	int fd = notify_socket(path);
	struct run r;
	uint64_t began;

	start(&r, args);
	expect_notice(fd, "READY=1\nSTATUS=serving");
	kill(r.pid, SIGHUP);
	expect_notice(fd, "READY=1\nSTATUS=reloaded");
	began = clock_mono_ns();
	kill(r.pid, SIGTERM);
	expect_notice(fd, "STOPPING=1");
	assert_int_equal(finish(&r), 0);
	assert_in_range((clock_mono_ns() - began) / 1000000, 0, STOP_MS);
	assert_non_null(strstr(r.err_text, "info daemon what=ready"));
	assert_null(strstr(r.err_text, "debug"));
	unlink(args[1]);
	unlink(path);
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

static void test_debug(void **state)
{
	const char *args[] = {"--debug", "--config", config_file("name: x\n"), NULL};
	char path[108];
	int fd = notify_socket(path);
	struct run r;

	start(&r, args);
	expect_notice(fd, "READY=1\nSTATUS=x");
	kill(r.pid, SIGINT);
	assert_int_equal(finish(&r), 0);
	assert_non_null(strstr(r.err_text, "debug tiny what=debug\n"));
	unlink(args[2]);
	unlink(path);
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

static void test_notify_errors(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_send("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(notify_send("READY=1"), -EINVAL);
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	assert_int_equal(notify_send("READY=1"), -ENOENT);
	unsetenv("NOTIFY_SOCKET");
}

/* Standard error while @line logs. */
static void captured(void (*line)(void), char *buf, size_t size)
{
	int ends[2], saved = dup(STDERR_FILENO);

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	line();
	dup2(saved, STDERR_FILENO);
	close(saved);
	read_all(ends[0], buf, size);
}

static void plain_line(void)
{
	log_info("n4", "peer=%s seq=%u", "10.0.0.1", 7);
	log_debug("n4", "never=seen");
}

static void control_line(void)
{
	log_warn("n4", "text=a\nb\x1b[0m\x7f");
}

static void long_line(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("n4", "text=%s", text);
}

static void test_log(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;
	char text[4096];

	captured(plain_line, text, sizeof(text));
	assert_string_equal(text, "info n4 peer=10.0.0.1 seq=7\n");
	captured(control_line, text, sizeof(text));
	assert_string_equal(text, "warn n4 text=a?b?[0m?\n");
	captured(long_line, text, sizeof(text));
	assert_in_range(strlen(text), 1000, 1024);
	assert_true(text[strlen(text) - 1] == '\n');
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("loud", &level), -EINVAL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),	      cmocka_unit_test(test_config),
		cmocka_unit_test(test_life),	      cmocka_unit_test(test_debug),
		cmocka_unit_test(test_notify_errors), cmocka_unit_test(test_log),
	};

	if (argc > 1 && strcmp(argv[1], "daemon") == 0) {
		argv[1] = argv[0];
		return daemon_main(argc - 1, argv + 1);
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
