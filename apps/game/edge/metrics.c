// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/metrics.h"

#include <inttypes.h>

#include "apps/game/edge/edge.h"
#include "lib/metrics.h"

enum { ROWS_MAX = 5 };

struct family {
	const char *name, *help;
	struct {
		const char *label; /* NULL: no label */
		const char *value;
		uint64_t count;
	} row[ROWS_MAX];
};

static void put_family(FILE *out, const char *prefix, const struct family *f)
{
	fprintf(out, "# HELP %s_%s %s\n# TYPE %s_%s counter\n", prefix, f->name, f->help, prefix,
		f->name);
	for (unsigned i = 0; i < ROWS_MAX && (i == 0 || f->row[i].label); i++) {
		if (f->row[i].label)
			fprintf(out, "%s_%s{%s=\"%s\"} %" PRIu64 "\n", prefix, f->name,
				f->row[i].label, f->row[i].value, f->row[i].count);
		else
			fprintf(out, "%s_%s %" PRIu64 "\n", prefix, f->name, f->row[i].count);
	}
}

static void put_own(FILE *out, const struct edge *e)
{
	const struct edge_counters *c = &e->counters;
	const struct family families[] = {
		{"frames_total",
		 "Frames that were due, by what became of them.",
		 {{"outcome", "sent", c->frames},
		  {"outcome", "missed", ticker_missed(e->ticker)},
		  {"outcome", "failed", c->frames_failed},
		  {"outcome", "frozen", c->frames_frozen},
		  {"outcome", "late", c->frames_late}}},
		{"frame_bytes_total", "Octets of H.264 in frames.", {{NULL, NULL, c->frame_bytes}}},
		{"logins_total",
		 "Logins to the cloud, by outcome.",
		 {{"outcome", "welcome", c->logins}, {"outcome", "failed", c->logins_failed}}},
		{"links_lost_total",
		 "Connections to the session manager that were lost.",
		 {{NULL, NULL, c->links_lost}}},
		{"snapshots_total", "Snapshots of the world.", {{NULL, NULL, c->snapshots}}},
		{"deltas_total",
		 "Deltas of the world, by whether they fitted.",
		 {{"outcome", "applied", c->deltas - c->mismatches},
		  {"outcome", "mismatch", c->mismatches}}},
		{"inputs_total",
		 "INPUT messages of clients, by what became of them.",
		 {{"outcome", "sent", c->inputs_sent},
		  {"outcome", "repeated", c->inputs_repeated},
		  {"outcome", "dropped", c->inputs_dropped}}},
		{"signals_total",
		 "SWITCH messages of clients, by what became of them.",
		 {{"outcome", "sent", c->signals_sent},
		  {"outcome", "repeated", c->signals_repeated},
		  {"outcome", "dropped", c->signals_dropped}}},
		{"views_total",
		 "VIEW messages of clients, by what became of them.",
		 {{"outcome", "sent", c->views_sent}, {"outcome", "dropped", c->views_dropped}}},
	};

	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		put_family(out, e->game->metrics, &families[i]);
}

static void put_stream(FILE *out, const struct edge *e)
{
	const struct stream_server_counters *c = stream_server_counters(e->stream);
	const struct family families[] = {
		{"datagrams_received_total",
		 "Datagrams at the stream port.",
		 {{NULL, NULL, c->received}}},
		{"packets_total",
		 "RTP packets, by whether the socket took them.",
		 {{"outcome", "sent", c->packets}, {"outcome", "unsent", c->unsent}}},
	};

	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		put_family(out, e->game->metrics, &families[i]);
	fprintf(out,
		"# HELP %s_datagrams_dropped_total Datagrams that were dropped, by reason.\n"
		"# TYPE %s_datagrams_dropped_total counter\n",
		e->game->metrics, e->game->metrics);
	for (unsigned i = 0; i < STREAM_DROPS; i++)
		fprintf(out, "%s_datagrams_dropped_total{reason=\"%s\"} %" PRIu64 "\n",
			e->game->metrics, stream_drop_name(i), c->dropped[i]);
}

void edge_metrics_get(struct http_request *req, void *user)
{
	const struct edge *e = user;
	struct metrics m;
	unsigned players = 0;

	if (metrics_begin(&m, req) < 0)
		return;
	for (unsigned i = 0; i < PLAYERS_MAX; i++)
		players += e->player[i] != NULL;
	fprintf(m.out,
		"# HELP %s_players Players of this instance.\n"
		"# TYPE %s_players gauge\n%s_players %u\n",
		e->game->metrics, e->game->metrics, e->game->metrics, players);
	put_own(m.out, e);
	put_stream(m.out, e);
	if (e->game->renderer->metrics)
		e->game->renderer->metrics(e, m.out);
	metrics_reply(&m, req);
}
