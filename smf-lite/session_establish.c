// SPDX-License-Identifier: Apache-2.0
/* Establishment of a session, TS 23.502 cl. 4.3.2.2, and what undoes it when it fails midway. */

#include "lib/daemon.h"
#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/path_switch.h"
#include "smf-lite/route.h"
#include "smf-lite/session_steps.h"
#include "smf-lite/ue.h"

void session_undo(struct session *s, uint8_t cause)
{
	s->smf->counters.drop[SMF_session_rejected]++;
	log_warn("session", "ue=%s session=%u seid=%#llx what=rejected cause=%u state=%s", s->supi,
		 s->id, (unsigned long long)s->cp_seid, cause, session_state_name(s->state));
	s->cause = cause;
	if (ue_connected(s->ue)) {
		session_n1_reject(s->ue, s->id, s->pti, cause);
		session_detach(s);
	} else if (s->ue->gnb) {
		session_set_state(s, SESSION_N1_REJECT, SMF_GNB_BACK_MS);
	} else {
		session_detach(s);
	}
}

void session_step_reject_now(struct session *s, const struct session_input *in)
{
	session_n1_reject(s->ue, s->id, s->pti, s->cause);
	session_detach(s);
}

void session_step_undo_by_rest(struct session *s, const struct session_input *in)
{
	session_undo(s, NAS_SM_REQUEST_REJECTED);
}

void session_step_upf_missing(struct session *s, const struct session_input *in)
{
	session_undo(s, NAS_SM_NETWORK_FAILURE);
}

void session_step_establish_n4(struct session *s, const struct session_input *in)
{
	s->n4_sent = true;
	if (session_set_state(s, SESSION_N4_ESTABLISH, 0) || n4_session_establish(s)) {
		s->n4_sent = false;
		session_undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
	}
}

void session_step_n4_established(struct session *s, const struct session_input *in)
{
	int err;

	if (!ue_connected(s->ue)) {
		session_undo(s, NAS_SM_NETWORK_FAILURE);
		return;
	}
	s->n2_sent = true;
	err = session_set_state(s, SESSION_N2_SETUP, SMF_N2_SETUP_MS);
	if (!err)
		err = session_n2_setup(s);
	if (err) {
		s->n2_sent = false;
		session_undo(s, NAS_SM_NETWORK_FAILURE);
	}
}

void session_step_n4_not_established(struct session *s, const struct session_input *in)
{
	/* Restarted, and not associated anew yet: once more, when it is */
	if (in->n4 == SESSION_N4_NOT_FOUND && s->tries++ == 0) {
		s->n4_sent = false;
		session_set_state(s, SESSION_WAIT_UPF, SMF_ASSOCIATION_WAIT_MS);
		return;
	}
	if (in->n4 != SESSION_N4_TIMEOUT && in->n4 != SESSION_N4_UNUSABLE)
		s->n4_sent = false; /* nothing was made there */
	session_undo(s, in->n4 == SESSION_N4_REFUSED ? NAS_SM_REQUEST_REJECTED
						     : NAS_SM_NETWORK_FAILURE);
}

void session_step_n2_set_up(struct session *s, const struct session_input *in)
{
	s->downlink = (struct session_tunnel){in->tunnel.ipv4, in->tunnel.teid};
	if (session_set_state(s, SESSION_N4_ACTIVATE, SMF_ASSOCIATION_WAIT_MS) ||
	    session_update_n4(s)) {
		session_step_release_midway(s, NULL);
		return;
	}
	route_told(s);
	classifiers_update(s, false);
}

void session_step_n2_not_set_up(struct session *s, const struct session_input *in)
{
	s->n2_sent = false;
	if (s->reactivating)
		session_step_release_reactivate(s, in);
	else
		session_undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
}

void session_step_n2_timer(struct session *s, const struct session_input *in)
{
	/* The gNB, and the UE, may have it or not: they are told to release it. */
	if (s->reactivating)
		session_step_release_reactivate(s, in);
	else
		session_step_release_midway(s, in);
}

static void activate(struct session *s)
{
	if (!s->was_active) {
		s->was_active = true;
		s->established_ns = clock_now_ns();
		s->setup_us = (clock_mono_ns() - s->requested_mono_ns) / 1000;
		s->smf->counters.count[SMF_sessions_established]++;
		log_info("session",
			 "ue=%s session=%u seid=%#llx upf=%s what=established setup_us=%llu",
			 s->supi, s->id, (unsigned long long)s->cp_seid, s->upf->config->name,
			 (unsigned long long)s->setup_us);
	}
	s->reactivating = false;
	/* An anchor that has begun to leave meanwhile: as soon as this is done with */
	session_set_state(s, SESSION_ACTIVE, s->upf->leaving ? 1 : 0);
}

void session_step_n4_activated(struct session *s, const struct session_input *in)
{
	if (!s->n4_dirty && !s->n4_lost) {
		s->n4_end_marker = false;
		activate(s);
		path_switch_progress(s->ue);
	} else if (session_update_n4(s))
		session_step_release_midway(s, in);
}

/* in N4_ACTIVATE: the UPF has lost it, or can't do it */
void session_step_n4_not_activated(struct session *s, const struct session_input *in)
{
	if (in->n4 != SESSION_N4_NOT_FOUND) {
		session_step_release_midway(s, in);
		return;
	}
	session_lost_at_upf(s);
	if (s->upf->associated && s->tries++ == 0 && session_update_n4(s))
		session_step_release_midway(s, in);
}
