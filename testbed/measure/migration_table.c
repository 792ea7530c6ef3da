// SPDX-License-Identifier: Apache-2.0
/* What `measure migration` found, for people, and a line a migration for other programs. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/report.h"

enum { LABEL = 52, CELL = 11, LINES_MAX = 40 /* migrations told one by one */ };

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "-";
}

static void octets_text(double octets, char *buf, size_t size)
{
	if (isnan(octets))
		snprintf(buf, size, "-");
	else
		bytes_text((uint64_t)octets, buf, size);
}

static void number_text(double value, char *buf, size_t size)
{
	snprintf(buf, size, isnan(value) ? "-" : "%.0f", value);
}

static void row(FILE *out, const json_t *document, const char *strategy, const char *label,
		const char *path, void (*print)(double value, char *buf, size_t size))
{
	char median[24], most[24];
	double value = migration_median(document, strategy, path);

	if (isnan(value) ||
	    (strncmp(path, "ledger.", 7) == 0 && !(migration_max(document, strategy, path) > 0)))
		return;
	print(value, median, sizeof median);
	print(migration_max(document, strategy, path), most, sizeof most);
	fprintf(out, "  %-*s%*s%*s\n", LABEL, label, CELL, median, CELL, most);
}

static const struct {
	const char *label, *path;
	enum { TIME, BYTES, NUMBER } unit;
} rows[] = {
	{"interruption: longest wait for an answer", "interruption_us", TIME},
	{"  of those under way while the gate was closed", "gate_wait_us", TIME},
	{"longest time between two answers", "longest_gap_us", TIME},
	{"a request's wait, median of all", "requests.wait_p50_us", TIME},
	{"T_comp: gate closed to gate open", "t_comp_us", TIME},
	{"  T_chkp", "t_chkp_us", TIME},
	{"  T_copy", "t_copy_us", TIME},
	{"  T_restore, to the first answer", "t_restore_us", TIME},
	{"  T_open, the session's switch in it", "t_open_us", TIME},
	{"T_net: the session's switch", "t_net_us", TIME},
	{"T_pre: rounds and layers while it ran", "t_pre_us", TIME},
	{"total: asked for until open", "total_us", TIME},
	{"  until the last page was there", "until_drained.us", TIME},
	{"service jitter: reachable, not at the nearest edge", "jitter_us", TIME},
	{"rounds", "round_count", NUMBER},
	{"bytes of rounds", "bytes.rounds", BYTES},
	{"bytes of the last image", "bytes.image", BYTES},
	{"bytes of layers", "bytes.layers", BYTES},
	{"  of the base layer", "ledger.base", BYTES},
	{"  of the application layer", "ledger.application", BYTES},
	{"bytes counted at the interface", "bytes.interface", BYTES},
	{"processor time of senders and compression", "cpu_us", TIME},
	{"requests made meanwhile", "requests.made", NUMBER},
	{"requests sent more than once", "requests.resent", NUMBER},
};

static size_t completed(const json_t *document, const char *strategy, size_t *ret_of)
{
	const json_t *sample;
	size_t i, n = 0;

	*ret_of = 0;
	json_array_foreach(json_object_get(document, "samples"), i, sample)
	{
		if (strategy && strcmp(text_of(sample, "strategy"), strategy) != 0)
			continue;
		++*ret_of;
		n += json_is_true(json_object_get(sample, "completed"));
	}
	return n;
}

static void print_strategy(const json_t *document, const char *strategy, FILE *out)
{
	static void (*const print[])(double, char *, size_t) = {
		[TIME] = report_time_text, [BYTES] = octets_text, [NUMBER] = number_text};
	size_t of, done = completed(document, strategy, &of);

	fprintf(out, "\n%s: %zu of %zu migration%s completed\n", strategy, done, of,
		of == 1 ? "" : "s");
	if (!done)
		return;
	fprintf(out, "  %-*s%*s%*s\n", LABEL, "", CELL, "median", CELL, "largest");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		row(out, document, strategy, rows[i].label, rows[i].path, print[rows[i].unit]);
}

/* Why rounds ended, and why a migration did: one by one, where there are few */
static void print_each(const json_t *document, FILE *out)
{
	const json_t *samples = json_object_get(document, "samples"), *sample;
	size_t i;

	if (!json_array_size(samples))
		return;
	fprintf(out, "\n");
	json_array_foreach(samples, i, sample)
	{
		char total[24], wait[24];

		if (i == LINES_MAX) {
			fprintf(out, "  and %zu more; migration.csv of --out has them\n",
				json_array_size(samples) - i);
			break;
		}
		report_time_text(migration_number(sample, "total_us"), total, sizeof total);
		report_time_text(migration_number(sample, "interruption_us"), wait, sizeof wait);
		fprintf(out, "  %-6s %-14s %s to %s: %s", text_of(sample, "id"),
			text_of(sample, "strategy"), text_of(sample, "from"), text_of(sample, "to"),
			text_of(sample, "state"));
		if (json_object_get(sample, "cause"))
			fprintf(out, " (%s: %s)", text_of(sample, "cause"),
				text_of(sample, "detail"));
		fprintf(out, ", total %s, interrupted %s", total, wait);
		if (json_object_get(sample, "stopped_by"))
			fprintf(out, ", %.0f rounds, ended by %s",
				migration_number(sample, "round_count"),
				text_of(sample, "stopped_by"));
		fprintf(out, "\n");
	}
}

static void print_links(const json_t *document, FILE *out)
{
	const json_t *link;
	size_t i;

	json_array_foreach(json_object_get(document, "link"), i, link)
	{
		double asked = migration_number(link, "asked_bps"),
		       bps = migration_number(link, "measured_bps");

		fprintf(out, "  %s to %s: ", text_of(link, "from"), text_of(link, "to"));
		if (isnan(bps))
			fprintf(out, "not measured (%s)", text_of(link, "error"));
		else
			fprintf(out, "%.4g Mbit/s measured", bps / 1e6);
		if (!isnan(asked))
			fprintf(out, ", %.4g Mbit/s asked for", asked / 1e6);
		fprintf(out, "\n");
	}
}

static void print_verdict(const json_t *document, FILE *out)
{
	const json_t *verdict = json_object_get(document, "verdict");
	bool holds = json_is_true(json_object_get(verdict, "holds"));

	fprintf(out, "\n%.0f requests: ", migration_number(verdict, "requests"));
	if (holds) {
		fprintf(out, "every one answered once, every chain right\n");
		return;
	}
	if (json_is_null(json_object_get(verdict, "holds"))) {
		fprintf(out, "not all is known of them, so neither is whether all were answered\n");
		return;
	}
	fprintf(out,
		"%.0f unanswered, %.0f answered twice, %.0f numbers missing, %.0f with a wrong "
		"answer\n",
		migration_number(verdict, "unanswered"), migration_number(verdict, "twice"),
		migration_number(verdict, "missing"), migration_number(verdict, "wrong"));
}

static void print_marks(const json_t *document, FILE *out)
{
	const json_t *mark;
	size_t i;

	json_array_foreach(json_object_get(document, "marks"), i, mark)
		fprintf(out, "note: %s\n", json_is_string(mark) ? json_string_value(mark) : "-");
}

int migration_table(const json_t *document, FILE *out)
{
	const json_t *strategy;
	char load[128];
	size_t i;

	migration_load_text(json_object_get(document, "load"), load, sizeof load);
	fprintf(out, "%s of %s (%s), %s, topology %s\n  %s\n", text_of(document, "app"),
		text_of(document, "ue"), text_of(document, "workload"), text_of(document, "mode"),
		text_of(document, "topology"), load);
	print_links(document, out);
	json_array_foreach(json_object_get(document, "strategies"), i, strategy)
	{
		if (json_is_string(strategy))
			print_strategy(document, json_string_value(strategy), out);
	}
	print_each(document, out);
	print_verdict(document, out);
	print_marks(document, out);
	return 0;
}

/* ---- CSV ---- */

static const char *const csv_texts[] = {"id", "strategy", "mode",  "from",
					"to", "state",	  "cause", "stopped_by"};
static const char *const csv_numbers[] = {
	"interruption_us", "longest_gap_us", "t_comp_us",	   "t_pre_us",
	"t_chkp_us",	   "t_copy_us",	     "t_restore_us",	   "t_net_us",
	"total_us",	   "complete_us",    "jitter_us",	   "round_count",
	"bytes.rounds",	   "bytes.image",    "bytes.layers",	   "bytes.interface",
	"cpu_us",	   "requests.made",  "requests.answered",  "requests.wrong",
	"requests.resent", "t_open_us",	     "frozen_us",	   "memory_us",
	"write_us",	   "ledger.base",    "ledger.application", "ledger.instance",
	"gate_wait_us"};

enum {
	CSV_TEXTS = sizeof csv_texts / sizeof csv_texts[0],
	CSV_NUMBERS = sizeof csv_numbers / sizeof csv_numbers[0]
};

/* Names and words come from others: what would end a cell is left out. */
static void cell(FILE *out, const char *text)
{
	for (; *text; text++)
		if (!strchr(",\"\r\n", *text))
			fputc(*text, out);
}

int migration_csv(const json_t *document, FILE *out)
{
	const json_t *sample;
	size_t i;

	for (i = 0; i < CSV_TEXTS; i++)
		fprintf(out, "%s%s", i ? "," : "", csv_texts[i]);
	for (i = 0; i < CSV_NUMBERS; i++)
		fprintf(out, ",%s", csv_numbers[i]);
	fprintf(out, "\n");
	json_array_foreach(json_object_get(document, "samples"), i, sample)
	{
		for (size_t k = 0; k < CSV_TEXTS; k++) {
			const char *text = json_string_value(json_object_get(sample, csv_texts[k]));

			fprintf(out, "%s", k ? "," : "");
			cell(out, text ? text : "");
		}
		for (size_t k = 0; k < CSV_NUMBERS; k++) {
			double value = migration_number(sample, csv_numbers[k]);

			fprintf(out, isnan(value) ? "," : ",%.0f", value);
		}
		fprintf(out, "\n");
	}
	return ferror(out) ? -EIO : 0;
}
