// SPDX-License-Identifier: Apache-2.0
/*
 * dual: 001's CSM. No state is copied: a second instance at the destination logs in to the cloud
 * with the same account, follows the world as the first one does, and streams beside it; the switch
 * exchanges their roles (001 III-C, B11). T_chkp = T_copy = T_restore = 0 (B34).
 *
 * Here: what has to be known, the instance, and the plan. The player's login and stream are in
 * dual_player.c, the switch of the streams in dual_switch.c, the countdown in dual_hold.c, and
 * what ends a side, after it or rolling back, in dual_release.c.
 */
#include "migration-manager/strategies/dual.h"

#include <errno.h>
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"
#include "migration-manager/request.h"

enum {
	INSTANCE_PATIENCE_MS = 900000, /* an image of 1 GB at 10 Mbit/s */
	PLAYER_PATIENCE_MS = 20000,
	STREAM_PATIENCE_MS = 15000,
	SWITCHED_MS = 6000
};

void dual_instance_path(const struct migration *m, char *buf, size_t size)
{
	snprintf(buf, size, "/v1/instances/%s", m->request.app);
}

void dual_player_path(const struct migration *m, char *buf, size_t size)
{
	snprintf(buf, size, "/v1/instances/%s/players/%s", m->request.app,
		 migration_data_string(m, "account"));
}

const char *dual_text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

/* ---- what has to be known ---- */

static int check(const struct migration_request *request, char *ret_reason, size_t size)
{
	const char *why = NULL;

	if (!request->app[0])
		why = "'dual' moves the player of an app, so /app is required";
	else if (strspn(request->app, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-") != strlen(request->app))
		why = "'dual' wants an app named by letters, digits, '.', '_', '-'";
	else if (request->mode != &mode_make_before_break)
		why = "'dual' needs both sessions at once, so mode make-before-break";
	if (!why)
		return 0;
	snprintf(ret_reason, size, "%s", why);
	return -EINVAL;
}

/* Who plays @app on this UE, or NULL */
static const json_t *player_of(const struct registered *ue, const char *app)
{
	const json_t *players = ue ? json_object_get(ue->info, "players") : NULL, *player;
	size_t i;

	json_array_foreach(players, i, player)
	{
		if (strcmp(dual_text(player, "app"), app) == 0 && dual_text(player, "account")[0])
			return player;
	}
	return NULL;
}

static const char *account_of(const struct registered *ue, const char *app)
{
	const json_t *player = player_of(ue, app);

	return player ? dual_text(player, "account") : NULL;
}

/* What the UE agent told of its player, within what a request may say */
static uint64_t hold_ms_of(const struct manager *mm, const struct migration_request *request)
{
	const json_t *player = player_of(registry_get(mm->registry.ues, request->ue), request->app);
	json_int_t ms = json_integer_value(json_object_get(player, "countdown_ms"));

	return ms > 0 && ms <= HOLD_MS_MAX ? (uint64_t)ms : request->strategy->hold_ms;
}

bool dual_edge_has(const struct registered *edge, const char *app)
{
	return registry_told(edge, "applications", app);
}

static int admit(const struct manager *mm, const struct migration_request *request,
		 const char **ret_cause, char *ret_reason, size_t size)
{
	const char *const edges[] = {request->source, request->destination};

	if (!account_of(registry_get(mm->registry.ues, request->ue), request->app)) {
		*ret_cause = "PLAYER_NOT_FOUND";
		snprintf(ret_reason, size, "the UE agent of '%s' has told of no player of app '%s'",
			 request->ue, request->app);
		return -ENOENT;
	}
	for (size_t i = 0; i < 2; i++) {
		const struct registered *edge = registry_get(mm->registry.edges, edges[i]);

		if (!edge || dual_edge_has(edge, request->app))
			continue;
		*ret_cause = "APP_NOT_FOUND";
		snprintf(ret_reason, size, "edge '%s' has no application '%s'", edges[i],
			 request->app);
		return -ENOENT;
	}
	return 0;
}

/* After a restart of the manager agents come back one after another. */
static void look_at_agents(struct migration *m)
{
	const struct registry *r = &m->mm->registry;
	const char *account = account_of(registry_get(r->ues, m->request.ue), m->request.app);
	const char *source = migration_data_string(m, "source_edge");
	bool both = dual_edge_has(registry_get(r->edges, source), m->request.app) &&
		    dual_edge_has(registry_get(r->edges, m->request.destination), m->request.app);

	if (account && both)
		engine_step_done(m, json_pack("{s:s}", "account", account));
	else if (clock_mono_ns() < m->deadline_mono_ns)
		engine_step_sleep(m, m->mm->times->retry, look_at_agents);
	else if (!account)
		engine_step_failed(m, "PLAYER_NOT_FOUND", "the UE has no player of app '%s'",
				   m->request.app);
	else
		engine_step_failed(m, "APP_NOT_FOUND",
				   "app '%s' is not known at both '%s' and '%s'", m->request.app,
				   source, m->request.destination);
}

/* ---- i: the instance ---- */

/* Whose the instance is has to be in the journal before it is started. */
static void looked_at_instance(struct migration *m, const struct http_answer *answer)
{
	const char *state = dual_text(answer->body, "state");

	if (answer->status != 200) {
		engine_problem(m, "the destination's edge agent", answer);
		return;
	}
	engine_step_done(m,
			 json_pack("{s:b}", "instance_ours",
				   strcmp(state, "absent") == 0 || strcmp(state, "failed") == 0));
}

static void look_at_instance(struct migration *m)
{
	char path[128];

	dual_instance_path(m, path, sizeof path);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "GET", path, NULL, looked_at_instance);
}

static void put_instance(struct migration *m);
static void ask_instance(struct migration *m);

static json_t *instance_figures(const struct migration *m, const json_t *instance)
{
	static const char *const names[][2] = {{"pull_us", "instance_pull_us"},
					       {"check_us", "instance_check_us"},
					       {"start_us", "instance_start_us"},
					       {"image_bytes", "instance_bytes"},
					       {"pulled_bytes", "instance_pulled_bytes"}};
	json_t *figures = json_object();

	/* Those of an instance that was there are of another day. */
	for (size_t i = 0; i < 5 && json_is_true(json_object_get(m->data, "instance_ours")); i++) {
		if (json_object_get(instance, names[i][0]))
			json_object_set(figures, names[i][1],
					json_object_get(instance, names[i][0]));
	}
	return figures;
}

static void instance_answered(struct migration *m, const struct http_answer *answer)
{
	const char *state = dual_text(answer->body, "state"),
		   *cause = dual_text(answer->body, "cause");

	if (answer->status != 200 && answer->status != 202)
		engine_problem(m, "the instance was not started", answer);
	else if (strcmp(state, "running") == 0)
		engine_step_done(m, instance_figures(m, answer->body));
	else if (strcmp(state, "failed") == 0)
		engine_step_failed(m, cause[0] ? cause : "INSTANCE_FAILED",
				   "the instance of '%s' at '%s': %s", m->request.app,
				   m->request.destination, dual_text(answer->body, "detail"));
	else if (clock_mono_ns() >= m->deadline_mono_ns)
		engine_step_failed(m, "INSTANCE_NOT_RUNNING", "the instance is still '%s'", state);
	else if (strcmp(state, "absent") == 0)
		engine_step_sleep(m, DUAL_POLL_MS, put_instance);
	else
		engine_step_sleep(m, DUAL_POLL_MS, ask_instance);
}

static void ask_instance(struct migration *m)
{
	char path[128];

	dual_instance_path(m, path, sizeof path);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "GET", path, NULL, instance_answered);
}

/* Whoever had it running may have stopped it since we looked: then it is ours. */
static void put_instance(struct migration *m)
{
	char path[128];

	json_object_set_new(m->data, "instance_ours", json_true());
	dual_instance_path(m, path, sizeof path);
	engine_ask(m, PARTICIPANT_DESTINATION_EDGE, "PUT", path, json_object(), instance_answered);
}

static void start_instance(struct migration *m)
{
	if (json_is_true(json_object_get(m->data, "instance_ours")))
		put_instance(m);
	else
		ask_instance(m);
}

static const struct step initialising[] = {
	{.name = "agents", .state = MIGRATION_PREPARING, .stage = 1, .start = look_at_agents},
	{.name = "image", .state = MIGRATION_PREPARING, .stage = 1, .start = look_at_instance},
	{.name = "instance",
	 .state = MIGRATION_PREPARING,
	 .stage = 1,
	 .patience_ms = INSTANCE_PATIENCE_MS,
	 .start = start_instance},
	{0},
};
static const struct step preparing[] = {
	{.name = "player",
	 .state = MIGRATION_PREPARING,
	 .stage = 2,
	 .patience_ms = PLAYER_PATIENCE_MS,
	 .start = dual_log_in},
	{0},
};
static const struct step synchronising[] = {
	{.name = "synchronise",
	 .state = MIGRATION_SYNCHRONISING,
	 .stage = 3,
	 .patience_ms = PLAYER_PATIENCE_MS,
	 .start = dual_synchronise},
	{.name = "stream",
	 .state = MIGRATION_SYNCHRONISING,
	 .stage = 4,
	 .patience_ms = STREAM_PATIENCE_MS,
	 .start = dual_stream},
	{0},
};
/* The figures of the switch are complete when what followed it has been shown. That is part of the
 * countdown, and holds up nothing. */
static const struct step switched[] = {
	{.name = "figures",
	 .state = MIGRATION_RELEASING,
	 .stage = 6,
	 .optional = true,
	 .turnable = true,
	 .timeout_ms = SWITCHED_MS,
	 .start = dual_figures},
	{0},
};

const struct strategy strategy_dual = {
	.name = "dual",
	.initialising = initialising,
	.preparing = preparing,
	.synchronising = synchronising,
	.switched = switched,
	.holding = dual_holding,
	.releasing = dual_releasing,
	.rollback = dual_rollback,
	.hold_ms = 30000,
	.staged = true,
	.back_and_forth = true,
	.check = check,
	.admit = admit,
	.edge_has = dual_edge_has,
	.hold = hold_ms_of,
	.switch_args = dual_switch_args,
	.switch_ms = dual_switch_ms,
	.cut_switch = dual_cut_switch,
};
