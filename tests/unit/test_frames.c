// SPDX-License-Identifier: Apache-2.0
/* Analysis of frames: what is a picture, what moves in it, how many blobs that is, and that the
 * chain proves the background. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/frames/state.h"
#include "lib/wire.h"
#include "tests/unit/service_world.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct world a, b;

static const struct {
	const char *what;
	uint8_t header[8];
	size_t samples;
	int rc;
} pictures[] = {
	{"grey 4x3", {0, 4, 0, 3, 1}, 12, 0},
	{"octets beyond", {0, 4, 0, 3, 1}, 20, 0},
	{"one too few", {0, 4, 0, 3, 1}, 11, -EBADMSG},
	{"I420 4x2", {0, 4, 0, 2, 2}, 12, 0},
	{"I420 3x3", {0, 3, 0, 3, 2}, 17, 0},
	{"I420 3x3, one too few", {0, 3, 0, 3, 2}, 16, -EBADMSG},
	{"no width", {0, 0, 0, 3, 1}, 12, -EBADMSG},
	{"no height", {0, 4, 0, 0, 1}, 12, -EBADMSG},
	{"format 0", {0, 4, 0, 3, 0}, 12, -EBADMSG},
	{"format 3", {0, 4, 0, 3, 3}, 12, -EBADMSG},
	{"padding", {0, 4, 0, 3, 1, 1}, 12, -EBADMSG},
	{"640x480", {2, 128, 1, 224, 1}, 640 * 480, 0},
	{"640x481", {2, 128, 1, 225, 1}, 640 * 481, -EBADMSG},
	{"65535x65535", {255, 255, 255, 255, 1}, 12, -EBADMSG},
};

static void picture(void **state)
{
	uint8_t *body = calloc(1, 8 + 640 * 481);
	struct frame frame;

	assert_non_null(body);
	for (size_t i = 0; i < N(pictures); i++) {
		memcpy(body, pictures[i].header, 8);
		if (frame_read(body, 8 + pictures[i].samples, &frame) != pictures[i].rc)
			fail_msg("%s", pictures[i].what);
	}
	for (size_t len = 0; len < 8; len++)
		assert_int_equal(frame_read(body, len, &frame), -EBADMSG);
	free(body);
}

/* 16 wide; each text is rows of marks */
static const struct {
	const char *what, *rows;
	unsigned blobs;
	struct frame_blob first, second;
} scenes[] = {
	{"nothing", "................", 0, {0}, {0}},
	{"too small: 7", "###.............#..#...............", 0, {0}, {0}},
	{"a bar of 8", "########........", 1, {0, 0, 8, 1, 8}, {0}},
	{"two, the larger first",
	 "########........"
	 "................"
	 ".......#########",
	 2,
	 {7, 2, 9, 1, 9},
	 {0, 0, 8, 1, 8}},
	{"by corners",
	 "####............"
	 "....####........",
	 1,
	 {0, 0, 8, 2, 8},
	 {0}},
	{"not around the edge",
	 ".............###"
	 "................"
	 "###............."
	 "##..............",
	 0,
	 {0},
	 {0}},
	{"a ring, by its outer bounds",
	 "##########......"
	 "#........#......"
	 "#........#......"
	 "##########......",
	 1,
	 {0, 0, 10, 4, 24},
	 {0}},
};

static void same_blob(const char *what, const struct frame_blob *found,
		      const struct frame_blob *wanted)
{
	if (found->x != wanted->x || found->y != wanted->y || found->width != wanted->width ||
	    found->height != wanted->height || found->samples != wanted->samples)
		fail_msg("%s: %u,%u %ux%u of %u", what, found->x, found->y, found->width,
			 found->height, found->samples);
}

static void blobs(void **state)
{
	for (size_t i = 0; i < N(scenes); i++) {
		const unsigned height = (unsigned)strlen(scenes[i].rows) / 16;
		struct frame_blob found[FRAMES_BLOBS_TOLD];
		uint8_t moving[16 * 16];

		for (unsigned at = 0; at < 16 * height; at++)
			moving[at] = scenes[i].rows[at] == '#';
		if (frame_blobs(moving, 16, height, found) != scenes[i].blobs)
			fail_msg("%s", scenes[i].what);
		same_blob(scenes[i].what, &found[0], &scenes[i].first);
		same_blob(scenes[i].what, &found[1], &scenes[i].second);
	}
}

/* More than are told: all are counted, the largest told in order */
static void many_blobs(void **state)
{
	static uint8_t moving[64 * 64];
	struct frame_blob found[FRAMES_BLOBS_TOLD];

	for (unsigned i = 0; i < 32; i++)
		memset(moving + i * 128, 1, 8 + i);
	assert_int_equal(frame_blobs(moving, 64, 64, found), 32);
	for (unsigned i = 0; i < FRAMES_BLOBS_TOLD; i++)
		assert_int_equal(found[i].samples, 8 + 31 - i);
}

static void take_picture(struct world *w, uint64_t number, unsigned square_at)
{
	const struct service_peer peer = {0};
	uint8_t body[8 + 40 * 30] = {0, 40, 0, 30, 1};
	const struct service_request r = {.type = SERVICE_APPLY,
					  .client = 7,
					  .number = number,
					  .length = sizeof(body),
					  .body = body};

	memset(body + 8, 100, 40 * 30);
	for (unsigned y = 10; y < 14; y++)
		memset(body + 8 + 40 * y + square_at, 200, 4);
	service_machine_take(&w->machine, &r, &peer);
}

static void told(const struct world *w, unsigned blobs_wanted, unsigned moving)
{
	const struct service_answer *answer = world_last(w);

	assert_int_equal(answer->status, SERVICE_APPLIED);
	assert_int_equal(answer->length, 6 + 8 * FRAMES_BLOBS_TOLD);
	assert_int_equal(wire_load16(answer->body), blobs_wanted);
	assert_int_equal(wire_load32(answer->body + 2), moving);
}

static void moves(void **state)
{
	world_begin(&a, &frames_ops, 1);
	take_picture(&a, 1, 5); /* the first is the background */
	told(&a, 0, 0);
	take_picture(&a, 2, 5);
	told(&a, 0, 0);
	take_picture(&a, 3, 20); /* where it was, and where it is */
	told(&a, 2, 32);
	assert_int_equal(wire_load16(world_last(&a)->body + 6), 5);
	assert_int_equal(wire_load16(world_last(&a)->body + 8), 10);
	assert_int_equal(wire_load16(world_last(&a)->body + 14), 20);
	for (uint64_t n = 4; n < 60; n++)
		take_picture(&a, n, 20);
	told(&a, 0, 0); /* learnt */
	world_end(&a);
}

/* The model is in the chain, and moves with the block */
static void proven(void **state)
{
	world_begin(&a, &frames_ops, 1);
	take_picture(&a, 1, 5);
	world_copy(&b, &a);
	take_picture(&a, 2, 6);
	take_picture(&b, 2, 6);
	assert_memory_equal(world_last(&a)->chain, world_last(&b)->chain, SERVICE_CHAIN_LEN);
	((uint8_t *)b.machine.memory)[b.settings.heap + 16] ^=
		4; /* a bit of the background's mean */
	take_picture(&a, 3, 6);
	take_picture(&b, 3, 6);
	assert_memory_not_equal(world_last(&a)->chain, world_last(&b)->chain, SERVICE_CHAIN_LEN);
	world_end(&a);
	world_end(&b);
}

/* What the client makes is a picture in which something moves; what is too short is refused, and
 * nothing learnt */
static void bodies(void **state)
{
	unsigned moving = 0;

	world_begin(&a, &frames_ops, 1);
	world_take(&a, 7, 1, 19);
	assert_int_equal(world_last(&a)->status, SERVICE_REFUSED);
	for (uint64_t n = 1; n <= 20; n++) {
		world_take(&a, 7, n, 1400);
		assert_int_equal(world_last(&a)->status, SERVICE_APPLIED);
		moving += wire_load16(world_last(&a)->body) > 0;
	}
	assert_true(moving > 10);
	world_take(&a, 7, 21, 20);
	assert_int_equal(world_last(&a)->status, SERVICE_APPLIED);
	world_end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picture), cmocka_unit_test(blobs),  cmocka_unit_test(many_blobs),
		cmocka_unit_test(moves),   cmocka_unit_test(proven), cmocka_unit_test(bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
