/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `baton measure clips`: is the switch of the stream seen? One clip (clip.h) after the other while
 * a player's stream is switched to and fro, and how many of them flicker. What is found is one JSON
 * document, from which table, CSV and pictures are made, so that they can be made again later and
 * of several measurements together.
 */
#ifndef BATON_MEASURE_CLIPS_H
#define BATON_MEASURE_CLIPS_H

#include <jansson.h>
#include <stdio.h>

#include "testbed/baton.h"
#include "testbed/measure/clip.h"
#include "testbed/measure/option_value.h"

enum { CLIPS_MAX = 1000, CLIPS_FILES_MAX = 64, CLIPS_SECONDS = 6 /* about, each */ };

/* The four of the paper's Table V */
struct clips_variant {
	const char *name;
	bool still; /* no migration at all */
	bool fifo;  /* the player has FIFOs instead of one-frame buffers */
	double threshold;
	uint64_t window;
	double paper_percent;
};

extern const struct clips_variant clips_variants[];
/** clips_variant_find - NULL: there is none of this name */
const struct clips_variant *clips_variant_find(const char *name);

struct clips_options {
	const char *app, *ue, *out; /* NULL: not given */
	const struct clips_variant *variant;
	double threshold; /* the variant's, or as given */
	uint64_t window, clips;
	bool handover; /* before each switch */
	/* of the way over N3 to the old edge's UPF, before each switch; high 0: as it is */
	uint64_t way_low_us, way_high_us;
	bool json, quiet, help;
	size_t draw; /* files to be drawn instead of a measurement */
	const char *draw_file[CLIPS_FILES_MAX];
	char error[OPTION_ERROR];
};

extern const char clips_usage[];
/** clips_options_read - as measure_options_read */
int clips_options_read(struct clips_options *o, int argc, char **argv);

/** clips_main - `baton measure clips ...`; Return: an exit status */
int clips_main(const struct baton_context *ctx, int argc, char **argv);

/* ---- the document ---- */

/** clips_clip_json - of one clip, with its rows; more is added by who knows it */
json_t *clips_clip_json(const struct clip_verdict *v, const struct clip_row *rows, size_t count,
			uint64_t at_ns);
/** clips_summary - "flicker" of all its clips, into @document */
void clips_summary(json_t *document);
/** clips_pairs_json - how alike the two streams were; @ssim: is sorted */
json_t *clips_pairs_json(double *ssim, size_t count);

/** clips_table, clips_csv - for people; for other programs, a line a clip */
int clips_table(const json_t *document, FILE *out);
int clips_csv(const json_t *document, FILE *out);

/* ---- pictures, of one document or several; they are lists of documents ---- */

/** clips_share_svg - how many clips of each flicker, with the paper's beside it */
int clips_share_svg(const json_t *documents, FILE *out);
/** clips_jumps_svg - an example of each: the clip whose jump is the median of all, in units of its
 * own p99 */
int clips_jumps_svg(const json_t *documents, FILE *out);

/** clips_documents - how one is told, and several drawn (documents.h) */
extern const struct document_kind clips_documents;

#endif
