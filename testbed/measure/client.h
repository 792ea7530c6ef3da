/* SPDX-License-Identifier: Apache-2.0 */
/* What a measurement asks the daemons of a topology over REST, one blocking call after another. */
#ifndef BATON_MEASURE_CLIENT_H
#define BATON_MEASURE_CLIENT_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "testbed/measure/samples.h"

struct client {
	char manager[64]; /* http://ADDRESS:8080 */
	char token[64];
	char edge_url[EDGES_MAX][128]; /* of the run's edges */
	char error[480];	       /* of the last call that failed, for people */
	char detail[128], cause[48];   /* of its problem details, or "" */
	unsigned status;	       /* its HTTP status; 0: there was no answer */
};

/** client_get - @url: whole, or a path of the manager; returned; NULL with client->error set */
json_t *client_get(struct client *c, const char *url);

/** client_bytes - what @url gives, whatever it is; @ret: returned, to be freed; Return: 0 or -EIO
 * with client->error set */
int client_bytes(struct client *c, const char *url, char **ret, size_t *ret_len);

/** client_metric - the sum of all samples called @name at @url (without a path)/metrics; NAN: there
 * is none, or no answer */
double client_metric(struct client *c, const char *url, const char *name);

struct client_migration {
	const char *supi, *destination, *mode;
	const char *app, *strategy; /* NULL: the sessions alone */
	double threshold;	    /* negative: the application's own */
	uint64_t window;	    /* 0: the application's own */
	uint64_t timeout_ms;	    /* of the wait for alike pictures; 0: the manager's */
	const char *key;	    /* idempotency: asked again with it, nothing is begun twice */
	uint64_t hold_ms;	    /* UINT64_MAX: the strategy's own */
	json_t *process;	    /* the request's member of this name, borrowed; NULL: none */
};
/** client_migrate - begin a migration; Return: 0 with its id, or -EIO with client->error set */
int client_migrate(struct client *c, const struct client_migration *migration, char ret_id[24]);
/** client_migration - its record, returned; NULL with client->error set */
json_t *client_migration(struct client *c, const char *id);
bool client_has_ended(const json_t *migration);

/** client_primary - the UE's primary session and the edge that it is anchored at; Return: 0 or -EIO
 */
int client_primary(struct client *c, const char *supi, char *ret_edge, size_t size);
/** client_primary_session - its id, 0: not known */
json_int_t client_primary_session(struct client *c, const char *supi);
/** client_uplink - F-TEID of a session at its UPF, from smf-lite by way of the manager; Return: the
 * TEID, 0: not known */
uint32_t client_uplink(struct client *c, const char *supi, json_int_t session,
		       struct in_addr *ret_upf);
/** client_edges - names and URLs of the registered edges; Return: 0 or -EIO */
int client_edges(struct client *c, struct probe_run *run);
/** client_reflected - what an edge's reflector saw since the last time, into @run; Return: 0, -EIO
 * with client->error set, -ENOENT: it has no such session, -ENOMEM, -ENOSPC */
int client_reflected(struct client *c, struct probe_run *run, size_t edge, uint16_t ssid);
/** client_forget - have an edge's reflector forget the session */
void client_forget(struct client *c, size_t edge, uint16_t ssid);

#endif
