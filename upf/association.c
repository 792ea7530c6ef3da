// SPDX-License-Identifier: Apache-2.0
/*
 * Association setup and release (TS 29.244 cl. 6.2.6.2, 6.2.8), and what becomes of an SMF's
 * sessions when it associates anew, restarted or not (cl. 6.2.6.2.2, TS 23.527 cl. 4.3): they are
 * dropped, unless it asks that they be retained (PFCP Session Retention Information). A heartbeat
 * may tell of a restart before the association request comes; the sessions then wait for it, for
 * UPF_RETENTION_WAIT_MS.
 */
#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "lib/log.h"
#include "upf/features.h"
#include "upf/node_report.h"
#include "upf/smf_set.h"
#include "upf/keep.h"

static void on_close_free(uv_handle_t *handle)
{
	free(handle);
}

/* ---- an SMF ---- */

static struct upf_peer *peer_new(struct upf *upf, struct n4_peer *n4)
{
	struct upf_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer->wait = calloc(1, sizeof(*peer->wait));
	if (!peer->wait) {
		free(peer);
		return NULL;
	}
	uv_timer_init(upf->loop, peer->wait);
	peer->wait->data = peer;
	peer->upf = upf;
	peer->n4 = n4;
	n4->user = peer;
	return peer;
}

static void peer_free(struct upf_peer *peer)
{
	uv_close((uv_handle_t *)peer->wait, on_close_free);
	upf_node_report_forget(peer);
	peer->n4->user = NULL;
	free(peer);
}

void upf_peers_stop(struct upf *upf)
{
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p))
		if (p->user)
			peer_free(p->user);
}

/* ---- its sessions ---- */

static bool retained(const struct pfcp_session_retention *r, const struct upf_session *s)
{
	if (r->n_cp_entity == 0)
		return true; /* all of the node's */
	for (size_t i = 0; i < r->n_cp_entity; i++)
		if (r->cp_entity[i].v4 && r->cp_entity[i].ip4.s_addr == s->cp.peer.s_addr)
			return true;
	return false;
}

/* @retention: NULL: all go */
static void sessions_drop(struct upf_peer *peer, const struct pfcp_session_retention *retention,
			  const char *why)
{
	struct upf *upf = peer->upf;
	struct upf_session *s, *tmp;
	size_t dropped = 0, kept = 0;
	char addr[INET_ADDRSTRLEN];

	DL_FOREACH_SAFE(peer->sessions.first, s, tmp)
	{
		if (retention && retained(retention, s)) {
			kept++;
			continue;
		}
		upf_session_remove(upf, s);
		dropped++;
	}
	upf->counter[UPF_LOST_WITH_PEER] += dropped;
	upf->counter[UPF_RETAINED] += kept;
	log_info("n4", "peer=%s what=%s sessions_dropped=%zu sessions_retained=%zu",
		 upf_addr_text(peer->n4->addr, addr), why, dropped, kept);
}

/* The last: the journal may be renewed by it, and then has what there is */
static void peer_forget(struct n4_peer *n4)
{
	struct upf_peer *peer = n4->user;
	struct upf *upf = peer->upf;
	const struct in_addr addr = n4->addr;

	peer_free(peer);
	n4_peer_forget(n4);
	upf_keep_peer_gone(upf, addr);
}

void upf_peer_release(struct n4_peer *n4)
{
	struct upf_peer *peer = n4->user;
	struct upf *upf = peer->upf;

	if (peer->sessions.count)
		sessions_drop(peer, NULL, "released-here");
	peer_forget(n4);
	upf_drain_check(upf);
}

static void on_wait_over(uv_timer_t *timer)
{
	struct upf_peer *peer = timer->data;
	struct n4_peer *n4 = peer->n4;

	/* Others of its set can go on with them (cl. 5.22.3, 7). */
	if (upf_hand_over(peer) && !peer->sessions.count) {
		upf_peer_release(n4);
		return;
	}
	sessions_drop(peer, NULL, "restarted-without-association");
	upf_peer_release(n4);
}

int upf_peer_restore(struct upf *upf, const struct n4_peer_state *state,
		     const struct upf_smf_set *set, struct n4_peer **ret)
{
	struct n4_peer *n4 = n4_peer_find(upf->n4, state->addr);
	struct upf_peer *peer;
	int rc;

	/* the last word counts; it has no sessions yet */
	if (n4)
		upf_peer_release(n4);
	rc = n4_peer_restore(upf->n4, state, &n4);
	if (rc)
		return rc;
	peer = peer_new(upf, n4);
	if (!peer) {
		n4_peer_forget(n4);
		return -ENOMEM;
	}
	upf_smf_set_restore(peer, set);
	if (!state->associated)
		uv_timer_start(peer->wait, on_wait_over, UPF_RETENTION_WAIT_MS, 0);
	*ret = n4;
	return 0;
}

void upf_peer_event(struct n4_peer *n4, enum n4_peer_event event, void *user)
{
	struct upf_peer *peer = n4->user;
	char addr[INET_ADDRSTRLEN];
	const char *text = upf_addr_text(n4->addr, addr);

	switch (event) {
	case N4_PEER_UP:
		log_info("n4", "peer=%s what=answers-again", text);
		break;
	case N4_PEER_LOST:
		/* Its users are still served; it may be the path. */
		log_warn("n4", "peer=%s what=lost sessions=%zu", text, peer->sessions.count);
		upf_drain_check(peer->upf);
		break;
	case N4_PEER_RELEASED: /* the CP role's */
		break;
	case N4_PEER_CONFIRMED:
		upf_keep_peer(peer->upf, n4);
		break;
	case N4_PEER_RESTARTED:
		log_warn("n4", "peer=%s what=restarted sessions=%zu", text, peer->sessions.count);
		uv_timer_start(peer->wait, on_wait_over, UPF_RETENTION_WAIT_MS, 0);
		upf_keep_peer(peer->upf, n4);
		break;
	}
}

void upf_peer_updated(struct n4_peer *n4, const struct pfcp_association_update_request *update,
		      void *user)
{
	upf_deletions_finish(user);
	upf_smf_set_update(n4->user, update);
	upf_keep_peer(user, n4);
}

/* ---- procedures ---- */

/* An SMF that is lost and has no session makes room. Return: whether it did */
static bool forget_if_lost(struct n4_peer *n4)
{
	struct upf_peer *peer = n4->user;

	if (n4->alive || peer->sessions.count)
		return false;
	peer_forget(n4);
	return true;
}

static bool make_room(struct upf *upf)
{
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p))
		if (forget_if_lost(p))
			return true;
	return false;
}

/* A node that has moved to another address gets its Node ID back once nothing is left of it at the
 * old one: whoever takes a name takes nothing with it. Whose address it is gets it at once. */
static bool id_free(struct upf *upf, const struct n4_request *req, const struct pfcp_node_id *id)
{
	struct n4_peer *n4 = n4_peer_find_id(upf->n4, id);

	if (n4 && n4_peer_squats(n4, req->from.sin_addr)) {
		upf_peer_release(n4);
		return true;
	}
	return n4 && forget_if_lost(n4);
}

/* @retained: we know this SMF, and have kept what it wanted kept (PSREI) */
static void setup_accept(struct upf *upf, struct n4_request *req, bool retained)
{
	struct pfcp_msg *answer = n4_msg(upf->n4, PFCP_ASSOCIATION_SETUP_RESPONSE, 0);
	struct pfcp_association_setup_response *r = &answer->association_setup_response;

	r->node_id = *n4_node_id(upf->n4);
	r->cause = PFCP_CAUSE_ACCEPTED;
	r->recovery_time_stamp = n4_node_recovery_time_stamp(upf->n4);
	r->has_up_features = true;
	r->up_features = upf_features();
	r->has_asrsp_flags = retained;
	r->asrsp_flags = PFCP_ASRSP_PSREI;
	if (n4_respond(req, answer))
		log_error("n4", "what=association-setup-response error=encoding");
}

static void setup_refuse(struct upf *upf, struct n4_request *req, uint8_t cause, const char *why)
{
	struct upf_refusal refusal;

	upf_refuse(&refusal, cause, 0, "%s", why);
	upf_refused(upf, req, 0, &refusal);
	n4_respond_cause(req, 0, cause, 0);
}

void upf_association_setup(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_association_setup_request *setup = &msg->association_setup_request;
	struct upf *upf = user;
	struct n4_peer *n4;
	struct upf_peer *peer;
	bool known;
	int rc;
	char addr[INET_ADDRSTRLEN];

	upf_deletions_finish(upf);
	if (upf_draining(upf)) {
		setup_refuse(upf, req, PFCP_CAUSE_NO_RESOURCES, "about to stop");
		return;
	}
	rc = n4_peer_accept(req, setup, &n4, &known);
	if ((rc == -ENOSPC && make_room(upf)) ||
	    (rc == -EADDRINUSE && id_free(upf, req, &setup->node_id)))
		rc = n4_peer_accept(req, setup, &n4, &known);
	if (rc) {
		setup_refuse(upf, req,
			     rc == -EADDRINUSE ? PFCP_CAUSE_REJECTED : PFCP_CAUSE_NO_RESOURCES,
			     rc == -EADDRINUSE ? "the Node ID is associated from another address"
					       : "too many associations");
		return;
	}
	peer = n4->user ? n4->user : peer_new(upf, n4);
	if (!peer) {
		setup_refuse(upf, req, PFCP_CAUSE_NO_RESOURCES, "out of memory");
		n4_peer_forget(n4);
		return;
	}
	log_info("n4", "peer=%s what=associated recovery_time_stamp=%u",
		 upf_addr_text(n4->addr, addr), n4->recovery_time_stamp);
	uv_timer_stop(peer->wait);
	upf_smf_set_setup(peer, setup);
	peer->load_told = peer->overload_told = 0;
	upf_node_report_forget(peer); /* of sessions that are retained it is told again */
	/* Another node at an old one's address can't ask that sessions of that be retained. */
	if (peer->sessions.count)
		sessions_drop(peer, known && setup->has_retention ? &setup->retention : NULL,
			      "associated-anew");
	upf_keep_peer(upf, n4);
	setup_accept(upf, req, known && setup->has_retention);
}

void upf_association_release(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_node_id *id = &msg->association_release_request.node_id;
	struct upf *upf = user;
	struct n4_peer *n4 = req->peer;

	upf_deletions_finish(upf);
	if (!n4 || !n4->associated || !pfcp_node_id_equal(&n4->node_id, id)) {
		setup_refuse(upf, req, PFCP_CAUSE_NO_ASSOCIATION, "not associated");
		return;
	}
	sessions_drop(n4->user, NULL, "released");
	upf_keep_peer_gone(upf, n4->addr); /* before the answer, which needs the peer */
	n4_respond_cause(req, 0, PFCP_CAUSE_ACCEPTED, 0);
	upf_peer_release(n4);
}
