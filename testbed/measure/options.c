// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/baton.h"

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
	"  --mode MODE[:N]      make-before-break or break-before-make, N switches; may be given "
	"several times\n"
	"                       (default: both, as many as --switches says)\n"
	"  --switches N         switches of each mode that doesn't say its own number (default "
	"100)\n"
	"  --interval TIME      between probes, 100us to 10ms (default 1ms)\n"
	"  --hold MS            how long the old session is held after a switch (default 200)\n"
	"  --ue NODE            the UE (default: the first)\n"
	"  --service NAME       the service that is probed (default: the first)\n"
	"  --out DIR            write report.json (with every raw sample), report.csv and "
	"report.svg there\n"
	"  --json               print the report as JSON, with every raw sample, instead of the "
	"table\n"
	"  --quiet              say nothing while it runs\n";

static int parse_number(const char *option, const char *text, uint64_t min, uint64_t max,
			uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || *ret < min || *ret > max) {
		complain("%s: expected a number from %llu to %llu, found '%s'", option,
			 (unsigned long long)min, (unsigned long long)max, text);
		return -EINVAL;
	}
	return 0;
}

static int parse_interval(const char *text, uint64_t *ret_us)
{
	char *end;
	double value = strtod(text, &end);
	double us = strcmp(end, "ms") == 0 ? value * 1000 : strcmp(end, "us") == 0 ? value : NAN;

	if (end == text || isnan(us) || us < INTERVAL_MIN_US || us > INTERVAL_MAX_US) {
		complain("--interval: expected 100us to 10ms, found '%s'", text);
		return -EINVAL;
	}
	*ret_us = (uint64_t)llround(us);
	return 0;
}

static int add_mode(struct report *r, const char *text)
{
	static const char *const known[] = {"make-before-break", "break-before-make"};
	struct report_mode *mode = &r->mode[r->mode_count];
	size_t len = strcspn(text, ":");
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strlen(known[i]) != len || strncmp(known[i], text, len) != 0)
			continue;
		if (r->mode_count == MODES_MAX ||
		    (text[len] && parse_number("--mode", text + len + 1, 1, SWITCHES_MAX, &n) < 0))
			return -EINVAL;
		snprintf(mode->name, sizeof mode->name, "%s", known[i]);
		mode->wanted = n;
		r->mode_count++;
		return 0;
	}
	complain("--mode: expected make-before-break or break-before-make, with :N behind it if "
		 "wanted, found '%s'",
		 text);
	return -EINVAL;
}

int measure_options_read(struct measure_options *o, struct report *report, int argc, char **argv)
{
	static const struct option options[] = {{"mode", required_argument, NULL, 'm'},
						{"switches", required_argument, NULL, 'n'},
						{"interval", required_argument, NULL, 'i'},
						{"hold", required_argument, NULL, 'h'},
						{"ue", required_argument, NULL, 'u'},
						{"service", required_argument, NULL, 's'},
						{"out", required_argument, NULL, 'o'},
						{"json", no_argument, NULL, 'j'},
						{"quiet", no_argument, NULL, 'q'},
						{"help", no_argument, NULL, '?' + 256},
						{0}};
	int c, r = 0;

	o->interval_us = 1000;
	o->hold_ms = 200;
	o->switches = 100;
	optind = 1;
	while (r == 0 && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'm':
			r = add_mode(report, optarg);
			break;
		case 'n':
			r = parse_number("--switches", optarg, 1, SWITCHES_MAX, &o->switches);
			break;
		case 'i':
			r = parse_interval(optarg, &o->interval_us);
			break;
		case 'h':
			r = parse_number("--hold", optarg, 0, HOLD_MAX_MS, &o->hold_ms);
			break;
		case 'u':
			o->ue = optarg;
			break;
		case 's':
			o->service = optarg;
			break;
		case 'o':
			o->out = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'q':
			o->quiet = true;
			break;
		case '?' + 256:
			fputs(measure_usage, stdout);
			return 1;
		default:
			r = -EINVAL;
		}
	}
	if (r == 0 && optind < argc) {
		complain("measure switch: unexpected argument '%s'", argv[optind]);
		r = -EINVAL;
	}
	if (r == 0 && report->mode_count == 0) {
		add_mode(report, "make-before-break");
		add_mode(report, "break-before-make");
	}
	for (size_t m = 0; m < report->mode_count; m++) {
		if (!report->mode[m].wanted)
			report->mode[m].wanted = o->switches;
	}
	return r;
}
