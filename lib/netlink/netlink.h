/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnetlink without forking ip(8), on libmnl: links, addresses, routes, rules, neighbours, qdiscs and tc programs, one call a
 * request, or many requests in one batch. A handle works in the network namespace in which it was opened,
 * wherever its caller goes later.
 *
 * Every call waits for the kernel's acknowledgement and returns its errno, unless a batch is open: then the
 * request is queued, and nl_batch_end sends all and returns the first error and which request it was.
 * Extended acknowledgement text of the last failure: nl_error_text.
 */
#ifndef BATON_LIB_NETLINK_H
#define BATON_LIB_NETLINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl;

int nl_open(struct nl **ret_nl);
/** nl_open_netns - a handle in another network namespace; the caller's stays as it is */
int nl_open_netns(int netns_fd, struct nl **ret_nl);
void nl_close(struct nl *nl);
const char *nl_error_text(const struct nl *nl); /* "", or the kernel's words for the last failure */

void nl_batch_begin(struct nl *nl);
/**
 * nl_batch_end - send what was queued, in chunks the kernel takes
 * @ret_index: NULL, or on failure which request it was, from 0
 *
 * Requests after a failed one may have been carried out (the rest of its chunk) or not.
 * Return: 0, or the first error
 */
int nl_batch_end(struct nl *nl, size_t *ret_index);

/* Links. An ifindex of 0 in an answer means: no such link. */
struct nl_veth {
	const char *name, *peer; /* each under IFNAMSIZ */
	int netns_fd, peer_netns_fd; /* -1: the handle's namespace */
	const uint8_t *mac, *peer_mac; /* NULL: the kernel's choice */
	uint32_t mtu;		 /* 0: 1500 */
	bool noarp;		 /* IFF_NOARP on name */
	unsigned ifindex, peer_ifindex; /* to be known without asking; 0: the kernel's choice */
	unsigned master;	 /* of name: a bridge in its namespace; 0: none */
};
int nl_link_add_veth(struct nl *nl, const struct nl_veth *veth);
int nl_link_add_bridge(struct nl *nl, const char *name);
/* A driver's own setting of a link (IFLA_INFO_DATA) that is a 32-bit number in the machine's byte order */
struct nl_link_setting {
	uint16_t type;
	uint32_t value;
};
/**
 * nl_name_plain - a name that the kernel takes as it is: up to 15 letters, digits, '_', '-' and '.', and
 * neither "." nor ".."
 *
 * Others it refuses late, or makes another of: "gtp%d" becomes gtp0.
 */
bool nl_name_plain(const char *name);
/** nl_link_add_kind - a link of a driver that is told nothing but such settings */
int nl_link_add_kind(struct nl *nl, const char *name, const char *kind, const struct nl_link_setting *settings,
		     size_t count);
/** nl_link_settings - read those of @settings that the driver tells; the others stay as they are; Return: 0, -ENODEV */
int nl_link_settings(struct nl *nl, unsigned ifindex, struct nl_link_setting *settings, size_t count);
/* As the kernel counts; a super-packet is one */
struct nl_link_stats {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
};
/** nl_link_stats - Return: 0, -ENODEV */
int nl_link_stats(struct nl *nl, unsigned ifindex, struct nl_link_stats *ret_stats);
int nl_link_del(struct nl *nl, unsigned ifindex);
int nl_link_del_name(struct nl *nl, const char *name);
int nl_link_index(struct nl *nl, const char *name, unsigned *ret_ifindex); /* -ENODEV */
int nl_link_set_up(struct nl *nl, unsigned ifindex, bool up);
int nl_link_set_mac(struct nl *nl, unsigned ifindex, const uint8_t mac[6]);
int nl_link_set_mtu(struct nl *nl, unsigned ifindex, uint32_t mtu);
int nl_link_set_master(struct nl *nl, unsigned ifindex, unsigned master_ifindex);
int nl_link_set_alias(struct nl *nl, unsigned ifindex, const char *alias); /* IFLA_IFALIAS, up to 255 bytes */
int nl_link_set_netns(struct nl *nl, unsigned ifindex, int netns_fd);
struct nl_link {
	unsigned ifindex;
	char name[16];
	char kind[16]; /* "veth", "bridge", "" */
	char alias[256];
	uint8_t mac[6];
	uint32_t mtu;
	bool up, running;
	unsigned peer;	 /* of a veth: the other end's index, in its namespace; 0: not known */
	bool far;	 /* the other end is in another namespace */
	unsigned master; /* the bridge that it is in; 0: none */
};
/** nl_link_list - @each is called for every link; a non-zero answer ends the walk and is returned */
int nl_link_list(struct nl *nl, int (*each)(const struct nl_link *link, void *user), void *user);

/* Addresses, IPv4 and IPv6 */
int nl_addr_add(struct nl *nl, unsigned ifindex, struct in_addr addr, unsigned prefix_len);
int nl_addr_del(struct nl *nl, unsigned ifindex, struct in_addr addr, unsigned prefix_len);
int nl_addr_list(struct nl *nl, unsigned ifindex, int (*each)(struct in_addr addr, unsigned prefix_len, void *user), void *user);
/** nl_addr6_add - usable at once: without duplicate address detection */
int nl_addr6_add(struct nl *nl, unsigned ifindex, struct in6_addr addr, unsigned prefix_len);
int nl_addr6_del(struct nl *nl, unsigned ifindex, struct in6_addr addr, unsigned prefix_len);
/** nl_addr6_list - link-local ones, too */
int nl_addr6_list(struct nl *nl, unsigned ifindex, int (*each)(struct in6_addr addr, unsigned prefix_len, void *user), void *user);

/* Routes. A zero gateway means on-link; dst_len 0 the default route. */
enum nl_route_type { NL_ROUTE_UNICAST, NL_ROUTE_BLACKHOLE, NL_ROUTE_PROHIBIT, NL_ROUTE_UNREACHABLE };
struct nl_route {
	sa_family_t family; /* AF_INET6; 0 or AF_INET: IPv4. What is listed has 0 for IPv4 */
	union {
		struct in_addr dst;
		struct in6_addr dst6;
	};
	unsigned dst_len;
	union {
		struct in_addr gateway;
		struct in6_addr gateway6;
	};
	union { /* zero: none */
		struct in_addr prefsrc;
		struct in6_addr prefsrc6;
	};
	unsigned ifindex;
	uint32_t table;		/* 0: main */
	uint32_t metric;
	uint32_t mtu;		/* RTAX_MTU; 0: none */
	enum nl_route_type type;
};
int nl_route_add(struct nl *nl, const struct nl_route *route);	   /* -EEXIST when there is one */
int nl_route_replace(struct nl *nl, const struct nl_route *route); /* NLM_F_CREATE | NLM_F_REPLACE: one atomic step */
int nl_route_del(struct nl *nl, const struct nl_route *route);
/** nl_route_list - of IPv4; nl_route6_list - of IPv6, of which the kernel makes some itself */
int nl_route_list(struct nl *nl, uint32_t table, int (*each)(const struct nl_route *route, void *user), void *user);
int nl_route6_list(struct nl *nl, uint32_t table, int (*each)(const struct nl_route *route, void *user), void *user);

/* Policy rules */
struct nl_rule {
	sa_family_t family; /* as a route's */
	union {
		struct in_addr src;
		struct in6_addr src6;
	};
	union {
		struct in_addr dst;
		struct in6_addr dst6;
	};
	unsigned src_len, dst_len;
	char iif[16]; /* "": any */
	uint32_t fwmark, fwmask;
	uint32_t table;
	uint32_t priority;
	enum nl_route_type action; /* UNICAST: look up table */
};
int nl_rule_add(struct nl *nl, const struct nl_rule *rule); /* -EEXIST */
/** nl_rule_append - behind all of its priority, also when there is one like it already */
int nl_rule_append(struct nl *nl, const struct nl_rule *rule);
int nl_rule_del(struct nl *nl, const struct nl_rule *rule); /* the first like it; -ENOENT */
/** nl_rule_list - of IPv4; nl_rule6_list - of IPv6 */
int nl_rule_list(struct nl *nl, int (*each)(const struct nl_rule *rule, void *user), void *user);
int nl_rule6_list(struct nl *nl, int (*each)(const struct nl_rule *rule, void *user), void *user);

/** nl_neigh_replace - a permanent neighbour entry */
int nl_neigh_replace(struct nl *nl, unsigned ifindex, struct in_addr addr, const uint8_t mac[6]);
int nl_neigh_del(struct nl *nl, unsigned ifindex, struct in_addr addr);
int nl_neigh6_replace(struct nl *nl, unsigned ifindex, struct in6_addr addr, const uint8_t mac[6]);
int nl_neigh6_del(struct nl *nl, unsigned ifindex, struct in6_addr addr);

/* Bridges */
/** nl_bridge_port_static - a port that learns nothing and gets only what nl_bridge_fdb_add leads there */
int nl_bridge_port_static(struct nl *nl, unsigned ifindex);
/** nl_bridge_fdb_add - frames to @mac leave the bridge by this port */
int nl_bridge_fdb_add(struct nl *nl, unsigned ifindex, const uint8_t mac[6]);

/* tc */
int nl_clsact_add(struct nl *nl, unsigned ifindex); /* 0 also when it is there */
int nl_clsact_del(struct nl *nl, unsigned ifindex);
struct nl_bpf_filter {
	unsigned ifindex;
	bool egress;
	uint16_t priority; /* ours are told by it */
	uint32_t handle;
	int prog_fd;	   /* direct action */
	const char *name;
};
int nl_bpf_filter_replace(struct nl *nl, const struct nl_bpf_filter *filter);
int nl_bpf_filter_del(struct nl *nl, const struct nl_bpf_filter *filter);
/** nl_bpf_filter_find - is one there by its interface, side, priority and handle? Return: 0 or -ENOENT */
int nl_bpf_filter_find(struct nl *nl, const struct nl_bpf_filter *filter);
/** nl_bpf_filter_program - the kernel's id of its program; Return: 0 or -ENOENT */
int nl_bpf_filter_program(struct nl *nl, const struct nl_bpf_filter *filter, uint32_t *ret_id);

/* Link shaping at egress */
int nl_qdisc_tbf(struct nl *nl, unsigned ifindex, uint64_t rate_bps, uint32_t burst_bytes, uint32_t limit_bytes);
struct nl_netem {
	uint32_t delay_us, jitter_us;
	double loss, duplicate, reorder, corrupt; /* 0 to 1 */
	uint64_t rate_bps;			  /* 0: unlimited */
	uint32_t limit_packets;			  /* 0: 1000 or what the delay needs */
};
int nl_qdisc_netem(struct nl *nl, unsigned ifindex, const struct nl_netem *netem); /* -ENOENT: the kernel has none */
int nl_qdisc_del(struct nl *nl, unsigned ifindex);
struct nl_qdisc {
	unsigned ifindex;
	bool root;     /* of what leaves; else clsact, or below another */
	char kind[16]; /* "tbf", "noqueue" */
	uint64_t tbf_rate_bps;
	uint32_t tbf_limit_bytes;
	struct nl_netem netem; /* of "netem"; rates lose what is below 8 bit/s in the kernel */
};
/** nl_qdisc_list - @each is called for every qdisc of the namespace; a non-zero answer ends the walk and is returned */
int nl_qdisc_list(struct nl *nl, int (*each)(const struct nl_qdisc *qdisc, void *user), void *user);
/** nl_netem_limit - what limit_packets 0 stands for */
uint32_t nl_netem_limit(const struct nl_netem *netem);

/* Watching: a non-blocking descriptor of address and link changes, for a loop */
struct nl_monitor;
struct nl_change {
	enum { NL_LINK_NEW, NL_LINK_GONE, NL_ADDR_NEW, NL_ADDR_GONE, NL_OVERRUN } what; /* NL_OVERRUN: re-read everything */
	unsigned ifindex;
	char name[16]; /* of links */
	bool up;
	struct in_addr addr;
};
int nl_monitor_open(struct nl_monitor **ret_monitor);
int nl_monitor_fd(const struct nl_monitor *monitor);
/** nl_monitor_read - hand all waiting changes to @each */
int nl_monitor_read(struct nl_monitor *monitor, void (*each)(const struct nl_change *change, void *user), void *user);
void nl_monitor_close(struct nl_monitor *monitor);

/** nl_sock_destroy - end every TCP socket bound to @local in this namespace (SOCK_DESTROY); Return: how many, or negative errno */
int nl_sock_destroy(struct in_addr local);
/** nl_sock_reset - end connections of @local alone, not what listens there, nor those with peer @except (zero: all) */
int nl_sock_reset(struct in_addr local, struct in_addr except);

#endif
