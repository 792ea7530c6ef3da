// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/manager_peers.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/daemon.h"

enum { TICK_MS = 2 };

/* ---- the UE's sessions ---- */

void peers_session_up(struct peers *p, unsigned id, const char *dnai)
{
	struct peer_session *s = &p->session[id];

	s->up = true;
	s->generation++;
	snprintf(s->dnai, sizeof s->dnai, "%s", dnai);
	snprintf(s->anchor_dnai, sizeof s->anchor_dnai, "%s", dnai);
	snprintf(s->address, sizeof s->address, "10.60.%u.%u", id, s->generation + 1);
	if (!p->primary)
		p->primary = id;
}

static void session_down(struct peers *p, unsigned id)
{
	p->session[id].up = false;
	for (int i = 0; i < PEER_EDGES; i++)
		p->edge[i].classifier = false;
	if (p->primary != id)
		return;
	p->primary = 0;
	for (unsigned i = 1; i < PEER_SESSIONS && !p->primary; i++)
		if (p->session[i].up)
			p->primary = i;
}

static json_t *smf_session_json(const struct peers *p, unsigned id)
{
	const struct peer_session *s = &p->session[id];

	return json_pack("{s:s, s:i, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:o}", "supi", PEER_SUPI,
			 "id", (int)id, "state", "active", "dnn", "internet", "sst", 1, "address",
			 s->address, "dnai", s->dnai, "anchor_dnai", s->anchor_dnai, "gnb",
			 PEER_GNB, "classifiers", classifiers_json(p));
}

/* ---- faults and answers ---- */

static void note(struct peers *p, const char *word)
{
	size_t len = strlen(p->trace), word_len = strlen(word);

	if (len > word_len && p->trace[len - 1] == ' ' &&
	    strncmp(p->trace + len - 1 - word_len, word, word_len) == 0 &&
	    (len == word_len + 1 || p->trace[len - word_len - 2] == ' '))
		return;
	assert_true(len + word_len + 2 < sizeof p->trace);
	snprintf(p->trace + len, sizeof p->trace - len, "%s ", word);
}

void peers_fault(struct peers *p, const struct fault *fault)
{
	assert_true(p->fault_count < PEER_FAULTS_MAX);
	p->fault[p->fault_count++] = *fault;
}

static const struct fault *fault_due(struct peers *p, const char *word)
{
	static struct fault due;

	for (size_t i = 0; i < p->fault_count; i++) {
		struct fault *f = &p->fault[i];

		if (!f->what || strncmp(word, f->at, strlen(f->at)) != 0)
			continue;
		if (f->skip) {
			f->skip--;
			continue;
		}
		due = *f;
		if (f->times && --f->times == 0)
			f->what = 0;
		return &due;
	}
	return NULL;
}

static void hold(struct peers *p, struct http_request *req)
{
	assert_true(p->held_count < PEER_HELD_MAX);
	p->held[p->held_count++] = req;
}

struct late {
	uv_timer_t timer;
	struct peers *p;
	struct http_request *req;
	unsigned status;
	json_t *body;
};

static void reply(struct http_request *req, unsigned status, json_t *body)
{
	if (status < 400) {
		http_reply(req, status, body);
		return;
	}
	http_problem(req, status, json_string_value(json_object_get(body, "cause")), "%s",
		     "told so by a test");
	json_decref(body);
}

static void late_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void late_due(uv_timer_t *timer)
{
	struct late *l = timer->data;

	reply(l->req, l->status, l->body);
	uv_close((uv_handle_t *)timer, late_closed);
}

static void reply_late(struct peers *p, struct http_request *req, unsigned status, json_t *body,
		       unsigned ms)
{
	struct late *l = calloc(1, sizeof *l);

	assert_non_null(l);
	*l = (struct late){.p = p, .req = req, .status = status, .body = body};
	uv_timer_init(p->loop, &l->timer);
	l->timer.data = l;
	uv_timer_start(&l->timer, late_due, ms, 0);
}

static bool strike_before(struct ask *ask, const struct fault *fault)
{
	struct peers *p = ask->p;

	switch (fault->what) {
	case FAULT_REFUSE:
		http_problem(ask->req, fault->status, fault->cause, "told so by a test");
		return true;
	case FAULT_CRASH:
		ask->server->crash_wanted = true;
		ask->server->crash_ms = fault->late_ms;
		hold(p, ask->req);
		return true;
	case FAULT_STOP_BEFORE:
		p->stop_wanted = true;
		hold(p, ask->req);
		return true;
	case FAULT_SILENT:
		hold(p, ask->req);
		return true;
	default:
		return false;
	}
}

static void strike_after(struct ask *ask, const struct fault *fault)
{
	switch (fault->what) {
	case FAULT_LATE:
		reply_late(ask->p, ask->req, ask->status, ask->body, fault->late_ms);
		return;
	case FAULT_NOT_JSON:
		http_reply_text(ask->req, 200, "application/json", "[1, \"no object\"]");
		break;
	case FAULT_STOP_AFTER:
		ask->p->stop_wanted = true;
		hold(ask->p, ask->req);
		break;
	default:
		hold(ask->p, ask->req);
		break;
	}
	json_decref(ask->body);
}

void peers_answer(struct ask *ask)
{
	const struct fault *fault;

	if (!strchr(ask->word, '?'))
		note(ask->p, ask->word);
	fault = fault_due(ask->p, ask->word);
	if (fault && strike_before(ask, fault))
		return;
	if (!ask->act(ask))
		return;
	if (fault)
		strike_after(ask, fault);
	else
		reply(ask->req, ask->status, ask->body);
}

/* ---- smf-lite ---- */

static bool act_sessions(struct ask *ask)
{
	json_t *array = json_array();

	for (unsigned id = 1; id < PEER_SESSIONS; id++)
		if (ask->p->session[id].up)
			json_array_append_new(array, smf_session_json(ask->p, id));
	ask->status = 200;
	ask->body = json_pack("{s:o}", "pdu_sessions", array);
	return true;
}

static bool act_upfs(struct ask *ask)
{
	json_t *array = json_array();

	for (int i = 0; i < PEER_EDGES; i++)
		json_array_append_new(array, json_pack("{s:s, s:i}", "dnai", ask->p->edge[i].dnai,
						       "sessions", 1 + i));
	ask->status = 200;
	ask->body = json_pack("{s:o}", "upfs", array);
	return true;
}

static unsigned wanted_id(const struct ask *ask)
{
	unsigned long id = strtoul(http_param(ask->req, "id"), NULL, 10);

	assert_string_equal(http_param(ask->req, "supi"), PEER_SUPI);
	return id < PEER_SESSIONS && ask->p->session[id].up ? (unsigned)id : 0;
}

static void not_found(struct ask *ask)
{
	ask->status = 404;
	ask->body = json_pack("{s:s}", "cause", "SESSION_NOT_FOUND");
}

static bool act_session(struct ask *ask)
{
	unsigned id = wanted_id(ask);

	if (id) {
		ask->status = 200;
		ask->body = smf_session_json(ask->p, id);
	} else {
		not_found(ask);
	}
	return true;
}

static bool act_anchor(struct ask *ask)
{
	const char *dnai = json_string_value(json_object_get(http_body(ask->req), "dnai"));

	assert_string_equal(http_param(ask->req, "dnn"), "internet");
	assert_non_null(dnai);
	snprintf(ask->p->anchor, sizeof ask->p->anchor, "%s", dnai);
	ask->status = 204;
	return true;
}

/* Cause 39 asks for reactivation: the UE comes back at the next tick. */
static bool act_drop(struct ask *ask)
{
	unsigned id = wanted_id(ask);
	json_int_t cause = json_integer_value(json_object_get(http_body(ask->req), "cause"));

	if (!id) {
		not_found(ask);
		return true;
	}
	assert_true(cause == 39 || cause == 36);
	session_down(ask->p, id);
	if (cause == 39 && !ask->p->never_back)
		ask->p->reactivating = id;
	ask->status = 202;
	ask->body = json_object();
	return true;
}

static void smf_handle(struct http_request *req, struct peers *p, const char *word,
		       bool (*act)(struct ask *))
{
	struct ask ask = {.p = p, .server = &p->smf, .req = req, .word = word, .act = act};

	peers_answer(&ask);
}

static void smf_sessions(struct http_request *req, void *user)
{
	smf_handle(req, user, "sessions", act_sessions);
}

static void smf_upfs(struct http_request *req, void *user)
{
	smf_handle(req, user, "upfs", act_upfs);
}

static void smf_session(struct http_request *req, void *user)
{
	char word[64];

	snprintf(word, sizeof word, "session(%s)", http_param(req, "id"));
	smf_handle(req, user, word, act_session);
}

static void smf_anchor(struct http_request *req, void *user)
{
	const char *dnai = json_string_value(json_object_get(http_body(req), "dnai"));
	char word[64];

	snprintf(word, sizeof word, "anchor(%s)", dnai ? dnai : "?");
	smf_handle(req, user, word, act_anchor);
}

static void smf_drop(struct http_request *req, void *user)
{
	char word[64];

	snprintf(word, sizeof word, "drop(%s)", http_param(req, "id"));
	smf_handle(req, user, word, act_drop);
}

static const struct http_route smf_routes[] = {
	{"GET", "/v1/pdu-sessions", smf_sessions, false},
	{"GET", "/v1/upfs", smf_upfs, false},
	{"GET", "/v1/pdu-sessions/{supi}/{id}", smf_session, false},
	{"POST", "/v1/pdu-sessions/{supi}/{id}/release", smf_drop, false},
	{"PUT", "/v1/anchors/{supi}/{dnn}", smf_anchor, false},
	{"PUT", "/v1/pdu-sessions/{supi}/{id}/classifiers/{dnai}", classifier_put, false},
	{"DELETE", "/v1/pdu-sessions/{supi}/{id}/classifiers/{dnai}", classifier_delete, false},
	{"POST", "/v1/pdu-sessions/{supi}/{id}/route", classifier_lead, false},
	{0},
};

/* ---- the UE agent ---- */

static bool act_status(struct ask *ask)
{
	json_t *array = json_array();

	for (unsigned id = 1; id < PEER_SESSIONS; id++) {
		const struct peer_session *s = &ask->p->session[id];

		if (s->up)
			json_array_append_new(array, json_pack("{s:i, s:s, s:i}", "id", (int)id,
							       "address", s->address, "generation",
							       (int)s->generation));
	}
	ask->status = 200;
	ask->body = json_pack("{s:s, s:i, s:i, s:o}", "supi", PEER_SUPI, "primary",
			      (int)ask->p->primary, "switches", (int)ask->p->switches,
			      "pdu_sessions", array);
	return true;
}

static void agent_status(struct http_request *req, void *user)
{
	struct peers *p = user;
	struct ask ask = {
		.p = p, .server = &p->agent, .req = req, .word = "status", .act = act_status};

	peers_answer(&ask);
}

static struct peer_step *step_find(struct peers *p, const char *migration, const char *name,
				   unsigned long long epoch)
{
	for (size_t i = 0; i < p->step_count; i++) {
		struct peer_step *s = &p->step[i];

		if (s->epoch == epoch && strcmp(s->name, name) == 0 &&
		    strcmp(s->migration, migration) == 0)
			return s;
	}
	return NULL;
}

static bool stale(const struct peers *p, const char *migration, unsigned long long epoch)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (strcmp(p->step[i].migration, migration) == 0 && p->step[i].epoch > epoch)
			return true;
	return false;
}

static json_t *outcome_of(const struct peers *p, unsigned id)
{
	uint64_t now = clock_now_ns();

	return json_pack("{s:i, s:s, s:i, s:i, s:I, s:I}", "session", (int)id, "address",
			 p->session[id].address, "generation", (int)p->session[id].generation,
			 "setup_us", 4321, "t0_ns", (json_int_t)now - 250000, "switched_ns",
			 (json_int_t)now);
}

static void refuse(struct ask *ask, unsigned status, const char *cause)
{
	ask->status = status;
	ask->body = json_pack("{s:s}", "cause", cause);
}

static void do_step(struct ask *ask, const char *name, unsigned id)
{
	struct peers *p = ask->p;
	bool up = p->session[id].up;
	uint64_t now = clock_now_ns();

	ask->status = 200;
	if (strcmp(name, "establish") == 0 || strcmp(name, "restore") == 0) {
		if (!up)
			peers_session_up(p, id, p->anchor);
		ask->body = outcome_of(p, id);
	} else if (strncmp(name, "release", 7) == 0) {
		if (!p->no_release)
			session_down(p, id);
		ask->body = json_pack("{s:i}", "sockets_ended", 0);
	} else if (!up && strcmp(name, "unstream") != 0) {
		refuse(ask, 409, "SESSION_NOT_FOUND");
	} else if (game_step(ask, name, id)) {
		return;
	} else if (strcmp(name, "switch") == 0) {
		p->switches += p->primary != id;
		p->primary = id;
		ask->body = json_pack("{s:I, s:I}", "t0_ns", (json_int_t)now - 40000, "switched_ns",
				      (json_int_t)now);
	} else if (strcmp(name, "probe") == 0) {
		assert_non_null(json_object_get(http_body(ask->req), "address"));
		ask->body = json_pack("{s:i}", "probe_rtt_us", 120);
	} else {
		fail_msg("unknown step '%s'", name);
	}
}

/* A session that was dropped is waited for by asking again: the manager's client repeats on 503. */
static bool do_await(struct ask *ask, unsigned id)
{
	const json_t *body = http_body(ask->req);
	const struct peer_session *s = &ask->p->session[id];
	json_int_t wanted = json_integer_value(json_object_get(body, "generation"));

	if (s->up && s->generation >= wanted) {
		ask->p->primary = id;
		ask->status = 200;
		ask->body = outcome_of(ask->p, id);
		return true;
	}
	if (ask->p->never_back)
		refuse(ask, 504, "SESSION_NOT_BACK");
	else
		refuse(ask, 503, "NOT_NOW");
	return ask->p->never_back;
}

static void keep_step(struct ask *ask, unsigned long long epoch)
{
	struct peers *p = ask->p;
	struct peer_step *s = &p->step[p->step_count++];

	assert_true(p->step_count < PEER_STEPS_MAX);
	snprintf(s->migration, sizeof s->migration, "%s", http_param(ask->req, "migration"));
	snprintf(s->name, sizeof s->name, "%s", http_param(ask->req, "step"));
	s->epoch = epoch;
	s->status = ask->status;
	s->body = json_incref(ask->body);
}

static bool act_step(struct ask *ask)
{
	const char *migration = http_param(ask->req, "migration"),
		   *name = http_param(ask->req, "step");
	const json_t *body = http_body(ask->req);
	unsigned long long epoch =
		(unsigned long long)json_integer_value(json_object_get(body, "epoch"));
	json_int_t id = json_integer_value(json_object_get(body, "session"));
	struct peer_step *done = step_find(ask->p, migration, name, epoch);

	assert_true(epoch > 0 && id > 0 && id < PEER_SESSIONS);
	if (stale(ask->p, migration, epoch)) {
		refuse(ask, 409, "STALE_EPOCH");
		return true;
	}
	if (done) {
		ask->status = done->status;
		ask->body = json_incref(done->body);
		return true;
	}
	if (game_waits(ask, name))
		return false;
	if (strcmp(name, "await") != 0 && strcmp(name, "settle") != 0)
		do_step(ask, name, (unsigned)id);
	else if (!do_await(ask, (unsigned)id))
		return true; /* not kept: it is asked again */
	keep_step(ask, epoch);
	return true;
}

static void agent_step(struct http_request *req, void *user)
{
	struct peers *p = user;
	char word[64];
	struct ask ask = {.p = p, .server = &p->agent, .req = req, .word = word, .act = act_step};

	snprintf(word, sizeof word, "%s(%lld)", http_param(req, "step"),
		 (long long)json_integer_value(json_object_get(http_body(req), "session")));
	peers_answer(&ask);
}

static const struct http_route agent_test_routes[] = {
	{"GET", "/v1/status", agent_status, false},
	{"PUT", "/v1/steps/{migration}/{step}", agent_step, false},
	{"DELETE", "/v1/steps/{migration}/{step}", game_cut, false},
	{0},
};

void peers_check_steps(const struct peers *p, const char *migration, unsigned long long last)
{
	for (size_t i = 0; i < p->step_count; i++) {
		const struct peer_step *a = &p->step[i];

		if (strcmp(a->migration, migration) != 0)
			continue;
		assert_in_range(a->epoch, 1, last);
		for (size_t k = i + 1; k < p->step_count; k++) {
			const struct peer_step *b = &p->step[k];

			assert_false(a->epoch == b->epoch && strcmp(a->name, b->name) == 0 &&
				     strcmp(a->migration, b->migration) == 0);
		}
	}
}

/* ---- servers ---- */

struct in_addr peers_address(void)
{
	return (struct in_addr){htonl(INADDR_LOOPBACK | ((uint32_t)getpid() & 0x3fffff) << 2)};
}

const char *peers_host(void)
{
	static char text[INET_ADDRSTRLEN];
	const struct in_addr addr = peers_address();

	return inet_ntop(AF_INET, &addr, text, sizeof text);
}

static void server_start(struct peers *p, struct peer_server *s)
{
	struct http_listen listen = {.addr = peers_address(), .port = s->port, .token = p->token};

	assert_int_equal(
		http_server_new(p->loop, &listen, s->routes, s->user ? s->user : p, &s->server), 0);
	s->port = http_server_port(s->server);
}

static void server_tick(struct peers *p, struct peer_server *s)
{
	uint64_t now = uv_now(p->loop);

	if (s->crash_wanted) {
		s->crash_wanted = false;
		http_server_free(s->server);
		s->server = NULL;
		s->back_ms = now + s->crash_ms;
	} else if (!s->server && now >= s->back_ms) {
		server_start(p, s);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct peers *p = timer->data;

	if (p->reactivating) {
		peers_session_up(p, p->reactivating, p->anchor);
		p->reactivating = 0;
	}
	server_tick(p, &p->smf);
	server_tick(p, &p->agent);
	for (int i = 0; i < PEER_EDGES; i++)
		server_tick(p, &p->edge[i].server);
}

void peers_start(struct peers *p, uv_loop_t *loop, const char *token)
{
	memset(p, 0, sizeof *p);
	p->loop = loop;
	p->token = token;
	p->smf.routes = smf_routes;
	p->agent.routes = agent_test_routes;
	server_start(p, &p->smf);
	server_start(p, &p->agent);
	game_begin(p);
	for (int i = 0; i < PEER_EDGES; i++)
		server_start(p, &p->edge[i].server);
	uv_timer_init(loop, &p->tick);
	p->tick.data = p;
	uv_timer_start(&p->tick, on_tick, TICK_MS, TICK_MS);
}

void peers_stop(struct peers *p)
{
	http_server_free(p->smf.server);
	http_server_free(p->agent.server);
	http_server_free(p->gnb.server);
	for (int i = 0; i < PEER_EDGES; i++)
		http_server_free(p->edge[i].server.server);
	for (size_t i = 0; i < p->held_count; i++)
		http_reply(p->held[i], 503, NULL);
	if (p->game.waiting)
		http_reply(p->game.waiting, 503, NULL);
	for (size_t i = 0; i < p->step_count; i++)
		json_decref(p->step[i].body);
	process_forget(p);
	uv_close((uv_handle_t *)&p->tick, NULL);
}

void peers_url(const struct peer_server *server, char *buf, size_t size)
{
	snprintf(buf, size, "http://%s:%u", peers_host(), server->port);
}
