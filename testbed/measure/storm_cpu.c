// SPDX-License-Identifier: Apache-2.0
/* What a storm costs the daemons of the control plane: their process_cpu_seconds_total before and
 * after. */
#include <arpa/inet.h>
#include <string.h>

#include "testbed/measure/storm.h"

static const struct {
	enum topo_kind kind;
	const char *daemon;
	int port;
} daemons[] = {
	{TOPO_CORE, "migration-manager", 8080},
	{TOPO_CORE, "smf-lite", 8081},
	{TOPO_UPF, "upf", 8082},
	{TOPO_GNB, "gnb", 8086},
};

enum { DAEMONS = sizeof daemons / sizeof daemons[0] };

/* All of them, in the order of the table; so many as there is room for */
static size_t read_all(struct session *s, struct storm_reading *ret)
{
	const struct topology *t = s->place.topology;
	struct report_storm *storm = &s->report.storm;
	size_t n = 0;

	for (size_t d = 0; d < DAEMONS; d++)
		for (unsigned i = 0; i < t->node_count && n < STORM_DAEMONS_MAX; i++) {
			char url[64];

			if (t->node[i].kind != daemons[d].kind)
				continue;
			place_url(&s->place, i, daemons[d].port, "", url, sizeof url);
			ret[n] = (struct storm_reading){
				client_metric(&s->client, url, "process_cpu_seconds_total"),
				client_metric(&s->client, url, "process_start_time_seconds")};
			snprintf(storm->cpu[n].node, sizeof storm->cpu[n].node, "%s",
				 t->node[i].name);
			snprintf(storm->cpu[n].daemon, sizeof storm->cpu[n].daemon, "%s",
				 daemons[d].daemon);
			n++;
		}
	return n;
}

void storm_cpu_begin(struct session *s, struct storm *storm)
{
	s->report.storm.cpu_count = read_all(s, storm->cpu_at);
	storm->cpu_at_ns = clock_mono_ns();
}

static double seconds_since(const struct storm *storm)
{
	return (double)(clock_mono_ns() - storm->cpu_at_ns) / 1e9;
}

/* NAN: it was started again in between. The time of its start is told to a tick or two. */
static double used(const struct storm_reading *before, const struct storm_reading *after)
{
	return fabs(after->started - before->started) < 0.05 ? after->cpu - before->cpu : NAN;
}

void storm_cpu_end(struct session *s, struct storm *storm)
{
	struct storm_reading now[STORM_DAEMONS_MAX];
	double seconds = seconds_since(storm);
	size_t n = read_all(s, now);

	for (size_t i = 0; i < n; i++)
		s->report.storm.cpu[i].seconds += used(&storm->cpu_at[i], &now[i]);
	s->report.storm.cpu_seconds += seconds;
}

void storm_cpu_idle_begin(struct session *s, struct storm *storm)
{
	storm_cpu_begin(s, storm);
}

void storm_cpu_idle_end(struct session *s, struct storm *storm)
{
	struct storm_reading now[STORM_DAEMONS_MAX];
	double seconds = seconds_since(storm);
	size_t n = read_all(s, now);

	for (size_t i = 0; i < n; i++)
		s->report.storm.cpu[i].idle = used(&storm->cpu_at[i], &now[i]) / seconds;
}
