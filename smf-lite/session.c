// SPDX-License-Identifier: Apache-2.0
/*
 * The PDU session's state machine: one table of allowed events, one small function for each thing
 * that can be done. A fact is in the database before anybody outside is told of it.
 */
#include "smf-lite/session.h"

#include <errno.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "smf-lite/anchor.h"
#include "smf-lite/config.h"
#include "smf-lite/events.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

/* ---- states ---- */

static void publish(struct session *s)
{
	const char *state = session_public_state(s);

	if (s->published == state)
		return;
	s->published = state;
	events_session(s);
}

/* @timer_ms: 0: none. Return: 0, or what the database says: counted there */
static int set_state(struct session *s, enum session_state state, unsigned timer_ms)
{
	int err;

	log_debug("session", "ue=%s session=%u seid=%#llx from=%s to=%s", s->supi, s->id,
		  (unsigned long long)s->cp_seid, session_state_name(s->state),
		  session_state_name(state));
	s->state = state;
	if (timer_ms)
		smf_timer_start(s->timer, timer_ms);
	else
		smf_timer_stop(s->timer);
	err = store_session_save(s);
	publish(s);
	return err;
}

/* ---- the end: N4 deletion ---- */

/*
 * A session whose UP F-SEID we never learnt (we, or the answer, were lost midway) is asked for
 * again under the same CP F-SEID, which makes the UPF replace it and tell the new one; then that is
 * deleted.
 */
static void delete_n4(struct session *s)
{
	int err;

	if (!s->n4_sent) {
		session_gone(s);
		return;
	}
	if (s->n4_busy)
		return; /* its answer comes first */
	err = -ENOTCONN;
	if (s->upf->associated)
		err = s->up_seid ? n4_session_delete(s) : n4_session_establish(s);
	if (err)
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

/* UE and gNB are done with it, or can't be reached any more. */
static void detach(struct session *s)
{
	s->ue->session[s->id] = NULL;
	s->ue = NULL;
	s->reactivating = false;
	if (s->was_active)
		s->smf->counters.count[SMF_sessions_released]++;
	else
		s->smf->counters.count[SMF_sessions_failed]++;
	set_state(s, SESSION_N4_DELETE, 0);
	delete_n4(s);
}

static void do_detach(struct session *s, const struct session_input *in)
{
	detach(s);
}

static void do_delete(struct session *s, const struct session_input *in)
{
	delete_n4(s);
}

static void do_gone(struct session *s, const struct session_input *in)
{
	session_gone(s);
}

static void n4_failed_deleting(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_TIMEOUT)
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	else
		session_gone(s); /* the UPF has nothing under these SEIDs */
}

static void modify_failed_deleting(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_NOT_FOUND)
		session_gone(s);
	else
		delete_n4(s);
}

/* ---- release ---- */

/* T3592, TS 24.501 cl. 6.3.3 */
static void send_release(struct session *s)
{
	struct nas_message msg;

	if (!ue_connected(s->ue)) {
		if (s->ue->gnb)
			smf_timer_start(s->timer, SMF_GNB_BACK_MS);
		else
			detach(s); /* CM-IDLE: the UE learns of it by its next registration */
		return;
	}
	if (!s->gnb_done) {
		session_n2_release(s, true);
	} else if (!s->ue_done) {
		session_n1_release_command(s, &msg);
		ue_send_sm(s->ue, &msg);
	}
	smf_timer_start(s->timer, SMF_T3592_MS);
}

static void start_release(struct session *s, uint8_t cause, uint8_t pti)
{
	log_info("session", "ue=%s session=%u seid=%#llx what=release cause=%u", s->supi, s->id,
		 (unsigned long long)s->cp_seid, cause);
	s->cause = cause;
	s->pti = pti;
	s->gnb_done = !s->n2_sent;
	s->ue_done = false;
	s->tries = 0;
	s->reactivating = false;
	set_state(s, SESSION_N2_RELEASE, 0);
	send_release(s);
}

static void do_release(struct session *s, const struct session_input *in)
{
	start_release(s, in->cause, 0);
}

static void do_release_requested(struct session *s, const struct session_input *in)
{
	start_release(s, NAS_SM_REGULAR_DEACTIVATION, in->pti);
}

/* TS 23.527 cl. 5.3.3.1 would have the AMF set the user plane up anew by a service request; there
 * is none in Baton: with cause 39 the UE asks for the session again by itself. */
static void do_error_indication(struct session *s, const struct session_input *in)
{
	s->smf->counters.count[SMF_error_indications]++;
	start_release(s, NAS_SM_REACTIVATION_REQUESTED, 0);
}

static void release_midway(struct session *s, const struct session_input *in)
{
	start_release(s, NAS_SM_NETWORK_FAILURE, 0);
}

static void release_reactivate(struct session *s, const struct session_input *in)
{
	start_release(s, NAS_SM_REACTIVATION_REQUESTED, 0);
}

static void released_somewhere(struct session *s)
{
	if (s->gnb_done && s->ue_done)
		detach(s);
}

static void gnb_released(struct session *s, const struct session_input *in)
{
	s->gnb_done = true;
	s->n2_sent = false;
	released_somewhere(s);
}

static void ue_released(struct session *s, const struct session_input *in)
{
	s->ue_done = true;
	released_somewhere(s);
}

static void release_timer(struct session *s, const struct session_input *in)
{
	bool given_up = !ue_connected(s->ue) || ++s->tries >= SMF_NAS_TRIES;
	struct nas_message msg;

	if (given_up) { /* cl. 6.3.3.5 b: released locally */
		log_warn("session", "ue=%s session=%u what=release-unanswered gnb=%d ue=%d",
			 s->supi, s->id, s->gnb_done, s->ue_done);
		detach(s);
		return;
	}
	if (!s->ue_done) {
		session_n1_release_command(s, &msg);
		ue_send_sm(s->ue, &msg);
	}
	smf_timer_start(s->timer, SMF_T3592_MS);
}

static void release_again(struct session *s, const struct session_input *in)
{
	s->tries = 0;
	s->gnb_done = !s->n2_sent;
	send_release(s);
}

static void release_wait_gnb(struct session *s, const struct session_input *in)
{
	smf_timer_start(s->timer, SMF_GNB_BACK_MS);
}

/* The UE is without the session; the gNB may still have its resources. */
static void local_release(struct session *s, const struct session_input *in)
{
	if (s->n2_sent && !s->gnb_done && ue_connected(s->ue))
		session_n2_release(s, false);
	detach(s);
}

/* ---- establishment ---- */

static void undo(struct session *s, uint8_t cause)
{
	s->smf->counters.drop[SMF_session_rejected]++;
	log_warn("session", "ue=%s session=%u seid=%#llx what=rejected cause=%u state=%s", s->supi,
		 s->id, (unsigned long long)s->cp_seid, cause, session_state_name(s->state));
	s->cause = cause;
	if (ue_connected(s->ue)) {
		session_n1_reject(s->ue, s->id, s->pti, cause);
		detach(s);
	} else if (s->ue->gnb) {
		set_state(s, SESSION_N1_REJECT, SMF_GNB_BACK_MS);
	} else {
		detach(s);
	}
}

static void reject_now(struct session *s, const struct session_input *in)
{
	session_n1_reject(s->ue, s->id, s->pti, s->cause);
	detach(s);
}

static void undo_by_rest(struct session *s, const struct session_input *in)
{
	undo(s, NAS_SM_REQUEST_REJECTED);
}

static void upf_missing(struct session *s, const struct session_input *in)
{
	undo(s, NAS_SM_NETWORK_FAILURE);
}

static void establish_n4(struct session *s, const struct session_input *in)
{
	s->n4_sent = true;
	if (set_state(s, SESSION_N4_ESTABLISH, 0) || n4_session_establish(s)) {
		s->n4_sent = false;
		undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
	}
}

static void n4_established(struct session *s, const struct session_input *in)
{
	int err;

	if (!ue_connected(s->ue)) {
		undo(s, NAS_SM_NETWORK_FAILURE);
		return;
	}
	s->n2_sent = true;
	err = set_state(s, SESSION_N2_SETUP, SMF_N2_SETUP_MS);
	if (!err)
		err = session_n2_setup(s);
	if (err) {
		s->n2_sent = false;
		undo(s, NAS_SM_NETWORK_FAILURE);
	}
}

static void n4_not_established(struct session *s, const struct session_input *in)
{
	/* Restarted, and not associated anew yet: once more, when it is */
	if (in->n4 == SESSION_N4_NOT_FOUND && s->tries++ == 0) {
		s->n4_sent = false;
		set_state(s, SESSION_WAIT_UPF, SMF_ASSOCIATION_WAIT_MS);
		return;
	}
	if (in->n4 != SESSION_N4_TIMEOUT)
		s->n4_sent = false; /* nothing was made there */
	undo(s, in->n4 == SESSION_N4_REFUSED ? NAS_SM_REQUEST_REJECTED : NAS_SM_NETWORK_FAILURE);
}

/* Brings the UPF in line with what we know: the downlink tunnel, or the whole session if the UPF
 * has lost it. */
static int update_n4(struct session *s)
{
	if (s->n4_busy) {
		s->n4_dirty = true;
		return 0;
	}
	s->n4_dirty = false;
	if (!s->n4_lost)
		return n4_session_modify(s);
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
static void lost_at_upf(struct session *s)
{
	s->n4_lost = true;
	s->n4_sent = s->n4_busy;
	s->up_seid = 0;
	store_session_save(s);
}

static void n2_set_up(struct session *s, const struct session_input *in)
{
	s->downlink = (struct session_tunnel){in->tunnel.ipv4, in->tunnel.teid};
	if (set_state(s, SESSION_N4_ACTIVATE, SMF_ASSOCIATION_WAIT_MS) || update_n4(s))
		release_midway(s, NULL);
}

static void n2_not_set_up(struct session *s, const struct session_input *in)
{
	s->n2_sent = false;
	if (s->reactivating)
		release_reactivate(s, in);
	else
		undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
}

static void n2_timer(struct session *s, const struct session_input *in)
{
	/* The gNB, and the UE, may have it or not: they are told to release it. */
	if (s->reactivating)
		release_reactivate(s, in);
	else
		release_midway(s, in);
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
	set_state(s, SESSION_ACTIVE, 0);
}

static void n4_activated(struct session *s, const struct session_input *in)
{
	if (!s->n4_dirty && !s->n4_lost)
		activate(s);
	else if (update_n4(s))
		release_midway(s, in);
}

/* in N4_ACTIVATE: the UPF has lost it, or can't do it */
static void n4_not_activated(struct session *s, const struct session_input *in)
{
	if (in->n4 != SESSION_N4_NOT_FOUND) {
		release_midway(s, in);
		return;
	}
	lost_at_upf(s);
	if (s->upf->associated && s->tries++ == 0 && update_n4(s))
		release_midway(s, in);
}

/* ---- an active session ---- */

static void upf_lost_it(struct session *s, const struct session_input *in)
{
	lost_at_upf(s);
}

static void upf_lost_deleted(struct session *s, const struct session_input *in)
{
	s->up_seid = 0;
	if (!s->n4_busy)
		session_gone(s);
}

static void restore(struct session *s, const struct session_input *in)
{
	if (s->n4_lost && update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

static void restored(struct session *s, const struct session_input *in)
{
	s->smf->counters.count[SMF_sessions_restored]++;
	log_info("session", "ue=%s session=%u seid=%#llx upf=%s what=restored", s->supi, s->id,
		 (unsigned long long)s->cp_seid, s->upf->config->name);
	store_session_save(s);
	if (s->n4_dirty && update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

static void not_restored(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_REFUSED) {
		s->n4_sent = false;
		release_reactivate(s, in);
		return;
	}
	smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

static void modified(struct session *s, const struct session_input *in)
{
	if ((s->n4_dirty || s->n4_lost) && update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

static void not_modified(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_NOT_FOUND) {
		lost_at_upf(s);
		restore(s, in);
		return;
	}
	s->n4_dirty = true;
	smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

static void active_timer(struct session *s, const struct session_input *in)
{
	if ((s->n4_lost || s->n4_dirty) && update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

/* CM-IDLE: without a gNB the UPF drops downlink packets (there is no paging, so nothing to buffer
 * for). */
static void user_plane_off(struct session *s, const struct session_input *in)
{
	s->downlink = (struct session_tunnel){0};
	s->n2_sent = false;
	store_session_save(s);
	if (update_n4(s))
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
}

static void user_plane_on(struct session *s, const struct session_input *in)
{
	if (s->n2_sent)
		return; /* it never was off */
	s->reactivating = true;
	s->n2_sent = true;
	if (set_state(s, SESSION_N2_SETUP, SMF_N2_SETUP_MS) || session_n2_setup(s)) {
		s->n2_sent = false;
		release_reactivate(s, in);
	}
}

/* Setting up when the UE's connection went: an old session stays without user plane, a new one is
 * undone. */
static void idle_midway(struct session *s, const struct session_input *in)
{
	if (!s->reactivating) {
		detach(s);
		return;
	}
	s->reactivating = false;
	set_state(s, SESSION_ACTIVE, 0);
	user_plane_off(s, in);
}

static void nothing(struct session *s, const struct session_input *in)
{
}

/* ---- the table ---- */

#define IN(state) (1U << SESSION_##state)

enum {
	ESTABLISHING = IN(WAIT_UPF) | IN(N4_ESTABLISH) | IN(N2_SETUP) | IN(N4_ACTIVATE),
	WITH_UE = ESTABLISHING | IN(ACTIVE) | IN(N1_REJECT) | IN(N2_RELEASE),
};

static const struct rule {
	unsigned states;
	enum session_event event;
	void (*action)(struct session *s, const struct session_input *in);
} rules[] = {
	/* the way up */
	{IN(WAIT_UPF), SESSION_EV_UPF_UP, establish_n4},
	{IN(WAIT_UPF), SESSION_EV_TIMER, upf_missing},
	{IN(N4_ESTABLISH), SESSION_EV_N4_ESTABLISHED, n4_established},
	{IN(N4_ESTABLISH), SESSION_EV_N4_ESTABLISH_FAILED, n4_not_established},
	{IN(N2_SETUP), SESSION_EV_N2_SETUP, n2_set_up},
	{IN(N2_SETUP), SESSION_EV_N2_SETUP_FAILED, n2_not_set_up},
	{IN(N2_SETUP), SESSION_EV_TIMER, n2_timer},
	{IN(N4_ACTIVATE), SESSION_EV_N4_MODIFIED, n4_activated},
	{IN(N4_ACTIVATE), SESSION_EV_N4_ESTABLISHED, n4_activated},
	{IN(N4_ACTIVATE), SESSION_EV_N4_MODIFY_FAILED, n4_not_activated},
	{IN(N4_ACTIVATE), SESSION_EV_N4_ESTABLISH_FAILED, n4_not_activated},
	{IN(N4_ACTIVATE), SESSION_EV_TIMER, n2_timer},

	/* the UPF restarts; its answers to what a session in another state has asked */
	{IN(WAIT_UPF) | IN(N4_ESTABLISH), SESSION_EV_UPF_RESTARTED, nothing},
	{IN(N2_SETUP) | IN(N4_ACTIVATE) | IN(ACTIVE) | IN(N1_REJECT) | IN(N2_RELEASE),
	 SESSION_EV_UPF_RESTARTED, upf_lost_it},
	{IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_UPF_UP, restore},
	{IN(N4_ESTABLISH) | IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_UPF_UP,
	 nothing},
	{IN(ACTIVE), SESSION_EV_N4_ESTABLISHED, restored},
	{IN(ACTIVE), SESSION_EV_N4_ESTABLISH_FAILED, not_restored},
	{IN(ACTIVE), SESSION_EV_N4_MODIFIED, modified},
	{IN(ACTIVE), SESSION_EV_N4_MODIFY_FAILED, not_modified},
	{IN(ACTIVE), SESSION_EV_TIMER, active_timer},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_ESTABLISHED, nothing},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_ESTABLISH_FAILED, nothing},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_MODIFIED, nothing},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_MODIFY_FAILED, nothing},

	/* the way down */
	{IN(WAIT_UPF) | IN(N4_ESTABLISH), SESSION_EV_RELEASE, undo_by_rest},
	{IN(N2_SETUP) | IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_RELEASE, do_release},
	{IN(N2_SETUP) | IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_N1_RELEASE_REQUEST,
	 do_release_requested},
	{IN(ACTIVE), SESSION_EV_ERROR_INDICATION, do_error_indication},
	{IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_RELEASE, nothing},
	{IN(N2_RELEASE), SESSION_EV_N1_RELEASE_REQUEST, nothing}, /* TS 24.501 cl. 6.3.3.5 a */
	{IN(N2_RELEASE), SESSION_EV_N2_RELEASED, gnb_released},
	/* of a session that had this id before: the gNB answers in order, so a set-up is still to
	   come */
	{ESTABLISHING | IN(ACTIVE) | IN(N1_REJECT), SESSION_EV_N2_RELEASED, nothing},
	{IN(N2_RELEASE), SESSION_EV_N1_RELEASED, ue_released},
	{IN(N2_RELEASE), SESSION_EV_TIMER, release_timer},
	{IN(N1_REJECT), SESSION_EV_TIMER, do_detach},
	{WITH_UE, SESSION_EV_LOCAL_RELEASE, local_release},

	/* gNB and UE come and go */
	{IN(WAIT_UPF) | IN(N4_ESTABLISH) | IN(N4_ACTIVATE) | IN(ACTIVE) | IN(N1_REJECT),
	 SESSION_EV_GNB_LOST, nothing},
	{IN(N2_SETUP), SESSION_EV_GNB_LOST, release_reactivate},
	{IN(N2_RELEASE), SESSION_EV_GNB_LOST, release_wait_gnb},
	{IN(N2_RELEASE), SESSION_EV_GNB_BACK, release_again},
	{IN(N1_REJECT), SESSION_EV_GNB_BACK, reject_now},
	{ESTABLISHING | IN(ACTIVE), SESSION_EV_GNB_BACK, nothing},
	{ESTABLISHING, SESSION_EV_UE_IDLE, idle_midway},
	{IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_UE_IDLE, do_detach},
	{IN(ACTIVE), SESSION_EV_UE_IDLE, user_plane_off},
	{IN(ACTIVE), SESSION_EV_UE_BACK, user_plane_on},
	{ESTABLISHING | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_UE_BACK, nothing},

	/* the UPF's part of the end */
	{IN(N4_DELETE), SESSION_EV_UPF_UP, do_delete},
	{IN(N4_DELETE), SESSION_EV_TIMER, do_delete},
	{IN(N4_DELETE), SESSION_EV_N4_ESTABLISHED, do_delete},
	{IN(N4_DELETE), SESSION_EV_N4_MODIFIED, do_delete},
	{IN(N4_DELETE), SESSION_EV_N4_MODIFY_FAILED, modify_failed_deleting},
	{IN(N4_DELETE), SESSION_EV_N4_ESTABLISH_FAILED, n4_failed_deleting},
	{IN(N4_DELETE), SESSION_EV_N4_DELETE_FAILED, n4_failed_deleting},
	{IN(N4_DELETE), SESSION_EV_N4_DELETED, do_gone},
	{IN(N4_DELETE), SESSION_EV_UPF_RESTARTED, upf_lost_deleted},
};

bool session_feed(struct session *s, enum session_event event, const struct session_input *in)
{
	static const struct session_input none;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].event != event || !(rules[i].states & 1U << s->state))
			continue;
		rules[i].action(s, in ? in : &none);
		return true;
	}
	s->smf->counters.drop[SMF_session_event_refused]++;
	log_info("session", "ue=%s session=%u what=event-refused event=%s state=%s", s->supi, s->id,
		 session_event_name(event), session_state_name(s->state));
	return false;
}

void session_start(struct session *s)
{
	struct smf *smf = s->smf;

	s->upf = anchor_choose(smf, s->supi, s->dnn, s->id);
	s->requested_mono_ns = clock_mono_ns();
	s->upf->sessions++;
	if (pool_take(&s->upf->pool, &s->address)) {
		smf->counters.drop[SMF_address_pool_empty]++;
		undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
		return;
	}
	if (set_state(s, SESSION_WAIT_UPF, SMF_ASSOCIATION_WAIT_MS))
		undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
	else if (s->upf->associated)
		session_feed(s, SESSION_EV_UPF_UP, NULL);
}

void session_recover(struct session *s)
{
	switch (s->state) {
	case SESSION_WAIT_UPF:
	case SESSION_N4_ESTABLISH:
		s->cause = NAS_SM_NETWORK_FAILURE;
		set_state(s, SESSION_N1_REJECT, SMF_GNB_BACK_MS);
		break;
	case SESSION_N1_REJECT:
		smf_timer_start(s->timer, SMF_GNB_BACK_MS);
		break;
	case SESSION_N2_SETUP:
	case SESSION_N4_ACTIVATE:
		/* Who knows of it, and what, is open. With cause 39 the UE, if it has it, asks anew
		 * by itself. */
		start_release(s, NAS_SM_REACTIVATION_REQUESTED, 0);
		break;
	case SESSION_N2_RELEASE:
		start_release(s, s->cause, s->pti);
		break;
	default:
		s->published = session_public_state(s); /* nothing new: active, or being deleted */
	}
}
