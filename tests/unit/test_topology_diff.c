// SPDX-License-Identifier: Apache-2.0
/* The difference between two topologies: a table of cases, and what stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/topology_diff.h"

static struct topology *load(const char *text)
{
	struct yaml_error err = {""};
	struct topology *t = NULL;

	if (topology_load_memory("t.yaml", text, strlen(text), &t, &err))
		fail_msg("%s", err.text);
	return t;
}

/* One change a line, "+ node h1 (host)" */
static void print(const struct topology_diff *diff, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < diff->count && len < size; i++) {
		const struct topo_difference *c = &diff->change[i];

		len += (size_t)snprintf(buf + len, size - len, "%c %s %s (%s)\n", "+-~"[c->action],
					c -> what, c -> name, c -> text);
	}
}

#define TWO  "name: x\nnodes: {a: host, b: host}\n"
#define PAIR TWO "links: [{between: [a, b], prefix: 10.1.0.0/24"
#define LAN                                                                                        \
	"name: x\nnodes: {a: host, b: host, c: host}\nnetworks:\n  lan: {members: [a, b, c], "     \
	"prefix: 10.1.0.0/24}\n"

static const struct {
	const char *what, *from, *to, *wanted;
} cases[] = {
	{"the same", PAIR "}]\n", PAIR "}]\n", ""},
	{"in another order", PAIR "}]\n",
	 "name: x\nnodes: {b: host, a: host}\nlinks: [{between: [a, b], prefix: 10.1.0.0/24}]\n",
	 ""},
	{"a node comes", TWO, "name: x\nnodes: {a: host, n: router, b: host}\n",
	 "+ node n (router)\n"},
	{"a node goes", TWO, "name: x\nnodes: {b: host}\n", "- node a (host)\n"},
	{"another kind", TWO, "name: x\nnodes: {a: host, b: router}\n",
	 "- node b (its kind changes)\n+ node b (router)\n"},
	{"a link comes", TWO, PAIR "}]\n", "+ link a:to-b - b:to-a (a-b)\n"},
	{"a link goes", PAIR "}]\n", TWO, "- link a:to-b - b:to-a (a-b)\n"},
	{"another prefix", PAIR "}]\n", TWO "links: [{between: [a, b], prefix: 10.2.0.0/24}]\n",
	 "~ address a:to-b (10.1.0.1/24 -> 10.2.0.1/24)\n"
	 "~ address b:to-a (10.1.0.2/24 -> 10.2.0.2/24)\n"},
	{"another address", PAIR "}]\n", PAIR ", addresses: [10.1.0.1, 10.1.0.9]}]\n",
	 "~ address b:to-a (10.1.0.2/24 -> 10.1.0.9/24)\n"},
	{"another MTU", PAIR "}]\n", PAIR ", mtu: 1400}]\n",
	 "~ mtu a:to-b (1500 -> 1400)\n~ mtu b:to-a (1500 -> 1400)\n"},
	{"a shape", PAIR "}]\n", PAIR ", rate: 5Mbit}]\n",
	 "~ shape a:to-b (none -> rate 5Mbit)\n~ shape b:to-a (none -> rate 5Mbit)\n"},
	{"no shape any more", PAIR ", rate: 5Mbit, delay: 2ms}]\n", PAIR "}]\n",
	 "~ shape a:to-b (rate 5Mbit, delay 2ms -> none)\n~ shape b:to-a (rate 5Mbit, delay 2ms -> none)\n"},
	{"another interface is another link", PAIR "}]\n", PAIR ", interfaces: [eth0, eth0]}]\n",
	 "- link a:to-b - b:to-a (a-b)\n+ link a:eth0 - b:eth0 (a-b)\n"},
	{"the same interface to another node",
	 "name: x\nnodes: {a: host, b: host, c: host}\n"
	 "links: [{between: [a, b], prefix: 10.1.0.0/24, interfaces: [e, e]}]\n",
	 "name: x\nnodes: {a: host, b: host, c: host}\n"
	 "links: [{between: [a, c], prefix: 10.1.0.0/24, interfaces: [e, e]}]\n",
	 "- link a:e - b:e (a-b)\n+ link a:e - c:e (a-c)\n"},
	{"a member comes", LAN,
	 "name: x\nnodes: {a: host, b: host, c: host, d: host}\nnetworks:\n"
	 "  lan: {members: [a, b, c, d], prefix: 10.1.0.0/24}\n",
	 "+ node d (host)\n+ link d:lan - lan (lan)\n"},
	{"a member goes, and its successors' addresses change", LAN,
	 "name: x\nnodes: {a: host, b: host, c: host, d: host}\nnetworks:\n"
	 "  lan: {members: [d, b, c], prefix: 10.1.0.0/24}\n",
	 "+ node d (host)\n- link a:lan - lan (lan)\n+ link d:lan - lan (lan)\n"},
	{"a bridge becomes a link", LAN,
	 "name: x\nnodes: {a: host, b: host, c: host}\nnetworks:\n"
	 "  lan: {members: [a, b], prefix: 10.1.0.0/24}\n",
	 "- network lan ()\n- link a:lan - lan (lan)\n- link b:lan - lan (lan)\n"
	 "- link c:lan - lan (lan)\n+ link a:lan - b:lan (lan)\n"},
	{"routes", PAIR "}]\n",
	 "name: x\nnodes: {a: {kind: host, routes: [{to: 10.9.0.0/16, via: 10.1.0.2}]}, b: host}\n"
	 "links: [{between: [a, b], prefix: 10.1.0.0/24}]\n",
	 "~ routes a (0 removed, 1 added)\n"},
	{"a derived address is compared like any other",
	 "name: x\nnodes: {a: host, b: host, c: host}\nlinks: [{between: [a, b]}]\n",
	 "name: x\nnodes: {a: host, b: host, c: host}\n"
	 "links: [{between: [b, c]}, {between: [a, b]}]\n",
	 "+ link b:to-c - c:to-b (b-c)\n~ address a:to-b (10.130.0.1/24 -> 10.130.1.1/24)\n"
	 "~ address b:to-a (10.130.0.2/24 -> 10.130.1.2/24)\n"},
};

static void each_case_has_its_changes(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct topology *from = load(cases[i].from), *to = load(cases[i].to);
		struct topology_diff diff;
		char text[4096];

		assert_int_equal(topology_diff(from, to, NULL, &diff), 0);
		print(&diff, text, sizeof(text));
		if (strcmp(text, cases[i].wanted) != 0)
			fail_msg("%s:\ngot:\n%swanted:\n%s", cases[i].what, text, cases[i].wanted);
		topology_diff_free(&diff);
		topology_free(from);
		topology_free(to);
	}
}

/* What `up` writes into the run directory is the same topology. */
static void a_written_topology_is_no_change(void **state)
{
	static const char *const files[] = {"topologies/one-edge.yaml",
					    "topologies/two-edges.yaml"};

	for (size_t i = 0; i < 2; i++) {
		struct yaml_error err = {""};
		struct topology *t = NULL, *again;
		struct topology_diff diff;
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		assert_int_equal(topology_load(files[i], &t, &err), 0);
		assert_int_equal(topology_write(t, out), 0);
		fclose(out);
		again = load(text);
		assert_int_equal(topology_diff(again, t, NULL, &diff), 0);
		assert_int_equal(diff.count, 0);
		topology_diff_free(&diff);
		topology_free(t);
		topology_free(again);
		free(text);
	}
}

static void a_dead_node_is_made_again_with_its_links(void **state)
{
	const bool dead[3] = {false, true, false};
	struct topology *from = load(LAN), *to = load(LAN);
	struct topology_diff diff;
	char text[1024];

	assert_int_equal(topology_diff(from, to, dead, &diff), 0);
	print(&diff, text, sizeof(text));
	assert_string_equal(text, "- node b (it is dead)\n+ node b (host)\n"
				  "- link b:lan - lan (lan)\n+ link b:lan - lan (lan)\n");
	assert_int_equal(diff.node[0], 0);
	assert_int_equal(diff.node[1], -1);
	assert_int_equal(diff.old_node[1], -1);
	assert_int_equal(diff.port[0], 0);
	assert_int_equal(diff.port[1], -1);
	assert_int_equal(diff.old_port[2], 2);
	topology_diff_free(&diff);
	topology_free(from);
	topology_free(to);
}

static void fixed_keys_are_named(void **state)
{
	static const struct {
		const char *to, *key;
	} rows[] = {
		{TWO, NULL},
		{TWO "mcc: \"999\"\n", "mcc"},
		{TWO "mnc: \"99\"\n", "mnc"},
		{TWO "tac: 7\n", "tac"},
		{TWO "management: none\n", "management"},
		{TWO "management: 10.200.0.0/24\n", "management"},
	};
	struct topology *from = load(TWO);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct topology *to = load(rows[i].to);
		const char *key = topology_fixed_change(from, to);

		if (rows[i].key)
			assert_string_equal(key, rows[i].key);
		else
			assert_null(key);
		topology_free(to);
	}
	topology_free(from);
}

static void an_equal_change_counts_once(void **state)
{
	struct topology_diff diff = {0};

	assert_int_equal(topology_diff_add(&diff, TOPO_ADD, "node", "a", "%s", "host"), 0);
	assert_int_equal(topology_diff_add(&diff, TOPO_ADD, "node", "a", "%s", "host"), 0);
	assert_int_equal(topology_diff_add(&diff, TOPO_ADD, "node", "b", "%s", "host"), 0);
	assert_int_equal(diff.count, 2);
	topology_diff_free(&diff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_changes),
		cmocka_unit_test(a_written_topology_is_no_change),
		cmocka_unit_test(a_dead_node_is_made_again_with_its_links),
		cmocka_unit_test(fixed_keys_are_named),
		cmocka_unit_test(an_equal_change_counts_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
