// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure storm`: many UEs are switched at once, each under a probe stream of its own. Every
 * switch is worked out from the packets around it, as one alone is; beyond that it is told how long
 * they took together and what processor time the control plane's daemons spent on them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/measure/session.h"
#include "testbed/measure/storm.h"

enum {
	PAUSE_MS = 130, /* before each round: windows begin 100 ms before T0 */
	NOISE_WINDOWS = 3,
	POLL_MS = 20,
	TIMEOUT_MS = 60000, /* beyond the hold, for all migrations of a round */
	COMPLAINTS_MAX = 5  /* a round */
};

/* ---- the UEs ---- */

static void storm_done(struct storm *storm)
{
	for (size_t i = 0; storm->ue && i < storm->count; i++)
		if (storm->ue[i].lock >= 0)
			close(storm->ue[i].lock);
	free(storm->ue);
}

static int choose_ues(struct session *s, struct storm *storm)
{
	const struct topology *t = s->place.topology;
	size_t have = topology_count(t, TOPO_UE), wanted = s->options.ues ? s->options.ues : have;

	if (wanted > have) {
		complain("--ues: topology %s has %zu UE%s, found %zu; more of them: `count` at a "
			 "node of kind ue",
			 s->place.run.name, have, have == 1 ? "" : "s", wanted);
		return -EINVAL;
	}
	storm->ue = calloc(wanted, sizeof *storm->ue);
	if (!storm->ue)
		return -ENOMEM;
	for (unsigned i = 0; i < t->node_count && storm->count < wanted; i++)
		if (t->node[i].kind == TOPO_UE)
			storm->ue[storm->count++] =
				(struct storm_ue){.node = i, .supi = t->node[i].supi, .lock = -1};
	return 0;
}

static int prepare_ue(struct session *s, struct storm_ue *ue, size_t index)
{
	ue->lock = place_lock(&s->place, ue->node);
	if (ue->lock < 0)
		return ue->lock;
	return session_await_agents(s, index, ue->node, ue->at, sizeof ue->at);
}

static int prepare(struct session *s, struct storm *storm)
{
	int r = session_folder(s);

	if (r == 0)
		r = choose_ues(s, storm);
	if (r == 0)
		r = session_prepare(s, storm->count, storm->count * s->options.rounds);
	if (r == 0)
		r = place_manager(&s->place, &s->client);
	for (size_t i = 0; i < storm->count && r == 0 && !session_interrupted(); i++)
		r = prepare_ue(s, &storm->ue[i], i);
	if (r < 0 || session_interrupted())
		return r < 0 ? r : -EINTR;
	s->report.mode[0].wanted = storm->count * s->options.rounds;
	place_describe(&s->place, &s->client, &s->report);
	return 0;
}

static int begin(struct session *s, const struct storm *storm)
{
	unsigned *nodes = calloc(storm->count, sizeof *nodes);
	int r = nodes ? 0 : -ENOMEM;

	for (size_t i = 0; nodes && i < storm->count; i++) {
		nodes[i] = storm->ue[i].node;
		s->report.run[i].began_ns = clock_now_ns();
	}
	if (r == 0)
		r = place_probes(&s->place, nodes, storm->count, s->report.interval_ns, s->ssid,
				 &s->probe);
	if (r < 0)
		complain("probes can't be sent: %s", strerror(-r));
	free(nodes);
	return r;
}

/* ---- one round ---- */

static const char *other_edge(const struct probe_run *run, const char *at)
{
	for (size_t e = 0; e < run->edge_count; e++)
		if (strcmp(run->edge_name[e], at) != 0)
			return run->edge_name[e];
	return at;
}

static int ask_all(struct session *s, struct storm *storm, size_t round)
{
	for (size_t i = 0; i < storm->count; i++) {
		struct storm_ue *ue = &storm->ue[i];

		ue->destination = other_edge(&s->report.run[i], ue->at);
		ue->migration[0] = ue->error[0] = '\0';
		snprintf(ue->key, sizeof ue->key, "storm-%u-%" PRIu64 "-%zu-%zu", s->ssid,
			 s->report.time_ns, round, i);
	}
	return storm_ask(s, storm);
}

/* All at once, so that the manager isn't kept busy with answering: its counter of ended migrations.
 * A manager that is started again counts anew: then each migration is asked for (await_record). */
static void await_all(struct session *s, const struct storm *storm, double ended_before)
{
	uint64_t deadline = deadline_in(TIMEOUT_MS + s->options.hold_ms);
	double ended = ended_before, latest = ended_before;

	pause_ms(s->options.hold_ms);
	while (ended < ended_before + (double)storm->accepted && clock_mono_ns() < deadline &&
	       place_is_up(&s->place)) {
		pause_ms(POLL_MS);
		ended = client_metric(&s->client, s->client.manager,
				      "baton_migrations_ended_total");
		if (!(ended >= latest))
			return;
		latest = ended;
	}
}

static json_t *await_record(struct session *s, const char *id)
{
	uint64_t deadline = deadline_in(TIMEOUT_MS);

	for (;;) {
		json_t *migration = client_migration(&s->client, id);

		if (migration && client_has_ended(migration))
			return migration;
		json_decref(migration);
		if (clock_mono_ns() > deadline || !place_is_up(&s->place))
			return NULL;
		pause_ms(RETRY_MS);
	}
}

/* Hundreds may fail for one reason */
static void complain_of(const struct session *s, struct storm *storm, const struct storm_ue *ue,
			const char *why)
{
	if (storm->failed++ < COMPLAINTS_MAX)
		complain("%s: %s", s->place.topology->node[ue->node].name, why);
}

static void note_ue(struct session *s, struct storm *storm, struct storm_ue *ue,
		    struct switch_event *event)
{
	json_t *migration = ue->migration[0] ? await_record(s, ue->migration) : NULL;

	snprintf(event->migration, sizeof event->migration, "%s", ue->migration);
	if (migration)
		session_note_end(event, migration, s->options.hold_ms);
	else
		snprintf(event->state, sizeof event->state,
			 ue->migration[0] ? "unknown" : "refused");
	if (event->ok)
		snprintf(ue->at, sizeof ue->at, "%s", ue->destination);
	else
		complain_of(s, storm, ue,
			    migration	       ? event->cause
			    : ue->migration[0] ? "no end of its migration was seen"
					       : ue->error);
	json_decref(migration);
}

static void note_all(struct session *s, struct storm *storm, size_t round)
{
	storm->failed = 0;
	for (size_t i = 0; i < storm->count; i++) {
		struct switch_event *event = &s->report.event[i * s->options.rounds + round];

		*event = (struct switch_event){
			.ue = i, .asked_ns = storm->began_ns, .setup_us = NAN};
		note_ue(s, storm, &storm->ue[i], event);
	}
	if (storm->failed > COMPLAINTS_MAX)
		complain("and %zu more UEs; report.json has the cause of each",
			 storm->failed - COMPLAINTS_MAX);
}

static void show_round(const struct session *s, const struct storm *storm, size_t round)
{
	uint64_t last = 0;
	size_t done = 0;

	for (size_t i = 0; i < storm->count; i++) {
		const struct switch_event *e = &s->report.event[i * s->options.rounds + round];

		done += e->ok;
		if (e->ok && e->switched_ns > last)
			last = e->switched_ns;
	}
	session_progress(s, "  round %zu of %" PRIu64 ": %zu of %zu UEs switched", round + 1,
			 s->options.rounds, done, storm->count);
	if (done)
		session_progress(s, ", the last %.0f ms after the first request",
				 (double)(last - storm->began_ns) / 1e6);
	session_progress(s, "\n");
}

static int round_once(struct session *s, struct storm *storm, size_t round)
{
	double ended = client_metric(&s->client, s->client.manager, "baton_migrations_ended_total");
	int r;

	pause_ms(PAUSE_MS);
	storm_cpu_begin(s, storm);
	r = ask_all(s, storm, round);
	if (r == 0)
		await_all(s, storm, isnan(ended) ? 0 : ended);
	storm_cpu_end(s, storm);
	note_all(s, storm, round);
	s->report.storm.rounds = round + 1;
	session_fetch(s);
	show_round(s, storm, round);
	if (r == 0 && probe_trouble(s->probe)) {
		complain("%s; ending here", probe_trouble(s->probe));
		r = -EIO;
	}
	return r < 0 ? r : storm->accepted < storm->count ? -EIO : 0;
}

/* Interrupted, or at an end early: what is there is moved together, so that each UE's follow one
 * another. */
static void close_ranks(struct session *s, size_t rounds)
{
	size_t n = 0;

	for (size_t u = 0; u < s->report.run_count; u++)
		for (size_t k = 0; k < rounds; k++)
			s->report.event[n++] = s->report.event[u * s->options.rounds + k];
	s->report.event_count = n;
}

static int measure(struct session *s, struct storm *storm)
{
	int r = begin(s, storm);
	json_t *before;

	if (r < 0)
		return r;
	before = session_look_around(s);
	storm_cpu_idle_begin(s, storm);
	session_listen(s, NOISE_WINDOWS);
	storm_cpu_idle_end(s, storm);
	for (size_t k = 0; k < s->options.rounds && r == 0 && !session_interrupted(); k++)
		r = round_once(s, storm, k);
	close_ranks(s, s->report.storm.rounds);
	pause_ms(PAUSE_MS);
	session_drain(s, before);
	return r;
}

int storm_run(struct session *s)
{
	struct storm storm = {0};
	int status;

	session_catch_interrupt();
	if (prepare(s, &storm) == 0)
		status = session_finish(s, measure(s, &storm));
	else
		status = session_interrupted() ? BATON_INTERRUPTED : BATON_FAILED;
	storm_done(&storm);
	return status;
}
