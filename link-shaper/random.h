/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers of a line: xoshiro256**, seeded, so that tests see the same row every time. */
#ifndef BATON_LINK_SHAPER_RANDOM_H
#define BATON_LINK_SHAPER_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

void random_seed(struct random *r, uint64_t seed);
uint64_t random_next(struct random *r);
/** random_below - from 0 to @bound - 1; @bound is not 0 */
uint64_t random_below(struct random *r, uint64_t bound);
/** random_share - true in @share (0 to 1) of all calls; draws nothing at 0 and 1 */
bool random_share(struct random *r, double share);

#endif
