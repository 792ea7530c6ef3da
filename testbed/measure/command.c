// SPDX-License-Identifier: Apache-2.0
/* `baton measure`: which measurement, of what, and its end. */
#include <string.h>
#include <unistd.h>

#include "testbed/measure/measure.h"
#include "testbed/measure/session.h"

static int run(const struct baton_context *ctx, enum measurement what, int argc, char **argv)
{
	struct session s = {.options.json = ctx->json, .lock = -1};
	int status;

	if (measure_options_read(&s.options, what, argc, argv) < 0) {
		complain("%s", s.options.error);
		return BATON_USAGE;
	}
	if (s.options.help) {
		fputs(measure_usage(what), stdout);
		return BATON_OK;
	}
	status = place_find(&s.place, ctx, &s.options);
	if (status == BATON_OK)
		status = what == MEASURE_STORM ? storm_run(&s) : switch_run(&s);
	report_done(&s.report);
	if (s.lock >= 0)
		close(s.lock);
	place_done(&s.place);
	return status;
}

int measure_main(const struct baton_context *ctx, int argc, char **argv)
{
	const char *word = argc >= 2 ? argv[1] : NULL;

	if (word && strcmp(word, "switch") == 0)
		return run(ctx, MEASURE_SWITCH, argc - 1, argv + 1);
	if (word && strcmp(word, "storm") == 0)
		return run(ctx, MEASURE_STORM, argc - 1, argv + 1);
	if (word && strcmp(word, "--help") == 0) {
		printf("%s\n%s", measure_usage(MEASURE_SWITCH), measure_usage(MEASURE_STORM));
		return BATON_OK;
	}
	complain("measure: expected 'switch' or 'storm'%s%s", word ? ", found " : "",
		 word ? word : "");
	fputs(measure_usage(MEASURE_SWITCH), stderr);
	return BATON_USAGE;
}
