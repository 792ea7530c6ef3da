// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/checksum.h"

#include <netinet/in.h>
#include <string.h>

enum { ETH_LEN = 14, ETH_VLAN = 0x8100, ETH_IP = 0x0800, ETH_IP6 = 0x86dd, IP6_LEN = 40 };

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t wide = sum;

	for (; len > 1; at += 2, len -= 2)
		wide += (uint32_t)(at[0] << 8 | at[1]);
	if (len)
		wide += (uint32_t)at[0] << 8;
	while (wide >> 32)
		wide = (wide & UINT32_MAX) + (wide >> 32);
	return (uint32_t)wide;
}

uint16_t checksum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint32_t checksum_pseudo(const uint8_t *ip, bool ip6, uint8_t protocol, uint32_t len)
{
	const uint8_t end[8] = {(uint8_t)(len >> 24),
				(uint8_t)(len >> 16),
				(uint8_t)(len >> 8),
				(uint8_t)len,
				0,
				0,
				0,
				protocol};
	uint32_t sum = ip6 ? checksum_add(0, ip + 8, 32) : checksum_add(0, ip + 12, 8);

	return checksum_add(sum, end, sizeof(end));
}

void checksum_complete(struct packet *p)
{
	const size_t start = p->vnet.csum_start, field = start + p->vnet.csum_offset;
	uint8_t part[1024], bytes[2];
	uint32_t sum = 0;
	uint16_t value;

	if (!(p->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return;
	p->vnet.flags = 0;
	if (field + 2 > p->len)
		return;
	for (size_t at = start, len; at < p->len; at += len) {
		len = p->len - at < sizeof(part) ? p->len - at : sizeof(part);
		packet_read(p, at, part, len);
		sum = checksum_add(sum, part, len);
	}
	value = checksum_fold(sum);
	if (!value) /* UDP's way to say that there is none; for TCP the same number */
		value = 0xffff;
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
	packet_write(p, field, bytes, 2);
}

/* Where the transport begins of an unfragmented UDP, TCP or ICMP packet; else where the network
 * does */
static size_t covered_from(const struct packet *p)
{
	uint8_t head[ETH_LEN + 4 + IP6_LEN] = {0};
	size_t at = ETH_LEN;
	unsigned type;

	packet_read(p, 0, head, p->len < sizeof(head) ? p->len : sizeof(head));
	type = (unsigned)(head[12] << 8 | head[13]);
	if (type == ETH_VLAN) {
		type = (unsigned)(head[16] << 8 | head[17]);
		at += 4;
	}
	if (type == ETH_IP && (head[at] & 15) >= 5)
		at += (size_t)(head[at] & 15) * 4;
	else if (type == ETH_IP6)
		at += IP6_LEN;
	if (at < p->len)
		return at;
	return ETH_LEN < p->len ? ETH_LEN : 0;
}

void packet_corrupt(struct packet *p, struct random *random)
{
	const size_t from = covered_from(p);
	uint64_t bit;

	if (p->len <= from)
		return;
	checksum_complete(p);
	p->vnet = (struct virtio_net_hdr){0};
	bit = random_below(random, (p->len - from) * 8);
	*packet_byte(p, from + bit / 8) ^= (uint8_t)(1u << bit % 8);
}
