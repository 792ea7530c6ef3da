/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications of a topology that is made or up: where the parts of a game are told to be (the one place that knows its ports), what
 * daemons are told of it, and how it is.
 *
 *   edge rendering   the game's edge program is an instance at edges, started by edge-agent
 *   cloud rendering  it is a service of cloud-agent
 *   local rendering  it is a daemon of the UE
 *
 * The cloud tier is a service of cloud-agent in each.
 */
#ifndef BATON_TESTBED_APP_H
#define BATON_TESTBED_APP_H

#include <jansson.h>

#include "testbed/plan.h"

enum { APP_SECRET_SIZE = 33 };

/** app_daemon_wanted - a row of the table of daemons that only some applications need */
bool app_daemon_wanted(const struct topology *t, unsigned node, const char *daemon);

/* What is written into a daemon's configuration (config_app.c). Nothing without applications. */
void config_app_cloud_agent(const struct plan *plan, unsigned node, FILE *out);
void config_app_edge_agent(const struct plan *plan, unsigned node, FILE *out);
void config_app_ue_agent(const struct plan *plan, unsigned node, FILE *out);
void config_app_stream_client(const struct plan *plan, unsigned node, FILE *out);
void config_app_local(const struct plan *plan, unsigned node, FILE *out);

/* app_files.c: before any daemon is */
/** app_files_make - a secret for each account, before configurations are written; Return: 0 or a negative errno */
int app_files_make(const struct plan *plan);
/** app_images_place - in the directories of the edges that have them from the start */
int app_images_place(const struct plan *plan);
/** app_copy_tree - plain files and directories, modes kept; @to: made */
int app_copy_tree(const char *from, const char *to);
/** app_packages_missing - of an application whose game needs packages that aren't here: what is to be said of it, in @ret; Return: whether
 * there is one */
bool app_packages_missing(const struct plan *plan, char *ret, size_t size);
/** app_files_missing - an image that isn't installed, told into @path; Return: whether there is one */
bool app_files_missing(const struct plan *plan, char path[PATH_MAX]);
/** app_secret - of an account, from the run directory; "" when it has none */
void app_secret(const struct run *run, const char *account, char ret[APP_SECRET_SIZE]);
void app_images(const struct plan *plan, char path[PATH_MAX]);

/** app_cloud_port - where the application's cloud tier answers REST, on its node's management address */
unsigned app_cloud_port(const struct topology *t, const struct topo_app *app);

/* Applications that move as processes (docs/processes.md) */
#define PROCESS_DATA "data" /* file of a layer */
/** config_process_edge_agent - of an edge agent's configuration; nothing without such applications */
void config_process_edge_agent(const struct plan *plan, unsigned node, FILE *out);
/** process_layers_place - images and data in the edges' repositories; Return: 0 or a negative errno */
int process_layers_place(const struct plan *plan);

/* app_state.c: of a topology that is up */
/** app_state - [{"app", "rendering", "services", "instances", "players"}], as their agents tell it; returned */
json_t *app_state(const struct run *run, const struct topology *t);
enum { APP_MISSING_SIZE = 512 };
enum app_progress { APP_READY, APP_COMING, APP_FAILED };
/** app_look - does every service and instance that starts by itself run, is every player's stream decoded; else @missing says what isn't */
enum app_progress app_look(const struct run *run, const struct topology *t, char missing[APP_MISSING_SIZE]);
void app_state_print(json_t *apps);

/* process_state.c: of a topology that is up */
/** process_state - [{"app", "workload", "instances": [what an edge's agent tells, and "node"]}]; returned */
json_t *process_state(const struct run *run, const struct topology *t);
/** process_look - does each answer where it begins; else @missing says which doesn't */
enum app_progress process_look(const struct run *run, const struct topology *t, char missing[APP_MISSING_SIZE]);
void process_state_print(const json_t *processes);

#endif
