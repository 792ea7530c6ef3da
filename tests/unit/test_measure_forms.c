// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure`: what a report looks like. JSON has the keys of the design and no others, with
 * their types; CSV has the same columns in each row; the picture is well-formed; CSV, picture and
 * table of one made-up report are as kept in measure_golden.csv, .svg and .txt; UPDATE_GOLDEN=1
 * writes those anew, to be looked at before they are kept.
 */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "testbed/measure/around.h"
#include "testbed/measure/report.h"
#include "tests/unit/measure_world.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { TEN_MS_NS = 10000000 };

/* ---- a report ---- */

static void add_event(struct report *r, size_t mode, const char *state, double latency)
{
	struct switch_event *e = &r->event[r->event_count];

	*e = world_window(TEN_MS_NS, 0, 20);
	e->mode = mode;
	snprintf(e->migration, sizeof e->migration, "m%zu", ++r->event_count);
	snprintf(e->state, sizeof e->state, "%s", state);
	e->ok = strcmp(state, "completed") == 0;
	snprintf(e->cause, sizeof e->cause, "%s", e->ok ? "" : "PROBE_FAILED");
	e->setup_us = 1250;
	e->uplink_teid = 7;
	e->sender_gap_us = 12;
	e->up = (struct direction_result){latency, latency / 2, 0, 0, true, 0, 0, 0};
	e->down = (struct direction_result){latency + 1, latency / 2 + 10, 0, 0, true, 0, 0, 0};
}

/* Two modes; of the switches one failed, one is not known to have ended, one has no counts, and one
 * lost what was never followed by anything. */
static struct report make_report(void)
{
	struct report r = {.machine = "2 x \"Fast & <Furious>\"",
			   .kernel = "6.1.0-test",
			   .topology = "two-edges",
			   .dataplane_upf = "ebpf",
			   .dataplane_gnb = "gtp",
			   .time_ns = WORLD_BASE,
			   .interval_ns = TEN_MS_NS,
			   .hold_ms = 100,
			   .mode_count = 2,
			   .mode = {{"make-before-break", 4}, {"break-before-make", 3}},
			   .noise_up = {90, NAN, 200, 10},
			   .noise_down = {120.5, NAN, 250, 10},
			   .outside = {4711, 2, 3}};

	r.event = calloc(300, sizeof *r.event);
	add_event(&r, 0, "completed", 800);
	add_event(&r, 0, "rolled-back", 0);
	add_event(&r, 0, "completed", 1200.25);
	r.event[2].up = (struct direction_result){1200.25, NAN, NAN, NAN, false, 0, 0, 0};
	r.event[2].down = (struct direction_result){1300, 90, NAN, NAN, false, 0, 0, 0};
	snprintf(r.event[2].note, sizeof r.event[2].note, "the edge agent of edge-a was restarted");
	r.event[2].setup_us = NAN;
	add_event(&r, 1, "completed", 5100);
	r.event[3].up.lost = 5;
	r.event[3].up.loss_gap_us = 50000;
	r.event[3].up.first_lost_us = NAN;
	r.event[3].down.duplicated = 2;
	r.event[3].down.reordered = 3;
	add_event(&r, 1, "completed", 9000);
	r.event[4].up.lost = 1;
	r.event[4].up.first_lost_us = 10100;
	add_event(&r, 1, "unknown", 0);
	r.run = calloc(1, sizeof *r.run);
	r.run_count = 1;
	world_make("aaaaaaaaaaaa--bbbbbbbbbbb", TEN_MS_NS, r.run);
	snprintf(r.run[0].ue, sizeof r.run[0].ue, "ue");
	r.delays = calloc(4, sizeof *r.delays);
	r.run[0].sender_late = calloc(1, sizeof *r.run[0].sender_late);
	r.run[0].sender_missed = 1;
	r.run[0].sender_late_max_ns = TEN_MS_NS;
	for (int i = 0; i < 200; i++) {
		hdr_add(r.run[0].sender_late, i == 0 ? TEN_MS_NS : 9000);
		hdr_add(&r.delays[0].phase[DELAY_BEFORE], 4400);
		hdr_add(&r.delays[1].phase[DELAY_DURING], 50000 + i);
		hdr_add(&r.delays[2].variation, 1000 * i);
	}
	return r;
}

static char *printed(const struct report *r, void (*form)(const struct report *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	form(r, out);
	fclose(out);
	return text;
}

static json_t *as_json(const struct report *r)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_error_t error;
	json_t *j;

	assert_non_null(out);
	assert_int_equal(report_json(r, out), 0);
	fclose(out);
	j = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!j)
		fail_msg("%s: %.80s", error.text,
			 text + (error.position > 40 ? error.position - 40 : 0));
	free(text);
	return j;
}

/* ---- JSON ---- */

/* "key:T" for each key, in order; T is s text, i integer, r real, n real or null, o object, a list,
 * b truth, N integer or null */
static void check_keys(const char *where, const json_t *object, const char *const wanted[])
{
	const char *key;
	json_t *value;
	size_t i = 0;

	assert_true(json_is_object(object));
	json_object_foreach((json_t *)object, key, value)
	{
		const char *colon = wanted[i] ? strchr(wanted[i], ':') : NULL;
		bool right = colon && strlen(key) == (size_t)(colon - wanted[i]) &&
			     strncmp(key, wanted[i], strlen(key)) == 0;

		if (right) {
			switch (colon[1]) {
			case 's':
				right = json_is_string(value);
				break;
			case 'i':
				right = json_is_integer(value);
				break;
			case 'n':
				right = json_is_real(value) || json_is_null(value);
				break;
			case 'N':
				right = json_is_integer(value) || json_is_null(value);
				break;
			case 'r':
				right = json_is_real(value);
				break;
			case 'o':
				right = json_is_object(value);
				break;
			case 'a':
				right = json_is_array(value);
				break;
			case 'b':
				right = json_is_boolean(value);
				break;
			default:
				right = false;
			}
		}
		if (!right)
			fail_msg("%s: found %s, wanted %s", where, key,
				 wanted[i] ? wanted[i] : "no more");
		i++;
	}
	if (wanted[i])
		fail_msg("%s: %s is missing", where, wanted[i]);
}

static const json_t *get(const json_t *j, const char *key)
{
	return json_object_get(j, key);
}

static const char *const top_keys[] = {
	"version:s", "commit:s",	 "time:s",	"machine:s",
	"kernel:s",  "topology:s",	 "dataplane:o", "interval_us:i",
	"hold_ms:i", "noise_floor_us:n", "sender:o",	"marks:a",
	"links:a",   "modes:o",		 "samples:a",	NULL};
static const char *const dataplane_keys[] = {"upf:s", "gnb:s", NULL};
static const char *const mode_keys[] = {"switches:i", "failed:i",   "pdu_session_setup_ms:o",
					"uplink:o",   "downlink:o", NULL};
static const char *const direction_keys[] = {"latency_us:o",
					     "largest_gap_us:o",
					     "loss_gap_us:o",
					     "first_lost_to_first_received_us:o",
					     "lost:i",
					     "duplicated:i",
					     "reordered:i",
					     "one_way_delay_us:o",
					     "delay_variation_us:o",
					     NULL};
static const char *const delay_keys[] = {"before:o", "during:o", "after:o", NULL};
static const char *const sender_keys[] = {"sent:i", "late_us:o", "missed:i", "stamped_by_kernel:i",
					  NULL};
static const char *const tcp_keys[] = {"stall_us:o",  "reconnect_us:o",	   "dip_us:o",
				       "dip_share:o", "retransmissions:i", "connections_ended:i",
				       NULL};
static const char *const summary_keys[] = {"p50:n", "p99:n", "max:n", NULL};
static const char *const figures[] = {"latency_us", "largest_gap_us", "loss_gap_us",
				      "first_lost_to_first_received_us"};

static void check_mode(const json_t *mode)
{
	static const char *const directions[] = {"uplink", "downlink"};

	check_keys("mode", mode, mode_keys);
	check_keys("setup", get(mode, "pdu_session_setup_ms"), summary_keys);
	for (size_t d = 0; d < 2; d++) {
		check_keys("direction", get(mode, directions[d]), direction_keys);
		for (size_t f = 0; f < N(figures); f++)
			check_keys(figures[f], get(get(mode, directions[d]), figures[f]),
				   summary_keys);
		check_keys("delays", get(get(mode, directions[d]), "one_way_delay_us"), delay_keys);
		check_keys("variation", get(get(mode, directions[d]), "delay_variation_us"),
			   summary_keys);
	}
}

static void check_last_mark(struct report *r, const char *wanted)
{
	char text[160] = "", last[160] = "";

	for (size_t i = 0; report_mark(r, i, text, sizeof text); i++)
		memcpy(last, text, sizeof last);
	assert_non_null(strstr(last, wanted));
}

/* Who changes links or daemons meanwhile is told of, also when all is as before at the end. */
static void test_around(void **state)
{
	json_t *was = json_pack("{s:i, s:[{s:s, s:s, s:{s:i}}]}", "moved", 3, "ports", "node", "a",
				"interface", "n3", "shape", "delay_us", 5);
	json_t *is = json_deep_copy(was), *marks;
	json_t *nodes =
		json_pack("[{s:s, s:[{s:s, s:i, s:i}, {s:s, s:i, s:i}]}, {s:s, s:[]}, n]", "node",
			  "upf-a", "daemons", "name", "upf", "pid", 2, "restarts", 0, "name",
			  "agent", "pid", 3, "restarts", 0, "node", "gone", "daemons");
	json_t *now = json_deep_copy(nodes), *daemons;
	struct report r = make_report();

	assert_false(around_links_moved(was, is));
	assert_false(around_links_moved(NULL, NULL));
	json_object_set_new(is, "moved", json_integer(5));
	assert_true(around_links_moved(was, is));
	json_object_set_new(is, "moved", json_integer(3));
	json_object_set_new((json_t *)get(json_array_get(get(is, "ports"), 0), "shape"), "delay_us",
			    json_integer(6));
	assert_true(around_links_moved(was, is));

	marks = around_daemons_marks(nodes, now);
	assert_int_equal(json_array_size(marks), 0);
	json_decref(marks);
	daemons = json_object_get(json_array_get(now, 0), "daemons");
	json_object_set_new(json_array_get(daemons, 0), "restarts", json_integer(1));
	json_array_remove(daemons, 1);
	json_array_remove(now, 1);
	r.around = around_daemons_marks(nodes, now);
	assert_int_equal(json_array_size(r.around), 3);
	assert_string_equal(json_string_value(json_array_get(r.around, 0)),
			    "upf of upf-a was restarted during the run");
	assert_string_equal(json_string_value(json_array_get(r.around, 1)),
			    "agent of upf-a was taken away during the run");
	assert_string_equal(json_string_value(json_array_get(r.around, 2)),
			    "node gone was gone at the end of the run");
	check_last_mark(&r, "node gone was gone at the end");
	r.links.changed = true;
	r.links.before = json_incref(json_object_get(was, "ports"));
	marks = as_json(&r);
	assert_int_equal(json_array_size(get(marks, "links_before")), 1);
	assert_int_equal(json_array_size(get(marks, "marks")), 5);
	assert_string_equal(json_string_value(json_array_get(get(marks, "marks"), 1)),
			    "links were changed during the run");
	json_decref(marks);
	r.links.gone = true;
	check_last_mark(&r, "was taken down during the run");
	report_done(&r);
	json_decref(was);
	json_decref(is);
	json_decref(nodes);
	json_decref(now);
}

/* A run during which the shaper fell behind says so, and names what shapes each link. */
static void test_links(void **state)
{
	struct report r = make_report();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *j;

	r.links.ports = json_pack("[{s:s},{s:s},{s:s},{s:s}]", "backend", "user", "backend", "none",
				  "backend", "user", "backend", "tbf");
	check_last_mark(&r, "the sender fell behind");
	r.links.behind = 7;
	check_last_mark(&r, "link-shaper fell behind: 7 packets");
	r.links.missing = 2;
	check_last_mark(&r, "2 shaped link ends were not shaped");
	r.links.restarted = true;
	check_last_mark(&r, "was started again");
	r.links.unknown = true;
	check_last_mark(&r, "didn't answer");
	j = as_json(&r);
	assert_int_equal(json_array_size(get(j, "links")), 4);
	assert_int_equal(json_array_size(get(j, "marks")), 2);
	report_table(&r, out);
	fclose(out);
	assert_non_null(strstr(text, "Link ends shaped: 1 by tbf, 2 by user.\n"));
	assert_non_null(strstr(text, "Marked: link-shaper didn't answer"));
	free(text);
	json_decref(j);
	report_done(&r);
}

static void test_json_keys(void **state)
{
	struct report r = make_report();
	json_t *j = as_json(&r);
	const json_t *modes = get(j, "modes");

	check_keys("report", j, top_keys);
	check_keys("dataplane", get(j, "dataplane"), dataplane_keys);
	check_keys("sender", get(j, "sender"), sender_keys);
	assert_int_equal(json_array_size(get(j, "marks")), 1);
	assert_int_equal(json_object_size(modes), 2);
	check_mode(get(modes, "make-before-break"));
	check_mode(get(modes, "break-before-make"));
	assert_string_equal(json_string_value(get(j, "time")), "2026-11-21T00:13:20Z");
	assert_int_equal(json_integer_value(get(j, "interval_us")), 10000);
	assert_true(json_real_value(get(j, "noise_floor_us")) == 120.5);
	json_decref(j);
	report_done(&r);
}

static double number(const json_t *j, const char *a, const char *b, const char *c)
{
	const json_t *value = get(get(get(j, a), b), c);

	return json_is_null(value) ? NAN : json_number_value(value);
}

/* With a TCP flow each form has its figures; without one, none of them. */
static void test_tcp(void **state)
{
	struct report r = make_report();
	json_t *j;
	char *csv, *table;

	r.tcp.rate_bps = 20000000;
	r.tcp.connection_count = r.tcp.sample_count = 1;
	r.tcp.connection = calloc(1, sizeof *r.tcp.connection);
	r.tcp.sample = calloc(1, sizeof *r.tcp.sample);
	r.event[0].tcp = (struct tcp_result){1500, 130, 0.25, 20000, 7, 1};
	j = as_json(&r);
	check_keys("tcp", get(get(get(j, "modes"), "make-before-break"), "tcp"), tcp_keys);
	assert_true(json_real_value(get(
			    get(get(get(get(j, "modes"), "make-before-break"), "tcp"), "stall_us"),
			    "max")) == 1500);
	assert_int_equal(json_array_size(get(get(j, "tcp"), "samples")), 1);
	assert_int_equal(json_array_size(get(get(j, "tcp"), "connections")), 1);
	json_decref(j);
	csv = printed(&r, report_csv);
	assert_non_null(strstr(csv, ",tcp_stall_us,tcp_reconnect_us,"));
	assert_non_null(strstr(csv, ",1500.000,130.000,20000.000,0.250,7,1\n"));
	table = printed(&r, report_table);
	assert_non_null(strstr(table, "TCP, until reconnected"));
	free(table);
	free(csv);
	report_done(&r);
}

/* As GET /v1/migrations/{id} answers it */
static const char migrated[] =
	"{\"downtime\": {\"t_pre_us\": 500000, \"t_comp_us\": 41000, \"t_mig_us\": 541000},"
	" \"details\": {\"stages\": ["
	"  {\"stage\": 1, \"started_ns\": 1000, \"ended_ns\": 31000},"
	"  {\"stage\": 6, \"started_ns\": 50000, \"ended_ns\": 1050000},"
	"  {\"stage\": 7, \"started_ns\": 1, \"ended_ns\": 2},"
	"  {\"stage\": 2, \"started_ns\": 31000}], \"instance_pull_us\": 2500,"
	" \"stream\": {\"waited_ms\": 16, \"settling_ms\": 4, \"ssim\": 0.9, \"reason\": \"ssim\", "
	" "
	"\"first_display_ns\": 77, \"downtime\": "
	"{\"complete\": true,"
	"  \"frame_ms\": 3.25, \"tick_jump\": -2, \"comp_ms\": 41,"
	"  \"input_before\": {\"count\": 2, \"p50_ms\": 60}, \"input_after\": {\"count\": 0, "
	"\"p50_ms\": 0}}}}}";

static void test_app_record(void **state)
{
	json_t *record = json_loads(migrated, 0, NULL), *downtime;
	struct app_result a = app_result_read(record);

	assert_true(a.pre_us == 500000 && a.comp_us == 41000 && a.migration_us == 541000);
	assert_true(a.stage_us[0] == 30 && a.stage_us[5] == 1000);
	assert_true(isnan(a.stage_us[1]) && isnan(a.stage_us[4]));
	assert_true(a.frame_us == 3250 && a.wait_us == 12000 && a.settle_us == 4000 &&
		    a.ssim == 0.9);
	assert_true(a.tick_jump == -2 && a.input_before_us == 60000);
	assert_true(isnan(a.input_after_us)); /* no input, no median */
	downtime = json_object_get(json_object_get(get(record, "details"), "stream"), "downtime");
	assert_int_equal(a.first_ns, 77);
	assert_true(a.passed && a.rest == APP_REST_UNKNOWN); /* a record tells nothing of rests */
	json_object_set_new(downtime, "complete", json_false());
	json_object_set_new(json_object_get(get(record, "details"), "stream"), "reason",
			    json_string("forced"));
	a = app_result_read(record);
	assert_true(isnan(a.frame_us)); /* it may grow */
	assert_false(a.passed);
	json_object_set_new(downtime, "comp_ms", json_null());
	a = app_result_read(record);
	assert_true(isnan(a.comp_us)); /* no input was made: not 0 */
	json_object_del(json_object_get(record, "details"), "stream");
	a = app_result_read(record);
	assert_true(a.comp_us == 41000);
	json_decref(record);
	a = app_result_read(NULL);
	assert_true(isnan(a.pre_us) && isnan(a.frame_us) && isnan(a.stage_us[0]));
}

/* With an application each form has its figures. */
static void test_app_forms(void **state)
{
	json_t *record = json_loads(migrated, 0, NULL), *j;
	const json_t *mode;
	struct report r = make_report();
	char *csv, *table;

	snprintf(r.app, sizeof r.app, "snake");
	snprintf(r.strategy, sizeof r.strategy, "dual");
	for (size_t i = 0; i < r.event_count; i++)
		r.event[i].app = app_result_none();
	r.event[0].app = app_result_read(record);
	r.event[0].app.rest = APP_RESTS;
	r.event[0].app.logic_us = 15;
	json_decref(record);
	j = as_json(&r);
	assert_string_equal(json_string_value(get(j, "app")), "snake");
	assert_string_equal(json_string_value(get(j, "strategy")), "dual");
	mode = get(get(get(j, "modes"), "make-before-break"), "application");
	assert_true(json_real_value(get(get(mode, "frame_downtime_ms"), "max")) == 3.25);
	assert_true(json_real_value(get(get(mode, "packet_downtime_ms"), "max")) == 0.41);
	assert_true(json_real_value(get(get(mode, "t_comp_logic_ms"), "max")) == 0.015);
	assert_true(json_real_value(get(get(mode, "settling_ms"), "max")) == 4);
	assert_true(json_is_null(get(get(mode, "input_to_display_after_ms"), "max")));
	assert_true(
		json_real_value(get(
			get(get(json_array_get(get(j, "samples"), 0), "application"), "stages_ms"),
			"delayed release")) == 1);
	assert_int_equal(json_integer_value(get(get(mode, "gate"), "passed")), 1);
	assert_int_equal(json_integer_value(get(get(mode, "gate"), "rested")), 1);
	assert_true(json_real_value(get(get(mode, "gate"), "rested_share")) == 1);
	mode = get(get(get(j, "modes"), "break-before-make"), "application");
	assert_true(json_is_null(get(get(mode, "gate"), "rested_share")));
	mode = get(json_array_get(get(j, "samples"), 0), "application");
	assert_true(json_is_true(get(mode, "rested")) && json_is_true(get(mode, "gate_passed")));
	json_decref(j);
	csv = printed(&r, report_csv);
	assert_non_null(strstr(
		csv, ",stage_5_us,stage_6_us,gate_passed,rested,t_comp_logic_us,settling_us\n"));
	assert_non_null(
		strstr(csv, ",3250.000,41000.000,541000.000,12000.000,0.900,-2.000,"
			    "60000.000,,2500.000,30.000,,,,,1000.000,yes,yes,15.000,4000.000\n"));
	table = printed(&r, report_table);
	assert_non_null(strstr(table, "  downtime, frames shown             3.25 ms"));
	assert_non_null(strstr(table, "  gate passed; while at rest    "));
	assert_non_null(strstr(table, "   1; 1 of 1 "));
	assert_non_null(strstr(table, "  jump in world tick; range     "));
	assert_non_null(strstr(table, "  -2; -2 to -2 "));
	free(table);
	free(csv);
	report_done(&r);
}

static void test_json_figures(void **state)
{
	struct report r = make_report();
	json_t *j = as_json(&r);
	const json_t *mbb = get(get(j, "modes"), "make-before-break");
	const json_t *bbm = get(get(j, "modes"), "break-before-make");

	assert_int_equal(json_integer_value(get(mbb, "switches")), 3);
	assert_int_equal(json_integer_value(get(mbb, "failed")), 1);
	assert_true(number(mbb, "uplink", "latency_us", "p50") == 800);
	assert_true(number(mbb, "uplink", "latency_us", "max") == 800); /* m3 was disturbed */
	assert_true(number(mbb, "uplink", "largest_gap_us", "max") == 400);
	assert_true(number(mbb, "downlink", "largest_gap_us", "max") == 410);
	assert_true(isnan(number(mbb, "uplink", "latency_us", "p99")));
	assert_true(json_real_value(get(get(mbb, "pdu_session_setup_ms"), "max")) == 1.25);
	assert_int_equal(json_integer_value(get(bbm, "switches")), 3);
	assert_int_equal(json_integer_value(get(bbm, "failed")), 1);
	assert_int_equal(json_integer_value(get(get(bbm, "uplink"), "lost")), 6);
	assert_int_equal(json_integer_value(get(get(bbm, "downlink"), "duplicated")), 2);
	assert_int_equal(json_integer_value(get(get(bbm, "downlink"), "reordered")), 3);
	assert_true(number(bbm, "uplink", "first_lost_to_first_received_us", "max") == 10100);
	json_decref(j);
	report_done(&r);
}

static void test_json_p99(void **state)
{
	for (size_t wanted = 99; wanted <= 100; wanted++) {
		struct report r = make_report();
		json_t *j;

		r.event_count = 0;
		for (size_t i = 1; i <= wanted; i++)
			add_event(&r, 0, "completed", (double)i);
		j = as_json(&r);
		if (wanted < 100)
			assert_true(isnan(number(get(get(j, "modes"), "make-before-break"),
						 "uplink", "latency_us", "p99")));
		else
			assert_true(number(get(get(j, "modes"), "make-before-break"), "uplink",
					   "latency_us", "p99") == 99);
		json_decref(j);
		report_done(&r);
	}
}

static const char *const sample_keys[] = {"ue:s",	   "mode:s",
					  "migration:s",   "state:s",
					  "completed:b",   "created_ns:i",
					  "ended_ns:i",	   "t0_ns:i",
					  "switched_ns:i", "pdu_session_setup_ms:n",
					  "uplink_teid:i", "sender_gap_us:n",
					  "uplink:o",	   "downlink:o",
					  "packets:o",	   NULL};
static const char *const failed_keys[] = {"ue:s",	 "mode:s",  "migration:s", "state:s",
					  "completed:b", "cause:s", NULL};
static const char *const noted_keys[] = {"ue:s",
					 "mode:s",
					 "migration:s",
					 "state:s",
					 "completed:b",
					 "note:s",
					 "created_ns:i",
					 "ended_ns:i",
					 "t0_ns:i",
					 "switched_ns:i",
					 "pdu_session_setup_ms:n",
					 "uplink_teid:i",
					 "sender_gap_us:n",
					 "uplink:o",
					 "downlink:o",
					 "packets:o",
					 NULL};
static const char *const result_keys[] = {
	"latency_us:n", "largest_gap_us:n", "loss_gap_us:n", "first_lost_to_first_received_us:n",
	"lost:N",	"duplicated:N",	    "reordered:N",   NULL};
static const char *const packet_keys[] = {"sent:a", "reflected:a", "replies:a", "n3:a", NULL};

static void check_list(const json_t *packets, const char *name, size_t count, size_t columns)
{
	const json_t *list = get(packets, name), *entry;
	size_t i;

	if (json_array_size(list) != count)
		fail_msg("%s: %zu entries, not %zu", name, json_array_size(list), count);
	json_array_foreach(list, i, entry) assert_int_equal(json_array_size(entry), columns);
}

/* In the window are the probes 0 to 20, and what became of them within it. */
static void test_json_samples(void **state)
{
	static struct tap_packet tap[] = {{WORLD_BASE - 1, {1}, 7, 0, {4}},
					  {WORLD_BASE, {1}, 7, 1, {4}},
					  {WORLD_BASE + 200000000, {1}, 4294967295u, 2, {4}},
					  {WORLD_BASE + 200000001, {1}, 7, 3, {4}}};
	struct report r = make_report();
	const json_t *samples, *packets, *last;
	json_t *j;

	r.run[0].tap = tap;
	r.run[0].tap_count = N(tap);
	j = as_json(&r);
	r.run[0].tap = NULL;
	samples = get(j, "samples");
	assert_int_equal(json_array_size(samples), 6);
	check_keys("sample", json_array_get(samples, 0), sample_keys);
	check_keys("failed", json_array_get(samples, 1), failed_keys);
	check_keys("noted", json_array_get(samples, 2), noted_keys);
	check_keys("unknown", json_array_get(samples, 5), failed_keys);
	check_keys("uplink", get(json_array_get(samples, 0), "uplink"), result_keys);
	check_keys("uplink", get(json_array_get(samples, 2), "uplink"), result_keys);
	assert_true(json_is_null(get(get(json_array_get(samples, 2), "uplink"), "lost")));
	assert_true(json_is_null(
		get(get(json_array_get(samples, 3), "uplink"), "first_lost_to_first_received_us")));
	packets = get(json_array_get(samples, 0), "packets");
	check_keys("packets", packets, packet_keys);
	check_list(packets, "sent", 21, 2);
	check_list(packets, "reflected", 18, 5); /* 20 arrives behind the window, 12, 13 nowhere */
	check_list(packets, "replies", 18, 3);
	check_list(packets, "n3", 2, 3);
	last = json_array_get(get(packets, "n3"), 1);
	assert_int_equal(json_integer_value(json_array_get(last, 0)), 4294967295);
	assert_int_equal(json_integer_value(json_array_get(last, 2)), 100000000); /* from T0 */
	last = json_array_get(get(packets, "reflected"), 17);
	assert_string_equal(json_string_value(json_array_get(last, 0)), "edge-b");
	assert_int_equal(json_integer_value(json_array_get(last, 1)), 19);
	json_decref(j);
	report_done(&r);
}

/* A run that was interrupted at once is a report too. */
static void test_empty(void **state)
{
	struct report r = make_report();
	json_t *j;
	char *text;

	r.event_count = 0;
	r.noise_up = r.noise_down = (struct summary){NAN, NAN, NAN, 0};
	j = as_json(&r);
	check_keys("report", j, top_keys);
	check_mode(get(get(j, "modes"), "make-before-break"));
	assert_true(json_is_null(get(j, "noise_floor_us")));
	json_decref(j);
	text = printed(&r, report_table);
	assert_non_null(strstr(text, "0 of 0"));
	free(text);
	report_done(&r);
}

/* ---- CSV ---- */

static void test_csv_columns(void **state)
{
	struct report r = make_report();
	char *text = printed(&r, report_csv), *line, *left = text;
	unsigned lines = 0;

	while ((line = strsep(&left, "\n")) && *line) {
		unsigned commas = 0;

		for (const char *c = line; *c; c++)
			commas += *c == ',';
		if (commas != 20)
			fail_msg("%u columns: %s", commas + 1, line);
		lines++;
	}
	assert_int_equal(lines, 7);
	free(text);
	report_done(&r);
}

/* ---- the picture ---- */

/* Elements are closed in order, attributes quoted, and what is text has no raw "&" or "<". */
static void check_xml(const char *text)
{
	char open[16][16];
	unsigned depth = 0;

	for (const char *c = text; *c; c++) {
		char name[16] = "";
		const char *end;

		if (*c == '&' && strncmp(c, "&amp;", 5) != 0 && strncmp(c, "&lt;", 4) != 0)
			fail_msg("raw &: %.30s", c);
		if (*c != '<')
			continue;
		end = strchr(c, '>');
		assert_non_null(end);
		sscanf(c, c[1] == '/' ? "</%15[a-z]" : "<%15[a-z]", name);
		assert_true(name[0] != '\0');
		if (c[1] == '/') {
			assert_true(depth > 0);
			assert_string_equal(open[--depth], name);
		} else if (end[-1] != '/') {
			assert_true(depth < N(open));
			memcpy(open[depth++], name, sizeof name);
		}
		for (unsigned quotes = 0; c < end || quotes % 2; c++) {
			quotes += *c == '\'';
			assert_true(*c != '\0' && !(*c == '<' && quotes % 2));
		}
	}
	assert_int_equal(depth, 0);
}

static void test_svg(void **state)
{
	struct report r = make_report();
	char *text = printed(&r, report_svg);

	check_xml(text);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	assert_non_null(strstr(text, "Fast &amp; &lt;Furious>"));
	free(text);
	for (size_t i = 0; i < r.event_count; i++) /* nothing lost, no gap at all */
		r.event[i].up.largest_gap_us = r.event[i].down.largest_gap_us = 0;
	text = printed(&r, report_svg);
	check_xml(text);
	assert_null(strstr(text, "nan"));
	free(text);
	r.event_count = 0;
	text = printed(&r, report_svg);
	check_xml(text);
	assert_null(strstr(text, "nan"));
	free(text);
	report_done(&r);
}

/* ---- of a storm ---- */

/* Two UEs, switched once each */
static struct report make_storm(void)
{
	struct report r = make_report();

	r.mode_count = 1;
	r.event_count = 2;
	r.event[1] = r.event[0];
	r.event[1].ue = 1;
	for (size_t i = 0; i < 2; i++) {
		r.event[i].asked_ns = r.event[i].t0_ns - 40000000;
		r.event[i].created_ns = r.event[i].t0_ns - 30000000;
		r.event[i].ended_ns = r.event[i].t0_ns + (i + 1) * 100000000;
	}
	r.run = realloc(r.run, 2 * sizeof *r.run);
	world_make("aaaaaaaaaaaa--bbbbbbbbbbb", TEN_MS_NS, &r.run[1]);
	snprintf(r.run[1].ue, sizeof r.run[1].ue, "ue-2");
	r.run[1].sender_missed = 2;
	r.run_count = 2;
	r.storm = (struct report_storm){
		.rounds = 1,
		.cpu_count = 2,
		.cpu = {{"core", "smf-lite", 0.01, 0.25}, {"gnb", "gnb", 0, NAN}},
		.cpu_seconds = 5};
	return r;
}

static const char *const storm_keys[] = {"ues:i", "rounds:i", "seconds:r", "cpu:a", NULL};
static const char *const cpu_keys[] = {"node:s",	  "daemon:s",	       "seconds:n",
				       "ms_per_switch:n", "idle_processors:r", NULL};

static void test_storm_json(void **state)
{
	struct report r = make_storm();
	json_t *j = as_json(&r);
	const json_t *storm = get(j, "storm"), *cpu = get(storm, "cpu"),
		     *mode = get(get(j, "modes"), "make-before-break");

	check_keys("storm", storm, storm_keys);
	assert_int_equal(json_integer_value(get(storm, "ues")), 2);
	check_keys("cpu", json_array_get(cpu, 0), cpu_keys);
	/* 0.25 s less the 0.01 processors of 5 s that it takes anyhow, for two switches */
	assert_true(json_real_value(get(json_array_get(cpu, 0), "ms_per_switch")) == 100);
	assert_true(json_is_null(get(json_array_get(cpu, 1), "seconds")));
	assert_true(json_is_null(get(json_array_get(cpu, 1), "ms_per_switch")));
	assert_true(json_real_value(get(get(mode, "switched_ms"), "max")) == 40);
	assert_true(json_real_value(get(get(mode, "ended_ms"), "p50")) == 140);
	assert_true(json_real_value(get(get(mode, "ended_ms"), "max")) == 240);
	assert_string_equal(json_string_value(get(json_array_get(get(j, "samples"), 1), "ue")),
			    "ue-2");
	assert_int_equal(json_integer_value(get(get(j, "sender"), "missed")), 3);
	json_decref(j);
	report_done(&r);
}

/* N3 isn't tapped in a storm, so that nothing was to be seen there. */
static void test_storm_table(void **state)
{
	struct report r = make_storm();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < r.event_count; i++)
		r.event[i].up.latency_us = NAN;
	snprintf(r.running, sizeof r.running, "mine");
	report_table(&r, out);
	fclose(out);
	assert_null(strstr(text, "no uplink packet"));
	assert_non_null(strstr(text, "mine (")); /* what is up, and of which file */
	r.storm.rounds = 0;
	free(text);
	out = open_memstream(&text, &size);
	report_table(&r, out);
	fclose(out);
	assert_non_null(strstr(text, "no uplink packet"));
	free(text);
	report_done(&r);
}

static void write_storm_svg(const struct report *r, FILE *out)
{
	assert_int_equal(report_storm_svg(r, out), 0);
}

static void test_storm_forms(void **state)
{
	struct report r = make_storm();
	char *table = printed(&r, report_table), *csv = printed(&r, report_csv),
	     *svg = printed(&r, write_storm_svg);

	assert_non_null(strstr(table, "2 UEs at once, 1 time\n"));
	assert_non_null(strstr(table, "first request to switched          40.0 ms"));
	assert_non_null(strstr(table, "CPU, smf-lite of core"));
	assert_non_null(strstr(table, "100 ms     250 ms\n"));
	assert_non_null(strstr(csv, ",storm_switched_us,storm_ended_us\n"));
	assert_non_null(strstr(csv, "ue-2,make-before-break,"));
	assert_non_null(strstr(csv, ",40000.000,240000.000\n"));
	check_xml(svg);
	assert_null(strstr(svg, "nan"));
	assert_non_null(strstr(svg, "2 UEs switched at once"));
	free(table);
	free(csv);
	free(svg);
	report_done(&r);
}

/* ---- as kept ---- */

static void update_golden(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void check_golden(const char *path, const char *text)
{
	static char kept[1 << 16];
	FILE *file;
	size_t i = 0;

	if (getenv("UPDATE_GOLDEN"))
		update_golden(path, text);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: run the test in the repository's root", path);
	kept[fread(kept, 1, sizeof kept - 1, file)] = '\0';
	fclose(file);
	while (kept[i] && kept[i] == text[i])
		i++;
	if (kept[i] || text[i])
		fail_msg("%s differs at octet %zu: kept %.60s, got %.60s", path, i, kept + i,
			 text + i);
}

static void test_golden(void **state)
{
	struct report r = make_report();
	char *csv = printed(&r, report_csv), *svg = printed(&r, report_svg);
	char *table = printed(&r, report_table);

	check_golden("tests/unit/measure_golden.csv", csv);
	check_golden("tests/unit/measure_golden.svg", svg);
	check_golden("tests/unit/measure_golden.txt", table);
	free(csv);
	free(svg);
	free(table);
	report_done(&r);
}

static const struct {
	double us;
	const char *text;
} times[] = {
	{NAN, "-"},	      {0, "0 us"},	  {0.4, "0.4 us"},    {9.94, "9.9 us"},
	{9.96, "10 us"},      {999.4, "999 us"},  {999.5, "1.00 ms"}, {1464, "1.46 ms"},
	{9994, "9.99 ms"},    {9995, "10.0 ms"},  {10640, "10.6 ms"}, {99949, "99.9 ms"},
	{99950, "100 ms"},    {999499, "999 ms"}, {999500, "1.00 s"}, {9994999, "9.99 s"},
	{12345678, "12.3 s"}, {600e6, "600.0 s"},
};

static void test_times(void **state)
{
	for (size_t i = 0; i < N(times); i++) {
		char text[16];

		report_time_text(times[i].us, text, sizeof text);
		assert_string_equal(text, times[i].text);
	}
}

/* ---- files ---- */

static void test_files(void **state)
{
	struct report r = make_report();
	char dir[] = "/tmp/test-measure-XXXXXX", path[4096], sub[64];
	struct stat st;

	assert_non_null(mkdtemp(dir));
	snprintf(sub, sizeof sub, "%s/a/b", dir);
	assert_int_equal(report_folder(sub), 0);
	assert_int_equal(report_write(&r, sub, path), 0);
	for (size_t i = 0; i < 6; i++) {
		static const char *const ends[] = {".json", ".csv",	     ".svg",
						   ".hlog", "-timeline.svg", "-phases.svg"};

		snprintf(path, sizeof path, "%s/report%s", sub, ends[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_size >= 100);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(sub), 0); /* nothing else is left */
	snprintf(path, sizeof path, "%s/a", dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_true(report_folder("/proc/1/x") < 0);
	assert_true(report_folder("") < 0);
	assert_true(report_folder("/dev/null/x") < 0);
	report_done(&r);
}

/* What is printed into a full disk is an error, not half a report. */
static void test_full(void **state)
{
	struct report r = make_report();
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	setvbuf(full, NULL, _IOFBF, 256);
	assert_true(report_json(&r, full) < 0);
	fclose(full);
	report_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_keys),    cmocka_unit_test(test_links),
		cmocka_unit_test(test_around),	     cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_app_record),   cmocka_unit_test(test_app_forms),
		cmocka_unit_test(test_json_figures), cmocka_unit_test(test_json_p99),
		cmocka_unit_test(test_json_samples), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_csv_columns),  cmocka_unit_test(test_svg),
		cmocka_unit_test(test_golden),	     cmocka_unit_test(test_times),
		cmocka_unit_test(test_files),	     cmocka_unit_test(test_full),
		cmocka_unit_test(test_storm_table),  cmocka_unit_test(test_storm_json),
		cmocka_unit_test(test_storm_forms),
	};

	return cmocka_run_group_tests_name("measure_forms", tests, NULL, NULL);
}
