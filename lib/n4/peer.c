// SPDX-License-Identifier: Apache-2.0
/*
 * Peers: who they are, heartbeats to them (TS 29.244 cl. 6.2.2), and how their restart is noticed
 * (TS 23.527 cl. 4.2: another recovery time stamp). Any other stamp counts, not only a later one: a
 * machine whose clock was set back restarts too.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/n4/node.h"

struct n4_peer_entry *n4_peer_entry(struct n4_peer *peer)
{
	return n4_container(peer, struct n4_peer_entry, pub);
}

struct n4_peer *n4_peer_find(struct n4_node *node, struct in_addr addr)
{
	struct n4_peer_entry *entry;

	HASH_FIND(hh, node->peers, &addr, sizeof(addr), entry);
	return entry ? &entry->pub : NULL;
}

struct n4_peer *n4_peer_next(struct n4_node *node, struct n4_peer *after)
{
	struct n4_peer_entry *entry = after ? n4_peer_entry(after)->hh.next : node->peers;

	return entry ? &entry->pub : NULL;
}

size_t n4_peer_count(const struct n4_node *node)
{
	return HASH_COUNT(node->peers);
}

void n4_peer_event(struct n4_peer *peer, enum n4_peer_event event)
{
	struct n4_node *node = peer->node;

	if (node->config.peer_event && !node->closing)
		node->config.peer_event(peer, event, node->config.user);
}

/* The peer lives, with the state that we know */
static void peer_alive(struct n4_peer *peer)
{
	bool was_lost = peer->associated && !peer->alive;

	peer->alive = true;
	if (was_lost)
		n4_peer_event(peer, N4_PEER_UP);
}

void n4_peer_restarted(struct n4_peer *peer)
{
	struct n4_peer_entry *entry = n4_peer_entry(peer);

	peer->associated = false;
	peer->alive = true;
	n4_alarm_stop(peer->node, &entry->heartbeat);
	n4_incoming_flush(peer->node, peer->addr);
	if (entry->connect)
		n4_associate_begin(entry);
	n4_peer_event(peer, N4_PEER_RESTARTED);
}

void n4_peer_stamp_seen(struct n4_peer *peer, uint32_t stamp)
{
	struct n4_peer_entry *entry = n4_peer_entry(peer);

	if (entry->known && peer->recovery_time_stamp != stamp) {
		peer->recovery_time_stamp = stamp;
		if (peer->associated)
			n4_peer_restarted(peer);
		return;
	}
	peer_alive(peer);
}

static void on_heartbeat_done(int status, const struct pfcp_msg *response, void *user)
{
	struct n4_peer_entry *entry = user;
	struct n4_peer *peer = &entry->pub;

	if (status == -ECANCELED)
		return;
	/* Set before the events: with them, the peer may end. */
	if (peer->associated)
		n4_peer_heartbeats_start(entry);
	if (!status) {
		n4_peer_stamp_seen(peer, response->heartbeat_response.recovery_time_stamp);
	} else if (peer->associated && peer->alive) {
		peer->alive = false;
		n4_peer_event(peer, N4_PEER_LOST);
	}
}

static void on_heartbeat_time(struct n4_node *node, struct n4_alarm *alarm)
{
	struct n4_peer_entry *entry = n4_container(alarm, struct n4_peer_entry, heartbeat);
	struct pfcp_msg *msg = n4_msg(node, PFCP_HEARTBEAT_REQUEST, 0);

	msg->heartbeat_request.recovery_time_stamp = node->recovery_time_stamp;
	if (n4_request_send(&entry->pub, msg, on_heartbeat_done, entry))
		n4_peer_heartbeats_start(entry); /* too much to do: next time */
}

void n4_peer_heartbeats_start(struct n4_peer_entry *entry)
{
	struct n4_node *node = entry->pub.node;

	if (node->config.timers.heartbeat_ms)
		n4_alarm_set(node, &entry->heartbeat, node->config.timers.heartbeat_ms);
}

int n4_peer_new(struct n4_node *node, struct in_addr addr, struct n4_peer_entry **ret_entry)
{
	struct n4_peer_entry *entry;

	if (HASH_COUNT(node->peers) >= N4_PEERS_MAX)
		return -ENOSPC;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->pub.node = node;
	entry->pub.addr = addr;
	entry->heartbeat.ring = on_heartbeat_time;
	HASH_ADD(hh, node->peers, pub.addr, sizeof(entry->pub.addr), entry);
	*ret_entry = entry;
	return 0;
}

/* Whether another address has that Node ID in an association */
static bool node_id_taken(struct n4_node *node, const struct pfcp_node_id *id, struct in_addr addr)
{
	struct n4_peer_entry *entry, *tmp;

	HASH_ITER (hh, node->peers, entry, tmp) {
		if (entry->pub.associated && entry->pub.addr.s_addr != addr.s_addr &&
		    pfcp_node_id_equal(&entry->pub.node_id, id))
			return true;
	}
	return false;
}

int n4_peer_accept(struct n4_request *req, const struct pfcp_association_setup_request *setup,
		   struct n4_peer **ret_peer, bool *ret_restarted)
{
	struct n4_node *node = req->node;
	struct n4_peer_entry *entry = req->peer ? n4_peer_entry(req->peer) : NULL;
	struct n4_peer *peer;
	int rc = 0;

	if (node_id_taken(node, &setup->node_id, req->from.sin_addr))
		return -EADDRINUSE;
	if (!entry)
		rc = n4_peer_new(node, req->from.sin_addr, &entry);
	if (rc)
		return rc;
	peer = &entry->pub;
	*ret_restarted = entry->known && (peer->recovery_time_stamp != setup->recovery_time_stamp ||
					  !pfcp_node_id_equal(&peer->node_id, &setup->node_id));
	if (*ret_restarted)
		n4_incoming_flush(node, peer->addr);
	entry->known = true;
	peer->node_id = setup->node_id;
	peer->recovery_time_stamp = setup->recovery_time_stamp;
	peer->features = setup->has_cp_features ? setup->cp_features : 0;
	peer->associated = true;
	peer->alive = true;
	req->peer = peer;
	n4_peer_heartbeats_start(entry);
	*ret_peer = peer;
	return 0;
}

static void peer_free(struct n4_node *node, struct n4_peer_entry *entry)
{
	n4_alarm_stop(node, &entry->heartbeat);
	n4_alarm_stop(node, &entry->retry);
	HASH_DEL(node->peers, entry);
	free(entry);
}

void n4_peer_forget(struct n4_peer *peer)
{
	struct n4_node *node = peer->node;
	struct n4_peer_entry *entry = n4_peer_entry(peer);

	entry->connect = false;
	peer->associated = false;
	n4_outgoing_cancel(node, peer);
	n4_incoming_forget_peer(node, peer);
	peer_free(node, entry);
}

void n4_peers_done(struct n4_node *node)
{
	struct n4_peer_entry *entry, *tmp;

	HASH_ITER (hh, node->peers, entry, tmp)
		peer_free(node, entry);
}
