// SPDX-License-Identifier: Apache-2.0
/* Who plays an application of a topology file: on which UE, as whom, and what makes the UE ask for
 * a migration. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/shape/quantity.h"
#include "testbed/topology_internal.h"

enum {
	WINDOW_MAX = 64,     /* of frame sliding; 1: none */
	FOR_MIN_US = 100000, /* ue-agent's limits */
	FOR_MAX_US = 600000000,
	HOLD_OFF_MIN_US = 100000,
	COUNTDOWN_MIN_US = 1000,
	COUNTDOWN_MAX_US = 600000000,
};
#define HOLD_OFF_MAX_US 3600000000ULL
#define LOSS_STEPS	1e8 /* it is written with six digits of a percent */
#define RTT_MAX_US	60000000ULL

struct player_keys {
	const struct yaml_node *ue, *account, *threshold, *input, *trigger, *buffer, *pairs,
		*record;
	bool jumps;
	uint32_t window, session;
	uint64_t countdown_us;
};

static const struct yaml_field player_fields[] = {
	{.key = "ue",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, ue),
	 .required = true,
	 .help = "the node that plays"},
	{.key = "account",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, account),
	 .help = "the UE's name"},
	{.key = "threshold",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, threshold),
	 .help = "of the SSIM gate, 0 to 1"},
	{.key = "input",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, input),
	 .help = "generated, none, keyboard or a script's path"},
	{.key = "trigger",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, trigger),
	 .help = "when the UE asks for a migration: {rtt, loss, for, hold_off}"},
	{.key = "buffer",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, buffer),
	 .help = "of decoded frames: one-frame or fifo"},
	{.key = "pairs",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, pairs),
	 .help = "when the SSIM of two streams is recorded: waiting or always"},
	{.key = "record",
	 .read = yaml_read_node,
	 .offset = offsetof(struct player_keys, record),
	 .help = "file to write what is shown to, a whole path"},
	{.key = "jumps",
	 .read = yaml_read_bool,
	 .offset = offsetof(struct player_keys, jumps),
	 .help = "how much the screen jumps, in the trace"},
	{.key = "countdown",
	 .read = shape_quantity_read_duration,
	 .offset = offsetof(struct player_keys, countdown_us),
	 .help = "before the source of a migration is released"},
	{.key = "window",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct player_keys, window),
	 .min = 1,
	 .max = WINDOW_MAX,
	 .help = "of frame sliding, in frames"},
	{.key = "session",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct player_keys, session),
	 .min = 1,
	 .max = TOPO_SESSIONS_MAX,
	 .help = "PDU session of the first stream"},
	{0},
};

static int read_account(struct topo_reader *r, const struct yaml_node *node, char ret[32])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len;

	if (!node)
		return 0;
	len = node->kind == YAML_SCALAR ? strlen(node->scalar) : 0;
	if (!len || len > 31 || strspn(node->scalar, allowed) != len || node->scalar[0] == '.')
		return yaml_fail(r->doc, node, r->err,
				 "account: expected 1 to 31 of a-z 0-9 . _ -");
	strcpy(ret, node->scalar);
	return 0;
}

static int read_threshold(struct topo_reader *r, const struct yaml_node *node, double *ret)
{
	char *end = NULL;
	double value;

	if (!node)
		return 0;
	value = node->kind == YAML_SCALAR ? strtod(node->scalar, &end) : NAN;
	if (!end || end == node->scalar || *end || strpbrk(node->scalar, "xXnN") ||
	    !(value >= 0 && value <= 1))
		return yaml_fail(r->doc, node, r->err, "threshold: expected a number from 0 to 1");
	*ret = value;
	return 0;
}

static int read_input(struct topo_reader *r, const struct yaml_node *node, char ret[256])
{
	strcpy(ret, "generated");
	if (!node)
		return 0;
	if (node->kind != YAML_SCALAR || strlen(node->scalar) >= 256 ||
	    strpbrk(node->scalar, "\"\\\n") ||
	    (node->scalar[0] != '/' && strcmp(node->scalar, "generated") &&
	     strcmp(node->scalar, "none") && strcmp(node->scalar, "keyboard")))
		return yaml_fail(
			r->doc, node, r->err,
			"input: expected generated, none, keyboard or the whole path of a script");
	strcpy(ret, node->scalar);
	return 0;
}

/* Relative ones would be the directory's in which a node's init happens to be. */
static int read_record(struct topo_reader *r, const struct topo_app *app,
		       const struct yaml_node *node, char ret[256])
{
	if (!node)
		return 0;
	if (node->kind != YAML_SCALAR || strlen(node->scalar) >= 256 ||
	    strpbrk(node->scalar, "\"\\\n") || node->scalar[0] != '/')
		return yaml_fail(r->doc, node, r->err, "record: expected the whole path of a file");
	for (size_t i = 0; i < app->player_count; i++)
		if (!strcmp(app->player[i].record, node->scalar))
			return yaml_fail(r->doc, node, r->err,
					 "record: '%.200s' is another player's", node->scalar);
	strcpy(ret, node->scalar);
	return 0;
}

/* @usual or @other; @ret_other: which it is */
static int read_either(struct topo_reader *r, const struct yaml_node *node, const char *usual,
		       const char *other, bool *ret_other)
{
	const char *word = node && node->kind == YAML_SCALAR ? node->scalar : "";

	*ret_other = !strcmp(word, other);
	if (!node || *ret_other || !strcmp(word, usual))
		return 0;
	return yaml_fail(r->doc, node, r->err, "%s: expected %s or %s", node->key, usual, other);
}

static int read_share(const struct yaml_doc *doc, const struct yaml_node *node,
		      const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	double share;

	if (node->kind != YAML_SCALAR ||
	    !shape_quantity_parse(node->scalar, shape_quantity_shares, &share) || share > 1)
		return yaml_fail(doc, node, err, "%s: expected a share from 0%% to 100%%",
				 node->key);
	*(double *)ret = share;
	return 0;
}

#define TRIGGER(k) .offset = offsetof(struct topo_trigger, k)
static const struct yaml_field trigger_fields[] = {
	{.key = "rtt",
	 .read = shape_quantity_read_duration,
	 TRIGGER(rtt_us),
	 .help = "above which"},
	{.key = "loss", .read = read_share, TRIGGER(loss), .help = "above which"},
	{.key = "for",
	 .read = shape_quantity_read_duration,
	 TRIGGER(for_us),
	 .help = "all that time"},
	{.key = "hold_off",
	 .read = shape_quantity_read_duration,
	 TRIGGER(hold_off_us),
	 .help = "pause after having asked"},
	{0},
};

static int read_trigger(struct topo_reader *r, const struct topo_app *app,
			const struct yaml_node *node, struct topo_trigger *ret)
{
	struct topo_trigger t = {.for_us = 1000000, .hold_off_us = 10000000};
	int rc;

	if (!node)
		return 0;
	if (app->rendering != TOPO_RENDER_EDGE)
		return yaml_fail(r->doc, node, r->err,
				 "trigger: nothing can be moved (rendering: %s)",
				 topo_rendering_name(app->rendering));
	rc = yaml_read_fields(r->doc, node, trigger_fields, &t, r->err);
	if (rc)
		return rc;
	t.loss = round(t.loss * LOSS_STEPS) / LOSS_STEPS;
	if (!t.rtt_us && t.loss <= 0)
		return yaml_fail(r->doc, node, r->err, "trigger: expected rtt or loss, or both");
	if (t.rtt_us > RTT_MAX_US || (t.rtt_us && t.rtt_us < 1000))
		return yaml_fail(r->doc, node, r->err, "trigger: rtt: expected 1ms to 60s");
	if (t.for_us < FOR_MIN_US || t.for_us > FOR_MAX_US)
		return yaml_fail(r->doc, node, r->err, "trigger: for: expected 100ms to 10min");
	if (t.hold_off_us < HOLD_OFF_MIN_US || t.hold_off_us > HOLD_OFF_MAX_US)
		return yaml_fail(r->doc, node, r->err, "trigger: hold_off: expected 100ms to 1h");
	*ret = t;
	return 0;
}

/* The session to the edge where the game begins, else the first */
static uint32_t first_session(const struct topology *t, const struct topo_app *app, unsigned ue)
{
	const struct topo_node *node = &t->node[ue];

	for (size_t s = 0; s < node->session_count; s++)
		if (node->session[s].anchor >= 0 && app->start[node->session[s].anchor])
			return (uint32_t)s + 1;
	return 1;
}

/* Where @key is, or the player who doesn't have it */
static const struct yaml_node *place_of(const struct yaml_node *item, const char *key)
{
	const struct yaml_node *at = yaml_get(item, key);

	return at ? at : item;
}

static int check_player(struct topo_reader *r, const struct topo_app *app,
			const struct topo_player *player, const struct yaml_node *item)
{
	const struct topology *t = r->t;
	const struct topo_app *other;

	if (player->session > t->node[player->ue].session_count)
		return yaml_fail(r->doc, place_of(item, "session"), r->err,
				 "session: '%s' has no PDU session %u", t->node[player->ue].name,
				 player->session);
	if (topology_player_on(t, player->ue, &other))
		return yaml_fail(r->doc, item, r->err, "ue: '%s' plays already, '%s'",
				 t->node[player->ue].name, other->name);
	for (size_t i = 0; i < app->player_count; i++)
		if (!strcmp(app->player[i].account, player->account))
			return yaml_fail(r->doc, item, r->err, "account: '%s' is another player's",
					 player->account);
	return 0;
}

static int read_player(struct topo_reader *r, struct topo_app *app, const struct yaml_node *item)
{
	struct player_keys keys = {.window = 8, .countdown_us = 30000000};
	struct topo_player player = {.threshold = 0.85, .at = topo_place_of(item)};
	int rc = yaml_read_fields(r->doc, item, player_fields, &keys, r->err);

	if (!rc)
		rc = topo_node_reference(r, keys.ue, TOPO_UE, &player.ue);
	if (rc)
		return rc;
	snprintf(player.account, sizeof(player.account), "%.31s", r->t->node[player.ue].name);
	if ((rc = read_account(r, keys.account, player.account)) ||
	    (rc = read_threshold(r, keys.threshold, &player.threshold)) ||
	    (rc = read_input(r, keys.input, player.input)) ||
	    (rc = read_record(r, app, keys.record, player.record)) ||
	    (rc = read_either(r, keys.buffer, "one-frame", "fifo", &player.fifo)) ||
	    (rc = read_either(r, keys.pairs, "waiting", "always", &player.pairs_always)) ||
	    (rc = read_trigger(r, app, keys.trigger, &player.trigger)))
		return rc;
	if (keys.countdown_us < COUNTDOWN_MIN_US || keys.countdown_us > COUNTDOWN_MAX_US)
		return yaml_fail(r->doc, place_of(item, "countdown"), r->err,
				 "countdown: expected 1ms to 10min");
	player.window = keys.window;
	player.jumps = keys.jumps;
	player.countdown_us = keys.countdown_us;
	player.session = keys.session ? keys.session : first_session(r->t, app, player.ue);
	rc = check_player(r, app, &player, item);
	if (rc)
		return rc;
	if (!topo_grow(&app->player, app->player_count, sizeof(*app->player)))
		return -ENOMEM;
	app->player[app->player_count++] = player;
	return 0;
}

int topo_read_players(struct topo_reader *r, struct topo_app *app, const struct yaml_node *list)
{
	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, list, r->err,
				 "players: expected a list of {ue, account, ...}");
	for (const struct yaml_node *n = list ? list->child : NULL; n; n = n->next) {
		int rc;

		if (app->player_count == TOPO_PLAYERS_MAX)
			return yaml_fail(r->doc, n, r->err, "players: expected at most %d",
					 TOPO_PLAYERS_MAX);
		rc = read_player(r, app, n);
		if (rc)
			return rc;
	}
	return 0;
}
