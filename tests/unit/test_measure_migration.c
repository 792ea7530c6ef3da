// SPDX-License-Identifier: Apache-2.0
/* What a migration of a process costs its users: samples of migrations whose records are given,
 * verdicts, and what is told of them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "tests/unit/requests_world.h"

static const char record_text[] =
	"{\"id\": \"m1\", \"state\": \"completed\", \"strategy\": \"iterative\", \"mode\": "
	"\"make-before-break\", \"created_ns\": 2000000000, \"state_since_ns\": 3200000000, "
	"\"downtime\": {\"t_net_us\": 700}, \"details\": {\"destination_edge\": \"edge-b\", "
	"\"process\": {\"begun_ns\": 2010000000, \"rounds_ns\": 2100000000, \"gate_closed_ns\": "
	"2500000000, \"answered_ns\": 2950000000, \"opened_ns\": 3000000000, \"t_pre_us\": 400000, "
	"\"t_chkp_us\": 100000, \"t_copy_us\": 250000, \"t_restore_us\": 100000, \"t_comp_us\": "
	"500000, \"bytes\": {\"rounds\": 3000000, \"image\": 500000, \"layers\": 0, \"interface\": "
	"3600000}, \"stopped_by\": \"dirty-rate\", \"rounds\": [{\"round\": 1, \"bytes\": "
	"2000000, \"wire_bytes\": 2000000, \"us\": 30000, \"sent_us\": 120000}, {\"round\": 2, "
	"\"bytes\": 1000000, \"wire_bytes\": "
	"360000, \"interval_us\": 200000, \"rate_bps\": 40000000}]}}}";

static const char summary_text[] =
	"{\"made\": 40, \"answered\": 40, \"unanswered\": 0, \"doubled\": 0, \"wrong\": 0, "
	"\"resent\": 5, \"connections\": 0, \"chain\": \"00\"}";

static json_t *parse(const char *text)
{
	json_error_t err;
	json_t *json = json_loads(text, 0, &err);

	if (!json)
		fail_msg("%s", err.text);
	return json;
}

/* ---- a migration ---- */

static void assert_number(const json_t *object, const char *path, double wanted)
{
	double value = migration_number(object, path);

	if (!(fabs(value - wanted) < 1e-6 * fmax(1, fabs(wanted))))
		fail_msg("%s is %g, not %g", path, value, wanted);
}

static void test_sample(void **state)
{
	json_t *record = parse(record_text), *sample;
	struct requests r = {0};

	(void)state;
	add_world(&r);
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_number(sample, "total_us", 1000000);
	assert_number(sample, "t_comp_us", 500000);
	assert_number(sample, "t_chkp_copy_us", 350000);
	assert_number(sample, "t_net_us", 700);
	assert_number(sample, "bytes.total", 3500000);
	/* 000 Table 1: 500 ms over what 500 kB take at 20 Mbit/s */
	assert_number(sample, "t_comp_over_link", 2.5);
	/* 003 Fig. 5: rounds and the last image sent; pre-dumps, dump and restore */
	assert_number(sample, "transfer_us", 120000 + 250000);
	assert_number(sample, "criu_us", 30000 + 100000 + 100000);
	assert_number(sample, "round_count", 2);
	assert_number(json_array_get(json_object_get(sample, "rounds"), 1), "to_link", 2);
	assert_number(json_array_get(json_object_get(sample, "rounds"), 1), "wire_to_link", 0.72);
	/* sent by another link than the one that it is about */
	migration_refer(sample, 10e6);
	assert_number(json_array_get(json_object_get(sample, "rounds"), 1), "to_link", 4);
	assert_number(json_array_get(json_object_get(sample, "rounds"), 1), "wire_to_link", 1.44);
	assert_true(isnan(
		migration_number(json_array_get(json_object_get(sample, "rounds"), 0), "to_link")));
	assert_true(fabs(migration_number(sample, "interruption_us") - 501000) < 1);
	/* 003: until the first request was made that edge-b answered */
	assert_number(sample, "jitter_us", 500000);
	assert_number(sample, "shares.jitter", 0.5);
	assert_true(fabs(migration_number(sample, "shares.interruption") - 0.501) < 0.001);
	assert_number(sample, "requests.made", 13);
	assert_int_equal(json_array_size(json_object_get(sample, "served")), 2);
	assert_string_equal(json_string_value(json_object_get(sample, "to")), "edge-b");
	assert_true(isnan(migration_number(sample, "until_drained.us")));
	json_decref(sample);
	json_decref(record);
	requests_done(&r);
}

/*
 * The interruption isn't all that jitter isn't: with a wait of 0.2 s while the source still served
 * (frozen by a pre-dump, say), and one of 0.1 s when it moved, it was at the source's edge for all
 * but the latter. A request that the source had, and whose answer the destination repeats, was
 * waited for.
 */
static void test_jitter_by_serving_edge(void **state)
{
	static const char *const worlds[] = {HEAD "1,2100000000,2100000000,2300000000,1,edge-a,1\n"
						  "2,2850000000,2850000000,2851000000,1,edge-a,1\n"
						  "3,2900000000,2900000000,3000000000,1,edge-b,1\n",
					     HEAD "1,2850000000,2850000000,2851000000,1,edge-a,1\n"
						  "2,2860000000,2860000000,3010000000,9,edge-b,1\n"
						  "3,2900000000,2900000000,3001000000,1,edge-b,1\n",
					     /* nobody asked for anything: until it opened */
					     HEAD
					     "1,1500000000,1500000000,1501000000,1,edge-b,1\n"
					     "2,3500000000,3500000000,3501000000,1,edge-b,1\n"};
	static const double wanted[] = {900000, 860000, 1000000}, at_gate[] = {100000, 150000, 0};
	json_t *record = parse(record_text), *sample;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct requests r = {0};

		add_text(&r, worlds[i]);
		requests_order(&r);
		sample = migration_sample(record, "edge-a", 0, &r);
		assert_number(sample, "jitter_us", wanted[i]);
		assert_number(sample, "gate_wait_us", at_gate[i]);
		json_decref(sample);
		requests_done(&r);
	}
	json_decref(record);
}

/* Without the agents' stamps: the first answer of another edge tells when it was open */
static void test_sample_without_stamps(void **state)
{
	json_t *record = parse(record_text), *sample;
	struct requests r = {0};

	(void)state;
	json_object_del(json_object_get(json_object_get(record, "details"), "process"),
			"opened_ns");
	add_world(&r);
	sample = migration_sample(record, "edge-a", 0, &r);
	assert_true(fabs(migration_number(sample, "total_us") - 1001000) < 1);
	assert_true(isnan(
		migration_number(json_array_get(json_object_get(sample, "rounds"), 1), "to_link")));
	json_decref(sample);
	json_object_clear(json_object_get(record, "details"));
	sample = migration_sample(record, "edge-a", 0, &r);
	assert_true(isnan(migration_number(sample, "total_us")));
	json_decref(sample);
	json_decref(record);
	requests_done(&r);
}

static void test_pages_fetched_later(void **state)
{
	json_t *record = parse(record_text), *sample;
	struct requests r = {0};

	(void)state;
	json_object_set_new(json_object_get(json_object_get(record, "details"), "process"),
			    "drained_ns", json_integer(3150000000));
	add_world(&r);
	sample = migration_sample(record, "edge-a", 0, &r);
	assert_number(sample, "complete_us", 1150000);
	assert_number(sample, "until_drained.us", 650000);
	assert_number(sample, "until_drained.made", 7);
	assert_number(sample, "until_drained.answers", 7);
	json_decref(sample);
	json_decref(record);
	requests_done(&r);
}

/* 004: the layers that went ahead, and the instance layer, whose sends the record tells apart */
static void test_ledger_of_layers(void **state)
{
	json_t *record = parse(record_text), *process, *sample;
	struct requests r = {0};

	(void)state;
	process = json_object_get(json_object_get(record, "details"), "process");
	json_object_set_new(process, "pids", parse("[20100, 20101]"));
	json_object_set_new(
		process, "sent",
		parse("[{\"what\": \"layers\", \"name\": \"base\", \"wire_bytes\": 100, \"us\": 5, "
		      "\"had\": true}, {\"what\": \"layers\", \"name\": \"application\", "
		      "\"wire_bytes\": 7000, \"us\": 900}, {\"what\": \"image\", \"wire_bytes\": "
		      "500000, \"us\": 250000, \"literal_bytes\": 499000}]"));
	json_object_set_new(process, "t_open_us", json_integer(50000));
	add_world(&r);
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_number(sample, "ledger.base", 100);
	assert_number(sample, "ledger.application", 7000);
	/* rounds, and the image */
	assert_number(sample, "ledger.instance", 3500000);
	assert_number(sample, "process_count", 2);
	assert_number(sample, "t_open_us", 50000);
	assert_number(sample, "transfer_us", 120000 + 5 + 900 + 250000);
	assert_number(json_array_get(json_object_get(sample, "sent"), 2), "literal_bytes", 499000);
	json_decref(sample);
	/* found: nothing went ahead, which is 0 and not unknown */
	json_array_remove(json_object_get(process, "sent"), 0);
	json_array_remove(json_object_get(process, "sent"), 0);
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_number(sample, "ledger.application", 0);
	assert_number(sample, "ledger.instance", 3500000);
	json_decref(sample);
	json_object_del(process, "bytes");
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_true(isnan(migration_number(sample, "ledger.application")));
	json_decref(sample);
	json_decref(record);
	requests_done(&r);
}

/* What a later migration was answered is not when one opened that was rolled back. */
static void test_rolled_back_never_opened(void **state)
{
	json_t *record = parse(record_text), *sample;
	struct requests r = {0};

	(void)state;
	add_world(&r);
	json_object_del(json_object_get(json_object_get(record, "details"), "process"),
			"opened_ns");
	json_object_set_new(record, "state", json_string("rolled-back"));
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_true(isnan(migration_number(sample, "total_us")));
	assert_true(isnan(migration_number(sample, "jitter_us")));
	assert_true(isnan(migration_number(sample, "shares.interruption")));
	json_decref(sample);
	/* nor an answer after its end */
	json_object_set_new(record, "state", json_string("completed"));
	json_object_set_new(record, "state_since_ns", json_integer(2600000000));
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_true(isnan(migration_number(sample, "total_us")));
	json_decref(sample);
	json_decref(record);
	requests_done(&r);
}

static void test_operations(void **state)
{
	json_t *record = parse(record_text), *sample, *rounds;
	struct requests r = {0};

	(void)state;
	add_world(&r);
	/* CRIU's own page server: one time for dumping and sending, counted once */
	json_object_set_new(record, "process", json_pack("{s:s}", "transfer", "page-server"));
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_number(sample, "transfer_us", 250000);
	assert_number(sample, "criu_us", 30000 + 100000 + 100000);
	json_decref(sample);
	json_object_del(record, "process");
	json_object_set_new(record, "strategy", json_string("cooperative"));
	rounds = json_object_get(json_object_get(json_object_get(record, "details"), "process"),
				 "rounds");
	json_object_del(json_array_get(rounds, 0), "sent_us");
	sample = migration_sample(record, "edge-a", 20e6, &r);
	assert_number(sample, "transfer_us", 30000 + 250000);
	assert_true(isnan(migration_number(sample, "criu_us")));
	json_decref(sample);
	json_decref(record);
	requests_done(&r);
}

/* ---- all of them ---- */

static void test_verdict(void **state)
{
	static const struct {
		const char *member;
		int value;
	} bad[] = {{"wrong", 1}, {"doubled", 1}, {"answered", 39}};
	json_t *summary = parse(summary_text), *verdict;
	struct requests r = {0};

	(void)state;
	add_world(&r);
	verdict = migration_verdict(summary, &r, true);
	assert_true(json_is_true(json_object_get(verdict, "holds")));
	assert_number(verdict, "broken", 0);
	json_decref(verdict);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		json_t *worse = json_copy(summary);

		json_object_set_new(worse, bad[i].member, json_integer(bad[i].value));
		verdict = migration_verdict(worse, &r, true);
		assert_true(json_is_false(json_object_get(verdict, "holds")));
		json_decref(verdict);
		json_decref(worse);
	}
	/* no summary, or not all rows: nobody knows */
	verdict = migration_verdict(NULL, &r, true);
	assert_true(json_is_null(json_object_get(verdict, "holds")));
	json_decref(verdict);
	verdict = migration_verdict(summary, &r, false);
	assert_true(json_is_null(json_object_get(verdict, "holds")));
	assert_true(json_is_null(json_object_get(verdict, "broken")));
	json_decref(verdict);
	json_decref(summary);
	requests_done(&r);
}

static void judge_rows(const char *rows, const char *member, double wanted)
{
	json_t *summary = parse(summary_text), *verdict;
	struct requests r = {0};

	json_object_set_new(summary, "answered", json_integer(2));
	add_text(&r, HEAD);
	add_text(&r, rows);
	requests_order(&r);
	verdict = migration_verdict(summary, &r, true);
	assert_true(json_is_false(json_object_get(verdict, "holds")));
	assert_number(verdict, member, wanted);
	json_decref(verdict);
	json_decref(summary);
	requests_done(&r);
}

static void test_verdict_of_rows(void **state)
{
	(void)state;
	judge_rows("1,1,1,2,1,a,1\n1,1,1,2,1,a,1\n", "twice", 1);
	judge_rows("1,1,1,2,1,a,1\n4,1,1,2,1,a,1\n", "missing", 2);
	judge_rows("1,1,1,2,1,a,1\n2,1,1,2,1,a,0\n", "wrong", 1);
	judge_rows("1,1,1,2,1,a,1\n2,1,1,2,1,a,1\n3,1,1,0,1,,0\n", "unanswered", 1);
}

static json_t *document(struct requests *r)
{
	json_t *d = parse(
		"{\"measurement\": \"migration\", \"app\": \"ledger\", \"workload\": "
		"\"ledger\", \"ue\": \"ue\", \"mode\": \"make-before-break\", \"topology\": "
		"\"process\", \"strategies\": [\"iterative\"], \"load\": {\"kind\": \"rate\", "
		"\"rate\": \"10\", \"tcp\": false}, \"model\": {\"heap\": 67108864}, "
		"\"link\": [{\"from\": \"edge-a\", \"to\": \"edge-b\", \"asked_bps\": 20000000,"
		" \"measured_bps\": 19100000}], \"process\": {\"rounds\": 3}, \"began_ns\": "
		"1000000000, \"marks\": [\"a mark\"]}");
	json_t *record = parse(record_text), *summary = parse(summary_text), *failed;

	json_object_set_new(d, "samples",
			    json_pack("[o]", migration_sample(record, "edge-a", 20e6, r)));
	failed = json_deep_copy(record);
	json_object_set_new(failed, "state", json_string("rolled-back"));
	json_object_set_new(failed, "cause", json_string("NOT_CONVERGED"));
	json_object_set_new(failed, "detail", json_string("still 2 rounds"));
	json_array_append_new(json_object_get(d, "samples"),
			      migration_sample(failed, "edge-b", 20e6, r));
	json_object_set_new(d, "verdict", migration_verdict(summary, r, true));
	json_object_set_new(d, "waits", migration_waits(r, S));
	migration_ways(d);
	json_decref(failed);
	json_decref(record);
	json_decref(summary);
	return d;
}

static char *print(int (*form)(const json_t *, FILE *), const json_t *what)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(form(what, out), 0);
	fclose(out);
	return text;
}

static void assert_says(int (*form)(const json_t *, FILE *), const json_t *what,
			const char *const *said)
{
	char *text = print(form, what);

	for (; *said; said++)
		if (!strstr(text, *said))
			fail_msg("'%s' is not in:\n%s", *said, text);
	free(text);
}

static void test_forms(void **state)
{
	static const char *const table[] = {
		"10 requests a second over UDP",
		"edge-a to edge-b: 19.1 Mbit/s measured, 20 Mbit/s asked",
		"iterative: 1 of 2 migrations completed",
		"T_comp: gate closed to gate open",
		"500 ms",
		"rolled-back (NOT_CONVERGED: still 2 rounds)",
		"2 rounds, ended by dirty-rate",
		"40 requests: every one answered once, every chain right",
		"note: a mark",
		NULL};
	static const char *const csv[] = {"id,strategy,mode,from,to,state,cause,stopped_by,inter",
					  "m1,iterative,make-before-break,edge-a,edge-b,completed,,"
					  "dirty-rate,501",
					  NULL};
	static const char *const timeline[] = {"edge-a to edge-b", "T_restore", NULL};
	static const char *const waits[] = {"edge-b", "Every request", NULL};
	static const char *const rounds[] = {"iterative", NULL};
	static const char *const shares[] = {"service jitter", NULL};
	struct requests r = {0};
	json_t *d, *list;

	(void)state;
	add_world(&r);
	d = document(&r);
	list = json_pack("[O]", d);
	assert_says(migration_table, d, table);
	assert_says(migration_csv, d, csv);
	assert_says(migration_timeline_svg, list, timeline);
	assert_says(migration_waits_svg, list, waits);
	assert_says(migration_rounds_svg, list, rounds);
	assert_says(migration_shares_svg, list, shares);
	json_array_append(list, d);
	assert_says(migration_timeline_svg, list, rounds);
	assert_says(migration_curves_svg, list, (const char *const[]){"iterative", "Total", NULL});
	json_decref(list);
	json_decref(d);
	requests_done(&r);
}

static void test_ways(void **state)
{
	json_t *d =
		parse("{\"samples\": [{\"from\": \"a\", \"completed\": true, \"n\": 1}, {\"from\": "
		      "\"b\", \"completed\": true, \"n\": 2}, {\"from\": \"a\", \"completed\": "
		      "false, \"n\": 3}, {\"from\": \"a\", \"completed\": true, \"n\": 4}]}");

	(void)state;
	migration_ways(d);
	assert_number(d, "completed", 3);
	assert_number(d, "not_completed", 1);
	assert_number(json_array_get(json_object_get(json_object_get(d, "ways"), "first"), 0), "n",
		      1);
	assert_number(json_array_get(json_object_get(json_object_get(d, "ways"), "back"), 0), "n",
		      2);
	assert_number(json_array_get(json_object_get(json_object_get(d, "ways"), "again"), 0), "n",
		      4);
	json_decref(d);
}

static void test_waits_are_thinned(void **state)
{
	struct requests r = {0};
	char line[120];
	json_t *waits, *last;

	(void)state;
	add_text(&r, HEAD);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(line, sizeof line, "%u,%u,%u,%u,1,edge-a,1\n", i + 1, 1000 + i * 100,
			 1000 + i * 100, 1000 + i * 100 + (i == 7777 ? 99000000 : 50));
		add_text(&r, line);
	}
	requests_order(&r);
	waits = migration_waits(&r, 0);
	assert_in_range(json_array_size(waits), 2000, 6000);
	/* the one that stands out is there */
	last = json_array_get(waits, json_array_size(waits) - 1);
	assert_true(fabs(json_number_value(json_array_get(last, 1)) - 99) < 1e-3);
	json_decref(waits);
	requests_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_jitter_by_serving_edge),
		cmocka_unit_test(test_sample_without_stamps),
		cmocka_unit_test(test_pages_fetched_later),
		cmocka_unit_test(test_ledger_of_layers),
		cmocka_unit_test(test_rolled_back_never_opened),
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_verdict_of_rows),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_waits_are_thinned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
