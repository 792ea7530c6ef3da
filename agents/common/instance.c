// SPDX-License-Identifier: Apache-2.0
/* The life of one instance: supervisor.h shows its states. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/common/supervisor.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 5000,
	LONG_LIFE_MS = 10000, /* who lived this long begins with the first back-off again */
	EARLY_ENDS_MAX = 3,   /* ended without ever having been healthy */
	TRIES_MAX = 5,	      /* to reach the cloud, without a byte in between */
	STOP_GRACE_MS = 2000,
	PATH_SIZE = CHILD_PATH_MAX + 32,
};

static void prepare(struct instance *i);

static const char *const state_names[INSTANCE_STATES] = {
	[INSTANCE_ABSENT] = "absent",	  [INSTANCE_PULLING] = "pulling",
	[INSTANCE_STARTING] = "starting", [INSTANCE_RUNNING] = "running",
	[INSTANCE_FAILED] = "failed",
};

const char *instance_state_name(enum instance_state state)
{
	return state_names[state];
}

void instance_url(const struct instance *i, char *buf, size_t size)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &i->s->config.address, address, sizeof(address));
	snprintf(buf, size, "http://%s:%u", address, i->w.rest_port);
}

void instance_set(struct instance *i, enum instance_state state)
{
	if (i->state == state)
		return;
	i->state = state;
	log_info("instance", "%s=%s state=%s%s%s%s%s%s", i->s->config.noun, i->w.name,
		 state_names[state], i->cause[0] ? " cause=" : "", i->cause,
		 i->detail[0] ? " detail=\"" : "", i->detail, i->detail[0] ? "\"" : "");
	if (i->s->config.changed)
		i->s->config.changed(i->s->config.user);
}

void instance_explain(struct instance *i, const char *cause, const char *format, ...)
{
	va_list args;

	snprintf(i->cause, sizeof(i->cause), "%s", cause);
	va_start(args, format);
	vsnprintf(i->detail, sizeof(i->detail), format, args);
	va_end(args);
}

static void path_of(const struct instance *i, const char *file, char buf[PATH_SIZE])
{
	snprintf(buf, PATH_SIZE, "%s/%s", i->directory, file);
}

/* What was asked of it outlives the agent: that it is wanted, or it would be forgotten while it is
 * pulled or waits to be started again, when no process tells of it; that it was stopped, or one
 * with `start` would come back by itself. */
static void remember(const struct instance *i, const char *what, bool so)
{
	char path[PATH_SIZE];
	int fd;

	path_of(i, what, path);
	if (!so) {
		unlink(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

static void fail(struct instance *i)
{
	i->wanted = false;
	remember(i, "wanted", false);
	instance_set(i, INSTANCE_FAILED);
}

/* ---- start and restart ---- */

static void on_retry(uv_timer_t *timer)
{
	prepare(timer->data);
}

static void retry(struct instance *i)
{
	uv_timer_start(&i->timer, on_retry, i->backoff_ms, 0);
	i->backoff_ms = i->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : i->backoff_ms * 2;
}

static void prepare(struct instance *i)
{
	int rc;

	instance_set(i, i->restarts && i->image_bytes ? INSTANCE_STARTING : INSTANCE_PULLING);
	rc = image_job_start(i);
	if (rc == -EAGAIN) {
		uv_timer_start(&i->timer, on_retry, BACKOFF_FIRST_MS, 0);
	} else if (rc) {
		instance_explain(i, "SYSTEM_FAILURE", "%s", strerror(-rc));
		fail(i);
	}
}

/* The configuration as JSON, which YAML takes as it is */
static int write_config(struct instance *i, const struct workload_words *words)
{
	json_t *filled = workload_fill_json(i->w.config, words);
	int fd, rc = 0;

	if (!filled)
		return -EINVAL;
	fd = open(words->config, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		rc = -errno;
	else if (json_dumpfd(filled, fd, JSON_INDENT(2)))
		rc = -ENOSPC;
	if (fd >= 0)
		close(fd);
	json_decref(filled);
	return rc;
}

static int fill_arguments(struct instance *i, const struct workload_words *words,
			  char *argv[WORKLOAD_ARGUMENTS_MAX + 1])
{
	size_t count = json_array_size(i->w.command);
	int rc = 0;

	for (size_t a = 0; !rc && a < count && a < WORKLOAD_ARGUMENTS_MAX; a++) {
		char text[WORKLOAD_TEXT_MAX];

		rc = workload_fill(json_string_value(json_array_get(i->w.command, a)), words, text);
		argv[a] = rc ? NULL : strdup(text);
		if (!rc && !argv[a])
			rc = -ENOMEM;
	}
	return rc;
}

static int spawn(struct instance *i)
{
	char config[PATH_SIZE], state[PATH_SIZE], image[IMAGE_PATH_MAX],
		program[IMAGE_PATH_MAX + MANIFEST_PATH_MAX];
	char *argv[WORKLOAD_ARGUMENTS_MAX + 1] = {NULL};
	const struct supervisor_config *c = &i->s->config;
	const struct workload_words words = {config,	     image,	    state,
					     c->name,	     c->token_file, c->number,
					     i->w.rest_port, c->address,    i->w.service};
	struct child_command command = {.program = program, .argv = argv, .directory = image};
	int rc;

	path_of(i, "config", config);
	path_of(i, "state", state);
	snprintf(image, sizeof(image), "%s/%s", c->repository, i->w.image);
	snprintf(program, sizeof(program), "%s/%s", image,
		 json_string_value(json_array_get(i->w.command, 0)));
	rc = mkdir(state, 0700) && errno != EEXIST ? -errno : 0;
	if (!rc)
		rc = write_config(i, &words);
	if (!rc)
		rc = fill_arguments(i, &words, argv);
	if (!rc)
		rc = child_start(&i->child, &command);
	for (size_t a = 0; a < WORKLOAD_ARGUMENTS_MAX; a++)
		free(argv[a]);
	return rc;
}

void instance_image_ready(struct instance *i)
{
	int rc = spawn(i);

	i->tries = 0;
	if (rc == -EBUSY) { /* handles of the life before are being closed */
		uv_timer_start(&i->timer, on_retry, 1, 0);
		return;
	}
	if (rc) {
		instance_explain(i,
				 rc == -EACCES || rc == -ENOENT || rc == -ENOEXEC
					 ? "NOT_EXECUTABLE"
					 : "SYSTEM_FAILURE",
				 "%s: %s", json_string_value(json_array_get(i->w.command, 0)),
				 strerror(-rc));
		fail(i);
		return;
	}
	i->spawned_ns = clock_mono_ns();
	i->healthy = i->hung = false;
	instance_set(i, INSTANCE_STARTING);
	health_begin(i);
}

static bool is_worth_another_try(struct instance *i, int rc)
{
	if (rc != -EIO && rc != -ETIMEDOUT && rc != -ECONNREFUSED)
		return false;
	if (i->tried_bytes) { /* it goes on, if slowly */
		i->tries = 0;
		i->backoff_ms = BACKOFF_FIRST_MS;
	}
	return ++i->tries < TRIES_MAX || i->w.start;
}

static const char *image_cause(int rc)
{
	switch (rc) {
	case -ENOENT:
		return "IMAGE_NOT_FOUND";
	case -EBADMSG:
		return "IMAGE_CORRUPT";
	case -ENOSPC:
		return "DISK_FULL";
	case -EIO:
	case -ETIMEDOUT:
	case -ECONNREFUSED:
	case -EPROTO:
		return "CLOUD_UNREACHABLE";
	default:
		return "SYSTEM_FAILURE";
	}
}

void instance_image_failed(struct instance *i, int rc, const char *text)
{
	instance_explain(i, image_cause(rc), "%s", text);
	if (is_worth_another_try(i, rc)) {
		retry(i);
		return;
	}
	fail(i);
}

/* ---- its end ---- */

static void answer_waiters(struct instance *i)
{
	while (i->waiter_count)
		http_reply(i->waiter[--i->waiter_count], 204, NULL);
}

static void describe_end(int status, char *buf, size_t size)
{
	if (status == CHILD_STATUS_UNKNOWN)
		snprintf(buf, size, "ended");
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "ended with signal %d", WTERMSIG(status));
	else
		snprintf(buf, size, "ended with status %d", WEXITSTATUS(status));
}

static void restart(struct instance *i, int status)
{
	char end[48];

	describe_end(status, end, sizeof(end));
	i->restarts++;
	i->early_ends = i->healthy ? 0 : i->early_ends + 1;
	if (clock_mono_ns() - i->spawned_ns >= LONG_LIFE_MS * 1000000ULL)
		i->backoff_ms = BACKOFF_FIRST_MS;
	if (!i->hung)
		instance_explain(i, "CRASHED", "%s%s", end,
				 i->healthy ? "" : " before it was healthy");
	if (i->early_ends >= EARLY_ENDS_MAX) {
		fail(i);
		return;
	}
	instance_set(i, INSTANCE_STARTING);
	retry(i);
}

static void on_child_ended(struct child *child, int status, void *user)
{
	struct instance *i = user;

	health_end(i);
	if (i->wanted) {
		restart(i, status);
		return;
	}
	i->cause[0] = i->detail[0] = '\0';
	instance_set(i, INSTANCE_ABSENT);
	answer_waiters(i);
}

/* ---- what is asked of it ---- */

int instance_init(struct instance *i, struct supervisor *s, struct workload *w)
{
	int rc;

	i->s = s;
	i->w = *w;
	i->backoff_ms = BACKOFF_FIRST_MS;
	if (snprintf(i->directory, sizeof(i->directory), "%s/%s", s->config.state_dir, w->name) >=
	    (int)sizeof(i->directory) - 32)
		return -ENAMETOOLONG;
	if (mkdir(i->directory, 0700) && errno != EEXIST)
		return -errno;
	rc = uv_timer_init(s->config.loop, &i->timer);
	i->timer.data = i;
	return rc ? rc
		  : child_init(&i->child, s->config.loop, w->name, i->directory, on_child_ended, i);
}

bool instance_is_there(const struct instance *i)
{
	return i->wanted || i->child.pid || i->job;
}

void instance_start(struct instance *i)
{
	bool leaving = i->child.pid && !i->wanted; /* its end begins it anew */

	if (i->wanted)
		return;
	i->wanted = true;
	i->cause[0] = i->detail[0] = '\0';
	i->backoff_ms = BACKOFF_FIRST_MS;
	i->early_ends = i->tries = 0;
	i->restarts = 0;
	i->pull_us = i->check_us = i->start_us = i->pulled_bytes = 0;
	remember(i, "wanted", true);
	remember(i, "stopped", false);
	if (!leaving)
		prepare(i);
}

bool instance_stop(struct instance *i)
{
	i->wanted = false;
	remember(i, "stopped", true);
	remember(i, "wanted", false);
	uv_timer_stop(&i->timer);
	image_job_cancel(i);
	health_end(i);
	if (i->child.pid) {
		child_stop(&i->child, STOP_GRACE_MS);
		return false;
	}
	child_record_remove(&i->child);
	i->cause[0] = i->detail[0] = '\0';
	instance_set(i, INSTANCE_ABSENT);
	return true;
}

/* What it is of may be known without pulling or checking it again. */
static void look_at_image(struct instance *i)
{
	struct image_error err;
	struct manifest *m;

	if (image_load(i->s->config.repository, i->w.image, &m, &err))
		return;
	i->image_bytes = m->bytes;
	manifest_free(m);
}

void instance_resume(struct instance *i)
{
	char record[PATH_SIZE], stopped[PATH_SIZE], wanted[PATH_SIZE];
	bool ran;

	path_of(i, "process", record);
	path_of(i, "stopped", stopped);
	path_of(i, "wanted", wanted);
	ran = !access(record, F_OK);
	if (ran && !child_adopt(&i->child)) {
		log_info("instance",
			 "%s=%s pid=%d what=\"runs on from an earlier life of the agent\"",
			 i->s->config.noun, i->w.name, i->child.pid);
		look_at_image(i);
		i->wanted = true;
		i->spawned_ns = clock_mono_ns();
		instance_set(i, INSTANCE_STARTING);
		health_begin(i);
		if (!access(stopped, F_OK))
			instance_stop(i);
		return;
	}
	if (!access(stopped, F_OK) || !(ran || !access(wanted, F_OK) || i->w.start))
		return;
	instance_start(i);
	if (ran) {
		i->restarts = 1;
		instance_explain(i, "CRASHED", "ended while its agent was away");
	}
}

static void let_go(struct instance *i)
{
	if (--i->parts == 0)
		free(i);
}

static void on_timer_closed(uv_handle_t *handle)
{
	let_go(handle->data);
}

static void on_child_closed(struct child *child)
{
	let_go(child->user);
}

void instance_close(struct instance *i)
{
	image_job_cancel(i);
	health_end(i);
	answer_waiters(i);
	workload_done(&i->w);
	i->parts = 2;
	uv_close((uv_handle_t *)&i->timer, on_timer_closed);
	child_close(&i->child, on_child_closed);
}

json_t *instance_json(const struct instance *i)
{
	char url[64];
	json_t *json;

	instance_url(i, url, sizeof(url));
	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}",
			 i->s->config.noun, i->w.name, "state", state_names[i->state], "url", url,
			 "image", i->w.image, "version", i->w.version, "image_bytes",
			 (json_int_t)i->image_bytes, "pulled_bytes", (json_int_t)i->pulled_bytes,
			 "pull_us", (json_int_t)i->pull_us, "check_us", (json_int_t)i->check_us,
			 "start_us", (json_int_t)i->start_us, "restarts", (json_int_t)i->restarts);
	if (i->child.pid)
		json_object_set_new(json, "pid", json_integer(i->child.pid));
	if (i->cause[0])
		json_object_set_new(json, "cause", json_string(i->cause));
	if (i->detail[0])
		json_object_set_new(json, "detail", json_string(i->detail));
	return json;
}
