// SPDX-License-Identifier: Apache-2.0
/*
 * dual, the ends: after the countdown the source's stream, player and, when nobody plays there any
 * more, its instance (001 III-C stage vi, B15, B17); rolling back, the destination's. The PDU
 * session follows by the mode.
 *
 * The side that is let go is the secondary one: before its player is logged out the other one is
 * asked whether it is the primary. When it isn't, the account would be left with none that may
 * write.
 */
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"
#include "migration-manager/strategies/dual.h"

enum { END_MS = 8000, PRIMARY_POLL_MS = 50 };

/* Rolling back: what was never asked for needs no end. */
static bool nothing_to_undo(struct migration *m, const char *sent)
{
	if (m->direction != DIRECTION_ROLLBACK || migration_data_u64(m, sent))
		return false;
	engine_step_done(m, NULL);
	return true;
}

static enum participant leaving(const struct migration *m)
{
	return m->direction == DIRECTION_ROLLBACK ? PARTICIPANT_DESTINATION_EDGE
						  : PARTICIPANT_SOURCE_EDGE;
}

static const char *leaving_edge(const struct migration *m)
{
	return migration_data_string(m, m->direction == DIRECTION_ROLLBACK ? "destination_edge"
									   : "source_edge");
}

/* ---- the one that stays has to be the primary ---- */

static void primary(struct migration *m);

static void primary_answered(struct migration *m, const struct http_answer *answer)
{
	if (dual_is_primary(answer))
		engine_step_done(m, NULL);
	else if (clock_mono_ns() < m->deadline_mono_ns)
		engine_step_sleep(m, PRIMARY_POLL_MS, primary);
	else
		dual_not_primary(m);
}

static void primary(struct migration *m)
{
	char path[192];

	dual_player_path(m, path, sizeof path);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "GET", path, NULL, primary_answered);
}

/* ---- stream, player, instance ---- */

static void unstream(struct migration *m)
{
	const char *session =
		m->direction == DIRECTION_ROLLBACK ? "destination_session" : "source_session";

	if (!nothing_to_undo(m, "stream_sent"))
		engine_agent_step(m, "unstream",
				  json_pack("{s:I, s:s}", "session",
					    (json_int_t)migration_data_u64(m, session), "app",
					    m->request.app),
				  common_done_if_ok);
}

static void log_out(struct migration *m);

static void logged_out(struct migration *m, const struct http_answer *answer)
{
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));

	/* An instance that isn't there plays nobody. */
	if (answer->status == 204 || answer->status == 404 ||
	    (cause && strcmp(cause, "INSTANCE_NOT_RUNNING") == 0))
		engine_step_done(m, NULL);
	else if (answer->status == 502 && clock_mono_ns() < m->deadline_mono_ns)
		engine_step_sleep(m, m->mm->times->retry, log_out);
	else
		engine_problem(m, "the player was not logged out", answer);
}

static void log_out(struct migration *m)
{
	char path[192];

	if (nothing_to_undo(m, "player_sent"))
		return;
	dual_player_path(m, path, sizeof path);
	engine_ask(m, leaving(m), "DELETE", path, NULL, logged_out);
}

/* Somebody else's migration goes there, or came from there and may go back. */
static bool edge_is_wanted(const struct migration *m, const char *edge)
{
	for (const struct migration *each = m->mm->migrations; each; each = each->hh.next) {
		if (each == m || migration_ended(each) ||
		    strcmp(each->request.app, m->request.app) != 0)
			continue;
		if (strcmp(each->request.destination, edge) == 0 ||
		    strcmp(migration_data_string(each, "source_edge"), edge) == 0)
			return true;
	}
	return false;
}

static void instance_stopped(struct migration *m, const struct http_answer *answer)
{
	/* 409 IN_USE: others play on */
	if (answer->status == 204 || answer->status == 404 || answer->status == 409)
		engine_step_done(m, json_pack("{s:b}", "instance_stopped", answer->status == 204));
	else
		engine_problem(m, "the instance was not stopped", answer);
}

static void stop_instance(struct migration *m)
{
	bool others = m->direction == DIRECTION_ROLLBACK &&
		      !json_is_true(json_object_get(m->data, "instance_ours"));
	char path[128];

	if (others || edge_is_wanted(m, leaving_edge(m))) {
		engine_step_done(m, NULL);
		return;
	}
	dual_instance_path(m, path, sizeof path);
	engine_ask(m, leaving(m), "DELETE", path, NULL, instance_stopped);
}

#define END(word, function)                                                                        \
	{                                                                                          \
		.name = word, .state = MIGRATION_RELEASING, .stage = 6, .optional = true,          \
		.timeout_ms = END_MS, .start = function                                            \
	}

const struct step dual_releasing[] = {
	{.name = "primary",
	 .state = MIGRATION_RELEASING,
	 .stage = 6,
	 .turnable = true,
	 .timeout_ms = END_MS,
	 .start = primary},
	END("unstream", unstream),
	END("logout", log_out),
	END("stop", stop_instance),
	{0},
};
/* Each may fail and the rest is still done: what counts is that the source plays on. */
const struct step dual_rollback[] = {
	END("unstream", unstream),
	END("logout", log_out),
	END("stop", stop_instance),
	{0},
};
