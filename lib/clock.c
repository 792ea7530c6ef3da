// SPDX-License-Identifier: Apache-2.0
#include "lib/clock.h"

#include <time.h>

static uint64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

uint64_t clock_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

double clock_mono_s(void)
{
	return (double)clock_mono_ns() / 1e9;
}

uint64_t clock_processor_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}
