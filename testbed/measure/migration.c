// SPDX-License-Identifier: Apache-2.0
/* `baton measure migration` from beginning to end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/version.h"
#include "testbed/measure/documents.h"
#include "testbed/measure/machine.h"
#include "testbed/measure/migration_stage.h"
#include "testbed/topology_workload.h"

/* ---- before the first request ---- */

/* Answers of a generator prove nothing. */
static int check_workload(const struct migration_stage *st)
{
	if (!workload_find(st->process->workload)->kind)
		return 0;
	complain("--app %s: its workload is %s; expected one that answers requests: ledger, "
		 "ledger-split or frames",
		 st->process->name, st->process->workload);
	return -EINVAL;
}

static int find_process(struct migration_stage *st)
{
	const struct topology *t = st->s.place.topology;

	for (size_t i = 0; i < t->process_count; i++) {
		if (st->o.app && strcmp(st->o.app, t->process[i].name) != 0)
			continue;
		st->process = &t->process[i];
		return check_workload(st);
	}
	complain("topology %s has no application%s%s%s that moves as a process; expected one with "
		 "a `workload`",
		 st->s.place.run.name, st->o.app ? " '" : "", st->o.app ? st->o.app : "",
		 st->o.app ? "'" : "");
	return -EINVAL;
}

static void fill_options(struct migration_stage *st)
{
	struct measure_options *m = &st->s.options;

	m->ue = st->o.ue;
	m->out = st->o.out;
	m->json = st->o.json;
	m->quiet = st->o.quiet;
}

static int prepare(struct migration_stage *st)
{
	struct session *s = &st->s;
	int r = session_folder(s);

	if (r == 0)
		r = find_process(st);
	if (r == 0)
		r = s->lock = place_lock(&s->place, s->place.ue);
	if (r >= 0)
		r = place_manager(&s->place, &s->client);
	if (r == 0)
		r = migration_find(st);
	if (r == 0)
		place_describe(&s->place, &s->client, &s->report);
	return r;
}

static int measure(struct migration_stage *st)
{
	int r, ended;

	st->began_ns = clock_now_ns();
	if (st->o.link)
		migration_links(st);
	r = migration_client_start(st);
	if (r == 0)
		r = migration_move_all(st);
	ended = migration_client_finish(st);
	return r < 0 ? r : ended;
}

/* ---- what is told ---- */

static json_t *load_json(const struct migration_options *o)
{
	static const char *const kinds[] = {
		[LOAD_RATE] = "rate", [LOAD_BURST] = "burst", [LOAD_CLOSED] = "closed"};

	return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I}", "kind", kinds[o->load], "rate", o->rate,
			 "tcp", o->tcp, "body", (json_int_t)o->body, "resend_ms",
			 (json_int_t)o->resend_ms, "pause_ms", (json_int_t)o->pause_ms);
}

/* Edges that have the application layer from up on */
static json_t *layered_json(const struct topology *t, const struct topo_process *p)
{
	json_t *edges = json_array();

	for (unsigned i = 0; p->application_bytes && p->layered && i < t->node_count; i++)
		if (p->layered[i])
			json_array_append_new(edges, json_string(t->node[i].name));
	return edges;
}

static json_t *model_json(const struct topology *t, const struct topo_process *p)
{
	json_t *model = json_pack("{s:I, s:I, s:I, s:f, s:I, s:I, s:I}", "heap",
				  (json_int_t)p->heap, "read", (json_int_t)p->read, "write",
				  (json_int_t)p->write, "compressible", p->compressible, "work_us",
				  (json_int_t)p->work_us, "base", (json_int_t)p->base_bytes,
				  "application", (json_int_t)p->application_bytes);

	json_object_set_new(model, "application_at", layered_json(t, p));
	return model;
}

static json_t *strategies_json(const struct migration_options *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->strategy_count; i++)
		json_array_append_new(list, json_string(o->strategy[i]));
	return list;
}

/* What makes figures less than they seem */
static json_t *marks_json(const struct migration_stage *st)
{
	json_t *marks = json_array(), *link;
	size_t i;

	if (st->s.report.emulated)
		json_array_append_new(marks, json_string("made under TCG, in software: only ratios "
							 "mean anything"));
	json_array_foreach(st->links, i, link)
	{
		double asked = migration_number(link, "asked_bps"),
		       bps = migration_number(link, "measured_bps");

		if (asked > 0 && !(bps >= asked * 2 / 3 && bps <= asked * 1.05))
			json_array_append_new(
				marks,
				json_sprintf(
					"from %s to %s %.4g Mbit/s were measured, %.4g asked for",
					json_string_value(json_object_get(link, "from")),
					json_string_value(json_object_get(link, "to")), bps / 1e6,
					asked / 1e6));
	}
	if (session_interrupted())
		json_array_append_new(marks, json_string("interrupted"));
	return marks;
}

static int add_samples(const struct migration_stage *st, json_t *document)
{
	json_t *samples = json_array(), *returns = json_array(), *kept;
	size_t i;

	json_object_set_new(document, "samples", samples);
	json_object_set_new(document, "returns", returns);
	json_array_foreach(st->records, i, kept)
	{
		const char *from = json_string_value(json_object_get(kept, "from"));
		json_t *sample = migration_sample(json_object_get(kept, "record"), from,
						  migration_link_from(st, from), &st->requests);

		if (!sample)
			return -ENOMEM;
		if (st->o.reference_bps > 0)
			migration_refer(sample, st->o.reference_bps);
		json_array_append_new(
			json_is_true(json_object_get(kept, "counts")) ? samples : returns, sample);
	}
	migration_ways(document);
	return 0;
}

static json_t *document_of(const struct migration_stage *st)
{
	const struct report *r = &st->s.report;
	const struct topology *t = st->s.place.topology;
	json_t *d = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:s, s:s, s:I}",
		"measurement", "migration", "version", version_string, "commit", version_commit,
		"machine", r->machine, "kernel", r->kernel, "emulated", r->emulated, "topology",
		t->name, "running", st->s.place.run.name, "dataplane", "upf", r->dataplane_upf,
		"gnb", r->dataplane_gnb, "app", st->process->name, "workload",
		st->process->workload, "ue", t->node[st->s.place.ue].name, "mode", st->o.mode,
		"began_ns", (json_int_t)st->began_ns);

	json_object_set_new(d, "strategies", strategies_json(&st->o));
	json_object_set(d, "process", st->o.process ? st->o.process : json_null());
	json_object_set_new(d, "load", load_json(&st->o));
	if (st->o.reference_bps > 0)
		json_object_set_new(d, "reference_bps", json_real(st->o.reference_bps));
	json_object_set_new(d, "model", model_json(t, st->process));
	json_object_set(d, "link", st->links);
	json_object_set_new(d, "verdict",
			    migration_verdict(st->summary, &st->requests, st->client.whole));
	json_object_set_new(d, "waits", migration_waits(&st->requests, st->began_ns));
	json_object_set_new(d, "marks", marks_json(st));
	if (add_samples(st, d) == 0)
		return d;
	json_decref(d);
	return NULL;
}

/* Return: 0 when what was told is good, too */
static int tell(struct migration_stage *st)
{
	json_t *d = document_of(st), *list;
	const json_t *holds = json_object_get(json_object_get(d, "verdict"), "holds");
	bool good = json_is_true(holds);
	int r;

	if (!d)
		return -ENOMEM;
	list = json_pack("[O]", d);
	r = documents_tell(list, &migration_documents, st->o.out, st->o.json);
	if (json_is_false(holds))
		complain("requests were lost, or answered otherwise than the service would have: "
			 "see the verdict");
	else if (!good)
		complain("whether every request was answered is not known");
	json_decref(list);
	json_decref(d);
	return r < 0 ? r : good ? 0 : -EBADMSG;
}

/* ---- from beginning to end ---- */

static int run(struct migration_stage *st)
{
	int status = place_find_ue(&st->s.place, st->ctx, st->o.ue), r;

	if (status != BATON_OK)
		return status;
	session_catch_interrupt();
	r = prepare(st);
	if (r < 0)
		return session_interrupted() ? BATON_INTERRUPTED : BATON_FAILED;
	r = measure(st);
	if (st->requests.count || json_array_size(st->records)) {
		int told = tell(st);

		r = r < 0 ? r : told;
	}
	migration_client_done(st);
	if (session_interrupted())
		return BATON_INTERRUPTED;
	return st->failed ? st->failed : r < 0 ? BATON_FAILED : BATON_OK;
}

static int run_stage(struct migration_stage *st)
{
	int status;

	fill_options(st);
	st->links = json_array();
	st->records = json_array();
	st->edges = calloc(1, sizeof *st->edges);
	status = st->edges ? run(st) : BATON_FAILED;
	free(st->edges);
	json_decref(st->links);
	json_decref(st->records);
	json_decref(st->summary);
	requests_done(&st->requests);
	report_done(&st->s.report);
	if (st->s.lock >= 0)
		close(st->s.lock);
	place_done(&st->s.place);
	return status;
}

int measure_migration_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct migration_stage st = {.s.lock = -1, .ctx = ctx, .o.json = ctx->json};
	int status;

	if (migration_options_read(&st.o, argc, argv) < 0) {
		complain("%s", st.o.error);
		status = BATON_USAGE;
	} else if (st.o.help) {
		fputs(migration_usage, stdout);
		status = BATON_OK;
	} else {
		status = st.o.draw ? documents_draw(&migration_documents, st.o.draw_file, st.o.draw,
						    st.o.out, st.o.json)
				   : run_stage(&st);
	}
	migration_options_done(&st.o);
	return status;
}
