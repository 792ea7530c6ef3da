// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>

#include "apps/minetest/cloud/link.h"
#include "lib/hex.h"

struct link {
	const struct link_events *events;
	void *user;
	struct http_server *http;
	struct http_request *held;
	uint32_t held_revision;
	uv_timer_t timer;
	unsigned hold_ms;
	uint64_t malformed;
	char token[LINK_TOKEN_SIZE];
	struct report report;
};

void link_answer(struct link *l)
{
	struct http_request *req = l->held;

	if (!req)
		return;
	l->held = NULL;
	uv_timer_stop(&l->timer);
	http_reply(req, 200, l->events->answer(l->held_revision, l->user));
}

void link_drop(struct link *l)
{
	struct http_request *req = l->held;

	if (!req)
		return;
	l->held = NULL;
	uv_timer_stop(&l->timer);
	http_problem(req, 409, "SUPERSEDED", "another request came, or the server has gone");
}

static void on_timer(uv_timer_t *timer)
{
	link_answer(timer->data);
}

static void step_post(struct http_request *req, void *user)
{
	struct link *l = user;

	if (report_read(http_body(req), &l->report) < 0) {
		l->malformed++;
		http_problem(req, 400, "MALFORMED", "not a report of a step (docs/csm.md)");
		return;
	}
	link_drop(l);
	l->held = req;
	l->held_revision = l->report.revision;
	uv_timer_start(&l->timer, on_timer, l->hold_ms, 0);
	l->events->on_report(&l->report, l->user);
}

static const struct http_route routes[] = {{"POST", "/v1/step", step_post, false}, {0}};

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

int link_new(uv_loop_t *loop, unsigned hold_ms, const struct link_events *events, void *user,
	     struct link **ret_link)
{
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK), .connections = 8};
	struct link *l = calloc(1, sizeof *l);
	int r;

	if (!l)
		return -ENOMEM;
	l->events = events;
	l->user = user;
	l->hold_ms = hold_ms;
	listen.token = l->token;
	r = hex_random(l->token, sizeof l->token);
	if (r == 0)
		r = http_server_new(loop, &listen, routes, l, &l->http);
	if (r < 0) {
		free(l);
		return r;
	}
	l->timer.data = l;
	uv_timer_init(loop, &l->timer);
	*ret_link = l;
	return 0;
}

void link_free(struct link *l)
{
	if (!l)
		return;
	link_drop(l);
	http_server_free(l->http);
	uv_close((uv_handle_t *)&l->timer, on_closed);
}

uint16_t link_port(const struct link *l)
{
	return http_server_port(l->http);
}

const char *link_token(const struct link *l)
{
	return l->token;
}

uint64_t link_malformed(const struct link *l)
{
	return l->malformed;
}
