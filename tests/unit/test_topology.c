// SPDX-License-Identifier: Apache-2.0
/* Topology files: what is derived, and every mistake with its exact place. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "testbed/topology.h"
#include "tests/unit/topology_text.h"

static const char *ip(struct in_addr addr)
{
	static char text[4][INET_ADDRSTRLEN];
	static unsigned next;

	return inet_ntop(AF_INET, &addr, text[next++ % 4], INET_ADDRSTRLEN);
}

static const struct topo_port *port_of(const struct topology *t, const char *node,
				       enum topo_layer layer)
{
	int index = topology_find_node(t, node);
	const struct topo_port *port;

	assert_true(index >= 0);
	port = topology_find_port(t, (unsigned)index, layer);
	assert_non_null(port);
	return port;
}

static void two_edges_is_as_the_contract_says(void **state)
{
	static const struct {
		const char *node;
		enum topo_layer layer;
		const char *ifname, *addr;
	} rows[] = {
		{"core", TOPO_N2, "n2", "10.100.0.1"},
		{"gnb2", TOPO_N2, "n2", "10.100.1.2"},
		{"core", TOPO_N4, "n4", "10.100.128.1"},
		{"upf-b", TOPO_N4, "n4", "10.100.129.2"},
		{"gnb1", TOPO_N3, "n3", "10.101.1.1"},
		{"upf-a", TOPO_N3, "n3", "10.101.2.1"},
		{"upf-b", TOPO_N6, "n6", "10.110.2.1"},
		{"edge-b", TOPO_N6, "n6", "10.110.2.2"},
		{"cloud", TOPO_WAN, "wan", "10.120.0.1"},
		{"edge-a", TOPO_WAN, "wan", "10.120.1.1"},
		{"ue", TOPO_RADIO, "radio-gnb1", "0.0.0.0"},
		{"gnb2", TOPO_RADIO, "radio-ue", "0.0.0.0"},
	};
	struct yaml_error err = {""};
	struct topology *t;

	assert_int_equal(topology_load("topologies/two-edges.yaml", &t, &err), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct topo_port *port = port_of(t, rows[i].node, rows[i].layer);

		assert_string_equal(port->ifname, rows[i].ifname);
		assert_string_equal(ip(port->addr), rows[i].addr);
	}
	assert_true(t->network[port_of(t, "core", TOPO_N2)->network].bridged);
	assert_false(t->network[port_of(t, "ue", TOPO_RADIO)->network].bridged);
	topology_free(t);
}

static void identities_are_derived(void **state)
{
	static const uint8_t gnb_mac[6] = {2, 0xba, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t ue_mac[6] = {2, 0xba, 0xb0, 0xf4, 0x01, 0};
	struct yaml_error err = {""};
	const struct topo_node *ue;
	struct topology *t;

	assert_int_equal(topology_load("topologies/two-edges.yaml", &t, &err), 0);
	ue = &t->node[topology_find_node(t, "ue")];
	assert_string_equal(ue->supi, "imsi-001010000000001");
	assert_int_equal(ue->ue24, 1010000000001ULL & 0xffffff);
	assert_int_equal(ue->session_count, 2);
	assert_string_equal(t->node[ue->session[1].anchor].dnai, "edge-b");
	assert_memory_equal(port_of(t, "gnb1", TOPO_RADIO)->mac, gnb_mac, 6);
	assert_memory_equal(port_of(t, "ue", TOPO_RADIO)->mac, ue_mac, 6);
	assert_string_equal(ip(t->node[topology_find_node(t, "upf-b")].pool.addr), "10.60.2.0");
	assert_string_equal(t->service[0].name, "service");
	assert_true(t->service[0].on[topology_find_node(t, "edge-b")]);
	assert_false(t->service[0].on[topology_find_node(t, "cloud")]);
	topology_free(t);
}

/* What is written is read again as the same. */
static void written_and_read_again(const char *path)
{
	struct yaml_error err = {""};
	char *text[2];

	for (int i = 0; i < 2; i++) {
		struct topology *t = NULL;
		int rc = i ? topology_load_memory("again", text[0], strlen(text[0]), &t, &err)
			   : topology_load(path, &t, &err);

		if (rc)
			print_error("%s\n", err.text);
		assert_int_equal(rc, 0);
		text[i] = written(t);
		topology_free(t);
	}
	assert_string_equal(text[0], text[1]);
	free(text[0]);
	free(text[1]);
}

static const char rich[] =
	"name: rich\n"
	"mtu: 1400\n"
	"needs: [qos]\n"
	"management: 10.200.0.0/24\n"
	"nodes:\n"
	"  core: {kind: core, addresses: {n2: 10.100.0.9}}\n"
	"  a-gnb-with-a-very-long-name: gnb\n"
	"  upf: {kind: upf, dataplane: ebpf, pool: 10.61.0.0/16, edge: e2}\n"
	"  e1: {kind: edge, dnai: near}\n"
	"  e2: edge\n"
	"  cloud: cloud\n"
	"  ue: {kind: ue, supi: imsi-262420000000042, sessions: [{dnn: ims}, {anchor: e2}]}\n"
	"  r: router\n"
	"  h: {kind: host, routes: [{to: 192.0.2.0/24, via: 10.130.0.2}]}\n"
	"  g: host\n"
	"services: {web: {address: 10.70.0.7, edges: [e2]}}\n"
	"dnns: {ims: {sst: 2, sd: 00ff00, dns: 10.70.0.53}}\n"
	"networks:\n"
	"  n3: {delay: 1ms, mtu: 1600}\n"
	"  radio: {rate: 100Mbit}\n"
	"  lan: {members: [h, {node: r, address: 10.130.0.2, interface: eth0}, g]}\n"
	"links:\n"
	"  - {between: [upf, n3], delay: 4ms, loss: 0.5%}\n"
	"  - {between: [ue, a-gnb-with-a-very-long-name], jitter: 200us}\n"
	"  - {between: [r, h], prefix: 10.9.0.0/30, addresses: [10.9.0.2, 10.9.0.1]}\n"
	"  - {between: [r, h]}\n";

static void resolved_copies_read_back(void **state)
{
	char path[] = "/tmp/test_topology.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, rich, strlen(rich)), strlen(rich));
	close(fd);
	written_and_read_again("topologies/two-edges.yaml");
	written_and_read_again("topologies/one-edge.yaml");
	written_and_read_again(path);
	unlink(path);
}

static void overrides_count(void **state)
{
	struct topology *t = load(rich);
	const struct topo_port *upf = port_of(t, "upf", TOPO_N3);
	const struct topo_port *gnb = port_of(t, "a-gnb-with-a-very-long-name", TOPO_N3);
	const struct topo_port *radio = port_of(t, "ue", TOPO_RADIO);

	assert_int_equal(upf->shape.is.delay_us, 4000);
	assert_true(upf->shape.is.loss > 0.00499 && upf->shape.is.loss < 0.00501);
	/* N3 has two members: upf's link to it is the gNB's too */
	assert_int_equal(gnb->shape.is.delay_us, 4000);
	assert_true(gnb->shape.is.loss > 0.00499);
	assert_int_equal(radio->shape.is.rate_bps, 100000000);
	assert_int_equal(radio->shape.is.jitter_us, 200);
	assert_int_equal(t->network[upf->network].mtu, 1600);
	assert_int_equal(t->network[radio->network].mtu, 1400);
	assert_string_equal(ip(port_of(t, "core", TOPO_N2)->addr), "10.100.0.9");
	assert_string_equal(radio->ifname, "radio-a-gnb-w~1");
	assert_string_equal(ip(port_of(t, "e2", TOPO_N6)->addr), "10.110.2.2");
	assert_int_equal(t->dnn_count, 2);
	assert_string_equal(t->node[topology_find_node(t, "upf")].dataplane, "ebpf");
	topology_free(t);
}

/* No two interfaces of a node have one name, and none is too long. */
static void interface_names_are_unique(void **state)
{
	struct topology *t = load(rich);

	for (size_t i = 0; i < t->port_count; i++) {
		assert_true(strlen(t->port[i].ifname) > 0 && strlen(t->port[i].ifname) < IFNAMSIZ);
		for (size_t k = 0; k < i; k++)
			if (t->port[k].node == t->port[i].node)
				assert_string_not_equal(t->port[k].ifname, t->port[i].ifname);
	}
	topology_free(t);
}

static void routers_know_the_way(void **state)
{
	struct topology *t =
		load("name: chain\n"
		     "nodes: {h1: host, r1: router, r2: router, h2: host, lone: host}\n"
		     "links:\n"
		     "  - {between: [h1, r1]}\n"
		     "  - {between: [r1, r2]}\n"
		     "  - {between: [r2, h2]}\n");
	const struct topo_node *h1 = &t->node[0], *r1 = &t->node[1], *lone = &t->node[4];

	assert_int_equal(h1->route_count, 1);
	assert_int_equal(h1->route[0].to.len, 0);
	assert_string_equal(ip(h1->route[0].via), "10.130.0.2");
	assert_int_equal(r1->route_count, 1);
	assert_string_equal(ip(r1->route[0].to.addr), "10.130.2.0");
	assert_string_equal(ip(r1->route[0].via), "10.130.1.2");
	assert_int_equal(lone->route_count, 0);
	topology_free(t);
}

#define HEAD                                                                                       \
	"name: x\nnodes: {core: core, gnb1: gnb, upf: upf, edge: edge, cloud: cloud, ue: ue, h: "  \
	"host}\n"

#define PAIR "name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]"

static const struct {
	const char *text, *error;
} mistakes[] = {
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], reorder: 5%}",
	 "t.yaml:4:23: reorder: expected a delay beside it"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], queue: 10}",
	 "t.yaml:4:23: queue: expected a rate or a delay beside it"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], queue: 0}",
	 "t.yaml:4:30: queue: expected a number of packets from 1 to 65536"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], loss: 5}",
	 "t.yaml:4:29: loss: expected a share from 0% to 100%, found '5'"},
	{PAIR ", loss: 0.0000001%}", "t.yaml:4:29: loss: expected 0% or at least 0.000001%"},
	{PAIR ", delay: 0.4us}", "t.yaml:4:30: delay: expected 0us or at least 1us"},
	{PAIR ", prefix: 0.0.0.0/8}", "t.yaml:4:31: prefix: expected addresses that hosts can have"},
	{PAIR ", prefix: 127.1.0.0/16}", "t.yaml:4:31: prefix: expected addresses that hosts can have"},
	{PAIR ", prefix: 224.0.0.0/24}", "t.yaml:4:31: prefix: expected addresses that hosts can have"},
	{PAIR ", prefix: 255.255.255.0/24}", "t.yaml:4:31: prefix: expected addresses that hosts can have"},
	{PAIR ", interfaces: [all, e1]}", "t.yaml:4:36: interface: 'all' is the kernel's word"},
	{PAIR ", interfaces: [e0, default]}", "t.yaml:4:40: interface: 'default' is the kernel's word for more than one; "
	 "expected another name, such as default0"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], forward: 5ms}",
	 "t.yaml:4:32: forward: expected a mapping"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], forward: {dealy: 5ms}}",
	 "t.yaml:4:33: unknown key 'dealy'"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "1s, link: [a, b]}",
	 "t.yaml:6:5: expected a key that changes"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "soon, link: [a, b], loss: 1%}",
	 "t.yaml:6:10: at: expected a time of up to 24h"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "1s, link: [a, c], loss: 1%}",
	 "t.yaml:6:20: link: 'a' has no link to 'c'"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "1s, link: a, loss: 1%}",
	 "t.yaml:6:20: link: expected [NODE, NODE]"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "1s, link: [a, b], direction: up, loss: 1%}",
	 "t.yaml:6:39: direction: expected forward, backward or both"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "1s, over: 4s, link: [a, b], delay: 9ms}\n  - {at: 3s, link: [b, a], delay: 1ms}",
	 "t.yaml:7:5: changes: the change in line 6 of the same key"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b]}\nchanges:\n  - {at: "
	 "1s, link: [a, b], loss: 1%}\nrepeat: 500ms",
	 "t.yaml:7:9: repeat: expected at least 100ms and the last change's end, 1s"},
	{PAIR ", delay: 5ms, reorder: 1%}\nchanges:\n  - {at: 1s, link: [a, b], delay: 0ms}",
	 "t.yaml:6:5: after this change: reorder: expected a delay beside it"},
	{PAIR "}\nchanges:\n  - {at: 2s, link: [a, b], reorder: 1%, direction: forward}\n  - {at: "
	      "3s, link: [a, b], delay: 5ms}",
	 "t.yaml:6:5: after this change: reorder: expected a delay beside it"},
	{PAIR ", backward: {rate: 1Mbit}}\nchanges:\n  - {at: 2s, link: [a, b], queue: 10}",
	 "t.yaml:6:5: after this change: queue: expected a rate or a delay beside it"},
	{PAIR ", delay: 5ms}\nchanges:\n  - {at: 1s, link: [a, b], reorder: 1%}\n  - {at: 2s, over: 2s, "
	      "link: [a, b], delay: 0ms}\n  - {at: 3s, link: [a, b], reorder: 0%}\nrepeat: 5s",
	 "t.yaml:6:5: after this change: reorder: expected a delay beside it"},
	{"name: x\nnodes: {a: host}\nrepeat: 5s", "t.yaml:3:9: repeat: expected changes"},
	{"name: x\nnodes: {a: host, b: host, c: host}\nnetworks: {lan: {members: [a, b, "
	 "c]}}\nlinks:\n  - {between: [a, lan], mtu: 1400}",
	 "t.yaml:5:30: mtu: expected at the network itself"},
	{"", "t.yaml:1:1: "},
	{"name: x", "t.yaml:1:1: key 'nodes' is missing"},
	{"nodes: {a: host}", "t.yaml:1:1: key 'name' is missing"},
	{"name: X\nnodes: {a: host}", "t.yaml:1:7: name: expected 1 to 32 lower-case"},
	{"name: x\nnodes: {}", "t.yaml:2:8: nodes: expected a mapping of node names"},
	{"name: x\nnodes: [a]", "t.yaml:2:8: nodes: expected a mapping"},
	{"name: x\nnode: {a: host}",
	 "t.yaml:2:1: unknown key 'node', expected one of: name, nodes"},
	{"name: x\nnodes:\n  a: hoost", "t.yaml:3:6: kind: expected core, ue, gnb"},
	{"name: x\nnodes:\n  a: {}", "t.yaml:3:6: a: key 'kind' is missing"},
	{"name: x\nnodes:\n  a: {kind: [host]}", "t.yaml:3:13: kind: expected core"},
	{"name: x\nnodes:\n  A: host", "t.yaml:3:3: node name: expected 1 to 32"},
	{"name: x\nnodes:\n  fabric: host", "t.yaml:3:3: node name: 'fabric' is taken"},
	{"name: x\nnodes:\n  a: host\n  a: host", "t.yaml:4:3: "},
	{"name: x\nnodes: {a: {kind: host, supi: y}}", "t.yaml:2:25: unknown key 'supi'"},
	{"name: x\nnodes: {a: host}\nmtu: 12",
	 "t.yaml:3:6: mtu: expected a number from 576 to 65535"},
	{"name: x\nnodes: {a: host}\nmanagement: never",
	 "t.yaml:3:13: management: expected auto, none"},
	{"name: x\nnodes: {a: host}\nmanagement: 10.1.0.1/24",
	 "t.yaml:3:13: management: expected a prefix without host bits"},
	{"name: x\nnodes: {a: host}\nrouting: ospf",
	 "t.yaml:3:10: routing: expected auto or none, found 'ospf'"},
	{"name: x\nnodes: {a: host}\nneeds: qos", "t.yaml:3:8: needs: expected a list"},
	{"name: x\nnodes: {a: host}\nneeds: [qos, gold]",
	 "t.yaml:3:14: needs: expected qos, found 'gold'"},
	{"name: x\nnodes: {a: host}\ndataplane: dpdk",
	 "t.yaml:3:12: dataplane: expected auto, ebpf or gtp, found 'dpdk'"},
	{"name: x\nnodes: {a: host}\nmcc: 1a3", "t.yaml:3:6: mcc: expected 3 digits"},
	{"name: x\nnodes: {a: host}\nmnc: 1", "t.yaml:3:6: mnc: expected 2 or more digits"},
	{"name: x\nnodes: {a: ue}", "t.yaml:2:9: a: expected a node of kind gnb in reach"},
	{"name: x\nnodes: {a: gnb}", "t.yaml:2:9: a: expected a node of kind core"},
	{"name: x\nnodes: {c: core, u: upf}",
	 "t.yaml:2:18: u: expected a node of kind edge for its N6"},
	{"name: x\nnodes: {c: core, d: core}",
	 "t.yaml:2:18: d: expected at most one node of kind core"},
	{"name: x\nnodes: {c: core, g: gnb, u: ue}",
	 "t.yaml:2:26: u: expected a node of kind upf for its sessions"},
	{"name: x\nnodes:\n  c: core\n  g: gnb\n  e: edge\n  f: {kind: upf, edge: c}",
	 "t.yaml:6:24: expected the name of a node of kind edge, found 'c', which is of kind core"},
	{"name: x\nnodes:\n  c: core\n  e: edge\n  f: {kind: upf, edge: e}\n  g: {kind: upf, edge: "
	 "e}",
	 "t.yaml:6:24: edge: 'e' is on the N6 of 'f' already"},
	{"name: x\nnodes:\n  c: core\n  e: edge\n  f: {kind: upf, edge: z}",
	 "t.yaml:5:24: expected the name of a node of kind edge, found 'z', which is no node"},
	{"name: x\nnodes:\n  u: {kind: ue, supi: imsi-12}",
	 "t.yaml:3:23: supi: expected imsi- and 5 to 15 digits"},
	{"name: x\nnodes:\n  e: {kind: edge, dnai: 'a\"b'}",
	 "t.yaml:3:25: dnai: expected 1 to 32 lower-case letters, digits and inner hyphens, found 'a\"b'"},
	{"name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], rate: 1Mbit, queue: 1.5}",
	 "t.yaml:4:43: queue: expected a number of packets from 1 to 65536, found '1.5'"},
	{"name: x\nnodes:\n  u: {kind: ue, sessions: {}}",
	 "t.yaml:3:27: sessions: expected a list"},
	{"name: x\nnodes:\n  u: {kind: ue, sessions: [{anchor: u}]}",
	 "t.yaml:3:37: expected the name of a node of kind edge, found 'u', which is of kind ue"},
	{"name: x\nnodes:\n  u: {kind: ue, sessions: [{dnm: u}]}",
	 "t.yaml:3:29: unknown key 'dnm', expected one of: dnn, anchor"},
	{"name: x\nnodes:\n  u: {kind: ue, gnbs: [g]}",
	 "t.yaml:3:24: expected the name of a node of kind gnb, found 'g', which is no node"},
	{"name: x\nnodes:\n  g: gnb\n  u: {kind: ue, gnbs: [g, g]}",
	 "t.yaml:4:27: gnbs: 'g' is listed twice"},
	{"name: x\nnodes:\n  h: {kind: host, addresses: {lan: 10.0.0.1}}",
	 "t.yaml:3:31: addresses: expected a network of 'h', found 'lan'"},
	{"name: x\nnodes:\n  h: {kind: host, addresses: {lan: ten}}",
	 "t.yaml:3:36: lan: expected an IPv4 address, found 'ten'"},
	{"name: x\nnodes:\n  h: {kind: host, routes: [{to: 10.0.0.1/8, via: 10.0.0.1}]}",
	 "t.yaml:3:33: to: expected a prefix without host bits"},
	{"name: x\nnodes:\n  h: {kind: host, routes: [{to: default, via: 10.0.0.1}]}",
	 "t.yaml:3:28: via: expected an address on a network of 'h'"},
	{"name: x\nnodes:\n  h: {kind: host, routes: [{to: default}]}",
	 "t.yaml:3:28: key 'via' is missing"},
	{HEAD "links: {a: b}", "t.yaml:3:8: links: expected a list"},
	{HEAD "links:\n  - {rate: 1Mbit}", "t.yaml:4:5: key 'between' is missing"},
	{HEAD "links:\n  - {between: [ue]}", "t.yaml:4:15: between: expected [NODE, NODE]"},
	{HEAD "links:\n  - {between: [ue, zz]}",
	 "t.yaml:4:20: between: expected a node or a network, found 'zz'"},
	{HEAD "links:\n  - {between: [zz, ue]}",
	 "t.yaml:4:16: expected the name of a node, found 'zz'"},
	{HEAD "links:\n  - {between: [h, h]}",
	 "t.yaml:4:15: between: expected two different nodes"},
	{HEAD "links:\n  - {between: [h, n3]}",
	 "t.yaml:4:5: between: 'h' is not a member of that network"},
	{HEAD "links:\n  - {between: [ue, radio]}",
	 "t.yaml:4:20: between: radio links pairs of nodes"},
	{HEAD "links:\n  - {between: [upf, n3], prefix: 10.0.0.0/8}",
	 "t.yaml:4:34: prefix: expected at the network itself"},
	{HEAD "links:\n  - {between: [ue, gnb1], prefix: 10.0.0.0/24}",
	 "t.yaml:4:35: prefix: a radio link has none"},
	{HEAD "links:\n  - {between: [h, ue], rate: 10mbit}",
	 "t.yaml:4:30: rate: expected a rate from 1kbit to 1000Gbit, such as 100Mbit, found "
	 "'10mbit'"},
	{HEAD "links:\n  - {between: [h, ue], delay: 5}",
	 "t.yaml:4:31: delay: expected a time of up to 10s"},
	{HEAD "links:\n  - {between: [h, ue], delay: -5ms}", "t.yaml:4:31: delay: expected a time"},
	{HEAD "links:\n  - {between: [h, ue], dely: 5ms}",
	 "t.yaml:4:24: unknown key 'dely', expected one of: between"},
	{HEAD "links:\n  - {between: [h, ue], loss: 101%}",
	 "t.yaml:4:30: loss: expected a share from 0% to 100%, found '101%'"},
	{HEAD "links:\n  - {between: [h, ue], jitter: [1]}",
	 "t.yaml:4:32: jitter: expected a time"},
	{HEAD "links:\n  - {between: [h, ue], prefix: 10.5.0.0}",
	 "t.yaml:4:32: prefix: expected an IPv4 prefix"},
	{HEAD "links:\n  - {between: [h, ue], prefix: 10.5.0.0/31}",
	 "t.yaml:4:32: prefix: expected a prefix length from 8 to 30, found 31"},
	{HEAD "links:\n  - {between: [h, ue], prefix: 10.101.0.0/24}",
	 "t.yaml:4:5: addresses of the network h-ue overlap those of the network n3"},
	{HEAD "links:\n  - {between: [h, ue], addresses: [10.130.0.1]}",
	 "t.yaml:4:35: addresses: expected a list of two"},
	{HEAD "links:\n  - {between: [h, ue], addresses: [10.130.0.1, 10.130.0.1]}",
	 "t.yaml:4:5: address of 'ue' on h-ue: expected another than that of 'h'"},
	{HEAD "links:\n  - {between: [h, ue], addresses: [10.130.0.1, 10.131.0.1]}",
	 "t.yaml:4:5: address of 'ue' on h-ue: expected one inside its prefix"},
	{HEAD "links:\n  - {between: [h, ue], addresses: [10.130.0.0, 10.130.0.1]}",
	 "t.yaml:4:5: address of 'h' on h-ue: expected a host's"},
	{HEAD "links:\n  - {between: [h, ue], interfaces: [mgmt0, x]}",
	 "t.yaml:4:37: interface: 'mgmt0' is taken"},
	{HEAD "links:\n  - {between: [h, ue], interfaces: [a/b, x]}",
	 "t.yaml:4:37: interface: expected 1 to 15 letters"},
	{HEAD "links:\n  - {between: [h, ue], interfaces: [a, b]}\n  - {between: [h, ue], "
	      "interfaces: [a, c]}",
	 "t.yaml:5:5: interface: 'h' has another 'a'"},
	{HEAD "links:\n  - {between: [ue, gnb1], rate: 1Mbit}\n  - {between: [gnb1, ue], loss: 1%}",
	 "t.yaml:5:5: links: 'gnb1' and 'ue' have an entry already, in line 4, column 5; expected "
	 "its keys there"},
	{HEAD "links:\n  - {between: [h, edge]}\n  - {between: [h, edge]}\n  - {between: [upf, "
	      "edge]}\n  -    {between: [edge, upf]}",
	 "t.yaml:7:8: links: 'edge' and 'upf' have an entry already, in line 6, column 5"},
	{HEAD "links:\n  - {between: [upf, n3]}\n  - {between: [gnb1, n3]}\n  - {between: [upf, n4]}\n"
	      "  - {between: [upf, n3]}",
	 "t.yaml:7:5: links: 'upf' and 'n3' have an entry already, in line 4, column 5"},
	{HEAD "networks:\n  lan: {members: [h, ue]}\nlinks:\n  - {between: [h, lan]}\n  - {between: "
	      "[h, lan]}\n  - {between: [h, lan]}",
	 "t.yaml:7:5: links: 'h' and 'lan' have an entry already, in line 6, column 5"},
	{"name: x\nnodes: {h: {kind: host, count: 2}, i: host}\nnetworks: {lan: {members: [h, i]}}\n"
	 "links: [{between: [h, lan]}, {between: [h-2, lan]}]",
	 "t.yaml:4:30: links: 'h-2' and 'lan' have an entry already, in line 4, column 9"},
	{HEAD "networks:\n  lan: {}", "t.yaml:4:8: key 'members' is missing"},
	{HEAD "networks:\n  h: {members: [ue]}", "t.yaml:4:3: network name: 'h' is a node"},
	{HEAD "networks:\n  lan: {members: [h, h]}", "t.yaml:4:22: 'h' is listed twice"},
	{HEAD "networks:\n  lan: {members: [h, i]}",
	 "t.yaml:4:22: expected the name of a node, found 'i'"},
	{HEAD "networks:\n  n3: {members: [gnb1, h]}", "t.yaml:4:24: a host has no place on n3"},
	{HEAD "networks:\n  n3: {members: [gnb1]}",
	 "t.yaml:2:32: upf: expected among the members of n3"},
	{HEAD "networks:\n  radio: {members: [ue]}",
	 "t.yaml:4:20: members: radio links pairs of nodes; expected 'gnbs' at the ue"},
	{HEAD "networks:\n  n6: {prefix: 10.0.0.0/24}",
	 "t.yaml:4:16: prefix: n6 has none as a whole"},
	{HEAD "networks:\n  lan: {members: [h, ue, cloud], prefix: 10.9.0.0/30}",
	 "t.yaml:4:3: prefix: expected one with room for 3 members"},
	{HEAD "services: {a: 10.71.0.1}",
	 "t.yaml:3:12: a: expected an address inside service_prefix"},
	{HEAD "services: {a: {address: 10.70.0.1, edges: [h]}}",
	 "t.yaml:3:44: expected the name of a node of kind edge, found 'h', which is of kind host"},
	{HEAD "services: {a: 10.70.0.1, b: 10.70.0.1}",
	 "t.yaml:3:11: services: 'a' and 'b' have one address"},
	{HEAD "services: {h: 10.70.0.1}", "t.yaml:3:12: service name: 'h' is a node"},
	{HEAD "dnns: {a: {sd: 12345}}", "t.yaml:3:16: sd: expected six hexadecimal digits"},
	{HEAD "dnns: {a: {sst: 256}}", "t.yaml:3:17: sst: expected a number from 0 to 255"},
	{HEAD "management: none",
	 "t.yaml:2:9: core: a core has daemons and needs a management network"},
	{HEAD "management: 10.200.0.0/29",
	 "t.yaml:1:1: management: expected a prefix with room for 7 nodes"},
	{HEAD "service_prefix: 10.60.0.0/16",
	 "t.yaml:2:32: addresses of the pool of upf overlap those of the prefix of the services"},
	{"name: x\nnodes: {h: {kind: host, count: 0}}",
	 "t.yaml:2:32: count: expected a number from 1 to 1000, found '0'"},
	{"name: x\nnodes: {h: {kind: host, count: all}}", "t.yaml:2:32: count: expected a number"},
	{"name: x\nnodes: {h: {kind: host, count: 2, addresses: {lan: 10.0.0.1}}}",
	 "t.yaml:2:46: addresses: expected at a node of its own, not where count makes several"},
	{"name: x\nnodes: {u: {kind: ue, count: 2, supi: imsi-001010000000009}}",
	 "t.yaml:2:39: supi: expected at a node of its own"},
	{"name: x\nnodes: {h-2: host, h: {kind: host, count: 2}}",
	 "t.yaml:2:9: node name: 'h-2' is one of the 2 of 'h' too"},
	{"name: x\nnodes: {h-2: {kind: host, count: 3}, h: {kind: host, count: 2}}",
	 "t.yaml:2:9: node name: 'h-2' is one of the 2 of 'h' too"},
	{"name: x\nnodes: {a2345678901234567890123456789012: {kind: host, count: 9}}",
	 "t.yaml:2:9: node name: with a count of 9 expected at most 30 characters"},
	{"name: x\nnodes: {h: {kind: host, count: 2}}\nchanges: [{at: 1s, link: [h, h-1], delay: "
	 "1ms}]",
	 "t.yaml:3:27: expected the name of one node, found 'h', which is 2: 'h-1' and up"},
	{"name: x\nnodes: {h: {kind: host, count: 2}}\nnetworks: {h: {members: [h-1]}}",
	 "t.yaml:3:12: network name: 'h' is a node"},
	{"name: x\nnodes: {h: {kind: host, count: 2}, a: host}\nlinks: [{between: [h, a], prefix: "
	 "10.9.0.0/24}]",
	 "t.yaml:3:35: prefix: expected at a link of its own, not at one of 2"},
	{"name: x\nnodes: {h: {kind: host, count: 2}}\nlinks: [{between: [h, h-1]}]",
	 "t.yaml:3:19: between: expected two different nodes"},
	{"name: x\nnodes: {h: {kind: host, count: 2}}\nnetworks: {lan: {members: [h, h-1]}}",
	 "t.yaml:3:31: 'h-1' is listed twice"},
	{"name: x\nnodes: {h: {kind: host, count: 2}}\nnetworks: {lan: {members: [{node: h, "
	 "address: 10.0.0.1}]}}",
	 "t.yaml:3:28: address: expected none for 2 nodes"},
	{"name: x\nnodes: {h: {kind: host, count: 999}, i: {kind: host, count: 2}}",
	 "t.yaml:2:38: more than 1000 nodes"},
	{"name: x\nnodes: {a: host, b: &b host}", "t.yaml:2:"},
	{"name: x\nnodes: {a: [", "t.yaml:"},
};

static void every_mistake_has_its_place(void **state)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct yaml_error err = {""};
		struct topology *t = NULL;
		int rc = topology_load_memory("t.yaml", mistakes[i].text, strlen(mistakes[i].text),
					      &t, &err);

		if (rc != -EINVAL ||
		    strncmp(err.text, mistakes[i].error, strlen(mistakes[i].error)) != 0)
			print_error("row %zu\n   got: %s\nwanted: %s\n  from: %s\n", i, err.text,
				    mistakes[i].error, mistakes[i].text);
		assert_int_equal(rc, -EINVAL);
		assert_null(t);
		assert_int_equal(strncmp(err.text, mistakes[i].error, strlen(mistakes[i].error)),
				 0);
	}
}

/* One entry, several nodes: each with what is derived, and each with the links of the entry */
static void counted_nodes(void **state)
{
	struct topology *t =
		load("name: x\n"
		     "nodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, "
		     "count: 12}, h: {kind: host, count: 3}, r: router}\n"
		     "networks: {lan: {members: [h]}}\n"
		     "links:\n  - {between: [ue, gnb], rate: 10Mbit}\n"
		     "  - {between: [h, r], delay: 2ms}\n"
		     "  - {between: [h-2, lan], loss: 1%}\n");
	int last = topology_find_node(t, "ue-12"), h3 = topology_find_node(t, "h-3");
	unsigned lans = 0, slow = 0;

	assert_int_equal(topology_count(t, TOPO_UE), 12);
	assert_int_equal(topology_find_node(t, "ue"), -1);
	assert_string_equal(t->node[last].supi, "imsi-001010000000012");
	for (size_t p = 0; p < t->port_count; p++) {
		slow += t->port[p].shape.is.rate_bps == 10000000;
		lans += t->port[p].shape.is.loss > 0;
	}
	assert_int_equal(slow, 24);
	assert_int_equal(lans, 1);
	assert_int_equal(t->port[t->network[0].first_port].node, 0);
	assert_string_equal(port_of(t, "h-3", TOPO_PLAIN)->ifname, "lan");
	assert_int_equal(topology_find_link(t, (unsigned)h3, "r", &slow), 0);
	assert_int_equal(t->port[slow].shape.is.delay_us, 2000);
	topology_free(t);
}

static const char directions_text[] =
	"name: x\nnodes: {a: host, b: host, c: host, d: host}\n"
	"networks: {lan: {members: [a, b, c], delay: 1ms}}\n"
	"links:\n"
	"  - {between: [b, lan], loss: 1%, backward: {delay: 7ms, duplicate: 2%}}\n"
	"  - {between: [a, d], rate: 5Mbit, forward: {delay: 2ms, reorder: 10%}, backward: "
	"{corrupt: 3%}}\n"
	"changes:\n"
	"  - {at: 1.5s, over: 500ms, link: [b, lan], delay: 40ms}\n"
	"  - {at: 2min, link: [d, a], direction: forward, loss: 100%}\n"
	"repeat: 1h\n";

static void check_directions(const struct topology *t)
{
	const struct topo_port *b = NULL, *a = NULL, *d = NULL;

	for (size_t p = 0; p < t->port_count; p++) {
		const struct topo_port *port = &t->port[p];
		bool lan = t->network[port->network].bridged;

		if (lan && port->node == 1)
			b = port;
		else if (!lan && port->node == 0)
			a = port;
		else if (!lan && port->node == 3)
			d = port;
	}
	assert_int_equal(b->shape.is.delay_us, 1000);
	assert_true(b->shape.is.loss == 0.01);
	assert_int_equal(b->back.is.delay_us, 7000);
	assert_true(b->back.is.duplicate == 0.02 && b->back.is.loss == 0.01);
	assert_int_equal(a->shape.is.delay_us, 2000);
	assert_true(a->shape.is.reorder == 0.1 && a->shape.is.corrupt == 0);
	assert_int_equal(d->shape.is.rate_bps, 5000000);
	assert_true(d->shape.is.corrupt == 0.03 && d->shape.is.delay_us == 0);
	assert_int_equal(t->change_count, 3); /* the first in both directions */
	assert_int_equal(t->change[0].at_us, 1500000);
	assert_int_equal(t->change[0].over_us, 500000);
	assert_true(!t->change[0].back && t->change[1].back);
	assert_int_equal(t->change[1].shape.is.delay_us, 40000);
	assert_int_equal(t->change[2].at_us, 120000000);
	assert_ptr_equal(&t->port[t->change[2].port], d);
	assert_true(t->change[2].shape.is.loss == 1);
	assert_true(t->repeat_us == UINT64_C(3600000000));
}

/* Each way by itself, and changes; written out and read again too */
static void directions(void **state)
{
	struct topology *t = load(directions_text), *again;
	char *text;

	check_directions(t);
	text = written(t);
	again = load(text);
	check_directions(again);
	topology_free(again);
	topology_free(t);
	free(text);
}

/* What counts is how a link is when a change has come, others of that time and those under way too. */
static void changes_that_make_sense(void **state)
{
	static const char *const rows[] = {
		"  - {at: 1s, link: [a, b], reorder: 1%}\n  - {at: 1s, link: [a, b], delay: 1ms}\n",
		"  - {at: 1s, over: 9s, link: [a, b], delay: 1ms}\n  - {at: 2s, link: [a, b], "
		"reorder: 1%}\n",
		"  - {at: 0s, link: [a, b], delay: 1ms, reorder: 1%}\n"
		"  - {at: 1s, over: 9s, link: [a, b], delay: 0ms}\n"
		"  - {at: 9s, link: [a, b], reorder: 0%}\nrepeat: 10s\n",
		"  - {at: 2s, over: 1s, link: [a, b], delay: 0ms, reorder: 0%}\n"
		"  - {at: 1s, over: 1s, link: [a, b], delay: 1ms, reorder: 50%}\n",
		"  - {at: 1s, link: [a, b], queue: 10, rate: 1kbit}\n",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[400];

		snprintf(text, sizeof(text), PAIR "}\nchanges:\n%s", rows[i]);
		topology_free(load(text));
	}
}

static void shapes(void **state)
{
	static const struct {
		const char *shape;
		uint64_t rate;
		uint32_t delay;
		double loss;
		bool netem;
	} rows[] = {
		{"rate: 1kbit", 1000, 0, 0, false},
		{"rate: 2.5Gbit", 2500000000, 0, 0, false},
		{"rate: 1000000bit", 1000000, 0, 0, false},
		{"delay: 250us", 0, 250, 0, true},
		{"delay: 1.5ms", 0, 1500, 0, true},
		{"delay: 0ms", 0, 0, 0, false},
		{"delay: 10s", 0, 10000000, 0, true},
		{"loss: 100%", 0, 0, 1, true},
		{"loss: 0.25%, rate: 1Mbit", 1000000, 0, 0.0025, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct link_shape *shape;
		char text[200];
		struct topology *t;

		snprintf(text, sizeof(text),
			 "name: x\nnodes: {a: host, b: host}\nlinks:\n  - {between: [a, b], %s}\n",
			 rows[i].shape);
		t = load(text);
		shape = &t->port[1].shape.is;
		assert_int_equal(shape->rate_bps, rows[i].rate);
		assert_int_equal(shape->delay_us, rows[i].delay);
		assert_true(shape->loss > rows[i].loss - 1e-9 && shape->loss < rows[i].loss + 1e-9);
		assert_int_equal(shape_choose(shape, true) == SHAPE_NETEM, rows[i].netem);
		topology_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_edges_is_as_the_contract_says),
		cmocka_unit_test(identities_are_derived),
		cmocka_unit_test(resolved_copies_read_back),
		cmocka_unit_test(overrides_count),
		cmocka_unit_test(interface_names_are_unique),
		cmocka_unit_test(routers_know_the_way),
		cmocka_unit_test(every_mistake_has_its_place),
		cmocka_unit_test(changes_that_make_sense),
		cmocka_unit_test(shapes),
		cmocka_unit_test(counted_nodes),
		cmocka_unit_test(directions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
