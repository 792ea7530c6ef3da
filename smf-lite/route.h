/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way the packets of a PDU session take: straight between gNB and anchor, or through one of
 * its uplink classifiers (classifier.h). TS 23.502 cl. 4.3.5.4 to 4.3.5.7.
 *
 * A switch is two changes, one after the other:
 *   1. the gNB sends uplink into another tunnel: PDU Session Resource Modify (TS 38.413 cl. 8.2.3)
 *   2. the anchor sends downlink into another tunnel: Update FAR, with an End Marker to a
 *      classifier that is left
 *
 * The standard's order is the other one (step 4 before step 6). Both ways stand before either is
 * changed, so neither order loses a packet; with this one a gNB that refuses has changed nothing
 * anywhere. No End Marker goes to the gNB, whose tunnel isn't left: it is fed
 * by another UPF, and an End Marker in the middle of a handover would end the forwarding early
 * (TS 23.501 cl. 5.8.2.9).
 *
 * Until the anchor has answered there is a way back: the route is as it was, the gNB is told so.
 * What the gNB is told is stored before it is sent; after a restart it is told again.
 */
#ifndef BATON_SMF_ROUTE_H
#define BATON_SMF_ROUTE_H

#include "lib/http_server.h"
#include "smf-lite/classifier.h"

enum { ROUTE_MODIFY_MS = SMF_N2_SETUP_MS /* the gNB's answer */ };

/** route_switch - lead @s through @to, NULL: straight to its anchor; answers @req, now or when it
 * is done */
void route_switch(struct session *s, struct classifier *to, struct http_request *req);

/** route_leads_through - packets may come to it */
bool route_leads_through(const struct classifier *c);
/** route_lost - the classifier through which it leads can't be had any more: straight again */
void route_lost(struct classifier *c);
/** route_uplink - where the gNB is to send */
const struct session_tunnel *route_uplink(const struct session *s);
/** route_upf - whose N6 serves the session's nearest services: the classifier's, or the anchor's */
struct upf *route_upf(const struct session *s);

/** route_answered - the gNB's answer to Modify; @cause: NULL: done */
void route_answered(struct session *s, const struct ngap_cause *cause);
/** route_told - the gNB has heard by another message where to send (set-up, path switch) */
void route_told(struct session *s);
/** route_anchor_answered - the anchor has, or has not, what the latest change of the route wants */
void route_anchor_answered(struct session *s, bool done);
/** route_gnb_back - what it has not heard, or has not answered, is said again */
void route_gnb_back(struct session *s);
/** route_idle - the UE has no gNB any more, or the session ends: a switch under way is undone */
void route_idle(struct session *s, const char *why);
/** route_done - before the session is freed */
void route_done(struct session *s);

/** route_json - {"t0_ns", "uplink_ns", "switched_ns"} of the latest switch */
json_t *route_json(const struct session *s);

#endif
