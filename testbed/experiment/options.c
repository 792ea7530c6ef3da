// SPDX-License-Identifier: Apache-2.0
/* What `baton experiment` is asked for. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/series.h"

static int read_only(struct experiment_options *o, const char *text)
{
	const char *equals = strchr(text, '=');
	char knob[256];
	json_t *values;

	if (o->only_count++ == EXPERIMENT_ONLY_MAX) {
		complain("--only: more than %d times", EXPERIMENT_ONLY_MAX);
		return BATON_USAGE;
	}

	if (!equals || equals == text ||
	    snprintf(knob, sizeof(knob), "%.*s", (int)(equals - text), text) >= (int)sizeof(knob)) {
		complain("--only: expected KNOB=VALUE, such as mode=make-before-break, found "
			 "'%.60s'",
			 text);
		return BATON_USAGE;
	}
	if (!o->only)
		o->only = json_object();
	values = json_object_get(o->only, knob);
	if (!values) {
		values = json_array();
		json_object_set_new(o->only, knob, values);
	}
	json_array_append_new(values, json_string(equals + 1));
	return BATON_OK;
}

int experiment_options_read(struct experiment_options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{"out", required_argument, NULL, 'o'},	{"full", no_argument, NULL, 'f'},
		{"resume", no_argument, NULL, 'r'},	{"dry-run", no_argument, NULL, 'd'},
		{"only", required_argument, NULL, 'y'}, {0}};
	int c, rc = BATON_OK;

	while (rc == BATON_OK && (c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'o')
			o->out = optarg;
		else if (c == 'f')
			o->full = true;
		else if (c == 'r')
			o->resume = true;
		else if (c == 'd')
			o->dry = true;
		else if (c == 'y')
			rc = read_only(o, optarg);
		else
			rc = BATON_USAGE;
	}
	if (rc == BATON_OK && optind >= argc) {
		complain("usage: baton experiment FILE... [--out DIR] [--full] [--resume] "
			 "[--dry-run] [--only KNOB=VALUE]");
		return BATON_USAGE;
	}
	o->files = (size_t)(argc - optind);
	return rc;
}

char *experiment_command_line(int argc, char **argv)
{
	size_t size = 16;
	char *line;

	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	line = calloc(1, size);
	if (line)
		snprintf(line, size, "baton experiment");
	for (int i = 1; line && i < argc; i++)
		snprintf(line + strlen(line), size - strlen(line), " %s", argv[i]);
	return line;
}
