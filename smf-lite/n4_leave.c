// SPDX-License-Identifier: Apache-2.0
/*
 * A UPF that is going to stop asks for its association's release, mostly with a time that is left
 * (TS 29.244 cl. 6.2.7.3): it gets no new session from then on, its sessions are released with
 * cause 39 (reactivation requested), so that their UEs ask again and are anchored elsewhere, and
 * when the last one is deleted there, or the time is nearly over, the association is released
 * (cl. 6.2.8).
 */
#include <errno.h>

#include "lib/log.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session.h"
#include "smf-lite/timer.h"

enum {
	/* without a Graceful Release Period: "as soon as possible", which is when UEs and gNBs that
	   answer at all have done so */
	ASAP_MS = 1000,
	/* before the end of a Graceful Release Period: for the release itself, sent twice */
	MARGIN_MS = 1500,
	LEAVE_MAX_S = 86400, /* one without end is waited for so long */
};

static void release(struct upf *upf)
{
	int err = n4_peer_release(upf->peer, SMF_UPF_AGAIN_MS);

	smf_timer_stop(upf->leave);
	if (!err || err == -ENOTCONN)
		return;
	log_warn("n4", "upf=%s what=release-failed error=%d", upf->config->name, err);
	smf_timer_start(upf->leave, SMF_UPF_AGAIN_MS);
}

static void on_time(void *user)
{
	struct upf *upf = user;

	log_warn("n4", "upf=%s what=release-in-time sessions=%zu", upf->config->name,
		 upf->sessions);
	release(upf);
}

int n4_leave_init(struct upf *upf)
{
	upf->leave = smf_timer_new(upf->client->smf->loop, on_time, upf);
	return upf->leave ? 0 : -ENOMEM;
}

void n4_leave_done(struct upf *upf)
{
	smf_timer_free(upf->leave);
	upf->leave = NULL;
}

static unsigned time_left_ms(const struct pfcp_association_update_request *u)
{
	uint32_t s = u->has_graceful_release ? u->graceful_release_s : 0;

	if (s > LEAVE_MAX_S)
		s = LEAVE_MAX_S;
	return s * 1000 > MARGIN_MS + ASAP_MS ? s * 1000 - MARGIN_MS : ASAP_MS;
}

void n4_leave_asked(struct upf *upf, const struct pfcp_association_update_request *u)
{
	const uint8_t flags = u->has_release_request ? u->release_request : 0;

	if (!(flags & (PFCP_RELEASE_SARR | PFCP_RELEASE_URSS)))
		return;
	log_warn("n4", "upf=%s what=leaving sessions=%zu period_s=%u", upf->config->name,
		 upf->sessions, u->has_graceful_release ? u->graceful_release_s : 0);
	if (!upf->leaving)
		upf->client->smf->counters.count[SMF_upf_departures]++;
	upf->leaving = true;
	smf_timer_start(upf->leave, time_left_ms(u));
	/* URSS: all that it had to say of its sessions it has said, they are gone (cl. 5.18.1). */
	if (flags & PFCP_RELEASE_URSS)
		release(upf);
	else
		session_feed_upf(upf->client->smf, upf, SESSION_EV_UPF_LEAVING);
	n4_leave_session_gone(upf);
}

void n4_leave_session_gone(struct upf *upf)
{
	if (upf->leaving && !upf->sessions && upf->peer)
		release(upf);
}

void n4_leave_over(struct upf *upf)
{
	smf_timer_stop(upf->leave);
	upf->leaving = false;
}
