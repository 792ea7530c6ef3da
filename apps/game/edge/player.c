// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/player.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

struct player *player_find(const struct edge *edge, const char *account)
{
	for (unsigned i = 0; i < PLAYERS_MAX; i++)
		if (edge->player[i] && strcmp(edge->player[i]->account, account) == 0)
			return edge->player[i];
	return NULL;
}

static int free_slot(const struct edge *edge)
{
	for (int i = 0; i < (int)edge->game->renderer->players_max; i++)
		if (!edge->player[i])
			return i;
	return -ENOSPC;
}

int player_add(struct edge *edge, const char *account, const char *secret,
	       struct player **ret_player)
{
	int slot = free_slot(edge);
	struct player *p;
	int r;

	if (slot < 0)
		return slot;
	p = calloc(1, sizeof *p);
	if (!p)
		return -ENOMEM;
	p->edge = edge;
	p->slot = (unsigned)slot;
	p->secret = secret;
	p->inputs_left = INPUTS_PER_FRAME;
	memcpy(p->account, account, strlen(account) + 1);
	r = edge->game->renderer->begin(p, &p->scene);
	if (r < 0) {
		free(p);
		return r;
	}
	uv_timer_init(&edge->daemon.loop, &p->retry);
	p->retry.data = p;
	edge->player[slot] = p;
	ticker_use(edge->ticker, p->slot);
	log_info("player", "account=%s what=added slot=%d", account, slot);
	cloud_login(p);
	*ret_player = p;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void player_remove(struct player *p)
{
	log_info("player", "account=%s what=removed frames=%u", p->account, p->seq);
	cloud_logout(p);
	ticker_leave(p->edge->ticker, p->slot);
	p->edge->player[p->slot] = NULL;
	if (p->stream)
		stream_server_remove(p->edge->stream, p->stream);
	encoder_free(p->encoder);
	p->edge->game->renderer->end(p->scene);
	explicit_bzero(p->stream_key, sizeof p->stream_key);
	uv_close((uv_handle_t *)&p->retry, on_closed);
}

static const char *trouble(const struct player *p)
{
	const struct renderer *r = p->edge->game->renderer;

	return r->trouble ? r->trouble(p->scene) : NULL;
}

bool player_shown(const struct player *p)
{
	return p->state == PLAYER_SYNCHRONISED && !trouble(p);
}

const char *player_cause(const struct player *p)
{
	const char *why = trouble(p);

	return p->cause[0] || !why ? p->cause : why;
}

const char *player_state_name(const struct player *p)
{
	static const char *const names[] = {
		[PLAYER_LOGGING_IN] = "logging-in",
		[PLAYER_SYNCHRONISING] = "synchronising",
		[PLAYER_SYNCHRONISED] = "synchronised",
		[PLAYER_FAILED] = "failed",
	};
	struct stream_player_state stream = {0};

	if (p->stream)
		stream_player_state(p->stream, &stream);
	if (p->state != PLAYER_SYNCHRONISED)
		return names[p->state];
	return p->quiet || trouble(p) ? names[PLAYER_SYNCHRONISING]
	       : stream.joined	      ? "streaming"
				      : names[p->state];
}
