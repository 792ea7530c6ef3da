// SPDX-License-Identifier: Apache-2.0
#include "lib/shape/shape.h"

const char *shape_backend_name(enum shape_backend backend)
{
	static const char *const names[] = {"none", "tbf", "netem", "user"};

	return names[backend];
}

enum shape_backend shape_choose(const struct link_shape *s, bool netem)
{
	if (s->delay_us || s->jitter_us || s->loss > 0 || s->duplicate > 0 || s->reorder > 0 ||
	    s->corrupt > 0)
		return netem ? SHAPE_NETEM : SHAPE_USER;
	return s->rate_bps ? SHAPE_TBF : SHAPE_NONE;
}
