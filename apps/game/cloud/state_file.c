// SPDX-License-Identifier: Apache-2.0
/* Lines: "account NAME LAST_INPUT SWITCH_NUMBER EDGE" (EDGE "-" for none) and "tick NUMBER"; the
 * last one of a kind holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/game/cloud/state_file.h"
#include "lib/log.h"

enum {
	RECORDS_MAX = 2 * ACCOUNTS_MAX, /* some of accounts that are no longer configured */
	LINE_MAX_LEN = 160,
	GROWN = 65536, /* octets that were appended until the file is written anew */
	SYNC_MS = 1000,
	TICK_SECONDS = 60, /* a tick that is written lies so far ahead */
};

struct state_file {
	char *path;
	int fd;		  /* -1: nothing is kept */
	off_t size, base; /* now, and when it was written anew */
	bool dirty, working;
	uint32_t tick; /* none has reached it */
	uint32_t reached;
	uint64_t errors;
	struct state_record record[RECORDS_MAX];
	size_t count;
	uv_timer_t timer;
	uv_work_t work;
	int beside; /* what the worker wrote (0: nothing beside), or why it couldn't */
	size_t text_len;
	char text[(RECORDS_MAX + 1) * LINE_MAX_LEN]; /* the worker's while it works */
};

/* ---- records ---- */

struct state_record state_record_of(const struct account *a)
{
	struct state_record r = {.last_input = a->inputs.applied, .switch_number = a->set.newest};

	memcpy(r.account, a->name, sizeof r.account);
	memcpy(r.edge, a->primary_edge, sizeof r.edge);
	return r;
}

static struct state_record *find(struct state_file *f, const char *account)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->record[i].account, account) == 0)
			return &f->record[i];
	return NULL;
}

static int keep(struct state_file *f, const struct state_record *record)
{
	struct state_record *r = find(f, record->account);

	if (!r && f->count == RECORDS_MAX)
		return -ENOSPC;
	if (!r)
		r = &f->record[f->count++];
	*r = *record;
	return 0;
}

struct state_record state_file_get(const struct state_file *f, const char *account)
{
	const struct state_record *r = find((struct state_file *)f, account);

	return r ? *r : (struct state_record){0};
}

/* ---- the file ---- */

static int print_record(char *line, const struct state_record *r)
{
	return snprintf(line, LINE_MAX_LEN, "account %s %u %u %s\n", r->account, r->last_input,
			r->switch_number, r->edge[0] ? r->edge : "-");
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static void note_error(struct state_file *f, int error)
{
	if (f->errors++ == 0)
		log_error("state", "path=%s error=\"%s\"", f->path, strerror(-error));
}

/* A write that failed half way is taken back, so that the next line begins where a line begins */
static int append(struct state_file *f, const char *text, size_t len)
{
	int r = write_all(f->fd, text, len);

	if (r < 0) {
		note_error(f, r);
		if (ftruncate(f->fd, f->size) < 0)
			log_error("state", "path=%s what=\"half a line\" error=\"%s\"", f->path,
				  strerror(errno));
		return r;
	}
	f->size += (off_t)len;
	f->dirty = true;
	return 0;
}

static size_t print_all(const struct state_file *f, char *text)
{
	size_t len = (size_t)snprintf(text, LINE_MAX_LEN, "tick %u\n", f->tick);

	for (size_t i = 0; i < f->count; i++)
		if (f->record[i].last_input || f->record[i].switch_number || f->record[i].edge[0])
			len += (size_t)print_record(text + len, &f->record[i]);
	return len;
}

static int sync_directory(const char *path)
{
	char dir[PATH_MAX];
	char *slash;
	int fd, r;

	snprintf(dir, sizeof dir, "%s", path);
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 || fsync(fd) < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

/* A file beside it with @text, on the disk; Return: its descriptor */
static int write_beside(const char *path, const char *text, size_t len)
{
	char next[PATH_MAX];
	int fd, r;

	if (snprintf(next, sizeof next, "%s.new", path) >= (int)sizeof next)
		return -ENAMETOOLONG;
	fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text, len);
	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

/* What lies beside takes its place: there is one whole file at any time */
static int take_place(struct state_file *f, int fd)
{
	char next[PATH_MAX];

	snprintf(next, sizeof next, "%s.new", f->path);
	if (rename(next, f->path) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
	f->size = f->base = lseek(fd, 0, SEEK_END);
	f->dirty = true;
	return 0;
}

static int write_anew(struct state_file *f)
{
	size_t len = print_all(f, f->text);
	int fd = write_beside(f->path, f->text, len);
	int r = fd < 0 ? fd : take_place(f, fd);

	return r < 0 ? r : sync_directory(f->path);
}

static int read_line(struct state_file *f, const char *line)
{
	struct state_record r = {0};
	char rest;

	if (sscanf(line, "tick %u%c", &f->tick, &rest) == 2 && rest == '\n')
		return 0;
	if (sscanf(line, "account %31s %u %u %63s%c", r.account, &r.last_input, &r.switch_number,
		   r.edge, &rest) != 5 ||
	    rest != '\n')
		return -EINVAL;
	if (strcmp(r.edge, "-") == 0)
		r.edge[0] = '\0';
	return keep(f, &r);
}

/* Only the last line may be without its end: the machine died in the middle of it, nobody was told
 */
static int read_file(struct state_file *f, FILE *in)
{
	char line[LINE_MAX_LEN + 2];
	unsigned number = 0;
	int r = 0;

	while (r == 0 && fgets(line, sizeof line, in)) {
		number++;
		if (!strchr(line, '\n') && feof(in))
			return 0;
		r = read_line(f, line);
	}
	if (r < 0)
		log_error("state",
			  "path=%s line=%u error=\"not a line of a state file; remove the "
			  "file to begin anew\"",
			  f->path, number);
	return r;
}

static int read_path(struct state_file *f)
{
	FILE *in = fopen(f->path, "re");
	int r;

	if (!in)
		return errno == ENOENT ? 0 : -errno;
	r = read_file(f, in);
	fclose(in);
	return r;
}

/* ---- to the disk, by a worker thread ---- */

static void sync_work(uv_work_t *work)
{
	struct state_file *f = work->data;

	f->beside = fdatasync(f->fd) < 0 ? -errno : sync_directory(f->path);
}

static void sync_done(uv_work_t *work, int status)
{
	struct state_file *f = work->data;

	f->working = false;
	if (f->beside < 0)
		note_error(f, f->beside);
}

static void anew_work(uv_work_t *work)
{
	struct state_file *f = work->data;

	f->beside = write_beside(f->path, f->text, f->text_len);
}

/* What was appended to the old file meanwhile is not in the new one yet: all is said once more */
static void anew_done(uv_work_t *work, int status)
{
	struct state_file *f = work->data;
	int r = f->beside;

	f->working = false;
	if (r >= 0) {
		f->text_len = print_all(f, f->text);
		r = write_all(f->beside, f->text, f->text_len);
		if (r < 0)
			close(f->beside);
		else
			r = take_place(f, f->beside);
	}
	if (r < 0)
		note_error(f, r);
}

static void on_timer(uv_timer_t *timer)
{
	struct state_file *f = timer->data;

	if (f->working || !f->dirty)
		return;
	f->working = true;
	if (f->size - f->base > GROWN) {
		f->text_len = print_all(f, f->text);
		uv_queue_work(timer->loop, &f->work, anew_work, anew_done);
	} else {
		f->dirty = false;
		uv_queue_work(timer->loop, &f->work, sync_work, sync_done);
	}
}

/* ---- open and close ---- */

static int begin(struct state_file *f, const char *path)
{
	int r;

	f->path = strdup(path);
	if (!f->path)
		return -ENOMEM;
	r = read_path(f);
	return r < 0 ? r : write_anew(f);
}

int state_file_open(uv_loop_t *loop, const char *path, struct state_file **ret_file)
{
	struct state_file *f = calloc(1, sizeof *f);
	int r = 0;

	if (!f)
		return -ENOMEM;
	f->fd = -1;
	if (path && *path)
		r = begin(f, path);
	if (r < 0) {
		free(f->path);
		free(f);
		return r;
	}
	f->timer.data = f->work.data = f;
	uv_timer_init(loop, &f->timer);
	if (f->fd >= 0)
		uv_timer_start(&f->timer, on_timer, SYNC_MS, SYNC_MS);
	*ret_file = f;
	return 0;
}

static void on_close(uv_handle_t *handle)
{
	struct state_file *f = handle->data;

	free(f->path);
	free(f);
}

void state_file_close(struct state_file *f)
{
	if (!f)
		return;
	while (f->working)
		uv_run(f->timer.loop, UV_RUN_ONCE);
	if (f->fd >= 0) {
		f->tick = f->reached ? f->reached + 1 : f->tick;
		write_anew(f);
		close(f->fd);
	}
	uv_close((uv_handle_t *)&f->timer, on_close);
}

/* ---- what it is told ---- */

int state_file_put(struct state_file *f, const struct state_record *record, size_t count)
{
	char text[ACCOUNTS_MAX * LINE_MAX_LEN];
	size_t len = 0;
	int r = 0;

	for (size_t i = 0; i < count && i < ACCOUNTS_MAX; i++)
		len += (size_t)print_record(text + len, &record[i]);
	if (f->fd >= 0)
		r = append(f, text, len);
	for (size_t i = 0; i < count && r == 0; i++)
		r = keep(f, &record[i]);
	return r;
}

uint32_t state_file_tick(const struct state_file *f)
{
	return f->tick;
}

void state_file_reached(struct state_file *f, uint32_t tick, unsigned tick_hz)
{
	char line[LINE_MAX_LEN];
	uint32_t ahead = tick + TICK_SECONDS * tick_hz;

	f->reached = tick;
	if (f->fd < 0 || (f->tick > tick && f->tick - tick > tick_hz))
		return;
	if (append(f, line, (size_t)snprintf(line, sizeof line, "tick %u\n", ahead)) == 0)
		f->tick = ahead;
}

uint64_t state_file_errors(const struct state_file *f)
{
	return f->errors;
}
