// SPDX-License-Identifier: Apache-2.0
/*
 * What the steps of two edge agents do to an application that moves as a process: one small model
 * of who runs, who is stopped and whose gate is open. Whatever is asked of it in whatever order, it
 * insists that never two can be reached, that nothing is killed before the other serves, and that
 * nothing is thawed after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/daemon.h"
#include "tests/unit/manager_peers.h"

enum { MEMORY = 64 << 20, US = 1000 };

static struct peer_edge *other_edge(const struct peer_edge *e)
{
	return &e->peers->edge[e == &e->peers->edge[0]];
}

static int index_of(const struct peer_edge *e)
{
	return e == &e->peers->edge[1];
}

static uint64_t number_of(const char *step)
{
	const char *dot = strchr(step, '.');

	return dot ? strtoul(dot + 1, NULL, 10) : 0;
}

static json_t *survey(struct peer_edge *e)
{
	json_t *j =
		json_pack("{s:{s:s, s:b}, s:s, s:[s, s], s:i, s:I, s:i, s:[i], s:[], s:s, s:{s:b, "
			  "s:b}}",
			  "criu", "version", "3.17.1", "sound", true, "kernel", "6.1.0-44", "cpu",
			  "sse2", "avx", "memory_free", 2 * MEMORY, "disk_free",
			  (json_int_t)8 * MEMORY, "memory", MEMORY, "pids", 20100, "pids_taken",
			  "image", "1", "layers", "base", true, "application", true);

	json_object_set_new(j, "wan_address",
			    json_string(index_of(e) ? "10.120.1.2" : "10.120.1.1"));
	json_object_set_new(j, "cooperative",
			    json_pack("{s:b, s:s}", "supported", true, "why", ""));
	json_object_update(j, e->peers->play.survey[index_of(e)]);
	return j;
}

static json_t *pre_dump(struct peer_edge *e, const char *step, const json_t *args)
{
	const struct peer_process_play *play = &e->peers->play;
	unsigned round = (unsigned)number_of(step);
	unsigned bytes =
		play->bytes[round - 1] ? play->bytes[round - 1] : (unsigned)MEMORY >> (4 * round);
	unsigned pages = play->pages[round - 1] ? play->pages[round - 1] : bytes >> 12;
	char hash[16];
	json_t *outcome;

	assert_int_equal(e->process.life, LIFE_RUNNING);
	snprintf(hash, sizeof hash, "%u", play->alike && round > play->alike ? play->alike : round);
	outcome = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:s}", "bytes", (int)bytes, "pages",
			    (int)pages, "frozen_us", 20 * US, "memory_us", 12 * US, "write_us",
			    8 * US, "us", 100 * US, "hash", hash);
	if (json_object_get(args, "to")) /* a page server's */
		json_object_set_new(outcome, "wire_bytes", json_integer(bytes + 500));
	return outcome;
}

static json_t *dump(struct peer_edge *e, const json_t *args)
{
	const char *leave = json_string_value(json_object_get(args, "leave"));

	assert_int_equal(e->process.life, LIFE_RUNNING);
	assert_non_null(leave);
	e->process.images = 1;
	if (strcmp(leave, "running") == 0)
		return json_pack("{s:i}", "bytes", MEMORY);
	e->process.life = LIFE_STOPPED;
	e->process.open = false;
	return json_pack("{s:i, s:i, s:i, s:i, s:I}", "bytes", MEMORY, "frozen_us", 200 * US,
			 "memory_us", 150 * US, "write_us", 40 * US, "gate_closed_ns",
			 (json_int_t)clock_now_ns() - 300000000);
}

static void check_to(const json_t *args)
{
	const json_t *to = json_object_get(args, "to");

	assert_string_equal(json_string_value(json_object_get(to, "address")), "10.120.1.2");
	assert_int_equal(json_integer_value(json_object_get(to, "port")), 9000);
	assert_string_equal(json_string_value(json_object_get(to, "key")), "00112233");
}

static json_t *send_to(struct peer_edge *e, const json_t *args)
{
	const char *what = json_string_value(json_object_get(args, "what"));

	check_to(args);
	assert_true(other_edge(e)->process.receiving);
	if (strcmp(what, "image") == 0) {
		assert_int_equal(e->process.images, 1);
		other_edge(e)->process.images = 1;
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:i}", "bytes", 1000, "wire_bytes", 900,
			 "interface_bytes", 950, "us", 100, "cpu_us", 7);
}

static void bring(struct peer_edge *e, const char *migration)
{
	e->process.life = LIFE_INCOMING;
	snprintf(e->process.incoming, sizeof e->process.incoming, "%s", migration);
}

static json_t *restore(struct peer_edge *e, const char *migration)
{
	assert_int_equal(e->process.images, 1);
	bring(e, migration);
	e->process.stale = false;
	return json_pack("{s:i, s:I}", "pid", 20100, "answered_ns", (json_int_t)clock_now_ns());
}

/* Where the UE's traffic goes */
static const char *primary_dnai(const struct peers *p)
{
	return p->primary ? p->session[p->primary].dnai : "";
}

static json_t *open_gate(struct peer_edge *e)
{
	assert_int_equal(e->process.life, LIFE_INCOMING);
	assert_false(other_edge(e)->process.open);
	if (!e->process.open) /* else it was before, and its agent is told */
		assert_string_equal(primary_dnai(e->peers), e->dnai);
	e->process.life = LIFE_RUNNING;
	e->process.open = true;
	other_edge(e)->process.stale = true;
	return json_pack("{s:I}", "opened_ns", (json_int_t)clock_now_ns());
}

static json_t *finish(struct peer_edge *e)
{
	assert_true(e->process.life == LIFE_STOPPED || e->process.life == LIFE_ABSENT);
	assert_true(other_edge(e)->process.open || e->process.stale ||
		    e->process.life == LIFE_ABSENT);
	e->process.life = LIFE_ABSENT;
	e->process.images = 0;
	return json_object();
}

/* What another one brought isn't its to end. */
static json_t *drop(struct peer_edge *e, const char *migration)
{
	assert_false(e->process.open);
	if (e->process.life == LIFE_INCOMING && strcmp(e->process.incoming, migration) != 0)
		return json_object();
	e->process.life = LIFE_ABSENT;
	e->process.receiving = false;
	e->process.images = 0;
	return json_object();
}

static json_t *thaw(struct peer_edge *e)
{
	assert_false(other_edge(e)->process.open);
	assert_false(e->process.stale);
	assert_true(e->process.life == LIFE_STOPPED || e->process.life == LIFE_RUNNING);
	e->process.life = LIFE_RUNNING;
	e->process.open = true;
	e->process.images = 0;
	return json_object();
}

static json_t *settle(struct peer_edge *e)
{
	assert_true(e->process.open || e->process.life == LIFE_ABSENT); /* or lost */
	e->process.receiving = false;
	e->process.images = 0;
	return json_object();
}

static json_t *drain(struct peer_edge *e)
{
	assert_true(e->process.open);
	assert_int_equal(other_edge(e)->process.life, LIFE_STOPPED);
	return json_pack("{s:i, s:i, s:i}", "bytes", MEMORY, "interface_bytes", MEMORY, "us",
			 400 * US);
}

/* ---- an application that moves itself ---- */

static json_t *push(struct peer_edge *e, const json_t *args)
{
	check_to(args);
	assert_int_equal(e->process.life, LIFE_RUNNING);
	assert_int_equal(other_edge(e)->process.life, LIFE_INCOMING);
	return json_pack("{s:[{s:i, s:i}], s:i}", "rounds", "round", 1, "bytes", MEMORY, "rate_bps",
			 200000000);
}

/* Requests were brought to the destination before, and it serves from this on. */
static json_t *commit(struct peer_edge *e, const char *migration)
{
	struct peer_edge *there = other_edge(e);
	struct peer_process_step *join = process_step_find(there, migration, "join");
	enum peer_doubt doubt = e->peers->play.doubt;
	json_int_t now = (json_int_t)clock_now_ns();

	assert_string_equal(primary_dnai(e->peers), there->dnai);
	assert_int_equal(e->process.life, LIFE_RUNNING);
	assert_int_equal(there->process.life, LIFE_INCOMING);
	assert_false(there->process.open);
	assert_non_null(join);
	e->process.life = doubt ? LIFE_STOPPED : LIFE_ABSENT;
	e->process.open = false;
	if (doubt != DOUBT_STAYED) {
		there->process.open = true;
		join->polls = 0;
		join->outcome = json_pack("{s:I}", "decided_ns", now);
	}
	return json_pack("{s:s, s:I, s:i, s:i, s:i, s:i}", "state", doubt ? "undecided" : "left",
			 "frozen_ns", now - 900000, "scan_us", 100, "last_us", 500, "bytes",
			 MEMORY + 8192, "last_bytes", 8192);
}

/* The destination's word: the source is either gone for good or may go on. */
static json_t *fence(struct peer_edge *e)
{
	return json_pack("{s:b}", "serves", e->process.open);
}

static json_t *join(struct peer_edge *e, const char *migration)
{
	assert_int_equal(e->process.life, LIFE_ABSENT);
	bring(e, migration);
	e->process.receiving = true;
	return NULL;
}

static json_t *do_cooperative_step(struct peer_edge *e, const char *migration, const char *step,
				   const json_t *args)
{
	if (process_step_is(step, "join"))
		return join(e, migration);
	if (process_step_is(step, "push"))
		return push(e, args);
	if (process_step_is(step, "commit"))
		return commit(e, migration);
	return fence(e);
}

static bool is_cooperative(const char *step)
{
	return process_step_is(step, "join") || process_step_is(step, "push") ||
	       process_step_is(step, "commit") || process_step_is(step, "fence");
}

/* ---- replay: what it has of its own ---- */

static json_t *suspend(struct peer_edge *e)
{
	assert_int_equal(other_edge(e)->process.life, LIFE_INCOMING);
	e->process.life = LIFE_STOPPED;
	e->process.open = false;
	return json_object();
}

/* The one decision: from here on it is the destination that serves. */
static json_t *cut(struct peer_edge *e)
{
	assert_int_equal(other_edge(e)->process.life, LIFE_STOPPED);
	assert_int_equal(e->process.life, LIFE_INCOMING);
	assert_string_equal(primary_dnai(e->peers), e->dnai);
	e->process.open = true;
	return json_pack("{s:I}", "serve_ns", (json_int_t)clock_now_ns());
}

static json_t *do_replay_step(struct peer_edge *e, const char *step)
{
	static const char *const plain[] = {"forward", "divert", "pause", "replay"};

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (process_step_is(step, plain[i]))
			return json_pack("{s:I}", "pause_ns", (json_int_t)clock_now_ns());
	if (process_step_is(step, "suspend"))
		return suspend(e);
	if (process_step_is(step, "cut"))
		return cut(e);
	if (process_step_is(step, "unforward"))
		return fence(e);
	assert_string_equal(step, "settle");
	return settle(e);
}

json_t *process_step_do(struct peer_edge *e, const char *migration, const char *step,
			const json_t *args)
{
	if (is_cooperative(step))
		return do_cooperative_step(e, migration, step, args);
	if (process_step_is(step, "survey"))
		return survey(e);
	if (process_step_is(step, "predump"))
		return pre_dump(e, step, args);
	if (process_step_is(step, "dump"))
		return dump(e, args);
	if (process_step_is(step, "send"))
		return send_to(e, args);
	if (process_step_is(step, "restore"))
		return restore(e, migration);
	if (process_step_is(step, "open"))
		return open_gate(e);
	if (process_step_is(step, "finish"))
		return finish(e);
	if (process_step_is(step, "drop"))
		return drop(e, migration);
	if (process_step_is(step, "thaw"))
		return thaw(e);
	if (process_step_is(step, "drain"))
		return drain(e);
	return do_replay_step(e, step);
}
