// SPDX-License-Identifier: Apache-2.0
/* What the destination does: a forwarder is started, led from state to state, and ended. */
#include "agents/process-step/replay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/common/child.h"
#include "agents/forwarder/control.h"
#include "agents/forwarder/redirect.h"
#include "agents/process-step/arguments.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/lead.h"
#include "lib/daemon.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/process.h"
#include "lib/spawn.h"

enum {
	START_MS = 30000, /* until it has the source's instance */
	END_MS = 3000,
	CONFIG_MAX = 1024,
	PATH_SIZE = STEP_PATH_SIZE + 64
};

static struct redirect redirect_of(const struct process_step *s)
{
	return (struct redirect){
		.wan = s->node.wan_interface, .n6 = s->node.n6_interface, .number = s->app.number};
}

/* ---- its process ---- */

static int await_end(const struct process *process)
{
	int rc = process_await_end(process, END_MS);

	if (rc == -ETIMEDOUT) {
		(void)process_signal(process, SIGKILL);
		rc = process_await_end(process, END_MS);
	}
	return rc;
}

/* What is this migration's: config, log, and who it is, so that it is ended also before it listens
 */
static void own_path(const struct process_step *s, const char *file, char *path, size_t size)
{
	if (snprintf(path, size, "%s/forwarder%s", s->images, file) >= (int)size)
		path[0] = 0; /* opened in vain */
}

static void name_child(const struct process_step *s, struct child *c)
{
	char directory[CHILD_PATH_MAX];

	own_path(s, "", directory, sizeof(directory));
	child_record_in(c, directory);
}

/* Is there a forwarder of another migration of this application? The redirect is its. Return: 1
 * with
 * @name, 0, or a negative errno: there is one, which doesn't say whose it is */
static int is_anothers(const struct process_step *s, char name[STEP_NAME_SIZE])
{
	json_t *status;
	int rc = control_ask(s->app.number, "status", LEAD_ASK_MS, &status, NULL);

	if (rc)
		return rc == -ECONNREFUSED ? 0 : rc;
	snprintf(name, STEP_NAME_SIZE, "%s", json_text(status, "migration"));
	rc = !lead_is_ours(s, status);
	json_decref(status);
	return rc;
}

int replay_stop(const struct process_step *s)
{
	const struct redirect redirect = redirect_of(s);
	struct process process = {0};
	char name[STEP_NAME_SIZE];
	struct child child;
	int rc = 0;

	name_child(s, &child);
	if (access(child.directory, F_OK))
		return 0; /* none was begun */
	if (!child_record_read(&child, &process.pid))
		process.start = process_start_time(process.pid);
	if (process.start) {
		(void)process_signal(&process, SIGTERM);
		rc = await_end(&process);
	}
	if (!rc)
		rc = is_anothers(s, name);
	return rc ? (rc > 0 ? 0 : rc) : redirect_remove(&redirect);
}

static int write_config(struct process_step *s, const char *path)
{
	const char *source = json_string_value(json_object_get(s->args, "source"));
	uint64_t bytes = 0, requests = 0;
	char service[INET_ADDRSTRLEN], here[INET_ADDRSTRLEN], text[CONFIG_MAX];
	struct in_addr address;
	int len, rc;

	if (!source || inet_pton(AF_INET, source, &address) != 1)
		return process_step_fail(s, "STEP_FAILED",
					 "'source': expected the source's WAN address, found %s",
					 source ? source : "none");
	if (argument_number(s, "cache_bytes", 0, INT64_MAX, &bytes) ||
	    argument_number(s, "cache_requests", 0, INT64_MAX, &requests))
		return -1;
	inet_ntop(AF_INET, &s->app.address, service, sizeof(service));
	inet_ntop(AF_INET, &s->node.wan_address, here, sizeof(here));
	len = snprintf(text, sizeof(text),
		       "service_address: %s\nservice_port: %u\nnumber: %u\nhere: %s\nsource: %s\n"
		       "wan_interface: %s\nmigration: \"%s\"\n",
		       service, s->app.port, s->app.number, here, source, s->node.wan_interface,
		       s->migration);
	if (s->node.n6_interface[0])
		len += snprintf(text + len, sizeof(text) - (size_t)len, "n6_interface: %s\n",
				s->node.n6_interface);
	if (argument_is_given(s, "cache_bytes"))
		len += snprintf(text + len, sizeof(text) - (size_t)len,
				"cache_bytes: %" PRIu64 "\n", bytes);
	if (argument_is_given(s, "cache_requests"))
		len += snprintf(text + len, sizeof(text) - (size_t)len,
				"cache_requests: %" PRIu64 "\n", requests);
	rc = file_create(path, text, (size_t)len, 0600);
	return rc ? process_step_fail_errno(s, rc, path) : 0;
}

static int spawn(struct process_step *s, const char *config, pid_t *ret_pid)
{
	char program[PATH_SIZE], log[PATH_SIZE];
	char *const argv[] = {(char *)"forwarder", (char *)"--config", (char *)(uintptr_t)config,
			      NULL};
	struct child child;
	struct spawn what = {.program = program,
			     .argv = argv,
			     .in = -1,
			     .session = true,
			     .begins = child_record_begins,
			     .user = &child};
	int rc = process_beside("forwarder", program, sizeof(program));

	if (rc)
		return process_step_fail(s, "STEP_FAILED", "forwarder's program: %s",
					 strerror(-rc));
	name_child(s, &child);
	own_path(s, "/log", log, sizeof(log));
	what.out = what.error = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (what.out < 0)
		return process_step_fail_errno(s, -errno, log);
	*ret_pid = spawn_program(&what);
	close(what.out);
	return *ret_pid > 0 ? 0 : process_step_fail_errno(s, *ret_pid, "forwarder");
}

/* Return: 1 when it has the source's instance, 0 not yet, -1: it has ended */
static int look(const struct process_step *s, pid_t pid)
{
	json_t *status;
	int up;

	if (waitpid(pid, NULL, WNOHANG) == pid)
		return -1;
	if (control_ask(s->app.number, "status", LEAD_ASK_MS, &status, NULL))
		return 0;
	up = lead_is_ours(s, status) && json_is_true(json_object_get(status, "source_up"));
	json_decref(status);
	return up;
}

static int await_source(struct process_step *s, pid_t pid)
{
	const uint64_t until = clock_mono_ns() + START_MS * UINT64_C(1000000);
	int up = 0;

	while (!up && clock_mono_ns() < until) {
		if (!lead_wait())
			return process_step_fail(s, "CANCELLED", "while the forwarder started");
		up = look(s, pid);
	}
	if (up > 0)
		return 0;
	if (up < 0)
		return process_step_fail(s, "STEP_FAILED",
					 "the forwarder has ended; %s/forwarder/log says why",
					 s->images);
	return process_step_fail(s, "NOT_ANSWERED",
				 "the forwarder doesn't reach the source's instance after %d s",
				 START_MS / 1000);
}

/* ---- steps ---- */

/* Of another migration: its end is that one's */
static int check_alone(struct process_step *s)
{
	char name[STEP_NAME_SIZE];
	int rc = is_anothers(s, name);

	if (rc < 0)
		return process_step_fail(s, "STEP_FAILED",
					 "there is a forwarder, which doesn't say whose: %s",
					 strerror(-rc));
	return rc ? process_step_fail(s, "STEP_FAILED", "a forwarder of migration %s is here", name)
		  : 0;
}

/* Nothing of an earlier life of this step is left after it. */
static int make_directory(struct process_step *s)
{
	char path[PATH_SIZE];
	int rc = replay_stop(s);

	if (rc)
		return process_step_fail(s, "STEP_FAILED", "an earlier forwarder: %s",
					 strerror(-rc));
	own_path(s, "", path, sizeof(path));
	if (mkdir(path, 0700) && errno != EEXIST)
		return process_step_fail_errno(s, -errno, path);
	return 0;
}

int step_forward(struct process_step *s)
{
	char config[PATH_SIZE];
	pid_t pid = 0;

	own_path(s, "/config", config, sizeof(config));
	if (check_alone(s) || make_directory(s) || write_config(s, config) ||
	    spawn(s, config, &pid))
		return -1;
	if (await_source(s, pid)) {
		(void)replay_stop(s);
		return -1;
	}
	json_object_set_new(s->outcome, "up_ns", json_integer((json_int_t)clock_now_ns()));
	return 0;
}

int step_pause(struct process_step *s)
{
	return lead_to(s, "pause", "paused");
}

int step_replay(struct process_step *s)
{
	return lead_to(s, "replay", "replayed");
}
