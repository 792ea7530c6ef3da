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
#include "lib/netlink/netlink.h"

#define HASH_NONFATAL_OOM 1 /* a library never exits */
#include <uthash.h>

enum { DP_SESSIONS_MAX = 65536 };
#define DP_NO_SLOT UINT32_MAX

/* What a session's packets are told by; no two sessions share one. */
struct dp_key {
	enum dp_key_kind { DP_KEY_TEID, DP_KEY_UE, DP_KEY_BEARER } kind;
	uint32_t value; /* TEID; UE address in network order; ifindex */
	uint8_t mac[6]; /* bearer */
	uint8_t zero[2];
};

/* An installed session */
struct dp_entry {
	uint64_t id;
	uint32_t slot; /* the back end's own number, DP_NO_SLOT before the first apply */
	struct dp_session session;
	struct dp_counters by_hand; /* what passed through user space alone */
	UT_hash_handle hh;
};

struct dp_key_entry;

struct dp_store {
	struct dp_entry *entries;
	struct dp_key_entry *keys;
	size_t count;
};

struct dp_entry *dp_store_find(const struct dp_store *store, uint64_t id);
/** dp_store_add - an entry without rules; Return: NULL when memory or DP_SESSIONS_MAX is used up
 * (errno) */
struct dp_entry *dp_store_add(struct dp_store *store, uint64_t id);
void dp_store_remove(struct dp_store *store, struct dp_entry *entry);
/** dp_store_claim - take the keys that @session has and its entry doesn't; Return: 0, -EEXIST,
 * -ENOMEM, and then none is taken */
int dp_store_claim(struct dp_store *store, struct dp_entry *entry, const struct dp_session *session,
		   struct dp_error *ret_err);
/** dp_store_release - give back the keys that @from has and @keep (NULL: none) hasn't */
void dp_store_release(struct dp_store *store, const struct dp_session *from,
		      const struct dp_session *keep);
struct dp_entry *dp_store_find_teid(const struct dp_store *store, uint32_t teid);
void dp_store_clear(struct dp_store *store);

/** dp_session_keys - each key once; Return: how many */
size_t dp_session_keys(const struct dp_session *session, struct dp_key ret_keys[DP_RULES_MAX]);
bool dp_session_has_key(const struct dp_session *session, const struct dp_key *key);
const struct dp_far *dp_session_far(const struct dp_session *session, uint32_t far_id);

/** dp_session_check - is the rule set whole, and possible in this role? Return: 0 or -EINVAL with
 * *ret_err */
int dp_session_check(enum dp_role role, const struct dp_session *session, struct dp_error *ret_err);

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
	int (*open)(struct dataplane *dp, struct dp_error *ret_err);
	void (*close)(struct dataplane *dp);
	/* entry: the rules as they stand, empty for a new session */
	int (*apply)(struct dataplane *dp, struct dp_entry *entry, const struct dp_session *session,
		     struct dp_error *ret_err);
	void (*remove)(struct dataplane *dp, struct dp_entry *entry);
	int (*counters)(struct dataplane *dp, struct dp_entry *entry,
			struct dp_counters *ret_counters);
	int (*radio_add)(struct dataplane *dp, unsigned ifindex);
	int (*radio_remove)(struct dataplane *dp, unsigned ifindex);
	/* holds; NULL: the back end has none */
	int (*hold_open)(struct dataplane *dp, struct hold_set **ret_holds);
	/* add what the kernel counted */
	void (*drops)(struct dataplane *dp, uint64_t drops[DP_DROP_REASONS]);
	/* a G-PDU came up to the socket; @entry: whose TEID it is, or NULL */
	void (*stray)(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg);
};

extern const struct dp_backend dp_backend_ebpf, dp_backend_gtp;

struct dataplane {
	struct dp_config config; /* backend, pin_dir: owned copies */
	struct dp_events events;
	const struct dp_backend *backend;
	const char *reason;
	void *state; /* the back end's */
	struct dp_store store;
	struct nl *nl; /* in the data plane's namespace */
	struct nl_link n3, n6;
	struct in_addr n6_addr; /* our first address on N6, 0: none */
	struct gtpu_path *path;
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
/** dp_ipv6_disable - on a link that carries IPv4 only; 0 also where the kernel has no IPv6 */
int dp_ipv6_disable(const char *dev);
/** dp_session_mtu - of inner packets, with the default filled in */
uint16_t dp_session_mtu(const struct dataplane *dp, const struct dp_session *session);

/** n6_routing_up - routes of the UE pools to @dev, rules that keep what comes from it in n6_table;
 * UPF */
int n6_routing_up(struct dataplane *dp, const char *dev, unsigned ifindex,
		  struct dp_error *ret_err);
/** n6_routing_down - the rules; the routes go with the device */
void n6_routing_down(struct dataplane *dp);
/* A session's way: by which device, NULL session: there is none */
struct n6_way {
	const struct dp_session *session;
	unsigned ifindex;
};

/** n6_routing_session - a session with an MTU of its own, or another device than @pool_ifindex, has
 * a route that says so, replaced in one step */
int n6_routing_session(struct dataplane *dp, unsigned pool_ifindex, struct n6_way old,
		       struct n6_way new);

/** dp_filter_attach - clsact; takes the place of a predecessor's program */
int dp_filter_attach(struct dataplane *dp, unsigned ifindex, bool egress, int prog_fd,
		     const char *name);
void dp_filter_detach(struct dataplane *dp, unsigned ifindex, bool egress);

/** dp_segmentation_off - no segmentation offload on a device: super-packets reach it in pieces */
int dp_segmentation_off(const char *name);

#endif
