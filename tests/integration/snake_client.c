// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/http_client.h"
#include "tests/integration/snake_client.h"

enum { CLIENTS_MAX = 16, READ_SIZE = 65536 };

static void give_up(const char *what)
{
	fprintf(stderr, "snake_client: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- login ---- */

static void copy_text(const json_t *object, const char *name, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));

	snprintf(ret, size, "%s", text ? text : "");
}

static void copy_minetest(const json_t *minetest, struct snake_login *l)
{
	copy_text(minetest, "name", l->name, sizeof(l->name));
	copy_text(minetest, "password", l->password, sizeof(l->password));
	copy_text(minetest, "address", l->address, sizeof(l->address));
	l->game_port = (uint16_t)json_integer_value(json_object_get(minetest, "port"));
}

struct snake_login snake_login(uint16_t port, const char *account, const char *secret,
			       const char *edge)
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:i}", "account", account, "secret", secret,
				 "edge", edge, "version", 1);
	struct snake_login l = {0};
	struct http_answer answer;
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/v1/login", port);
	http_call_blocking(&(struct http_call){.method = "POST", .url = url, .body = body},
			   &answer);
	l.status = answer.status;
	copy_text(answer.body, "cause", l.cause, sizeof(l.cause));
	copy_text(answer.body, "session", l.session, sizeof(l.session));
	copy_text(answer.body, "stream_key", l.key, sizeof(l.key));
	copy_minetest(json_object_get(answer.body, "minetest"), &l);
	l.port = (uint16_t)json_integer_value(json_object_get(answer.body, "port"));
	http_answer_done(&answer);
	json_decref(body);
	return l;
}

/* ---- the connection ---- */

static int connect_to(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), room = 4096;

	/* small, so that one who doesn't read is soon behind */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) < 0 ||
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		give_up("connect");
	return fd;
}

static void say_hello(struct snake_client *c, const char *session)
{
	uint8_t id[STATE_SESSION_LEN], frame[STATE_SMALL_MAX];

	for (size_t i = 0; i < sizeof(id); i++) {
		char two[3] = {session[2 * i], session[2 * i + 1]};

		id[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	snake_client_send(c, frame, state_put_hello(frame, id));
}

struct snake_client *snake_client_new(uint16_t port, const char *session)
{
	struct snake_client *c = calloc(1, sizeof(*c));

	if (!c || world_new(0, 0, &c->world) < 0)
		give_up("memory");
	state_parser_init(&c->parser, STATE_LEN_MAX);
	c->fd = connect_to(port);
	if (session)
		say_hello(c, session);
	return c;
}

static void hang_up(struct snake_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void snake_client_free(struct snake_client *c)
{
	if (!c)
		return;
	hang_up(c);
	state_parser_done(&c->parser);
	world_free(c->world);
	free(c);
}

/* A peer that has closed is told by what comes from it, not here */
void snake_client_send(struct snake_client *c, const uint8_t *frame, size_t len)
{
	while (c->fd >= 0 && len) {
		ssize_t n = send(c->fd, frame, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		frame += n;
		len -= (size_t)n;
	}
}

void snake_client_input(struct snake_client *c, uint32_t number, uint32_t first, unsigned count,
			enum state_input_kind kind)
{
	struct state_input m = {.signal = number > 0,
				.switch_number = number,
				.first = first,
				.count = (uint8_t)count};
	uint8_t frame[STATE_SMALL_MAX];

	memset(m.input, kind, count);
	snake_client_send(c, frame, state_put_input(frame, &m));
}

void snake_client_view(struct snake_client *c, const char *text)
{
	struct state_view m = {.len = (uint8_t)strlen(text)};
	uint8_t frame[STATE_SMALL_MAX];

	memcpy(m.text, text, m.len);
	snake_client_send(c, frame, state_put_view(frame, &m));
}

/* ---- what comes ---- */

/* A game whose state protocol carries no world (Minetest): ticks only, which grow */
static bool worldless(const struct snake_client *c)
{
	return c->welcome.width == 0;
}

static int take_tick(struct snake_client *c, const struct state_update *u)
{
	if (u->len)
		return -EBADMSG;
	if (c->deltas && u->tick <= c->world->tick)
		return -ESTALE;
	c->world->tick = u->tick;
	return 0;
}

static void take_snapshot(struct snake_client *c, const uint8_t *body, size_t len)
{
	struct state_update u;
	int r = state_get_snapshot(body, len, &u);

	if (r == 0 && worldless(c))
		r = u.len ? -EBADMSG : 0;
	else if (r == 0)
		r = world_decode(c->world, u.tick, u.world, u.len);
	c->snapshots++;
	c->errors += r < 0;
	c->synchronised = r == 0;
}

static void take_delta(struct snake_client *c, const uint8_t *body, size_t len)
{
	uint8_t ask[STATE_SMALL_MAX];
	struct state_update u;
	int r = state_get_delta(body, len, &u);

	if (r == 0) {
		if (c->deltas && u.last_input - c->last_input > c->input_step)
			c->input_step = u.last_input - c->last_input;
		c->last_input = u.last_input;
		c->deltas++;
		if (!c->synchronised)
			return;
		r = worldless(c) ? take_tick(c, &u)
				 : world_delta_apply(c->world, u.tick, u.world, u.len);
	}
	c->gaps += r == -ESTALE;
	c->checked += r == 0 && c->world->tick % WORLD_CHECK_TICKS == 0;
	if (r == 0)
		return;
	c->errors++;
	c->synchronised = false;
	snake_client_send(c, ask, state_put_ask(ask));
}

static int on_frame(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct snake_client *c = user;
	int r = 0;

	switch (type) {
	case STATE_WELCOME:
		c->welcomes++;
		r = state_get_welcome(body, len, &c->welcome);
		c->last_input = c->welcome.last_input;
		break;
	case STATE_SNAPSHOT:
		take_snapshot(c, body, len);
		break;
	case STATE_DELTA:
		take_delta(c, body, len);
		break;
	case STATE_ROLE:
		c->roles++;
		r = state_get_role(body, len, &c->role);
		break;
	case STATE_VIEW:
		c->views++;
		r = state_get_view(body, len, &c->view);
		break;
	case STATE_BYE:
		r = state_get_bye(body, len, &c->bye);
		break;
	default:
		r = -EPROTO;
	}
	c->errors += r < 0;
	return 0;
}

static void take(struct snake_client *c)
{
	uint8_t buf[READ_SIZE];
	ssize_t n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		hang_up(c);
	else if (state_parser_feed(&c->parser, buf, (size_t)n, on_frame, c) < 0)
		c->errors++;
}

void snake_clients_turn(struct snake_client *const *c, size_t count, int ms)
{
	struct pollfd p[CLIENTS_MAX];

	for (size_t i = 0; i < count; i++)
		p[i] = (struct pollfd){.fd = c[i]->deaf ? -1 : c[i]->fd, .events = POLLIN};
	if (poll(p, count, ms) <= 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (p[i].revents)
			take(c[i]);
}
