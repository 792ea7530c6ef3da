// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/game/cloud/client.h"
#include "apps/game/cloud/sessions_internal.h"
#include "lib/daemon.h"
#include "lib/log.h"

#define NS_PER_S UINT64_C(1000000000)

enum {
	SWEEP_MS = 100,
	HELLO_SECONDS = 2,
	REST_SECONDS = 2,	 /* without a primary, until the player rests */
	SNAPSHOT_NS = 100000000, /* between two that one session asks for */
};

/* ---- seats ---- */

static unsigned free_seat(const struct account *a)
{
	unsigned n = 0;

	while (n < SESSION_SET_MAX && a->seat[n])
		n++;
	return n + 1;
}

void sessions_leave_seat(struct sessions *s, struct account *a, unsigned number)
{
	struct seat seat = {.account = a, .number = number};

	a->seat[number - 1] = false;
	if (s->logic.ops->seat_left)
		s->logic.ops->seat_left(s->logic.logic, &seat);
}

/* Connections that have not said HELLO make way for those that have. */
static size_t count_members(const struct sessions *s)
{
	struct connection *at = NULL;
	size_t n = 0;

	while ((at = connection_after(s->connections, at)))
		n += connection_user(at) != NULL;
	return n;
}

int sessions_ticket(struct sessions *s, struct account *a, const char *edge,
		    uint8_t ret_id[STATE_SESSION_LEN], struct seat *ret_seat)
{
	unsigned number = free_seat(a);
	int r;

	if (a->set.count + a->tickets >= SESSION_SET_MAX || number > SESSION_SET_MAX)
		return -EMFILE;
	if (count_members(s) >= SESSIONS_MAX)
		return -ENOSPC;
	r = tickets_give(&s->tickets, a, edge, number, clock_mono_ns(), ret_id);
	if (r < 0)
		return r;
	a->seat[number - 1] = true;
	*ret_seat = (struct seat){.account = a, .number = number};
	return 0;
}

/* ---- downward ---- */

bool sessions_snapshot(struct sessions *s, struct client *c)
{
	struct logic_world w;

	s->logic.ops->world(s->logic.logic, true, &w);
	s->tally.snapshots++;
	return client_send_snapshot(c, &w);
}

void sessions_tick(uint32_t tick, const uint8_t *delta, size_t len, void *sessions)
{
	struct sessions *s = sessions;
	struct connection *next, *at = connection_after(s->connections, NULL);
	uint64_t now = clock_mono_ns();

	for (; at; at = next) {
		struct client *c = connection_user(at);

		next = connection_after(s->connections, at);
		if (!c || !client_send_delta(c, tick, delta, len))
			continue;
		if (c->asked && now - c->snapshot_ns >= SNAPSHOT_NS)
			sessions_snapshot(s, c);
	}
	connections_refill(s->connections);
}

void sessions_renew(struct sessions *s)
{
	struct connection *at = NULL;

	while ((at = connection_after(s->connections, at))) {
		struct client *c = connection_user(at);

		if (!c)
			continue;
		c->asked = true;
		c->snapshot_ns = 0;
	}
}

/* ---- who is first, and who leaves ---- */

/* Nothing is lost when this can't be kept but who is the first after a restart */
void sessions_note_edge(struct sessions *s, struct account *a, const char *edge)
{
	struct state_record r;

	if (strcmp(a->primary_edge, edge) == 0)
		return;
	snprintf(a->primary_edge, sizeof a->primary_edge, "%s", edge);
	r = state_record_of(a);
	state_file_put(s->config.state, &r, 1);
}

/* Whoever logs in next is the first again */
static void left_alone(struct sessions *s, struct account *a)
{
	a->alone_ns = clock_mono_ns();
	if (!a->set.awaited)
		sessions_note_edge(s, a, "");
}

static void on_end(struct connection *connection)
{
	struct sessions *s = connections_user(connection_all(connection));
	struct client *c = connection_user(connection);
	struct account *a;

	if (!c)
		return;
	connection_set_user(connection, NULL);
	a = c->account;
	if (c->session.role == SESSION_PRIMARY)
		a->lost_ns = clock_mono_ns();
	if (c->session.set)
		s->tally.closed++;
	log_info("sessions", "account=%s session=%s edge=%s role=%d what=closed", a->name, c->id,
		 c->edge, c->session.role);
	session_leave(&c->session);
	sessions_leave_seat(s, a, c->seat);
	if (a->set.count == 0 && !s->stopping)
		left_alone(s, a);
	free(c);
}

/* ---- what time does ---- */

static void forget(struct sessions *s, struct account *a)
{
	struct state_record r;

	s->logic.ops->leave(s->logic.logic, a);
	session_set_init(&a->set, 0);
	a->view = (struct state_view){0};
	a->primary_edge[0] = '\0';
	r = state_record_of(a);
	if (state_file_put(s->config.state, &r, 1) < 0)
		log_warn("sessions", "account=%s what=\"not forgotten on disk\"", a->name);
}

static void sweep_account(struct sessions *s, struct account *a, uint64_t now)
{
	bool known = a->player != ACCOUNT_NO_PLAYER || a->inputs.applied || a->set.newest ||
		     a->set.awaited;

	if (a->lost_ns && now - a->lost_ns >= REST_SECONDS * NS_PER_S) {
		s->logic.ops->rest(s->logic.logic, a);
		a->lost_ns = 0;
	}
	if (known && a->set.count == 0 && now - a->alone_ns >= s->config.leave_after * NS_PER_S)
		forget(s, a);
}

static void sweep_connections(struct sessions *s)
{
	struct connection *next, *at = connection_after(s->connections, NULL);

	for (; at; at = next) {
		next = connection_after(s->connections, at);
		if (connection_user(at) || connection_age_ns(at) < HELLO_SECONDS * NS_PER_S)
			continue;
		s->tally.hello_late++;
		connection_end(at, STATE_BYE_PROTOCOL);
	}
}

static void on_sweep(uv_timer_t *timer)
{
	struct sessions *s = timer->data;
	uint64_t now = clock_mono_ns();
	struct ticket t;

	sweep_connections(s);
	while (tickets_expire(&s->tickets, now, &t))
		sessions_leave_seat(s, t.account, t.seat);
	for (size_t i = 0; i < s->config.accounts->count; i++)
		sweep_account(s, &s->config.accounts->account[i], now);
}

/* ---- life ---- */

static void restore(struct sessions *s, struct account *a)
{
	struct state_record r = state_file_get(s->config.state, a->name);

	if (r.edge[0])
		session_set_restore(&a->set, r.switch_number);
	else
		session_set_init(&a->set, r.switch_number);
	memcpy(a->primary_edge, r.edge, sizeof a->primary_edge);
	inputs_init(&a->inputs, r.last_input);
	a->alone_ns = clock_mono_ns();
}

int sessions_new(uv_loop_t *loop, const struct sessions_config *config, struct sessions **ret)
{
	static const struct connection_events events = {.on_frame = sessions_take,
							.on_end = on_end};
	struct sessions *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	for (size_t i = 0; i < config->accounts->count; i++)
		restore(s, &config->accounts->account[i]);
	r = connections_new(loop, config->address, config->port, SESSIONS_MAX, &events, s,
			    &s->connections);
	if (r < 0) {
		free(s);
		return r;
	}
	s->sweep.data = s;
	uv_timer_init(loop, &s->sweep);
	uv_timer_start(&s->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
	*ret = s;
	return 0;
}

void sessions_set_logic(struct sessions *s, const struct logic_server *logic)
{
	s->logic = *logic;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void sessions_free(struct sessions *s)
{
	if (!s)
		return;
	s->stopping = true;
	connections_free(s->connections);
	uv_close((uv_handle_t *)&s->sweep, on_closed);
}

uint16_t sessions_port(const struct sessions *s)
{
	return connections_port(s->connections);
}

/* ---- what REST asks ---- */

const struct sessions_tally *sessions_tally(const struct sessions *s)
{
	return &s->tally;
}

uint64_t sessions_expired(const struct sessions *s)
{
	return s->tickets.expired;
}

const struct connections_tally *sessions_connections(const struct sessions *s)
{
	return connections_tally(s->connections);
}

size_t sessions_count(const struct sessions *s, enum session_role role)
{
	struct connection *at = NULL;
	size_t n = 0;

	while ((at = connection_after(s->connections, at))) {
		const struct client *c = connection_user(at);

		n += (c ? c->session.role : SESSION_OUTSIDE) == role;
	}
	return n;
}

json_t *sessions_json(const struct account *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->set.count; i++) {
		const struct client *c = client_of(a->set.session[i]);
		bool primary = c->session.role == SESSION_PRIMARY;

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:I}", "session", c->id, "edge",
						c->edge, "role", primary ? "primary" : "secondary",
						"acked_tick", (json_int_t)client_acked_tick(c)));
	}
	return list;
}
