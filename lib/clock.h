/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BATON_LIB_CLOCK_H
#define BATON_LIB_CLOCK_H

#include <stdint.h>

/** clock_now_ns - CLOCK_REALTIME: of every stamp in Baton (all namespaces share it, packets too) */
uint64_t clock_now_ns(void);
/** clock_mono_ns - CLOCK_MONOTONIC: for intervals */
uint64_t clock_mono_ns(void);
/** clock_mono_s - the same, in seconds */
double clock_mono_s(void);
/** clock_processor_ns - what this process has had of the processors */
uint64_t clock_processor_ns(void);

#endif
