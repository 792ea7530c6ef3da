// SPDX-License-Identifier: Apache-2.0
#include "lib/clock.h"
#include "testbed/experiment/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ERR_KEPT = 8192, GRACE_MS = 10000 };

/* A signal handler has nothing but a global to leave its news in. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

void child_catch_interrupts(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool child_interrupted(void)
{
	return interrupted != 0;
}

/* In the child. A group of its own: a terminal's Ctrl-C comes by us, in order. */
static void __attribute__((noreturn))
exec_self(const char *const *arguments, const int out[2], const int err[2])
{
	const char *argv[CHILD_ARGUMENTS_MAX + 2] = {"baton"};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < CHILD_ARGUMENTS_MAX && arguments[i]; i++)
		argv[i + 1] = arguments[i];
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* when we are killed, it ends in order */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	dup2(err[1], STDERR_FILENO);
	execv("/proc/self/exe", (char *const *)argv);
	_exit(126);
}

struct stream {
	int fd;
	char *text;
	size_t len, size, keep; /* keep: only the last of it; 0: all */
};

static int stream_grow(struct stream *s)
{
	char *more;

	if (s->keep && s->len >= s->keep) {
		memmove(s->text, s->text + s->keep / 2, s->len - s->keep / 2);
		s->len -= s->keep / 2;
	}
	if (s->len + 65536 < s->size)
		return 0;
	if (s->size >= CHILD_OUTPUT_MAX)
		return -E2BIG;
	more = realloc(s->text, s->size * 2 + 131072);
	if (!more)
		return -ENOMEM;
	s->text = more;
	s->size = s->size * 2 + 131072;
	return 0;
}

/* Return: 1 when something came, 0 when nothing is there now, or a negative errno */
static int stream_read(struct stream *s)
{
	int r = stream_grow(s);
	ssize_t n;

	if (s->fd < 0 || r < 0)
		return r;
	n = read(s->fd, s->text + s->len, 65536 - 1);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	s->len += (size_t)n;
	s->text[s->len] = '\0';
	if (n == 0) {
		close(s->fd);
		s->fd = -1;
	}
	return n > 0;
}

static int stream_drain(struct stream *s)
{
	int r;

	while ((r = stream_read(s)) > 0)
		;
	return r;
}

/* Until the child has ended and what it said is read; others that it left behind may hold the pipes
 * open. */
static int collect(pid_t pid, struct stream *streams, double seconds, bool shielded,
		   int *ret_status)
{
	double deadline = clock_mono_s() + seconds, killed_at = 0;
	bool told = false, ended = false;
	int r = 0;

	while (!ended) {
		struct pollfd fds[2] = {{streams[0].fd, POLLIN, 0}, {streams[1].fd, POLLIN, 0}};

		poll(fds, 2, 20);
		ended = waitpid(pid, ret_status, WNOHANG) == pid;
		for (int i = 0; i < 2 && r >= 0; i++)
			r = stream_drain(&streams[i]);
		if (!told && ((interrupted && !shielded) || clock_mono_s() > deadline || r < 0)) {
			told = true;
			killed_at = clock_mono_s() + GRACE_MS / 1000.0;
			kill(pid, SIGINT);
		}
		if (told && !ended && clock_mono_s() > killed_at)
			kill(-pid, SIGKILL);
	}
	return r < 0 ? r : 0;
}

static void last_lines(struct stream *err)
{
	while (err->len && (err->text[err->len - 1] == '\n'))
		err->text[--err->len] = '\0';
}

int child_run(const char *const *arguments, double seconds, bool shielded, struct child_result *ret)
{
	struct stream streams[2] = {{.fd = -1}, {.fd = -1, .keep = ERR_KEPT}};
	int out[2], err[2], status = 0, r;
	double begun = clock_mono_s();
	pid_t pid;

	*ret = (struct child_result){0};
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		r = -errno;
		close(out[0]);
		close(out[1]);
		return r;
	}
	pid = fork();
	if (pid == 0)
		exec_self(arguments, out, err);
	close(out[1]);
	close(err[1]);
	streams[0].fd = out[0];
	streams[1].fd = err[0];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 2; i++)
		streams[i].text = calloc(1, streams[i].size = 131072);
	r = pid < 0 ? -errno : collect(pid, streams, seconds, shielded, &status);
	for (int i = 0; i < 2; i++)
		if (streams[i].fd >= 0)
			close(streams[i].fd);
	last_lines(&streams[1]);
	ret->out = streams[0].text;
	ret->out_len = streams[0].len;
	ret->err = streams[1].text;
	if (r == 0)
		ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (r == 0 && !interrupted && clock_mono_s() - begun > seconds)
		ret->status = 124;
	return r;
}

void child_free(struct child_result *r)
{
	free(r->out);
	free(r->err);
	*r = (struct child_result){0};
}
