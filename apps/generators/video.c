// SPDX-License-Identifier: Apache-2.0
/*
 * video: what an encoder does to memory. A frame comes in, is compared with the frames before,
 * block by block, the best of them and what differs is coded, and the frame becomes a reference
 * itself, over the oldest. The frames lie in the heap, as many as it holds: the first is the one
 * that comes in. Coded octets go into the file; `work` of the processor is spent on comparing.
 */
#include <string.h>

#include "apps/generators/generator.h"

enum {
	WIDTH = 320,
	HEIGHT = 240,
	FRAME = WIDTH * HEIGHT * 3 / 2, /* I420 */
	FRAME_PAGES = (FRAME + GENERATOR_PAGE - 1) / GENERATOR_PAGE * GENERATOR_PAGE,
	BLOCK = 16,
	FRAMES_A_TICK = 8,
	WORK_MAX_US = 50000,
};

static uint8_t *frame(struct generator *g, uint64_t index)
{
	return g->heap + index * FRAME_PAGES;
}

/* A scene that pans, and noise that no reference has */
static void take_in(struct generator *g)
{
	uint8_t *in = frame(g, 0);
	const uint64_t n = g->state->units;
	const size_t noisy = (size_t)((double)FRAME * g->settings->compressible);

	for (size_t y = 0; y < HEIGHT * 3 / 2; y++)
		for (size_t x = 0; x < WIDTH; x++)
			in[y * WIDTH + x] = (uint8_t)((x + n) / BLOCK * 37 + y / BLOCK * 11);
	generator_fill(g, n * FRAME, in, noisy - noisy % BLOCK);
}

static unsigned difference(const uint8_t *a, const uint8_t *b)
{
	unsigned sum = 0;

	for (size_t y = 0; y < BLOCK; y++)
		for (size_t x = 0; x < BLOCK; x++)
			sum += (unsigned)(a[y * WIDTH + x] > b[y * WIDTH + x]
						  ? a[y * WIDTH + x] - b[y * WIDTH + x]
						  : b[y * WIDTH + x] - a[y * WIDTH + x]);
	return sum;
}

/* Of one row of blocks: which reference suits each best, by how much */
static size_t code_row(struct generator *g, size_t row, uint64_t references, uint8_t *coded)
{
	size_t len = 0;

	for (size_t x = 0; x + BLOCK <= WIDTH; x += BLOCK) {
		const size_t at = row * BLOCK * WIDTH + x;
		unsigned best = UINT32_MAX;
		uint8_t which = 0;

		for (uint64_t r = 1; r <= references; r++) {
			unsigned d = difference(frame(g, 0) + at, frame(g, r) + at);

			if (d < best) {
				best = d;
				which = (uint8_t)r;
			}
		}
		coded[len++] = which;
		coded[len++] = (uint8_t)(best >> 8);
		coded[len++] = (uint8_t)best;
	}
	return len;
}

static void encode(struct generator *g, uint64_t work_us)
{
	struct generator_state *s = g->state;
	const uint64_t references = g->settings->heap / FRAME_PAGES - 1;
	uint8_t coded[WIDTH / BLOCK * 3];

	take_in(g);
	for (size_t row = 0; row < HEIGHT / BLOCK; row++) {
		size_t len = code_row(g, row, references < 4 ? references : 4, coded);

		generator_append(g, coded, len);
	}
	generator_work(g, work_us);
	memcpy(frame(g, 1 + s->units % references), frame(g, 0), FRAME);
	s->units++;
}

static void video_run(struct generator *g, uint64_t elapsed_us)
{
	/* each frame is written twice: as it comes in, and as a reference */
	uint64_t due = generator_due(g, elapsed_us, (size_t)2 * FRAME, FRAMES_A_TICK);
	uint64_t us =
		g->settings->write ? g->settings->work_us * 2 * FRAME / g->settings->write : 0;

	for (; due; due--)
		encode(g, us < WORK_MAX_US ? us : WORK_MAX_US);
}

const struct generator_kind generator_video = {.name = "video",
					       .writes_file = true,
					       .heap_min = (size_t)2 * FRAME_PAGES,
					       .run = video_run};
