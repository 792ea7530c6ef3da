// SPDX-License-Identifier: Apache-2.0
/*
 * Moving a process: pre-copy in rounds, while it runs (003 algorithm 1, 002, 000). A round is a
 * pre-dump and its transfer; the criterion is asked after each. All rounds are one step of the
 * engine: after a restart of the manager it begins again from the first, and meets rounds that are
 * done.
 */
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/strategies/process.h"

static void begin_round(struct migration *m);

static json_t *rounds_of(const struct migration *m)
{
	return json_object_get(process_details(m), "rounds");
}

static unsigned rounds_done(const struct migration *m)
{
	return (unsigned)json_array_size(rounds_of(m));
}

void process_add_previous(const struct migration *m, json_t *args)
{
	if (rounds_done(m))
		json_object_set_new(args, "previous", json_integer((json_int_t)rounds_done(m)));
}

static json_t *last_round(const struct migration *m)
{
	return json_array_get(rounds_of(m), rounds_done(m) - 1);
}

/* ---- one after another ---- */

static size_t read_rounds(const struct migration *m, struct round *rounds)
{
	const json_t *each;
	size_t i, count = 0;

	json_array_foreach(rounds_of(m), i, each)
	{
		struct round *r = &rounds[count++];

		*r = (struct round){.begun_ns = json_u64(each, "begun_ns"),
				    .bytes = json_u64(each, "bytes"),
				    .pages = json_u64(each, "pages"),
				    .rate_bps = json_u64(each, "rate_bps"),
				    .sent_bytes = json_u64(each, "wire_bytes"),
				    .sent_us = json_u64(each, "sent_us")};
		snprintf(r->hash, sizeof r->hash, "%s", json_text(each, "hash"));
	}
	return count;
}

/* From begin to begin, but not before the round before has been sent. */
static void wait_for_next(struct migration *m)
{
	uint64_t pause = criterion_interval_ms(&m->request.process, rounds_done(m));
	uint64_t since = clock_now_ns(), begun = json_u64(last_round(m), "begun_ns");
	uint64_t passed = begun && since > begun ? (since - begun) / 1000000 : 0;
	uint64_t left = passed < pause ? pause - passed : 0;

	engine_step_extend(m, left);
	if (left)
		engine_step_sleep(m, left, begin_round);
	else
		begin_round(m);
}

static void decide(struct migration *m)
{
	const struct process_options *o = &m->request.process;
	struct round rounds[PROCESS_ROUNDS_MAX];
	size_t count = read_rounds(m, rounds);
	const char *why;
	enum verdict verdict = criterion_decide(o, rounds, count, &why);

	if (o->criterion == CRITERION_DIRTY_RATE)
		process_set(m, "threshold_bps", criterion_threshold(o, rounds, count));
	if (verdict == VERDICT_ANOTHER) {
		wait_for_next(m);
		return;
	}
	json_object_set_new(process_details(m), "stopped_by", json_string(why));
	if (verdict == VERDICT_STOP)
		engine_step_done(m, NULL);
	else
		engine_step_failed(m, "NOT_CONVERGED",
				   "criterion '%s' was not met in %zu rounds, the last of which "
				   "had %llu bytes",
				   process_criterion_name(o), count,
				   (unsigned long long)rounds[count - 1].bytes);
}

/* ---- a round: pre-dump ---- */

static json_t *round_json(const struct migration *m, const json_t *answer)
{
	static const char *const names[] = {"bytes",	 "pages",     "pages_skipped",
					    "frozen_us", "memory_us", "write_us",
					    "us",	 "hash"};
	const json_t *figures = process_figures(answer);
	uint64_t begun = json_u64(answer, "begun_ns"), before = json_u64(last_round(m), "begun_ns"),
		 passed = before && begun > before ? begun - before : 0;
	json_t *round = json_pack("{s:i, s:I}", "round", (int)rounds_done(m) + 1, "begun_ns",
				  (json_int_t)begun);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		json_object_set(round, names[i], json_object_get(figures, names[i]));
	if (passed) {
		double bits = (double)json_u64(figures, "bytes") * 8e9 / (double)passed;

		json_object_set_new(round, "interval_us", json_integer((json_int_t)passed / 1000));
		json_object_set_new(round, "rate_bps", json_integer((json_int_t)bits));
	}
	return round;
}

/* @us: how long it was on its way */
static void note_sent(struct migration *m, const json_t *answer, uint64_t us)
{
	static const char *const names[] = {"interface_bytes", "interface_received", "cpu_us"};
	const json_t *figures = process_figures(answer);
	json_t *round = last_round(m);
	uint64_t begun = json_u64(answer, "begun_ns"), ended = json_u64(answer, "ended_ns");

	if (!us && ended > begun)
		us = (ended - begun) / 1000;
	json_object_set(round, "wire_bytes", json_object_get(figures, "wire_bytes"));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		json_object_set(round, names[i], json_object_get(figures, names[i]));
	json_object_set_new(round, "sent_us", json_integer((json_int_t)us));
	process_count_sent(m, "rounds", answer);
}

static void sent(struct migration *m, const json_t *answer)
{
	note_sent(m, answer, json_u64(process_figures(answer), "us"));
	decide(m);
}

static void send_round(struct migration *m, const json_t *receiver)
{
	char name[16];

	snprintf(name, sizeof name, "%u", rounds_done(m));
	process_ask_numbered(m, PARTICIPANT_SOURCE_EDGE, "send", rounds_done(m),
			     process_send_args(m, "round", name, receiver), sent);
}

static void pre_dumped(struct migration *m, const json_t *answer)
{
	json_t *round = round_json(m, answer);

	json_array_append_new(rounds_of(m), round);
	if (!process_get(m, "rounds_ns"))
		process_set(m, "rounds_ns", json_u64(answer, "begun_ns"));
	if (m->request.process.transfer == TRANSFER_PAGE_SERVER) {
		/* its pages alone: freezing it and looking through its memory uses no link */
		note_sent(m, answer, json_u64(process_figures(answer), "write_us"));
		decide(m);
	} else {
		process_receiver(m, send_round);
	}
}

static json_t *pre_dump_args(const struct migration *m)
{
	json_t *args = json_pack("{s:s}", "tcp", process_tcp_name(&m->request.process));

	process_add_previous(m, args);
	return args;
}

static void pre_dump_to(struct migration *m, const json_t *receiver)
{
	json_t *args = pre_dump_args(m);
	char step[24];

	if (receiver)
		json_object_set_new(args, "to", process_to(receiver));
	snprintf(step, sizeof step, "predump.%u", rounds_done(m) + 1);
	process_ask_long(m, PARTICIPANT_SOURCE_EDGE, step, args, receiver ? PROCESS_PAGES_MS : 0,
			 pre_dumped);
}

void process_page_receiver(struct migration *m, process_done done)
{
	json_t *args = json_pack("{s:s}", "mode", "page-server");
	char step[24];

	snprintf(step, sizeof step, "receive.%u", rounds_done(m) + 1);
	process_add_previous(m, args);
	process_ask_until(m, PARTICIPANT_DESTINATION_EDGE, step, args, "port", done);
}

static void begin_round(struct migration *m)
{
	if (m->request.process.transfer == TRANSFER_PAGE_SERVER)
		process_page_receiver(m, pre_dump_to);
	else
		pre_dump_to(m, NULL);
}

void process_rounds(struct migration *m)
{
	json_t *details = process_details(m);

	/* What a manager before this one had counted is met again. */
	json_object_set_new(details, "rounds", json_array());
	json_object_del(details, "bytes");
	json_object_del(details, "cpu_us");
	begin_round(m);
}

const struct step process_pre_copy[] = {
	PROCESS_STEP("rounds", MIGRATION_SYNCHRONISING, PROCESS_CRIU_MS, process_rounds),
	{0},
};
