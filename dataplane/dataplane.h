/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data plane contract: one rule set a session, installed whole or not at all by a back end.
 *
 * A UPF and a gNB drive the same back ends; they differ in the interfaces that their rules name: N3
 * and N6 in a UPF, radio and N3 in a gNB (its access role). The N4 layer turns PFCP rules into
 * struct dp_session, the gNB builds one for each bearer. Back ends know nothing of PFCP or NGAP.
 *
 *   ebpf   tc programs (clsact) on any kernel since 5.15; QFI in the PDU session container both
 * ways gtp    the mainline kernel's gtp driver; tunnels only, what it can't do is refused with
 * -EOPNOTSUPP auto   gtp where the kernel has it and the needs allow, else ebpf
 *
 * Addresses are in network order (struct in_addr), numbers in host order.
 * Spec: TS 29.244 cl. 5.2 (rules), TS 29.281 (GTP-U), TS 38.415 (PDU session container)
 */
#ifndef BATON_DATAPLANE_H
#define BATON_DATAPLANE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dp_role { DP_ROLE_UPF, DP_ROLE_GNB };

/* Where a rule's packets come from or go to. */
enum dp_interface {
	DP_N3,	  /* GTP-U; N9 later has the same form */
	DP_N6,	  /* plain IP, UPF */
	DP_RADIO, /* a bearer on a radio link, gNB */
};

enum {
	DP_RULES_MAX = 8,
	DP_PREFIXES_MAX = 16,
	DP_RADIO_MAX = 1024,
	DP_HOLDS_MAX = 512,	    /* numbered from 1 */
	DP_HOLD_PACKETS_MAX = 4096, /* waiting in one hold; the next is dropped (DP_DROP_HELD) */
};

struct dp_prefix {
	struct in_addr addr;
	unsigned len;
};

/* A bearer on the radio link: told by MAC address, so that nothing is added to a packet. */
struct dp_bearer {
	unsigned ifindex;  /* the gNB's end of the UE's radio link */
	uint8_t ue_mac[6]; /* frames from and to the UE for this bearer; see lib/radio.h */
};

struct dp_pdr {
	uint16_t id;
	uint32_t precedence; /* the lowest value wins, TS 29.244 cl. 5.2.1 */
	enum dp_interface source;
	uint32_t teid; /* DP_N3: the local F-TEID; its address is dp_config.n3_addr */
	bool has_ue_addr;
	struct in_addr ue_addr; /* DP_N3, DP_RADIO: the only inner source allowed; DP_N6: the
				   destination */
	uint8_t qfi; /* DP_N3: only packets with this QFI; 0: any, with or without a container */
	bool remove_outer; /* outer header removal: must be set for DP_N3 */
	uint32_t far_id;
	uint16_t hold; /* DP_N3 to DP_RADIO: its packets wait there, see dataplane_hold_new; 0: none. On
			  gtp a session's second TEID must have one: it is served in user space */
};

enum dp_action { DP_DROP, DP_FORWARD };

struct dp_far {
	uint32_t id;
	enum dp_action action;
	enum dp_interface destination;
	struct in_addr peer; /* DP_N3: outer header creation GTP-U/UDP/IPv4 */
	uint32_t teid;
	uint8_t qfi; /* DP_N3: QFI put into a PDU session container; 0: no container */
};

struct dp_session {
	uint64_t
		id; /* UPF: its SEID; gNB: UE and PDU session id. Unique in one data plane, not 0 */
	struct dp_bearer bearer; /* gNB only: what DP_RADIO means in this session's rules */
	uint16_t mtu; /* largest inner packet towards N3; larger ones with DF are answered by ICMP;
			 0: N3's less 44 */
	size_t pdr_count, far_count;
	struct dp_pdr pdr[DP_RULES_MAX];
	struct dp_far far[DP_RULES_MAX];
};

struct dp_counters {
	uint64_t uplink_packets, uplink_bytes; /* inner IP bytes, forwarded */
	uint64_t downlink_packets, downlink_bytes;
	uint64_t dropped_packets;
};

/* Why a packet was dropped or not ours: names by dp_drop_name, "unknown_teid". */
enum dp_drop {
	DP_DROP_MALFORMED, /* header, length, extension chain */
	DP_DROP_UNKNOWN_TEID,
	DP_DROP_UNKNOWN_UE, /* downlink destination or bearer without a session */
	DP_DROP_SPOOFED,    /* inner source is not the UE's */
	DP_DROP_PROTECTED,  /* inner destination in N2, N3, N4, N9 or management */
	DP_DROP_GATE,	    /* FAR says drop, or no PDR matches */
	DP_DROP_TOO_BIG,    /* over the session's MTU; answered by ICMP where DF asks for it */
	DP_DROP_NO_ROUTE,
	DP_DROP_HELD, /* a hold was full */
	DP_DROP_REASONS
};

struct dp_config {
	enum dp_role role;
	const char *backend;	/* "auto", "ebpf" or "gtp" */
	bool needs_qos;		/* QFI marking wanted: rules out gtp under "auto" */
	struct in_addr n3_addr; /* local GTP-U address; UDP 2152 is bound to it by the data plane */
	char n3_dev[IFNAMSIZ];
	char n6_dev[IFNAMSIZ]; /* UPF */
	unsigned n6_table; /* UPF: the routing table that knows N6 only, for what was decapsulated;
			      filled by the topology */
	size_t protected_count;
	struct dp_prefix protected_prefix[DP_PREFIXES_MAX]; /* UPF: users may not reach these */
	size_t ue_pool_count;
	struct dp_prefix ue_pool[DP_PREFIXES_MAX]; /* UPF: routed to this UPF; a destination in it
						      without a session is dropped */
	const char *pin_dir; /* NULL: pin nothing. Else a directory on a bpffs, for `bpftool` and
				inspection */
};

struct dp_events {
	/* A peer says that it does not know the TEID we send to: TS 29.281 cl. 7.3.1 */
	void (*error_indication)(struct in_addr peer, uint32_t teid, void *user);
	/* Echo Response with the peer's restart counter, or no answer to our Echo Requests (lost
	 * true) */
	void (*path)(struct in_addr peer, bool lost, void *user);
	/* No more packets will come by the tunnel to @teid, which is ours: TS 29.281 cl. 7.3.2 */
	void (*end_marker)(struct in_addr peer, uint32_t teid, void *user);
	void *user;
};

/* Why a rule set was refused. */
struct dp_error {
	enum { DP_ERROR_NONE, DP_ERROR_PDR, DP_ERROR_FAR, DP_ERROR_SESSION } what;
	uint32_t rule_id;
	char text[160];
};

struct dataplane;

/**
 * dataplane_new - make the data plane of this network namespace and take hold of its interfaces
 * @config:  copied
 * @ret_err: text set on failure
 *
 * Left-overs of an earlier process of the same role (after kill -9) are taken over or replaced;
 * foreign objects are not touched. Return: 0, -EOPNOTSUPP when the kernel lacks the back end,
 * -EADDRINUSE, -ENODEV, ...
 */
int dataplane_new(const struct dp_config *config, const struct dp_events *events,
		  struct dataplane **ret_dp, struct dp_error *ret_err);
/** dataplane_free - remove everything it made in the kernel */
void dataplane_free(struct dataplane *dp);

/** dataplane_backend - "ebpf" or "gtp": what "auto" came to; dataplane_backend_reason - and why,
 * for doctor and status */
const char *dataplane_backend(const struct dataplane *dp);
const char *dataplane_backend_reason(const struct dataplane *dp);
/** dataplane_probe - what "auto" would take on this kernel, without making anything; @ret_reason:
 * static text */
const char *dataplane_probe(const char *backend, bool needs_qos, const char **ret_reason);

/** dataplane_fd - readable when GTP-U control messages wait; then call dataplane_process, which
 * handles a bounded batch */
int dataplane_fd(const struct dataplane *dp);
void dataplane_process(struct dataplane *dp);

/**
 * dataplane_session_apply - install a session, or replace its rules, atomically
 *
 * Only the difference is changed; on failure the old rules stand. No packet of another session is
 * lost. Return: 0, -EOPNOTSUPP (the back end can't), -EINVAL, -EEXIST (TEID, UE address or bearer
 * of another session), -ENOSPC
 */
int dataplane_session_apply(struct dataplane *dp, const struct dp_session *session,
			    struct dp_error *ret_err);
/** dataplane_session_remove - Return: 0 or -ENOENT */
int dataplane_session_remove(struct dataplane *dp, uint64_t id);
int dataplane_session_counters(struct dataplane *dp, uint64_t id, struct dp_counters *ret_counters);

/** dataplane_radio_add - gNB: serve a radio link that has come up (its ingress carries bearers);
 * remove ends it */
int dataplane_radio_add(struct dataplane *dp, unsigned ifindex);
int dataplane_radio_remove(struct dataplane *dp, unsigned ifindex);

/**
 * dataplane_hold_new - a place where packets from N3 to a radio link wait, in order
 * @ifindex: the radio link that they go to in the end
 *
 * A target gNB keeps packets back until the UE is there, and those of the new path until the old
 * one has ended (TS 38.300 cl. 9.2.3.2.2). PDRs name it by its number. It begins closed; once
 * released, what waits is delivered in order, what comes meanwhile queues up behind, and when
 * nothing waits any more packets go straight. Return: 0, -ENOSPC, ...
 */
int dataplane_hold_new(struct dataplane *dp, unsigned ifindex, uint16_t *ret_hold);
void dataplane_hold_release(struct dataplane *dp, uint16_t hold);
/** dataplane_hold_empty - released, and nothing waits any more; a packet that got lost between
 * kernel and socket is given up after a moment */
bool dataplane_hold_empty(struct dataplane *dp, uint16_t hold);
/** dataplane_hold_free - what still waits is dropped; no PDR may name it any more */
void dataplane_hold_free(struct dataplane *dp, uint16_t hold);
/* Of all holds since the start */
struct dp_hold_counters {
	uint64_t held, delivered, lost, dropped;
};
void dataplane_hold_counters(const struct dataplane *dp, struct dp_hold_counters *ret_counters);

/** dataplane_barrier - no packet is on its way any more by a rule that was replaced before */
void dataplane_barrier(struct dataplane *dp);
/** dataplane_end_marker - one End Marker to @peer's tunnel, behind all packets that rules replaced
 * before this call have sent there; 0 or a negative errno. Spec: TS 29.281 cl. 7.3.2 */
int dataplane_end_marker(struct dataplane *dp, struct in_addr peer, uint32_t teid);

int dataplane_echo(struct dataplane *dp, struct in_addr peer); /* send one Echo Request */
void dataplane_drops(struct dataplane *dp, uint64_t ret_drops[DP_DROP_REASONS]);
const char *dp_drop_name(enum dp_drop reason);

/* GTP-U control messages, TS 29.281 cl. 7 */
struct dp_path_counters {
	uint64_t echo_requests, echo_responses; /* received */
	uint64_t error_indications_received, error_indications_sent;
	uint64_t end_markers; /* received */
	uint64_t extension_notifications_received, extension_notifications_sent;
	uint64_t malformed, unanswered; /* unanswered: over the rate limit */
};
void dataplane_path_counters(const struct dataplane *dp, struct dp_path_counters *ret_counters);

#endif
