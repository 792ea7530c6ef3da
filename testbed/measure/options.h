/* SPDX-License-Identifier: Apache-2.0 */
/* What `baton measure switch` was told. */
#ifndef BATON_MEASURE_OPTIONS_H
#define BATON_MEASURE_OPTIONS_H

#include "testbed/measure/report.h"

struct measure_options {
	const char *ue, *service, *out; /* NULL: not given */
	uint64_t interval_us, hold_ms, switches;
	bool json, quiet;
};

extern const char measure_usage[];

/**
 * measure_options_read - @argv[0] is "switch"; modes go into @report; complains
 * @o: its json is left as it is unless --json is given
 *
 * Return: 0, 1 when help was wanted and printed, or -EINVAL
 */
int measure_options_read(struct measure_options *o, struct report *report, int argc, char **argv);

#endif
