// SPDX-License-Identifier: Apache-2.0
/*
 * The CP function's side of an association (TS 29.244 cl. 6.2.6.2, 6.2.8): asked for until it is
 * there, then a heartbeat, then N4_PEER_UP. The heartbeat comes first because only what it says
 * is a recovery time stamp to go by (cl. 7.4.4.2, NOTE), and because some UP functions (open5gs)
 * would take sessions that were set up before it for a restarted CP function's old ones.
 */
#include <errno.h>
#include <string.h>

#include "lib/n4/node.h"

static void associate_try(struct n4_peer_entry *entry);

static void associate_failed(struct n4_peer_entry *entry, unsigned wait_ms)
{
	const struct n4_timers *timers = &entry->pub.node->config.timers;

	entry->backoff_ms *= 2;
	if (entry->backoff_ms > timers->retry_max_ms)
		entry->backoff_ms = timers->retry_max_ms;
	n4_alarm_set(entry->pub.node, &entry->retry, wait_ms);
}

static void on_retry(struct n4_node *node, struct n4_alarm *alarm)
{
	associate_try(n4_container(alarm, struct n4_peer_entry, retry));
}

static void on_first_heartbeat(int status, const struct pfcp_msg *response, void *user)
{
	struct n4_peer_entry *entry = user;
	struct n4_peer *peer = &entry->pub;

	if (status == -ECANCELED || !entry->connect)
		return;
	if (status) {
		associate_failed(entry, status == -ETIMEDOUT ? 0 : entry->backoff_ms);
		return;
	}
	peer->recovery_time_stamp = response->heartbeat_response.recovery_time_stamp;
	entry->stamp_confirmed = true;
	entry->life++;
	entry->associating = false;
	peer->associated = true;
	peer->alive = true;
	n4_peer_heartbeats_start(entry);
	n4_peer_event(peer, N4_PEER_UP);
}

static void heartbeat_first(struct n4_peer_entry *entry)
{
	struct n4_node *node = entry->pub.node;
	struct pfcp_msg *msg = n4_msg(node, PFCP_HEARTBEAT_REQUEST, 0);

	msg->heartbeat_request.recovery_time_stamp = node->recovery_time_stamp;
	if (n4_request_send(&entry->pub, msg, on_first_heartbeat, entry))
		associate_failed(entry, entry->backoff_ms);
}

static void on_setup_done(int status, const struct pfcp_msg *response, void *user)
{
	struct n4_peer_entry *entry = user;
	const struct pfcp_association_setup_response *setup;

	if (status == -ECANCELED || !entry->connect)
		return;
	if (status == -ETIMEDOUT) { /* that was the wait */
		associate_failed(entry, 0);
		return;
	}
	/* @response is NULL when there was no answer that could be read */
	setup = status ? NULL : &response->association_setup_response;
	if (!setup || setup->cause != PFCP_CAUSE_ACCEPTED) {
		associate_failed(entry, entry->backoff_ms);
		return;
	}
	entry->known = true;
	entry->pub.node_id = setup->node_id;
	entry->pub.recovery_time_stamp = setup->recovery_time_stamp;
	entry->pub.features = setup->has_up_features ? setup->up_features : 0;
	heartbeat_first(entry);
}

static void associate_try(struct n4_peer_entry *entry)
{
	struct n4_node *node = entry->pub.node;
	struct pfcp_msg *msg = n4_msg(node, PFCP_ASSOCIATION_SETUP_REQUEST, 0);
	struct pfcp_association_setup_request *setup = &msg->association_setup_request;
	const struct n4_sending how = {.to = entry->pub.addr, .t1_ms = entry->backoff_ms, .n1 = 1};

	setup->node_id = node->config.node_id;
	setup->recovery_time_stamp = node->recovery_time_stamp;
	setup->has_cp_features = node->config.features != 0;
	setup->cp_features = node->config.features;
	setup->has_retention = entry->retain_sessions || entry->known;
	if (n4_outgoing_send(&entry->pub, msg, &how, on_setup_done, entry))
		associate_failed(entry, entry->backoff_ms);
}

void n4_associate_begin(struct n4_peer_entry *entry)
{
	if (entry->associating)
		return;
	entry->associating = true;
	entry->backoff_ms = entry->pub.node->config.timers.retry_min_ms;
	entry->retry.ring = on_retry;
	associate_try(entry);
}

void n4_associate_later(struct n4_peer_entry *entry, unsigned in_ms)
{
	entry->associating = true;
	entry->backoff_ms = entry->pub.node->config.timers.retry_min_ms;
	entry->retry.ring = on_retry;
	n4_alarm_set(entry->pub.node, &entry->retry, in_ms);
}

int n4_peer_connect(struct n4_node *node, struct in_addr addr, bool retain_sessions,
		    struct n4_peer **ret_peer)
{
	struct n4_peer_entry *entry;
	int rc;

	if (n4_peer_find(node, addr))
		return -EEXIST;
	rc = n4_peer_new(node, addr, &entry);
	if (rc)
		return rc;
	entry->connect = true;
	entry->retain_sessions = retain_sessions;
	if (ret_peer)
		*ret_peer = &entry->pub;
	n4_associate_begin(entry);
	return 0;
}
