// SPDX-License-Identifier: Apache-2.0
/*
 * Our requests: numbered, sent again every T1, at most N1 times in all, and matched with their
 * answer by sequence number, type, and the address and port that the request went to (TS 29.244
 * cl. 6.4).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/n4/node.h"

static struct sockaddr_in sockaddr_of(const struct n4_outgoing *out)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr = out->to,
		.sin_port = htons(out->peer->node->config.peer_port),
	};
}

static struct n4_outgoing *outgoing_find(struct n4_node *node, uint32_t sequence)
{
	struct n4_outgoing *out;

	HASH_FIND(hh, node->outgoing, &sequence, sizeof(sequence), out);
	return out;
}

static uint32_t sequence_take(struct n4_node *node)
{
	uint32_t sequence;

	/* 24 bits, and far fewer are out than that: ends soon */
	do
		sequence = node->next_sequence++ & 0xffffff;
	while (outgoing_find(node, sequence));
	return sequence;
}

/* Takes it out of the node; the caller frees it */
static void outgoing_unlink(struct n4_node *node, struct n4_outgoing *out)
{
	n4_alarm_stop(node, &out->alarm);
	HASH_DEL(node->outgoing, out);
	node->outgoing_count--;
}

static void outgoing_free(struct n4_outgoing *out)
{
	free(out->buf);
	free(out);
}

static void outgoing_end(struct n4_node *node, struct n4_outgoing *out, int status,
			 const struct pfcp_msg *response)
{
	outgoing_unlink(node, out);
	if (out->done)
		out->done(status, response, out->user);
	outgoing_free(out);
}

static void outgoing_transmit(struct n4_node *node, struct n4_outgoing *out)
{
	struct sockaddr_in to = sockaddr_of(out);

	out->tries_left--;
	n4_transmit(node, &to, out->buf, out->len);
	n4_alarm_set(node, &out->alarm, out->t1_ms);
}

static void on_t1(struct n4_node *node, struct n4_alarm *alarm)
{
	struct n4_outgoing *out = n4_container(alarm, struct n4_outgoing, alarm);

	if (out->tries_left) {
		node->counter[N4_TX_RETRANSMITTED]++;
		outgoing_transmit(node, out);
		return;
	}
	node->counter[N4_TX_TIMEOUT]++;
	outgoing_end(node, out, -ETIMEDOUT, NULL);
}

static struct n4_outgoing *outgoing_new(const uint8_t *buf, size_t len)
{
	struct n4_outgoing *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->buf = malloc(len);
	if (!out->buf) {
		free(out);
		return NULL;
	}
	memcpy(out->buf, buf, len);
	out->len = len;
	out->alarm.ring = on_t1;
	return out;
}

int n4_outgoing_send(struct n4_peer *peer, struct pfcp_msg *msg, const struct n4_sending *how,
		     n4_done done, void *user)
{
	struct n4_node *node = peer->node;
	struct n4_outgoing *out;
	size_t len;
	int rc;

	if (node->closing)
		return -ECANCELED;
	if (node->outgoing_count >= N4_OUTGOING_MAX)
		return -EBUSY;
	msg->header.sequence = sequence_take(node);
	if (node->config.before_send)
		node->config.before_send(peer, msg, node->config.user);
	rc = pfcp_encode(msg, node->tx_buf, sizeof(node->tx_buf), &len);
	if (rc) {
		node->counter[N4_TX_BAD_MSG]++;
		return rc;
	}
	out = outgoing_new(node->tx_buf, len);
	if (!out)
		return -ENOMEM;
	out->peer = peer;
	out->sequence = msg->header.sequence;
	out->type = msg->header.type;
	out->to = how->to;
	out->tries_left = how->n1;
	out->t1_ms = how->t1_ms;
	out->done = done;
	out->user = user;
	out->begun_ns = uv_hrtime();
	HASH_ADD(hh, node->outgoing, sequence, sizeof(out->sequence), out);
	node->outgoing_count++;
	outgoing_transmit(node, out);
	return 0;
}

int n4_request_send(struct n4_peer *peer, struct pfcp_msg *msg, n4_done done, void *user)
{
	return n4_request_send_to(peer, peer->addr, msg, done, user);
}

int n4_request_send_to(struct n4_peer *peer, struct in_addr to, struct pfcp_msg *msg, n4_done done,
		       void *user)
{
	const struct n4_timers *timers = &peer->node->config.timers;
	const struct n4_sending how = {.to = to, .t1_ms = timers->t1_ms, .n1 = timers->n1};

	return n4_outgoing_send(peer, msg, &how, done, user);
}

/* It says of a session that we have no association */
static bool has_forgotten(const struct pfcp_msg *response)
{
	uint8_t cause;

	return response->header.has_seid && pfcp_response_cause(response, &cause) &&
	       cause == PFCP_CAUSE_NO_ASSOCIATION;
}

/* The request that @header answers, or NULL */
static struct n4_outgoing *outgoing_match(struct n4_node *node, const struct sockaddr_in *from,
					  const struct pfcp_header *header)
{
	struct n4_outgoing *out = outgoing_find(node, header->sequence);

	if (!out || out->to.s_addr != from->sin_addr.s_addr ||
	    ntohs(from->sin_port) != node->config.peer_port)
		return NULL;
	if (header->type != out->type + 1 && header->type != PFCP_VERSION_NOT_SUPPORTED_RESPONSE)
		return NULL;
	return out;
}

void n4_outgoing_receive(struct n4_node *node, const struct sockaddr_in *from,
			 const struct pfcp_header *header, const uint8_t *buf, size_t len)
{
	struct n4_outgoing *out = outgoing_match(node, from, header);
	struct n4_peer *peer;

	if (!out) {
		node->counter[N4_DROP_UNMATCHED]++;
		return;
	}
	if (pfcp_decode(buf, len, node->rx, NULL) ||
	    header->type == PFCP_VERSION_NOT_SUPPORTED_RESPONSE) {
		node->counter[N4_DROP_BAD_RESPONSE]++;
		outgoing_end(node, out, -EBADMSG, NULL);
		return;
	}
	n4_tally_response(&node->tally, N4_WAY_RECEIVED, node->rx);
	n4_tally_took(&node->tally, N4_WAY_SENT, out->type, out->begun_ns);
	peer = out->peer;
	outgoing_unlink(node, out);
	/* It forgot us: the program hears of the restart first, then of the request's fate. */
	if (has_forgotten(node->rx) && peer->associated && out->to.s_addr == peer->addr.s_addr)
		n4_peer_restarted(peer);
	if (out->done)
		out->done(0, node->rx, out->user);
	outgoing_free(out);
}

void n4_outgoing_cancel(struct n4_node *node, const struct n4_peer *peer)
{
	struct n4_outgoing *out, *tmp, *cancelled = NULL;

	/* Moved out first: a callback may send, cancel or forget in turn. */
	HASH_ITER (hh, node->outgoing, out, tmp) {
		if (peer && out->peer != peer)
			continue;
		outgoing_unlink(node, out);
		HASH_ADD(hh, cancelled, sequence, sizeof(out->sequence), out);
	}
	HASH_ITER (hh, cancelled, out, tmp) {
		HASH_DEL(cancelled, out);
		if (out->done)
			out->done(-ECANCELED, NULL, out->user);
		outgoing_free(out);
	}
}
