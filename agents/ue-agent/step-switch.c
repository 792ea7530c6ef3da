// SPDX-License-Identifier: Apache-2.0
/*
 * switch: make a session the primary one. T0 is when the command was accepted.
 *
 * With a stream (strategy dual): the stream-client switches first, as soon as the two pictures are
 * alike, which may take a while or never be; then the routes of everything else follow. T0 is then
 * when the routes' turn came; the stream's own times are in the outcome. The stream-client knows a
 * switch by its number, so after kill -9 the same request finds what became of it.
 */
#include <errno.h>
#include <string.h>

#include "agents/ue-agent/player.h"
#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "lib/log.h"

enum { POLL_MS = 5 };

/* @t0_ns: T0; @stream: given, or NULL */
static void set_routes(struct step_op *op, uint64_t t0_ns, json_t *stream)
{
	uint64_t switched_ns = 0;
	int r = sessions_make_primary(op->agent, op->session, &switched_ns);

	if (stream)
		player_shown(op->agent, json_string_value(json_object_get(op->args, "app")),
			     op->session);
	if (r < 0) {
		json_decref(stream);
		if (r == -ENOENT)
			step_refused(op, 409, "SESSION_NOT_FOUND", "PDU session %u is not up",
				     op->session);
		else
			step_refused(op, 500, "ROUTE_NOT_REPLACED",
				     "the route to PDU session %u: %s", op->session, strerror(-r));
		return;
	}
	log_info("switch", "migration=%s session=%u us=%llu", op->migration, op->session,
		 (unsigned long long)(switched_ns - t0_ns) / 1000);
	step_done(op, json_pack("{s:I, s:I, s:o*}", "t0_ns", (json_int_t)t0_ns, "switched_ns",
				(json_int_t)switched_ns, "stream", stream));
}

/* ---- the stream first ---- */

static void poll_switch(struct step_op *op);

static json_int_t number_of(const struct step_op *op, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(op->args, "stream"), name));
}

static void ask_switch(struct step_op *op, const char *method, const char *which, json_t *body,
		       http_done done)
{
	const struct ue_player *player = step_player(op);
	char path[64];

	if (!player) {
		json_decref(body);
		return;
	}
	snprintf(path, sizeof path, "/v1/switches/%lld", (long long)number_of(op, which));
	step_ask(op, player->stream_url, method, path, body, done);
}

/* Before its time only for want of pictures */
static void given_up(struct step_op *op, const json_t *record)
{
	const char *reason = json_string_value(json_object_get(record, "reason"));
	const json_t *ssim = json_object_get(record, "ssim");

	if (reason && strncmp(reason, "destination-", 12) == 0)
		step_refused(op, 409, "STREAM_STALLED", "no pictures come by PDU session %u",
			     op->session);
	else
		step_refused(op, 409, "SIMILARITY_NOT_REACHED",
			     "the two pictures were not alike within %lld ms, the latest pair %.3f",
			     (long long)number_of(op, "timeout_ms"), json_number_value(ssim));
}

static void polled(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;
	const char *state = json_string_value(json_object_get(answer->body, "state"));

	if (answer->error || answer->status != 200 || !state)
		step_stream_problem(op, answer);
	else if (strcmp(state, "switched") == 0 && step_superseded(op))
		step_refused(op, 409, "STALE_EPOCH", "a newer plan of this migration has begun");
	else if (strcmp(state, "switched") == 0)
		set_routes(op, clock_now_ns(), step_stream_figures(answer->body));
	else if (strcmp(state, "given-up") == 0)
		given_up(op, answer->body);
	else if (strcmp(state, "cancelled") == 0)
		step_refused(op, 409, "CANCELLED",
			     "the stream switch was cancelled while it waited");
	else
		step_sleep(op, POLL_MS, poll_switch);
}

/* What became of it tells the next poll: cancelled, or switched in the meantime. */
static void cut(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;

	step_sleep(op, POLL_MS, poll_switch);
}

static void poll_switch(struct step_op *op)
{
	if (op->cut_wanted) {
		op->cut_wanted = false;
		ask_switch(op, "DELETE", "number", NULL, cut);
	} else {
		ask_switch(op, "GET", "number", NULL, polled);
	}
}

/* Where there is no other way the stream has to be there again: the keeper (player.h) sees to it
 * between our tries. */
static bool lost_its_streams(const struct step_op *op, const struct http_answer *answer)
{
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));

	return answer->status == 404 && cause && strcmp(cause, "STREAM_NOT_FOUND") == 0 &&
	       json_is_true(json_object_get(json_object_get(op->args, "stream"), "force"));
}

static void begun(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;

	if (!answer->error && lost_its_streams(op, answer))
		step_not_now(op, "the stream-client has lost its streams");
	else if (answer->error || answer->status >= 300)
		step_stream_problem(op, answer);
	else
		poll_switch(op);
}

static void begin_switch(struct step_op *op)
{
	static const char *const names[] = {"threshold", "window", "timeout_ms", "force"};
	const json_t *stream = json_object_get(op->args, "stream");
	json_t *body = json_pack("{s:i}", "to", (int)op->session);

	for (size_t i = 0; i < 4; i++) {
		json_t *value = json_object_get(stream, names[i]);

		if (value)
			json_object_set(body, names[i], value);
	}
	ask_switch(op, "PUT", "number", body, begun);
}

/* 204: it waited. 404, 409: it never began, has been given up, has switched. */
static void cancelled(const struct http_answer *answer, void *user)
{
	struct step_op *op = user;

	if (answer->error || answer->status == 503)
		step_stream_problem(op, answer);
	else
		begin_switch(op);
}

void step_switch(struct step_op *op)
{
	if (!json_object_get(op->args, "stream"))
		set_routes(op, op->accepted_ns, NULL);
	else if (number_of(op, "number") <= 0)
		step_refused(op, 400, "INVALID_PARAMETER",
			     "/stream/number: expected an integer above 0");
	else if (number_of(op, "cancel") > 0)
		ask_switch(op, "DELETE", "cancel", NULL, cancelled);
	else
		begin_switch(op);
}
