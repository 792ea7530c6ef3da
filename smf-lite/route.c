// SPDX-License-Identifier: Apache-2.0
/* The way of a session's packets, and the switch to another one. */
#include "smf-lite/route.h"

#include <errno.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/config.h"
#include "smf-lite/events.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session_steps.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

const struct session_tunnel *route_uplink(const struct session *s)
{
	return s->route.up ? &s->route.up->access : &s->uplink;
}

struct upf *route_upf(const struct session *s)
{
	return s->route.up ? s->route.up->upf : s->upf;
}

bool route_leads_through(const struct classifier *c)
{
	const struct session_route *r = &c->session->route;

	return r->up == c || r->down == c || (r->switching && r->former == c);
}

json_t *route_json(const struct session *s)
{
	const struct session_route *r = &s->route;

	return json_pack("{s:s, s:I, s:I, s:I}", "dnai", route_upf(s)->config->dnai, "t0_ns",
			 (json_int_t)r->t0_ns, "uplink_ns", (json_int_t)r->uplink_ns, "switched_ns",
			 (json_int_t)r->switched_ns);
}

/* ---- the gNB ---- */

static void on_timer(void *user);

static int timer_start(struct session *s)
{
	struct session_route *r = &s->route;

	if (!r->timer)
		r->timer = smf_timer_new(s->smf->loop, on_timer, s);
	if (!r->timer)
		return -ENOMEM;
	smf_timer_start(r->timer, ROUTE_MODIFY_MS);
	return 0;
}

static void timer_stop(struct session *s)
{
	if (s->route.timer)
		smf_timer_stop(s->route.timer);
}

/* One request at a time: what is to be said meanwhile is said after its answer. */
static int tell_gnb(struct session *s)
{
	struct session_route *r = &s->route;
	int err;

	r->n2_dirty = true;
	if (r->n2_busy) {
		r->n2_again = true;
		return 0;
	}
	store_route_save(s);
	if (!ue_connected(s->ue) || !s->downlink.teid)
		return -ENOTCONN; /* said when the gNB is back, or by the next set-up */
	err = session_n2_modify(s);
	if (!err)
		err = timer_start(s);
	r->n2_busy = !err;
	return err;
}

/* ---- the anchor ---- */

static void lead_anchor(struct session *s)
{
	struct session_route *r = &s->route;

	if (r->down == r->up)
		return;
	s->n4_end_marker = r->down != NULL;
	r->down = r->up;
	store_route_save(s);
	if (session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	if (r->switching)
		(void)timer_start(s);
}

/* ---- a switch ---- */

static void end_switch(struct session *s)
{
	s->route.switching = false;
	s->route.former = NULL;
	store_route_save(s);
	events_session(s);
}

static void finish(struct session *s)
{
	struct session_route *r = &s->route;
	struct http_request *req = r->request;

	r->request = NULL;
	timer_stop(s);
	r->switched_ns = clock_now_ns();
	s->smf->counters.count[SMF_routes_switched]++;
	end_switch(s);
	log_info("route", "ue=%s session=%u upf=%s what=switched us=%llu", s->supi, s->id,
		 route_upf(s)->config->name,
		 (unsigned long long)(r->switched_ns - r->t0_ns) / 1000);
	if (req)
		http_reply(req, 200, route_json(s));
}

/* @told: the gNB may have done it */
static void undo(struct session *s, bool told, unsigned status, const char *cause, const char *why)
{
	struct session_route *r = &s->route;
	struct http_request *req = r->request;

	log_warn("route", "ue=%s session=%u upf=%s what=\"not switched\" cause=%s why=\"%s\"",
		 s->supi, s->id, route_upf(s)->config->name, cause, why);
	s->smf->counters.count[SMF_routes_not_switched]++;
	timer_stop(s);
	r->request = NULL;
	r->up = r->former;
	r->t0_ns = r->uplink_ns = r->switched_ns = 0;
	end_switch(s);
	if (told)
		(void)tell_gnb(s);
	lead_anchor(s);
	if (req)
		http_problem(req, status, cause, "PDU session %u of %s: %s", s->id, s->supi, why);
}

static void uplink_moved(struct session *s)
{
	s->route.uplink_ns = clock_now_ns();
	lead_anchor(s);
}

/* Between the session's states and what is known of both UPFs; NULL: it can begin */
static const char *obstacle(const struct session *s, const struct classifier *to)
{
	if (s->state != SESSION_ACTIVE || !s->downlink.teid || !ue_connected(s->ue))
		return "it has no user plane at a gNB";
	if (s->route.switching || s->route.n2_dirty)
		return "another switch is under way";
	if (to && !classifier_usable(to))
		return "the uplink classifier is not ready";
	if (!s->upf->associated || s->n4_lost)
		return "its anchor is not associated";
	return NULL;
}

void route_switch(struct session *s, struct classifier *to, struct http_request *req)
{
	struct session_route *r = &s->route;
	const char *why = obstacle(s, to);
	int err;

	if (why) {
		http_problem(req, 503, "ROUTE_NOT_READY", "PDU session %u of %s: %s", s->id,
			     s->supi, why);
		return;
	}
	if (r->up == to) {
		http_reply(req, 200, route_json(s));
		return;
	}
	r->former = r->up;
	r->up = to;
	r->switching = true;
	r->request = req;
	r->t0_ns = clock_now_ns();
	r->uplink_ns = r->switched_ns = 0;
	r->n2_dirty = true;
	if (store_route_save(s)) {
		r->n2_dirty = false;
		undo(s, false, 507, "STORE_FAILED", "the database refuses to write");
		return;
	}
	err = tell_gnb(s);
	if (err) {
		r->n2_dirty = false;
		undo(s, false, 502, "GNB_NOT_TOLD", "the gNB can't be told");
	}
}

/* ---- what comes back ---- */

/* The gNB sends where the route leads: so does the anchor then. */
static void gnb_knows(struct session *s)
{
	struct session_route *r = &s->route;

	r->n2_busy = r->n2_again = r->n2_dirty = false;
	timer_stop(s);
	if (r->switching && !r->uplink_ns)
		uplink_moved(s);
	else
		lead_anchor(s);
	store_route_save(s);
}

void route_answered(struct session *s, const struct ngap_cause *cause)
{
	struct session_route *r = &s->route;

	if (!r->n2_busy) { /* given up before, or overtaken by a handover */
		s->smf->counters.drop[SMF_ngap_unexpected]++;
		return;
	}
	r->n2_busy = false;
	timer_stop(s);
	if (r->n2_again) {
		r->n2_again = false;
		(void)tell_gnb(s);
	} else if (!cause) {
		gnb_knows(s);
	} else if (r->switching && !r->uplink_ns) {
		r->n2_dirty = false; /* nothing has changed there */
		undo(s, false, 409, "GNB_REFUSED", ngap_cause_name(*cause));
	} else {
		(void)timer_start(s);
	}
}

void route_told(struct session *s)
{
	if (s->route.n2_dirty || s->route.switching)
		gnb_knows(s);
}

static void on_timer(void *user)
{
	struct session *s = user;
	struct session_route *r = &s->route;

	r->n2_busy = r->n2_again = false;
	if (r->switching && r->uplink_ns)
		undo(s, true, 504, "ANCHOR_TIMEOUT", "the anchor does not answer");
	else if (r->switching)
		undo(s, true, 504, "GNB_TIMEOUT", "the gNB does not answer");
	else if (r->n2_dirty)
		(void)tell_gnb(s);
}

void route_gnb_back(struct session *s)
{
	s->route.n2_busy = s->route.n2_again = false;
	if (s->route.n2_dirty)
		(void)tell_gnb(s);
}

void route_anchor_answered(struct session *s, bool done)
{
	struct session_route *r = &s->route;

	if (!r->switching || !r->uplink_ns)
		return;
	if (done)
		finish(s);
	else
		undo(s, true, 502, "ANCHOR_FAILED", "the anchor does not lead its downlink there");
}

void route_idle(struct session *s, const char *why)
{
	struct session_route *r = &s->route;

	r->n2_busy = r->n2_again = r->n2_dirty = false;
	timer_stop(s);
	if (r->switching)
		undo(s, false, 409, "SESSION_CHANGED", why);
}

void route_lost(struct classifier *c)
{
	struct session *s = c->session;
	struct session_route *r = &s->route;

	if (r->former == c)
		r->former = NULL;
	if (r->up == c && r->switching) {
		undo(s, true, 502, "CLASSIFIER_LOST", "the uplink classifier is lost");
	} else if (r->up == c) {
		log_warn("route", "ue=%s session=%u upf=%s what=\"classifier lost\"", s->supi,
			 s->id, c->upf->config->name);
		r->up = NULL;
		(void)tell_gnb(s);
		events_session(s);
	}
	if (r->down == c)
		lead_anchor(s);
}

void route_done(struct session *s)
{
	struct http_request *req = s->route.request;

	s->route.request = NULL;
	if (req)
		http_problem(req, 409, "SESSION_CHANGED", "PDU session %u of %s has ended", s->id,
			     s->supi);
	smf_timer_free(s->route.timer);
	s->route.timer = NULL;
}
