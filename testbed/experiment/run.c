// SPDX-License-Identifier: Apache-2.0
#include "testbed/experiment/run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/version.h"
#include "testbed/baton.h"
#include "testbed/experiment/child.h"
#include "testbed/measure/machine.h"

enum { UP_SECONDS = 120, SHORT_SECONDS = 60, TEXT_SIZE = 1024, UNSHAPED_TRIES = 3 };
#define UP_TIMEOUT "100" /* seconds: an emulated machine takes its time; below UP_SECONDS */

/* FNV-1a of the folder: two experiments in two folders may run at once */
void runner_name(struct runner *r)
{
	uint32_t hash = 2166136261;

	for (const char *p = r->store->dir; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619;
	snprintf(r->name, sizeof(r->name), "exp-%08x", hash);
}

void runner_clean(struct runner *r)
{
	const char *down[] = {"--name", r->name, "down", "--force", NULL};
	char path[PATH_MAX];
	struct child_result result;

	snprintf(path, sizeof(path), "/run/baton/%s", r->name);
	if (access(path, F_OK) < 0)
		return;
	child_run(down, SHORT_SECONDS, true, &result);
	child_free(&result);
}

/* ---- configuration ---- */

json_t *run_topology_document(const struct runner *r, const json_t *settings, char *why,
			      size_t size)
{
	json_t *topology = json_deep_copy(r->topology), *value;
	const char *knob;

	json_object_foreach((json_t *)settings, knob, value)
	{
		char reason[400];

		if (!strcmp(knob, "mode") || !strncmp(knob, "workload.", 9))
			continue;
		if (override_set(topology, knob, json_string_value(value), reason, sizeof(reason)) <
		    0) {
			snprintf(why, size, "%s: %s", knob, reason);
			json_decref(topology);
			return NULL;
		}
	}
	return topology;
}

/* "true" is an option without a value */
size_t run_workload_arguments(const struct experiment *e, const json_t *settings,
			      char store[][RUN_OPTION_SIZE], const char **argv, size_t n)
{
	json_t *options = json_copy(e->options), *value;
	const char *key, *mode = json_string_value(json_object_get(settings, "mode"));
	size_t s = 0;

	json_object_foreach((json_t *)settings, key, value) if (!strncmp(key, "workload.", 9))
		json_object_set(options, key + 9, value);
	json_object_foreach(options, key, value)
	{
		const char *text = json_string_value(value);

		if (s == RUN_OPTIONS_MAX - 2)
			break;
		if (!strcmp(text, "true"))
			snprintf(store[s], sizeof(store[s]), "--%s", key);
		else
			snprintf(store[s], sizeof(store[s]), "--%s=%s", key, text);
		argv[n++] = store[s++];
	}
	if (mode) {
		snprintf(store[s], sizeof(store[s]), "--mode=%s", mode);
		argv[n++] = store[s++];
	}
	json_decref(options);
	argv[n] = NULL;
	return n;
}

static void note_command(json_t *record, const char *const *argv)
{
	json_t *words = json_pack("[s]", "baton");

	for (; *argv; argv++)
		json_array_append_new(words, json_string(*argv));
	json_array_append_new(json_object_get(record, "commands"), words);
}

/* The last line that a child said is why it failed. */
static void note_failure(json_t *record, const char *what, int rc, const struct child_result *child)
{
	const char *last = child->err ? strrchr(child->err, '\n') : NULL;
	const char *said = last ? last + 1 : child->err ? child->err : "";

	if (rc < 0)
		json_object_set_new(record, "error", json_sprintf("%s: %s", what, strerror(-rc)));
	else if (child->status == 124)
		json_object_set_new(record, "error",
				    json_sprintf("%s: took too long and was ended", what));
	else
		json_object_set_new(record, "error",
				    json_sprintf("%s: exit status %d: %s", what, child->status,
						 *said ? said : "it said nothing"));
	if (rc == 0 && child->err && *child->err)
		json_object_set_new(record, "said", json_string(child->err));
}

/* What up says without the place, which is one of a file that nobody wrote */
static void note_skipped(json_t *record, const struct child_result *child)
{
	const char *said = child->err ? strstr(child->err, "app '") : NULL;

	json_object_set_new(record, "error",
			    json_stringn(said ? said : "", said ? strcspn(said, "\n") : 0));
}

/* ---- steps: 0, or -1 with the record's "error" set ---- */

static int step_up(struct runner *r, json_t *record, const json_t *settings)
{
	char path[PATH_MAX], why[TEXT_SIZE];
	json_t *topology = run_topology_document(r, settings, why, sizeof(why));
	const char *up[] = {"--name", r->name, "up", "--timeout", UP_TIMEOUT, path, NULL};
	struct child_result child;
	int rc;

	if (!topology) {
		json_object_set_new(record, "error", json_string(why));
		r->fatal = BATON_TOPOLOGY;
		return -1;
	}
	rc = store_save(r->store, "topology.yaml", topology);
	json_object_set_new(record, "topology", topology);
	if (rc < 0 || snprintf(path, sizeof(path), "%s/topology.yaml", r->store->dir) < 0) {
		json_object_set_new(record, "error",
				    json_sprintf("topology.yaml: %s", strerror(-rc)));
		r->fatal = BATON_FAILED;
		return -1;
	}
	note_command(record, up);
	rc = child_run(up, UP_SECONDS, false, &child);
	r->skipped = rc == 0 && child.status == BATON_PACKAGES;
	if (r->skipped) {
		note_skipped(record, &child);
		rc = -1;
	} else if (rc < 0 || child.status) {
		note_failure(record, "up", rc, &child);
		if (rc == 0 && (child.status == BATON_KERNEL || child.status == BATON_TOPOLOGY ||
				child.status == BATON_NOT_ROOT))
			r->fatal = child.status;
		rc = -1;
	}
	child_free(&child);
	return rc;
}

static json_t *ask_json(const char *const *argv, struct child_result *child, int *rc)
{
	json_t *answer = NULL;

	*rc = child_run(argv, SHORT_SECONDS, false, child);
	if (*rc == 0 && child->status == 0)
		answer = json_loads(child->out, 0, NULL);
	return answer;
}

static void step_links(struct runner *r, json_t *record)
{
	const char *status[] = {"--name", r->name, "--json", "status", NULL};
	struct child_result child;
	int rc;
	json_t *answer = ask_json(status, &child, &rc);
	json_t *links = json_object_get(answer, "links");

	if (links)
		json_object_set(record, "links", links);
	json_decref(answer);
	child_free(&child);
}

static double number_at(const json_t *at, const char *a, const char *b, const char *c)
{
	return json_number_value(json_object_get(json_object_get(json_object_get(at, a), b), c));
}

static bool is_rate(const char *knob)
{
	size_t len = strlen(knob);

	return len > 5 && !strcmp(knob + len - 5, ".rate");
}

struct run_rates run_rates_asked(const json_t *settings)
{
	struct run_rates ret = {0};
	const char *knob;
	json_t *value;
	double rate;

	json_object_foreach((json_t *)settings, knob, value)
	{
		if (!is_rate(knob) || quantity_parse(json_string_value(value), &rate) != 0)
			continue;
		ret.lowest = ret.lowest ? fmin(ret.lowest, rate) : rate;
		ret.highest = fmax(ret.highest, rate);
	}
	return ret;
}

/* TCP for a second from a UE to the service, over the primary PDU session */
static double measure_bandwidth(struct runner *r, json_t *ret)
{
	const struct experiment *e = r->experiment;
	const char *from = e->from[0] ? e->from : topology_first(r->topology, "ue", "ue");
	const char *to = e->to[0] ? e->to : topology_first(r->topology, "service", "service");
	const char *argv[] = {"--name", r->name, "exec", from, "--", "iperf3",
			      "-c",	to,	 "-t",	 "1",  "-J", NULL};
	struct child_result child;
	double bps = 0;
	json_t *answer = NULL;
	int rc;

	json_object_set_new(ret, "from", json_string(from));
	json_object_set_new(ret, "to", json_string(to));
	for (int attempt = 0; attempt < 2 && !bps; attempt++) {
		answer = ask_json(argv, &child, &rc);
		bps = number_at(answer, "end", "sum_received", "bits_per_second");
		if (!bps && attempt) {
			const char *error = json_string_value(json_object_get(answer, "error"));

			json_object_set_new(ret, "error",
					    json_string(error ? error
							: child.err && *child.err
								? child.err
								: "iperf3 failed"));
		}
		json_decref(answer);
		child_free(&child);
	}
	json_object_set_new(ret, "measured_bps", bps ? json_real(bps) : json_null());
	return bps;
}

static void mark(json_t *record, const char *text)
{
	json_array_append_new(json_object_get(record, "marks"), json_string(text));
}

/* A rate that was asked for is held when TCP gets from two thirds to a twentieth above it. */
static void step_bandwidth(struct runner *r, json_t *record, const json_t *settings)
{
	json_t *bandwidth = json_object();
	double asked = run_rates_asked(settings).lowest, bps = measure_bandwidth(r, bandwidth);

	if (asked)
		json_object_set_new(bandwidth, "asked_bps", json_real(asked));
	if (!bps)
		mark(record, "bandwidth not verified");
	else if (asked && (bps < asked * 2 / 3 || bps > asked * 1.05))
		mark(record, "the measured bandwidth is not the one asked for");
	json_object_set_new(record, "bandwidth", bandwidth);
}

/* ---- the workload ---- */

/* Whatever the parser, a report is an object: {"value": n}, {"lines": [..]}, or the command's own
 * JSON */
static json_t *parse_output(const char *parser, const char *text)
{
	json_t *report = NULL;
	char *end;
	double value;

	if (!strcmp(parser, "json")) {
		report = json_loads(text, 0, NULL);
		if (report && !json_is_object(report))
			report = json_pack("{s:o}", "value", report);
		return report;
	}
	value = strtod(text, &end);
	if (!strcmp(parser, "number"))
		return end != text && isfinite(value) ? json_pack("{s:f}", "value", value) : NULL;
	report = json_pack("{s:[]}", "lines");
	while (*text) {
		size_t len = strcspn(text, "\n");

		value = strtod(text, &end);
		json_array_append_new(json_object_get(report, "lines"),
				      end == text + len && len && isfinite(value)
					      ? json_real(value)
					      : json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return report;
}

static size_t command_arguments(const struct experiment *e, const char **argv, size_t n)
{
	size_t i;
	json_t *word;

	argv[n++] = "exec";
	argv[n++] = e->node;
	argv[n++] = "--";
	json_array_foreach(e->command, i, word) argv[n++] = json_string_value(word);
	argv[n] = NULL;
	return n;
}

/* A broken verdict is what this run found. Made once more until it holds, it would be hidden; what
 * failed for any other reason is no finding. Return: @report, or NULL and it is gone */
static json_t *keep_broken(json_t *record, json_t *report, const struct child_result *child)
{
	const json_t *verdict = json_object_get(report, "verdict");

	if (!json_is_false(json_object_get(verdict, "holds"))) {
		json_decref(report);
		return NULL;
	}
	mark(record, "requests were lost, or answered otherwise than without a migration");
	if (child->err && *child->err)
		json_object_set_new(record, "said", json_string(child->err));
	return report;
}

static int step_workload(struct runner *r, json_t *record, const json_t *settings)
{
	const struct experiment *e = r->experiment;
	char options[RUN_OPTIONS_MAX][RUN_OPTION_SIZE];
	const char *argv[CHILD_ARGUMENTS_MAX + 1] = {"--name", r->name};
	const char *what = e->measure ? json_string_value(e->measure) : "command";
	struct child_result child;
	json_t *report = NULL;
	size_t n = 2;
	int rc;

	if (e->measure) {
		argv[n++] = "--json";
		argv[n++] = "measure";
		argv[n++] = what;
		if (strcmp(what, "storm"))
			argv[n++] = "--quiet";
		run_workload_arguments(e, settings, options, argv, n);
	} else {
		command_arguments(e, argv, n);
	}
	note_command(record, argv);
	rc = child_run(argv, 60 + 4 * plan_seconds(e, settings), false, &child);
	if (rc == 0 && (child.status == 0 || (child.status == BATON_FAILED && e->measure)))
		report = parse_output(e->measure ? "json" : e->parser, child.out);
	if (rc == 0 && child.status)
		report = keep_broken(record, report, &child);
	if (report)
		json_object_set_new(record, "report", report);
	else if (rc == 0 && child.status == 0)
		json_object_set_new(record, "error",
				    json_sprintf("%s: its output is not %s", what, e->parser));
	else
		note_failure(record, what, rc, &child);
	if (rc == 0 && child.status == BATON_USAGE && e->measure)
		r->fatal = BATON_USAGE;
	child_free(&child);
	return report ? 0 : -1;
}

/* ---- the record ---- */

static void describe_machine(json_t *record)
{
	struct report machine = {0};

	machine_describe(&machine);
	json_object_set_new(record, "machine", json_string(machine.machine));
	json_object_set_new(record, "kernel", json_string(machine.kernel));
	json_object_set_new(record, "version", json_string(version_string));
	json_object_set_new(record, "commit", json_string(version_commit));
}

static json_t *begin_record(const struct runner *r, const json_t *run)
{
	json_t *record = json_deep_copy(run);
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	json_object_set_new(record, "experiment", json_string(r->experiment->name));
	json_object_set_new(record, "started", json_string(text));
	json_object_set_new(record, "strategy", json_string(r->experiment->strategy));
	json_object_set_new(record, "marks", json_array());
	json_object_set_new(record, "commands", json_array());
	describe_machine(record);
	return record;
}

/* What the measurement itself says of its worth, and with what it was made */
static void take_from_report(json_t *record)
{
	json_t *report = json_object_get(record, "report"), *marks, *one;
	size_t i;

	json_array_foreach(json_object_get(report, "marks"), i, one)
		json_array_append(json_object_get(record, "marks"), one);
	marks = json_object_get(report, "dataplane");
	if (marks)
		json_object_set(record, "dataplane", marks);
}

static int make_steps(struct runner *r, json_t *record, const json_t *settings)
{
	if (r->topology && step_up(r, record, settings) < 0)
		return -1;
	if (r->topology)
		step_links(r, record);
	if (r->topology && r->experiment->bandwidth)
		step_bandwidth(r, record, settings);
	if (child_interrupted())
		return -1;
	return step_workload(r, record, settings);
}

json_t *run_make(struct runner *r, const json_t *run)
{
	json_t *record = begin_record(r, run);
	double begun = clock_mono_s();

	r->skipped = false;
	runner_clean(r);
	if (make_steps(r, record, json_object_get(run, "settings")) < 0) {
		json_object_set_new(record, "status",
				    json_string(r->skipped ? "skipped" : "failed"));
	} else {
		json_object_set_new(record, "status", json_string("done"));
		take_from_report(record);
	}
	runner_clean(r);
	json_object_set_new(record, "seconds", json_real(clock_mono_s() - begun));
	return record;
}

/* What is swept is taken away, also where the topology's file has a rate of its own. */
static json_t *without_rates(const json_t *settings)
{
	json_t *ret = json_copy((json_t *)settings), *value;
	const char *knob;

	json_object_foreach((json_t *)settings, knob, value) if (is_rate(knob))
		json_object_set_new(ret, knob, json_null());
	return ret;
}

/* The best of some: what else a machine does, and its first time, only take away. */
double run_unshaped(struct runner *r, const json_t *settings, char *why, size_t size)
{
	json_t *kept = without_rates(settings), *bandwidth = json_object();
	json_t *record = json_pack("{s:[],s:[]}", "commands", "marks");
	const char *error;
	double bps = 0;

	runner_clean(r);
	if (step_up(r, record, kept) == 0)
		for (int i = 0; i < UNSHAPED_TRIES; i++)
			bps = fmax(bps, measure_bandwidth(r, bandwidth));
	runner_clean(r);
	error = json_string_value(json_object_get(record, "error"));
	if (!error)
		error = json_string_value(json_object_get(bandwidth, "error"));
	if (!bps)
		snprintf(why, size, "%s", error ? error : "iperf3 gave no figure");
	json_decref(kept);
	json_decref(bandwidth);
	json_decref(record);
	return bps;
}
