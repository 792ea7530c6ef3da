/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces, veth links between them and raw ports, for tests of the data plane. Nothing
 * has a name outside the process: all of it is gone when the process ends.
 */
#ifndef BATON_TESTS_DATAPLANE_NET_H
#define BATON_TESTS_DATAPLANE_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/netlink/netlink.h"

struct netns {
	int fd;
	struct nl *nl;
};

/* Every function ends the program with a "Bail out!" line on failure: without a network there is no
 * test. */
void bail(const char *what, int rc) __attribute__((noreturn));
void netns_make(struct netns *ret_netns);
void netns_free(struct netns *netns);
void netns_enter(const struct netns *netns);
/** link_make - a veth pair, both ends up, IPv6 off */
void link_make(struct netns *a, const char *a_name, const uint8_t a_mac[6], struct netns *b,
	       const char *b_name, const uint8_t b_mac[6], uint32_t mtu);
unsigned link_index(struct netns *netns, const char *name);
/* Of either version, by the text */
void addr_add(struct netns *netns, const char *dev, const char *addr, unsigned len);
void neigh_add(struct netns *netns, const char *dev, const char *addr, const uint8_t mac[6]);
void route_add(struct netns *netns, const char *dev, const char *dst, unsigned len,
	       const char *gateway, uint32_t table);
struct in_addr ip(const char *text);
struct in6_addr ip6(const char *text);
/** ip6_on - IPv6 on a device, which says nothing of its own there */
void ip6_on(struct netns *netns, const char *dev);

/** port_open - an AF_PACKET socket on a device */
int port_open(struct netns *netns, const char *dev);
void port_send(int port, const uint8_t *frame, size_t len);
/** port_receive - the next frame that came in, waiting up to @timeout_ms; Return: its length, 0:
 * none. What IPv6 says to all of its link (MLD) is passed over */
size_t port_receive(int port, uint8_t *ret_frame, size_t size, int timeout_ms);

/* TAP */
void tap_ok(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
int tap_end(void);
uint64_t now_ms(void);

#endif
