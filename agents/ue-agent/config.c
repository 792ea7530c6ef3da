// SPDX-License-Identifier: Apache-2.0
/* Configuration: keys documented in ue-agent.example.yaml. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agents/ue-agent/agent.h"
#include "lib/log.h"

static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, offsetof(struct agent_config, rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, offsetof(struct agent_config, rest_port), 0, 1, 65535, true,
	 "port to listen on"},
	{"token_file", yaml_read_text, offsetof(struct agent_config, token_file), 256, 0, 0, true,
	 "file of the bearer token"},
	{"supi", yaml_read_text, offsetof(struct agent_config, supi), 24, 0, 0, true,
	 "the UE's SUPI"},
	{"ue_url", yaml_read_text, offsetof(struct agent_config, ue_url), 128, 0, 0, true,
	 "http:// URL of ue"},
	{"manager_url", yaml_read_text, offsetof(struct agent_config, manager_url), 128, 0, 0, true,
	 "http:// URL of the manager"},
	{"service_prefix", yaml_read_prefix, offsetof(struct agent_config, service_prefix), 0, 0, 0,
	 true, "prefix of the services"},
	{"state_dir", yaml_read_text, offsetof(struct agent_config, state_dir), 256, 0, 0, true,
	 "folder for the outcomes of steps"},
	{"players", yaml_read_node, offsetof(struct agent_config, players), 0, 0, 0, false,
	 "who plays what on this UE"},
	{"trigger", yaml_read_node, offsetof(struct agent_config, trigger), 0, 0, 0, false,
	 "when to ask for a migration"},
	{0},
};

enum { WINDOW_MAX = 8000, COUNTDOWN_MAX_MS = 600000 };

#define PLAYER(member) offsetof(struct ue_player, member)
static const struct yaml_field player_fields[] = {
	{"app", yaml_read_text, PLAYER(app), 64, 0, 0, true, "the application"},
	{"account", yaml_read_text, PLAYER(account), 32, 0, 0, true, "the player's account"},
	{"session", yaml_read_u32, PLAYER(session), 0, 1, SESSION_IDS - 1, false,
	 "PDU session of the first stream"},
	{"countdown_ms", yaml_read_u32, PLAYER(countdown_ms), 0, 1, COUNTDOWN_MAX_MS, false,
	 "before the source of a migration is released"},
	{"player_url", yaml_read_text, PLAYER(player_url), 192, 0, 0, false,
	 "http:// URL of the player at the first edge's agent"},
	{"stream_url", yaml_read_text, PLAYER(stream_url), 128, 0, 0, true,
	 "http:// URL of the stream-client"},
	{0},
};

/* "0.05" or "5%" */
static int read_share(const struct yaml_doc *doc, const struct yaml_node *node,
		      const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	const char *text = node->kind == YAML_SCALAR ? node->scalar : "";
	char *end = (char *)text;
	double share = strtod(text, &end);

	if (end != text && strcmp(end, "%") == 0) {
		share /= 100;
		end++;
	}
	if (end == text || *end || !(share >= 0 && share <= 1))
		return yaml_fail(doc, node, err, "expected a share from 0 to 1, found '%s'", text);
	*(double *)ret = share;
	return 0;
}

#define TRIGGER(member) offsetof(struct trigger_config, member)
static const struct yaml_field trigger_fields[] = {
	{"service", yaml_read_ipv4, TRIGGER(service), 0, 0, 0, true, "where test packets go"},
	{"rtt_ms", yaml_read_u32, TRIGGER(rtt_ms), 0, 0, 60000, false, "RTT above which"},
	{"loss", read_share, TRIGGER(loss), 0, 0, 0, false, "share of lost packets above which"},
	{"for_ms", yaml_read_u32, TRIGGER(for_ms), 0, 100, 600000, false, "for how long"},
	{"hold_off_ms", yaml_read_u32, TRIGGER(hold_off_ms), 0, 100, 3600000, false,
	 "pause after having asked"},
	{"interval_ms", yaml_read_u32, TRIGGER(interval_ms), 0, 10, 10000, false,
	 "between two test packets"},
	{0},
};

static int read_players(struct agent *a, const struct yaml_doc *doc, struct yaml_error *err)
{
	const struct yaml_node *list = a->config.players;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of players");
	for (const struct yaml_node *n = list ? list->child : NULL; n; n = n->next) {
		struct ue_player *player = &a->player[a->player_count];

		if (a->player_count == PLAYERS_MAX)
			return yaml_fail(doc, n, err, "more than %d players", PLAYERS_MAX);
		player->session = 1;
		if (yaml_read_fields(doc, n, player_fields, player, err) < 0)
			return -EINVAL;
		if (agent_player(a, player->app))
			return yaml_fail(doc, n, err, "app '%s' has a player already", player->app);
		a->player_count++;
	}
	return 0;
}

static int read_trigger(struct agent *a, const struct yaml_doc *doc, struct yaml_error *err)
{
	struct trigger_config *t = &a->trigger_config;

	if (!a->config.trigger)
		return 0;
	*t = (struct trigger_config){.for_ms = 1000, .hold_off_ms = 10000, .interval_ms = 100};
	if (yaml_read_fields(doc, a->config.trigger, trigger_fields, t, err) < 0)
		return -EINVAL;
	if (t->rtt_ms == 0 && t->loss <= 0)
		return yaml_fail(doc, a->config.trigger, err, "expected rtt_ms or loss, or both");
	if (t->for_ms / t->interval_ms > WINDOW_MAX)
		return yaml_fail(
			doc, a->config.trigger, err,
			"more than %d test packets in for_ms; interval_ms would have to be larger",
			WINDOW_MAX);
	if (a->player_count == 0)
		return yaml_fail(doc, a->config.trigger, err,
				 "there are no players whose app could be moved");
	return 0;
}

int agent_config_load(struct agent *a)
{
	struct yaml_doc *doc = NULL;
	struct yaml_error err = {0};
	int r = daemon_config(&a->daemon, fields, &a->config, &doc);

	if (r < 0)
		return r;
	r = read_players(a, doc, &err);
	if (r == 0)
		r = read_trigger(a, doc, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	yaml_free(doc);
	return r;
}

const struct ue_player *agent_player(const struct agent *a, const char *app)
{
	for (size_t i = 0; app && i < a->player_count; i++)
		if (strcmp(a->player[i].app, app) == 0)
			return &a->player[i];
	return NULL;
}
