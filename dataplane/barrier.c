// SPDX-License-Identifier: Apache-2.0
/*
 * Waiting for programs that run with rules replaced a moment ago. An RCU grace period
 * (membarrier) would do and takes 10 to 30 ms, in which a handover would hold packets back; a tc
 * program can't be preempted by a task, so that a task that has been on a CPU knows that whatever
 * ran there before has ended: some ten microseconds a CPU.
 */
#include <sched.h>

#include "dataplane/internal.h"

void dp_barrier(void)
{
	cpu_set_t mine, one;

	if (sched_getaffinity(0, sizeof(mine), &mine))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &mine))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		(void)sched_setaffinity(0, sizeof(one), &one);
	}
	(void)sched_setaffinity(0, sizeof(mine), &mine);
}
