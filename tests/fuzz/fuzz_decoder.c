// SPDX-License-Identifier: Apache-2.0
/*
 * The decoder on arbitrary access units: records of u16 length and octets, Annex B. No crash, no
 * picture larger than agreed, and no error that codec.h doesn't name.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "apps/stream/codec.h"
#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIDE_MAX = 320 };

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_decoder: %s\n", what);
	abort();
}

/* Every sample is there to be read */
static unsigned touch(const struct picture *p)
{
	unsigned sum = 0;

	for (unsigned c = 0; c < PICTURE_PLANES; c++)
		for (unsigned y = 0; y < picture_plane_height(p, c); y++)
			for (unsigned x = 0; x < picture_plane_width(p, c); x++)
				sum += p->plane[c][y * p->stride[c] + x];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decoder_config config = {CODEC_OPENH264, SIDE_MAX, SIDE_MAX};
	struct wire_reader r = {.at = data, .end = data + size};
	struct decoder *d;

	if (decoder_new(&config, &d))
		return 0;
	while (wire_left(&r) >= 2) {
		size_t len = wire_get_u16(&r);
		const struct picture *picture;
		int rc;

		len = len < wire_left(&r) ? len : wire_left(&r);
		rc = decoder_decode(d, r.at, len, &picture);
		wire_get(&r, len);
		require(rc == 0 || rc == -EAGAIN || rc == -EBADMSG || rc == -ENOMEM,
			"another error");
		if (rc)
			continue;
		require(picture->width <= SIDE_MAX && picture->height <= SIDE_MAX, "too large");
		__asm__ volatile("" : : "r"(touch(picture))); /* used, for all the compiler knows */
	}
	decoder_free(d);
	return 0;
}
