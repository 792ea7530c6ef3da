// SPDX-License-Identifier: Apache-2.0
/* An uplink classifier's life: see classifier.h. */
#include "smf-lite/classifier.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/pfcp/pfcp.h"
#include "smf-lite/config.h"
#include "smf-lite/events.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/path_switch.h"
#include "smf-lite/rest.h"
#include "smf-lite/route.h"
#include "smf-lite/session_steps.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"

/* ---- the list, the table ---- */

static void on_timer(void *user);

static void answer_problem(struct classifier *c, unsigned status, const char *cause,
			   const char *why)
{
	struct http_request *req = c->request;

	c->request = NULL;
	if (req)
		http_problem(req, status, cause, "uplink classifier at UPF %s: %s",
			     c->upf->config->name, why);
}

static size_t count(const struct session *s)
{
	size_t n = 0;

	for (const struct classifier *c = s->classifiers; c; c = c->next)
		n++;
	return n;
}

struct classifier *classifier_new(struct session *s, struct upf *upf, uint64_t cp_seid)
{
	struct classifier *c = count(s) < CLASSIFIERS_MAX ? calloc(1, sizeof(*c)) : NULL;

	if (!c)
		return NULL;
	c->timer = smf_timer_new(s->smf->loop, on_timer, c);
	if (!c->timer) {
		free(c);
		return NULL;
	}
	c->smf = s->smf;
	c->session = s;
	c->upf = upf;
	c->cp_seid = session_seid(s->smf, cp_seid);
	c->next = s->classifiers;
	s->classifiers = c;
	upf->sessions++;
	HASH_ADD(by_seid, s->smf->sessions->classifiers, cp_seid, sizeof(c->cp_seid), c);
	return c;
}

void classifier_free(struct classifier *c)
{
	struct classifier **at = &c->session->classifiers;

	answer_problem(c, 409, "CLASSIFIER_REMOVED", "removed");
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->upf->sessions--;
	HASH_DELETE(by_seid, c->smf->sessions->classifiers, c);
	smf_timer_free(c->timer);
	free(c);
}

/* ---- the end ---- */

/* The session that has waited for this end goes with it. */
static void gone(struct classifier *c)
{
	struct session *s = c->session;
	struct upf *upf = c->upf;

	log_info("classifier", "ue=%s session=%u seid=%#llx upf=%s what=gone", s->supi, s->id,
		 (unsigned long long)c->cp_seid, upf->config->name);
	store_classifier_delete(c);
	classifier_free(c);
	if (s->state == SESSION_N4_DELETE && !s->n4_sent && !s->n4_busy)
		session_gone(s);
	n4_leave_session_gone(upf);
}

/* As a session's: session_delete.c */
static void delete_n4(struct classifier *c)
{
	int err = -1;

	if (!c->n4_sent) {
		gone(c);
		return;
	}
	if (c->n4_busy)
		return; /* its answer comes first */
	if (c->upf->associated)
		err = c->up_seid ? classifier_n4_delete(c) : classifier_n4_establish(c);
	if (err)
		smf_timer_start(c->timer, SMF_PURGE_RETRY_MS);
}

static void begin_delete(struct classifier *c)
{
	c->state = CLASSIFIER_DELETING;
	smf_timer_stop(c->timer);
	store_classifier_save(c);
	delete_n4(c);
}

void classifier_remove(struct classifier *c)
{
	if (c->state == CLASSIFIER_READY) {
		c->state = CLASSIFIER_DRAINING;
		store_classifier_save(c);
		smf_timer_start(c->timer, CLASSIFIER_DRAIN_MS);
	} else if (c->state == CLASSIFIER_ESTABLISHING) {
		answer_problem(c, 409, "CLASSIFIER_REMOVED", "removed");
		begin_delete(c);
	}
}

void classifiers_end(struct session *s)
{
	struct classifier *c, *next;

	s->route.up = s->route.down = s->route.former = NULL;
	if (s->classifiers)
		store_route_save(s);
	for (c = s->classifiers; c; c = next) {
		next = c->next;
		if (c->state != CLASSIFIER_DELETING)
			begin_delete(c);
	}
}

/* ---- its UPF in line with what we know ---- */

static void update(struct classifier *c)
{
	int err = 0;

	if (c->n4_busy) {
		c->n4_dirty = true;
		return;
	}
	c->n4_dirty = false;
	if (!c->n4_lost) {
		err = classifier_n4_modify(c);
		c->n4_dirty = err != 0;
	} else if (c->upf->associated) {
		c->n4_sent = true;
		store_classifier_save(c);
		err = classifier_n4_establish(c);
	}
	if (err)
		smf_timer_start(c->timer, SMF_PURGE_RETRY_MS);
}

static void lost(struct classifier *c)
{
	c->n4_lost = true;
	c->n4_sent = c->n4_busy;
	c->up_seid = 0;
	store_classifier_save(c);
}

void classifiers_update(struct session *s, bool end_marker)
{
	for (struct classifier *c = s->classifiers; c; c = c->next) {
		if (c->state == CLASSIFIER_DELETING)
			continue;
		c->n4_end_marker = end_marker && s->route.down == c;
		update(c);
	}
}

static void on_timer(void *user)
{
	struct classifier *c = user;

	if (c->state == CLASSIFIER_DRAINING)
		begin_delete(c);
	else if (c->state == CLASSIFIER_DELETING)
		delete_n4(c);
	else if (c->n4_lost || c->n4_dirty)
		update(c);
}

/* ---- the beginning ---- */

static bool same_prefixes(const struct classifier *c, const struct yaml_prefix *prefix, size_t n)
{
	if (c->prefix_count != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (c->prefix[i].addr.s_addr != prefix[i].addr.s_addr ||
		    c->prefix[i].len != prefix[i].len)
			return false;
	return true;
}

/* A UPF that can be given no more. Return: true: @req is answered with why */
static bool refuse_upf(const struct upf *upf, struct http_request *req)
{
	if (!upf->associated)
		http_problem(req, 503, "UPF_NOT_ASSOCIATED", "UPF %s is not associated",
			     upf->config->name);
	else if (upf->leaving)
		http_problem(req, 503, "UPF_LEAVING", "UPF %s is going to stop", upf->config->name);
	return !upf->associated || upf->leaving;
}

/* @c is there already */
static void take_up(struct classifier *c, const struct yaml_prefix *prefix, size_t n,
		    struct http_request *req)
{
	if (c->state == CLASSIFIER_ESTABLISHING || c->state == CLASSIFIER_DELETING) {
		http_problem(req, 503, "CLASSIFIER_BUSY", "the one at UPF %s is %s",
			     c->upf->config->name, classifier_state_name(c->state));
	} else if (!same_prefixes(c, prefix, n)) {
		http_problem(req, 409, "CLASSIFIER_EXISTS", "the one at UPF %s has other prefixes",
			     c->upf->config->name);
	} else if (refuse_upf(c->upf, req)) {
		return;
	} else if (c->n4_lost) {
		http_problem(req, 503, "CLASSIFIER_BUSY", "the one at UPF %s is being restored",
			     c->upf->config->name);
	} else {
		c->state = CLASSIFIER_READY;
		smf_timer_stop(c->timer);
		store_classifier_save(c);
		http_reply(req, 200, rest_classifier_json(c));
	}
}

static void begin(struct classifier *c, struct http_request *req)
{
	c->n4_sent = true;
	if (store_classifier_save(c)) {
		c->n4_sent = false;
		http_problem(req, 507, "STORE_FAILED", "the database refuses to write");
		classifier_free(c);
	} else if (classifier_n4_establish(c)) {
		http_problem(req, 503, "NO_RESOURCES", "UPF %s can't be asked now",
			     c->upf->config->name);
		gone(c);
	} else {
		c->request = req;
	}
}

void classifier_prepare(struct session *s, struct upf *upf, const struct yaml_prefix *prefix,
			size_t prefix_count, struct http_request *req)
{
	struct classifier *c = classifier_find_any(s, upf);

	if (c) {
		take_up(c, prefix, prefix_count, req);
	} else if (upf == s->upf) {
		http_problem(req, 409, "IS_ANCHOR", "UPF %s anchors the PDU session",
			     upf->config->name);
	} else if (s->state != SESSION_ACTIVE || s->n4_lost) {
		http_problem(req, 503, "SESSION_NOT_READY", "the PDU session is not active");
	} else if (!refuse_upf(upf, req)) {
		c = classifier_new(s, upf, 0);
		if (!c) {
			http_problem(req, 503, "TOO_MANY_CLASSIFIERS", "at most %d a PDU session",
				     CLASSIFIERS_MAX);
			return;
		}
		memcpy(c->prefix, prefix, prefix_count * sizeof(*prefix));
		c->prefix_count = (uint8_t)prefix_count;
		begin(c, req);
	}
}

/* What was halfway is undone. Whether the UPF has heard of the latest gNB's tunnel isn't stored. */
void classifier_recover(struct classifier *c)
{
	if (c->state == CLASSIFIER_READY && c->session->state != SESSION_N4_DELETE)
		c->n4_dirty = c->n4_end_marker = true;
	else
		c->state = CLASSIFIER_DELETING;
}

/* ---- what its UPF says ---- */

static void established(struct classifier *c)
{
	struct http_request *req = c->request;

	if (c->state == CLASSIFIER_DELETING) {
		delete_n4(c);
		return;
	}
	if (c->state == CLASSIFIER_ESTABLISHING) {
		c->state = CLASSIFIER_READY;
		log_info("classifier", "ue=%s session=%u seid=%#llx upf=%s what=ready",
			 c->session->supi, c->session->id, (unsigned long long)c->cp_seid,
			 c->upf->config->name);
	} else {
		c->smf->counters.count[SMF_sessions_restored]++;
	}
	store_classifier_save(c);
	if (c->n4_dirty)
		update(c);
	c->request = NULL;
	if (req)
		http_reply(req, 201, rest_classifier_json(c));
	path_switch_progress(c->session->ue);
}

static void not_ready(struct classifier *c, enum session_n4_failure why)
{
	if (why == SESSION_N4_REFUSED)
		answer_problem(c, 502, "UPF_REFUSED", "the UPF refuses its rules");
	else if (why == SESSION_N4_NOT_FOUND)
		answer_problem(c, 503, "UPF_NOT_ASSOCIATED", "the UPF has no association");
	else if (why == SESSION_N4_TIMEOUT)
		answer_problem(c, 504, "UPF_TIMEOUT", "the UPF does not answer");
	else
		answer_problem(c, 502, "UPF_BAD_ANSWER",
			       "the UPF's answer lacks what it must have");
	c->n4_sent = why == SESSION_N4_TIMEOUT || why == SESSION_N4_UNUSABLE;
	begin_delete(c);
}

static void not_established(struct classifier *c, enum session_n4_failure why)
{
	if (c->state == CLASSIFIER_ESTABLISHING) {
		not_ready(c, why);
	} else if (c->state == CLASSIFIER_DELETING) {
		if (why == SESSION_N4_TIMEOUT)
			smf_timer_start(c->timer, SMF_PURGE_RETRY_MS);
		else if (why == SESSION_N4_UNUSABLE && c->up_seid)
			delete_n4(c);
		else
			gone(c); /* the UPF has nothing under these SEIDs, or won't tell its own */
	} else if (why == SESSION_N4_REFUSED || why == SESSION_N4_UNUSABLE) {
		c->n4_sent = why == SESSION_N4_UNUSABLE;
		route_lost(c);
		begin_delete(c);
	} else {
		smf_timer_start(c->timer, SMF_PURGE_RETRY_MS);
	}
}

static void modified(struct classifier *c)
{
	if (c->state == CLASSIFIER_DELETING) {
		delete_n4(c);
		return;
	}
	if (!c->n4_dirty)
		c->n4_end_marker = false;
	if (c->n4_dirty || c->n4_lost)
		update(c);
	path_switch_progress(c->session->ue);
}

static void not_modified(struct classifier *c, enum session_n4_failure why)
{
	if (c->state == CLASSIFIER_DELETING) {
		if (why == SESSION_N4_NOT_FOUND)
			c->n4_sent = false;
		delete_n4(c);
	} else if (why == SESSION_N4_NOT_FOUND) {
		lost(c);
		update(c);
	} else {
		c->n4_dirty = true;
		smf_timer_start(c->timer, SMF_PURGE_RETRY_MS);
	}
}

void classifier_n4_done(struct classifier *c, uint8_t type, int failure)
{
	const enum session_n4_failure why = (enum session_n4_failure)failure;

	if (type == PFCP_SESSION_ESTABLISHMENT_REQUEST && failure < 0)
		established(c);
	else if (type == PFCP_SESSION_ESTABLISHMENT_REQUEST)
		not_established(c, why);
	else if (type == PFCP_SESSION_MODIFICATION_REQUEST && failure < 0)
		modified(c);
	else if (type == PFCP_SESSION_MODIFICATION_REQUEST)
		not_modified(c, why);
	else if (failure == SESSION_N4_TIMEOUT)
		smf_timer_start(c->timer, SMF_PURGE_RETRY_MS);
	else
		gone(c);
}

/* ---- its UPF comes and goes ---- */

static void upf_restarted(struct classifier *c)
{
	if (c->state == CLASSIFIER_READY) {
		lost(c);
	} else if (c->state != CLASSIFIER_ESTABLISHING) {
		c->up_seid = 0;
		c->n4_sent = c->n4_busy;
		begin_delete(c);
	}
}

static void upf_up(struct classifier *c)
{
	if (c->state == CLASSIFIER_DELETING)
		delete_n4(c);
	else if (c->n4_lost || c->n4_dirty)
		update(c);
}

/* Straight to the anchor again, before it goes with all that it has. */
static void upf_leaving(struct classifier *c)
{
	route_lost(c);
	classifier_remove(c);
}

void classifier_feed(struct classifier *c, enum session_event event)
{
	if (event == SESSION_EV_UPF_RESTARTED)
		upf_restarted(c);
	else if (event == SESSION_EV_UPF_UP)
		upf_up(c);
	else if (event == SESSION_EV_UPF_LEAVING)
		upf_leaving(c);
}

/* Only the one fed may go: the iteration is safe. */
void classifiers_feed_upf(struct smf *smf, const struct upf *upf, enum session_event event)
{
	struct classifier *c, *next;

	HASH_ITER (by_seid, smf->sessions->classifiers, c, next)
		if (c->upf == upf)
			classifier_feed(c, event);
}

void classifier_unknown(struct classifier *c)
{
	if (c->state != CLASSIFIER_READY || c->n4_busy)
		return;
	lost(c);
	update(c);
}
