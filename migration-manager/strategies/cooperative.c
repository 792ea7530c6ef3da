// SPDX-License-Identifier: Apache-2.0
/*
 * cooperative: an application that knows how to move sends its own memory (apps/cooperative), page
 * by page while it serves, until so little is written that the rest goes in a moment.
 *
 * What takes long is done before that moment: the destination's instance runs and has nearly all of
 * the memory, and the UE's session has been switched already. Until the commit its packets go on
 * from the destination's edge over the WAN to the source, where they are answered; so the switch
 * doesn't confirm, and rolls back like anything before the commit. In the commit neither this
 * manager nor a REST call is in the way: the two instances and the step that holds the
 * destination's gate speak with each other.
 *
 * The destination decides. Where the source can't tell what came of the commit, the destination is
 * asked, and until it has answered nobody is told to serve.
 */
#include <string.h>

#include "migration-manager/manager.h"
#include "migration-manager/strategies/process.h"

enum {
	COOPERATIVE_ROUNDS = 24,
	FENCES = 8, /* before the roll-back, and in it; an agent keeps 64 steps of a migration */
	FENCE_AGAIN_MS = 500
};

static const struct process_takes takes = {
	.members = PROCESS_TAKES_ROUNDS,
	.cooperative = true,
	.defaults = {.rounds = COOPERATIVE_ROUNDS},
};

/* ---- the destination's instance, and rounds while the source's serves ---- */

static void listening(struct migration *m, process_done then)
{
	process_ask_until(m, PARTICIPANT_DESTINATION_EDGE, "join", NULL, "port", then);
}

static void join(struct migration *m)
{
	listening(m, process_step_done);
}

static void pushed(struct migration *m, const json_t *answer)
{
	const json_t *figures = process_figures(answer);
	json_t *details = process_details(m);

	json_object_set(details, "rounds", json_object_get(figures, "rounds"));
	json_object_set(details, "rate_bps", json_object_get(figures, "rate_bps"));
	json_object_set_new(details, "stopped_by", json_string("target"));
	engine_step_done(m, NULL);
}

static void push_to(struct migration *m, const json_t *receiver)
{
	if (!process_get(m, "rounds_ns"))
		process_set(m, "rounds_ns", clock_now_ns());
	process_ask(m, PARTICIPANT_SOURCE_EDGE, "push",
		    json_pack("{s:o, s:I}", "to", process_to(receiver), "rounds",
			      (json_int_t)m->request.process.rounds),
		    pushed);
}

static void push(struct migration *m)
{
	listening(m, push_to);
}

/* ---- the commit ---- */

/* The times of 001's equations: which pages, on the way, in their place and served. @opened_ns: the
 * destination served */
static void keep_times(struct migration *m, uint64_t opened_ns)
{
	uint64_t frozen = process_get(m, "gate_closed_ns"), chkp = process_get(m, "t_chkp_us"),
		 copy = process_get(m, "t_copy_us");

	process_note_serves(m, opened_ns);
	process_set(m, "answered_ns", opened_ns);
	process_set_us(m, "t_restore_us", frozen + (chkp + copy) * 1000, opened_ns);
}

static void keep_commit(struct migration *m, const json_t *figures)
{
	uint64_t frozen = json_u64(figures, "frozen_ns"), scan = json_u64(figures, "scan_us"),
		 last = json_u64(figures, "last_us"), bytes = json_u64(figures, "last_bytes");

	process_set(m, "gate_closed_ns", frozen);
	process_set_us(m, "t_pre_us", process_get(m, "rounds_ns"), frozen);
	process_set(m, "t_chkp_us", scan);
	process_set(m, "t_copy_us", last - scan);
	json_object_set_new(process_details(m), "bytes",
			    json_pack("{s:I, s:I, s:i}", "rounds",
				      (json_int_t)(json_u64(figures, "bytes") - bytes), "image",
				      (json_int_t)bytes, "layers", 0));
}

/*
 * The destination is asked until it has answered, a few times: a step that couldn't be
 * begun there says nothing of what it would have found. Each asking is a step of its own, since an
 * answer is kept.
 */
static void ask_destination(struct migration *m);

static void after_commit(struct migration *m, bool serves)
{
	const json_t *details = process_details(m);

	if (serves)
		engine_step_done(m, NULL);
	else
		engine_step_failed(m, json_text(details, "commit_cause"), "%s",
				   json_text(details, "commit_detail"));
}

static void fenced(struct migration *m, const json_t *answer)
{
	bool told = strcmp(json_text(answer, "state"), "done") == 0,
	     serves = json_is_true(json_object_get(process_figures(answer), "serves"));

	if (!told && process_get(m, "fences") % FENCES)
		engine_step_sleep(m, FENCE_AGAIN_MS, ask_destination);
	else if (!told)
		engine_step_failed(m, "UNDECIDED", "whether '%s' serves at '%s': %s",
				   m->request.app, migration_data_string(m, "destination_edge"),
				   json_text(answer, "detail"));
	else if (m->direction == DIRECTION_ROLLBACK)
		process_decided(m, serves);
	else
		after_commit(m, serves);
}

static void ask_destination(struct migration *m)
{
	uint64_t number = process_get(m, "fences") + 1;
	char step[16];

	process_set(m, "fences", number);
	snprintf(step, sizeof step, "fence.%u", (unsigned)number);
	process_ask_any(m, PARTICIPANT_DESTINATION_EDGE, step, NULL, fenced);
}

static void committed(struct migration *m, const json_t *answer)
{
	const json_t *figures = process_figures(answer);
	const char *cause = json_text(answer, "cause");

	keep_commit(m, figures);
	if (strcmp(json_text(figures, "state"), "left") == 0)
		engine_step_done(m, NULL);
	else
		engine_step_failed(m, cause[0] ? cause : "STEP_FAILED", "%s",
				   json_text(answer, "detail"));
}

/* Whatever the source says, or if it says nothing any more: only the destination knows. */
static bool doubt_commit(struct migration *m, const char *cause, const char *detail)
{
	json_t *details = process_details(m);

	if (json_object_get(details, "commit_cause"))
		return false;
	json_object_set_new(details, "commit_cause", json_string(cause));
	json_object_set_new(details, "commit_detail", json_string(detail));
	engine_abandon(m);
	ask_destination(m);
	return true;
}

static void commit(struct migration *m)
{
	process_set(m, "commit_sent", 1);
	json_object_del(process_details(m), "commit_cause");
	process_ask_any(m, PARTICIPANT_SOURCE_EDGE, "commit", NULL, committed);
}

/* ---- after it ---- */

static void open_there(struct migration *m, const json_t *answer)
{
	uint64_t decided = json_u64(process_figures(answer), "decided_ns");

	if (decided)
		keep_times(m, decided);
	process_know_open(m);
}

/* It has been open since the commit; now its agent knows. */
static void know_open(struct migration *m)
{
	process_ask_any(m, PARTICIPANT_DESTINATION_EDGE, "join", NULL, open_there);
}

/* ---- rolling back ---- */

/* Once a commit was asked for, nothing else than the destination's word lets the source go on. */
static void fence(struct migration *m)
{
	if (!process_get(m, "commit_sent")) {
		engine_step_done(m, NULL);
		return;
	}
	process_doubt(m);
	ask_destination(m);
}

static json_t *settled(const struct migration *m)
{
	return json_pack("{s:b}", "settled", 1);
}

static void stay(struct migration *m)
{
	process_thaw_by(m, settled);
}

static const struct step preparing[] = {
	PROCESS_STEP("join", MIGRATION_PREPARING, PROCESS_STALL_MS, join),
	PROCESS_STEP("push", MIGRATION_PREPARING, PROCESS_STALL_MS, push),
	{0},
};
static const struct step committing[] = {
	PROCESS_DECIDES("commit", commit, doubt_commit),
	{0},
};
static const struct step switched[] = {
	PROCESS_OPEN_BY(know_open),
	PROCESS_FINISH,
	PROCESS_SETTLE,
	{0},
};
static const struct step rollback[] = {
	PROCESS_DECIDED("fence", fence), /* on which the rest depends */
	PROCESS_MOVED,			 /* or */
	PROCESS_DROP,
	PROCESS_THAW_BY(stay),
	PROCESS_DROP_LATE,
	{0},
};

const struct strategy strategy_cooperative = {
	PROCESS_STRATEGY("cooperative", &takes),
	.preparing = preparing,
	.synchronising = committing,
	.switched = switched,
	.rollback = rollback,
	.early_switch = true,
};
