// SPDX-License-Identifier: Apache-2.0
/*
 * release: let a session go. Sockets with its address as their source could only send into nothing
 * from then on: they are ended first (SOCK_DESTROY), so that applications reconnect at once.
 */
#include <string.h>

#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "lib/log.h"

enum { WAIT_MS = 10 };

static void answered(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;

	if (answer->error || answer->status == 503)
		step_not_now(op, answer->error ? answer->error_text : "ue can't release now");
	else if (answer->status == 204 || answer->status == 404)
		step_done(op, json_pack("{s:I}", "sockets_ended", (json_int_t)op->sockets_ended));
	else
		step_refused(op, 502, "SESSION_NOT_RELEASED", "ue answered %u", answer->status);
}

static void release(struct step_op *op)
{
	struct session sessions[SESSION_IDS];
	char path[48];
	int ended = 0;

	/* An establishment that was given up may still be under way: it ends first. */
	if (step_under_way(op->agent, "establish", op->session) &&
	    clock_mono_ns() < op->deadline_mono_ns) {
		step_sleep(op, WAIT_MS, release);
		return;
	}
	if (sessions_read(op->agent, sessions) == 0 && sessions[op->session].id) {
		ended = nl_sock_destroy(sessions[op->session].address);
		if (ended >= 0)
			op->agent->released = sessions[op->session].address;
	}
	if (ended < 0) /* a kernel without SOCK_DESTROY: applications find out by time-out */
		log_debug("release", "session=%u what=\"sockets not ended\" error=\"%s\"",
			  op->session, strerror(-ended));
	op->sockets_ended = ended > 0 ? (unsigned)ended : 0;
	snprintf(path, sizeof path, "/v1/pdu-sessions/%u", op->session);
	step_ask_ue(op, "DELETE", path, NULL, answered);
}

void step_release(struct step_op *op)
{
	release(op);
}
