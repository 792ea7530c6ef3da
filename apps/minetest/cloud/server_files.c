// SPDX-License-Identifier: Apache-2.0
/*
 * STATE_DIR/world is made anew by every run: the land follows from its mod, the map is kept in
 * memory, players and their inventories are the parent's. STATE_DIR/home is all that the child
 * could want to write besides.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/minetest/cloud/server_files.h"
#include "lib/file.h"
#include "lib/log.h"

enum { PATH_ROOM = SERVER_PATH_SIZE + 64, CONFIG_SIZE = 2048 };

static int failed(const char *path, int error)
{
	log_error("server", "path=%s error=\"%s\"", path, strerror(error));
	return -error;
}

static int check(const char *dir, const char *name, int mode, const char *what)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "%s%s", dir, name);
	if (access(path, mode) == 0)
		return 0;
	log_error("server", "path=%s error=\"%s\" what=\"%s\"", path, strerror(errno), what);
	return -errno;
}

int server_files_check(const struct server_config *c)
{
	int r = check(c->program, "", X_OK,
		      "package minetest-server isn't installed, or 'server' names another program");

	if (r == 0)
		r = check(c->share_dir, "/game/game.conf", R_OK, "'share_dir' has no game");
	if (r == 0)
		r = check(c->share_dir, "/mod/init.lua", R_OK, "'share_dir' has no mod");
	return r;
}

static int make_dir(const struct server_config *c, const char *name)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "%s%s", c->state_dir, name);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return failed(path, errno);
	return 0;
}

static int write_file(const struct server_config *c, const char *name, const char *text)
{
	char path[PATH_ROOM];
	int r;

	snprintf(path, sizeof path, "%s%s", c->state_dir, name);
	r = file_create(path, text, strlen(text), 0600);
	return r < 0 ? failed(path, -r) : 0;
}

static int link_mod(const struct server_config *c)
{
	char path[PATH_ROOM], target[PATH_ROOM];

	snprintf(path, sizeof path, "%s/world/worldmods/baton", c->state_dir);
	snprintf(target, sizeof target, "%s/mod", c->share_dir);
	if (unlink(path) < 0 && errno != ENOENT)
		return failed(path, errno);
	return symlink(target, path) < 0 ? failed(path, errno) : 0;
}

int server_files_make(const struct server_config *c)
{
	static const char world[] = "gameid = game\nbackend = dummy\nplayer_backend = dummy\n"
				    "auth_backend = files\nmod_storage_backend = dummy\n";
	static const char *const dirs[] = {"", "/home", "/world", "/world/worldmods", NULL};
	int r = 0;

	for (const char *const *dir = dirs; *dir && r == 0; dir++)
		r = make_dir(c, *dir);
	if (r == 0)
		r = write_file(c, "/world/world.mt", world);
	return r < 0 ? r : link_mod(c);
}

int server_files_configure(const struct server_config *c, uint32_t last_step)
{
	char text[CONFIG_SIZE], address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &c->address, address, sizeof address);
	snprintf(text, sizeof text,
		 "bind_address = %s\nport = %u\nipv6_server = false\nserver_announce = false\n"
		 "dedicated_server_step = %.6f\nmax_users = 1024\n"
		 "secure.enable_security = true\nsecure.http_mods = baton\n"
		 "disallow_empty_password = true\ndefault_privs "
		 "=\nstrict_protocol_version_checking = false\n"
		 "show_statusline_on_connect = false\nenable_damage = false\ntime_speed = "
		 "0\nworld_start_time = 12000\n"
		 "mg_name = singlenode\nfixed_map_seed = 1\nnum_emerge_threads = 1\n"
		 "disable_anticheat = true\nmax_block_send_distance = 7\n"
		 "max_block_generate_distance = 7\nserver_unload_unused_data_timeout = 15\n"
		 "baton.url = http://127.0.0.1:%u/v1/step\nbaton.token = %s\n"
		 "baton.first_step = %u\nbaton.bots = %u\nbaton.seed = %u\n",
		 address, c->port, 1.0 / c->tick_hz, c->link_port, c->token, last_step, c->bots,
		 (unsigned)(c->seed % INT32_MAX));
	return write_file(c, "/server.conf", text);
}
