/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe run made by hand: a letter a probe says what becomes of it. Uplink takes 100 us, edge a
 * answers 10 us after that, edge b 20 us, downlink takes 100 us.
 *
 *   a b  reaches that edge, and the reply comes back     A B  the reply is lost
 *   -    lost on its way up                              2    reaches both edges, both answer
 *   x    reaches both edges, b's reply is lost           d    reaches a twice
 *   D    a's reply comes twice                           r    late on its way up, by 2.5 intervals
 *   R    a's reply is late, by 2.5 intervals             L    comes up 2 s late, which is too late
 */
#ifndef MEASURE_WORLD_H
#define MEASURE_WORLD_H

#include "testbed/measure/result.h"

#define WORLD_BASE UINT64_C(1795220000000000000) /* when probe 0 is sent */

/** world_make - @ret_run: probe_run_done frees it */
void world_make(const char *fates, uint64_t interval_ns, struct probe_run *ret_run);
/** world_window - an event whose window is from probe @first to probe @last, both within */
struct switch_event world_window(uint64_t interval_ns, unsigned first, unsigned last);

#endif
