/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of switching signals (docs/csm.md): any that grow will do; those of migrations are tenths
 * of seconds since 2024, which fit into 32 bits until 2037. One that is far ahead of the time would
 * leave no larger one for whoever comes later, so nobody takes it.
 */
#ifndef BATON_LIB_SESSION_NUMBER_H
#define BATON_LIB_SESSION_NUMBER_H

#include <stdint.h>

#define SESSION_NUMBERS_SINCE_NS (UINT64_C(1704067200) * 1000000000)
#define SESSION_NUMBER_NS	 UINT64_C(100000000)

enum {
	SESSION_NUMBER_MARGIN = 36000 /* an hour: clocks that differ, signals in quick succession */
};

/** session_number_limit - the largest that anybody may mean at @now_ns (CLOCK_REALTIME) */
static inline uint32_t session_number_limit(uint64_t now_ns)
{
	uint64_t since = now_ns > SESSION_NUMBERS_SINCE_NS ? now_ns - SESSION_NUMBERS_SINCE_NS : 0;
	uint64_t limit = since / SESSION_NUMBER_NS + SESSION_NUMBER_MARGIN;

	return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

#endif
