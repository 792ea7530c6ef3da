/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links of both drivers in this network namespace, and whether the socket that each needs is held.
 *
 * The drivers tell neither a link's role nor its address, and both lose a link's packets when its
 * UDP socket goes, gtp5g even crashes then (see kernel.h). So who makes a link by `link add` writes
 * both into its alias, and holds a listening socket with an abstract name beside the UDP socket: it
 * is seen in this namespace as long as the holder lives.
 */
#ifndef BATON_GTP5G_TOOLS_LINKS_H
#define BATON_GTP5G_TOOLS_LINKS_H

#include <net/if.h>

#include "gtp5g-tools/noun.h"
#include "lib/netlink/netlink.h"

enum role { ROLE_UPF, ROLE_RAN };

/* What `link add` is told, and `link show` tells, as a record (lib/gtp5g/field.h) */
struct link {
	uint64_t has;
	uint8_t driver; /* enum driver */
	uint8_t role;
	struct in_addr local;
	uint32_t hash_size, mtu;
	uint8_t state; /* 1: up */
	uint8_t held;  /* enum held */
	char name[IFNAMSIZ];
	unsigned ifindex;
};
enum { LINK_DRIVER, LINK_ROLE, LINK_LOCAL, LINK_HASH_SIZE, LINK_MTU, LINK_STATE, LINK_HELD };
extern const struct gtp5g_table link_table;

enum held {
	HELD_NO, /* `link add` made it, and its process is gone */
	HELD_YES,
	HELD_PERHAPS, /* another program's: some socket is bound to the port */
	HELD_NOBODY,  /* another program's: no socket is */
};

/** links_list - role, address and holder are looked up, too; a non-zero answer of @each ends it and
 * is returned */
int links_list(struct nl *nl, int (*each)(const struct link *link, void *user), void *user);
/** links_find - Return: 0, -ENODEV: none of that name; -EMEDIUMTYPE: another kind of link */
int links_find(struct nl *nl, const char *name, struct link *ret_link);

/** links_ask - into @link what its driver tells by itself: either the hash size, the mainline one
 * the role */
void links_ask(struct nl *nl, struct link *link);

/* Longest alias and socket name that these write */
enum { LINK_ALIAS_SIZE = 64, LINK_SOCKET_SIZE = 32 };
void link_alias(const struct link *link, char buf[static LINK_ALIAS_SIZE]);
/** link_socket - the holder's, without the octet 0 that it begins with */
void link_socket(unsigned ifindex, char buf[static LINK_SOCKET_SIZE]);

#endif
