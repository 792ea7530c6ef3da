// SPDX-License-Identifier: Apache-2.0
/* Walks and whom to be served by; movement and n3_paths of topology files: what follows, and
 * mistakes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/topology.h"

#define NODES                                                                                      \
	"name: x\n"                                                                                \
	"nodes: {core: core, g: gnb, h: gnb, u: {kind: upf, edge: e}, e: edge, "                   \
	"ue: {kind: ue, gnbs: [g, h]}}\n"

static void test_walk(void **state)
{
	const struct walk_point walk[] = {{0, {0, 0}}, {1000000, {100, 0}}, {3000000, {100, 50}}};
	static const struct {
		uint64_t at_us;
		double x, y;
	} rows[] = {{0, 0, 0},		{250000, 25, 0},    {1000000, 100, 0},
		    {2000000, 100, 25}, {3000000, 100, 50}, {9000000, 100, 50}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct walk_place place = walk_at(walk, 3, rows[i].at_us);

		assert_true(place.x == rows[i].x && place.y == rows[i].y);
	}
}

static void test_nearest(void **state)
{
	const struct walk_place mast[] = {{0, 0}, {1000, 0}, {2000, 0}};
	static const struct {
		double x;
		size_t serving, wanted;
	} rows[] = {
		{400, 3, 0},		  /* nobody serves: the nearest */
		{600, 3, 1}, {520, 0, 0}, /* nearer by 40 m, not by 50 */
		{525, 0, 0},		  /* by 50: not more */
		{526, 0, 1}, {474, 1, 0}, {1900, 0, 2},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(walk_nearest((struct walk_place){rows[i].x, 0}, mast, 3,
					      rows[i].serving, 50),
				 rows[i].wanted);
}

static struct topology *load(const char *text)
{
	struct yaml_error err = {""};
	struct topology *t = NULL;
	int rc = topology_load_memory("file", text, strlen(text), &t, &err);

	if (rc)
		fail_msg("%s", err.text);
	return t;
}

static struct topology *again(const struct topology *t)
{
	struct topology *copy;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(topology_write(t, out), 0);
	fclose(out);
	copy = load(text);
	free(text);
	return copy;
}

static unsigned n3_port(const struct topology *t, const char *node)
{
	return (unsigned)(topology_find_port(t, (unsigned)topology_find_node(t, node), TOPO_N3) -
			  t->port);
}

static double path_us(const struct topology *t, const char *from, const char *to)
{
	const struct topo_path *path = topology_find_path(t, n3_port(t, from), n3_port(t, to));

	assert_non_null(path);
	return shape_get(&path->shape.is, SHAPE_DELAY);
}

static void test_paths(void **state)
{
	struct topology *t =
		load(NODES "n3_paths:\n"
			   "  - {between: [g, u], delay: 5ms, backward: {delay: 7ms}}\n"
			   "  - {between: [u, h], delay: 1ms}\n");
	struct topology *copy = again(t);

	assert_int_equal(t->n3_path_count, 4);
	assert_true(path_us(t, "g", "u") == 5000 && path_us(t, "u", "g") == 7000);
	assert_true(path_us(t, "h", "u") == 1000 && path_us(t, "u", "h") == 1000);
	assert_null(topology_find_path(t, n3_port(t, "g"), n3_port(t, "h")));
	assert_true(topology_is_shaped(t));
	assert_true(topology_same_paths(t, copy));
	topology_free(copy);
	copy = load(NODES "n3_paths: [{between: [g, u], delay: 5ms}]\n");
	assert_false(topology_same_paths(t, copy));
	topology_free(copy);
	topology_free(t);
}

#define PLACES "positions: {g: [0, 0], h: [3000, 0], u: [0, 4000]}"

static double radio_us(const struct topology *t, const char *gnb)
{
	unsigned port;

	assert_int_equal(topology_find_link(t, (unsigned)topology_find_node(t, "ue"), gnb, &port),
			 0);
	return shape_get(&t->port[port].shape.is, SHAPE_DELAY);
}

/* The delay that the changes of @gnb's link, from the UE, lead to at @at_us */
static double changed_us(const struct topology *t, const char *gnb, uint64_t at_us)
{
	unsigned port;

	assert_int_equal(topology_find_link(t, (unsigned)topology_find_node(t, "ue"), gnb, &port),
			 0);
	for (size_t i = 0; i < t->change_count; i++)
		if (t->change[i].port == port && t->change[i].at_us + t->change[i].over_us == at_us)
			return shape_get(&t->change[i].shape.is, SHAPE_DELAY);
	fail_msg("no change ends at %llu us", (unsigned long long)at_us);
	return 0;
}

static void test_movement(void **state)
{
	struct topology *t =
		load(NODES "movement:\n"
			   "  radio_delay: 1ms\n  n3_delay: 10ms\n  " PLACES "\n"
			   "  ues: {ue: [{at: 0s, to: [0, 0]}, {at: 2500ms, to: [3000, 0]}]}\n"
			   "n3_paths: [{between: [g, h], delay: 1ms}]\n"
			   "changes: [{at: 0s, link: [ue, g], loss: 1%}]\nrepeat: 5s\n");
	struct topology *copy = again(t);

	assert_int_equal(t->movement.hysteresis, 50);
	/* three pieces, two gNBs, both ways; and both directions of the loss */
	assert_int_equal(t->change_count, 3 * 2 * 2 + 2);
	assert_true(radio_us(t, "g") == 0 && radio_us(t, "h") == 3000);
	assert_true(changed_us(t, "g", 1000000) == 1200 && changed_us(t, "h", 1000000) == 1800);
	assert_true(changed_us(t, "g", 2500000) == 3000 && changed_us(t, "h", 2500000) == 0);
	assert_true(path_us(t, "g", "u") == 40000 && path_us(t, "h", "u") == 50000);
	assert_true(path_us(t, "g", "h") == 1000); /* what the file says goes first */
	assert_int_equal(copy->change_count, t->change_count);
	assert_int_equal(copy->n3_path_count, t->n3_path_count);
	assert_true(topology_same_movement(t, copy) && topology_same_paths(t, copy));
	topology_free(copy);
	copy = load(NODES);
	assert_false(topology_same_movement(t, copy));
	topology_free(copy);
	topology_free(t);
}

#define MOVE(rest) NODES "movement: {radio_delay: 1ms, " rest "}\n"

static const struct {
	const char *text, *says;
} mistakes[] =
	{
		{NODES "n3_paths: [{between: [g, x]}]\n", "file:3:26: "},
		{NODES "n3_paths: [{between: [g, core]}]\n",
		 "file:3:26: between: expected a node on n3, a gnb or upf"},
		{NODES "n3_paths: [{between: [g, g]}]\n", "expected two different nodes"},
		{NODES "n3_paths: [{between: [g, u]}, {between: [u, g]}]\n",
		 "file:3:41: n3_paths: 'u' and 'g' have an entry already"},
		{NODES "n3_paths: [{between: [g, u], reorder: 1%}]\n", "file:3:30: "},
		{"name: x\nnodes: {core: core, g: gnb, u: {kind: upf, edge: e}, e: edge}\n"
		 "n3_paths: [{between: [g, u], delay: 1ms}]\n",
		 "file:3:11: n3_paths: expected more than two nodes on n3"},
		{MOVE("positions: {g: [0, 0], e: [0, 0]}, ues: {}"),
		 "positions: expected a gnb or upf, found 'e'"},
		{MOVE("positions: {g: [0, 0]}, ues: {ue: [{at: 0s, to: [0, 0]}]}"),
		 "movement: 'h' is in the reach of 'ue' and has no position"},
		{MOVE(PLACES ", ues: {g: [{at: 0s, to: [0, 0]}]}"),
		 "ues: expected a ue, found 'g'"},
		{MOVE(PLACES ", ues: {ue: [{at: 1s, to: [0, 0]}]}"), "at: expected 0s"},
		{MOVE(PLACES ", ues: {ue: [{at: 0s, to: [0, 0]}, {at: 0s, to: [1, 0]}]}"),
		 "at: expected a later time than the one before"},
		{MOVE(PLACES ", ues: {ue: [{at: 0s, to: [0, north]}]}"),
		 "expected a number of metres"},
		{MOVE(PLACES ", ues: {ue: [{at: 0s, to: [0, 0, 0]}]}"),
		 "expected [X, Y], in metres"},
		{MOVE(PLACES ", ues: {ue: [{at: 0s, to: [0, 0]}, {at: 24h, to: [9, 9]}]}"),
		 "movement: expected at most 4096 changes"},
		{MOVE(
			 "positions: {g: [0, 0], h: [9e5, 0]}, ues: {ue: [{at: 0s, to: [-9e5, "
			 "0]}]}") "changes: []\nrepeat: 1s\n",
		 "repeat: expected changes"},
		{MOVE(PLACES
		      ", ues: {ue: [{at: 0s, to: [0, 0]}, {at: 5s, to: [9, 9]}]}") "changes: [{at: "
										   "2s, link: [ue, "
										   "g], delay: "
										   "1ms}]\n",
		 "changes: the change in line 3 of the same key is still going on then"},
};

static void test_mistakes(void **state)
{
	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		struct yaml_error err = {""};
		struct topology *t = NULL;

		print_message("# %s\n", mistakes[i].says);
		assert_int_equal(topology_load_memory("file", mistakes[i].text,
						      strlen(mistakes[i].text), &t, &err),
				 -EINVAL);
		if (!strstr(err.text, mistakes[i].says))
			fail_msg("%s", err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),	 cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_paths),	 cmocka_unit_test(test_movement),
		cmocka_unit_test(test_mistakes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("movement", tests, NULL, NULL);
}
