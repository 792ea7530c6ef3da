// SPDX-License-Identifier: Apache-2.0
#include "lib/histogram.h"

#include <inttypes.h>
#include <stddef.h>

static const struct {
	uint64_t ns;
	const char *text; /* in seconds */
} ends[HISTOGRAM_BUCKETS] = {
	{10000, "0.00001"},  {25000, "0.000025"},  {50000, "0.00005"},	{100000, "0.0001"},
	{250000, "0.00025"}, {500000, "0.0005"},   {1000000, "0.001"},	{2500000, "0.0025"},
	{5000000, "0.005"},  {10000000, "0.01"},   {25000000, "0.025"}, {50000000, "0.05"},
	{100000000, "0.1"},  {250000000, "0.25"},  {500000000, "0.5"},	{1000000000, "1"},
	{2500000000, "2.5"}, {UINT64_MAX, "+Inf"},
};

void histogram_add(struct histogram *h, uint64_t ns)
{
	size_t i = 0;

	while (ns > ends[i].ns)
		i++;
	h->bucket[i]++;
	h->sum_ns += ns;
}

uint64_t histogram_count(const struct histogram *h)
{
	uint64_t count = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		count += h->bucket[i];
	return count;
}

void histogram_write(FILE *out, const char *name, const char *labels, const struct histogram *h)
{
	uint64_t count = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count += h->bucket[i];
		fprintf(out, "%s_bucket{%s,le=\"%s\"} %" PRIu64 "\n", name, labels, ends[i].text,
			count);
	}
	fprintf(out, "%s_sum{%s} %.9f\n%s_count{%s} %" PRIu64 "\n", name, labels,
		(double)h->sum_ns / 1e9, name, labels, count);
}
