// SPDX-License-Identifier: Apache-2.0
/* What the source does for a replay: its instance is reached by the forwarder alone, and in the end
 * stands still. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/forwarder/redirect.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/replay.h"
#include "agents/process-step/work.h"
#include "lib/daemon.h"
#include "lib/file.h"
#include "lib/netlink/netlink.h"

enum { PINGS = 2, PATH_SIZE = STEP_PATH_SIZE + 64 };

static struct redirect redirect_of(const struct process_step *s, struct in_addr to)
{
	return (struct redirect){.wan = s->node.wan_interface,
				 .n6 = s->node.n6_interface,
				 .service = s->app.address,
				 .here = s->node.wan_address,
				 .source = to,
				 .service_port = s->app.port,
				 .port = (uint16_t)(FORWARDER_PORT_BASE + s->app.number),
				 .number = s->app.number};
}

static void mark_path(const struct process_step *s, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/diverted", s->images);
}

int replay_undivert(struct process_step *s)
{
	const struct redirect redirect = redirect_of(s, (struct in_addr){0});
	char path[PATH_SIZE];
	int rc;

	mark_path(s, path);
	if (access(path, F_OK))
		return 0;
	rc = redirect_remove(&redirect);
	if (!rc && unlink(path))
		rc = -errno;
	return rc ? process_step_fail(s, "STEP_FAILED", "users at this edge: %s", strerror(-rc))
		  : 0;
}

static int lead_users(struct process_step *s, struct in_addr to)
{
	const struct redirect redirect = redirect_of(s, to);
	char path[PATH_SIZE];
	int rc;

	mark_path(s, path);
	rc = file_create(path, "", 0, 0600);
	if (rc)
		return process_step_fail_errno(s, rc, path);
	rc = redirect_divert(&redirect);
	return rc ? process_step_fail(s, "STEP_FAILED", "users at this edge: %s", strerror(-rc))
		  : 0;
}

/*
 * What clients sent before the gate closed may still wait in the instance's sockets. It is applied
 * before a PING that comes after it is answered; the second one is for its other sockets, which it
 * reads in turn. The snapshot has it then.
 */
int step_divert(struct process_step *s)
{
	const char *to = json_string_value(json_object_get(s->args, "to"));
	struct in_addr except;
	struct process victim;
	uint64_t answered_ns;
	int rc = 0;

	if (!to || inet_pton(AF_INET, to, &except) != 1)
		return process_step_fail(
			s, "STEP_FAILED",
			"'to': expected the WAN address of the forwarder's edge, found %s",
			to ? to : "none");
	if (victim_find(s, &victim))
		return process_step_fail(s, "NOT_RUNNING", "there is no process of '%s' here",
					 s->app.name);
	/* noted first: `thaw` opens the gate of one that it knows */
	rc = victim_note(s, VICTIM_DUMPED, victim.pid);
	if (rc)
		return process_step_fail_errno(s, rc, s->images);
	if (lead_users(s, except) || work_gate_close(s, except))
		return -1;
	/* who was connected past the forwarder connects anew, and finds it */
	rc = nl_sock_reset(s->app.address, except);
	if (rc < 0)
		return process_step_fail(s, "STEP_FAILED", "connections of clients: %s",
					 strerror(-rc));
	json_object_set_new(s->outcome, "connections_reset", json_integer(rc));
	rc = 0;
	json_object_set_new(s->outcome, "diverted_ns", json_integer((json_int_t)clock_now_ns()));
	for (int i = 0; i < PINGS && !rc; i++)
		rc = work_await_answer(s, "the instance", WORK_REPLAY_PING_MS, &answered_ns);
	return rc;
}

/* `thaw` lets it go on, `finish` ends it. */
int step_suspend(struct process_step *s)
{
	struct process victim;

	if (victim_noted(s, VICTIM_DUMPED, &victim))
		return process_step_fail(s, "NOT_RUNNING", "there is no process of '%s' here",
					 s->app.name);
	if (work_gate_close(s, (struct in_addr){0}))
		return -1;
	(void)victim_signal(&victim, SIGSTOP); /* one that has ended needs none */
	json_object_set_new(s->outcome, "suspended_ns", json_integer((json_int_t)clock_now_ns()));
	return 0;
}
