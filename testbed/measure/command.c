// SPDX-License-Identifier: Apache-2.0
/* `baton measure`: which measurement, of what, and its end. */
#include <string.h>
#include <unistd.h>

#include "testbed/measure/clips.h"
#include "testbed/measure/measure.h"
#include "testbed/measure/migration.h"
#include "testbed/measure/session.h"

static int (*const runs[MEASUREMENTS])(struct session *s) = {[MEASURE_SWITCH] = switch_run,
							     [MEASURE_STORM] = storm_run,
							     [MEASURE_BYTES] = bytes_run,
							     [MEASURE_PLAY] = play_run};

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
	status = what == MEASURE_BYTES	? place_find_topology(&s.place, ctx)
		 : what == MEASURE_PLAY ? place_find_ue(&s.place, ctx, s.options.ue)
					: place_find(&s.place, ctx, &s.options);
	if (status == BATON_OK)
		status = runs[what](&s);
	report_done(&s.report);
	if (s.lock >= 0)
		close(s.lock);
	place_done(&s.place);
	return status;
}

int measure_main(const struct baton_context *ctx, int argc, char **argv)
{
	const char *word = argc >= 2 ? argv[1] : NULL;
	int what = word ? measure_named(word) : -1;

	if (word && strcmp(word, "clips") == 0)
		return clips_main(ctx, argc - 1, argv + 1);
	if (word && strcmp(word, "migration") == 0)
		return measure_migration_main(ctx, argc - 1, argv + 1);
	if (what >= 0)
		return run(ctx, (enum measurement)what, argc - 1, argv + 1);
	if (word && strcmp(word, "--help") == 0) {
		for (what = 0; what < MEASUREMENTS; what++)
			printf("%s%s", what ? "\n" : "", measure_usage((enum measurement)what));
		printf("\n%s\n%s", clips_usage, migration_usage);
		return BATON_OK;
	}
	complain("measure: expected 'switch', 'storm', 'bytes', 'play', 'clips' or 'migration'%s%s",
		 word ? ", found " : "", word ? word : "");
	fputs(measure_usage(MEASURE_SWITCH), stderr);
	return BATON_USAGE;
}
