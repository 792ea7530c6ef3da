// SPDX-License-Identifier: Apache-2.0
/* Applications, as the resolved file has them: every key, so that what is read back is the same. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "testbed/topology.h"
#include "testbed/topology_game.h"

const struct topo_player *topology_player_on(const struct topology *t, unsigned ue,
					     const struct topo_app **ret_app)
{
	for (size_t a = 0; a < t->app_count; a++)
		for (size_t p = 0; p < t->app[a].player_count; p++)
			if (t->app[a].player[p].ue == ue) {
				*ret_app = &t->app[a];
				return &t->app[a].player[p];
			}
	return NULL;
}

static void write_nodes(const struct topology *t, const char *key, const bool *on, FILE *out)
{
	const char *separator = "";

	fprintf(out, "    %s: [", key);
	for (size_t i = 0; i < t->node_count; i++)
		if (on[i]) {
			fprintf(out, "%s%s", separator, t->node[i].name);
			separator = ", ";
		}
	fprintf(out, "]\n");
}

static void write_trigger(const struct topo_trigger *trigger, FILE *out)
{
	const char *separator = "";

	if (!trigger->for_us)
		return;
	fprintf(out, ", trigger: {");
	if (trigger->rtt_us) {
		fprintf(out, "rtt: %" PRIu64 "us", trigger->rtt_us);
		separator = ", ";
	}
	if (trigger->loss > 0)
		fprintf(out, "%sloss: %.6f%%", separator, trigger->loss * 100);
	fprintf(out, ", for: %" PRIu64 "us, hold_off: %" PRIu64 "us}", trigger->for_us,
		trigger->hold_off_us);
}

static void write_player(const struct topology *t, const struct topo_player *p, FILE *out)
{
	fprintf(out,
		"      - {ue: %s, account: \"%s\", threshold: %.17g, window: %u, session: %u, "
		"countdown: %" PRIu64 "us, input: \"%s\", buffer: %s, pairs: %s, jumps: %s",
		t->node[p->ue].name, p->account, p->threshold, p->window, p->session,
		p->countdown_us, p->input, p->fifo ? "fifo" : "one-frame",
		p->pairs_always ? "always" : "waiting",
		p->jumps ? "true" : "false");
	if (p->record[0])
		fprintf(out, ", record: \"%s\"", p->record);
	write_trigger(&p->trigger, out);
	fprintf(out, "}\n");
}

static void write_numbers(const struct topo_app *app, FILE *out)
{
	const struct topo_game *game = game_find(app->game);

	fprintf(out,
		"    width: %u\n    height: %u\n    fps: %u\n    bitrate: %" PRIu64
		"bit\n    codec: %s\n",
		app->width, app->height, app->fps, app->bitrate_bps, app->codec);
	if (game_has(game, GAME_BOTS))
		fprintf(out, "    bots: %u\n", app->bots);
	if (game_has(game, GAME_WORLD))
		fprintf(out, "    world: %u\n", app->world);
	if (game_has(game, GAME_SEED))
		fprintf(out, "    seed: %" PRIu64 "\n", app->seed);
}

static void write_app(const struct topology *t, const struct topo_app *app, FILE *out)
{
	char addr[INET_ADDRSTRLEN];

	fprintf(out, "  %s:\n    game: %s\n    rendering: %s\n", app->name, app->game,
		topo_rendering_name(app->rendering));
	if (app->rendering == TOPO_RENDER_EDGE) {
		fprintf(out, "    service: %s\n    image: %s\n",
			inet_ntop(AF_INET, &app->service, addr, sizeof(addr)),
			app->at_edges ? "at-edges" : "cloud-only");
		write_nodes(t, "edges", app->edge, out);
		write_nodes(t, "start", app->start, out);
		if (app->rate_limit_bps)
			fprintf(out, "    rate_limit: %" PRIu64 "bit\n", app->rate_limit_bps);
	}
	write_numbers(app, out);
	fprintf(out, app->player_count ? "    players:\n" : "    players: []\n");
	for (size_t i = 0; i < app->player_count; i++)
		write_player(t, &app->player[i], out);
}

void topology_write_apps(const struct topology *t, FILE *out)
{
	if (t->app_count || t->process_count)
		fprintf(out, "apps:\n");
	for (size_t i = 0; i < t->app_count; i++)
		write_app(t, &t->app[i], out);
	for (size_t i = 0; i < t->process_count; i++)
		topology_write_process(t, &t->process[i], out);
}
