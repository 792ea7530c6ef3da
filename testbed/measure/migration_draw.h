/* SPDX-License-Identifier: Apache-2.0 */
/* Between the pictures of `measure migration`. */
#ifndef BATON_MEASURE_MIGRATION_DRAW_H
#define BATON_MEASURE_MIGRATION_DRAW_H

#include <jansson.h>
#include <stddef.h>

enum { MIGRATION_LABEL_SIZE = 256 };

/* What a measurement is made with that a picture can have on its x axis */
enum migration_knob { KNOB_LINK, KNOB_HEAP, KNOB_APPLICATION, KNOBS };

/** migration_knob_value - Mbit/s, MB (2^20), MB; NAN: not known */
double migration_knob_value(const json_t *document, enum migration_knob knob);

/**
 * migration_label - what a measurement is called beside others: its strategy, and of what it was
 * made with all that differs between @documents: "replay, 40 Mbit/s, 64 MB"
 * @axis: is on the x axis and not told; KNOBS: none is
 */
void migration_label(const json_t *documents, const json_t *document, const char *strategy,
		     enum migration_knob axis, char buf[MIGRATION_LABEL_SIZE]);

/** migration_mean - @value is one more of those that @mean is the mean of; what is no number isn't
 */
void migration_mean(double *mean, size_t *times, double value);

#endif
