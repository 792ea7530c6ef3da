/* SPDX-License-Identifier: Apache-2.0 */
/* How long things took, as Prometheus' histograms have it: from 10 us to 2.5 s. */
#ifndef BATON_LIB_HISTOGRAM_H
#define BATON_LIB_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

enum { HISTOGRAM_BUCKETS = 18 /* the last one has no upper end */ };

/**
 * struct histogram - begin with a zeroed one
 * @bucket: how many took up to its upper end, and longer than the one before
 * @sum_ns: of all
 */
struct histogram {
	uint64_t bucket[HISTOGRAM_BUCKETS];
	uint64_t sum_ns;
};

void histogram_add(struct histogram *h, uint64_t ns);
uint64_t histogram_count(const struct histogram *h);
/**
 * histogram_write - the lines of one histogram, in seconds; HELP and TYPE are the caller's
 * @labels: of all of its lines, as text: what="served"
 */
void histogram_write(FILE *out, const char *name, const char *labels, const struct histogram *h);

#endif
