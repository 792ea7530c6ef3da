/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMF sets (TS 29.244 cl. 5.22): whose sessions an SMF may work on, taking them over, and to whom
 * reports go when their SMF doesn't answer.
 *
 * With MPAS each SMF has an association and tells its set's ID; with SSET the set has one
 * association and tells the addresses that speak for it, which lib/n4 then knows as that peer's.
 */
#ifndef BATON_UPF_SMF_SET_H
#define BATON_UPF_SMF_SET_H

#include "upf/upf.h"

/** upf_smf_set_setup, upf_smf_set_update - what an association request or update says of the set */
void upf_smf_set_setup(struct upf_peer *peer, const struct pfcp_association_setup_request *setup);
/** upf_smf_set_restore - as @set has it */
void upf_smf_set_restore(struct upf_peer *peer, const struct upf_smf_set *set);
void upf_smf_set_update(struct upf_peer *peer,
			const struct pfcp_association_update_request *update);

/** upf_may_control - is @session @peer's, or of another SMF of its set? */
bool upf_may_control(const struct upf *upf, const struct n4_peer *peer,
		     const struct upf_session *session);

/**
 * upf_take_over_check - can @m, from @from, change whose @session is, and by which F-SEID?
 *
 * For the time before a modification is worked on. Return: 0, or -EINVAL with @ret_refusal.
 */
int upf_take_over_check(struct upf *upf, const struct n4_peer *from,
			const struct upf_session *session,
			const struct pfcp_session_modification_request *m,
			struct upf_refusal *ret_refusal);
/** upf_take_over - and do it, once the modification is accepted: what upf_take_over_check()
 * allowed. Nothing where @m says nothing of it */
void upf_take_over(struct upf *upf, struct n4_peer *from, struct upf_session *session,
		   const struct pfcp_session_modification_request *m);

/** upf_hand_over - @peer is going: its sessions become those of an SMF of its set that is there.
 * Return: false: there is none, nothing has changed */
bool upf_hand_over(struct upf_peer *peer);

/**
 * upf_report_send - a Session Report Request of @session's, to whom it concerns: where a Session
 * Set Modification said; else its SMF; where that doesn't answer heartbeats, its alternative
 * addresses, the preferred first, or another SMF of the set
 * @msg: from n4_msg(); its header's SEID, and the Old CP F-SEID where it goes to another, are set
 * here
 *
 * Return: 0; -ENOTCONN: nobody can be told; or of n4_request_send()
 */
int upf_report_send(struct upf *upf, const struct upf_session *session, struct pfcp_msg *msg,
		    n4_done done, void *user);
/** upf_report_possible - is there anybody to be told? */
bool upf_report_possible(const struct upf *upf, const struct upf_session *session);
/** upf_report_answered - what its answer says of sets and of another SMF that has taken over */
void upf_report_answered(struct upf *upf, struct upf_session *session,
			 const struct pfcp_session_report_response *r);

#endif
