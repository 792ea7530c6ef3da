// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/selector_world.h"

#include <stdlib.h>

int selector_world_open(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	selector_new(&w->selector);
	w->now_ns = 5000000000;
	for (unsigned n = 1; n < 4; n++) {
		w->stream[n].frame.stamp.edge = (uint16_t)n;
		picture_new(WIDTH, HEIGHT, &w->stream[n].frame.picture);
	}
	*state = w;
	return 0;
}

int selector_world_close(void **state)
{
	struct world *w = *state;

	for (unsigned n = 1; n < 4; n++)
		picture_free(w->stream[n].frame.picture);
	selector_free(w->selector);
	free(w);
	return 0;
}

void world_render(struct world *w, unsigned n, uint8_t luma)
{
	struct frame *f = &w->stream[n].frame;

	f->stamp.seq++;
	f->stamp.tick++;
	f->generation++;
	picture_fill(f->picture, luma, 128, 128);
	assert_int_equal(frame_stamp_draw(f->picture, &f->stamp), 0);
	w->stream[n].there = true;
}

void world_turn(struct world *w)
{
	struct selector_stream streams[4];
	unsigned count = 0;

	for (unsigned n = 1; n < 4; n++)
		if (w->stream[n].there)
			streams[count++] = (struct selector_stream){
				.n = n,
				.stalled = w->stream[n].stalled,
				.unsettled = w->stream[n].unsettled,
				.frame =
					w->stream[n].frame.generation ? &w->stream[n].frame : NULL};
	w->now_ns += TURN_NS;
	selector_step(w->selector, w->now_ns, streams, count, &w->turn);
	if (!w->turn.picture)
		return;
	selector_displayed(w->selector, &w->turn, w->now_ns + 1000);
	if (w->rows < ROWS)
		w->row[w->rows++] = w->turn.row;
}

void world_both(struct world *w, uint8_t luma1, uint8_t luma2)
{
	if (!w->stream[1].frozen)
		world_render(w, 1, luma1);
	if (!w->stream[2].frozen)
		world_render(w, 2, luma2);
	world_turn(w);
}

uint8_t world_luma(const struct world *w)
{
	const struct picture *p = w->turn.picture;

	return p->plane[PICTURE_Y][(HEIGHT - 1) * p->stride[PICTURE_Y] + WIDTH / 2];
}

struct frame_stamp world_code(const struct world *w)
{
	struct frame_stamp stamp = {0};

	assert_int_equal(frame_stamp_read(w->turn.picture, &stamp), 0);
	return stamp;
}

struct switch_record world_ask(uint32_t number, uint32_t to, double threshold, uint32_t window)
{
	return (struct switch_record){.request = {.number = number,
						  .to = to,
						  .threshold = threshold,
						  .window = window,
						  .timeout_ns = 1000000000}};
}

void world_show_first(struct world *w)
{
	selector_show(w->selector, 1);
	world_both(w, 100, 200);
}
