// SPDX-License-Identifier: Apache-2.0
/* Release of a session at UE and gNB: TS 23.502 cl. 4.3.4, TS 24.501 cl. 6.3.3. */

#include "lib/log.h"
#include "smf-lite/anchor.h"
#include "smf-lite/route.h"
#include "smf-lite/session_steps.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

/* T3592, TS 24.501 cl. 6.3.3 */
static void send_release(struct session *s)
{
	struct nas_message msg;

	if (!ue_connected(s->ue)) {
		if (s->ue->gnb)
			smf_timer_start(s->timer, SMF_GNB_BACK_MS);
		else
			session_detach(
				s); /* CM-IDLE: the UE learns of it by its next registration */
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

void session_begin_release(struct session *s, uint8_t cause, uint8_t pti)
{
	log_info("session", "ue=%s session=%u seid=%#llx what=release cause=%u", s->supi, s->id,
		 (unsigned long long)s->cp_seid, cause);
	route_idle(s, "it is being released");
	s->cause = cause;
	s->pti = pti;
	s->gnb_done = !s->n2_sent;
	s->ue_done = false;
	s->tries = 0;
	s->reactivating = false;
	session_set_state(s, SESSION_N2_RELEASE, 0);
	send_release(s);
}

void session_begin_reactivation(struct session *s)
{
	anchor_note_lost(s);
	session_begin_release(s, NAS_SM_REACTIVATION_REQUESTED, 0);
}

void session_step_release(struct session *s, const struct session_input *in)
{
	session_begin_release(s, in->cause, 0);
}

void session_step_release_requested(struct session *s, const struct session_input *in)
{
	session_begin_release(s, NAS_SM_REGULAR_DEACTIVATION, in->pti);
}

/* TS 23.527 cl. 5.3.3.1 would have the AMF set the user plane up anew by a service request; there
 * is none in Baton: with cause 39 the UE asks for the session again by itself. */
void session_step_error_indication(struct session *s, const struct session_input *in)
{
	s->smf->counters.count[SMF_error_indications]++;
	session_begin_reactivation(s);
}

/* Its anchor is going to stop. The UE asks for the session again, and gets another anchor: that the
 * old one is not taken is anchor.c's. */
void session_step_move(struct session *s, const struct session_input *in)
{
	s->smf->counters.count[SMF_sessions_moved]++;
	session_begin_release(s, NAS_SM_REACTIVATION_REQUESTED, 0);
}

void session_step_release_midway(struct session *s, const struct session_input *in)
{
	session_begin_release(s, NAS_SM_NETWORK_FAILURE, 0);
}

void session_step_release_reactivate(struct session *s, const struct session_input *in)
{
	session_begin_reactivation(s);
}

static void released_somewhere(struct session *s)
{
	if (s->gnb_done && s->ue_done)
		session_detach(s);
}

void session_step_gnb_released(struct session *s, const struct session_input *in)
{
	s->gnb_done = true;
	s->n2_sent = false;
	released_somewhere(s);
}

void session_step_ue_released(struct session *s, const struct session_input *in)
{
	s->ue_done = true;
	released_somewhere(s);
}

void session_step_release_timer(struct session *s, const struct session_input *in)
{
	bool given_up = !ue_connected(s->ue) || ++s->tries >= SMF_NAS_TRIES;
	struct nas_message msg;

	if (given_up) { /* cl. 6.3.3.5 b: released locally */
		log_warn("session", "ue=%s session=%u what=release-unanswered gnb=%d ue=%d",
			 s->supi, s->id, s->gnb_done, s->ue_done);
		session_detach(s);
		return;
	}
	if (!s->ue_done) {
		session_n1_release_command(s, &msg);
		ue_send_sm(s->ue, &msg);
	}
	smf_timer_start(s->timer, SMF_T3592_MS);
}

void session_step_release_again(struct session *s, const struct session_input *in)
{
	s->tries = 0;
	s->gnb_done = !s->n2_sent;
	send_release(s);
}

void session_step_release_wait_gnb(struct session *s, const struct session_input *in)
{
	smf_timer_start(s->timer, SMF_GNB_BACK_MS);
}

/* The UE is without the session; the gNB may still have its resources. */
void session_step_local_release(struct session *s, const struct session_input *in)
{
	/* in N2_RELEASE the gNB has its command already */
	if (s->n2_sent && s->state != SESSION_N2_RELEASE && ue_connected(s->ue))
		session_n2_release(s, false);
	/* in N2_RELEASE somebody has asked for its end */
	if (s->state != SESSION_N2_RELEASE && s->state != SESSION_N1_REJECT)
		anchor_note_lost(s);
	session_detach(s);
}
