/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplink classifiers (TS 23.501 cl. 5.6.4.2): a second UPF in the way of a PDU session, which lets
 * the traffic for some prefixes out at its own N6, as a local PDU session anchor, and sends all
 * else on by N9 to the UPF that anchors the session and its address. The UE notices nothing of it.
 *
 *                        N3            +--------------+  prefixes     N6 of the edge
 *             gNB <-------------------->  classifier  <---------->
 *                                      +------^-------+
 *                                             | N9: all else
 *                                      +------v-------+
 *                                      |    anchor    <---------->   N6 of the anchor
 *                                      +--------------+
 *
 * A classifier is a PFCP session of its own at its UPF. It is made ready beside the path in use,
 * and forwards both ways from then on, whether or not the path leads through it; which one does is
 * the session's route (route.h). So a switch between them is two changes of tunnels, and no packet
 * is ever without a way.
 *
 *   ESTABLISHING ---> READY ---> DRAINING ---> DELETING ---> gone
 *
 * Its rules, by PFCP's ids, at its UPF:
 *   PDR 1  from Access, F-TEID `access`, UE address as source, SDF filters of the prefixes -> FAR 1
 *   PDR 2  the same F-TEID, any destination, lower precedence                             -> FAR 2
 *   PDR 3  from Core (N6), UE address as destination                                       -> FAR 3
 *   PDR 4  from Core (N9), F-TEID `core`, UE address as destination                        -> FAR 3
 *   FAR 1  to Core (N6)
 *   FAR 2  to Core (N9), the anchor's F-TEID
 *   FAR 3  to Access, the gNB's tunnel
 *
 * The N9 tunnel to the anchor ends in the F-TEID that the gNB used before (TS 23.502 cl. 4.3.5.4
 * step 2 gives the classifier the anchor's CN tunnel info): nothing changes there but where
 * downlink goes, and what the gNB has sent before it was told still gets through.
 */
#ifndef BATON_SMF_CLASSIFIER_H
#define BATON_SMF_CLASSIFIER_H

#include "lib/http_server.h"
#include "lib/n4/n4.h"
#include "lib/yaml.h"
#include "smf-lite/session.h"

enum {
	CLASSIFIER_PREFIXES_MAX = 8, /* each is an SDF filter */
	CLASSIFIERS_MAX = 4,	     /* of a session, those that are being deleted included */
	/* What the anchor sent last comes through before the classifier goes */
	CLASSIFIER_DRAIN_MS = 100,
};

enum classifier_state {
	CLASSIFIER_ESTABLISHING, /* Session Establishment Request sent */
	CLASSIFIER_READY,
	CLASSIFIER_DRAINING, /* nobody is sent there any more */
	CLASSIFIER_DELETING, /* Session Deletion Request sent, or to be sent when the UPF is back */
	CLASSIFIER_STATES
};

struct classifier {
	struct smf *smf;
	struct session *session; /* lives at least as long */
	struct classifier *next; /* of the session's */
	enum classifier_state state;
	struct upf *upf;
	uint64_t cp_seid, up_seid;	    /* ours; the UPF's, 0: not known */
	struct pfcp_fq_csid upf_csid;	    /* the set that the UPF has it in; n_csid 0: none */
	struct session_tunnel access, core; /* the UPF's ends: of N3's uplink, of N9's downlink */
	uint8_t prefix_count;
	struct yaml_prefix prefix[CLASSIFIER_PREFIXES_MAX];
	bool n4_sent;	    /* the UPF may have a session under cp_seid */
	bool n4_busy;	    /* a request is without answer */
	bool n4_dirty;	    /* the gNB's tunnel there is outdated, or may be */
	bool n4_end_marker; /* with the next one, packets to the old one are to be ended */
	bool n4_lost;	    /* the UPF has lost it: to be established anew (RESTI) */
	struct http_request *request; /* who waits for it to be ready; NULL: nobody */
	struct smf_timer *timer;
	UT_hash_handle by_seid;
};

/**
 * classifier_prepare - have one ready for @s at @upf; answers @req, now or when the UPF has
 *
 * One that is there with the same prefixes is as good as a new one, one that is just being drained
 * stays.
 */
void classifier_prepare(struct session *s, struct upf *upf, const struct yaml_prefix *prefix,
			size_t prefix_count, struct http_request *req);
/** classifier_remove - it goes, some time; not the one that the route leads through */
void classifier_remove(struct classifier *c);

/** classifier_find_any - at @upf, in whatever state; NULL: none */
struct classifier *classifier_find_any(const struct session *s, const struct upf *upf);
/** classifier_find - at @upf, ready or becoming so; NULL: none */
struct classifier *classifier_find(const struct session *s, const struct upf *upf);
/** classifier_usable - ready, and its UPF there and in possession of it */
bool classifier_usable(const struct classifier *c);

/** classifier_new - a row of the database, or a new one (@cp_seid 0), in the session's list; NULL:
 * too many, or out of memory */
struct classifier *classifier_new(struct session *s, struct upf *upf, uint64_t cp_seid);
/** classifier_recover - after loading: what was under way is undone, the rest told again */
void classifier_recover(struct classifier *c);
/** classifier_free - forget it: nothing is sent or stored, but who waits for it is answered */
void classifier_free(struct classifier *c);
struct classifier *classifier_find_seid(struct smf *smf, uint64_t cp_seid);

/**
 * classifiers_update - the gNB's end of the session's tunnel has changed
 * @end_marker: the one through which the route leads ends the old tunnel
 */
void classifiers_update(struct session *s, bool end_marker);
/** classifiers_settled - every UPF that can be asked knows the gNB's tunnel */
bool classifiers_settled(const struct session *s);
/** classifiers_end - the session is no UE's any more: they go */
void classifiers_end(struct session *s);
/** classifier_feed - something has happened to its UPF, or to what that has of it:
 * SESSION_EV_UPF_UP, UPF_RESTARTED or UPF_LEAVING; it may be gone afterwards */
void classifier_feed(struct classifier *c, enum session_event event);
/** classifiers_feed_upf - the same to all at @upf */
void classifiers_feed_upf(struct smf *smf, const struct upf *upf, enum session_event event);

/** classifier_state_name - "establishing", "ready", "draining" or "deleting": as stored and shown
 */
const char *classifier_state_name(enum classifier_state state);

/* classifier_n4.c: one request at a time. The outcome comes as classifier_n4_done(). Return: 0, or
 * a negative errno: none follows */
int classifier_n4_establish(struct classifier *c);
int classifier_n4_modify(struct classifier *c);
int classifier_n4_delete(struct classifier *c);
/** classifier_n4_done - @type: of the request; @failure: -1: none, else enum session_n4_failure */
void classifier_n4_done(struct classifier *c, uint8_t type, int failure);
/** classifier_unknown - its UPF says that it doesn't know the N9 tunnel: restored, if it can be */
void classifier_unknown(struct classifier *c);
/** classifier_report - @msg: a Session Report Request; Return: false: it is no classifier's
 */
bool classifier_report(struct n4_client *client, struct n4_request *req,
		       const struct pfcp_msg *msg);
/** n4_report_names - does it tell of an Error Indication for @tunnel? */
bool n4_report_names(const struct pfcp_session_report_request *r,
		     const struct session_tunnel *tunnel);

#endif
