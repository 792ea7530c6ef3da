/* SPDX-License-Identifier: Apache-2.0 */
/* The packets around one switch of each mode, for a picture: the one whose largest gap (downlink)
 * is the median. */
#ifndef BATON_MEASURE_TIMELINE_H
#define BATON_MEASURE_TIMELINE_H

#include "testbed/measure/result.h"

/* Of one direction; times in microseconds, sent: from T0 */
struct timeline {
	double *sent_us, *delay_us; /* delay NAN: lost */
	size_t count;
};

struct timelines {
	size_t event; /* index; SIZE_MAX: the mode has none */
	struct timeline direction[2];
};

/** timelines_pick - of the completed and undisturbed switches of @mode; @ret_event: its index,
 * SIZE_MAX: there is none; Return: 0 or -ENOMEM */
int timelines_pick(const struct switch_event *event, size_t count, size_t mode, size_t *ret_event);
/** timelines_fill - the packets around @event, of @c's UE; free with timelines_done; Return: 0 or
 * -ENOMEM */
int timelines_fill(const struct compute *c, const struct switch_event *event,
		   struct timelines *ret);
void timelines_done(struct timelines *t);

#endif
