// SPDX-License-Identifier: Apache-2.0
/*
 * Requests to us. One is told from a retransmission by address, port and sequence number (two SMFs
 * may use one number), and by a digest of its octets: a peer that restarted may come upon a number
 * that its predecessor used, and must not get the predecessor's answer. A retransmission of what is
 * still worked on is dropped, of what is answered gets the same octets again (TS 29.244 cl. 6.4).
 * Heartbeats, and refusals of what can't be read or comes from strangers, are the same every time
 * and not kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/n4/node.h"

/* As FNV-1a, but eight octets at a time, with the high bits brought down again: tells requests of
 * one peer apart, nothing depends on more */
static uint64_t digest_of(const uint8_t *buf, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ULL ^ len, word;

	for (size_t at = 0; at < len; at += sizeof(word)) {
		word = 0;
		memcpy(&word, buf + at, len - at < sizeof(word) ? len - at : sizeof(word));
		h = (h ^ word) * 0x100000001b3ULL;
		h ^= h >> 32;
	}
	return h;
}

static struct n4_incoming_key key_of(const struct sockaddr_in *from, uint32_t sequence)
{
	return (struct n4_incoming_key){
		.addr = from->sin_addr,
		.port = from->sin_port,
		.sequence = sequence,
	};
}

static struct n4_incoming *incoming_find(struct n4_node *node, const struct n4_incoming_key *key)
{
	struct n4_incoming *in;

	HASH_FIND(hh, node->incoming, key, sizeof(*key), in);
	return in;
}

static void incoming_unhash(struct n4_node *node, struct n4_incoming *in)
{
	if (in->hashed)
		HASH_DEL(node->incoming, in);
	in->hashed = false;
}

static void incoming_free(struct n4_node *node, struct n4_incoming *in)
{
	incoming_unhash(node, in);
	if (in->reply) {
		DL_DELETE(node->answered, in);
		node->answered_count--;
	} else {
		DL_DELETE(node->pending, in);
		node->pending_count--;
	}
	free(in->reply);
	free(in);
}

static void on_expiry(struct n4_node *node, struct n4_alarm *alarm)
{
	uint64_t now = uv_now(node->loop);

	while (node->answered && node->answered->expires_ms <= now)
		incoming_free(node, node->answered);
	if (node->answered)
		n4_alarm_set(node, alarm, (unsigned)(node->answered->expires_ms - now));
}

/* From pending to answered, with a copy of the answer */
static void incoming_keep(struct n4_node *node, struct n4_incoming *in, const uint8_t *reply,
			  size_t len)
{
	uint8_t *copy = malloc(len);

	/* A stranger's request, or one whose number was used again, is not worth a place. */
	if (!copy || !in->hashed || !in->req.peer) {
		free(copy);
		incoming_free(node, in);
		return;
	}
	memcpy(copy, reply, len);
	if (node->answered_count >= N4_CACHE_MAX)
		incoming_free(node, node->answered);
	DL_DELETE(node->pending, in);
	node->pending_count--;
	in->reply = copy;
	in->reply_len = len;
	in->expires_ms = uv_now(node->loop) + node->config.timers.cache_ms;
	DL_APPEND(node->answered, in);
	node->answered_count++;
	node->expiry.ring = on_expiry;
	if (!node->expiry.armed)
		n4_alarm_set(node, &node->expiry, node->config.timers.cache_ms);
}

int n4_respond(struct n4_request *req, struct pfcp_msg *msg)
{
	struct n4_incoming *in = n4_container(req, struct n4_incoming, req);
	struct n4_node *node = req->node;
	size_t len = 0;
	int rc = -EINVAL;

	msg->header.sequence = req->sequence;
	if (req->peer && node->config.before_send)
		node->config.before_send(req->peer, msg, node->config.user);
	if (msg->header.type == req->type + 1)
		rc = pfcp_encode(msg, node->tx_buf, sizeof(node->tx_buf), &len);
	if (rc) {
		node->counter[N4_TX_BAD_MSG]++;
		incoming_free(node, in);
		return rc;
	}
	n4_transmit(node, &req->from, node->tx_buf, len);
	n4_tally_response(&node->tally, N4_WAY_SENT, msg);
	n4_tally_took(&node->tally, N4_WAY_RECEIVED, req->type, in->begun_ns);
	incoming_keep(node, in, node->tx_buf, len);
	return 0;
}

/* Responses of node messages, with nothing but a cause. Return: false, @request_type has none here
 */
static bool node_cause_fill(const struct n4_node *node, struct pfcp_msg *m, uint8_t request_type,
			    uint8_t cause, uint16_t offending_ie)
{
	const struct pfcp_node_id *id = &node->config.node_id;

	switch (request_type) {
	case PFCP_PFD_MANAGEMENT_REQUEST:
		m->pfd_management_response.cause = cause;
		m->pfd_management_response.has_offending_ie = offending_ie != 0;
		m->pfd_management_response.offending_ie = offending_ie;
		return true;
	case PFCP_ASSOCIATION_SETUP_REQUEST:
		m->association_setup_response.node_id = *id;
		m->association_setup_response.cause = cause;
		m->association_setup_response.recovery_time_stamp = node->recovery_time_stamp;
		return true;
	case PFCP_ASSOCIATION_UPDATE_REQUEST:
		m->association_update_response.node_id = *id;
		m->association_update_response.cause = cause;
		return true;
	case PFCP_ASSOCIATION_RELEASE_REQUEST:
		m->association_release_response.node_id = *id;
		m->association_release_response.cause = cause;
		return true;
	case PFCP_NODE_REPORT_REQUEST:
	case PFCP_SESSION_SET_DELETION_REQUEST:
	case PFCP_SESSION_SET_MODIFICATION_REQUEST: /* one struct for all three */
		m->node_report_response =
			(struct pfcp_node_response){*id, cause, offending_ie != 0, offending_ie};
		return true;
	}
	return false;
}

/* The same of session messages */
static bool session_cause_fill(const struct n4_node *node, struct pfcp_msg *m, uint8_t request_type,
			       uint8_t cause, uint16_t offending_ie)
{
	switch (request_type) {
	case PFCP_SESSION_ESTABLISHMENT_REQUEST:
		m->session_establishment_response.node_id = node->config.node_id;
		m->session_establishment_response.cause = cause;
		m->session_establishment_response.has_offending_ie = offending_ie != 0;
		m->session_establishment_response.offending_ie = offending_ie;
		return true;
	case PFCP_SESSION_MODIFICATION_REQUEST:
		m->session_modification_response.cause = cause;
		m->session_modification_response.has_offending_ie = offending_ie != 0;
		m->session_modification_response.offending_ie = offending_ie;
		return true;
	case PFCP_SESSION_DELETION_REQUEST:
		m->session_deletion_response.cause = cause;
		m->session_deletion_response.has_offending_ie = offending_ie != 0;
		m->session_deletion_response.offending_ie = offending_ie;
		return true;
	case PFCP_SESSION_REPORT_REQUEST:
		m->session_report_response.cause = cause;
		m->session_report_response.has_offending_ie = offending_ie != 0;
		m->session_report_response.offending_ie = offending_ie;
		return true;
	}
	return false;
}

/* A response of the type that answers @request_type, with nothing but a cause. Return: false, there
 * is none */
static bool cause_msg(struct n4_node *node, uint8_t request_type, uint64_t seid, uint8_t cause,
		      uint16_t offending_ie)
{
	struct pfcp_msg *m = n4_msg(node, (uint8_t)(request_type + 1), seid);

	return node_cause_fill(node, m, request_type, cause, offending_ie) ||
	       session_cause_fill(node, m, request_type, cause, offending_ie);
}

int n4_respond_cause(struct n4_request *req, uint64_t seid, uint8_t cause, uint16_t offending_ie)
{
	if (!cause_msg(req->node, req->type, seid, cause, offending_ie)) {
		req->node->counter[N4_TX_BAD_MSG]++;
		incoming_free(req->node, n4_container(req, struct n4_incoming, req));
		return -EINVAL;
	}
	return n4_respond(req, req->node->tx);
}

/* An answer that is not kept */
static void refuse(struct n4_node *node, const struct sockaddr_in *from,
		   const struct pfcp_header *header, uint64_t seid, uint8_t cause,
		   uint16_t offending_ie)
{
	size_t len;

	if (!cause_msg(node, header->type, seid, cause, offending_ie))
		return;
	node->tx->header.sequence = header->sequence;
	if (pfcp_encode(node->tx, node->tx_buf, sizeof(node->tx_buf), &len)) {
		node->counter[N4_TX_BAD_MSG]++;
		return;
	}
	n4_transmit(node, from, node->tx_buf, len);
	n4_tally_response(&node->tally, N4_WAY_SENT, node->tx);
}

/* Return: true if @in has seen to the request already */
static bool retransmission(struct n4_node *node, struct n4_incoming *in, uint64_t digest)
{
	if (in->digest != digest) {
		node->counter[N4_RX_SEQUENCE_REUSED]++;
		if (in->reply)
			incoming_free(node, in);
		else
			incoming_unhash(node, in);
		return false;
	}
	node->counter[N4_RX_RETRANSMITTED]++;
	if (in->reply)
		n4_transmit(node, &in->req.from, in->reply, in->reply_len);
	return true;
}

static n4_handler handler_of(const struct n4_node *node, uint8_t type)
{
	const struct n4_handler_row *row = node->config.handlers;

	while (row && row->type && row->type != type)
		row++;
	return row && row->type ? row->handler : NULL;
}

/* Who says that it lives: the source, or behind an address translation what the request names
 * (TS 29.244 cl. 7.4.2.1). A name is easily lied about, but so is a source: peer.c asks. */
static struct n4_peer *heartbeat_peer(struct n4_node *node, const struct sockaddr_in *from)
{
	const struct pfcp_heartbeat *h = &node->rx->heartbeat_request;
	struct n4_peer *peer = n4_peer_find(node, from->sin_addr);

	if (!peer && h->has_source_ip && h->source_ip.address.v4)
		peer = n4_peer_find(node, h->source_ip.address.ip4);
	return peer;
}

static void heartbeat_answer(struct n4_node *node, const struct sockaddr_in *from)
{
	uint32_t stamp = node->rx->heartbeat_request.recovery_time_stamp;
	struct n4_peer *peer = heartbeat_peer(node, from);
	struct pfcp_msg *msg = n4_msg(node, PFCP_HEARTBEAT_RESPONSE, 0);
	size_t len;

	msg->header.sequence = node->rx->header.sequence;
	msg->heartbeat_response.recovery_time_stamp = node->recovery_time_stamp;
	if (pfcp_encode(msg, node->tx_buf, sizeof(node->tx_buf), &len))
		node->counter[N4_TX_BAD_MSG]++;
	else
		n4_transmit(node, from, node->tx_buf, len);
	if (peer)
		n4_peer_stamp_claimed(peer, stamp);
}

static uint64_t peer_seid(struct n4_node *node, struct n4_peer *peer, uint64_t seid)
{
	if (!peer || !seid || !node->config.peer_seid)
		return 0;
	return node->config.peer_seid(peer, seid, node->config.user);
}

/* Into node->rx, or answered as cl. 7.6 wants. Return: whether it could be read */
static bool request_decode(struct n4_node *node, const struct sockaddr_in *from,
			   struct n4_peer *peer, const struct pfcp_header *header,
			   const uint8_t *buf, size_t len)
{
	struct pfcp_error err = {0};
	int rc = pfcp_decode(buf, len, node->rx, &err);

	if (!rc)
		return true;
	node->counter[N4_REJECT_MALFORMED]++;
	if (rc == -EINVAL && err.cause)
		refuse(node, from, header, peer_seid(node, peer, header->seid), err.cause,
		       err.ie_type);
	return false;
}

static struct n4_incoming *incoming_new(struct n4_node *node, const struct sockaddr_in *from,
					struct n4_peer *peer, const struct pfcp_header *header,
					uint64_t digest)
{
	struct n4_incoming *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->req = (struct n4_request){
		.node = node,
		.peer = peer,
		.from = *from,
		.type = header->type,
		.sequence = header->sequence,
		.seid = header->seid,
	};
	in->key = key_of(from, header->sequence);
	in->digest = digest;
	in->begun_ns = uv_hrtime();
	in->hashed = true;
	HASH_ADD(hh, node->incoming, key, sizeof(in->key), in);
	DL_APPEND(node->pending, in);
	node->pending_count++;
	return in;
}

/* An establishment may tell the sender's recovery time stamp (cl. 7.5.2.1). Another one than the
 * association's means that its sender has no association: it has to make one first, so that what
 * its predecessor left can be told from what it makes. */
static bool of_another_life(struct n4_node *node, const struct sockaddr_in *from,
			    struct n4_peer *peer, const struct pfcp_header *header)
{
	const struct pfcp_session_establishment_request *e =
		&node->rx->session_establishment_request;

	if (header->type != PFCP_SESSION_ESTABLISHMENT_REQUEST || !e->has_recovery_time_stamp ||
	    !n4_peer_stamp_claimed(peer, e->recovery_time_stamp))
		return false;
	node->counter[N4_REJECT_NO_ASSOCIATION]++;
	refuse(node, from, header, e->cp_f_seid.seid, PFCP_CAUSE_NO_ASSOCIATION, 0);
	return true;
}

static void serve(struct n4_node *node, const struct sockaddr_in *from, struct n4_peer *peer,
		  const struct pfcp_header *header, const uint8_t *buf, size_t len)
{
	n4_handler handler = handler_of(node, header->type);
	struct n4_incoming *in = NULL;

	if (!handler) {
		node->counter[N4_DROP_UNSERVED]++;
		return;
	}
	if (header->has_seid && !(peer && peer->associated)) {
		node->counter[N4_REJECT_NO_ASSOCIATION]++;
		refuse(node, from, header, 0, PFCP_CAUSE_NO_ASSOCIATION, 0);
		return;
	}
	if (!request_decode(node, from, peer, header, buf, len) ||
	    of_another_life(node, from, peer, header))
		return;
	if (node->pending_count < N4_PENDING_MAX)
		in = incoming_new(node, from, peer, header, digest_of(buf, len));
	if (in)
		handler(&in->req, node->rx, node->config.user);
	else
		node->counter[N4_DROP_BUSY]++;
}

void n4_incoming_receive(struct n4_node *node, const struct sockaddr_in *from,
			 const struct pfcp_header *header, const uint8_t *buf, size_t len)
{
	struct n4_incoming_key key = key_of(from, header->sequence);
	struct n4_incoming *in;

	/* One of several in a datagram: the digest is this one's only. */
	if (header->follow_on && header->size && header->size < len)
		len = header->size;
	if (header->type == PFCP_HEARTBEAT_REQUEST) {
		if (pfcp_decode(buf, len, node->rx, NULL))
			node->counter[N4_REJECT_MALFORMED]++;
		else
			heartbeat_answer(node, from);
		return;
	}
	in = incoming_find(node, &key);
	if (in && retransmission(node, in, digest_of(buf, len)))
		return;
	serve(node, from, n4_peer_of_source(node, from->sin_addr), header, buf, len);
}

void n4_incoming_flush(struct n4_node *node, struct in_addr addr)
{
	struct n4_incoming *in, *tmp;

	DL_FOREACH_SAFE(node->answered, in, tmp)
	{
		if (in->key.addr.s_addr == addr.s_addr)
			incoming_free(node, in);
	}
}

void n4_incoming_forget_peer(struct n4_node *node, const struct n4_peer *peer)
{
	struct n4_incoming *in;

	DL_FOREACH (node->pending, in) {
		if (in->req.peer == peer)
			in->req.peer = NULL;
	}
	DL_FOREACH (node->answered, in) {
		if (in->req.peer == peer)
			in->req.peer = NULL;
	}
}

void n4_incoming_done(struct n4_node *node)
{
	while (node->pending)
		incoming_free(node, node->pending);
	while (node->answered)
		incoming_free(node, node->answered);
}
