// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/resources.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/daemon.h"

enum { TEXT_MAX = 16384, ROOM_FIRST = 1024 };

struct resource_recorder {
	struct resources r;
	size_t room;
	double tick_s, page;
	double lost_s[RESOURCE_NODES_MAX], last_s[RESOURCE_NODES_MAX], first_s[RESOURCE_NODES_MAX];
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool end;
};

/* Return: its length, or negative errno */
static ssize_t read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, len = 0;

	if (fd < 0)
		return -errno;
	while (len < (ssize_t)size - 1 && (n = read(fd, buf + len, size - 1 - (size_t)len)) > 0)
		len += n;
	close(fd);
	buf[len] = '\0';
	return len;
}

/* ---- processes ---- */

/* utime, stime, cutime and cstime, fields 14 to 17: the name before them may have anything in it */
static uint64_t ticks_of(const char *proc, const char *pid)
{
	uint64_t user, system, child_user, child_system;
	char path[96], text[1024], *after;

	snprintf(path, sizeof path, "%s/%.16s/stat", proc, pid);
	if (read_text(path, text, sizeof text) <= 0)
		return 0;
	after = strrchr(text, ')');
	if (!after || sscanf(after + 1,
			     " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
			     " %" SCNu64 " %" SCNu64,
			     &user, &system, &child_user, &child_system) != 4)
		return 0;
	return user + system + child_user + child_system;
}

static uint64_t pages_of(const char *proc, const char *pid)
{
	uint64_t resident, shared;
	char path[96], text[128];

	snprintf(path, sizeof path, "%s/%.16s/statm", proc, pid);
	if (read_text(path, text, sizeof text) <= 0 ||
	    sscanf(text, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2)
		return 0;
	return resident > shared ? resident - shared : 0;
}

/* By the node's own /proc, in which only its processes are */
static struct resource_use look_at_node(struct resource_recorder *rec, size_t n)
{
	struct resource_use use = {NAN, NAN};
	uint64_t ticks = 0, pages = 0;
	const struct dirent *entry;
	char proc[48];
	double total;
	DIR *dir;

	snprintf(proc, sizeof proc, "/proc/%d/root/proc", (int)rec->r.node[n].init);
	dir = opendir(proc);
	if (!dir)
		return use;
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		ticks += ticks_of(proc, entry->d_name);
		pages += pages_of(proc, entry->d_name);
	}
	closedir(dir);
	total = (double)ticks * rec->tick_s + rec->lost_s[n];
	/* of a process that nobody waited for the kernel forgets its time */
	if (total < rec->last_s[n]) {
		rec->lost_s[n] += rec->last_s[n] - total;
		total = rec->last_s[n];
	}
	rec->last_s[n] = total;
	if (rec->r.count == 0)
		rec->first_s[n] = total;
	use.cpu_s = total - rec->first_s[n];
	use.memory = (double)pages * rec->page;
	return use;
}

/* ---- interfaces ---- */

/* "  name: received packets errs drop fifo frame compressed multicast sent ..." */
static bool read_line(const char *line, char name[IFNAMSIZ], struct resource_octets *ret)
{
	const char *colon = strchr(line, ':');

	while (*line == ' ')
		line++;
	if (!colon || colon - line >= IFNAMSIZ || colon == line)
		return false;
	snprintf(name, IFNAMSIZ, "%.*s", (int)(colon - line), line);
	return sscanf(colon + 1, "%" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ret->received,
		      &ret->sent) == 2;
}

static void note_octets(struct resource_recorder *rec, size_t n, const char *name,
			const struct resource_octets *octets)
{
	for (size_t p = 0; p < rec->r.port_count; p++) {
		if (rec->r.port[p].node == n && strcmp(rec->r.port[p].name, name) == 0)
			rec->r.octets[rec->r.count * rec->r.port_count + p] = *octets;
	}
}

static void look_at_interfaces(struct resource_recorder *rec, size_t n)
{
	char path[48], text[TEXT_MAX], name[IFNAMSIZ], *save = NULL;
	struct resource_octets octets;

	snprintf(path, sizeof path, "/proc/%d/net/dev", (int)rec->r.node[n].init);
	if (read_text(path, text, sizeof text) <= 0)
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (read_line(line, name, &octets))
			note_octets(rec, n, name, &octets);
	}
}

/* ---- samples ---- */

static int make_room(struct resource_recorder *rec)
{
	size_t room = rec->room ? rec->room * 2 : ROOM_FIRST;
	struct resources *r = &rec->r;
	void *larger;

	if (r->count < rec->room)
		return 0;
	if (r->count >= RESOURCE_SAMPLES_MAX)
		return -ENOSPC;
	larger = reallocarray(r->ns, room, sizeof *r->ns);
	if (!larger)
		return -ENOMEM;
	r->ns = larger;
	larger = reallocarray(r->use, room * r->node_count, sizeof *r->use);
	if (!larger)
		return -ENOMEM;
	r->use = larger;
	larger = reallocarray(r->octets, room * r->port_count + 1, sizeof *r->octets);
	if (!larger)
		return -ENOMEM;
	r->octets = larger;
	rec->room = room;
	return 0;
}

static void take_sample(struct resource_recorder *rec)
{
	struct resources *r = &rec->r;

	if (make_room(rec) < 0) {
		r->late++;
		return;
	}
	memset(r->octets + r->count * r->port_count, 0, r->port_count * sizeof *r->octets);
	r->ns[r->count] = clock_now_ns();
	for (size_t n = 0; n < r->node_count; n++) {
		r->use[r->count * r->node_count + n] = look_at_node(rec, n);
		look_at_interfaces(rec, n);
	}
	r->count++;
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
}

static bool ended_by(struct resource_recorder *rec, uint64_t mono_ns)
{
	struct timespec until = timespec_of(mono_ns);
	bool end;

	pthread_mutex_lock(&rec->mutex);
	while (!rec->end && pthread_cond_timedwait(&rec->ended, &rec->mutex, &until) != ETIMEDOUT)
		;
	end = rec->end;
	pthread_mutex_unlock(&rec->mutex);
	return end;
}

/* Deadlines are absolute; those that have gone by are left out, so that no two samples are close.
 */
static void *record(void *arg)
{
	struct resource_recorder *rec = arg;
	uint64_t next = clock_mono_ns();

	do {
		take_sample(rec);
		next += rec->r.interval_ns;
		for (uint64_t now = clock_mono_ns(); next <= now; next += rec->r.interval_ns)
			rec->r.late++;
	} while (!ended_by(rec, next));
	return NULL;
}

int resource_recorder_start(const struct resources *what, struct resource_recorder **ret_recorder)
{
	struct resource_recorder *rec = calloc(1, sizeof *rec);
	pthread_condattr_t clock;
	int r;

	if (!rec)
		return -ENOMEM;
	rec->r = *what;
	rec->tick_s = 1.0 / (double)sysconf(_SC_CLK_TCK);
	rec->page = (double)sysconf(_SC_PAGESIZE);
	pthread_mutex_init(&rec->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&rec->ended, &clock);
	pthread_condattr_destroy(&clock);
	r = pthread_create(&rec->thread, NULL, record, rec);
	if (r) {
		pthread_cond_destroy(&rec->ended);
		pthread_mutex_destroy(&rec->mutex);
		free(rec);
		return -r;
	}
	*ret_recorder = rec;
	return 0;
}

void resource_recorder_finish(struct resource_recorder *rec, struct resources *ret)
{
	*ret = (struct resources){0};
	if (!rec)
		return;
	pthread_mutex_lock(&rec->mutex);
	rec->end = true;
	pthread_cond_signal(&rec->ended);
	pthread_mutex_unlock(&rec->mutex);
	pthread_join(rec->thread, NULL);
	pthread_cond_destroy(&rec->ended);
	pthread_mutex_destroy(&rec->mutex);
	*ret = rec->r;
	free(rec);
}

void resources_done(struct resources *r)
{
	free(r->ns);
	free(r->use);
	free(r->octets);
	*r = (struct resources){0};
}
