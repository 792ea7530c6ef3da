// SPDX-License-Identifier: Apache-2.0
/* The step `open`: every microsecond of it is the users', so it is done in the agent itself. */
#include <string.h>

#include "agents/edge-agent/process_step.h"
#include "agents/process/mark.h"
#include "lib/daemon.h"

int process_step_open(struct edge_process *p, struct process_step *s)
{
	const struct gate gate = process_gate(p);
	int rc;

	if (!p->child.pid)
		process_look_again(p);
	if (!p->child.pid)
		return process_step_fail(s, "NOT_RUNNING", "there is no process of '%s' here",
					 p->app.name);
	rc = gate_open(&gate);
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "the gate: %s", strerror(-rc));
	json_object_set_new(s->outcome, "opened_ns", json_integer((json_int_t)clock_now_ns()));
	rc = mark_remove(p->app.directory, "incoming");
	if (!rc)
		rc = mark_remove(p->app.directory, "ended");
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "its marks in %s: %s", p->app.directory,
					 strerror(-rc));
	p->answered = true; /* it was restored only once it had answered */
	return 0;
}
