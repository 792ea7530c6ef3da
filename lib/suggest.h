/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may have meant: the nearest of the words there are, by edit distance. */
#ifndef BATON_LIB_SUGGEST_H
#define BATON_LIB_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char *typed, *best; /* borrowed */
	size_t distance;
};

/** suggest_begin, suggest_offer - offer every word there is; then @best is the nearest one, NULL when none is near */
void suggest_begin(struct suggest *s, const char *typed);
void suggest_offer(struct suggest *s, const char *word);

#endif
