// SPDX-License-Identifier: Apache-2.0
#include "dataplane/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dataplane/internal.h"

enum { QUEUE_BYTES = 32 << 20 /* of the socket: the packets of a burst until we run */ };

size_t tap_receive(struct tap *t)
{
	struct iovec part[2] = {{&t->vnet, sizeof(t->vnet)}, {t->frame, sizeof(t->frame)}};
	struct msghdr message = {.msg_iov = part, .msg_iovlen = 2};
	ssize_t len;

	do {
		len = recvmsg(t->in, &message, MSG_DONTWAIT);
		if (len < 0)
			return 0;
		/* neither is one of a program's */
	} while (len < (ssize_t)(sizeof(t->vnet) + ETH_HLEN) || message.msg_flags & MSG_TRUNC);
	return (size_t)len - sizeof(t->vnet);
}

int tap_send(struct tap *t, unsigned ifindex, const struct virtio_net_hdr *vnet,
	     const uint8_t *frame, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex, .sll_halen = ETH_ALEN};
	struct iovec part[2] = {{(void *)vnet, sizeof(*vnet)}, {(void *)frame, len}};
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 2};

	memcpy(&to.sll_protocol, frame + 2 * ETH_ALEN, sizeof(to.sll_protocol));
	memcpy(to.sll_addr, frame, ETH_ALEN);
	return sendmsg(t->out, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* ---- open ---- */

static int wire_make(struct tap *t, const char *name, unsigned *ret_other)
{
	char other[IFNAMSIZ];
	const struct nl_veth veth = {.name = name,
				     .peer = other,
				     .netns_fd = -1,
				     .peer_netns_fd = -1,
				     .mtu = ETH_MAX_MTU - ETH_HLEN,
				     .noarp = true};
	struct nl_link wire, tap;
	int rc = dp_link_clear(t->nl, name);

	snprintf(other, sizeof(other), "%.12s-x", name);
	if (!rc)
		rc = nl_link_add_veth(t->nl, &veth);
	if (!rc)
		rc = dp_link_find(t->nl, name, &wire);
	if (!rc)
		rc = dp_link_find(t->nl, other, &tap);
	if (rc)
		return rc;
	t->ifindex = wire.ifindex;
	*ret_other = tap.ifindex;
	rc = nl_link_set_alias(t->nl, wire.ifindex, DP_LINK_ALIAS);
	if (!rc)
		rc = dp_ipv6_disable(name);
	if (!rc)
		rc = dp_ipv6_disable(other);
	if (!rc)
		rc = nl_link_set_up(t->nl, tap.ifindex, true);
	return rc ? rc : nl_link_set_up(t->nl, wire.ifindex, true);
}

/* @protocol: ETH_P_ALL to listen, 0 to send alone */
static int socket_open(int protocol, unsigned ifindex)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = htons((uint16_t)protocol),
				    .sll_ifindex = (int)ifindex};
	const int on = 1, queue = QUEUE_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &queue, sizeof(queue));
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    (protocol && bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0)) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

int tap_open(struct tap *t, struct nl *nl, const char *name)
{
	unsigned other;
	int rc;

	t->nl = nl;
	t->in = t->out = -1;
	t->ifindex = 0;
	rc = wire_make(t, name, &other);
	if (rc)
		return rc;
	t->in = socket_open(ETH_P_ALL, other);
	t->out = socket_open(0, 0);
	return t->in < 0 ? t->in : t->out < 0 ? t->out : 0;
}

void tap_close(struct tap *t)
{
	if (t->in >= 0)
		close(t->in);
	if (t->out >= 0)
		close(t->out);
	if (t->ifindex)
		(void)nl_link_del(t->nl, t->ifindex);
	t->in = t->out = -1;
	t->ifindex = 0;
}
