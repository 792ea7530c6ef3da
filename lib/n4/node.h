/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of lib/n4 share, and nobody else sees: the node, its alarms, its two tables of
 * transactions and its peers.
 */
#ifndef BATON_N4_NODE_H
#define BATON_N4_NODE_H

#include <uthash.h>

#include "lib/n4/n4.h"
#include "lib/n4/tally.h"

enum {
	N4_DATAGRAM_MAX = 65536,
	N4_DATAGRAMS_AT_ONCE = 20, /* libuv's limit */
	N4_OUTBOX_MAX = 32,
	N4_TYPE_OFFSET = 1, /* of the message type in a header, TS 29.244 cl. 7.2.2 */
};

#define n4_container(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* A point in time at which something is done: all of a node's are in one sorted list under one
 * timer. */
struct n4_alarm {
	struct n4_alarm *prev, *next;
	uint64_t deadline_ms; /* uv_now() */
	bool armed;
	void (*ring)(struct n4_node *node, struct n4_alarm *alarm);
};

struct n4_incoming_key {
	struct in_addr addr;
	uint32_t port;
	uint32_t sequence;
};

/**
 * struct n4_incoming - a request to us: pending, then answered and kept for its retransmissions
 * @digest: of the request's octets: the same number under another digest is no retransmission
 */
struct n4_incoming {
	struct n4_request req;
	struct n4_incoming_key key;
	uint64_t digest;
	uint8_t *reply; /* NULL: pending */
	size_t reply_len;
	uint64_t begun_ns; /* uv_hrtime() */
	uint64_t expires_ms;
	bool hashed; /* under its key; not so once a restarted peer used the number again */
	struct n4_incoming *prev, *next; /* in node->pending or node->answered */
	UT_hash_handle hh;
};

/* A request of ours */
struct n4_outgoing {
	struct n4_peer *peer;
	struct in_addr to; /* mostly the peer's address */
	uint32_t sequence;
	uint8_t type;
	uint8_t *buf;
	size_t len;
	uint64_t begun_ns; /* uv_hrtime() */
	unsigned tries_left;
	unsigned t1_ms;
	n4_done done;
	void *user;
	struct n4_alarm alarm;
	UT_hash_handle hh;
};

/* An address that stands for a peer, see n4_peer_aliases */
struct n4_alias {
	struct in_addr addr;
	struct n4_peer_entry *entry;
	UT_hash_handle hh;
};

/* The private part of a peer */
struct n4_peer_entry {
	struct n4_peer pub;
	bool known; /* has been associated once: its stamp and Node ID mean something */
	struct n4_alarm heartbeat;
	bool asked;	      /* a heartbeat is without answer */
	unsigned life;	      /* which association it is */
	unsigned asked_life;  /* the heartbeat's; of an earlier one it means nothing any more */
	bool stamp_confirmed; /* by an answer to a heartbeat of ours */
	bool has_claim;	      /* somebody at its address has shown another stamp */
	uint32_t claim;
	/* CP role */
	bool connect; /* by n4_peer_connect: associate whenever it isn't */
	bool associating;
	bool retain_sessions;
	bool releasing;
	size_t alias_count;
	struct n4_alias alias[N4_ALIASES_MAX];
	unsigned again_ms; /* n4_peer_release */
	unsigned backoff_ms;
	struct n4_alarm retry;
	UT_hash_handle hh;
};

/* What is sent in a burst waits here for its end */
struct n4_outbox {
	int fd; /* the socket's */
	unsigned count;
	struct sockaddr_in to[N4_OUTBOX_MAX];
	uint32_t at[N4_OUTBOX_MAX + 1]; /* where each is in @octets, and where the last ends */
	uint8_t octets[2 * N4_DATAGRAM_MAX];
};

struct n4_node {
	struct n4_config config;
	uv_loop_t *loop;
	uv_udp_t udp;
	uv_timer_t timer;
	unsigned open_handles; /* the memory goes with the last one */
	bool closing;
	uint32_t recovery_time_stamp;
	uint32_t next_sequence;
	struct n4_alarm *alarms;		/* utlist: sorted, the first rings first */
	struct n4_incoming *incoming;		/* uthash by key: pending and answered */
	struct n4_incoming *pending, *answered; /* utlist; answered: the oldest first */
	size_t pending_count, answered_count;
	struct n4_alarm expiry;	      /* of the first in answered */
	struct n4_outgoing *outgoing; /* uthash by sequence */
	size_t outgoing_count;
	struct n4_peer_entry *peers; /* uthash by address */
	struct n4_alias *aliases;    /* uthash by address */
	uint64_t counter[N4_COUNTERS];
	struct n4_tally tally;
	struct pfcp_msg *rx, *tx; /* what is read, what n4_msg() hands out */
	bool burst;
	struct n4_outbox outbox;
	uint8_t rx_buf[N4_DATAGRAMS_AT_ONCE * N4_DATAGRAM_MAX]; /* the socket's */
	uint8_t tx_buf[N4_DATAGRAM_MAX];
};

/* alarm.c */
void n4_alarm_set(struct n4_node *node, struct n4_alarm *alarm, unsigned in_ms);
void n4_alarm_stop(struct n4_node *node, struct n4_alarm *alarm);
void n4_alarm_init(struct n4_node *node);

/* socket.c */
int n4_socket_open(struct n4_node *node);
int n4_transmit(struct n4_node *node, const struct sockaddr_in *to, const uint8_t *buf, size_t len);

/* incoming.c */
void n4_incoming_receive(struct n4_node *node, const struct sockaddr_in *from,
			 const struct pfcp_header *header, const uint8_t *buf, size_t len);
/* The answers kept for an address mean nothing any more */
void n4_incoming_flush(struct n4_node *node, struct in_addr addr);
/* Pending requests lose their peer */
void n4_incoming_forget_peer(struct n4_node *node, const struct n4_peer *peer);
void n4_incoming_done(struct n4_node *node);

/* outgoing.c */
void n4_outgoing_receive(struct n4_node *node, const struct sockaddr_in *from,
			 const struct pfcp_header *header, const uint8_t *buf, size_t len);
/* How a request is sent */
struct n4_sending {
	struct in_addr to;
	unsigned t1_ms, n1;
};

/* As n4_request_send, with an address and timers of its own */
int n4_outgoing_send(struct n4_peer *peer, struct pfcp_msg *msg, const struct n4_sending *how,
		     n4_done done, void *user);
/* Those of one peer, or all (NULL), are done with -ECANCELED */
void n4_outgoing_cancel(struct n4_node *node, const struct n4_peer *peer);

/* peer.c */
struct n4_peer_entry *n4_peer_entry(struct n4_peer *peer);
/* Whose requests come from an address: a peer's own, or an alias; NULL: nobody's */
struct n4_peer *n4_peer_of_source(struct n4_node *node, struct in_addr addr);
int n4_peer_new(struct n4_node *node, struct in_addr addr, struct n4_peer_entry **ret_entry);
/* What a request said that anybody could have sent: where it's news, the peer is asked. Return:
 * whether it differs from what the peer has said itself */
bool n4_peer_stamp_claimed(struct n4_peer *peer, uint32_t stamp);
void n4_peer_restarted(struct n4_peer *peer);
void n4_peer_event(struct n4_peer *peer, enum n4_peer_event event);
void n4_peer_heartbeats_start(struct n4_peer_entry *entry);
void n4_peers_done(struct n4_node *node);

/* associate.c */
void n4_associate_begin(struct n4_peer_entry *entry);
/* The same, after some time */
void n4_associate_later(struct n4_peer_entry *entry, unsigned in_ms);

#endif
