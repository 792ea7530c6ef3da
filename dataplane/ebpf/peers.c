// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"
#include "lib/gtpu/gtpu.h"

#define HASH_NONFATAL_OOM 1 /* a library never exits */
#include <uthash.h>

/* No padding: it is hashed */
struct peer_key {
	uint8_t local[16], remote[16];
	uint32_t ifindex;
	uint8_t family, way, zero[2];
};

struct peer {
	struct peer_key key;
	uint32_t number, users;
	UT_hash_handle hh;
};

int peers_init(struct peers *p, struct ebpf_peer *map, uint32_t count)
{
	*p = (struct peers){.map = map};
	p->number = calloc(count, sizeof(*p->number));
	return p->number ? cells_init(&p->cells, 1, count - 1) : -ENOMEM;
}

void peers_done(struct peers *p)
{
	struct peer *peer, *next;

	HASH_ITER (hh, p->all, peer, next) {
		HASH_DELETE(hh, p->all, peer);
		free(peer);
	}
	cells_done(&p->cells);
	free(p->number);
}

static uint32_t sum_of(const void *at, size_t octets)
{
	uint16_t word;
	uint32_t sum = 0;

	for (size_t i = 0; i < octets; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)at + i, sizeof(word));
		sum += word;
	}
	return sum;
}

/* Of the words that are the same in each header: version and length, DF, TTL and protocol,
 * addresses; RFC 1071, as they lie in memory */
static uint32_t constant_sum(const struct ebpf_peer *peer)
{
	const uint16_t words[] = {htons(0x4500), htons(0x4000), htons(64 << 8 | IPPROTO_UDP)};

	return sum_of(words, sizeof(words)) + sum_of(&peer->src[0], 4) + sum_of(&peer->dst[0], 4);
}

/* Of those that are the same in each UDP checksum over IPv6: addresses, protocol, both ports; RFC
 * 8200 cl. 8.1 */
static uint32_t constant_sum6(const struct ebpf_peer *peer)
{
	const uint16_t words[] = {htons(IPPROTO_UDP), htons(GTPU_PORT), htons(GTPU_PORT)};

	return sum_of(words, sizeof(words)) + sum_of(peer->src, 16) + sum_of(peer->dst, 16);
}

static void write_down(struct ebpf_peer *to, const struct peer_key *key)
{
	struct ebpf_peer peer = {
		.ifindex = key->ifindex, .v6 = key->family == AF_INET6, .way = key->way};

	memcpy(peer.src, key->local, sizeof(peer.src));
	memcpy(peer.dst, key->remote, sizeof(peer.dst));
	peer.sum = peer.v6 ? constant_sum6(&peer) : constant_sum(&peer);
	*to = peer;
}

static int peer_add(struct peers *p, const struct peer_key *key, struct peer **ret)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return -ENOMEM;
	peer->key = *key;
	if (!cells_take(&p->cells, &peer->number)) {
		free(peer);
		return -ENOSPC;
	}
	HASH_ADD(hh, p->all, key, sizeof(peer->key), peer);
	if (!peer->hh.tbl) {
		cells_untake(&p->cells, peer->number);
		free(peer);
		return -ENOMEM;
	}
	p->number[peer->number] = peer;
	write_down(&p->map[peer->number], key);
	*ret = peer;
	return 0;
}

int peers_take(struct peers *p, const struct ebpf_local *local, const struct dp_addr *remote,
	       uint32_t *ret_number)
{
	struct peer_key key = {
		.ifindex = local->ifindex, .family = (uint8_t)remote->family, .way = local->way};
	struct peer *peer;
	int rc = 0;

	memcpy(key.local, local->addr, sizeof(key.local));
	memcpy(key.remote, &remote->ip6, dp_addr_octets(remote));
	HASH_FIND(hh, p->all, &key, sizeof(key), peer);
	if (!peer)
		rc = peer_add(p, &key, &peer);
	if (rc)
		return rc;
	peer->users++;
	*ret_number = peer->number;
	return 0;
}

void peers_drop(struct peers *p, uint32_t number)
{
	struct peer *peer = p->number[number];

	if (--peer->users)
		return;
	HASH_DELETE(hh, p->all, peer);
	p->number[number] = NULL;
	cells_give_back(&p->cells, number);
	free(peer);
}
