/* SPDX-License-Identifier: Apache-2.0 */
/* What `baton measure` was told. */
#ifndef BATON_MEASURE_OPTIONS_H
#define BATON_MEASURE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "testbed/measure/option_value.h"
#include "testbed/measure/report.h"

enum measurement { MEASURE_SWITCH, MEASURE_STORM, MEASURE_BYTES, MEASURE_PLAY, MEASUREMENTS };
extern const char *const measure_name[MEASUREMENTS];
/** measure_named - the measurement, or -1 */
int measure_named(const char *name);

struct measure_options {
	const char *ue, *service, *out; /* NULL: not given */
	uint64_t interval_us, hold_ms, switches;
	uint64_t ues, rounds; /* of a storm; ues 0: all */
	uint64_t tcp_bps;     /* of a TCP flow beside the probes; 0: none */
	const char *app;      /* whose player is migrated with the sessions; NULL: none */
	const char *strategy; /* how; NULL without an app */
	double threshold;     /* of likeness, 0 to 1; negative: the application's own */
	uint64_t window;      /* of frame sliding; 0: the application's own */
	uint64_t timeout_ms;  /* of the wait for alike pictures; 0: the manager's own, 75 s */
	uint64_t record_s;    /* both streams are held before the switches, each way; 0: not */
	bool bytes;		/* by source and destination */
	uint64_t resources_ms;	/* between two looks at the nodes; 0: none */
	uint64_t around_s;	/* of them, before the first switch and after the last */
	uint64_t seconds;	/* of what lasts so long */
	char **command;		/* during which bytes are counted, borrowed; NULL: none */
	size_t mode_count;
	struct report_mode mode[MODES_MAX];
	bool json, quiet, help;
	char error[OPTION_ERROR]; /* what is wrong and what was expected, for people */
};

const char *measure_usage(enum measurement what);

/**
 * measure_options_read - @argv[0] is "switch", or what else @what is
 * @o: texts are borrowed from @argv; json is left as it is unless --json is given
 *
 * Return: 0, or -EINVAL with o->error
 */
int measure_options_read(struct measure_options *o, enum measurement what, int argc, char **argv);

#endif
