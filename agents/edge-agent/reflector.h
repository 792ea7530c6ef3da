/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stateful STAMP reflector (RFC 8762 cl. 4.3) on a service address, which keeps a sample of each
 * test packet.
 *
 * Sessions are told by SSID alone, since a UE's address changes when it switches its PDU session,
 * while the measurement goes on. A session begins with its first packet; REFLECTOR_SESSIONS_MAX are
 * kept, then the one that was silent for longest makes room. A session keeps its latest samples: as
 * many as the ring is configured to have, and fewer when all sessions together would keep more than
 * REFLECTOR_FULL_RINGS of them.
 *
 * GET /v1/reflector/{ssid}?from=K answers the samples from number K on (lib/stamp/sample.h), at
 * most REFLECTOR_BATCH in one answer; DELETE forgets the session.
 */
#ifndef BATON_EDGE_AGENT_REFLECTOR_H
#define BATON_EDGE_AGENT_REFLECTOR_H

#include <jansson.h>
#include <netinet/in.h>
#include <uv.h>

#include "lib/http_server.h"

enum { REFLECTOR_SESSIONS_MAX = 4096, REFLECTOR_FULL_RINGS = 16, REFLECTOR_BATCH = 65536 };

struct reflector;

/** reflector_new - @ring: samples kept for a session at most */
int reflector_new(uv_loop_t *loop, size_t ring, struct reflector **ret_reflector);
/** reflector_listen - answer on @address, UDP port 862, from that address */
int reflector_listen(struct reflector *r, struct in_addr address);
void reflector_free(struct reflector *r);

json_t *reflector_json(const struct reflector *r); /* counters and sessions; returned */
void reflector_get(struct reflector *r, struct http_request *req);
void reflector_delete(struct reflector *r, struct http_request *req);

#endif
