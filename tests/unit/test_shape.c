// SPDX-License-Identifier: Apache-2.0
/* Which means carries out a shape, with and without netem in the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "lib/shape/shape.h"

static void test_choose(void **state)
{
	static const struct {
		struct link_shape shape;
		enum shape_backend with, without;
	} rows[] = {
		{{0}, SHAPE_NONE, SHAPE_NONE},
		{{.queue_packets = 5}, SHAPE_NONE, SHAPE_NONE},
		{{.rate_bps = 1}, SHAPE_TBF, SHAPE_TBF},
		{{.rate_bps = 1, .queue_packets = 5}, SHAPE_TBF, SHAPE_TBF},
		{{.rate_bps = 1, .delay_us = 1}, SHAPE_NETEM, SHAPE_USER},
		{{.delay_us = 1}, SHAPE_NETEM, SHAPE_USER},
		{{.jitter_us = 1}, SHAPE_NETEM, SHAPE_USER},
		{{.loss = 0.01}, SHAPE_NETEM, SHAPE_USER},
		{{.duplicate = 0.01}, SHAPE_NETEM, SHAPE_USER},
		{{.reorder = 0.01}, SHAPE_NETEM, SHAPE_USER},
		{{.corrupt = 0.01}, SHAPE_NETEM, SHAPE_USER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (shape_choose(&rows[i].shape, true) != rows[i].with ||
		    shape_choose(&rows[i].shape, false) != rows[i].without)
			fail_msg("row %zu", i);
}

static void test_names(void **state)
{
	assert_string_equal(shape_backend_name(SHAPE_NONE), "none");
	assert_string_equal(shape_backend_name(SHAPE_TBF), "tbf");
	assert_string_equal(shape_backend_name(SHAPE_NETEM), "netem");
	assert_string_equal(shape_backend_name(SHAPE_USER), "user");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
