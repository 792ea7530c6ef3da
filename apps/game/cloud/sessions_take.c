// SPDX-License-Identifier: Apache-2.0
/* What edges say: HELLO, inputs with the switching signal, client-side state, BYE. */
#include <errno.h>
#include <string.h>

#include "apps/game/cloud/client.h"
#include "apps/game/cloud/sessions_internal.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/session_number.h"

static void tell_role(struct sessions *s, const struct client *c)
{
	struct seat seat = {.account = c->account, .number = c->seat, .role = c->session.role};

	if (s->logic.ops->seat_role)
		s->logic.ops->seat_role(s->logic.logic, &seat);
}

static void note_primary(struct sessions *s, struct client *c)
{
	c->account->lost_ns = 0;
	sessions_note_edge(s, c->account, c->edge);
}

/* The session is there: line 2 of Algorithm 1 finds it in no set */
static int enter(struct sessions *s, struct client *c)
{
	struct session_packet none = {0};
	struct account *a = c->account;
	struct session_result r;

	if (s->logic.ops->enter(s->logic.logic, a) < 0)
		return -ENOSPC;
	c->session.resumes = strcmp(c->edge, a->primary_edge) == 0;
	r = session_manage(&a->set, &c->session, &none);
	if (r.verdict != SESSION_CREATED)
		return -EMFILE;
	if (c->session.role == SESSION_PRIMARY)
		note_primary(s, c);
	tell_role(s, c);
	s->tally.opened++;
	log_info("sessions", "account=%s session=%s edge=%s role=%d what=opened", c->account->name,
		 c->id, c->edge, c->session.role);
	return 0;
}

static int take_hello(struct sessions *s, struct connection *connection, const uint8_t *body,
		      size_t len)
{
	uint8_t id[STATE_SESSION_LEN];
	struct logic_world w;
	struct ticket t;
	struct client *c;

	if (state_get_hello(body, len, id) < 0)
		return -EBADMSG;
	if (!tickets_claim(&s->tickets, id, &t)) {
		s->tally.forged++;
		connection_end(connection, STATE_BYE_FORGED);
		return 0;
	}
	c = client_new(connection, &t);
	if (!c) {
		sessions_leave_seat(s, t.account, t.seat);
		return -ENOMEM;
	}
	connection_set_user(connection, c);
	if (enter(s, c) < 0)
		return -ENOSPC;
	s->logic.ops->world(s->logic.logic, false, &w);
	if (client_send_welcome(c, &w, s->config.tick_hz) && sessions_snapshot(s, c) &&
	    c->account->view.len)
		client_send_view(c);
	return 0;
}

/* A newer number has to outlive a restart before anybody is told that it was accepted */
static bool keep_signal(struct sessions *s, struct client *c, const struct session_packet *p)
{
	struct state_record r = state_record_of(c->account);

	if (!p->signal || p->number <= r.switch_number || session_refuses(&c->account->set, p))
		return true;
	r.switch_number = p->number;
	memcpy(r.edge, c->edge, sizeof r.edge);
	if (state_file_put(s->config.state, &r, 1) == 0)
		return true;
	s->tally.signals_unkept++;
	return false;
}

static void answer_signal(struct sessions *s, struct client *c, const struct session_result *r,
			  bool was_primary)
{
	static const enum state_outcome outcomes[] = {[SESSION_ACCEPTED] = STATE_ACCEPTED,
						      [SESSION_STALE] = STATE_STALE,
						      [SESSION_REFUSED] = STATE_REFUSED};
	bool accepted = r->signal == SESSION_ACCEPTED;

	s->tally.signals_accepted += accepted;
	s->tally.signals_stale += r->signal == SESSION_STALE;
	s->tally.signals_refused += r->signal == SESSION_REFUSED;
	if (accepted)
		note_primary(s, c);
	/* once a switch: a UE repeats its signal a hundred times a second */
	if (accepted && !was_primary)
		log_info("sessions", "account=%s session=%s edge=%s switch=%u what=primary",
			 c->account->name, c->id, c->edge, c->account->set.newest);
	if (r->demoted) {
		tell_role(s, client_of(r->demoted));
		client_send_role(client_of(r->demoted), STATE_ACCEPTED);
	}
	if (accepted && !was_primary)
		tell_role(s, c);
	client_send_role(c, outcomes[r->signal]);
}

static int take_input(struct sessions *s, struct client *c, const uint8_t *body, size_t len)
{
	bool was_primary = c->session.role == SESSION_PRIMARY;
	struct state_input m;
	struct session_packet p;
	struct session_result r;

	if (state_get_input(body, len, &m) < 0)
		return -EBADMSG;
	p = (struct session_packet){.signal = m.signal,
				    .number = m.switch_number,
				    .limit = session_number_limit(clock_now_ns())};
	if (!keep_signal(s, c, &p))
		return 0;
	r = session_manage(&c->account->set, &c->session, &p);
	if (r.signal == SESSION_ACCEPTED && !was_primary)
		inputs_turn(&c->account->inputs, c->account->set.newest);
	if (r.verdict == SESSION_TRANSFER)
		s->logic.ops->write(s->logic.logic, c->account, &m);
	else
		s->tally.inputs_secondary += m.count;
	if (r.signal != SESSION_NO_SIGNAL)
		answer_signal(s, c, &r, was_primary);
	return 0;
}

static bool is_object(const char *text, size_t len)
{
	json_t *json = json_loadb(text, len, 0, NULL);
	bool yes = json_is_object(json);

	json_decref(json);
	return yes;
}

/* Client-side state (B16): from the primary it is kept and goes to the other sessions */
static int take_view(struct sessions *s, struct client *c, const uint8_t *body, size_t len)
{
	struct session_set set = c->account->set;
	struct state_view m;

	if (state_get_view(body, len, &m) < 0)
		return -EBADMSG;
	if (c->session.role != SESSION_PRIMARY || !is_object(m.text, m.len)) {
		s->tally.views_dropped++;
		return 0;
	}
	s->tally.views++;
	c->account->view = m;
	for (size_t i = 0; i < set.count; i++)
		if (set.session[i] != &c->session)
			client_send_view(client_of(set.session[i]));
	return 0;
}

static int take_bye(struct client *c, const uint8_t *body, size_t len)
{
	enum state_bye reason;

	if (state_get_bye(body, len, &reason) < 0)
		return -EBADMSG;
	connection_end(c->connection, STATE_BYE_LOGOUT);
	return 0;
}

int sessions_take(struct connection *connection, uint8_t type, const uint8_t *body, size_t len)
{
	struct sessions *s = connections_user(connection_all(connection));
	struct client *c = connection_user(connection);

	if (!c)
		return type == STATE_HELLO ? take_hello(s, connection, body, len) : -EPROTO;
	switch (type) {
	case STATE_INPUT:
		return take_input(s, c, body, len);
	case STATE_VIEW:
		return take_view(s, c, body, len);
	case STATE_ASK:
		c->asked = true;
		return len ? -EBADMSG : 0;
	case STATE_BYE:
		return take_bye(c, body, len);
	}
	return -EPROTO;
}
