// SPDX-License-Identifier: Apache-2.0
/* The document that `measure clips` makes, and what is told of it in words and lines. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/clips.h"

enum { BINS = 10 };
#define BIN_WIDTH 0.05 /* of SSIM; the first bin is all below 0.55 */

static json_t *rounded(double value, double unit)
{
	return isnan(value) ? json_null() : json_real(round(value / unit) * unit);
}

static json_t *jump_json(double jump)
{
	return rounded(jump, 0.001);
}

static json_t *row_json(const struct clip_row *row, uint64_t at_ns)
{
	double ms = ((double)row->ns - (double)at_ns) / 1e6;

	return json_pack("[o, o, i, I, i]", rounded(ms, 0.001), jump_json(row->jump),
			 (int)row->stream, (json_int_t)row->tick, row->alpha_n);
}

/* In percent of refreshes: no new world was there to show. More than some tell of a machine that is
 * too busy for the clip to say anything. */
static double again_percent(const struct clip_row *rows, size_t count)
{
	size_t again = 0;

	for (size_t i = 1; i < count; i++)
		again += rows[i].tick == rows[i - 1].tick && rows[i].stream == rows[i - 1].stream;
	return count > 1 ? 100 * (double)again / (double)(count - 1) : 0;
}

json_t *clips_clip_json(const struct clip_verdict *v, const struct clip_row *rows, size_t count,
			uint64_t at_ns)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, row_json(&rows[i], at_ns));
	return json_pack("{s:I, s:o, s:o, s:o, s:b, s:i, s:I, s:o, s:o}", "at_ns",
			 (json_int_t)at_ns, "jump", jump_json(v->jump), "jump_at_ms",
			 rounded(((double)v->jump_ns - (double)at_ns) / 1e6, 0.001), "p99",
			 jump_json(v->p99), "flicker", v->flicker, "flicker_percent",
			 v->flicker ? 100 : 0, "others", (json_int_t)v->others, "again_percent",
			 rounded(again_percent(rows, count), 0.1), "rows", list);
}

void clips_summary(json_t *document)
{
	const json_t *clips = json_object_get(document, "clips"), *clip;
	size_t count = 0, of = json_array_size(clips), i;
	struct clip_share share;

	json_array_foreach(clips, i, clip) count += json_is_true(json_object_get(clip, "flicker"));
	share = clip_share_of(count, of);
	json_object_set_new(
		document, "flicker",
		json_pack("{s:I, s:I, s:o, s:o, s:o}", "clips", (json_int_t)of, "count",
			  (json_int_t)count, "percent", rounded(share.value * 100, 0.01), "low",
			  rounded(share.low * 100, 0.01), "high", rounded(share.high * 100, 0.01)));
}

/* ---- how alike the streams were ---- */

static double low_of(int bin)
{
	return 1 - (BINS - bin) * BIN_WIDTH;
}

static json_t *bins_json(const double *sorted, size_t count)
{
	json_t *bins = json_array();
	size_t i = 0;

	for (int bin = 0; bin < BINS; bin++) {
		size_t before = i;

		while (i < count && (bin == BINS - 1 || sorted[i] < low_of(bin + 1)))
			i++;
		json_array_append_new(bins,
				      json_pack("{s:o, s:o, s:I}", "from",
						bin ? rounded(low_of(bin), 0.01) : json_integer(-1),
						"to", rounded(low_of(bin + 1), 0.01), "pairs",
						(json_int_t)(i - before)));
	}
	return bins;
}

json_t *clips_pairs_json(double *ssim, size_t count)
{
	static const int percents[] = {5, 25, 50, 75, 95};
	json_t *pairs = json_pack("{s:I}", "pairs", (json_int_t)count);

	ascending_sort(ssim, count);
	for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
		char name[8];

		snprintf(name, sizeof name, "p%d", percents[i]);
		json_object_set_new(
			pairs, name,
			count ? rounded(ssim[(count - 1) * (size_t)percents[i] / 100], 0.0001)
			      : json_null());
	}
	json_object_set_new(pairs, "bins", bins_json(ssim, count));
	return pairs;
}

/* ---- for people ---- */

static double number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static double median(const json_t *clips, const char *name)
{
	double *values = calloc(json_array_size(clips) + 1, sizeof *values), result = NAN;
	const json_t *clip;
	size_t i, n = 0;

	json_array_foreach(clips, i, clip) if (values && !isnan(number(clip, name))) values[n++] =
		number(clip, name);
	if (values) {
		ascending_sort(values, n);
		result = ascending_at(values, n, 0.5);
	}
	free(values);
	return result;
}

static void print_pairs(const json_t *pairs, FILE *out)
{
	double count = number(pairs, "pairs");
	const json_t *bin;
	size_t i;

	if (!(count > 0))
		return;
	fprintf(out,
		"  pairs of pictures   %.0f; SSIM p5 %.3f, p25 %.3f, p50 %.3f, p75 %.3f, p95 "
		"%.3f\n",
		count, number(pairs, "p5"), number(pairs, "p25"), number(pairs, "p50"),
		number(pairs, "p75"), number(pairs, "p95"));
	json_array_foreach(json_object_get(pairs, "bins"), i, bin)
	{
		double share = number(bin, "pairs") / count;

		fprintf(out, "    %s%.2f  %5.1f %%  %.*s\n", i ? "up to " : "below ",
			number(bin, "to"), share * 100, (int)lround(fmin(share, 1) * 50),
			"##################################################");
	}
}

int clips_table(const json_t *document, FILE *out)
{
	const json_t *clips = json_object_get(document, "clips");
	const json_t *flicker = json_object_get(document, "flicker");
	const struct clips_variant *variant = clips_variant_find(text(document, "variant"));

	fprintf(out, "%s: ", text(document, "variant"));
	if (json_is_true(json_object_get(document, "migrates")))
		fprintf(out, "threshold %g, window %g, buffer %s\n", number(document, "threshold"),
			number(document, "window"), text(document, "buffer"));
	else
		fprintf(out, "no migration\n");
	fprintf(out, "  clips that flicker  %.0f of %.0f, %.1f %% (95 %%: %.1f to %.1f)",
		number(flicker, "count"), number(flicker, "clips"), number(flicker, "percent"),
		number(flicker, "low"), number(flicker, "high"));
	if (variant)
		fprintf(out, "; the paper's viewers: %.2f %%", variant->paper_percent);
	fprintf(out,
		"\n  jump at the switch  %.2f luma steps, p99 without it %.2f (medians of clips)\n",
		median(clips, "jump"), median(clips, "p99"));
	if (!isnan(median(clips, "again_percent")))
		fprintf(out, "  nothing new         at %.1f %% of refreshes (median of clips)\n",
			median(clips, "again_percent"));
	print_pairs(json_object_get(document, "pair_ssim"), out);
	return 0;
}

static void print_value(const json_t *clip, const char *name, FILE *out)
{
	const json_t *value = json_object_get(clip, name);

	fputc(',', out);
	if (json_is_number(value))
		fprintf(out, "%.10g", json_number_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "1" : "0", out);
	else if (json_is_string(value))
		fputs(json_string_value(value), out);
}

int clips_csv(const json_t *document, FILE *out)
{
	static const char *const columns[] = {"jump",	    "p99",     "flicker",      "jump_at_ms",
					      "others",	    "from",    "to",	       "reason",
					      "ssim",	    "tick_s",  "tick_d",       "waited_ms",
					      "old_way_ms", "resting", "again_percent"};
	enum { COLUMNS = sizeof columns / sizeof columns[0] };
	const json_t *clip;
	size_t i;

	fputs("variant,clip,at_ns", out);
	for (size_t c = 0; c < COLUMNS; c++)
		fprintf(out, ",%s", columns[c]);
	fputc('\n', out);
	json_array_foreach(json_object_get(document, "clips"), i, clip)
	{
		fprintf(out, "%s,%zu,%lld", text(document, "variant"), i + 1,
			(long long)json_integer_value(json_object_get(clip, "at_ns")));
		for (size_t c = 0; c < COLUMNS; c++)
			print_value(clip, columns[c], out);
		fputc('\n', out);
	}
	return 0;
}
