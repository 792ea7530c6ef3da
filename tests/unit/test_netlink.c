// SPDX-License-Identifier: Apache-2.0
/* Every call of lib/netlink against the kernel, each test in a network namespace of its own; ip(8)
 * and tc(8) are witnesses. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/netlink/generic.h"

static struct in_addr ip(const char *text)
{
	struct in_addr addr;

	assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
	return addr;
}

/* what a command prints contains @text */
static bool shows(const char *command, const char *text)
{
	static char out[16384];
	FILE *pipe = popen(command, "r");
	size_t len;

	assert_non_null(pipe);
	len = fread(out, 1, sizeof(out) - 1, pipe);
	out[len] = 0;
	pclose(pipe);
	return strstr(out, text);
}

static void fresh_netns(void)
{
	static bool mapped;
	int flags = CLONE_NEWNET | (geteuid() && !mapped ? CLONE_NEWUSER : 0);

	assert_int_equal(unshare(flags), 0);
	mapped = true;
}

static int setup(void **state)
{
	struct nl *nl;

	fresh_netns();
	assert_int_equal(nl_open(&nl), 0);
	*state = nl;
	return 0;
}

static int teardown(void **state)
{
	nl_close(*state);
	return 0;
}

static unsigned index_of(struct nl *nl, const char *name)
{
	unsigned ifindex = 0;

	assert_int_equal(nl_link_index(nl, name, &ifindex), 0);
	assert_int_not_equal(ifindex, 0);
	return ifindex;
}

static void add_veth(struct nl *nl, const char *name, const char *peer)
{
	struct nl_veth veth = {.name = name, .peer = peer, .netns_fd = -1, .peer_netns_fd = -1};

	assert_int_equal(nl_link_add_veth(nl, &veth), 0);
	assert_int_equal(nl_link_set_up(nl, index_of(nl, name), true), 0);
	assert_int_equal(nl_link_set_up(nl, index_of(nl, peer), true), 0);
}

static int find_link(const struct nl_link *link, void *user)
{
	struct nl_link *wanted = user;

	if (strcmp(link->name, wanted->name) != 0)
		return 0;
	*wanted = *link;
	return 77;
}

static void veth_has_what_was_asked_for(void **state)
{
	static const uint8_t mac[6] = {2, 0xba, 1, 2, 3, 4}, peer_mac[6] = {2, 0xba, 1, 2, 3, 5};
	struct nl_veth veth = {.name = "a",
			       .peer = "b",
			       .netns_fd = -1,
			       .peer_netns_fd = -1,
			       .mac = mac,
			       .peer_mac = peer_mac,
			       .mtu = 1400,
			       .noarp = true,
			       .ifindex = 101,
			       .peer_ifindex = 102};
	struct nl_link link = {.name = "a"};

	assert_int_equal(nl_link_add_veth(*state, &veth), 0);
	assert_int_equal(nl_link_add_veth(*state, &veth), -EEXIST);
	assert_int_equal(nl_link_set_up(*state, 101, true), 0);
	assert_int_equal(nl_link_set_up(*state, 102, true), 0);
	/* the kernel says that it runs a moment later */
	for (int tries = 2000; !link.running && tries; tries--) {
		assert_int_equal(nl_link_list(*state, find_link, &link), 77);
		poll(NULL, 0, 1);
	}
	assert_int_equal(link.ifindex, 101);
	assert_int_equal(link.mtu, 1400);
	assert_string_equal(link.kind, "veth");
	assert_memory_equal(link.mac, mac, 6);
	assert_true(link.up && link.running);
	assert_true(shows("ip link show a", "NOARP"));
	assert_int_equal(index_of(*state, "b"), 102);
	assert_true(shows("ip link show b", "02:ba:01:02:03:05"));
	assert_false(shows("ip link show b", "NOARP"));
}

static void link_settings(void **state)
{
	static const uint8_t mac[6] = {2, 0xba, 9, 9, 9, 9};
	struct nl_link link = {.name = "a"};
	struct nl *nl = *state;
	unsigned a, br;

	add_veth(nl, "a", "b");
	a = index_of(nl, "a");
	assert_int_equal(nl_link_add_bridge(nl, "br"), 0);
	br = index_of(nl, "br");
	assert_int_equal(nl_link_set_mac(nl, a, mac), 0);
	assert_int_equal(nl_link_set_mtu(nl, a, 1300), 0);
	assert_int_equal(nl_link_set_alias(nl, a, "baton:test"), 0);
	assert_int_equal(nl_link_set_master(nl, a, br), 0);
	assert_true(shows("ip link show a", "master br"));
	assert_int_equal(nl_link_set_up(nl, a, false), 0);
	assert_int_equal(nl_link_list(nl, find_link, &link), 77);
	assert_string_equal(link.alias, "baton:test");
	assert_memory_equal(link.mac, mac, 6);
	assert_int_equal(link.mtu, 1300);
	assert_false(link.up);
	assert_int_equal(nl_link_del(nl, a), 0);
	assert_int_equal(nl_link_index(nl, "b", &a), -ENODEV);
	assert_int_equal(nl_link_del_name(nl, "br"), 0);
	assert_int_equal(nl_link_del_name(nl, "br"), -ENODEV);
	assert_int_equal(nl_link_del_name(nl, "sixteen-letters-"), -EINVAL);
}

static void veth_master_at_birth(void **state)
{
	struct nl *nl = *state;
	struct nl_veth veth = {.name = "p", .peer = "q", .netns_fd = -1, .peer_netns_fd = -1};

	assert_int_equal(nl_link_add_bridge(nl, "br"), 0);
	veth.master = index_of(nl, "br");
	assert_int_equal(nl_link_add_veth(nl, &veth), 0);
	assert_true(shows("ip link show p", "master br"));
}

/* A handle works where it was opened; both ends of a pair can be made in other namespaces. */
static void handles_stay_in_their_namespace(void **state)
{
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), there;
	struct nl_veth veth = {.name = "near", .peer = "far", .netns_fd = -1};
	struct nl *nl = *state, *other;
	unsigned ifindex;

	fresh_netns();
	there = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	veth.peer_netns_fd = there;
	assert_int_equal(nl_link_add_veth(nl, &veth), 0);
	assert_int_equal(nl_link_index(nl, "near", &ifindex), 0);
	assert_true(shows("ip link", "far@"));
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	assert_int_equal(nl_open_netns(there, &other), 0);
	assert_int_equal(nl_link_index(other, "far", &ifindex), 0);
	assert_int_equal(nl_link_index(other, "near", &ifindex), -ENODEV);
	assert_true(shows("ip link", "near@"));
	assert_int_equal(nl_link_set_netns(other, index_of(other, "far"), here), 0);
	assert_int_equal(nl_link_index(nl, "far", &ifindex), 0);
	assert_int_equal(nl_open_netns(STDIN_FILENO, &other), -EINVAL);
	nl_close(other);
	close(here);
	close(there);
}

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	assert_int_equal(inet_pton(AF_INET6, text, &addr), 1);
	return addr;
}

static int count_addr(struct in_addr addr, unsigned prefix_len, void *user)
{
	*(unsigned *)user += prefix_len;
	return 0;
}

static void addresses(void **state)
{
	unsigned sum = 0, a;

	add_veth(*state, "a", "b");
	a = index_of(*state, "a");
	assert_int_equal(nl_addr_add(*state, a, ip("10.1.0.1"), 24), 0);
	assert_int_equal(nl_addr_add(*state, a, ip("10.1.0.1"), 24), -EEXIST);
	assert_int_equal(nl_addr_add(*state, a, ip("10.1.0.2"), 33), -EINVAL);
	assert_int_equal(nl_addr_add(*state, a, ip("10.70.0.1"), 32), 0);
	assert_int_equal(nl_addr_list(*state, a, count_addr, &sum), 0);
	assert_int_equal(sum, 24 + 32);
	assert_int_equal(nl_addr_del(*state, a, ip("10.1.0.1"), 24), 0);
	assert_int_equal(nl_addr_del(*state, a, ip("10.1.0.1"), 24), -EADDRNOTAVAIL);
	assert_false(shows("ip addr show a", "10.1.0.1"));
}

/* Prefix lengths of those that aren't link-local */
static int count_addr6(struct in6_addr addr, unsigned prefix_len, void *user)
{
	if (!IN6_IS_ADDR_LINKLOCAL(&addr))
		*(unsigned *)user += prefix_len;
	return 0;
}

static int take_addr6(struct in6_addr addr, unsigned prefix_len, void *user)
{
	*(struct in6_addr *)user = addr;
	return prefix_len == 128;
}

static void addresses_ip6(void **state)
{
	const struct in6_addr one = ip6("2001:db8::1"), two = ip6("2001:db8:70::1");
	struct in6_addr taken;
	unsigned sum = 0, a;

	add_veth(*state, "a", "b");
	a = index_of(*state, "a");
	assert_int_equal(nl_addr6_add(*state, a, one, 64), 0);
	assert_int_equal(nl_addr6_add(*state, a, one, 64), -EEXIST);
	assert_int_equal(nl_addr6_add(*state, a, two, 129), -EINVAL);
	assert_int_equal(nl_addr6_add(*state, a, two, 128), 0);
	assert_int_equal(nl_addr_add(*state, a, ip("10.1.0.1"), 24), 0);
	assert_int_equal(nl_addr6_list(*state, a, count_addr6, &sum), 0);
	assert_int_equal(sum, 64 + 128);
	sum = 0;
	assert_int_equal(nl_addr_list(*state, a, count_addr, &sum), 0);
	assert_int_equal(sum, 24);
	assert_int_equal(nl_addr6_list(*state, a, take_addr6, &taken), 1);
	assert_memory_equal(&taken, &two, sizeof(two));
	assert_true(shows("ip -6 addr show a", "2001:db8::1/64 scope global nodad"));
	assert_int_equal(nl_addr6_del(*state, a, one, 64), 0);
	assert_int_equal(nl_addr6_del(*state, a, one, 64), -EADDRNOTAVAIL);
	assert_false(shows("ip -6 addr show a", "2001:db8::1/64"));
}

static int find_route(const struct nl_route *route, void *user)
{
	struct nl_route *wanted = user;

	if (route->dst.s_addr != wanted->dst.s_addr || route->dst_len != wanted->dst_len)
		return 0;
	*wanted = *route;
	return 1;
}

static void routes(void **state)
{
	struct nl *nl = *state;
	struct nl_route route = {0}, found = {0};

	add_veth(nl, "a", "b");
	route.ifindex = index_of(nl, "a");
	assert_int_equal(nl_addr_add(nl, route.ifindex, ip("10.1.0.1"), 24), 0);
	route.gateway = ip("10.1.0.2");
	assert_int_equal(nl_route_add(nl, &route), 0);
	assert_int_equal(nl_route_add(nl, &route), -EEXIST);
	route.gateway = ip("10.1.0.3");
	route.prefsrc = ip("10.1.0.1");
	route.mtu = 1456;
	assert_int_equal(nl_route_replace(nl, &route), 0);
	assert_int_equal(nl_route_list(nl, 0, find_route, &found), 1);
	assert_int_equal(found.gateway.s_addr, ip("10.1.0.3").s_addr);
	assert_int_equal(found.prefsrc.s_addr, ip("10.1.0.1").s_addr);
	assert_int_equal(found.mtu, 1456);
	assert_int_equal(found.ifindex, route.ifindex);
	assert_int_equal(nl_route_del(nl, &route), 0);
	assert_int_equal(nl_route_del(nl, &route), -ESRCH);
	route.gateway = ip("192.0.2.1");
	assert_int_equal(nl_route_add(nl, &route), -ENETUNREACH);
	assert_string_not_equal(nl_error_text(nl), "");
}

static void routes_of_a_table(void **state)
{
	struct nl *nl = *state;
	struct nl_route on_link = {.dst = ip("10.70.0.0"), .dst_len = 16, .table = 1101};
	struct nl_route hole = {.dst = ip("10.60.0.0"),
				.dst_len = 16,
				.table = 106,
				.metric = 7,
				.type = NL_ROUTE_UNREACHABLE};
	struct nl_route found = {.dst = hole.dst, .dst_len = 16};

	add_veth(nl, "a", "b");
	on_link.ifindex = index_of(nl, "a");
	assert_int_equal(nl_route_list(nl, 106, find_route, &found), 0);
	assert_int_equal(nl_route_add(nl, &on_link), 0);
	assert_int_equal(nl_route_add(nl, &hole), 0);
	assert_int_equal(nl_route_list(nl, 106, find_route, &found), 1);
	assert_int_equal(found.type, NL_ROUTE_UNREACHABLE);
	assert_int_equal(found.metric, 7);
	assert_true(
		shows("ip route show table 1101", "10.70.0.0/16 dev a proto static scope link"));
	assert_int_equal(nl_route_del(nl, &hole), 0);
	found = hole;
	assert_int_equal(nl_route_list(nl, 106, find_route, &found), 0);
}

static int find_route6(const struct nl_route *route, void *user)
{
	struct nl_route *wanted = user;

	if (route->family != AF_INET6 || memcmp(&route->dst6, &wanted->dst6, 16) != 0 ||
	    route->dst_len != wanted->dst_len)
		return 0;
	*wanted = *route;
	return 1;
}

static void routes_ip6(void **state)
{
	struct nl *nl = *state;
	struct nl_route route = {.family = AF_INET6, .dst6 = ip6("2001:db8:70::"), .dst_len = 48};
	struct nl_route hole = {.family = AF_INET6,
				.dst6 = ip6("2001:db8:60::"),
				.dst_len = 44,
				.table = 1106,
				.metric = 7,
				.type = NL_ROUTE_UNREACHABLE};
	struct nl_route found = {.dst6 = route.dst6, .dst_len = 48};
	const struct in6_addr gateway = ip6("2001:db8::3"), own = ip6("2001:db8::1");

	add_veth(nl, "a", "b");
	route.ifindex = index_of(nl, "a");
	assert_int_equal(nl_link_set_up(nl, route.ifindex, true), 0);
	assert_int_equal(nl_link_set_up(nl, index_of(nl, "b"), true), 0);
	assert_int_equal(nl_addr6_add(nl, route.ifindex, own, 64), 0);
	route.gateway6 = ip6("2001:db8::2");
	assert_int_equal(nl_route_add(nl, &route), 0);
	assert_int_equal(nl_route_add(nl, &route), -EEXIST);
	route.gateway6 = gateway;
	route.prefsrc6 = own;
	route.mtu = 1400;
	assert_int_equal(nl_route_replace(nl, &route), 0);
	assert_int_equal(nl_route6_list(nl, 0, find_route6, &found), 1);
	assert_memory_equal(&found.gateway6, &gateway, sizeof(gateway));
	assert_memory_equal(&found.prefsrc6, &own, sizeof(own));
	assert_int_equal(found.mtu, 1400);
	assert_int_equal(found.ifindex, route.ifindex);
	assert_int_equal(nl_route_list(nl, 0, find_route6, &found), 0);
	assert_int_equal(nl_route_del(nl, &route), 0);
	assert_int_equal(nl_route_del(nl, &route), -ESRCH);
	found = hole;
	assert_int_equal(nl_route6_list(nl, 1106, find_route6, &found), 0);
	assert_int_equal(nl_route_add(nl, &hole), 0);
	assert_int_equal(nl_route6_list(nl, 1106, find_route6, &found), 1);
	assert_int_equal(found.type, NL_ROUTE_UNREACHABLE);
	assert_int_equal(found.metric, 7);
	hole.dst_len = 129;
	assert_int_equal(nl_route_add(nl, &hole), -EINVAL);
}

static int find_rule(const struct nl_rule *rule, void *user)
{
	struct nl_rule *wanted = user;

	if (rule->priority != wanted->priority)
		return 0;
	*wanted = *rule;
	return 1;
}

static void rules(void **state)
{
	struct nl_rule rule = {.src = ip("10.60.1.2"),
			       .src_len = 32,
			       .dst = ip("10.70.0.0"),
			       .dst_len = 16,
			       .iif = "lo",
			       .fwmark = 5,
			       .fwmask = 255,
			       .table = 1101,
			       .priority = 1001};
	struct nl_rule found = {.priority = 1001};
	struct nl_rule stop = {.priority = 1002, .action = NL_ROUTE_PROHIBIT};

	assert_int_equal(nl_rule_add(*state, &rule), 0);
	assert_int_equal(nl_rule_add(*state, &rule), -EEXIST);
	assert_int_equal(nl_rule_add(*state, &stop), 0);
	assert_int_equal(nl_rule_list(*state, find_rule, &found), 1);
	assert_memory_equal(&found, &rule, sizeof(rule));
	assert_true(shows("ip rule", "from 10.60.1.2 to 10.70.0.0/16 fwmark 0x5/0xff iif lo"));
	assert_true(shows("ip rule", "1002:\tfrom all prohibit"));
	assert_int_equal(nl_rule_append(*state, &rule), 0); /* a second one like it */
	assert_int_equal(nl_rule_del(*state, &rule), 0);
	assert_int_equal(nl_rule_del(*state, &rule), 0);
	assert_int_equal(nl_rule_del(*state, &rule), -ENOENT);
}

static void rules_ip6(void **state)
{
	struct nl_rule rule = {.family = AF_INET6,
			       .src6 = ip6("2001:db8:60::2"),
			       .src_len = 128,
			       .dst6 = ip6("2001:db8:70::"),
			       .dst_len = 48,
			       .iif = "lo",
			       .table = 1101,
			       .priority = 1001};
	struct nl_rule found = {.priority = 1001};

	assert_int_equal(nl_rule_add(*state, &rule), 0);
	assert_int_equal(nl_rule_add(*state, &rule), -EEXIST);
	assert_int_equal(nl_rule_list(*state, find_rule, &found), 0);
	assert_int_equal(nl_rule6_list(*state, find_rule, &found), 1);
	assert_memory_equal(&found, &rule, sizeof(rule));
	assert_true(shows("ip -6 rule", "from 2001:db8:60::2 to 2001:db8:70::/48 iif lo"));
	assert_int_equal(nl_rule_del(*state, &rule), 0);
	assert_int_equal(nl_rule_del(*state, &rule), -ENOENT);
	rule.src_len = 129;
	assert_int_equal(nl_rule_add(*state, &rule), -EINVAL);
}

static void neighbours(void **state)
{
	static const uint8_t mac[6] = {2, 0xba, 0, 0, 0, 1}, other[6] = {2, 0xba, 0, 0, 0, 2};
	unsigned a;

	add_veth(*state, "a", "b");
	a = index_of(*state, "a");
	assert_int_equal(nl_neigh_replace(*state, a, ip("10.1.0.2"), mac), 0);
	assert_int_equal(nl_neigh_replace(*state, a, ip("10.1.0.2"), other), 0);
	assert_true(shows("ip neigh", "10.1.0.2 dev a lladdr 02:ba:00:00:00:02 PERMANENT"));
	assert_int_equal(nl_neigh_del(*state, a, ip("10.1.0.2")), 0);
	assert_int_equal(nl_neigh_del(*state, a, ip("10.1.0.3")), -ENOENT);
	assert_int_equal(nl_neigh6_replace(*state, a, ip6("2001:db8::2"), mac), 0);
	assert_int_equal(nl_neigh6_replace(*state, a, ip6("2001:db8::2"), other), 0);
	assert_true(shows("ip -6 neigh", "2001:db8::2 dev a lladdr 02:ba:00:00:00:02 PERMANENT"));
	assert_int_equal(nl_neigh6_del(*state, a, ip6("2001:db8::2")), 0);
	assert_int_equal(nl_neigh6_del(*state, a, ip6("2001:db8::3")), -ENOENT);
}

/* The root of one interface, as the kernel lists it */
static int keep_root(const struct nl_qdisc *qdisc, void *user)
{
	struct nl_qdisc *kept = user;

	if (qdisc->root && qdisc->ifindex == kept->ifindex)
		*kept = *qdisc;
	return 0;
}

static struct nl_qdisc root_of(struct nl *nl, unsigned ifindex)
{
	struct nl_qdisc kept = {.ifindex = ifindex};

	assert_int_equal(nl_qdisc_list(nl, keep_root, &kept), 0);
	return kept;
}

static void netem_is_listed(struct nl *nl, unsigned ifindex)
{
	const struct nl_netem netem = {.delay_us = 2500,
				       .jitter_us = 100,
				       .loss = 0.25,
				       .duplicate = 0.5,
				       .reorder = 0.125,
				       .corrupt = 1,
				       .rate_bps = 80000000000,
				       .limit_packets = 77};
	struct nl_netem got;

	assert_int_equal(nl_qdisc_netem(nl, ifindex, &netem), 0);
	assert_string_equal(root_of(nl, ifindex).kind, "netem");
	got = root_of(nl, ifindex).netem;
	assert_int_equal(got.delay_us, netem.delay_us);
	assert_int_equal(got.jitter_us, netem.jitter_us);
	assert_true(got.loss > 0.2499999 && got.loss < 0.2500001);
	assert_true(got.duplicate > 0.4999999 && got.duplicate < 0.5000001);
	assert_true(got.reorder > 0.1249999 && got.reorder < 0.1250001);
	assert_true(got.corrupt == 1);
	assert_true(got.rate_bps == netem.rate_bps);
	assert_int_equal(got.limit_packets, 77);
}

static void qdiscs(void **state)
{
	struct nl_netem netem = {.delay_us = 2500, .jitter_us = 100, .loss = 0.25};
	unsigned a;
	int error;

	add_veth(*state, "a", "b");
	a = index_of(*state, "a");
	assert_int_equal(nl_qdisc_tbf(*state, a, 0, 1, 1), -EINVAL);
	assert_int_equal(nl_qdisc_tbf(*state, a, 200000000, 65536, 1000000), 0);
	assert_true(shows("tc qdisc show dev a", "tbf"));
	assert_true(shows("tc qdisc show dev a", "rate 200Mbit"));
	assert_int_equal(nl_qdisc_tbf(*state, a, 80000000000, 131072, 4000000), 0);
	assert_true(shows("tc qdisc show dev a", "rate 80Gbit"));
	assert_string_equal(root_of(*state, a).kind, "tbf");
	assert_true(root_of(*state, a).tbf_rate_bps == 80000000000);
	assert_int_equal(root_of(*state, a).tbf_limit_bytes, 4000000);
	assert_int_equal(nl_qdisc_del(*state, a), 0);
	assert_string_not_equal(root_of(*state, a).kind, "tbf");
	assert_false(shows("tc qdisc show dev a", "tbf"));
	/* which of the two this kernel gives is its own affair; that it is one of them isn't */
	error = nl_qdisc_netem(*state, a, &netem);
	if (error) {
		assert_int_equal(error, -ENOENT);
		assert_false(shows("tc qdisc show dev a", "netem"));
		return;
	}
	assert_true(shows("tc qdisc show dev a", "delay 2.5ms  100us loss 25%"));
	netem.rate_bps = 8000000;
	assert_int_equal(nl_qdisc_netem(*state, a, &netem), 0);
	assert_true(shows("tc qdisc show dev a", "rate 8Mbit"));
	netem_is_listed(*state, a);
}

/* r0 = @verdict; exit */
static int load_verdict(int verdict)
{
	struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = verdict},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
			       .insn_cnt = 2,
			       .insns = (uintptr_t)insns,
			       .license = (uintptr_t) "GPL"};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	assert_true(fd >= 0);
	return fd;
}

static void bpf_filters(void **state)
{
	struct nl_bpf_filter filter = {.priority = 7, .handle = 1, .name = "verdict"};
	struct nl *nl = *state;

	add_veth(nl, "a", "b");
	filter.ifindex = index_of(nl, "a");
	filter.prog_fd = load_verdict(0);
	assert_int_equal(nl_bpf_filter_find(nl, &filter), -ENOENT);
	assert_int_equal(nl_clsact_add(nl, filter.ifindex), 0);
	assert_int_equal(nl_clsact_add(nl, filter.ifindex), 0);
	assert_int_equal(nl_bpf_filter_replace(nl, &filter), 0);
	assert_int_equal(nl_bpf_filter_replace(nl, &filter), 0);
	assert_int_equal(nl_bpf_filter_find(nl, &filter), 0);
	filter.egress = true;
	assert_int_equal(nl_bpf_filter_find(nl, &filter), -ENOENT);
	assert_int_equal(nl_bpf_filter_replace(nl, &filter), 0);
	filter.handle = 2;
	assert_int_equal(nl_bpf_filter_find(nl, &filter), -ENOENT);
	filter.handle = 1;
	assert_true(shows("tc filter show dev a ingress", "pref 7 bpf"));
	assert_true(shows("tc filter show dev a ingress", "verdict direct-action"));
	assert_int_equal(nl_bpf_filter_del(nl, &filter), 0);
	assert_false(shows("tc filter show dev a egress", "verdict"));
	assert_true(shows("tc filter show dev a ingress", "verdict"));
	assert_int_equal(nl_bpf_filter_del(nl, &filter), -ENOENT);
	filter.handle = 0;
	assert_int_equal(nl_bpf_filter_replace(nl, &filter), -EINVAL);
	assert_int_equal(nl_clsact_del(nl, filter.ifindex), 0);
	assert_false(shows("tc qdisc show dev a", "clsact"));
	close(filter.prog_fd);
}

static void batch_of_many(void **state)
{
	struct nl *nl = *state;
	unsigned a, sum = 0;

	add_veth(nl, "a", "b");
	a = index_of(nl, "a");
	nl_batch_begin(nl);
	for (unsigned i = 0; i < 3000; i++) {
		struct in_addr addr = {htonl(0x0a010000 + i)};

		assert_int_equal(nl_addr_add(nl, a, addr, 32), 0);
	}
	assert_int_equal(nl_batch_end(nl, NULL), 0);
	assert_int_equal(nl_addr_list(nl, a, count_addr, &sum), 0);
	assert_int_equal(sum, 3000 * 32);
}

static void batch_names_the_first_failure(void **state)
{
	struct nl *nl = *state;
	size_t index = 0;
	unsigned a, sum = 0;

	add_veth(nl, "a", "b");
	a = index_of(nl, "a");
	nl_batch_begin(nl);
	for (unsigned i = 0; i < 1000; i++)
		(void)nl_addr_add(nl, a, (struct in_addr){htonl(0x0a010000 + i % 700)}, 32);
	assert_int_equal(nl_batch_end(nl, &index), -EEXIST);
	assert_int_equal(index, 700);
	nl_batch_begin(nl);
	assert_int_equal(nl_clsact_add(nl, a), 0);
	assert_int_equal(nl_clsact_add(nl, a), 0);		    /* tolerated, in a batch too */
	assert_int_equal(nl_addr_list(nl, a, count_addr, &sum), 0); /* sees what was queued */
	assert_int_equal(sum, 700 * 32);
	assert_int_equal(nl_batch_end(nl, NULL), 0);
	nl_batch_begin(nl);
	assert_int_equal(nl_batch_end(nl, NULL), 0);
}

static int delete_ours(const struct nl_link *link, void *user)
{
	/* the other end goes with the first, and is then no longer there */
	int error = strcmp(link->kind, "veth") ? 0 : nl_link_del(user, link->ifindex);

	return error == -ENODEV ? 0 : error;
}

static void a_walk_may_change_what_it_walks(void **state)
{
	unsigned ifindex;

	for (int i = 0; i < 40; i++) {
		char name[16], peer[16];

		snprintf(name, sizeof(name), "a%d", i);
		snprintf(peer, sizeof(peer), "b%d", i);
		add_veth(*state, name, peer);
	}
	assert_int_equal(nl_link_list(*state, delete_ours, *state), 0);
	assert_int_equal(nl_link_index(*state, "a39", &ifindex), -ENODEV);
}

struct seen {
	bool link, addr, gone, overrun;
};

static void note_change(const struct nl_change *change, void *user)
{
	struct seen *seen = user;

	if (change->what == NL_LINK_NEW && !strcmp(change->name, "a") && change->up)
		seen->link = true;
	if (change->what == NL_ADDR_NEW && change->addr.s_addr == ip("10.1.0.1").s_addr)
		seen->addr = true;
	if (change->what == NL_LINK_GONE && !strcmp(change->name, "a"))
		seen->gone = true;
	if (change->what == NL_OVERRUN)
		seen->overrun = true;
}

static void monitor(void **state)
{
	struct nl_monitor *monitor;
	struct seen seen = {0};
	struct pollfd pfd = {.events = POLLIN};
	unsigned a;

	assert_int_equal(nl_monitor_open(&monitor), 0);
	assert_int_equal(nl_monitor_read(monitor, note_change, &seen), 0);
	add_veth(*state, "a", "b");
	a = index_of(*state, "a");
	assert_int_equal(nl_addr_add(*state, a, ip("10.1.0.1"), 24), 0);
	assert_int_equal(nl_link_del(*state, a), 0);
	pfd.fd = nl_monitor_fd(monitor);
	assert_int_equal(poll(&pfd, 1, 1000), 1);
	assert_int_equal(nl_monitor_read(monitor, note_change, &seen), 0);
	assert_true(seen.link && seen.addr && seen.gone && !seen.overrun);
	for (int i = 0; i < 2000; i++) {
		assert_int_equal(nl_addr_add(*state, 1, ip("10.1.0.1"), 24), 0);
		assert_int_equal(nl_addr_del(*state, 1, ip("10.1.0.1"), 24), 0);
	}
	assert_int_equal(nl_monitor_read(monitor, note_change, &seen), 0);
	assert_true(seen.overrun);
	nl_monitor_close(monitor);
}

/* a connection from @from to 127.0.0.1; the accepted end is left to *ret_peer */
static int connection(int listener, const char *from, int *ret_peer)
{
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr = ip(from)};
	struct sockaddr_in remote;
	socklen_t len = sizeof(remote);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(getsockname(listener, (struct sockaddr *)&remote, &len), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&remote, sizeof(remote)), 0);
	*ret_peer = accept(listener, NULL, NULL);
	assert_true(*ret_peer >= 0);
	return fd;
}

static void sockets_end_by_local_address(void **state)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = ip("127.0.0.1")};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int doomed, spared, peer[2];
	char byte;

	assert_int_equal(nl_link_set_up(*state, 1, true), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listener, 4), 0);
	doomed = connection(listener, "127.0.0.2", &peer[0]);
	spared = connection(listener, "127.0.0.3", &peer[1]);
	assert_int_equal(nl_sock_destroy(ip("127.0.0.9")), 0);
	assert_int_equal(nl_sock_destroy(ip("127.0.0.2")), 1);
	assert_int_equal(read(doomed, &byte, 1), -1);
	assert_int_equal(errno, ECONNABORTED);
	assert_int_equal(write(spared, "x", 1), 1);
	assert_int_equal(read(peer[1], &byte, 1), 1);
	close(doomed);
	close(spared);
	close(peer[0]);
	close(peer[1]);
	close(listener);
}

static void connections_end_but_for_one_peer(void **state)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = ip("127.0.0.8")};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int doomed, spared, later, peer[3];
	char byte;

	assert_int_equal(nl_link_set_up(*state, 1, true), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listener, 4), 0);
	doomed = connection(listener, "127.0.0.2", &peer[0]);
	spared = connection(listener, "127.0.0.3", &peer[1]);
	assert_int_equal(nl_sock_reset(ip("127.0.0.8"), ip("127.0.0.3")), 1);
	assert_int_equal(read(doomed, &byte, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	assert_int_equal(write(spared, "x", 1), 1);
	assert_int_equal(read(peer[1], &byte, 1), 1);
	later = connection(listener, "127.0.0.2", &peer[2]); /* it listens as before */
	assert_int_equal(nl_sock_reset(ip("127.0.0.8"), (struct in_addr){0}), 2);
	assert_int_equal(read(later, &byte, 1), -1);
	for (int i = 0; i < 3; i++)
		close(peer[i]);
	close(doomed);
	close(spared);
	close(later);
	close(listener);
}

/* a driver's settings go to it and come back; one it doesn't tell stays as it is */
static void driver_settings(void **state)
{
	const struct nl_link_setting wanted[] = {{IFLA_BR_FORWARD_DELAY, 300}};
	struct nl_link_setting got[] = {{IFLA_BR_FORWARD_DELAY, 0}, {4000, 7}};

	assert_int_equal(nl_link_add_kind(*state, "b0", "bridge", wanted, 1), 0);
	assert_int_equal(nl_link_settings(*state, index_of(*state, "b0"), got, 2), 0);
	assert_int_equal(got[0].value, 300);
	assert_int_equal(got[1].value, 7);
	assert_int_equal(nl_link_add_kind(*state, "b0", "bridge", NULL, 0), -EEXIST);
	assert_int_equal(nl_link_add_kind(*state, "sixteen-letters0", "bridge", NULL, 0), -EINVAL);
	assert_int_equal(nl_link_add_kind(*state, "b1", "no-such", NULL, 0), -EOPNOTSUPP);
	assert_int_equal(nl_link_settings(*state, 4711, got, 2), -ENODEV);
}

/* what goes out by one end of a pair comes in by the other, and both are told so */
static void statistics(void **state)
{
	const struct nl_veth veth = {
		.name = "s0", .peer = "s1", .netns_fd = -1, .peer_netns_fd = -1};
	struct nl_link_stats out = {0}, in = {0};
	const uint8_t frame[64] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
				   0,	 0,    0,    0,	   1,	 0x88, 0xb5};
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	assert_int_equal(nl_link_add_veth(*state, &veth), 0);
	to.sll_ifindex = (int)index_of(*state, "s0");
	assert_int_equal(nl_link_set_up(*state, (unsigned)to.sll_ifindex, true), 0);
	assert_int_equal(nl_link_set_up(*state, index_of(*state, "s1"), true), 0);
	/* the kernel takes note of the carrier in its own time, and drops until then */
	for (int i = 0; i < 500 && out.tx_packets < 3; i++) {
		assert_int_equal(
			sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)),
			sizeof(frame));
		assert_int_equal(nl_link_stats(*state, (unsigned)to.sll_ifindex, &out), 0);
		usleep(10000);
	}
	close(fd);
	assert_int_equal(nl_link_stats(*state, index_of(*state, "s1"), &in), 0);
	assert_true(out.tx_packets >= 3 && out.tx_bytes >= 3 * sizeof(frame));
	assert_true(in.rx_packets >= out.tx_packets && in.rx_bytes >= out.tx_bytes);
	assert_int_equal(nl_link_stats(*state, 4711, &in), -ENODEV);
}

static int not_asked(const struct nlmsghdr *nlh, void *user)
{
	fail();
	return 0;
}

/* a query that makes something is acknowledged, too: NLM_F_EXCL is one of the bits of NLM_F_DUMP */
static void queries_that_make_end(void **state)
{
	struct nlmsghdr *nlh = nl_request(*state, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);

	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(nlh, info);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "b0");
	assert_int_equal(nl_query(*state, nlh, not_asked, NULL), 0);
	assert_int_not_equal(index_of(*state, "b0"), 0);
}

/* the family that knows the others is one itself */
static void generic_families(void **state)
{
	struct nl_family family = {0};
	struct nl *nl;

	assert_int_equal(nl_generic_open(&nl), 0);
	assert_int_equal(nl_generic_family(nl, "nlctrl", &family), 0);
	assert_int_equal(family.id, GENL_ID_CTRL);
	assert_int_not_equal(family.group, 0);
	assert_int_equal(nl_generic_join(nl, family.group), 0);
	assert_int_equal(nl_generic_family(nl, "no-such", &family), -ENOENT);
	assert_int_equal(nl_generic_family(nl, "name-of-16-bytes", &family), -EINVAL);
	nl_close(nl);
}

#define NETNS_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETNS_TEST(veth_has_what_was_asked_for),
		NETNS_TEST(link_settings),
		NETNS_TEST(veth_master_at_birth),
		NETNS_TEST(handles_stay_in_their_namespace),
		NETNS_TEST(addresses),
		NETNS_TEST(addresses_ip6),
		NETNS_TEST(routes),
		NETNS_TEST(routes_ip6),
		NETNS_TEST(routes_of_a_table),
		NETNS_TEST(rules),
		NETNS_TEST(rules_ip6),
		NETNS_TEST(neighbours),
		NETNS_TEST(qdiscs),
		NETNS_TEST(bpf_filters),
		NETNS_TEST(batch_of_many),
		NETNS_TEST(batch_names_the_first_failure),
		NETNS_TEST(a_walk_may_change_what_it_walks),
		NETNS_TEST(monitor),
		NETNS_TEST(sockets_end_by_local_address),
		NETNS_TEST(connections_end_but_for_one_peer),
		NETNS_TEST(driver_settings),
		NETNS_TEST(statistics),
		NETNS_TEST(generic_families),
		NETNS_TEST(queries_that_make_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
