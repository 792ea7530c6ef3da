/* SPDX-License-Identifier: Apache-2.0 */
/* The event stream of GET /v1/events: one event a change of a PDU session's public state. */
#ifndef BATON_SMF_EVENTS_H
#define BATON_SMF_EVENTS_H

#include "lib/http_server.h"
#include "smf-lite/smf.h"

struct session;

int events_new(struct events **ret_events);
/** events_free - after the HTTP server, which closes the streams */
void events_free(struct events *events);

/** events_open - answer @req with the stream; 503 over SMF_STREAMS_MAX */
void events_open(struct events *events, struct http_request *req);
size_t events_listeners(const struct events *events);

/** events_session - tell all listeners of @s as it is now; nothing without smf->events */
void events_session(const struct session *s);

#endif
