// SPDX-License-Identifier: Apache-2.0
/*
 * Association update, from and to either role (TS 29.244 cl. 6.2.7), and the release, which the CP
 * function alone may ask for (cl. 6.2.8).
 */
#include <errno.h>

#include "lib/n4/node.h"

static bool is_peers(const struct n4_request *req, const struct pfcp_node_id *id)
{
	return req->peer && req->peer->associated && pfcp_node_id_equal(&req->peer->node_id, id);
}

static void features_take(struct n4_peer *peer, const struct pfcp_association_update_request *u)
{
	if (peer->node->config.role == N4_ROLE_CP && u->has_up_features)
		peer->features = u->up_features;
	if (peer->node->config.role == N4_ROLE_UP && u->has_cp_features)
		peer->features = u->cp_features;
}

void n4_association_update(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_association_update_request *update = &msg->association_update_request;
	struct n4_node *node = req->node;
	struct n4_peer *peer = req->peer;

	if (!is_peers(req, &update->node_id)) {
		node->counter[N4_REJECT_NO_ASSOCIATION]++;
		n4_respond_cause(req, 0, PFCP_CAUSE_NO_ASSOCIATION, 0);
		return;
	}
	features_take(peer, update);
	/* Before what follows from it: a release has to come after the answer (cl. 6.2.7.3.2). */
	n4_respond_cause(req, 0, PFCP_CAUSE_ACCEPTED, 0);
	if (node->config.peer_updated)
		node->config.peer_updated(peer, update, node->config.user);
}

struct pfcp_association_update_request *n4_association_updating(struct n4_node *node,
								struct pfcp_msg **ret)
{
	*ret = n4_msg(node, PFCP_ASSOCIATION_UPDATE_REQUEST, 0);
	(*ret)->association_update_request.node_id = node->config.node_id;
	return &(*ret)->association_update_request;
}

/* An UP function that doesn't answer, or refuses, has no association that we would know of. */
static void on_released(int status, const struct pfcp_msg *response, void *user)
{
	struct n4_peer_entry *entry = user;
	struct n4_peer *peer = &entry->pub;

	if (status == -ECANCELED)
		return;
	entry->releasing = false;
	if (!peer->associated)
		return; /* it has restarted meanwhile: being associated anew */
	peer->associated = false;
	entry->known = false;
	entry->retain_sessions = false;
	n4_alarm_stop(peer->node, &entry->heartbeat);
	n4_associate_later(entry, entry->again_ms);
	n4_peer_event(peer, N4_PEER_RELEASED);
}

int n4_peer_release(struct n4_peer *peer, unsigned again_ms)
{
	struct n4_peer_entry *entry = n4_peer_entry(peer);
	struct pfcp_msg *msg;
	int rc;

	if (!peer->associated || entry->releasing)
		return -ENOTCONN;
	msg = n4_msg(peer->node, PFCP_ASSOCIATION_RELEASE_REQUEST, 0);
	msg->association_release_request.node_id = peer->node->config.node_id;
	rc = n4_request_send(peer, msg, on_released, entry);
	if (rc)
		return rc;
	entry->releasing = true;
	entry->again_ms = again_ms;
	return 0;
}
