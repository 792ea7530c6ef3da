// SPDX-License-Identifier: Apache-2.0
/* Packets for tests, see packet_build.h */
#include "tests/integration/packet_build.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { ETH = 14, IP = 20, UDP = 8 };

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

static void udp_put(uint8_t *ip, size_t size)
{
	uint8_t *udp = ip + IP;
	uint8_t pseudo[PACKET_MAX];

	put16(udp, 1000);
	put16(udp + 2, 2000);
	put16(udp + 4, (unsigned)(size - IP));
	put16(udp + 6, 0);
	for (size_t i = IP + UDP; i < size; i++)
		ip[i] = (uint8_t)i;
	memcpy(pseudo, ip + 12, 8);
	put16(pseudo + 8, 17);
	put16(pseudo + 10, (unsigned)(size - IP));
	memcpy(pseudo + 12, udp, size - IP);
	put16(udp + 6, packet_checksum(pseudo, 12 + size - IP));
}

size_t packet_build_inner(const struct packet *p, uint8_t *ret)
{
	const size_t size = p->size ? p->size : 100;

	if (p->inner)
		return packet_hex(p->inner, ret);
	ip_put(ret, p->src, p->dst, size, p->ttl ? p->ttl : 64, p->tos, p->df);
	if (size >= IP + UDP)
		udp_put(ret, size);
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

size_t packet_build(const struct packet *p, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		    uint8_t *ret_frame)
{
	uint8_t *ip = ret_frame + ETH;
	size_t size;

	memcpy(ret_frame, dst_mac, 6);
	memcpy(ret_frame + 6, src_mac, 6);
	put16(ret_frame + 12, 0x0800);
	if (p->form == PACKET_PLAIN)
		return ETH + packet_build_inner(p, ip);
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

	if (len < ETH + IP || frame[12] != 8 || frame[13] || packet_checksum(ip, IP))
		return false;
	put16(ip + 4, 0);
	put16(ip + 10, 0);
	put16(ip + 10, packet_checksum(ip, IP));
	return true;
}
