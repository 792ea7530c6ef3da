// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/rsync.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/transfer/io.h"
#include "lib/file.h"
#include "lib/spawn.h"

#define PROGRAM "/usr/bin/rsync"
#define USER	"baton"
#define MODULE	"item"

enum { OUTPUT_MAX = 16384, BACKLOG = 2, SILENCE_S = 60 };

static int write_config(struct rsync_daemon *d, const char *path, const char *key)
{
	char text[4 * RSYNC_PATH_SIZE];
	int len, rc;

	len = snprintf(text, sizeof(text), USER ":%s\n", key);
	rc = file_create(d->secrets, text, (size_t)len, 0600);
	if (rc)
		return rc;
	len = snprintf(text, sizeof(text),
		       "use chroot = no\nuid = %u\ngid = %u\nreverse lookup = no\nlog file = %s\n"
		       "munge symlinks = yes\nnumeric ids = yes\ntimeout = %d\n"
		       "[" MODULE "]\npath = %s\nread only = no\nwrite only = yes\nlist = no\n"
		       "auth users = " USER "\nsecrets file = %s\n",
		       geteuid(), getegid(), d->log, SILENCE_S, path, d->secrets);
	return file_create(d->config, text, (size_t)len, 0600);
}

int rsync_daemon_open(struct rsync_daemon *d, const char *run, const char *tag, const char *path,
		      struct in_addr address, struct in_addr peer, const char *key)
{
	int rc;

	*d = (struct rsync_daemon){.listen = -1, .peer = peer};
	if (access(PROGRAM, X_OK))
		return -ENOENT;
	snprintf(d->config, sizeof(d->config), "%.500s/rsyncd.%.63s.conf", run, tag);
	snprintf(d->secrets, sizeof(d->secrets), "%.500s/rsyncd.%.63s.secrets", run, tag);
	snprintf(d->log, sizeof(d->log), "%.500s/rsyncd.%.63s.log", run, tag);
	rc = write_config(d, path, key);
	if (!rc) {
		d->listen = transfer_listen(address, BACKLOG, &d->port);
		rc = d->listen < 0 ? d->listen : 0;
	}
	if (rc)
		rsync_daemon_close(d);
	return rc;
}

static pid_t start(char *const *argv, char *const *envp, int in, int out, int error)
{
	const struct spawn rsync = {.program = PROGRAM,
				    .argv = argv,
				    .envp = envp,
				    .in = in,
				    .out = out,
				    .error = error,
				    .follows = true};

	return spawn_program(&rsync);
}

static int serve(struct rsync_daemon *d, int fd)
{
	char option[RSYNC_PATH_SIZE + 16];
	char *argv[] = {PROGRAM, "--daemon", "--no-detach", option, NULL};
	char *envp[] = {"LC_ALL=C", "PATH=/usr/bin:/bin", NULL};
	pid_t pid;

	snprintf(option, sizeof(option), "--config=%s", d->config);
	pid = start(argv, envp, fd, fd, -1);
	if (pid < 0)
		return pid;
	d->pid = pid;
	return 0;
}

int rsync_daemon_accept(struct rsync_daemon *d)
{
	struct sockaddr_in from = {0};
	socklen_t len = sizeof(from);
	int fd = accept4(d->listen, (struct sockaddr *)&from, &len, SOCK_CLOEXEC), rc = 0;

	if (fd < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (from.sin_addr.s_addr == d->peer.s_addr) {
		rc = d->pid ? rsync_daemon_await(d, -1, 0) : 0;
		if (!rc)
			rc = serve(d, fd);
	}
	close(fd);
	return rc == -ETIMEDOUT ? 0 : rc; /* a second one: not served */
}

int rsync_daemon_await(struct rsync_daemon *d, int wake, int timeout_ms)
{
	int status, rc = d->pid ? spawn_await(d->pid, wake, timeout_ms, &status) : 0;

	if (!rc)
		d->pid = 0;
	return rc;
}

void rsync_daemon_close(struct rsync_daemon *d)
{
	if (d->pid > 0)
		spawn_end(d->pid);
	if (d->listen >= 0)
		close(d->listen);
	unlink(d->config);
	unlink(d->secrets);
	unlink(d->log);
	d->pid = 0;
	d->listen = -1;
}

static bool read_number(const char *text, const char *label, uint64_t *ret)
{
	const char *at = strstr(text, label);
	char *rest;

	if (!at || at[strlen(label)] < '0' || at[strlen(label)] > '9')
		return false;
	errno = 0;
	*ret = strtoull(at + strlen(label), &rest, 10);
	return !errno && (*rest == '\n' || *rest == ' ');
}

int rsync_stats_read(const char *text, struct rsync_stats *ret)
{
	*ret = (struct rsync_stats){0};
	if (!read_number(text, "\nTotal bytes sent: ", &ret->sent) ||
	    !read_number(text, "\nTotal bytes received: ", &ret->received) ||
	    !read_number(text, "\nLiteral data: ", &ret->literal) ||
	    !read_number(text, "\nMatched data: ", &ret->matched))
		return -EBADMSG;
	return 0;
}

/* All that it prints, as far as there is room; until it has closed its output */
static int read_output(int fd, int wake, char *text, size_t size)
{
	struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
	char rest[512];
	size_t len = 0;

	text[0] = '\0';
	for (;;) {
		bool room = len < size - 1;
		ssize_t got;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents)
			return -ECANCELED;
		if (!fds[0].revents)
			continue;
		got = read(fd, room ? text + len : rest, room ? size - 1 - len : sizeof(rest));
		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			return 0;
		if (got > 0 && room)
			len += (size_t)got;
		text[len] = '\0';
	}
}

static int await_client(pid_t pid, struct rsync_stats *stats)
{
	struct rusage usage;
	int status;

	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return -errno;
	stats->cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
			(uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

/* Its last line says what it was, with the reason in those before */
static int fail(struct image_error *err, char *said)
{
	size_t len = strlen(said);

	for (char *c = said; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = ' ';
	return image_fail(err, -EIO, "rsync: %.300s", said + (len > 300 ? len - 300 : 0));
}

static int run_client(char *const *argv, char *const *envp, int wake, struct rsync_stats *ret,
		      struct image_error *err)
{
	char said[OUTPUT_MAX];
	uint64_t cpu_us;
	int output[2], rc;
	pid_t pid;

	if (pipe2(output, O_CLOEXEC))
		return -errno;
	pid = start(argv, envp, -1, output[1], output[1]);
	close(output[1]);
	rc = pid < 0 ? pid : read_output(output[0], wake, said, sizeof(said));
	close(output[0]);
	if (pid < 0)
		return rc;
	if (rc) {
		spawn_end(pid);
		return rc;
	}
	*ret = (struct rsync_stats){0};
	rc = await_client(pid, ret);
	cpu_us = ret->cpu_us;
	if (rc || rsync_stats_read(said, ret))
		return fail(err, said);
	ret->cpu_us = cpu_us;
	return 0;
}

/* Not by size and time: two rounds of one second and one size would pass for the same. Links are no
 * part of an item, and what was linked from the basis and isn't in it goes. */
int rsync_run(const char *directory, struct in_addr address, uint16_t port, const char *key,
	      bool compress, int wake, struct rsync_stats *ret, struct image_error *err)
{
	char from[RSYNC_PATH_SIZE], to[128], password[64], host[INET_ADDRSTRLEN];
	char *argv[] = {PROGRAM,    "-a",      "--no-links",	       "--ignore-times",
			"--delete", "--stats", "--no-human-readable",  "--timeout=60",
			from,	    to,	       compress ? "-z" : NULL, "--compress-choice=zlibx",
			NULL};
	char *envp[] = {"LC_ALL=C", "PATH=/usr/bin:/bin", password, NULL};

	inet_ntop(AF_INET, &address, host, sizeof(host));
	snprintf(from, sizeof(from), "%s/", directory);
	snprintf(to, sizeof(to), "rsync://" USER "@%s:%u/" MODULE "/", host, port);
	snprintf(password, sizeof(password), "RSYNC_PASSWORD=%s", key);
	return run_client(argv, envp, wake, ret, err);
}
