/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HdrHistogram: counts of values in buckets whose width is a thousandth of the value, so that a
 * percentile is right to three digits whatever its size; and its encoding as others read it
 * (hdrhistogram.org; V2, compressed, base64), as in the lines of an interval log.
 *
 * Values are integers from 0 to HDR_MAX; what is larger counts as HDR_MAX.
 */
#ifndef BATON_MEASURE_HDR_H
#define BATON_MEASURE_HDR_H

#include <stddef.h>
#include <stdint.h>

#define HDR_MAX (INT64_C(1) << 42) /* in nanoseconds 73 minutes */

enum {
	HDR_DIGITS = 3,
	HDR_HALF_BITS = 10, /* a bucket's upper half holds 1024 values: 2 * 10^3, rounded up to a
			       power of two, halved */
	HDR_COUNTS = (42 - HDR_HALF_BITS + 1) << HDR_HALF_BITS
};

struct hdr {
	uint64_t total;
	int64_t max;
	uint32_t count[HDR_COUNTS];
};

void hdr_add(struct hdr *h, int64_t value);
/** hdr_percentile - the largest value that is counted with the one of nearest rank; 0: no values */
int64_t hdr_percentile(const struct hdr *h, unsigned percent);
/** hdr_index - the counter of @value, which is from 0 to HDR_MAX */
size_t hdr_index(int64_t value);
/**
 * hdr_encode - the compressed encoding in base64, beginning with "HISTFAAA"
 * @ret_text: returned, ended by NUL; free it
 *
 * Return: 0, or -ENOMEM
 */
int hdr_encode(const struct hdr *h, char **ret_text);

#endif
