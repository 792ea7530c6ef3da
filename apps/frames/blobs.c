// SPDX-License-Identifier: Apache-2.0
/* What touches is one blob: filled from each of its samples, with a stack of its own. */
#include "apps/frames/state.h"

#include <string.h>

struct fill {
	uint8_t *moving;
	unsigned width, height;
	uint32_t count; /* of the stack */
	uint32_t stack[FRAMES_SAMPLES_MAX];
};

static void push(struct fill *f, unsigned x, unsigned y)
{
	const uint32_t at = y * f->width + x;

	if (x >= f->width || y >= f->height || !f->moving[at])
		return;	   /* beyond the edge: below 0 is far above */
	f->moving[at] = 0; /* pushed once: the stack holds them all */
	f->stack[f->count++] = at;
}

static struct frame_blob fill_from(struct fill *f, unsigned x, unsigned y)
{
	unsigned left = x, right = x, top = y, bottom = y;
	struct frame_blob blob = {0};

	for (push(f, x, y); f->count; blob.samples++) {
		const uint32_t at = f->stack[--f->count];

		x = at % f->width;
		y = at / f->width;
		left = x < left ? x : left;
		right = x > right ? x : right;
		top = y < top ? y : top;
		bottom = y > bottom ? y : bottom;
		for (unsigned i = 0; i < 9; i++)
			push(f, x + i % 3 - 1, y + i / 3 - 1);
	}
	blob.x = (uint16_t)left;
	blob.y = (uint16_t)top;
	blob.width = (uint16_t)(right - left + 1);
	blob.height = (uint16_t)(bottom - top + 1);
	return blob;
}

/* Equal ones stay in the order in which they were found. */
static void keep_largest(const struct frame_blob *blob, unsigned count,
			 struct frame_blob ret[FRAMES_BLOBS_TOLD])
{
	unsigned at = count < FRAMES_BLOBS_TOLD ? count : FRAMES_BLOBS_TOLD;

	for (; at && ret[at - 1].samples < blob->samples; at--)
		if (at < FRAMES_BLOBS_TOLD)
			ret[at] = ret[at - 1];
	if (at < FRAMES_BLOBS_TOLD)
		ret[at] = *blob;
}

unsigned frame_blobs(uint8_t *moving, unsigned width, unsigned height,
		     struct frame_blob ret[FRAMES_BLOBS_TOLD])
{
	/* scratch, not state: too much for a stack of a thread's; there is one thread */
	static struct fill fill;
	unsigned count = 0;

	memset(ret, 0, FRAMES_BLOBS_TOLD * sizeof(*ret));
	fill.moving = moving;
	fill.width = width;
	fill.height = height;
	for (uint32_t at = 0; at < width * height; at++) {
		struct frame_blob blob;

		if (!moving[at])
			continue;
		blob = fill_from(&fill, at % width, at / width);
		if (blob.samples >= FRAMES_BLOB_MIN)
			keep_largest(&blob, count++, ret);
	}
	return count;
}
