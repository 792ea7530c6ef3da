/* SPDX-License-Identifier: Apache-2.0 */
/* Between the pictures of `measure migration`. */
#ifndef BATON_MEASURE_MIGRATION_DRAW_H
#define BATON_MEASURE_MIGRATION_DRAW_H

#include <jansson.h>
#include <stddef.h>

/** migration_name - a measurement's strategy and what it was made with: "replay, 40 Mbit/s, 64 MB"
 */
void migration_name(const json_t *document, const char *strategy, char *buf, size_t size);
/** migration_link_bps - of the first link: what was asked for, or else measured; NAN: neither */
double migration_link_bps(const json_t *document);

#endif
