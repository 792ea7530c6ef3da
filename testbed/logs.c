// SPDX-License-Identifier: Apache-2.0
/*
 * baton logs: the logs of nodes as one, in order of time, and what is added to them. Each node has
 * one file (and the one before its last rotation), whose lines begin with the time: those of all
 * files are merged. Following, what was added since the last look is merged likewise.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testbed/plan.h"
#include "testbed/run.h"

enum {
	STAMP_LEN = 27, /* "2026-11-21T03:38:18.123456Z" */
	LOOK_MS = 1000, /* whether any node is left, should its end go unnoticed */
	SETTLE_MS = 20, /* so long lines of several nodes are collected, to come out in order */
};

struct source {
	const char *node;
	char path[RUN_PATH_MAX];
	FILE *file; /* NULL: not there (yet) */
	char *line; /* the next one, "" for none */
	size_t capacity;
	ssize_t len;
	bool ended; /* nothing more just now */
};

struct logs {
	const struct run *run;
	const char *daemon; /* NULL: all */
	struct source *source;
	size_t count;
	int width; /* of the column of node names; 0: none */
	bool colour;
};

/* "TIME DAEMON: text" */
static bool wanted(const struct logs *logs, const char *line)
{
	const char *who = strchr(line, ' ');
	size_t len = logs->daemon ? strlen(logs->daemon) : 0;

	return !logs->daemon ||
	       (who && !strncmp(who + 1, logs->daemon, len) && who[1 + len] == ':');
}

/* The next whole line that is wanted; a line under way is read again as a whole. */
static void advance(const struct logs *logs, struct source *s)
{
	s->ended = true;
	if (!s->file)
		return;
	clearerr(s->file);
	while ((s->len = getline(&s->line, &s->capacity, s->file)) > 0) {
		if (s->line[s->len - 1] != '\n') {
			fseek(s->file, -s->len, SEEK_CUR);
			return;
		}
		if (wanted(logs, s->line)) {
			s->ended = false;
			return;
		}
	}
}

static void print_line(const struct logs *logs, size_t index)
{
	static const int colours[] = {36, 33, 32, 35, 34, 31, 96, 93, 92, 95};
	const struct source *s = &logs->source[index];

	if (logs->width && logs->colour)
		printf("\033[%dm%-*s\033[0m ",
		       colours[index % (sizeof(colours) / sizeof(colours[0]))], logs->width,
		       s->node);
	else if (logs->width)
		printf("%-*s ", logs->width, s->node);
	fwrite(s->line, 1, (size_t)s->len, stdout);
}

/* Until all have ended. A line without a time (of another program's making) goes with the one
 * before it, at once. */
static void merge(struct logs *logs)
{
	for (;;) {
		size_t first = logs->count;

		for (size_t i = 0; i < logs->count; i++) {
			const struct source *s = &logs->source[i];

			if (s->ended)
				continue;
			if (first == logs->count ||
			    strncmp(s->line, logs->source[first].line, STAMP_LEN) < 0)
				first = i;
		}
		if (first == logs->count)
			break;
		print_line(logs, first);
		advance(logs, &logs->source[first]);
	}
	fflush(stdout);
}

static void read_all(struct logs *logs)
{
	for (size_t i = 0; i < logs->count; i++)
		advance(logs, &logs->source[i]);
	merge(logs);
}

/* What was before the last rotation first */
static void print_old(struct logs *logs)
{
	for (size_t i = 0; i < logs->count; i++) {
		char old[RUN_PATH_MAX + 2];

		snprintf(old, sizeof(old), "%s.1", logs->source[i].path);
		logs->source[i].file = fopen(old, "re");
		advance(logs, &logs->source[i]);
	}
	merge(logs);
}

static void open_current(struct source *s)
{
	if (s->file)
		fclose(s->file);
	s->file = fopen(s->path, "re");
}

/* After a rotation the path is another file. */
static bool is_another(const struct source *s)
{
	struct stat open_file, path;

	if (stat(s->path, &path))
		return false;
	return !s->file || (!fstat(fileno(s->file), &open_file) && open_file.st_ino != path.st_ino);
}

static void look_again(struct logs *logs)
{
	read_all(logs);
	for (size_t i = 0; i < logs->count; i++)
		if (is_another(&logs->source[i]))
			open_current(&logs->source[i]);
	read_all(logs);
}

/* Each node's directory, so that a new file is noticed too. IN_DELETE is the end of the node.
 */
static int watch(const struct logs *logs)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char dir[RUN_PATH_MAX];

	for (size_t i = 0; fd >= 0 && i < logs->count; i++) {
		run_path(logs->run, dir, "nodes/%s", logs->source[i].node);
		if (inotify_add_watch(fd, dir,
				      IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |
					      IN_DELETE_SELF) < 0 &&
		    errno != ENOENT) {
			close(fd);
			return -errno;
		}
	}
	return fd < 0 ? -errno : fd;
}

static bool any_left(const struct logs *logs)
{
	for (size_t i = 0; i < logs->count; i++)
		if (!access(logs->source[i].path, F_OK))
			return true;
	return false;
}

/* Until no node is left, nobody reads, or a signal */
static int follow(struct logs *logs)
{
	char events[65536] __attribute__((aligned(8)));
	struct pollfd polled[2] = {{.fd = watch(logs), .events = POLLIN}, {.fd = STDOUT_FILENO}};
	int rc = polled[0].fd < 0 ? polled[0].fd : 0;

	while (!rc) {
		look_again(logs);
		if (ferror(stdout) || !any_left(logs))
			break;
		if (poll(polled, 2, LOOK_MS) < 0 || polled[1].revents & (POLLERR | POLLHUP))
			break;
		poll(NULL, 0, SETTLE_MS);
		while (read(polled[0].fd, events, sizeof(events)) > 0)
			;
	}
	if (polled[0].fd >= 0)
		close(polled[0].fd);
	return rc;
}

static int add_source(struct logs *logs, const struct run *run, size_t node)
{
	struct source *s = &logs->source[logs->count];

	for (size_t i = 0; i < logs->count; i++)
		if (logs->source[i].node == run->node[node].name)
			return 0;
	s->node = run->node[node].name;
	run_path(run, s->path, "nodes/%s/%s.log", s->node, s->node);
	if (access(s->path, F_OK))
		return -ENOENT;
	logs->count++;
	return 0;
}

static int add_named(struct logs *logs, const struct run *run, char *const *nodes)
{
	for (; *nodes; nodes++) {
		int node = run_find_node(run, *nodes);

		if (node < 0)
			return BATON_FAILED;
		if (add_source(logs, run, (size_t)node)) {
			complain("node %s runs no daemons", *nodes);
			return BATON_FAILED;
		}
	}
	return BATON_OK;
}

static int add_all(struct logs *logs, const struct run *run)
{
	for (size_t i = 0; i < run->node_count; i++)
		add_source(logs, run, i);
	if (!logs->count)
		complain("no node of '%s' runs daemons", run->name);
	return logs->count ? BATON_OK : BATON_FAILED;
}

static bool is_daemon(const char *name)
{
	for (const struct daemon_row *row = daemon_rows; row->name; row++)
		if (!strcmp(row->name, name))
			return true;
	return !strcmp(name, "init"); /* which says what becomes of the others */
}

static int refuse_daemon(const char *name)
{
	char list[256] = "init";

	for (const struct daemon_row *row = daemon_rows; row->name; row++)
		if (!strstr(list, row->name))
			snprintf(list + strlen(list), sizeof(list) - strlen(list), ", %s",
				 row->name);
	complain("--daemon: expected one of %s, found '%.40s'", list, name);
	return BATON_USAGE;
}

static int print_logs(const struct run *run, char *const *nodes, const char *daemon, bool following)
{
	struct logs logs = {.run = run,
			    .daemon = daemon,
			    .source = calloc(run->node_count + 1, sizeof(*logs.source))};
	int rc, failed = 0;

	if (!logs.source)
		return BATON_FAILED;
	rc = *nodes ? add_named(&logs, run, nodes) : add_all(&logs, run);
	for (size_t i = 0; logs.count > 1 && i < logs.count; i++)
		logs.width = (int)strlen(logs.source[i].node) > logs.width
				     ? (int)strlen(logs.source[i].node)
				     : logs.width;
	logs.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	if (rc == BATON_OK) {
		print_old(&logs);
		for (size_t i = 0; i < logs.count; i++)
			open_current(&logs.source[i]);
		read_all(&logs);
		failed = following ? follow(&logs) : 0;
	}
	for (size_t i = 0; i < logs.count; i++) {
		if (logs.source[i].file)
			fclose(logs.source[i].file);
		free(logs.source[i].line);
	}
	free(logs.source);
	if (failed)
		complain("logs: %s", strerror(-failed));
	return failed ? BATON_FAILED : rc;
}

int logs_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{"daemon", required_argument, NULL, 'd'}, {"follow", no_argument, NULL, 'f'}, {0}};
	const char *daemon = NULL;
	bool following = false;
	struct run run;
	int c, rc;

	while ((c = getopt_long(argc, argv, "fd:", options, NULL)) != -1) {
		if (c == 'd')
			daemon = optarg;
		else if (c == 'f')
			following = true;
		else
			return BATON_USAGE;
	}
	if (daemon && !is_daemon(daemon))
		return refuse_daemon(daemon);
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	rc = print_logs(&run, argv + optind, daemon, following);
	run_done(&run);
	return rc;
}
