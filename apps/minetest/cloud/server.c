// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/minetest/child.h"
#include "apps/minetest/cloud/server_files.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	NS_PER_MS = 1000000,
	LASTED_MS = 10000, /* it has lasted: the next delay is the first again */
	DELAY_MS = 200,	   /* until it is started again; doubled up to */
	DELAY_MAX_MS = 8000,
	TEXT_SIZE = SERVER_PATH_SIZE + 64,
};

struct server {
	struct server_config config;
	const struct server_events *events;
	void *user;
	uv_timer_t delay;
	struct child *child; /* NULL: none now */
	uint64_t born_ns, restarts;
	unsigned delay_ms;
	bool ending;
};

static int start(struct server *s);

static void start_later(struct server *s);

static void on_delay(uv_timer_t *timer)
{
	struct server *s = timer->data;

	s->restarts++;
	if (start(s) < 0)
		start_later(s);
}

static void start_later(struct server *s)
{
	uv_timer_start(&s->delay, on_delay, s->delay_ms, 0);
	s->delay_ms = s->delay_ms < DELAY_MAX_MS / 2 ? 2 * s->delay_ms : DELAY_MAX_MS;
}

static void on_ended(int status, void *user)
{
	struct server *s = user;
	char how[32];

	s->child = NULL;
	if (s->ending)
		return;
	if (clock_mono_ns() - s->born_ns >= (uint64_t)LASTED_MS * NS_PER_MS)
		s->delay_ms = DELAY_MS;
	log_warn("server", "ended=\"%s\" again_in_ms=%u", child_status_text(status, how),
		 s->delay_ms);
	s->events->on_exit(s->user);
	start_later(s);
}

static int start(struct server *s)
{
	const struct server_config *c = &s->config;
	char config[TEXT_SIZE], world[TEXT_SIZE], home[TEXT_SIZE], user[TEXT_SIZE],
		games[TEXT_SIZE];
	char *argv[] = {"minetestserver", "--config", config,	 "--world", world,
			"--logfile",	  "",	      "--quiet", NULL};
	char *envp[] = {home, user, games, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
	struct child_command command = {.name = "minetestserver",
					.about = "",
					.program = c->program,
					.argv = argv,
					.envp = envp,
					.directory = c->state_dir,
					.keep = -1};
	int r = server_files_configure(c, s->events->last_step(s->user));

	if (r < 0)
		return r;
	snprintf(config, sizeof config, "%s/server.conf", c->state_dir);
	snprintf(world, sizeof world, "%s/world", c->state_dir);
	snprintf(home, sizeof home, "HOME=%s/home", c->state_dir);
	snprintf(user, sizeof user, "MINETEST_USER_PATH=%s/home", c->state_dir);
	snprintf(games, sizeof games, "MINETEST_SUBGAME_PATH=%s", c->share_dir);
	s->born_ns = clock_mono_ns();
	r = child_start(s->delay.loop, &command, on_ended, s, &s->child);
	if (r < 0)
		log_error("server", "program=%s error=\"%s\"", c->program, strerror(-r));
	return r;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

int server_new(uv_loop_t *loop, const struct server_config *config,
	       const struct server_events *events, void *user, struct server **ret_server)
{
	struct server *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	s->events = events;
	s->user = user;
	s->delay_ms = DELAY_MS;
	r = server_files_check(config);
	if (r == 0)
		r = server_files_make(config);
	if (r < 0) {
		free(s);
		return r;
	}
	s->delay.data = s;
	uv_timer_init(loop, &s->delay);
	r = start(s);
	if (r < 0) {
		uv_close((uv_handle_t *)&s->delay, on_closed);
		return r;
	}
	*ret_server = s;
	return 0;
}

void server_free(struct server *s)
{
	if (!s)
		return;
	s->ending = true;
	if (s->child)
		child_finish(s->child);
	uv_close((uv_handle_t *)&s->delay, on_closed);
}

void server_kill(struct server *s)
{
	if (s->child)
		child_kill(s->child);
}

pid_t server_pid(const struct server *s)
{
	return s->child ? child_pid(s->child) : 0;
}

uint64_t server_restarts(const struct server *s)
{
	return s->restarts;
}
