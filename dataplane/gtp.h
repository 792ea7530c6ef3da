/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gtp back end inside: which rule sets the driver can do (gtp_session.c), the devices that
 * send (gtp_sender.c), packets that pass through user space (gtp_user.c), and the rest (gtp.c).
 *
 * The driver can't change a context, and a device has one for each UE address. What a handover
 * changes is therefore a context in a second device, made before packets are led to it and deleted
 * when none is on its way there any more: two senders, taken in turn, whose UDP sockets are bound
 * to the N3 address and a port that nobody sends to. The driver sends from port 2152 by any socket,
 * so that the peer sees no difference; nothing is received by them.
 *
 *   UPF  uplink stays with its context in dp-gtp, whoever the peer is; downlink to a new gNB goes
 *        by a sender: the route to UE/32 is replaced, which is one step
 *   gNB  source: downlink that comes by dp-gtp goes on by a sender (gtp_guard.bpf.c).
 *        target: what is forwarded to it comes by a second TEID for the same UE, for which the
 *        driver has no context: it comes up to the UDP socket, in order with its End Marker
 */
#ifndef BATON_DATAPLANE_GTP_H
#define BATON_DATAPLANE_GTP_H

#include "dataplane/internal.h"
#include "lib/netlink/gtp.h"

enum { GTP_SENDERS = 2, GTP_HASH_SIZE = 16384 };

struct gtp_guard;

struct gtp_sender {
	unsigned ifindex;
	int sock;
};

struct gtp {
	struct gtp_netlink *netlink;
	struct gtp_guard *guard;
	unsigned ifindex;
	struct gtp_sender sender[GTP_SENDERS]; /* a session's is dp_entry.slot, counted from 1 */
	int cpus;
	size_t radio_count;
	unsigned radio[DP_RADIO_MAX];
};

/* What a rule set comes to */
struct gtp_plan {
	bool whole;	   /* else half: nothing is installed yet */
	enum dp_drop lack; /* half: why, and what its packets are dropped for */
	struct gtp_pdp pdp;
	bool forwards; /* gNB: downlink goes on to another gNB */
	struct gtp_pdp forward;
	uint16_t hold; /* gNB: of what goes to the radio link */
};

/* A TEID that comes up to the socket, and what is done with its packets in user space */
struct gtp_stray {
	uint32_t teid;
	uint16_t hold; /* gNB: they wait there */
	bool forwards; /* they go on in a tunnel */
	struct in_addr peer;
	uint32_t peer_teid;
};

/* What is installed for a session: struct dp_entry's state */
struct gtp_session {
	struct gtp_plan plan;
	struct dp_bearer bearer;
	uint16_t mtu;
	struct dp_counters by_hand; /* what passed through user space */
	uint8_t stray_count;
	struct gtp_stray stray[]; /* all TEIDs of its rules */
};

/**
 * gtp_session_map - the contexts that a rule set comes to
 *
 * The driver can do one pair of tunnels for one UE address, and no more. A session whose way to N3
 * isn't known yet (no PDR for it, a FAR that drops, a closed gate: the gNB's F-TEID comes later, or
 * the UE is idle) is half: it is accepted, and its context made when the rules are whole. In a gNB
 * downlink may lead to N3, too, and further PDRs may, with a hold, have TEIDs of their own. Return:
 * 0, or -EOPNOTSUPP with the rule that the driver can't do
 */
int gtp_session_map(enum dp_role role, const struct dp_session *session, struct gtp_plan *ret_plan,
		    struct dp_error *ret_err);

/** gtp_session_new - malloc'd; Return: NULL: no memory */
struct gtp_session *gtp_session_new(const struct dp_session *session, const struct gtp_plan *plan);

/** gtp_senders_open - their sockets and devices; guard programs are attached by the caller */
int gtp_senders_open(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err);
void gtp_senders_close(struct dataplane *dp, struct gtp *g);
/** gtp_link_up - MTU, alias and so on of a device of ours; Return: 0 with its index */
int gtp_link_up(struct dataplane *dp, const char *name, unsigned *ret_ifindex);

/** gtp_stray - a G-PDU came up to the socket: the rules' way in user space, or a drop */
void gtp_stray(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg);

/* gtp_maps.c */
/** gtp_counters_make - an entry of zeros in a per-CPU map of struct gtp_counters; Return: 0,
 * -EEXIST, -ENOSPC, -ENOMEM */
int gtp_counters_make(int map, const uint32_t *key, int cpus);
int gtp_counters_sum(int map, const uint32_t *key, int cpus, struct dp_counters *ret_counters);
int gtp_prefixes_fill(int map, const struct dp_prefix *prefixes, size_t count);

#endif
