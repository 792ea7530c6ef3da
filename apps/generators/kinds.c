// SPDX-License-Identifier: Apache-2.0
/* Three plain kinds: cpu, io and mem. */
#include <string.h>
#include <unistd.h>

#include "apps/generators/generator.h"

enum { BLOCK = 16 << 10, WORK_MAX_US = 50000 /* a tick, so that answers don't wait for longer */ };

/* ---- cpu: a share of one processor ---- */

static void cpu_run(struct generator *g, uint64_t elapsed_us)
{
	uint64_t us = g->settings->work_us * elapsed_us / 1000000;

	generator_work(g, us < WORK_MAX_US ? us : WORK_MAX_US);
	g->state->units++;
}

const struct generator_kind generator_cpu = {.name = "cpu", .run = cpu_run};

/* ---- io: blocks into a file, each read again ---- */

static void io_run(struct generator *g, uint64_t elapsed_us)
{
	struct generator_state *s = g->state;
	uint8_t *block = g->heap, *again = g->heap + BLOCK;

	for (uint64_t due = generator_due(g, elapsed_us, BLOCK, GENERATOR_FILE_MAX / BLOCK); due;
	     due--) {
		const uint64_t failed = s->failed;

		generator_fill(g, s->units, block, BLOCK);
		generator_append(g, block, BLOCK);
		if (s->failed == failed &&
		    (pread(g->file, again, BLOCK, (off_t)(s->file_at - BLOCK)) != BLOCK ||
		     memcmp(block, again, BLOCK) != 0))
			s->failed++;
		s->units++;
	}
}

const struct generator_kind generator_io = {
	.name = "io", .writes_file = true, .heap_min = (size_t)2 * BLOCK, .run = io_run};

/* ---- mem: pages of the heap, one after the other ---- */

static void mem_run(struct generator *g, uint64_t elapsed_us)
{
	struct generator_state *s = g->state;
	const uint64_t pages = g->settings->heap / GENERATOR_PAGE;

	for (uint64_t due = generator_due(g, elapsed_us, GENERATOR_PAGE, pages); due; due--) {
		generator_fill(g, s->units + pages, g->heap + s->units % pages * GENERATOR_PAGE,
			       GENERATOR_PAGE);
		s->units++;
		s->octets += GENERATOR_PAGE;
	}
}

const struct generator_kind generator_mem = {.name = "mem", .run = mem_run};
