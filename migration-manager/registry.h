/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is there: edges and UEs as their agents registered them. Not journalled: agents register once
 * a second, so a restarted manager knows them within one; an agent unheard of for REGISTRY_STALE_MS
 * is listed as not available.
 */
#ifndef BATON_MM_REGISTRY_H
#define BATON_MM_REGISTRY_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

enum {
	REGISTRY_STALE_MS = 3500,
	REGISTRY_MAX = 8192,
	REGISTRY_NAME_SIZE = 64,
	REGISTRY_URL_SIZE = 128
};

struct registered {
	char name[REGISTRY_NAME_SIZE]; /* edge name or SUPI */
	char url[REGISTRY_URL_SIZE];   /* of its agent */
	char dnai[REGISTRY_NAME_SIZE]; /* edges */
	json_t *info;		       /* what the agent told, as it told it */
	uint64_t seen_mono_ns, registered_ns;
	UT_hash_handle hh;
};

struct registry {
	struct registered *edges, *ues;
};

/** registry_put - register or refresh; @info: borrowed, copied; Return: 1 new, 0 refreshed,
 * -ENOSPC, -ENOMEM */
int registry_put(struct registered **table, const char *name, const char *url, const char *dnai,
		 const json_t *info);
struct registered *registry_get(struct registered *table, const char *name);
struct registered *registry_edge_by_dnai(const struct registry *registry, const char *dnai);
/** registry_told - has the agent of @edge (or NULL) told of @app in its list @which? */
bool registry_told(const struct registered *edge, const char *which, const char *app);
bool registry_available(const struct registered *r);
json_t *registry_json(const struct registered *r, const char *name_member); /* returned */
/** registry_service - the service address of @app at an edge ("" the first one); Return: 0 or
 * -ENOENT */
int registry_service(const struct registered *edge, const char *app, struct in_addr *ret_addr);
void registry_clear(struct registry *registry);

#endif
