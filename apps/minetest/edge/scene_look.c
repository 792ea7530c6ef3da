// SPDX-License-Identifier: Apache-2.0
/* What a scene's pictures tell: whether the client shows the world, and which tick of it. */
#include "apps/minetest/edge/scene.h"

#include "lib/log.h"

enum {
	UNREADABLE_MS = 3000, /* so long without a code, and the player isn't synchronised */
	LAG_S = 5,	      /* a picture may be so much older than what the cloud tells */
	HANG_MS = 60000,      /* a client that never catches up is started anew; joining counts */
	STEADY_MS = 20000,    /* a client that has lived so long has not failed */
	TICK_HZ_DEFAULT = 10,
};

static uint64_t ms(uint64_t n)
{
	return n * 1000000;
}

static bool lags(const struct scene *s)
{
	unsigned hz = s->tick_hz ? s->tick_hz : TICK_HZ_DEFAULT;

	return (int32_t)(s->tick - s->code.tick) > (int32_t)(hz * LAG_S);
}

const char *scene_trouble(const struct scene *s)
{
	if (!s->coded)
		return s->cause;
	if (s->unread_ns > s->read_ns + ms(UNREADABLE_MS))
		return "CODE_UNREADABLE";
	return lags(s) ? "CLIENT_STALLED" : NULL;
}

void scene_look(struct scene *s, const struct bgrx *picture)
{
	uint64_t now = clock_mono_ns();
	struct hud_code code;

	s->all->counters.pictures++;
	if (hud_code_read(picture, &code) < 0) {
		s->all->counters.unreadable += s->coded;
		s->all->counters.joining += !s->coded;
		s->unread_ns = now;
		return;
	}
	if (!s->coded)
		log_info("scene", "%swhat=shown tick=%u after_ms=%llu", s->about, code.tick,
			 (unsigned long long)((now - s->client_ns) / 1000000));
	s->coded = true;
	s->code = code;
	s->read_ns = now;
	if (!lags(s))
		s->fine_ns = now;
	if (now - s->client_ns > ms(STEADY_MS))
		s->failures = 0;
}

/* Without the cloud's word there is nothing to follow. */
bool scene_hangs(struct scene *s)
{
	if (!s->client || !s->player || s->player->state == PLAYER_LOGGING_IN)
		s->fine_ns = clock_mono_ns();
	return clock_mono_ns() - s->fine_ns > ms(HANG_MS);
}
