/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of `baton measure storm`. */
#ifndef BATON_MEASURE_STORM_H
#define BATON_MEASURE_STORM_H

#include <math.h>

#include "testbed/measure/session.h"

struct storm_ue {
	unsigned node; /* index */
	const char *supi;
	int lock;
	char at[64];		 /* edge of its primary session */
	const char *destination; /* of the round, as the rest */
	char key[64];
	char migration[24]; /* "": refused, and error says why */
	char error[200];
};

/* A daemon's process_cpu_seconds_total and process_start_time_seconds */
struct storm_reading {
	double cpu, started;
};

struct storm {
	size_t count;
	struct storm_ue *ue;
	/* of the round */
	uint64_t began_ns; /* first request sent */
	size_t accepted, failed;
	struct storm_reading cpu_at[STORM_DAEMONS_MAX]; /* at its beginning */
	uint64_t cpu_at_ns;
};

/** storm_ask - have the manager migrate all UEs, several requests at a time; began_ns, accepted,
 * and each UE's migration or error; complains; Return: 0 or a negative errno (no request could be
 * made) */
int storm_ask(struct session *s, struct storm *storm);

/* What the daemons' processors did: idle_* around a time with probes alone, the others around each
 * round; into report.storm. */
void storm_cpu_idle_begin(struct session *s, struct storm *storm);
void storm_cpu_idle_end(struct session *s, struct storm *storm);
void storm_cpu_begin(struct session *s, struct storm *storm);
void storm_cpu_end(struct session *s, struct storm *storm);

#endif
