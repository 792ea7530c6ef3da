// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "apps/game/cloud/client.h"
#include "lib/daemon.h"
#include "lib/hex.h"

struct client *client_new(struct connection *connection, const struct ticket *t)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->account = t->account;
	c->connection = connection;
	hex_text(t->id, sizeof c->id / 2, c->id);
	memcpy(c->edge, t->edge, sizeof c->edge);
	c->seat = t->seat;
	return c;
}

struct client *client_of(struct session *session)
{
	return (struct client *)session;
}

static bool send_small(struct client *c, const uint8_t *frame, size_t len)
{
	return connection_send(c->connection, frame, len, NULL, 0);
}

static void note(struct client *c, uint32_t tick)
{
	c->trail[c->trail_next].tick = tick;
	c->trail[c->trail_next].sent = connection_sent(c->connection);
	c->trail_next = (c->trail_next + 1) % CLIENT_TRAIL;
}

bool client_send_welcome(struct client *c, const struct logic_world *w, uint16_t tick_hz)
{
	const struct account *a = c->account;
	struct state_welcome m = {.role = (uint8_t)c->session.role,
				  .player = (uint16_t)a->player,
				  .tick_hz = tick_hz,
				  .width = w->width,
				  .height = w->height,
				  .last_input = a->inputs.applied,
				  .switch_number = a->set.newest};
	uint8_t frame[STATE_SMALL_MAX];

	return send_small(c, frame, state_put_welcome(frame, &m));
}

bool client_send_snapshot(struct client *c, const struct logic_world *w)
{
	uint8_t head[STATE_SMALL_MAX];

	c->asked = false;
	c->snapshot_ns = clock_mono_ns();
	if (!connection_send(c->connection, head, state_put_snapshot(head, w->tick, w->len),
			     w->bytes, w->len))
		return false;
	note(c, w->tick);
	return true;
}

bool client_send_delta(struct client *c, uint32_t tick, const uint8_t *delta, size_t len)
{
	uint8_t head[STATE_SMALL_MAX];

	if (!connection_send(c->connection, head,
			     state_put_delta(head, tick, c->account->inputs.applied, len), delta,
			     len))
		return false;
	note(c, tick);
	return true;
}

bool client_send_role(struct client *c, enum state_outcome outcome)
{
	struct state_role_change m = {.role = (uint8_t)c->session.role,
				      .switch_number = c->account->set.newest,
				      .outcome = (uint8_t)outcome};
	uint8_t frame[STATE_SMALL_MAX];

	return send_small(c, frame, state_put_role(frame, &m));
}

bool client_send_view(struct client *c)
{
	uint8_t frame[STATE_SMALL_MAX];

	return send_small(c, frame, state_put_view(frame, &c->account->view));
}

uint32_t client_acked_tick(const struct client *c)
{
	uint64_t acknowledged = connection_acknowledged(c->connection);
	uint32_t tick = 0;

	for (size_t i = 0; i < CLIENT_TRAIL; i++)
		if (c->trail[i].sent && c->trail[i].sent <= acknowledged && c->trail[i].tick > tick)
			tick = c->trail[i].tick;
	return tick;
}
