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
	char error[256]; /* of the last call that failed, for people */
};

/** client_get - @url: whole, or a path of the manager; returned; NULL with client->error set */
json_t *client_get(struct client *c, const char *url);
/** client_migrate - begin a migration; Return: 0 with its id, or -EIO with client->error set */
int client_migrate(struct client *c, const char *supi, const char *destination, const char *mode,
		   uint64_t hold_ms, char ret_id[24]);
/** client_await - until the migration has ended; its record, returned; NULL: it did not end within
 * @timeout_ms, or no answer */
json_t *client_await(struct client *c, const char *id, uint64_t timeout_ms);
/** client_primary - the UE's primary session and the edge that it is anchored at; Return: 0 or -EIO
 */
int client_primary(struct client *c, const char *supi, char *ret_edge, size_t size);
/** client_uplink_teid - of a session, from smf-lite by way of the manager; 0: not known */
uint32_t client_uplink_teid(struct client *c, const char *supi, json_int_t session);
/** client_edges - names of the registered edges, and fetch later; Return: 0 or -EIO */
int client_edges(struct client *c, struct probe_run *run);
/** client_reflected - all samples of every edge's reflector into @run, and forget them there;
 * Return: 0 or -EIO */
int client_reflected(struct client *c, struct probe_run *run, uint16_t ssid);

#endif
