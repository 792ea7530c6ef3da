// SPDX-License-Identifier: Apache-2.0
#include "apps/snake/cloud/rest.h"
#include "lib/metrics.h"

/* ---- status ---- */

static json_t *world_json(const struct world *w)
{
	int snakes = 0, bots = 0;

	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++) {
		const struct world_snake *s = world_snake(w, i);

		snakes += s != NULL;
		bots += s && s->bot;
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:i}", "width", w->width, "height", w->height,
			 "snakes", snakes, "bots", bots, "food", w->food_count);
}

static json_t *sessions_status(const struct cloud *c)
{
	const struct sessions_tally *t = sessions_tally(c->sessions);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "primary",
			 (json_int_t)sessions_count(c->sessions, SESSION_PRIMARY), "secondary",
			 (json_int_t)sessions_count(c->sessions, SESSION_SECONDARY),
			 "without_hello", (json_int_t)sessions_count(c->sessions, SESSION_OUTSIDE),
			 "opened", (json_int_t)t->opened, "closed", (json_int_t)t->closed,
			 "switches_accepted", (json_int_t)t->signals_accepted, "switches_stale",
			 (json_int_t)t->signals_stale);
}

static json_t *inputs_status(const struct cloud *c)
{
	const struct logic_tally *t = logic_tally(c->logic);

	return json_pack("{s:I, s:I, s:I, s:I}", "applied", (json_int_t)t->applied, "duplicate",
			 (json_int_t)t->inputs.duplicate, "ahead", (json_int_t)t->inputs.ahead,
			 "secondary", (json_int_t)sessions_tally(c->sessions)->inputs_secondary);
}

static void status_get(struct http_request *req, void *user)
{
	const struct cloud *c = user;
	const struct world *w = logic_world(c->logic);
	const struct logic_tally *t = logic_tally(c->logic);
	const struct connections_tally *n = sessions_connections(c->sessions);

	http_reply(req, 200,
		   json_pack("{s:I, s:i, s:o, s:o, s:o, s:{s:I, s:I, s:I}, s:{s:I, s:I}, s:I}",
			     "tick", (json_int_t)w->tick, "tick_hz", (int)c->tick_hz, "world",
			     world_json(w), "sessions", sessions_status(c), "inputs",
			     inputs_status(c), "ticks", "run", (json_int_t)t->ticks, "late",
			     (json_int_t)t->late, "skipped", (json_int_t)t->skipped, "bytes", "in",
			     (json_int_t)n->octets_in, "out", (json_int_t)n->octets_out,
			     "state_errors", (json_int_t)state_file_errors(c->state)));
}

/* ---- accounts ---- */

static json_t *snake_json(const struct cloud *c, const struct account *a)
{
	const struct world_snake *s =
		a->player < 0 ? NULL : world_snake(logic_world(c->logic), (unsigned)a->player);

	if (!s)
		return json_null();
	return json_pack("{s:i, s:b, s:b, s:i, s:I, s:i, s:i}", "player", a->player, "alive",
			 s->state == WORLD_ALIVE, "resting", (int)s->resting, "length",
			 (int)s->length, "score", (json_int_t)s->score, "x",
			 (int)world_snake_cell(s, 0).x, "y", (int)world_snake_cell(s, 0).y);
}

static json_t *view_json(const struct account *a)
{
	return a->view.len ? json_loadb(a->view.text, a->view.len, 0, NULL) : json_null();
}

static json_t *account_json(const struct cloud *c, const struct account *a)
{
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "account", a->name, "last_input",
			 (json_int_t)a->inputs.applied, "switch_number", (json_int_t)a->set.newest,
			 "sessions", sessions_json(a), "snake", snake_json(c, a), "view",
			 view_json(a));
}

static void accounts_get(struct http_request *req, void *user)
{
	const struct cloud *c = user;
	json_t *list = json_array();

	for (size_t i = 0; i < c->accounts.count; i++)
		json_array_append_new(list, account_json(c, &c->accounts.account[i]));
	http_reply(req, 200, json_pack("{s:o}", "accounts", list));
}

static void account_get(struct http_request *req, void *user)
{
	const struct cloud *c = user;
	const char *name = http_param(req, "account");
	const struct account *a = accounts_find(&c->accounts, name);

	if (a)
		http_reply(req, 200, account_json(c, a));
	else
		http_problem(req, 404, "ACCOUNT_NOT_FOUND",
			     "no account '%s'; GET /v1/accounts lists them", name);
}

/* ---- health and metrics ---- */

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP baton_snake_%s %s\n# TYPE baton_snake_%s %s\n", name, help, name,
		type);
}

static void value(FILE *out, const char *name, const char *label, uint64_t n)
{
	fprintf(out, "baton_snake_%s%s %llu\n", name, label, (unsigned long long)n);
}

static void print_sessions(FILE *out, const struct cloud *c)
{
	const struct sessions_tally *t = sessions_tally(c->sessions);
	const struct connections_tally *n = sessions_connections(c->sessions);

	head(out, "sessions", "gauge", "State synchronisation sessions, by role.");
	value(out, "sessions", "{role=\"primary\"}", sessions_count(c->sessions, SESSION_PRIMARY));
	value(out, "sessions", "{role=\"secondary\"}",
	      sessions_count(c->sessions, SESSION_SECONDARY));
	value(out, "sessions", "{role=\"none\"}", sessions_count(c->sessions, SESSION_OUTSIDE));
	head(out, "sessions_ended_total", "counter", "Connections that were ended, by reason.");
	value(out, "sessions_ended_total", "{reason=\"forged\"}", t->forged);
	value(out, "sessions_ended_total", "{reason=\"hello-late\"}", t->hello_late);
	value(out, "sessions_ended_total", "{reason=\"malformed\"}", n->malformed);
	value(out, "sessions_ended_total", "{reason=\"slow\"}", n->slow);
	value(out, "sessions_ended_total", "{reason=\"silent\"}", n->silent);
	value(out, "sessions_ended_total", "{reason=\"full\"}", n->full);
	head(out, "tickets_void_total", "counter", "Session ids that nobody claimed in time.");
	value(out, "tickets_void_total", "", sessions_expired(c->sessions));
	head(out, "switching_signals_total", "counter", "Switching signals, by outcome.");
	value(out, "switching_signals_total", "{outcome=\"accepted\"}", t->signals_accepted);
	value(out, "switching_signals_total", "{outcome=\"stale\"}", t->signals_stale);
	value(out, "switching_signals_total", "{outcome=\"unkept\"}", t->signals_unkept);
	head(out, "views_total", "counter", "Client-side states that came, by outcome.");
	value(out, "views_total", "{outcome=\"kept\"}", t->views);
	value(out, "views_total", "{outcome=\"dropped\"}", t->views_dropped);
	head(out, "snapshots_total", "counter", "Snapshots that were sent.");
	value(out, "snapshots_total", "", t->snapshots);
	head(out, "octets_total", "counter", "Octets of state protocol, by direction.");
	value(out, "octets_total", "{direction=\"in\"}", n->octets_in);
	value(out, "octets_total", "{direction=\"out\"}", n->octets_out);
}

static void print_logic(FILE *out, const struct cloud *c)
{
	const struct logic_tally *t = logic_tally(c->logic);

	head(out, "ticks_total", "counter", "Ticks of the world, by how they came.");
	value(out, "ticks_total", "{outcome=\"run\"}", t->ticks);
	value(out, "ticks_total", "{outcome=\"skipped\"}", t->skipped);
	head(out, "ticks_late_total", "counter", "Ticks that began over half a period late.");
	value(out, "ticks_late_total", "", t->late);
	head(out, "inputs_total", "counter", "Players' inputs, by what became of them.");
	value(out, "inputs_total", "{outcome=\"applied\"}", t->applied);
	value(out, "inputs_total", "{outcome=\"duplicate\"}", t->inputs.duplicate);
	value(out, "inputs_total", "{outcome=\"ahead\"}", t->inputs.ahead);
	value(out, "inputs_total", "{outcome=\"secondary\"}",
	      sessions_tally(c->sessions)->inputs_secondary);
	head(out, "state_errors_total", "counter", "Writes to the state file that failed.");
	value(out, "state_errors_total", "", state_file_errors(c->state));
}

static void print_login(FILE *out, const struct cloud *c)
{
	head(out, "logins_total", "counter", "Logins, by outcome.");
	value(out, "logins_total", "{outcome=\"accepted\"}", c->login.accepted);
	value(out, "logins_total", "{outcome=\"refused\"}", c->login.refused);
	value(out, "logins_total", "{outcome=\"limited\"}", c->login.limited);
	value(out, "logins_total", "{outcome=\"full\"}", c->login.full);
}

static void metrics_get(struct http_request *req, void *user)
{
	struct metrics m;

	if (metrics_begin(&m, req) < 0)
		return;
	print_sessions(m.out, user);
	print_logic(m.out, user);
	print_login(m.out, user);
	metrics_reply(&m, req);
}

static void login_handler(struct http_request *req, void *user)
{
	login_post(&((struct cloud *)user)->login, req);
}

#define STATUS_ROUTES                                                                              \
	{"GET", "/v1/status", status_get, false}, {"GET", "/v1/accounts", accounts_get, false},    \
		{"GET", "/v1/accounts/{account}", account_get, false},                             \
		{"GET", "/healthz", health_get, false},                                            \
	{                                                                                          \
		"GET", "/metrics", metrics_get, false                                              \
	}

const struct http_route rest_management_routes[] = {STATUS_ROUTES, {0}};
/* A login carries the account's secret, not the topology's token */
const struct http_route rest_wan_routes[] = {
	{"POST", "/v1/login", login_handler, true}, STATUS_ROUTES, {0}};
