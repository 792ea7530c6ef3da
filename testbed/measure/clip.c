// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/clip.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"

#define NS_PER_MS 1000000ULL
#define NORMAL_95 1.959964 /* quantile of the normal distribution */

size_t clip_window(const struct clip_row *rows, size_t count, uint64_t at_ns, size_t *ret_first)
{
	size_t first = 0, end;

	while (first < count && rows[first].ns + CLIP_BEFORE_MS * NS_PER_MS < at_ns)
		first++;
	for (end = first; end < count && rows[end].ns < at_ns + CLIP_AFTER_MS * NS_PER_MS;)
		end++;
	*ret_first = first;
	return end - first;
}

/* Return: whether all jumps at the switch are known; @others: room for @count */
static bool sort_out(const struct clip_row *rows, size_t count, uint64_t from_ns, uint64_t to_ns,
		     struct clip_verdict *v, double *others)
{
	bool whole = true, any = false;

	for (size_t i = 0; i < count; i++) {
		const struct clip_row *row = &rows[i];

		if (row->ns < from_ns || row->ns >= to_ns) {
			if (!isnan(row->jump))
				others[v->others++] = row->jump;
			continue;
		}
		any = true;
		whole &= !isnan(row->jump);
		if (v->jump_ns == 0 || row->jump > v->jump) {
			v->jump = row->jump;
			v->jump_ns = row->ns;
		}
	}
	return whole && any;
}

int clip_judge(const struct clip_row *rows, size_t count, uint64_t at_ns, uint64_t interval_ns,
	       struct clip_verdict *ret)
{
	uint64_t refreshes = (CLIP_BEFORE_MS + CLIP_AFTER_MS) * NS_PER_MS / interval_ns - CLIP_ZONE;
	struct clip_verdict v = {0};
	double *others;
	size_t first;
	bool whole;

	count = clip_window(rows, count, at_ns, &first);
	others = calloc(count + 1, sizeof *others);
	if (!others)
		return -ENOMEM;
	whole = sort_out(rows + first, count, at_ns, at_ns + CLIP_ZONE * interval_ns, &v, others);
	if (whole && v.others >= refreshes * 9 / 10) {
		ascending_sort(others, v.others);
		v.p99 = ascending_at(others, v.others, CLIP_PERCENTILE / 100.0);
		v.flicker = v.jump > v.p99;
		*ret = v;
	} else {
		whole = false;
	}
	free(others);
	return whole ? 0 : -ENODATA;
}

struct clip_share clip_share_of(size_t count, size_t of)
{
	struct clip_share share = {NAN, NAN, NAN};
	double n = (double)of, z2 = NORMAL_95 * NORMAL_95, middle, half;

	if (of == 0)
		return share;
	share.value = (double)count / n;
	middle = (share.value + z2 / (2 * n)) / (1 + z2 / n);
	half = NORMAL_95 / (1 + z2 / n) *
	       sqrt(share.value * (1 - share.value) / n + z2 / (4 * n * n));
	share.low = fmax(0, middle - half);
	share.high = fmin(1, middle + half);
	return share;
}
