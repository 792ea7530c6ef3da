// SPDX-License-Identifier: Apache-2.0
/* The instance's REST interface (docs/csm.md, "Programs: configuration and REST"). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/game/edge/metrics.h"
#include "apps/game/edge/player.h"
#include "lib/hex.h"

enum { FREEZE_MAX_MS = 60000 };

/* ---- players ---- */

static json_t *key_json(const struct player *p)
{
	char hex[2 * CONTROL_KEY_LEN + 1];

	return p->keyed ? json_string(hex_text(p->stream_key, CONTROL_KEY_LEN, hex)) : json_null();
}

static json_t *role_json(const struct player *p)
{
	if (p->steering.role == 0)
		return json_null();
	return json_string(p->steering.role == STATE_PRIMARY ? "primary" : "secondary");
}

static json_t *player_json(const struct player *p)
{
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:i, s:I, s:I, s:I, s:I, s:I, s:o, s:s}", "account",
		p->account, "state", player_state_name(p), "role", role_json(p), "stream_key",
		key_json(p), "address", json_ipv4(p->edge->config.stream_address), "port",
		stream_server_port(p->edge->stream), "tick", (json_int_t)p->tick, "frames",
		(json_int_t)p->seq, "login_us", (json_int_t)p->login_us, "snapshot_us",
		(json_int_t)p->snapshot_us, "snapshot_bytes", (json_int_t)p->snapshot_bytes, "view",
		view_json(&p->view), "cause", player_cause(p));
}

/* The player of the path, or NULL and @req is answered */
static struct player *asked_player(struct http_request *req, const struct edge *e,
				   const char *account)
{
	struct player *p = account ? player_find(e, account) : NULL;

	if (!p)
		http_problem(req, 404, "PLAYER_NOT_FOUND", "nobody plays here as '%s'",
			     account ? account : "");
	return p;
}

/* Return: false, and @req is answered */
static bool added(struct http_request *req, struct edge *e, const char *account, const char *secret,
		  struct player **ret_player)
{
	int r = player_add(e, account, secret, ret_player);

	if (r == -ENOSPC)
		http_problem(req, 503, "TOO_MANY_PLAYERS", "%u play here already",
			     e->game->renderer->players_max);
	else if (r < 0)
		http_problem(req, 503, "NOT_STARTED", "no player can be added: %s", strerror(-r));
	return r == 0;
}

static void player_put(struct http_request *req, void *user)
{
	struct edge *e = user;
	const char *account = http_param(req, "account");
	const char *secret = config_secret_find(&e->config, account);
	struct player *p = player_find(e, account);
	struct json_reader body;

	json_reader_begin(&body, http_body(req));
	if (json_reader_end(&body) < 0) {
		http_problem_invalid(req, &body);
		return;
	}
	if (!secret) {
		http_problem(req, 404, "ACCOUNT_NOT_FOUND", "no secret of '%s' is configured here",
			     account);
		return;
	}
	if (!p && !added(req, e, account, secret, &p))
		return;
	if (p->state == PLAYER_FAILED)
		cloud_login(p);
	http_reply(req, player_shown(p) ? 200 : 202, player_json(p));
}

static void player_get(struct http_request *req, void *user)
{
	struct player *p = asked_player(req, user, http_param(req, "account"));

	if (p)
		http_reply(req, 200, player_json(p));
}

static void players_get(struct http_request *req, void *user)
{
	const struct edge *e = user;
	json_t *array = json_array();

	for (unsigned i = 0; i < PLAYERS_MAX; i++)
		if (e->player[i])
			json_array_append_new(array, player_json(e->player[i]));
	http_reply(req, 200, json_pack("{s:o}", "players", array));
}

static void player_delete(struct http_request *req, void *user)
{
	struct player *p = asked_player(req, user, http_param(req, "account"));

	if (!p)
		return;
	player_remove(p);
	http_reply(req, 204, NULL);
}

/* ---- frames, SDP, faults ---- */

/* A number of the query; Return: 0, -ENOENT: not there; -EINVAL, and @req is answered */
static int query_number(struct http_request *req, const char *name, uint64_t max, uint64_t *ret)
{
	const char *text = http_query(req, name);
	char *end;

	if (!text)
		return -ENOENT;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *ret <= max)
		return 0;
	http_problem(req, 400, "INVALID_PARAMETER",
		     "%s: expected a number from 0 to %llu, found '%.40s'", name,
		     (unsigned long long)max, text);
	return -EINVAL;
}

static void frames_get(struct http_request *req, void *user)
{
	struct player *p = asked_player(req, user, http_param(req, "account"));
	uint64_t from = 0;
	char *text;

	if (!p || query_number(req, "from", UINT32_MAX, &from) == -EINVAL)
		return;
	text = frames_text(&p->frames, p->account, (uint32_t)from);
	if (text)
		http_reply_text(req, 200, "application/json", text);
	else
		http_problem(req, 500, "NO_MEMORY", "no memory for the list");
	free(text);
}

static void sdp_get(struct http_request *req, void *user)
{
	const char *address = http_query(req, "address");
	struct sockaddr_in to = {.sin_family = AF_INET};
	char sdp[STREAM_SDP_MAX];
	struct player *p;
	uint64_t port = 0;
	int r;

	p = asked_player(req, user, http_query(req, "account"));
	if (!p || query_number(req, "port", UINT16_MAX, &port) == -EINVAL)
		return;
	to.sin_port = htons((uint16_t)port);
	if (!address || port == 0 || uv_inet_pton(AF_INET, address, &to.sin_addr) != 0) {
		http_problem(req, 400, "INVALID_PARAMETER",
			     "expected account, address (IPv4) and port (1 to 65535)");
		return;
	}
	if (!p->stream) {
		http_problem(req, 409, "NO_STREAM", "'%s' hasn't logged in yet", p->account);
		return;
	}
	r = stream_player_copy(p->stream, &to, sdp);
	if (r == -ENOSPC)
		http_problem(req, 409, "TOO_MANY_COPIES", "%d copies are sent already",
			     STREAM_COPIES_MAX);
	else if (r < 0)
		http_problem(req, 400, "INVALID_PARAMETER", "expected a unicast address");
	else
		http_reply_text(req, 200, "application/sdp", sdp);
}

static void faults_put(struct http_request *req, void *user)
{
	struct edge *e = user;
	uint64_t freeze = e->freeze_on_switch_ms;
	struct json_reader body;

	if (!e->config.faults) {
		http_problem(req, 403, "FAULTS_NOT_ALLOWED", "the configuration has faults: false");
		return;
	}
	json_reader_begin(&body, http_body(req));
	json_read_u64(&body, "freeze_on_switch_ms", true, 0, FREEZE_MAX_MS, &freeze);
	if (json_reader_end(&body) < 0) {
		http_problem_invalid(req, &body);
		return;
	}
	e->freeze_on_switch_ms = (uint32_t)freeze;
	http_reply(req, 204, NULL);
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

const struct http_route edge_routes[] = {
	{"PUT", "/v1/players/{account}", player_put, false},
	{"GET", "/v1/players/{account}", player_get, false},
	{"DELETE", "/v1/players/{account}", player_delete, false},
	{"GET", "/v1/players", players_get, false},
	{"GET", "/v1/frames/{account}", frames_get, false},
	{"GET", "/v1/sdp", sdp_get, false},
	{"PUT", "/v1/faults", faults_put, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/metrics", edge_metrics_get, false},
	{0},
};
