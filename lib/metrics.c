// SPDX-License-Identifier: Apache-2.0
#include "lib/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/version.h"

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static unsigned long long resident(void)
{
	return process_resident(getpid());
}

static double now_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* In seconds since 1970: what proc(5) has counts from boot; 0: not known */
static double started(void)
{
	FILE *stat = fopen("/proc/self/stat", "re");
	unsigned long long ticks = 0;
	char text[1024] = "";
	const char *after;

	if (!stat)
		return 0;
	/* the name, in brackets, may hold anything; field 22 is the twentieth behind it */
	after = fgets(text, sizeof(text), stat) ? strrchr(text, ')') : NULL;
	fclose(stat);
	for (int field = 2; after && field < 22; field++)
		after = strchr(after + 1, ' ');
	if (!after || sscanf(after, "%llu", &ticks) != 1)
		return 0;
	return now_of(CLOCK_REALTIME) - now_of(CLOCK_BOOTTIME) +
	       (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static void write_process(FILE *out)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	fprintf(out,
		"# HELP baton_build_info What this build is.\n# TYPE baton_build_info gauge\n"
		"baton_build_info{version=\"%s\",commit=\"%s\"} 1\n",
		version_string, version_commit);
	fprintf(out,
		"# HELP process_cpu_seconds_total Processor time used, user and system.\n"
		"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.6f\n",
		seconds(usage.ru_utime) + seconds(usage.ru_stime));
	fprintf(out,
		"# HELP process_resident_memory_bytes Memory in use.\n"
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %llu\n",
		resident());
	fprintf(out,
		"# HELP process_start_time_seconds When it was started, since 1970.\n"
		"# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %.3f\n",
		started());
}

int metrics_begin(struct metrics *m, struct http_request *req)
{
	*m = (struct metrics){0};
	m->out = open_memstream(&m->text, &m->size);
	if (!m->out) {
		http_problem(req, 503, "NO_MEMORY", "out of memory");
		return -ENOMEM;
	}
	write_process(m->out);
	return 0;
}

void metrics_reply(struct metrics *m, struct http_request *req)
{
	if (fclose(m->out) == 0)
		http_reply_text(req, 200, "text/plain; version=0.0.4", m->text);
	else
		http_problem(req, 503, "NO_MEMORY", "out of memory");
	free(m->text);
}
