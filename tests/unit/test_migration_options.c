// SPDX-License-Identifier: Apache-2.0
/* What `measure migration` is asked for */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/migration.h"

static int read_words(struct migration_options *o, const char *words)
{
	static char copy[400];
	char *argv[24] = {"migration"}, *rest = copy, *word;
	int argc = 1;

	snprintf(copy, sizeof copy, "%s", words);
	while ((word = strsep(&rest, " ")) && argc < 23)
		argv[argc++] = word;
	argv[argc] = NULL;
	o->json = false;
	return migration_options_read(o, argc, argv);
}

static void test_options(void **state)
{
	struct migration_options o;

	(void)state;
	assert_int_equal(read_words(&o,
				    "--strategy iterative,replay --burst 1000/3000/50 --tcp --body "
				    "100000 --process criterion=rounds,rounds=3,x=true --count 5 "
				    "--link=false --from-the-first"),
			 0);
	assert_int_equal(o.strategy_count, 2);
	assert_string_equal(o.strategy[1], "replay");
	assert_int_equal(o.load, LOAD_BURST);
	assert_true(o.tcp && o.from_the_first && !o.link);
	assert_string_equal(o.rate, "1000/3000/50");
	assert_int_equal(json_integer_value(json_object_get(o.process, "rounds")), 3);
	assert_true(json_is_true(json_object_get(o.process, "x")));
	assert_string_equal(json_string_value(json_object_get(o.process, "criterion")), "rounds");
	migration_options_done(&o);
	assert_int_equal(read_words(&o, "--strategy iterative --reference 2.5Mbit"), 0);
	assert_float_equal(o.reference_bps, 2.5e6, 1);
	migration_options_done(&o);
	assert_int_equal(read_words(&o, "--strategy replay --load closed"), 0);
	assert_int_equal(o.load, LOAD_CLOSED);
	migration_options_done(&o);
	assert_int_equal(read_words(&o, "--strategy replay --load 2.5"), 0);
	assert_int_equal(o.load, LOAD_RATE);
	migration_options_done(&o);
}

static void test_options_that_are_none(void **state)
{
	static const struct {
		const char *words, *said;
	} bad[] = {
		{"", "expected --strategy NAME"},
		{"--strategy teleport", "found 'teleport'"},
		{"--strategy replay,", "--strategy: expected"},
		{"--strategy replay --rate 0", "--rate: expected 0.1 to"},
		{"--strategy replay --rate nan", "--rate: expected 0.1 to"},
		{"--strategy replay --burst 1/2", "--burst: expected ON_MS/OFF_MS/N"},
		{"--strategy replay --burst 0/2/5", "--burst: expected ON_MS/OFF_MS/N"},
		{"--strategy replay --load fast", "--rate: expected 0.1 to"},
		{"--strategy replay --load 5/5", "--burst: expected ON_MS/OFF_MS/N"},
		{"--strategy replay --body 2000", "expected at most 1400 without --tcp"},
		{"--strategy replay --process rounds", "expected MEMBER=VALUE"},
		{"--strategy replay --process rounds=", "expected MEMBER=VALUE"},
		{"--strategy replay --mode sideways", "--mode: expected make-before-break"},
		{"--strategy replay --count 0", "--count: expected a number"},
		{"--strategy replay --tcp=perhaps", "--tcp: expected true or false"},
		{"--strategy replay --reference 10",
		 "--reference: expected a rate, such as 10Mbit"},
		{"--strategy replay --reference 0Mbit", "--reference: expected a rate"},
		{"--strategy replay --reference nanMbit", "--reference: expected a rate"},
		{"--strategy replay more", "unexpected argument 'more'"},
		{"--strategy replay --speed 9", "unknown option '--speed'"},
		{"--draw x.json", "--draw: expected --out DIR"},
		{"--draw --out x", "--draw: expected --out DIR"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct migration_options o = {0};
		int r = *bad[i].words
				? read_words(&o, bad[i].words)
				: migration_options_read(&o, 1, (char *[]){"migration", NULL});

		assert_int_equal(r, -EINVAL);
		if (!strstr(o.error, bad[i].said))
			fail_msg("'%s' said '%s', not '%s'", bad[i].words, o.error, bad[i].said);
		migration_options_done(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_options_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
