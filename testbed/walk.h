/* SPDX-License-Identifier: Apache-2.0 */
/* Movement in a plane: where somebody is at a time, in metres, straight on between waypoints. */
#ifndef BATON_TESTBED_WALK_H
#define BATON_TESTBED_WALK_H

#include <stddef.h>
#include <stdint.h>

struct walk_place {
	double x, y; /* metres */
};

struct walk_point {
	uint64_t at_us;
	struct walk_place place;
};

/** walk_at - @point: by time, at least one; before the first and behind the last it stands still */
struct walk_place walk_at(const struct walk_point *point, size_t count, uint64_t at_us);
double walk_distance(struct walk_place a, struct walk_place b);

/**
 * walk_nearest - whom to be served by
 * @serving: index of who serves now, or @count: nobody
 * @hysteresis: so many metres nearer must another one be
 */
size_t walk_nearest(struct walk_place at, const struct walk_place *mast, size_t count,
		    size_t serving, double hysteresis);

#endif
