// SPDX-License-Identifier: Apache-2.0
/*
 * Peers: who they are, heartbeats to them (TS 29.244 cl. 6.2.2), and how their restart is noticed
 * (TS 23.527 cl. 4.2: another recovery time stamp). Any other stamp counts, not only a later one: a
 * machine whose clock was set back restarts too.
 *
 * A restart costs all of a peer's sessions, so one datagram from whoever writes its address as the
 * source must not make one up. Heartbeat Requests are answered to anybody (cl. 6.2.2.2), from any
 * port, and are not proof: one that shows another stamp, or that comes from a peer which is lost,
 * is a claim, and the peer is asked by a heartbeat of ours, to its address and port. Its answer,
 * which has to match our sequence number, decides; where nobody answers N1 times, nobody
 * contradicts the claim either, and it is believed. The stamp of an association is not compared at
 * all (cl. 7.4.4.1, NOTE), only kept until the first answer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

struct n4_peer *n4_peer_of_source(struct n4_node *node, struct in_addr addr)
{
	struct n4_peer *peer = n4_peer_find(node, addr);
	struct n4_alias *alias;

	if (peer)
		return peer;
	HASH_FIND(hh, node->aliases, &addr, sizeof(addr), alias);
	return alias ? &alias->entry->pub : NULL;
}

void n4_peer_aliases(struct n4_peer *peer, const struct in_addr *addrs, size_t count)
{
	struct n4_node *node = peer->node;
	struct n4_peer_entry *entry = n4_peer_entry(peer);

	while (entry->alias_count)
		HASH_DEL(node->aliases, &entry->alias[--entry->alias_count]);
	for (size_t i = 0; i < count && entry->alias_count < N4_ALIASES_MAX; i++) {
		struct n4_alias *alias = &entry->alias[entry->alias_count];

		if (n4_peer_of_source(node, addrs[i]))
			continue;
		alias->addr = addrs[i];
		alias->entry = entry;
		HASH_ADD(hh, node->aliases, addr, sizeof(alias->addr), alias);
		entry->alias_count++;
	}
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

/* From an answer to us. The peer may be gone after it. */
static void stamp_told(struct n4_peer_entry *entry, uint32_t stamp)
{
	struct n4_peer *peer = &entry->pub;
	const bool first = !entry->stamp_confirmed;
	const bool changed = !first && peer->recovery_time_stamp != stamp;

	if (!changed && entry->has_claim && entry->claim != stamp)
		peer->node->counter[N4_STAMP_REFUTED]++;
	entry->has_claim = false;
	entry->stamp_confirmed = true;
	peer->recovery_time_stamp = stamp;
	if (first && peer->associated)
		n4_peer_event(peer, N4_PEER_CONFIRMED);
	if (changed && peer->associated)
		n4_peer_restarted(peer);
	else
		peer_alive(peer);
}

static void not_answered(struct n4_peer_entry *entry)
{
	struct n4_peer *peer = &entry->pub;

	if (entry->has_claim) {
		entry->has_claim = false;
		peer->recovery_time_stamp = entry->claim;
		if (peer->associated)
			n4_peer_restarted(peer);
	} else if (peer->associated && peer->alive) {
		peer->alive = false;
		n4_peer_event(peer, N4_PEER_LOST);
	}
}

static void on_heartbeat_done(int status, const struct pfcp_msg *response, void *user)
{
	struct n4_peer_entry *entry = user;

	if (status == -ECANCELED)
		return;
	entry->asked = false;
	/* Set before the events: with them, the peer may end. */
	if (entry->pub.associated)
		n4_peer_heartbeats_start(entry);
	/* Said to a former life, or in one: it may have crossed the new association. */
	if (entry->asked_life != entry->life)
		return;
	if (status)
		not_answered(entry);
	else
		stamp_told(entry, response->heartbeat_response.recovery_time_stamp);
}

/* Return: 0, also if it is being asked already */
static int ask(struct n4_peer_entry *entry)
{
	struct n4_node *node = entry->pub.node;
	struct pfcp_msg *msg;
	int rc;

	if (entry->asked)
		return 0;
	msg = n4_msg(node, PFCP_HEARTBEAT_REQUEST, 0);
	msg->heartbeat_request.recovery_time_stamp = node->recovery_time_stamp;
	rc = n4_request_send(&entry->pub, msg, on_heartbeat_done, entry);
	if (rc)
		return rc;
	n4_alarm_stop(node, &entry->heartbeat); /* the answer sets it */
	entry->asked = true;
	entry->asked_life = entry->life;
	return 0;
}

bool n4_peer_stamp_claimed(struct n4_peer *peer, uint32_t stamp)
{
	struct n4_peer_entry *entry = n4_peer_entry(peer);
	const bool differs = entry->known && peer->recovery_time_stamp != stamp;

	if (!peer->associated || (!differs && peer->alive))
		return differs && entry->stamp_confirmed;
	if (differs) {
		peer->node->counter[N4_STAMP_CLAIMED]++;
		entry->has_claim = true;
		entry->claim = stamp;
	}
	(void)ask(entry); /* too much to do: the next claim or heartbeat asks */
	return differs && entry->stamp_confirmed;
}

static void on_heartbeat_time(struct n4_node *node, struct n4_alarm *alarm)
{
	struct n4_peer_entry *entry = n4_container(alarm, struct n4_peer_entry, heartbeat);

	if (ask(entry))
		n4_peer_heartbeats_start(entry); /* too much to do: next time */
}

void n4_peer_heartbeats_start(struct n4_peer_entry *entry)
{
	struct n4_node *node = entry->pub.node;

	if (node->config.timers.heartbeat_ms)
		n4_alarm_set(node, &entry->heartbeat, node->config.timers.heartbeat_ms);
}

/* The last one of its peer's takes its place. */
static void alias_drop(struct n4_node *node, struct in_addr addr)
{
	struct n4_alias *alias, *last;

	HASH_FIND(hh, node->aliases, &addr, sizeof(addr), alias);
	if (!alias)
		return;
	HASH_DEL(node->aliases, alias);
	last = &alias->entry->alias[--alias->entry->alias_count];
	if (last == alias)
		return;
	HASH_DEL(node->aliases, last);
	alias->addr = last->addr;
	HASH_ADD(hh, node->aliases, addr, sizeof(alias->addr), alias);
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
	alias_drop(node, addr);
	entry->heartbeat.ring = on_heartbeat_time;
	HASH_ADD(hh, node->peers, pub.addr, sizeof(entry->pub.addr), entry);
	*ret_entry = entry;
	return 0;
}

struct n4_peer *n4_peer_find_id(struct n4_node *node, const struct pfcp_node_id *id)
{
	struct n4_peer_entry *entry, *tmp;

	HASH_ITER (hh, node->peers, entry, tmp) {
		if (entry->known && pfcp_node_id_equal(&entry->pub.node_id, id))
			return &entry->pub;
	}
	return NULL;
}

bool n4_peer_squats(const struct n4_peer *peer, struct in_addr from)
{
	return peer->node_id.type == PFCP_NODE_IP4 && peer->node_id.ip4.s_addr == from.s_addr &&
	       peer->addr.s_addr != from.s_addr;
}

/* Its stamp is to be known before it makes sessions, so the first heartbeat is not put off. */
static void heartbeat_soon(struct n4_peer_entry *entry)
{
	const struct n4_timers *timers = &entry->pub.node->config.timers;

	if (timers->heartbeat_ms)
		n4_alarm_set(entry->pub.node, &entry->heartbeat, timers->retry_min_ms);
}

int n4_peer_accept(struct n4_request *req, const struct pfcp_association_setup_request *setup,
		   struct n4_peer **ret_peer, bool *ret_known)
{
	struct n4_node *node = req->node;
	/* not req->peer: an alias that associates is a peer of its own */
	struct n4_peer *here = n4_peer_find(node, req->from.sin_addr);
	struct n4_peer *peer = n4_peer_find_id(node, &setup->node_id);
	struct n4_peer_entry *entry = here ? n4_peer_entry(here) : NULL;
	int rc = 0;

	if (peer && peer != here)
		return -EADDRINUSE;
	*ret_known = peer != NULL;
	if (!entry)
		rc = n4_peer_new(node, req->from.sin_addr, &entry);
	if (rc)
		return rc;
	peer = &entry->pub;
	n4_incoming_flush(node, peer->addr);
	entry->known = true;
	entry->life++;
	entry->stamp_confirmed = false;
	entry->has_claim = false;
	peer->node_id = setup->node_id;
	peer->recovery_time_stamp = setup->recovery_time_stamp;
	peer->features = setup->has_cp_features ? setup->cp_features : 0;
	peer->associated = true;
	peer->alive = true;
	req->peer = peer;
	heartbeat_soon(entry);
	*ret_peer = peer;
	return 0;
}

void n4_peer_save(const struct n4_peer *peer, struct n4_peer_state *ret)
{
	const struct n4_peer_entry *entry = n4_peer_entry((struct n4_peer *)peer);

	memset(ret, 0, sizeof(*ret));
	ret->addr = peer->addr;
	ret->recovery_time_stamp = peer->recovery_time_stamp;
	ret->stamp_confirmed = entry->stamp_confirmed;
	ret->associated = peer->associated;
	ret->features = peer->features;
	ret->node_id = peer->node_id;
}

int n4_peer_restore(struct n4_node *node, const struct n4_peer_state *state,
		    struct n4_peer **ret_peer)
{
	struct n4_peer_entry *entry;
	int rc;

	if (n4_peer_find(node, state->addr))
		return -EEXIST;
	rc = n4_peer_new(node, state->addr, &entry);
	if (rc)
		return rc;
	entry->known = true;
	entry->life++;
	entry->stamp_confirmed = state->stamp_confirmed;
	entry->pub.node_id = state->node_id;
	entry->pub.recovery_time_stamp = state->recovery_time_stamp;
	entry->pub.features = state->features;
	entry->pub.associated = state->associated;
	entry->pub.alive = true;
	if (state->associated)
		heartbeat_soon(entry);
	*ret_peer = &entry->pub;
	return 0;
}

static void peer_free(struct n4_node *node, struct n4_peer_entry *entry)
{
	n4_alarm_stop(node, &entry->heartbeat);
	n4_alarm_stop(node, &entry->retry);
	n4_peer_aliases(&entry->pub, NULL, 0);
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
