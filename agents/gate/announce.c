// SPDX-License-Identifier: Apache-2.0
/* Gratuitous ARP (RFC 826, RFC 5227). Linux believes a request or reply about oneself at once, also
 * within the second for which it otherwise keeps to the first answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/gate/gate.h"

enum { ARP_BYTES = 28, MAC_BYTES = 6 };

static uint8_t *put_16(uint8_t *at, uint16_t value)
{
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

/* Sender and target are the same; a reply counts as gratuitous only with both MACs alike. */
static void build(uint8_t arp[ARP_BYTES], uint16_t operation, const uint8_t mac[MAC_BYTES],
		  struct in_addr address)
{
	uint8_t *at = put_16(arp, ARPHRD_ETHER);

	at = put_16(at, ETH_P_IP);
	*at++ = MAC_BYTES;
	*at++ = sizeof(address);
	at = put_16(at, operation);
	at = put(at, mac, MAC_BYTES);
	at = put(at, &address, sizeof(address));
	at = put(at, mac, MAC_BYTES);
	put(at, &address, sizeof(address));
}

static int send_on(int fd, const char *interface, struct in_addr address)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_halen = MAC_BYTES};
	static const uint16_t operations[] = {ARPOP_REQUEST, ARPOP_REPLY};
	struct ifreq request = {0};
	uint8_t arp[ARP_BYTES];

	if (snprintf(request.ifr_name, IFNAMSIZ, "%s", interface) >= IFNAMSIZ)
		return -ENODEV;
	if (ioctl(fd, SIOCGIFINDEX, &request))
		return -errno;
	to.sll_ifindex = request.ifr_ifindex;
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		return -errno;
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return -EPROTOTYPE;
	memset(to.sll_addr, 0xff, MAC_BYTES);
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
		build(arp, operations[i], (const uint8_t *)request.ifr_hwaddr.sa_data, address);
		if (sendto(fd, arp, sizeof(arp), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			return -errno;
	}
	return 0;
}

int gate_announce(const char *interface, struct in_addr address)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* protocol 0: nothing comes in */
	int rc;

	if (fd < 0)
		return -errno;
	rc = send_on(fd, interface, address);
	close(fd);
	return rc;
}
