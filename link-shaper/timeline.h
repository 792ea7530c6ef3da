/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripted changes: what happens when, as arithmetic on a time since the start. A change with
 * `over` is a row of steps of TIMELINE_STEP_US, each a part of the way that is still left, so that
 * neither a restart nor somebody's `set` in the middle of it makes a jump.
 */
#ifndef BATON_LINK_SHAPER_TIMELINE_H
#define BATON_LINK_SHAPER_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/shape/patch.h"

enum { TIMELINE_STEP_US = 100000, TIMELINE_CHANGES_MAX = 4096 };

struct change {
	uint64_t at_us, over_us; /* over_us 0: at once */
	size_t port;		 /* index */
	struct patch patch;
};

struct timeline {
	const struct change *change; /* borrowed */
	size_t count;
	uint64_t repeat_us; /* 0: once; not below any change's end */
};

/* An event of it */
struct timeline_event {
	uint64_t at_us; /* since the start */
	size_t change;
	uint32_t left; /* steps, this one too */
};

/**
 * timeline_next - the first event after @after_us, or, of those at the same time, the first behind
 * @after_change
 * @after_us, @after_change: of the event before; begin with 0 and -1
 *
 * Return: false when there is none any more
 */
bool timeline_next(const struct timeline *t, uint64_t after_us, long after_change,
		   struct timeline_event *ret_event);

#endif
