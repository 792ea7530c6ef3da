// SPDX-License-Identifier: Apache-2.0
/* What is looked at of H.264 itself: NAL units of an access unit, sequence parameter sets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/stream/h264_nal.h"
#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void annex_b(void **state)
{
	uint8_t au[64];
	const size_t len =
		bytes_from_hex("00000001 6742 000001 68 00 00000001 65aabb0000", au, sizeof(au));
	static const size_t lens[] = {2, 1, 3};
	const uint8_t *unit;
	size_t at = 0, n;

	for (size_t i = 0; i < N(lens); i++) {
		assert_true(h264_nal_next(au, len, &at, &unit, &n));
		assert_int_equal(n, lens[i]);
	}
	assert_false(h264_nal_next(au, len, &at, &unit, &n));
	at = 0;
	assert_false(h264_nal_next(au, 3, &at, &unit, &n));
	at = 0;
	assert_false(h264_nal_next((const uint8_t *)"\0\0\1", 3, &at, &unit, &n));
}

/* Bits of sequence parameter sets, written by hand: profile, constraints, level, then ue(v)s */
static const struct {
	const char *what, *hex;
	int rc;
	unsigned width, height;
} sets[] = {
	/* id 0 "1", frame_num 0 "1", poc 2 "011", refs 1 "010", gaps "0", 39 "00000101000", 29
	   "000011110", mbs_only "1" */
	{"1: 640x480 Baseline", "67 42c01e da0280f6", 0, 640, 480},
	{"2: profile 110", "67 6ec01e da0280f6", -ENOTSUP, 0, 0},
	{"3: level 6.2", "67 42c03e da0280f6", -ENOTSUP, 0, 0},
	{"4: fields", "67 42c01e da0280f0", -ENOTSUP, 0, 0},
	{"5: cut", "67 42c01e da02", -EBADMSG, 0, 0},
	{"6: cut before all", "67 42c01e", -EBADMSG, 0, 0},
	{"7: not an SPS", "68 42c01e da0280f6", -EBADMSG, 0, 0},
	{"8: zeros only", "67 42c01e 00000000 00000000", -EBADMSG, 0, 0},
};

static void parameter_sets(void **state)
{
	for (size_t i = 0; i < N(sets); i++) {
		uint8_t octets[64];
		const size_t len = bytes_from_hex(sets[i].hex, octets, sizeof(octets));
		struct h264_sps sps = {.width = 0};
		const int rc = h264_sps_parse(octets, len, &sps);

		if (rc != sets[i].rc || sps.width != sets[i].width || sps.height != sets[i].height)
			fail_msg("%s: %d, %ux%u", sets[i].what, rc, sps.width, sps.height);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(annex_b),
		cmocka_unit_test(parameter_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
