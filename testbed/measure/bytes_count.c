// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/bytes_count.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/measure_bytes.skel.h"
#include "testbed/measure/outward.h"
#include "testbed/measure/probe.h"

/* One node's */
struct eye {
	int netns_fd, socket_fd;
	struct measure_bytes *skel;
};

struct bytes_counter {
	const struct run *run;
	const struct topology *topology;
	struct bytes_places places;
	struct eye eye[BYTES_NODES_MAX];
};

/* ---- who there is ---- */

static enum bytes_role role_of(enum topo_kind kind)
{
	return kind == TOPO_EDGE ? BYTES_EDGE : kind == TOPO_UE ? BYTES_UE : BYTES_OTHER;
}

static bool forwards(const struct topo_node *node)
{
	return node->forwards || node->kind == TOPO_GNB || node->kind == TOPO_UPF ||
	       node->kind == TOPO_ROUTER || node->kind == TOPO_UE;
}

struct address_walk {
	struct bytes_places *places;
	size_t node;
};

static int keep_address(struct in_addr addr, unsigned prefix_len, void *user)
{
	struct address_walk *walk = user;

	if (ntohl(addr.s_addr) >> 24 != IN_LOOPBACKNET)
		bytes_address(walk->places, walk->node, addr);
	return 0;
}

static void keep_port(const struct nl_link *link, void *user)
{
	struct address_walk *walk = user;

	bytes_port(walk->places, walk->node, link->ifindex, link->name);
}

/* What it has now, beside what it had: sessions come and go. */
static void look_at(struct bytes_counter *c, size_t n)
{
	struct address_walk walk = {&c->places, n};

	outward_each(c->eye[n].netns_fd, keep_port, &walk);
	outward_addresses(c->eye[n].netns_fd, keep_address, &walk);
}

static void look_around(struct bytes_counter *c)
{
	for (size_t n = 0; n < c->places.count; n++) {
		if (c->places.node[n].seen)
			look_at(c, n);
	}
}

/* ---- counting ---- */

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static int attach(struct eye *eye)
{
	struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int program = bpf_program__fd(eye->skel->progs.count);

	/* without a protocol it gets nothing until it is bound, filter and all */
	eye->socket_fd = netns_socket(eye->netns_fd, AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (eye->socket_fd < 0)
		return eye->socket_fd;
	if (setsockopt(eye->socket_fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof program) < 0 ||
	    bind(eye->socket_fd, (struct sockaddr *)&all, sizeof all) < 0)
		return -errno;
	return 0;
}

static int open_eye(struct bytes_counter *c, size_t n, size_t node)
{
	struct eye *eye = &c->eye[n];

	eye->netns_fd = run_netns_open(c->run, node);
	if (eye->netns_fd < 0)
		return eye->netns_fd;
	eye->skel = measure_bytes__open_and_load();
	return eye->skel ? attach(eye) : errno ? -errno : -EIO;
}

static int add_node(struct bytes_counter *c, unsigned node)
{
	const struct topo_node *is = &c->topology->node[node];
	struct bytes_node *place;
	int r;

	if (c->places.count == BYTES_NODES_MAX - 1) { /* the last is the host */
		c->places.untold = true;
		return 0;
	}
	place = &c->places.node[c->places.count];
	snprintf(place->name, sizeof place->name, "%s", is->name);
	place->role = role_of(is->kind);
	place->forwards = forwards(is);
	place->seen = true;
	r = open_eye(c, c->places.count++, node);
	if (r < 0)
		complain("bytes of node %s can't be counted: %s%s", is->name, strerror(-r),
			 r == -EPERM || r == -ENOSYS ? " (the kernel must have BPF)" : "");
	return r;
}

/* Its own packets pass no node's namespace but as they come there. */
static void add_host(struct bytes_counter *c)
{
	struct bytes_node *place = &c->places.node[c->places.count];

	if (!c->run->host_address.s_addr)
		return;
	snprintf(place->name, sizeof place->name, "(host)");
	bytes_address(&c->places, c->places.count++, c->run->host_address);
}

/* Where there are more nodes than can be looked at, edges and what may relay come first. */
static int add_nodes(struct bytes_counter *c)
{
	static const bool first[TOPO_KINDS] = {
		[TOPO_EDGE] = true, [TOPO_CLOUD] = true, [TOPO_CORE] = true, [TOPO_HOST] = true};
	int r = 0;

	for (int round = 0; round < 2; round++)
		for (unsigned i = 0; i < c->topology->node_count && r == 0; i++) {
			if (first[c->topology->node[i].kind] == (round == 0))
				r = add_node(c, i);
		}
	return r;
}

int bytes_counter_start(const struct run *run, const struct topology *topology,
			struct bytes_counter **ret_counter)
{
	struct bytes_counter *c = calloc(1, sizeof *c);
	int r;

	if (!c)
		return -ENOMEM;
	c->run = run;
	c->topology = topology;
	for (size_t n = 0; n < BYTES_NODES_MAX; n++)
		c->eye[n].netns_fd = c->eye[n].socket_fd = -1;
	libbpf_set_print(quiet);
	r = add_nodes(c);
	if (r < 0) {
		bytes_counter_stop(c);
		return r;
	}
	add_host(c);
	look_around(c);
	*ret_counter = c;
	return 0;
}

void bytes_counter_stop(struct bytes_counter *c)
{
	if (!c)
		return;
	for (size_t n = 0; n < BYTES_NODES_MAX; n++) {
		if (c->eye[n].socket_fd >= 0)
			close(c->eye[n].socket_fd);
		if (c->eye[n].netns_fd >= 0)
			close(c->eye[n].netns_fd);
		measure_bytes__destroy(c->eye[n].skel);
	}
	free(c);
}

const struct bytes_places *bytes_counter_places(const struct bytes_counter *c)
{
	return &c->places;
}

/* ---- reading ---- */

static int keep_flow(struct bytes_reading *reading, size_t *room, const struct bytes_flow *flow)
{
	if (reading->count == *room) {
		size_t more = *room ? *room * 2 : 256;
		struct bytes_flow *larger = realloc(reading->flow, more * sizeof *larger);

		if (!larger)
			return -ENOMEM;
		reading->flow = larger;
		*room = more;
	}
	reading->flow[reading->count++] = *flow;
	return 0;
}

/* Flows are added to the map and never taken out, so that a walk meets each. */
static int read_eye(const struct eye *eye, size_t n, struct bytes_reading *reading, size_t *room)
{
	int map = bpf_map__fd(eye->skel->maps.flows), r = 0;
	struct bytes_flow flow = {.node = n};
	struct bytes_key *before = NULL, key;
	uint64_t untold = 0;
	uint32_t zero = 0;

	while (r == 0 && bpf_map_get_next_key(map, before, &flow.key) == 0) {
		key = flow.key;
		before = &key;
		if (bpf_map_lookup_elem(map, &flow.key, &flow.value) == 0)
			r = keep_flow(reading, room, &flow);
	}
	if (bpf_map_lookup_elem(bpf_map__fd(eye->skel->maps.untold), &zero, &untold) == 0)
		reading->untold += untold;
	return r;
}

int bytes_counter_read(struct bytes_counter *c, struct bytes_reading *ret)
{
	size_t room = 0;
	int r = 0;

	*ret = (struct bytes_reading){0};
	look_around(c);
	for (size_t n = 0; n < c->places.count && r == 0; n++) {
		if (c->places.node[n].seen)
			r = read_eye(&c->eye[n], n, ret, &room);
	}
	if (r < 0)
		bytes_reading_done(ret);
	return r;
}
