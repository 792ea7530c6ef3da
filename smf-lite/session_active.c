// SPDX-License-Identifier: Apache-2.0
/* A session that is there: its UPF restarts (TS 23.527 cl. 4.2), its UE comes and goes. */

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/path_switch.h"
#include "smf-lite/route.h"
#include "smf-lite/session_steps.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"

/* Brings the UPF in line with what we know: the downlink tunnel, or the whole session if the UPF
 * has lost it. */
int session_update_n4(struct session *s)
{
	int err;

	if (s->n4_busy) {
		s->n4_dirty = true;
		return 0;
	}
	s->n4_dirty = false;
	if (!s->n4_lost) {
		err = n4_session_modify(s);
		s->n4_dirty = err != 0;
		return err;
	}
	if (!s->upf->associated)
		return 0; /* when it is, it is restored: SESSION_EV_UPF_UP */
	s->n4_sent = true;
	store_session_save(s);
	return n4_session_establish(s);
}

/*
 * The UPF has nothing under our SEID; unless a request that is under way reaches it in its new
 * life, and finds it associated.
 */
void session_lost_at_upf(struct session *s)
{
	s->n4_lost = true;
	s->n4_sent = s->n4_busy;
	s->up_seid = 0;
	store_session_save(s);
}

void session_step_upf_lost_it(struct session *s, const struct session_input *in)
{
	session_lost_at_upf(s);
}

void session_step_restore(struct session *s, const struct session_input *in)
{
	if ((s->n4_lost || s->n4_dirty) && session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

/* What its anchor has is what we want. */
static void settled(struct session *s)
{
	if (!s->n4_busy && !s->n4_dirty && !s->n4_lost)
		route_anchor_answered(s, true);
	path_switch_progress(s->ue);
}

void session_step_restored(struct session *s, const struct session_input *in)
{
	s->smf->counters.count[SMF_sessions_restored]++;
	log_info("session", "ue=%s session=%u seid=%#llx upf=%s what=restored", s->supi, s->id,
		 (unsigned long long)s->cp_seid, s->upf->config->name);
	store_session_save(s);
	if (s->n4_dirty && session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	settled(s);
}

void session_step_not_restored(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_REFUSED || in->n4 == SESSION_N4_UNUSABLE) {
		s->n4_sent = in->n4 == SESSION_N4_UNUSABLE;
		session_step_release_reactivate(s, in);
		return;
	}
	smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

void session_step_modified(struct session *s, const struct session_input *in)
{
	if (!s->n4_dirty)
		s->n4_end_marker = false;
	if ((s->n4_dirty || s->n4_lost) && session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	settled(s);
}

void session_step_not_modified(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_NOT_FOUND) {
		session_lost_at_upf(s);
		session_step_restore(s, in);
		return;
	}
	s->n4_dirty = true;
	smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	route_anchor_answered(s, false);
}

void session_step_active_timer(struct session *s, const struct session_input *in)
{
	if (s->upf->leaving)
		session_step_move(s, in);
	else if ((s->n4_lost || s->n4_dirty) && session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

/* CM-IDLE: without a gNB the UPF drops downlink packets (there is no paging, so nothing to buffer
 * for). */
void session_step_user_plane_off(struct session *s, const struct session_input *in)
{
	route_idle(s, "its UE has lost the connection");
	s->downlink = (struct session_tunnel){0};
	s->n2_sent = false;
	store_session_save(s);
	if (session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	classifiers_update(s, false);
}

void session_step_gnb_back(struct session *s, const struct session_input *in)
{
	route_gnb_back(s);
}

void session_step_user_plane_on(struct session *s, const struct session_input *in)
{
	if (s->n2_sent)
		return; /* it never was off */
	s->reactivating = true;
	s->n2_sent = true;
	if (session_set_state(s, SESSION_N2_SETUP, SMF_N2_SETUP_MS) || session_n2_setup(s)) {
		s->n2_sent = false;
		session_step_release_reactivate(s, in);
	}
}

/* Setting up when the UE's connection went: an old session stays without user plane, a new one is
 * undone. */
void session_step_idle_midway(struct session *s, const struct session_input *in)
{
	if (!s->reactivating) {
		session_detach(s);
		return;
	}
	s->reactivating = false;
	session_set_state(s, SESSION_ACTIVE, 0);
	session_step_user_plane_off(s, in);
}

/* TS 23.502 cl. 4.9.1.2.2 steps 2 to 6: the downlink tunnel is the target's from now on, and the
 * packets to the source's are ended. */
void session_step_path_switch(struct session *s, const struct session_input *in)
{
	bool ended;

	if (s->downlink.teid == in->tunnel.teid &&
	    s->downlink.addr.s_addr == in->tunnel.ipv4.s_addr)
		return;		/* asked again */
	if (!in->tunnel.teid) { /* the target hasn't taken it */
		if (s->state == SESSION_ACTIVE)
			session_step_user_plane_off(s, in);
		else
			session_step_release_midway(s, in);
		return;
	}
	ended = s->downlink.teid != 0;
	s->n4_end_marker = ended && !s->route.down; /* by the UPF that has fed it */
	s->downlink = (struct session_tunnel){in->tunnel.ipv4, in->tunnel.teid};
	s->n2_sent = true;
	store_session_save(s);
	if (session_update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	classifiers_update(s, ended);
}

/* The source has not answered and won't: the target is asked. */
void session_step_set_up_at_target(struct session *s, const struct session_input *in)
{
	smf_timer_start(s->timer, SMF_N2_SETUP_MS);
	if (session_n2_setup(s))
		session_step_n2_not_set_up(s, in);
}
