/* SPDX-License-Identifier: Apache-2.0 */
/* Order statistics: what is told of many values is looked up in them, ascending. */
#ifndef BATON_MEASURE_ASCENDING_H
#define BATON_MEASURE_ASCENDING_H

#include <stddef.h>

/** ascending_sort - in place; no NAN among them */
void ascending_sort(double *values, size_t count);
/** ascending_at - of @count ascending values the one at @share (0 to 1), by nearest rank: the
 * smallest that so many are not above; NAN: of none */
double ascending_at(const double *values, size_t count, double share);

#endif
