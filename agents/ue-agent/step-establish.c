// SPDX-License-Identifier: Apache-2.0
/* establish: ask `ue` for a PDU session with the id that the manager picked; `ue` answers when it
 * is active. */
#include "agents/ue-agent/steps.h"

static void answered(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;
	const json_t *body = answer->body;
	const char *detail = json_string_value(json_object_get(body, "detail"));
	const char *cause = json_string_value(json_object_get(body, "cause"));
	json_t *outcome;

	if (answer->error || answer->status == 503) {
		step_not_now(op, answer->error ? answer->error_text
					       : "ue is not registered with the network");
		return;
	}
	if (answer->status != 200 && answer->status != 201) {
		step_refused(op, 502, cause ? cause : "SESSION_REJECTED", "ue answered %u%s%s",
			     answer->status, detail ? ": " : "", detail ? detail : "");
		return;
	}
	outcome = json_object();
	json_object_set_new(outcome, "session", json_integer(op->session));
	json_object_set(outcome, "address", json_object_get(body, "address"));
	json_object_set(outcome, "setup_us", json_object_get(body, "setup_us"));
	json_object_set(outcome, "generation", json_object_get(body, "generation"));
	step_done(op, outcome);
}

void step_establish(struct step_op *op)
{
	json_t *body = json_object(), *sst = json_object_get(op->args, "sst");
	char path[48];

	json_object_set(body, "dnn", json_object_get(op->args, "dnn"));
	if (json_is_integer(sst))
		json_object_set(body, "sst", sst);
	json_object_set_new(body, "ssc_mode", json_integer(3));
	snprintf(path, sizeof path, "/v1/pdu-sessions/%u", op->session);
	step_ask_ue(op, "PUT", path, body, answered);
}
