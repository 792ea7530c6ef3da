// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/clips.h"

enum { WINDOW_MAX = 64, WAY_MAX_MS = 1000 };

const char clips_usage[] =
	"usage: baton [--name NAME] measure clips [OPTIONS]\n"
	"       baton measure clips --draw --out DIR FILE...\n"
	"\n"
	"Switches a player's stream to and fro and judges, clip by clip, whether the switch is "
	"seen on the screen.\n"
	"The player must have `jumps: true` in the topology.\n"
	"\n"
	"  --app APP            the application (default: the one that the UE plays)\n"
	"  --clips N            how many (default 10)\n"
	"  --variant NAME       csm (default), no-sliding, no-opt or static: paper 001, Table V. "
	"no-opt needs a player\n"
	"                       with `buffer: fifo`; static doesn't switch\n"
	"  --threshold X        how alike two pictures must be, 0 to 1, instead of the variant's\n"
	"  --window N           frames of sliding instead of the variant's; 1: none\n"
	"  --handover           the UE is handed over to its next gNB before each switch\n"
	"  --way=LOW-HIGH       before each switch the way over N3 from the UE's gNB to the old "
	"edge's UPF becomes LOW\n"
	"                       to HIGH ms long, another each time; without --handover the one to "
	"the new edge's UPF\n"
	"                       becomes 1 ms. They must be in the topology's n3_paths\n"
	"  --ue NODE            the UE (default: the first)\n"
	"  --out DIR            write clips.json (with all jumps), clips.csv and pictures there\n"
	"  --json               print clips.json instead of the table\n"
	"  --quiet              say nothing while it runs\n"
	"  --draw FILE...       pictures of several clips.json, or of runs of an experiment, "
	"together\n";

const struct clips_variant clips_variants[] = {
	{"csm", false, false, 0.85, 8, 4.35},
	{"static", true, false, 0.85, 8, 3.49},
	{"no-sliding", false, false, 0.85, 1, 36.52},
	{"no-opt", false, true, 0, 1, 92.17},
	{0},
};

const struct clips_variant *clips_variant_find(const char *name)
{
	for (const struct clips_variant *v = clips_variants; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static int read_way(struct clips_options *o, const char *text)
{
	unsigned long low, high;
	char *end;

	low = strtoul(text, &end, 10);
	high = *end == '-' && isdigit((unsigned char)end[1]) ? strtoul(end + 1, &end, 10) : 0;
	if (!isdigit((unsigned char)text[0]) || *end || low < 1 || high < low || high > WAY_MAX_MS)
		return option_refuse(o->error,
				     "--way: expected LOW-HIGH in ms, from 1 to %d, such as 20-40, "
				     "found '%.60s'",
				     WAY_MAX_MS, text);
	o->way_low_us = low * 1000;
	o->way_high_us = high * 1000;
	return 0;
}

static int read_variant(struct clips_options *o, const char *text)
{
	o->variant = clips_variant_find(text);
	if (o->variant)
		return 0;
	return option_refuse(o->error,
			     "--variant: expected csm, static, no-sliding or no-opt, found '%.60s'",
			     text);
}

static int read_option(struct clips_options *o, int c, bool *draw)
{
	switch (c) {
	case 'a':
		o->app = optarg;
		return 0;
	case 'u':
		o->ue = optarg;
		return 0;
	case 'o':
		o->out = optarg;
		return 0;
	case 'n':
		return option_number(o->error, "--clips", optarg, 1, CLIPS_MAX, &o->clips);
	case 'w':
		return option_number(o->error, "--window", optarg, 1, WINDOW_MAX, &o->window);
	case 'T':
		return option_share(o->error, "--threshold", optarg, &o->threshold);
	case 'v':
		return read_variant(o, optarg);
	case 'h':
		o->handover = true;
		return 0;
	case 'W':
		return read_way(o, optarg);
	case 'd':
		*draw = true;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	default:
		o->help = true;
		return 0;
	}
}

static const struct option known[] = {
	{"app", required_argument, NULL, 'a'},	   {"clips", required_argument, NULL, 'n'},
	{"variant", required_argument, NULL, 'v'}, {"threshold", required_argument, NULL, 'T'},
	{"window", required_argument, NULL, 'w'},  {"handover", no_argument, NULL, 'h'},
	{"way", required_argument, NULL, 'W'},	   {"ue", required_argument, NULL, 'u'},
	{"out", required_argument, NULL, 'o'},	   {"json", no_argument, NULL, 'j'},
	{"quiet", no_argument, NULL, 'q'},	   {"draw", no_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'H'},	   {0}};

static int take_files(struct clips_options *o, bool draw, int argc, char **argv)
{
	if (draw)
		return option_files(o->error, argc, argv, o->out, CLIPS_FILES_MAX, o->draw_file,
				    &o->draw);
	return optind < argc ? option_refuse(o->error, "measure clips: unexpected argument '%.60s'",
					     argv[optind])
			     : 0;
}

/* What wasn't given is the variant's. */
static void complete(struct clips_options *o)
{
	if (o->threshold < 0)
		o->threshold = o->variant->threshold;
	if (o->window == 0)
		o->window = o->variant->window;
}

int clips_options_read(struct clips_options *o, int argc, char **argv)
{
	bool draw = false;
	int c, r = 0;

	*o = (struct clips_options){
		.variant = &clips_variants[0], .threshold = -1, .clips = 10, .json = o->json};
	option_begin();
	while (r == 0 && (c = option_next(o->error, "clips", argc, argv, ":", known)) != -1)
		r = c < 0 ? c : read_option(o, c, &draw);
	if (r == 0 && !o->help)
		r = take_files(o, draw, argc, argv);
	if (r == 0)
		complete(o);
	return r;
}
