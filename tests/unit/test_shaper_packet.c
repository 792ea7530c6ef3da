// SPDX-License-Identifier: Apache-2.0
/* Bytes that link-shaper touches: super-packets cut in pieces, also in GTP-U, and bits that flip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "link-shaper/checksum.h"
#include "link-shaper/segment.h"

enum { ETH = 14, IP = 20, IP6 = 40, TCP = 32, UDP = 8, GTP = 16, GSO_UDP_L4 = 5 };
enum { FLAG_FIN = 1, FLAG_PSH = 8, FLAG_ACK = 16, FLAG_CWR = 128 };

struct pool {
	struct packet_pool pool;
};

static int pool_make(void **state)
{
	struct pool *p = calloc(1, sizeof(*p));

	*state = p;
	return packet_pool_init(&p->pool);
}

static int pool_end(void **state)
{
	struct pool *p = *state;
	const bool all_back = p->pool.used == 0 && p->pool.free_tails == PACKET_TAILS;

	packet_pool_done(&p->pool);
	free(p);
	return all_back ? 0 : -1;
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static struct packet *packet_of(struct packet_pool *pool, const uint8_t *bytes, size_t len)
{
	struct packet *p = packet_new(pool);

	p->len = (uint32_t)len;
	p->vnet = (struct virtio_net_hdr){0};
	if (len > PACKET_HEAD)
		p->tail = packet_tail_new(pool);
	assert_true(packet_write(p, 0, bytes, len));
	return p;
}

/* ---- headers, each at @at; they return where they end ---- */

static size_t put_eth(uint8_t *at, unsigned type)
{
	memset(at, 2, 12);
	put16(at + 12, type);
	return ETH;
}

static size_t put_ip(uint8_t *at, uint8_t protocol, size_t len)
{
	const uint8_t header[IP] = {0x45, 0, 0,	 0, 0xff, 0xfe, 0x40, 0, 64, protocol,
				    0,	  0, 10, 0, 0,	  1,	10,   0, 0,  2};

	memcpy(at, header, IP);
	put16(at + 2, len);
	put16(at + 10, checksum_fold(checksum_add(0, at, IP)));
	return IP;
}

static size_t put_ip6(uint8_t *at, uint8_t protocol, size_t len)
{
	memset(at, 0, IP6);
	at[0] = 0x60;
	put16(at + 4, len - IP6);
	at[6] = protocol;
	at[7] = 64;
	memset(at + 8, 0xfd, 32);
	return IP6;
}

static size_t put_tcp(uint8_t *at)
{
	memset(at, 0, TCP);
	put16(at, 5000);
	put16(at + 2, 80);
	memset(at + 4, 0xff, 4); /* seq: wraps */
	at[12] = TCP / 4 << 4;
	at[13] = FLAG_FIN | FLAG_PSH | FLAG_ACK | FLAG_CWR;
	return TCP;
}

static size_t put_gtp(uint8_t *at, size_t len)
{
	const uint8_t header[GTP] = {0x34, 255, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0x85, 1, 0x10, 9, 0};

	memcpy(at, header, GTP);
	put16(at + 2, len - 8);
	return GTP;
}

static void fill(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(i * 7 + i / 256);
}

static bool ip_is_right(const uint8_t *ip, size_t len, unsigned id)
{
	return get16(ip + 2) == len && get16(ip + 4) == (id & 0xffff) &&
	       checksum_fold(checksum_add(0, ip, IP)) == 0;
}

/* The sum over pseudo header and all is 0 when it is right */
static bool transport_is_right(const uint8_t *ip, bool ip6, uint8_t protocol, size_t len)
{
	const size_t header = ip6 ? IP6 : IP;
	uint32_t sum = checksum_pseudo(ip, ip6, protocol, (uint32_t)(len - header));

	return checksum_fold(checksum_add(sum, ip + header, len - header)) == 0;
}

/* ---- segments ---- */

static void check_tcp(const uint8_t *tcp, const uint8_t *payload, unsigned index, unsigned pieces,
		      size_t size, size_t len)
{
	uint8_t flags = FLAG_ACK;
	uint32_t seq = (uint32_t)get16(tcp + 4) << 16 | get16(tcp + 6);

	if (index == 0)
		flags |= FLAG_CWR;
	if (index + 1 == pieces)
		flags |= FLAG_FIN | FLAG_PSH;
	assert_int_equal(tcp[13], flags);
	assert_int_equal(seq, (uint32_t)(0xffffffff + index * size));
	assert_memory_equal(tcp + TCP, payload + index * size, len);
}

/* TCP over @ip6, in a tunnel or not, @payload octets in pieces of @size */
static void cut_tcp(struct packet_pool *pool, bool ip6, bool tunnel, size_t payload, size_t size)
{
	static uint8_t bytes[PACKET_MAX], got[PACKET_MAX];
	const size_t inner = (ip6 ? IP6 : IP) + TCP;
	const size_t outer = tunnel ? IP + UDP + GTP : 0;
	size_t at = put_eth(bytes, ip6 && !tunnel ? 0x86dd : 0x0800), ip_at, left = payload;
	struct segment_plan plan;
	struct packet *p, *piece;

	if (tunnel) {
		at += put_ip(bytes + at, 17, outer + inner + payload);
		put16(bytes + at, 2152);
		put16(bytes + at + 2, 2152);
		put16(bytes + at + 4, UDP + GTP + inner + payload);
		put16(bytes + at + 6, 0x1234);
		at += UDP;
		at += put_gtp(bytes + at, GTP + inner + payload);
	}
	ip_at = at;
	at += ip6 ? put_ip6(bytes + at, 6, inner + payload)
		  : put_ip(bytes + at, 6, inner + payload);
	at += put_tcp(bytes + at);
	fill(bytes + at, payload);
	p = packet_of(pool, bytes, at + payload);
	p->vnet.gso_type = ip6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	p->vnet.gso_size = (uint16_t)size;
	assert_int_equal(segment_plan(p, &plan), 0);
	assert_int_equal(plan.gtp, tunnel);
	assert_int_equal(plan.headers, at);
	assert_int_equal(plan.pieces, (payload + size - 1) / size);
	assert_int_equal(segment_wire_bytes(p, &plan), payload + plan.pieces * at);
	for (unsigned i = 0; i < plan.pieces; i++) {
		const size_t part = left < size ? left : size;

		left -= part;
		assert_int_equal(segment_cut(pool, p, &plan, i, &piece), 0);
		assert_int_equal(piece->len, at + part);
		checksum_complete(piece);
		assert_int_equal(piece->vnet.flags, 0);
		assert_true(packet_read(piece, 0, got, piece->len));
		if (tunnel) {
			assert_true(ip_is_right(got + ETH, piece->len - ETH, 0xfffe + i));
			assert_int_equal(get16(got + ETH + IP + 4), piece->len - ETH - IP);
			assert_int_equal(get16(got + ETH + IP + 6), 0);
			assert_int_equal(get16(got + ETH + IP + UDP + 2),
					 piece->len - ETH - IP - UDP - 8);
		}
		if (ip6)
			assert_int_equal(get16(got + ip_at + 4), TCP + part);
		else
			assert_true(ip_is_right(got + ip_at, inner + part, 0xfffe + i));
		assert_true(transport_is_right(got + ip_at, ip6, 6, inner + part));
		check_tcp(got + at - TCP, bytes + at, i, plan.pieces, size, part);
		packet_free(pool, piece);
	}
	assert_int_equal(left, 0);
	packet_free(pool, p);
}

static void test_cut(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;

	cut_tcp(pool, false, false, 4000, 1000);
	cut_tcp(pool, false, false, 64000, 1448);
	cut_tcp(pool, false, false, 1, 1448);
	cut_tcp(pool, true, false, 30001, 1428);
	cut_tcp(pool, false, true, 60000, 1392);
	cut_tcp(pool, true, true, 5000, 1372);
	cut_tcp(pool, false, false, 60000, 8948); /* pieces with tails of their own */
}

static void test_cut_udp(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;
	uint8_t bytes[ETH + IP + UDP + 2500], got[PACKET_HEAD];
	struct segment_plan plan;
	struct packet *p, *piece;

	put_eth(bytes, 0x0800);
	put_ip(bytes + ETH, 17, sizeof(bytes) - ETH);
	memset(bytes + ETH + IP, 0, UDP);
	put16(bytes + ETH + IP + 2, 443);
	fill(bytes + ETH + IP + UDP, 2500);
	p = packet_of(pool, bytes, sizeof(bytes));
	p->vnet.gso_type = GSO_UDP_L4;
	p->vnet.gso_size = 1000;
	assert_int_equal(segment_plan(p, &plan), 0);
	assert_int_equal(plan.pieces, 3);
	assert_int_equal(segment_cut(pool, p, &plan, 2, &piece), 0);
	checksum_complete(piece);
	packet_read(piece, 0, got, piece->len);
	assert_int_equal(get16(got + ETH + IP + 4), UDP + 500);
	assert_true(transport_is_right(got + ETH, false, 17, IP + UDP + 500));
	assert_memory_equal(got + ETH + IP + UDP, bytes + ETH + IP + UDP + 2000, 500);
	packet_free(pool, piece);
	packet_free(pool, p);
}

/* What isn't understood stays whole; every prefix of what is, too, and nothing is read past it. */
static void test_no_plan(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;
	uint8_t bytes[ETH + IP + UDP + GTP + IP + TCP + 100] = {0};
	size_t at = put_eth(bytes, 0x0800);
	struct segment_plan plan;
	struct packet *p;

	at += put_ip(bytes + at, 17, sizeof(bytes) - ETH);
	put16(bytes + at + 2, 2152);
	at += UDP;
	at += put_gtp(bytes + at, sizeof(bytes) - at);
	at += put_ip(bytes + at, 6, IP + TCP + 100);
	put_tcp(bytes + at);
	p = packet_of(pool, bytes, sizeof(bytes));
	assert_int_equal(segment_plan(p, &plan), -EPROTONOSUPPORT); /* no super-packet */
	p->vnet.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	p->vnet.gso_size = 10;
	assert_int_equal(segment_plan(p, &plan), 0);
	for (p->len = 0; p->len <= sizeof(bytes) - 100; p->len++)
		assert_int_equal(segment_plan(p, &plan), -EPROTONOSUPPORT);
	p->len = sizeof(bytes);
	p->head[ETH] = 0x44; /* IP header of 16 octets */
	assert_int_equal(segment_plan(p, &plan), -EPROTONOSUPPORT);
	p->head[ETH] = 0x45;
	p->head[ETH + IP + UDP + 12] = 0; /* a GTP extension of no length */
	assert_int_equal(segment_plan(p, &plan), -EPROTONOSUPPORT);
	packet_free(pool, p);
}

/* ---- bits ---- */

static unsigned bits_apart(const uint8_t *a, const uint8_t *b, size_t len)
{
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++)
		bits += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return bits;
}

/* One bit, of what the checksum covers, which is wrong then; the sum itself was finished before. */
static void test_corrupt(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;
	uint8_t bytes[ETH + IP + UDP + 50], whole[sizeof(bytes)];
	struct random random;

	random_seed(&random, 3);
	put_eth(bytes, 0x0800);
	put_ip(bytes + ETH, 17, sizeof(bytes) - ETH);
	memset(bytes + ETH + IP, 0, UDP);
	put16(bytes + ETH + IP + 4, UDP + 50);
	put16(bytes + ETH + IP + 6,
	      (uint16_t)~checksum_fold(checksum_pseudo(bytes + ETH, false, 17, UDP + 50)));
	fill(bytes + ETH + IP + UDP, 50);
	for (int n = 0; n < 1000; n++) {
		struct packet *p = packet_of(pool, bytes, sizeof(bytes)), *copy;

		p->vnet = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						  .csum_start = ETH + IP,
						  .csum_offset = 6};
		copy = packet_clone(pool, p);
		checksum_complete(copy);
		memcpy(whole, copy->head, sizeof(whole));
		assert_true(transport_is_right(whole + ETH, false, 17, IP + UDP + 50));
		packet_corrupt(p, &random);
		assert_int_equal(p->vnet.flags, 0);
		assert_int_equal(bits_apart(p->head, whole, ETH + IP), 0);
		assert_int_equal(bits_apart(p->head, whole, sizeof(whole)), 1);
		assert_false(transport_is_right(p->head + ETH, false, 17, IP + UDP + 50));
		packet_free(pool, p);
		packet_free(pool, copy);
	}
}

static void test_corrupt_unknown(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;
	static const size_t lengths[] = {0, 1, 14, 15, 33, 34, 60, 3000};
	uint8_t bytes[3000] = {0}, got[3000];
	struct random random;

	random_seed(&random, 4);
	put_eth(bytes, 0x88b5);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct packet *p = packet_of(pool, bytes, lengths[i]);

		packet_corrupt(p, &random);
		packet_read(p, 0, got, p->len);
		assert_int_equal(bits_apart(got, bytes, p->len), lengths[i] ? 1 : 0);
		if (lengths[i] > ETH)
			assert_memory_equal(got, bytes, ETH);
		packet_free(pool, p);
	}
}

static void test_checksum_odd(void **state)
{
	/* RFC 1071 cl. 3 */
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	assert_int_equal(checksum_fold(checksum_add(0, bytes, 8)), (uint16_t)~0xddf2);
	assert_int_equal(checksum_fold(checksum_add(0, bytes, 3)), (uint16_t)~0xf201);
	assert_int_equal(checksum_fold(0), 0xffff);
}

/* ---- the pool ---- */

static void test_pool_bounds(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;
	struct packet *all = NULL, *p;
	size_t count = 0;

	while ((p = packet_new(pool))) {
		p->next = all;
		all = p;
		count++;
	}
	assert_int_equal(count, PACKET_POOL);
	assert_int_equal(pool->exhausted, 1);
	while (all) {
		p = all->next;
		packet_free(pool, all);
		all = p;
	}
	assert_int_equal(pool->used, 0);
	packet_free(pool, NULL);
}

/* Reads and writes across the end of the head */
static void test_read_write(void **state)
{
	struct packet_pool *pool = &((struct pool *)*state)->pool;
	uint8_t bytes[3000], got[3000];
	struct packet *p;

	fill(bytes, sizeof(bytes));
	p = packet_of(pool, bytes, sizeof(bytes));
	assert_true(packet_read(p, 2000, got, 1000));
	assert_memory_equal(got, bytes + 2000, 1000);
	assert_true(packet_read(p, 2500, got, 500));
	assert_memory_equal(got, bytes + 2500, 500);
	assert_false(packet_read(p, 2500, got, 501));
	assert_false(packet_read(p, 3001, got, 0));
	assert_false(packet_write(p, 2999, got, 2));
	assert_int_equal(*packet_byte(p, 2047), bytes[2047]);
	assert_int_equal(*packet_byte(p, 2048), bytes[2048]);
	packet_free(pool, p);
}

int main(void)
{
#define POOL_TEST(test) cmocka_unit_test_setup_teardown(test, pool_make, pool_end)
	const struct CMUnitTest tests[] = {
		POOL_TEST(test_cut),
		POOL_TEST(test_cut_udp),
		POOL_TEST(test_no_plan),
		POOL_TEST(test_corrupt),
		POOL_TEST(test_corrupt_unknown),
		cmocka_unit_test(test_checksum_odd),
		POOL_TEST(test_pool_bounds),
		POOL_TEST(test_read_write),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
