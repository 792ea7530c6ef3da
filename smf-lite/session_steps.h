/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the table in session.c does on an event: one step each, grouped as a session lives:
 * session_establish.c, session_active.c, session_release.c, session_delete.c. Inside the session
 * module only.
 */
#ifndef BATON_SMF_SESSION_STEPS_H
#define BATON_SMF_SESSION_STEPS_H

#include "smf-lite/session.h"

/**
 * session_set_state - enter a state: saved, then told to those who listen
 * @timer_ms: until SESSION_EV_TIMER; 0: none
 *
 * Return: 0 or -EIO: not saved, so that nobody may be told of it
 */
int session_set_state(struct session *s, enum session_state state, unsigned timer_ms);

/** session_detach - UE and gNB are done with it, or can't be reached any more; the UPF's part
 * follows. May free it */
void session_detach(struct session *s);

/** session_undo - an establishment has failed: the UE is told why, what was made is unmade. May
 * free it */
void session_undo(struct session *s, uint8_t cause);

/** session_begin_release - at UE and gNB; @pti: of the UE's request, 0: it is the network's wish.
 * May free it */
void session_begin_release(struct session *s, uint8_t cause, uint8_t pti);

/** session_begin_reactivation - with cause 39, upon which the UE asks for it again: anchored where
 * it is (anchor.h). May free it */
void session_begin_reactivation(struct session *s);

/**
 * session_update_n4 - bring the UPF in line with what we know: the downlink tunnel, or all if it
 * has lost the session
 *
 * While a request is under way it is only noted (n4_dirty). Return: 0 or what n4_request_send()
 * says
 */
int session_update_n4(struct session *s);

/** session_lost_at_upf - the UPF has nothing under our SEID, but for what a request under way may
 * still make there */
void session_lost_at_upf(struct session *s);

/* The steps; each may free the session. */

/* session_establish.c */
void session_step_reject_now(struct session *s, const struct session_input *in);
void session_step_undo_by_rest(struct session *s, const struct session_input *in);
void session_step_upf_missing(struct session *s, const struct session_input *in);
void session_step_establish_n4(struct session *s, const struct session_input *in);
void session_step_n4_established(struct session *s, const struct session_input *in);
void session_step_n4_not_established(struct session *s, const struct session_input *in);
void session_step_n2_set_up(struct session *s, const struct session_input *in);
void session_step_n2_not_set_up(struct session *s, const struct session_input *in);
void session_step_n2_timer(struct session *s, const struct session_input *in);
void session_step_n4_activated(struct session *s, const struct session_input *in);
void session_step_n4_not_activated(struct session *s, const struct session_input *in);

/* session_active.c */
void session_step_upf_lost_it(struct session *s, const struct session_input *in);
void session_step_restore(struct session *s, const struct session_input *in);
void session_step_restored(struct session *s, const struct session_input *in);
void session_step_not_restored(struct session *s, const struct session_input *in);
void session_step_modified(struct session *s, const struct session_input *in);
void session_step_not_modified(struct session *s, const struct session_input *in);
void session_step_active_timer(struct session *s, const struct session_input *in);
void session_step_user_plane_off(struct session *s, const struct session_input *in);
void session_step_user_plane_on(struct session *s, const struct session_input *in);
void session_step_gnb_back(struct session *s, const struct session_input *in);
void session_step_path_switch(struct session *s, const struct session_input *in);
void session_step_set_up_at_target(struct session *s, const struct session_input *in);
void session_step_idle_midway(struct session *s, const struct session_input *in);

/* session_release.c */
void session_step_release(struct session *s, const struct session_input *in);
void session_step_release_requested(struct session *s, const struct session_input *in);
void session_step_move(struct session *s, const struct session_input *in);
void session_step_error_indication(struct session *s, const struct session_input *in);
void session_step_release_midway(struct session *s, const struct session_input *in);
void session_step_release_reactivate(struct session *s, const struct session_input *in);
void session_step_gnb_released(struct session *s, const struct session_input *in);
void session_step_ue_released(struct session *s, const struct session_input *in);
void session_step_release_timer(struct session *s, const struct session_input *in);
void session_step_release_again(struct session *s, const struct session_input *in);
void session_step_release_wait_gnb(struct session *s, const struct session_input *in);
void session_step_local_release(struct session *s, const struct session_input *in);

/* session_delete.c */
void session_step_detach(struct session *s, const struct session_input *in);
void session_step_delete(struct session *s, const struct session_input *in);
void session_step_gone(struct session *s, const struct session_input *in);
void session_step_n4_failed_deleting(struct session *s, const struct session_input *in);
void session_step_modify_failed_deleting(struct session *s, const struct session_input *in);
void session_step_upf_lost_deleted(struct session *s, const struct session_input *in);

#endif
