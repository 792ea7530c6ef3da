// SPDX-License-Identifier: Apache-2.0
#include "lib/suggest.h"

#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 64 };

/* Insertions, deletions, replacements and swaps of neighbours that make one word of the other
 * (optimal string alignment) */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > WORD_MAX || len_b > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len_b; j++)
		last[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t *next = before;

		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t least = last[j - 1] + (a[i - 1] != b[j - 1]);

			least = last[j] + 1 < least ? last[j] + 1 : least;
			least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < least)
				least = before[j - 2] + 1;
			row[j] = least;
		}
		before = last;
		last = row;
		row = next;
	}
	return last[len_b];
}

void suggest_begin(struct suggest *s, const char *typed)
{
	size_t len = strlen(typed);

	/* one slip in a short word, two or three in a long one */
	*s = (struct suggest){.typed = typed, .distance = 1 + len / 4 < 3 ? 2 + len / 4 : 4};
}

void suggest_offer(struct suggest *s, const char *word)
{
	size_t distance = edit_distance(s->typed, word);

	if (distance < s->distance && distance < strlen(word)) {
		s->distance = distance;
		s->best = word;
	}
}
