/* SPDX-License-Identifier: Apache-2.0 */
/* When requests are due: a rate, bursts, or one after another. Pure. */
#ifndef BATON_APPS_SERVICE_CLIENT_PACE_H
#define BATON_APPS_SERVICE_CLIENT_PACE_H

#include <stdint.h>

enum pace_kind { PACE_RATE, PACE_BURST, PACE_CLOSED };

struct pace {
	enum pace_kind kind;
	double rate;		/* requests a second; of a burst: while it lasts */
	uint64_t on_ms, off_ms; /* of bursts */
};

/** pace_read_burst - "1000/3000/50": on, off in ms, requests a second; Return: 0 or -EINVAL */
int pace_read_burst(const char *text, struct pace *ret);
/** pace_due_ns - of request @index, from 0, since the start; not of PACE_CLOSED */
uint64_t pace_due_ns(const struct pace *p, uint64_t index);

#endif
