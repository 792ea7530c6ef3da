// SPDX-License-Identifier: Apache-2.0
/*
 * stream, figures, unstream: what the stream-client of a player is asked on the way of a migration.
 * Its REST interface is in docs/csm.md; a stream has the number of its PDU session.
 */
#include <string.h>

#include "agents/ue-agent/player.h"
#include "agents/ue-agent/steps.h"

enum { POLL_MS = 10, FIGURES_POLL_MS = 50, WAIT_MAX_MS = 5000 };

const struct ue_player *step_player(struct step_op *op)
{
	const char *app = json_string_value(json_object_get(op->args, "app"));
	const struct ue_player *player = agent_player(op->agent, app);

	if (!player)
		step_refused(op, 404, "PLAYER_NOT_FOUND", "nobody plays '%s' here", app ? app : "");
	return player;
}

void step_stream_problem(struct step_op *op, const struct http_answer *answer)
{
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));
	const char *detail = json_string_value(json_object_get(answer->body, "detail"));

	if (answer->error || answer->status == 503)
		step_not_now(op,
			     answer->error ? answer->error_text : "the stream-client can't now");
	else
		step_refused(op, 502, cause ? cause : "STREAM_CLIENT_REFUSED",
			     "the stream-client answered %u%s%s", answer->status,
			     detail ? ": " : "", detail ? detail : "");
}

/* Its state would only repeat that it was switched. */
json_t *step_stream_figures(const json_t *record)
{
	json_t *figures = json_deep_copy(record);

	json_object_del(figures, "state");
	return figures;
}

static void ask_stream(struct step_op *op, const char *method, json_t *body, http_done done)
{
	const struct ue_player *player = step_player(op);
	char path[48];

	if (!player) {
		json_decref(body);
		return;
	}
	snprintf(path, sizeof path, "/v1/streams/%u", op->session);
	step_ask(op, player->stream_url, method, path, body, done);
}

/* ---- stream ---- */

static void poll_stream(struct step_op *op);

static void polled(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;
	const char *state = json_string_value(json_object_get(answer->body, "state"));

	if (answer->error || answer->status != 200 || !state)
		step_stream_problem(op, answer);
	else if (strcmp(state, "decoding") == 0)
		step_done(op, json_pack("{s:I}", "join_us",
					(json_int_t)((clock_now_ns() - op->accepted_ns) / 1000)));
	else if (clock_mono_ns() < op->deadline_mono_ns)
		step_sleep(op, POLL_MS, poll_stream);
	else
		step_refused(op, 504, "STREAM_NOT_DECODED",
			     "no picture of the stream over PDU session %u was decoded, it is '%s'",
			     op->session, state);
}

static void poll_stream(struct step_op *op)
{
	ask_stream(op, "GET", NULL, polled);
}

static json_t *place_of(struct step_op *op)
{
	static const char *const names[] = {"address", "port", "key"};
	json_t *place = json_object();
	char device[16];

	snprintf(device, sizeof device, "pdu%u", op->session);
	json_object_set_new(place, "device", json_string(device));
	for (size_t i = 0; i < 3; i++)
		json_object_set(place, names[i], json_object_get(op->args, names[i]));
	return place;
}

/* So that a stream-client that is restarted gets it again */
static void keep_place(struct step_op *op)
{
	const char *app = json_string_value(json_object_get(op->args, "app"));
	json_t *place = place_of(op);

	if (app)
		player_joined(op->agent, app, op->session, place,
			      json_string_value(json_object_get(op->args, "player_url")));
	json_decref(place);
}

static void begun(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;

	if (answer->error || answer->status >= 300)
		step_stream_problem(op, answer);
	else {
		keep_place(op);
		poll_stream(op);
	}
}

void step_stream(struct step_op *op)
{
	static const char *const names[] = {"address", "port", "key"};

	for (size_t i = 0; i < 3; i++)
		if (!json_object_get(op->args, names[i])) {
			step_refused(op, 400, "INVALID_PARAMETER", "/%s: missing", names[i]);
			return;
		}
	ask_stream(op, "PUT", place_of(op), begun);
}

/* ---- unstream ---- */

static void ended(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;

	const char *app = json_string_value(json_object_get(op->args, "app"));

	if (!answer->error && (answer->status < 300 || answer->status == 404)) {
		if (app)
			player_left(op->agent, app, op->session);
		step_done(op, json_object());
	} else {
		step_stream_problem(op, answer);
	}
}

void step_unstream(struct step_op *op)
{
	ask_stream(op, "DELETE", NULL, ended);
}

/* ---- figures ---- */

static void ask_figures(struct step_op *op);

static void figures_answered(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;
	const json_t *downtime = json_object_get(answer->body, "downtime");

	if (answer->error || answer->status != 200)
		step_stream_problem(op, answer);
	else if (json_is_true(json_object_get(downtime, "complete")) ||
		 clock_mono_ns() >= op->deadline_mono_ns)
		step_done(op, json_pack("{s:o}", "stream", step_stream_figures(answer->body)));
	else
		step_sleep(op, FIGURES_POLL_MS, ask_figures);
}

static void ask_figures(struct step_op *op)
{
	const struct ue_player *player = step_player(op);
	char path[64];

	snprintf(path, sizeof path, "/v1/switches/%lld",
		 (long long)json_integer_value(json_object_get(op->args, "number")));
	if (player)
		step_ask(op, player->stream_url, "GET", path, NULL, figures_answered);
}

void step_figures(struct step_op *op)
{
	json_int_t ms = json_integer_value(json_object_get(op->args, "wait_ms"));

	if (ms < 0 || ms > WAIT_MAX_MS)
		ms = WAIT_MAX_MS;
	op->deadline_mono_ns = clock_mono_ns() + (uint64_t)ms * UINT64_C(1000000);
	ask_figures(op);
}
