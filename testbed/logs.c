// SPDX-License-Identifier: Apache-2.0
/* baton logs: a node's log, of one daemon or all, and what is added to it. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testbed/run.h"

struct reader {
	char path[RUN_PATH_MAX];
	const char *daemon; /* NULL: all */
	FILE *file;
	char *line; /* of getline */
	size_t capacity;
};

/* "TIME DAEMON: text" */
static bool wanted(const struct reader *r, const char *line)
{
	const char *who = strchr(line, ' ');
	size_t len = r->daemon ? strlen(r->daemon) : 0;

	return !r->daemon || (who && !strncmp(who + 1, r->daemon, len) && who[1 + len] == ':');
}

static void print_new(struct reader *r)
{
	ssize_t len;

	clearerr(r->file);
	while ((len = getline(&r->line, &r->capacity, r->file)) > 0) {
		/* a line under way is read again as a whole */
		if (r->line[len - 1] != '\n') {
			fseek(r->file, -len, SEEK_CUR);
			break;
		}
		if (wanted(r, r->line))
			fwrite(r->line, 1, (size_t)len, stdout);
	}
	fflush(stdout);
}

/* After a rotation the path is another file. */
static bool rotated(const struct reader *r)
{
	struct stat open_file, path;

	return !fstat(fileno(r->file), &open_file) && !stat(r->path, &path) &&
	       open_file.st_ino != path.st_ino;
}

static void print_file(struct reader *r, const char *path)
{
	r->file = fopen(path, "re");
	if (r->file)
		print_new(r);
}

/* IN_ATTRIB comes when the name goes: IN_DELETE_SELF waits for us to close the file. */
enum { EVENTS = IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB };

/* Until the node is gone or nobody reads */
static int follow(struct reader *r)
{
	char events[4096];
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0 || inotify_add_watch(fd, r->path, EVENTS) < 0)
		return -errno;
	for (;;) {
		print_new(r);
		if (ferror(stdout) || read(fd, events, sizeof(events)) <= 0)
			break;
		if (access(r->path, F_OK) && !rotated(r)) {
			print_new(r);
			break;
		}
		if (rotated(r)) {
			print_new(r);
			fclose(r->file);
			print_file(r, r->path);
			inotify_add_watch(fd, r->path, EVENTS);
		}
	}
	close(fd);
	return 0;
}

static int print_logs(const struct run *run, const char *node, const char *daemon, bool following)
{
	struct reader r = {.daemon = daemon};
	char old[RUN_PATH_MAX];
	int rc = 0;

	run_path(run, r.path, "nodes/%s/%s.log", node, node);
	run_path(run, old, "nodes/%s/%s.log.1", node, node);
	print_file(&r, old);
	if (r.file)
		fclose(r.file);
	print_file(&r, r.path);
	if (!r.file && errno == ENOENT) {
		complain("node %s runs no daemons", node);
		return BATON_FAILED;
	}
	if (!r.file)
		rc = -errno;
	else if (following)
		rc = follow(&r);
	if (r.file)
		fclose(r.file);
	free(r.line);
	if (rc)
		complain("%s: %s", r.path, strerror(-rc));
	return rc ? BATON_FAILED : BATON_OK;
}

int logs_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{"daemon", required_argument, NULL, 'd'}, {"follow", no_argument, NULL, 'f'}, {0}};
	const char *daemon = NULL;
	bool following = false;
	struct run run;
	int c, rc, node;

	while ((c = getopt_long(argc, argv, "f", options, NULL)) != -1) {
		if (c == 'd')
			daemon = optarg;
		else if (c == 'f')
			following = true;
		else
			return BATON_USAGE;
	}
	if (argc - optind != 1) {
		complain("usage: baton logs NODE [--daemon D] [-f]");
		return BATON_USAGE;
	}
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	node = run_find_node(&run, argv[optind]);
	rc = node < 0 ? BATON_FAILED : print_logs(&run, run.node[node].name, daemon, following);
	run_done(&run);
	return rc;
}
