// SPDX-License-Identifier: Apache-2.0
/*
 * What applications need on disk before any daemon is: a secret for each account, made anew for
 * each topology that is brought up, and the images of edges that have them from the start. They are
 * copied, not linked: a topology may spoil its own, and no other's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testbed/app.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "testbed/topology_game.h"
#include "testbed/topology_workload.h"

enum { COPY_DEPTH_MAX = 8 };

void app_images(const struct plan *plan, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%.*s/images", PATH_MAX - 64, plan->ctx->libexec);
}

/* ---- secrets: a line "ACCOUNT SECRET" each ---- */

void app_secret(const struct run *run, const char *account, char ret[APP_SECRET_SIZE])
{
	size_t len = strlen(account), size;
	char path[RUN_PATH_MAX], *text;

	ret[0] = '\0';
	run_path(run, path, "secrets");
	if (file_read_all(path, &text, &size))
		return;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, account, len) && line[len] == ' ')
			snprintf(ret, APP_SECRET_SIZE, "%.*s", (int)strcspn(line + len + 1, "\n"),
				 line + len + 1);
	free(text);
}

static int put_secret(const char *account, FILE *out)
{
	char secret[APP_SECRET_SIZE];
	int rc = hex_random(secret, sizeof(secret));

	if (!rc)
		fprintf(out, "%s %s\n", account, secret);
	return rc;
}

/* Of two applications' players of one name the last line counts, for both. */
static int make_secrets(const struct plan *plan)
{
	char path[RUN_PATH_MAX], *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc = 0;

	if (!out)
		return -errno;
	for (size_t a = 0; !rc && a < plan->t->app_count; a++)
		for (size_t p = 0; !rc && p < plan->t->app[a].player_count; p++)
			rc = put_secret(plan->t->app[a].player[p].account, out);
	if (fclose(out) && !rc)
		rc = -ENOMEM;
	run_path(plan->run, path, "secrets");
	if (!rc)
		rc = file_create(path, text, len, 0600);
	free(text);
	return rc;
}

/* ---- images ---- */

static int copy_file(int from_dir, const char *from, const char *to)
{
	int in = openat(from_dir, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1, rc = 0;
	struct stat st;

	if (in < 0)
		return -errno;
	if (!fstat(in, &st))
		out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0755);
	for (off_t done = 0; out >= 0 && !rc && done < st.st_size;) {
		ssize_t sent = sendfile(out, in, &done, (size_t)(st.st_size - done));

		if (sent <= 0)
			rc = sent ? -errno : -EIO;
	}
	if (out < 0)
		rc = -errno;
	else
		close(out);
	close(in);
	return rc;
}

static int copy_below(const char *from, const char *to, int depth)
{
	DIR *dir = depth < COPY_DEPTH_MAX ? opendir(from) : NULL;
	const struct dirent *entry;
	int rc = dir ? 0 : depth < COPY_DEPTH_MAX ? -errno : -ELOOP;

	if (dir && mkdir(to, 0755))
		rc = -errno;
	while (!rc && (entry = readdir(dir))) {
		char source[PATH_MAX], target[PATH_MAX];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(source, sizeof(source), "%.*s/%s", PATH_MAX / 2, from, entry->d_name);
		snprintf(target, sizeof(target), "%.*s/%s", PATH_MAX / 2, to, entry->d_name);
		rc = entry->d_type == DT_DIR ? copy_below(source, target, depth + 1)
					     : copy_file(dirfd(dir), entry->d_name, target);
	}
	if (dir)
		closedir(dir);
	return rc;
}

int app_copy_tree(const char *from, const char *to)
{
	return copy_below(from, to, 0);
}

static int place_image(const struct plan *plan, unsigned edge, const char *image)
{
	char from[PATH_MAX], to[RUN_PATH_MAX], images[PATH_MAX];

	app_images(plan, images);
	snprintf(from, sizeof(from), "%.*s/%s", PATH_MAX - 64, images, image);
	run_path(plan->run, to, "nodes/%s/repository/%s", plan->t->node[edge].name, image);
	return app_copy_tree(from, to);
}

static bool has_image(const struct topology *t, unsigned edge, const struct topo_game *game)
{
	for (size_t a = 0; a < t->app_count; a++)
		if (t->app[a].at_edges && t->app[a].edge[edge] && game_find(t->app[a].game) == game)
			return true;
	return false;
}

/* Two applications that are the same game share one. */
static int place_at(const struct plan *plan, unsigned edge)
{
	char repository[RUN_PATH_MAX];
	int rc = 0;

	run_path(plan->run, repository, "nodes/%s/repository", plan->t->node[edge].name);
	for (const struct topo_game *game = topo_games; !rc && game->name; game++) {
		if (!has_image(plan->t, edge, game))
			continue;
		if (mkdir(repository, 0755) && errno != EEXIST)
			return -errno;
		rc = place_image(plan, edge, game->edge.image);
	}
	return rc;
}

static int place_images(const struct plan *plan)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < plan->t->node_count; i++)
		rc = place_at(plan, i);
	return rc;
}

static bool image_missing(const struct plan *plan, const char *image, char path[PATH_MAX])
{
	char directory[PATH_MAX];

	app_images(plan, directory);
	snprintf(path, PATH_MAX, "%.*s/%s/manifest.json", PATH_MAX - 128, directory, image);
	return access(path, R_OK);
}

bool app_files_missing(const struct plan *plan, char path[PATH_MAX])
{
	for (size_t a = 0; a < plan->t->app_count; a++) {
		const struct topo_game *game = game_find(plan->t->app[a].game);

		if (image_missing(plan, game->edge.image, path) ||
		    image_missing(plan, game->cloud.image, path))
			return true;
	}
	for (size_t a = 0; a < plan->t->process_count; a++)
		if (image_missing(plan, workload_find(plan->t->process[a].workload)->program, path))
			return true;
	return false;
}

bool app_packages_missing(const struct plan *plan, char *ret, size_t size)
{
	char packages[128];

	for (size_t a = 0; a < plan->t->app_count; a++) {
		const struct topo_app *app = &plan->t->app[a];
		const struct topo_game *game = game_find(app->game);

		if (!game_missing(game, packages, sizeof(packages)))
			continue;
		snprintf(ret, size,
			 "%s:%u:%u: app '%s': the game %s needs packages that aren't installed: "
			 "%s; `scripts/setup %s` installs them",
			 plan->t->path, app->at.line, app->at.column, app->name, game->name,
			 packages, game->set);
		return true;
	}
	return false;
}

int app_files_make(const struct plan *plan)
{
	return plan->t->app_count ? make_secrets(plan) : 0;
}

int app_images_place(const struct plan *plan)
{
	return plan->t->app_count ? place_images(plan) : 0;
}
