// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/amount.h"
#include "lib/strategies.h"
#include "lib/shape/quantity.h"
#include "testbed/measure/migration.h"

enum {
	BODY_MAX = 1 << 20,
	DATAGRAM_MAX = 1400,
	RATE_MAX = 100000,
	MS_MAX = 600000,
	SECONDS_MAX = 36000,
	COUNT_DEFAULT = 10
};

#define REFERENCE_MAX 1e12 /* bit/s */

#define LISTED(id, word) word ", "
#define STRATEGY_LIST	 STRATEGIES(STRATEGY_LEFT_OUT, LISTED)

const char migration_usage[] =
	"usage: baton [--name NAME] measure migration --strategy NAME[,NAME]... [OPTIONS]\n"
	"       baton measure migration --draw --out DIR FILE...\n"
	"\n"
	"Moves an application's process to and fro between two edges, the UE's session with it, "
	"while a client in the\n"
	"UE's node sends numbered requests without a pause, and works out what each migration cost "
	"it.\n"
	"\n"
	"  --app APP            the application, one with a `workload` (default: the first)\n"
	"  --strategy NAMES     " STRATEGY_LIST "or several\n"
	"                       with commas between: one after the other\n"
	"  --mode MODE          of the session's switch: make-before-break (default), "
	"break-before-make or\n"
	"                       uplink-classifier\n"
	"  --count N            migrations of each strategy (default 10)\n"
	"  --to EDGE            the other edge (default: the first that isn't the application's)\n"
	"  --from-the-first     every migration that counts goes from the first edge to the other; "
	"those back don't\n"
	"  --process M=V,...    members of the request's `process`, such as "
	"criterion=rounds,rounds=3\n"
	"  --rate N             requests a second (default 100; 0.1 steps)\n"
	"  --burst ON/OFF/N     N a second for ON ms, none for OFF ms\n"
	"  --closed             the next one when the last was answered\n"
	"  --load L             one of these three: N, ON/OFF/N or closed\n"
	"  --tcp                over TCP instead of UDP\n"
	"  --body OCTETS        of a request (default 64)\n"
	"  --resend MS          over UDP, until a request is sent again (default 20)\n"
	"  --pause MS           between two migrations (default 500)\n"
	"  --lead MS            from the first answer to the first migration (default 1000)\n"
	"  --hold MS            how long the old session is held (default: the manager's)\n"
	"  --timeout SECONDS    for one migration (default 600)\n"
	"  --link[=false]       measure the rate of the links between the edges first, a second "
	"each "
	"way (default: yes)\n"
	"  --reference RATE     compare the rates at which rounds write memory with this one, such "
	"as 10Mbit, instead\n"
	"                       of the link's\n"
	"  --ue NODE            the UE (default: the first)\n"
	"  --out DIR            write migration.json, migration.csv, requests.csv and pictures "
	"there\n"
	"  --json               print migration.json instead of the table\n"
	"  --quiet              say nothing while it runs\n"
	"  --draw FILE...       pictures of several migration.json, or of runs of an experiment, "
	"together\n"
	"\n"
	"All but cooperative need CRIU, which kernels since 6.13 don't suit: `scripts/lab baton "
	"...` "
	"there.\n"
	"Ctrl-C ends it after the migration under way and tells what was measured.\n";

static bool is_rate(const char *text, char **ret_end)
{
	double value = strtod(text, ret_end);

	return isdigit((unsigned char)text[0]) && value >= 0.1 && value <= RATE_MAX;
}

static int read_rate(struct migration_options *o, const char *text)
{
	char *end;

	o->load = LOAD_RATE;
	o->rate = text;
	if (!is_rate(text, &end) || *end)
		return option_refuse(o->error,
				     "--rate: expected 0.1 to %d requests a second, found '%.60s'",
				     RATE_MAX, text);
	return 0;
}

static int read_burst(struct migration_options *o, const char *text)
{
	struct amount_burst burst;

	o->load = LOAD_BURST;
	o->rate = text;
	if (amount_read_burst(text, &burst))
		return option_refuse(
			o->error,
			"--burst: expected ON_MS/OFF_MS/N, such as 1000/3000/50, found "
			"'%.60s'",
			text);
	return 0;
}

/* One option for all of it, so that an experiment can sweep over loads */
static int read_load(struct migration_options *o, const char *text)
{
	if (strcmp(text, "closed") == 0) {
		o->load = LOAD_CLOSED;
		return 0;
	}
	return strchr(text, '/') ? read_burst(o, text) : read_rate(o, text);
}

/* Return: 0, or -EINVAL */
static int read_reference(struct migration_options *o, const char *text)
{
	if (shape_quantity_parse(text, shape_quantity_rates, &o->reference_bps) &&
	    o->reference_bps >= 1 && o->reference_bps <= REFERENCE_MAX)
		return 0;
	return option_refuse(o->error,
			     "--reference: expected a rate, such as 10Mbit, found '%.60s'", text);
}

static bool is_strategy(const char *word)
{
	static const char *const names[] = {STRATEGIES(STRATEGY_LEFT_OUT, STRATEGY_NAME)};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], word) == 0)
			return true;
	return false;
}

static int read_strategies(struct migration_options *o, const char *text)
{
	char *rest, *word;

	free(o->words);
	o->strategy_count = 0;
	rest = o->words = strdup(text);
	while ((word = strsep(&rest, ","))) {
		if (!is_strategy(word))
			return option_refuse(
				o->error,
				"--strategy: expected one of " STRATEGY_LIST "found '%.60s'", word);
		if (o->strategy_count == MIGRATION_STRATEGIES_MAX)
			return option_refuse(o->error,
					     "--strategy: expected at most %d, found more",
					     MIGRATION_STRATEGIES_MAX);
		o->strategy[o->strategy_count++] = word;
	}
	return 0;
}

static int read_mode(struct migration_options *o, const char *text)
{
	o->mode = text;
	if (strcmp(text, "make-before-break") == 0 || strcmp(text, "break-before-make") == 0 ||
	    strcmp(text, "uplink-classifier") == 0)
		return 0;
	return option_refuse(
		o->error,
		"--mode: expected make-before-break, break-before-make or uplink-classifier, found "
		"'%.60s'",
		text);
}

/* What the manager makes of it is the manager's: numbers, true and false, and words */
static json_t *value_of(const char *text)
{
	char *end;
	long long value;

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(text[0] == 't');
	errno = 0;
	value = strtoll(text, &end, 10);
	return isdigit((unsigned char)text[0]) && !*end && !errno ? json_integer(value)
								  : json_string(text);
}

static int read_process(struct migration_options *o, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	json_decref(o->process);
	o->process = json_object();
	while (r == 0 && *text && (word = strsep(&rest, ","))) {
		char *equals = strchr(word, '=');

		if (!equals || equals == word || !equals[1]) {
			r = option_refuse(o->error,
					  "--process: expected MEMBER=VALUE,..., such as "
					  "compress=gzip,rounds=10, found '%.60s'",
					  word);
		} else {
			*equals = '\0';
			json_object_set_new(o->process, word, value_of(equals + 1));
		}
	}
	free(copy);
	return r;
}

/* Those that are taken as they are; Return: whether it is one */
static bool take_option(struct migration_options *o, int c, bool *draw)
{
	switch (c) {
	case 'a':
		o->app = optarg;
		return true;
	case 'u':
		o->ue = optarg;
		return true;
	case 'o':
		o->out = optarg;
		return true;
	case 't':
		o->to = optarg;
		return true;
	case 'd':
		*draw = true;
		return true;
	case 'j':
		o->json = true;
		return true;
	case 'q':
		o->quiet = true;
		return true;
	case 'H':
		o->help = true;
		return true;
	case 'c':
		o->load = LOAD_CLOSED;
		return true;
	}
	return false;
}

static int read_option(struct migration_options *o, int c, bool *draw)
{
	if (take_option(o, c, draw))
		return 0;
	switch (c) {
	case 'S':
		return read_strategies(o, optarg);
	case 'm':
		return read_mode(o, optarg);
	case 'n':
		return option_number(o->error, "--count", optarg, 1, MIGRATIONS_MAX, &o->count);
	case 'f':
		return option_switch(o->error, "--from-the-first", optarg, &o->from_the_first);
	case 'P':
		return read_process(o, optarg);
	case 'r':
		return read_rate(o, optarg);
	case 'b':
		return read_burst(o, optarg);
	case 'L':
		return read_load(o, optarg);
	case 'T':
		return option_switch(o->error, "--tcp", optarg, &o->tcp);
	case 'B':
		return option_number(o->error, "--body", optarg, 0, BODY_MAX, &o->body);
	case 'R':
		return option_number(o->error, "--resend", optarg, 1, MS_MAX, &o->resend_ms);
	case 'p':
		return option_number(o->error, "--pause", optarg, 0, MS_MAX, &o->pause_ms);
	case 'l':
		return option_number(o->error, "--lead", optarg, 0, MS_MAX, &o->lead_ms);
	case 'h':
		return option_number(o->error, "--hold", optarg, 0, MS_MAX, &o->hold_ms);
	case 'C':
		return read_reference(o, optarg);
	case 's':
		return option_number(o->error, "--timeout", optarg, 1, SECONDS_MAX, &o->timeout_s);
	default:
		return option_switch(o->error, "--link", optarg, &o->link);
	}
}

static const struct option known[] = {{"app", required_argument, NULL, 'a'},
				      {"strategy", required_argument, NULL, 'S'},
				      {"mode", required_argument, NULL, 'm'},
				      {"count", required_argument, NULL, 'n'},
				      {"to", required_argument, NULL, 't'},
				      {"from-the-first", optional_argument, NULL, 'f'},
				      {"process", required_argument, NULL, 'P'},
				      {"rate", required_argument, NULL, 'r'},
				      {"burst", required_argument, NULL, 'b'},
				      {"closed", no_argument, NULL, 'c'},
				      {"load", required_argument, NULL, 'L'},
				      {"tcp", optional_argument, NULL, 'T'},
				      {"body", required_argument, NULL, 'B'},
				      {"resend", required_argument, NULL, 'R'},
				      {"pause", required_argument, NULL, 'p'},
				      {"lead", required_argument, NULL, 'l'},
				      {"hold", required_argument, NULL, 'h'},
				      {"timeout", required_argument, NULL, 's'},
				      {"link", optional_argument, NULL, 'k'},
				      {"ue", required_argument, NULL, 'u'},
				      {"out", required_argument, NULL, 'o'},
				      {"json", no_argument, NULL, 'j'},
				      {"quiet", no_argument, NULL, 'q'},
				      {"draw", no_argument, NULL, 'd'},
				      {"help", no_argument, NULL, 'H'},
				      {"reference", required_argument, NULL, 'C'},
				      {0}};

static int complete(struct migration_options *o, int argc, char **argv)
{
	if (optind < argc)
		return option_refuse(o->error, "measure migration: unexpected argument '%.60s'",
				     argv[optind]);
	if (!o->strategy_count)
		return option_refuse(o->error,
				     "measure migration: expected --strategy NAME, such as "
				     "stop-and-copy or cooperative");
	if (!o->tcp && o->body > DATAGRAM_MAX)
		return option_refuse(o->error,
				     "--body: expected at most %d without --tcp, found %llu",
				     DATAGRAM_MAX, (unsigned long long)o->body);
	return 0;
}

int migration_options_read(struct migration_options *o, int argc, char **argv)
{
	bool draw = false;
	int c, r = 0;

	*o = (struct migration_options){.mode = "make-before-break",
					.count = COUNT_DEFAULT,
					.rate = "100",
					.body = 64,
					.resend_ms = 20,
					.pause_ms = 500,
					.lead_ms = 1000,
					.hold_ms = UINT64_MAX,
					.timeout_s = 600,
					.link = true,
					.json = o->json};
	option_begin();
	while (r == 0 && (c = option_next(o->error, "migration", argc, argv, ":", known)) != -1)
		r = c < 0 ? c : read_option(o, c, &draw);
	if (r == 0 && !o->help)
		r = draw ? option_files(o->error, argc, argv, o->out, MIGRATION_FILES_MAX,
					o->draw_file, &o->draw)
			 : complete(o, argc, argv);
	return r;
}

void migration_options_done(struct migration_options *o)
{
	json_decref(o->process);
	free(o->words);
	o->process = NULL;
	o->words = NULL;
}
