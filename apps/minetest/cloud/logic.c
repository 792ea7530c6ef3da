// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/minetest/cloud/body.h"
#include "apps/minetest/cloud/link.h"
#include "apps/minetest/cloud/logic.h"
#include "lib/daemon.h"
#include "lib/hex.h"
#include "lib/log.h"

#define NS_PER_S UINT64_C(1000000000)

enum {
	MS_PER_S = 1000,
	HOLD_PERCENT = 60, /* of a step's time: then the answer is on its way before the next */
	WATCH_MS = 1000,
	START_SECONDS = 60,  /* a server has until its first report */
	SILENT_SECONDS = 10, /* between two */
};

struct logic {
	struct cloud *cloud;
	struct server_config server_config;
	struct link *link;
	struct server *server;
	uv_timer_t watch;
	struct logic_tally tally;
	uint32_t tick;
	bool running; /* the server has reported */
	uint64_t reported_ns, born_ns;
	uint32_t revision; /* of bodies and players as the mod is to have them */
	uint32_t lives;	   /* numbers that bodies had */
	struct state_record record[ACCOUNTS_MAX];
	struct body body[ACCOUNTS_MAX]; /* by account id, from 1 */
};

static struct body *body_of(const struct logic *l, const struct account *a)
{
	return (struct body *)&l->body[a->id - 1];
}

static void changed(struct logic *l)
{
	l->revision++;
	link_answer(l->link);
}

/* ---- to the mod ---- */

static bool is_due(const struct logic *l, const struct account *a)
{
	enum state_input_kind kind;

	return body_of(l, a)->number && inputs_next(&a->inputs, &kind);
}

/* First it is kept, then it is handed over; confirmed, it is in a DELTA: see state_file.h */
static bool keep_due(struct logic *l)
{
	const struct accounts *all = &l->cloud->accounts;
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct account *a = &all->account[i];

		if (!is_due(l, a) || body_of(l, a)->handed > a->inputs.applied)
			continue;
		l->record[n] = state_record_of(a);
		l->record[n++].last_input++;
	}
	if (n == 0 || state_file_put(l->cloud->state, l->record, n) == 0)
		return true;
	l->tally.held++;
	return false;
}

static json_t *inputs_json(struct logic *l)
{
	const struct accounts *all = &l->cloud->accounts;
	json_t *list = json_array();
	bool kept = keep_due(l);

	for (size_t i = 0; i < all->count; i++) {
		struct account *a = &all->account[i];
		struct body *b = body_of(l, a);
		enum state_input_kind kind;

		if (!is_due(l, a) || (!kept && b->handed <= a->inputs.applied))
			continue;
		inputs_next(&a->inputs, &kind);
		b->handed = a->inputs.applied + 1;
		json_array_append_new(list, json_pack("[I, I, i]", (json_int_t)b->number,
						      (json_int_t)b->handed, (int)kind));
	}
	return list;
}

static json_t *answer(uint32_t revision, void *user)
{
	struct logic *l = user;
	const struct accounts *all = &l->cloud->accounts;
	json_t *answer = json_pack("{s:o}", "inputs", inputs_json(l));
	json_t *bodies, *players;

	if (revision == l->revision)
		return answer;
	bodies = json_array();
	players = json_array();
	for (size_t i = 0; i < all->count; i++) {
		const struct body *b = &l->body[i];

		if (b->number)
			json_array_append_new(bodies, body_json(b, all->account[i].inputs.applied));
		body_players_json(b, players);
	}
	json_object_set_new(answer, "revision", json_integer(l->revision));
	json_object_set_new(answer, "bodies", bodies);
	json_object_set_new(answer, "players", players);
	return answer;
}

/* ---- from the mod ---- */

static void confirm(struct logic *l, struct account *a, uint32_t applied)
{
	enum state_input_kind kind;

	while (a->inputs.applied < applied && applied <= body_of(l, a)->handed &&
	       inputs_next(&a->inputs, &kind)) {
		inputs_take(&a->inputs, clock_now_ns());
		l->tally.applied++;
	}
}

static void take_body(struct logic *l, const struct report_body *r)
{
	const struct accounts *all = &l->cloud->accounts;

	for (size_t i = 0; i < all->count; i++) {
		if (l->body[i].number != r->number)
			continue;
		body_report(&l->body[i], r);
		confirm(l, &all->account[i], r->applied);
	}
}

static void take_players(struct logic *l, const struct report *r)
{
	for (size_t i = 0; i < l->cloud->accounts.count; i++)
		for (unsigned n = 0; n < SESSION_SET_MAX; n++)
			l->body[i].seat[n].joined = l->body[i].seat[n].attached = false;
	for (size_t i = 0; i < r->player_count; i++) {
		const struct report_player *p = &r->player[i];
		struct body_seat *seat = &l->body[p->account - 1].seat[p->seat - 1];

		seat->joined = seat->taken;
		seat->attached = seat->taken && p->attached;
	}
}

static void take_inventory(struct logic *l, const struct report_inventory *r)
{
	for (size_t i = 0; i < l->cloud->accounts.count; i++)
		if (l->body[i].number == r->number)
			snprintf(l->body[i].inventory, sizeof l->body[i].inventory, "%s", r->text);
}

static void count_step(struct logic *l, uint32_t step)
{
	uint64_t now = clock_mono_ns(), period = NS_PER_S / l->cloud->config.tick_hz;

	if (l->running) {
		l->tally.skipped += step - l->tick - 1;
		l->tally.late += now - l->reported_ns > period + period / 2;
	}
	l->tally.ticks++;
	l->reported_ns = now;
	l->tick = step;
}

static void on_report(const struct report *r, void *user)
{
	struct logic *l = user;

	if (r->step <= l->tick)
		return;
	count_step(l, r->step);
	for (size_t i = 0; i < r->body_count; i++)
		take_body(l, &r->body[i]);
	for (size_t i = 0; i < r->inventory_count; i++)
		take_inventory(l, &r->inventory[i]);
	take_players(l, r);
	if (!l->running) {
		log_info("logic", "tick=%u what=running", l->tick);
		sessions_renew(l->cloud->sessions);
	}
	l->running = true;
	state_file_reached(l->cloud->state, l->tick, l->cloud->config.tick_hz);
	sessions_tick(l->tick, NULL, 0, l->cloud->sessions);
	if (r->revision != l->revision)
		link_answer(l->link);
	for (size_t i = 0; i < l->cloud->accounts.count; i++)
		if (is_due(l, &l->cloud->accounts.account[i]))
			link_answer(l->link);
}

/* ---- the server's life ---- */

static uint32_t last_step(void *user)
{
	struct logic *l = user;

	l->born_ns = clock_mono_ns();
	return l->tick;
}

static void on_exit_of_server(void *user)
{
	struct logic *l = user;

	l->running = false;
	link_drop(l->link);
	for (size_t i = 0; i < l->cloud->accounts.count; i++)
		for (unsigned n = 0; n < SESSION_SET_MAX; n++)
			l->body[i].seat[n].joined = l->body[i].seat[n].attached = false;
}

/* One that hangs is as good as dead */
static void on_watch(uv_timer_t *timer)
{
	struct logic *l = timer->data;
	uint64_t since = l->running ? l->reported_ns : l->born_ns;
	uint64_t most = (l->running ? SILENT_SECONDS : START_SECONDS) * NS_PER_S;

	if (!server_pid(l->server) || clock_mono_ns() - since < most)
		return;
	log_warn("logic", "pid=%d what=\"no report\"", (int)server_pid(l->server));
	l->reported_ns = l->born_ns = clock_mono_ns();
	server_kill(l->server);
}

static int begin(struct logic *l, uv_loop_t *loop)
{
	static const struct link_events link_events = {on_report, answer};
	static const struct server_events server_events = {last_step, on_exit_of_server};
	unsigned hold_ms = MS_PER_S * HOLD_PERCENT / 100 / l->cloud->config.tick_hz;
	int r = link_new(loop, hold_ms ? hold_ms : 1, &link_events, l, &l->link);

	if (r < 0)
		return r;
	l->server_config.link_port = link_port(l->link);
	l->server_config.tick_hz = l->cloud->config.tick_hz;
	memcpy(l->server_config.token, link_token(l->link), sizeof l->server_config.token);
	r = server_new(loop, &l->server_config, &server_events, l, &l->server);
	if (r < 0)
		link_free(l->link);
	return r;
}

int logic_new(uv_loop_t *loop, const struct server_config *server, struct cloud *cloud,
	      struct logic **ret_logic)
{
	struct logic *l = calloc(1, sizeof *l);
	int r;

	if (!l)
		return -ENOMEM;
	l->cloud = cloud;
	l->server_config = *server;
	l->tick = state_file_tick(cloud->state);
	l->revision = 1;
	for (size_t i = 0; i < cloud->accounts.count; i++)
		l->body[i].account = &cloud->accounts.account[i];
	r = begin(l, loop);
	if (r < 0) {
		free(l);
		return r;
	}
	l->watch.data = l;
	uv_timer_init(loop, &l->watch);
	uv_timer_start(&l->watch, on_watch, WATCH_MS, WATCH_MS);
	*ret_logic = l;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void logic_free(struct logic *l)
{
	if (!l)
		return;
	server_free(l->server);
	link_free(l->link);
	uv_close((uv_handle_t *)&l->watch, on_closed);
}

/* ---- what the session manager asks for ---- */

static int enter(void *logic, struct account *a)
{
	struct logic *l = logic;

	if (a->player != ACCOUNT_NO_PLAYER)
		return 0;
	a->player = (int)a->id;
	body_begin(body_of(l, a), ++l->lives, a->inputs.applied);
	changed(l);
	log_info("logic", "account=%s body=%u what=entered", a->name, l->lives);
	return 0;
}

static void leave(void *logic, struct account *a)
{
	struct logic *l = logic;

	a->player = ACCOUNT_NO_PLAYER;
	inputs_init(&a->inputs, 0);
	body_of(l, a)->number = 0;
	changed(l);
	log_info("logic", "account=%s what=left", a->name);
}

static void write_inputs(void *logic, struct account *a, const struct state_input *m)
{
	struct logic *l = logic;

	inputs_put(&a->inputs, m, &l->tally.inputs);
	if (is_due(l, a))
		link_answer(l->link);
}

static void rest(void *logic, struct account *a)
{
	struct logic *l = logic;

	body_of(l, a)->rests++;
	changed(l);
}

static void world(void *logic, bool encoded, struct logic_world *ret)
{
	*ret = (struct logic_world){.tick = ((struct logic *)logic)->tick};
}

static const struct logic_tally *tally(const void *logic)
{
	return &((const struct logic *)logic)->tally;
}

static bool ready(const void *logic)
{
	return ((const struct logic *)logic)->running;
}

/* ---- seats ---- */

static json_t *seat_taken(void *logic, const struct seat *s)
{
	struct logic *l = logic;
	struct body_seat *seat = &body_of(l, s->account)->seat[s->number - 1];
	char name[BODY_NAME_SIZE];

	*seat = (struct body_seat){.taken = true, .login = seat->login + 1};
	if (hex_random(seat->password, sizeof seat->password) < 0) {
		seat->taken = false;
		return NULL;
	}
	body_player_name(s->account, s->number, seat->login, name);
	changed(l);
	return json_pack("{s:{s:o, s:i, s:s, s:s}}", "minetest", "address",
			 json_ipv4(l->server_config.address), "port", (int)l->server_config.port,
			 "name", name, "password", seat->password);
}

static void seat_role(void *logic, const struct seat *s)
{
	struct logic *l = logic;

	body_of(l, s->account)->seat[s->number - 1].role = s->role;
	changed(l);
}

static void seat_left(void *logic, const struct seat *s)
{
	struct logic *l = logic;
	struct body_seat *seat = &body_of(l, s->account)->seat[s->number - 1];

	*seat = (struct body_seat){.login = seat->login};
	changed(l);
}

/* ---- status ---- */

static size_t joined(const struct logic *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->cloud->accounts.count; i++)
		for (unsigned s = 0; s < SESSION_SET_MAX; s++)
			n += l->body[i].seat[s].joined;
	return n;
}

static size_t bodies(const struct logic *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->cloud->accounts.count; i++)
		n += l->body[i].number != 0;
	return n;
}

static json_t *status_json(const void *logic)
{
	const struct logic *l = logic;

	return json_pack("{s:{s:s, s:i, s:I, s:o, s:i}, s:{s:I, s:I, s:I}, s:I}", "server", "state",
			 l->running ? "running" : "starting", "pid", (int)server_pid(l->server),
			 "restarts", (json_int_t)server_restarts(l->server), "address",
			 json_ipv4(l->server_config.address), "port", (int)l->server_config.port,
			 "world", "bodies", (json_int_t)bodies(l), "bots",
			 (json_int_t)l->server_config.bots, "players", (json_int_t)joined(l),
			 "reports_malformed", (json_int_t)link_malformed(l->link));
}

static json_t *account_json(const void *logic, const struct account *a)
{
	return body_status_json(body_of(logic, a));
}

static void print_metrics(const void *logic, FILE *out)
{
	const struct logic *l = logic;

	fprintf(out,
		"# HELP baton_minetest_server_restarts_total Times that minetestserver was started "
		"again.\n"
		"# TYPE baton_minetest_server_restarts_total counter\n"
		"baton_minetest_server_restarts_total %llu\n"
		"# HELP baton_minetest_players Players that have joined.\n"
		"# TYPE baton_minetest_players gauge\n"
		"baton_minetest_players %zu\n"
		"# HELP baton_minetest_reports_malformed_total Reports that were none.\n"
		"# TYPE baton_minetest_reports_malformed_total counter\n"
		"baton_minetest_reports_malformed_total %llu\n",
		(unsigned long long)server_restarts(l->server), joined(l),
		(unsigned long long)link_malformed(l->link));
}

const struct logic_ops logic_minetest_ops = {
	.enter = enter,
	.leave = leave,
	.write = write_inputs,
	.rest = rest,
	.world = world,
	.tally = tally,
	.ready = ready,
	.seat_taken = seat_taken,
	.seat_role = seat_role,
	.seat_left = seat_left,
	.status_json = status_json,
	.account_json = account_json,
	.print_metrics = print_metrics,
};
