// SPDX-License-Identifier: Apache-2.0
#include "testbed/walk.h"

#include <math.h>

struct walk_place walk_at(const struct walk_point *point, size_t count, uint64_t at_us)
{
	const struct walk_point *to = point;
	size_t i = 0;
	double share;

	while (i < count && point[i].at_us <= at_us)
		i++;
	if (i == 0 || i == count)
		return point[i ? count - 1 : 0].place;
	to = &point[i];
	point = to - 1;
	share = (double)(at_us - point->at_us) / (double)(to->at_us - point->at_us);
	return (struct walk_place){point->place.x + share * (to->place.x - point->place.x),
				   point->place.y + share * (to->place.y - point->place.y)};
}

double walk_distance(struct walk_place a, struct walk_place b)
{
	return hypot(a.x - b.x, a.y - b.y);
}

size_t walk_nearest(struct walk_place at, const struct walk_place *mast, size_t count,
		    size_t serving, double hysteresis)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (walk_distance(at, mast[i]) < walk_distance(at, mast[best]))
			best = i;
	if (serving < count &&
	    walk_distance(at, mast[best]) + hysteresis >= walk_distance(at, mast[serving]))
		return serving;
	return best;
}
