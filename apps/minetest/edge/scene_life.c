// SPDX-License-Identifier: Apache-2.0
/* A scene's processes and files: what is started when, and what becomes of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apps/minetest/edge/scene.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	PURSUE_MS = 200,
	RESTART_MIN_MS = 250,
	RESTART_MAX_MS = 8000,
	DISPLAY_START_MS = 30000, /* for an X server to listen */
	DISPLAY_ANSWER_MS = 10000,
};

static const struct minetest_config *own(const struct scene *s)
{
	return (const struct minetest_config *)s->config->own;
}

/* ---- what fails ---- */

static void wait_before_next(struct scene *s)
{
	unsigned shift = s->failures < 5 ? s->failures : 5, wait_ms = RESTART_MIN_MS << shift;

	wait_ms = wait_ms < RESTART_MAX_MS ? wait_ms : RESTART_MAX_MS;
	s->failures++;
	s->not_before_ns = clock_mono_ns() + wait_ms * 1000000ULL;
	log_warn("scene", "%scause=%s restart_ms=%u", s->about, s->cause, wait_ms);
}

static void forget_client(struct scene *s)
{
	s->client = NULL;
	s->coded = s->picture_there = false;
}

static void on_client_ended(int status, void *user)
{
	struct scene *s = user;
	char text[32];

	log_info("minetest", "%swhat=ended status=\"%s\"", s->about,
		 child_status_text(status, text));
	forget_client(s);
	if (s->player && s->replaced) {
		s->cause = "CLIENT_STARTING";
	} else if (s->player) {
		s->all->counters.clients_ended++;
		/* without its display it was to end, and has failed in nothing */
		s->cause = s->xvfb ? "CLIENT_ENDED" : "DISPLAY_ENDED";
		if (s->xvfb)
			wait_before_next(s);
	}
	s->replaced = false;
	scene_pursue(s);
}

static void drop_grab(struct scene *s)
{
	if (s->grab)
		grab_close(s->grab);
	s->grab = NULL;
	s->grab_ready = s->picture_there = false;
}

/* A client without its server ends by itself, most often; the next one starts when it has. */
static void on_display_ended(void *user)
{
	struct scene *s = user;

	s->xvfb = NULL;
	drop_grab(s);
	if (s->client)
		child_kill(s->client);
	if (s->player) {
		s->all->counters.displays_ended++;
		s->cause = "DISPLAY_ENDED";
		wait_before_next(s);
	}
	scene_pursue(s);
}

/* ---- what is started ---- */

static void on_display_ready(void *user)
{
	scene_pursue(user);
}

static void start_display(struct scene *s)
{
	static const struct xvfb_handler handler = {on_display_ready, on_display_ended};
	struct xvfb_config config = {.loop = s->loop,
				     .program = own(s)->x_server,
				     .directory = s->directory,
				     .about = s->about,
				     .width = s->config->width,
				     .height = s->config->height};
	int r = xvfb_start(&config, &handler, s, &s->xvfb);

	if (r == 0) {
		s->all->counters.displays++;
		s->display_ns = clock_mono_ns();
		return;
	}
	log_error("scene", "%swhat=\"%s is not started\" error=\"%s\"", s->about, config.program,
		  strerror(-r));
	s->cause = "DISPLAY_NOT_STARTED";
	wait_before_next(s);
}

static void on_grab_ready(void *user)
{
	struct scene *s = user;

	s->grab_ready = true;
	scene_pursue(s);
}

static void on_picture(void *user)
{
	struct scene *s = user;

	s->picture_there = true;
	if (s->player)
		render_ready(s->player);
}

static void on_grab_lost(int error, void *user)
{
	struct scene *s = user;

	log_warn("scene", "%swhat=\"no pictures of the display\" error=\"%s\"", s->about,
		 strerror(-error));
	drop_grab(s);
	if (s->xvfb)
		xvfb_kill(s->xvfb);
}

static void open_grab(struct scene *s)
{
	static const struct grab_handler handler = {on_grab_ready, on_picture, on_grab_lost};
	struct grab_config config = {.loop = s->loop,
				     .display = xvfb_display(s->xvfb),
				     .cookie = xvfb_cookie(s->xvfb),
				     .width = s->config->width,
				     .height = s->config->height};

	if (grab_open(&config, &handler, s, &s->grab) < 0)
		xvfb_kill(s->xvfb);
}

static void start_client(struct scene *s)
{
	struct client_config config = {.loop = s->loop,
				       .program = own(s)->client_program,
				       .directory = s->directory,
				       .shaders = s->all->shaders,
				       .about = s->about,
				       .display = xvfb_display(s->xvfb),
				       .authority = xvfb_authority(s->xvfb),
				       .width = s->config->width,
				       .height = s->config->height,
				       .fps = s->config->fps,
				       .viewing_range = own(s)->viewing_range};
	int r = client_start(&config, &s->ticket, s->clients, on_client_ended, s, &s->client);

	if (r < 0) {
		log_error("scene", "%swhat=\"%s is not started\" error=\"%s\"", s->about,
			  config.program, strerror(-r));
		s->cause = "CLIENT_NOT_STARTED";
		wait_before_next(s);
		return;
	}
	s->clients++;
	s->all->counters.clients++;
	if (s->failures == 0)
		s->cause = "CLIENT_STARTING";
	s->client_ns = s->fine_ns = s->read_ns = s->unread_ns = clock_mono_ns();
}

/* ---- what should be ---- */

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* Its files go when nobody writes to them any more. */
static void vanish(struct scene *s)
{
	struct scene **at = &s->all->scenes;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	if (file_remove_tree(s->directory) < 0)
		log_warn("scene", "%swhat=\"its directory is not removed\" path=%s", s->about,
			 s->directory);
	explicit_bzero(&s->ticket, sizeof s->ticket);
	uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

void scene_pursue(struct scene *s)
{
	if (!s->player) {
		if (!s->client && !s->xvfb && !uv_is_closing((uv_handle_t *)&s->timer))
			vanish(s);
		return;
	}
	if (clock_mono_ns() < s->not_before_ns)
		return;
	if (!s->xvfb) {
		if (!s->client)
			start_display(s);
	} else if (!s->grab) {
		if (xvfb_is_ready(s->xvfb))
			open_grab(s);
	} else if (s->grab_ready && !s->client && s->ticketed && s->player->link) {
		start_client(s);
	}
}

void scene_restart_client(struct scene *s, const char *why)
{
	if (!s->client)
		return;
	log_info("scene", "%swhat=\"client is started anew\" why=\"%s\"", s->about, why);
	child_kill(s->client);
}

static uint64_t elapsed_ms(uint64_t since_ns)
{
	return (clock_mono_ns() - since_ns) / 1000000;
}

static void on_timer(uv_timer_t *timer)
{
	struct scene *s = timer->data;

	if (s->xvfb && ((!s->grab_ready && elapsed_ms(s->display_ns) > DISPLAY_START_MS) ||
			(s->grab && grab_waiting_ns(s->grab) / 1000000 > DISPLAY_ANSWER_MS))) {
		log_warn("scene", "%swhat=\"the display is silent\"", s->about);
		xvfb_kill(s->xvfb);
	}
	if (scene_hangs(s)) {
		scene_restart_client(s, "it does not follow the world");
		s->fine_ns = clock_mono_ns();
	}
	scene_pursue(s);
}

/* ---- its life ---- */

int scene_new(struct player *player, struct minetest *all, struct scene **ret_scene)
{
	struct scene *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->all = all;
	s->player = player;
	s->loop = &player->edge->daemon.loop;
	s->config = &player->edge->config;
	s->cause = "DISPLAY_STARTING";
	snprintf(s->about, sizeof s->about, "account=%s ", player->account);
	snprintf(s->directory, sizeof s->directory, "%s/%s.%lu", all->players, player->account,
		 ++all->begun);
	if (mkdir(s->directory, 0700) < 0) {
		int r = -errno;

		log_error("scene", "%spath=%s error=\"%s\"", s->about, s->directory, strerror(-r));
		free(s);
		return r;
	}
	uv_timer_init(s->loop, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_timer, PURSUE_MS, PURSUE_MS);
	s->next = all->scenes;
	all->scenes = s;
	scene_pursue(s);
	*ret_scene = s;
	return 0;
}

void scene_end(struct scene *s)
{
	s->player = NULL;
	uv_timer_stop(&s->timer);
	drop_grab(s);
	if (s->client)
		child_kill(s->client);
	if (s->xvfb)
		xvfb_kill(s->xvfb);
	scene_pursue(s);
}

/* Until the loop's next turn the memory stays, whatever ends. */
void scene_finish(struct scene *s)
{
	if (s->client)
		child_finish(s->client);
	if (s->xvfb)
		xvfb_finish(s->xvfb);
}
