// SPDX-License-Identifier: Apache-2.0
/*
 * await: after a release command with cause 39 `ue` asks for its session again by itself; wait
 * until that is up and the routes are on it. The routes themselves don't wait for this step: they
 * follow the kernel (sessions.c). Only where another session of the UE has caught the traffic in
 * between are they moved here. T0 is when the UE got the release command.
 */
#include <string.h>

#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "lib/json.h"

enum { POLL_MS = 2 };

static void ask(struct step_op *op);

/* What `ue` says may be read before the kernel's own message about the same change: then the
 * primary session would still be the one that is gone. */
static bool is_back(const struct step_op *op, const struct http_answer *answer)
{
	const char *state = json_string_value(json_object_get(answer->body, "state"));

	if (answer->status != 200 || !state || strcmp(state, "active") != 0 ||
	    json_u64(answer->body, "generation") < json_u64(op->args, "generation"))
		return false;
	sessions_follow(op->agent);
	return op->agent->primary == op->session ||
	       sessions_make_primary(op->agent, op->session, NULL) == 0;
}

static void answered(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;
	const json_t *u = answer->body;

	if (answer->error) {
		step_not_now(op, answer->error_text);
	} else if (is_back(op, answer)) {
		step_done(op, json_pack("{s:I, s:I, s:I, s:O*, s:O*, s:O*}", "t0_ns",
					(json_int_t)json_u64(u, "release_command_ns"),
					"switched_ns", (json_int_t)op->agent->primary_set_ns,
					"session", (json_int_t)op->session, "address",
					json_object_get(u, "address"), "setup_us",
					json_object_get(u, "setup_us"), "generation",
					json_object_get(u, "generation")));
	} else if (clock_mono_ns() >= op->deadline_mono_ns) {
		step_refused(op, 504, "SESSION_NOT_BACK", "PDU session %u did not come back",
			     op->session);
	} else {
		step_sleep(op, POLL_MS, ask);
	}
}

static void ask(struct step_op *op)
{
	char path[48];

	snprintf(path, sizeof path, "/v1/pdu-sessions/%u", op->session);
	step_ask_ue(op, "GET", path, NULL, answered);
}

void step_await(struct step_op *op)
{
	ask(op);
}
