/* SPDX-License-Identifier: Apache-2.0 */
/* Binary search by time in any array of structs. */
#ifndef BATON_MEASURE_SEARCH_H
#define BATON_MEASURE_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * search_time - index of the first of @count elements that is at @ns or later
 * @elements: sorted by a uint64_t at @offset of each, of @size octets
 */
static inline size_t search_time(const void *elements, size_t count, size_t size, size_t offset,
				 uint64_t ns)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t time;

		memcpy(&time, (const char *)elements + middle * size + offset, sizeof time);
		if (time < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The same for an array of pointer @array, by @member of its struct */
#define SEARCH_TIME(array, count, member, ns)                                                      \
	search_time(array, count, sizeof *(array), offsetof(__typeof__(*(array)), member), ns)

#endif
