/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text of the manager. */
#ifndef BATON_MM_METRICS_H
#define BATON_MM_METRICS_H

struct manager;

/** metrics_text - returned, free() it; NULL without memory */
char *metrics_text(const struct manager *mm);

#endif
