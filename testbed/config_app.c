// SPDX-License-Identifier: Apache-2.0
/* What daemons are told of applications, by docs/csm.md. A second application's ports are a hundred
 * above the first's. Which programs, images and keys a game has is in topology_game.c. */
#include <arpa/inet.h>
#include <string.h>

#include "lib/shape/quantity.h"
#include "lib/version.h"
#include "testbed/app.h"
#include "testbed/topology_game.h"

enum {
	LOGIN_PORT = 8090,
	STATE_PORT = 8091,
	GAME_REST_PORT = 8092, /* an instance's */
	CLOUD_REST_PORT = 8096,
	SCREEN_PORT = 8097,
	IMAGE_PORT = 8095,
	STREAM_PORT = 5004,
	PORTS_APART = 100,
};

static unsigned number_of(const struct topology *t, const struct topo_app *app)
{
	return (unsigned)(app - t->app);
}

static const struct topo_game *game_of(const struct topo_app *app)
{
	return game_find(app->game);
}

static unsigned port_of(const struct topology *t, const struct topo_app *app, unsigned first)
{
	return first + number_of(t, app) * PORTS_APART;
}

unsigned app_cloud_port(const struct topology *t, const struct topo_app *app)
{
	return port_of(t, app, CLOUD_REST_PORT);
}

/* RTP's port is even (RFC 3550 cl. 11). */
static unsigned stream_port(const struct topology *t, const struct topo_app *app)
{
	return STREAM_PORT + 2 * number_of(t, app);
}

/* The only one: checked when the topology was read */
static unsigned cloud_of(const struct topology *t)
{
	unsigned i = 0;

	while (i < t->node_count && t->node[i].kind != TOPO_CLOUD)
		i++;
	return i;
}

static const char *address_text(struct in_addr addr, char buf[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &addr, buf, INET_ADDRSTRLEN);
}

static const char *wan_text(const struct topology *t, unsigned node, char buf[INET_ADDRSTRLEN])
{
	const struct topo_port *port = topology_find_port(t, node, TOPO_WAN);

	return address_text(port ? port->addr : (struct in_addr){0}, buf);
}

static const char *management_text(const struct plan *plan, unsigned node,
				   char buf[INET_ADDRSTRLEN])
{
	return address_text(plan->run->node[node].address, buf);
}

static void put_path(const struct plan *plan, unsigned node, const char *key, const char *file,
		     FILE *out)
{
	char path[RUN_PATH_MAX];

	run_path(plan->run, path, "nodes/%s/%s", plan_node_name(plan, node), file);
	fprintf(out, "%s: \"%s\"\n", key, path);
}

bool app_daemon_wanted(const struct topology *t, unsigned node, const char *daemon)
{
	const struct topo_app *app = NULL;

	if (!strcmp(daemon, "cloud-agent"))
		return t->app_count;
	if (!strcmp(daemon, "stream-client"))
		return topology_player_on(t, node, &app);
	for (const struct topo_game *game = topo_games; game->name; game++)
		if (!strcmp(daemon, game->edge.name))
			return topology_player_on(t, node, &app) && game_of(app) == game &&
			       app->rendering == TOPO_RENDER_LOCAL;
	return true;
}

/* ---- the game ---- */

/* Of a workload; its supervisor replaces the word. */
static void put_state_dir(const struct topo_app *app, FILE *out)
{
	if (game_of(app)->server_port)
		fprintf(out, "      state_dir: \"{state}\"\n");
}

/* @indent: blanks before each key. Keys of REST and of directories are the caller's. */
static void put_renderer(const struct plan *plan, const struct topo_app *app, const char *indent,
			 FILE *out)
{
	char wan[INET_ADDRSTRLEN], secret[APP_SECRET_SIZE];
	const struct topology *t = plan->t;

	fprintf(out, "%sstream_port: %u\n%slogin_url: \"http://%s:%u\"\n", indent,
		stream_port(t, app), indent, wan_text(t, cloud_of(t), wan),
		port_of(t, app, LOGIN_PORT));
	fprintf(out, "%swidth: %u\n%sheight: %u\n%sfps: %u\n%scodec: %s\n%sbitrate: ", indent,
		app->width, indent, app->height, indent, app->fps, indent, app->codec, indent);
	shape_quantity_print((double)app->bitrate_bps, shape_quantity_rates, out);
	fprintf(out, "\n");
	fprintf(out, app->player_count ? "%ssecrets:\n" : "%ssecrets: []\n", indent);
	for (size_t i = 0; i < app->player_count; i++) {
		app_secret(plan->run, app->player[i].account, secret);
		fprintf(out, "%s  - {account: \"%s\", secret: \"%s\"}\n", indent,
			app->player[i].account, secret);
	}
}

/* One of a list of workloads: what all have, up to the keys of `config` that are the program's own
 */
static void put_workload(const char *name, bool start, const struct game_program *program,
			 unsigned rest_port, FILE *out)
{
	fprintf(out,
		"  - name: \"%s\"\n    start: %s\n    image: \"%s\"\n    version: \"%s\"\n    "
		"rest_port: %u\n"
		"    command: [\"./%s\", \"--config\", \"{config}\"]\n",
		name, start ? "true" : "false", program->image, version_string, rest_port,
		program->name);
}

static const char config_head[] =
	"    config:\n      rest_address: \"{address}\"\n      rest_port: \"{port}\"\n"
	"      token_file: \"{token_file}\"\n";

/* Of the world */
static void put_world(const struct topology *t, const struct topo_app *app, FILE *out)
{
	const struct topo_game *game = game_of(app);

	if (game_has(game, GAME_BOTS))
		fprintf(out, "      bots: %u\n", app->bots);
	if (game_has(game, GAME_WORLD))
		fprintf(out, "      world_width: %u\n      world_height: %u\n", app->world,
			app->world);
	if (game_has(game, GAME_SEED))
		fprintf(out, "      seed: %llu\n", (unsigned long long)app->seed);
	if (game->server_port)
		fprintf(out, "      game_port: %u\n", port_of(t, app, game->server_port));
}

static void put_logic(const struct plan *plan, const struct topo_app *app, FILE *out)
{
	char wan[INET_ADDRSTRLEN], secret[APP_SECRET_SIZE], name[TOPO_NAME_SIZE + 8];
	const struct topology *t = plan->t;

	snprintf(name, sizeof(name), "%s-cloud", app->name);
	put_workload(name, true, &game_of(app)->cloud, app_cloud_port(t, app), out);
	fprintf(out, "%s      address: \"%s\"\n      login_port: %u\n      state_port: %u\n",
		config_head, wan_text(t, cloud_of(t), wan), port_of(t, app, LOGIN_PORT),
		port_of(t, app, STATE_PORT));
	put_world(t, app, out);
	fprintf(out, "      state_file: \"{state}/accounts\"\n");
	put_state_dir(app, out);
	fprintf(out, app->player_count ? "      accounts:\n" : "      accounts: []\n");
	for (size_t i = 0; i < app->player_count; i++) {
		app_secret(plan->run, app->player[i].account, secret);
		fprintf(out, "        - {name: \"%s\", secret: \"%s\"}\n", app->player[i].account,
			secret);
	}
}

/* ---- agents ---- */

void config_app_cloud_agent(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topology *t = plan->t;
	char wan[INET_ADDRSTRLEN], images[PATH_MAX];

	app_images(plan, images);
	fprintf(out, "name: \"%s\"\nimage_address: \"%s\"\nimage_port: %d\nimages: \"%s\"\n",
		t->node[node].name, wan_text(t, node, wan), IMAGE_PORT, images);
	put_path(plan, node, "state_dir", "services", out);
	fprintf(out, "services:\n");
	for (size_t a = 0; a < t->app_count; a++) {
		const struct topo_app *app = &t->app[a];

		put_logic(plan, app, out);
		if (app->rendering != TOPO_RENDER_CLOUD)
			continue;
		put_workload(app->name, true, &game_of(app)->edge, port_of(t, app, GAME_REST_PORT),
			     out);
		fprintf(out,
			"%s      edge: \"{name}\"\n      edge_number: 1\n      stream_address: "
			"\"%s\"\n",
			config_head, wan);
		put_state_dir(app, out);
		put_renderer(plan, app, "      ", out);
	}
}

static bool runs_apps(const struct topology *t, unsigned edge)
{
	for (size_t a = 0; a < t->app_count; a++)
		if (t->app[a].edge[edge])
			return true;
	return false;
}

/* The lowest of the apps': an edge has one link to the cloud */
static uint64_t rate_limit(const struct topology *t)
{
	uint64_t lowest = 0;

	for (size_t a = 0; a < t->app_count; a++)
		if (t->app[a].rate_limit_bps && (!lowest || t->app[a].rate_limit_bps < lowest))
			lowest = t->app[a].rate_limit_bps;
	return lowest;
}

void config_app_edge_agent(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topology *t = plan->t;
	char text[INET_ADDRSTRLEN];

	if (!runs_apps(t, node))
		return;
	fprintf(out, "edge_number: %u\ncloud_url: \"http://%s:%d\"\n", t->node[node].number,
		wan_text(t, cloud_of(t), text), IMAGE_PORT);
	if (rate_limit(t)) {
		fprintf(out, "rate_limit: ");
		shape_quantity_print((double)rate_limit(t), shape_quantity_rates, out);
		fprintf(out, "\n");
	}
	put_path(plan, node, "repository", "repository", out);
	put_path(plan, node, "state_dir", "instances", out);
	fprintf(out, "applications:\n");
	for (size_t a = 0; a < t->app_count; a++) {
		const struct topo_app *app = &t->app[a];

		if (!app->edge[node])
			continue;
		put_workload(app->name, app->start[node], &game_of(app)->edge,
			     port_of(t, app, GAME_REST_PORT), out);
		fprintf(out, "    service: \"%s\"\n%s", address_text(app->service, text),
			config_head);
		fprintf(out, "      edge: \"{name}\"\n      edge_number: \"{number}\"\n      "
			     "stream_address: \"{service}\"\n");
		put_state_dir(app, out);
		put_renderer(plan, app, "      ", out);
	}
}

static unsigned first_edge(const struct topology *t, const struct topo_app *app, unsigned ue,
			   uint32_t session)
{
	int anchor = t->node[ue].session[session - 1].anchor;
	unsigned i = 0;

	if (anchor >= 0 && app->edge[anchor])
		return (unsigned)anchor;
	while (i + 1 < t->node_count && !app->start[i])
		i++;
	return i;
}

/* Where the player's first login is asked for */
static void put_player_url(const struct plan *plan, const struct topo_app *app,
			   const struct topo_player *player, FILE *out)
{
	unsigned game = port_of(plan->t, app, GAME_REST_PORT), node = player->ue;
	char text[INET_ADDRSTRLEN];

	if (app->rendering == TOPO_RENDER_EDGE) {
		node = first_edge(plan->t, app, player->ue, player->session);
		fprintf(out, "    player_url: \"http://%s:%u/v1/instances/%s/players/%s\"\n",
			management_text(plan, node, text), daemon_rest_port("edge-agent"),
			app->name, player->account);
		return;
	}
	if (app->rendering == TOPO_RENDER_CLOUD)
		node = cloud_of(plan->t);
	else
		game = daemon_rest_port(game_of(app)->edge.name); /* the UE has but one of it */
	fprintf(out, "    player_url: \"http://%s:%u/v1/players/%s\"\n",
		management_text(plan, node, text), game, player->account);
}

static void put_trigger(const struct topo_app *app, const struct topo_trigger *trigger, FILE *out)
{
	char text[INET_ADDRSTRLEN];

	if (!trigger->for_us)
		return;
	fprintf(out, "trigger:\n  service: \"%s\"\n", address_text(app->service, text));
	if (trigger->rtt_us)
		fprintf(out, "  rtt_ms: %llu\n", (unsigned long long)(trigger->rtt_us / 1000));
	if (trigger->loss > 0)
		fprintf(out, "  loss: \"%.6f%%\"\n", trigger->loss * 100);
	fprintf(out, "  for_ms: %llu\n  hold_off_ms: %llu\n",
		(unsigned long long)(trigger->for_us / 1000),
		(unsigned long long)(trigger->hold_off_us / 1000));
}

void config_app_ue_agent(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topo_app *app;
	const struct topo_player *player = topology_player_on(plan->t, node, &app);
	char text[INET_ADDRSTRLEN];

	if (!player)
		return;
	fprintf(out,
		"players:\n  - app: \"%s\"\n    account: \"%s\"\n    session: %u\n    "
		"countdown_ms: %llu\n",
		app->name, player->account, player->session,
		(unsigned long long)(player->countdown_us / 1000));
	put_player_url(plan, app, player, out);
	fprintf(out, "    stream_url: \"http://%s:%u\"\n", management_text(plan, node, text),
		daemon_rest_port("stream-client"));
	put_trigger(app, &player->trigger, out);
}

void config_app_stream_client(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topo_app *app;
	const struct topo_player *player = topology_player_on(plan->t, node, &app);
	const char *input;

	if (!player)
		return;
	input = !strcmp(player->input, "generated") ? "player" : player->input;
	fprintf(out,
		"account: \"%s\"\nwidth: %u\nheight: %u\nfps: %u\ncodec: %s\nthreshold: "
		"%.17g\nwindow: %u\ninput: \"%s\"\n"
		"inputs_seed: %u\nscreen_port: %d\nbuffer: %s\njumps: %s\npairs: %s\n",
		player->account, app->width, app->height, app->fps, app->codec, player->threshold,
		player->window, input, plan->t->node[node].number, SCREEN_PORT,
		player->fifo ? "fifo" : "one-frame", player->jumps ? "true" : "false",
		player->pairs_always || player->jumps ? "always" : "waiting");
	if (player->record[0])
		fprintf(out, "record: \"%s\"\n", player->record);
}

/* Local rendering: the player's own */
void config_app_local(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topo_app *app;

	if (!topology_player_on(plan->t, node, &app))
		return;
	fprintf(out, "edge: \"%s\"\nedge_number: %u\nstream_address: \"127.0.0.1\"\n",
		plan->t->node[node].name, plan->t->node[node].number);
	if (game_of(app)->server_port)
		put_path(plan, node, "state_dir", "game", out);
	put_renderer(plan, app, "", out);
}
