/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data plane contract: one rule set a session, installed whole or not at all by a back end.
 *
 * A UPF and a gNB drive the same back ends; they differ in the interfaces that their rules name: N3
 * and N6 in a UPF, radio and N3 in a gNB (its access role). The N4 layer turns PFCP rules into
 * struct dp_session, the gNB builds one for each bearer. Back ends know nothing of PFCP or NGAP.
 *
 *   ebpf   tc programs (clsact), kernel 5.15 or newer; QFI in the PDU session container, both ways
 *
 *   gtp    the mainline kernel's gtp driver: tunnels only
 *
 *   auto   gtp where the kernel has it and the needs allow, else ebpf
 *
 * What a back end can't do it refuses with -EOPNOTSUPP, and the rule.
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

#include "lib/ipfilter/packed.h"

enum dp_role { DP_ROLE_UPF, DP_ROLE_GNB };

/* The form in which a rule's packets come or go. */
enum dp_interface {
	DP_N3,	  /* in a GTP-U tunnel: N3, N9, N4-u */
	DP_N6,	  /* plain IP, UPF */
	DP_RADIO, /* a bearer on a radio link, gNB */
};

/* Which way: what is counted, which gate and rate hold, how a filter is read. TS 29.244 cl. 5.2.1A
 */
enum dp_direction { DP_UPLINK, DP_DOWNLINK };

enum {
	DP_PDRS_MAX = 32,
	DP_FARS_MAX = 32,
	DP_QERS_MAX = 16,
	DP_URRS_MAX = 32,
	DP_REFS_MAX = 8,      /* QERs, URRs of one PDR */
	DP_FILTERS_MAX = 128, /* of one session */
	DP_PREFIXES_MAX =
		16, /* of one session: UE addresses and framed routes; pools of an instance */
	DP_DUPLICATES_MAX = 2,
	DP_LOCALS_MAX = 8,
	DP_INSTANCES_MAX = 16,
	DP_RADIO_MAX = 1024,
	DP_HOLDS_MAX = 512,	    /* numbered from 1 */
	DP_HOLD_PACKETS_MAX = 4096, /* waiting in one hold; the next is dropped (DP_DROP_HELD) */
	DP_BUFFER_TOTAL = 65536,    /* packets waiting for all FARs that buffer */
	DP_SESSIONS_DEFAULT = 4096,
	DP_SESSIONS_MAX = 1 << 20,
};

/* AF_INET or AF_INET6; AF_UNSPEC: none */
struct dp_addr {
	sa_family_t family;
	union {
		struct in_addr ip4;
		struct in6_addr ip6;
	};
};

struct dp_prefix {
	struct dp_addr addr;
	unsigned len;
};

/* A bearer on the radio link: told by MAC address, so that nothing is added to a packet. */
struct dp_bearer {
	unsigned ifindex;  /* the gNB's end of the UE's radio link */
	uint8_t ue_mac[6]; /* frames from and to the UE for this bearer; see lib/radio.h */
};

/* QFI and what goes with it in a PDU session container, TS 38.415 cl. 5.5.2 */
struct dp_mark {
	uint8_t qfi; /* 0: no container */
	bool rqi;    /* reflective QoS: downlink only */
	bool has_ppi;
	uint8_t ppi; /* paging policy indicator, 3 bits: downlink only */
};

struct dp_pdr {
	uint16_t id;
	uint32_t precedence; /* the lowest value wins, TS 29.244 cl. 5.2.1 */
	enum dp_interface source;
	enum dp_direction direction; /* DP_N6: downlink; DP_RADIO: uplink; DP_N3: either, N9 */
	uint8_t instance;	     /* network instance: index in dp_config.instance; DP_N6 */
	uint32_t teid;		     /* DP_N3: the local F-TEID, of whatever dp_config.local */
	uint32_t ue;   /* bits: dp_session.ue. Uplink: the inner source is in one of them, or it is
			  spoofed; downlink: the destination. 0: not looked at (DP_N6 needs one) */
	uint64_t qfis; /* bits: DP_N3: only packets with such a QFI; 0: any, also without a
			  container */
	uint8_t filter_first,
		filter_count; /* in dp_session.filter: one of them matches; 0: all do */
	bool remove_outer;    /* outer header removal: must be set for DP_N3 */
	struct dp_mark mark;  /* where the FAR leads into a tunnel */
	uint8_t far;	      /* index in dp_session.far, and so on */
	uint8_t qer_count, urr_count;
	uint8_t qer[DP_REFS_MAX], urr[DP_REFS_MAX];
	uint16_t
		hold; /* DP_N3 to DP_RADIO: its packets wait there, see dataplane_hold_new; 0: none.
			 On gtp a session's second TEID must have one: it is served in user space */
};

enum dp_action { DP_DROP, DP_FORWARD, DP_BUFFER };

/* Where a packet goes, and in what */
struct dp_destination {
	enum dp_interface interface;
	uint8_t instance;    /* DP_N6: its routing table */
	uint8_t local;	     /* DP_N3: the outer source, index in dp_config.local */
	struct dp_addr peer; /* DP_N3: outer header creation, GTP-U/UDP/IPv4 or IPv6 */
	uint32_t teid;
	bool set_tos; /* DP_N3: transport level marking; otherwise 0 */
	uint8_t tos, tos_mask;
};

struct dp_far {
	uint32_t id;
	enum dp_action action;
	bool notify;		 /* NOCP: dp_events.downlink_data */
	uint16_t buffer_packets; /* DP_BUFFER: at most; 0: the data plane's own limit */
	struct dp_destination to;
	uint8_t duplicate_count;
	struct dp_destination duplicate[DP_DUPLICATES_MAX];
};

struct dp_qer {
	uint32_t id;
	bool closed[2];			   /* gates, by enum dp_direction */
	uint64_t mbr_kbps[2], gbr_kbps[2]; /* 1000 bit/s of inner packets; UINT64_MAX: none */
};
/* What a QER begins with, (struct dp_qer){.id = 1, DP_QER_OPEN}: a rate of zero is one, too */
#define DP_QER_OPEN .mbr_kbps = {UINT64_MAX, UINT64_MAX}, .gbr_kbps = {UINT64_MAX, UINT64_MAX}

/* Octets or packets, by direction and together */
struct dp_volume {
	uint64_t total, way[2]; /* by enum dp_direction */
};

/* In absolute readings of the URR's counters; UINT64_MAX: none */
struct dp_urr_limits {
	struct dp_volume notify; /* octets: one dp_events.usage when one of them is passed */
	struct dp_volume quota;	 /* octets: what passes one of them is over quota */
	struct dp_volume quota_packets, notify_packets;
	bool start;  /* one dp_events.usage at the next packet */
	bool closed; /* over quota by another reason (time) */
};

struct dp_urr {
	uint32_t id;
	struct dp_urr_limits limits; /* of a new URR; later by dataplane_urr_limits */
	uint8_t over;		     /* over quota: dropped (DP_OVER_DROP), or this FAR instead */
};
#define DP_OVER_DROP UINT8_MAX

/* The same: zero is a limit that the first packet passes, and in `over` the first FAR */
#define DP_VOLUME_NONE                                                                             \
	{                                                                                          \
		UINT64_MAX,                                                                        \
		{                                                                                  \
			UINT64_MAX, UINT64_MAX                                                     \
		}                                                                                  \
	}
#define DP_URR_LIMITS_NONE                                                                         \
	{                                                                                          \
		.notify = DP_VOLUME_NONE, .quota = DP_VOLUME_NONE,                                 \
		.quota_packets = DP_VOLUME_NONE, .notify_packets = DP_VOLUME_NONE                  \
	}
#define DP_URR_NO_LIMITS .limits = DP_URR_LIMITS_NONE, .over = DP_OVER_DROP

struct dp_session {
	uint64_t
		id; /* UPF: its SEID; gNB: UE and PDU session id. Unique in one data plane, not 0 */
	struct dp_bearer bearer; /* gNB only: what DP_RADIO means in this session's rules */
	uint16_t mtu; /* largest inner packet towards N3; larger ones with DF, and of IPv6 all, are
			 answered by ICMP; 0: what its tunnels have room for. Of IPv6 at least 1280
		       */
	uint8_t pdr_count, far_count, qer_count, urr_count, filter_count, ue_count;
	struct dp_prefix ue[DP_PREFIXES_MAX]; /* addresses (/32), prefixes (/64), framed routes */
	struct dp_pdr pdr[DP_PDRS_MAX];
	struct dp_far far[DP_FARS_MAX];
	struct dp_qer qer[DP_QERS_MAX];
	struct dp_urr urr[DP_URRS_MAX];
	/* packed for the direction of the PDRs that name them: a rule for both is there twice */
	struct ipfilter_packed filter[DP_FILTERS_MAX];
};

struct dp_counters {
	uint64_t uplink_packets, uplink_bytes; /* inner IP bytes, forwarded */
	uint64_t downlink_packets, downlink_bytes;
	uint64_t dropped_packets;
	uint64_t latest_ns; /* CLOCK_MONOTONIC, of the latest packet either way; 0: none. Within 10
			       ms */
};

/* A URR's, since it was made: packets that its PDRs forwarded */
struct dp_urr_counters {
	uint64_t octets[2], packets[2]; /* by enum dp_direction */
	uint64_t first_ns, latest_ns;	/* CLOCK_MONOTONIC, of packets; 0: none. Within 10 ms */
	uint64_t over_packets;		/* that were over quota */
};

/* Why a packet was dropped or not ours: names by dp_drop_name, "unknown_teid". */
enum dp_drop {
	DP_DROP_MALFORMED, /* header, length, extension chain */
	DP_DROP_UNKNOWN_TEID,
	DP_DROP_UNKNOWN_UE, /* downlink destination or bearer without a session */
	DP_DROP_SPOOFED,    /* inner source is not the UE's */
	DP_DROP_PROTECTED,  /* inner destination in N2, N3, N4, N9 or management */
	DP_DROP_NO_MATCH,   /* no PDR of the session matches */
	DP_DROP_ACTION,	    /* the FAR says drop */
	DP_DROP_GATE,	    /* a QER's gate is closed */
	DP_DROP_RATE,	    /* over a QER's MBR */
	DP_DROP_QUOTA,	    /* over a URR's quota */
	DP_DROP_TOO_BIG,    /* over the session's MTU; answered by ICMP where DF asks for it */
	DP_DROP_NO_ROUTE,
	DP_DROP_HELD, /* a hold or a buffer was full, or discarded */
	DP_DROP_REASONS
};

/* A GTP-U address of ours: UDP 2152 is bound to it by the data plane. A device may have several;
 * F-TEIDs hold for all of them */
struct dp_local {
	struct dp_addr addr;
	char dev[IFNAMSIZ];
};

/* A network instance: an interface of plain IP, and the routing table of what leaves by it. No two
 * have one interface; those with overlapping pools have tables of their own */
struct dp_instance {
	char name[64]; /* "" in the first: whatever N4 doesn't name */
	char dev[IFNAMSIZ];
	unsigned table; /* knows this network only; filled by the topology, with the pools' routes
			   added by the data plane */
	uint8_t pool_count;
	struct dp_prefix
		pool[DP_PREFIXES_MAX]; /* routed to this UPF; a destination in it without a
					  session is dropped. IPv6 only where one is of it */
};

enum dp_attach { DP_ATTACH_AUTO, DP_ATTACH_TC, DP_ATTACH_XDP };

enum { DP_ECHO_T3_S = 1, DP_ECHO_N3 = 3 };

struct dp_config {
	enum dp_role role;
	const char *backend;   /* "auto", "ebpf" or "gtp"; "gtp5g": not yet */
	enum dp_attach attach; /* of ebpf in a UPF; AUTO: XDP as well where no device is virtual */
	bool needs_qos;	       /* QFI marking wanted: rules out gtp under "auto" */
	uint32_t sessions_max; /* 0: DP_SESSIONS_DEFAULT; memory of maps is taken for so many at
				  once */
	/* GTP-U's T3-RESPONSE and N3-REQUESTS: so long is an echo waited for, and so often it is
	 * asked in all (TS 29.281 cl. 11, 12); 0: the default */
	uint8_t echo_t3_s, echo_n3;
	uint8_t local_count, instance_count;
	struct dp_local local[DP_LOCALS_MAX];	       /* at least one */
	struct dp_instance instance[DP_INSTANCES_MAX]; /* UPF: at least one */
	size_t protected_count;
	struct dp_prefix protected_prefix[DP_PREFIXES_MAX]; /* UPF: users may not reach these */
	/* A killed predecessor goes on serving until dataplane_adopt(); the configuration is the
	 * same. dataplane_new: -ENOENT: there is none, or nothing of it is left */
	bool adopt;
	/* The same for one of this process (NULL: none), which is freed afterwards, or, where this
	 * one fails, goes on. It may differ in UE pools, in what is protected, and in echo_; in
	 * whether an instance has IPv6 it may not (-EINVAL) */
	struct dataplane *from;
	const char *pin_dir; /* NULL: pin nothing. Else a directory on a bpffs, for `bpftool` and
				inspection */
};

struct dp_events {
	/* A peer says that it does not know the TEID we send to: TS 29.281 cl. 7.3.1 */
	void (*error_indication)(const struct dp_addr *peer, uint32_t teid, void *user);
	/* Echo Response with the peer's restart counter, or no answer to our Echo Requests (lost
	 * true) */
	void (*path)(const struct dp_addr *peer, bool lost, void *user);
	/* No more packets will come by the tunnel to @teid, which is ours: TS 29.281 cl. 7.3.2 */
	void (*end_marker)(const struct dp_addr *peer, uint32_t teid, void *user);
	/* The first packet that a FAR with notify buffered or dropped since it became so */
	void (*downlink_data)(uint64_t session, uint16_t pdr_id, uint8_t qfi, void *user);
	/* A counter passed a limit, or the packet came that dp_urr_limits.start waited for; told
	 * once, until the limits are set anew. What it was is for dataplane_urr_counters to say */
	void (*usage)(uint64_t session, uint32_t urr_id, void *user);
	void *user;
};

/* Why a rule set was refused. */
struct dp_error {
	enum {
		DP_ERROR_NONE,
		DP_ERROR_PDR,
		DP_ERROR_FAR,
		DP_ERROR_QER,
		DP_ERROR_URR,
		DP_ERROR_SESSION
	} what;
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
/** dataplane_urr_counters - Return: 0 or -ENOENT */
int dataplane_urr_counters(struct dataplane *dp, uint64_t id, uint32_t urr_id,
			   struct dp_urr_counters *ret_counters);
/** dataplane_urr_limits - in place of those that were; Return: 0 or -ENOENT */
int dataplane_urr_limits(struct dataplane *dp, uint64_t id, uint32_t urr_id,
			 const struct dp_urr_limits *limits);
/** dataplane_session_discard - what a session's FARs have buffered is dropped (DROBU); Return: how
 * many packets */
size_t dataplane_session_discard(struct dataplane *dp, uint64_t id);

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

/* ---- a killed process's data plane, and its heir (docs/upf.md) ---- */

/**
 * dataplane_session_save - what dataplane_session_inherit takes, of a session as it was applied
 * last: where the kernel counts it, whatever that comes to later
 * @ret: at most @size octets; NULL: none
 *
 * Return: how many octets it takes; 0: the back end needs none, or has no such session
 */
size_t dataplane_session_save(struct dataplane *dp, uint64_t id, void *ret, size_t size);
/** dataplane_generation - a number that no other data plane of this boot has; @predecessors: with
 * dp_config.adopt, until dataplane_inherited: of the one that serves; 0: the back end has none */
uint32_t dataplane_generation(const struct dataplane *dp, bool predecessors);
/** dataplane_adopt - with dp_config.adopt or from, once, when all sessions have been applied: from
 * now on they are served by this one's rules, packet by packet; what from has waiting waits here.
 * Return: 0 or a negative errno with *ret_err: with from, nothing has changed then */
int dataplane_adopt(struct dataplane *dp, struct dp_error *ret_err);
/** dataplane_session_inherit - what the predecessor has counted is added to the session's counters,
 * once before dataplane_adopt, for the limits that hold from then on, and once more behind it, for
 * what came until then. Its URRs' limits are to be told again. Return: 0, -ENOENT, -EBADMSG,
 * -ENOMEM
 */
int dataplane_session_inherit(struct dataplane *dp, uint64_t id, const void *saved, size_t len);
/** dataplane_inherited - no session inherits any more: the predecessor's maps go */
void dataplane_inherited(struct dataplane *dp);
/** dataplane_end_marker - one End Marker to @peer's tunnel, behind all packets that rules replaced
 * before this call have sent there; 0 or a negative errno. Spec: TS 29.281 cl. 7.3.2 */
int dataplane_end_marker(struct dataplane *dp, const struct dp_addr *peer, uint32_t teid);

int dataplane_echo(struct dataplane *dp, const struct dp_addr *peer); /* send one Echo Request */
void dataplane_drops(struct dataplane *dp, uint64_t ret_drops[DP_DROP_REASONS]);
const char *dp_drop_name(enum dp_drop reason);

/* A device that packets come and go by, as the kernel counts it: all that it carries, with outer
 * headers, a super-packet as one */
struct dp_device {
	char dev[IFNAMSIZ];
	bool n6;
	uint8_t instance; /* whose N6 it is, in dp_config.instance */
	uint64_t received_packets, received_bytes, sent_packets, sent_bytes;
};
enum { DP_DEVICES_MAX = DP_LOCALS_MAX + DP_INSTANCES_MAX };
/** dataplane_devices - N3's and N6's, each once; one that is gone is left out; Return: how many */
size_t dataplane_devices(const struct dataplane *dp, struct dp_device ret[DP_DEVICES_MAX]);

/* GTP-U control messages, TS 29.281 cl. 7 */
struct dp_path_counters {
	uint64_t echo_requests, echo_responses; /* received */
	uint64_t error_indications_received, error_indications_sent;
	uint64_t end_markers; /* received */
	uint64_t extension_notifications_received, extension_notifications_sent;
	uint64_t unexpected;	     /* Echo Responses to nothing that we asked */
	uint64_t unknown_types;	     /* messages of a later release: ignored, TS 29.281 cl. 7.1 */
	uint64_t unknown_extensions; /* other messages than G-PDUs with one that is required */
	uint64_t malformed;	     /* the same, that can't be read */
	uint64_t user_packets;	     /* G-PDUs that came up to a socket, whatever is in them */
	/* so each message that a socket gave is one of the above, and nothing of: */
	uint64_t received;   /* by the sockets, all */
	uint64_t unanswered; /* over the rate limit */
};
void dataplane_path_counters(const struct dataplane *dp, struct dp_path_counters *ret_counters);

#endif
