// SPDX-License-Identifier: Apache-2.0
/*
 * The node, and what is done with a datagram before it is a request or a response
 * (TS 29.244 cl. 7.2.2, 7.6.2 to 7.6.4).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/n4/node.h"

static const char *const counter_names[N4_COUNTERS] = {
	[N4_RX] = "rx",
	[N4_RX_FOLLOW_ON] = "rx_follow_on",
	[N4_TX] = "tx",
	[N4_TX_FAILED] = "tx_failed",
	[N4_TX_RETRANSMITTED] = "tx_retransmitted",
	[N4_TX_TIMEOUT] = "tx_timeout",
	[N4_TX_BAD_MSG] = "tx_bad_msg",
	[N4_RX_RETRANSMITTED] = "rx_retransmitted",
	[N4_RX_SEQUENCE_REUSED] = "rx_sequence_reused",
	[N4_DROP_SHORT] = "drop_short",
	[N4_DROP_VERSION] = "drop_version",
	[N4_DROP_UNKNOWN_TYPE] = "drop_unknown_type",
	[N4_DROP_UNSERVED] = "drop_unserved",
	[N4_DROP_UNMATCHED] = "drop_unmatched",
	[N4_DROP_BAD_RESPONSE] = "drop_bad_response",
	[N4_DROP_BUSY] = "drop_busy",
	[N4_REJECT_MALFORMED] = "reject_malformed",
	[N4_REJECT_NO_ASSOCIATION] = "reject_no_association",
	[N4_STAMP_CLAIMED] = "stamp_claimed",
	[N4_STAMP_REFUTED] = "stamp_refuted",
};

const char *n4_counter_name(enum n4_counter which)
{
	return which < N4_COUNTERS ? counter_names[which] : "unknown";
}

uint64_t n4_counter(const struct n4_node *node, enum n4_counter which)
{
	return which < N4_COUNTERS ? node->counter[which] : 0;
}

void n4_timers_default(struct n4_timers *timers)
{
	*timers = (struct n4_timers){
		.t1_ms = 1000,
		.n1 = 3,
		.heartbeat_ms = 1000,
		.cache_ms = 10000,  /* over N1 * T1 of any sensible peer */
		.retry_min_ms = 20, /* peers come up at the same time as we */
		.retry_max_ms = 1000,
	};
}

/* Cl. 7.6.2. Not in answer to such an answer: two versions would never stop. */
static void answer_version(struct n4_node *node, const struct sockaddr_in *from,
			   const struct pfcp_header *header)
{
	struct pfcp_msg *msg;
	size_t len;

	node->counter[N4_DROP_VERSION]++;
	if (header->type == PFCP_VERSION_NOT_SUPPORTED_RESPONSE)
		return;
	msg = n4_msg(node, PFCP_VERSION_NOT_SUPPORTED_RESPONSE, 0);
	msg->header.sequence = header->sequence;
	if (pfcp_encode(msg, node->tx_buf, sizeof(node->tx_buf), &len))
		node->counter[N4_TX_BAD_MSG]++;
	else
		n4_transmit(node, from, node->tx_buf, len);
}

static void receive_one(struct n4_node *node, const struct sockaddr_in *from,
			const struct pfcp_header *header, const uint8_t *buf, size_t len)
{
	if (!strcmp(pfcp_message_name(header->type), "unknown")) {
		node->counter[N4_DROP_UNKNOWN_TYPE]++;
		return;
	}
	n4_tally_message(&node->tally, N4_WAY_RECEIVED, header->type);
	if (pfcp_is_request(header->type))
		n4_incoming_receive(node, from, header, buf, len);
	else
		n4_outgoing_receive(node, from, header, buf, len);
}

void n4_receive(struct n4_node *node, const struct sockaddr_in *from, const uint8_t *buf,
		size_t len)
{
	struct pfcp_header header;
	int rc;

	node->counter[N4_RX]++;
	do {
		rc = pfcp_header_decode(buf, len, &header, NULL);
		if (rc == -EPROTONOSUPPORT) {
			answer_version(node, from, &header);
			return;
		}
		if (rc && rc != -EINVAL) {
			node->counter[N4_DROP_SHORT]++;
			return;
		}
		/* A wrong length is found again, and answered, where the message is decoded. */
		receive_one(node, from, &header, buf, len);
		if (rc || header.size == 0 || header.size >= len)
			return;
		buf += header.size;
		len -= header.size;
		node->counter[N4_RX_FOLLOW_ON] += header.follow_on;
	} while (header.follow_on && !node->closing);
}

static int config_take(struct n4_node *node, const struct n4_config *config)
{
	static const struct pfcp_node_id none;
	struct n4_config *c = &node->config;

	*c = *config;
	if (!c->port)
		c->port = PFCP_PORT;
	if (!c->peer_port)
		c->peer_port = PFCP_PORT;
	if (pfcp_node_id_equal(&c->node_id, &none))
		c->node_id = (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = c->addr};
	if (!c->timers.n1 || !c->timers.t1_ms || !c->timers.retry_min_ms)
		return -EINVAL;
	/* Random, so that a restarted node doesn't get answers to its predecessor's requests. */
	if (getrandom(&node->next_sequence, sizeof(node->next_sequence), 0) < 0)
		return -errno;
	node->recovery_time_stamp =
		c->recovery_time_stamp ? c->recovery_time_stamp : pfcp_time_from_unix(time(NULL));
	return 0;
}

static void node_destroy(struct n4_node *node)
{
	free(node->rx);
	free(node->tx);
	free(node);
}

static void on_close(uv_handle_t *handle)
{
	struct n4_node *node = handle->data;

	if (--node->open_handles == 0)
		node_destroy(node);
}

int n4_node_new(uv_loop_t *loop, const struct n4_config *config, struct n4_node **ret_node)
{
	struct n4_node *node = calloc(1, sizeof(*node));
	int rc = -ENOMEM;

	if (!node)
		return -ENOMEM;
	node->loop = loop;
	node->rx = calloc(1, sizeof(*node->rx));
	node->tx = calloc(1, sizeof(*node->tx));
	if (!node->rx || !node->tx)
		goto destroy;
	rc = config_take(node, config);
	if (rc)
		goto destroy;
	n4_alarm_init(node);
	if (!config->transmit)
		rc = n4_socket_open(node);
	if (rc)
		goto close;
	*ret_node = node;
	return 0;
close:
	n4_node_free(node);
	return rc;
destroy:
	node_destroy(node);
	return rc;
}

void n4_node_free(struct n4_node *node)
{
	if (!node || node->closing)
		return;
	n4_burst_end(node);
	node->closing = true;
	n4_outgoing_cancel(node, NULL);
	n4_incoming_done(node);
	n4_peers_done(node);
	if (!node->config.transmit)
		uv_close((uv_handle_t *)&node->udp, on_close);
	uv_close((uv_handle_t *)&node->timer, on_close);
}

uint32_t n4_node_recovery_time_stamp(const struct n4_node *node)
{
	return node->recovery_time_stamp;
}

const struct pfcp_node_id *n4_node_id(const struct n4_node *node)
{
	return &node->config.node_id;
}

struct in_addr n4_node_addr(const struct n4_node *node)
{
	return node->config.addr;
}

struct pfcp_msg *n4_msg(struct n4_node *node, uint8_t type, uint64_t seid)
{
	pfcp_msg_init(node->tx, type, seid, 0);
	return node->tx;
}
