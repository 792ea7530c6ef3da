// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/edge/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"

enum { PATH_LEN = 512, AGAIN_MAX = 99 };

/*
 * Nothing may be on the screen but the world and what the server's mod puts there; nothing goes to
 * the network but to the server. A window without focus, which it is without a window manager,
 * would go slower.
 */
static const char fixed_settings[] = "fullscreen = false\n"
				     "window_maximized = false\n"
				     "autosave_screensize = false\n"
				     "vsync = false\n"
				     "undersampling = 1\n"
				     "fsaa = 0\n"
				     "hud_scaling = 1\n"
				     "display_density_factor = 1\n"
				     "screen_dpi = 96\n"
				     "enable_shaders = false\n"
				     "enable_clouds = false\n"
				     "enable_particles = false\n"
				     "enable_minimap = false\n"
				     "view_bobbing_amount = 0\n"
				     "fall_bobbing_amount = 0\n"
				     "camera_smoothing = 0\n"
				     "crosshair_alpha = 0\n"
				     "node_highlighting = none\n"
				     "show_debug = false\n"
				     "pause_on_lost_focus = false\n"
				     "enable_joysticks = false\n"
				     "enable_sound = false\n"
				     "mute_sound = true\n"
				     "enable_client_modding = false\n"
				     "enable_local_map_saving = false\n"
				     "enable_remote_media_server = false\n"
				     "server_announce = false\n"
				     "serverlist_url =\n"
				     "contentdb_url =\n"
				     "language = en\n"
				     "debug_log_level = error\n";

char *client_settings(const struct client_config *c)
{
	char *text;

	if (asprintf(&text,
		     "screen_w = %u\n"
		     "screen_h = %u\n"
		     "fps_max = %u\n"
		     "fps_max_unfocused = %u\n"
		     "viewing_range = %u\n"
		     "%s",
		     c->width, c->height, c->fps, c->fps, c->viewing_range, fixed_settings) < 0)
		return NULL;
	return text;
}

static int write_files(const struct client_config *c, const struct ticket *t, const char *settings,
		       const char *password)
{
	char *text = client_settings(c);
	int r = text ? file_create(settings, text, strlen(text), 0600) : -ENOMEM;

	free(text);
	return r < 0 ? r : file_create(password, t->password, strlen(t->password), 0600);
}

struct paths {
	char home[PATH_LEN], settings[PATH_LEN], password[PATH_LEN];
};

void client_name(const struct ticket *t, unsigned again, char ret[TICKET_NAME_MAX + 1])
{
	char suffix[8] = "";

	if (again)
		snprintf(suffix, sizeof suffix, "-%u", (again - 1) % AGAIN_MAX + 1);
	if (strlen(t->name) + strlen(suffix) > TICKET_NAME_MAX)
		suffix[0] = '\0';
	snprintf(ret, TICKET_NAME_MAX + 1, "%s%s", t->name, suffix);
}

static int start(const struct client_config *c, const struct ticket *t, unsigned again,
		 const struct paths *paths, child_ended on_ended, void *user,
		 struct child **ret_child)
{
	char address[INET_ADDRSTRLEN], port[8], name[TICKET_NAME_MAX + 1];
	char home[PATH_LEN + 8], display[32], authority[PATH_LEN + 16], shaders[PATH_LEN + 32];
	char *argv[] = {"minetest",
			"--go",
			"--address",
			address,
			"--port",
			port,
			"--name",
			name,
			"--password-file",
			(char *)paths->password,
			"--config",
			(char *)paths->settings,
			NULL};
	char *envp[] = {home,
			display,
			authority,
			shaders,
			"PATH=/usr/games:/usr/bin:/bin",
			"LANG=C.UTF-8",
			"LIBGL_ALWAYS_SOFTWARE=1",
			"LP_NUM_THREADS=1",
			"MESA_SHADER_CACHE_MAX_SIZE=64M",
			NULL};
	struct child_command command = {.name = "minetest",
					.about = c->about,
					.program = c->program,
					.argv = argv,
					.envp = envp,
					.directory = c->directory,
					.keep = -1};

	inet_ntop(AF_INET, &t->address, address, sizeof address);
	snprintf(port, sizeof port, "%u", t->port);
	client_name(t, again, name);
	snprintf(home, sizeof home, "HOME=%s", paths->home);
	snprintf(display, sizeof display, "DISPLAY=%s", c->display);
	snprintf(authority, sizeof authority, "XAUTHORITY=%s", c->authority);
	snprintf(shaders, sizeof shaders, "MESA_SHADER_CACHE_DIR=%s", c->shaders);
	return child_start(c->loop, &command, on_ended, user, ret_child);
}

int client_start(const struct client_config *c, const struct ticket *t, unsigned again,
		 child_ended on_ended, void *user, struct child **ret_child)
{
	struct paths paths;
	int r;

	if (strlen(c->directory) + 32 > PATH_LEN || strlen(c->shaders) > PATH_LEN)
		return -ENAMETOOLONG;
	snprintf(paths.home, sizeof paths.home, "%s/home", c->directory);
	snprintf(paths.settings, sizeof paths.settings, "%s/minetest.conf", c->directory);
	snprintf(paths.password, sizeof paths.password, "%s/password", c->directory);
	if (mkdir(paths.home, 0700) < 0 && errno != EEXIST)
		return -errno;
	r = write_files(c, t, paths.settings, paths.password);
	return r < 0 ? r : start(c, t, again, &paths, on_ended, user, ret_child);
}
