// SPDX-License-Identifier: Apache-2.0
/*
 * A game's instance at an edge. It logs its players in to the game's cloud tier, follows the world
 * by snapshot and deltas, renders each player's view and streams it to the player's UE (paper 001,
 * Fig. 7: application instance and streaming server).
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "apps/game/edge/player.h"
#include "lib/log.h"
#include "lib/token.h"

enum { NICE = -10 };

/* ---- what comes from clients, and the clock ---- */

static void on_joined(void *user, void *player)
{
	struct player *p = player;
	struct control_role_change told = steering_told(&p->steering);

	log_info("stream", "account=%s what=joined", p->account);
	stream_player_role(p->stream, &told);
}

static void on_left(void *user, void *player, enum stream_left why)
{
	log_info("stream", "account=%s what=left why=%s", ((struct player *)player)->account,
		 why == STREAM_LEFT_ASKED ? "asked" : "silent");
}

static void on_input(void *user, void *player, const struct control_input *input)
{
	cloud_input(player, input);
}

static void on_switched(void *user, void *player, uint32_t number)
{
	cloud_signal(player, number);
}

static void on_view(void *user, void *player, const char *text, size_t len)
{
	cloud_view(player, text, len);
}

static void on_slot(unsigned slot, void *user)
{
	render_frame(((struct edge *)user)->player[slot]);
}

/* ---- start and end ---- */

static int check_codec(struct edge *e)
{
	int r = codec_parse(e->config.codec, &e->codec);

	if (r < 0)
		log_error("config", "error=\"codec: this program was built without %s\"",
			  e->config.codec);
	return r;
}

static int start_stream(struct edge *e)
{
	struct stream_server_config config = {
		.loop = &e->daemon.loop,
		.address = e->config.stream_address,
		.port = (uint16_t)e->config.stream_port,
		.ops = {on_joined, on_left, on_input, on_switched, on_view},
		.user = e,
	};

	return stream_server_new(&config, &e->stream);
}

/* Frames are rendered on time also on a busy machine. Not at real-time priority: an instance with
 * more players than a processor carries would stop everybody else. Where it isn't allowed, frames
 * come as time permits. */
static void hurry(const struct edge *e)
{
	if (setpriority(PRIO_PROCESS, 0, NICE) < 0)
		log_info(e->game->daemon.name, "what=\"no higher priority\" error=\"%s\"",
			 strerror(errno));
}

static int start(struct edge *e)
{
	struct http_listen listen = {.addr = e->config.rest_address,
				     .port = (uint16_t)e->config.rest_port,
				     .token = e->token,
				     .fair = true};
	int r = token_read(e->config.token_file, e->token, sizeof e->token);

	if (r == 0)
		r = e->game->renderer->start(e);
	if (r == 0)
		r = picture_new(e->config.width, e->config.height, &e->picture);
	if (r == 0)
		r = http_client_new(&e->daemon.loop, &e->client);
	if (r == 0)
		r = ticker_new(&e->daemon.loop, e->config.fps, on_slot, e, &e->ticker);
	if (r == 0)
		r = start_stream(e);
	if (r == 0)
		r = http_server_new(&e->daemon.loop, &listen, edge_routes, e, &e->server);
	if (r < 0)
		log_error(e->game->daemon.name, "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

/* Each player logs out: the cloud need not wait for a lost connection. */
static void stop(struct edge *e)
{
	http_server_free(e->server);
	for (unsigned i = 0; i < PLAYERS_MAX; i++)
		if (e->player[i])
			player_remove(e->player[i]);
	if (e->stream)
		stream_server_free(e->stream);
	ticker_free(e->ticker);
	http_client_free(e->client);
	picture_free(e->picture);
	e->game->renderer->stop(e);
}

int edge_main(const struct game *game, int argc, char **argv)
{
	static struct edge e;
	int status = 1;

	e.game = game;
	e.config = game->defaults;
	if (daemon_init(&e.daemon, &game->daemon, argc, argv) < 0)
		return 1;
	if (config_load(&e.config, game->fields, &e.daemon) < 0 || check_codec(&e) < 0)
		goto done;
	if (e.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&e) == 0) {
		hurry(&e);
		daemon_ready("serving");
		status = daemon_run(&e.daemon);
	}
	stop(&e);
done:
	config_done(&e.config);
	daemon_done(&e.daemon);
	return status;
}
