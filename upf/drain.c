// SPDX-License-Identifier: Apache-2.0
/*
 * A UPF that stops tells its SMFs first (TS 29.244 cl. 5.8.2, 6.2.7.3): an Association Update
 * Request with SARR and the time that is left. From then on it takes no new association and no new
 * session. It is done when every SMF has released its association; what isn't released in time is
 * released here (cl. 6.2.7.3.1), as is at once the association of an SMF that has no session, and
 * doesn't understand or answer.
 * Sessions of an SMF that is lost are served until the end, and not waited for.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/log.h"
#include "upf/upf.h"

static void on_close_free(uv_handle_t *handle)
{
	free(handle);
}

static void finish(struct upf *upf)
{
	void (*done)(void *user) = upf->drain.done;

	uv_timer_stop(upf->drain.timer);
	upf->drain.done = NULL;
	if (done)
		done(upf->drain.user);
}

/* Somebody who is there, and has not released the association */
static bool waited_for(const struct n4_peer *peer)
{
	return peer->associated && peer->alive;
}

void upf_drain_check(struct upf *upf)
{
	if (!upf->drain.timer)
		return;
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p))
		if (waited_for(p))
			return;
	finish(upf);
}

static void on_time(uv_timer_t *timer)
{
	struct upf *upf = timer->data;

	log_warn("n4", "what=drain-over associations=%zu sessions=%zu", n4_peer_count(upf->n4),
		 upf->sessions.count);
	for (struct n4_peer *p; (p = n4_peer_next(upf->n4, NULL));)
		upf_peer_release(p);
	finish(upf);
}

static void on_told(int status, const struct pfcp_msg *response, void *user)
{
	struct n4_peer *n4 = user;
	struct upf_peer *peer;

	if (status == -ECANCELED)
		return;
	upf_deletions_finish(((struct upf_peer *)n4->user)->upf);
	if (!status && response->association_update_response.cause == PFCP_CAUSE_ACCEPTED)
		return;
	peer = n4->user;
	if (!peer->sessions.count)
		upf_peer_release(n4);
}

/* The period goes in steps of 2 s, of a minute and of ten over the wire (cl. 8.2.78), rounded up:
 * an SMF may take as long as it was told. */
static unsigned period_told(unsigned s)
{
	const unsigned step = s <= 62 ? 2 : s <= 31 * 60 ? 60 : 600;

	return (s + step - 1) / step * step;
}

static void tell(struct n4_peer *peer, unsigned period_s)
{
	struct pfcp_msg *msg;
	struct pfcp_association_update_request *u = n4_association_updating(peer->node, &msg);

	u->has_release_request = true;
	u->release_request = PFCP_RELEASE_SARR;
	u->has_graceful_release = true;
	u->graceful_release_s = period_s;
	if (n4_request_send(peer, msg, on_told, peer))
		log_warn("n4", "what=drain error=\"too many requests without an answer\"");
}

int upf_drain(struct upf *upf, unsigned period_s, void (*done)(void *user), void *user)
{
	if (upf->drain.timer)
		return -EALREADY;
	upf->drain.timer = calloc(1, sizeof(*upf->drain.timer));
	if (!upf->drain.timer)
		return -ENOMEM;
	uv_timer_init(upf->loop, upf->drain.timer);
	upf->drain.timer->data = upf;
	upf->drain.done = done;
	upf->drain.user = user;
	period_s = period_told(period_s);
	log_info("n4", "what=drain period_s=%u associations=%zu sessions=%zu", period_s,
		 n4_peer_count(upf->n4), upf->sessions.count);
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p))
		if (waited_for(p))
			tell(p, period_s);
	uv_timer_start(upf->drain.timer, on_time, period_s * 1000ULL, 0);
	upf_drain_check(upf);
	return 0;
}

void upf_drain_stop(struct upf *upf)
{
	if (upf->drain.timer)
		uv_close((uv_handle_t *)upf->drain.timer, on_close_free);
	upf->drain = (struct upf_drain){0};
}
