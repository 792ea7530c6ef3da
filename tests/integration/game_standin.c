// SPDX-License-Identifier: Apache-2.0
/*
 * A game's instance for tests of the agents: REST with players that are held in memory, and nothing
 * else. What it does otherwise stands in its configuration: `behave: crash` (ends before it
 * serves), `silent` (doesn't answer /healthz).
 */
#include <string.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/http_server.h"
#include "lib/log.h"
#include "lib/token.h"

enum { PLAYERS_MAX = 16 };

struct game {
	struct daemon daemon;
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256], token[128], behave[16], edge[64], number[16], secret[64];
	char player[PLAYERS_MAX][32];
	size_t player_count;
	struct http_server *server;
};

#define AT(member) offsetof(struct game, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true, ""},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, ""},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, ""},
	{"behave", yaml_read_text, AT(behave), 16, 0, 0, false, ""},
	{"edge", yaml_read_text, AT(edge), 64, 0, 0, false, ""},
	{"edge_number", yaml_read_text, AT(number), 16, 0, 0, false, ""},
	{"secret", yaml_read_text, AT(secret), 64, 0, 0, false, ""},
	{0},
};

static size_t find(const struct game *g, const char *account)
{
	size_t i = 0;

	while (i < g->player_count && strcmp(g->player[i], account) != 0)
		i++;
	return i;
}

static json_t *player_json(const struct game *g, size_t i)
{
	return json_pack("{s:s, s:s, s:s}", "account", g->player[i], "state", "synchronised",
			 "edge", g->edge);
}

static void player_put(struct http_request *req, void *user)
{
	struct game *g = user;
	size_t i = find(g, http_param(req, "account"));

	if (i == PLAYERS_MAX) {
		http_problem(req, 409, "FULL", "no room");
		return;
	}
	if (i == g->player_count)
		snprintf(g->player[g->player_count++], sizeof(g->player[0]), "%s",
			 http_param(req, "account"));
	http_reply(req, 202, player_json(g, i));
}

static void player_get(struct http_request *req, void *user)
{
	struct game *g = user;
	size_t i = find(g, http_param(req, "account"));

	if (i == g->player_count)
		http_problem(req, 404, "PLAYER_NOT_FOUND", "no such player");
	else
		http_reply(req, 200, player_json(g, i));
}

static void player_delete(struct http_request *req, void *user)
{
	struct game *g = user;
	size_t i = find(g, http_param(req, "account"));

	if (i < g->player_count)
		memmove(g->player[i], g->player[i + 1],
			(--g->player_count - i) * sizeof(g->player[0]));
	http_reply(req, 204, NULL);
}

static void players_get(struct http_request *req, void *user)
{
	struct game *g = user;
	json_t *list = json_array();

	for (size_t i = 0; i < g->player_count; i++)
		json_array_append_new(list, player_json(g, i));
	http_reply(req, 200, json_pack("{s:o}", "players", list));
}

static void health_get(struct http_request *req, void *user)
{
	const struct game *g = user;

	http_reply(req, strcmp(g->behave, "silent") ? 204 : 503, NULL);
}

static const struct http_route routes[] = {
	{"GET", "/v1/players", players_get, false},
	{"PUT", "/v1/players/{account}", player_put, false},
	{"GET", "/v1/players/{account}", player_get, false},
	{"DELETE", "/v1/players/{account}", player_delete, false},
	{"GET", "/healthz", health_get, false},
	{0},
};

int main(int argc, char **argv)
{
	static const struct daemon_spec spec = {.name = "game",
						.summary = "a game's instance, for tests"};
	static struct game g;
	struct http_listen listen;
	int status = 1;

	if (daemon_init(&g.daemon, &spec, argc, argv) < 0 ||
	    daemon_config(&g.daemon, fields, &g, NULL) < 0)
		return 1;
	log_info("game", "edge=%s number=%s secret_length=%zu", g.edge, g.number, strlen(g.secret));
	if (!strcmp(g.behave, "crash") || token_read(g.token_file, g.token, sizeof(g.token)) < 0)
		goto done;
	listen = (struct http_listen){
		.addr = g.rest_address, .port = (uint16_t)g.rest_port, .token = g.token};
	if (http_server_new(&g.daemon.loop, &listen, routes, &g, &g.server) < 0)
		goto done;
	status = daemon_run(&g.daemon);
	http_server_free(g.server);
done:
	daemon_done(&g.daemon);
	return status;
}
