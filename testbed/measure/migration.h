/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `baton measure migration`: what it costs the users of a service that its process moves. A
 * service-client (docs/processes.md) runs in the UE's node the whole time; the manager moves the
 * process to and fro. What is found is one JSON document, from which table, CSV and pictures are
 * made, so that they can be made again later and of several measurements together.
 *
 * Read in this order: requests.h (what the client saw), migration_options.c, migration_sample.c (of
 * one migration), migration_document.c (of all), migration_stage.h with what runs them,
 * migration_table.c, migration_svg.c, migration_files.c.
 */
#ifndef BATON_MEASURE_MIGRATION_H
#define BATON_MEASURE_MIGRATION_H

#include <jansson.h>
#include <stdio.h>

#include "testbed/baton.h"
#include "testbed/measure/option_value.h"
#include "testbed/measure/requests.h"

enum { MIGRATIONS_MAX = 1000, MIGRATION_FILES_MAX = 128, MIGRATION_STRATEGIES_MAX = 8 };

enum migration_load { LOAD_RATE, LOAD_BURST, LOAD_CLOSED };

struct migration_options {
	const char *app, *ue, *out, *to, *mode; /* NULL: not given */
	/* one after the other, each as often as count says */
	const char *strategy[MIGRATION_STRATEGIES_MAX];
	size_t strategy_count;
	uint64_t count;
	enum migration_load load;
	const char *rate; /* requests a second; of a burst ON_MS/OFF_MS/N */
	bool tcp, from_the_first;
	uint64_t body, resend_ms, pause_ms, lead_ms, hold_ms,
		timeout_s;    /* hold: UINT64_MAX: none said */
	double reference_bps; /* what rounds' rates are compared with; 0: the link's */
	json_t *process;      /* the request's member of this name, or NULL; owned */
	char *words;	      /* what strategy points into; owned */
	bool link;	      /* the links between edges are measured first */
	bool json, quiet, help;
	size_t draw; /* files to be drawn instead of a measurement */
	const char *draw_file[MIGRATION_FILES_MAX];
	char error[OPTION_ERROR];
};

extern const char migration_usage[];
/** migration_options_read - as measure_options_read; migration_options_done in every case */
int migration_options_read(struct migration_options *o, int argc, char **argv);
void migration_options_done(struct migration_options *o);
/** migration_load_text - "100 requests a second", for people */
void migration_load_text(const json_t *load, char *buf, size_t size);

/** measure_migration_main - `baton measure migration ...`; Return: an exit status */
int measure_migration_main(const struct baton_context *ctx, int argc, char **argv);

/* ---- what is worked out; pure ---- */

/**
 * migration_sample - of one migration that has ended
 * @record:   the manager's
 * @from:     edge that it began at
 * @link_bps: measured, from there; 0: not known
 * @requests: ordered
 *
 * Times in microseconds, null where there is none. Return: returned; NULL: no memory
 */
json_t *migration_sample(const json_t *record, const char *from, double link_bps,
			 const struct requests *requests);

/** migration_refer - the rounds of @sample are compared with @bps instead of the link's rate */
void migration_refer(json_t *sample, double bps);

/** migration_verdict - of the client's own summary and its rows: was every request answered once
 * and as it should? @whole: the client ended in order, and these are all its rows
 * {"holds": true, false, or null: not known, "requests", ...} */
json_t *migration_verdict(const json_t *summary, const struct requests *requests, bool whole);
/** migration_ways - into @document: how many completed, and which samples go forth for the first
 * time, back, and forth again */
void migration_ways(json_t *document);
/** migration_waits - [[ms from @from_ns, wait in ms, edge], ...], thinned: those that stand out are
 * all there */
json_t *migration_waits(const struct requests *requests, uint64_t from_ns);
/** migration_median, migration_max - of the samples' member at @path ("bytes.image"), of those that
 * completed, of @strategy or, with NULL, all; NAN: none has it */
double migration_median(const json_t *document, const char *strategy, const char *path);
double migration_max(const json_t *document, const char *strategy, const char *path);
/** migration_number - the member at @path ("bytes.image") of @object; NAN: it has none */
double migration_number(const json_t *object, const char *path);

/* ---- how it is told ---- */

int migration_table(const json_t *document, FILE *out);
int migration_csv(const json_t *document, FILE *out);
/* Pictures of one document, or of several; @documents: a list */

/** migration_timeline_svg - each migration's phases, one after the other; of several documents a
 * bar each, of medians */
int migration_timeline_svg(const json_t *documents, FILE *out);
/** migration_waits_svg - every request's wait over time, of the first document */
int migration_waits_svg(const json_t *documents, FILE *out);
/** migration_rounds_svg - how much is written while the link carries what: 000 Fig. 1 */
int migration_rounds_svg(const json_t *documents, FILE *out);
/** migration_shares_svg - interruption and jitter as parts of the whole: 003 Fig. 6 */
int migration_shares_svg(const json_t *documents, FILE *out);
/** migration_curves_svg - totals, interruptions, bytes over what differs: 002 Fig. 3 and 4, 003
 * Fig. 3 and 4, 004 Fig. 3 */
int migration_curves_svg(const json_t *documents, FILE *out);

/** migration_documents - how one is told, and several drawn (documents.h) */
extern const struct document_kind migration_documents;

#endif
