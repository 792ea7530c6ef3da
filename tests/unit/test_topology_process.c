// SPDX-License-Identifier: Apache-2.0
/* Applications of topology files that move as processes: what is derived, what is written is read
 * again, and every mistake with its place. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/topology.h"
#include "testbed/topology_diff.h"
#include "testbed/topology_workload.h"
#include "tests/unit/topology_text.h"

#define NODES                                                                                      \
	"name: x\nnodes: {core: core, gnb: gnb, upf-a: {kind: upf, edge: edge-a}, upf-b: {kind: "  \
	"upf, edge: edge-b}, edge-a: edge, edge-b: edge, ue: ue}\napps:\n  l:"

static void defaults(void **state)
{
	struct topology *t = load(NODES " {workload: ledger}\n  m: {workload: mem, at: edge-b}\n");
	const struct topo_process *l = &t->process[0], *m = &t->process[1];

	assert_int_equal(t->process_count, 2);
	assert_int_equal(t->app_count, 0);
	assert_string_equal(l->name, "l");
	assert_int_equal(l->number, 1);
	assert_int_equal(ntohl(l->service.s_addr), 0x0a468001);
	assert_int_equal(l->edge, index_of(t, "edge-a"));
	assert_int_equal(l->heap, 64 << 20);
	assert_int_equal(l->read, 4 << 10);
	assert_int_equal(l->write, 4 << 10);
	assert_true(l->compressible == 1);
	assert_int_equal(l->workers, 0);
	assert_int_equal(l->clients, 1);
	assert_false(l->cooperative);
	assert_int_equal(l->base_bytes + l->application_bytes, 0);
	assert_true(l->layered[index_of(t, "edge-a")] && l->layered[index_of(t, "edge-b")]);
	assert_false(l->layered[index_of(t, "ue")]);
	assert_int_equal(m->number, 2);
	assert_int_equal(ntohl(m->service.s_addr), 0x0a468002);
	assert_int_equal(m->edge, index_of(t, "edge-b"));
	topology_free(t);
}

static void addresses_are_of_the_upper_half(void **state)
{
	struct topology *t = load(NODES " {workload: cpu}\nservice_prefix: 10.71.4.0/24\n");
	struct yaml_prefix prefix = topology_process_prefix(t);

	assert_int_equal(ntohl(prefix.addr.s_addr), 0x0a470480);
	assert_int_equal(prefix.len, 25);
	assert_int_equal(ntohl(t->process[0].service.s_addr), 0x0a470481);
	topology_free(t);
}

static void every_key_is_read(void **state)
{
	struct topology *t =
		load(NODES " {workload: ledger-split, at: edge-b, heap: 65537B, read: 1KB, "
			   "write: 0.5KB, compressible: 0.36, work: 1.5ms, workers: 3, clients: 2, "
			   "cooperative: true, layers: {base: 1MB, application: 1.5MB, at: "
			   "[edge-b]}}\n");
	const struct topo_process *l = &t->process[0];

	assert_int_equal(l->heap, 69632); /* whole pages */
	assert_int_equal(l->read, 1024);
	assert_int_equal(l->write, 512);
	assert_true(l->compressible == 0.36);
	assert_int_equal(l->work_us, 1500);
	assert_int_equal(l->workers, 3);
	assert_int_equal(l->clients, 2);
	assert_true(l->cooperative);
	assert_int_equal(l->base_bytes, 1 << 20);
	assert_int_equal(l->application_bytes, 1536 << 10);
	assert_false(l->layered[index_of(t, "edge-a")]);
	assert_true(l->layered[index_of(t, "edge-b")]);
	topology_free(t);
}

/* Of every workload: the keys that it hasn't would be refused. */
static void what_is_written_is_read_again(void **state)
{
	for (const struct topo_workload *w = topo_workloads; w->name; w++) {
		struct topology *a, *b;
		char text[2048], *first, *second;

		assert_true(strlen(w->name) < sizeof(a->process[0].workload));
		snprintf(text, sizeof(text),
			 NODES " {workload: %s, heap: 1234567B, layers: {base: 1MB, application: "
			       "7B, at: [edge-a]}}\n  m: {workload: mem}\n",
			 w->name);
		a = load(text);
		first = written(a);
		b = load(first);
		second = written(b);
		assert_string_equal(first, second);
		assert_null(topology_fixed_change(a, b));
		free(first);
		free(second);
		topology_free(a);
		topology_free(b);
	}
}

static void it_is_fixed_while_up(void **state)
{
	static const char *const others[] = {
		" {workload: ledger, heap: 32MB}",
		" {workload: ledger, at: edge-b}",
		" {workload: ledger, layers: {at: [edge-a]}}",
		" {workload: frames}",
		" {workload: ledger}\n  m: {workload: mem}",
	};
	struct topology *from = load(NODES " {workload: ledger}\n");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct topology *to;
		char text[2048];

		snprintf(text, sizeof(text), NODES "%s\n", others[i]);
		to = load(text);
		assert_string_equal(topology_fixed_change(from, to), "apps");
		topology_free(to);
	}
	topology_free(from);
}

static const struct {
	const char *rest, *error;
} mistakes[] = {
	{" {workload: abacus}", "t.yaml:4:17: workload: expected ledger, ledger-split, frames, "
				"cpu, io, mem, tar or video, "
				"found 'abacus'"},
	{" {workload: [ledger]}", "t.yaml:4:17: workload: expected ledger"},
	{" {workload: ledger, hepa: 1MB}", "t.yaml:4:25: unknown key 'hepa'"},
	{" {workload: ledger, game: snake}",
	 "t.yaml:4:31: game: a key of games; 'l' has a workload"},
	{" {workload: ledger, players: []}",
	 "t.yaml:4:34: players: a key of games; 'l' has a workload"},
	{" {heap: 64MB}",
	 "t.yaml:4:13: heap: a key of workloads; 'l' has none (expected `workload: "
	 "ledger`, or another)"},
	{" {game: snake, at: edge-a}", "t.yaml:4:24: at: a key of workloads; 'l' has none"},
	{" {workload: ledger, at: ue}",
	 "t.yaml:4:29: expected the name of a node of kind edge, found 'ue', which is of kind ue"},
	{" {workload: ledger, at: edge-c}", "found 'edge-c', which is no node"},
	{" {workload: ledger, heap: 63KB}",
	 "t.yaml:4:31: heap: expected a size from 64KB to 2GB, such as 64MB, found '63KB'"},
	{" {workload: ledger, heap: 2.1GB}", "t.yaml:4:31: heap: expected a size"},
	{" {workload: ledger, heap: 64}", "t.yaml:4:31: heap: expected a size"},
	{" {workload: ledger, heap: [64MB]}", "t.yaml:4:31: heap: expected a size"},
	{" {workload: ledger, heap: 100000.3B}", "t.yaml:4:31: heap: expected a size"},
	{" {workload: ledger, heap: 1MB, read: 2MB}",
	 "t.yaml:4:42: read: expected a size up to a client's share of the heap, such as 4KB, "
	 "found '2MB'"},
	{" {workload: ledger, heap: 1MB, write: 2MB}", "t.yaml:4:43: write: expected a size up to"},
	{" {workload: mem, write: 3GB}",
	 "t.yaml:4:29: write: expected a size a second of up to 2GB"},
	{" {workload: ledger, heap: 1MB, clients: 4, read: 257KB}",
	 "t.yaml:4:54: read: expected a size up to"},
	{" {workload: ledger, heap: 64KB, clients: 17}",
	 "t.yaml:4:46: clients: expected at most a page (4KB) of the heap each, 16"},
	{" {workload: ledger, clients: 1025}", "t.yaml:4:34: "},
	{" {workload: mem, clients: 2}", "t.yaml:4:31: clients: mem has no such key"},
	{" {workload: ledger, compressible: 1.1}",
	 "t.yaml:4:39: compressible: expected a number from 0 to 1"},
	{" {workload: ledger, compressible: nan}", "t.yaml:4:39: compressible: expected"},
	{" {workload: tar, heap: 64KB}", "t.yaml:4:28: heap: expected at least 512KB of tar"},
	{" {workload: cpu, work: 2s}", "t.yaml:4:28: work: expected at most 1s, of a second"},
	{" {workload: ledger, work: 11s}", "t.yaml:4:31: work: expected a time of up to 10s"},
	{" {workload: ledger-split, workers: 17}", "t.yaml:4:40: "},
	{" {workload: ledger-split, workers: 0}", "t.yaml:4:40: "},
	{" {workload: ledger, workers: 2}", "t.yaml:4:34: workers: ledger has no such key"},
	{" {workload: cpu, read: 1KB}", "t.yaml:4:28: read: cpu has no such key"},
	{" {workload: io, cooperative: true}", "t.yaml:4:34: cooperative: io has no such key"},
	{" {workload: ledger, cooperative: 2}", "t.yaml:4:38: "},
	{" {workload: ledger, layers: 1MB}", "t.yaml:4:33: "},
	{" {workload: ledger, layers: {instance: 1MB}}", "t.yaml:4:34: unknown key 'instance'"},
	{" {workload: ledger, layers: {base: 5GB}}",
	 "t.yaml:4:40: base: expected a size up to 4GB, such as 100MB, found '5GB'"},
	{" {workload: ledger, layers: {at: edge-a}}",
	 "t.yaml:4:38: at: expected a list of edge nodes"},
	{" {workload: ledger, layers: {at: [ue]}}",
	 "t.yaml:4:39: expected the name of a node of kind"},
	{" {workload: ledger, layers: {at: [edge-b]}}",
	 "t.yaml:4:38: at: expected 'edge-a', too, where 'l' runs from up on"},
	{" {workload: cpu, layers: {base: 1MB}}\n  m: {workload: mem, layers: {base: 2MB}}",
	 "t.yaml:5:37: base: expected what 'l' has: an edge has one base layer"},
	{" {workload: ledger}\nservices: {l: 10.70.0.9}", "t.yaml:4:3: app name: 'l' is a service"},
	{" {workload: ledger}\nservices: {s: 10.70.128.9}",
	 "t.yaml:4:3: l: the upper half of service_prefix is of applications with a workload, and "
	 "'s' has an address of it"},
	{" {workload: ledger}\nservices: {}\nservice_prefix: 10.70.0.0/28",
	 "t.yaml:4:3: l: its address is of the upper half of service_prefix, which has no room"},
	{" {workload: ledger}\nnetworks: {wan: {members: [edge-a]}}",
	 "edge-b: expected among the members of wan, over which 'l' moves"},
	{" {workload: ledger}\n  ue: {workload: cpu}", "t.yaml:5:3: app name: 'ue' is a node"},
	{" {workload: cpu}\n  b: {workload: cpu}\n  c: {workload: cpu}\n  d: {workload: cpu}\n  e: "
	 "{workload: cpu}\n  f: {workload: cpu}\n  g: {workload: cpu}\n  h: {workload: cpu}\n  i: "
	 "{workload: cpu}",
	 "t.yaml:12:6: apps: expected at most 8"},
};

static void each_mistake_is_told(void **state)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct yaml_error err = {""};
		struct topology *t = NULL;
		char text[2048];

		snprintf(text, sizeof(text), NODES "%s\n", mistakes[i].rest);
		if (topology_load_memory("t.yaml", text, strlen(text), &t, &err) != -EINVAL ||
		    !strstr(err.text, mistakes[i].error))
			fail_msg("row %zu '%s': got '%s', wanted '%s'", i, mistakes[i].rest,
				 err.text, mistakes[i].error);
	}
}

static void it_needs_an_edge(void **state)
{
	static const char text[] = "name: x\nnodes: {h: host}\napps:\n  l: {workload: ledger}\n";
	struct yaml_error err = {""};
	struct topology *t = NULL;

	assert_int_equal(topology_load_memory("t.yaml", text, strlen(text), &t, &err), -EINVAL);
	assert_string_equal(err.text, "t.yaml:4:3: l: expected a node of kind edge where it runs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(addresses_are_of_the_upper_half),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(it_is_fixed_while_up),
		cmocka_unit_test(each_mistake_is_told),
		cmocka_unit_test(it_needs_an_edge),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
