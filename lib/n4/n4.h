/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PFCP endpoint in a libuv loop, for both roles: the user plane function (upf) and the control
 * plane function (smf-lite). It owns the UDP socket and does what is the same for both (TS 29.244
 * cl. 6.4, 7.2, 7.6): sequence numbers, retransmission (T1, N1), recognising retransmitted
 * requests, heartbeats both ways, who is associated, who has restarted, answers to what can't be
 * read. What a session is, it does not know: session requests go to handlers, session procedures
 * are sent with n4_request_send().
 *
 * Reading order: this file; node.c (dispatch), socket.c, incoming.c (requests and their cached
 * answers), outgoing.c (our requests), peer.c (peers, heartbeats), associate.c (the CP function's
 * side of association), update.c (association update and release), tally.c (metrics).
 *
 * A struct pfcp_msg is about 800 kB: none is kept. Messages handed to a callback are borrowed until
 * it returns; build yours in n4_msg().
 *
 * Addresses are in network order, ports in host order, times in milliseconds unless named
 * otherwise.
 */
#ifndef BATON_N4_H
#define BATON_N4_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#include "lib/pfcp/pfcp.h"

enum n4_role { N4_ROLE_UP, N4_ROLE_CP };

enum {
	N4_PEERS_MAX = 256,
	N4_ALIASES_MAX = 8,	/* of one peer */
	N4_OUTGOING_MAX = 4096, /* our requests without an answer yet */
	N4_PENDING_MAX = 1024,	/* peers' requests that we work on */
	N4_CACHE_MAX = 8192,	/* answers kept for retransmissions, the oldest goes first */
};

/* Named timers; n4_timers_default() fills them. */
struct n4_timers {
	unsigned t1_ms;	       /* until a request is sent again */
	unsigned n1;	       /* how often a request is sent in all, before -ETIMEDOUT */
	unsigned heartbeat_ms; /* between the heartbeats to a peer, from answer to request; 0: none
				*/
	unsigned cache_ms;     /* how long an answer is kept for retransmissions */
	unsigned retry_min_ms; /* n4_peer_connect: first wait between association requests, doubled
				  up to ... */
	unsigned retry_max_ms; /* ... this */
};
void n4_timers_default(struct n4_timers *timers);

struct n4_node;

/**
 * struct n4_peer - a PFCP entity we know, one an address; read only, but for @user
 * @addr:	 requests go to this address and the node's peer_port; messages belong to it by
 * source address
 * @node_id:	 as it told us; zero until associated
 * @recovery_time_stamp: the latest that it has answered a heartbeat with; until then, of its
 *	 association (peer.c tells what is believed)
 * @associated: session requests are exchanged only while this is set
 * @alive:	 answered the latest heartbeat (or is just associated)
 * @features:	 the UP (or CP) function features that it announced, PFCP_UPF_ (PFCP_CPF_)
 * @user:	 the program's; NULL at first
 */
struct n4_peer {
	struct n4_node *node;
	struct in_addr addr;
	struct pfcp_node_id node_id;
	uint32_t recovery_time_stamp;
	bool associated;
	bool alive;
	uint64_t features;
	void *user;
};

enum n4_peer_event {
	/* Associated (CP role: by n4_peer_connect, each time anew), or it answers heartbeats again
	 * after LOST with the recovery time stamp that we know. CP role: a heartbeat has been
	 * exchanged before it. */
	N4_PEER_UP,
	/* No answer to N1 heartbeats. The association and the sessions stand; heartbeats go on. */
	N4_PEER_LOST,
	/* It has lost its state: another recovery time stamp, shown by it (peer.c), or it says that
	 * it has no association (cause 72). It isn't associated any more; after n4_peer_connect the
	 * association is set up again, and UP follows. UP role: an association request tells it
	 * through n4_peer_accept instead. A CP function that has itself restarted compares
	 * recovery_time_stamp with what it saved, at UP. */
	N4_PEER_RESTARTED,
	/* CP role: what n4_peer_release() asked for is done. It isn't associated any more. */
	N4_PEER_RELEASED,
	/* The first heartbeat of an association was answered: from now on another recovery time
	 * stamp is a restart. For who writes associations down (n4_peer_save). */
	N4_PEER_CONFIRMED,
};

/**
 * struct n4_request - a peer's request that waits for our answer
 * @peer: who sent it; NULL when the source address is no peer (association setup only), or was one
 * @from: where it came from and where the answer goes
 *
 * Owned by the node; lives until n4_respond() or n4_node_free().
 */
struct n4_request {
	struct n4_node *node;
	struct n4_peer *peer;
	struct sockaddr_in from; /* of the peer, or one of its aliases */
	uint8_t type;		 /* enum pfcp_message_type */
	uint32_t sequence;
	uint64_t seid; /* ours, from the header; 0 in node messages */
};

/**
 * n4_handler - a request has come
 * @msg: borrowed until the return; copy what a later answer needs
 *
 * Must answer exactly once, by n4_respond(), now or later. Its retransmissions are dealt with
 * before.
 */
typedef void (*n4_handler)(struct n4_request *req, const struct pfcp_msg *msg, void *user);

/* Which requests this program serves; ended by type 0. Others are dropped and counted. Heartbeats
 * are answered by the node. Session requests from an address that isn't associated are answered
 * with cause 72 by the node. */
struct n4_handler_row {
	uint8_t type;
	n4_handler handler;
};

struct n4_config {
	enum n4_role role;
	struct in_addr addr; /* the socket is bound to it, so it is the source of all we send */
	uint16_t port;	     /* ours; 0: PFCP_PORT */
	uint16_t peer_port;  /* where requests go; 0: PFCP_PORT */
	struct pfcp_node_id node_id;	       /* ours; all zero: @addr */
	uint64_t features;		       /* announced: PFCP_UPF_ (PFCP_CPF_ in the CP role) */
	uint32_t recovery_time_stamp;	       /* ours; 0: now. Another's whose state is kept */
	struct n4_timers timers;	       /* n4_timers_default() */
	const struct n4_handler_row *handlers; /* borrowed for the node's life */
	void (*peer_event)(struct n4_peer *peer, enum n4_peer_event event, void *user);
	/* An Association Update Request of a peer's, answered already and its features taken over:
	 * see n4_association_update. May end the peer. NULL: nothing more to do */
	void (*peer_updated)(struct n4_peer *peer,
			     const struct pfcp_association_update_request *update, void *user);
	/* A message to a peer is about to be encoded, by n4_respond() or n4_request_send(): the
	 * last chance to add what any of them may have (load control). NULL: nothing to add */
	void (*before_send)(struct n4_peer *peer, struct pfcp_msg *msg, void *user);
	/* The burst is over (n4_burst_begin): now is the time to answer what was put off until all
	 * of it had been seen. NULL: nothing ever is */
	void (*burst_end)(void *user);
	void *user; /* of the handlers and all of these */
	/* The peer's SEID of our session @seid from @peer, 0 if there is none: for the header of
	 * answers that the node gives by itself to requests that can't be read. NULL: 0 in them */
	uint64_t (*peer_seid)(struct n4_peer *peer, uint64_t seid, void *user);
	/* Tests and fuzzing: instead of a socket; then n4_receive() is the way in. Return: 0 or a
	 * negative errno */
	int (*transmit)(const struct sockaddr_in *to, const uint8_t *buf, size_t len, void *user);
};

/**
 * n4_node_new - bind and serve
 * @config: copied
 *
 * Return: 0, -EADDRINUSE, -EADDRNOTAVAIL, -ENOMEM
 */
int n4_node_new(uv_loop_t *loop, const struct n4_config *config, struct n4_node **ret_node);
/** n4_node_free - outstanding requests are done with -ECANCELED, requests to us are forgotten; the
 * handles are closed by the loop's next turn */
void n4_node_free(struct n4_node *node);

/** n4_node_recovery_time_stamp - ours: when the node was made, NTP seconds */
uint32_t n4_node_recovery_time_stamp(const struct n4_node *node);
const struct pfcp_node_id *n4_node_id(const struct n4_node *node);
struct in_addr n4_node_addr(const struct n4_node *node);

/**
 * n4_msg - the node's message to build a request or an answer in, as pfcp_msg_init() leaves it
 *
 * There is one a node: borrowed until the next n4_msg(); n4_request_send() and n4_respond() have
 * encoded it when they return. It is another one than that handed to handlers and n4_done.
 */
struct pfcp_msg *n4_msg(struct n4_node *node, uint8_t type, uint64_t seid);

/**
 * n4_done - a request of ours has ended
 * @status: 0, also for a rejection: read its cause; -ETIMEDOUT: N1 tries without an answer;
 * -EBADMSG: an answer that can't be read; -ECANCELED: the peer was forgotten, or the node freed
 * @response: borrowed until the return; NULL unless @status is 0
 */
typedef void (*n4_done)(int status, const struct pfcp_msg *response, void *user);

/**
 * n4_request_send - send a request and wait for its answer
 * @msg:  header.type and header.seid (the peer's) are the caller's, the sequence is set here
 * @done: called once, never from within this call; NULL: whatever comes of it
 *
 * Doesn't look whether the peer is associated.
 * Return: 0; -EBUSY: N4_OUTGOING_MAX; -EINVAL, -ENOBUFS: from pfcp_encode()
 */
int n4_request_send(struct n4_peer *peer, struct pfcp_msg *msg, n4_done done, void *user);

/**
 * n4_request_send_to - the same to another address of the peer's, or of who may answer for it: an
 * alternative SMF (TS 29.244 cl. 5.22). That one's answer says nothing of the peer's life.
 */
int n4_request_send_to(struct n4_peer *peer, struct in_addr to, struct pfcp_msg *msg, n4_done done,
		       void *user);

/**
 * n4_respond - answer a request; it is gone after the call, whatever is returned
 * @msg: header.type must be @req's response and header.seid the peer's; the sequence is set here
 *
 * Return: 0; -EINVAL, -ENOBUFS: from pfcp_encode() (nothing was sent: a bug of the caller's,
 * counted)
 */
int n4_respond(struct n4_request *req, struct pfcp_msg *msg);

/**
 * n4_respond_cause - answer with a cause alone, of any request type (heartbeats come to no handler)
 * @seid: the peer's, 0 where it isn't known (and in node messages)
 * @offending_ie: enum pfcp_ie_type, 0: none. Left out where the answer has no such IE
 */
int n4_respond_cause(struct n4_request *req, uint64_t seid, uint8_t cause, uint16_t offending_ie);

/* ---- peers ---- */

/** n4_peer_find - by address, or NULL */
struct n4_peer *n4_peer_find(struct n4_node *node, struct in_addr addr);
/**
 * n4_peer_aliases - session and node requests (heartbeats not) from these addresses are @peer's,
 * too: other SMFs of a set that has one association (TS 29.244 cl. 5.22.2)
 * @addrs: @count of them instead of those that were; an address that is a peer's own, or already
 * another's alias, is not taken
 */
void n4_peer_aliases(struct n4_peer *peer, const struct in_addr *addrs, size_t count);
/** n4_peer_next - walk them all; NULL begins */
struct n4_peer *n4_peer_next(struct n4_node *node, struct n4_peer *after);
size_t n4_peer_count(const struct n4_node *node);

/**
 * n4_peer_connect - CP role: associate with a UP function, and keep doing so
 * @retain_sessions: ask it to keep our sessions over our restart (PFCP Session Retention
 * Information)
 * @ret_peer:	     the node's; good until n4_peer_forget(). May be NULL
 *
 * Tries until it is associated (retry_min_ms, doubling to retry_max_ms), exchanges a heartbeat,
 * reports N4_PEER_UP, and begins anew whenever the peer has restarted; then always with
 * @retain_sessions, since this life of ours knows all that it has there. Return: 0, -EEXIST,
 * -ENOSPC: N4_PEERS_MAX
 */
int n4_peer_connect(struct n4_node *node, struct in_addr addr, bool retain_sessions,
		    struct n4_peer **ret_peer);

/**
 * n4_peer_accept - UP role: take note of the association that @req asks for; the caller answers
 * @req
 * @ret_peer:	    the node's; also @req->peer from now on
 * @ret_known:	    this Node ID was associated from here before: sessions go unless it asks that
 *		    they be retained, whatever its recovery time stamp
 *
 * Return: 0; -EADDRINUSE: that Node ID is another address's (nothing is taken over); -ENOSPC:
 * N4_PEERS_MAX
 *
 * Spec: TS 29.244 cl. 6.2.6.2.2, 7.4.4.1 (NOTE)
 */
int n4_peer_accept(struct n4_request *req, const struct pfcp_association_setup_request *setup,
		   struct n4_peer **ret_peer, bool *ret_known);

/* An association as it may be written down; no pointers in it */
struct n4_peer_state {
	struct in_addr addr;
	uint32_t recovery_time_stamp;
	bool stamp_confirmed; /* by an answer to a heartbeat */
	bool associated;      /* not: N4_PEER_RESTARTED */
	uint64_t features;
	struct pfcp_node_id node_id;
};
/** n4_peer_save - of one that is associated, or has restarted since */
void n4_peer_save(const struct n4_peer *peer, struct n4_peer_state *ret);
/**
 * n4_peer_restore - UP role: an association of a predecessor's, whose state this node has kept;
 * heartbeats begin, at once, where it stands
 *
 * Return: 0, -EEXIST: that address is a peer's, -ENOSPC: N4_PEERS_MAX, -ENOMEM
 */
int n4_peer_restore(struct n4_node *node, const struct n4_peer_state *state,
		    struct n4_peer **ret_peer);

/** n4_peer_find_id - who has that Node ID by an association, or NULL */
struct n4_peer *n4_peer_find_id(struct n4_node *node, const struct pfcp_node_id *id);

/**
 * n4_peer_squats - has @peer a Node ID that is rather @from's?
 *
 * A Node ID that is an IPv4 address says that its node has that one address only (cl. 5.8.1):
 * whoever had it from another address first has to go when the owner comes.
 */
bool n4_peer_squats(const struct n4_peer *peer, struct in_addr from);

/** n4_peer_forget - end the association without a word: its requests are done with -ECANCELED;
 * @peer is gone */
void n4_peer_forget(struct n4_peer *peer);

/**
 * n4_association_update - the n4_handler of Association Update Requests, for the handlers of either
 * role: the peer's features become what it says, then config.peer_updated sees the rest
 *
 * Spec: TS 29.244 cl. 6.2.7
 */
void n4_association_update(struct n4_request *req, const struct pfcp_msg *msg, void *user);

/**
 * n4_association_updating - an Association Update Request of ours to fill, as n4_msg()
 * @ret: the message, for n4_request_send()
 */
struct pfcp_association_update_request *n4_association_updating(struct n4_node *node,
								struct pfcp_msg **ret);

/**
 * n4_peer_release - CP role: release the association (TS 29.244 cl. 6.2.8)
 * @again_ms: after this time it is asked for again, as by n4_peer_connect
 *
 * N4_PEER_RELEASED follows when it is answered, whatever the answer, or isn't in N1 tries. The
 * peer's sessions are gone then. Return: 0; -ENOTCONN: not associated, or being released; or of
 * n4_request_send()
 */
int n4_peer_release(struct n4_peer *peer, unsigned again_ms);

/* ---- counters ---- */

enum n4_counter {
	N4_RX,		 /* datagrams */
	N4_RX_FOLLOW_ON, /* messages behind the first in one, TS 29.244 cl. 7.2.1A */
	N4_TX,
	N4_TX_FAILED, /* the socket refused */
	N4_TX_RETRANSMITTED,
	N4_TX_TIMEOUT,	     /* requests without an answer after N1 tries */
	N4_TX_BAD_MSG,	     /* couldn't be encoded: our own mistake */
	N4_RX_RETRANSMITTED, /* requests seen before: answered from the cache, or still worked on */
	N4_RX_SEQUENCE_REUSED, /* another request under a number in the cache: a restarted peer */
	N4_DROP_SHORT,	       /* no header */
	N4_DROP_VERSION,       /* other version; answered */
	N4_DROP_UNKNOWN_TYPE,
	N4_DROP_UNSERVED,  /* a request that this role doesn't serve */
	N4_DROP_UNMATCHED, /* a response to nothing we asked, or from somebody else */
	N4_DROP_BAD_RESPONSE,
	N4_DROP_BUSY,	     /* N4_PENDING_MAX */
	N4_REJECT_MALFORMED, /* requests answered with the codec's cause */
	N4_REJECT_NO_ASSOCIATION,
	N4_STAMP_CLAIMED, /* messages with another recovery time stamp than the peer's: it is asked
			   */
	N4_STAMP_REFUTED, /* and had the old one */
	N4_COUNTERS
};
uint64_t n4_counter(const struct n4_node *node, enum n4_counter which);
/** n4_counter_name - "rx_retransmitted" */
const char *n4_counter_name(enum n4_counter which);
/**
 * n4_metrics_write - these, messages by type, responses by cause, and how long requests took, as
 * Prometheus text: baton_PROGRAM_n4_total and _pfcp_...; what never was is left out
 */
void n4_metrics_write(const struct n4_node *node, const char *program, FILE *out);

/**
 * n4_burst_begin - several datagrams have come at once: what n4_receive() is given until
 * n4_burst_end() is served one by one, but the answers leave together at the end
 *
 * The node's socket does so by itself; these are for who has a transmit of its own.
 * n4_in_burst - whether an answer may be put off until config.burst_end, and shares what it takes
 * with those of other requests
 */
void n4_burst_begin(struct n4_node *node);
void n4_burst_end(struct n4_node *node);
bool n4_in_burst(const struct n4_node *node);

/** n4_receive - one datagram from @from, as if it had come by the socket */
void n4_receive(struct n4_node *node, const struct sockaddr_in *from, const uint8_t *buf,
		size_t len);

#endif
