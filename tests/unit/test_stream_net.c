// SPDX-License-Identifier: Apache-2.0
/* Server and client together on loopback: join, frames, inputs, roles, loss, garbage, leaving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/stream_world.h"

static struct stream_world w;

static bool is_joined(struct stream_world *x)
{
	return x->joined > 0;
}

/* Decoded as far as rendered */
static bool is_level(struct stream_world *x)
{
	return x->stamp.seq == x->seq;
}

static void joined_open(bool relayed)
{
	world_open(&w, relayed);
	world_client_open(&w);
	assert_true(world_until(&w, is_joined));
}

static void frames_pass(void **state)
{
	struct stream_client_state s;

	joined_open(false);
	for (unsigned i = 0; i < 120; i++) {
		world_render(&w);
		assert_true(world_until(&w, is_level));
		assert_true(w.psnr > 28);
	}
	world_turn(&w);
	stream_client_state(w.client, &s);
	assert_int_equal(w.frames, 120);
	assert_int_equal(w.verified, 120);
	assert_int_equal(s.phase, STREAM_DECODING);
	assert_int_equal(s.frames, 120);
	assert_int_equal(s.keys, 1);
	assert_int_equal(s.lost + s.broken + s.refused + s.skipped + s.unverified, 0);
	assert_int_equal(s.last_stamp.tick, 220);
	assert_true(s.rtt_us > 0);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
