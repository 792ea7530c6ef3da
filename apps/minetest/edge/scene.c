// SPDX-License-Identifier: Apache-2.0
/* A scene as the renderer of apps/game/edge: what the cloud says, and pictures. */
#include "apps/minetest/edge/scene.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/log.h"

enum {
	LOOK_MS = 1000,	       /* between two pictures when nobody watches and all is well */
	LOOK_TROUBLE_MS = 100, /* and when it isn't */
};

/* ---- the instance ---- */

static int check_program(const char *key, const char *path, const char *package)
{
	if (access(path, X_OK) == 0)
		return 0;
	log_error("minetest-edge",
		  "error=\"%s: %s can't be run: %s; it is in the package %s (scripts/setup "
		  "minetest)\"",
		  key, path, strerror(errno), package);
	return -ENOENT;
}

/* Anew: an instance that was killed may have left files. */
static int make_directory(const char *in, const char *name, char path[SCENE_PATH_MAX])
{
	if (snprintf(path, SCENE_PATH_MAX, "%s/%s", in, name) >= SCENE_PATH_MAX)
		return -ENAMETOOLONG;
	file_remove_tree(path);
	return mkdir(path, 0700) < 0 ? -errno : 0;
}

static int make_directories(struct minetest *m, const char *state_dir)
{
	char path[PATH_MAX];
	int r;

	if ((mkdir(state_dir, 0700) < 0 && errno != EEXIST) || !realpath(state_dir, path))
		return -errno;
	r = make_directory(path, "players", m->players);
	return r < 0 ? r : make_directory(path, "shaders", m->shaders);
}

static int start(struct edge *e)
{
	const struct minetest_config *c = (const struct minetest_config *)e->config.own;
	struct minetest *m;
	int r = check_program("client_program", c->client_program, "minetest");

	if (r == 0)
		r = check_program("x_server", c->x_server, "xvfb");
	if (r < 0)
		return r;
	m = calloc(1, sizeof *m);
	if (!m)
		return -ENOMEM;
	r = make_directories(m, c->state_dir);
	if (r < 0) {
		log_error("minetest-edge", "error=\"state_dir: %s: %s\"", c->state_dir,
			  strerror(-r));
		free(m);
		return r;
	}
	e->renderer = m;
	return 0;
}

/* The players have been ended before; some of their processes may still be there. */
static void stop(struct edge *e)
{
	struct minetest *m = e->renderer;

	if (!m)
		return;
	while (m->scenes)
		scene_finish(m->scenes);
	file_remove_tree(m->players);
	file_remove_tree(m->shaders);
	free(m);
}

/* ---- a player ---- */

static int begin(struct player *player, void **ret_scene)
{
	struct scene *s;
	int r = scene_new(player, player->edge->renderer, &s);

	if (r == 0)
		*ret_scene = s;
	return r;
}

static void end(void *scene)
{
	scene_end(scene);
}

/* Another ticket is another player of the game: the client that holds the old one is of no use. */
static int login(void *scene, const json_t *answer)
{
	struct scene *s = scene;
	struct ticket ticket;

	if (ticket_read(answer, &ticket) < 0)
		return -EBADMSG;
	if (s->client && !ticket_equal(&ticket, &s->ticket)) {
		s->replaced = true;
		scene_restart_client(s, "another ticket");
	}
	s->ticket = ticket;
	s->ticketed = true;
	s->informed = false;
	scene_pursue(s);
	return 0;
}

static void welcome(void *scene, const struct state_welcome *m)
{
	((struct scene *)scene)->tick_hz = m->tick_hz;
}

/* The world itself comes to the client by the game's own protocol. */
static int delta(void *scene, uint32_t tick, const uint8_t *world, size_t len)
{
	struct scene *s = scene;

	if (len)
		return -EBADMSG;
	s->tick = tick;
	scene_pursue(s);
	return 0;
}

/* Another than the login's: the game's server was started again, and knows no client of before */
static int snapshot(void *scene, uint32_t tick, const uint8_t *world, size_t len)
{
	struct scene *s = scene;

	if (len)
		return -EBADMSG;
	if (s->informed && s->client) {
		s->replaced = true;
		scene_restart_client(s, "another server");
	}
	s->informed = true;
	return delta(scene, tick, world, len);
}

/* ---- pictures ---- */

static int ask(struct scene *s)
{
	int r = s->grab_ready && s->client ? grab_ask(s->grab) : -ENOTCONN;

	if (r < 0 && r != -EBUSY)
		return -EAGAIN;
	s->looked_ns = clock_mono_ns();
	return -EINPROGRESS;
}

static int draw(void *scene, struct picture *to, struct render_mark *mark)
{
	struct scene *s = scene;

	if (!s->picture_there)
		return ask(s);
	s->picture_there = false;
	scene_look(s, grab_picture(s->grab));
	if (!s->coded)
		return -EAGAIN;
	mark->tick = s->code.tick;
	mark->input = s->code.input;
	return bgrx_convert(grab_picture(s->grab), to);
}

static const char *trouble(const void *scene)
{
	return scene_trouble(scene);
}

static bool wanted(void *scene)
{
	const struct scene *s = scene;
	unsigned every_ms = scene_trouble(s) ? LOOK_TROUBLE_MS : LOOK_MS;

	return clock_mono_ns() - s->looked_ns >= every_ms * 1000000ULL;
}

static void put_family(FILE *out, const char *name, const char *help, const char *label,
		       const char *first, uint64_t first_count, const char *second,
		       uint64_t second_count)
{
	fprintf(out,
		"# HELP baton_minetest_edge_%s %s\n# TYPE baton_minetest_edge_%s counter\n"
		"baton_minetest_edge_%s{%s=\"%s\"} %" PRIu64 "\n"
		"baton_minetest_edge_%s{%s=\"%s\"} %" PRIu64 "\n",
		name, help, name, name, label, first, first_count, name, label, second,
		second_count);
}

static void metrics(const struct edge *e, FILE *out)
{
	const struct minetest_counters *c = &((const struct minetest *)e->renderer)->counters;

	put_family(out, "pictures_total", "Pictures of clients, by whether the code was read.",
		   "code", "read", c->pictures - c->unreadable - c->joining, "unreadable",
		   c->unreadable);
	put_family(out, "clients_total", "Processes of minetest.", "what", "started", c->clients,
		   "ended", c->clients_ended);
	put_family(out, "displays_total", "Processes of Xvfb.", "what", "started", c->displays,
		   "ended", c->displays_ended);
}

const struct renderer minetest_renderer = {
	.players_max = SCENES_MAX,
	.start = start,
	.stop = stop,
	.begin = begin,
	.end = end,
	.login = login,
	.welcome = welcome,
	.snapshot = snapshot,
	.delta = delta,
	.draw = draw,
	.trouble = trouble,
	.wanted = wanted,
	.metrics = metrics,
};
