// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/player_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct inputs *ready_inputs(uint32_t last)
{
	struct inputs *in;

	assert_int_equal(inputs_new(&in), 0);
	inputs_acked(in, last, T0 - INPUTS_SETTLE_MS * (uint64_t)MS);
	inputs_acked(in, last, T0);
	return in;
}

void make(struct inputs *in, enum input_kind input, uint64_t now, uint32_t want_seq)
{
	uint32_t seq = 0;

	assert_int_equal(inputs_make(in, input, now, &seq), 0);
	assert_int_equal(seq, want_seq);
}

int load(const char *text, char error[256], struct input_source **ret)
{
	char path[] = "/tmp/test_player_inputs.XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	error[0] = '\0';
	r = input_source_script(path, error, 256, ret);
	unlink(path);
	return r;
}
