// SPDX-License-Identifier: Apache-2.0
/* minetest-cloud: the cloud tier of Minetest (apps/game/cloud/cloud.h). */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/game/cloud/cloud.h"
#include "apps/minetest/cloud/logic.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	TICK_HZ = 30,
	TICK_HZ_MIN = 5,
	TICK_HZ_MAX = 60,
	GAME_PORT = 30000,
	BOTS = 8,
	BOTS_MAX = 64
};

struct minetest_cloud {
	struct daemon daemon;
	struct server_config server;
	struct yaml_doc *doc;
	struct cloud cloud;
	struct logic *logic;
};

static const struct daemon_spec spec = {
	.name = "minetest-cloud",
	.summary = "login server and session manager of Minetest, and minetestserver as its logic "
		   "server",
	.example = "apps/minetest/cloud/minetest-cloud.example.yaml",
};

#define AT(member) offsetof(struct minetest_cloud, server.member)
static const struct yaml_field fields[] = {
	CLOUD_FIELDS(struct minetest_cloud, cloud.config),
	{"tick_hz", yaml_read_u32, offsetof(struct minetest_cloud, cloud.config.tick_hz), 0,
	 TICK_HZ_MIN, TICK_HZ_MAX, false, "the server's steps a second"},
	{"game_port", yaml_read_u32, AT(port), 0, 1, 65535, false,
	 "UDP port of minetestserver, at 'address'"},
	{"state_dir", yaml_read_text, AT(state_dir), SERVER_PATH_SIZE, 0, 0, true,
	 "directory of minetestserver's files, made when it isn't there"},
	{"share_dir", yaml_read_text, AT(share_dir), SERVER_PATH_SIZE, 0, 0, false,
	 "directory of game/ and mod/; that of the program"},
	{"server", yaml_read_text, AT(program), SERVER_PATH_SIZE, 0, 0, false,
	 "minetestserver's program"},
	{"bots", yaml_read_u32, AT(bots), 0, 0, BOTS_MAX, false, "bodies that the computer walks"},
	{"seed", yaml_read_u64, AT(seed), 0, 0, UINT64_MAX, false, "of their chance"},
	{0},
};

/* minetestserver has its own idea of where it is: paths are made absolute */
static int find_paths(struct server_config *c)
{
	char self[PATH_MAX] = "", path[PATH_MAX];
	const char *dir = c->share_dir;
	int r = 0;

	if (!*dir && readlink("/proc/self/exe", self, sizeof self - 1) > 0)
		dir = dirname(self);
	if (!realpath(dir, path))
		r = -errno;
	else if (strlen(path) >= sizeof c->share_dir)
		r = -ENAMETOOLONG;
	if (r < 0) {
		log_error("config", "share_dir=%s error=\"%s\"", dir, strerror(-r));
		return r;
	}
	snprintf(c->share_dir, sizeof c->share_dir, "%.*s", SERVER_PATH_SIZE - 1, path);
	if (c->state_dir[0] == '/')
		return 0;
	log_error("config", "state_dir=%s error=\"expected an absolute path\"", c->state_dir);
	return -EINVAL;
}

static int start(struct minetest_cloud *m)
{
	struct logic_server logic = {.ops = &logic_minetest_ops, .metrics = "baton_minetest_"};
	int r = find_paths(&m->server);

	if (r == 0)
		r = cloud_begin(&m->cloud, &m->daemon.loop);
	m->server.address = m->cloud.config.address;
	if (r == 0)
		r = logic_new(&m->daemon.loop, &m->server, &m->cloud, &m->logic);
	logic.logic = m->logic;
	if (r == 0)
		r = cloud_serve(&m->cloud, &m->daemon.loop, &logic);
	if (r < 0)
		log_error("minetest-cloud", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void stop(struct minetest_cloud *m)
{
	cloud_end(&m->cloud);
	logic_free(m->logic);
	cloud_done(&m->cloud);
}

int main(int argc, char **argv)
{
	static struct minetest_cloud m = {
		.server = {.port = GAME_PORT,
			   .program = "/usr/lib/minetest/minetestserver",
			   .bots = BOTS,
			   .seed = 1},
		.cloud = {.config = CLOUD_DEFAULTS},
	};
	int status = 1;

	m.cloud.config.tick_hz = TICK_HZ;
	if (daemon_init(&m.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&m.daemon, fields, &m, &m.doc) < 0 || cloud_accounts(&m.cloud, m.doc) < 0)
		goto done;
	if (m.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&m) == 0) {
		cloud_hurry();
		daemon_ready("serving");
		status = daemon_run(&m.daemon);
	}
	stop(&m);
done:
	daemon_done(&m.daemon);
	accounts_free(&m.cloud.accounts);
	yaml_free(m.doc);
	return status;
}
