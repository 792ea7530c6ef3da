// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/registry.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/json.h"

int registry_put(struct registered **table, const char *name, const char *url, const char *dnai,
		 const json_t *info)
{
	struct registered *r = registry_get(*table, name);
	int is_new = !r;

	if (is_new) {
		if (HASH_COUNT(*table) >= REGISTRY_MAX)
			return -ENOSPC;
		r = calloc(1, sizeof *r);
		if (!r)
			return -ENOMEM;
		snprintf(r->name, sizeof r->name, "%s", name);
		r->registered_ns = clock_now_ns();
		HASH_ADD_STR(*table, name, r);
	}
	snprintf(r->url, sizeof r->url, "%s", url);
	snprintf(r->dnai, sizeof r->dnai, "%s", dnai);
	json_decref(r->info);
	r->info = json_deep_copy(info);
	r->seen_mono_ns = clock_mono_ns();
	return is_new;
}

struct registered *registry_get(struct registered *table, const char *name)
{
	struct registered *r;

	HASH_FIND_STR(table, name, r);
	return r;
}

struct registered *registry_edge_by_dnai(const struct registry *registry, const char *dnai)
{
	for (struct registered *r = registry->edges; r; r = r->hh.next) {
		if (strcmp(r->dnai, dnai) == 0)
			return r;
	}
	return NULL;
}

bool registry_told(const struct registered *edge, const char *which, const char *app)
{
	const json_t *list = edge ? json_object_get(edge->info, which) : NULL, *each;
	size_t i;

	json_array_foreach(list, i, each)
	{
		if (strcmp(json_text(each, "app"), app) == 0)
			return true;
	}
	return false;
}

bool registry_available(const struct registered *r)
{
	return clock_mono_ns() - r->seen_mono_ns < REGISTRY_STALE_MS * UINT64_C(1000000);
}

json_t *registry_json(const struct registered *r, const char *name_member)
{
	json_t *j = json_deep_copy(r->info);

	json_object_set_new(j, name_member, json_string(r->name));
	json_object_set_new(j, "available", json_boolean(registry_available(r)));
	json_object_set_new(j, "registered_ns", json_integer((json_int_t)r->registered_ns));
	return j;
}

int registry_service(const struct registered *edge, const char *app, struct in_addr *ret_addr)
{
	const json_t *services = json_object_get(edge->info, "services"), *service;
	size_t i;

	json_array_foreach(services, i, service)
	{
		const char *name = json_string_value(json_object_get(service, "name"));
		const char *address = json_string_value(json_object_get(service, "address"));

		if (address && (!app[0] || (name && strcmp(name, app) == 0)))
			return inet_pton(AF_INET, address, ret_addr) == 1 ? 0 : -ENOENT;
	}
	return -ENOENT;
}

static void clear_table(struct registered **table)
{
	struct registered *r, *next;

	HASH_ITER (hh, *table, r, next) {
		HASH_DEL(*table, r);
		json_decref(r->info);
		free(r);
	}
}

void registry_clear(struct registry *registry)
{
	clear_table(&registry->edges);
	clear_table(&registry->ues);
}
