// SPDX-License-Identifier: Apache-2.0
/* link-shaper's outside: configuration, shapes laid over shapes, the timeline, requests, and what a
 * restart takes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "link-shaper/control.h"

#define HEAD "socket: s\nstate: t\n"
#define PORTS                                                                                      \
	HEAD "ports:\n"                                                                            \
	     "  - {node: a, netns: /n/a, interface: n3, peer: 'b:n3', delay: 5ms}\n"               \
	     "  - {node: b, netns: /n/b, interface: n3}\n"

static int read_text(const char *text, struct config *config, struct yaml_error *err)
{
	struct yaml_doc *doc;
	int rc = yaml_load_memory("shaper.yaml", text, strlen(text), &doc, err);

	if (rc)
		return rc;
	rc = config_read(doc, config, err);
	yaml_free(doc);
	return rc;
}

/* ---- configuration ---- */

static void test_config(void **state)
{
	static const char text[] = HEAD
		"netem: true\nrepeat: 60s\nports:\n"
		"  - node: a\n    netns: /n/a\n    interface: n3\n    rate: 1.5Gbit\n"
		"    delay: 250us\n    jitter: 1s\n    loss: 0.1%\n    duplicate: 100%\n"
		"    reorder: 25%\n    corrupt: 0%\n    queue: 17\n"
		"changes:\n  - {at: 1.5s, over: 2s, node: a, interface: n3, loss: 0%, queue: 3}\n";
	struct yaml_error err = {""};
	struct config c;

	assert_int_equal(read_text(text, &c, &err), 0);
	assert_true(c.netem);
	assert_string_equal(c.socket, "s");
	assert_string_equal(c.state, "t");
	assert_int_equal(c.repeat_us, 60000000);
	assert_int_equal(c.port_count, 1);
	assert_string_equal(c.port[0].netns, "/n/a");
	assert_int_equal(c.port[0].shape.rate_bps, 1500000000);
	assert_int_equal(c.port[0].shape.delay_us, 250);
	assert_int_equal(c.port[0].shape.jitter_us, 1000000);
	assert_true(c.port[0].shape.loss == 0.001 && c.port[0].shape.duplicate == 1);
	assert_true(c.port[0].shape.reorder == 0.25 && c.port[0].shape.corrupt == 0);
	assert_int_equal(c.port[0].shape.queue_packets, 17);
	assert_int_equal(c.change_count, 1);
	assert_int_equal(c.change[0].at_us, 1500000);
	assert_int_equal(c.change[0].over_us, 2000000);
	assert_int_equal(c.change[0].patch.keys, 1u << SHAPE_LOSS | 1u << SHAPE_QUEUE);
	config_done(&c);
}

static void test_config_mistakes(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"socket: s\n", "state"},
		{HEAD "port: []\n", "3:1: unknown key 'port'"},
		{HEAD "ports: 7\n", "expected a list of ports"},
		{HEAD "ports: [{node: a, interface: b}]\n", "netns"},
		{HEAD "ports: [{node: a, interface: b, netns: c, delay: 5}]\n",
		 "3:50: delay: expected a time of up to 10s, such as 5ms or 250us, found '5'"},
		{HEAD "ports: [{node: a, interface: b, netns: c, delay: [5]}]\n",
		 "expected a time"},
		{HEAD "ports: [{node: a, interface: b, netns: c, loss: 101%}]\n",
		 "expected a share from 0% to 100%, found '101%'"},
		{HEAD "ports: [{node: a, interface: b, netns: c, rate: -1Mbit}]\n",
		 "expected a rate"},
		{HEAD "ports: [{node: a, interface: b, netns: c, queue: 65537}]\n", "65536"},
		{HEAD "ports: [{node: a, interface: b, netns: c, queue: 5}]\n",
		 "3:9: queue: expected a rate or a delay beside it"},
		{PORTS "  - {node: a, netns: x, interface: n3}\n", "a:n3 is there already"},
		{PORTS "changes: [{at: 1s, node: c, interface: n3, loss: 1%}]\n",
		 "c:n3 is not among the ports"},
		{PORTS "changes: [{node: a, interface: n3, loss: 1%}]\n", "at"},
		{PORTS "changes: [{at: 1s, node: a, interface: n3}]\n", "a change of nothing"},
		{PORTS
		 "repeat: 2s\nchanges: [{at: 1s, over: 2s, node: a, interface: n3, loss: 1%}]\n",
		 "ends after `repeat`"},
		{PORTS "repeat: 50ms\n", "expected at least 100ms, found '50ms'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_error err = {""};
		struct config c;

		if (read_text(rows[i].text, &c, &err) != -EINVAL)
			fail_msg("row %zu is taken", i);
		if (!strstr(err.text, rows[i].says))
			fail_msg("row %zu: '%s' doesn't say '%s'", i, err.text, rows[i].says);
	}
}

/* ---- shapes over shapes ---- */

static void patch_of(const char *text, struct patch *patch)
{
	json_t *json = json_loads(text, 0, NULL);
	struct patch_error err = {""};

	assert_non_null(json);
	assert_int_equal(patch_read_json(json, patch, &err), 0);
	json_decref(json);
}

static void test_patch(void **state)
{
	struct link_shape shape = {.delay_us = 1, .loss = 0.5, .rate_bps = 9}, same = shape;
	struct patch patch;

	patch_of("{\"loss\": null, \"jitter_us\": 7, \"queue\": 3, \"corrupt\": 1}", &patch);
	assert_true(patch_same(&shape, &same));
	patch_apply(&patch, &shape);
	assert_false(patch_same(&shape, &same));
	assert_int_equal(shape.delay_us, 1);
	assert_int_equal(shape.jitter_us, 7);
	assert_int_equal(shape.rate_bps, 9);
	assert_int_equal(shape.queue_packets, 3);
	assert_true(shape.loss == 0 && shape.corrupt == 1);
}

static void test_patch_steps(void **state)
{
	struct link_shape shape = {.delay_us = 1000, .rate_bps = 100, .loss = 1};
	struct patch patch;

	patch_of("{\"delay_us\": 5000, \"rate_bps\": null, \"loss\": 0}", &patch);
	patch_step(&patch, &shape, 4);
	assert_int_equal(shape.delay_us, 2000);
	assert_int_equal(shape.rate_bps, 100); /* unlimited only at the end */
	assert_true(shape.loss == 0.75);
	shape.delay_us = 3500; /* somebody's own */
	patch_step(&patch, &shape, 3);
	assert_int_equal(shape.delay_us, 4000);
	patch_step(&patch, &shape, 2);
	patch_step(&patch, &shape, 1);
	assert_int_equal(shape.delay_us, 5000);
	assert_int_equal(shape.rate_bps, 0);
	assert_true(shape.loss == 0);
	patch_of("{\"rate_bps\": 1000}", &patch);
	patch_step(&patch, &shape, 10);
	assert_int_equal(shape.rate_bps, 1000); /* from unlimited: at once */
}

/* ---- a shaper whose back end is a note of what it was told ---- */

struct world {
	struct shaper shaper;
	struct link_shape told[2];
	unsigned times[2];
	int answer;
};

static int told(void *user, size_t index, const struct link_shape *shape, const char **ret_name,
		struct patch_error *err)
{
	struct world *w = user;

	w->told[index] = *shape;
	w->times[index]++;
	*ret_name = shape->delay_us ? "user" : "none";
	if (w->answer)
		snprintf(err->text, sizeof(err->text), "no such thing");
	return w->answer;
}

static json_t *counters(void *user, size_t index)
{
	return index == 0 ? json_pack("{s:i, s:i}", "late_packets", 3, "overrun", 4) : NULL;
}

static void world_make(struct world *w, const char *text, const json_t *saved)
{
	const struct shaper_backend backend = {told, counters, w};
	struct yaml_error err = {""};
	struct config config;

	memset(w, 0, sizeof(*w));
	if (read_text(text, &config, &err))
		fail_msg("%s", err.text);
	assert_int_equal(shaper_init(&w->shaper, &config, &backend, saved, 0), 0);
}

static char *ask_at(struct world *w, const char *text, uint64_t now_us)
{
	bool changed;
	json_t *answer = control_answer(&w->shaper, text, strlen(text), now_us, &changed);
	char *line = json_dumps(answer, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(answer);
	return line;
}

static void says(struct world *w, const char *request, const char *answer)
{
	char *line = ask_at(w, request, 0);

	if (!strstr(line, answer))
		fail_msg("%s: '%s' doesn't say '%s'", request, line, answer);
	free(line);
}

static void test_set(void **state)
{
	struct world w;

	world_make(&w, PORTS, NULL);
	assert_int_equal(w.told[0].delay_us, 5000);
	assert_int_equal(w.times[1], 1);
	says(&w,
	     "{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": {\"delay_us\": 7}}}",
	     "{\"backend\":\"user\",\"ok\":true}");
	assert_int_equal(w.told[1].delay_us, 7);
	assert_int_equal(w.times[0], 1);
	says(&w,
	     "{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": {\"delay_us\": null}}}",
	     "\"none\"");
	w.answer = -EPERM;
	says(&w,
	     "{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": {\"delay_us\": 8}}}",
	     "{\"error\":\"no such thing\",\"ok\":false}");
	says(&w, "{\"get\": {}}", "\"backend\":\"failed\",\"error\":\"no such thing\"");
	says(&w, "{\"get\": {}}", "\"behind\":7");
	shaper_done(&w.shaper);
}

static int full_disk(void *user)
{
	int *rc = user;

	return *rc;
}

/* What can't be kept isn't half done: the port stays as it was, and the answer says why. And what
 * did become another is counted. */
static void test_unkept(void **state)
{
	static const char set[] = "{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": "
				  "{\"delay_us\": 7}}}";
	struct world w;
	int rc = -ENOSPC;

	world_make(&w, PORTS, NULL);
	w.shaper.keep = full_disk;
	w.shaper.keep_user = &rc;
	says(&w, set, "nothing was changed: it can't be kept in");
	says(&w, set, "No space left on device");
	assert_int_equal(w.told[1].delay_us, 0);
	assert_int_equal(w.shaper.port[1].shape.delay_us, 0);
	rc = 0;
	w.shaper.moved = 0;
	says(&w, "{\"get\": {}}", "\"moved\":0");
	says(&w, set, "\"ok\":true");
	says(&w, set, "\"ok\":true");
	says(&w, "{\"get\": {}}", "\"moved\":1");
	assert_int_equal(w.told[1].delay_us, 7);
	shaper_done(&w.shaper);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *request, *answer;
	} rows[] = {
		{"", "expected one of"},
		{"[]", "expected one of"},
		{"{\"get\": {}, \"start\": {}}", "expected one of"},
		{"{\"get\": 1}", "expected one of"},
		{"{\"set\": {}, \"set\": {}}", "expected one of"},
		{"{\"set\": {\"node\": 1}}", "both texts"},
		{"{\"set\": {\"node\": \"c\", \"interface\": \"n3\", \"shape\": {}}}",
		 "c:n3 is no port of this topology"},
		{"{\"set\": {\"node\": \"a\", \"interface\": \"n3\"}}", "an object"},
		{"{\"set\": {\"node\": \"a\", \"interface\": \"n3\", \"shape\": {\"dely\": 1}}}",
		 "unknown key 'dely'"},
		{"{\"set\": {\"node\": \"a\", \"interface\": \"n3\", \"shape\": {\"loss\": 1.5}}}",
		 "loss: expected a share from 0 to 1, found 1.5"},
		{"{\"set\": {\"node\": \"a\", \"interface\": \"n3\", \"shape\": {\"delay_us\": "
		 "-1}}}",
		 "delay_us: expected microseconds"},
		{"{\"set\": {\"node\": \"a\", \"interface\": \"n3\", \"shape\": {\"queue\": 0.5}}}",
		 "queue: expected packets"},
		{"{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": {\"reorder\": "
		 "0.5}}}",
		 "reorder: expected a delay beside it"},
		{"{\"set\": {\"node\": \"a\", \"interface\": \"n3\", \"shape\": {\"delay_us\": "
		 "null, \"queue\": 5}}}",
		 "queue: expected a rate or a delay beside it"},
	};
	struct world w;

	world_make(&w, PORTS, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		says(&w, rows[i].request, rows[i].answer);
	assert_int_equal(w.times[0] + w.times[1], 2); /* only from the file */
	shaper_done(&w.shaper);
}

/* ---- the timeline ---- */

#define CHANGES                                                                                    \
	PORTS "changes:\n"                                                                         \
	      "  - {at: 2s, node: b, interface: n3, delay: 1ms}\n"                                 \
	      "  - {at: 1s, over: 250ms, node: a, interface: n3, delay: 8ms}\n"                    \
	      "  - {at: 2s, node: b, interface: n3, loss: 50%}\n"

static void test_timeline(void **state)
{
	static const struct {
		uint64_t at_us;
		size_t change;
		uint32_t left;
	} rows[] = {{1100000, 1, 3}, {1200000, 1, 2}, {1250000, 1, 1}, {2000000, 0, 1},
		    {2000000, 2, 1}, {4100000, 1, 3}, {4200000, 1, 2}, {4250000, 1, 1},
		    {5000000, 0, 1}, {5000000, 2, 1}, {7100000, 1, 3}};
	struct timeline_event e = {0};
	struct yaml_error err;
	struct timeline t;
	struct config c;
	long after = -1;

	assert_int_equal(read_text(CHANGES, &c, &err), 0);
	t = (struct timeline){c.change, c.change_count, 3000000};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(timeline_next(&t, e.at_us, after, &e));
		assert_int_equal(e.at_us, rows[i].at_us);
		assert_int_equal(e.change, rows[i].change);
		assert_int_equal(e.left, rows[i].left);
		after = (long)e.change;
	}
	t.repeat_us = 0;
	assert_false(timeline_next(&t, 2000000, 2, &e));
	t.count = 0;
	assert_false(timeline_next(&t, 0, -1, &e));
	config_done(&c);
}

static void test_run(void **state)
{
	struct world w;
	bool changed;
	char *line;

	world_make(&w, CHANGES, NULL);
	assert_true(shaper_run(&w.shaper, 0, &changed) == UINT64_MAX); /* not started */
	free(ask_at(&w, "{\"start\": {}}", 1000000));
	assert_int_equal(shaper_run(&w.shaper, 1000000, &changed), 2100000);
	assert_false(changed);
	line = ask_at(&w, "{\"get\": {}}", 1500000);
	assert_non_null(strstr(line, "\"changes\":{\"count\":3,\"elapsed_us\":500000,"
				     "\"next_at_us\":1100000,\"running\":true}"));
	free(line);
	assert_int_equal(shaper_run(&w.shaper, 2100000, &changed), 2200000);
	assert_true(changed);
	assert_int_equal(w.told[0].delay_us, 6000);
	assert_true(shaper_run(&w.shaper, 9000000, &changed) == UINT64_MAX);
	assert_int_equal(w.told[0].delay_us, 8000);
	assert_int_equal(w.told[1].delay_us, 1000);
	assert_true(w.told[1].loss == 0.5);
	assert_false(w.shaper.running);
	shaper_done(&w.shaper);
}

/* A round that was slept through isn't made up for. */
static void test_run_late(void **state)
{
	struct world w;
	bool changed;

	world_make(&w, CHANGES "repeat: 3s\n", NULL);
	shaper_start(&w.shaper, 0);
	assert_int_equal(shaper_run(&w.shaper, 3000000ull * 1000000, &changed),
			 3000000ull * 1000000 + 1100000);
	assert_true(w.times[0] < 10);
	shaper_stop(&w.shaper);
	assert_true(shaper_run(&w.shaper, 3000000ull * 2000000, &changed) == UINT64_MAX);
	shaper_done(&w.shaper);
}

/* ---- restart ---- */

static void test_restart(void **state)
{
	struct world w, next;
	json_t *saved;
	bool changed;

	world_make(&w, CHANGES, NULL);
	says(&w,
	     "{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": {\"corrupt\": 0.5}}}",
	     "true");
	shaper_start(&w.shaper, 0);
	shaper_run(&w.shaper, 1100000, &changed);
	saved = shaper_state(&w.shaper);
	world_make(&next, CHANGES, saved);
	assert_int_equal(next.told[0].delay_us, 6000);
	assert_true(next.told[1].corrupt == 0.5);
	assert_true(next.shaper.running);
	shaper_run(&next.shaper, 9000000, &changed);
	assert_int_equal(next.told[0].delay_us, 8000);
	assert_int_equal(next.times[0], 1 + 2);
	json_decref(saved);
	shaper_done(&next.shaper);
	shaper_done(&w.shaper);
}

/* What the file says of a port now counts more than what was saved of another file. */
static void test_restart_other_file(void **state)
{
	static const char other[] =
		HEAD "ports:\n"
		     "  - {node: b, netns: /n/b, interface: n3}\n"
		     "  - {node: a, netns: /n/a, interface: n3, delay: 9ms}\n"
		     "changes: [{at: 1s, node: b, interface: n3, delay: 1ms}]\n";
	struct world w, next;
	json_t *saved;

	world_make(&w, CHANGES, NULL);
	says(&w, "{\"set\": {\"node\": \"a\", \"interface\": \"n3\", \"shape\": {\"loss\": 1}}}",
	     "true");
	says(&w, "{\"set\": {\"node\": \"b\", \"interface\": \"n3\", \"shape\": {\"loss\": 1}}}",
	     "true");
	shaper_start(&w.shaper, 0);
	saved = shaper_state(&w.shaper);
	world_make(&next, other, saved);
	assert_true(next.told[0].loss == 1); /* b */
	assert_true(next.told[1].loss == 0 && next.told[1].delay_us == 9000);
	assert_true(next.shaper.running && next.shaper.done.at_us == 0);
	json_decref(saved);
	shaper_done(&next.shaper);
	shaper_done(&w.shaper);
}

static void test_restart_nonsense(void **state)
{
	static const char *const texts[] = {
		"[]", "{\"ports\": 1}", "{\"ports\": [1, {}, {\"node\": \"a\"}]}",
		"{\"ports\": [{\"node\": \"a\", \"interface\": \"n3\", \"file\": 3}]}",
		"{\"changes\": {\"running\": true, \"done_change\": 99, \"done_us\": -5}}"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *saved = json_loads(texts[i], 0, NULL);
		struct world w;

		world_make(&w, CHANGES, saved);
		assert_int_equal(w.told[0].delay_us, 5000);
		json_decref(saved);
		shaper_done(&w.shaper);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_config_mistakes),
		cmocka_unit_test(test_patch),
		cmocka_unit_test(test_patch_steps),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_unkept), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_run_late),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_other_file),
		cmocka_unit_test(test_restart_nonsense),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
