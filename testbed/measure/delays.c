// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/delays.h"

#include <stdlib.h>

enum { EDGE_NS = 10000000 };

const char *const delay_phase_name[DELAY_PHASES] = {"before", "during", "after"};

struct walk {
	const struct switch_event *event;
	struct delays *to;
	int64_t previous;
	bool has_previous;
};

static enum delay_phase phase_of(const struct switch_event *event, uint64_t sent_ns)
{
	if (sent_ns < event->t0_ns - EDGE_NS)
		return DELAY_BEFORE;
	return sent_ns <= event->switched_ns + EDGE_NS ? DELAY_DURING : DELAY_AFTER;
}

static void note_packet(uint64_t sent_ns, uint64_t arrived_ns, void *user)
{
	struct walk *w = user;
	int64_t delay = (int64_t)(arrived_ns - sent_ns);

	if (!arrived_ns) { /* variation is that of neighbours */
		w->has_previous = false;
		return;
	}
	hdr_add(&w->to->phase[phase_of(w->event, sent_ns)], delay);
	if (w->has_previous)
		hdr_add(&w->to->variation, llabs(delay - w->previous));
	w->previous = delay;
	w->has_previous = true;
}

void delays_add(const struct compute *c, const struct switch_event *event, struct delays ret[2])
{
	for (int d = 0; d < 2; d++) {
		struct walk w = {.event = event, .to = &ret[d]};
		uint64_t from, to;

		event_window(event, &from, &to);
		compute_each_packet(c, d == 0, from, to, note_packet, &w);
	}
}
