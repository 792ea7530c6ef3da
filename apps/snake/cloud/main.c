// SPDX-License-Identifier: Apache-2.0
/* snake-cloud: the cloud tier of the snake game (apps/game/cloud/cloud.h). */
#include <string.h>

#include "apps/game/cloud/cloud.h"
#include "apps/snake/cloud/logic.h"
#include "lib/daemon.h"
#include "lib/log.h"

struct snake_config {
	uint32_t world_width, world_height, bots;
	uint64_t seed;
};

struct snake_cloud {
	struct daemon daemon;
	struct snake_config config;
	struct yaml_doc *doc;
	struct cloud cloud;
	struct logic *logic;
};

static const struct daemon_spec spec = {
	.name = "snake-cloud",
	.summary = "login server, session manager and logic server of the snake game",
	.example = "apps/snake/cloud/snake-cloud.example.yaml",
};

#define AT(member) offsetof(struct snake_cloud, config.member)
static const struct yaml_field fields[] = {
	CLOUD_FIELDS(struct snake_cloud, cloud.config),
	{"tick_hz", yaml_read_u32, offsetof(struct snake_cloud, cloud.config.tick_hz), 0, 1,
	 CLOUD_TICK_HZ_MAX, false, "ticks a second"},
	{"world_width", yaml_read_u32, AT(world_width), 0, WORLD_SIDE_MIN, WORLD_SIDE_MAX, false,
	 "cells from west to east"},
	{"world_height", yaml_read_u32, AT(world_height), 0, WORLD_SIDE_MIN, WORLD_SIDE_MAX, false,
	 "cells from north to south"},
	{"bots", yaml_read_u32, AT(bots), 0, 0, GAME_BOTS_MAX, false,
	 "snakes that the computer plays"},
	{"seed", yaml_read_u64, AT(seed), 0, 0, UINT64_MAX, false, "of the world's chance"},
	{0},
};

static int start_logic(struct snake_cloud *s)
{
	const struct snake_config *config = &s->config;
	uint16_t tick_hz = (uint16_t)s->cloud.config.tick_hz;
	struct logic_config logic = {.game = {.width = (uint16_t)config->world_width,
					      .height = (uint16_t)config->world_height,
					      .bots = (uint16_t)config->bots,
					      .tick_hz = tick_hz,
					      .seed = config->seed},
				     .accounts = &s->cloud.accounts,
				     .state = s->cloud.state,
				     .on_tick = sessions_tick,
				     .user = s->cloud.sessions};

	return logic_new(&s->daemon.loop, &logic, &s->logic);
}

static int start(struct snake_cloud *s)
{
	struct logic_server logic = {.ops = &logic_snake_ops, .metrics = "baton_snake_"};
	int r = cloud_begin(&s->cloud, &s->daemon.loop);

	if (r == 0)
		r = start_logic(s);
	logic.logic = s->logic;
	if (r == 0)
		r = cloud_serve(&s->cloud, &s->daemon.loop, &logic);
	if (r < 0)
		log_error("snake-cloud", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void stop(struct snake_cloud *s)
{
	cloud_end(&s->cloud);
	logic_free(s->logic);
	cloud_done(&s->cloud);
}

int main(int argc, char **argv)
{
	static struct snake_cloud s = {
		.config = {.world_width = 256, .world_height = 256, .bots = 12, .seed = 1},
		.cloud = {.config = CLOUD_DEFAULTS},
	};
	int status = 1;

	if (daemon_init(&s.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&s.daemon, fields, &s, &s.doc) < 0 || cloud_accounts(&s.cloud, s.doc) < 0)
		goto done;
	if (s.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&s) == 0) {
		cloud_hurry();
		daemon_ready("serving");
		status = daemon_run(&s.daemon);
	}
	stop(&s);
done:
	daemon_done(&s.daemon);
	accounts_free(&s.cloud.accounts);
	yaml_free(s.doc);
	return status;
}
