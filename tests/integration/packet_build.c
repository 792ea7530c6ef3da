// SPDX-License-Identifier: Apache-2.0
/* Packets for tests, see packet_build.h */
#include "tests/integration/packet_build.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { ETH = 14, IP = 20, IP6 = 40, UDP = 8 };

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

uint16_t packet_checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (len & 1)
		sum += (uint32_t)data[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

size_t packet_hex(const char *hex, uint8_t *ret)
{
	size_t len = 0;
	unsigned octet;

	for (; *hex && *hex != '+'; hex += 2) {
		if (*hex == ' ') {
			hex--;
			continue;
		}
		sscanf(hex, "%2x", &octet);
		ret[len++] = (uint8_t)octet;
	}
	return len;
}

static void ip_put(uint8_t *at, const char *src, const char *dst, size_t size, uint8_t ttl,
		   uint8_t tos, bool df)
{
	struct in_addr addr = {0};

	memset(at, 0, IP);
	at[0] = 0x45;
	at[1] = tos;
	put16(at + 2, (unsigned)size);
	put16(at + 6, df ? 0x4000 : 0);
	at[8] = ttl;
	at[9] = 17;
	inet_pton(AF_INET, src, &addr);
	memcpy(at + 12, &addr, 4);
	inet_pton(AF_INET, dst, &addr);
	memcpy(at + 16, &addr, 4);
	put16(at + 10, packet_checksum(at, IP));
}

static bool is_ip6(const char *addr)
{
	return addr && strchr(addr, ':');
}

static void ip6_put(uint8_t *at, const char *src, const char *dst, size_t payload, uint8_t next,
		    uint8_t hops)
{
	memset(at, 0, IP6);
	at[0] = 0x60;
	put16(at + 4, (unsigned)payload);
	at[6] = next;
	at[7] = hops;
	inet_pton(AF_INET6, src, at + 8);
	inet_pton(AF_INET6, dst, at + 24);
}

/* Traffic class and flow label */
static void ip6_mark(uint8_t *at, uint8_t tos, uint32_t flow)
{
	put32(at, 6u << 28 | (uint32_t)tos << 20 | flow);
}

/* Of UDP behind IP addresses of @addr_size octets each, which end at @addrs + 2 * @addr_size */
static uint16_t udp_checksum(const uint8_t *addrs, size_t addr_size, const uint8_t *udp,
			     size_t size)
{
	uint8_t pseudo[PACKET_MAX + 40];
	uint16_t sum;

	memcpy(pseudo, addrs, 2 * addr_size);
	put32(pseudo + 2 * addr_size, (uint32_t)size);
	put32(pseudo + 2 * addr_size + 4, 17);
	memcpy(pseudo + 2 * addr_size + 8, udp, size);
	sum = packet_checksum(pseudo, 2 * addr_size + 8 + size);
	return sum ? sum : 0xffff;
}

/* @payload: what is behind the IP header, @size octets, UDP's included */
static void udp_put(uint8_t *udp, size_t size, const uint8_t *addrs, size_t addr_size,
		    const struct packet *p)
{
	uint16_t sum;

	put16(udp, 1000);
	put16(udp + 2, 2000);
	put16(udp + 4, (unsigned)size);
	put16(udp + 6, 0);
	for (size_t i = UDP; i < size; i++)
		udp[i] = (uint8_t)(i + IP);
	sum = udp_checksum(addrs, addr_size, udp, size);
	put16(udp + 6, p->no_sum ? 0 : (unsigned)(sum - p->wrong_sum));
}

static size_t inner6_build(const struct packet *p, uint8_t *ret, size_t size)
{
	uint8_t headers[PACKET_MAX];
	const size_t more = p->headers ? packet_hex(p->headers, headers) : 0, l4 = IP6 + more;

	ip6_put(ret, p->src, p->dst, (unsigned)((int)(size - IP6) + p->length),
		p->headers || p->protocol_only ? p->next : 17, p->ttl ? p->ttl : 64);
	ip6_mark(ret, p->tos, 0);
	memcpy(ret + IP6, headers, more);
	if (size >= l4 + UDP && !p->protocol_only)
		udp_put(ret + l4, size - l4, ret + 8, 16, p);
	else
		for (size_t i = l4; i < size; i++)
			ret[i] = (uint8_t)i;
	return p->trimmed ? (size_t)((int)size + p->length) : size;
}

size_t packet_build_inner(const struct packet *p, uint8_t *ret)
{
	const size_t size = p->size ? p->size : 100;

	if (p->inner)
		return packet_hex(p->inner, ret);
	if (is_ip6(p->src))
		return inner6_build(p, ret, size);
	ip_put(ret, p->src, p->dst, size, p->ttl ? p->ttl : 64, p->tos, p->df);
	if (size >= IP + UDP)
		udp_put(ret + IP, size - IP, ret + 12, 4, p);
	if (p->length || p->version_ihl) {
		put16(ret + 2, (unsigned)((int)size + p->length));
		ret[0] = p->version_ihl ? p->version_ihl : ret[0];
		put16(ret + 10, 0);
		put16(ret + 10, packet_checksum(ret, IP));
	}
	return p->trimmed ? (size_t)((int)size + p->length) : size;
}

static size_t gtpu_put(const struct packet *p, uint8_t *at)
{
	const bool options = p->sequence || p->psc;
	size_t head = options ? 12 : 8;
	uint8_t inner[PACKET_MAX];
	size_t size;

	if (p->gtpu && !strchr(p->gtpu, '+'))
		return packet_hex(p->gtpu, at);
	size = packet_build_inner(p, inner);
	if (p->gtpu) {
		head = packet_hex(p->gtpu, at);
		memcpy(at + head, inner, size);
		/* a length of 0000 in the hex is filled in */
		if (!at[2] && !at[3])
			put16(at + 2, (unsigned)(head + size - 8));
		return head + size;
	}
	memset(at, 0, 16);
	at[0] = (uint8_t)(0x30 | (p->psc ? 4 : 0) | (p->sequence ? 2 : 0));
	at[1] = 255;
	put32(at + 4, p->teid);
	if (p->sequence)
		put16(at + 8, 0x1234);
	if (p->psc) {
		at[11] = 0x85;
		at[12] = 1;
		at[13] = p->psc == PSC_UL ? 0x10 : 0;
		at[14] = p->qfi;
		head += 4;
	}
	put16(at + 2, (unsigned)(head + size - 8));
	memcpy(at + head, inner, size);
	return head + size;
}

/* Over IPv6 there is a checksum always, RFC 8200 cl. 8.1 */
static size_t outer6_build(const struct packet *p, uint8_t *ip)
{
	uint8_t *udp = ip + IP6;
	const size_t size = UDP + gtpu_put(p, udp + UDP);

	ip6_put(ip, p->outer_src, p->outer_dst, size, 17, 64);
	ip6_mark(ip, p->outer_tos, p->outer_flow);
	put16(udp, p->outer_port ? p->outer_port : 2152);
	put16(udp + 2, 2152);
	put16(udp + 4, (unsigned)((int)size + p->udp_length));
	put16(udp + 6, 0);
	if (!p->outer_no_sum)
		put16(udp + 6, udp_checksum(ip + 8, 16, udp, size));
	return IP6 + size;
}

size_t packet_build(const struct packet *p, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		    uint8_t *ret_frame)
{
	uint8_t *ip = ret_frame + ETH;
	size_t size;

	memcpy(ret_frame, dst_mac, 6);
	memcpy(ret_frame + 6, src_mac, 6);
	put16(ret_frame + 12, 0x0800);
	if (is_ip6(p->form == PACKET_PLAIN ? p->src : p->outer_src))
		put16(ret_frame + 12, 0x86dd);
	if (p->form == PACKET_PLAIN)
		return ETH + packet_build_inner(p, ip);
	if (is_ip6(p->outer_src))
		return ETH + outer6_build(p, ip);
	size = gtpu_put(p, ip + IP + UDP);
	put16(ip + IP, p->outer_port ? p->outer_port : 2152);
	put16(ip + IP + 2, 2152);
	put16(ip + IP + 4, (unsigned)((int)(UDP + size) + p->udp_length));
	put16(ip + IP + 6, 0);
	ip_put(ip, p->outer_src, p->outer_dst, IP + UDP + size, 64, p->outer_tos, !p->outer_no_df);
	if (p->outer_unfinished) {
		uint8_t pseudo[12] = {0};

		memcpy(pseudo, ip + 12, 8);
		pseudo[9] = 17;
		put16(pseudo + 10, (unsigned)(UDP + size));
		put16(ip + IP + 6, (uint16_t)~packet_checksum(pseudo, sizeof(pseudo)));
	}
	return ETH + IP + UDP + size;
}

bool packet_normalise(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + ETH;

	if (len >= ETH + IP6 && frame[12] == 0x86 && frame[13] == 0xdd)
		return true;
	if (len < ETH + IP || frame[12] != 8 || frame[13] || packet_checksum(ip, IP))
		return false;
	put16(ip + 4, 0);
	put16(ip + 10, 0);
	put16(ip + 10, packet_checksum(ip, IP));
	return true;
}
