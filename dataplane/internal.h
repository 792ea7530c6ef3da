/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the data plane: struct dataplane, the table of back ends, the session store.
 *
 * dataplane.c checks a rule set once for all back ends, claims its keys (TEID, UE address, bearer)
 * in the store, lets the back end install the difference, and then writes it down.
 */
#ifndef BATON_DATAPLANE_INTERNAL_H
#define BATON_DATAPLANE_INTERNAL_H

#include "dataplane/dataplane.h"
#include "lib/lookup.h"
#include "lib/netlink/netlink.h"

#define HASH_NONFATAL_OOM 1 /* a library never exits */
#include <uthash.h>

#define DP_NO_SLOT UINT32_MAX

/* What a session's packets are told by; no two sessions share one. No padding: it is hashed. */
struct dp_key {
	uint8_t kind;	  /* enum dp_key_kind */
	uint8_t instance; /* DP_KEY_UE */
	uint8_t family;	  /* DP_KEY_UE: AF_INET, AF_INET6 */
	uint8_t len;	  /* DP_KEY_UE: of the prefix */
	union {
		uint32_t teid;
		struct in_addr ip4;
		struct in6_addr ip6;
		struct {
			uint32_t ifindex;
			uint8_t mac[6];
		} bearer;
		uint8_t octets[16];
	};
};
enum dp_key_kind { DP_KEY_TEID, DP_KEY_UE, DP_KEY_BEARER };

/* A key that is a session's */
struct dp_claim {
	struct dp_key key;
	struct dp_entry *owner;
};

/* An installed session: little, since there are many. What its rules are is known to who applied
 * them, and to the back end. */
struct dp_entry {
	uint64_t id;
	uint32_t slot; /* the back end's own number, DP_NO_SLOT before the first apply */
	uint16_t mtu;
	uint16_t claim_count;
	struct dp_claim *claim; /* all of its keys */
	void *state;		/* the back end's own */
};

struct dp_store {
	struct lookup entries; /* struct dp_entry by id */
	struct lookup claims;  /* struct dp_claim by key */
	size_t count, max;
};

struct dp_entry *dp_store_find(const struct dp_store *store, uint64_t id);
/** dp_store_add - an entry without rules; Return: NULL when memory or store->max is used up
 * (errno) */
struct dp_entry *dp_store_add(struct dp_store *store, uint64_t id);
void dp_store_remove(struct dp_store *store, struct dp_entry *entry);
struct dp_entry *dp_store_find_teid(const struct dp_store *store, uint32_t teid);
void dp_store_clear(struct dp_store *store);
/** dp_store_next - walk them all in no order; *at is 0 at first; NULL: that was all */
struct dp_entry *dp_store_next(const struct dp_store *store, size_t *at);

/* The keys of a rule set, each once */
enum { DP_KEYS_MAX = DP_PDRS_MAX + DP_PREFIXES_MAX * 2 };
struct dp_keys {
	size_t count;
	struct dp_key key[DP_KEYS_MAX];
};

/** dp_session_keys - Return: 0 or -ENOSPC with *ret_err */
int dp_session_keys(const struct dp_session *session, struct dp_keys *ret_keys,
		    struct dp_error *ret_err);
bool dp_keys_have(const struct dp_keys *keys, const struct dp_key *key);
bool dp_entry_has_key(const struct dp_entry *entry, const struct dp_key *key);
/** dp_store_check - are @keys nobody else's? Return: 0, or -EEXIST with the rule in *ret_err */
int dp_store_check(const struct dp_store *store, const struct dp_entry *entry,
		   const struct dp_session *session, const struct dp_keys *keys,
		   struct dp_error *ret_err);
/** dp_claims_new - @keys are @owner's, beside those it has, until dp_claims_free or dp_store_claim;
 * Return: NULL: no memory, and nothing is changed */
struct dp_claim *dp_claims_new(struct dp_store *store, const struct dp_keys *keys,
			       struct dp_entry *owner);
void dp_claims_free(struct dp_store *store, struct dp_claim *claim, size_t count);
/** dp_store_claim - @claim, made by dp_claims_new for @count keys, are the entry's, in place of
 * those it had; can't fail */
void dp_store_claim(struct dp_store *store, struct dp_entry *entry, struct dp_claim *claim,
		    size_t count);

/** dp_config_check - is a configuration whole? Return: 0 or -EINVAL with *ret_err */
int dp_config_check(const struct dp_config *config, struct dp_error *ret_err);
/** dp_config_gtp_lacks - what of it the gtp driver hasn't, for people; NULL: nothing */
const char *dp_config_gtp_lacks(const struct dp_config *config);
/** dp_session_check - is the rule set whole, and possible in this role? Return: 0 or -EINVAL with
 * *ret_err */
int dp_session_check(const struct dp_config *config, const struct dp_session *session,
		     struct dp_error *ret_err);

/* What a rule set may ask of a back end, beyond one tunnel each way */
enum dp_need {
	DP_NEED_FILTERS = 1 << 0,
	DP_NEED_QFI = 1 << 1, /* packets with certain QFIs only */
	DP_NEED_MARK = 1 << 2,
	DP_NEED_IP6 = 1 << 3,
	DP_NEED_PREFIXES = 1 << 4, /* framed routes, more than one address in a PDR */
	DP_NEED_BUFFER = 1 << 5,
	DP_NEED_NOTIFY = 1 << 6,
	DP_NEED_DUPLICATES = 1 << 7,
	DP_NEED_TOS = 1 << 8,
	DP_NEED_RATES = 1 << 9,
	DP_NEED_USAGE = 1 << 10,
	DP_NEED_OVER = 1 << 11, /* another FAR for what is over quota */
};
/** dp_session_refuse - Return: 0, or -EOPNOTSUPP with the first rule that asks for something of
 * @lacks
 * @who: "the gtp driver" */
int dp_session_refuse(const struct dp_session *session, unsigned lacks, const char *who,
		      struct dp_error *ret_err);
/** dp_pdr_shut - the first of its QERs whose gate is closed, or NULL */
const struct dp_qer *dp_pdr_shut(const struct dp_session *session, const struct dp_pdr *pdr);
/** dp_pdr_action - its FAR's, or DP_DROP where it is shut */
enum dp_action dp_pdr_action(const struct dp_session *session, const struct dp_pdr *pdr);
/** dp_pdr_ue - the first of its addresses, or NULL */
const struct dp_prefix *dp_pdr_ue(const struct dp_session *session, const struct dp_pdr *pdr);

/** dp_from_check - what config.from (NULL: 0) and this one have between them must be the same in
 * both; Return: 0, -EINVAL, -EOPNOTSUPP with *ret_err */
int dp_from_check(const struct dataplane *dp, struct dp_error *ret_err);

static inline uint8_t dp_echo_t3_s(const struct dp_config *config)
{
	return config->echo_t3_s ? config->echo_t3_s : DP_ECHO_T3_S;
}

static inline uint8_t dp_echo_n3(const struct dp_config *config)
{
	return config->echo_n3 ? config->echo_n3 : DP_ECHO_N3;
}

/** dp_error_set - fill *err (NULL: don't) and return @rc */
int dp_error_set(struct dp_error *err, int what, uint32_t rule_id, int rc, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

struct gtpu_path;
struct gtpu_msg;
struct hold_set;

struct dp_backend {
	const char *name;
	int (*kernel_check)(
		void); /* 0, or the kernel can't; may load a module, makes nothing else */
	const char *kernel_lacks; /* what, for people */
	/* a G-PDU that comes up to a socket to be answered has been counted already */
	bool counts_user_packets;
	int (*open)(struct dataplane *dp, struct dp_error *ret_err);
	void (*close)(struct dataplane *dp);
	/* entry: as it stands, without keys for a new session; @keys: of @session */
	int (*apply)(struct dataplane *dp, struct dp_entry *entry, const struct dp_session *session,
		     const struct dp_keys *keys, struct dp_error *ret_err);
	void (*remove)(struct dataplane *dp, struct dp_entry *entry);
	/* NULL: a predecessor's rules went with its process, and what they counted; then sessions
	 * are served as soon as they are applied */
	int (*adopt)(struct dataplane *dp, struct dp_error *ret_err);
	uint32_t (*generation)(const struct dataplane *dp, bool predecessors);
	size_t (*save)(const struct dp_entry *entry, void *ret, size_t size);
	int (*inherit)(struct dataplane *dp, struct dp_entry *entry, const void *saved, size_t len);
	void (*inherited)(struct dataplane *dp);
	int (*counters)(struct dataplane *dp, struct dp_entry *entry,
			struct dp_counters *ret_counters);
	/* what waits in its FARs is dropped; NULL: nothing ever does */
	size_t (*discard)(struct dataplane *dp, struct dp_entry *entry);
	/* NULL: the back end knows no URRs */
	int (*urr_counters)(struct dataplane *dp, struct dp_entry *entry, uint32_t urr,
			    struct dp_urr_counters *ret_counters);
	int (*urr_limits)(struct dataplane *dp, struct dp_entry *entry, uint32_t urr,
			  const struct dp_urr_limits *limits);
	int (*radio_add)(struct dataplane *dp, unsigned ifindex);
	int (*radio_remove)(struct dataplane *dp, unsigned ifindex);
	/* holds; NULL: the back end has none */
	int (*hold_open)(struct dataplane *dp, struct hold_set **ret_holds);
	/* add what the kernel counted */
	void (*drops)(struct dataplane *dp, uint64_t drops[DP_DROP_REASONS]);
	/* something that open had gtpu_path_watch is readable; NULL: nothing is */
	void (*process)(struct dataplane *dp);
	/* a G-PDU came up to the socket; @entry: whose TEID it is, or NULL */
	void (*stray)(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg);
};

extern const struct dp_backend dp_backend_ebpf, dp_backend_gtp;

/* An instance's device, and our first addresses there that aren't link-local; zero: none */
struct n6_link {
	struct nl_link link;
	struct in_addr ip4;
	struct in6_addr ip6;
};

struct dataplane {
	struct dp_config config; /* backend, pin_dir: owned copies */
	struct dp_events events;
	const struct dp_backend *backend;
	const char *reason;
	void *state; /* the back end's */
	struct dp_store store;
	struct nl *nl;			     /* in the data plane's namespace */
	struct nl_link n3[DP_LOCALS_MAX];    /* by dp_config.local: the same may be there twice */
	struct n6_link n6[DP_INSTANCES_MAX]; /* by dp_config.instance */
	struct gtpu_path *path;
	bool left; /* to another, whose config.from it is: what the kernel has is that one's */
	struct hold_set *hold;		 /* NULL until one is wanted */
	int backlog;			 /* a socket on lo, see dp_barrier */
	uint64_t drops[DP_DROP_REASONS]; /* counted in user space */
};

/** dp_barrier_open - what dp_barrier takes; it brings lo up; Return: 0 or a negative errno */
int dp_barrier_open(struct nl *nl, int *ret_backlog);
/** dp_barrier - every program that was running on any CPU of ours, with rules replaced by now, has
 * ended when this returns, and so have the packets on their way between veths in this machine */
void dp_barrier(int backlog);

/** dp_link_find - Return: 0 or -ENODEV */
int dp_link_find(struct nl *nl, const char *name, struct nl_link *ret_link);
/* Told by this alias, a link of a killed predecessor is ours to replace. */
#define DP_LINK_ALIAS "baton:dataplane"
/** dp_link_clear - delete a predecessor's link; Return: 0, also when there is none; -EEXIST: it is
 * not ours */
int dp_link_clear(struct nl *nl, const char *name);
/** dp_sysctl_set - write net.ipv4.conf.DEV.NAME (dev NULL: net.ipv4.NAME) unless it has that value;
 * the caller's namespace */
int dp_sysctl_set(const char *dev, const char *name, int value);
/** dp_forwarding_set_up - what routing through @dev takes: forwarding on, reverse path filter and
 * redirects off */
int dp_forwarding_set_up(const char *dev);
/** dp_forwarding6_set_up - the same for IPv6, which is on there afterwards; a default route that
 * came by router advertisements stays */
int dp_forwarding6_set_up(const char *dev);
/** dp_ip6_quiet - a link that has none of IPv6's own talk: no link-local address, no solicitations;
 * before it is up */
int dp_ip6_quiet(const char *dev);
/** dp_ipv6_disable - on a link that carries IPv4 only; 0 also where the kernel has no IPv6 */
int dp_ipv6_disable(const char *dev);
/** dp_mtu_check - of the device of a local address: is there room for a tunnel? 0 or -EINVAL */
int dp_mtu_check(const struct dataplane *dp, uint8_t local, struct dp_error *ret_err);
/** dp_mtu_ip6_check - of all: is there room for IPv6, where an instance has it? 0 or -EINVAL */
int dp_mtu_ip6_check(const struct dataplane *dp, struct dp_error *ret_err);
/** dp_mtu_max - of inner packets, in whatever tunnel has most room: the MTU of devices that stand
 * for UEs */
uint16_t dp_mtu_max(const struct dataplane *dp);
/** dp_session_mtu - of inner packets of a session: its own, or what its tunnels have room for */
uint16_t dp_session_mtu(const struct dataplane *dp, const struct dp_session *session);
/** dp_route_mtu - what a route to a UE has to say of a session's @mtu; 0: the device says it */
uint16_t dp_route_mtu(const struct dataplane *dp, sa_family_t family, uint16_t mtu);
/** dp_session_room_check - a UE with IPv6 needs room for its least MTU; 0 or -EOPNOTSUPP */
int dp_session_room_check(const struct dataplane *dp, const struct dp_session *session,
			  struct dp_error *ret_err);

/** dp_instance_has_ip6 - among its pools: its devices have IPv6 then */
bool dp_instance_has_ip6(const struct dp_instance *instance);
/** n6_routing_up - routes of an instance's UE pools to @dev, rules that keep what comes from it in
 * its table; UPF. Instance 0 first */
int n6_routing_up(struct dataplane *dp, uint8_t instance, const char *dev, unsigned ifindex,
		  struct dp_error *ret_err);
/** n6_routing_down - the rules of all; the routes go with the devices */
void n6_routing_down(struct dataplane *dp);
/** n6_routing_add - of pools that @dp has and @than hasn't, beside those; Return: 0 or a negative
 * errno */
int n6_routing_add(struct dataplane *dp, const struct dataplane *than, uint8_t instance,
		   unsigned ifindex);
/** n6_routing_drop - those of pools that @dp has and @than hasn't */
void n6_routing_drop(struct dataplane *dp, const struct dataplane *than, uint8_t instance,
		     unsigned ifindex);
/* The way to a UE's address or prefix: its session's MTU, by which device */
struct n6_way {
	struct dp_prefix ue;
	uint8_t instance;
	uint16_t mtu;
	unsigned ifindex;
};

/** n6_routing_session - a way with an MTU of its own, or another device than @pool_ifindex, has a
 * route that says so, replaced in one step
 * @old, @new: NULL: there was, or is to be, none */
int n6_routing_session(struct dataplane *dp, unsigned pool_ifindex, const struct n6_way *old,
		       const struct n6_way *new);

/** dp_filter_attach - clsact; takes the place of a predecessor's program */
int dp_filter_attach(struct dataplane *dp, unsigned ifindex, bool egress, int prog_fd,
		     const char *name);
void dp_filter_detach(struct dataplane *dp, unsigned ifindex, bool egress);
/** dp_filter_program - the id of the program that is there, ours or a predecessor's; Return: 0 or
 * -ENOENT */
int dp_filter_program(struct dataplane *dp, unsigned ifindex, bool egress, uint32_t *ret_id);

/** dp_segmentation_off - no segmentation offload on a device: super-packets reach it in pieces */
int dp_segmentation_off(const char *name);

#endif
