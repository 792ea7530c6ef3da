/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A selector with made-up frames of one luma each, a turn each 16.7 ms, and the rows of what it
 * showed.
 */
#ifndef BATON_TESTS_SELECTOR_WORLD_H
#define BATON_TESTS_SELECTOR_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apps/stream-client/downtime.h"
#include "apps/stream-client/selector.h"

enum { WIDTH = 320, HEIGHT = 96, TURN_NS = 16666666, ROWS = 512 };

struct source {
	struct frame frame;
	bool there, stalled, frozen, unsettled;
};

struct world {
	struct selector *selector;
	uint64_t now_ns;
	struct source stream[4]; /* numbers 1 to 3 */
	struct selector_turn turn;
	struct display_row row[ROWS];
	size_t rows;
};

int selector_world_open(void **state);
int selector_world_close(void **state);

/* The next frame of a stream, of one luma */
void world_render(struct world *w, unsigned n, uint8_t luma);
void world_turn(struct world *w);
/* New frames on streams 1 and 2 (but frozen ones), then a turn */
void world_both(struct world *w, uint8_t luma1, uint8_t luma2);
/* Stream 1 (luma 100) is shown */
void world_show_first(struct world *w);

/* Of what is shown: a sample below the strip; the code in the strip */
uint8_t world_luma(const struct world *w);
struct frame_stamp world_code(const struct world *w);

/* A switch with a time of one second */
struct switch_record world_ask(uint32_t number, uint32_t to, double threshold, uint32_t window);

#define world_test(f) cmocka_unit_test_setup_teardown(f, selector_world_open, selector_world_close)

#endif
