/* SPDX-License-Identifier: Apache-2.0 */
/* Events of migrations: kept in the journal and streamed to those who watch (text/event-stream,
 * Last-Event-ID honoured). */
#ifndef BATON_MM_EVENTS_H
#define BATON_MM_EVENTS_H

#include <jansson.h>

#include "lib/http_server.h"
#include "migration-manager/migration.h"

enum { EVENT_WATCHES_MAX = 128 };

/** events_publish - number, keep and send one event of @m; @data: given, an object, or NULL */
void events_publish(struct migration *m, const char *name, json_t *data);
/**
 * events_watch_all - answer @req with the events to come of all migrations, without an end
 * @since_ns: 0, or those of the journal from then on come first, migration by migration
 */
void events_watch_all(struct http_request *req, struct manager *mm, uint64_t since_ns);
/** events_watch - answer @req with the events of @m so far and those to come; the stream ends when
 * the migration does */
void events_watch(struct http_request *req, struct migration *m);

#endif
