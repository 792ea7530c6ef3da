/* SPDX-License-Identifier: Apache-2.0 */
/* The manager: what hangs together while the daemon runs. */
#ifndef BATON_MM_MANAGER_H
#define BATON_MM_MANAGER_H

#include <netinet/in.h>

#include "lib/daemon.h"
#include "lib/http_client.h"
#include "lib/http_server.h"
#include "migration-manager/journal.h"
#include "migration-manager/migration.h"
#include "migration-manager/registry.h"

enum { MIGRATIONS_MAX = 4096 /* records kept, ended ones too */, MIGRATIONS_ACTIVE_MAX = 1024 };

struct manager_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256];
	char smf_url[128];
	char database[256];
	char topology[64];
	struct yaml_prefix service_prefix; /* of the services that a switch moves */
	const struct yaml_node *gnbs, *n3;
};

/* Where RTTs are measured: from a gNB to the UPF of an edge, on N3. */
struct manager_gnb {
	char name[64], url[128];
};
struct manager_n3 {
	char dnai[64];
	struct in_addr address;
};

struct manager {
	struct daemon daemon;
	const struct engine_times *times;
	struct manager_config config;
	struct manager_gnb *gnb; /* array; owned */
	struct manager_n3 *n3;	 /* array; owned */
	size_t gnb_count, n3_count;
	char token[128];
	struct http_client *client;
	struct http_server *server;
	struct journal *journal;
	struct registry registry;
	struct migration *migrations; /* hash by id, in order of creation */
	struct event_watch *watches;
	unsigned long started, ended[MIGRATION_STATES];
	bool sweeping;	  /* ue_routes.c asks smf-lite */
	unsigned choices; /* of destinations, under way */
	unsigned long turns, chosen, stayed;
};

struct migration *manager_find(struct manager *mm, const char *id);
/** manager_active_of - the migration of this UE that has not ended, or NULL */
struct migration *manager_active_of(struct manager *mm, const char *supi);
void manager_add(struct manager *mm, struct migration *m);
/** manager_forget - remove the record of one that has ended */
void manager_forget(struct manager *mm, struct migration *m);
/** manager_resume - read the journal and go on with what had not ended; Return: 0 or a negative
 * errno */
int manager_resume(struct manager *mm);
void manager_drop_all(struct manager *mm);

/** ue_routes_registered - an edge has told its routes to single UEs: those not needed are taken
 * back */
void ue_routes_registered(struct manager *mm, const char *edge);

extern const struct http_route rest_routes[];

#endif
