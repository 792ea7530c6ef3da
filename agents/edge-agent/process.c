// SPDX-License-Identifier: Apache-2.0
/* The life of a process of which one instance runs at a time, at one edge: process.h. */
#include "agents/edge-agent/process.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/edge-agent/process_step.h"
#include "agents/process/mark.h"
#include "agents/process/ping.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/process.h"

enum {
	PING_MS = 20,
	PING_LATE_MS = 1000, /* one that has run before is asked less often */
	PING_OFTEN_NS = 1000000000,
	STOP_GRACE_MS = 2000,
	PATH_SIZE = STEP_PATH_SIZE + 32,
};

static const char *const state_names[] = {"absent",  "starting", "running",
					  "stopped", "incoming", "failed"};

const char *process_state_name(enum process_state state)
{
	return state_names[state];
}

struct gate process_gate(const struct edge_process *p)
{
	return (struct gate){p->all->config.node.wan_interface, p->all->config.node.n6_interface,
			     p->app.address};
}

/* ---- what stands on disk ---- */

static bool is_marked(const struct edge_process *p, const char *file)
{
	return mark_is_set(p->app.directory, file);
}

static int mark(const struct edge_process *p, const char *file, bool so)
{
	int rc = so ? mark_set(p->app.directory, file, "") : mark_remove(p->app.directory, file);

	if (rc)
		log_warn("process", "app=%s what=\"mark '%s' can't be %s\" error=\"%s\"",
			 p->app.name, file, so ? "set" : "removed", strerror(-rc));
	return rc;
}

/* ---- its state ---- */

enum process_state process_state(const struct edge_process *p)
{
	if (is_marked(p, "incoming"))
		return PROCESS_INCOMING;
	if (p->look)
		return PROCESS_STARTING;
	if (!p->child.pid)
		return p->failed ? PROCESS_FAILED : PROCESS_ABSENT;
	/* a dump leaves it so; while CRIU is at work it is traced */
	if (process_is_stopped(p->child.pid))
		return PROCESS_STOPPED;
	return p->answered ? PROCESS_RUNNING : PROCESS_STARTING;
}

void process_changed(struct edge_process *p)
{
	p->told = process_state(p);
	log_info("process", "app=%s state=%s%s%s%s%s%s", p->app.name, state_names[process_state(p)],
		 p->cause[0] ? " cause=" : "", p->cause, p->detail[0] ? " detail=\"" : "",
		 p->detail, p->detail[0] ? "\"" : "");
	if (p->all->config.changed)
		p->all->config.changed(p->all->config.user);
}

void process_explain(struct edge_process *p, const char *cause, const char *format, ...)
{
	va_list args;

	snprintf(p->cause, sizeof(p->cause), "%s", cause);
	va_start(args, format);
	vsnprintf(p->detail, sizeof(p->detail), format, args);
	va_end(args);
}

static void fail(struct edge_process *p)
{
	p->failed = true;
	process_changed(p);
}

/* ---- does it answer? ---- */

static void stop_asking(struct edge_process *p)
{
	uv_timer_stop(&p->timer);
	if (p->ping >= 0)
		close(p->ping);
	p->ping = -1;
}

/* Unless a migration has closed it, and hasn't settled what becomes of it. */
static void open_gate(struct edge_process *p)
{
	const struct gate gate = process_gate(p);
	int rc;

	if (steps_gate_is_held(p))
		return;
	p->behind = false;
	rc = gate_open(&gate);
	if (rc)
		process_explain(p, "SYSTEM_FAILURE", "the gate: %s", strerror(-rc));
}

/* Once it has answered it isn't asked any more: every request leaves traces in its memory, which a
 * method that waits for two equal rounds would take for work. That it ends, its pidfd tells. */
static void be_running(struct edge_process *p)
{
	stop_asking(p);
	p->answered = true;
	p->cause[0] = p->detail[0] = '\0';
	p->behind = true;
	open_gate(p);
	process_changed(p);
}

static void ask(uv_timer_t *timer)
{
	struct edge_process *p = timer->data;
	bool young = clock_mono_ns() - p->spawned_ns < PING_OFTEN_NS;
	int rc;

	if (!p->child.pid || process_state(p) != PROCESS_STARTING) {
		stop_asking(p);
		return;
	}
	if (p->ping < 0)
		p->ping = process_ping_open(p->app.address, p->app.port);
	rc = p->ping < 0 ? p->ping : process_ping_answered(p->ping);
	if (rc > 0) {
		be_running(p);
		return;
	}
	if (p->ping >= 0)
		rc = process_ping_send(p->ping, ++p->pings);
	uv_timer_start(timer, ask, young ? PING_MS : PING_LATE_MS, 0);
}

static void begin_asking(struct edge_process *p)
{
	p->spawned_ns = clock_mono_ns();
	uv_timer_start(&p->timer, ask, 1, 0);
}

/* ---- its beginning ---- */

static int begin(struct edge_process *p)
{
	const struct gate gate = process_gate(p);
	const struct in_addr nobody = {0};
	int rc = process_write_config(p);

	process_keep_numbers(p->all);

	/* One that is incoming finds its address here when it serves: until then packets go on. */
	if (!rc && !is_marked(p, "incoming"))
		rc = gate_close(&gate, nobody);
	if (!rc)
		rc = process_spawn(p, p->command, &p->child, PROCESS_NUMBER(p->app.number));
	if (rc)
		gate_clear(&gate);
	return rc;
}

static void explain_image(struct edge_process *p, int rc, const char *text)
{
	process_explain(p,
			rc == -ENOENT	 ? "IMAGE_NOT_FOUND"
			: rc == -EBADMSG ? "IMAGE_CORRUPT"
					 : "SYSTEM_FAILURE",
			"%s", text);
}

static void explain_begin(struct edge_process *p, int rc)
{
	if (rc == -EEXIST)
		process_explain(p, "PID_IN_USE", "its number %d is another process's",
				PROCESS_NUMBER(p->app.number));
	else if (rc == -ENOSPC || rc == -EDQUOT)
		process_explain(p, "DISK_SHORT", "%s: %s", p->app.directory, strerror(-rc));
	else
		process_explain(
			p, rc == -EACCES || rc == -ENOENT ? "NOT_EXECUTABLE" : "SYSTEM_FAILURE",
			"%s: %s", json_string_value(json_array_get(p->command, 0)), strerror(-rc));
}

/* A step may have ended it while its image was looked at: then it doesn't begin. */
static void on_image(struct edge_process *p, int rc, const char *text)
{
	if (!rc && is_marked(p, "ended")) {
		process_changed(p);
		steps_joined(p, -ECANCELED);
		return;
	}
	if (rc)
		explain_image(p, rc, text);
	else if ((rc = begin(p)))
		explain_begin(p, rc);
	if (rc) {
		fail(p);
	} else {
		p->answered = false;
		begin_asking(p);
		process_changed(p);
	}
	steps_joined(p, rc);
}

int process_launch(struct edge_process *p)
{
	int rc = mark(p, "ended", false);

	if (!rc)
		rc = mark(p, "crashed", false);
	p->failed = p->behind = false;
	p->cause[0] = p->detail[0] = '\0';
	if (!rc)
		rc = process_image_look(p, on_image);
	if (rc) {
		process_explain(p, "SYSTEM_FAILURE", "%s", strerror(-rc));
		fail(p);
	} else {
		process_changed(p);
	}
	return rc;
}

bool process_is_away(const struct edge_process *p)
{
	enum process_state state = process_state(p);

	return state == PROCESS_ABSENT || state == PROCESS_FAILED;
}

int process_start(struct edge_process *p)
{
	if (!process_is_away(p))
		return -EEXIST;
	mark(p, "state/incoming", false);
	process_launch(p); /* what keeps it from it is in its cause */
	return 0;
}

/* ---- its end ---- */

static void answer_waiters(struct edge_process *p)
{
	while (p->waiter_count)
		http_reply(p->waiter[--p->waiter_count], 204, NULL);
}

static void describe_end(struct edge_process *p, int status)
{
	if (status == CHILD_STATUS_UNKNOWN)
		process_explain(p, "CRASHED", "ended, and its state with it");
	else if (WIFSIGNALED(status))
		process_explain(p, "CRASHED", "ended with signal %d, and its state with it",
				WTERMSIG(status));
	else
		process_explain(p, "CRASHED", "ended with status %d, and its state with it",
				WEXITSTATUS(status));
}

/* Its address goes with it, unless something is on its way to it. */
static void clear_gate(struct edge_process *p)
{
	const struct gate gate = process_gate(p);
	int rc = is_marked(p, "incoming") ? 0 : gate_clear(&gate);

	if (rc)
		log_warn("process", "app=%s what=\"its address stays\" error=\"%s\"", p->app.name,
			 strerror(-rc));
}

static void on_ended(struct child *child, int status, void *user)
{
	struct edge_process *p = user;

	stop_asking(p);
	p->answered = p->behind = false;
	p->cause[0] = p->detail[0] = '\0';
	p->failed = !is_marked(p, "ended") && !is_marked(p, "incoming");
	mark(p, "crashed", p->failed);
	if (p->failed)
		describe_end(p, status);
	clear_gate(p);
	process_changed(p);
	answer_waiters(p);
}

int process_stop(struct edge_process *p, bool *ret_gone)
{
	bool gone = !p->child.pid;
	int rc = mark(p, "ended", true);

	if (rc)
		return rc;
	mark(p, "crashed", false);
	process_image_forget(p);
	stop_asking(p);
	p->failed = false;
	p->cause[0] = p->detail[0] = '\0';
	if (gone)
		clear_gate(p);
	else
		child_stop(&p->child, STOP_GRACE_MS);
	process_changed(p);
	*ret_gone = gone;
	return 0;
}

/* ---- found, not started ---- */

static bool adopt(struct edge_process *p)
{
	if (p->child.pid || p->look || !is_marked(p, "process") || child_adopt(&p->child))
		return false;
	p->failed = p->answered = false;
	mark(p, "crashed", false);
	p->cause[0] = p->detail[0] = '\0';
	log_info("process", "app=%s pid=%d what=\"found\"", p->app.name, p->child.pid);
	return true;
}

/* It had moved, and would have been ended: that it ended before is no failure. */
static void forgive_moved(struct edge_process *p)
{
	if (p->child.pid || !p->failed || !is_marked(p, "ended"))
		return;
	p->failed = false;
	mark(p, "crashed", false);
	p->cause[0] = p->detail[0] = '\0';
}

/* What a step has done to it is told, too: others go by the registration. */
void process_look_again(struct edge_process *p)
{
	forgive_moved(p);
	if (adopt(p) || process_state(p) != p->told)
		process_changed(p);
	if (p->child.pid && !p->answered && process_state(p) == PROCESS_STARTING &&
	    !uv_is_active((uv_handle_t *)&p->timer))
		begin_asking(p);
	/* What was closed for another instance, which has ended: no step opens it for this one. */
	if (p->behind && process_state(p) == PROCESS_RUNNING && process_start_time(p->child.pid))
		open_gate(p);
}

/* Nobody starts it anew but who asks: what it knew is gone, and that must be seen. */
void process_resume(struct edge_process *p)
{
	process_look_again(p);
	if (!p->child.pid && is_marked(p, "process") && !is_marked(p, "ended") &&
	    !is_marked(p, "incoming")) {
		mark(p, "crashed", true);
		child_record_remove(&p->child);
	}
	if (!p->child.pid && is_marked(p, "crashed")) {
		process_explain(p, "CRASHED",
				"ended in an earlier life of its agent, and its state with it");
		p->failed = true;
	}
	if (!p->child.pid)
		clear_gate(p);
	steps_resume(p);
	if (!p->child.pid && !p->failed && p->start && !is_marked(p, "ended") &&
	    !is_marked(p, "incoming"))
		process_start(p);
}

/* ---- with its parts of the loop ---- */

static int make_directories(struct edge_process *p)
{
	static const char *const names[] = {"", "state", "steps", "migrations", "stateless"};
	char path[PATH_SIZE];

	if (snprintf(p->app.directory, sizeof(p->app.directory), "%s/%s",
		     p->all->config.node.directory,
		     p->app.name) >= (int)sizeof(p->app.directory) - 4 * STEP_NAME_SIZE)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", p->app.directory, names[i]);
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
	}
	snprintf(path, sizeof(path), "%s/output",
		 p->app.directory); /* what is restored here opens it by its path */
	return mkfifo(path, 0600) && errno != EEXIST ? -errno : 0;
}

int process_init(struct edge_process *p)
{
	int rc = make_directories(p);

	p->ping = -1;
	if (!rc)
		rc = uv_timer_init(p->all->config.loop, &p->timer);
	p->timer.data = p;
	if (!rc)
		rc = child_init(&p->child, p->all->config.loop, p->app.name, p->app.directory,
				on_ended, p);
	if (!rc)
		rc = process_write_config(p);
	for (size_t i = 0; !rc && i < p->helper_count; i++)
		rc = process_helper_init(&p->helper[i], p);
	return rc;
}

void process_part_closed(struct edge_process *p)
{
	if (--p->parts == 0)
		process_free(p);
}

static void on_timer_closed(uv_handle_t *handle)
{
	process_part_closed(handle->data);
}

static void on_child_closed(struct child *child)
{
	process_part_closed(child->user);
}

static void on_helper_timer_closed(uv_handle_t *handle)
{
	process_part_closed(((struct edge_helper *)handle->data)->p);
}

static void on_helper_child_closed(struct child *child)
{
	process_part_closed(((struct edge_helper *)child->user)->p);
}

void process_close(struct edge_process *p)
{
	process_image_forget(p);
	stop_asking(p);
	answer_waiters(p);
	steps_close(p);
	p->parts = 2 + 2 * (unsigned)p->helper_count;
	uv_close((uv_handle_t *)&p->timer, on_timer_closed);
	child_close(&p->child, on_child_closed);
	for (size_t i = 0; i < p->helper_count; i++) {
		uv_close((uv_handle_t *)&p->helper[i].timer, on_helper_timer_closed);
		child_close(&p->helper[i].child, on_helper_child_closed);
	}
}
