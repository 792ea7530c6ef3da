// SPDX-License-Identifier: Apache-2.0
/* From flows to who sent how much to whom. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/bytes.h"

/* ---- places ---- */

static bool has(const struct bytes_node *node, __be32 address)
{
	for (size_t i = 0; i < node->address_count; i++) {
		if (node->address[i].s_addr == address)
			return true;
	}
	return false;
}

void bytes_address(struct bytes_places *places, size_t n, struct in_addr address)
{
	struct bytes_node *node = &places->node[n];

	if (has(node, address.s_addr))
		return;
	if (node->address_count == BYTES_ADDRESSES_MAX)
		places->untold = true;
	else
		node->address[node->address_count++] = address;
}

static bool is_port(const struct bytes_node *node, unsigned ifindex)
{
	for (size_t i = 0; i < node->port_count; i++) {
		if (node->port[i].ifindex == ifindex)
			return true;
	}
	return false;
}

void bytes_port(struct bytes_places *places, size_t n, unsigned ifindex, const char *name)
{
	struct bytes_node *node = &places->node[n];

	if (is_port(node, ifindex))
		return;
	if (node->port_count == BYTES_PORTS_MAX) {
		places->untold = true;
		return;
	}
	node->port[node->port_count].ifindex = ifindex;
	snprintf(node->port[node->port_count++].name, IFNAMSIZ, "%s", name);
}

size_t bytes_place_of(const struct bytes_places *places, const char *name)
{
	size_t i = 0;

	while (i < places->count && strcmp(places->node[i].name, name) != 0)
		i++;
	return i;
}

/* ---- readings ---- */

void bytes_reading_done(struct bytes_reading *reading)
{
	free(reading->flow);
	*reading = (struct bytes_reading){0};
}

static int by_flow(const void *a, const void *b)
{
	const struct bytes_flow *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof x->key);
}

/* Readings are sorted where they are made; the kernel's order changes. */
static const struct bytes_flow *find(const struct bytes_reading *sorted,
				     const struct bytes_flow *like)
{
	return bsearch(like, sorted->flow, sorted->count, sizeof *sorted->flow, by_flow);
}

int bytes_since(const struct bytes_reading *from, const struct bytes_reading *to,
		struct bytes_reading *ret)
{
	*ret = (struct bytes_reading){.untold = to->untold - from->untold};
	if (from->count)
		qsort(from->flow, from->count, sizeof *from->flow, by_flow);
	ret->flow = calloc(to->count + 1, sizeof *ret->flow);
	if (!ret->flow)
		return -ENOMEM;
	for (size_t i = 0; i < to->count; i++) {
		const struct bytes_flow *was = from->count ? find(from, &to->flow[i]) : NULL;
		struct bytes_flow *flow = &ret->flow[ret->count];

		*flow = to->flow[i];
		if (was) {
			flow->value.packets -= was->value.packets;
			flow->value.octets -= was->value.octets;
			flow->value.payload -= was->value.payload;
		}
		ret->count += flow->value.packets > 0;
	}
	return 0;
}

/* ---- who sent what ---- */

static void add(struct bytes_value *sum, const struct bytes_value *value)
{
	sum->packets += value->packets;
	sum->octets += value->octets;
	sum->payload += value->payload;
}

/* It left @node by a port, and was sent there. */
static bool was_sent(const struct bytes_node *node, const struct bytes_flow *flow)
{
	return flow->key.flags & BYTES_OUT && is_port(node, flow->key.ifindex) &&
	       (!node->forwards || has(node, flow->key.source));
}

/* It came to @node by a port, and stays there. */
static bool was_received(const struct bytes_node *node, const struct bytes_flow *flow)
{
	bool passes = node->forwards || flow->key.flags & BYTES_STRAY;

	return !(flow->key.flags & BYTES_OUT) && is_port(node, flow->key.ifindex) &&
	       (!passes || has(node, flow->key.destination));
}

/* Whose @address is, but for @besides, who sent it or got it */
static size_t owner(const struct bytes_places *places, __be32 address, size_t besides)
{
	size_t found = places->count;

	for (size_t i = 0; i < places->count; i++) {
		if (i == besides || !has(&places->node[i], address))
			continue;
		if (found < places->count)
			return places->count + 1;
		found = i;
	}
	return found;
}

/* By the innermost header, or, where nobody has that address, by the first */
static size_t other_side(const struct bytes_places *places, const struct bytes_flow *flow)
{
	bool out = flow->key.flags & BYTES_OUT;
	size_t n = owner(places, out ? flow->key.destination : flow->key.source, flow->node);

	if (n == places->count && flow->key.flags & BYTES_TUNNEL)
		n = owner(places, out ? flow->key.outer_destination : flow->key.outer_source,
			  flow->node);
	return n;
}

static void add_to_matrix(const struct bytes_places *places, const struct bytes_flow *flow,
			  struct bytes_matrix *m)
{
	const struct bytes_node *node = &places->node[flow->node];

	if (flow->key.flags & BYTES_NOT_IPV4) {
		if (flow->key.flags & BYTES_OUT && is_port(node, flow->key.ifindex))
			add(&m->not_ipv4, &flow->value);
	} else if (was_sent(node, flow)) {
		add(&m->left[flow->node * m->size + other_side(places, flow)], &flow->value);
	} else if (was_received(node, flow)) {
		add(&m->came[other_side(places, flow) * m->size + flow->node], &flow->value);
	}
}

int bytes_matrix_new(const struct bytes_places *places, const struct bytes_reading *reading,
		     struct bytes_matrix *ret)
{
	size_t size = places->count + 2;

	*ret = (struct bytes_matrix){.size = size};
	ret->left = calloc(size * size, sizeof *ret->left);
	ret->came = calloc(size * size, sizeof *ret->came);
	if (!ret->left || !ret->came) {
		bytes_matrix_done(ret);
		return -ENOMEM;
	}
	for (size_t i = 0; i < reading->count; i++)
		add_to_matrix(places, &reading->flow[i], ret);
	return 0;
}

void bytes_matrix_done(struct bytes_matrix *m)
{
	free(m->left);
	free(m->came);
	*m = (struct bytes_matrix){0};
}

const struct bytes_value *bytes_left(const struct bytes_matrix *m, size_t from, size_t to)
{
	return &m->left[from * m->size + to];
}

const struct bytes_value *bytes_came(const struct bytes_matrix *m, size_t from, size_t to)
{
	return &m->came[from * m->size + to];
}

const char *bytes_matrix_name(const struct bytes_places *places, size_t i)
{
	return i < places->count    ? places->node[i].name
	       : i == places->count ? "elsewhere"
				    : "(shared address)";
}

/* ---- two edges ---- */

/* @address is of @of and not of @besides: a service's that both have tells nothing. */
static bool tells(const struct bytes_node *of, const struct bytes_node *besides, __be32 address)
{
	return has(of, address) && !has(besides, address);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct bytes_way bytes_way(const struct bytes_places *places, const struct bytes_reading *reading,
			   size_t from, size_t to)
{
	const struct bytes_node *source = &places->node[from], *destination = &places->node[to];
	struct bytes_way way = {0};

	for (size_t i = 0; i < reading->count; i++) {
		const struct bytes_flow *flow = &reading->flow[i];
		const struct bytes_key *key = &flow->key;

		if (flow->node == from && was_sent(source, flow) &&
		    (tells(destination, source, key->destination) ||
		     tells(destination, source, key->outer_destination)))
			add(&way.left, &flow->value);
		if (flow->node == to && was_received(destination, flow) &&
		    (tells(source, destination, key->source) ||
		     tells(source, destination, key->outer_source)))
			add(&way.came, &flow->value);
	}
	way.octets = larger(way.left.octets, way.came.octets);
	way.payload = larger(way.left.payload, way.came.payload);
	return way;
}

static void add_relay(const struct bytes_places *places, const struct bytes_matrix *m, size_t by,
		      struct bytes_pair *pair)
{
	struct bytes_relay relay = {.by = by,
				    .in = bytes_left(m, pair->from, by)->payload,
				    .out = bytes_came(m, by, pair->to)->payload};

	if (!relay.in && !relay.out)
		return;
	relay.at_most = relay.in < relay.out ? relay.in : relay.out;
	pair->relay[pair->relay_count++] = relay;
	if (by < places->count && places->node[by].role == BYTES_UE)
		pair->relayed_ue += relay.at_most;
	else
		pair->relayed += relay.at_most;
}

struct bytes_pair *bytes_pair_new(const struct bytes_places *places,
				  const struct bytes_reading *reading,
				  const struct bytes_matrix *matrix, size_t from, size_t to)
{
	struct bytes_pair *pair = calloc(1, sizeof *pair);

	if (!pair)
		return NULL;
	pair->from = from;
	pair->to = to;
	pair->there = bytes_way(places, reading, from, to);
	pair->back = bytes_way(places, reading, to, from);
	pair->octets = pair->there.octets + pair->back.octets;
	pair->payload = pair->there.payload + pair->back.payload;
	for (size_t by = 0; by < matrix->size; by++) {
		if (by != from && by != to)
			add_relay(places, matrix, by, pair);
	}
	return pair;
}
