// SPDX-License-Identifier: Apache-2.0
/*
 * A player's session with the cloud (docs/csm.md, "Edge instance to cloud"): login by HTTP, then
 * the state protocol; after any loss the login anew, with back-off. What the world means is the
 * renderer's matter.
 */
#include "apps/game/edge/player.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

enum { LOGIN_TIMEOUT_MS = 3000, LOGIN_VERSION = 1 };

static const struct renderer *renderer(const struct player *p)
{
	return p->edge->game->renderer;
}

static void set_cause(struct player *p, const char *cause)
{
	snprintf(p->cause, sizeof p->cause, "%s", cause);
}

static uint64_t elapsed_us(const struct player *p)
{
	return (clock_mono_ns() - p->began_ns) / 1000;
}

/* ---- loss, and what follows it ---- */

static void on_retry(uv_timer_t *timer)
{
	cloud_login(timer->data);
}

/* @cause: NULL when it is set */
static void retry_later(struct player *p, const char *cause)
{
	unsigned shift = p->failures < 5 ? p->failures : 5;
	unsigned wait_ms = BACKOFF_MIN_MS << shift;

	wait_ms = wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS;
	p->failures++;
	p->state = PLAYER_LOGGING_IN;
	if (cause)
		set_cause(p, cause);
	log_warn("cloud", "account=%s what=lost cause=%s retry_ms=%u", p->account, p->cause,
		 wait_ms);
	uv_timer_start(&p->retry, on_retry, wait_ms, 0);
}

static void link_drop(struct player *p)
{
	link_close(p->link);
	p->link = NULL;
	p->delta_ns = 0;
	p->quiet = false;
	steering_lost(&p->steering);
}

static const char *loss_cause(int error)
{
	if (error == -ESHUTDOWN) /* by BYE, which has set it */
		return NULL;
	if (error == -ETIMEDOUT)
		return "CLOUD_SILENT";
	if (error == -EBADMSG || error == -EMSGSIZE || error == -EPROTO)
		return "CLOUD_PROTOCOL";
	return "CLOUD_LOST";
}

static void on_lost(int error, void *user)
{
	struct player *p = user;

	p->edge->counters.links_lost++;
	link_drop(p);
	retry_later(p, loss_cause(error));
}

/* ---- what the cloud says ---- */

static void send_or_lose(struct player *p, const uint8_t *frame, size_t len)
{
	if (link_send(p->link, frame, len) == -ENOBUFS)
		log_warn("cloud", "account=%s what=\"too much is unsent\"", p->account);
}

static void tell_role(struct player *p, struct control_role_change told)
{
	if (p->stream)
		stream_player_role(p->stream, &told);
}

static int on_welcome(struct player *p, const uint8_t *body, size_t len)
{
	struct state_welcome m;

	if (p->state != PLAYER_LOGGING_IN || state_get_welcome(body, len, &m) < 0)
		return -EBADMSG;
	p->login_us = elapsed_us(p);
	p->began_ns = clock_mono_ns();
	p->tick_hz = m.tick_hz;
	p->applied = m.last_input;
	if (renderer(p)->welcome)
		renderer(p)->welcome(p->scene, &m);
	p->state = PLAYER_SYNCHRONISING;
	p->edge->counters.logins++;
	steering_welcome(&p->steering, &m);
	tell_role(p, steering_told(&p->steering));
	return 0;
}

static int on_snapshot(struct player *p, const uint8_t *body, size_t len)
{
	struct state_update m;
	int r;

	if (p->state == PLAYER_LOGGING_IN || state_get_snapshot(body, len, &m) < 0)
		return -EBADMSG;
	r = renderer(p)->snapshot(p->scene, m.tick, m.world, m.len);
	if (r < 0)
		return r;
	p->tick = m.tick;
	p->snapshot_us = elapsed_us(p);
	p->snapshot_bytes = STATE_HEADER_LEN + len;
	p->state = PLAYER_SYNCHRONISED;
	p->failures = 0;
	p->cause[0] = '\0';
	p->edge->counters.snapshots++;
	return 0;
}

/* Until the snapshot comes, the world stays as it is. */
static void ask(struct player *p)
{
	uint8_t frame[STATE_SMALL_MAX];

	p->edge->counters.mismatches++;
	p->began_ns = clock_mono_ns();
	p->delta_ns = 0;
	p->state = PLAYER_SYNCHRONISING;
	send_or_lose(p, frame, state_put_ask(frame));
}

static int on_delta(struct player *p, const uint8_t *body, size_t len)
{
	struct state_update m;

	if (p->state == PLAYER_LOGGING_IN || state_get_delta(body, len, &m) < 0)
		return -EBADMSG;
	if (p->state != PLAYER_SYNCHRONISED)
		return 0;
	p->edge->counters.deltas++;
	if (renderer(p)->delta(p->scene, m.tick, m.world, m.len) < 0) {
		ask(p);
		return 0;
	}
	p->tick = m.tick;
	p->applied = m.last_input;
	p->delta_ns = clock_mono_ns();
	return 0;
}

static int on_role(struct player *p, const uint8_t *body, size_t len)
{
	static const char *const outcomes[] = {"accepted", "stale", "refused"};
	struct state_role_change m;

	if (!p->steering.connected || state_get_role(body, len, &m) < 0)
		return -EBADMSG;
	log_info("cloud", "account=%s what=role role=%s switch=%u outcome=%s", p->account,
		 m.role == STATE_PRIMARY ? "primary" : "secondary", m.switch_number,
		 outcomes[m.outcome]);
	tell_role(p, steering_role(&p->steering, &m));
	return 0;
}

static int on_bye(struct player *p, const uint8_t *body, size_t len)
{
	static const char *const causes[] = {
		[STATE_BYE_LOGOUT] = "CLOUD_LOGGED_OUT", [STATE_BYE_FORGED] = "SESSION_VOID",
		[STATE_BYE_PROTOCOL] = "CLOUD_PROTOCOL", [STATE_BYE_SLOW] = "TOO_SLOW",
		[STATE_BYE_SHUTDOWN] = "CLOUD_SHUTDOWN",
	};
	enum state_bye reason;

	if (state_get_bye(body, len, &reason) < 0)
		return -EBADMSG;
	set_cause(p, causes[reason]);
	return -ESHUTDOWN;
}

static int set_view(struct player *p, const char *text, size_t len)
{
	json_t *json;

	if (view_set(&p->view, text, len) < 0)
		return -EINVAL;
	json = view_json(&p->view);
	if (renderer(p)->view)
		renderer(p)->view(p->scene, json);
	json_decref(json);
	return 0;
}

static int on_view(struct player *p, const uint8_t *body, size_t len)
{
	struct state_view m;

	if (!p->steering.connected || state_get_view(body, len, &m) < 0)
		return -EBADMSG;
	/* another's client wrote it: what is no JSON is no fault of the cloud's */
	if (set_view(p, m.text, m.len) < 0)
		p->edge->counters.views_dropped++;
	return 0;
}

/* The path may be interrupted, or the cloud at rest: the world shown is old, and P says so */
static void on_quiet(void *user)
{
	struct player *p = user;

	if (!p->quiet)
		log_warn("cloud", "account=%s what=quiet", p->account);
	p->quiet = true;
	p->delta_ns = 0;
	set_cause(p, "CLOUD_SILENT");
}

static void on_heard(struct player *p)
{
	if (p->quiet)
		p->cause[0] = '\0';
	p->quiet = false;
}

static int on_frame(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	on_heard(user);
	switch (type) {
	case STATE_WELCOME:
		return on_welcome(user, body, len);
	case STATE_SNAPSHOT:
		return on_snapshot(user, body, len);
	case STATE_DELTA:
		return on_delta(user, body, len);
	case STATE_ROLE:
		return on_role(user, body, len);
	case STATE_VIEW:
		return on_view(user, body, len);
	case STATE_BYE:
		return on_bye(user, body, len);
	}
	return -EPROTO;
}

/* ---- login ---- */

static void on_open(void *user)
{
	struct player *p = user;
	uint8_t frame[STATE_SMALL_MAX];

	send_or_lose(p, frame, state_put_hello(frame, p->login.session));
}

static const struct link_handler link_handler = {
	.on_open = on_open, .on_frame = on_frame, .on_quiet = on_quiet, .on_lost = on_lost};

/* The first login's key is the player's for its life here: a client that has joined with it stays
 * joined when the session with the cloud is another. */
static int key_stream(struct player *p)
{
	int r = 0;

	if (!p->keyed)
		r = stream_server_add(p->edge->stream, p->login.stream_key, p, &p->stream);
	if (r == 0 && !p->keyed)
		memcpy(p->stream_key, p->login.stream_key, sizeof p->stream_key);
	p->keyed = p->keyed || r == 0;
	return r;
}

static int told_game(struct player *p, const json_t *answer)
{
	return renderer(p)->login ? renderer(p)->login(p->scene, answer) : 0;
}

static void on_login(const struct http_answer *answer, void *user)
{
	struct player *p = user;
	char cause[32] = "CLOUD_PROTOCOL";
	enum login_outcome outcome = login_read(answer, &p->login, cause);

	p->calling = false;
	if (outcome == LOGIN_OK && told_game(p, answer->body) == 0 && key_stream(p) == 0 &&
	    link_open(&p->edge->daemon.loop, &p->login.manager, &link_handler, p, &p->link) == 0)
		return;
	p->edge->counters.logins_failed++;
	if (outcome != LOGIN_REFUSED) {
		retry_later(p, cause);
		return;
	}
	p->state = PLAYER_FAILED;
	set_cause(p, cause);
	log_error("cloud", "account=%s what=\"login refused\" cause=%s", p->account, cause);
}

void cloud_login(struct player *p)
{
	char url[192];
	struct http_call call = {.method = "POST", .url = url, .timeout_ms = LOGIN_TIMEOUT_MS};
	json_t *body;

	cloud_logout(p);
	p->state = PLAYER_LOGGING_IN;
	p->began_ns = clock_mono_ns();
	snprintf(url, sizeof url, "%s/v1/login", p->edge->config.login_url);
	body = json_pack("{s:s, s:s, s:s, s:i}", "account", p->account, "secret", p->secret, "edge",
			 p->edge->config.edge, "version", LOGIN_VERSION);
	call.body = body;
	p->calling = http_client_call(p->edge->client, &call, on_login, p, &p->call) == 0;
	json_decref(body);
	if (!p->calling)
		retry_later(p, "NO_MEMORY");
}

void cloud_logout(struct player *p)
{
	uint8_t frame[STATE_SMALL_MAX];

	uv_timer_stop(&p->retry);
	if (p->calling)
		http_client_cancel(p->edge->client, p->call);
	p->calling = false;
	if (p->link)
		link_send(p->link, frame, state_put_bye(frame, STATE_BYE_LOGOUT));
	link_drop(p);
}

/* ---- what the client says ---- */

void cloud_input(struct player *p, const struct control_input *in)
{
	struct edge_counters *c = &p->edge->counters;
	uint8_t frame[STATE_SMALL_MAX];
	struct state_input m;

	if (!steering_input(&p->steering, p->applied, in, &m)) {
		c->inputs_repeated++;
		return;
	}
	if (!p->steering.connected || p->inputs_left == 0 ||
	    link_send(p->link, frame, state_put_input(frame, &m)) < 0) {
		c->inputs_dropped++;
		return;
	}
	p->inputs_left--;
	c->inputs_sent++;
	steering_input_sent(&p->steering, &m);
}

static void freeze(struct player *p)
{
	p->frozen_until_ns = clock_mono_ns() + p->edge->freeze_on_switch_ms * 1000000ULL;
}

void cloud_signal(struct player *p, uint32_t number)
{
	struct state_input m = {.signal = true, .switch_number = number};
	struct edge_counters *c = &p->edge->counters;
	struct control_role_change answer;
	uint8_t frame[STATE_SMALL_MAX];

	switch (steering_signal(&p->steering, number, &answer)) {
	case STEERING_ANSWER:
		tell_role(p, answer);
		c->signals_repeated++;
		return;
	case STEERING_WAIT:
		c->signals_repeated++;
		return;
	case STEERING_SEND:
		break;
	}
	if (link_send(p->link, frame, state_put_input(frame, &m)) < 0) {
		c->signals_dropped++;
		return;
	}
	c->signals_sent++;
	steering_signal_sent(&p->steering, number);
	freeze(p);
}

void cloud_view(struct player *p, const char *text, size_t len)
{
	struct state_view m = {.len = (uint8_t)len};
	uint8_t frame[STATE_SMALL_MAX];

	if (set_view(p, text, len) == 0)
		memcpy(m.text, text, len);
	else
		m.len = 0;
	if (m.len && p->steering.connected &&
	    link_send(p->link, frame, state_put_view(frame, &m)) == 0)
		p->edge->counters.views_sent++;
	else
		p->edge->counters.views_dropped++;
}
