/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/migrations: from the request to a migration that has begun, or to one that is there. */
#ifndef BATON_MM_CREATE_H
#define BATON_MM_CREATE_H

#include "lib/http_server.h"
#include "migration-manager/migration.h"

void create_migration(struct http_request *req, void *user);
/** create_reply - 202 with Location and the record */
void create_reply(struct http_request *req, const struct migration *m);

#endif
