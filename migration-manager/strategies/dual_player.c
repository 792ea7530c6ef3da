// SPDX-License-Identifier: Apache-2.0
/*
 * dual, stages ii to iv at the destination: the player logs in to the cloud with the same account,
 * is synchronised from there, and the UE joins the second stream.
 */
#include <string.h>

#include "lib/daemon.h"
#include "lib/session_number.h"
#include "migration-manager/manager.h"
#include "migration-manager/strategies/dual.h"

/* ---- ii and iii ---- */

/* Return: false when the step has ended, or tries again with @again */
static bool player_there(struct migration *m, const struct http_answer *answer,
			 void (*again)(struct migration *m))
{
	const char *cause = dual_text(answer->body, "cause");
	bool for_now = answer->status == 502 || strcmp(cause, "INSTANCE_NOT_RUNNING") == 0;

	if (for_now && clock_mono_ns() < m->deadline_mono_ns) {
		engine_step_sleep(m, m->mm->times->retry, again);
	} else if (answer->status != 200 && answer->status != 202) {
		engine_problem(m, "the player at the destination", answer);
	} else if (strcmp(dual_text(answer->body, "state"), "failed") == 0) {
		engine_step_failed(m, cause[0] ? cause : "PLAYER_FAILED",
				   "the player of '%s' at '%s' failed",
				   migration_data_string(m, "account"), m->request.destination);
	} else {
		return true;
	}
	return false;
}

static void logged_in(struct migration *m, const struct http_answer *answer)
{
	json_t *outcome;

	if (!player_there(m, answer, dual_log_in))
		return;
	if (strcmp(dual_text(answer->body, "state"), "logging-in") == 0) {
		if (clock_mono_ns() < m->deadline_mono_ns)
			engine_step_sleep(m, DUAL_POLL_MS, dual_log_in);
		else
			engine_step_failed(m, "NOT_LOGGED_IN",
					   "the destination is still logging in to the cloud");
		return;
	}
	outcome = json_object();
	json_object_set(outcome, "stream_address", json_object_get(answer->body, "address"));
	json_object_set(outcome, "stream_port", json_object_get(answer->body, "port"));
	json_object_set(outcome, "login_us", json_object_get(answer->body, "login_us"));
	engine_step_done(m, outcome);
}

void dual_log_in(struct migration *m)
{
	char path[192];

	migration_data_set_u64(m, "player_sent", 1);
	dual_player_path(m, path, sizeof path);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "PUT", path, json_object(), logged_in);
}

static void ask_player(struct migration *m,
		       void (*done)(struct migration *, const struct http_answer *))
{
	char path[192];

	dual_player_path(m, path, sizeof path);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "GET", path, NULL, done);
}

static void synchronised(struct migration *m, const struct http_answer *answer)
{
	const char *state = dual_text(answer->body, "state");
	json_t *outcome;

	if (!player_there(m, answer, dual_synchronise))
		return;
	if (strcmp(state, "synchronised") != 0 && strcmp(state, "streaming") != 0) {
		if (clock_mono_ns() < m->deadline_mono_ns)
			engine_step_sleep(m, DUAL_POLL_MS, dual_synchronise);
		else
			engine_step_failed(m, "NOT_SYNCHRONISED", "the destination is still '%s'",
					   state);
		return;
	}
	outcome = json_object();
	json_object_set(outcome, "snapshot_us", json_object_get(answer->body, "snapshot_us"));
	json_object_set(outcome, "snapshot_bytes", json_object_get(answer->body, "snapshot_bytes"));
	engine_step_done(m, outcome);
}

void dual_synchronise(struct migration *m)
{
	ask_player(m, synchronised);
}

/* ---- iv ---- */

/* Larger than all that this UE had before. Numbers grow over the life of a world, which may be
 * longer than that of our journal: so they are of the time. */
static uint64_t next_switch_base(const struct migration *m)
{
	uint64_t base = (clock_now_ns() - SESSION_NUMBERS_SINCE_NS) / SESSION_NUMBER_NS;

	for (const struct migration *each = m->mm->migrations; each; each = each->hh.next) {
		uint64_t last = migration_data_u64(each, "switch_base");

		if (last && strcmp(each->request.ue, m->request.ue) == 0 &&
		    last + each->epoch > base)
			base = last + each->epoch;
	}
	return base;
}

static void joined(struct migration *m, const struct http_answer *answer)
{
	json_t *outcome;

	if (answer->status != 200) {
		engine_problem(m, "the UE did not join the stream", answer);
		return;
	}
	outcome = json_object();
	if (json_object_get(answer->body, "join_us"))
		json_object_set(outcome, "join_us", json_object_get(answer->body, "join_us"));
	json_object_set_new(outcome, "switch_base", json_integer((json_int_t)next_switch_base(m)));
	engine_step_done(m, outcome);
}

/* Where the UE asks when its pictures don't come any more */
static void put_player_url(struct migration *m, json_t *args)
{
	const struct registered *edge =
		registry_get(m->mm->registry.edges, migration_data_string(m, "destination_edge"));
	char path[192];

	dual_player_path(m, path, sizeof path);
	if (edge)
		json_object_set_new(args, "player_url", json_sprintf("%s%s", edge->url, path));
}

static void join(struct migration *m, const struct http_answer *answer)
{
	json_t *args;

	if (!player_there(m, answer, dual_stream))
		return;
	args = json_pack("{s:I, s:s}", "session",
			 (json_int_t)migration_data_u64(m, "destination_session"), "app",
			 m->request.app);
	json_object_set(args, "address", json_object_get(answer->body, "address"));
	json_object_set(args, "port", json_object_get(answer->body, "port"));
	json_object_set(args, "key", json_object_get(answer->body, "stream_key"));
	put_player_url(m, args);
	migration_data_set_u64(m, "stream_sent", 1);
	engine_agent_step(m, "stream", args, joined);
}

void dual_stream(struct migration *m)
{
	ask_player(m, join);
}
