// SPDX-License-Identifier: Apache-2.0
/*
 * post-copy: 000's third baseline: the process goes on at the destination with next to none of its
 * memory, which follows page by page as it is touched, and all the rest behind. Until the last one
 * has come ("drain") the source is needed: when it is lost, so is the process, which lies in the
 * method.
 */
#include <string.h>

#include "migration-manager/step.h"
#include "migration-manager/strategies/process.h"

static const char pages_from[] = "pages_from"; /* where the dump serves them, until then */

/* ---- stopping: the dump goes on, serving pages ---- */

static void serves(struct migration *m, const json_t *answer)
{
	const json_t *figures = process_figures(answer);

	process_note_dump(m, answer);
	json_object_set(migration_meanwhile(m), pages_from, json_object_get(figures, "pages"));
	engine_step_done(m, NULL);
}

static void dump(struct migration *m)
{
	process_ask_until(m, PARTICIPANT_SOURCE_EDGE, "dump", process_dump_args(m, "stopped"),
			  "pages", serves);
}

static void restore(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "restore",
		    json_pack("{s:b, s:O*, s:s}", "lazy", true, "from",
			      json_object_get(migration_meanwhile(m), pages_from), "tcp",
			      process_tcp_name(&m->request.process)),
		    process_restored);
}

/* ---- switched: until all pages are here ---- */

static void all_here(struct migration *m, const json_t *answer)
{
	json_t *sent;

	process_set(m, "drained_ns", json_u64(answer, "ended_ns"));
	process_count_sent(m, "image", answer);
	sent = json_object_get(process_details(m), "sent");
	json_object_set_new(json_array_get(sent, json_array_size(sent) - 1), "what",
			    json_string("pages"));
	engine_step_done(m, NULL);
}

/* Who fetches the pages is not the step that waits for them: of all that this may fail by, only
 * these say that they don't come any more. */
static bool are_lost(const char *cause)
{
	return strcmp(cause, "TRANSFER_FAILED") == 0 || strcmp(cause, "NOT_RUNNING") == 0;
}

/* Whatever else it is, nothing is ended: one is whole, or becomes so, by the other. */
static void drained(struct migration *m, const json_t *answer)
{
	const char *cause = json_text(answer, "cause");

	if (strcmp(json_text(answer, "state"), "done") == 0)
		all_here(m, answer);
	else if (are_lost(cause))
		engine_step_done(m, NULL); /* "lost" says what it means */
	else
		engine_step_failed(m, cause[0] ? cause : "STEP_FAILED", "%s",
				   json_text(answer, "detail"));
}

static void drain(struct migration *m)
{
	process_ask_any_again(m, PARTICIPANT_DESTINATION_EDGE, "drain", drained);
}

static void ended_half(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200 || answer->status == 204 || answer->status == 404)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "what came without its last pages was not ended", answer);
}

/* Without its last pages it stands still at the first that it touches: nothing half alive is left
 * to answer. Until that is certain the source isn't ended either, so it is noted as left. */
static void end_half(struct migration *m)
{
	char path[96];

	if (process_get(m, "drained_ns")) {
		engine_step_done(m, NULL);
		return;
	}
	json_object_set(process_details(m), "left_at", json_object_get(m->data, "source_edge"));
	snprintf(path, sizeof path, "/v1/processes/%s", m->request.app);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "DELETE", path, NULL, ended_half);
}

/* What stood at the source is of no use: the other has answered since. */
static void check_drained(struct migration *m)
{
	if (process_get(m, "drained_ns"))
		engine_step_done(m, NULL);
	else
		engine_step_failed(
			m, "PAGES_LOST",
			"the pages that '%s' had not fetched are lost, and the process with them",
			migration_data_string(m, "destination_edge"));
}

static const struct step stopping[] = {
	PROCESS_STEP("dump", MIGRATION_READY, PROCESS_CRIU_MS, dump),
	PROCESS_SEND,
	PROCESS_STEP("restore", MIGRATION_READY, PROCESS_CRIU_MS, restore),
	{0},
};
static const struct step switched[] = {
	PROCESS_OPEN,
	PROCESS_STEP("drain", MIGRATION_RELEASING, PROCESS_CRIU_MS, drain),
	PROCESS_STEP("pages", MIGRATION_RELEASING, PROCESS_STALL_MS, end_half),
	PROCESS_FINISH,
	PROCESS_SETTLE, /* of one that is lost, too: its receiver and images */
	PROCESS_STEP("lost", MIGRATION_RELEASING, PROCESS_STALL_MS, check_drained),
	{0},
};

static const struct process_takes takes = {
	.members = PROCESS_TAKES_CRIU, .criu = true, .lazy = true};

const struct strategy strategy_post_copy = {
	PROCESS_STRATEGY("post-copy", &takes),
	.preparing = process_receiving,
	.stopping = stopping,
	.switched = switched,
	.rollback = process_rollback,
};
