// SPDX-License-Identifier: Apache-2.0
/* The end of a session: its deletion at the UPF, after UE and gNB are done with it. */
#include <errno.h>

#include "smf-lite/classifier.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/route.h"
#include "smf-lite/session_steps.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

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
void session_detach(struct session *s)
{
	route_idle(s, "it has ended");
	classifiers_end(s);
	s->ue->session[s->id] = NULL;
	s->ue = NULL;
	s->reactivating = false;
	if (s->was_active)
		s->smf->counters.count[SMF_sessions_released]++;
	else
		s->smf->counters.count[SMF_sessions_failed]++;
	session_set_state(s, SESSION_N4_DELETE, 0);
	delete_n4(s);
}

void session_step_detach(struct session *s, const struct session_input *in)
{
	session_detach(s);
}

void session_step_delete(struct session *s, const struct session_input *in)
{
	delete_n4(s);
}

void session_step_gone(struct session *s, const struct session_input *in)
{
	session_gone(s);
}

void session_step_n4_failed_deleting(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_TIMEOUT)
		smf_timer_start(s->timer, SMF_PURGE_RETRY_MS);
	else if (in->n4 == SESSION_N4_UNUSABLE && s->up_seid)
		delete_n4(s);
	else
		session_gone(s); /* the UPF has nothing under these SEIDs, or won't tell its own */
}

void session_step_modify_failed_deleting(struct session *s, const struct session_input *in)
{
	if (in->n4 == SESSION_N4_NOT_FOUND)
		session_gone(s);
	else
		delete_n4(s);
}

void session_step_upf_lost_deleted(struct session *s, const struct session_input *in)
{
	s->up_seid = 0;
	if (!s->n4_busy)
		session_gone(s);
}
