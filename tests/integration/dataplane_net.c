// SPDX-License-Identifier: Apache-2.0
/* Namespaces, links and ports for tests, see dataplane_net.h */
#include "tests/integration/dataplane_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT_WAIT_MS = 5000 };

static unsigned tap_count, tap_failed;

void bail(const char *what, int rc)
{
	printf("Bail out! %s: %s\n", what, strerror(rc < 0 ? -rc : rc));
	exit(255);
}

static void check(const char *what, int rc)
{
	if (rc < 0)
		bail(what, rc);
}

static void setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return; /* no IPv6 in this kernel */
	if (write(fd, value, strlen(value)) < 0)
		bail(path, errno);
	close(fd);
}

void netns_make(struct netns *ret_netns)
{
	if (unshare(CLONE_NEWNET))
		bail("unshare", errno);
	ret_netns->fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (ret_netns->fd < 0)
		bail("namespace", errno);
	setting("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	setting("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	check("netlink", nl_open(&ret_netns->nl));
	check("lo", nl_link_set_up(ret_netns->nl, 1, true));
}

void netns_free(struct netns *netns)
{
	nl_close(netns->nl);
	close(netns->fd);
}

void netns_enter(const struct netns *netns)
{
	if (setns(netns->fd, CLONE_NEWNET))
		bail("setns", errno);
}

unsigned link_index(struct netns *netns, const char *name)
{
	unsigned ifindex = 0;

	check(name, nl_link_index(netns->nl, name, &ifindex));
	return ifindex;
}

/* What XDP redirects into a virtual Ethernet device arrives where the other end takes packets in
 * bulk. */
static void gro_on(const struct netns *netns, const char *dev)
{
	struct ethtool_value gro = {.cmd = ETHTOOL_SGRO, .data = 1};
	struct ifreq request = {.ifr_data = (char *)&gro};
	int fd;

	netns_enter(netns);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request) < 0)
		bail(dev, errno);
	close(fd);
}

void link_make(struct netns *a, const char *a_name, const uint8_t a_mac[6], struct netns *b,
	       const char *b_name, const uint8_t b_mac[6], uint32_t mtu)
{
	const struct nl_veth veth = {.name = a_name,
				     .peer = b_name,
				     .netns_fd = -1,
				     .peer_netns_fd = b->fd,
				     .mac = a_mac,
				     .peer_mac = b_mac,
				     .mtu = mtu};

	netns_enter(a);
	check(a_name, nl_link_add_veth(a->nl, &veth));
	check(a_name, nl_link_set_up(a->nl, link_index(a, a_name), true));
	check(b_name, nl_link_set_up(b->nl, link_index(b, b_name), true));
	gro_on(b, b_name);
	gro_on(a, a_name);
}

struct in_addr ip(const char *text)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		bail(text, EINVAL);
	return addr;
}

struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, text, &addr) != 1)
		bail(text, EINVAL);
	return addr;
}

static bool is_ip6(const char *text)
{
	return strchr(text, ':');
}

void ip6_on(struct netns *netns, const char *dev)
{
	static const struct {
		const char *name, *value;
	} settings[] = {{"addr_gen_mode", "1"},
			{"accept_ra", "0"},
			{"router_solicitations", "0"},
			{"disable_ipv6", "0"}};
	char path[128];

	netns_enter(netns);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", dev,
			 settings[i].name);
		setting(path, settings[i].value);
	}
}

void addr_add(struct netns *netns, const char *dev, const char *addr, unsigned len)
{
	const unsigned ifindex = link_index(netns, dev);

	check(addr, is_ip6(addr) ? nl_addr6_add(netns->nl, ifindex, ip6(addr), len)
				 : nl_addr_add(netns->nl, ifindex, ip(addr), len));
}

void neigh_add(struct netns *netns, const char *dev, const char *addr, const uint8_t mac[6])
{
	const unsigned ifindex = link_index(netns, dev);

	check(addr, is_ip6(addr) ? nl_neigh6_replace(netns->nl, ifindex, ip6(addr), mac)
				 : nl_neigh_replace(netns->nl, ifindex, ip(addr), mac));
}

void route_add(struct netns *netns, const char *dev, const char *dst, unsigned len,
	       const char *gateway, uint32_t table)
{
	struct nl_route route = {.dst_len = len, .ifindex = link_index(netns, dev), .table = table};

	if (is_ip6(dst)) {
		route.family = AF_INET6;
		route.dst6 = ip6(dst);
		if (gateway)
			route.gateway6 = ip6(gateway);
	} else {
		route.dst = ip(dst);
		if (gateway)
			route.gateway = ip(gateway);
	}
	check(dst, nl_route_add(netns->nl, &route));
}

int port_open(struct netns *netns, const char *dev)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	const int buffer = 8 << 20;
	int fd;

	netns_enter(netns);
	addr.sll_ifindex = (int)link_index(netns, dev);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		bail("AF_PACKET", errno);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		bail(dev, errno);
	return fd;
}

/* Where XDP is emulated the other end takes frames more slowly than we make them: then the socket
 * has no room, or its device has none */
void port_send(int port, const uint8_t *frame, size_t len)
{
	struct pollfd room = {.fd = port, .events = POLLOUT};
	const uint64_t end = now_ms() + PORT_WAIT_MS;

	while (send(port, frame, len, 0) != (ssize_t)len) {
		const int error = errno;

		if ((error != EAGAIN && error != ENOBUFS) || now_ms() > end)
			bail("send", error);
		poll(&room, 1, 100);
		usleep(100);
	}
}

uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

size_t port_receive(int port, uint8_t *ret_frame, size_t size, int timeout_ms)
{
	const uint64_t end = now_ms() + (uint64_t)timeout_ms;

	for (;;) {
		struct sockaddr_ll from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(port, ret_frame, size, 0, (struct sockaddr *)&from, &from_len);
		struct pollfd poll_fd = {.fd = port, .events = POLLIN};
		uint64_t now = now_ms();

		if (n > 0 && from.sll_pkttype != PACKET_OUTGOING &&
		    !(ret_frame[0] == 0x33 && ret_frame[1] == 0x33))
			return (size_t)n;
		if (n > 0)
			continue;
		if (now >= end)
			return 0;
		poll(&poll_fd, 1, (int)(end - now));
	}
}

void tap_ok(bool ok, const char *format, ...)
{
	va_list args;

	tap_count++;
	tap_failed += !ok;
	printf("%sok %u - ", ok ? "" : "not ", tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

void tap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

int tap_end(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed ? 1 : 0;
}
