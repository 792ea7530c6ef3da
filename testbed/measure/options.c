// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	INTERVAL_MIN_US = 100,
	INTERVAL_MAX_US = 10000,
	SWITCHES_MAX = 100000,
	HOLD_MAX_MS = 600000
};

const char measure_usage[] =
	"usage: baton [--name NAME] measure switch [OPTIONS]\n"
	"\n"
	"Switches a UE to and fro between two edges under STAMP probes and works out what each "
	"switch cost.\n"
	"\n"
	"  --mode MODE[:N]      make-before-break or break-before-make, N switches; give it twice "
	"for both\n"
	"                       (default: both, as many as --switches says)\n"
	"  --switches N         switches of each mode that doesn't say its own number (default "
	"100)\n"
	"  --interval TIME      between probes, 100us to 10ms (default 1ms)\n"
	"  --hold MS            how long the old session is held after a switch (default 200); it "
	"should outlast\n"
	"                       the round trip\n"
	"  --ue NODE            the UE (default: the first)\n"
	"  --service NAME       the service that is probed (default: the first)\n"
	"  --tcp[=RATE]         a TCP connection of RATE beside the probes, 1Mbit to 10Gbit "
	"(default "
	"20Mbit): how\n"
	"                       long it stalls, when it is back, what it sends again\n"
	"  --out DIR            write report.json (with every raw sample), .csv, .hlog and "
	"pictures there\n"
	"  --json               print the report as JSON, with every raw sample, instead of the "
	"table\n"
	"  --quiet              say nothing while it runs\n"
	"\n"
	"Ctrl-C ends it after the switch under way and tells what was measured; a second one ends "
	"it at once.\n";

static int __attribute__((format(printf, 2, 3)))
refuse(struct measure_options *o, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(o->error, sizeof o->error, format, args);
	va_end(args);
	return -EINVAL;
}

static int read_number(struct measure_options *o, const char *option, const char *text,
		       uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (errno || !isdigit((unsigned char)text[0]) || *end || *ret < min || *ret > max)
		return refuse(o, "%s: expected a number from %llu to %llu, found '%.60s'", option,
			      (unsigned long long)min, (unsigned long long)max, text);
	return 0;
}

static int read_interval(struct measure_options *o, const char *text)
{
	char *end;
	double value = strtod(text, &end);
	double us = strcmp(end, "ms") == 0 ? value * 1000 : strcmp(end, "us") == 0 ? value : NAN;

	/* so written that a NAN is refused too */
	if (!isdigit((unsigned char)text[0]) || !(us >= INTERVAL_MIN_US && us <= INTERVAL_MAX_US))
		return refuse(o, "--interval: expected 100us to 10ms, found '%.60s'", text);
	o->interval_us = (uint64_t)llround(us);
	return 0;
}

static int read_rate(struct measure_options *o, const char *text)
{
	char *end;
	double value = strtod(text, &end);
	double bps = strcmp(end, "Mbit") == 0	? value * 1e6
		     : strcmp(end, "Gbit") == 0 ? value * 1e9
						: NAN;

	if (!isdigit((unsigned char)text[0]) || !(bps >= 1e6 && bps <= 1e10))
		return refuse(o, "--tcp: expected 1Mbit to 10Gbit, found '%.60s'", text);
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

static const char *const known_modes[] = {"make-before-break", "break-before-make"};

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
			return refuse(o, "--mode: %s is given twice", name);
		if (text[len] && read_number(o, "--mode", text + len + 1, 1, SWITCHES_MAX, &n) < 0)
			return -EINVAL;
		add_mode(o, name, n);
		return 0;
	}
	return refuse(o,
		      "--mode: expected make-before-break or break-before-make, with :N behind it "
		      "if wanted, found '%.60s'",
		      text);
}

static int read_option(struct measure_options *o, int c)
{
	switch (c) {
	case 'm':
		return read_mode(o, optarg);
	case 'n':
		return read_number(o, "--switches", optarg, 1, SWITCHES_MAX, &o->switches);
	case 'i':
		return read_interval(o, optarg);
	case 'h':
		return read_number(o, "--hold", optarg, 0, HOLD_MAX_MS, &o->hold_ms);
	case 'u':
		o->ue = optarg;
		return 0;
	case 's':
		o->service = optarg;
		return 0;
	case 't':
		return read_rate(o, optarg ? optarg : "20Mbit");
	case 'o':
		o->out = optarg;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'H':
		o->help = true;
		return 0;
	default:
		return -EINVAL;
	}
}

static const struct option options[] = {
	{"mode", required_argument, NULL, 'm'},	    {"switches", required_argument, NULL, 'n'},
	{"interval", required_argument, NULL, 'i'}, {"hold", required_argument, NULL, 'h'},
	{"ue", required_argument, NULL, 'u'},	    {"service", required_argument, NULL, 's'},
	{"tcp", optional_argument, NULL, 't'},	    {"out", required_argument, NULL, 'o'},
	{"json", no_argument, NULL, 'j'},	    {"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'H'},	    {0}};

static int read_all(struct measure_options *o, int argc, char **argv)
{
	int c, r = 0;

	optind = 0; /* begin anew, GNU getopt's way */
	opterr = 0;
	while (r == 0 && (c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == ':')
			r = refuse(o, "measure switch: %.60s needs an argument", argv[optind - 1]);
		else if (c == '?')
			r = refuse(o, "measure switch: unknown option '%.60s'", argv[optind - 1]);
		else
			r = read_option(o, c);
	}
	if (r == 0 && optind < argc)
		r = refuse(o, "measure switch: unexpected argument '%.60s'", argv[optind]);
	return r;
}

int measure_options_read(struct measure_options *o, int argc, char **argv)
{
	int r;

	*o = (struct measure_options){
		.interval_us = 1000, .hold_ms = 200, .switches = 100, .json = o->json};
	r = read_all(o, argc, argv);
	if (r < 0)
		return r;
	if (o->mode_count == 0) {
		for (size_t i = 0; i < KNOWN_MODES; i++)
			add_mode(o, known_modes[i], 0);
	}
	for (size_t m = 0; m < o->mode_count; m++) {
		if (!o->mode[m].wanted)
			o->mode[m].wanted = o->switches;
	}
	return 0;
}
