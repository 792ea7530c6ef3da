// SPDX-License-Identifier: Apache-2.0
#include "lib/shape/quantity.h"
#include "testbed/measure/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/topology.h"

enum {
	INTERVAL_MIN_US = 100,
	INTERVAL_MAX_US = 10000,
	STORM_INTERVAL_MAX_US = 1000000,
	ROUNDS_MAX = 1000,
	SWITCHES_MAX = 100000,
	HOLD_MAX_MS = 600000,
	HOLD_UNSAID = HOLD_MAX_MS + 1,
	WINDOW_MAX = 1000,
	TIMEOUT_MAX_MS = 600000,
	RECORD_MAX_S = HOLD_MAX_MS / 1000,
	RESOURCES_MIN_MS = 20,
	RESOURCES_MAX_MS = 1000,
	SECONDS_MAX = 3600,
	AROUND_UNSAID = SECONDS_MAX + 1
};

static int read_interval(struct measure_options *o, const char *text, double max_us)
{
	char *end;
	double value = strtod(text, &end);
	double us = strcmp(end, "ms") == 0   ? value * 1000
		    : strcmp(end, "us") == 0 ? value
		    : strcmp(end, "s") == 0  ? value * 1e6
					     : NAN;

	/* so written that a NAN is refused too */
	if (!isdigit((unsigned char)text[0]) || !(us >= INTERVAL_MIN_US && us <= max_us))
		return option_refuse(o->error, "--interval: expected 100us to %s, found '%.60s'",
				     max_us > INTERVAL_MAX_US ? "1s" : "10ms", text);
	o->interval_us = (uint64_t)llround(us);
	return 0;
}

static int read_resources(struct measure_options *o, const char *text)
{
	char *end;
	double value = strtod(text, &end);
	double ms = strcmp(end, "ms") == 0 ? value : strcmp(end, "s") == 0 ? value * 1000 : NAN;

	if (!isdigit((unsigned char)text[0]) || !(ms >= RESOURCES_MIN_MS && ms <= RESOURCES_MAX_MS))
		return option_refuse(o->error, "--resources: expected 20ms to 1s, found '%.60s'",
				     text);
	o->resources_ms = (uint64_t)llround(ms);
	return 0;
}

static int read_rate(struct measure_options *o, const char *text)
{
	double bps;

	if (!shape_quantity_parse(text, shape_quantity_rates, &bps) || bps < 1e6 || bps > 1e10)
		return option_refuse(o->error, "--tcp: expected 1Mbit to 10Gbit, found '%.60s'",
				     text);
	o->tcp_bps = (uint64_t)llround(bps);
	return 0;
}

static bool has_mode(const struct measure_options *o, const char *name)
{
	for (size_t m = 0; m < o->mode_count; m++) {
		if (strcmp(o->mode[m].name, name) == 0)
			return true;
	}
	return false;
}

static void add_mode(struct measure_options *o, const char *name, uint64_t wanted)
{
	struct report_mode *mode = &o->mode[o->mode_count++];

	snprintf(mode->name, sizeof mode->name, "%s", name);
	mode->wanted = wanted;
}

/* The first three are modes of a migration, and a storm's; the first two are the default, for not
 * every data plane can classify. */
static const char *const known_modes[] = {
	"make-before-break",	      "break-before-make",
	"uplink-classifier",	      "handover",
	"make-before-break+handover", "break-before-make+handover",
	"uplink-classifier+handover"};
enum { DEFAULT_MODES = 2, SWITCH_MODES = 3 };

enum { KNOWN_MODES = sizeof known_modes / sizeof known_modes[0] };
_Static_assert((int)KNOWN_MODES <= (int)MODES_MAX, "each mode once at most");

static int read_mode(struct measure_options *o, const char *text)
{
	size_t len = strcspn(text, ":");
	uint64_t n = 0;

	for (size_t i = 0; i < KNOWN_MODES; i++) {
		const char *name = known_modes[i];

		if (strlen(name) != len || strncmp(name, text, len) != 0)
			continue;
		if (has_mode(o, name))
			return option_refuse(o->error, "--mode: %s is given twice", name);
		if (text[len] &&
		    option_number(o->error, "--mode", text + len + 1, 1, SWITCHES_MAX, &n) < 0)
			return -EINVAL;
		add_mode(o, name, n);
		return 0;
	}
	return option_refuse(
		o->error,
		"--mode: expected make-before-break, break-before-make, uplink-classifier, "
		"handover, or one of the first three with +handover, with :N behind it if wanted, "
		"found '%.60s'",
		text);
}

/* One, and how many switches is told by --ues and --rounds */
static int read_storm_mode(struct measure_options *o, const char *text)
{
	o->mode_count = 0;
	for (size_t i = 0; i < SWITCH_MODES; i++) {
		if (strcmp(text, known_modes[i]) == 0) {
			add_mode(o, known_modes[i], 0);
			return 0;
		}
	}
	return option_refuse(
		o->error,
		"--mode: expected make-before-break, break-before-make or uplink-classifier, found "
		"'%.60s'",
		text);
}

/* Those that are taken as they are; Return: whether it is one */
static bool take_option(struct measure_options *o, int c)
{
	switch (c) {
	case 'u':
		o->ue = optarg;
		return true;
	case 's':
		o->service = optarg;
		return true;
	case 'a':
		o->app = optarg;
		return true;
	case 'S':
		o->strategy = optarg;
		return true;
	case 'o':
		o->out = optarg;
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
	}
	return false;
}

static int read_option(struct measure_options *o, int c)
{
	if (take_option(o, c))
		return 0;
	switch (c) {
	case 'm':
		return read_mode(o, optarg);
	case 'n':
		return option_number(o->error, "--switches", optarg, 1, SWITCHES_MAX, &o->switches);
	case 'i':
		return read_interval(o, optarg, INTERVAL_MAX_US);
	case 'I':
		return read_interval(o, optarg, STORM_INTERVAL_MAX_US);
	case 'M':
		return read_storm_mode(o, optarg);
	case 'U':
		return option_number(o->error, "--ues", optarg, 1, TOPO_NODES_MAX, &o->ues);
	case 'r':
		return option_number(o->error, "--rounds", optarg, 1, ROUNDS_MAX, &o->rounds);
	case 'h':
		return option_number(o->error, "--hold", optarg, 0, HOLD_MAX_MS, &o->hold_ms);
	case 'T':
		return option_share(o->error, "--threshold", optarg, &o->threshold);
	case 'w':
		return option_number(o->error, "--window", optarg, 1, WINDOW_MAX, &o->window);
	case 'g':
		return option_number(o->error, "--timeout", optarg, 1, TIMEOUT_MAX_MS,
				     &o->timeout_ms);
	case 'R':
		return option_number(o->error, "--record-ssim", optarg, 1, RECORD_MAX_S,
				     &o->record_s);
	case 't':
		return read_rate(o, optarg ? optarg : "20Mbit");
	case 'b':
		return option_switch(o->error, "--bytes", optarg, &o->bytes);
	case 'V':
		return read_resources(o, optarg);
	case 'A':
		return option_number(o->error, "--around", optarg, 0, SECONDS_MAX, &o->around_s);
	case 'N':
		return option_number(o->error, "--seconds", optarg, 1, SECONDS_MAX, &o->seconds);
	default:
		return -EINVAL;
	}
}

static const struct option switch_options[] = {{"mode", required_argument, NULL, 'm'},
					       {"switches", required_argument, NULL, 'n'},
					       {"interval", required_argument, NULL, 'i'},
					       {"hold", required_argument, NULL, 'h'},
					       {"ue", required_argument, NULL, 'u'},
					       {"service", required_argument, NULL, 's'},
					       {"tcp", optional_argument, NULL, 't'},
					       {"out", required_argument, NULL, 'o'},
					       {"app", required_argument, NULL, 'a'},
					       {"strategy", required_argument, NULL, 'S'},
					       {"threshold", required_argument, NULL, 'T'},
					       {"window", required_argument, NULL, 'w'},
					       {"timeout", required_argument, NULL, 'g'},
					       {"record-ssim", required_argument, NULL, 'R'},
					       {"bytes", optional_argument, NULL, 'b'},
					       {"resources", required_argument, NULL, 'V'},
					       {"around", required_argument, NULL, 'A'},
					       {"json", no_argument, NULL, 'j'},
					       {"quiet", no_argument, NULL, 'q'},
					       {"help", no_argument, NULL, 'H'},
					       {0}};

static const struct option storm_options[] = {{"mode", required_argument, NULL, 'M'},
					      {"ues", required_argument, NULL, 'U'},
					      {"rounds", required_argument, NULL, 'r'},
					      {"interval", required_argument, NULL, 'I'},
					      {"hold", required_argument, NULL, 'h'},
					      {"service", required_argument, NULL, 's'},
					      {"out", required_argument, NULL, 'o'},
					      {"json", no_argument, NULL, 'j'},
					      {"quiet", no_argument, NULL, 'q'},
					      {"help", no_argument, NULL, 'H'},
					      {0}};

static const struct option bytes_options[] = {
	{"seconds", required_argument, NULL, 'N'}, {"out", required_argument, NULL, 'o'},
	{"json", no_argument, NULL, 'j'},	   {"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'H'},	   {0}};

static const struct option play_options[] = {{"app", required_argument, NULL, 'a'},
					     {"ue", required_argument, NULL, 'u'},
					     {"seconds", required_argument, NULL, 'N'},
					     {"resources", required_argument, NULL, 'V'},
					     {"out", required_argument, NULL, 'o'},
					     {"json", no_argument, NULL, 'j'},
					     {"quiet", no_argument, NULL, 'q'},
					     {"help", no_argument, NULL, 'H'},
					     {0}};

static const struct option *const options_of[MEASUREMENTS] = {[MEASURE_SWITCH] = switch_options,
							      [MEASURE_STORM] = storm_options,
							      [MEASURE_BYTES] = bytes_options,
							      [MEASURE_PLAY] = play_options};

static int read_all(struct measure_options *o, enum measurement what, int argc, char **argv)
{
	/* what follows a command is the command's */
	const char *name = measure_name[what], *flags = what == MEASURE_BYTES ? "+:" : ":";
	int c, r = 0;

	option_begin();
	while (r == 0 &&
	       (c = option_next(o->error, name, argc, argv, flags, options_of[what])) != -1)
		r = c < 0 ? c : read_option(o, c);
	if (r == 0 && optind < argc && what == MEASURE_BYTES)
		o->command = argv + optind;
	else if (r == 0 && optind < argc)
		r = option_refuse(o->error, "measure %s: unexpected argument '%.60s'", name,
				  argv[optind]);
	return r;
}

static void complete_storm(struct measure_options *o)
{
	if (o->mode_count == 0)
		add_mode(o, known_modes[0], 0);
}

static int complete_app(struct measure_options *o)
{
	static const char *const needs[] = {"--strategy", "--threshold", "--window", "--timeout",
					    "--record-ssim"};
	const bool given[] = {o->strategy != NULL, o->threshold >= 0, o->window > 0,
			      o->timeout_ms > 0, o->record_s > 0};

	for (size_t i = 0; i < sizeof given / sizeof given[0] && !o->app; i++)
		if (given[i])
			return option_refuse(o->error,
					     "%s: it is about an application; expected --app too",
					     needs[i]);
	if (o->app && !o->strategy)
		o->strategy = "dual";
	if (o->hold_ms == HOLD_UNSAID)
		o->hold_ms = o->app ? 2500 : 200;
	return 0;
}

/* An application's stream can only be switched while both sessions are there. */
static void complete_switch(struct measure_options *o)
{
	if (o->mode_count == 0) {
		for (size_t i = 0; i < (o->app ? 1 : DEFAULT_MODES); i++)
			add_mode(o, known_modes[i], 0);
	}
	for (size_t m = 0; m < o->mode_count; m++) {
		if (!o->mode[m].wanted)
			o->mode[m].wanted = o->switches;
	}
}

static int complete_play(struct measure_options *o)
{
	if (!o->app && !o->help)
		return option_refuse(o->error, "measure play: expected --app APP");
	if (!o->resources_ms)
		o->resources_ms = 100;
	if (!o->seconds)
		o->seconds = 20;
	return 0;
}

static int complete_bytes(struct measure_options *o)
{
	if (o->command && o->seconds)
		return option_refuse(
			o->error,
			"--seconds: it lasts as long as the command; expected one of both");
	if (!o->seconds)
		o->seconds = 10;
	o->bytes = true;
	return 0;
}

static int complete_around(struct measure_options *o)
{
	if (!o->resources_ms && o->around_s != AROUND_UNSAID)
		return option_refuse(o->error,
				     "--around: it is about resources; expected --resources too");
	if (o->around_s == AROUND_UNSAID)
		o->around_s = o->resources_ms ? 10 : 0;
	return complete_app(o);
}

int measure_options_read(struct measure_options *o, enum measurement what, int argc, char **argv)
{
	bool storm = what == MEASURE_STORM;
	int r;

	*o = (struct measure_options){.interval_us = storm ? 10000 : 1000,
				      .hold_ms = storm ? 500 : HOLD_UNSAID,
				      .switches = 100,
				      .rounds = 1,
				      .threshold = -1,
				      .around_s = AROUND_UNSAID,
				      .json = o->json};
	r = read_all(o, what, argc, argv);
	if (r < 0)
		return r;
	if (what == MEASURE_PLAY)
		return complete_play(o);
	if (what == MEASURE_BYTES)
		return complete_bytes(o);
	if (storm)
		complete_storm(o);
	else
		complete_switch(o);
	return complete_around(o);
}
