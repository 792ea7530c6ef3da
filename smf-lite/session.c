// SPDX-License-Identifier: Apache-2.0
/*
 * The PDU session's state machine: the one table of allowed events. What each does is in the files
 * that session_steps.h names. A fact is in the database before anybody outside is told of it.
 */
#include "smf-lite/session_steps.h"

#include <errno.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "smf-lite/anchor.h"
#include "smf-lite/classifier.h"
#include "smf-lite/events.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

static void publish(struct session *s)
{
	const char *state = session_public_state(s);

	if (s->published == state)
		return;
	s->published = state;
	events_session(s);
}

/* @timer_ms: 0: none. Return: 0, or what the database says: counted there */
int session_set_state(struct session *s, enum session_state state, unsigned timer_ms)
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

static void nothing(struct session *s, const struct session_input *in)
{
}

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
	{IN(WAIT_UPF), SESSION_EV_UPF_UP, session_step_establish_n4},
	{IN(WAIT_UPF), SESSION_EV_TIMER, session_step_upf_missing},
	{IN(N4_ESTABLISH), SESSION_EV_N4_ESTABLISHED, session_step_n4_established},
	{IN(N4_ESTABLISH), SESSION_EV_N4_ESTABLISH_FAILED, session_step_n4_not_established},
	{IN(N2_SETUP), SESSION_EV_N2_SETUP, session_step_n2_set_up},
	{IN(N2_SETUP), SESSION_EV_N2_SETUP_FAILED, session_step_n2_not_set_up},
	{IN(N2_SETUP), SESSION_EV_TIMER, session_step_n2_timer},
	{IN(N4_ACTIVATE), SESSION_EV_N4_MODIFIED, session_step_n4_activated},
	{IN(N4_ACTIVATE), SESSION_EV_N4_ESTABLISHED, session_step_n4_activated},
	{IN(N4_ACTIVATE), SESSION_EV_N4_MODIFY_FAILED, session_step_n4_not_activated},
	{IN(N4_ACTIVATE), SESSION_EV_N4_ESTABLISH_FAILED, session_step_n4_not_activated},
	{IN(N4_ACTIVATE), SESSION_EV_TIMER, session_step_n2_timer},

	/* the UPF restarts; its answers to what a session in another state has asked */
	{IN(WAIT_UPF) | IN(N4_ESTABLISH), SESSION_EV_UPF_RESTARTED, nothing},
	{IN(N2_SETUP) | IN(N4_ACTIVATE) | IN(ACTIVE) | IN(N1_REJECT) | IN(N2_RELEASE),
	 SESSION_EV_UPF_RESTARTED, session_step_upf_lost_it},
	{IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_UPF_UP, session_step_restore},
	{IN(N4_ESTABLISH) | IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_UPF_UP,
	 nothing},
	/* the UPF stops: what is active goes elsewhere, what is being made, when it is active */
	{IN(ACTIVE), SESSION_EV_UPF_LEAVING, session_step_move},
	{ESTABLISHING | IN(N1_REJECT) | IN(N2_RELEASE) | IN(N4_DELETE), SESSION_EV_UPF_LEAVING,
	 nothing},
	{IN(ACTIVE), SESSION_EV_N4_ESTABLISHED, session_step_restored},
	{IN(ACTIVE), SESSION_EV_N4_ESTABLISH_FAILED, session_step_not_restored},
	{IN(ACTIVE), SESSION_EV_N4_MODIFIED, session_step_modified},
	{IN(ACTIVE), SESSION_EV_N4_MODIFY_FAILED, session_step_not_modified},
	{IN(ACTIVE), SESSION_EV_TIMER, session_step_active_timer},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_ESTABLISHED, nothing},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_ESTABLISH_FAILED, nothing},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_MODIFIED, nothing},
	{IN(N2_SETUP) | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_N4_MODIFY_FAILED, nothing},

	/* the way down */
	{IN(WAIT_UPF) | IN(N4_ESTABLISH), SESSION_EV_RELEASE, session_step_undo_by_rest},
	{IN(N2_SETUP) | IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_RELEASE, session_step_release},
	{IN(N2_SETUP) | IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_N1_RELEASE_REQUEST,
	 session_step_release_requested},
	{IN(ACTIVE), SESSION_EV_ERROR_INDICATION, session_step_error_indication},
	{IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_RELEASE, nothing},
	{IN(N2_RELEASE), SESSION_EV_N1_RELEASE_REQUEST, nothing}, /* TS 24.501 cl. 6.3.3.5 a */
	{IN(N2_RELEASE), SESSION_EV_N2_RELEASED, session_step_gnb_released},
	/* of a session that had this id before: the gNB answers in order, so a set-up is still to
	   come */
	{ESTABLISHING | IN(ACTIVE) | IN(N1_REJECT), SESSION_EV_N2_RELEASED, nothing},
	{IN(N2_RELEASE), SESSION_EV_N1_RELEASED, session_step_ue_released},
	{IN(N2_RELEASE), SESSION_EV_TIMER, session_step_release_timer},
	{IN(N1_REJECT), SESSION_EV_TIMER, session_step_detach},
	{WITH_UE, SESSION_EV_LOCAL_RELEASE, session_step_local_release},

	/* gNB and UE come and go */
	{IN(WAIT_UPF) | IN(N4_ESTABLISH) | IN(N4_ACTIVATE) | IN(ACTIVE) | IN(N1_REJECT),
	 SESSION_EV_GNB_LOST, nothing},
	{IN(N2_SETUP), SESSION_EV_GNB_LOST, session_step_release_reactivate},
	{IN(N2_RELEASE), SESSION_EV_GNB_LOST, session_step_release_wait_gnb},
	{IN(N2_RELEASE), SESSION_EV_GNB_BACK, session_step_release_again},
	{IN(N1_REJECT), SESSION_EV_GNB_BACK, session_step_reject_now},
	{ESTABLISHING, SESSION_EV_GNB_BACK, nothing},
	{IN(ACTIVE), SESSION_EV_GNB_BACK, session_step_gnb_back},
	{ESTABLISHING, SESSION_EV_UE_IDLE, session_step_idle_midway},
	{IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_UE_IDLE, session_step_detach},
	{IN(ACTIVE), SESSION_EV_UE_IDLE, session_step_user_plane_off},
	{IN(ACTIVE), SESSION_EV_UE_BACK, session_step_user_plane_on},
	{ESTABLISHING | IN(N1_REJECT) | IN(N2_RELEASE), SESSION_EV_UE_BACK, nothing},

	/* handover: what the source gNB was told is for the target */
	{IN(N4_ACTIVATE) | IN(ACTIVE), SESSION_EV_PATH_SWITCH, session_step_path_switch},
	{IN(N2_SETUP), SESSION_EV_PATH_SWITCH, session_step_set_up_at_target},
	{IN(N2_RELEASE), SESSION_EV_PATH_SWITCH, session_step_release_again},
	{IN(N1_REJECT), SESSION_EV_PATH_SWITCH, session_step_reject_now},
	{IN(WAIT_UPF) | IN(N4_ESTABLISH), SESSION_EV_PATH_SWITCH, nothing},

	/* the UPF's part of the end */
	{IN(N4_DELETE), SESSION_EV_UPF_UP, session_step_delete},
	{IN(N4_DELETE), SESSION_EV_TIMER, session_step_delete},
	{IN(N4_DELETE), SESSION_EV_N4_ESTABLISHED, session_step_delete},
	{IN(N4_DELETE), SESSION_EV_N4_MODIFIED, session_step_delete},
	{IN(N4_DELETE), SESSION_EV_N4_MODIFY_FAILED, session_step_modify_failed_deleting},
	{IN(N4_DELETE), SESSION_EV_N4_ESTABLISH_FAILED, session_step_n4_failed_deleting},
	{IN(N4_DELETE), SESSION_EV_N4_DELETE_FAILED, session_step_n4_failed_deleting},
	{IN(N4_DELETE), SESSION_EV_N4_DELETED, session_step_gone},
	{IN(N4_DELETE), SESSION_EV_UPF_RESTARTED, session_step_upf_lost_deleted},
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

	s->upf = anchor_resume(s->ue, s->dnn, s->id);
	if (!s->upf)
		s->upf = anchor_choose(smf, s->supi, s->dnn, s->id);
	s->requested_mono_ns = clock_mono_ns();
	s->upf->sessions++;
	if (n4_overload_sheds(s->upf)) {
		session_undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
		return;
	}
	if (pool_take(&s->upf->pool, &s->address)) {
		smf->counters.drop[SMF_address_pool_empty]++;
		session_undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
		return;
	}
	if (session_set_state(s, SESSION_WAIT_UPF, SMF_ASSOCIATION_WAIT_MS))
		session_undo(s, NAS_SM_INSUFFICIENT_RESOURCES);
	else if (s->upf->associated && !s->upf->leaving)
		session_feed(s, SESSION_EV_UPF_UP, NULL);
}

void session_recover(struct session *s)
{
	for (struct classifier *c = s->classifiers; c; c = c->next)
		classifier_recover(c);
	switch (s->state) {
	case SESSION_WAIT_UPF:
	case SESSION_N4_ESTABLISH:
		s->cause = NAS_SM_NETWORK_FAILURE;
		session_set_state(s, SESSION_N1_REJECT, SMF_GNB_BACK_MS);
		break;
	case SESSION_N1_REJECT:
		smf_timer_start(s->timer, SMF_GNB_BACK_MS);
		break;
	case SESSION_N2_SETUP:
	case SESSION_N4_ACTIVATE:
		/* Who knows of it, and what, is open. With cause 39 the UE, if it has it, asks anew
		 * by itself. */
		session_begin_reactivation(s);
		break;
	case SESSION_N2_RELEASE:
		session_begin_release(s, s->cause, s->pti);
		break;
	case SESSION_ACTIVE:
		/* Whether the UPF has heard of the latest downlink tunnel isn't stored: it is told
		 * again when it is associated. */
		s->n4_dirty = s->n4_end_marker = true;
		s->published = session_public_state(s);
		break;
	default:
		s->published = session_public_state(s); /* nothing new: being deleted */
	}
}
