// SPDX-License-Identifier: Apache-2.0
#include "apps/game/cloud/rest.h"
#include "lib/metrics.h"

/* ---- status ---- */

static const struct logic_tally *tally_of(const struct cloud *c)
{
	return c->logic.ops->tally(c->logic.logic);
}

/* @more is taken */
static json_t *with(json_t *answer, json_t *more)
{
	json_object_update(answer, more);
	json_decref(more);
	return answer;
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
	const struct logic_tally *t = tally_of(c);

	return json_pack("{s:I, s:I, s:I, s:I}", "applied", (json_int_t)t->applied, "duplicate",
			 (json_int_t)t->inputs.duplicate, "ahead", (json_int_t)t->inputs.ahead,
			 "secondary", (json_int_t)sessions_tally(c->sessions)->inputs_secondary);
}

static void status_get(struct http_request *req, void *user)
{
	const struct cloud *c = user;
	const struct logic_tally *t = tally_of(c);
	const struct connections_tally *n = sessions_connections(c->sessions);
	struct logic_world w;

	c->logic.ops->world(c->logic.logic, false, &w);
	http_reply(req, 200,
		   with(json_pack("{s:I, s:i, s:o, s:o, s:{s:I, s:I, s:I}, s:{s:I, s:I}, s:I}",
				  "tick", (json_int_t)w.tick, "tick_hz", (int)c->config.tick_hz,
				  "sessions", sessions_status(c), "inputs", inputs_status(c),
				  "ticks", "run", (json_int_t)t->ticks, "late", (json_int_t)t->late,
				  "skipped", (json_int_t)t->skipped, "bytes", "in",
				  (json_int_t)n->octets_in, "out", (json_int_t)n->octets_out,
				  "state_errors", (json_int_t)state_file_errors(c->state)),
			c->logic.ops->status_json(c->logic.logic)));
}

/* ---- accounts ---- */

static json_t *view_json(const struct account *a)
{
	return a->view.len ? json_loadb(a->view.text, a->view.len, 0, NULL) : json_null();
}

/* null: as yet none */
static json_t *when_json(uint64_t ns)
{
	return ns ? json_integer((json_int_t)ns) : json_null();
}

static json_t *turn_json(const struct inputs_turn *turn)
{
	if (!turn->number)
		return json_null();
	return json_pack("{s:I, s:I, s:o, s:I, s:o}", "number", (json_int_t)turn->number, "last",
			 (json_int_t)turn->last, "last_ns", when_json(turn->last_ns), "first",
			 (json_int_t)turn->first, "first_ns", when_json(turn->first_ns));
}

static json_t *account_json(const struct cloud *c, const struct account *a)
{
	return with(json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "account", a->name, "last_input",
			      (json_int_t)a->inputs.applied, "switch_number",
			      (json_int_t)a->set.newest, "turn", turn_json(&a->inputs.turn),
			      "sessions", sessions_json(a), "view", view_json(a)),
		    c->logic.ops->account_json(c->logic.logic, a));
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
	const struct cloud *c = user;

	if (c->logic.ops->ready && !c->logic.ops->ready(c->logic.logic))
		http_problem(req, 503, "NOT_READY", "the logic server is being started");
	else
		http_reply(req, 204, NULL);
}

/* Where metrics go, and what their names begin with */
struct page {
	FILE *out;
	const char *prefix;
};

static void head(const struct page *p, const char *name, const char *type, const char *help)
{
	fprintf(p->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", p->prefix, name, help, p->prefix, name,
		type);
}

static void value(const struct page *p, const char *name, const char *label, uint64_t n)
{
	fprintf(p->out, "%s%s%s %llu\n", p->prefix, name, label, (unsigned long long)n);
}

static void print_sessions(const struct page *p, const struct cloud *c)
{
	const struct sessions_tally *t = sessions_tally(c->sessions);
	const struct connections_tally *n = sessions_connections(c->sessions);

	head(p, "sessions", "gauge", "State synchronisation sessions, by role.");
	value(p, "sessions", "{role=\"primary\"}", sessions_count(c->sessions, SESSION_PRIMARY));
	value(p, "sessions", "{role=\"secondary\"}",
	      sessions_count(c->sessions, SESSION_SECONDARY));
	value(p, "sessions", "{role=\"none\"}", sessions_count(c->sessions, SESSION_OUTSIDE));
	head(p, "sessions_ended_total", "counter", "Connections that were ended, by reason.");
	value(p, "sessions_ended_total", "{reason=\"forged\"}", t->forged);
	value(p, "sessions_ended_total", "{reason=\"hello-late\"}", t->hello_late);
	value(p, "sessions_ended_total", "{reason=\"malformed\"}", n->malformed);
	value(p, "sessions_ended_total", "{reason=\"slow\"}", n->slow);
	value(p, "sessions_ended_total", "{reason=\"silent\"}", n->silent);
	value(p, "sessions_ended_total", "{reason=\"full\"}", n->full);
	value(p, "sessions_ended_total", "{reason=\"displaced\"}", n->displaced);
	head(p, "tickets_void_total", "counter", "Session ids that nobody claimed in time.");
	value(p, "tickets_void_total", "", sessions_expired(c->sessions));
	head(p, "switching_signals_total", "counter", "Switching signals, by outcome.");
	value(p, "switching_signals_total", "{outcome=\"accepted\"}", t->signals_accepted);
	value(p, "switching_signals_total", "{outcome=\"stale\"}", t->signals_stale);
	value(p, "switching_signals_total", "{outcome=\"refused\"}", t->signals_refused);
	value(p, "switching_signals_total", "{outcome=\"unkept\"}", t->signals_unkept);
	head(p, "views_total", "counter", "Client-side states that came, by outcome.");
	value(p, "views_total", "{outcome=\"kept\"}", t->views);
	value(p, "views_total", "{outcome=\"dropped\"}", t->views_dropped);
	head(p, "snapshots_total", "counter", "Snapshots that were sent.");
	value(p, "snapshots_total", "", t->snapshots);
	head(p, "octets_total", "counter", "Octets of state protocol, by direction.");
	value(p, "octets_total", "{direction=\"in\"}", n->octets_in);
	value(p, "octets_total", "{direction=\"out\"}", n->octets_out);
}

static void print_logic(const struct page *p, const struct cloud *c)
{
	const struct logic_tally *t = tally_of(c);

	head(p, "ticks_total", "counter", "Ticks of the world, by how they came.");
	value(p, "ticks_total", "{outcome=\"run\"}", t->ticks);
	value(p, "ticks_total", "{outcome=\"skipped\"}", t->skipped);
	head(p, "ticks_late_total", "counter", "Ticks that began over half a period late.");
	value(p, "ticks_late_total", "", t->late);
	head(p, "inputs_total", "counter", "Players' inputs, by what became of them.");
	value(p, "inputs_total", "{outcome=\"applied\"}", t->applied);
	value(p, "inputs_total", "{outcome=\"duplicate\"}", t->inputs.duplicate);
	value(p, "inputs_total", "{outcome=\"ahead\"}", t->inputs.ahead);
	value(p, "inputs_total", "{outcome=\"secondary\"}",
	      sessions_tally(c->sessions)->inputs_secondary);
	head(p, "state_errors_total", "counter", "Writes to the state file that failed.");
	value(p, "state_errors_total", "", state_file_errors(c->state));
}

static void print_login(const struct page *p, const struct cloud *c)
{
	head(p, "logins_total", "counter", "Logins, by outcome.");
	value(p, "logins_total", "{outcome=\"accepted\"}", c->login.accepted);
	value(p, "logins_total", "{outcome=\"refused\"}", c->login.refused);
	value(p, "logins_total", "{outcome=\"limited\"}", c->login.limited);
	value(p, "logins_total", "{outcome=\"full\"}", c->login.full);
}

static void metrics_get(struct http_request *req, void *user)
{
	const struct cloud *c = user;
	struct metrics m;
	struct page p;

	if (metrics_begin(&m, req) < 0)
		return;
	p = (struct page){.out = m.out, .prefix = c->logic.metrics};
	print_sessions(&p, c);
	print_logic(&p, c);
	print_login(&p, c);
	if (c->logic.ops->print_metrics)
		c->logic.ops->print_metrics(c->logic.logic, m.out);
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
