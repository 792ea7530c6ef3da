/* SPDX-License-Identifier: Apache-2.0 */
/* What is watched beside the probes: bytes by source and destination, and what nodes use. */
#ifndef BATON_MEASURE_WATCH_H
#define BATON_MEASURE_WATCH_H

#include "testbed/measure/bytes_count.h"
#include "testbed/measure/place.h"

struct watch {
	struct bytes_counter *bytes; /* NULL: not counted */
	struct bytes_reading begin, before;
	struct resource_recorder *recorder; /* NULL: not recorded */
};

/** watch_begin - bytes, where @o asks for them; watch_resources - what nodes use, from here on;
 * complain; watch_end in every case; Return: 0 or negative errno */
int watch_begin(struct watch *w, const struct place *p, const struct measure_options *o);
int watch_resources(struct watch *w, const struct place *p, const struct measure_options *o);
/** watch_switch_begins, watch_switch_ends - bytes of one switch, into @event, with the edges that
 * it was between */
void watch_switch_begins(struct watch *w);
void watch_switch_ends(struct watch *w, const char *from, const char *to,
		       struct switch_event *event);
/** watch_end - all of it into @r */
void watch_end(struct watch *w, struct report *r);

/** watch_recorder_start - of the edges, the cloud, @ue, then others; complains */
int watch_recorder_start(const struct place *p, uint64_t interval_ms,
			 struct resource_recorder **ret_recorder);

#endif
