// SPDX-License-Identifier: Apache-2.0
/* Frames of the state protocol, written and read (docs/csm.md, "Edge instance to cloud"). */
#include <errno.h>

#include "apps/game/wire/wire.h"
#include "lib/wire.h"

enum { SWITCHING_SIGNAL = 1 << 0 };

/* ---- written ---- */

static struct wire_writer begin(uint8_t *buf, enum state_type type)
{
	struct wire_writer w = {.at = buf, .end = buf + STATE_SMALL_MAX};

	wire_put_number(&w, 0, 4);
	wire_put_number(&w, type, 1);
	return w;
}

/* @more octets, which somebody else appends, belong to the frame, too */
static size_t end(const struct wire_writer *w, uint8_t *buf, size_t more)
{
	size_t len = (size_t)(w->at - buf);

	wire_store32(buf, (uint32_t)(len - 4 + more));
	return len;
}

size_t state_put_hello(uint8_t *buf, const uint8_t session[STATE_SESSION_LEN])
{
	struct wire_writer w = begin(buf, STATE_HELLO);

	wire_put_bytes(&w, session, STATE_SESSION_LEN);
	wire_put_number(&w, STATE_VERSION, 1);
	return end(&w, buf, 0);
}

size_t state_put_welcome(uint8_t *buf, const struct state_welcome *m)
{
	struct wire_writer w = begin(buf, STATE_WELCOME);

	wire_put_number(&w, m->role, 1);
	wire_put_number(&w, m->player, 2);
	wire_put_number(&w, m->tick_hz, 2);
	wire_put_number(&w, m->width, 2);
	wire_put_number(&w, m->height, 2);
	wire_put_number(&w, m->last_input, 4);
	wire_put_number(&w, m->switch_number, 4);
	return end(&w, buf, 0);
}

size_t state_put_input(uint8_t *buf, const struct state_input *m)
{
	struct wire_writer w = begin(buf, STATE_INPUT);
	uint8_t count = m->count <= STATE_INPUTS_MAX ? m->count : STATE_INPUTS_MAX;

	wire_put_number(&w, m->signal ? SWITCHING_SIGNAL : 0, 1);
	wire_put_number(&w, m->switch_number, 4);
	wire_put_number(&w, m->first, 4);
	wire_put_number(&w, count, 1);
	wire_put_bytes(&w, m->input, count);
	return end(&w, buf, 0);
}

size_t state_put_role(uint8_t *buf, const struct state_role_change *m)
{
	struct wire_writer w = begin(buf, STATE_ROLE);

	wire_put_number(&w, m->role, 1);
	wire_put_number(&w, m->switch_number, 4);
	wire_put_number(&w, m->outcome, 1);
	return end(&w, buf, 0);
}

size_t state_put_view(uint8_t *buf, const struct state_view *m)
{
	struct wire_writer w = begin(buf, STATE_VIEW);

	wire_put_number(&w, m->len, 1);
	wire_put_bytes(&w, m->text, m->len);
	return end(&w, buf, 0);
}

size_t state_put_ask(uint8_t *buf)
{
	struct wire_writer w = begin(buf, STATE_ASK);

	return end(&w, buf, 0);
}

size_t state_put_bye(uint8_t *buf, enum state_bye reason)
{
	struct wire_writer w = begin(buf, STATE_BYE);

	wire_put_number(&w, reason, 1);
	return end(&w, buf, 0);
}

size_t state_put_snapshot(uint8_t *buf, uint32_t tick, size_t world_len)
{
	struct wire_writer w = begin(buf, STATE_SNAPSHOT);

	wire_put_number(&w, tick, 4);
	return end(&w, buf, world_len);
}

size_t state_put_delta(uint8_t *buf, uint32_t tick, uint32_t last_input, size_t world_len)
{
	struct wire_writer w = begin(buf, STATE_DELTA);

	wire_put_number(&w, tick, 4);
	wire_put_number(&w, last_input, 4);
	return end(&w, buf, world_len);
}

/* ---- read ---- */

static struct wire_reader over(const uint8_t *body, size_t len)
{
	return (struct wire_reader){.at = body, .end = body + len};
}

/* Everything was there, nothing is left, and what was read makes sense */
static int done(const struct wire_reader *r, bool sane)
{
	return r->bad || wire_left(r) || !sane ? -EBADMSG : 0;
}

int state_get_hello(const uint8_t *body, size_t len, uint8_t ret_session[STATE_SESSION_LEN])
{
	struct wire_reader r = over(body, len);
	uint8_t version;

	wire_get_bytes(&r, ret_session, STATE_SESSION_LEN);
	version = wire_get_u8(&r);
	if (!r.bad && version != STATE_VERSION)
		return -EPROTONOSUPPORT;
	return done(&r, true);
}

int state_get_welcome(const uint8_t *body, size_t len, struct state_welcome *ret)
{
	struct wire_reader r = over(body, len);

	ret->role = wire_get_u8(&r);
	ret->player = wire_get_u16(&r);
	ret->tick_hz = wire_get_u16(&r);
	ret->width = wire_get_u16(&r);
	ret->height = wire_get_u16(&r);
	ret->last_input = wire_get_u32(&r);
	ret->switch_number = wire_get_u32(&r);
	return done(&r, (ret->role == STATE_PRIMARY || ret->role == STATE_SECONDARY) &&
				ret->tick_hz > 0);
}

int state_get_snapshot(const uint8_t *body, size_t len, struct state_update *ret)
{
	struct wire_reader r = over(body, len);

	ret->tick = wire_get_u32(&r);
	ret->last_input = 0;
	ret->world = r.at;
	ret->len = wire_left(&r);
	return r.bad ? -EBADMSG : 0;
}

int state_get_delta(const uint8_t *body, size_t len, struct state_update *ret)
{
	struct wire_reader r = over(body, len);

	ret->tick = wire_get_u32(&r);
	ret->last_input = wire_get_u32(&r);
	ret->world = r.at;
	ret->len = wire_left(&r);
	return r.bad ? -EBADMSG : 0;
}

int state_get_input(const uint8_t *body, size_t len, struct state_input *ret)
{
	struct wire_reader r = over(body, len);
	uint8_t flags = wire_get_u8(&r);
	bool sane;

	ret->signal = flags & SWITCHING_SIGNAL;
	ret->switch_number = wire_get_u32(&r);
	ret->first = wire_get_u32(&r);
	ret->count = wire_get_u8(&r);
	/* sequence numbers begin at 1 and do not go round */
	sane = !(flags & ~SWITCHING_SIGNAL) && ret->count <= STATE_INPUTS_MAX &&
	       (ret->count ? ret->first > 0 && ret->first <= UINT32_MAX - ret->count : ret->signal);
	if (sane)
		wire_get_bytes(&r, ret->input, ret->count);
	for (unsigned i = 0; sane && !r.bad && i < ret->count; i++)
		sane = ret->input[i] < INPUT_KINDS;
	return done(&r, sane);
}

int state_get_role(const uint8_t *body, size_t len, struct state_role_change *ret)
{
	struct wire_reader r = over(body, len);

	ret->role = wire_get_u8(&r);
	ret->switch_number = wire_get_u32(&r);
	ret->outcome = wire_get_u8(&r);
	return done(&r, (ret->role == STATE_PRIMARY || ret->role == STATE_SECONDARY) &&
				ret->outcome <= STATE_REFUSED);
}

int state_get_view(const uint8_t *body, size_t len, struct state_view *ret)
{
	struct wire_reader r = over(body, len);

	ret->len = wire_get_u8(&r);
	wire_get_bytes(&r, ret->text, ret->len);
	ret->text[ret->len] = '\0';
	return done(&r, true);
}

int state_get_bye(const uint8_t *body, size_t len, enum state_bye *ret)
{
	struct wire_reader r = over(body, len);
	uint8_t reason = wire_get_u8(&r);

	*ret = reason;
	return done(&r, reason >= STATE_BYE_LOGOUT && reason <= STATE_BYE_SHUTDOWN);
}
