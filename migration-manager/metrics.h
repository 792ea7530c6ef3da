/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text of the manager. */
#ifndef BATON_MM_METRICS_H
#define BATON_MM_METRICS_H

#include <stdio.h>

struct manager;

/** manager_metrics - what only the manager has */
void manager_metrics(const struct manager *mm, FILE *out);

#endif
