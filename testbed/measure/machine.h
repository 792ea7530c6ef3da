/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that a measurement ran on. */
#ifndef BATON_MEASURE_MACHINE_H
#define BATON_MEASURE_MACHINE_H

#include "testbed/measure/report.h"

/** machine_describe - processor, kernel, and whether all of it is emulated, into @r */
void machine_describe(struct report *r);

#endif
