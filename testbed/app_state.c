// SPDX-License-Identifier: Apache-2.0
/* How the applications of a topology are, as their agents tell it. */
#include <stdarg.h>
#include <string.h>

#include "lib/json.h"
#include "testbed/app.h"
#include "testbed/sessions.h"

static unsigned cloud_of(const struct topology *t)
{
	unsigned i = 0;

	while (i + 1 < t->node_count && t->node[i].kind != TOPO_CLOUD)
		i++;
	return i;
}

/* Of what a supervisor lists, those of one application: "snake" and "snake-cloud" of "snake" */
static void add_own(json_t *ret, json_t *list, const char *noun, const char *app, const char *node)
{
	size_t i, len = strlen(app);
	json_t *item;

	json_array_foreach(list, i, item)
	{
		const char *name = json_text(item, noun);

		if (strncmp(name, app, len) != 0 ||
		    (name[len] && strcmp(name + len, "-cloud") != 0))
			continue;
		json_object_set_new(item, "node", json_string(node));
		json_array_append(ret, item);
	}
}

static json_t *list_of(const struct run *run, const struct topology *t, unsigned node,
		       const char *daemon, const char *path, const char *noun, const char *app)
{
	json_t *body =
		process_alive(&run->node[node].init) ? sessions_ask(run, node, daemon, path) : NULL;
	json_t *list = json_array();

	add_own(list, json_object_get(body, strrchr(path, '/') + 1), noun, app, t->node[node].name);
	json_decref(body);
	return list;
}

static json_t *services_of(const struct run *run, const struct topology *t,
			   const struct topo_app *app)
{
	return list_of(run, t, cloud_of(t), "cloud-agent", "/v1/services", "service", app->name);
}

static json_t *instances_of(const struct run *run, const struct topology *t,
			    const struct topo_app *app)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < t->node_count; i++) {
		json_t *list = app->edge[i] ? list_of(run, t, i, "edge-agent", "/v1/instances",
						      "app", app->name)
					    : NULL;

		json_array_extend(all, list);
		json_decref(list);
	}
	return all;
}

static json_t *player_of(const struct run *run, const struct topology *t,
			 const struct topo_player *player)
{
	json_t *body = process_alive(&run->node[player->ue].init)
			       ? sessions_ask(run, player->ue, "stream-client", "/v1/streams")
			       : NULL;
	json_t *streams = json_incref(json_object_get(body, "streams"));

	json_decref(body);
	return json_pack("{s:s, s:s, s:o}", "ue", t->node[player->ue].name, "account",
			 player->account, "streams", streams ? streams : json_array());
}

static json_t *app_of(const struct run *run, const struct topology *t, const struct topo_app *app)
{
	json_t *players = json_array();

	for (size_t i = 0; i < app->player_count; i++)
		json_array_append_new(players, player_of(run, t, &app->player[i]));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "app", app->name, "game", app->game,
			 "rendering", topo_rendering_name(app->rendering), "services",
			 services_of(run, t, app), "instances", instances_of(run, t, app),
			 "players", players);
}

json_t *app_state(const struct run *run, const struct topology *t)
{
	json_t *apps = json_array();

	for (size_t i = 0; i < t->app_count; i++)
		json_array_append_new(apps, app_of(run, t, &t->app[i]));
	return apps;
}

/* ---- is it there ---- */

__attribute__((format(printf, 2, 3))) static enum app_progress missing_is(char *missing,
									  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(missing, APP_MISSING_SIZE, format, args);
	va_end(args);
	return APP_COMING;
}

/* One that is to run, in the list of its node */
static enum app_progress look_at_one(json_t *list, const char *noun, const char *name,
				     const char *node, char *missing)
{
	const char *state = "not there";
	json_t *item, *found = NULL;
	size_t i;

	json_array_foreach(list, i, item) if (!strcmp(json_text(item, noun), name) &&
					      !strcmp(json_text(item, "node"), node)) found = item;
	if (found)
		state = json_text(found, "state");
	if (!strcmp(state, "running"))
		return APP_READY;
	missing_is(missing, "%s: %s '%s' is %s%s%s%s%.300s", node, noun, name, state,
		   *json_text(found, "cause") ? ": " : "", json_text(found, "cause"),
		   *json_text(found, "detail") ? ": " : "", json_text(found, "detail"));
	return !strcmp(state, "failed") ? APP_FAILED : APP_COMING;
}

static enum app_progress look_at_services(const struct topology *t, const struct topo_app *app,
					  json_t *state, char *missing)
{
	json_t *list = json_object_get(state, "services");
	const char *cloud = t->node[cloud_of(t)].name;
	char name[TOPO_NAME_SIZE + 8];
	enum app_progress progress;

	snprintf(name, sizeof(name), "%s-cloud", app->name);
	progress = look_at_one(list, "service", name, cloud, missing);
	if (progress == APP_READY && app->rendering == TOPO_RENDER_CLOUD)
		progress = look_at_one(list, "service", app->name, cloud, missing);
	return progress;
}

static enum app_progress look_at_instances(const struct topology *t, const struct topo_app *app,
					   json_t *state, char *missing)
{
	enum app_progress progress = APP_READY;

	for (unsigned i = 0; progress == APP_READY && i < t->node_count; i++)
		if (app->start[i])
			progress = look_at_one(json_object_get(state, "instances"), "app",
					       app->name, t->node[i].name, missing);
	return progress;
}

static bool is_decoding(json_t *player)
{
	json_t *stream;
	size_t i;

	json_array_foreach(json_object_get(player, "streams"), i,
			   stream) if (!strcmp(json_text(stream, "state"), "decoding")) return true;
	return false;
}

static enum app_progress look_at_players(json_t *state, char *missing)
{
	json_t *player;
	size_t i;

	json_array_foreach(
		json_object_get(state, "players"), i,
		player) if (!is_decoding(player)) return missing_is(missing,
								    "%s: no stream of player '%s' "
								    "is decoded yet",
								    json_text(player, "ue"),
								    json_text(player, "account"));
	return APP_READY;
}

enum app_progress app_look(const struct run *run, const struct topology *t,
			   char missing[APP_MISSING_SIZE])
{
	enum app_progress progress = APP_READY;

	for (size_t i = 0; progress == APP_READY && i < t->app_count; i++) {
		json_t *state = app_of(run, t, &t->app[i]);

		progress = look_at_services(t, &t->app[i], state, missing);
		if (progress == APP_READY)
			progress = look_at_instances(t, &t->app[i], state, missing);
		if (progress == APP_READY)
			progress = look_at_players(state, missing);
		json_decref(state);
	}
	return progress;
}

/* ---- for people ---- */

static void print_runs(json_t *list, const char *noun)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		printf("%-16s %-8s %-16s %-9s", json_text(item, "node"), noun,
		       json_text(item, noun), json_text(item, "state"));
		if (json_object_get(item, "pid"))
			printf(" pid %lld", json_integer_value(json_object_get(item, "pid")));
		if (json_integer_value(json_object_get(item, "restarts")))
			printf(", restarts %lld",
			       json_integer_value(json_object_get(item, "restarts")));
		if (*json_text(item, "cause"))
			printf(" %s: %s", json_text(item, "cause"), json_text(item, "detail"));
		printf("\n");
	}
}

static void print_players(json_t *players)
{
	json_t *player, *stream;
	size_t i, s;

	json_array_foreach(players, i, player)
	{
		printf("%-16s %-8s %-16s", json_text(player, "ue"), "player",
		       json_text(player, "account"));
		json_array_foreach(json_object_get(player, "streams"), s, stream) printf(
			" stream %lld %s%s;", json_integer_value(json_object_get(stream, "n")),
			json_text(stream, "state"),
			json_is_true(json_object_get(stream, "shown")) ? ", shown" : "");
		printf("\n");
	}
}

void app_state_print(json_t *apps)
{
	json_t *app;
	size_t i;

	json_array_foreach(apps, i, app)
	{
		printf("\n%-16s %-8s %-16s %s\n", "NODE", "WHAT", "OF APP", "STATE");
		print_runs(json_object_get(app, "services"), "service");
		print_runs(json_object_get(app, "instances"), "app");
		print_players(json_object_get(app, "players"));
	}
}
